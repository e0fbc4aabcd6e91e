"""Celery tasks: thin, and without arguments: a message says that there is work, the service takes the most urgent."""

from celery import shared_task

from reports import pdf
from reports.services import printing


@shared_task(acks_late=True, ignore_result=True)
def print_job() -> None:
    """Print the most urgent job that waits; a message too many finds none, and stops."""
    printing.print_next()
    pdf.rest()
