"""``manage.py dispatch``: tells the broker of waiting print jobs and puts abandoned ones back, until ended."""

import logging
import signal
import threading
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from reports.services import jobs

logger = logging.getLogger("jiping.dispatch")
PAUSE = 1.0
PRINT_JOB = "reports.tasks.print_job"  # by name: the dispatcher loads no print engine


class Command(BaseCommand):
    help = "Publish waiting print jobs to the broker, and requeue those whose worker died."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                dispatch_once()
            except (Error, OperationalError, OSError) as error:
                logger.warning("dispatch waits: %s", error)
                close_old_connections()
            stop.wait(PAUSE)


def dispatch_once() -> int:
    """One round: sweep, publish what is due, and leave a sign of life; returns how many jobs were published."""
    now = timezone.now()
    jobs.sweep(now)
    due = jobs.due_jobs(now)
    for job_id in due:
        current_app.send_task(PRINT_JOB, (job_id,), retry=False)
    (settings.DATA_DIR / "dispatch.alive").touch()
    return len(due)
