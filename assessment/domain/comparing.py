"""What a new version of a scheme changes, row by row, in the words that people read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessment.domain.canonical import decimal_text
from assessment.domain.elements import Cap, Chart, Check, Field, Finds, Indicator, Inspection, Section
from assessment.domain.explaining import rule_in_words
from assessment.domain.findings import SEVERITIES
from assessment.domain.own_rows import DIRECTIONS
from assessment.domain.scheme import Scheme, walk
from assessment.domain.wording import in_words


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same; ``before`` empty where it is new, ``after`` empty where it is gone."""

    kind: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One thing of a scheme: its name, what people read of it, and all that it holds."""

    label: str
    words: str
    whole: Any


def differences(old: Scheme, new: Scheme) -> list[Difference]:
    """Everything that differs but for the version, in the order of the file."""
    return [difference for kind, tell in TOLD.items() for difference in _between(kind, tell(old), tell(new))]


def _between(kind: str, old: Mapping[str, Told], new: Mapping[str, Told]) -> Iterator[Difference]:
    for code, after in new.items():
        before = old.get(code)
        if before is None:
            yield Difference(kind, after.label, "", after.words)
        elif before.whole != after.whole:
            yield _changed(kind, before, after)
    yield from (Difference(kind, before.label, before.words, "") for code, before in old.items() if code not in new)
    kept, moved = [code for code in old if code in new], [code for code in new if code in old]
    if kept != moved:
        yield Difference(kind, "次序", "、".join(old[code].label for code in kept), "、".join(new[code].label for code in moved))


def _changed(kind: str, before: Told, after: Told) -> Difference:
    """What people read of both; where that is the same, the entries of the file that are not."""
    named = before.label != after.label
    words = [f"{told.label}　{told.words}" if named else told.words for told in (before, after)]
    if words[0] == words[1]:
        leaves = [dict(_leaves(told.whole)) for told in (before, after)]
        other = [place for place in dict.fromkeys((*leaves[0], *leaves[1])) if leaves[0].get(place) != leaves[1].get(place)]
        words = ["；".join(f"{place} {values[place]}" for place in other if place in values) for values in leaves]
    return Difference(kind, after.label, *words)


def _leaves(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{place}.{key}" if place else key)
    elif isinstance(node, list) and node:
        for number, value in enumerate(node):
            yield from _leaves(value, f"{place}.{number}")
    else:
        yield place, str(node)


def _told(element: Any, label: str, words: str, **also: str) -> Told:
    """An element with all that it holds, without those under it, which are told of themselves."""
    return Told(label, words, element.model_dump(mode="json", exclude={"children"}) | also)


def _head(scheme: Scheme) -> dict[str, Told]:
    treatment = {"full": "得满分", "removed": "不计分，其余折算"}[scheme.not_applicable]
    named = {
        "名称": scheme.title,
        "出处": scheme.source,
        "评价对象": scheme.subject,
        "报告标题": scheme.report_title,
        "盖章": scheme.seal_line,
    }
    return {name: Told(name, text, text) for name, text in (named | {"不适用的指标": treatment}).items()}


def _fields(scheme: Scheme) -> dict[str, Told]:
    return {
        field.code: _told(field, field.label, _field(scheme, field), group=f"{group.code} {group.label}")
        for group in scheme.groups
        for field in group.fields
    }


def _field(scheme: Scheme, field: Field) -> str:
    parts = [f"单位 {field.unit}", f"{field.decimals} 位小数"]
    if field.expression is not None:
        return "；".join([f"= {in_words(field.expression, scheme.fields)}", *parts])
    limits = f"{decimal_text(field.minimum)} 至 {decimal_text(field.maximum)}"
    return "；".join([*parts, limits, "必填" if field.required else "选填", *([field.help] if field.help else [])])


def _indicators(scheme: Scheme) -> dict[str, Told]:
    found = [item for top in scheme.indicators for item in walk(top)]
    above = {child.code: item.code for item in found for child in item.children}
    return {item.code: _told(item, item.label, _indicator(scheme, item), under=above.get(item.code, "")) for item in found}


def _indicator(scheme: Scheme, item: Indicator) -> str:
    measured = "、".join(in_words(source, scheme.fields) for source in (item.rule.expressions() if item.rule else ()))
    told = [f"{decimal_text(item.points)} 分", measured, rule_in_words(scheme, item), item.basis]
    if item.own is not None:
        told.append(f"单位自设，至少 {item.own.minimum} 项" + (f"，分为{'、'.join(item.own.kinds)}" if item.own.kinds else ""))
    for alternative in item.alternatives:
        points = "不计分" if alternative.points is None else f"得 {decimal_text(alternative.points)} 分"
        told.append(f"{in_words(alternative.when, scheme.fields)} 时{points}（{alternative.reason}）")
    told.append(f"佐证：{item.evidence}" if item.evidence else "")
    return "；".join(part for part in told if part)


def _checks(scheme: Scheme) -> dict[str, Told]:
    return {check.code: _told(check, check.message, _check(scheme, check)) for check in scheme.checks}


def _check(scheme: Scheme, check: Check) -> str:
    when = f"{in_words(check.when, scheme.fields)} 时，" if check.when else ""
    left, right = in_words(check.left, scheme.fields), in_words(check.right, scheme.fields)
    slack = f"，容差 {decimal_text(check.tolerance)}" if check.tolerance else ""
    return f"{SEVERITIES[check.severity]}；{when}{left} {DIRECTIONS[check.relation]} {right}{slack}；{check.remedy}"


def _inspections(scheme: Scheme) -> dict[str, Told]:
    return {item.code: _told(item, item.message, _inspection(item)) for item in scheme.inspections}


def _inspection(item: Inspection) -> str:
    named = "、".join((*item.fields, *((item.project_field,) if item.project_field else ()), *item.sections))
    return "；".join(part for part in (_severity(item), item.function, named, item.remedy) if part)


def _severity(item: Finds) -> str:
    return SEVERITIES[item.severity]


def _caps(scheme: Scheme) -> dict[str, Told]:
    return {cap.code: _told(cap, cap.reason, _cap(scheme, cap)) for cap in scheme.caps}


def _cap(scheme: Scheme, cap: Cap) -> str:
    return f"{in_words(cap.when, scheme.fields)} 时，总分不超过 {decimal_text(cap.at_most)} 分"


def _charts(scheme: Scheme) -> dict[str, Told]:
    return {chart.code: _told(chart, chart.title, _chart(scheme, chart)) for chart in scheme.charts}


def _chart(scheme: Scheme, chart: Chart) -> str:
    rows = (f"{row.label}（{'、'.join(scheme.fields[code].label for code in row.fields)}）" for row in chart.rows)
    return f"{'、'.join(chart.series)}；{'，'.join(rows)}"


def _sections(scheme: Scheme) -> dict[str, Told]:
    return {section.code: _told(section, section.heading or "开头段", _section(section)) for section in scheme.sections}


def _section(section: Section) -> str:
    needs = ("必填" if section.required else "选填") if section.text else "只有标题"
    return "；".join(part for part in (f"第 {section.level} 级", needs, section.guidance, section.starter) if part)


def _grades(scheme: Scheme) -> dict[str, Told]:
    return {grade.label: _told(grade, grade.label, f"{decimal_text(grade.at_least)} 分起") for grade in scheme.grades}


TOLD: dict[str, Callable[[Scheme], dict[str, Any]]] = {
    "基本信息": _head,
    "基础数据": _fields,
    "指标": _indicators,
    "勾稽关系": _checks,
    "专项核查": _inspections,
    "总分封顶": _caps,
    "图": _charts,
    "报告提纲": _sections,
    "等级": _grades,
}
