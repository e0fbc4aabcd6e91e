"""Every fault in the structure of a file, at its place, with what is expected there."""

import pytest
from pydantic import ValidationError

from assessment.domain.lint import STRUCTURE_ONLY, Fault
from assessment.domain.rules import Code, Plain
from assessment.domain.scheme import Scheme
from assessment.domain.structure import place_in_words, structure_faults
from tests.factories_domain import PROPORTIONAL, TINY, tiny_data

ROW = {"code": "row", "label": "一行", "points": "100"}
RULE = ("indicators", 0, "rule")
NAMED = "格式不对，应符合 以小写字母开头，只含小写字母、数字和下划线，最多 48 个"
MISSING = "缺少这一项"


def faults_of(**changes):
    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate(tiny_data(**changes), context=STRUCTURE_ONLY)
    return structure_faults(refused.value)


def ruled(**rule):
    return {"indicators": [ROW | {"rule": rule}]}


def deduction(step):
    return ruled(shape="deduction", value="cases", counted="个", step=step)


def late(**changes):
    return ruled(**{"shape": "lateness", "value": "cases", "step": "1"} | changes)


def bands(**changes):
    return ruled(**{"shape": "bands", "value": "rate", "direction": "at_most", "otherwise": "0", "bands": []} | changes)


def judged(*levels):
    return ruled(shape="judgement", levels=[{"code": "a", "label": "档", "low": low, "high": high} for low, high in levels])


def field(**changes):
    fields = [TINY["groups"][0]["fields"][1] | changes]
    return {"groups": [TINY["groups"][0] | {"fields": fields}]}


def section(**changes):
    return {"sections": [TINY["sections"][0] | changes]}


