"""The office's acts: scoring, returning, recommending, approving, reopening."""

import json
from decimal import Decimal
from typing import Any

import pytest

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.workflow import Status
from assessment.models import Filing, Message, Part, Score, Snapshot
from assessment.services import parts, review
from assessment.services.review import ReviewPoints
from assessment.services.threads import PartComment
from assessment.signals import filing_approved
from reports.models import PrintJob
from reports.services.demo_answers import full_answers
from tests.factories import Line, example_scheme, make_user
from tests.tools import at_once, refusal_of, stored
from units.models import Role

pytestmark = pytest.mark.django_db

Kind = Part.Kind
BAD_REVIEW = "有复核得分或意见不合要求，未保存"


def row(line: Line, code: str) -> Score:
    return line.assessment.scores.get(code=code)


def save(line: Line, points: dict[str, ReviewPoints], comment: str = "", version: int = 0) -> Filing:
    by_id = {row(line, code).pk: given for code, given in points.items()}
    return review.save_review(line.filing.pk, by=line.reviewer, version=version, points=by_id, comment=comment)


def last_event(line: Line) -> tuple[str, str, dict[str, Any]]:
    event = line.filing.events.order_by("number").last()
    return event.act, event.status, json.loads(event.detail)


def test_review_points_stand_beside_the_unit_s_own() -> None:
    line = Line(Status.UNDER_REVIEW)

    filing = save(
        line, {"spending": ReviewPoints(Decimal("5.5"), " 支付偏慢 "), "carryover": ReviewPoints(Decimal(4))}, comment=" 材料齐全 "
    )

    scores = {score.code: (score.self_points, score.review_points, score.review_reason) for score in line.assessment.scores.all()}
    assert scores["spending"] == (Decimal(6), Decimal("5.5"), "支付偏慢")
    assert scores["carryover"] == (Decimal(4), Decimal(4), "")
    assert {code for code, (_, points, _) in scores.items() if points is not None} == {"spending", "carryover"}
    assert (filing.status, filing.review_version, filing.review_comment) == (Status.UNDER_REVIEW, 1, "材料齐全")
    assert last_event(line) == ("review", "under_review", {"changed": ["carryover", "spending"]})


def test_every_review_point_that_cannot_stand_is_named_and_nothing_is_saved() -> None:
    line = Line(Status.UNDER_REVIEW)
    given = {
        "budget_regular": ReviewPoints(Decimal(5)),
        "spending": ReviewPoints(Decimal("6.01"), "理由"),
        "carryover": ReviewPoints(Decimal("-0.01"), "理由"),
        "idle_funds": ReviewPoints(Decimal("2.005"), "理由"),
        "compliance": ReviewPoints(Decimal(4), "  "),
        "quality": ReviewPoints(Decimal(3), "长" * 1001),
        "consistent": ReviewPoints(None, "长" * 1001),
    }

    assert refusal_of(lambda: save(line, given, comment="长" * 1001)) == (
        BAD_REVIEW,
        {
            f"review:{row(line, 'spending').pk}": "应在 0 至 6 分之间",
            f"review:{row(line, 'carryover').pk}": "应在 0 至 4 分之间",
            f"review:{row(line, 'idle_funds').pk}": "最多 2 位小数",
            f"review:{row(line, 'compliance').pk}": "与自评得分不同，请写明理由",
            f"review:{row(line, 'quality').pk}": "理由超过 1000 字，请精简",
            f"review:{row(line, 'consistent').pk}": "理由超过 1000 字，请精简",
            "comment": "复核意见超过 1000 字，请精简",
        },
    )


def test_a_row_of_another_filing_is_refused() -> None:
    line, other = Line(Status.UNDER_REVIEW), Line(Status.UNDER_REVIEW)
    points = {row(line, "spending").pk: ReviewPoints(Decimal(6)), row(other, "spending").pk: ReviewPoints(Decimal(6))}

    act = lambda: review.save_review(line.filing.pk, by=line.reviewer, version=0, points=points, comment="")  # noqa: E731

    assert refusal_of(act) == ("这一行不属于本材料", {})


def test_a_review_saved_over_one_that_no_longer_stands_writes_nothing() -> None:
    line = Line(Status.UNDER_REVIEW)
    save(line, {"spending": ReviewPoints(Decimal(6))})
    before = stored()

    with pytest.raises(StaleSave) as stale:
        save(line, {"spending": ReviewPoints(Decimal(5), "支付偏慢")})

    assert (type(stale.value), stored()) == (StaleSave, before)


