"""One engine: what is missing, what contradicts, and what stands against sign-off."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assessment.domain.checks import evaluate_assessment, score_assessment
from assessment.domain.findings import Finding, Side
from assessment.domain.inputs import Answer, Inputs, Waived
from assessment.domain.own_rows import OwnRow
from assessment.domain.totals import Total
from tests.factories_domain import TINY, own_group, tiny_inputs, tiny_scheme


def findings(inputs, **changes):
    return list(evaluate_assessment(tiny_scheme(**changes), inputs).findings)


def figures(**values):
    return {code: Decimal(value) for code, value in values.items()}


def check(**changes):
    return {"checks": [TINY["checks"][0] | {"code": "rule", "severity": "warning"} | changes]}


def test_a_filing_in_order_has_no_findings_a_total_and_a_grade():
    judged = evaluate_assessment(tiny_scheme(), tiny_inputs())

    assert judged.findings == judged.blocking == ()
    assert judged.total == Total(Decimal(100), Decimal(100), True, "优")
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
    assert judged.total == Total(Decimal(0), Decimal(0), False, "")


def test_a_relation_that_does_not_hold_shows_both_sides_and_their_difference():
    inputs = tiny_inputs(figures=figures(budget="100", spent="102.5", cases="0"))

    (found,) = findings(inputs)

    assert found == Finding(
        "within",
        "error",
        "figure:spent",
        "决算超过预算",
        "请核对",
        "within",
        (Side("决算数", "102.50万元", "figure:spent"), Side("预算数", "100.00万元", "figure:budget")),
        "相差 +2.5万元",
    )
    assert found.comparison == "决算数 102.50万元，预算数 100.00万元；相差 +2.5万元"


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
        (
            {"left": "spent", "right": "budget * rate * 0.5"},
            "figure:spent",
            "决算数 95.00万元，预算数 100.00万元，完成率 95.00%；预算数 × 完成率 × 0.5 = 47.5万元；相差 +47.5万元",
        ),
        (
            {"left": "spent + spent", "right": "budget"},
            "figure:spent",
            "决算数 95.00万元，预算数 100.00万元；决算数 + 决算数 = 190万元；相差 +90万元",
        ),
    ],
)
def test_the_sides_are_the_figures_in_the_order_they_are_read(sides, place, shown):
    (found,) = findings(tiny_inputs(), **check(**sides))

    assert (found.place, found.comparison) == (place, shown)


def test_the_difference_is_in_the_unit_of_the_figures():
    groups = [
        {
            **TINY["groups"][0],
            "fields": [field | ({"unit": "元"} if field["kind"] == "money" else {}) for field in TINY["groups"][0]["fields"]],
        }
    ]
    (found,) = findings(tiny_inputs(), groups=groups, **check(right="budget - 10"))

    assert found.comparison == "决算数 95.00元，预算数 100.00元；预算数 − 10 = 90元；相差 +5元"


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
        (answer("80"), [("missing_choice", "“效果”未选择评判档次")]),
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


def test_a_difference_is_told_where_both_sides_have_one_unit_of_measure():
    wanted = {"budget - 10": "预算数 − 10 = 90万元；相差 +5万元", "budget + 10": "预算数 + 10 = 110万元；相差 -15万元"}

    for right, difference in wanted.items():
        (found,) = findings(tiny_inputs(), **check(right=right, relation="equals"))
        assert found.difference == difference


@pytest.mark.parametrize(("left", "right"), [("rate", "spent / budget / 2"), ("0", "spent - budget")])
def test_rates_and_bare_numbers_show_no_difference(left, right):
    (found,) = findings(tiny_inputs(), **check(left=left, right=right, relation="equals"))

    assert found.difference == ""


def test_a_waiver_lets_an_error_pass_and_its_reason_stays_with_the_finding():
    waived = Waived("口径不同", date(2023, 12, 31), "决算数 95.00万元")
    inputs = tiny_inputs(waivers={"rule": waived, "no_evidence": waived}, evidenced=frozenset())
    judged = evaluate_assessment(tiny_scheme(**check(severity="error", right="0")), inputs)

    assert [(found.code, found.waived, found.blocks) for found in judged.findings] == [
        ("rule", waived, False),
        ("no_evidence", None, False),
    ]
    assert judged.blocking == ()


def test_a_waiver_lapses_with_the_figures_that_it_was_given_for():
    waived = Waived("口径不同", date(2023, 12, 31), "决算数 94.00万元")
    (found,) = findings(tiny_inputs(waivers={"rule": waived}), **check(severity="error", right="0"))

    assert (found.waived, found.blocks) == (None, True)


def test_points_that_differ_stand_beside_those_that_were_computed():
    inputs = tiny_inputs()
    (found,) = findings(replace(inputs, answers={**inputs.answers, "order": answer("30.5", "rules")}))

    assert found == Finding(
        "score_differs",
        "error",
        "score:order",
        "“制度”自评 30.5 分，系统测算 25 分",
        "请改为测算得分，或写明理由",
        "",
        (Side("自评得分", "30.5分", "score:order"), Side("系统测算", "25分", "score:order")),
    )


ASKED = {"code": "effect", "label": "效果", "points": "100", "rule": {"shape": "yes_no", "statement": "公开一致"}}
NO_CASES = {"when": "cases == 0", "reason": "没有问题"}


@pytest.mark.parametrize(
    ("row", "given", "expected"),
    [
        (ASKED, answer("100", "yes"), []),
        (ASKED, answer("0", "no"), []),
        (ASKED, answer("100"), ["“效果”未选择“是”或“否”"]),
        (ASKED, answer("100", "perhaps"), ["“效果”未选择“是”或“否”"]),
        (ASKED, answer("100", "no"), ["“效果”自评 100 分，系统测算 0 分"]),
        (ASKED | {"rule": JUDGED}, answer("100", "unheard"), ["“效果”未选择评判档次"]),
        (ASKED | {"alternatives": [NO_CASES | {"points": "100"}]}, answer("100"), []),
        (ASKED | {"alternatives": [NO_CASES | {"points": "50"}]}, answer("100"), ["“效果”自评 100 分，系统测算 50 分"]),
        (ASKED | {"alternatives": [NO_CASES | {"not_applicable": "true"}]}, Answer(), []),
        (ASKED | {"alternatives": [NO_CASES | {"not_applicable": "true"}]}, answer("999"), []),
    ],
)
def test_a_question_is_answered_unless_an_alternative_stands_in_for_it(row, given, expected):
    found = findings(tiny_inputs(answers={"effect": given}), indicators=[row])

    assert [item.message for item in found] == expected


def test_a_group_without_own_rows_is_missing_and_nothing_that_contradicts():
    found = [item for item in findings(Inputs(), indicators=[own_group()]) if item.place.startswith("own:")]

    assert found == [Finding("missing_rows", "error", "own:own", "“产出”应至少自设 1 项指标，现有 0 项", "请补充指标")]


def test_the_faults_of_own_rows_are_found_at_their_rows():
    row = OwnRow("own_1", "own", "机房", Decimal(60), target=Decimal(1))
    found = findings(tiny_inputs(own_rows=(row,), answers={"own_1": answer("60")}), indicators=[own_group()])

    assert found == [
        Finding("own_rows", "error", "own:own", "“产出”自设指标合计 60 分，应为 100 分", "请调整各项分值"),
        Finding("own_rows", "error", "own:own_1", "“机房”没有填写实际完成值", "请填写实际完成值"),
    ]


def test_characters_that_cannot_be_printed_are_found_wherever_they_stand():
    row = OwnRow("own_1", "own", "机\u202e房", Decimal(100), target=Decimal(1), actual=Decimal(1), unit="个\x07", aim="\ue000")
    inputs = tiny_inputs(
        own_rows=(row,),
        answers={"own_1": Answer(self_points=Decimal(100), reason="好\U0001f600"), "gone": Answer(reason="\x07")},
        narrative={"opening": "\x00\x01\x02\x03\x04\x05", "gone": "\x07"},
        explanations={"rule": "因\x07"},
    )
    found = [item for item in findings(inputs, indicators=[own_group()]) if item.code == "unprintable"]

    assert [(item.place, item.message, item.remedy) for item in found] == [
        ("section:opening", "有无法打印的字符：U+0000、U+0001、U+0002、U+0003、U+0004", "请删去或改用文字"),
        ("score:own_1", "有无法打印的字符：“😀”（U+1F600）", "请删去或改用文字"),
        ("own:own_1", "有无法打印的字符：U+0007、U+202E、U+E000", "请删去或改用文字"),
        ("explanation:rule", "有无法打印的字符：U+0007", "请删去或改用文字"),
    ]


def test_findings_come_in_the_order_in_which_a_unit_fills_its_papers():
    inspection = {"code": "look", "severity": "note", "function": "undefined_rates", "fields": ["rate"], "message": "看", "remedy": "改"}
    figures_ = figures(budget="0", spent="1")
    inputs = tiny_inputs(figures=figures_, answers={}, narrative={"opening": "{{x}}\x07"})

    assert [item.code for item in findings(inputs, inspections=[inspection])] == [
        "missing_figure", "within", "missing_score", "missing_score", "unknown_token", "look", "unprintable",
    ]  # fmt: skip


def test_a_preview_has_the_same_points_and_total_as_the_whole_judgement():
    judged, scored = evaluate_assessment(tiny_scheme(), tiny_inputs()), score_assessment(tiny_scheme(), tiny_inputs())

    assert (scored.scheme, scored.values, scored.points, scored.total) == (judged.scheme, judged.values, judged.points, judged.total)


@pytest.mark.parametrize(
    ("severity", "key", "waivable"), [("error", "a", True), ("warning", "a.b", True), ("note", "a", False), ("error", "", False)]
)
def test_the_office_may_let_pass_what_a_check_of_the_scheme_asks_for(severity, key, waivable):
    assert Finding("a", severity, "figures", "甲", "乙", key).waivable is waivable


def limited(limit):
    """The tiny scheme's fields, of which the budget asks for a reason beyond ``limit``."""
    data = tiny_scheme().model_dump(mode="json")
    for group in data["groups"]:
        for item in group["fields"]:
            if item["code"] == "budget":
                item["change_limit"] = limit
    return {"groups": data["groups"]}


