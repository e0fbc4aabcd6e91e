"""Making filings public: only what is printed and whole, one link of one chain each."""

import hashlib
import json
from datetime import UTC
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.workflow import Status
from assessment.models import Filing, Part
from assessment.services import review
from reports.models import ChainHead, PrintJob, Publication
from reports.services import jobs, printing
from reports.services.publications import publish, verify_publications
from tests.factories import Line, make_user
from tests.tools import at_once, refusal_of
from units.models import Role

pytestmark = pytest.mark.django_db

NOT_PRINTED = "正式报告尚未打印完成，打印完成后才能公开"


def printed_line(**round_changes: object) -> Line:
    """An approved filing whose report is printed; a stand-in for the PDF saves the seconds of a print."""
    line = Line(Status.APPROVED, **round_changes)
    finish(line)
    return line


def finish(line: Line) -> PrintJob:
    job = line.filing.print_jobs.get(state="waiting")
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), f"%PDF-1.7 {job.pk}".encode())
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("state", ["waiting", "printing", "failed"])
def test_what_is_not_printed_is_not_made_public(state: str) -> None:
    line = Line(Status.APPROVED)
    line.filing.print_jobs.update(state=state)

    assert refusal_of(lambda: publish(line.filing.pk, by=line.lead)) == (NOT_PRINTED, {})


def test_without_a_print_job_nothing_is_made_public() -> None:
    line = Line(Status.APPROVED)
    line.filing.print_jobs.all().delete()

    assert refusal_of(lambda: publish(line.filing.pk, by=line.lead)) == (NOT_PRINTED, {})


@pytest.mark.parametrize(
    ("content", "fault"),
    [(None, "file is missing"), (b"", "file does not match its digest"), (b"%PDF-1.7 x", "file does not match its digest")],
)
def test_a_damaged_report_is_not_made_public(settings: LazySettings, content: bytes | None, fault: str) -> None:
    line = printed_line()
    path = Path(settings.MEDIA_ROOT) / line.filing.print_jobs.get().path
    path.unlink() if content is None else path.write_bytes(content)

    assert refusal_of(lambda: publish(line.filing.pk, by=line.lead)) == (f"正式报告文件有误（{fault}），不能公开，请联系系统管理员", {})


def test_the_report_of_an_earlier_signature_is_not_made_public() -> None:
    line = printed_line()
    review.reopen(line.filing.pk, by=line.lead, comments=[review.PartComment(line.part(Part.Kind.NARRATIVE).pk, "更正")])
    line.advance(Status.APPROVED)

    assert refusal_of(lambda: publish(line.filing.pk, by=line.lead)) == (NOT_PRINTED, {})
    job = finish(line)
    assert publish(line.filing.pk, by=line.lead).job == job


def test_a_publication_names_what_was_signed_and_printed_and_by_whom() -> None:
    line = printed_line()

    publication = publish(line.filing.pk, by=line.lead)

    line.filing.refresh_from_db()
    job, signed = line.filing.print_jobs.get(), line.filing.snapshots.get(kind="filing")
    assert (publication.number, publication.filing, publication.snapshot, publication.job) == (1, line.filing, signed, job)
    assert (publication.pdf_sha256, publication.published_by, publication.previous) == (job.sha256, line.lead, "")
    assert line.filing.status == Status.PUBLISHED
    event = line.filing.events.order_by("number").last()
    assert (event.act, json.loads(event.detail)) == ("publish", {"publication": 1, "pdf": job.sha256, "digest": signed.digest})


@pytest.mark.parametrize("public", [False, True])
def test_a_publication_s_digest_covers_all_that_was_made_public(public: bool) -> None:
    line = printed_line(review_public=public)

    publication = publish(line.filing.pk, by=line.lead)

    content = {
        "number": 1,
        "filing": line.filing.pk,
        "snapshot": line.filing.snapshots.get(kind="filing").digest,
        "schemes": [line.assessment.scheme.digest],
        "review": line.filing.snapshots.get(kind="review").digest if public else "",
        "pdf": line.filing.print_jobs.get().sha256,
        "by": line.lead.pk,
        "at": publication.published_at.astimezone(UTC).isoformat(),
        "previous": "",
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert publication.digest == hashlib.sha256(text.encode()).hexdigest()


def test_publications_are_numbered_and_each_carries_the_digest_of_the_one_before() -> None:
    lines = [printed_line() for _ in range(3)]

    published = [publish(line.filing.pk, by=line.lead) for line in lines]

    assert [publication.number for publication in published] == [1, 2, 3]
    assert [publication.previous for publication in published] == ["", published[0].digest, published[1].digest]
    head = ChainHead.objects.get()
    assert (head.number, head.digest) == (3, published[2].digest)
    assert list(verify_publications()) == []


def test_a_filing_is_made_public_once() -> None:
    line = printed_line()
    publish(line.filing.pk, by=line.lead)

    assert refusal_of(lambda: publish(line.filing.pk, by=line.lead)) == ("材料现在处于“已公开”（已办结），不能公开", {})


def test_a_refused_publication_leaves_no_gap_in_the_numbers() -> None:
    refused, line = Line(Status.APPROVED), printed_line()
    refusal_of(lambda: publish(refused.filing.pk, by=refused.lead))

    assert publish(line.filing.pk, by=line.lead).number == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_leads_publishing_one_filing_at_once_one_does_and_the_other_is_told() -> None:
    line = printed_line()
    pk, leads = line.filing.pk, [line.lead, make_user(Role.LEAD, line.department)]

    answers = at_once(Filing.objects.filter(pk=pk), *(lambda by=by: publish(pk, by=by) for by in leads))

    lost = next(answer for answer in answers if not isinstance(answer, Publication))
    assert (type(lost), str(lost)) == (DomainError, "材料现在处于“已公开”（已办结），不能公开")
    assert Publication.objects.count() == 1
    assert list(verify_publications()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begun", [False, True], ids=["the first of all", "later ones"])
def test_filings_made_public_at_once_take_turns_and_the_chain_holds(begun: bool) -> None:
    lines = [printed_line(), printed_line()]
    contested = Filing.objects.filter(pk__in=[line.filing.pk for line in lines])
    if begun:
        earlier = printed_line()
        publish(earlier.filing.pk, by=earlier.lead)
        contested = ChainHead.objects.all()

    answers = at_once(contested, *(lambda line=line: publish(line.filing.pk, by=line.lead) for line in lines))

    assert sorted(publication.number for publication in answers) == ([2, 3] if begun else [1, 2])
    assert list(verify_publications()) == []
