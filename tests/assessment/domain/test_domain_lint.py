"""Every fault in the meaning of a scheme file, at its place; one broken element hides no other."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from assessment.domain.lint import STRUCTURE_ONLY, Fault, meaning_faults
from assessment.domain.scheme import Scheme
from assessment.domain.structure import structure_faults
from tests.factories_domain import PROPORTIONAL, TINY, own_group, tiny_data

RULE = ("indicators", 0, "rule")
ROW = {"code": "row", "label": "一行", "points": "100"}


def faults_of(**changes):
    """Faults of the tiny scheme with some of its parts changed, as places and messages."""
    return [(fault.place, fault.message) for fault in meaning_faults(tiny_data(**changes))]


def ruled(shape="proportional", points="100", alternatives=(), **parameters):
    rule = {"shape": shape} | ({"value": "rate", "full_at": "0.95"} if shape == "proportional" else {}) | parameters
    return {"indicators": [ROW | {"points": points, "rule": rule, "alternatives": list(alternatives)}]}


def bands(direction, *limits, points="1", otherwise="0"):
    lines = [{"limit": limit, "points": points} for limit in limits]
    return ruled("bands", value="rate", direction=direction, bands=lines, otherwise=otherwise)


def levels(*spans):
    return [{"code": f"l{number}", "label": f"档{number}", "low": low, "high": high} for number, (low, high) in enumerate(spans, start=1)]


def judged(*spans):
    return ruled("judgement", levels=levels(*spans))


def fields(*more):
    """A group of fields after the tiny ones: code and expression."""
    built = [
        {"code": code, "label": code, "unit": "万元", "kind": "money"} | ({"expression": expression} if expression else {})
        for code, expression in more
    ]
    return {"groups": [*TINY["groups"], {"code": "more", "label": "另一组", "fields": built}]}


def field(expression):
    return fields(("x", expression))


def continuing(before, **changes):
    """A field that begins with last year's ``before``."""
    more = {"code": "more", "label": "再一项", "unit": "万元", "kind": "money", "continues": before} | changes
    return {"groups": [TINY["groups"][0] | {"fields": [*TINY["groups"][0]["fields"], more]}]}


def check(**changes):
    return {"checks": [TINY["checks"][0] | changes]}


def cap(**changes):
    return {"caps": [{"code": "low", "when": "rate < 0.8", "at_most": "89", "reason": "完成率低"} | changes]}


def grades(*limits):
    return {"grades": [{"label": label, "at_least": limit} for label, limit in limits]}


def inspection(function, **needs):
    return {"inspections": [{"code": "look", "severity": "note", "function": function, "message": "看", "remedy": "改"} | needs]}


NARROW = {"code": "narrow", "label": "窄", "unit": "万元", "kind": "money", "minimum": "2", "maximum": "1"}
EXPRESSION = ("groups", 1, "fields", 0, "expression")
CONTINUES = ("groups", 0, "fields", 5, "continues")
UNLIKE = "单位不同，不能相加减或比较："


def test_the_tiny_scheme_has_no_fault():
    assert faults_of() == []
    assert meaning_faults(Scheme.model_validate(tiny_data())) == []


