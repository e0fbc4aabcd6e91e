"""Units of measure that a scheme declares: each is the one that its expression gives, and rates' limits are fractions."""

import pytest

from assessment.domain.lint import meaning_faults
from tests.factories_domain import TINY, tiny_data

RULE = ("indicators", 0, "rule")
FIELD = ("groups", 0, "fields", 5)
BANDS = [{"limit": "10", "points": "1"}, {"limit": "20.5", "points": "1"}]


def faults_of(**changes):
    return [(fault.place, fault.message) for fault in meaning_faults(tiny_data(**changes))]


def field(**changes):
    """The tiny fields, days, and one more."""
    fields = [*TINY["groups"][0]["fields"], {"code": "x", "label": "甲", "unit": "万元", "kind": "money"} | changes]
    fields.append({"code": "days", "label": "天数", "unit": "天", "kind": "count"})
    return {"groups": [TINY["groups"][0] | {"fields": fields}]}


def ruled(shape, **parameters):
    row = {"code": "row", "label": "一行", "points": "100", "rule": {"shape": shape, "value": "rate"} | parameters}
    return field() | {"indicators": [row]}


def check(**changes):
    return {"checks": [TINY["checks"][0] | changes]}


LIKE = "百分比（percent）的单位应为 %，其他种类的单位不能是 %"
FAULTS = {
    "a percentage in money": (field(kind="percent"), [((*FIELD, "unit"), LIKE)]),
    "money in percent": (field(unit="%"), [((*FIELD, "unit"), LIKE)]),
    "a rate declared as money": (field(expression="spent / budget"), [((*FIELD, "expression"), "算出的单位是“%”，字段的单位是“万元”")]),
    "money declared as a rate": (
        field(unit="%", kind="percent", expression="spent - budget"),
        [((*FIELD, "expression"), "算出的单位是“万元”，字段的单位是“%”")],
    ),
    "percentage points of money": (
        ruled("per_point", value="spent", direction="over", full_if="1", step="1"),
        [((*RULE, "value"), "按百分点扣分的应是比率，“spent”的单位是“万元”")],
    ),
    "percentage points of a bare number": (
        ruled("per_point", value="1", direction="over", full_if="1", step="1"),
        [((*RULE, "value"), "按百分点扣分的应是比率，“1”的单位是“无”")],
    ),
    "lateness that is no number of days": (
        ruled("lateness", value="cases", step="1"),
        [((*RULE, "value"), "逾期按天数，“cases”的单位是“个”")],
    ),
    "this year's money against last year's cases": (
        ruled("three_state", value="spent", last="cases", none="1", not_more="1", more="0"),
        [((*RULE, "last"), "本年的单位是“万元”，上年的是“个”")],
    ),
    "full marks at 95": (ruled("proportional", full_at="95"), [((*RULE, "full_at"), "比率的界限写成小数：95% 写作 0.95")]),
    "full marks up to 95": (ruled("reverse", full_at="95"), [((*RULE, "full_at"), "比率的界限写成小数：95% 写作 0.95")]),
    "percentage points over 100": (
        ruled("per_point", direction="over", full_if="100", step="1"),
        [((*RULE, "full_if"), "比率的界限写成小数：100% 写作 1")],
    ),
    "bands up to 20.5": (
        ruled("bands", direction="at_most", bands=BANDS, otherwise="0"),
        [((*RULE, "bands"), "比率的界限写成小数：20.5% 写作 0.205")],
    ),
    "a check of a rate against 90": (
        check(left="rate", right=" 90 "),
        [(("checks", 0, "right"), "比率的界限写成小数：90% 写作 0.9")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_unit_of_measure_that_does_not_fit_is_named_at_its_place(changes, expected):
    assert faults_of(**changes) == expected


SOUND = {
    "a rate declared as a rate": field(unit="%", kind="percent", expression="spent / budget"),
    "money declared as money": field(expression="spent + budget"),
    "a bare number declared as money": field(expression="1 + 1"),
    "days": ruled("lateness", value="days", step="1"),
    "days without a unit": ruled("lateness", value="1", step="1"),
    "money against money": ruled("three_state", value="spent", last="budget", none="1", not_more="1", more="0"),
    "a rate against a quotient": ruled("three_state", value="rate", last="spent / budget", none="1", not_more="1", more="0"),
    "a limit of ten times": ruled("proportional", full_at="10"),
    "a limit in money": ruled("proportional", value="spent", full_at="95"),
    "a question": {"indicators": [{"code": "row", "label": "一行", "points": "100", "rule": {"shape": "yes_no", "statement": "是"}}]},
    "a check of a rate against ten": check(left="rate", right="10"),
    "a check of a rate against a sum": check(left="rate", right="1 + 90"),
    "a check of money": check(left="spent", right="90"),
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_units_of_measure_that_fit_are_let_through(changes):
    assert faults_of(**changes) == []


@pytest.mark.parametrize("value", ["nothing", "spent + cases", "spent +", "broken"])
def test_what_is_told_elsewhere_is_not_told_twice(value):
    changes = ruled("lateness", value=value, step="1")
    changes["groups"][0]["fields"].append({"code": "broken", "label": "坏", "unit": "万元", "kind": "gold"})

    assert not [message for _, message in faults_of(**changes) if "逾期" in message]
