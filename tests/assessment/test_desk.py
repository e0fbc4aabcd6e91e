"""The review view at the desk: points side by side, nothing typed is lost, and each act at its turn only."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Part, Score
from assessment.services import evidence, parts, review
from reports.models import Publication
from reports.services import jobs, printing
from tests.browsing import Element, beside, messages, read, signed_in, typed
from tests.factories import PDF, Line, good_figures, make_user
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"
DIFFERS = "与自评得分不同，请写明理由"


def address(line: Line, name: str = "change") -> str:
    return reverse(f"admin:assessment_filing_{name}", args=[line.filing.pk])


def view(line: Line, by: User | None = None) -> Any:
    return signed_in(by or line.reviewer).get(address(line))


def press(line: Line, name: str, by: User | None = None, page: Any = None, **changes: str) -> Any:
    """Send the form of an act; ``points_<row>``, ``reason_<row>`` and ``back_<part>`` name its fields."""
    client = signed_in(by or line.reviewer)
    selector = "#review-form" if name in ("save", "recommend", "return") else f"form[action={address(line, name)}]"
    fields = typed(read(page or client.get(address(line))).one(selector))
    return client.post(address(line, name), fields | {field(line, key): value for key, value in changes.items()}, follow=True)


def field(line: Line, key: str) -> str:
    kind, _, code = key.partition("_")
    if kind in ("points", "reason") and code:
        return f"{kind}-{score(line, code).pk}"
    return f"comment-{line.part(Part.Kind(code)).pk}" if kind == "back" else key


def score(line: Line, code: str) -> Score:
    return line.assessment.scores.get(code=code)


def reviewed(line: Line, code: str) -> tuple[Decimal | None, str]:
    return score(line, code).review_points, score(line, code).review_reason


def status(line: Line) -> str:
    line.filing.refresh_from_db()
    return line.filing.status


def row(page: Any, code: str) -> list[Element]:
    return read(page).one(f"tr#{code}").select("td")


def test_the_claim_the_computed_points_and_the_office_s_stand_in_one_row() -> None:
    line = Line()
    file = evidence.add_evidence(line.assessment.pk, by=line.preparer, name="决算.pdf", data=PDF, indicators=["spending"], public=False)
    answers = {"spending": parts.Answer(self_points=Decimal("5.5"), reason="支付偏慢")}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)
    line.advance(Status.UNDER_REVIEW)

    page = view(line)

    full, computed, claimed, proof, points, reason = row(page, "spending")
    assert (full.text, computed.one("span").text, claimed.text) == ("6", "6.00", "5.50支付偏慢")
    assert [(link.text, link.attributes["href"]) for link in proof.select("a")] == [
        ("决算.pdf（新窗口）", reverse("assessment:file", args=[file.pk]))
    ]
    assert (points.one("input").attributes["value"], points.one("label").text) == ("5.5", "支出完成率 复核得分")
    assert (reason.one("textarea").text, reason.one("label").text) == ("", "支出完成率 复核理由")
    assert row(page, "budget_reasonable")[3].text == "无自评满分而没有佐证"
    assert row(page, "procurement_done")[1].one("span").text == "不适用 2.00"
    assert [item.text for item in read(page).select(".totals dd")] == ["99.50 优", "—"]
    assert read(page).texts(".history strong")[:3] == ["开始复核", "签批报送", "提请签批"]


def test_findings_are_shown_with_the_unit_s_own_reasons() -> None:
    line = Line(filled=False)
    figures = good_figures() | {"opening_general": Decimal(800)}
    parts.save_figures(line.assessment.pk, by=line.preparer, version=0, figures=figures)
    parts.save_explanations(line.assessment.pk, by=line.preparer, version=0, texts={"adjusted_much": "年中追加"})

    page = view(line)

    found = [item.text for item in read(page).select(".findings .finding--warning")]
    assert found == ["需说明 预算调整率超过 10%预算调整率 25.00%单位说明：年中追加"]


def test_the_page_of_a_filing_that_nobody_began_shows_that_there_is_nothing_yet() -> None:
    line = Line(filled=False)

    page = view(line)

    assert (page.status_code, [cell.text for cell in row(page, "spending")[2:]]) == (200, ["—“支出完成率”未自评", "无", "—", ""])
    assert [item.text for item in read(page).select(".totals dd")] == ["—", "—"]


def test_points_and_comment_are_saved_and_shown() -> None:
    line = Line(Status.UNDER_REVIEW)

    page = press(line, "save", points_spending="５．５", reason_spending="支付偏慢\r\n见附件", comment="总体较好\r\n请补充")

    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已保存"])
    assert reviewed(line, "spending") == (Decimal("5.5"), "支付偏慢\n见附件")
    assert (reviewed(line, "quality"), line.filing.__class__.objects.get().review_comment) == ((Decimal(4), ""), "总体较好\n请补充")
    assert [item.text for item in read(page).select(".totals dd")] == ["100.00 优", "99.50 优"]


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("save", {"points_spending": "7"}, "应在 0 至 6 分之间"),
        ("save", {"points_spending": "五"}, "“五”不是数字，请只填数字，不带单位"),
        ("save", {"points_spending": "5.001", "reason_spending": "慢"}, "最多 2 位小数"),
        ("save", {"points_spending": "5"}, DIFFERS),
        ("recommend", {"points_spending": "7"}, "应在 0 至 6 分之间"),
        ("recommend", {"points_spending": "5"}, DIFFERS),
    ],
)
def test_points_that_cannot_stand_are_named_at_their_row_and_nothing_is_stored(name: str, wrong: dict[str, str], message: str) -> None:
    line = Line(Status.UNDER_REVIEW)
    others = {"points_quality": "3", "reason_quality": "缺一项", "comment": "总体较好"}

    page = press(line, name, **wrong, **others)

    assert (page.status_code, beside(page, "tr[id]", ".field-error")) == (422, {"spending": [message]})
    assert read(page).one("div.errornote").text == f"有 1 处需要修改，尚未保存：支出完成率 复核得分：{message}"
    assert row(page, "spending")[4].one("input").attributes["value"] == wrong["points_spending"]
    assert (row(page, "quality")[4].one("input").attributes["value"], row(page, "quality")[5].one("textarea").text) == ("3", "缺一项")
    assert read(page).one("#id_comment").text == "总体较好"
    line.filing.refresh_from_db()
    assert (reviewed(line, "quality"), line.filing.review_comment, line.filing.review_version) == ((None, ""), "", 0)


def test_a_stale_save_shows_what_stands_and_the_next_one_from_that_page_wins() -> None:
    line = Line(Status.UNDER_REVIEW)
    opened = view(line)
    press(line, "save", make_user(Role.REVIEWER, line.department), points_spending="5", reason_spending="支付偏慢", comment="同事的意见")

    stale = press(line, "save", page=opened, points_quality="3", reason_quality="缺一项")

    assert (stale.status_code, messages(stale)) == (409, [STALE])
    assert beside(stale, "tr[id]", ".standing") == {"spending": ["现存：5.00 支付偏慢"], "quality": ["现存：4.00"]}
    assert read(stale).texts(".comment-row .standing") == ["现存：同事的意见"]
    assert read(stale).texts("p.errornote") == ["有 3 处与他人刚保存的不同，您填写的都保留在下面；核对后再次保存即以您的为准。"]
    assert reviewed(line, "spending") == (Decimal(5), "支付偏慢")
    assert messages(press(line, "save", page=stale)) == ["已保存"]
    assert (reviewed(line, "spending"), reviewed(line, "quality")) == ((Decimal(6), ""), (Decimal(3), "缺一项"))


def test_a_page_refused_for_bad_points_is_still_told_that_a_colleague_saved_in_between() -> None:
    line = Line(Status.UNDER_REVIEW)
    opened = view(line)
    press(line, "save", make_user(Role.REVIEWER, line.department), points_spending="5", reason_spending="支付偏慢")

    refused = press(line, "save", page=opened, points_quality="五")
    corrected = press(line, "save", page=refused, points_quality="4")

    assert (refused.status_code, corrected.status_code, reviewed(line, "spending")) == (422, 409, (Decimal(5), "支付偏慢"))


@pytest.mark.parametrize("version", ["", "²"])
def test_a_review_that_does_not_say_what_it_was_typed_over_is_shown_beside_what_stands(version: str) -> None:
    line = Line(Status.UNDER_REVIEW)

    page = press(line, "save", version=version)

    assert (page.status_code, messages(page), reviewed(line, "spending")) == (409, [STALE], (None, ""))


def test_a_review_with_empty_rows_is_not_recommended_and_says_which() -> None:
    line = Line(Status.UNDER_REVIEW)

    page = press(line, "recommend", points_spending="", points_quality="")

    assert (page.status_code, messages(page)) == (422, ["还有 2 项没有复核得分"])
    assert beside(page, "tr[id]", ".field-error") == {"spending": ["请填写复核得分"], "quality": ["请填写复核得分"]}
    assert (status(line), reviewed(line, "carryover")) == (Status.UNDER_REVIEW, (None, ""))


def test_a_recommended_review_waits_for_the_lead_and_shows_points_as_text() -> None:
    line = Line(Status.UNDER_REVIEW)

    page = press(line, "recommend", comment="总体较好")

    assert (messages(page), status(line)) == (["已提请审定"], Status.REVIEWED)
    assert (row(page, "spending")[4].text, read(page).select("main input[type=text]")) == ("6.00", [])
    assert read(page).one("header .status").text == "待审定"


def test_a_return_without_any_reason_is_refused_on_the_page() -> None:
    line = Line(Status.UNDER_REVIEW)

    page = press(line, "return", back_figures=" ", back_scores="")

    assert (page.status_code, status(line)) == (422, Status.UNDER_REVIEW)
    assert read(page).one("#review-form").one("section.act").texts(".error") == ["退回须逐处说明原因"]


def test_a_return_opens_only_the_parts_that_carry_a_reason() -> None:
    line = Line(Status.UNDER_REVIEW)

    page = press(line, "return", back_narrative="请补充措施\r\n逐条对应", back_scores=" 请核对 ")

    assert (messages(page), status(line)) == (["已退回单位"], Status.RETURNED)
    assert set(line.assessment.parts.filter(locked=True).values_list("kind", flat=True)) == {"figures", "evidence"}
    told = {item.one(".thread-head").text: item.one(".said li").raw.rpartition(":")[2][2:].split() for item in read(page).select(".thread")}
    assert told == {"自评报告待答复": ["请补充措施逐条对应"], "指标评分表待答复": ["请核对"]}


def lead_who_reviewed(line: Line) -> User:
    grant(line.reviewer, line.department, Role.LEAD)
    return line.reviewer


def test_who_reviewed_reads_why_another_has_to_approve_and_is_refused() -> None:
    line = Line(Status.REVIEWED)
    lead = lead_who_reviewed(line)
    refusal = "复核的人不能自己审定，须由另一人审定"

    page = view(line, lead)
    answer = signed_in(lead).post(address(line, "approve"), follow=True)

    assert read(page).texts("p.errornote") == [refusal]
    assert read(page).select(f"form[action={address(line, 'approve')}]") == []
    assert (messages(answer), status(line)) == ([refusal], Status.REVIEWED)


def test_another_approves_and_the_report_is_asked_for_once_however_often_one_clicks() -> None:
    line = Line(Status.REVIEWED)
    opened = view(line, line.lead)

    first = press(line, "approve", line.lead, opened)
    second = press(line, "approve", line.lead, opened)

    assert messages(first) == ["已审定，正式报告正在打印"]
    assert messages(second) == ["材料现在处于“已审定”（审定人公开），不能审定"]
    assert line.filing.print_jobs.count() == 1


@pytest.mark.parametrize(
    ("state", "error", "said", "closed"),
    [
        ("waiting", "", "正式报告正在打印，请稍候刷新本页。", True),
        ("printing", "", "正式报告正在打印，请稍候刷新本页。", True),
        ("failed", "字体缺失", "正式报告打印失败：字体缺失", True),
        ("done", "", "正式报告已打印，可以公开。", False),
    ],
)
def test_the_button_that_publishes_is_closed_until_the_report_is_printed(state: str, error: str, said: str, closed: bool) -> None:
    line = Line(Status.APPROVED)
    line.filing.print_jobs.update(state=state, error=error)

    form = read(view(line, line.lead)).one(f"form[action={reverse('admin:reports_publication_publish', args=[line.filing.pk])}]")

    assert (form.texts("p")[0], "disabled" in form.one("button").attributes) == (said, closed)


def test_publishing_before_the_report_is_printed_is_refused_in_words() -> None:
    line = Line(Status.APPROVED)

    page = signed_in(line.lead).post(reverse("admin:reports_publication_publish", args=[line.filing.pk]), follow=True)

    assert (messages(page), status(line)) == (["正式报告尚未打印完成，打印完成后才能公开"], Status.APPROVED)


def test_a_printed_report_is_made_public_once_however_often_one_clicks() -> None:
    line = Line(Status.APPROVED)
    job = line.filing.print_jobs.get()
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), b"%PDF-1.7")
    client, publish = signed_in(line.lead), reverse("admin:reports_publication_publish", args=[line.filing.pk])

    first, second = client.post(publish, follow=True), client.post(publish, follow=True)

    assert (first.redirect_chain, messages(first)) == ([(address(line), 302)], ["已公开，第 1 号"])
    assert messages(second) == ["材料现在处于“已公开”（已办结），不能公开"]
    assert (status(line), Publication.objects.count()) == (Status.PUBLISHED, 1)


def test_the_lead_hands_a_review_back_with_a_reason_only() -> None:
    line = Line(Status.REVIEWED)

    refused = press(line, "review_again", line.lead, reason=" ")
    done = press(line, "review_again", line.lead, reason="请核对效益")

    assert (refused.status_code, read(refused).one("#id_reason_reason_error").text) == (422, "请写明原因")
    assert (messages(done), status(line)) == (["已退回复核人"], Status.UNDER_REVIEW)


def test_the_lead_reopens_an_approved_filing_part_by_part() -> None:
    line = Line(Status.APPROVED)

    page = press(line, "reopen", line.lead, back_figures="公示前更正")

    assert (messages(page), status(line)) == (["已退回单位"], Status.RETURNED)


TURNS: list[tuple[str, Callable[[Line], User], str]] = [
    ("open", lambda line: line.reviewer, "材料现在处于“待审定”（审定人审定），不能开始复核"),
    ("return", lambda line: line.reviewer, "材料现在处于“待审定”（审定人审定），不能退回修改"),
    ("review_again", lambda line: line.reviewer, "您不承担此项工作，不能退回复核"),
    ("approve", lambda line: make_user(Role.ADMINISTRATOR, line.department), "您不承担此项工作，不能审定"),
    ("reopen", lambda line: line.lead, "材料现在处于“待审定”（审定人审定），不能退回单位"),
]


@pytest.mark.parametrize(("name", "person", "refusal"), TURNS)
def test_an_act_out_of_turn_is_refused_in_words_and_offers_no_form_for_it(name: str, person: Callable[[Line], User], refusal: str) -> None:
    line = Line(Status.REVIEWED)

    page = signed_in(person(line)).post(address(line, name), {"reason": ""}, follow=True)

    assert (page.redirect_chain, messages(page), status(line)) == ([(address(line), 302)], [refusal], Status.REVIEWED)


@pytest.mark.parametrize(
    ("name", "person", "refusal"),
    [
        ("save", "reviewer", "材料现在处于“待审定”（审定人审定），不能复核评分"),
        ("recommend", "lead", "您不承担此项工作，不能复核评分"),
    ],
)
def test_a_review_saved_out_of_turn_is_refused_and_stays_to_be_read_without_a_button(name: str, person: str, refusal: str) -> None:
    line = Line(Status.UNDER_REVIEW)
    opened = view(line)
    line.review()
    review.recommend(line.filing.pk, by=line.reviewer)

    page = press(line, name, getattr(line, person), opened, points_spending="5", reason_spending="支付偏慢", comment="总体较好")

    assert (page.status_code, messages(page), reviewed(line, "spending")) == (422, [refusal], (Decimal(6), ""))
    assert (row(page, "spending")[4].one("input").attributes["value"], row(page, "spending")[5].one("textarea").text) == ("5", "支付偏慢")
    assert (read(page).one("#id_comment").text, read(page).select(".submit-row")) == ("总体较好", [])