@pytest.mark.parametrize(
    ("before", "last", "said"),
    [
        ("spent", {}, []),
        ("spent", {"budget": "1"}, []),
        ("spent", {"spent": "100"}, []),
        ("spent", {"spent": "99.99"}, ["“预算数”与上年签批的决算数不一致"]),
        ("budget", {"budget": "1"}, []),
    ],
)
def test_a_figure_that_goes_on_from_another_of_last_year_s_and_differs_is_a_warning(before, last, said):
    data = tiny_scheme().model_dump(mode="json")
    next(item for group in data["groups"] for item in group["fields"] if item["code"] == "budget")["continues"] = before

    found = [item for item in findings(tiny_inputs(last_year=figures(**last)), groups=data["groups"]) if item.code == "broken_off"]

    assert [item.message for item in found] == said
    sides = (Side("预算数", "100.00万元", "figure:budget"), Side("上年签批的决算数", "99.99万元", "figure:budget"))
    assert [(item.key, item.severity, item.place, item.remedy, item.sides) for item in found] == [
        ("broken_off.budget", "warning", "figure:budget", "请核对；属实的写明原因", sides)
    ] * len(said)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (None, []),
        ("0", []),
        ("80", []),
        ("79", ["“预算数”比上年增加 26.58%，超过 25.00%"]),
        ("-400", ["“预算数”比上年增加 125.00%，超过 25.00%"]),
        ("134", ["“预算数”比上年减少 25.37%，超过 25.00%"]),
    ],
)
def test_a_figure_far_from_last_year_s_is_a_warning_of_its_own(last, said):
    inputs = tiny_inputs(last_year=figures(budget=last, spent="1") if last is not None else figures(spent="1"))

    found = [item for item in findings(inputs, **limited("0.25")) if item.code == "large_change"]

    assert [item.message for item in found] == said
    assert [(item.key, item.severity, item.place, item.remedy) for item in found] == [
        ("large_change.budget", "warning", "figure:budget", "请核对；属实的写明原因")
    ] * len(said)


def test_a_figure_that_is_not_filled_has_not_changed():
    inputs = tiny_inputs(figures=figures(spent="95", cases="0"), last_year=figures(budget="1"))

    assert [item for item in findings(inputs, **limited("0.25")) if item.code == "large_change"] == []


def test_a_figure_taken_over_from_last_year_stands_against_sign_off_until_it_is_confirmed():
    inputs = Inputs(figures={"budget": Decimal(100), "spent": Decimal(95)}, unconfirmed=frozenset({"spent"}))

    found = [finding for finding in evaluate_assessment(tiny_scheme(), inputs).findings if finding.code == "unconfirmed"]

    assert [(finding.severity, finding.place, finding.message) for finding in found] == [
        ("error", "figure:spent", "“决算数”沿用上年的数，尚未确认")
    ]


def test_evidence_is_asked_for_the_rows_that_name_it_and_apply():
    judged = evaluate_assessment(tiny_scheme(), tiny_inputs())
    removed = {code: replace(points, removed=True) for code, points in judged.points.items()}

    assert judged.asked_evidence == {code for code, row in judged.scheme.scored.items() if row.evidence} == {"spending"}
    assert replace(judged, points=removed).asked_evidence == frozenset()
