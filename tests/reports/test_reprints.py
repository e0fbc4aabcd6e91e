"""Printing again what was printed: the same tool chain gives the same bytes, another one is named, and a fault is a fault."""

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.services.files import put
from reports import pdf
from reports.models import PrintJob
from reports.services import jobs, printing
from reports.services.batches import print_round
from reports.services.reprints import reprint
from tests.factories import Line

pytestmark = pytest.mark.django_db

OLDER = "WeasyPrint 69.0, Pango 1.50.12, HarfBuzz 6.0.0, fonts 0123456789abcdef"


def printed(status: Status = Status.APPROVED) -> PrintJob:
    line = Line(status, review_public=True)
    job = line.filing.print_jobs.first() or print_round(line.filing.round_id, by=line.lead).items.get().job
    assert printing.run_print_job(job.pk)
    job.refresh_from_db()
    return job


def other_file(data: bytes) -> str:
    """As if the jobs had been printed to these bytes; returns their digest."""
    digest = hashlib.sha256(data).hexdigest()
    put(printing.print_path(digest), data)
    PrintJob.objects.update(sha256=digest)
    return digest


def verified(**options: object) -> tuple[list[str], list[str], str]:
    """What the command prints, what it complains of, and how it ends."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_prints", stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue().splitlines(), err.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), err.getvalue().splitlines(), ""


@pytest.mark.parametrize("status", [Status.APPROVED, Status.SUBMITTED])
def test_a_report_and_a_copy_are_the_same_bytes_again(status: Status) -> None:
    job = printed(status)

    assert verified() == ([f"print job {job.pk} ({job}): same tool chain, same bytes", "1 print(s) hold."], [], "")


def test_neither_previews_nor_what_is_not_printed_are_looked_at() -> None:
    line = Line(Status.APPROVED)
    preview = jobs.ask_preview(line.filing, by=line.preparer)
    assert printing.run_print_job(preview.pk)

    assert verified() == (["0 print(s) hold."], [], "")


def test_another_tool_chain_is_named_and_may_give_other_bytes() -> None:
    job = printed()
    PrintJob.objects.update(toolchain=OLDER)
    same = [verdict.told for verdict in reprint()]
    other_file(b"%PDF-1.7 of an older engine")
    PrintJob.objects.update(toolchain="")

    (verdict,) = reprint()

    assert same == [f"printed with {OLDER}, now {pdf.toolchain()}: same bytes"]
    assert (verdict.told, verdict.holds) == (
        f"printed with an unrecorded tool chain, now {pdf.toolchain()}: other bytes ({job.sha256[:16]}…)",
        True,
    )


def test_other_bytes_from_the_same_tool_chain_are_a_fault() -> None:
    job = printed()
    digest = other_file(b"%PDF-1.7 of nobody knows what")

    said = f"print job {job.pk} ({job}): same tool chain, but other bytes: {digest[:16]}… was printed, {job.sha256[:16]}… now"
    assert verified() == ([], [said], "1 of 1 print(s) do not hold.")


def test_a_file_that_is_gone_or_changed_is_a_fault(settings: LazySettings) -> None:
    gone, changed = printed(), printed()
    (Path(settings.MEDIA_ROOT) / gone.path).unlink()
    (Path(settings.MEDIA_ROOT) / changed.path).write_bytes(b"%PDF-1.7 other")

    out, err, end = verified()

    assert (out, end) == ([], "2 of 2 print(s) do not hold.")
    assert err == [
        f"print job {changed.pk} ({changed}): file does not match its digest",
        f"print job {gone.pk} ({gone}): file is missing",
    ]


def test_what_cannot_be_printed_again_is_a_fault() -> None:
    job = printed()
    garbage = job.filing.snapshots.create(
        kind="filing", number=9, content=json.dumps({}), algorithm="sha256", digest="", made_by=job.asked_by, made_at=timezone.now()
    )
    PrintJob.objects.update(snapshot=garbage)

    (verdict,) = reprint()

    assert (verdict.told.startswith("cannot be printed again: "), verdict.holds) == (True, False)


def test_the_latest_come_first_and_no_more_than_asked_for() -> None:
    jobs_printed = [printed(), printed()]

    assert [verdict.job for verdict in reprint()] == jobs_printed[::-1]
    assert [verdict.job for verdict in reprint(1)] == jobs_printed[1:]
    assert verified(limit=0) == ([], [], "--limit takes a number from 1 on.")
