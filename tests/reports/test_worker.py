"""Real workers and a real dispatcher: killed, cut off from the broker, its queue lost, and yet every job is printed exactly once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from reports.models import PrintJob
from reports.services import jobs
from tests.browser.houses import free_port, process
from tests.factories import Line, make_department

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

JOBS, KILLS = 6, 3
PATIENCE = 120
REDIS_DATABASE = "9"
DISPATCHER = [sys.executable, "manage.py", "dispatch"]
WORKER = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]


def environment(folder: Path, broker: str) -> dict[str, str]:
    """This test's own database, a Redis database of its own, and its folder of files."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return dict(os.environ) | {"DATABASE_URL": database.geturl(), "BROKER_URL": broker, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


def waiting_jobs(count: int) -> list[int]:
    department = make_department()
    lines = [Line(department=department) for _ in range(count)]
    return [jobs.ask_preview(line.filing, by=line.preparer).pk for line in lines]


def until(happened: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, log.read_text("utf-8", "replace")
        time.sleep(0.02)


@contextmanager
def worker(env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with its child, in a group that can be killed whole."""
    with log.open("ab") as file:
        child = subprocess.Popen(
            WORKER, cwd=settings.BASE_DIR, env=env, stdout=file, stderr=file, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()
            child.wait(timeout=30)


def kill_in_the_middle_of_a_job(env: dict[str, str], log: Path, pause: float) -> int:
    """Kill a worker ``pause`` seconds into a job that no other was killed with; returns how many jobs it left behind."""
    with worker(env, log) as child:
        in_hand = PrintJob.objects.filter(state=PrintJob.State.PRINTING, attempts=1)
        until(lambda: in_hand.filter(lease_until__gt=timezone.now()).exists(), log)
        taken = in_hand.filter(lease_until__gt=timezone.now()).values_list("pk", flat=True).first()
        time.sleep(pause)
        os.killpg(child.pid, signal.SIGKILL)
    # What the dead worker had sent to the database may still be carried out.
    until(lambda: not others_at_work(), log)
    left = PrintJob.objects.filter(pk=taken, state=PrintJob.State.PRINTING).count()
    time_passes()
    return left


def others_at_work() -> int:
    """Sessions of this database, but for our own, that are in the middle of something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state IN ('active', 'idle in transaction')"
        )
        return int(cursor.fetchone()[0])


def time_passes() -> None:
    """What minutes would do: leases run out, and every waiting job is due to be published again."""
    now = timezone.now()
    PrintJob.objects.filter(state=PrintJob.State.WAITING).update(due_at=now)
    PrintJob.objects.filter(state=PrintJob.State.PRINTING).update(lease_until=now - timedelta(seconds=1))


def lose_the_queue(broker: str) -> None:
    """What a restart of a Redis without persistence does: all keys gone, all connections cut."""
    client = redis.Redis.from_url(broker)
    client.flushdb()
    for other in client.client_list():
        if other["db"] == REDIS_DATABASE and int(other["id"]) != client.client_id():
            client.client_kill_filter(_id=other["id"])
    client.close()


def test_every_job_is_printed_exactly_once_though_workers_are_killed_and_the_queue_is_lost(tmp_path: Path) -> None:
    broker = urlsplit(os.environ["BROKER_URL"])._replace(path=f"/{REDIS_DATABASE}").geturl()
    env, log, dispatcher_log = environment(tmp_path, broker), tmp_path / "worker.log", tmp_path / "dispatcher.log"
    redis.Redis.from_url(broker).flushdb()
    asked = waiting_jobs(JOBS)
    abandoned = 0

    with process(DISPATCHER, env, dispatcher_log) as dispatcher:
        while abandoned < KILLS:
            abandoned += kill_in_the_middle_of_a_job(env, log, pause=0.3 * abandoned)
            if abandoned == KILLS - 1:
                lose_the_queue(broker)
                time_passes()
        with worker(env, log):
            until(lambda: not PrintJob.objects.exclude(state__in=[PrintJob.State.DONE, PrintJob.State.FAILED]).exists(), log)
        assert dispatcher.poll() is None, dispatcher_log.read_text("utf-8", "replace")

    done = PrintJob.objects.order_by("pk")
    assert [(job.pk, job.state, job.error) for job in done] == [(pk, "done", "") for pk in asked]
    assert sum(job.attempts for job in done) == JOBS + KILLS
    files = sorted(path.relative_to(tmp_path / "files") for path in (tmp_path / "files").rglob("*.pdf"))
    assert files == sorted(Path(job.path) for job in done)
    redis.Redis.from_url(broker).flushdb()


def test_without_a_broker_the_dispatcher_waits_and_ends_when_asked(tmp_path: Path) -> None:
    env, log = environment(tmp_path, f"redis://127.0.0.1:{free_port()}/0"), tmp_path / "dispatcher.log"
    (job,) = waiting_jobs(1)

    with process(DISPATCHER, env, log) as dispatcher:
        until(lambda: "dispatch waits" in log.read_text("utf-8"), log)
        assert dispatcher.poll() is None
        dispatcher.terminate()
        assert dispatcher.wait(timeout=20) == 0

    assert PrintJob.objects.get(pk=job).state == PrintJob.State.WAITING
