"""What a new version of a scheme changes, row by row, in the words that people read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessment.domain.canonical import decimal_text
from assessment.domain.elements import Cap, Check, Field, Finds, Indicator, Inspection, Section
from assessment.domain.explaining import rule_in_words
from assessment.domain.scheme import Scheme, walk
from assessment.domain.wording import in_words

SEVERITIES = {"error": "错误", "warning": "需说明", "note": "提示"}
RELATIONS = {"equals": "=", "at_most": "≤", "at_least": "≥"}


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same; ``before`` empty where it is new, ``after`` empty where it is gone."""

    kind: str
    label: str
    before: str
    after: str


def differences(old: Scheme, new: Scheme) -> list[Difference]:
    """Everything that differs, in the order of the file."""
    return [difference for kind, tell in TOLD.items() for difference in _between(kind, tell(old), tell(new))]


def _between(kind: str, old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]) -> Iterator[Difference]:
    for code in dict.fromkeys((*new, *old)):
        before, after = old.get(code), new.get(code)
        if before != after:
            renamed = before is not None and after is not None and before[0] != after[0]
            label = (after or before or ("",))[0]
            yield Difference(kind, label, _line(before, named=renamed), _line(after, named=renamed))


def _line(told: tuple[str, str] | None, *, named: bool) -> str:
    """What is told of one thing, with its name where that changed too."""
    return "" if told is None else "　".join(told if named else told[1:])


def _head(scheme: Scheme) -> dict[str, tuple[str, str]]:
    treatment = {"full": "得满分", "removed": "不计分，其余折算"}[scheme.not_applicable]
    named = {
        "名称": scheme.title,
        "出处": scheme.source,
        "评价对象": scheme.subject,
        "报告标题": scheme.report_title,
        "盖章": scheme.seal_line,
    }
    return {name: (name, text) for name, text in (named | {"不适用的指标": treatment}).items()}


def _fields(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {code: (field.label, _field(scheme, field)) for code, field in scheme.fields.items()}


def _field(scheme: Scheme, field: Field) -> str:
    parts = [f"单位 {field.unit}", f"{field.decimals} 位小数"]
    if field.expression is not None:
        return "；".join([f"= {in_words(field.expression, scheme.fields)}", *parts])
    limits = f"{decimal_text(field.minimum)} 至 {decimal_text(field.maximum)}"
    return "；".join([*parts, limits, "必填" if field.required else "选填", *([field.help] if field.help else [])])


def _indicators(scheme: Scheme) -> dict[str, tuple[str, str]]:
    found = (item for top in scheme.indicators for item in walk(top))
    return {item.code: (item.label, _indicator(scheme, item)) for item in found}


def _indicator(scheme: Scheme, item: Indicator) -> str:
    told = [f"{decimal_text(item.points)} 分", rule_in_words(scheme, item), item.basis]
    if item.own is not None:
        told.append(f"单位自设，至少 {item.own.minimum} 项" + (f"，分为{'、'.join(item.own.kinds)}" if item.own.kinds else ""))
    for alternative in item.alternatives:
        points = "不计分" if alternative.points is None else f"得 {decimal_text(alternative.points)} 分"
        told.append(f"{in_words(alternative.when, scheme.fields)} 时{points}（{alternative.reason}）")
    told.append(f"佐证：{item.evidence}" if item.evidence else "")
    return "；".join(part for part in told if part)


def _checks(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {check.code: (check.message, _check(scheme, check)) for check in scheme.checks}


def _check(scheme: Scheme, check: Check) -> str:
    when = f"{in_words(check.when, scheme.fields)} 时，" if check.when else ""
    left, right = in_words(check.left, scheme.fields), in_words(check.right, scheme.fields)
    slack = f"，容差 {decimal_text(check.tolerance)}" if check.tolerance else ""
    return f"{SEVERITIES[check.severity]}；{when}{left} {RELATIONS[check.relation]} {right}{slack}；{check.remedy}"


def _inspections(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {item.code: (item.message, _inspection(item)) for item in scheme.inspections}


def _inspection(item: Inspection) -> str:
    named = "、".join((*item.fields, *((item.project_field,) if item.project_field else ()), *item.sections))
    return "；".join(part for part in (_severity(item), item.function, named, item.remedy) if part)


def _severity(item: Finds) -> str:
    return SEVERITIES[item.severity]


def _caps(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {cap.code: (cap.reason, _cap(scheme, cap)) for cap in scheme.caps}


def _cap(scheme: Scheme, cap: Cap) -> str:
    return f"{in_words(cap.when, scheme.fields)} 时，总分不超过 {decimal_text(cap.at_most)} 分"


def _sections(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {section.code: (section.heading or "开头段", _section(section)) for section in scheme.sections}


def _section(section: Section) -> str:
    needs = ("必填" if section.required else "选填") if section.text else "只有标题"
    return "；".join(part for part in (f"第 {section.level} 级", needs, section.guidance, section.starter) if part)


def _grades(scheme: Scheme) -> dict[str, tuple[str, str]]:
    return {grade.label: (grade.label, f"{decimal_text(grade.at_least)} 分起") for grade in scheme.grades}


TOLD: dict[str, Callable[[Scheme], dict[str, Any]]] = {
    "基本信息": _head,
    "基础数据": _fields,
    "指标": _indicators,
    "勾稽关系": _checks,
    "专项核查": _inspections,
    "总分封顶": _caps,
    "报告提纲": _sections,
    "等级": _grades,
}
