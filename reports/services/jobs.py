"""The queue of print jobs: asked, published, claimed under a lease, swept when abandoned."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessment import permissions
from assessment.domain import exchange
from assessment.domain.errors import DomainError
from assessment.models import Filing, Snapshot
from assessment.services.exchange import export
from reports.models import PrintJob
from units.models import User

LEASE = timedelta(minutes=3)
RETRY_PUBLISH = timedelta(seconds=30)
MAX_ATTEMPTS = 3
MAX_WAITING_PREVIEWS = 3


@transaction.atomic
def ask_preview(filing: Filing, *, by: User, explained: bool = False) -> PrintJob:
    """Ask for a preview of the filing as it stands, ``explained`` with how each score came about.

    The same content already waiting or printed is used again.
    """
    filing = Filing.objects.select_for_update(of=("self",)).select_related("unit", "round__department").get(pk=filing.pk)
    permissions.check_takes_part(by, filing)
    content = exchange.write(export(filing))
    previews = PrintJob.objects.filter(filing=filing, kind=PrintJob.Kind.PREVIEW)
    same = previews.filter(content=content, explained=explained).exclude(state=PrintJob.State.FAILED).first()
    if same:
        return same
    if previews.filter(state__in=[PrintJob.State.WAITING, PrintJob.State.PRINTING]).count() >= MAX_WAITING_PREVIEWS:
        raise DomainError("这份材料已有多份预览稿在打印，请稍候")
    return PrintJob.objects.create(
        filing=filing, kind=PrintJob.Kind.PREVIEW, content=content, explained=explained, due_at=timezone.now(), asked_by=by
    )


def ask_report(filing: Filing, snapshot: Snapshot, review: Snapshot, *, by: User) -> PrintJob:
    """Ask for the official report of a signed content, with the review page where the round makes it public."""
    return PrintJob.objects.create(
        filing=filing,
        kind=PrintJob.Kind.REPORT,
        snapshot=snapshot,
        review_snapshot=review,
        with_review=filing.round.review_public,
        due_at=timezone.now(),
        asked_by=by,
    )


@transaction.atomic
def retry(job_id: int, *, by: User) -> PrintJob:
    """Put a failed job back in the queue with fresh attempts."""
    job = PrintJob.objects.select_for_update(of=("self",)).select_related("filing__unit").get(pk=job_id)
    permissions.check_takes_part(by, job.filing)
    if job.state != PrintJob.State.FAILED:
        raise DomainError("只有打印失败的任务可以重试")
    job.state, job.attempts, job.error, job.due_at = PrintJob.State.WAITING, 0, "", timezone.now()
    job.finished_at = None
    job.save()
    return job


def due_jobs(now: datetime, limit: int = 50) -> list[int]:
    """Waiting jobs to tell the broker of now; each is told again later in case the message is lost."""
    ids = list(PrintJob.objects.to_publish(now).values_list("pk", flat=True)[:limit])
    PrintJob.objects.filter(pk__in=ids, state=PrintJob.State.WAITING).update(due_at=now + RETRY_PUBLISH)
    return ids


def sweep(now: datetime) -> int:
    """Put abandoned jobs back in the queue, or give up after the last attempt; returns how many were found."""
    abandoned = PrintJob.objects.abandoned(now)
    given_up = abandoned.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=PrintJob.State.FAILED, lease="", error="打印多次中断，请重试；仍失败请联系系统管理员", finished_at=now
    )
    return given_up + abandoned.update(state=PrintJob.State.WAITING, lease="", due_at=now)


def claim(job_id: int, now: datetime) -> str:
    """Take a waiting job for ``LEASE``; returns the lease token, empty when somebody else has it or it is done."""
    lease = secrets.token_hex(16)
    taken = PrintJob.objects.filter(pk=job_id, state=PrintJob.State.WAITING).update(
        state=PrintJob.State.PRINTING, lease=lease, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return lease if taken else ""
