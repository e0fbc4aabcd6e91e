"""Figures that go on from last year's (沿用上年): they stand marked until somebody confirms each, or types another."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db import transaction

from assessment.domain.errors import DomainError
from assessment.domain.figures import check_figure
from assessment.domain.scheme import Field
from assessment.models import Assessment, Figure, Part
from assessment.services.parts import finish_part, open_outdated_scores, save_figures, take_part
from units.models import User

CARRIED, CONFIRMED, FORGOTTEN = "carried", "confirmed", "forgotten"


@transaction.atomic
def save_table(
    assessment_id: int, *, by: User, version: int, figures: Mapping[str, Decimal | None], carry: bool, confirm: Collection[str]
) -> Part:
    """What the page sends: the figures as they are typed, then what is to be taken over and what is confirmed; all of it or nothing."""
    part = save_figures(assessment_id, by=by, version=version, figures=figures)
    if carry:
        part = carry_over(assessment_id, by=by, version=part.version)
    if confirm:
        part = confirm_figures(assessment_id, by=by, version=part.version, codes=confirm)
    return part


@transaction.atomic
def carry_over(assessment_id: int, *, by: User, version: int) -> Part:
    """Fill each empty field that continues one of last year's with what was signed there, unconfirmed, where it fits the field."""
    part = take_part(assessment_id, Part.Kind.FIGURES, by=by, version=version)
    carried = offered(part.assessment, part.assessment.figures.values_list("code", flat=True))
    Figure.objects.bulk_create(
        Figure(assessment=part.assessment, code=code, value=value, unconfirmed=True) for code, value in carried.items()
    )
    if carried:
        open_outdated_scores(part.assessment)
    return finish_part(part, list(carried), by=by, how=CARRIED)


def offered(assessment: Assessment, filled: Collection[str]) -> dict[str, Decimal]:
    """Last year's figures for the fields that continue them and in which nothing stands; ``filled`` are those in which something does."""
    last = {code: Decimal(text) for code, text in assessment.last_year.items()}
    empty = [field for field in assessment.scheme.scheme.inputs if field.continues in last and field.code not in filled]
    return {field.code: last[field.continues] for field in empty if field.continues and _fits(field, last[field.continues])}


def _fits(field: Field, value: Decimal) -> bool:
    try:
        check_figure(field, value)
    except DomainError:
        return False
    return True


@transaction.atomic
def confirm_figures(assessment_id: int, *, by: User, version: int, codes: Collection[str]) -> Part:
    """Confirm the named figures that were taken over; the others stay as they are."""
    part = take_part(assessment_id, Part.Kind.FIGURES, by=by, version=version)
    waiting = part.assessment.figures.filter(unconfirmed=True, code__in=codes)
    confirmed = list(waiting.values_list("code", flat=True))
    waiting.update(unconfirmed=False)
    return finish_part(part, confirmed, by=by, how=CONFIRMED)


def forget_carried(assessment: Assessment, *, by: User) -> None:
    """Take away what was taken over and not confirmed: it was another project's. A page that still shows it is overtaken.

    For a caller that holds the filing's lock.
    """
    waiting = assessment.figures.filter(unconfirmed=True)
    codes = list(waiting.values_list("code", flat=True))
    waiting.delete()
    finish_part(assessment.parts.get(kind=Part.Kind.FIGURES), codes, by=by, how=FORGOTTEN)
