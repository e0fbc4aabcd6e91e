"""Scoring: one pure function per rule shape, in one table; every result says in Chinese how it came about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from assessment.domain.canonical import decimal_text
from assessment.domain.dimensions import BARE, unit_of
from assessment.domain.expressions import CONTEXT, NoValue, Value, holds, number, round_half_up
from assessment.domain.figures import HUNDRED
from assessment.domain.inputs import Answer
from assessment.domain.own_rows import DIRECTIONS
from assessment.domain.rules import (
    Bands,
    Checklist,
    Deduction,
    Judgement,
    Lateness,
    PerPoint,
    Proportional,
    Reverse,
    Target,
    ThreeState,
    YesNo,
)
from assessment.domain.scheme import Indicator, Scheme
from assessment.domain.wording import show_apart, show_in, show_limit, show_measure, show_own

ZERO, ONE = Decimal(0), Decimal(1)
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Points:
    """Computed points (系统测算), rounded half up to 0.01; ``value`` None where the rule cannot say.

    ``low`` and ``high`` are the range that a judgement leaves; ``removed`` takes the row out of the total.
    """

    value: Decimal | None
    explain: str
    not_applicable: bool = False
    removed: bool = False
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Measure:
    """What a rule measures: the value of its expression, last year's beside it, and how people read both."""

    value: Decimal
    shown: str
    last: Decimal = ZERO
    last_shown: str = ""
    unit: str = BARE

    def limit(self, limit: Decimal) -> str:
        """A limit of the rule in the same unit of measure."""
        return show_limit(self.unit, limit)

    def beside(self, limit: Decimal) -> str:
        """The value as it is read beside a limit: never as the limit itself where it is another number."""
        return show_apart(self.unit, self.value, limit, self.shown)


NOTHING_MEASURED = Measure(ZERO, "")


def given(value: Decimal, explain: str) -> Points:
    """Points that a rule arrived at."""
    return Points(cents(value), explain)


def cents(value: Decimal) -> Decimal:
    """Points to 0.01, half up."""
    return round_half_up(value, Decimal(2))


def proportional(rule: Proportional, full: Decimal, found: Measure, _: Answer) -> Points:
    """Full marks from ``full_at``; below it in proportion, never below zero; nothing below ``none_below``."""
    limit, shown = found.limit(rule.full_at), found.beside(rule.full_at)
    if found.value >= rule.full_at:
        return given(full, f"{shown}，达到 {limit}，得满分")
    if rule.none_below is not None and found.value < rule.none_below:
        return given(ZERO, f"{found.beside(rule.none_below)}，低于 {found.limit(rule.none_below)}，不得分")
    points = max(full * found.value / rule.full_at, ZERO)
    return given(points, f"{shown}，未达 {limit}，按比例得分：{decimal_text(full)} × {shown} ÷ {limit}")


def reverse(rule: Reverse, full: Decimal, found: Measure, _: Answer) -> Points:
    """Full marks up to ``full_at``; above it in reverse proportion."""
    limit, shown = found.limit(rule.full_at), found.beside(rule.full_at)
    if found.value <= rule.full_at:
        return given(full, f"{shown}，不超过 {limit}，得满分")
    explain = f"{shown}，超过 {limit}，按反比例得分：{decimal_text(full)} × {limit} ÷ {shown}"
    return given(full * rule.full_at / found.value, explain)


def bands(rule: Bands, full: Decimal, found: Measure, _: Answer) -> Points:
    """The first band whose limit is met; the limit itself belongs to its band."""
    sign = "≤" if rule.direction == "at_most" else "≥"
    for band in rule.bands:
        if found.value <= band.limit if rule.direction == "at_most" else found.value >= band.limit:
            return given(band.points, f"{found.beside(band.limit)}，{sign}{found.limit(band.limit)}，得 {decimal_text(band.points)} 分")
    last = found.limit(rule.bands[-1].limit)
    return given(rule.otherwise, f"{found.beside(rule.bands[-1].limit)}，不在 {sign}{last} 之内，得 {decimal_text(rule.otherwise)} 分")


