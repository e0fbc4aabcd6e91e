"""Expressions as people read them: names, figures, signs, and brackets only where they are needed."""

from decimal import Decimal

import pytest

from assessment.domain.expressions import NoValue
from assessment.domain.figures import compute_values
from assessment.domain.wording import figures_used, in_figures, in_words, show_apart, show_in, show_limit, show_measure, show_own, unfolded
from tests.factories_domain import derived_scheme, tiny_field, tiny_scheme

FIELDS = {code: tiny_field(code=code, label=label) for code, label in (("a", "甲"), ("b", "乙"), ("c", "丙"), ("d", "丁"))}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a", "甲"),
        ("1", "1"),
        ("0.10", "0.1"),
        ("1000000000000", "1000000000000"),
        ("0.00000001", "0.00000001"),
        ("a + b - c", "甲 + 乙 − 丙"),
        ("a - (b - c)", "甲 −（乙 − 丙）"),
        ("a - (b + c)", "甲 −（乙 + 丙）"),
        ("(a - b) - c", "甲 − 乙 − 丙"),
        ("a + (b - c)", "甲 + 乙 − 丙"),
        ("a - b * c", "甲 − 乙 × 丙"),
        ("(a - b) * c", "（甲 − 乙）× 丙"),
        ("a * (b + c)", "甲 ×（乙 + 丙）"),
        ("a / (b * c)", "甲 ÷（乙 × 丙）"),
        ("a / (b / c)", "甲 ÷（乙 ÷ 丙）"),
        ("a / b / c", "甲 ÷ 乙 ÷ 丙"),
        ("a * (b / c)", "甲 × 乙 ÷ 丙"),
        ("a / (b + c)", "甲 ÷（乙 + 丙）"),
        ("(a - b) / (c - d)", "（甲 − 乙）÷（丙 − 丁）"),
        ("-a", "−甲"),
        ("-(a + b)", "−（甲 + 乙）"),
        ("-(a * b)", "−（甲 × 乙）"),
        ("-(a - b) / c", "−（甲 − 乙）÷ 丙"),
        ("-a * b", "−甲 × 乙"),
        ("--a", "−−甲"),
        ("sum(a, b, c)", "（甲 + 乙 + 丙）"),
        ("sum(a, b) / c", "（甲 + 乙）÷ 丙"),
        ("sum(a - b, c * d)", "（甲 − 乙 + 丙 × 丁）"),
        ("sum(a if a > b else b, c)", "（（若 甲 > 乙 则 甲，否则 乙）+ 丙）"),
        ("min(a, b + c)", "最小（甲，乙 + 丙）"),
        ("max(a, 0)", "最大（甲，0）"),
        ("abs(a - b)", "|甲 − 乙|"),
        ("round(a / b)", "四舍五入（甲 ÷ 乙，0 位小数）"),
        ("round(a / b, 2)", "四舍五入（甲 ÷ 乙，2 位小数）"),
        ("a > b", "甲 > 乙"),
        ("a >= b + c", "甲 ≥ 乙 + 丙"),
        ("a < b <= c", "甲 < 乙 ≤ 丙"),
        ("a == 0 and b != 0", "甲 = 0 且 乙 ≠ 0"),
        ("a > b or b > c and c > d", "甲 > 乙 或 乙 > 丙 且 丙 > 丁"),
        ("(a > b or b > c) and c > d", "（甲 > 乙 或 乙 > 丙）且 丙 > 丁"),
        ("a > b or (b > c or c > d)", "甲 > 乙 或 乙 > 丙 或 丙 > 丁"),
        ("not a > b", "非（甲 > 乙）"),
        ("not a > b and b > c", "非（甲 > 乙）且 乙 > 丙"),
        ("a if b > c else d", "若 乙 > 丙 则 甲，否则 丁"),
        ("(a if b > c else d) * 2", "（若 乙 > 丙 则 甲，否则 丁）× 2"),
        ("(a if b > c else d) > 2", "（若 乙 > 丙 则 甲，否则 丁）> 2"),
        ("a if b > c else b if c > d else d", "若 乙 > 丙 则 甲，否则 若 丙 > 丁 则 乙，否则 丁"),
    ],
)
def test_an_expression_in_words_keeps_its_meaning(source, words):
    assert in_words(source, FIELDS) == words


