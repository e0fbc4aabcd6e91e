"""The queue of print jobs: asked for, claimed by urgency under a lease, cancelled, tried again, swept when abandoned."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessment import permissions
from assessment.domain import exchange
from assessment.domain.errors import DomainError
from assessment.domain.workflow import UNSIGNED
from assessment.models import Filing, Round, Snapshot
from assessment.services.exchange import export
from assessment.services.receipts import receipt_of
from reports.models import PrintJob
from reports.models.jobs import PRIORITIES, UNDER_WAY
from units.models import Membership, Role, User

#: Longer than the hard time limit of a task (CELERY_TASK_TIME_LIMIT): a lease that ran out belongs to nobody alive.
LEASE = timedelta(minutes=4)
BACK_OFF = timedelta(seconds=30)
MAX_ATTEMPTS = 3
MAX_WAITING_PREVIEWS = 3
#: Nobody needs them again: they can be printed anew.
KEEP_PREVIEWS = timedelta(days=30)
FORGOTTEN_AT_ONCE = 500
#: How many of the most urgent jobs a worker tries for: as many others may be quicker before it goes without.
CANDIDATES = 20

INTERRUPTED = "打印进程中断"
GIVEN_UP = f"{INTERRUPTED}，已试 {MAX_ATTEMPTS} 次未成；请重试，仍失败请联系系统管理员"
#: From where a job can be put back in the queue.
ENDED_WITHOUT = (PrintJob.State.FAILED, PrintJob.State.CANCELLED)


def new_job(kind: PrintJob.Kind, *, by: User, **what: Any) -> PrintJob:
    """An unsaved job with its kind's place in the queue, due at once."""
    return PrintJob(kind=kind, priority=PRIORITIES[kind], due_at=timezone.now(), asked_by=by, **what)


@transaction.atomic
def ask_preview(filing: Filing, *, by: User, explained: bool = False) -> PrintJob:
    """Ask for a preview of the filing as it stands, ``explained`` with how each score came about; it says whether that is signed.

    The same content already waiting or printed is used again.
    """
    filing = Filing.objects.select_for_update(of=("self",)).select_related("unit", "round__department").get(pk=filing.pk)
    permissions.check_takes_part(by, filing)
    content = exchange.write(export(filing))
    signed = None if filing.status in UNSIGNED else filing.snapshots.filter(kind=Snapshot.Kind.FILING).latest("number")
    same = PrintJob.objects.filter(filing=filing, kind=PrintJob.Kind.PREVIEW, snapshot=signed, content=content, explained=explained).first()
    if same and same.state not in ENDED_WITHOUT:
        return same
    _check_previews(filing.pk)
    if same:
        return _again(same)
    job = new_job(PrintJob.Kind.PREVIEW, by=by, filing=filing, snapshot=signed, content=content, explained=explained)
    job.save()
    return job


@transaction.atomic
def ask_receipt(filing: Filing, signed: Snapshot, *, by: User) -> PrintJob:
    """Ask for the receipt of a signed content; one that says the same is used again."""
    filing = Filing.objects.select_for_update(of=("self",)).select_related("unit", "round__department").get(pk=filing.pk)
    permissions.check_takes_part(by, filing)
    content = receipt_of(filing, signed).text()
    same = PrintJob.objects.filter(filing=filing, kind=PrintJob.Kind.RECEIPT, snapshot=signed, content=content).first()
    if same:
        return _again(same) if same.state in ENDED_WITHOUT else same
    job = new_job(PrintJob.Kind.RECEIPT, by=by, filing=filing, snapshot=signed, content=content)
    job.save()
    return job


def _check_previews(filing_id: int) -> None:
    """Refuse one more preview of a filing that has its share of the workers; its row is locked by the caller."""
    if PrintJob.objects.filter(filing=filing_id, kind=PrintJob.Kind.PREVIEW).occupying(timezone.now()).count() >= MAX_WAITING_PREVIEWS:
        raise DomainError("这份材料已有多份预览稿在打印，请稍候")


def ask_report(filing: Filing, snapshot: Snapshot, review: Snapshot, *, by: User) -> PrintJob:
    """Ask for the official report of a signed content, with the review page where the round makes it public."""
    with_review = filing.round.review_public
    job = new_job(PrintJob.Kind.REPORT, by=by, filing=filing, snapshot=snapshot, review_snapshot=review, with_review=with_review)
    job.save()
    return job


def prints_rounds(user: User, round_: Round) -> bool:
    """Whether ``user`` may print what units signed in this round: who reviews or approves in its department's finance office."""
    held = set(Membership.objects.today().filter(user=user, unit_id=round_.department_id).values_list("role", flat=True))
    return bool(held & {Role.REVIEWER, Role.LEAD}) and Role.ADMINISTRATOR not in held


def may_handle(user: User, job: PrintJob) -> bool:
    """Whether ``user`` may try a job again or cancel it: a copy is the finance office's, all others are of who takes part."""
    if job.kind == PrintJob.Kind.COPY:
        return prints_rounds(user, job.filing.round)
    return permissions.takes_part(user, job.filing)


