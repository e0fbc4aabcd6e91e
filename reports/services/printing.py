"""Printing one claimed job: its own text → PDF, finished behind a fence so that one job has one file."""

import hashlib
import logging
import time

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from assessment.domain import exchange
from assessment.domain.errors import DomainError
from assessment.domain.receipt import Receipt
from assessment.services.exchange import schemes_of
from assessment.services.files import put
from reports import pdf
from reports.models import PrintJob
from reports.models.jobs import print_path
from reports.services.jobs import MAX_ATTEMPTS, back_off, claim, claim_next

logger = logging.getLogger(__name__)

TROUBLE = "打印程序出错，已记入日志；请重试，仍失败请联系系统管理员"
TOO_SLOW = f"打印超过 {settings.CELERY_TASK_SOFT_TIME_LIMIT} 秒，已中止；请精简内容后重试，或联系系统管理员"
TOO_LARGE = "内容过大，打印所需的内存超过上限，未能打印；请精简内容后重新打印"


def print_next() -> bool:
    """Print the most urgent job that is due; returns whether there was one and this run finished it."""
    claimed = claim_next(timezone.now())
    return claimed is not None and _print(*claimed)


def run_print_job(job_id: int) -> bool:
    """Print one job; a second run finds it claimed or done and stops. Returns whether this run finished it."""
    lease = claim(job_id, timezone.now())
    return bool(lease) and _print(job_id, lease)


def _print(job_id: int, lease: str) -> bool:
    """Print a job under its lease, and say so in the log: whoever looks for a slow or a deadly job finds it there."""
    # Long texts come when they are needed: reading one may already be more than the memory allows.
    job = PrintJob.objects.select_related("filing").defer("content").get(pk=job_id)
    logger.info("print job %s begins: %s, attempt %s", job.pk, job.kind, job.attempts)
    begun = time.monotonic()
    try:
        finished = _finish(job, lease, render(job))
    except (DomainError, pdf.PrintError) as error:
        told, final = str(error), True
    except MemoryError:
        told, final = TOO_LARGE, True
    except SoftTimeLimitExceeded:
        # An approval's report is tried again, the machine may have been busy; a preview is asked for again.
        told, final = TOO_SLOW, job.kind == PrintJob.Kind.PREVIEW
    except Exception:
        logger.exception("print job %s failed", job.pk)
        told, final = TROUBLE, False
    else:
        logger.info("print job %s ends: %s after %.1f s", job.pk, "done" if finished else "not its own any more", time.monotonic() - begun)
        return finished
    # Outside of the handlers: they would keep what filled the memory alive.
    logger.info("print job %s ends: failed after %.1f s", job.pk, time.monotonic() - begun)
    return _fail(job, lease, told, final=final or job.attempts >= MAX_ATTEMPTS)


def render(job: PrintJob) -> bytes:
    """The job's PDF: a preview and a receipt from their own text, all others from what was signed."""
    if job.kind == PrintJob.Kind.RECEIPT:
        return pdf.render_receipt(Receipt.model_validate_json(job.content))
    if job.kind == PrintJob.Kind.PREVIEW:
        mark = pdf.SIGNED_PREVIEW if job.snapshot_id else pdf.PREVIEW
        return pdf.render(exchange.read(job.content.encode()), mark=mark, explained=job.explained)
    assert job.snapshot is not None
    content = exchange.FilingContent.model_validate_json(job.snapshot.content)
    file = exchange.pack(content, schemes_of(job.filing))
    if job.kind == PrintJob.Kind.COPY:
        return pdf.render(file, mark=pdf.COPY)
    return pdf.render(file, review=job.published_review)


def _fail(job: PrintJob, lease: str, error: str, *, final: bool) -> bool:
    now = timezone.now()
    state = PrintJob.State.FAILED if final else PrintJob.State.WAITING
    PrintJob.objects.filter(pk=job.pk, lease=lease).update(
        state=state, lease="", error=error[:500], due_at=now + back_off(job.attempts), finished_at=now if final else None
    )
    return False


def _finish(job: PrintJob, lease: str, data: bytes) -> bool:
    """Put the file in its place first, then the row: only the holder of the lease can mark the job done."""
    sha256 = hashlib.sha256(data).hexdigest()
    put(print_path(sha256), data)
    made = {"sha256": sha256, "size": len(data), "toolchain": pdf.toolchain()}
    finished = PrintJob.objects.filter(pk=job.pk, lease=lease, state=PrintJob.State.PRINTING).update(
        state=PrintJob.State.DONE, lease="", error="", finished_at=timezone.now(), **made
    )
    return bool(finished)
