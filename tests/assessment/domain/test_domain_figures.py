"""Reading what clerks type, deriving what follows, writing it as people read it."""

from decimal import Decimal

import pytest

from assessment.domain.errors import DomainError
from assessment.domain.expressions import NoValue
from assessment.domain.figures import (
    beside_unit,
    check_figure,
    compute_values,
    parse_figure,
    parse_number,
    places_of,
    show_typed,
    show_value,
    show_with_unit,
)
from tests.factories_domain import tiny_field, tiny_scheme
from tests.reports.samples import demo_inputs, demo_scheme


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("58796.51", "58796.51"),
        ("５８７９６．５１", "58796.51"),
        ("58,796.51", "58796.51"),
        ("５８，７９６．５１", "58796.51"),
        ("1,234,567", "1234567"),
        ("-1,234.5", "-1234.5"),
        ("1,234.", "1234"),
        ("58 796.51", "58796.51"),
        ("\u3000 12\u00a0", "12"),
        ("1'234", "1234"),
        ("1_234", "1234"),
        ("+5", "5"),
        ("-5", "-5"),
        ("－5", "-5"),
        ("−5", "-5"),
        ("–5", "-5"),
        ("—5", "-5"),
        ("‐5", "-5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0", "0"),
        ("9" * 40, "9" * 40),
    ],
)
def test_a_typed_number_is_read(typed, expected):
    assert parse_number(typed) == Decimal(expected)


@pytest.mark.parametrize("typed", ["", "  ", "\u3000", "\t\n"])
def test_nothing_typed_is_no_number(typed):
    assert parse_number(typed) is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("58796.51万元", "“58796.51万元”不是数字，请只填数字，不带单位"),
        (" 约5 ", "“约5”不是数字，请只填数字，不带单位"),
        ("1e5", "“1e5”不是数字，请只填数字，不带单位"),
        ("NaN", "“NaN”不是数字，请只填数字，不带单位"),
        ("٣", "“٣”不是数字，请只填数字，不带单位"),
        ("(5)", "“(5)”不是数字，请只填数字，不带单位"),
        ("95.29%", "“95.29%”不是数字，请只填数字，不带单位"),
        ("甲" * 60, f"“{'甲' * 40}”不是数字，请只填数字，不带单位"),
        ("1.2.3", "“1.2.3”不是数字，请检查小数点和正负号"),
        ("1-2", "“1-2”不是数字，请检查小数点和正负号"),
        ("—", "“—”不是数字，请检查小数点和正负号"),
        ("95,29", "“95,29”中的逗号不是千分位，请核对是否应为小数点"),
        ("9，5", "“9，5”中的逗号不是千分位，请核对是否应为小数点"),
        ("1,2345", "“1,2345”中的逗号不是千分位，请核对是否应为小数点"),
        ("1.5,000", "“1.5,000”中的逗号不是千分位，请核对是否应为小数点"),
        (",5", "“,5”中的逗号不是千分位，请核对是否应为小数点"),
    ],
)
def test_what_is_no_number_is_refused_with_a_hint(typed, message):
    with pytest.raises(DomainError) as refused:
        parse_number(typed)
    assert str(refused.value) == message


COUNT = tiny_field(kind="count", unit="人", decimals="0")
PERCENT = tiny_field(kind="percent", unit="%", maximum="100")
THREE = tiny_field(decimals="3")
CHANGE = tiny_field(minimum="-50", maximum="999999")


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        (tiny_field(), "12.50", "12.5"),
        (tiny_field(), "12.500", "12.5"),
        (tiny_field(), "99,999,999.99", "99999999.99"),
        (THREE, "12.505", "12.505"),
        (COUNT, "64", "64"),
        (COUNT, "64.0", "64"),
        (PERCENT, "96.5％", "96.5"),
        (PERCENT, " 100 % ", "100"),
        (CHANGE, "-50", "-50"),
    ],
)
def test_a_figure_that_fits_its_field_is_taken(field, typed, expected):
    assert parse_figure(field, typed) == Decimal(expected)


@pytest.mark.parametrize("typed", ["", "%"])
def test_a_field_left_empty_has_no_figure(typed):
    assert parse_figure(PERCENT, typed) is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (tiny_field(), "-0.01", "不能为负数"),
        (CHANGE, "-50.01", "不能小于 -50"),
        (tiny_field(), "100000000", "数值过大，请核对单位是否为“万元”（上限 99,999,999.99）"),
        (tiny_field(), "9" * 40, "数值过大，请核对单位是否为“万元”（上限 99,999,999.99）"),
        (tiny_field(maximum="100000000000"), "100000000000", "数值过大，请核对单位是否为“万元”（上限 99,999,999,999）"),
        (PERCENT, "100.01", "数值过大，请核对单位是否为“%”（上限 100）"),
        (tiny_field(), "1.005", "最多 2 位小数"),
        (THREE, "1.0005", "最多 3 位小数"),
        (COUNT, "64.5", "只能填整数"),
    ],
)
def test_a_figure_that_does_not_fit_is_refused_with_what_is_expected(field, value, message):
    with pytest.raises(DomainError) as refused:
        check_figure(field, Decimal(value))
    assert str(refused.value) == message


