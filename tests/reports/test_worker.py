"""Real workers and a real dispatcher: killed, cut off from the broker, its queue lost, and yet every job is printed exactly once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection

from config.celery import MEMORY_LIMIT
from reports.management.commands import runlocal
from reports.models import PrintJob
from reports.services import jobs
from tests.browser.houses import free_port, process
from tests.factories import Line
from tests.reports.queues import embedded, run

JOBS, KILLS = 60, 20
PATIENCE = 120
REDIS_DATABASE = "9"
DISPATCHER = [sys.executable, "manage.py", "dispatch"]


def production(folder: Path, broker: str) -> dict[str, str]:
    """This test's own database, a Redis database of its own, and its folder of files."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return dict(os.environ) | {"DATABASE_URL": database.geturl(), "BROKER_URL": broker, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


def until(happened: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, log.read_text("utf-8", "replace")
        time.sleep(0.02)


def printed_exactly_once(told: dict[str, Any]) -> None:
    """Every job is done, with as many attempts more than one as workers were killed in it, and has one file."""
    jobs_now = told["jobs"]
    assert [(pk, state, error) for pk, state, error, _, _ in jobs_now] == [(pk, "done", "") for pk in told["asked"]]
    assert (len(jobs_now), sum(attempts for _, _, _, attempts, _ in jobs_now)) == (JOBS, JOBS + KILLS)
    assert told["files"] == sorted(path for _, _, _, _, path in jobs_now)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixty_jobs_are_printed_exactly_once_though_twenty_workers_are_killed_and_redis_is_flushed(tmp_path: Path) -> None:
    broker = urlsplit(os.environ["BROKER_URL"])._replace(path=f"/{REDIS_DATABASE}").geturl()
    redis.Redis.from_url(broker).flushdb()

    told = json.loads(run(production(tmp_path, broker), "-m", "tests.reports.killing", str(tmp_path)))

    printed_exactly_once(told)
    redis.Redis.from_url(broker).flushdb()


def test_sixty_jobs_are_printed_exactly_once_on_one_machine_too_though_the_broker_s_files_are_lost(tmp_path: Path) -> None:
    env = embedded(tmp_path)
    run(env, "manage.py", "migrate", "--verbosity", "0")

    told = json.loads(run(env, "-m", "tests.reports.killing", str(tmp_path)))

    printed_exactly_once(told)


@contextmanager
def worker(env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with process(runlocal.commands(0)["worker"], env, log) as child:
        yield child


def limits(pid: int) -> dict[str, str]:
    """The soft limits of a process by their names; none once it has ended, as what only starts another one soon does."""
    try:
        lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {line[:26].strip(): line[26:47].strip() for line in lines}


def test_a_worker_s_printing_process_may_allocate_so_much_and_no_more(tmp_path: Path) -> None:
    env, log = embedded(tmp_path), tmp_path / "worker.log"
    run(env, "manage.py", "migrate", "--verbosity", "0")

    with worker(env, log) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        until(lambda: [pid for pid in children.read_text().split() if limits(int(pid)).get("Max data size") == str(MEMORY_LIMIT)], log)

        assert limits(parent.pid)["Max data size"] != str(MEMORY_LIMIT)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_dispatcher_waits_and_ends_when_asked(tmp_path: Path) -> None:
    env, log = production(tmp_path, f"redis://127.0.0.1:{free_port()}/0"), tmp_path / "dispatcher.log"
    line = Line()
    job = jobs.ask_preview(line.filing, by=line.preparer)

    with process(DISPATCHER, env, log) as dispatcher:
        until(lambda: "dispatch waits" in log.read_text("utf-8"), log)
        assert dispatcher.poll() is None
        dispatcher.terminate()
        assert dispatcher.wait(timeout=20) == 0

    assert PrintJob.objects.get(pk=job.pk).state == PrintJob.State.WAITING