FAULTS = {
    "level 1 that makes no hundred": (ruled(points="90"), [(("indicators",), "各一级指标合计 90 分，应为 100 分")]),
    "level 1 above a hundred": (ruled(points="100.01"), [(("indicators",), "各一级指标合计 100.01 分，应为 100 分")]),
    "children that do not add up": (
        {"indicators": [ROW | {"code": "top", "children": [ROW | {"points": "90", "rule": PROPORTIONAL}]}]},
        [(("indicators", 0, "points"), "指标“一行”为 100 分，下级合计 90 分")],
    ),
    "grandchildren that do not add up": (
        {"indicators": [ROW | {"code": "a", "children": [ROW | {"code": "b", "children": [ROW | {"points": "1", "rule": PROPORTIONAL}]}]}]},
        [(("indicators", 0, "children", 0, "points"), "指标“一行”为 100 分，下级合计 1 分")],
    ),
    "an indicator with nothing": (
        {"indicators": [ROW]},
        [(("indicators", 0), "指标“一行”应有下级指标（children）、单位自设（own）、评分规则（rule）三者之一")],
    ),
    "an indicator with a rule and children": (
        {"indicators": [ROW | {"code": "top", "rule": PROPORTIONAL, "children": [ROW | {"rule": PROPORTIONAL}]}]},
        [(("indicators", 0), "指标“一行”应有下级指标（children）、单位自设（own）、评分规则（rule）三者之一")],
    ),
    "an indicator with a rule and own rows": (
        {"indicators": [own_group() | {"rule": PROPORTIONAL}]},
        [(("indicators", 0), "指标“产出”应有下级指标（children）、单位自设（own）、评分规则（rule）三者之一")],
    ),
    "an indicator in the units' own place": (
        {"indicators": [ROW | {"code": "own_1", "rule": PROPORTIONAL}]},
        [(("indicators", 0, "code"), "指标代码不能以“own_”开头，留给单位自设的指标")],
    ),
    "an indicator twice": (
        {"indicators": [ROW | {"points": "50", "rule": PROPORTIONAL}] * 2},
        [(("indicators", 1, "code"), "指标代码“row”重复")],
    ),
    "an indicator twice at two heights": (
        {"indicators": [ROW | {"children": [ROW | {"rule": PROPORTIONAL}]}]},
        [(("indicators", 0, "children", 0, "code"), "指标代码“row”重复")],
    ),
    "a field three times": (
        fields(("x", None), ("x", None), ("x", None)),
        [(("groups", 1, "fields", 1, "code"), "字段代码“x”重复"), (("groups", 1, "fields", 2, "code"), "字段代码“x”重复")],
    ),
    "a field twice in two groups": (fields(("spent", None)), [(("groups", 1, "fields", 0, "code"), "字段代码“spent”重复")]),
    "a check twice": ({"checks": TINY["checks"] * 2}, [(("checks", 1, "code"), "勾稽关系代码“within”重复")]),
    "an inspection called like a check": (
        inspection("repeated_text", code="within"),
        [(("inspections", 0, "code"), "勾稽关系代码“within”重复")],
    ),
    "a section twice": ({"sections": TINY["sections"] * 2}, [(("sections", 1, "code"), "提纲代码“opening”重复")]),
    "a cap twice": ({"caps": cap()["caps"] * 2}, [(("caps", 1, "code"), "封顶代码“low”重复")]),
    "full marks from below the floor": (
        ruled(none_below="0.95"),
        [(RULE, "指标“一行”：none_below（0.95）应小于 full_at（0.95）")],
    ),
    "bands that fall": (
        bands("at_most", "0.2", "0.1"),
        [(RULE, "指标“一行”：第 2 档的界限 0.1 与上一档 0.2 重叠，界限应从低到高且不重复")],
    ),
    "bands that rise": (
        bands("at_least", "0.1", "0.2", "0.3"),
        [
            (RULE, "指标“一行”：第 2 档的界限 0.2 与上一档 0.1 重叠，界限应从高到低且不重复"),
            (RULE, "指标“一行”：第 3 档的界限 0.3 与上一档 0.2 重叠，界限应从高到低且不重复"),
        ],
    ),
    "a band twice": (
        bands("at_most", "0.1", "0.1"),
        [(RULE, "指标“一行”：第 2 档的界限 0.1 与上一档 0.1 重叠，界限应从低到高且不重复")],
    ),
    "a band twice from above": (
        bands("at_least", "0.1", "0.1"),
        [(RULE, "指标“一行”：第 2 档的界限 0.1 与上一档 0.1 重叠，界限应从高到低且不重复")],
    ),
    "a band above the points": (bands("at_most", "0.1", points="101"), [(RULE, "指标“一行”：分档得分 101 超过指标分值 100")]),
    "a rest above the points": (bands("at_most", "0.1", otherwise="101"), [(RULE, "指标“一行”：分档得分 101 超过指标分值 100")]),
    "three states upside down": (
        ruled("three_state", value="spent", last="budget", none="50", not_more="60", more="0"),
        [(RULE, "指标“一行”：得分应为 more ≤ not_more ≤ none ≤ 100")],
    ),
    "three states with more for more": (
        ruled("three_state", value="spent", last="budget", none="50", not_more="40", more="41"),
        [(RULE, "指标“一行”：得分应为 more ≤ not_more ≤ none ≤ 100")],
    ),
    "three states above the points": (
        ruled("three_state", value="spent", last="budget", none="100.01", not_more="40", more="0"),
        [(RULE, "指标“一行”：得分应为 more ≤ not_more ≤ none ≤ 100")],
    ),
    "items that do not add up": (
        ruled("checklist", items=[{"code": "a", "label": "一", "points": "50"}]),
        [(RULE, "指标“一行”：核对项合计 50 分，应为 100 分")],
    ),
    "an item twice": (
        ruled("checklist", items=[{"code": "a", "label": "一", "points": "50"}] * 2),
        [(RULE, "指标“一行”：核对项代码“a”重复")],
    ),
    "levels with a gap": (
        judged(("0.8", "1"), ("0", "0.6")),
        [(RULE, "指标“一行”：评判档次“档1”与“档2”之间有空档：0.8 与 0.6")],
    ),
    "levels that overlap": (
        judged(("0.6", "1"), ("0", "0.8")),
        [(RULE, "指标“一行”：评判档次“档1”与“档2”之间有重叠：0.6 与 0.8")],
    ),
    "levels below full": (
        judged(("0.5", "0.9"), ("0", "0.5")),
        [(RULE, "指标“一行”：评判档次的最高一档“档1”应到 1（100%）为止")],
    ),
    "levels above nothing": (
        judged(("0.5", "1"), ("0.1", "0.5")),
        [(RULE, "指标“一行”：评判档次的最低一档“档2”应从 0 起")],
    ),
    "levels that turn back": (
        judged(("0.8", "1"), ("0.9", "0.8"), ("0", "0.9")),
        [(RULE, "指标“一行”：评判档次“档2”的 low 应小于 high")],
    ),
    "a level of nothing": (
        judged(("0.8", "1"), ("0.8", "0.8"), ("0", "0.8")),
        [(RULE, "指标“一行”：评判档次“档2”的 low 应小于 high")],
    ),
    "a level twice": (
        ruled("judgement", levels=[level | {"code": "a"} for level in levels(("0.5", "1"), ("0", "0.5"))]),
        [(RULE, "指标“一行”：评判档次代码“a”重复")],
    ),
    "a target in the file": (
        ruled("target", direction="equals", target="1", actual="1", unit="", deviation=None),
        [(RULE, "指标“一行”：target 只用于单位自设的指标，文件中请在上一级写 own")],
    ),
    "own levels with a gap": (
        {"indicators": [own_group(levels=levels(("0.8", "1"), ("0", "0.6")))]},
        [(("indicators", 0, "own", "levels"), "指标“产出”：评判档次“档1”与“档2”之间有空档：0.8 与 0.6")],
    ),
    "one own level": (
        {"indicators": [own_group(levels=levels(("0", "1")))]},
        [(("indicators", 0, "own", "levels"), "指标“产出”：评判档次至少要有 2 档")],
    ),
    "an alternative to a group": (
        {"indicators": [own_group() | {"alternatives": [{"when": "budget == 0", "points": "100", "reason": "无"}]}]},
        [(("indicators", 0, "alternatives"), "指标“产出”：替代（alternatives）只用于有评分规则（rule）的指标")],
    ),
    "an alternative above the points": (
        ruled(alternatives=[{"when": "budget == 0", "points": "100.01", "reason": "无"}]),
        [(("indicators", 0, "alternatives", 0, "points"), "指标“一行”：替代得分 100.01 超过 100 分")],
    ),
    "an alternative without points that still counts": (
        ruled(alternatives=[{"when": "budget == 0", "points": "100", "reason": "无"}, {"when": "spent == 0", "reason": "无"}]),
        [
            (
                ("indicators", 0, "alternatives", 1),
                "指标“一行”：没有 points 的替代应写明 not_applicable: true（该行不计分，其余折算）",
            )
        ],
    ),
    "an alternative that is a number": (
        ruled(alternatives=[{"when": "budget", "points": "100", "reason": "无"}]),
        [(("indicators", 0, "alternatives", 0, "when"), "“budget”应为条件")],
    ),
    "unknown fields in an expression": (
        field("sum(nothing, budget, never)"),
        [(EXPRESSION, "引用了不存在的字段“nothing”"), (EXPRESSION, "引用了不存在的字段“never”")],
    ),
    "a field that is a condition": (field("spent > 0"), [(EXPRESSION, "“spent > 0”应为数值")]),
    "an expression that is code": (field("spent.real"), [(EXPRESSION, "表达式中不允许使用 Attribute")]),
    "an expression that is no expression": (
        field("spent +"),
        [(EXPRESSION, "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：spent +")],
    ),
    "a division by nothing": (field("spent / 0"), [(EXPRESSION, "“spent / 0”的除数恒为 0，永远没有值")]),
    "a division by what cancels out": (
        field("spent / (budget - budget)"),
        [(EXPRESSION, "“spent / (budget - budget)”的除数恒为 0，永远没有值"), (EXPRESSION, "算出的单位是“%”，字段的单位是“万元”")],
    ),
    "money and people together": (field("spent + cases"), [(EXPRESSION, f"{UNLIKE}万元 与 个（spent，cases）")]),
    "a rule over nothing": (ruled(value="nothing"), [((*RULE, "value"), "引用了不存在的字段“nothing”")]),
    "a rule that compares with nothing": (
        ruled("three_state", value="spent", last="nothing", none="50", not_more="40", more="0"),
        [((*RULE, "last"), "引用了不存在的字段“nothing”")],
    ),
    "percentage points of money": (
        ruled("per_point", value="spent", direction="over", full_if="1", step="1"),
        [((*RULE, "value"), "按百分点扣分的应是比率，“spent”的单位是“万元”")],
    ),
    "percentage points of a bare number": (
        ruled("per_point", value="1", direction="over", full_if="1", step="1"),
        [((*RULE, "value"), "按百分点扣分的应是比率，“1”的单位是“无”")],
    ),
    "percentage points of what does not fit": (
        ruled("per_point", value="spent + cases", direction="over", full_if="1", step="1"),
        [((*RULE, "value"), f"{UNLIKE}万元 与 个（spent，cases）")],
    ),
    "a rule over a figure that may be left out": (
        ruled(value="content / rate * content"),
        [(RULE, "评分用到“满意度”，这个字段应为必填")],
    ),
    "a rule that compares with one that may be left out": (
        ruled("three_state", value="rate", last="content", none="50", not_more="40", more="0"),
        [(RULE, "评分用到“满意度”，这个字段应为必填")],
    ),
    "a rule over nothing that may be left out": (
        ruled(value="content + nothing"),
        [((*RULE, "value"), "引用了不存在的字段“nothing”"), (RULE, "评分用到“满意度”，这个字段应为必填")],
    ),
    "a check over nothing": (check(left="nothing"), [(("checks", 0, "left"), "引用了不存在的字段“nothing”")]),
    "a check under a number": (check(when="spent"), [(("checks", 0, "when"), "“spent”应为条件")]),
    "a check of a condition": (check(right="spent > 0"), [(("checks", 0, "right"), "“spent > 0”应为数值")]),
    "a check of money and people": (check(right="cases"), [(("checks", 0), f"{UNLIKE}万元 与 个（spent，cases）")]),
    "a cap over nothing": (cap(when="nothing < 1"), [(("caps", 0, "when"), "引用了不存在的字段“nothing”")]),
    "a cap under a number": (cap(when="rate"), [(("caps", 0, "when"), "“rate”应为条件")]),
    "a cap that caps nothing": (cap(at_most="100"), [(("caps", 0, "at_most"), "封顶分应低于 100 分")]),
    "grades upside down": (
        grades(("差", "0"), ("优", "90")),
        [
            (("grades", 1), "等级“优”与“差”重叠，应从高到低排列且界限不重复"),
            (("grades", 1), "最低一级“优”应从 0 分起，否则更低的分没有等级"),
        ],
    ),
    "grades that overlap": (
        grades(("优", "90"), ("良", "90"), ("差", "0")),
        [(("grades", 1), "等级“良”与“优”重叠，应从高到低排列且界限不重复")],
    ),
    "no lowest grade": (
        grades(("优", "90"), ("差", "0.01")),
        [(("grades", 1), "最低一级“差”应从 0 分起，否则更低的分没有等级")],
    ),
    "a grade twice": (grades(("优", "90"), ("优", "80"), ("差", "0")), [(("grades",), "等级“优”重复")]),
    "a field that needs itself": (field("x + 1"), [(EXPRESSION, "字段互相引用，无法计算：x")]),
    "fields in a ring": (
        fields(("x", "y"), ("free", "spent"), ("y", "z"), ("z", "x + spent"), ("waits", "z")),
        [
            (("groups", 1, "fields", number, "expression"), "字段互相引用，无法计算：x、y、z")
            for number in (0, 2, 3)
        ],
    ),
    "an inspection of a heading": (
        inspection("full_marks_with_problems", sections=["opening", "head"])
        | {"sections": [*TINY["sections"], {"code": "head", "level": "1", "text": "false"}]},
        [(("inspections", 0, "sections"), "提纲“head”只是标题，没有文字")],
    ),
    "an inspection of projects against two fields": (
        inspection("projects_total", fields=["spent", "budget"], project_field="spent"),
        [(("inspections", 0, "fields"), "只写整体的一个字段")],
    ),
    "a check with a code of the engine": (check(code="own_rows"), [(("checks", 0, "code"), "“own_rows”是系统自用的代码")]),
    "an inspection with a code of the engine": (
        inspection("repeated_text", code="no_evidence"),
        [(("inspections", 0, "code"), "“no_evidence”是系统自用的代码")],
    ),
    "a minimum above the maximum": (
        {"groups": [TINY["groups"][0] | {"fields": [*TINY["groups"][0]["fields"], NARROW]}]},
        [(("groups", 0, "fields", 5, "minimum"), "下限 2 大于上限 1")],
    ),
    "a field that continues no field": (continuing("gone"), [(CONTINUES, "没有字段“gone”")]),
    "a field that continues what is computed": (continuing("rate"), [(CONTINUES, "计算项不沿用，也不被沿用")]),
    "a computed field that continues": (continuing("spent", expression="spent + 0"), [(CONTINUES, "计算项不沿用，也不被沿用")]),
    "a field that continues another unit of measure": (continuing("cases"), [(CONTINUES, "计量单位不同：个")]),
    "a grade above a hundred": (grades(("优", "100.01"), ("差", "0")), [(("grades", 0), "最高一级“优”不能高于 100 分")]),
    "a kind of own rows twice": (
        {"indicators": [own_group(kinds=["数量指标", "数量指标"])]},
        [(("indicators", 0, "own", "kinds"), "指标“产出”：类别重复")],
    ),
    "an inspection of fields without any": (inspection("undefined_rates"), [(("inspections", 0), "“undefined_rates”缺少 fields")]),
    "an inspection of projects without anything": (
        inspection("projects_total"),
        [(("inspections", 0), "“projects_total”缺少 fields"), (("inspections", 0), "“projects_total”缺少 project_field")],
    ),
    "an inspection of problems without a section": (
        inspection("full_marks_with_problems"),
        [(("inspections", 0), "“full_marks_with_problems”缺少 sections")],
    ),
    "an inspection of measures without sections": (
        inspection("measures_without_problem"),
        [
            (("inspections", 0), "“measures_without_problem”缺少 sections"),
            (("inspections", 0, "sections"), "应依次写存在问题、改进措施两节"),
        ],
    ),
    "an inspection of measures with one section": (
        inspection("measures_without_problem", sections=["opening"]),
        [(("inspections", 0, "sections"), "应依次写存在问题、改进措施两节")],
    ),
    "an inspection of dates without sections": (
        inspection("dates_after_year"),
        [(("inspections", 0), "“dates_after_year”缺少 sections")],
    ),
    "an inspection of what is not there": (
        inspection("undefined_rates", fields=["rate", "nothing"], sections=["nowhere"]),
        [
            (("inspections", 0, "fields"), "引用了不存在的字段“nothing”"),
            (("inspections", 0, "sections"), "引用了不存在的提纲“nowhere”"),
        ],
    ),
    "a starter with an unknown token": (
        {"sections": [{"code": "opening", "level": "0", "starter": "{{rate}}、{{完成率}}、{{nothing}}、{{ 合计 }}"}]},
        [(("sections", 0, "starter"), "“{{nothing}}”不是本表的数据项"), (("sections", 0, "starter"), "“{{合计}}”不是本表的数据项")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_at_its_place(changes, expected):
    assert faults_of(**changes) == expected


SOUND = {
    "own rows": {"indicators": [own_group(levels=levels(("0.5", "1"), ("0", "0.5")))]},
    "a floor below full marks": ruled(none_below="0.94"),
    "bands that rise up to a limit": bands("at_most", "0.1", "0.2", points="100", otherwise="100"),
    "bands that fall from a limit": bands("at_least", "0.2", "0.1"),
    "three states alike": ruled("three_state", value="spent", last="budget", none="100", not_more="100", more="100"),
    "levels end to end": judged(("0.8", "1"), ("0.6", "0.8"), ("0", "0.6")),
    "items that add up": ruled("checklist", items=[{"code": code, "label": code, "points": "50"} for code in "ab"]),
    "a question": ruled("yes_no", statement="公开一致"),
    "days": ruled("lateness", value="5", step="1"),
    "percentage points of a quotient": ruled("per_point", value="spent / budget", direction="under", full_if="1", step="1"),
    "an alternative with all points": ruled(alternatives=[{"when": "budget == 0", "points": "100", "reason": "无"}]),
    "a row that may be removed": ruled(alternatives=[{"when": "budget == 0", "not_applicable": "true", "reason": "无"}]),
    "a check with a bare number": check(right="100"),
    "a check of a rate": check(left="rate", right="spent / budget", when="cases > 0"),
    "a cap below a hundred": cap(at_most="99.99"),
    "one grade": grades(("优", "0")),
    "a grade at a hundred": grades(("优", "100"), ("差", "0")),
    "a field of one value": {"groups": [TINY["groups"][0] | {"fields": [*TINY["groups"][0]["fields"], NARROW | {"maximum": "2"}]}]},
    "measures after problems": {
        **inspection("measures_without_problem", sections=["opening", "end"]),
        "sections": [*TINY["sections"], {"code": "end", "level": "1"}],
    },
    "inspections that need nothing": inspection("repeated_text"),
    "the same code for a field and a section": {"sections": [{"code": "rate", "level": "0"}]},
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_what_is_sound_is_let_through(changes):
    assert faults_of(**changes) == []


def test_all_faults_are_named_at_once():
    changes = (
        field("spent + cases") | ruled(value="nothing", points="90") | check(left="nothing") | grades(("优", "90")) | cap(at_most="100")
    )

    assert faults_of(**changes) == [
        (("indicators",), "各一级指标合计 90 分，应为 100 分"),
        (EXPRESSION, f"{UNLIKE}万元 与 个（spent，cases）"),
        ((*RULE, "value"), "引用了不存在的字段“nothing”"),
        (("checks", 0, "left"), "引用了不存在的字段“nothing”"),
        (("grades", 0), "最低一级“优”应从 0 分起，否则更低的分没有等级"),
        (("caps", 0, "at_most"), "封顶分应低于 100 分"),
    ]


def test_the_refusal_of_a_whole_scheme_holds_every_message():
    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate(tiny_data(**ruled(points="90"), **grades(("优", "90"))))
    assert structure_faults(refused.value) == [
        Fault((), "各一级指标合计 90 分，应为 100 分；最低一级“优”应从 0 分起，否则更低的分没有等级")
    ]


def test_one_broken_element_hides_no_other():
    broken_field = {"code": "worn", "label": "坏", "unit": "万元", "kind": "gold"}
    groups = [TINY["groups"][0] | {"fields": [*TINY["groups"][0]["fields"], broken_field, {"label": "无码"}, "text", None]}]
    indicators = [
        ROW | {"code": "top", "children": [
            ROW | {"code": "bad", "points": "many", "rule": PROPORTIONAL, "children": [{"code": "deep", "rule": {"shape": "lottery"}}]},
            ROW | {"code": "good", "rule": PROPORTIONAL | {"value": "nothing + worn"}},
        ]},
        "text",
    ]  # fmt: skip
    data = tiny_data(groups=groups, indicators=indicators, checks=[{"code": "within"}, TINY["checks"][0]], grades=[{"label": "优"}, {}])
    data |= {"sections": [{"code": "opening"}, {"code": "a", "level": "0", "starter": "{{worn}}{{gone}}"}], "caps": "none"}

    assert meaning_faults(data) == [
        Fault(("checks", 1, "code"), "勾稽关系代码“within”重复"),
        Fault(("indicators", 0, "children", 1, "rule", "value"), "引用了不存在的字段“nothing”"),
        Fault(("sections", 1, "starter"), "“{{gone}}”不是本表的数据项"),
    ]
    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate(data, context=STRUCTURE_ONLY)
    assert [fault.place for fault in structure_faults(refused.value)] == [
        ("groups", 0, "fields", 5, "kind"),
        ("groups", 0, "fields", 6, "code"),
        ("groups", 0, "fields", 6, "unit"),
        ("groups", 0, "fields", 6, "kind"),
        ("groups", 0, "fields", 7),
        ("groups", 0, "fields", 8),
        ("indicators", 0, "children", 0, "points"),
        ("indicators", 0, "children", 0, "children", 0, "label"),
        ("indicators", 0, "children", 0, "children", 0, "points"),
        ("indicators", 0, "children", 0, "children", 0, "rule"),
        ("indicators", 1),
        ("checks", 0, "severity"),
        ("checks", 0, "message"),
        ("checks", 0, "remedy"),
        ("checks", 0, "left"),
        ("checks", 0, "relation"),
        ("checks", 0, "right"),
        ("caps",),
        ("sections", 0, "level"),
        ("grades", 0, "at_least"),
        ("grades", 1, "label"),
        ("grades", 1, "at_least"),
    ]


@pytest.mark.parametrize("data", [None, [], "text", {}, {"groups": [[]], "indicators": [None], "grades": None}, {"groups": "text"}])
def test_what_is_no_scheme_at_all_has_no_meaning_to_judge(data):
    assert meaning_faults(data) == []


def test_only_the_structure_is_read_where_the_meaning_is_judged_apart():
    scheme = Scheme.model_validate(tiny_data(**ruled(points="90")), context=STRUCTURE_ONLY)

    assert scheme.full_points == Decimal(90)
    assert meaning_faults(scheme) == [Fault(("indicators",), "各一级指标合计 90 分，应为 100 分")]