def test_a_percent_sign_beside_money_is_refused():
    with pytest.raises(DomainError) as refused:
        parse_figure(tiny_field(), "12%")
    assert str(refused.value) == "“12%”不是数字，请只填数字，不带单位"


def test_percentages_are_computed_as_fractions_and_what_is_missing_says_so():
    values = compute_values(tiny_scheme(), {"budget": Decimal(200), "spent": Decimal(190), "content": Decimal("96.5")})

    assert values == {
        "budget": Decimal(200),
        "spent": Decimal(190),
        "cases": NoValue("“问题数”未填写", missing=True),
        "content": Decimal("0.965"),
        "rate": Decimal("0.95"),
    }


def test_a_zero_denominator_is_not_applicable_and_never_minus_a_hundred_percent():
    values = compute_values(tiny_scheme(), {"budget": Decimal(0), "spent": Decimal(0)})

    assert values["rate"] == NoValue("分母为 0，不适用")


def test_the_figures_of_the_real_report_come_out():
    scheme = demo_scheme()
    values = compute_values(scheme, demo_inputs().figures)
    shown = {code: show_with_unit(scheme.fields[code], values[code]) for code in SHOWN}

    assert shown == SHOWN


SHOWN = {
    "opening_total": "58,796.51万元",
    "adjusted_total": "48,774.54万元",
    "final_total": "46,477.42万元",
    "execution_rate": "95.29%",
    "adjust_rate": "-17.05%",
    "carry_rate": "0.00%",
    "idle_change": "不适用",
    "three_final": "8.49万元",
    "three_budget": "18.50万元",
    "three_rate": "45.89%",
    "staff_rate": "92.75%",
}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (tiny_field(), "58796.5", "58,796.50万元"),
        (tiny_field(), "58796.505", "58,796.505万元"),
        (tiny_field(), "0", "0.00万元"),
        (tiny_field(), "-0.00", "0.00万元"),
        (tiny_field(expression="a"), "58796.505", "58,796.51万元"),
        (tiny_field(expression="a"), "-0.001", "0.00万元"),
        (COUNT, "1204", "1,204人"),
        (COUNT, "1.5", "1.5人"),
        (COUNT, "1.2345", "1.2345人"),
        (tiny_field(kind="count", unit="万元/人", expression="a / b"), "0.3333333333333333333333333333", "0.33万元/人"),
        (tiny_field(kind="count", unit="万元/人", expression="a / b"), "1234.999", "1,235万元/人"),
        (PERCENT, "0.95285", "95.29%"),
        (PERCENT, "-0.170452", "-17.05%"),
        (PERCENT, "-0.00001", "0.00%"),
    ],
)
def test_a_value_is_shown_with_its_unit_of_measure(field, value, expected):
    assert show_with_unit(field, Decimal(value)) == expected


def test_not_applicable_is_shown_only_where_nothing_is_missing():
    assert show_value(tiny_field(expression="a / b"), NoValue("分母为 0，不适用")) == "不适用"
    assert show_value(tiny_field(expression="a / b"), NoValue("“预算数”未填写", missing=True)) == ""
    assert show_with_unit(tiny_field(), NoValue("“预算数”未填写", missing=True)) == ""


def test_a_derived_value_is_missing_while_one_of_its_figures_is():
    values = compute_values(tiny_scheme(), {"budget": Decimal(200)})

    assert values["rate"] == NoValue("“决算数”未填写", missing=True)


def test_a_percentage_beside_its_unit_of_measure_has_no_sign_of_its_own():
    assert beside_unit(tiny_field(kind="percent", unit="%"), "95.29%") == "95.29"
    assert beside_unit(tiny_field(), "95.29") == "95.29"
    assert show_typed(tiny_field(kind="percent", unit="%"), Decimal("96.5")) == "96.50%"


def test_no_place_that_was_typed_is_hidden():
    assert [places_of(Decimal(text), 2) for text in ("1", "1.5", "1.505", "1.5000", "100")] == [2, 2, 3, 2, 2]
    assert places_of(Decimal("Infinity"), 2) == 2
