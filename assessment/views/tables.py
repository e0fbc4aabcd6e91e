"""Rows for the templates of the parts: the form's fields with what the scheme and the engine say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import Form
from django.forms.boundfield import BoundField
from django.urls import reverse

from assessment.domain.checks import NO_ANSWER, Evaluation
from assessment.domain.elements import FieldGroup
from assessment.domain.explaining import Explanation, explain
from assessment.domain.expressions import NoValue, Value
from assessment.domain.figures import beside_unit, compute_values, show_value, show_with_unit
from assessment.domain.findings import Finding, Side
from assessment.domain.inputs import Answer
from assessment.domain.narrative import Heading, outline
from assessment.domain.own_rows import OwnRow
from assessment.domain.scheme import Field, Indicator, Scheme
from assessment.domain.scoring import Points, score
from assessment.forms.own_rows import COLUMNS, OwnRowsForm, Slot
from assessment.models import Assessment

PAGES = {
    "figure": "assessment:figures",
    "own": "assessment:own_rows",
    "score": "assessment:scores",
    "section": "assessment:narrative",
    "explanation": "assessment:findings",
}


@dataclass(frozen=True)
class FigureTold:
    """What is said of a field: its value, why a derived one has none, last year's value, the change since, and the findings.

    ``unconfirmed``: it was taken over from last year.
    """

    shown: str
    reason: str
    last: str
    change: str
    findings: list[Finding]
    unconfirmed: bool


@dataclass(frozen=True)
class FigureRow:
    """One field with what is said of it, and its input if it is typed."""

    field: Field
    input: BoundField | None
    told: FigureTold
    conflict: str | None


@dataclass(frozen=True)
class ScoreRow:
    """One scored row; ``heads`` are the groups that begin with it, each with its level."""

    heads: list[tuple[int, Indicator]]
    row: Indicator
    points: Points
    told: Explanation
    choices: BoundField | None
    self_points: BoundField
    reason: BoundField
    findings: list[Finding]
    conflict: list[str]


@dataclass(frozen=True)
class SectionBlock:
    """One heading of the outline and, where it has text, its input; ``starter`` while that shows the scheme's own text."""

    heading: Heading
    input: BoundField | None
    findings: list[Finding]
    conflict: str | None
    starter: bool


@dataclass(frozen=True)
class FindingRow:
    """One finding with the address of the place it speaks of, and of its sides."""

    finding: Finding
    url: str
    sides: list[tuple[Side, str]]
    input: BoundField | None
    conflict: str | None


def _at(judged: Evaluation, place: str) -> list[Finding]:
    return [finding for finding in judged.findings if finding.place == place]


def findings_at(judged: Evaluation, place: str) -> list[Finding]:
    """What the checks say of one place, but for its being empty: that is told as a whole (``gaps_of``)."""
    return [finding for finding in _at(judged, place) if finding.code not in GAPS]


@dataclass(frozen=True)
class FigureGroupShown:
    """A group of the data table; ``waiting`` has the codes of its figures that wait to be confirmed."""

    code: str
    label: str
    rows: list[FigureRow]
    waiting: list[str]


def figure_groups(judged: Evaluation, form: Form, conflicts: Mapping[str, str], last_year: Mapping[str, Decimal]) -> list[FigureGroupShown]:
    """The data table by group."""
    told = figures_told(judged, last_year)
    return [
        FigureGroupShown(
            group.code, group.label, [_figure_row(field, form, told, conflicts) for field in group.fields], waiting_in(group, told)
        )
        for group in judged.scheme.groups
    ]


def waiting_in(group: FieldGroup, told: Mapping[str, FigureTold]) -> list[str]:
    """The codes of a group's figures that were taken over and wait to be confirmed."""
    return [field.code for field in group.fields if told[field.code].unconfirmed]


def figures_told(judged: Evaluation, last_year: Mapping[str, Decimal]) -> dict[str, FigureTold]:
    """What is said of every field, by its code."""
    last = compute_values(judged.scheme, last_year) if last_year else {}
    return {code: _figure_told(field, judged, last.get(code)) for code, field in judged.scheme.fields.items()}


def _figure_told(field: Field, judged: Evaluation, last: Value | None) -> FigureTold:
    value = judged.values[field.code]
    reason = value.reason if field.expression and isinstance(value, NoValue) else ""
    shown = beside_unit(field, show_value(field, value))
    place = f"figure:{field.code}"
    unconfirmed = any(finding.code == "unconfirmed" for finding in _at(judged, place))
    return FigureTold(shown, reason, *_since_last_year(field, value, last), findings_at(judged, place), unconfirmed)


def _figure_row(field: Field, form: Form, told: Mapping[str, FigureTold], conflicts: Mapping[str, str]) -> FigureRow:
    bound = None if field.expression else form[field.code]
    return FigureRow(field, bound, told[field.code], conflicts.get(field.code))


def _since_last_year(field: Field, now: Value, last: Value | None) -> tuple[str, str]:
    """Last year's value as it is shown, and the change: of rates in percentage points, of all else in percent."""
    if last is None or isinstance(last, NoValue):
        return "", ""
    shown = beside_unit(field, show_value(field, last))
    if isinstance(now, NoValue):
        return shown, ""
    if now == last:
        return shown, "持平"
    if field.kind == "percent":
        return shown, f"{(now - last) * 100:+,.2f} 个百分点"
    return shown, f"{(now - last) / abs(last) * 100:+,.2f}%" if last else ""


