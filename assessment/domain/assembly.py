"""From what a unit filled to the content that is signed, and back: the one place where both formats meet."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TypeVar

from assessment.domain import exchange
from assessment.domain.canonical import decimal_text
from assessment.domain.checks import NO_ANSWER, Evaluation, evaluate_assessment
from assessment.domain.explaining import explain
from assessment.domain.expressions import NoValue, Value
from assessment.domain.figures import show_value
from assessment.domain.inputs import Answer, Inputs, Project, Waived
from assessment.domain.narrative import resolve
from assessment.domain.own_rows import OwnRow
from assessment.domain.scheme import Field, Scheme

T = TypeVar("T")


def assemble(
    scheme: Scheme,
    inputs: Inputs,
    *,
    name: str,
    digest: str,
    project: exchange.ProjectContent | None = None,
    evidence: tuple[exchange.EvidenceContent, ...] = (),
) -> exchange.AssessmentContent:
    """One assessment with everything that follows from what was typed; ``digest`` is the scheme's. With ``project`` it is a project's."""
    judged = evaluate_assessment(scheme, inputs)
    waivers = {finding.key: finding.waived for finding in judged.findings if finding.waived}
    return exchange.AssessmentContent(
        kind="project" if project else "whole",
        name=name,
        project=project,
        scheme=exchange.SchemeReference(code=scheme.code, version=scheme.version, title=scheme.title, digest=digest),
        figures={code: decimal_text(value) for code, value in inputs.figures.items()},
        last_year={code: decimal_text(value) for code, value in inputs.last_year.items()},
        derived={field.code: _derived(field, judged.values[field.code]) for field in scheme.derived},
        own_rows=tuple(map(_own_row, inputs.own_rows)),
        scores=tuple(_score(judged, code, inputs.answers.get(code, NO_ANSWER)) for code in judged.scheme.scored),
        self_total=decimal_text(judged.total.value),
        total_steps=judged.total.steps,
        grade=judged.total.grade,
        narrative=_narrative(scheme, inputs, judged.values),
        explanations=_standing(inputs.explanations, judged),
        waivers={key: exchange.WaiverContent(**asdict(waived)) for key, waived in waivers.items()},
        evidence=evidence,
    )


def _derived(field: Field, value: Value) -> exchange.DerivedContent:
    text = show_value(field, value)
    if isinstance(value, NoValue):
        return exchange.DerivedContent(value=None, text=text, reason=value.reason)
    return exchange.DerivedContent(value=decimal_text(value), text=text)


def _optional(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def _own_row(row: OwnRow) -> exchange.OwnRowContent:
    return exchange.OwnRowContent(
        code=row.code,
        group=row.group,
        kind=row.kind,
        label=row.label,
        points=decimal_text(row.points),
        direction=row.direction,
        target=_optional(row.target),
        actual=_optional(row.actual),
        unit=row.unit,
        aim=row.aim,
    )


def _score(judged: Evaluation, code: str, answer: Answer) -> exchange.ScoreContent:
    points = judged.points[code]
    told = explain(judged.scheme, judged.scheme.scored[code], judged.values, answer, points)
    return exchange.ScoreContent(
        code=code,
        choices=tuple(sorted(answer.choices)),
        auto_points=_optional(points.value),
        explain=points.explain,
        inputs=tuple(exchange.InputContent(label=item.label, text=item.text) for item in told.inputs),
        steps=told.steps,
        best=told.best,
        not_applicable=points.not_applicable,
        removed=points.removed,
        self_points=_optional(answer.self_points),
        reason=answer.reason,
    )


def _narrative(scheme: Scheme, inputs: Inputs, values: Mapping[str, Value]) -> tuple[exchange.NarrativeContent, ...]:
    sections = [section for section in scheme.sections if section.text]
    texts = ((section.code, inputs.narrative.get(section.code, "")) for section in sections)
    return tuple(exchange.NarrativeContent(code=code, text=text, printed=resolve(scheme, text, values)) for code, text in texts)


def _standing(given: Mapping[str, T], judged: Evaluation) -> dict[str, T]:
    """Only reasons and waivers for findings that stand; one for a warning long gone is not signed."""
    standing = {finding.key for finding in judged.findings}
    return {key: value for key, value in given.items() if key in standing}


def answers_of(content: exchange.AssessmentContent) -> dict[str, Answer]:
    """What the unit said of each row."""
    points = {score.code: None if score.self_points is None else Decimal(score.self_points) for score in content.scores}
    return {score.code: Answer(frozenset(score.choices), points[score.code], score.reason) for score in content.scores}


def inputs_of(file: exchange.ExchangeFile, content: exchange.AssessmentContent) -> Inputs:
    """What the unit filled, taken out of a file; the file's projects stand beside a whole-unit assessment."""
    projects = tuple(Project(item.name, _numbers(item)) for item in file.content.assessments if item.kind == "project")
    return Inputs(
        figures={code: Decimal(text) for code, text in content.figures.items()},
        own_rows=tuple(item.row() for item in content.own_rows),
        answers=answers_of(content),
        narrative={item.code: item.text for item in content.narrative if item.text},
        explanations=content.explanations,
        waivers={key: Waived(item.reason, item.expires_on, item.comparison) for key, item in content.waivers.items()},
        evidenced=frozenset(code for item in content.evidence for code in item.indicators),
        fiscal_year=file.content.round.fiscal_year,
        projects=projects if content.kind == "whole" else (),
        last_year={code: Decimal(text) for code, text in content.last_year.items()},
    )


def _numbers(content: exchange.AssessmentContent) -> dict[str, Decimal]:
    typed = {code: Decimal(text) for code, text in content.figures.items()}
    return typed | {code: Decimal(item.value) for code, item in content.derived.items() if item.value is not None}
