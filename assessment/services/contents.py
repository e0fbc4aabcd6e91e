"""From rows to what the domain judges (``Inputs``) and to what is signed (``FilingContent``)."""

from decimal import Decimal

from django.db.models import Prefetch

from assessment.domain import exchange
from assessment.domain.canonical import decimal_text
from assessment.domain.checks import Answer, Evaluation, Inputs, evaluate_assessment
from assessment.domain.expressions import NoValue, Value
from assessment.domain.figures import show_value
from assessment.domain.narrative import resolve
from assessment.domain.scheme import Field, Scheme
from assessment.domain.scoring import Points
from assessment.models import Assessment, Evidence, Filing


def inputs_of(assessment: Assessment) -> Inputs:
    """Everything a unit filled for one assessment."""
    evidence = assessment.evidence.all()
    return Inputs(
        figures={figure.code: figure.value for figure in assessment.figures.all()},
        answers={score.code: Answer(frozenset(score.choices), score.self_points, score.self_reason) for score in assessment.scores.all()},
        narrative={narrative.code: narrative.text for narrative in assessment.narratives.all() if narrative.text},
        explanations={explanation.code: explanation.text for explanation in assessment.explanations.all()},
        evidenced=frozenset(code for item in evidence for code in item.indicators),
    )


def evaluate(assessment: Assessment) -> Evaluation:
    """The assessment judged as it stands now."""
    return evaluate_assessment(assessment.scheme.scheme, inputs_of(assessment))


def assessments_of(filing: Filing) -> list[Assessment]:
    """The filing's assessments with all their rows, in a fixed number of queries."""
    rows = ("figures", "scores", "narratives", "explanations", Prefetch("evidence", Evidence.objects.order_by("name", "sha256")))
    return list(filing.assessments.select_related("scheme").prefetch_related(*rows).order_by("kind", "pk"))


def content_of(filing: Filing) -> exchange.FilingContent:
    """The filing's content as it stands now, in the one format that is signed, printed and exchanged."""
    unit, round_ = filing.unit, filing.round
    return exchange.FilingContent(
        unit=exchange.UnitContent(code=unit.code, name=unit.name, department=round_.department.name),
        round=exchange.RoundContent(
            fiscal_year=round_.fiscal_year,
            title=round_.title,
            notice_number=round_.notice_number,
            notice_title=round_.notice_title,
        ),
        filled_on=filing.filled_on,
        assessments=tuple(assessment_content(assessment) for assessment in assessments_of(filing)),
    )


def assessment_content(assessment: Assessment) -> exchange.AssessmentContent:
    """One assessment as it stands now, with everything that follows from what was typed."""
    stored, scheme, inputs = assessment.scheme, assessment.scheme.scheme, inputs_of(assessment)
    judged = evaluate_assessment(scheme, inputs)
    return exchange.AssessmentContent(
        kind="whole" if assessment.kind == "whole" else "project",
        name=assessment.name,
        scheme=exchange.SchemeReference(code=scheme.code, version=scheme.version, title=scheme.title, digest=stored.digest),
        figures={code: decimal_text(value) for code, value in inputs.figures.items()},
        derived={field.code: _derived(field, judged.values[field.code]) for field in scheme.derived},
        scores=tuple(_score(code, inputs.answers.get(code, Answer()), judged.points[code]) for code in scheme.scored),
        self_total=decimal_text(judged.self_total),
        grade=judged.grade,
        narrative=_narrative(scheme, inputs, judged),
        explanations=_needed_explanations(inputs, judged),
        evidence=tuple(evidence_content(item) for item in assessment.evidence.all()),
    )


def _derived(field: Field, value: Value) -> exchange.DerivedContent:
    text = show_value(field, value)
    if isinstance(value, NoValue):
        return exchange.DerivedContent(value=None, text=text, reason=value.reason)
    return exchange.DerivedContent(value=decimal_text(value), text=text)


def _optional(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def _score(code: str, answer: Answer, points: Points) -> exchange.ScoreContent:
    return exchange.ScoreContent(
        code=code,
        choices=tuple(sorted(answer.choices)),
        auto_points=_optional(points.value),
        explain=points.explain,
        not_applicable=points.not_applicable,
        self_points=_optional(answer.self_points),
        reason=answer.reason,
    )


def _narrative(scheme: Scheme, inputs: Inputs, judged: Evaluation) -> tuple[exchange.NarrativeContent, ...]:
    sections = [section for section in scheme.sections if section.text]
    texts = ((section.code, inputs.narrative.get(section.code, "")) for section in sections)
    return tuple(exchange.NarrativeContent(code=code, text=text, printed=resolve(scheme, text, judged.values)) for code, text in texts)


def _needed_explanations(inputs: Inputs, judged: Evaluation) -> dict[str, str]:
    """Only reasons for warnings that stand; a reason for a warning long gone is not signed."""
    standing = {finding.code for finding in judged.findings}
    return {code: text for code, text in inputs.explanations.items() if code in standing}


def evidence_content(item: Evidence) -> exchange.EvidenceContent:
    """One file by name and digest."""
    return exchange.EvidenceContent(
        name=item.name,
        sha256=item.sha256,
        size=item.size,
        media_type=item.media_type,
        indicators=tuple(sorted(item.indicators)),
        public=item.public,
    )
