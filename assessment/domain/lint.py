"""What is wrong with a scheme beyond its structure: every fault at once, each with its place in the file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from assessment.domain.dimensions import UnitMismatch, unit_of, units_of
from assessment.domain.elements import Field, Indicator
from assessment.domain.errors import DomainError
from assessment.domain.expressions import KINDS, Kind, compile_expression, divides_by_nothing
from assessment.domain.lint_units import declared_units
from assessment.domain.places import Elements, Fault, Place, items, texts
from assessment.domain.rules import level_faults
from assessment.domain.text import unprintable
from assessment.domain.tokens import field_codes, tokens_of

#: As validation context: read the structure, leave the meaning to ``meaning_faults``.
STRUCTURE_ONLY = {"meaning": False}
OWN_PREFIX = "own_"
PAGE_NAMES = frozenset({"version", "csrfmiddlewaretoken", "adopt", "rows"})
#: The codes of findings that every scheme has.
BUILT_IN = frozenset({
    "missing_figure", "missing_score", "missing_text", "missing_choice", "own_rows", "missing_rows",
    "score_range", "score_differs", "no_evidence",
    "unknown_token", "broken_token", "unprintable", "large_change", "broken_off",
})  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """An expression at its place, and what it should give."""

    place: Place
    source: str
    kind: Kind


def meaning_faults(data: Any) -> list[Fault]:
    """Every fault in meaning of a scheme or of the raw data of one; elements that cannot be read are left out."""
    view = Elements(data)
    return [fault for finder in FINDERS for fault in finder(view)]


def _duplicates(view: Elements) -> Iterator[Fault]:
    for what, found in view.codes.items():
        first: dict[str, Place] = {}
        for place, code in found:
            if code in first:
                yield Fault((*place, "code"), f"{what}代码“{code}”重复")
            first.setdefault(code, place)


def _indicator_faults(view: Elements) -> Iterator[Fault]:
    for place, item in view.indicators.items():
        children = view.points_below(place)
        if sum((bool(children), item.own is not None, item.rule is not None)) != 1:
            yield Fault(place, f"指标“{item.label}”应有下级指标（children）、单位自设（own）、评分规则（rule）三者之一")
        if children and None not in children:
            total = sum((points for points in children if points), Decimal(0))
            if total != item.points:
                yield Fault((*place, "points"), f"指标“{item.label}”为 {item.points} 分，下级合计 {total} 分")
        if item.code.startswith(OWN_PREFIX):
            yield Fault((*place, "code"), f"指标代码不能以“{OWN_PREFIX}”开头，留给单位自设的指标")
        yield from (Fault((*place, *where), f"指标“{item.label}”：{message}") for where, message in _row_faults(item))
    tops = [view.indicators.get(("indicators", number)) for number in range(len(items(view.data, "indicators")))]
    if tops and None not in tops and (total := sum((top.points for top in tops if top), Decimal(0))) != 100:
        yield Fault(("indicators",), f"各一级指标合计 {total} 分，应为 100 分")


def _row_faults(item: Indicator) -> Iterator[tuple[Place, str]]:
    if item.rule is not None:
        yield from ((("rule",), fault) for fault in item.rule.faults(item.points))
    if item.own is not None and len(set(item.own.kinds)) != len(item.own.kinds):
        yield ("own", "kinds"), "类别重复"
    if item.own is not None and item.own.levels:
        yield from ((("own", "levels"), fault) for fault in level_faults(item.own.levels))
    if item.alternatives and item.rule is None:
        yield ("alternatives",), "替代（alternatives）只用于有评分规则（rule）的指标"
    for number, alternative in enumerate(item.alternatives):
        if alternative.points is None and not alternative.not_applicable:
            yield ("alternatives", number), "没有 points 的替代应写明 not_applicable: true（该行不计分，其余折算）"
        elif alternative.points is not None and alternative.points > item.points:
            yield ("alternatives", number, "points"), f"替代得分 {alternative.points} 超过 {item.points} 分"


def _expressions(view: Elements) -> Iterator[Stated]:
    for place, field in view.fields.items():
        if field.expression is not None:
            yield Stated((*place, "expression"), field.expression, "number")
    for place, item in view.indicators.items():
        names = ("value", "last") if item.rule else ()
        for name, source in zip(names, item.rule.expressions() if item.rule else (), strict=False):
            yield Stated((*place, "rule", name), source, "number")
        for number, alternative in enumerate(item.alternatives):
            yield Stated((*place, "alternatives", number, "when"), alternative.when, "condition")
    for place, check in view.checks.items():
        if check.when is not None:
            yield Stated((*place, "when"), check.when, "condition")
        yield Stated((*place, "left"), check.left, "number")
        yield Stated((*place, "right"), check.right, "number")
    yield from (Stated((*place, "when"), cap.when, "condition") for place, cap in view.caps.items())


def _expression_faults(view: Elements) -> Iterator[Fault]:
    known = view.known
    units = units_of({code: field for code, field in known.items() if field})
    for stated in _expressions(view):
        yield from (Fault(stated.place, message) for message in _source_faults(stated, known, units))
    for place, check in view.checks.items():
        yield from (Fault(place, message) for message in _unit_faults(f"({check.left}) - ({check.right})", units))


def _source_faults(stated: Stated, known: Mapping[str, Field | None], units: frozenset[tuple[str, str]]) -> Iterator[str]:
    try:
        compiled = compile_expression(stated.source)
    except DomainError as error:
        yield str(error)
        return
    if compiled.kind != stated.kind:
        yield f"“{stated.source}”应为{KINDS[stated.kind]}"
    unknown = [name for name in compiled.names if name not in known]
    yield from (f"引用了不存在的字段“{name}”" for name in unknown)
    if divides_by_nothing(stated.source):
        yield f"“{stated.source}”的除数恒为 0，永远没有值"
    if not unknown:
        yield from _unit_faults(stated.source, units)


def _unit_faults(source: str, units: frozenset[tuple[str, str]]) -> Iterator[str]:
    try:
        unit_of(source, units)
    except UnitMismatch as error:
        yield str(error)
    except DomainError:
        return  # what cannot be read has no unit; that is told where it stands


def _cycles(view: Elements) -> Iterator[Fault]:
    """Fields that need each other: what remains when everything that can be computed is taken away."""
    needs = {place: set(_names(field.expression or "")) for place, field in view.fields.items()}
    codes = {place: field.code for place, field in view.fields.items()}
    waiting = {place for place, names in needs.items() if names}
    left = {codes[place] for place in waiting}
    while free := {place for place in waiting if not needs[place] & left}:
        waiting -= free
        left = {codes[place] for place in waiting}
    waiting = {place for place in waiting if codes[place] in _needed(needs, codes, place)}
    if waiting:
        ring = "、".join(codes[place] for place in needs if place in waiting)
        yield from (Fault((*place, "expression"), f"字段互相引用，无法计算：{ring}") for place in needs if place in waiting)


def _needed(needs: Mapping[Place, set[str]], codes: Mapping[Place, str], place: Place) -> set[str]:
    """Every field that one needs, directly or through others: itself among them where it stands in a ring."""
    places = {code: other for other, code in codes.items()}
    found, following = set[str](), set(needs[place])
    while following:
        found |= following
        following = {name for code in following if code in places for name in needs[places[code]]} - found
    return found


def _optional_faults(view: Elements) -> Iterator[Fault]:
    """A rule over a figure that may be left out would never say anything, and any claim would pass."""
    fields = {field.code: field for field in view.fields.values()}
    for place, item in view.indicators.items():
        sources = (*(item.rule.expressions() if item.rule else ()), *(alternative.when for alternative in item.alternatives))
        seen: set[str] = set()
        for code in (code for source in sources for code in _typed(fields, source, seen)):
            if not fields[code].required:
                yield Fault((*place, "rule"), f"评分用到“{fields[code].label}”，这个字段应为必填")
    for place, cap in view.caps.items():
        optional = [fields[code].label for code in _typed(fields, cap.when, set()) if not fields[code].required]
        yield from (Fault((*place, "when"), f"封顶用到“{label}”，这个字段应为必填") for label in optional)


def _typed(fields: Mapping[str, Field], source: str, seen: set[str]) -> Iterator[str]:
    """The typed fields that an expression rests on, each once; rings are told elsewhere."""
    for name in _names(source):
        if name in fields and name not in seen:
            seen.add(name)
            expression = fields[name].expression
            yield from [name] if expression is None else _typed(fields, expression, seen)


def _names(source: str) -> tuple[str, ...]:
    try:
        return compile_expression(source).names
    except DomainError:
        return ()


def _grade_faults(view: Elements) -> Iterator[Fault]:
    if len(view.grades) != len(items(view.data, "grades")) or not view.grades:
        return
    if view.grades[0].at_least > 100:
        yield Fault(("grades", 0), f"最高一级“{view.grades[0].label}”不能高于 100 分")
    for number, (grade, following) in enumerate(pairwise(view.grades), start=1):
        if following.at_least >= grade.at_least:
            yield Fault(("grades", number), f"等级“{following.label}”与“{grade.label}”重叠，应从高到低排列且界限不重复")
    if view.grades[-1].at_least != 0:
        yield Fault(("grades", len(view.grades) - 1), f"最低一级“{view.grades[-1].label}”应从 0 分起，否则更低的分没有等级")
    labels = [grade.label for grade in view.grades]
    yield from (Fault(("grades",), f"等级“{label}”重复") for label in dict.fromkeys(labels) if labels.count(label) > 1)


def _cap_faults(view: Elements) -> Iterator[Fault]:
    yield from (Fault((*place, "at_most"), "封顶分应低于 100 分") for place, cap in view.caps.items() if cap.at_most >= 100)


def _chart_faults(view: Elements) -> Iterator[Fault]:
    """A chart's lines have a field for each series, all in one unit of measure: a bar can stand for nothing else."""
    for place, chart in view.charts.items():
        units: dict[str, None] = {}
        for number, row in enumerate(chart.rows):
            here = (*place, "rows", number)
            if len(row.fields) != len(chart.series):
                yield Fault(here, f"应为每个系列写一个字段，共 {len(chart.series)} 个")
            yield from (Fault((*here, "fields"), f"引用了不存在的字段“{code}”") for code in row.fields if code not in view.known)
            units |= dict.fromkeys(field.unit for code in row.fields if (field := view.known.get(code)))
        if len(units) > 1:
            yield Fault(place, f"同一张图的字段应为同一计量单位，这里有{'、'.join(units)}")


