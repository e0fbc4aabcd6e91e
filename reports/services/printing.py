"""Printing one claimed job: its own text → PDF, finished behind a fence so that one job has one file."""

import hashlib
import logging

from django.utils import timezone

from assessment.domain import exchange
from assessment.domain.errors import DomainError
from assessment.services.exchange import schemes_of
from assessment.services.files import put
from reports import pdf
from reports.models import PrintJob
from reports.models.jobs import print_path
from reports.services.jobs import MAX_ATTEMPTS, RETRY_PUBLISH, claim

logger = logging.getLogger(__name__)

PREVIEW_MARK = "预览稿"


def run_print_job(job_id: int) -> bool:
    """Print one job; a second run finds it claimed or done and stops. Returns whether this run finished it."""
    lease = claim(job_id, timezone.now())
    if not lease:
        return False
    job = PrintJob.objects.select_related("filing", "snapshot", "review_snapshot").get(pk=job_id)
    try:
        return _finish(job, lease, render(job))
    except (DomainError, pdf.PrintError) as error:
        return _fail(job, lease, str(error), final=True)
    except Exception:
        logger.exception("print job %s failed", job_id)
        return _fail(job, lease, "打印程序出错，已记入日志；请重试，仍失败请联系系统管理员", final=job.attempts >= MAX_ATTEMPTS)


def render(job: PrintJob) -> bytes:
    """The job's PDF: a preview from its own text, a report from what was signed."""
    if job.snapshot is None:
        return pdf.render(exchange.read(job.content.encode()), watermark=PREVIEW_MARK, explained=job.explained)
    content = exchange.FilingContent.model_validate_json(job.snapshot.content)
    return pdf.render(exchange.pack(content, schemes_of(job.filing)), review=job.published_review)


def _fail(job: PrintJob, lease: str, error: str, *, final: bool) -> bool:
    now = timezone.now()
    state = PrintJob.State.FAILED if final else PrintJob.State.WAITING
    PrintJob.objects.filter(pk=job.pk, lease=lease).update(
        state=state, lease="", error=error[:500], due_at=now + RETRY_PUBLISH * job.attempts, finished_at=now if final else None
    )
    return False


def _finish(job: PrintJob, lease: str, data: bytes) -> bool:
    """Put the file in its place first, then the row: only the holder of the lease can mark the job done."""
    sha256 = hashlib.sha256(data).hexdigest()
    put(print_path(sha256), data)
    finished = PrintJob.objects.filter(pk=job.pk, lease=lease, state=PrintJob.State.PRINTING).update(
        state=PrintJob.State.DONE, lease="", sha256=sha256, size=len(data), error="", finished_at=timezone.now()
    )
    return bool(finished)
