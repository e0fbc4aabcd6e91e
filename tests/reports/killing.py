"""Sixty jobs, and a worker killed in the middle of one of them twenty times: what the installation of the environment makes of it.

Run by test_worker.py as a process of its own, since its settings are those of the installation: ``python -m tests.reports.killing FOLDER``.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402  # the settings are there from here on
from django.db import connection, transaction  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402

from reports.management.commands import runlocal  # noqa: E402
from reports.models import PrintJob  # noqa: E402
from reports.services import jobs  # noqa: E402
from tests.browser.houses import process  # noqa: E402
from tests.factories import Line, make_department  # noqa: E402
from tests.reports.queues import change_figure, lose_the_queue  # noqa: E402

JOBS, KILLS, WORKERS = 60, 20, 3
PATIENCE = 120
LINE = re.compile(r"print job (\d+) (begins|ends)")
State = PrintJob.State


@dataclass
class Worker:
    """A worker as ``runlocal`` starts it, in a group that can be killed whole, with a log and a database session of its own name."""

    number: int
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        command = ["INFO" if word == "WARNING" else word for word in runlocal.commands(0)["worker"]]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=os.environ | {"PGAPPNAME": self.name}, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    @property
    def name(self) -> str:
        return f"worker-{self.number}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def in_hand(self) -> int | None:
        """The job that it has begun and not ended."""
        said = LINE.findall(self.log.read_text("utf-8", "replace"))
        return int(said[-1][0]) if said and said[-1][1] == "begins" else None

    def kill(self) -> None:
        """SIGKILL for it and its child; afterwards nothing of what it had sent to the database is still carried out."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not sessions_of(self.name))


def sessions_of(name: str) -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [name])
        return int(cursor.fetchone()[0])


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, list(PrintJob.objects.values_list("pk", "state", "attempts", "error"))
        time.sleep(0.02)


class Workers:
    """As many as there shall be: one that ended is followed by another, as the supervisor does it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.started = folder, 0
        self.alive: list[Worker] = []

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.alive:
            worker.kill()

    def fill_up(self) -> None:
        self.alive = [worker for worker in self.alive if worker.process.poll() is None]
        while len(self.alive) < WORKERS:
            self.started += 1
            self.alive.append(Worker(self.started, self.folder))

    def busy(self) -> Worker | None:
        """One in the middle of a job that can stand being killed: after the third time it would be given up."""
        self.fill_up()
        early = set(mortal().values_list("pk", flat=True))
        return next((worker for worker in self.alive if worker.in_hand() in early), None)

    def kill_in_the_middle_of_a_job(self, pause: float) -> bool:
        """Kill one ``pause`` seconds into a job, unless it is through by then; returns whether it left the job behind."""
        until(self.busy)
        worker = self.busy()
        time.sleep(pause)
        if worker is None or not mortal().filter(pk=worker.in_hand()).exists():
            return False
        worker.kill()
        # What minutes would do: the lease of the dead runs out; those of the others go on.
        return bool(mortal().filter(pk=worker.in_hand()).update(lease_until=timezone.now() - timedelta(seconds=1)))


def mortal() -> QuerySet[PrintJob]:
    """Jobs being printed for the first or second time."""
    return PrintJob.objects.filter(state=State.PRINTING, attempts__lt=jobs.MAX_ATTEMPTS)


def waiting_jobs() -> list[int]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    department = make_department()
    asked = []
    for _ in range(JOBS // jobs.MAX_WAITING_PREVIEWS):
        line = Line(department=department)
        for value in range(jobs.MAX_WAITING_PREVIEWS):
            change_figure(line, value)
            asked.append(jobs.ask_preview(line.filing, by=line.preparer).pk)
    return asked


def main(folder: Path) -> None:
    with transaction.atomic():
        asked = waiting_jobs()
        PrintJob.objects.update(due_at=timezone.now() + timedelta(days=1))
    with ExitStack() as stack:
        stack.enter_context(process(runlocal.commands(0)["dispatcher"], dict(os.environ), folder / "dispatcher.log"))
        workers = stack.enter_context(Workers(folder))
        for number in range(KILLS):
            # A few at a time, or the worker that is left has printed all while the next one starts.
            share = JOBS // KILLS
            PrintJob.objects.filter(pk__in=asked[number * share : (number + 1) * share]).update(due_at=timezone.now())
            # From the very beginning of a job to its very end.
            pause = 0.05 * (number % 8)
            while not workers.kill_in_the_middle_of_a_job(pause):
                pause = 0.0
            if number == KILLS // 2:
                lose_the_queue()
        until(lambda: workers.fill_up() or not PrintJob.objects.under_way().exists())
    done = PrintJob.objects.order_by("pk")
    told = {
        "asked": asked,
        "jobs": [[job.pk, job.state, job.error, job.attempts, job.path] for job in done],
        "files": sorted(str(path.relative_to(settings.MEDIA_ROOT)) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
