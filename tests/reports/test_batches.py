"""A whole round printed: what takes part, what is used again, what is cancelled, and how long the rest takes."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Filing, Round, Snapshot
from assessment.services import review
from assessment.services.exchange import export
from reports import pdf
from reports.models import BatchItem, PrintBatch, PrintJob
from reports.services import jobs, printing
from reports.services.batches import cancel_batch, print_round, retry_batch, unique
from tests.factories import Line, make_department, make_unit, make_user
from tests.tools import at_once, refusal_of, stored
from units.models import Role, User

pytestmark = pytest.mark.django_db

State, Kind = PrintJob.State, PrintJob.Kind
NOT_YOURS = ("您不承担此项工作，不能打印全轮", {})


def lines(*statuses: Status) -> list[Line]:
    """One unit for each status, all of one department."""
    department = make_department()
    return [Line(status, department=department) for status in statuses]


def printed(line: Line, *, by: User | None = None) -> PrintBatch:
    return print_round(line.filing.round_id, by=by or line.lead)


def shown(batch: PrintBatch) -> list[tuple[Any, ...]]:
    """Each item by its filing, with its status, and of its job the kind and the snapshot."""
    items = batch.items.select_related("job").order_by("pk")
    return [(item.filing_id, item.status, item.job and item.job.kind, item.job and item.job.snapshot_id) for item in items]


def signed(line: Line) -> int:
    return line.filing.snapshots.filter(kind=Snapshot.Kind.FILING).latest("number").pk


def end(batch: PrintBatch, *states: PrintJob.State) -> None:
    """Put the batch's jobs, in the order of its items, into ``states``."""
    for item, state in zip(batch.items.exclude(job=None).order_by("pk"), states, strict=False):
        PrintJob.objects.filter(pk=item.job_id).update(
            state=state, error="坏了" if state == State.FAILED else "", finished_at=timezone.now()
        )


def states(batch: PrintBatch) -> list[str]:
    return list(batch.items.exclude(job=None).order_by("pk").values_list("job__state", flat=True))


def test_every_filing_of_the_round_takes_part_with_what_was_signed_or_is_left_out() -> None:
    every = lines(*Status)
    Line(Status.SUBMITTED)

    batch = printed(every[0])

    reports = {line.filing.pk: line.filing.print_jobs.get(kind=Kind.REPORT).pk for line in every[-2:]}
    assert shown(batch) == [
        (line.filing.pk, line.filing.status, kind, signed(line) if kind else None)
        for line, kind in zip(every, [None, None, "copy", "copy", None, "copy", "report", "report"], strict=True)
    ]
    assert dict(batch.items.filter(job__kind=Kind.REPORT).values_list("filing", "job")) == reports
    copy = PrintJob.objects.filter(kind=Kind.COPY).first()
    assert (copy.priority, copy.state, copy.content, copy.asked_by, copy.review_snapshot) == (3, "waiting", "", every[0].lead, None)


def test_a_filing_signed_again_is_printed_as_it_was_signed_last_and_not_as_it_was_approved() -> None:
    (line,) = lines(Status.APPROVED)
    comments = [review.PartComment(line.assessment.parts.first().pk, "数据有误")]
    review.reopen(line.filing.pk, by=line.lead, comments=comments)
    assert refusal_of(lambda: printed(line)) == ("这一年度还没有签批报送的材料，没有可打印的内容", {})
    line.advance(Status.SUBMITTED)

    assert line.filing.snapshots.filter(kind=Snapshot.Kind.FILING).count() == 2
    assert shown(printed(line)) == [(line.filing.pk, "submitted", "copy", signed(line))]


def test_asked_for_again_while_nothing_changed_it_is_the_same_batch() -> None:
    first, second = lines(Status.SUBMITTED, Status.DRAFT)
    batch = printed(first)
    before = stored()

    assert printed(second, by=second.reviewer) == batch
    assert stored() == before


@pytest.mark.parametrize(
    ("state", "again"),
    [(State.WAITING, True), (State.PRINTING, True), (State.DONE, True), (State.FAILED, False), (State.CANCELLED, False)],
)
def test_a_copy_that_is_there_or_on_its_way_is_used_again(state: PrintJob.State, again: bool) -> None:
    first, second = lines(Status.SUBMITTED, Status.DRAFT)
    old = printed(first)
    end(old, state)
    second.advance(Status.SUBMITTED)

    batch = printed(first)

    assert batch != old
    jobs_of = [set(item.items.exclude(job=None).values_list("job", flat=True)) for item in (old, batch)]
    assert (jobs_of[0] <= jobs_of[1], len(jobs_of[1])) == (again, 2)
    assert PrintJob.objects.count() == (2 if again else 3)


