"""``manage.py dispatch``: tells the broker while print jobs, files to scan or mails wait and puts abandoned ones back, until ended."""

import logging
import signal
import threading
import time
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from assessment.models import Evidence, Notice
from assessment.services import outbox
from reports.models import PrintJob
from reports.services import jobs

logger = logging.getLogger("jiping.dispatch")
PAUSE = 1.0
NEXT_JOB = "reports.tasks.next_job"  # by name: the dispatcher loads no print engine
SEND_MAIL = "assessment.tasks.send_mail"
#: As many messages lie at the broker at most, however much waits: enough for the workers until the next round.
AHEAD = 16
WARN_EVERY = 60.0
FORGET_EVERY = 3600.0


class Command(BaseCommand):
    help = "Tell the broker of waiting print jobs, files to scan and mails, and requeue those whose worker died."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        watch, forgotten_at = Watch(), -FORGET_EVERY
        while not stop.is_set():
            try:
                watch.look()
                dispatch_once()
                if time.monotonic() - forgotten_at >= FORGET_EVERY:
                    jobs.forget_previews(timezone.now())
                    forgotten_at = time.monotonic()
            except (Error, OperationalError, OSError) as error:
                logger.warning("dispatch waits: %s", error)
                close_old_connections()
            stop.wait(PAUSE)


class Watch:
    """Warns while jobs wait and nobody prints, once in ``WARN_EVERY`` seconds."""

    def __init__(self) -> None:
        self.warned_at: float | None = None

    def look(self) -> None:
        """Warn if it is time to."""
        queue = PrintJob.objects.queue(timezone.now())
        just_warned = self.warned_at is not None and time.monotonic() - self.warned_at < WARN_EVERY
        if queue.stuck and queue.waited and not just_warned:
            waited = int(queue.waited.total_seconds())
            logger.warning("%s print job(s) wait, the oldest for %s s, and none is printed: is a worker running?", queue.waiting, waited)
            self.warned_at = time.monotonic()


def dispatch_once() -> int:
    """One round: sweep, tell the broker, and leave a sign of life; returns how many messages were sent."""
    now = timezone.now()
    jobs.sweep(now)
    outbox.sweep(now)
    due = len(PrintJob.objects.due(now).values_list("pk", flat=True)[:AHEAD])
    due += len(Evidence.objects.to_scan(now).values_list("pk", flat=True)[:AHEAD])
    sent = _tell(NEXT_JOB, min(due, AHEAD)) if due else 0
    if Notice.objects.due(now).exists():
        sent += _tell(SEND_MAIL, 1)  # one run sends all that is due
    (settings.DATA_DIR / "dispatch.alive").touch()
    return sent


def _tell(task: str, due: int) -> int:
    """Have ``due`` messages for the task at the broker: those that are there count, those that were lost do not."""
    queue_name = settings.CELERY_TASK_ROUTES.get(task, {"queue": current_app.conf.task_default_queue})["queue"]
    with current_app.connection_for_write() as connection:
        # Once and not again and again: the next round comes in a second.
        connection.ensure_connection(max_retries=1)
        queue: Any = current_app.amqp.queues[queue_name](connection.channel())
        missing = max(due - int(queue.queue_declare().message_count), 0)
        with current_app.amqp.Producer(connection) as producer:
            for _ in range(missing):
                current_app.send_task(task, producer=producer, retry=False)
    return missing
