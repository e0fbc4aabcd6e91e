"""Figures (基础数据): reading what people type, deriving what follows, and writing it as people read it."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from assessment.domain.errors import DomainError
from assessment.domain.expressions import NoValue, Value, number, round_half_up
from assessment.domain.scheme import Field, Scheme

MAX_ABSOLUTE = Decimal("99999999999")
HUNDRED = Decimal(100)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
#: Full-width forms as typed with a Chinese keyboard; nothing else is read as a digit (10² is not 102).
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_TYPED = str.maketrans(dict.fromkeys(" \t\r\n\u00a0'_") | dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"))


def parse_number(text: str) -> Decimal | None:
    """What a clerk typed, as a number: full-width digits, thousands separators, spaces and every kind of minus; empty is None."""
    plain = text.translate(_FULL_WIDTH).translate(_TYPED)
    if not plain:
        return None
    if "," in plain:
        # A comma typed for the point next to it would make the figure a hundred times as large.
        if not _GROUPED.fullmatch(plain):
            raise DomainError(f"“{text.strip()[:40]}”中的逗号不是千分位，请核对是否应为小数点")
        plain = plain.replace(",", "")
    if not all(character in "0123456789.+-" for character in plain):
        raise DomainError(f"“{text.strip()[:40]}”不是数字，请只填数字，不带单位")
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise DomainError(f"“{text.strip()[:40]}”不是数字，请检查小数点和正负号") from error


def check_figure(field: Field, value: Decimal) -> Decimal:
    """The value if it can stand in this field; raises ``DomainError`` with what is expected."""
    if value < field.minimum:
        raise DomainError(f"不能小于 {field.minimum}" if field.minimum else "不能为负数")
    if value > min(field.maximum, MAX_ABSOLUTE):
        raise DomainError(f"数值过大，请核对单位是否为“{field.unit}”（上限 {min(field.maximum, MAX_ABSOLUTE):,}）")
    if value != value.quantize(Decimal(1).scaleb(-field.decimals)):
        raise DomainError("只能填整数" if field.decimals == 0 else f"最多 {field.decimals} 位小数")
    return value


def parse_figure(field: Field, text: str) -> Decimal | None:
    """``parse_number`` and ``check_figure`` in one; a percentage may be typed with its sign."""
    value = parse_number(text.translate(_FULL_WIDTH).strip().removesuffix("%") if field.kind == "percent" else text)
    return None if value is None else check_figure(field, value)


def compute_values(scheme: Scheme, figures: Mapping[str, Decimal]) -> dict[str, Value]:
    """Every field's value. Percentages are fractions here: 95.29 % is ``0.9529``; all else keeps its unit of measure."""
    values: dict[str, Value] = {}
    for field in scheme.inputs:
        typed = figures.get(field.code)
        if typed is None:
            values[field.code] = NoValue(f"“{field.label}”未填写", missing=True)
        else:
            values[field.code] = typed / HUNDRED if field.kind == "percent" else typed
    for field in scheme.derived:
        values[field.code] = number(field.expression or "", values)
    return values


def grouped(value: Decimal, places: int) -> str:
    """The value with thousands separators and so many decimals."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,}"


def places_of(value: Decimal, least: int) -> int:
    """How many places after the point to show so that nothing typed is hidden."""
    exponent = value.normalize().as_tuple().exponent
    return max(least, -exponent if isinstance(exponent, int) else 0)


def show_value(field: Field, value: Value) -> str:
    """The value as it is read, without unit of measure: ``58,796.51``, ``95.29%``, ``不适用``; empty while figures are missing."""
    if isinstance(value, NoValue):
        return "" if value.missing else "不适用"
    if field.kind == "percent":
        return f"{grouped(value * HUNDRED, 2)}%"
    if field.kind == "count":
        shown = round_half_up(value, Decimal(2)) if field.expression else value
        return grouped(shown, places_of(shown, 0))
    return grouped(value, 2 if field.expression else places_of(value, 2))


def show_points(value: Decimal) -> str:
    """Points as they are read: two decimals, half up."""
    return f"{round_half_up(value, Decimal(2))}"


def show_typed(field: Field, value: Decimal) -> str:
    """A typed figure as it is read; percentages are typed as 96.5 for 96.5 %."""
    return show_value(field, value / HUNDRED if field.kind == "percent" else value)


def beside_unit(field: Field, text: str) -> str:
    """A shown value for a table whose own column names the unit of measure: without the sign that would stand twice."""
    return text.removesuffix("%") if field.unit == "%" else text


def show_with_unit(field: Field, value: Value) -> str:
    """The value with its unit of measure, as it stands in a sentence."""
    text = show_value(field, value)
    return text if field.kind == "percent" or isinstance(value, NoValue) else f"{text}{field.unit}"
