"""Explained scores (测算说明): inputs, rule, steps, result, and what would give full marks, in Chinese."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessment.domain.canonical import decimal_text
from assessment.domain.dimensions import BARE, unit_of
from assessment.domain.expressions import Value, compile_expression, holds
from assessment.domain.figures import show_with_unit
from assessment.domain.inputs import Answer
from assessment.domain.own_rows import DIRECTIONS
from assessment.domain.rules import Bands, Checklist, Judgement, Lateness, PerPoint, Proportional, Target, ThreeState
from assessment.domain.scheme import Indicator, Scheme
from assessment.domain.scoring import Points
from assessment.domain.wording import figures_used, in_figures, in_words, show_limit, show_own, unfolded


@dataclass(frozen=True)
class Input:
    """One typed figure that a score rests on, with its unit of measure."""

    code: str
    label: str
    text: str


@dataclass(frozen=True)
class Explanation:
    """How one computed score came about; ``best`` is empty when it is full already."""

    inputs: tuple[Input, ...]
    rule: str
    steps: tuple[str, ...]
    result: str
    best: str


def explain(scheme: Scheme, row: Indicator, values: Mapping[str, Value], answer: Answer, points: Points) -> Explanation:
    """The explanation of ``points``, which ``score`` gave for the same arguments."""
    decided = next((item for item in row.alternatives if holds(item.when, values)), None)
    sources = (*(row.rule.expressions() if row.rule else ()), *([decided.when] if decided else []))
    codes = dict.fromkeys(code for source in sources for code in figures_used(scheme, source))
    inputs = [Input(code, scheme.fields[code].label, show_with_unit(scheme.fields[code], values[code])) for code in codes]
    reached = points.value == row.points or points.removed
    return Explanation(
        inputs=(*inputs, *_own_inputs(row)),
        rule=rule_in_words(scheme, row),
        steps=(*_ways(scheme, sources, values), points.explain),
        result=_result(points),
        best="" if reached else _best(scheme, row, answer),
    )


def _own_inputs(row: Indicator) -> Iterator[Input]:
    """What the unit set and reached in a row of its own."""
    if isinstance(row.rule, Target):
        for label, value in (("指标值", row.rule.target), ("实际完成值", row.rule.actual)):
            yield Input(row.code, label, "" if value is None else show_own(row.rule.unit, value))


def _ways(scheme: Scheme, sources: tuple[str, ...], values: Mapping[str, Value]) -> list[str]:
    """How each measured value comes about, from the typed figures on; a condition with its figures."""
    lines: list[str] = []
    for source in sources:
        lines += [line for line in unfolded(scheme, source, values) if line not in lines]
        if source not in scheme.fields:
            joint = "：" if compile_expression(source).kind == "condition" else " = "
            lines.append(f"{in_words(source, scheme.fields)}{joint}{in_figures(source, scheme.fields, values)}")
    return lines


def _result(points: Points) -> str:
    if points.value is not None:
        return f"测算得 {decimal_text(points.value)} 分"
    if points.removed:
        return "不计分"
    if points.low is not None and points.high is not None:
        return f"{decimal_text(points.low)} 至 {decimal_text(points.high)} 分，在此范围内评定"
    return "还不能测算"


def rule_in_words(scheme: Scheme, row: Indicator) -> str:
    """The rule as the score table prints it, in Chinese."""
    if row.rule is None:
        return ""
    sources = row.rule.expressions()
    unit = unit_of(sources[0], scheme.units) if sources else BARE
    return WORDS[row.rule.shape](row.rule, row.points, unit)


def _best(scheme: Scheme, row: Indicator, answer: Answer) -> str:
    assert row.rule is not None
    sources = row.rule.expressions()
    unit = unit_of(sources[0], scheme.units) if sources else BARE
    what = in_words(sources[0], scheme.fields) if sources else ""
    return BEST[row.rule.shape](row.rule, what, unit, answer)


def _proportional(rule: Proportional, full: Decimal, unit: str) -> str:
    less = "" if rule.none_below is None else f"，低于 {show_limit(unit, rule.none_below)} 不得分"
    return f"达到 {show_limit(unit, rule.full_at)} 得满分，不足的按比例得分{less}"


def _bands(rule: Bands, full: Decimal, unit: str) -> str:
    sign = "≤" if rule.direction == "at_most" else "≥"
    lines = [f"{sign}{show_limit(unit, band.limit)} 得 {decimal_text(band.points)} 分" for band in rule.bands]
    return "；".join([*lines, f"其余得 {decimal_text(rule.otherwise)} 分"])


def _per_point(rule: PerPoint, full: Decimal, unit: str) -> str:
    kept, beyond = ("不超过", "超") if rule.direction == "over" else ("不低于", "低")
    step = decimal_text(rule.step)
    return f"{kept} {show_limit(unit, rule.full_if)} 得满分，每{beyond} 1 个百分点扣 {step} 分，扣完为止"


def _lateness(rule: Lateness, full: Decimal, unit: str) -> str:
    none = f"；超过 {rule.none_after} 天不得分" if rule.none_after else ""
    return f"按时得满分，每迟 1 天扣 {decimal_text(rule.step)} 分，扣完为止{none}"


def _three_state(rule: ThreeState, full: Decimal, unit: str) -> str:
    none, not_more, more = (decimal_text(points) for points in (rule.none, rule.not_more, rule.more))
    return f"没有发生得 {none} 分；不多于上年得 {not_more} 分；多于上年得 {more} 分"


def _judgement(rule: Judgement, full: Decimal, unit: str) -> str:
    return "；".join(f"{level.label}得 {show_limit('%', level.high)}—{show_limit('%', level.low)} 的分值" for level in rule.levels)


PARTLY = {"at_least": "实际值 ÷ 指标值", "at_most": "指标值 ÷ 实际值", "equals": "两者中较小值 ÷ 较大值"}


def _target(rule: Target, full: Decimal, unit: str) -> str:
    goal = "未填" if rule.target is None else show_own(rule.unit, rule.target)
    words = f"指标值 {DIRECTIONS[rule.direction]} {goal}；完成得满分，未完成按{PARTLY[rule.direction]}的比例得分"
    if rule.deviation is None or rule.direction != "at_least":
        return words
    ratio, off = show_limit("%", rule.deviation.ratio), decimal_text(rule.deviation.points)
    return f"{words}；达到指标值的 {ratio} 以上而不说明原因的扣 {off} 分"


def _missing_items(rule: Checklist, what: str, unit: str, answer: Answer) -> str:
    missing = [item for item in rule.items if item.code not in answer.choices]
    return "还须符合：" + "；".join(f"{item.label}（{decimal_text(item.points)} 分）" for item in missing)


def _best_band(rule: Bands, what: str, unit: str, answer: Answer) -> str:
    best = max(rule.bands, key=lambda band: band.points)
    if best.points < rule.otherwise:
        return f"{what}在各档界限之外得分最高"
    return f"{what} {'≤' if rule.direction == 'at_most' else '≥'} {show_limit(unit, best.limit)} 得最高的 {decimal_text(best.points)} 分"


def _best_target(rule: Target, what: str, unit: str, answer: Answer) -> str:
    if rule.target is None:
        return "填写指标值后才能测算"
    said = "；明显超过指标值的，说明原因" if rule.deviation is not None and rule.direction == "at_least" else ""
    return f"实际完成值 {DIRECTIONS[rule.direction]} {show_own(rule.unit, rule.target)} 得满分{said}"


WORDS: dict[str, Callable[[Any, Decimal, str], str]] = {
    "proportional": _proportional,
    "reverse": lambda rule, full, unit: f"不超过 {show_limit(unit, rule.full_at)} 得满分，超过的按反比例得分",
    "bands": _bands,
    "deduction": lambda rule, full, unit: f"每{rule.counted}扣 {decimal_text(rule.step)} 分，扣完为止",
    "lateness": _lateness,
    "per_point": _per_point,
    "three_state": _three_state,
    "checklist": lambda rule, full, unit: "；".join(f"{item.label}（{decimal_text(item.points)} 分）" for item in rule.items),
    "yes_no": lambda rule, full, unit: f"{rule.statement}：是得满分，否不得分",
    "judgement": _judgement,
    "target": _target,
}
BEST: dict[str, Callable[[Any, str, str, Answer], str]] = {
    "proportional": lambda rule, what, unit, answer: f"{what}达到 {show_limit(unit, rule.full_at)} 得满分",
    "reverse": lambda rule, what, unit, answer: f"{what}不超过 {show_limit(unit, rule.full_at)} 得满分",
    "bands": _best_band,
    "deduction": lambda rule, what, unit, answer: f"{what}为 0 得满分",
    "lateness": lambda rule, what, unit, answer: "按时得满分",
    "per_point": lambda rule, what, unit, answer: (
        f"{what}{'不超过' if rule.direction == 'over' else '不低于'} {show_limit(unit, rule.full_if)} 得满分"
    ),
    "three_state": lambda rule, what, unit, answer: f"{what}为 0 得满分",
    "checklist": _missing_items,
    "yes_no": lambda rule, what, unit, answer: f"{rule.statement}：选“是”得满分",
    "judgement": lambda rule, what, unit, answer: f"评判为“{rule.levels[0].label}”的可得满分",
    "target": _best_target,
}