def deduction(rule: Deduction, full: Decimal, found: Measure, _: Answer) -> Points:
    """``step`` off for each one counted."""
    return _less(rule.step, rule.counted, full, found)


def lateness(rule: Lateness, full: Decimal, found: Measure, _: Answer) -> Points:
    """``step`` off for each day; nothing after ``none_after`` days."""
    if rule.none_after is not None and found.value > rule.none_after:
        return given(ZERO, f"迟 {decimal_text(found.value)} 天，超过 {rule.none_after} 天，不得分")
    return _less(rule.step, "天", full, found)


def _less(step: Decimal, counted: str, full: Decimal, found: Measure) -> Points:
    if found.value <= 0:
        return given(full, f"0 {counted}，不扣分")
    off = min(found.value * step, full)
    return given(full - off, f"{decimal_text(found.value)} {counted}，每{counted}扣 {decimal_text(step)} 分，扣 {decimal_text(off)} 分")


def per_point(rule: PerPoint, full: Decimal, found: Measure, _: Answer) -> Points:
    """Full marks up to (or from) ``full_if``; then ``step`` off for each percentage point, parts of a point in proportion."""
    over = rule.direction == "over"
    beyond = (found.value - rule.full_if if over else rule.full_if - found.value) * HUNDRED
    if beyond <= 0:
        return given(full, f"{found.shown}，{'不超过' if over else '不低于'} {found.limit(rule.full_if)}，得满分")
    shown, off = show_apart(BARE, beyond, ZERO, f"{round_half_up(beyond, Decimal(2))}"), decimal_text(rule.step)
    explain = f"{found.beside(rule.full_if)}，{'超出' if over else '低'} {shown} 个百分点，每个百分点扣 {off} 分"
    return given(max(full - beyond * rule.step, ZERO), explain)


def three_state(rule: ThreeState, full: Decimal, found: Measure, _: Answer) -> Points:
    """None at all, no more than last year, or more."""
    if found.value <= 0:
        return given(rule.none, f"本年 {found.shown}，得 {decimal_text(rule.none)} 分")
    more = found.value > found.last
    points = rule.more if more else rule.not_more
    compared = "多于" if more else "不多于"
    return given(points, f"本年 {found.shown}，{compared}上年 {found.last_shown}，得 {decimal_text(points)} 分")


def checklist(rule: Checklist, full: Decimal, _: Measure, answer: Answer) -> Points:
    """The points of every item that holds."""
    met = [item for item in rule.items if item.code in answer.choices]
    points = sum((item.points for item in met), ZERO)
    return given(points, f"{len(rule.items)} 项中符合 {len(met)} 项，得 {decimal_text(points)} 分")


def yes_no(rule: YesNo, full: Decimal, _: Measure, answer: Answer) -> Points:
    """Full marks for yes, none for no."""
    if YES in answer.choices:
        return given(full, "是，得满分")
    return given(ZERO, "否，不得分") if NO in answer.choices else Points(None, "尚未选择“是”或“否”")


def judgement(rule: Judgement, full: Decimal, _: Measure, answer: Answer) -> Points:
    """The range that the chosen level leaves; the points inside it are the person's to judge."""
    for level in rule.levels:
        if level.code in answer.choices:
            low, high = cents(full * level.low), cents(full * level.high)
            return Points(None, f"评判为“{level.label}”，得分应在 {decimal_text(low)} 至 {decimal_text(high)} 分之间", low=low, high=high)
    return Points(None, "尚未选择评判档次")


