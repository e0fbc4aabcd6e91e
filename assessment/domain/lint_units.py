"""Units of measure where a scheme declares them: each must be the one that its expression gives."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from assessment.domain.dimensions import BARE, RATE, unit_of, units_of
from assessment.domain.elements import Field
from assessment.domain.errors import DomainError
from assessment.domain.expressions import compile_expression
from assessment.domain.places import Elements, Fault
from assessment.domain.rules import Bands, Lateness, PerPoint, Proportional, Reverse, Rule, ThreeState

DAYS = "天"
#: A rate of more than ten is a percentage written as it is read.
LARGEST_RATE = 10
Units = frozenset[tuple[str, str]]


def declared_units(view: Elements) -> Iterator[Fault]:
    """Fields and rules whose unit of measure is another one than their expression's, and rates' limits written as 95."""
    known = view.known
    units = units_of({code: field for code, field in known.items() if field})
    for place, field in view.fields.items():
        if (field.kind == "percent") != (field.unit == RATE):
            yield Fault((*place, "unit"), "百分比（percent）的单位应为 %，其他种类的单位不能是 %")
        elif field.expression and (unit := _unit(field.expression, known, units)) not in (None, BARE, field.unit):
            yield Fault((*place, "expression"), f"算出的单位是“{unit}”，字段的单位是“{field.unit}”")
    for place, item in view.indicators.items():
        if item.rule is not None:
            yield from (Fault((*place, "rule", name), message) for name, message in _rule_faults(item.rule, known, units))
    for place, check in view.checks.items():
        if _unit(check.left, known, units) == RATE and (limit := _number(check.right)) is not None and limit > LARGEST_RATE:
            yield Fault((*place, "right"), _as_fraction(limit))


def _unit(source: str, known: Mapping[str, Field | None], units: Units) -> str | None:
    """The unit of measure, None where something is at fault that is told elsewhere."""
    try:
        readable = all(known.get(name) for name in compile_expression(source).names)
        return unit_of(source, units) if readable else None
    except DomainError:
        return None


def _rule_faults(rule: Rule, known: Mapping[str, Field | None], units: Units) -> Iterator[tuple[str, str]]:
    sources = rule.expressions()
    unit = _unit(sources[0], known, units) if sources else None
    if unit is None:
        return
    if isinstance(rule, PerPoint) and unit != RATE:
        yield "value", f"按百分点扣分的应是比率，“{rule.value}”的单位是“{unit or '无'}”"
    if isinstance(rule, Lateness) and unit not in (DAYS, BARE):
        yield "value", f"逾期按天数，“{rule.value}”的单位是“{unit}”"
    if isinstance(rule, ThreeState) and (last := _unit(rule.last, known, units)) not in (None, unit):
        yield "last", f"本年的单位是“{unit}”，上年的是“{last}”"
    if unit == RATE:
        yield from ((name, _as_fraction(limit)) for name, limit in _limits(rule) if limit > LARGEST_RATE)


def _limits(rule: Rule) -> Iterator[tuple[str, Decimal]]:
    if isinstance(rule, Proportional | Reverse):
        yield "full_at", rule.full_at
    if isinstance(rule, PerPoint):
        yield "full_if", rule.full_if
    if isinstance(rule, Bands):
        yield from (("bands", band.limit) for band in rule.bands)


def _number(source: str) -> Decimal | None:
    """A bare number that stands as an expression."""
    try:
        return Decimal(source.strip())
    except ArithmeticError:
        return None


def _as_fraction(limit: Decimal) -> str:
    return f"比率的界限写成小数：{limit}% 写作 {limit / 100}"
