"""The Celery application: ``celery -A config worker``; what its processes are given before they print."""

import logging
import os
import resource
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("jiping")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: What a printing process may allocate: the demo's report takes 135 MiB of it, one with forty projects 340, with the
#: hundred that a filing may have some 650. Address space, half of it fonts and libraries read from files, is not limited.
#: A job beyond it fails by itself.
MEMORY_LIMIT = 1024 * 1024 * 1024


@worker_init.connect
def refuse_without_parts(**_: Any) -> None:
    """A worker that could print nothing, or only slowly, says what is missing and does not start."""
    from reports import pdf
    from reports.pdf.fonts import check_parts

    try:
        check_parts()
    except pdf.PrintError as missing:
        raise SystemExit(str(missing)) from None


@worker_process_init.connect
def prepare_child(**_: Any) -> None:
    """Each printing process has its memory limited, and the print engine loaded before the first job."""
    from reports import pdf

    limit_memory(MEMORY_LIMIT)
    try:
        # In the child: Pango starts a thread, which would not live on in a forked process.
        pdf.warm_up()
    except pdf.PrintError as missing:
        logging.getLogger(__name__).warning("%s", missing)


def limit_memory(size: int) -> None:
    """Let this process allocate ``size`` bytes at most; what is beyond is refused, and Python says ``MemoryError``."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size, hard))
