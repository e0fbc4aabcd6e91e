"""Asking for sign-off, handing back, signing and recalling."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.workflow import Status
from assessment.models import Filing, Part, Round, Snapshot
from assessment.services import parts, signoff
from assessment.services.filings import open_filing
from tests.factories import Line, make_user
from tests.tools import at_once, refusal_of
from units.models import Role

pytestmark = pytest.mark.django_db

IN_TIME = date(2023, 4, 18)


def request(line: Line, filled_on: date | None = IN_TIME) -> Filing:
    return signoff.request_signoff(line.filing.pk, by=line.preparer, filled_on=filled_on)


def last_event(line: Line) -> tuple[str, str, dict[str, object]]:
    event = line.filing.events.order_by("number").last()
    return event.act, event.status, json.loads(event.detail)


def test_what_is_missing_stands_against_sign_off_counted_and_named() -> None:
    line = Line()
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"staff_temp": None})
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": ""})

    assert refusal_of(lambda: request(line)) == (
        "还有 2 处须处理的核查意见，不能提请签批",
        {"figure:staff_temp": "“编外人数”未填写", "section:opening": "“开头段”未填写"},
    )


def test_a_warning_stands_against_sign_off_until_its_reason_is_written() -> None:
    line = Line()
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"opening_general": Decimal(800)})
    assert refusal_of(lambda: request(line)) == (
        "还有 1 处须处理的核查意见，不能提请签批",
        {"figure:adjust_rate": "预算调整率超过 10%"},
    )

    parts.save_explanations(line.assessment.pk, by=line.preparer, version=1, texts={"adjusted_much": "年中追加抚恤金"})

    assert request(line).status == Status.AWAITING_SIGNOFF


def test_asking_for_sign_off_keeps_who_asked_and_the_date_on_the_cover() -> None:
    line = Line()

    filing = request(line)

    assert (filing.status, filing.requested_by, filing.filled_on) == (Status.AWAITING_SIGNOFF, line.preparer, IN_TIME)
    assert last_event(line) == ("request_signoff", "awaiting_signoff", {})


def test_without_a_date_the_cover_has_today() -> None:
    assert request(Line(), filled_on=None).filled_on == timezone.localdate()


@pytest.mark.parametrize(
    ("day", "message", "place"),
    [
        (date(2022, 12, 31), "填报日期应在评价年度结束之后", "应在 2022 年结束之后"),
        (timezone.localdate() + timedelta(days=2), "填报日期不能晚于今天", "不能晚于今天"),
    ],
)
def test_the_date_on_the_cover_lies_after_the_year_and_not_after_today(day: date, message: str, place: str) -> None:
    line = Line()

    assert refusal_of(lambda: request(line, day)) == (message, {"filled_on": place})
    assert request(line, date(2023, 1, 1)).filled_on == date(2023, 1, 1)


def test_signing_freezes_what_was_seen() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    seen = signoff.digest_now(line.filing)

    snapshot = signoff.sign(line.filing.pk, by=line.head, digest_seen=seen)

    line.filing.refresh_from_db()
    assert (line.filing.status, line.filing.events.get(act="sign").actor) == (Status.SUBMITTED, line.head)
    assert (snapshot.kind, snapshot.number, snapshot.digest, snapshot.made_by) == (Snapshot.Kind.FILING, 1, seen, line.head)


def test_what_changed_after_it_was_seen_is_not_signed() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    seen = signoff.digest_now(line.filing)
    Round.objects.update(notice_number="某财绩〔2023〕3号")

    act = lambda: signoff.sign(line.filing.pk, by=line.head, digest_seen=seen)  # noqa: E731

    assert refusal_of(act) == ("材料在您查看之后有变动，请重新查看后签批", {})


def test_what_no_longer_holds_is_not_signed_even_if_it_was_seen() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    line.assessment.figures.get(code="staff_temp").delete()
    seen = signoff.digest_now(line.filing)

    act = lambda: signoff.sign(line.filing.pk, by=line.head, digest_seen=seen)  # noqa: E731

    assert refusal_of(act) == ("还有 1 处须处理的核查意见，不能签批报送", {"figure:staff_temp": "“编外人数”未填写"})


@pytest.mark.parametrize("days", [3, -5])
def test_signing_records_number_and_digest_whether_in_time_or_late(days: int) -> None:
    deadline = timezone.localdate() - timedelta(days=days)
    line = Line(Status.AWAITING_SIGNOFF, inner_deadline=deadline, outer_deadline=deadline + timedelta(days=9))

    line.sign()

    assert last_event(line) == ("sign", "submitted", {"number": 1, "digest": line.filing.snapshots.get().digest})


def test_units_file_by_the_inner_deadline_and_the_department_by_the_outer_one() -> None:
    line = Line()
    own = open_filing(line.filing.round, line.department)

    assert (line.filing.deadline, own.deadline) == (date(2023, 4, 20), date(2023, 4, 30))


def test_what_was_returned_stays_answered_until_the_office_settles_it() -> None:
    line = Line(Status.RETURNED)
    states = lambda: [thread.state for thread in line.filing.threads.all()]  # noqa: E731

    line.advance(Status.SUBMITTED)
    assert states() == ["answered"]
    signoff.recall(line.filing.pk, by=line.preparer)
    assert states() == ["answered"]
    line.filing.refresh_from_db()
    line.advance(Status.UNDER_REVIEW)

    assert states() == ["answered"]
    line.settle()
    assert states() == ["settled"]
    assert sorted(line.filing.snapshots.values_list("kind", "number")) == [("filing", 1), ("filing", 2), ("filing", 3)]


@pytest.mark.parametrize("role", ["preparer", "head"])
def test_until_a_reviewer_opens_it_the_unit_takes_a_filing_back(role: str) -> None:
    line = Line(Status.SUBMITTED)

    filing = signoff.recall(line.filing.pk, by=getattr(line, role))

    assert (filing.status, last_event(line)) == (Status.DRAFT, ("recall", "draft", {}))
    assert parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"staff_temp": Decimal(1)}).version == 2


@pytest.mark.parametrize("status", [Status.UNDER_REVIEW, Status.REVIEWED])
def test_once_a_reviewer_has_opened_it_a_filing_is_not_recalled(status: Status) -> None:
    line = Line(status)
    stage = {Status.UNDER_REVIEW: "复核中”（复核人复核）", Status.REVIEWED: "待审定”（审定人审定）"}[status]

    assert refusal_of(lambda: signoff.recall(line.filing.pk, by=line.head)) == (f"材料现在处于“{stage}，不能撤回", {})


@pytest.mark.parametrize(
    ("reason", "message", "place"),
    [("", "请写明原因", "请写明原因"), (" \n ", "请写明原因", "请写明原因"), ("长" * 1001, "原因超过 1000 字，请精简", "超过 1000 字")],
)
def test_handing_back_needs_a_reason_of_at_most_a_thousand_characters(reason: str, message: str, place: str) -> None:
    line = Line(Status.AWAITING_SIGNOFF)

    assert refusal_of(lambda: signoff.hand_back(line.filing.pk, by=line.head, reason=reason)) == (message, {"reason": place})
    assert signoff.hand_back(line.filing.pk, by=line.head, reason=f" {'长' * 1000}\n").status == Status.DRAFT
    assert last_event(line) == ("hand_back", "draft", {"reason": "长" * 1000})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_heads_signing_at_once_one_signs_and_the_other_is_told() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    seen, pk = signoff.digest_now(line.filing), line.filing.pk
    heads = [line.head, make_user(Role.HEAD, line.unit)]

    answers = at_once(Filing.objects.filter(pk=pk), *(lambda by=by: signoff.sign(pk, by=by, digest_seen=seen) for by in heads))

    won = next(place for place, answer in enumerate(answers) if isinstance(answer, Snapshot))
    lost = answers[1 - won]
    assert (type(lost), str(lost)) == (DomainError, "材料现在处于“已报送”（财务部门受理），不能签批报送")
    assert list(Snapshot.objects.values_list("number", "made_by")) == [(1, heads[won].pk)]
    assert line.filing.events.filter(act="sign").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("save_first", [True, False])
def test_of_a_save_and_a_request_for_sign_off_at_once_no_save_comes_after_the_request(save_first: bool) -> None:
    line = Line()
    pk, by, figures = line.assessment.pk, line.preparer, {"staff_temp": Decimal(3)}
    acts = [lambda: parts.save_figures(pk, by=by, version=1, figures=figures), lambda: request(line)]

    answers = at_once(Filing.objects.filter(pk=line.filing.pk), *(acts if save_first else reversed(acts)))

    late = "材料现在处于“待签批”（单位负责人签批），不能填报"
    said = [str(answer) if isinstance(answer, Exception) else type(answer) for answer in answers]
    assert said == ([Part, Filing] if save_first else [Filing, late])
    assert line.assessment.figures.get(code="staff_temp").value == (3 if save_first else 0)
    assert line.filing.events.order_by("number").last().act == "request_signoff"
