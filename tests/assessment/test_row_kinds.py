"""Rows answered with yes or no, and rows that do not count, from the unit's form to the frozen review."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assessment.domain.inputs import Answer
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Status
from assessment.models import Filing
from assessment.services import contents, parts, review, signoff
from assessment.services.exchange import export, import_file
from tests.browsing import Element, messages, read, send, signed_in
from tests.factories import Line, changed_scheme, stored_scheme
from tests.tools import refusal_of, stored

pytestmark = pytest.mark.django_db

NONE = "当年没有政府采购计划，本项不计分"
RESCALED = "98 ÷ 98 × 100 = 100.00 分（不适用的指标不计分，其余折算）"


def scheme() -> Scheme:
    """项目实施程序 (2 points) is a question; 政府采购执行率 (2 points) is left out of the total without a plan."""
    question = {"rule": {"shape": "yes_no", "statement": "项目按规定程序实施"}}
    left_out = {"alternatives": [{"when": "procurement_budget == 0", "points": None, "not_applicable": True, "reason": NONE}]}
    return changed_scheme("example_kinds", {"procedure": question, "procurement_done": left_out})


def kinds_line(status: Status = Status.DRAFT) -> Line:
    return Line(status, whole_scheme=stored_scheme(scheme()))


def scores_page(line: Line) -> Any:
    return signed_in(line.preparer).get(reverse("assessment:scores", args=[line.assessment.pk]))


def save(line: Line, **changes: Any) -> Any:
    client = signed_in(line.preparer)
    return send(client, client.get(reverse("assessment:scores", args=[line.assessment.pk])), changes=changes)


def answered(line: Line, code: str) -> tuple[list[str], Decimal | None]:
    score = line.assessment.scores.get(code=code)
    return score.choices, score.self_points


def desk_page(line: Line) -> Any:
    return signed_in(line.reviewer).get(reverse("admin:assessment_filing_change", args=[line.filing.pk]))


def cells(page: Any, code: str) -> list[Element]:
    return read(page).one(f"tr#{code}").select("td")


def test_a_question_is_asked_with_its_statement_and_answered_with_yes_or_no() -> None:
    line = kinds_line()
    row = read(scores_page(line)).one("tr#procedure")

    assert row.one(".choices label").text == "项目实施程序：项目按规定程序实施"
    offered = [(item.attributes["value"], item.text) for item in row.select(".choices option")]
    assert offered == [("", "请选择"), ("yes", "是"), ("no", "否")]
    assert [item.text for item in row.select(".choices option") if "selected" in item.attributes] == ["是"]
    assert (row.one(".rule").text, row.one(".computed strong").text) == ("项目按规定程序实施：是得满分，否不得分", "2.00")

    page = save(line, **{"procedure-choices": "no", "procedure-points": "", "adopt": "1"})

    assert messages(page) == ["已保存"]
    assert answered(line, "procedure") == (["no"], Decimal(0))
    row = read(page).one("tr#procedure")
    assert (row.one(".computed strong").text, row.texts(".computed p")[0]) == ("0.00", "否，不得分")
    assert row.texts(".best") == ["如何得满分：项目按规定程序实施：选“是”得满分"]


def test_a_question_without_an_answer_stands_against_sign_off() -> None:
    line = kinds_line()

    page = save(line, **{"procedure-choices": "", "procedure-points": "2"})

    assert read(page).texts("tr#procedure .finding--error") == ["错误 “项目实施程序”未选择“是”或“否”请选择后再评分"]
    assert (answered(line, "procedure"), read(page).one("tr#procedure .computed strong").text) == (([], Decimal(2)), "—")
    assert refusal_of(lambda: signoff.request_signoff(line.filing.pk, by=line.preparer)) == (
        "还有 1 处须处理的核查意见，不能提请签批",
        {"score:procedure": "“项目实施程序”未选择“是”或“否”"},
    )


def test_an_answer_that_is_neither_is_named_at_its_row() -> None:
    line = kinds_line()

    page = save(line, **{"procedure-choices": "maybe"})

    assert page.status_code == 422
    assert read(page).texts("tr#procedure .choices .field-error") == ["选择一个有效的选项。 maybe 不在可用的选项中。"]
    answer = {"procedure": Answer(frozenset({"maybe"}), Decimal(2))}
    assert refusal_of(lambda: parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answer)) == (
        "有得分不合要求，未保存",
        {"score:procedure": "所选的核对项不在本指标中"},
    )
    assert answered(line, "procedure") == (["yes"], Decimal(2))


def test_yes_without_full_points_needs_a_reason() -> None:
    line = kinds_line()

    page = save(line, **{"procedure-points": "1"})

    assert read(page).texts("tr#procedure .finding--error") == [
        "错误 “项目实施程序”自评 1 分，系统测算 2 分自评得分 1分，系统测算 2分请改为测算得分，或写明理由"
    ]


def test_a_row_that_does_not_count_says_so_and_the_rest_is_rescaled_to_the_full_points() -> None:
    line = kinds_line()

    page = scores_page(line)

    row = read(page).one("tr#procurement_done")
    assert (row.one(".computed .na").text, row.one(".computed strong").text) == ("不适用，不计分", "—")
    assert row.texts(".computed p")[0] == NONE
    assert (row.texts(".told p"), row.select(".finding--error")) == (["不计分"], [])
    total = read(page).one(".total-line")
    assert (total.one("strong").text, total.texts(".grade"), total.texts(".step")) == ("100.00", ["优"], [RESCALED])


def test_a_row_that_does_not_count_needs_no_points_and_the_score_table_is_whole_without_it() -> None:
    line = kinds_line()

    def shown() -> str:
        rows = read(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk]))).select("ul.parts li")
        return next(row for row in rows if row.texts("a") == ["指标评分表"]).text

    assert not line.assessment.scores.filter(code="procurement_done").exists()
    assert shown().startswith("指标评分表 已填 27 / 27 完整")
    line.advance(Status.SUBMITTED)
    content = json.loads(line.filing.snapshots.get().content)["assessments"][0]
    (row,) = [item for item in content["scores"] if item["code"] == "procurement_done"]
    assert (row["auto_points"], row["explain"], row["not_applicable"], row["removed"], row["self_points"]) == (None, NONE, True, True, None)
    assert (content["self_total"], content["total_steps"], content["grade"]) == ("100", [RESCALED], "优")


def test_points_typed_in_a_row_that_does_not_count_change_no_total() -> None:
    line = kinds_line()

    page = save(line, **{"procurement_done-points": "1", "compliance-points": "4", "compliance-reason": "一处整改中"})

    step = "97 ÷ 98 × 100 = 98.98 分（不适用的指标不计分，其余折算）"
    assert (read(page).one(".total-line strong").text, read(page).texts(".total-line .step")) == ("98.98", [step])
    assert contents.evaluate(line.assessment).total.value == Decimal(97) * 100 / 98


def test_a_row_that_counts_again_asks_for_its_points() -> None:
    line = kinds_line()

    figures = {"procurement_budget": Decimal(100), "procurement_final": Decimal(95)}
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures=figures)

    assert refusal_of(lambda: signoff.request_signoff(line.filing.pk, by=line.preparer)) == (
        "还有 1 处须处理的核查意见，不能提请签批",
        {"score:procurement_done": "“政府采购执行率”未自评"},
    )


def test_a_value_that_cannot_exist_takes_its_row_out_where_the_scheme_says_so() -> None:
    other = changed_scheme("example_removed", {"procurement_done": {"alternatives": []}}, not_applicable="removed")
    line = Line(whole_scheme=stored_scheme(other))

    points = contents.evaluate(line.assessment).points["procurement_done"]

    assert (points.value, points.removed, points.explain) == (None, True, "分母为 0，不适用，本项不计分，其余各项折算为满分")
    line.advance(Status.SUBMITTED)
    assert line.filing.status == Status.SUBMITTED


def test_the_office_scores_every_row_that_counts_and_the_total_is_rescaled_alike() -> None:
    line = kinds_line(Status.UNDER_REVIEW)
    page = desk_page(line)
    scores = {score.code: score.pk for score in line.assessment.scores.all()}

    assert [cell.text for cell in cells(page, "procurement_done")][4:] == ["—", ""]
    assert cells(page, "procurement_done")[1].one("span").text == "不适用 —"
    assert (cells(page, "procedure")[1].one("span").text, cells(page, "procedure")[4].one("input").attributes["value"]) == ("2.00", "2")
    assert [item.text for item in read(page).select(".totals dd")] == ["100.00 优", "—"]

    changes = {f"points-{scores['procedure']}": "0", f"reason-{scores['procedure']}": "没有报批手续"}
    saved = send(signed_in(line.reviewer), page, "#review-form", changes)

    # 96 of 98 points that count.
    assert [item.text for item in read(saved).select(".totals dd")] == ["100.00 优", "97.96 优"]
    review.recommend(line.filing.pk, by=line.reviewer)
    assert json.loads(line.filing.events.latest("number").detail) == {"total": "97.96"}
    line.approve()
    (frozen,) = json.loads(line.filing.snapshots.get(kind="review").content)["assessments"]
    assert "procurement_done" not in [item["code"] for item in frozen["scores"]]
    assert frozen["total_steps"] == ["96 ÷ 98 × 100 = 97.96 分（不适用的指标不计分，其余折算）"]
    assert (Decimal(frozen["total"]), frozen["grade"]) == (Decimal(96) * 100 / 98, "优")


def test_points_typed_in_a_row_that_does_not_count_are_not_scored_by_the_office() -> None:
    line = kinds_line()
    save(line, **{"procurement_done-points": "1"})
    line.advance(Status.UNDER_REVIEW)

    assert [cell.text for cell in cells(desk_page(line), "procurement_done")][4:] == ["—", ""]
    saved = send(signed_in(line.reviewer), desk_page(line), "#review-form")
    assert messages(saved) == ["已保存"]
    review.recommend(line.filing.pk, by=line.reviewer)
    line.approve()
    (frozen,) = json.loads(line.filing.snapshots.get(kind="review").content)["assessments"]
    (row,) = [item for item in frozen["scores"] if item["code"] == "procurement_done"]
    assert row == {"code": "procurement_done", "review_points": None, "reason": ""}
    assert (frozen["total"], frozen["total_steps"]) == ("100", [RESCALED])


def test_a_row_that_counts_is_still_asked_for_before_the_lead_is() -> None:
    line = kinds_line()
    save(line, **{"procurement_done-points": "1"})
    line.advance(Status.UNDER_REVIEW)
    scores = {score.code: score.pk for score in line.assessment.scores.all()}
    points = {pk: review.ReviewPoints(Decimal(2)) for code, pk in scores.items() if code == "procedure"}
    review.save_review(line.filing.pk, by=line.reviewer, version=0, points=points, comment="")

    message, places = refusal_of(lambda: review.recommend(line.filing.pk, by=line.reviewer))

    assert message == "还有 26 项没有复核得分"
    assert f"review:{scores['procurement_done']}" not in places
    assert f"review:{scores['spending']}" in places


def test_the_list_at_the_desk_shows_the_rescaled_totals() -> None:
    line = kinds_line(Status.REVIEWED)

    row = read(signed_in(line.lead).get(reverse("admin:assessment_filing_changelist"))).one("#result_list tbody tr")

    assert (row.one(".field-self_total").text, row.one(".field-review_total").text) == ("100.00", "100.00")


def test_the_paper_says_what_does_not_apply() -> None:
    line = kinds_line()

    page = read(signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk])))

    (row,) = [item.text for item in page.select("tr") if "政府采购执行率" in item.text and NONE in item.text]
    assert row == f"预算执行情况 / 资金管理政府采购执行率2.00——不适用，不计分：{NONE}"
    assert page.one(".total-line strong").text == "100.00"


def test_such_rows_are_exported_and_imported_unchanged() -> None:
    line = kinds_line()
    file, before = export(line.filing), stored()

    import_file(file, by=line.preparer)

    assert stored() == before
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers={"procedure": Answer(frozenset({"no"}), Decimal(0))})
    import_file(file, by=line.preparer)
    assert export(Filing.objects.get(pk=line.filing.pk)) == file
