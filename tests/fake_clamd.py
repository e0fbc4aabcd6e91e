"""A clamd on a loopback or Unix socket, true to the protocol: it reads INSTREAM chunk by chunk and answers as the real one does."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: In pieces, so that no scanner takes this file for the test virus itself.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
FOUND = b"stream: Eicar-Test-Signature FOUND\0"
CLEAN = b"stream: OK\0"


@dataclass
class Clamd:
    """One scanner: where it listens, what it was sent, and what it does instead of answering."""

    address: str
    streams: list[bytes] = field(default_factory=list)
    instead: Callable[[socket.socket], None] | None = None

    def serve(self, link: socket.socket) -> None:
        """One connection."""
        with link, link.makefile("rb") as sent:
            assert sent.read(len(b"zINSTREAM\0")) == b"zINSTREAM\0"
            if self.instead:
                self.instead(link)
                return
            stream = b""
            while size := struct.unpack(">I", sent.read(4))[0]:
                stream += sent.read(size)
            self.streams.append(stream)
            link.sendall(FOUND if EICAR in stream else CLEAN)


@contextmanager
def fake_clamd(path: Path | None = None) -> Iterator[Clamd]:
    """A scanner for as long as the block runs."""
    listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    listener.bind(str(path) if path else ("127.0.0.1", 0))
    listener.listen()
    clamd = Clamd(str(path) if path else f"127.0.0.1:{listener.getsockname()[1]}")

    def accept() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=clamd.serve, args=[link], daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield clamd
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def free_address() -> str:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
