"""Opening a round's filings, and an assessment in one."""

from django.db import transaction

from assessment.domain.projects import ProjectRow
from assessment.models import Assessment, Filing, Part, Round
from assessment.services import notices
from assessment.services.last_year import last_year_of
from units.models import BudgetUnit


@transaction.atomic
def open_filing(round_: Round, unit: BudgetUnit) -> Filing:
    """The unit's filing in this round with its whole-unit assessment, of which its preparers are told; opening it twice changes nothing."""
    filing, fresh = Filing.objects.get_or_create(round=round_, unit=unit)
    if fresh:
        open_assessment(filing)
        notices.announce(filing, None)
    return filing


def open_assessment(filing: Filing, project: ProjectRow | None = None) -> Assessment:
    """A new assessment with its empty parts: of the unit as a whole, or of a project under the round's scheme for projects."""
    version = filing.round.project_scheme if project else filing.round.whole_scheme
    assert version is not None
    scheme = version.scheme
    assessment = Assessment.objects.create(
        filing=filing,
        kind=version.kind,
        name=project.name if project else scheme.subject,
        scheme=version,
        last_year=last_year_of(filing, scheme, project),
        **columns_of(project) if project else {},
    )
    asked = {Part.Kind.PROJECTS: not project and filing.round.project_scheme_id, Part.Kind.OWN_ROWS: bool(scheme.own_groups)}
    Part.objects.bulk_create(Part(assessment=assessment, kind=kind) for kind in Part.Kind if asked.get(kind, True))
    return assessment


def columns_of(project: ProjectRow) -> dict[str, object]:
    """What the list of projects says of one, as it is stored."""
    return {
        "project_code": project.code,
        "amount": project.amount,
        "major_policy": project.major_policy,
        "livelihood": project.livelihood,
    }


@transaction.atomic
def open_filings(round_: Round) -> int:
    """Open the filings of every unit of the round's department; returns how many were new."""
    before = round_.filings.count()
    for unit in BudgetUnit.objects.filter(path__startswith=round_.department.path, valid_to=None):
        open_filing(round_, unit)
    return round_.filings.count() - before