def test_a_copy_is_printed_from_what_was_signed_with_the_mark_of_a_copy() -> None:
    (line,) = lines(Status.UNDER_REVIEW)
    job = printed(line).items.get().job
    line.unit.name = "改过的名称"
    line.unit.save()

    assert printing.run_print_job(job.pk) is True

    job.refresh_from_db()
    copy = hashlib.sha256(pdf.render(export(line.filing), mark=pdf.COPY)).hexdigest()
    assert (job.state, job.sha256, job.toolchain, pdf.COPY.word) == ("done", copy, pdf.toolchain(), "送审稿")


@pytest.mark.parametrize(
    "who",
    [
        lambda line: line.preparer,
        lambda line: line.head,
        lambda line: make_user(Role.AUDITOR, line.department),
        lambda line: make_user(Role.ADMINISTRATOR, line.department),
        lambda line: Line().lead,
        lambda line: make_user(Role.LEAD, line.unit),
    ],
)
def test_only_who_reviews_or_approves_in_the_department_prints_retries_or_cancels_a_round(who: Callable[[Line], User]) -> None:
    (line,) = lines(Status.SUBMITTED)
    batch, user = printed(line), who(line)

    for act in (lambda: printed(line, by=user), lambda: cancel_batch(batch.pk, by=user), lambda: retry_batch(batch.pk, by=user)):
        assert refusal_of(act) == NOT_YOURS


def test_a_batch_is_seen_by_the_finance_office_of_its_department_and_not_by_its_units() -> None:
    (line,), (other,) = lines(Status.SUBMITTED), lines(Status.SUBMITTED)
    batch = printed(line)
    printed(other)
    both = make_user(Role.AUDITOR, other.department)
    both.memberships.create(unit=line.unit, role=Role.HEAD)

    seen = {user: list(PrintBatch.objects.visible_to(user)) for user in (line.lead, line.reviewer, line.preparer, line.head)}

    assert seen == {line.lead: [batch], line.reviewer: [batch], line.preparer: [], line.head: []}
    assert batch not in PrintBatch.objects.visible_to(both)
    assert batch.items.visible_to(other.lead).count() == 0


def test_the_rest_is_cancelled_and_what_is_printed_or_a_report_stays() -> None:
    every = lines(Status.SUBMITTED, Status.SUBMITTED, Status.SUBMITTED, Status.APPROVED)
    batch = printed(every[0])
    end(batch, State.DONE, State.PRINTING)

    assert cancel_batch(batch.pk, by=every[1].reviewer) == 1

    batch.refresh_from_db()
    assert states(batch) == ["done", "printing", "cancelled", "waiting"]
    assert (batch.cancelled_by, batch.cancelled_at is not None) == (every[1].reviewer, True)
    for act in (cancel_batch, retry_batch):
        assert refusal_of(lambda act=act: act(batch.pk, by=every[0].lead)) == ("这一批已取消，需要时请重新打印全轮", {})


def test_a_copy_that_another_batch_waits_for_is_not_cancelled() -> None:
    first, second = lines(Status.SUBMITTED, Status.DRAFT)
    old = printed(first)
    second.advance(Status.SUBMITTED)
    batch = printed(first)

    assert (cancel_batch(old.pk, by=first.lead), states(batch)) == (0, ["waiting", "waiting"])
    assert (cancel_batch(batch.pk, by=first.lead), states(old)) == (2, ["cancelled"])


def test_after_a_cancelled_batch_the_round_can_be_printed_again() -> None:
    (line,) = lines(Status.SUBMITTED)
    cancelled = printed(line)
    cancel_batch(cancelled.pk, by=line.lead)

    batch = printed(line)

    assert (batch == cancelled, states(cancelled), states(batch)) == (False, ["cancelled"], ["waiting"])