def can_be_cancelled(job: PrintJob) -> bool:
    """Whether the job is under way and nothing depends on it: an approval needs its report, a batch its copies."""
    return job.state in UNDER_WAY and job.kind in (PrintJob.Kind.PREVIEW, PrintJob.Kind.RECEIPT)


def _take(job_id: int, *, by: User) -> PrintJob:
    """Lock the row first, then ask whether ``by`` may do anything with it."""
    job = PrintJob.objects.select_for_update(of=("self",)).select_related("filing__unit", "filing__round").get(pk=job_id)
    if not may_handle(by, job):
        copy = job.kind == PrintJob.Kind.COPY
        raise DomainError("送审稿由财务部门打印，您不能重试或取消" if copy else "您只能查阅这份材料，不能打印")
    return job


@transaction.atomic
def retry(job_id: int, *, by: User) -> PrintJob:
    """Put a failed or cancelled job back in the queue with fresh attempts."""
    # The filing first, as for a new preview: two who lock in another order wait for each other.
    filing = Filing.objects.select_for_update(of=("self",)).get(print_jobs=job_id)
    job = _take(job_id, by=by)
    if job.state not in ENDED_WITHOUT:
        raise DomainError("只有打印失败或已取消的任务可以重试")
    if job.kind == PrintJob.Kind.PREVIEW:
        _check_previews(filing.pk)
    return _again(job)


def _again(job: PrintJob) -> PrintJob:
    put_back(PrintJob.objects.filter(pk=job.pk))
    job.refresh_from_db()
    return job


def put_back(jobs: Any) -> int:
    """The queryset's jobs in the queue as if they were new; returns how many."""
    fresh = {"attempts": 0, "error": "", "due_at": timezone.now(), "finished_at": None}
    found: int = jobs.filter(state__in=ENDED_WITHOUT).update(state=PrintJob.State.WAITING, **fresh)
    return found


@transaction.atomic
def cancel(job_id: int, *, by: User) -> PrintJob:
    """Take a job out of the queue; one being printed loses its lease, so that its worker cannot finish it.

    ``lease_until`` stays: until then the worker may be busy with it.
    """
    job = _take(job_id, by=by)
    if job.kind == PrintJob.Kind.REPORT:
        raise DomainError("正式报告随审定打印，不能取消")
    if job.kind == PrintJob.Kind.COPY:
        raise DomainError("送审稿随全轮打印，请在该批打印的页面取消")
    if job.state not in UNDER_WAY:
        raise DomainError("只有等待或正在打印的任务可以取消")
    job.state, job.lease, job.finished_at = PrintJob.State.CANCELLED, "", timezone.now()
    job.save(update_fields=["state", "lease", "finished_at"])
    return job


def sweep(now: datetime) -> int:
    """Put abandoned jobs back in the queue, or give up after the last attempt; returns how many were found."""
    abandoned = PrintJob.objects.abandoned(now)
    given_up = abandoned.filter(attempts__gte=MAX_ATTEMPTS).update(state=PrintJob.State.FAILED, lease="", error=GIVEN_UP, finished_at=now)
    # Due at once: it has waited for its lease to run out, which is longer than any back-off.
    return given_up + abandoned.update(state=PrintJob.State.WAITING, lease="", error=INTERRUPTED, due_at=now)


def forget_previews(now: datetime) -> int:
    """Remove the previews that ended ``KEEP_PREVIEWS`` ago, and their files; returns how many."""
    old = list(
        PrintJob.objects.filter(kind=PrintJob.Kind.PREVIEW, finished_at__lt=now - KEEP_PREVIEWS).defer("content")[:FORGOTTEN_AT_ONCE]
    )
    PrintJob.objects.filter(pk__in=[job.pk for job in old]).delete()
    for job in old:
        if job.sha256 and not PrintJob.objects.filter(sha256=job.sha256).exists():
            default_storage.delete(job.path)
    return len(old)


def back_off(attempts: int) -> timedelta:
    """How long a job waits after ``attempts`` in vain: 30 seconds, then twice as long each time."""
    return BACK_OFF * (1 << (attempts - 1))


def claim_next(now: datetime) -> tuple[int, str] | None:
    """Take the most urgent job that is due, or the next one when another worker was quicker; with the lease token."""
    for job_id in list(PrintJob.objects.due(now).values_list("pk", flat=True)[:CANDIDATES]):
        if lease := claim(job_id, now):
            return job_id, lease
    return None


def claim(job_id: int, now: datetime) -> str:
    """Take a waiting job for ``LEASE``; returns the lease token, empty when somebody else has it or it is done."""
    lease = secrets.token_hex(16)
    taken = PrintJob.objects.filter(pk=job_id, state=PrintJob.State.WAITING).update(
        state=PrintJob.State.PRINTING, lease=lease, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return lease if taken else ""
