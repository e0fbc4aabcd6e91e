"""The shipped scheme stands, and each way of getting a scheme wrong is named."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from assessment.domain.exchange import faults
from assessment.domain.narrative import unknown_tokens
from assessment.domain.scheme import Scheme
from tests.factories_domain import PROPORTIONAL, TINY, tiny_data, tiny_scheme
from tests.reports.samples import demo_scheme


def test_the_shipped_scheme_has_28_rows_worth_100_points():
    scheme = demo_scheme()

    assert (scheme.code, scheme.version, scheme.kind) == ("example_whole", "2022.1", "whole")
    assert len(scheme.rows) == len(scheme.scored) == 28
    assert {len(path) for path in scheme.rows} == {3}
    assert [(top.label, top.points) for top in scheme.indicators] == [
        ("预算编制情况", Decimal(20)),
        ("预算执行情况", Decimal(30)),
        ("预算监督情况", Decimal(15)),
        ("预算使用效益", Decimal(35)),
    ]
    assert scheme.full_points == 100


def test_the_shipped_scheme_has_the_points_of_every_row():
    assert [(code, str(row.points)) for code, row in demo_scheme().scored.items()] == [
        ("budget_reasonable", "5"), ("budget_regular", "5"), ("goal_reasonable", "5"), ("goal_clear", "5"),
        ("spending", "6"), ("carryover", "4"), ("idle_funds", "3"), ("procurement_done", "2"), ("compliance", "5"),
        ("procedure", "2"), ("supervision", "2"), ("assets_safe", "2"), ("assets_use", "1"), ("staff_control", "1"), ("rules_sound", "2"),
        ("budget_public", "3"), ("performance_public", "3"), ("on_time", "3"), ("quality", "4"), ("consistent", "2"),
        ("office_control", "3"), ("three_control", "3"), ("tasks_completed", "5"), ("goals_completed", "6"), ("projects_timely", "4"),
        ("social_effect", "8"), ("letters", "3"), ("public_satisfied", "3"),
    ]  # fmt: skip


def test_the_shipped_scheme_reads_well():
    scheme = demo_scheme()
    labels = [field.label for field in scheme.fields.values()]

    assert len(labels) == len(set(labels))
    assert [row.label for row in scheme.scored.values() if not row.basis] == []
    assert [unknown_tokens(scheme, section.starter) for section in scheme.sections if section.starter] == [[], [], [], []]
    assert [section.code for section in scheme.sections if section.text and not section.guidance] == []
    assert {field.decimals for field in scheme.inputs if field.kind == "count"} == {0}


def test_the_shipped_scheme_has_the_outline_of_the_report():
    sections = [(section.level, section.heading, section.text) for section in demo_scheme().sections]

    assert sections == [
        (0, "", True),
        (1, "单位基本情况", False),
        (2, "单位机构设置、部门职能情况", True),
        (2, "年度总体工作和重点工作任务", True),
        (2, "部门整体支出绩效目标", True),
        (2, "部门整体支出情况", True),
        (1, "自评工作开展情况", False),
        (2, "评价小组情况", True),
        (2, "自评工作过程", True),
        (2, "自评材料报送时间及质量", True),
        (2, "自评材料报送及公开一致情况", True),
        (1, "绩效自评情况", False),
        (2, "自评结果", True),
        (2, "部门整体支出绩效指标分析", False),
        (3, "预算编制情况", True),
        (3, "预算执行情况", True),
        (3, "预算监督情况", True),
        (3, "预算使用效益", True),
        (2, "部门整体支出绩效管理存在问题", True),
        (2, "改进措施", True),
    ]


@pytest.mark.parametrize(
    ("total", "grade"),
    [("100", "优"), ("90", "优"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"), ("59.99", "差"), ("0", "差")],
)
def test_a_grade_begins_at_its_limit_and_nothing_lies_between(total, grade):
    assert demo_scheme().grade_of(Decimal(total)) == grade


def test_derived_fields_follow_those_they_need_whatever_their_order():
    fields = [
        {"code": "c", "label": "丙", "unit": "万元", "kind": "money", "expression": "b + a"},
        {"code": "b", "label": "乙", "unit": "万元", "kind": "money", "expression": "a * 2"},
        {"code": "a", "label": "甲", "unit": "万元", "kind": "money"},
    ]
    scheme = tiny_scheme(groups=[{"code": "g", "label": "组", "fields": fields}], indicators=[row(value="a")], checks=[])

    assert [field.code for field in scheme.derived] == ["b", "c"]
    assert [field.code for field in scheme.inputs] == ["a"]
    assert list(scheme.fields) == ["c", "b", "a"]


def row(**changes):
    return {"code": "row", "label": "一行", "points": "100", "rule": PROPORTIONAL | changes}


def ruled(**rule):
    return [{"code": "row", "label": "一行", "points": "100", "rule": rule}]


def bands(direction, *limits, points="1", otherwise="0"):
    lines = [{"limit": limit, "points": points} for limit in limits]
    return ruled(shape="bands", value="rate", direction=direction, bands=lines, otherwise=otherwise)


def levels(*spans):
    marks = [{"code": f"l{number}", "label": "档", "low": low, "high": high} for number, (low, high) in enumerate(spans)]
    return ruled(shape="judgement", levels=marks)


def field(code, expression=None):
    return {"code": code, "label": code, "unit": "万元", "kind": "money"} | ({"expression": expression} if expression else {})


def groups(*fields):
    return [*TINY["groups"], {"code": "more", "label": "另一组", "fields": list(fields)}]


def check(**changes):
    return [TINY["checks"][0] | changes]


INDICATOR = {"code": "row", "label": "一行", "points": "100"}
ITEM = {"code": "one", "label": "一项", "points": "50"}
STEP = "评判档次应从 100% 到 0 首尾相接"

BROKEN = {
    "an unknown key": ({"colour": "red"}, ["colour：未知的项目，本格式中没有"]),
    "no title": ({"title": None}, ["title：应为文字（数值也写成文字，如 \"58796.51\"）"]),
    "an empty title": ({"title": ""}, ["title：不能为空"]),
    "a version that is no number": ({"version": "new"}, ["version：格式不对"]),
    "a kind that is unknown": ({"kind": "half"}, ["kind：取值不在允许的范围内"]),
    "no sections": ({"sections": []}, ["sections：至少要有一项"]),
    "a field code with capitals": ({"groups": groups(field("Total"))}, ["groups.1.fields.0.code：格式不对"]),
    "a field twice": ({"groups": groups(field("spent"))}, ["文件：字段代码“spent”重复"]),
    "a field that needs itself": ({"groups": groups(field("x", "x + 1"))}, ["文件：字段互相引用，无法计算：x"]),
    "fields in a ring": ({"groups": groups(field("x", "y"), field("y", "x"))}, ["文件：字段互相引用，无法计算：x、y"]),
    "an unknown field in an expression": ({"groups": groups(field("x", "sum(a, b)"))},
        ["文件：字段“x”引用了不存在的字段“a”；字段“x”引用了不存在的字段“b”"]),
    "a field that is a condition": ({"groups": groups(field("x", "spent > 0"))}, ["文件：字段“x”：“spent > 0”应为数值"]),
    "an expression that is code": ({"groups": groups(field("x", "spent.real"))}, ["文件：字段“x”：表达式中不允许使用 Attribute"]),
    "a rule over nothing": ({"indicators": [row(value="nothing")]}, ["文件：指标“一行”引用了不存在的字段“nothing”"]),
    "a check over nothing": ({"checks": check(left="nothing")}, ["文件：勾稽关系“within”引用了不存在的字段“nothing”"]),
    "a check under a number": ({"checks": check(when="spent")}, ["文件：勾稽关系“within”：“spent”应为条件"]),
    "a check of a condition": ({"checks": check(right="spent > 0")}, ["文件：勾稽关系“within”：“spent > 0”应为数值"]),
    "a check twice": ({"checks": check() * 2}, ["文件：勾稽关系代码“within”重复"]),
    "a tolerance below nothing": ({"checks": check(tolerance="-1")}, ["checks.0.tolerance：数值过小"]),
    "a section twice": ({"sections": TINY["sections"] * 2}, ["文件：提纲代码“opening”重复"]),
    "a section too deep": ({"sections": [{"code": "a", "level": "5"}]}, ["sections.0.level：数值过大"]),
    "points that do not add up to 100": ({"indicators": [row() | {"points": "90"}]}, ["文件：各一级指标合计 90 分，应为 100 分"]),
    "an absurd number of points": ({"indicators": [row() | {"points": "1E+99999999"}]}, ["indicators.0.points：数值过大"]),
    "points below nothing": ({"indicators": [row() | {"points": "-1"}]}, ["indicators.0.points：数值过小"]),
    "a band below nothing": ({"indicators": bands("at_most", "0.1", points="-1")},
        ["indicators.0.rule.bands.bands.0.points：数值过小"]),
    "a rest below nothing": ({"indicators": bands("at_most", "0.1", otherwise="-1")}, ["indicators.0.rule.bands.otherwise：数值过小"]),
    "a level above full": ({"indicators": levels(("0.5", "1.5"), ("0", "0.5"))}, ["indicators.0.rule.judgement.levels.0.high：数值过大"]),
    "a level below nothing": ({"indicators": levels(("0.5", "1"), ("-1", "0.5"))}, ["indicators.0.rule.judgement.levels.1.low：数值过小"]),
    "a step of nothing": ({"indicators": ruled(shape="deduction", value="cases", step="0", counted="个")},
        ["indicators.0.rule.deduction.step：数值过小"]),
    "a grade below nothing": ({"grades": [{"label": "差", "at_least": "-1"}]}, ["grades.0.at_least：数值过小"]),
    "an absurd limit": ({"indicators": bands("at_most", "1E+99999999")}, ["indicators.0.rule.bands.bands.0.limit：数值过大"]),
    "points in thousandths": ({"indicators": [row() | {"points": "99.999"}]}, ["indicators.0.points：小数位数过多"]),
    "points in words": ({"indicators": [row() | {"points": "百"}]}, ["indicators.0.points：应为数字"]),
    "an indicator twice": ({"indicators": [row() | {"points": "50"}] * 2}, ["文件：指标代码“row”重复"]),
    "an indicator without a rule": ({"indicators": [INDICATOR]}, ["indicators.0：指标“一行”要么有下级指标，要么有评分规则"]),
    "a group with a rule": ({"indicators": [row() | {"code": "top", "children": [row()]}]},
        ["indicators.0：指标“一行”要么有下级指标，要么有评分规则"]),
    "children that do not add up": ({"indicators": [INDICATOR | {"code": "top", "children": [row() | {"points": "90"}]}]},
        ["indicators.0：指标“一行”为 100 分，下级合计 90 分"]),
    "an unknown shape": ({"indicators": ruled(shape="lottery")}, ["indicators.0.rule：没有这种评分规则"]),
    "full marks from nothing": ({"indicators": [row(full_at="0")]}, ["indicators.0.rule.proportional.full_at：数值过小"]),
    "bands that fall": ({"indicators": bands("at_most", "0.2", "0.1")}, ["indicators.0：指标“一行”：分档界限应依次排列且不重复"]),
    "bands that rise": ({"indicators": bands("at_least", "0.1", "0.2")}, ["indicators.0：指标“一行”：分档界限应依次排列且不重复"]),
    "a band twice": ({"indicators": bands("at_most", "0.1", "0.1")}, ["indicators.0：指标“一行”：分档界限应依次排列且不重复"]),
    "a band above the points": ({"indicators": bands("at_most", "0.1", points="101")}, ["indicators.0：指标“一行”：分档得分超过指标分值"]),
    "a rest above the points": ({"indicators": bands("at_most", "0.1", otherwise="101")},
        ["indicators.0：指标“一行”：分档得分超过指标分值"]),
    "items that do not add up": ({"indicators": ruled(shape="checklist", items=[ITEM])},
        ["indicators.0：指标“一行”：核对项合计 50 分，应为 100 分"]),
    "an item twice": ({"indicators": ruled(shape="checklist", items=[ITEM, ITEM])}, ["indicators.0：指标“一行”：核对项代码重复"]),
    "levels with a gap": ({"indicators": levels(("0.8", "1"), ("0", "0.6"))}, [f"indicators.0：指标“一行”：{STEP}"]),
    "levels below full": ({"indicators": levels(("0.5", "0.9"), ("0", "0.5"))}, [f"indicators.0：指标“一行”：{STEP}"]),
    "levels above nothing": ({"indicators": levels(("0.5", "1"), ("0.1", "0.5"))}, [f"indicators.0：指标“一行”：{STEP}"]),
    "levels that turn back": ({"indicators": levels(("0.8", "1"), ("0.9", "0.8"), ("0", "0.9"))}, [f"indicators.0：指标“一行”：{STEP}"]),
    "a level twice": (
        {"indicators": ruled(shape="judgement", levels=[{"code": "a", "label": "档", "low": low, "high": high}
            for low, high in (("0.5", "1"), ("0", "0.5"))])},
        ["indicators.0：指标“一行”：评判档次代码重复"]),
    "an alternative above the points": (
        {"indicators": [row() | {"alternatives": [{"when": "budget == 0", "points": "101", "reason": "无"}]}]},
        ["indicators.0：指标“一行”：替代得分不能超过 100 分"]),
    "an alternative that is a number": (
        {"indicators": [row() | {"alternatives": [{"when": "budget", "points": "100", "reason": "无"}]}]},
        ["文件：指标“一行”：“budget”应为条件"]),
    "grades upside down": ({"grades": TINY["grades"][::-1]}, ["文件：等级应从高到低排列，最低一级从 0 分起"]),
    "a grade twice": ({"grades": [*TINY["grades"], TINY["grades"][-1]]}, ["文件：等级应从高到低排列，最低一级从 0 分起"]),
    "no lowest grade": ({"grades": TINY["grades"][:1]}, ["文件：等级应从高到低排列，最低一级从 0 分起"]),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_broken_scheme_is_refused_and_says_where_and_why(changes, expected):
    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate(tiny_data(**changes))
    assert faults(refused.value) == expected


def test_all_faults_are_named_at_once():
    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate(tiny_data(groups=groups(field("spent")), grades=TINY["grades"][:1]))
    assert faults(refused.value) == ["文件：字段代码“spent”重复；等级应从高到低排列，最低一级从 0 分起"]


def test_a_scheme_does_not_change_after_reading():
    scheme = tiny_scheme()

    with pytest.raises(ValidationError):
        scheme.title = "另一个"
    with pytest.raises(ValidationError):
        scheme.scored["order"].rule.items[0].points = Decimal(1)
    assert scheme == tiny_scheme()


def test_the_expressions_of_a_rule_are_those_of_its_shape():
    rules = {code: indicator.rule.expressions() for code, indicator in tiny_scheme().scored.items()}

    assert rules == {"spending": ("rate",), "order": ()}
