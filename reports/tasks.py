"""Celery tasks: thin, with plain arguments; the service claims, and stops if the job is taken or done."""

from celery import shared_task

from reports.services import printing


@shared_task(acks_late=True, ignore_result=True)
def print_job(job_id: int) -> None:
    """Print one job's PDF; a second run finds it printed and stops."""
    printing.run_print_job(job_id)
