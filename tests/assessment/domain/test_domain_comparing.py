"""What a new version of a scheme changes, row by row and in the words of both."""

from copy import deepcopy

import pytest
import yaml
from pydantic import ValidationError

from assessment.domain.comparing import Difference, differences
from assessment.domain.scheme import Scheme
from tests.factories_domain import PROPORTIONAL, TINY, own_group, tiny_scheme
from tests.reports.samples import PROJECT

FIELDS = TINY["groups"][0]["fields"]
CHECK = TINY["checks"][0]
LOOK = {"code": "look", "severity": "note", "function": "projects_total", "message": "合计不符", "remedy": "请核对"}
CAP = {"code": "low", "when": "rate < 0.8", "at_most": "89", "reason": "完成率低"}


def changed(before=None, **after):
    return differences(tiny_scheme(**(before or {})), tiny_scheme(**after))


def fields(*replaced):
    return {"groups": [TINY["groups"][0] | {"fields": [*FIELDS, *replaced]}]}


def ruled(**changes):
    row = {"code": "row", "label": "一行", "points": "100", "rule": PROPORTIONAL} | changes
    return {"indicators": [row]}


def test_the_same_scheme_differs_in_nothing():
    assert changed() == []


def test_the_head_of_a_scheme_is_compared_in_words():
    head = {
        "title": "新体系",
        "source": "通知",
        "subject": "整体",
        "report_title": "报告",
        "seal_line": "（章）",
        "not_applicable": "removed",
    }

    assert changed(**head) == [
        Difference("基本信息", "名称", "小体系", "新体系"),
        Difference("基本信息", "出处", "测试", "通知"),
        Difference("基本信息", "评价对象", "整体支出", "整体"),
        Difference("基本信息", "报告标题", "自评报告", "报告"),
        Difference("基本信息", "盖章", "单位（公章）", "（章）"),
        Difference("基本信息", "不适用的指标", "得满分", "不计分，其余折算"),
    ]


def test_a_new_version_alone_changes_nothing_and_another_order_is_told():
    groups = [TINY["groups"][0] | {"fields": FIELDS[::-1]}]

    assert changed(version="2") == []
    assert changed(groups=groups) == [
        Difference("基础数据", "次序", "完成率、预算数、决算数、问题数、满意度", "满意度、问题数、决算数、预算数、完成率")
    ]