def test_without_every_row_scored_a_review_is_not_recommended() -> None:
    line = Line(Status.UNDER_REVIEW)
    codes = [code for code in example_scheme().scored if code not in ("spending", "quality")]
    save(line, {code: ReviewPoints(row(line, code).self_points) for code in codes})

    assert refusal_of(lambda: review.recommend(line.filing.pk, by=line.reviewer)) == (
        "还有 2 项没有复核得分",
        {f"review:{row(line, code).pk}": "请填写复核得分" for code in ("spending", "quality")},
    )


def test_agreement_with_points_that_the_unit_no_longer_claims_lapses() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.review()
    save(line, {"quality": ReviewPoints(Decimal(1), "缺一项")}, version=1)
    review.return_parts(line.filing.pk, by=line.reviewer, comments=[PartComment(line.part(Kind.SCORES).pk, "请核对")])
    answers = full_answers(line.assessment) | {"spending": parts.Answer(self_points=Decimal("5.5"), reason="支付偏慢")}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)
    line.advance(Status.UNDER_REVIEW)
    line.settle()

    assert (row(line, "spending").review_points, row(line, "quality").review_points) == (None, Decimal(1))

    assert refusal_of(lambda: review.recommend(line.filing.pk, by=line.reviewer)) == (
        "还有 1 项没有复核得分",
        {f"review:{row(line, 'spending').pk}": "请填写复核得分"},
    )


def test_recommending_records_the_total_of_the_review() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.review()
    save(line, {"social_effect": ReviewPoints(Decimal("7.35"), "缺少比较")}, version=1)

    filing = review.recommend(line.filing.pk, by=line.reviewer)

    assert (filing.status, last_event(line)) == (Status.REVIEWED, ("recommend", "reviewed", {"total": "99.35"}))


@pytest.mark.parametrize(
    ("texts", "message", "places"),
    [
        ([], "退回须逐处说明原因", {"comments": "请至少在一处写明退回原因"}),
        (["  "], "退回须逐处说明原因", {"comments": "请至少在一处写明退回原因"}),
        (["长" * 1001], "“基础数据表”的退回原因超过 1000 字，请精简", "超过 1000 字，请精简"),
        (["坏\x07"], "“基础数据表”的退回原因有无法打印的字符：U+0007", "有无法打印的字符：U+0007"),
    ],
)
def test_a_return_without_a_fitting_comment_is_refused(texts: list[str], message: str, places: Any) -> None:
    line = Line(Status.UNDER_REVIEW)
    first = line.assessment.parts.first()
    comments = [PartComment(first.pk, text) for text in texts]
    places = {f"comment:{first.pk}": places} if isinstance(places, str) else places

    assert refusal_of(lambda: review.return_parts(line.filing.pk, by=line.reviewer, comments=comments)) == (message, places)


def test_a_part_of_another_filing_is_not_returned() -> None:
    line, other = Line(Status.UNDER_REVIEW), Line(Status.UNDER_REVIEW)
    comments = [PartComment(line.part(Kind.FIGURES).pk, "请核对"), PartComment(other.part(Kind.FIGURES).pk, "请核对")]

    act = lambda: review.return_parts(line.filing.pk, by=line.reviewer, comments=comments)  # noqa: E731

    assert refusal_of(act) == ("退回的部分不属于本材料", {})


def test_only_the_returned_parts_and_the_explanations_are_opened() -> None:
    line = Line(Status.UNDER_REVIEW)
    comments = [
        PartComment(line.part(Kind.NARRATIVE).pk, " 请补充措施 "),
        PartComment(line.part(Kind.FIGURES).pk, "请核对"),
        PartComment(line.part(Kind.SCORES).pk, " "),
    ]

    filing = review.return_parts(line.filing.pk, by=line.reviewer, comments=comments)

    assert filing.status == Status.RETURNED
    assert {part.kind for part in line.assessment.parts.filter(locked=True)} == {Kind.SCORES, Kind.EVIDENCE}
    assert [(item.thread.part.kind, item.text, item.author) for item in Message.objects.filter(thread__filing=filing)] == [
        (Kind.NARRATIVE, "请补充措施", line.reviewer),
        (Kind.FIGURES, "请核对", line.reviewer),
    ]
    said = [["自评报告", "请补充措施"], ["基础数据表", "请核对"]]
    assert last_event(line) == ("return", "returned", {"parts": ["自评报告", "基础数据表"], "said": said, "threads": 2})


@pytest.mark.parametrize("reason", ["", "  ", "长" * 1001])
def test_handing_a_review_back_needs_a_reason(reason: str) -> None:
    line = Line(Status.REVIEWED)
    message = "原因超过 1000 字，请精简" if reason.strip() else "请写明原因"

    assert refusal_of(lambda: review.review_again(line.filing.pk, by=line.lead, reason=reason))[0] == message


