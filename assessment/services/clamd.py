"""Asks a clamd whether it finds a virus in some bytes: INSTREAM over its socket, bounded in time and in what is read."""

import contextlib
import re
import socket
import struct
import time

#: Seconds for one file, from the connection to the answer.
PATIENCE = 60.0
CONNECTING = 5.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
ANSWER = re.compile(r"stream: (?:OK|(?P<virus>.+) FOUND)")


class NotScanned(Exception):
    """There is no answer, or one that says neither yes nor no; the text is for people."""


class Unreachable(NotScanned):
    """Nobody is there to ask, for this file or any other."""


def find_virus(address: str, data: bytes, *, patience: float = PATIENCE) -> str:
    """The name of the virus found in ``data``; empty when none is. ``address`` is HOST:PORT or a socket's path."""
    deadline = time.monotonic() + patience
    try:
        link = _connect(address)
    except OSError as error:
        raise Unreachable("查毒程序没有应答") from error
    try:
        with link:
            # A stream that it will not take it ends before its time, and says why.
            with contextlib.suppress(ConnectionError):
                _send(link, data, deadline)
            answer = _receive(link, deadline)
    except ConnectionError as error:
        raise NotScanned("查毒程序中断了连接") from error
    except OSError as error:
        raise NotScanned("查毒程序没有应答") from error
    match = ANSWER.fullmatch(answer)
    if match is None:
        raise NotScanned(f"查毒程序没有给出结论：{answer[:100]}" if answer else "查毒程序中断了连接")
    return match["virus"] or ""


def _connect(address: str) -> socket.socket:
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECTING)
    link = socket.socket(socket.AF_UNIX)
    try:
        link.settimeout(CONNECTING)
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(link: socket.socket, data: bytes, deadline: float) -> None:
    """The command, then chunks with their length before them; one of no length ends the stream."""
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    for piece in (b"zINSTREAM\0", *(struct.pack(">I", len(chunk)) + chunk for chunk in chunks), struct.pack(">I", 0)):
        link.settimeout(_left(deadline))
        link.sendall(piece)


def _receive(link: socket.socket, deadline: float) -> str:
    """The answer up to its zero byte, or to the end of the connection."""
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        link.settimeout(_left(deadline))
        read = link.recv(LONGEST_ANSWER)
        if not read:
            break
        answer += read
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