def test_what_failed_or_was_cancelled_is_tried_again_and_nothing_else() -> None:
    every = lines(*[Status.SUBMITTED] * 4)
    batch = printed(every[0])
    end(batch, State.FAILED, State.CANCELLED, State.DONE)
    elsewhere = jobs.ask_preview(every[0].filing, by=every[0].preparer)
    PrintJob.objects.filter(pk=elsewhere.pk).update(state=State.FAILED)

    assert retry_batch(batch.pk, by=every[0].lead) == 2

    assert states(batch) == ["waiting", "waiting", "done", "waiting"]
    assert PrintJob.objects.get(pk=elsewhere.pk).state == State.FAILED


@pytest.mark.parametrize(("done", "expected"), [(0, None), (2, None), (3, 40), (5, 0)])
def test_the_time_left_is_told_by_the_pace_of_the_last_jobs_and_not_before_three_are_done(done: int, expected: int | None) -> None:
    every = lines(*[Status.SUBMITTED] * 5)
    batch = printed(every[0])
    now = timezone.now()
    for number, item in enumerate(batch.items.order_by("pk")[:done]):
        PrintJob.objects.filter(pk=item.job_id).update(state=State.DONE, finished_at=now + timedelta(seconds=20 * number))

    left = batch.items.time_left(5 - done, now)

    assert left == (None if expected is None else timedelta(seconds=expected))
    assert batch.items.time_left(5 - done, now + timedelta(days=1)) is None


def many_signed(count: int) -> Line:
    """``count`` signed filings of one round, written at once."""
    (line,) = lines(Status.SUBMITTED)
    units = [make_unit(line.department) for _ in range(count - 1)]
    filings = Filing.objects.bulk_create(Filing(unit=unit, round=line.filing.round, status=Status.SUBMITTED) for unit in units)
    like = {"kind": "filing", "number": 1, "content": "{}", "algorithm": "sha256", "digest": "", "made_by": line.head}
    Snapshot.objects.bulk_create(Snapshot(filing=filing, made_at=timezone.now(), **like) for filing in filings)
    return line


@pytest.mark.parametrize("count", [1, 3])
def test_a_round_takes_as_many_questions_for_one_filing_as_for_three(count: int) -> None:
    line = many_signed(count)

    with CaptureQueriesContext(connection) as asked:
        batch = printed(line)

    assert (batch.items.count(), len(asked)) == (count, 11)


def test_a_large_round_is_written_in_few_statements() -> None:
    line = many_signed(200)

    with CaptureQueriesContext(connection) as asked:
        batch = printed(line)

    assert (batch.items.count(), PrintJob.objects.count()) == (200, 200)
    assert len(asked) < 25  # SQLite takes a thousand values a statement


def test_names_of_files_are_fit_not_too_long_and_no_two_alike() -> None:
    names = ["U1-市就业中心-2022", "A/B\\C:*?-2022", " . . ", "u1-市就业中心-2022", "U2-甲\u202e乙\n丙-2022", "长" * 100]

    found = unique(names)

    assert found == ["U1-市就业中心-2022", "A_B_C_-2022", "", "u1-市就业中心-2022(2)", "U2-甲_乙_丙-2022", "长" * 66]
    assert max(len(name.encode()) for name in found) <= 200


def test_two_units_whose_names_run_into_each_other_have_two_files() -> None:
    first, second = lines(Status.SUBMITTED, Status.SUBMITTED)
    second.unit.code, second.unit.name = f"{first.unit.code}-甲", "乙"
    first.unit.name = "甲-乙"
    for unit in (first.unit, second.unit):
        unit.save()

    names = set(BatchItem.objects.filter(batch=printed(first)).values_list("name", flat=True))

    assert names == {f"{first.unit.code}-甲-乙-2022", f"{first.unit.code}-甲-乙-2022(2)"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_batches_cancelled_at_once_leave_no_copy_that_nobody_waits_for() -> None:
    first, second = lines(Status.SUBMITTED, Status.DRAFT)
    earlier = printed(first, by=first.reviewer)
    second.advance(Status.SUBMITTED)
    later = printed(first, by=first.reviewer)

    acts = [lambda: cancel_batch(earlier.pk, by=first.reviewer), lambda: cancel_batch(later.pk, by=first.reviewer)]
    at_once(Round.objects.filter(pk=first.filing.round_id), *acts)

    assert (states(earlier), states(later)) == (["cancelled"], ["cancelled", "cancelled"])
