"""What a unit signed the year before (上年数据), kept with its next assessments when they are opened or when last year's is signed."""

from decimal import Decimal

from assessment.domain.canonical import decimal_text
from assessment.domain.exchange import AssessmentContent, FilingContent
from assessment.domain.projects import ProjectRow, is_same
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import UNSIGNED
from assessment.models import Assessment, Filing, SchemeVersion, Snapshot


def last_year_of(filing: Filing, scheme: Scheme, project: ProjectRow | None = None) -> dict[str, str]:
    """The figures that the unit signed in the round before, of the whole or of one project, for fields of the same code and unit of
    measure; empty where it signed none."""
    content = signed_before(filing)
    return _figures_for(scheme, find_assessment(content, project)) if content else {}


def signed_before(filing: Filing) -> FilingContent | None:
    """What the unit signed in the round before; None where it signed nothing that stands."""
    year = filing.round.fiscal_year - 1
    before = Filing.objects.filter(unit=filing.unit_id, round__fiscal_year=year).exclude(status__in=UNSIGNED).first()
    return _latest_signed(before) if before else None


def project_row(content: AssessmentContent) -> ProjectRow:
    """What a signed content says of its project."""
    assert content.project is not None
    amount = None if content.project.amount is None else Decimal(content.project.amount)
    return ProjectRow(content.name, content.project.code, amount, content.project.major_policy, content.project.livelihood)


def find_assessment(content: FilingContent, project: ProjectRow | None) -> AssessmentContent | None:
    """The whole, or the assessment of the same project; None where there was none. A code says more than a name."""
    if project is None:
        return next((item for item in content.assessments if item.kind == "whole"), None)
    rows = [(item, project_row(item)) for item in content.assessments if item.project]
    same = [(item, row) for item, row in rows if is_same(project, row)]
    return next((item for item, row in same if row.code and row.code == project.code), same[0][0] if same else None)


def hand_on(signed: Filing) -> None:
    """Give what was just signed to the unit's next filing, where that is open and not signed itself.

    Later years are locked after earlier ones: two who sign do not wait for each other.
    """
    filings = Filing.objects.select_for_update(of=("self",)).filter(unit=signed.unit_id, round__fiscal_year=signed.round.fiscal_year + 1)
    following = [filing.pk for filing in filings if filing.status in UNSIGNED]
    if not following:
        return
    content = _latest_signed(signed)
    for assessment in Assessment.objects.filter(filing__in=following).select_related("scheme"):
        project = assessment.project_row() if assessment.kind == "project" else None
        assessment.last_year = _figures_for(assessment.scheme.scheme, find_assessment(content, project))
        assessment.save(update_fields=["last_year"])


def _latest_signed(filing: Filing) -> FilingContent:
    return FilingContent.model_validate_json(filing.snapshots.filter(kind=Snapshot.Kind.FILING).latest("number").content)


def _figures_for(scheme: Scheme, before: AssessmentContent | None) -> dict[str, str]:
    if before is None:
        return {}
    fields = SchemeVersion.objects.get(digest=before.scheme.digest).scheme.fields
    units = {code: field.unit for code, field in fields.items()}
    same = {field.code for field in scheme.inputs if units.get(field.code) == field.unit}
    return {code: decimal_text(Decimal(value)) for code, value in before.figures.items() if code in same}
