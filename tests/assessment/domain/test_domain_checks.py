"""One engine: what is missing, what contradicts, and what stands against sign-off."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assessment.domain.checks import Answer, Finding, Inputs, evaluate_assessment
from tests.factories_domain import TINY, tiny_inputs, tiny_scheme
from tests.reports.samples import demo_inputs, demo_scheme


def findings(inputs, **changes):
    return list(evaluate_assessment(tiny_scheme(**changes), inputs).findings)


def figures(**values):
    return {code: Decimal(value) for code, value in values.items()}


def check(**changes):
    return {"checks": [TINY["checks"][0] | {"code": "rule", "severity": "warning"} | changes]}


def test_a_filing_in_order_has_no_findings_a_total_and_a_grade():
    judged = evaluate_assessment(tiny_scheme(), tiny_inputs())

    assert judged.findings == judged.blocking == ()
    assert (judged.self_total, judged.self_complete, judged.grade) == (Decimal(100), True, "优")
    assert {code: points.value for code, points in judged.points.items()} == {"spending": Decimal(60), "order": Decimal(40)}
    assert judged.values["rate"] == Decimal("0.95")


def test_an_empty_filing_names_everything_that_is_missing_and_has_no_grade():
    judged = evaluate_assessment(tiny_scheme(), Inputs())

    assert (
        judged.findings
        == judged.blocking
        == (
            Finding("missing_figure", "error", "figure:budget", "“预算数”未填写", "请填写；没有发生的填 0"),
            Finding("missing_figure", "error", "figure:spent", "“决算数”未填写", "请填写；没有发生的填 0"),
            Finding("missing_figure", "error", "figure:cases", "“问题数”未填写", "请填写；没有发生的填 0"),
            Finding("missing_score", "error", "score:spending", "“完成率得分”未自评", "请填写自评得分"),
            Finding("missing_score", "error", "score:order", "“制度”未自评", "请填写自评得分"),
            Finding("missing_text", "error", "section:opening", "“开头段”未填写", "请撰写这一节"),
        )
    )
    assert (judged.self_total, judged.self_complete, judged.grade) == (Decimal(0), False, "")


def test_a_relation_that_does_not_hold_shows_both_sides_and_their_difference():
    inputs = tiny_inputs(figures=figures(budget="100", spent="102.5", cases="0"))

    assert findings(inputs) == [
        Finding("within", "error", "figure:spent", "决算超过预算", "请核对", "决算数 102.50万元，预算数 100.00万元；相差 +2.50万元")
    ]


@pytest.mark.parametrize(
    ("relation", "spent", "found"),
    [
        ("at_most", "100.01", 0),
        ("at_most", "100.02", 1),
        ("at_least", "99.99", 0),
        ("at_least", "99.98", 1),
        ("equals", "99.99", 0),
        ("equals", "100.01", 0),
        ("equals", "99.98", 1),
        ("equals", "100.02", 1),
    ],
)
def test_a_tolerance_reaches_just_as_far_as_it_says(relation, spent, found):
    inputs = tiny_inputs(figures=figures(budget="100", spent=spent, cases="0"), answers={})
    codes = [finding.code for finding in findings(inputs, **check(relation=relation, tolerance="0.01"))]

    assert codes.count("rule") == found


@pytest.mark.parametrize(("when", "found"), [("cases > 0", 0), ("cases == 0", 1), ("content > 0", 0)])
def test_a_relation_is_only_asked_while_its_condition_holds(when, found):
    inputs = tiny_inputs(figures=figures(budget="90", spent="95", cases="0"))

    assert [finding.code for finding in findings(inputs, **check(when=when))].count("rule") == found


@pytest.mark.parametrize(("left", "right"), [("rate", "1"), ("1", "rate")])
def test_a_relation_without_a_value_is_not_judged(left, right):
    inputs = tiny_inputs(figures=figures(budget="0", spent="0", cases="0"), answers={})

    assert "rule" not in [finding.code for finding in findings(inputs, **check(left=left, right=right, relation="equals"))]


@pytest.mark.parametrize(
    ("sides", "place", "shown"),
    [
        ({"left": "1", "right": "0"}, "figures", ""),
        ({"left": "cases + 1", "right": "cases"}, "figure:cases", "问题数 0个"),
        ({"left": "rate", "right": "0.5"}, "figure:rate", "完成率 95.00%"),
        ({"left": "spent", "right": "budget * rate * 0.5"}, "figure:spent", "决算数 95.00万元，预算数 100.00万元，完成率 95.00%"),
        ({"left": "spent + spent", "right": "budget"}, "figure:spent", "决算数 95.00万元，预算数 100.00万元；相差 +90.00万元"),
    ],
)
def test_the_sides_are_the_figures_in_the_order_they_are_read(sides, place, shown):
    (found,) = findings(tiny_inputs(), **check(**sides))

    assert (found.place, found.sides) == (place, shown)


def test_the_difference_is_in_the_unit_of_the_figures():
    groups = [
        {
            **TINY["groups"][0],
            "fields": [field | ({"unit": "元"} if field["kind"] == "money" else {}) for field in TINY["groups"][0]["fields"]],
        }
    ]
    (found,) = findings(tiny_inputs(), groups=groups, **check(right="budget - 10"))

    assert found.sides == "决算数 95.00元，预算数 100.00元；相差 +5.00元"


@pytest.mark.parametrize(
    ("severity", "explanation", "blocks", "label"),
    [
        ("error", "", True, "错误"),
        ("error", "有原因", True, "错误"),
        ("warning", "", True, "需说明"),
        ("warning", "有原因", False, "需说明"),
        ("note", "", False, "提示"),
    ],
)
def test_an_error_blocks_a_warning_wants_a_reason_and_a_note_informs(severity, explanation, blocks, label):
    inputs = tiny_inputs(explanations={"rule": explanation})
    judged = evaluate_assessment(tiny_scheme(**check(severity=severity, right="0")), inputs)

    (found,) = judged.findings
    assert (found.blocks, found.label, found.explanation) == (blocks, label, explanation)
    assert judged.blocking == ((found,) if blocks else ())


def answer(points, *choices, reason=""):
    return Answer(frozenset(choices), Decimal(points), reason)


@pytest.mark.parametrize(
    ("code", "given", "expected"),
    [
        ("order", answer("40", "rules", "kept"), []),
        ("order", answer("25", "rules"), []),
        ("order", answer("30", "rules"), ["“制度”自评 30 分，系统测算 25 分"]),
        ("order", answer("30", "rules", reason="另有依据"), []),
        ("order", answer("40.01", "rules", reason="另有依据"), ["“制度”自评得分应在 0 至 40 分之间"]),
        ("order", answer("-1", "rules"), ["“制度”自评得分应在 0 至 40 分之间"]),
        ("spending", answer("59.99"), ["“完成率得分”自评 59.99 分，系统测算 60 分"]),
    ],
)
def test_self_points_keep_to_the_computed_ones_or_give_a_reason(code, given, expected):
    inputs = tiny_inputs()

    assert [found.message for found in findings(replace(inputs, answers={**inputs.answers, code: given}))] == expected


JUDGED = {
    "shape": "judgement",
    "levels": [
        {"code": "good", "label": "达成", "low": "0.8", "high": "1"},
        {"code": "none", "label": "未达成", "low": "0", "high": "0.8"},
    ],
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer("80", "good"), []),
        (answer("100", "good"), []),
        (answer("79.99", "good"), [("score_range", "“效果”自评得分应在 80 至 100 分之间")]),
        (answer("80", "none"), []),
        (answer("80.01", "none"), [("score_range", "“效果”自评得分应在 0 至 80 分之间")]),
        (answer("80"), [("missing_level", "“效果”未选择评判档次")]),
    ],
)
def test_judged_points_lie_within_the_chosen_level(given, expected):
    indicators = [{"code": "effect", "label": "效果", "points": "100", "rule": JUDGED}]
    found = findings(tiny_inputs(answers={"effect": given}), indicators=indicators)

    assert [(item.code, item.message) for item in found] == expected


def test_full_marks_without_evidence_are_pointed_out():
    assert findings(tiny_inputs(evidenced=frozenset())) == [
        Finding("no_evidence", "note", "score:spending", "“完成率得分”自评满分，尚无佐证材料", "请上传：决算报表")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完成率{{rate}}，预算{{ 预算数 }}。", []),
        ("见{{nothing}}。", [("unknown_token", "“{{nothing}}”不是本表的数据项")]),
        ("见{{rate}和{{rate}}。", [("broken_token", "花括号不成对，数据引用无法识别")]),
        ("见rate}}。", [("broken_token", "花括号不成对，数据引用无法识别")]),
        (f"见{{{{{'长' * 61}}}}}。", [("broken_token", "花括号不成对，数据引用无法识别")]),
        ("", [("missing_text", "“开头段”未填写")]),
    ],
)
def test_a_narrative_is_there_and_its_tokens_name_fields(text, expected):
    found = findings(tiny_inputs(narrative={"opening": text}))

    assert [(item.code, item.message) for item in found] == expected


def test_a_section_that_may_stay_empty_is_not_asked_for_and_a_heading_holds_no_text():
    sections = [
        {"code": "opening", "level": "0", "required": "false"},
        {"code": "basic", "heading": "基本情况", "level": "1", "text": "false"},
    ]

    assert findings(tiny_inputs(narrative={}), sections=sections) == []
    assert [item.message for item in findings(tiny_inputs(narrative={}), sections=[sections[1] | {"text": "true"}])] == ["“基本情况”未填写"]


def shipped(**changes):
    """Codes of the relations that the demo's figures violate, some of them changed."""
    values = {**demo_inputs().figures, **figures(**changes)}
    relations = {item.code for item in demo_scheme().checks}
    return {item.code for item in evaluate_assessment(demo_scheme(), Inputs(figures=values)).findings if item.code in relations}


