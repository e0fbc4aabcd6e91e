"""Celery tasks: thin, and without arguments: a message says that there is work, the service takes the most urgent."""

from celery import shared_task
from django.utils import timezone

from assessment.services import scanning
from reports import pdf
from reports.services import printing


@shared_task(acks_late=True, ignore_result=True)
def next_job() -> None:
    """Look through a file that waits for it, or else print the most urgent job; a message too many finds neither, and stops."""
    if not scanning.scan_next(timezone.now()):
        printing.print_next()
        pdf.rest()