#: What a form, a table on paper and the engine still carry with ease; the largest known table has some hundred rows.
MOST_FIELDS, MOST_ROWS = 500, 300


def _size_faults(view: Elements) -> Iterator[Fault]:
    """A table of thousands of rows would stop every form and every print."""
    rows = sum(1 for item in view.indicators.values() if item.rule is not None)
    if len(view.fields) > MOST_FIELDS:
        yield Fault(("groups",), f"数据项最多 {MOST_FIELDS} 项，这里有 {len(view.fields)} 项")
    if rows > MOST_ROWS:
        yield Fault(("indicators",), f"评分的指标最多 {MOST_ROWS} 项，这里有 {rows} 项")


def _field_faults(view: Elements) -> Iterator[Fault]:
    fields = {field.code: field for field in view.fields.values()}
    for place, field in view.fields.items():
        if field.minimum > field.maximum:
            yield Fault((*place, "minimum"), f"下限 {field.minimum} 大于上限 {field.maximum}")
        if field.continues is not None and (fault := _continuing_fault(field, fields.get(field.continues))):
            yield Fault((*place, "continues"), fault)


def _continuing_fault(field: Field, before: Field | None) -> str:
    if before is None:
        return f"没有字段“{field.continues}”"
    if field.expression or before.expression:
        return "计算项不沿用，也不被沿用"
    return "" if before.unit == field.unit else f"计量单位不同：{before.unit}"