REAL = {"carry_balance", "adjusted_much"}


def test_the_real_report_fails_the_two_relations_it_leaves_unexplained():
    judged = evaluate_assessment(demo_scheme(), replace(demo_inputs(), explanations={}))

    assert {item.code: item.sides for item in judged.blocking} == {
        "carry_balance": "年末结转和结余 0.00万元，年初结转和结余 0.00万元，调整预算合计 48,774.54万元，"
        "支出决算合计 46,477.42万元，财政收回 0.00万元；相差 -2,297.12万元",
        "adjusted_much": "预算调整率 -17.05%",
    }
    assert evaluate_assessment(demo_scheme(), demo_inputs()).blocking == ()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, REAL),
        ({"recovered": "2297.12"}, REAL - {"carry_balance"}),
        ({"carry_out": "2297.11"}, REAL - {"carry_balance"}),
        ({"carry_out": "2297.10"}, REAL),
        ({"final_fund": "560.98"}, {"final_parts", *REAL}),
        ({"final_fund": "560.99"}, {"fund_within_budget", "final_parts", *REAL}),
        ({"final_fund": "560.99", "carry_in": "1"}, {"final_parts", *REAL}),
        ({"final_general": "48213.59"}, {"general_within_budget", "final_parts", *REAL}),
        ({"final_general": "48213.59", "final_fund": "561"},
            {"general_within_budget", "fund_within_budget", "total_within_budget", "final_parts", *REAL}),
        ({"final_capital": "0.02"}, {"capital_within_budget", "final_parts", *REAL}),
        ({"final_capital": "0.01"}, REAL),
        ({"project_final": "44159.62"}, REAL),
        ({"project_final": "44159.61"}, {"final_parts", *REAL}),
        ({"project_budget": "46433.02"}, {"budget_parts", *REAL}),
        ({"staff_actual": "69"}, REAL),
        ({"staff_actual": "70"}, {"staff_over", *REAL}),
        ({"opening_general": "43779.53"}, {"carry_balance"}),
        ({"opening_general": "43779.52"}, REAL),
        ({"opening_general": "53632.96"}, {"carry_balance"}),
        ({"opening_general": "53632.97"}, REAL),
        ({"final_general": "43377.77", "project_final": "41579.29"}, {"spent_little", *REAL}),
        ({"final_general": "43377.78", "project_final": "41579.30"}, REAL),
        ({"idle_after": "0.01"}, {"idle_grew", *REAL}),
        ({"reception_final": "20"}, {"three_over", *REAL}),
        ({"office_final": "236.19", "personnel_final": "2081.60"}, {"office_over", *REAL}),
        ({"procurement_final": "318.41"}, {"procurement_over", *REAL}),
        ({"assets_used": "4286.96"}, {"assets_parts", *REAL}),
        ({"tasks_done": "33"}, {"tasks_parts", *REAL}),
        ({"goals_met": "19"}, {"goals_parts", *REAL}),
        ({"projects_ontime": "27"}, {"projects_parts", *REAL}),
        ({"letters_ontime": "148"}, {"letters_parts", *REAL}),
        ({"survey_size": "29"}, {"survey_small", *REAL}),
        ({"survey_size": "0", "satisfaction": "0"}, REAL),
    ],
)  # fmt: skip
def test_each_relation_of_the_shipped_scheme_speaks_up(changes, codes):
    assert shipped(**changes) == codes