def target(rule: Target, full: Decimal, _: Measure, answer: Answer) -> Points:
    """Met in full; otherwise in proportion, reversed where less is better; a large deviation costs points unless explained."""
    if rule.target is None or rule.actual is None:
        return Points(None, "未填写指标值" if rule.target is None else "未填写实际完成值")
    goal, reached = show_own(rule.unit, rule.target), show_own(rule.unit, rule.actual)
    told = f"指标值 {DIRECTIONS[rule.direction]} {goal}，实际 {reached}"
    share = _share(rule.direction, rule.target, rule.actual)
    if share < 1:
        return given(full * share, f"{told}，完成 {show_apart('%', share, ONE, show_in('%', share))}，按比例得分")
    deviates = rule.deviation is not None and _far_beyond(rule.direction, rule.target, rule.actual, rule.deviation.ratio)
    if rule.deviation is None or not deviates:
        return given(full, f"{told}，已完成，得满分")
    beyond = f"{told}，达到指标值的 {show_limit('%', rule.deviation.ratio)} 以上，属于偏离"
    if answer.reason:
        return given(full, f"{beyond}，已说明原因，得满分")
    off = min(rule.deviation.points, full)
    return given(full - off, f"{beyond}，未说明原因，扣 {decimal_text(off)} 分")


def _far_beyond(direction: str, goal: Decimal, reached: Decimal, ratio: Decimal) -> bool:
    """Whether more is better and so much was reached that the target looks wrong."""
    return direction == "at_least" and goal > 0 and reached >= goal * ratio


def _share(direction: str, goal: Decimal, reached: Decimal) -> Decimal:
    """How much of a target is reached, 0 to 1; beyond it is 1."""
    met = {"at_least": reached >= goal, "at_most": reached <= goal, "equals": reached == goal}[direction]
    if met:
        return ONE
    if goal <= 0 or reached <= 0:
        return ZERO
    return reached / goal if reached < goal else goal / reached


Scorer = Callable[[Any, Decimal, Measure, Answer], Points]
SHAPES: dict[str, Scorer] = {
    "proportional": proportional,
    "reverse": reverse,
    "bands": bands,
    "deduction": deduction,
    "lateness": lateness,
    "per_point": per_point,
    "three_state": three_state,
    "checklist": checklist,
    "yes_no": yes_no,
    "judgement": judgement,
    "target": target,
}


def choice_labels(row: Indicator) -> dict[str, str]:
    """What can be chosen in a row, by code: items that hold, a level, yes or no; empty where figures alone decide."""
    if isinstance(row.rule, YesNo):
        return {YES: "是", NO: "否"}
    options = getattr(row.rule, "items", ()) or getattr(row.rule, "levels", ())
    return {option.code: option.label for option in options}


def score(scheme: Scheme, row: Indicator, values: Mapping[str, Value], answer: Answer) -> Points:
    """The computed points of one row, between 0 and ``row.points``."""
    rule = row.rule
    assert rule is not None
    with localcontext(CONTEXT):
        for alternative in row.alternatives:
            if holds(alternative.when, values):
                removed = alternative.points is None
                points = None if alternative.points is None else cents(alternative.points)
                return Points(points, alternative.reason, not_applicable=alternative.not_applicable, removed=removed)
        found = _measure(scheme, rule.expressions(), values)
        if isinstance(found, NoValue):
            return _without_value(scheme, row, found)
        return SHAPES[rule.shape](rule, row.points, found, answer)


def _measure(scheme: Scheme, sources: tuple[str, ...], values: Mapping[str, Value]) -> Measure | NoValue:
    """What the rule's expressions give, or the first that has no value."""
    numbers: list[Decimal] = []
    for source in sources:
        value = number(source, values)
        if isinstance(value, NoValue):
            return value
        numbers.append(value)
    if not sources:
        return NOTHING_MEASURED
    shown = [show_measure(scheme, source, value) for source, value in zip(sources, numbers, strict=True)]
    return Measure(numbers[0], shown[0], numbers[-1], shown[-1], unit_of(sources[0], scheme.units))


def _without_value(scheme: Scheme, row: Indicator, found: NoValue) -> Points:
    """Missing figures wait; a value that cannot exist is treated as the scheme says."""
    if found.missing:
        return Points(None, found.reason)
    if scheme.not_applicable == "full":
        return Points(cents(row.points), f"{found.reason}，按满分计", not_applicable=True)
    return Points(None, f"{found.reason}，本项不计分，其余各项折算为满分", not_applicable=True, removed=True)
