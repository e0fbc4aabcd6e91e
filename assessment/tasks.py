"""Celery tasks: thin, and without arguments: a message says that there is mail, the service takes what is due."""

from celery import shared_task

from assessment.services import outbox


@shared_task(acks_late=True, ignore_result=True)
def send_mail() -> None:
    """Send the mails that are due; a message too many finds none, and stops."""
    outbox.send_due()
