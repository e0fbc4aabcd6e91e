"""Checks that no expression can say, each function for itself: when it speaks, when it keeps silent, and in which words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assessment.domain.checks import evaluate_assessment
from assessment.domain.findings import Finding, Side
from assessment.domain.inputs import Answer, Project
from tests.factories_domain import TINY, tiny_inputs, tiny_scheme

SECTIONS = [
    {"code": "opening", "level": "0"},
    {"code": "basic", "heading": "基本情况", "level": "1", "text": "false"},
    {"code": "problems", "heading": "存在问题", "level": "2", "required": "false"},
    {"code": "measures", "heading": "改进措施", "level": "2", "required": "false"},
]
LONG = "项目前期准备不充分，部分采购手续办理时间较长，合同签订和资金支付集中在第四季度，支出进度全年偏慢。"


def findings(function, inputs=None, needs=None, severity="warning", **changes):
    """What one inspection finds; everything else about the tiny filing is in order."""
    item = {"code": "look", "severity": severity, "function": function, "message": "请看", "remedy": "请改"} | (needs or {})
    scheme = tiny_scheme(**{"inspections": [item], "sections": SECTIONS} | changes)
    return [found for found in evaluate_assessment(scheme, inputs or tiny_inputs()).findings if found.code == "look"]


def told(**texts):
    return tiny_inputs(narrative={"opening": "完成率{{rate}}。"} | texts)


def found(place, message, key="look", sides=()):
    return Finding("look", "warning", place, message, "请改", key, tuple(sides))


BUDGET, SPENT = (Side(label, "0.00万元", f"figure:{code}") for code, label in (("budget", "预算数"), ("spent", "决算数")))


def test_a_rate_without_a_value_is_pointed_out_with_the_figures_behind_it():
    inputs = replace(tiny_inputs(), figures={"budget": Decimal(0), "spent": Decimal(0), "cases": Decimal(0)})

    assert findings("undefined_rates", inputs, {"fields": ["rate", "spent", "content"]}) == [
        found("figure:rate", "请看：“完成率”分母为 0，不适用", "look.rate", [SPENT, BUDGET])
    ]


@pytest.mark.parametrize("figures", [{}, {"budget": "0"}, {"budget": "1", "spent": "0"}])
def test_a_rate_that_waits_or_is_nought_is_not_undefined(figures):
    inputs = tiny_inputs(figures={code: Decimal(value) for code, value in figures.items()})

    assert findings("undefined_rates", inputs, {"fields": ["rate"]}) == []


def projects(*spent, name="spent"):
    return tuple(Project(f"项目{number}", {name: Decimal(value)}) for number, value in enumerate(spent, start=1))


SUMMED = {"fields": ["spent"], "project_field": "spent"}


@pytest.mark.parametrize(
    ("filed", "speaks"),
    [
        ((), False),
        (projects("95"), False),
        (projects("47.5", "47.5"), False),
        (projects("95.01"), False),
        (projects("94.99"), False),
        (projects("95.02"), True),
        (projects("94.98"), True),
        (projects("1", name="else"), False),
        (projects("95") + projects("1", name="else"), False),
    ],
)
def test_projects_add_up_to_the_whole_within_a_cent(filed, speaks):
    assert bool(findings("projects_total", replace(tiny_inputs(), projects=filed), SUMMED)) is speaks


def test_the_sum_of_the_projects_stands_beside_the_figure():
    inputs = replace(tiny_inputs(), projects=projects("1000.5", "234.005"))
    sides = [Side("2 个项目合计", "1,234.51万元"), Side("决算数", "95.00万元", "figure:spent")]

    assert findings("projects_total", inputs, SUMMED) == [found("figure:spent", "请看", sides=sides)]


def test_projects_have_nothing_to_add_up_to_while_the_figure_is_missing():
    inputs = replace(tiny_inputs(), projects=projects("1"), figures={"budget": Decimal(1)})

    assert findings("projects_total", inputs, SUMMED) == []


PROBLEMS = {"sections": ["problems"]}


def marked(spending="60", order="40", **texts):
    answers = {
        "spending": Answer(self_points=None if spending is None else Decimal(spending)),
        "order": Answer(frozenset({"rules", "kept"}), Decimal(order)),
    }
    return replace(told(**texts), answers=answers)


def test_a_hundred_points_and_problems_do_not_go_together():
    inputs = marked(problems="一是支出慢。\n\n二是人少。")

    assert findings("full_marks_with_problems", inputs, PROBLEMS) == [found("section:problems", "请看：自评 100 分，“存在问题”写有 2 段")]


def test_full_marks_are_answered_once_for_all_sections():
    inputs = marked(problems="一是支出慢。", measures="抓紧。")

    assert findings("full_marks_with_problems", inputs, {"sections": ["problems", "opening"]}) == [
        found("section:problems", "请看：自评 100 分，“存在问题”写有 1 段")
    ]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (marked(), []),
        (marked(problems=" \n "), []),
        (marked(order="39", problems="没有制度。"), []),
        (
            marked(order="39", problems="完成率得分偏低的原因是支付慢。"),
            ["“完成率得分”自评满分，问题中写有“完成率得分偏低的原因是支付慢。”"],
        ),
        (
            marked(order="39", problems="一、人少。\n  二、" + LONG + "完成率得分低。"),
            [f"“完成率得分”自评满分，问题中写有“二、{LONG[:22]}…”"],
        ),
        (marked("59", "40", problems="制度不全。"), ["“制度”自评满分，问题中写有“制度不全。”"]),
        (marked(None, "40", problems="制度不全。"), ["“制度”自评满分，问题中写有“制度不全。”"]),
        (marked("59.99", "39.99", problems="完成率得分低，制度不全。"), []),
    ],
)
def test_a_problem_in_an_area_with_full_marks_is_pointed_out(inputs, expected):
    result = findings("full_marks_with_problems", inputs, PROBLEMS)

    assert [item.message for item in result] == [f"请看：{text}" for text in expected]


def area(code, label, *rows):
    points = {"points": "50"} if code != "all" else {"points": "100"}
    return (
        {"code": code, "label": label} | points | ({"children": list(rows)} if rows else {"rule": {"shape": "yes_no", "statement": "是"}})
    )


def test_an_area_is_named_by_its_label_or_by_what_stands_before_its_ending():
    rows = [area("a", "资金管理情况", area("aa", "支出率")), area("b", "性")]
    yes = Answer(frozenset({"yes"}), Decimal(50))
    inputs = replace(
        told(problems="资金管理有待加强，支出率低，性质不明。"), answers={"aa": yes, "b": replace(yes, self_points=Decimal(49))}
    )
    result = findings("full_marks_with_problems", inputs, PROBLEMS, indicators=[area("all", "全部", *rows)])

    assert [(item.key, item.message[:12]) for item in result] == [
        ("look.a", "请看：“资金管理情况”自"),
        ("look.aa", "请看：“支出率”自评满分"),
    ]


def test_an_everyday_word_before_the_ending_names_no_area():
    rows = [area("a", "支出情况"), area("b", "其他")]
    given = {"a": Answer(frozenset({"yes"}), Decimal(50)), "b": Answer(frozenset({"no"}), Decimal(0))}
    result = findings(
        "full_marks_with_problems", replace(told(problems="支出慢。"), answers=given), PROBLEMS, indicators=[area("all", "全部", *rows)]
    )

    assert result == []


BOTH = {"sections": ["problems", "measures"]}


def test_more_measures_than_problems_are_pointed_out():
    sides = [Side("存在问题", "1 段", "section:problems"), Side("改进措施", "2 段", "section:measures")]

    assert findings("measures_without_problem", told(problems="慢", measures="快\n催"), BOTH) == [
        found("section:measures", "请看", sides=sides)
    ]


@pytest.mark.parametrize("texts", [{}, {"problems": "慢"}, {"problems": "慢", "measures": "快"}, {"problems": "慢\n少", "measures": "快"}])
def test_a_problem_may_stand_without_a_measure(texts):
    assert findings("measures_without_problem", told(**texts), BOTH) == []


def test_the_same_paragraph_in_two_places_is_pointed_out_once_a_section():
    inputs = told(problems=f"{LONG}\n人少。", measures=f"抓紧。\n {LONG[:9]} {LONG[9:]} \n{LONG}")

    assert findings("repeated_text", inputs) == [
        found("section:measures", f"请看：“{LONG[:9]} {LONG[9:23]}…”已写在“存在问题”", "look.measures")
    ]


@pytest.mark.parametrize(("length", "speaks"), [(39, False), (40, True)])
def test_short_paragraphs_repeat_by_their_nature(length, speaks):
    text = ("甲乙丙丁戊己庚辛壬癸" * 4)[:length]

    assert bool(findings("repeated_text", told(opening=text, problems=f"{text[:5]} {text[5:]}"))) is speaks


def test_a_paragraph_may_repeat_one_of_the_opening_and_within_its_own_section():
    assert [item.message for item in findings("repeated_text", told(opening=f"{LONG}\n{LONG}"))] == [f"请看：“{LONG[:24]}…”已写在“开头段”"]


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("2023年完成，2024 年验收，2023年再办。", 2022, ["“开头段”写有2023年、2024 年"]),
        ("2022年、2021年和1999年。", 2022, []),
        ("2023年。", 2023, []),
        ("2023年。", None, []),
        ("依据《2023年工作要点》和财绩〔2023〕2号，2099号。", 2022, []),
        ("《要点》2023年《纲要》。", 2022, ["“开头段”写有2023年"]),
        ("", 2022, []),
    ],
)
def test_years_after_the_fiscal_year_are_pointed_out(text, year, expected):
    inputs = replace(told(opening=text), fiscal_year=year)
    result = findings("dates_after_year", inputs, {"sections": ["opening"]})

    assert [(item.place, item.key, item.message) for item in result] == [
        ("section:opening", "look.opening", f"请看：{text}") for text in expected
    ]


def test_a_figure_beside_a_field_s_name_that_is_not_the_field_s_is_pointed_out_once_a_section():
    inputs = told(opening="预算数为100.00万元，决算数为96.00\n万元。", problems="决算数为97.00万元。决算数为98.00万元。")
    spent = Side("决算数", "95.00万元", "figure:spent")

    assert findings("text_contradicts", inputs) == [
        found(
            "section:opening",
            "请看：“开头段”写“决算数”96.00万元",
            "look.opening.spent",
            [Side("报告", "96.00\n万元", "section:opening"), spent],
        ),
        found(
            "section:problems",
            "请看：“存在问题”写“决算数”97.00万元",
            "look.problems.spent",
            [Side("报告", "97.00万元", "section:problems"), spent],
        ),
    ]


def test_two_numbers_for_the_same_thing_are_pointed_out():
    result = findings("text_differs", told(problems="我局为企业减免保险费金额120\n万元。", measures="我局为企业减免保险费金额125万元。"))

    assert [(item.place, item.key, item.message) for item in result] == [
        ("section:problems", "look.problems", "请看：“存在问题”的为企业减免保险费金额120万元，另一处为125万元"),
        ("section:measures", "look.measures", "请看：“改进措施”的为企业减免保险费金额125万元，另一处为120万元"),
    ]


def test_figures_of_the_table_that_were_typed_by_hand_are_counted_a_section_at_a_time():
    inputs = told(opening="预算数为100.00万元，决算数为95.00万元，预算数100.00万元。", problems="完成率95.00\n%。")

    assert [(item.place, item.key, item.message) for item in findings("typed_figures", inputs)] == [
        ("section:opening", "look.opening", "请看：“开头段”有 2 个：100.00万元、95.00万元"),
        ("section:problems", "look.problems", "请看：“存在问题”有 1 个：95.00%"),
    ]


@pytest.mark.parametrize("function", ["text_contradicts", "text_differs", "typed_figures", "repeated_text"])
def test_a_report_in_order_is_not_spoken_of(function):
    assert findings(function) == []


def test_a_reason_and_a_waiver_answer_one_finding_of_an_inspection():
    figures = {"budget": Decimal(0), "spent": Decimal(0), "cases": Decimal(0)}
    inputs = tiny_inputs(figures=figures, explanations={"look.rate": "没有预算", "look": "不对"})
    (item,) = findings("undefined_rates", inputs, {"fields": ["rate"]})

    assert (item.explanation, item.blocks) == ("没有预算", False)


def test_inspections_speak_in_the_order_of_the_scheme_with_their_own_words():
    items = [
        {"code": code, "severity": severity, "function": "undefined_rates", "fields": ["rate"], "message": message, "remedy": remedy}
        for code, severity, message, remedy in (("b", "note", "乙", "改乙"), ("a", "error", "甲", "改甲"))
    ]
    inputs = tiny_inputs(figures={"budget": Decimal(0), "spent": Decimal(0), "cases": Decimal(0)}, answers={})
    result = evaluate_assessment(tiny_scheme(inspections=items, checks=TINY["checks"]), inputs).findings

    assert [(item.code, item.severity, item.message[:1], item.remedy) for item in result if item.code in "ab"] == [
        ("b", "note", "乙", "改乙"),
        ("a", "error", "甲", "改甲"),
    ]
