"""Rows for the templates of the parts: the form's fields with what the scheme and the engine say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import Form
from django.forms.boundfield import BoundField
from django.urls import reverse

from assessment.domain.checks import Answer, Evaluation, Finding
from assessment.domain.expressions import NoValue
from assessment.domain.figures import beside_unit, show_value, show_with_unit
from assessment.domain.narrative import Heading, outline
from assessment.domain.scheme import Field, Indicator, Scheme
from assessment.domain.scoring import Points, rule_in_words, score
from assessment.models import Assessment

PAGES = {
    "figure": "assessment:figures",
    "score": "assessment:scores",
    "section": "assessment:narrative",
    "explanation": "assessment:findings",
}


@dataclass(frozen=True)
class FigureRow:
    """One field: an input, or a derived value with its reason when there is none."""

    field: Field
    input: BoundField | None
    shown: str
    reason: str
    findings: list[Finding]
    conflict: str | None


@dataclass(frozen=True)
class ScoreRow:
    """One scored row; ``heads`` are the groups that begin with it."""

    heads: list[Indicator]
    row: Indicator
    rule: str
    points: Points
    choices: BoundField | None
    self_points: BoundField
    reason: BoundField
    findings: list[Finding]
    conflict: list[str]


@dataclass(frozen=True)
class SectionBlock:
    """One heading of the outline and, where it has text, its input."""

    heading: Heading
    input: BoundField | None
    findings: list[Finding]
    conflict: str | None


@dataclass(frozen=True)
class FindingRow:
    """One finding with the address of the place it speaks of."""

    finding: Finding
    url: str
    input: BoundField | None
    conflict: str | None


def _at(judged: Evaluation, place: str) -> list[Finding]:
    return [finding for finding in judged.findings if finding.place == place]


def figure_groups(scheme: Scheme, judged: Evaluation, form: Form, conflicts: Mapping[str, str]) -> list[tuple[str, list[FigureRow]]]:
    """The data table by group."""
    return [(group.label, [_figure_row(field, judged, form, conflicts) for field in group.fields]) for group in scheme.groups]


def _figure_row(field: Field, judged: Evaluation, form: Form, conflicts: Mapping[str, str]) -> FigureRow:
    value = judged.values[field.code]
    reason = value.reason if isinstance(value, NoValue) else ""
    bound = None if field.expression else form[field.code]
    found = [item for item in _at(judged, f"figure:{field.code}") if item.code != "missing_figure"]
    return FigureRow(field, bound, beside_unit(field, show_value(field, value)), reason, found, conflicts.get(field.code))


def score_rows(scheme: Scheme, judged: Evaluation, form: Form, conflicts: Mapping[str, str]) -> list[ScoreRow]:
    """The score table, row by row."""
    rows, above = [], ()  # type: list[ScoreRow], tuple[Indicator, ...]
    for path in scheme.rows:
        row, code = path[-1], path[-1].code
        heads = [step for place, step in enumerate(path[:-1]) if above[place : place + 1] != (step,)]
        above = path[:-1]
        choices = form[f"{code}-choices"] if f"{code}-choices" in form.fields else None
        found = [item for item in _at(judged, f"score:{code}") if item.code != "missing_score"]
        names = (f"{code}-choices", f"{code}-points", f"{code}-reason")
        conflict = [f"{form.fields[name].label}：{conflicts[name]}" for name in names if name in conflicts]
        rows.append(
            ScoreRow(
                heads,
                row,
                rule_in_words(row),
                judged.points[code],
                choices,
                form[f"{code}-points"],
                form[f"{code}-reason"],
                found,
                conflict,
            )
        )
    return rows


def computed_points(scheme: Scheme, judged: Evaluation, code: str, answer: Answer) -> Decimal | None:
    """The computed points of one row under other choices; None where the rule leaves it to the person."""
    return score(scheme.scored[code], judged.values, answer.choices).value


def section_blocks(scheme: Scheme, judged: Evaluation, form: Form, conflicts: Mapping[str, str]) -> list[SectionBlock]:
    """The outline with its inputs."""
    blocks = []
    for heading in outline(scheme.sections):
        code = heading.section.code
        found = [item for item in _at(judged, f"section:{code}") if item.code != "missing_text"]
        blocks.append(SectionBlock(heading, form[code] if code in form.fields else None, found, conflicts.get(code)))
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
    "missing_figure": ("基础数据表", "项数据", "assessment:figures"),
    "missing_score": ("指标评分表", "项得分", "assessment:scores"),
    "missing_text": ("自评报告", "节文字", "assessment:narrative"),
}


def gaps_of(assessment: Assessment, judged: Evaluation) -> list[Gap]:
    """What is still empty, a line for each part: on the first day there are a hundred such findings."""
    codes = [finding.code for finding in judged.findings]
    return [
        Gap(f"{part}还有 {codes.count(code)} {what}未填", reverse(page, args=[assessment.pk]))
        for code, (part, what, page) in GAPS.items()
        if code in codes
    ]


def finding_rows(assessment: Assessment, judged: Evaluation, form: Form, conflicts: Mapping[str, str]) -> list[FindingRow]:
    """Errors first, then warnings, then notes, each with a link to its place; what is empty stands in ``gaps_of``."""
    order = {"error": 0, "warning": 1, "note": 2}
    rows = []
    contradictions = (finding for finding in judged.findings if finding.code not in GAPS)
    for finding in sorted(contradictions, key=lambda finding: order[finding.severity]):
        kind, _, code = finding.place.partition(":")
        url = f"{reverse(PAGES.get(kind, 'assessment:figures'), args=[assessment.pk])}#{code}"
        bound = form[finding.code] if finding.severity == "warning" and finding.code in form.fields else None
        rows.append(FindingRow(finding, url, bound, conflicts.get(finding.code)))
    return rows
