"""What a scheme answers of itself, and the shipped one in particular."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from assessment.domain.narrative import unknown_tokens
from tests.factories_domain import PROPORTIONAL, own_group, tiny_scheme
from tests.reports.samples import demo_scheme

ROW = {"code": "row", "label": "一行", "points": "100"}


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
    [("100", "优"), ("90", "优"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"), ("59.99", "差"), ("0", "差"), ("-1", "差")],
)
def test_a_grade_begins_at_its_limit_and_nothing_lies_between(total, grade):
    assert demo_scheme().grade_of(Decimal(total)) == grade


def test_derived_fields_follow_those_they_need_whatever_their_order():
    fields = [
        {"code": "c", "label": "丙", "unit": "万元", "kind": "money", "expression": "b + a"},
        {"code": "b", "label": "乙", "unit": "万元", "kind": "money", "expression": "a * 2"},
        {"code": "a", "label": "甲", "unit": "万元", "kind": "money"},
    ]
    scheme = tiny_scheme(
        groups=[{"code": "g", "label": "组", "fields": fields}], indicators=[ROW | {"rule": PROPORTIONAL | {"value": "a"}}], checks=[]
    )

    assert [field.code for field in scheme.derived] == ["b", "c"]
    assert [field.code for field in scheme.inputs] == ["a"]
    assert list(scheme.fields) == ["c", "b", "a"]


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


def test_the_groups_of_own_rows_are_found_at_every_height():
    low = own_group("60") | {"code": "low"}
    groups = [ROW | {"code": "top", "points": "60", "children": [low]}, own_group("40")]
    scheme = tiny_scheme(indicators=groups)

    assert {code: str(group.points) for code, group in scheme.own_groups.items()} == {"low": "60", "own": "40"}
    assert (scheme.rows, scheme.scored, scheme.full_points) == ((), {}, Decimal(100))