@pytest.mark.parametrize("name", ["示例-部门整体", "示例-项目支出", "达州-部门整体"])
def test_no_entry_of_a_scheme_changes_without_being_told(name):
    """Every leaf of the shipped files, changed one at a time, whether or not the result would make sense."""
    scheme = Scheme.model_validate(yaml.load((PROJECT / "schemes" / f"{name}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader))
    data = scheme.model_dump(mode="json")
    silent, tried = [], 0
    for place in leaves(data):
        other = deepcopy(data)
        change(other, place)
        if place not in (("version",), ("code",), ("kind",)) and (after := sound(other)) is not None:
            tried += 1
            silent += [place] if differences(scheme, after) == [] else []
    assert silent == []
    assert tried > 250


def sound(data):
    try:
        return Scheme.model_validate(data)
    except ValidationError:
        return None


def leaves(node, place=()):
    if isinstance(node, dict | list) and node:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*place, key))
    else:
        yield place


def change(data, place):
    for step in place[:-1]:
        data = data[step]
    value = data[place[-1]]
    words = {"at_most": "at_least", "at_least": "at_most", "equals": "at_most", "over": "under", "under": "over", "full": "removed"}
    words |= {"error": "note", "warning": "note", "note": "error", "money": "count", "count": "money", "percent": "count"}
    if isinstance(value, bool):
        data[place[-1]] = not value
    elif isinstance(value, str) and value.replace(".", "").replace("-", "").isdigit():
        data[place[-1]] = "1" if value != "1" else "2"
    elif isinstance(value, str):
        data[place[-1]] = words.get(value, f"{value}x")
    else:
        data[place[-1]] = value + 1 if isinstance(value, int) else "x" if value is None else ["x"]


def test_fields_that_are_new_gone_or_changed_are_told():
    before = fields({"code": "old", "label": "旧数", "unit": "人", "kind": "count", "decimals": "0", "required": "false"})
    after = fields({"code": "half", "label": "一半", "unit": "万元", "kind": "money", "expression": "budget / 2"})
    after["groups"][0]["fields"][1] = FIELDS[1] | {"minimum": "-1.50", "maximum": "1000", "help": "全年"}

    assert changed(before, **after) == [
        Difference(
            "基础数据",
            "预算数",
            "单位 万元；2 位小数；0 至 99999999.99；必填",
            "单位 万元；2 位小数；-1.5 至 1000；必填；全年",
        ),
        Difference("基础数据", "一半", "", "= 预算数 ÷ 2；单位 万元；2 位小数"),
        Difference("基础数据", "旧数", "单位 人；0 位小数；0 至 99999999.99；选填", ""),
    ]


def test_an_indicator_is_told_with_everything_that_may_change():
    alternatives = [
        {"when": "budget == 0", "points": "50.50", "reason": "没有预算"},
        {"when": "spent == 0", "not_applicable": "true", "reason": "没有支出"},
    ]
    after = ruled(label="新行", basis="决算表", evidence="报表", alternatives=alternatives)

    assert changed(ruled(), **after) == [
        Difference(
            "指标",
            "新行",
            "一行　100 分；完成率；达到 95% 得满分，不足的按比例得分",
            "新行　100 分；完成率；达到 95% 得满分，不足的按比例得分；决算表；预算数 = 0 时得 50.5 分（没有预算）；"
            "决算数 = 0 时不计分（没有支出）；佐证：报表",
        )
    ]


def test_own_rows_are_told_with_their_number_and_kinds():
    assert changed({"indicators": [own_group()]}, indicators=[own_group(minimum="2", kinds=["数量指标", "质量指标"])]) == [
        Difference("指标", "产出", "100 分；单位自设，至少 1 项", "100 分；单位自设，至少 2 项，分为数量指标、质量指标")
    ]


def test_checks_are_told_as_people_read_them():
    after = [
        CHECK | {"severity": "warning", "when": "cases > 0", "tolerance": "0.010", "relation": "equals"},
        CHECK | {"code": "more", "relation": "at_least", "severity": "note", "message": "太少"},
    ]

    assert changed(checks=after) == [
        Difference("勾稽关系", "决算超过预算", "错误；决算数 ≤ 预算数；请核对",
            "需说明；问题数 > 0 时，决算数 = 预算数，容差 0.01；请核对"),
        Difference("勾稽关系", "太少", "", "提示；决算数 ≥ 预算数；请核对"),
    ]  # fmt: skip


def test_inspections_caps_sections_and_grades_are_told():
    sections = [
        {"code": "opening", "level": "0", "required": "false"},
        {"code": "basic", "heading": "基本情况", "level": "1", "text": "false"},
        {"code": "tasks", "heading": "任务", "level": "2", "guidance": "写任务", "starter": "共{{cases}}。"},
    ]
    after = {
        "inspections": [LOOK | {"fields": ["spent"], "project_field": "budget"}, LOOK | {"code": "twice", "function": "repeated_text"}],
        "caps": [CAP],
        "sections": sections,
        "grades": [{"label": "优", "at_least": "85.50"}, {"label": "差", "at_least": "0"}],
    }

    assert changed(**after) == [
        Difference("专项核查", "合计不符", "", "提示；projects_total；spent、budget；请核对"),
        Difference("专项核查", "合计不符", "", "提示；repeated_text；请核对"),
        Difference("总分封顶", "完成率低", "", "完成率 < 0.8 时，总分不超过 89 分"),
        Difference("报告提纲", "开头段", "第 0 级；必填", "第 0 级；选填"),
        Difference("报告提纲", "基本情况", "", "第 1 级；只有标题"),
        Difference("报告提纲", "任务", "", "第 2 级；必填；写任务；共{{cases}}。"),
        Difference("等级", "优", "90 分起", "85.5 分起"),
    ]
    assert differences(tiny_scheme(**after), tiny_scheme())[0] == Difference(
        "专项核查", "合计不符", "提示；projects_total；spent、budget；请核对", ""
    )
