"""Asking a clamd: what it is sent, what its answers mean, and that nothing it does keeps us waiting."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assessment.services.clamd import CHUNK, NotScanned, Unreachable, find_virus
from tests.fake_clamd import EICAR, fake_clamd, free_address


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7])
def test_the_scanner_gets_exactly_the_bytes_in_chunks(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    with fake_clamd() as clamd:
        assert find_virus(clamd.address, data) == ""
        assert clamd.streams == [data]


def test_the_test_virus_is_found_and_named() -> None:
    with fake_clamd() as clamd:
        assert find_virus(clamd.address, b"%PDF-1.4\n" + EICAR) == "Eicar-Test-Signature"


def test_a_scanner_behind_a_unix_socket_is_asked_as_well(tmp_path: Path) -> None:
    with fake_clamd(tmp_path / "clamd.ctl") as clamd:
        assert find_virus(clamd.address, EICAR) == "Eicar-Test-Signature"


@pytest.mark.parametrize("address", ["tcp", "unix"])
def test_nobody_there_is_told_apart_from_no_answer(tmp_path: Path, address: str) -> None:
    with pytest.raises(Unreachable, match="查毒程序没有应答"):
        find_virus(free_address() if address == "tcp" else str(tmp_path / "none"), b"x")


def say(answer: bytes) -> Callable[[socket.socket], None]:
    return lambda link: link.sendall(answer)


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (say(b""), "查毒程序中断了连接"),
        (say(b"INSTREAM size limit exceeded. ERROR\0"), "查毒程序没有给出结论：INSTREAM size limit exceeded. ERROR"),
        (say(b"stream: OK but not quite\0"), "查毒程序没有给出结论：stream: OK but not quite"),
        (say(b"\xff" * 100_000), "查毒程序没有给出结论：" + "\ufffd" * 100),
    ],
    ids=["dropped", "too large", "unknown", "endless"],
)
def test_what_is_no_answer_is_neither_yes_nor_no(instead: Callable[[socket.socket], None], told: str) -> None:
    with fake_clamd() as clamd:
        clamd.instead = instead
        with pytest.raises(NotScanned) as refused:
            find_virus(clamd.address, b"x" * 100)

    assert (type(refused.value), str(refused.value)) == (NotScanned, told)


def test_a_stream_that_is_ended_before_its_time_is_told_with_the_scanner_s_reason() -> None:
    def end(link: socket.socket) -> None:
        link.recv(1024)
        link.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        link.shutdown(socket.SHUT_WR)
        while link.recv(1 << 20):
            pass

    with fake_clamd() as clamd:
        clamd.instead = end
        with pytest.raises(NotScanned, match="size limit exceeded"):
            find_virus(clamd.address, bytes(20 * 1024 * 1024))


@pytest.mark.parametrize("drip", [b"", b"s"], ids=["silent", "a letter now and then"])
def test_a_slow_scanner_is_not_waited_for_beyond_our_patience(drip: bytes) -> None:
    def slow(link: socket.socket) -> None:
        for _ in range(30):
            time.sleep(0.1)
            try:
                link.sendall(drip)
            except OSError:
                return

    with fake_clamd() as clamd:
        clamd.instead = slow
        begun = time.monotonic()
        with pytest.raises(NotScanned, match="查毒程序没有应答"):
            find_virus(clamd.address, b"x", patience=0.5)
        assert 0.4 < time.monotonic() - begun < 2
