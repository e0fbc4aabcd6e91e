"""The commands of printing: an exchange file without a database, and the processes of one machine."""

import sys
from io import StringIO
from pathlib import Path
from subprocess import Popen

import pytest
from django.core.management import CommandError, call_command

from assessment.domain.exchange import write
from reports.management.commands import runlocal
from tests.reports import samples


def print_filing(source: Path, target: Path) -> str:
    out = StringIO()
    call_command("print_filing", source, output=target, stdout=out)
    return out.getvalue()


def test_an_exchange_file_is_printed_without_a_database(tmp_path: Path) -> None:
    source, target = tmp_path / "filing.json", tmp_path / "filing.pdf"
    source.write_text(write(samples.demo_file()), "utf-8")

    said = print_filing(source, target)

    assert said == f"{target}: {target.stat().st_size} bytes\n"
    assert target.read_bytes().startswith(b"%PDF-")


def test_what_cannot_be_printed_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "filing.json", tmp_path / "filing.pdf"

    with pytest.raises(CommandError, match="No such file"):
        print_filing(source, target)
    source.write_bytes(b"%PDF-")
    with pytest.raises(CommandError, match=r"^文件不是 UTF-8 编码的 JSON，无法读取$"):
        print_filing(source, target)
    source.write_text(write(samples.demo_file(narrative={"opening": "绩效\u202a评价"})), "utf-8")
    with pytest.raises(CommandError, match=r"^以下字符无法打印，请改用其他写法：U\+202A$"):
        print_filing(source, target)
    assert not target.exists()


def test_on_one_machine_there_are_three_processes_and_one_worker_for_the_broker_of_files() -> None:
    commands = runlocal.commands(8123)

    assert list(commands) == ["web", "worker", "dispatcher"]
    assert "127.0.0.1:8123" in commands["web"]
    assert commands["worker"][commands["worker"].index("--concurrency") + 1] == "1"
    assert commands["dispatcher"][-1] == "dispatch"


def test_children_are_asked_to_end_and_ended_by_force_if_they_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runlocal, "GRACE", 1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    codes = {"willing": "import time; print('here', flush=True); time.sleep(60)", "deaf": deaf, "gone": "print('gone', flush=True)"}
    children = {name: Popen([sys.executable, "-c", code], start_new_session=True, stdout=-1) for name, code in codes.items()}
    for child in children.values():
        assert child.stdout is not None
        with child.stdout as words:
            words.readline()
    children["gone"].wait()

    runlocal.end(children)

    assert {name: child.returncode for name, child in children.items()} == {"willing": -15, "deaf": -9, "gone": 0}