FIELD = ("groups", 0, "fields", 0)
FAULTS = {
    "an unknown key": ({"colour": "red"}, [(("colour",), "未知的项目，本格式中没有")]),
    "no title": ({"title": None}, [(("title",), '应为文字（数值也写成文字，如 "58796.51"）')]),
    "an empty title": ({"title": ""}, [(("title",), "不能为空")]),
    "a long title": ({"title": "长" * 201}, [(("title",), "文字过长，最多 200 字")]),
    "a version in words": ({"version": "new"}, [(("version",), "格式不对，应符合 只含数字和点，如 2022.1")]),
    "a kind that is unknown": ({"kind": "half"}, [(("kind",), "取值不在允许的范围内，应为 whole 或 project")]),
    "no sections": ({"sections": []}, [(("sections",), "至少要有一项")]),
    "sections that are no list": ({"sections": "one"}, [(("sections",), "应为列表")]),
    "a section that is text": ({"sections": ["one"]}, [(("sections", 0), "应为若干“名称: 值”")]),
    "a section too deep": (section(level="5"), [(("sections", 0, "level"), "数值过大，不能大于 4")]),
    "a section above the top": (section(level="-1"), [(("sections", 0, "level"), "数值过小，不能小于 0")]),
    "a level in words": (section(level="one"), [(("sections", 0, "level"), "应为整数")]),
    "a heading that is perhaps text": (section(text="perhaps"), [(("sections", 0, "text"), "应为 true 或 false")]),
    "a code with capitals": (field(code="Total"), [((*FIELD, "code"), NAMED)]),
    "a code of 49 characters": (field(code="a" * 49), [((*FIELD, "code"), NAMED)]),
    "a kind of field that is unknown": (field(kind="gold"), [((*FIELD, "kind"), "取值不在允许的范围内，应为 money、count 或 percent")]),
    "a minimum in thousandths of millionths": (field(minimum="0.00000000001"), [((*FIELD, "minimum"), "小数位数过多，最多 10 位小数")]),
    "an absurd maximum": (field(maximum="1E+99999999"), [((*FIELD, "maximum"), "数值过大")]),
    "a maximum without end": (field(maximum="Infinity"), [((*FIELD, "maximum"), "应为数字")]),
    "no indicators": ({"indicators": []}, [(("indicators",), "至少要有一项")]),
    "points below nothing": ({"indicators": [ROW | {"points": "-1"}]}, [(("indicators", 0, "points"), "数值过小，应大于 0")]),
    "points of nothing": ({"indicators": [ROW | {"points": "0"}]}, [(("indicators", 0, "points"), "数值过小，应大于 0")]),
    "points in thousandths": ({"indicators": [ROW | {"points": "99.999"}]}, [(("indicators", 0, "points"), "小数位数过多，最多 2 位小数")]),
    "points in thousands": ({"indicators": [ROW | {"points": "1000"}]}, [(("indicators", 0, "points"), "数值过大")]),
    "points in words": ({"indicators": [ROW | {"points": "百"}]}, [(("indicators", 0, "points"), "应为数字")]),
    "a rule without a shape": (ruled(value="rate"), [(RULE, "缺少 shape（评分规则的种类）")]),
    "an unknown shape": (
        ruled(shape="lottery"),
        [(RULE, "没有这种评分规则，可用的有 proportional、reverse、bands、deduction、lateness、per_point、three_state、checklist、"
            "yes_no、judgement")],
    ),
    "a rule without its parameters": (ruled(shape="proportional"), [((*RULE, "value"), MISSING), ((*RULE, "full_at"), MISSING)]),
    "bands without any": (ruled(shape="bands", value="rate"), [((*RULE, name), MISSING) for name in ("direction", "bands", "otherwise")]),
    "percentage points to no side": (
        ruled(shape="per_point", value="rate", direction="beside", full_if="1", step="1"),
        [((*RULE, "direction"), "取值不在允许的范围内，应为 over 或 under")],
    ),
    "a comparison with nothing": (
        ruled(shape="three_state", value="rate"),
        [((*RULE, name), MISSING) for name in ("last", "none", "not_more", "more")],
    ),
    "a checklist without items": (ruled(shape="checklist", items=[]), [((*RULE, "items"), "至少要有一项")]),
    "a question without words": (ruled(shape="yes_no", statement=""), [((*RULE, "statement"), "不能为空")]),
    "one level only": (judged(("0", "1")), [((*RULE, "levels"), "至少要有 2 项")]),
    "a parameter of another shape": (ruled(shape="yes_no", statement="是", step="1"), [((*RULE, "step"), "未知的项目，本格式中没有")]),
    "full marks from nothing": (ruled(**PROPORTIONAL | {"full_at": "0"}), [((*RULE, "full_at"), "数值过小，应大于 0")]),
    "a step of nothing": (deduction("0"), [((*RULE, "step"), "数值过小，应大于 0")]),
    "days of nothing": (late(none_after="0"), [((*RULE, "none_after"), "数值过小，应大于 0")]),
    "half a day": (late(none_after="0.5"), [((*RULE, "none_after"), "应为整数")]),
    "no bands": (bands(), [((*RULE, "bands"), "至少要有一项")]),
    "a rest below nothing": (
        bands(bands=[{"limit": "1", "points": "1"}], otherwise="-1"),
        [((*RULE, "otherwise"), "数值过小，不能小于 0")],
    ),
    "a band below nothing": (
        bands(bands=[{"limit": "1", "points": "1"}, {"limit": "2", "points": "-1"}]),
        [((*RULE, "bands", 1, "points"), "数值过小，不能小于 0")],
    ),
    "a faulty band is told without calling the list short": (bands(bands=[{"limit": "1"}]), [((*RULE, "bands", 0, "points"), MISSING)]),
    "levels beyond both ends": (
        judged(("0.5", "1.5"), ("-1", "0.5")),
        [((*RULE, "levels", 0, "high"), "数值过大，不能大于 1"), ((*RULE, "levels", 1, "low"), "数值过小，不能小于 0")],
    ),
    "a deviation that is none": (
        {"indicators": [ROW | {"own": {"deviation": {"ratio": "1", "points": "0"}}}]},
        [
            (("indicators", 0, "own", "deviation", "ratio"), "数值过小，应大于 1"),
            (("indicators", 0, "own", "deviation", "points"), "数值过小，应大于 0"),
        ],
    ),
    "a tolerance below nothing": (
        {"checks": [TINY["checks"][0] | {"tolerance": "-1"}]},
        [(("checks", 0, "tolerance"), "数值过小，不能小于 0")],
    ),
    "an inspection that is unknown": (
        {"inspections": [{"code": "a", "severity": "note", "message": "看", "remedy": "改", "function": "guess"}]},
        [(("inspections", 0, "function"), "取值不在允许的范围内，应为 undefined_rates、projects_total、full_marks_with_problems、"
            "measures_without_problem、repeated_text、dates_after_year、text_contradicts、text_differs 或 typed_figures")],
    ),
    "a cap below nothing": (
        {"caps": [{"code": "low", "when": "rate < 1", "at_most": "-1", "reason": "低"}]},
        [(("caps", 0, "at_most"), "数值过小，不能小于 0")],
    ),
    "a grade below nothing": ({"grades": [{"label": "差", "at_least": "-1"}]}, [(("grades", 0, "at_least"), "数值过小，不能小于 0")]),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_at_its_place_with_what_is_expected(changes, expected):
    assert faults_of(**changes) == [Fault(place, message) for place, message in expected]


def test_a_file_that_is_no_list_of_names_is_told_so():
    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate([])
    assert structure_faults(refused.value) == [Fault((), "应为若干“名称: 值”")]


class Nested(Plain):
    """A name that is ``rule`` without a shape behind it."""

    rule: dict[Code, "Nested"]


def test_only_the_shape_behind_a_rule_is_left_out_of_a_place():
    with pytest.raises(ValidationError) as refused:
        Nested.model_validate({"rule": "text"})
    assert structure_faults(refused.value) == [Fault(("rule",), "取值不对")]

    with pytest.raises(ValidationError) as refused:
        Scheme.model_validate(tiny_data(code="rule", rule="text"), context=STRUCTURE_ONLY)
    assert structure_faults(refused.value) == [Fault(("rule",), "未知的项目，本格式中没有")]


@pytest.mark.parametrize(
    ("place", "words"), [(("indicators", 0, "rule", "full_at"), "indicators.0.rule.full_at"), (("code",), "code"), ((), "文件")]
)
def test_a_place_is_told_as_the_way_to_it(place, words):
    assert place_in_words(place) == words
