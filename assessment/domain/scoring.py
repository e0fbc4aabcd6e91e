"""Scoring: one pure function per rule shape, in one table; every result says in Chinese how it came about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal

from assessment.domain.canonical import decimal_text
from assessment.domain.expressions import CONTEXT, NoValue, Value, holds, number
from assessment.domain.rules import Bands, Checklist, Deduction, Judgement, PerPointOver, Proportional
from assessment.domain.scheme import Indicator

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Points:
    """Computed points (系统测算), rounded half up to 0.01; ``value`` None where the rule cannot say yet."""

    value: Decimal | None
    explain: str
    not_applicable: bool = False
    low: Decimal | None = None
    high: Decimal | None = None


def given(value: Decimal, explain: str) -> Points:
    """Points that a rule arrived at."""
    return Points(value.quantize(CENT, rounding=ROUND_HALF_UP), explain)


def percent(value: Decimal) -> str:
    """A fraction as a percentage with two decimals."""
    return f"{(value * HUNDRED).quantize(CENT, rounding=ROUND_HALF_UP)}%"


Choices = frozenset[str]
Values = Mapping[str, Value]


def proportional(rule: Proportional, full: Decimal, value: Decimal, _: Choices) -> Points:
    """Full marks from ``full_at``; below it in proportion, never below zero."""
    if value >= rule.full_at:
        return given(full, f"{percent(value)}，达到 {percent(rule.full_at)}，得满分")
    points = max(full * value / rule.full_at, ZERO)
    return given(
        points,
        f"{percent(value)}，未达 {percent(rule.full_at)}，按比例得分：{decimal_text(full)} × {percent(value)} ÷ {percent(rule.full_at)}",
    )


def bands(rule: Bands, full: Decimal, value: Decimal, _: Choices) -> Points:
    """The first band whose limit is met; the limit itself belongs to its band."""
    sign = "≤" if rule.direction == "at_most" else "≥"
    for band in rule.bands:
        if value <= band.limit if rule.direction == "at_most" else value >= band.limit:
            return given(band.points, f"{percent(value)}，{sign}{percent(band.limit)}，得 {decimal_text(band.points)} 分")
    return given(rule.otherwise, f"{percent(value)}，不在 {sign}{percent(rule.bands[-1].limit)} 之内，得 {decimal_text(rule.otherwise)} 分")


def deduction(rule: Deduction, full: Decimal, value: Decimal, _: Choices) -> Points:
    """``step`` off for each one counted."""
    if value <= 0:
        return given(full, f"0 {rule.counted}，不扣分")
    off = value * rule.step
    return given(
        max(full - off, ZERO),
        f"{decimal_text(value)} {rule.counted}，每{rule.counted}扣 {decimal_text(rule.step)} 分，扣 {decimal_text(min(off, full))} 分",
    )


def per_point_over(rule: PerPointOver, full: Decimal, value: Decimal, _: Choices) -> Points:
    """Full marks up to ``full_if``; then ``step`` off for each percentage point over it, parts of a point in proportion."""
    if value <= rule.full_if:
        return given(full, f"{percent(value)}，不超过 {percent(rule.full_if)}，得满分")
    over = (value - rule.full_if) * HUNDRED
    shown = over.quantize(CENT, rounding=ROUND_HALF_UP)
    return given(max(full - over * rule.step, ZERO), f"{percent(value)}，超出 {shown} 个百分点，每个百分点扣 {decimal_text(rule.step)} 分")


def checklist(rule: Checklist, full: Decimal, _: Decimal, choices: Choices) -> Points:
    """The points of every item that holds."""
    met = [item for item in rule.items if item.code in choices]
    points = sum((item.points for item in met), ZERO)
    return given(points, f"{len(rule.items)} 项中符合 {len(met)} 项，得 {decimal_text(points)} 分")


def judgement(rule: Judgement, full: Decimal, _: Decimal, choices: Choices) -> Points:
    """The range that the chosen level leaves; the points inside it are the person's to judge."""
    for level in rule.levels:
        if level.code in choices:
            low, high = (full * level.low).quantize(CENT), (full * level.high).quantize(CENT)
            return Points(None, f"评判为“{level.label}”，得分应在 {decimal_text(low)} 至 {decimal_text(high)} 分之间", low=low, high=high)
    return Points(None, "尚未选择评判档次")


SHAPES: dict[str, Callable[[Any, Decimal, Decimal, Choices], Points]] = {
    "proportional": proportional,
    "bands": bands,
    "deduction": deduction,
    "per_point_over": per_point_over,
    "checklist": checklist,
    "judgement": judgement,
}


def score(indicator: Indicator, values: Values, choices: Choices) -> Points:
    """The computed points of one row, between 0 and ``indicator.points``."""
    rule = indicator.rule
    assert rule is not None
    with localcontext(CONTEXT):
        for alternative in indicator.alternatives:
            if holds(alternative.when, values):
                return Points(alternative.points.quantize(CENT), alternative.reason, not_applicable=alternative.not_applicable)
        value: Value = ZERO
        for source in rule.expressions():
            value = number(source, values)
        if isinstance(value, NoValue):
            return Points(None, value.reason)
        return SHAPES[rule.shape](rule, indicator.points, value, choices)


def rule_in_words(indicator: Indicator) -> str:
    """The rule as the score table prints it, in Chinese."""
    return DESCRIBED[indicator.rule.shape](indicator.rule, indicator.points) if indicator.rule else ""


def _bands_in_words(rule: Bands, full: Decimal) -> str:
    sign = "≤" if rule.direction == "at_most" else "≥"
    lines = [f"{sign}{_plain_percent(band.limit)} 得 {decimal_text(band.points)} 分" for band in rule.bands]
    return "；".join([*lines, f"其余得 {decimal_text(rule.otherwise)} 分"])


def _plain_percent(value: Decimal) -> str:
    return f"{decimal_text(value * HUNDRED)}%"


DESCRIBED: dict[
    Literal["proportional", "bands", "deduction", "per_point_over", "checklist", "judgement"], Callable[[Any, Decimal], str]
] = {
    "proportional": lambda rule, full: f"达到 {_plain_percent(rule.full_at)} 得满分，不足的按比例得分",
    "bands": _bands_in_words,
    "deduction": lambda rule, full: f"每{rule.counted}扣 {decimal_text(rule.step)} 分，扣完为止",
    "per_point_over": lambda rule, full: (
        f"不超过 {_plain_percent(rule.full_if)} 得满分，每超 1 个百分点扣 {decimal_text(rule.step)} 分，扣完为止"
    ),
    "checklist": lambda rule, full: "；".join(f"{item.label}（{decimal_text(item.points)} 分）" for item in rule.items),
    "judgement": lambda rule, full: "；".join(
        f"{level.label}得 {_plain_percent(level.high)}—{_plain_percent(level.low)} 的分值" for level in rule.levels
    ),
}