def test_figures_stand_in_the_places_of_the_names():
    scheme = tiny_scheme()
    values = compute_values(scheme, {"budget": Decimal(200), "spent": Decimal("190.5"), "content": Decimal("96.5")})

    assert in_figures("spent / (budget - 1)", scheme.fields, values) == "190.50万元 ÷（200.00万元 − 1）"
    assert in_figures("rate * content + cases", scheme.fields, values) == "95.25% × 96.50% + 未填"
    assert in_figures("rate", scheme.fields, values | {"rate": NoValue("分母为 0，不适用")}) == "不适用"


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("rate", "0.9529", "95.29%"),
        ("spent", "1234.5", "1,234.50万元"),
        ("cases", "1204", "1,204个"),
        ("spent / budget", "0.95285", "95.29%"),
        ("spent - budget", "-1234.5", "-1,234.5万元"),
        ("spent / cases", "0.005", "0.01万元/个"),
        ("spent / cases", "0.0049", "0万元/个"),
        ("1", "3.14159", "3.14"),
    ],
)
def test_a_measured_value_has_the_unit_of_what_it_is_made_of(source, value, shown):
    assert show_measure(tiny_scheme(), source, Decimal(value)) == shown


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("%", "0.125", "12.50%"),
        ("%", "0.123449", "12.34%"),
        ("%", "0.12345", "12.35%"),
        ("%", "12.3456", "1,234.56%"),
        ("%", "-0.00001", "0.00%"),
        ("%", "-0.00005", "-0.01%"),
        ("%", "0", "0.00%"),
        ("万元", "1234567.005", "1,234,567.01万元"),
        ("万元", "1200", "1,200万元"),
        ("万元", "-1234.50", "-1,234.5万元"),
        ("万元", "-0.5", "-0.5万元"),
        ("万元", "-0.001", "0万元"),
        ("", "0.5", "0.5"),
    ],
)
def test_a_number_in_a_unit_has_two_places_at_most(unit, value, shown):
    assert show_in(unit, Decimal(value)) == shown


@pytest.mark.parametrize(
    ("unit", "value", "limit", "own"),
    [
        ("%", "0.95", "95%", "0.95%"),
        ("%", "0.12345", "12.345%", "0.12345%"),
        ("%", "90", "9000%", "90%"),
        ("份", "30", "30份", "30份"),
        ("万元", "12345.678", "12,345.678万元", "12,345.678万元"),
        ("", "-0.5", "-0.5", "-0.5"),
    ],
)
def test_limits_and_targets_are_shown_as_they_were_written(unit, value, limit, own):
    assert (show_limit(unit, Decimal(value)), show_own(unit, Decimal(value))) == (limit, own)


@pytest.mark.parametrize(
    ("unit", "value", "limit", "expected"),
    [
        ("%", "0.95", "0.95", "原样"),
        ("%", "0.9499", "0.95", "原样"),
        ("%", "0.94995", "0.95", "94.995%"),
        ("%", "0.949999", "0.95", "94.9999%"),
        ("%", "0.9500001", "0.95", "95.00001%"),
        ("%", "0.9499999999", "0.95", "94.99999999%"),
        ("%", "0.94999999999", "0.95", "原样"),
        ("万元", "100.001", "100", "100.001万元"),
        ("", "0.00001", "0", "0.00001"),
    ],
)
def test_a_value_is_never_shown_as_the_limit_that_it_is_not(unit, value, limit, expected):
    assert show_apart(unit, Decimal(value), Decimal(limit), "原样") == expected


def test_a_value_rests_on_the_typed_figures_behind_it():
    scheme = derived_scheme()

    assert figures_used(scheme, "rate") == ("spent", "opening", "added")
    assert figures_used(scheme, "added + total - spent") == ("added", "opening", "spent")
    assert figures_used(scheme, "1") == ()


def test_a_derived_value_unfolds_from_the_typed_figures_on():
    scheme = derived_scheme()
    values = compute_values(scheme, {"opening": Decimal(80), "added": Decimal(20), "spent": Decimal(95)})
    total = "预算合计 = 年初预算 + 追加预算 = 80.00万元 + 20.00万元 = 100.00万元"

    assert unfolded(scheme, "rate", values) == [total, "完成率 = 决算数 ÷ 预算合计 = 95.00万元 ÷ 100.00万元 = 95.00%"]
    assert unfolded(scheme, "total + total + opening", values) == [total]
    assert unfolded(scheme, "opening", values) == []


def test_what_has_no_value_says_why_where_it_unfolds():
    scheme = derived_scheme()
    values = compute_values(scheme, {"opening": Decimal(0), "added": Decimal(0), "spent": Decimal(95)})

    assert unfolded(scheme, "rate", values)[1] == "完成率 = 决算数 ÷ 预算合计 = 95.00万元 ÷ 0.00万元 = 分母为 0，不适用"
    assert unfolded(scheme, "total", compute_values(scheme, {"opening": Decimal(0)})) == [
        "预算合计 = 年初预算 + 追加预算 = 0.00万元 + 未填 = “追加预算”未填写"
    ]