def _unprintable(view: Elements) -> Iterator[Fault]:
    """Characters that would stop every print of every filing, found before anybody fills one."""
    for place, text in texts(view.data):
        if found := unprintable(text):
            yield Fault(place, f"有无法打印的字符：{'、'.join(found[:5])}")


def _taken_names(view: Elements) -> Iterator[Fault]:
    """Names that the pages' own inputs have."""
    for what in ("字段", "提纲"):
        yield from (Fault((*place, "code"), f"“{code}”是页面自用的名称") for place, code in view.codes[what] if code in PAGE_NAMES)


def _reserved_codes(view: Elements) -> Iterator[Fault]:
    """The engine's own findings have codes too; a check of the same code could not be told from them."""
    yield from (Fault((*place, "code"), f"“{code}”是系统自用的代码") for place, code in view.codes["勾稽关系"] if code in BUILT_IN)


#: What each function of an inspection needs beside its code and words.
NEEDS: dict[str, tuple[str, ...]] = {
    "undefined_rates": ("fields",),
    "projects_total": ("fields", "project_field"),
    "full_marks_with_problems": ("sections",),
    "measures_without_problem": ("sections",),
    "dates_after_year": ("sections",),
}


def _inspection_faults(view: Elements) -> Iterator[Fault]:
    fields, sections = view.known, {section for _, section in view.codes["提纲"]}
    for place, item in view.inspections.items():
        yield from (Fault(place, f"“{item.function}”缺少 {name}") for name in NEEDS.get(item.function, ()) if not getattr(item, name))
        yield from (Fault((*place, "fields"), f"引用了不存在的字段“{code}”") for code in item.fields if code not in fields)
        yield from (Fault((*place, "sections"), f"引用了不存在的提纲“{code}”") for code in item.sections if code not in sections)
        bare = {section.code for section in view.sections.values() if not section.text}
        yield from (Fault((*place, "sections"), f"提纲“{code}”只是标题，没有文字") for code in item.sections if code in bare)
        if item.function == "projects_total" and len(item.fields) > 1:
            yield Fault((*place, "fields"), "只写整体的一个字段")
        if item.function == "measures_without_problem" and len(item.sections) != 2:
            yield Fault((*place, "sections"), "应依次写存在问题、改进措施两节")


def _token_faults(view: Elements) -> Iterator[Fault]:
    known = field_codes(view.fields.values())
    named = known.keys() | view.known.keys()
    for place, section in view.sections.items():
        unknown: Sequence[str] = [name for name in tokens_of(section.starter) if name not in named]
        yield from (Fault((*place, "starter"), f"“{{{{{name}}}}}”不是本表的数据项") for name in unknown)


FINDERS: tuple[Callable[[Elements], Iterator[Fault]], ...] = (
    _duplicates,
    _indicator_faults,
    _expression_faults,
    declared_units,
    _cycles,
    _optional_faults,
    _grade_faults,
    _cap_faults,
    _chart_faults,
    _size_faults,
    _field_faults,
    _reserved_codes,
    _taken_names,
    _unprintable,
    _inspection_faults,
    _token_faults,
)
