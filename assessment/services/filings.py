"""Opening a round's filings."""

from django.db import transaction

from assessment.models import Assessment, Filing, Part, Round
from units.models import BudgetUnit


@transaction.atomic
def open_filing(round_: Round, unit: BudgetUnit) -> Filing:
    """The unit's filing in this round with its whole-unit assessment; opening it twice changes nothing."""
    filing, fresh = Filing.objects.get_or_create(round=round_, unit=unit)
    if fresh:
        version = round_.whole_scheme
        assessment = Assessment.objects.create(filing=filing, kind=version.kind, name=version.scheme.subject, scheme=version)
        kinds = [kind for kind in Part.Kind.values if kind != Part.Kind.OWN_ROWS or version.scheme.own_groups]
        Part.objects.bulk_create(Part(assessment=assessment, kind=kind) for kind in kinds)
    return filing


@transaction.atomic
def open_filings(round_: Round) -> int:
    """Open the filings of every unit of the round's department; returns how many were new."""
    before = round_.filings.count()
    for unit in BudgetUnit.objects.filter(path__startswith=round_.department.path, valid_to=None):
        open_filing(round_, unit)
    return round_.filings.count() - before