def score_rows(judged: Evaluation, answers: Mapping[str, Answer], form: Form, conflicts: Mapping[str, str]) -> list[ScoreRow]:
    """The score table, row by row, with the explanation of what was computed for the stored answers."""
    rows, above = [], ()  # type: list[ScoreRow], tuple[str, ...]
    for path in judged.scheme.rows:
        row, code = path[-1], path[-1].code
        codes = tuple(step.code for step in path[:-1])
        heads = [(place + 1, step) for place, step in enumerate(path[:-1]) if above[place : place + 1] != (step.code,)]
        above = codes
        choices = form[f"{code}-choices"] if f"{code}-choices" in form.fields else None
        found = findings_at(judged, f"score:{code}")
        names = (f"{code}-choices", f"{code}-points", f"{code}-reason")
        conflict = [f"{form.fields[name].label}：{conflicts[name]}" for name in names if name in conflicts]
        rows.append(
            ScoreRow(
                heads,
                row,
                judged.points[code],
                explain(judged.scheme, row, judged.values, answers.get(code, NO_ANSWER), judged.points[code]),
                choices,
                form[f"{code}-points"],
                form[f"{code}-reason"],
                found,
                conflict,
            )
        )
    return rows


def computed_points(judged: Evaluation, code: str, answer: Answer) -> Decimal | None:
    """The computed points of one row under another answer; None where the rule leaves it to the person."""
    return score(judged.scheme, judged.scheme.scored[code], judged.values, answer).value


@dataclass(frozen=True)
class OwnSlot:
    """A place for one of the unit's rows: its inputs by column, and what the checks say of it."""

    code: str
    key: str
    inputs: dict[str, BoundField]
    findings: list[Finding]
    conflict: list[str]


@dataclass(frozen=True)
class OwnGroup:
    """A group whose rows the unit sets: what was given away of its points so far."""

    group: Indicator
    slots: list[OwnSlot]
    given: Decimal
    findings: list[Finding]


def own_groups(judged: Evaluation, rows: Sequence[OwnRow], form: OwnRowsForm, conflicts: Mapping[str, str]) -> list[OwnGroup]:
    """Every group with its rows and its blank places; ``rows`` without a kind count as well."""
    return [
        OwnGroup(
            group,
            [_own_slot(judged, form, slot, conflicts) for slot in form.slots if slot.group.code == group.code],
            sum((row.points for row in rows if row.group == group.code), Decimal(0)),
            _at(judged, f"own:{group.code}"),
        )
        for group in judged.scheme.own_groups.values()
    ]


def _own_slot(judged: Evaluation, form: OwnRowsForm, slot: Slot, conflicts: Mapping[str, str]) -> OwnSlot:
    names = {what: slot.name(what) for what in COLUMNS if slot.name(what) in form.fields}
    conflict = [f"{COLUMNS[what]}：{conflicts[name]}" for what, name in names.items() if name in conflicts]
    inputs = {what: form[name] for what, name in names.items()}
    return OwnSlot(slot.code, slot.key, inputs, _at(judged, f"own:{slot.code}") if slot.code else [], conflict)


def section_blocks(
    scheme: Scheme, judged: Evaluation, form: Form, conflicts: Mapping[str, str], stored: Mapping[str, str]
) -> list[SectionBlock]:
    """The outline with its inputs."""
    blocks = []
    for heading in outline(scheme.sections):
        code = heading.section.code
        found = findings_at(judged, f"section:{code}")
        starter = bool(code in form.fields and form.initial.get(code) and code not in stored and not form.is_bound)
        blocks.append(SectionBlock(heading, form[code] if code in form.fields else None, found, conflicts.get(code), starter))
    return blocks


def token_list(scheme: Scheme, judged: Evaluation) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every field with its token and what it prints now, by group."""
    return [
        (
            group.label,
            [
                {"code": field.code, "label": field.label, "shown": show_with_unit(field, judged.values[field.code])}
                for field in group.fields
            ],
        )
        for group in scheme.groups
    ]


@dataclass(frozen=True)
class Gap:
    """How much of one part is not filled yet, and where to fill it."""

    text: str
    url: str


GAPS = {
    "missing_figure": ("基础数据表", "项数据未填", "assessment:figures"),
    "unconfirmed": ("基础数据表", "项沿用上年的数待确认", "assessment:figures"),
    "missing_rows": ("自设指标", "组没有指标", "assessment:own_rows"),
    "missing_score": ("指标评分表", "项得分未填", "assessment:scores"),
    "missing_text": ("自评报告", "节文字未填", "assessment:narrative"),
}


def gaps_of(assessment: Assessment, judged: Evaluation) -> list[Gap]:
    """What is still empty, a line for each part: on the first day there are a hundred such findings."""
    codes = [finding.code for finding in judged.findings]
    return [
        Gap(f"{part}还有 {codes.count(code)} {what}", reverse(page, args=[assessment.pk]))
        for code, (part, what, page) in GAPS.items()
        if code in codes
    ]


def address(assessment: Assessment, place: str) -> str:
    """Where a place of a finding is filled; empty where it stands nowhere in particular."""
    kind, _, code = place.partition(":")
    return f"{reverse(PAGES.get(kind, 'assessment:figures'), args=[assessment.pk])}#{code}" if place else ""


def finding_rows(assessment: Assessment, judged: Evaluation, form: Form, conflicts: Mapping[str, str]) -> list[FindingRow]:
    """Errors first, then warnings, then notes, each with a link to its place; what is empty stands in ``gaps_of``."""
    order = {"error": 0, "warning": 1, "note": 2}
    rows = []
    contradictions = (finding for finding in judged.findings if finding.code not in GAPS)
    for finding in sorted(contradictions, key=lambda finding: order[finding.severity]):
        sides = [(side, address(assessment, side.place) if side.place != finding.place else "") for side in finding.sides]
        bound = form[finding.key] if finding.key in form.fields else None
        rows.append(FindingRow(finding, address(assessment, finding.place), sides, bound, conflicts.get(finding.key)))
    return rows
