"""Printing again what was printed: the same tool chain must give the same bytes, and what differs must have a reason."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from assessment.services.verify import file_fault
from reports import pdf
from reports.models import PrintJob
from reports.services.printing import render

UNKNOWN = "an unrecorded tool chain"


@dataclass(frozen=True)
class Verdict:
    """What printing one job again has shown."""

    job: PrintJob
    told: str
    holds: bool


def reprint(limit: int | None = None) -> Iterator[Verdict]:
    """Print each finished report and copy again, the latest first, ``limit`` of them at most; nothing is stored."""
    done = PrintJob.objects.filter(state=PrintJob.State.DONE, kind__in=[PrintJob.Kind.REPORT, PrintJob.Kind.COPY])
    for job_id in list(done.order_by("-pk").values_list("pk", flat=True)[:limit]):
        job = PrintJob.objects.select_related("filing__unit", "filing__round").get(pk=job_id)
        yield Verdict(job, *_verdict(job))


def _verdict(job: PrintJob) -> tuple[str, bool]:
    if fault := file_fault(job.path, job.sha256):
        return fault, False
    try:
        sha256 = hashlib.sha256(render(job)).hexdigest()
    except Exception as error:  # whatever it is, the prints after it are looked at too
        return f"cannot be printed again: {type(error).__name__}: {error}", False
    finally:
        pdf.rest()
    now, before = pdf.toolchain(), job.toolchain or UNKNOWN
    if now != before:
        bytes_now = "same bytes" if sha256 == job.sha256 else f"other bytes ({sha256[:16]}…)"
        return f"printed with {before}, now {now}: {bytes_now}", True
    if sha256 == job.sha256:
        return "same tool chain, same bytes", True
    return f"same tool chain, but other bytes: {job.sha256[:16]}… was printed, {sha256[:16]}… now", False
