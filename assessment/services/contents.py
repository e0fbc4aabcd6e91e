"""From rows to what the domain judges (``Inputs``) and to what is signed (``FilingContent``)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from assessment.domain import exchange
from assessment.domain.assembly import assemble
from assessment.domain.canonical import decimal_text
from assessment.domain.checks import Evaluation, Scored, evaluate_assessment, score_assessment
from assessment.domain.expressions import NoValue
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Answer, Inputs, Project, Waived
from assessment.domain.projects import key_reasons
from assessment.domain.workflow import UNSIGNED
from assessment.models import Assessment, Evidence, Filing, Part, Snapshot, Waiver

T = TypeVar("T")


def inputs_of(assessment: Assessment) -> Inputs:
    """Everything a unit filled for one assessment, and what stands beside it: waivers, projects, the year."""
    evidence = assessment.evidence.all()
    return replace(
        scored_inputs(assessment),
        narrative={narrative.code: narrative.text for narrative in assessment.narratives.all() if narrative.text},
        explanations={explanation.code: explanation.text for explanation in assessment.explanations.all()},
        waivers=_waivers(assessment),
        evidenced=frozenset(code for item in evidence for code in item.indicators),
        fiscal_year=assessment.filing.round.fiscal_year,
        projects=_projects(assessment),
        last_year={code: Decimal(text) for code, text in assessment.last_year.items()},
        unconfirmed=frozenset(figure.code for figure in assessment.figures.all() if figure.unconfirmed),
    )


def _waivers(assessment: Assessment) -> dict[str, Waived]:
    """The waivers in force: today while nothing is signed, afterwards on the day of the signature."""
    given = [waiver for waiver in assessment.waivers.all() if waiver.ended_at is None]
    if not given:
        return {}
    day = _judged_on(assessment.filing)
    return {waiver.code: Waived(waiver.reason, waiver.expires_on, waiver.comparison) for waiver in given if waiver.expires_on >= day}


def _judged_on(filing: Filing) -> date:
    signed = None if filing.status in UNSIGNED else filing.snapshots.filter(kind=Snapshot.Kind.FILING).order_by("-number").first()
    return timezone.localdate(signed.made_at) if signed else timezone.localdate()


def _projects(assessment: Assessment) -> tuple[Project, ...]:
    """The filing's project assessments, for a scheme that holds them against the whole."""
    asked = assessment.filing.round.project_scheme_id is not None
    if not asked or all(item.function != "projects_total" for item in assessment.scheme.scheme.inspections):
        return ()
    found = assessment.filing.assessments.projects().select_related("scheme").prefetch_related("figures")
    return tuple(Project(item.name, _numbers(item)) for item in sorted(found, key=Assessment.order))


def _numbers(assessment: Assessment) -> dict[str, Decimal]:
    values = compute_values(assessment.scheme.scheme, {figure.code: figure.value for figure in assessment.figures.all()})
    return {code: value for code, value in values.items() if not isinstance(value, NoValue)}


def evaluate(assessment: Assessment) -> Evaluation:
    """The assessment judged as it stands now."""
    return evaluate_assessment(assessment.scheme.scheme, inputs_of(assessment))


def scored(assessment: Assessment) -> Scored:
    """The assessment's values, points and total, without the checks; reads ``SCORED`` alone."""
    return score_assessment(assessment.scheme.scheme, scored_inputs(assessment))


def scored_inputs(assessment: Assessment) -> Inputs:
    """As much of what a unit filled as its points follow from."""
    return Inputs(
        figures={figure.code: figure.value for figure in assessment.figures.all()},
        own_rows=tuple(row.row() for row in assessment.own_rows.all()),
        answers=answers_of(assessment),
    )


def answers_of(assessment: Assessment) -> dict[str, Answer]:
    """What was answered of each scored row; a level chosen for a row of the unit counts only while the row is judged by levels."""
    measured = {row.row().code for row in assessment.own_rows.all() if not row.row().quality}
    return {
        score.code: Answer(frozenset() if score.code in measured else frozenset(score.choices), score.self_points, score.self_reason)
        for score in assessment.scores.all()
    }


#: What scoring reads of an assessment, and what judging it reads beyond that.
SCORED = ("figures", "own_rows", "scores")
ROWS = (*SCORED, "narratives", "explanations")


def _all_rows() -> tuple[Any, ...]:
    waivers = Prefetch("waivers", Waiver.objects.select_related("granted_by"))
    return (
        *ROWS,
        waivers,
        Prefetch("evidence", Evidence.objects.order_by("name", "sha256")),
        Prefetch("parts", Part.objects.select_related("saved_by")),
    )


def assessments_of(filing: Filing) -> list[Assessment]:
    """The filing's assessments with all their rows, in a fixed number of queries."""
    found = filing.assessments.select_related("scheme", "filing__round").prefetch_related(*_all_rows())
    return sorted(found, key=Assessment.order)


def load(assessment: Assessment) -> None:
    """Read all rows of one assessment that was fetched by itself, each kind once."""
    prefetch_related_objects([assessment], *_all_rows())


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
    return assemble(
        assessment.scheme.scheme,
        inputs_of(assessment),
        name=assessment.name,
        digest=assessment.scheme.digest,
        project=_project(assessment) if assessment.kind == "project" else None,
        evidence=tuple(evidence_content(item) for item in assessment.evidence.all()),
    )


def _project(assessment: Assessment) -> exchange.ProjectContent:
    row = assessment.project_row()
    return exchange.ProjectContent(
        code=row.code,
        amount=None if row.amount is None else decimal_text(row.amount),
        major_policy=row.major_policy,
        livelihood=row.livelihood,
        key=key_reasons(row, assessment.filing.round.key_amount),
    )


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