def test_a_review_handed_back_is_scored_again_and_recommended_again() -> None:
    line = Line(Status.REVIEWED)

    review.review_again(line.filing.pk, by=line.lead, reason=" 请核对效益 ")
    assert last_event(line) == ("review_again", "under_review", {"reason": "请核对效益"})
    save(line, {"social_effect": ReviewPoints(Decimal(7), "缺少比较")}, version=1)
    review.recommend(line.filing.pk, by=line.reviewer)

    assert last_event(line) == ("recommend", "reviewed", {"total": "99.00"})


def test_approval_freezes_the_review_in_the_scheme_s_order() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.review()
    save(line, {"social_effect": ReviewPoints(Decimal("7.50"), "缺少比较")}, comment="材料齐全", version=1)
    review.recommend(line.filing.pk, by=line.reviewer)

    line.filing.refresh_from_db()
    filing = review.approve(line.filing.pk, by=line.lead, seen=line.filing.last_event)

    signed, frozen = filing.snapshots.get(kind="filing"), filing.snapshots.get(kind="review")
    full = {code: decimal_text(row.points) for code, row in example_scheme().scored.items()}
    reasons = {"social_effect": "缺少比较"}
    assert json.loads(frozen.content) == {
        "filing_digest": signed.digest,
        "assessments": [
            {
                "name": "部门整体支出",
                "scores": [
                    {"code": code, "review_points": (full | {"social_effect": "7.5"})[code], "reason": reasons.get(code, "")}
                    for code in example_scheme().scored
                ],
                "total": "99.5",
                "total_steps": [],
                "grade": "优",
            }
        ],
        "comment": "材料齐全",
    }
    assert (frozen.number, frozen.made_by) == (1, line.lead)
    assert last_event(line) == ("approve", "approved", {"digest": signed.digest, "review": frozen.digest})


@pytest.mark.parametrize("public", [False, True])
def test_approval_asks_for_exactly_one_print_of_what_was_signed(public: bool) -> None:
    line = Line(Status.REVIEWED, review_public=public)

    review.approve(line.filing.pk, by=line.lead, seen=line.filing.last_event)

    job = PrintJob.objects.get()
    signed, frozen = line.filing.snapshots.get(kind="filing"), line.filing.snapshots.get(kind="review")
    assert (job.filing, job.kind, job.state, job.asked_by) == (line.filing, "report", "waiting", line.lead)
    assert (job.snapshot, job.review_snapshot, job.with_review, job.content) == (signed, frozen, public, "")


def test_an_approval_whose_print_cannot_be_asked_for_is_no_approval() -> None:
    line = Line(Status.REVIEWED)
    before = stored()

    def fail(**_: object) -> None:
        raise RuntimeError("after the job was asked for")

    filing_approved.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="after the job was asked for"):
            review.approve(line.filing.pk, by=line.lead, seen=line.filing.last_event)
    finally:
        filing_approved.disconnect(fail)

    assert stored() == before


def test_an_approved_filing_is_reopened_only_with_comments() -> None:
    line = Line(Status.APPROVED)

    assert refusal_of(lambda: review.reopen(line.filing.pk, by=line.lead, comments=[])) == (
        "退回须逐处说明原因",
        {"comments": "请至少在一处写明退回原因"},
    )


def test_a_reopened_filing_is_signed_reviewed_and_approved_anew_and_printed_anew() -> None:
    line = Line(Status.APPROVED)

    review.reopen(line.filing.pk, by=line.lead, comments=[PartComment(line.part(Kind.NARRATIVE).pk, "公示前更正")])

    assert last_event(line) == ("reopen", "returned", {"parts": ["自评报告"], "said": [["自评报告", "公示前更正"]], "threads": 1})
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": "更正后的开头"})
    line.advance(Status.APPROVED)
    first, second = line.filing.snapshots.filter(kind="filing").order_by("number")
    jobs = PrintJob.objects.order_by("pk")
    assert [(job.snapshot, job.review_snapshot.number) for job in jobs] == [(first, 1), (second, 2)]
    assert "更正后的开头" in second.content
    assert "更正后的开头" not in first.content


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_leads_approving_at_once_one_approves_and_one_print_is_asked_for() -> None:
    line = Line(Status.REVIEWED)
    pk, leads, seen = line.filing.pk, [line.lead, make_user(Role.LEAD, line.department)], line.filing.last_event

    answers = at_once(Filing.objects.filter(pk=pk), *(lambda by=by: review.approve(pk, by=by, seen=seen) for by in leads))

    lost = next(answer for answer in answers if not isinstance(answer, Filing))
    assert (type(lost), str(lost)) == (DomainError, "材料现在处于“已审定”（审定人公开），不能审定")
    assert (PrintJob.objects.count(), Snapshot.objects.filter(kind="review").count()) == (1, 1)
    assert line.filing.events.filter(act="approve").count() == 1
