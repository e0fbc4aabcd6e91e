"""Units of measure through expressions, and where they do not fit."""

import pytest

from assessment.domain.dimensions import UnitMismatch, unit_of, units_of
from tests.factories_domain import tiny_scheme

UNITS = frozenset({("money", "万元"), ("more", "万元"), ("people", "人"), ("rate", "%"), ("share", "%"), ("days", "天")})


@pytest.mark.parametrize(
    ("source", "unit"),
    [
        ("money", "万元"),
        ("unheard", ""),
        ("1", ""),
        ("money + more", "万元"),
        ("money - more + 1", "万元"),
        ("rate - 1", "%"),
        ("1 - rate", "%"),
        ("-money", "万元"),
        ("money * 2", "万元"),
        ("2 * money", "万元"),
        ("money * rate", "万元"),
        ("rate * money", "万元"),
        ("rate * share", "%"),
        ("money * people", "万元·人"),
        ("2 * 3", ""),
        ("money / more", "%"),
        ("rate / share", "%"),
        ("money / 2", "万元"),
        ("money / rate", "万元"),
        ("money / people", "万元/人"),
        ("1 / people", "1/人"),
        ("1 / rate", ""),
        ("1 / 2", ""),
        ("rate / people", "%/人"),
        ("(money - more) / more", "%"),
        ("sum(money, more, 1)", "万元"),
        ("min(rate, 1)", "%"),
        ("max(0, people)", "人"),
        ("abs(money - more)", "万元"),
        ("round(money)", "万元"),
        ("round(money / people, 2)", "万元/人"),
        ("money if people > 0 else more", "万元"),
        ("money if people > 0 else 0", "万元"),
        ("0 if people > 0 else 0", ""),
        ("money > more", ""),
        ("money > 0 and people > 0", ""),
        ("not money > 0", ""),
        ("0 < money < more", ""),
    ],
)
def test_a_result_has_the_unit_of_what_it_is_made_of(source, unit):
    assert unit_of(source, UNITS) == unit


@pytest.mark.parametrize(
    ("source", "units", "parts"),
    [
        ("money + people", "万元 与 人", "money，people"),
        ("people - money", "人 与 万元", "people，money"),
        ("money + rate", "万元 与 %", "money，rate"),
        ("sum(money, 1, people, days)", "万元 与 人 与 天", "money，1，people，days"),
        ("max(money, money / more)", "万元 与 %", "money，money / more"),
        ("money if rate > 0 else people", "万元 与 人", "money，people"),
        ("money if people > days else more", "人 与 天", "people，days"),
        ("money > people", "万元 与 人", "money，people"),
        ("0 < money < people", "万元 与 人", "0，money，people"),
        ("money > 0 and people > days", "人 与 天", "people，days"),
        ("not people == days", "人 与 天", "people，days"),
        ("-(money + people)", "万元 与 人", "money，people"),
        ("2 * (money + people)", "万元 与 人", "money，people"),
        ("(money + people) / 2", "万元 与 人", "money，people"),
        ("abs(money + people)", "万元 与 人", "money，people"),
        ("round(money + people, 2)", "万元 与 人", "money，people"),
        ("money / people + days", "万元/人 与 天", "money / people，days"),
    ],
)
def test_what_cannot_be_added_or_compared_is_named(source, units, parts):
    with pytest.raises(UnitMismatch) as refused:
        unit_of(source, UNITS)
    assert str(refused.value) == f"单位不同，不能相加减或比较：{units}（{parts}）"


def test_a_percentage_is_a_rate_whatever_its_unit_is_called():
    scheme = tiny_scheme()
    fields = scheme.fields | {"content": scheme.fields["content"].model_copy(update={"unit": "百分点"})}

    assert units_of(fields) == {("rate", "%"), ("budget", "万元"), ("spent", "万元"), ("cases", "个"), ("content", "%")}
    assert scheme.units == units_of(scheme.fields)
