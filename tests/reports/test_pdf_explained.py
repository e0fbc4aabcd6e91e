"""What a print says beyond the tables: how scores came about where asked, what was waived, and what changed the total."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from assessment.domain.checks import evaluate_assessment
from assessment.domain.exchange import ExchangeFile, write
from assessment.domain.inputs import Answer, Waived
from assessment.domain.scheme import Scheme
from reports import pdf
from reports.pdf.document import document_of
from reports.services import jobs
from tests.factories import Line
from tests.reports.papers import flat, page_texts
from tests.reports.samples import demo_file, demo_inputs, demo_scheme, file_of, review_of

CAPPED = [{"code": "slow", "when": "execution_rate < 0.96", "at_most": "89", "reason": "支出完成率低于 96%"}]


def with_changes(**changes: Any) -> Scheme:
    return Scheme.model_validate(demo_scheme().model_dump(mode="json") | changes)


def printed(folder: Path, file: ExchangeFile, **options: Any) -> Path:
    path = folder / "print.pdf"
    path.write_bytes(pdf.render(file, **options))
    return path


def test_only_a_print_that_asks_for_it_tells_how_each_score_came_about(tmp_path: Path) -> None:
    asked, plain = flat(printed(tmp_path, demo_file(), explained=True)), flat(printed(tmp_path, demo_file()))

    way = "政府采购执行率=政府采购实际数÷政府采购预算数=309.72万元÷318.40万元=97.27%97.27%，达到95%，得满分2.00"
    assert (way in asked, way in plain) == (True, False)
    assert asked.count("2022年度整体绩效自评测算说明") == 1


def test_the_explanation_says_what_would_give_full_marks() -> None:
    answers = dict(demo_inputs().answers)
    answers["quality"] = replace(answers["quality"], choices=frozenset({"truthful", "complete", "evidenced"}), self_points=Decimal(3))

    document = document_of(demo_file(answers=answers), None, explained=True)

    (row,) = (row for row in document.assessments[0].told if row.label == "自评材料质量")
    assert (row.points, row.inputs, row.steps, row.auto, row.best) == (
        "4", (), ("4 项中符合 3 项，得 3 分",), "3.00", "还须符合：佐证材料与指标关联性强（1 分）"
    )  # fmt: skip


def test_the_command_prints_the_explanation_where_asked(tmp_path: Path) -> None:
    source, target = tmp_path / "filing.json", tmp_path / "out.pdf"
    source.write_text(write(demo_file()), "utf-8")

    call_command("print_filing", source, output=target, explain=True, verbosity=0)

    assert sum("2022年度整体绩效自评测算说明" in page for page in page_texts(target)) == 1


def test_reasons_and_waivers_stand_in_the_scheme_s_order_with_what_they_are_about() -> None:
    explanations = {"full_marks": "不影响得分。", "adjusted_much": "当年调减。"}
    found = evaluate_assessment(demo_scheme(), demo_inputs()).findings
    compared = next(finding.comparison for finding in found if finding.key == "carry_balance")
    waivers = {"carry_balance": Waived("差额正在核对。", date(2023, 12, 31), compared)}

    document = document_of(demo_file(explanations=explanations, waivers=waivers), None, explained=False)

    assert [(item.message, item.text) for item in document.assessments[0].explanations] == [
        ("年末结转和结余与“年初结转 + 调整预算 − 决算 − 财政收回”不等", "财务部门豁免，有效期至2023年12月31日：差额正在核对。"),
        ("预算调整率超过 10%", "当年调减。"),
        ("得满分而写有存在问题", "不影响得分。"),
    ]


def test_a_reason_for_one_of_several_findings_says_which() -> None:
    texts = dict(demo_inputs().narrative) | {"basic_spending": "支出完成率为91.00%。"}
    key = "text_contradicts.basic_spending.execution_rate"

    document = document_of(demo_file(narrative=texts, explanations={key: "口径不同。"}), None, explained=False)

    (said,) = (item for item in document.assessments[0].explanations if item.text == "口径不同。")
    assert said.message == "报告中的数与基础数据不符（部门整体支出情况、支出完成率）"


def test_what_changed_the_total_stands_under_the_table_and_in_the_review(tmp_path: Path) -> None:
    file = file_of(with_changes(caps=CAPPED), demo_inputs())
    capped = {"total": "89", "total_steps": ("支出完成率低于 96%，总分不超过 89 分",), "grade": "良"}
    review = review_of(file)
    review = review.model_copy(update={"assessments": (review.assessments[0].model_copy(update=capped),)})

    text = flat(printed(tmp_path, file, review=review))

    assert (file.content.assessments[0].self_total, file.content.assessments[0].grade) == ("89", "良")
    assert text.count("合计：支出完成率低于96%，总分不超过89分") == 2


def test_a_row_that_does_not_count_is_printed_as_such(tmp_path: Path) -> None:
    scheme = with_changes(not_applicable="removed")
    row = scheme.model_dump(mode="json")["indicators"]
    row[1]["children"][0]["children"][2]["alternatives"] = []
    scheme = with_changes(not_applicable="removed", indicators=row)
    answers = {**demo_inputs().answers, "idle_funds": Answer()}
    judged = evaluate_assessment(scheme, replace(demo_inputs(), answers=answers))

    text = flat(printed(tmp_path, file_of(scheme, replace(demo_inputs(), answers=answers))))

    # 97 of 97 points that count are 100 of 100.
    assert (judged.total.summed, judged.total.value, judged.total.grade) == (Decimal(97), Decimal(100), "优")
    assert "合计：97÷97×100=100.00分（不适用的指标不计分，其余折算）" in text


@pytest.mark.django_db
def test_a_preview_with_explanations_is_another_print_than_one_without() -> None:
    line = Line()

    plain, explained = (jobs.ask_preview(line.filing, by=line.preparer, explained=wanted) for wanted in (False, True))

    assert plain.pk != explained.pk
    assert (plain.explained, explained.explained) == (False, True)
    assert jobs.ask_preview(line.filing, by=line.preparer, explained=True).pk == explained.pk
