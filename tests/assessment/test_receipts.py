"""The receipt of a submission, and what a submission says differently from the one before."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Filing, Part, Snapshot
from assessment.services import parts, review, signoff
from assessment.services.changes import changes_of
from assessment.services.contents import content_of
from assessment.services.receipts import receipt_of
from reports.models import PrintJob
from reports.services import jobs
from reports.services.printing import run_print_job
from tests.browsing import read, send, signed_in
from tests.factories import Line, make_user
from units.models import Role

pytestmark = pytest.mark.django_db


def signed(line: Line, number: int = 1) -> Snapshot:
    return line.filing.snapshots.get(kind="filing", number=number)


def corrected(line: Line) -> Line:
    """Returned, with another figure and another sentence, and waiting for the head again."""
    figures, narrative = line.part(Part.Kind.FIGURES), line.part(Part.Kind.NARRATIVE)
    comments = [review.PartComment(part.pk, "请核对") for part in (figures, narrative)]
    review.return_parts(line.filing.pk, by=line.reviewer, comments=comments)
    parts.save_figures(line.assessment.pk, by=line.preparer, version=figures.version, figures={"survey_size": Decimal(200)})
    texts = {row.code: row.text for row in line.assessment.narratives.all()}
    texts["opening"] += "样本已核对。"
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=narrative.version, texts=texts)
    line.filing.refresh_from_db()
    line.answer()
    signoff.request_signoff(line.filing.pk, by=line.preparer, filled_on=date(2023, 4, 18))
    line.filing.refresh_from_db()
    return line


def test_a_receipt_says_what_was_filed_by_whom_and_when() -> None:
    line = Line(Status.SUBMITTED)
    line.filing.round.inner_deadline = date(2023, 4, 20)
    snapshot = signed(line)

    receipt = receipt_of(line.filing, snapshot)

    assert (receipt.number, receipt.submission, receipt.digest) == (f"2022-{line.unit.code}-01", 1, snapshot.digest)
    assert (receipt.requested_by, receipt.signed_by) == (line.preparer.name, line.head.name)
    assert receipt.days_late == (receipt.signed_at.date() - date(2023, 4, 20)).days > 0
    assert [(item.name, item.total, item.grade) for item in receipt.assessments] == [("部门整体支出", "100.00", "优")]


def test_a_receipt_in_time_is_not_late() -> None:
    line = Line(Status.SUBMITTED)
    line.filing.round.inner_deadline = date(2999, 1, 1)

    assert receipt_of(line.filing, signed(line)).days_late == 0


def test_the_receipt_stays_what_it_was_when_more_is_filed() -> None:
    line = Line(Status.UNDER_REVIEW)
    before = receipt_of(line.filing, signed(line))

    corrected(line).sign()

    assert receipt_of(line.filing, signed(line)) == before
    assert receipt_of(line.filing, signed(line, 2)).number.endswith("-02")


def test_whoever_signed_sees_the_receipt_and_prints_it() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    client = signed_in(line.head)
    page = client.get(reverse("assessment:paper", args=[line.filing.pk]))

    answer = send(client, page, "#sign form", {"declared": "on"})

    address = reverse("assessment:receipt", args=[line.filing.pk, 1])
    assert answer.redirect_chain == [(address, 302)]
    assert f"2022-{line.unit.code}-01" in read(answer).one(".receipt dl").text
    job_page = send(client, answer, ".receipt form")
    job = PrintJob.objects.get()
    assert (job.kind, job.snapshot, job_page.status_code) == ("receipt", signed(line), 200)
    assert run_print_job(job.pk)


def test_a_receipt_that_says_the_same_is_printed_once() -> None:
    line = Line(Status.SUBMITTED)
    first = jobs.ask_receipt(line.filing, signed(line), by=line.head)

    assert jobs.ask_receipt(line.filing, signed(line), by=line.preparer) == first
    jobs.cancel(first.pk, by=line.head)
    again = jobs.ask_receipt(line.filing, signed(line), by=line.head)
    assert (again.pk, again.state) == (first.pk, "waiting")


@pytest.mark.parametrize("number", [0, 2])
def test_there_is_no_receipt_of_what_was_not_filed(number: int) -> None:
    line = Line(Status.SUBMITTED)
    client = signed_in(line.head)

    assert client.get(reverse("assessment:receipt", args=[line.filing.pk, number])).status_code == 404
    assert client.post(reverse("reports:receipt", args=[line.filing.pk, number])).status_code == 404


def test_who_only_reads_sees_a_receipt_and_does_not_print_it() -> None:
    line = Line(Status.SUBMITTED)
    client = signed_in(make_user(Role.AUDITOR, line.department))

    page = client.get(reverse("assessment:receipt", args=[line.filing.pk, 1]))
    assert (page.status_code, read(page).select(".receipt form")) == (200, [])
    client.post(reverse("reports:receipt", args=[line.filing.pk, 1]))
    assert not PrintJob.objects.exists()


def test_the_first_submission_is_compared_with_nothing() -> None:
    line = Line(Status.AWAITING_SIGNOFF)

    assert changes_of(line.filing, content_of(line.filing)).since is None
    page = read(signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk])))
    assert page.select("#changes") == []


def test_the_head_sees_what_is_new_since_the_submission_before() -> None:
    line = corrected(Line(Status.UNDER_REVIEW))

    page = read(signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk])))

    assert page.texts("#changes tbody th") == ["基础数据表满意度问卷样本", "自评报告开头段"]
    assert page.texts("#changes tbody td")[:2] == ["100份", "200份"]
    assert page.texts("#changes ins") == ["样本已核对。"]


def test_what_was_signed_anew_is_still_compared_with_what_was_before_it() -> None:
    line = corrected(Line(Status.UNDER_REVIEW))
    line.sign()
    filing = Filing.objects.get(pk=line.filing.pk)

    changes = changes_of(filing, content_of(filing))

    assert (changes.since, [item.label for item in changes.found]) == (signed(line), ["满意度问卷样本", "开头段"])
