"""Saving the list of projects (项目清单): the whole list at once; each project is an assessment of its own with its own parts."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from assessment.domain.errors import DomainError
from assessment.domain.exchange import AssessmentContent
from assessment.domain.own_rows import OwnRow
from assessment.domain.projects import MAX_PROJECTS, ProjectRow, find_same, list_faults
from assessment.domain.scheme import Scheme
from assessment.models import Assessment, Filing, Part
from assessment.models import OwnRow as Stored
from assessment.services.carrying import forget_carried
from assessment.services.filings import columns_of, open_assessment
from assessment.services.last_year import find_assessment, last_year_of, project_row, signed_before
from assessment.services.own_rows import faults_of
from assessment.services.parts import finish_part, take_part
from units.models import User


@transaction.atomic
def save_projects(assessment_id: int, *, by: User, version: int, rows: Sequence[ProjectRow]) -> Part:
    """Store the list of the whole-unit assessment as given; a row without an id is new, one that is missing is removed with all its parts.

    A new project begins with last year's indicators of the same project, their targets still to be filled. Raises ``DomainError``
    with a place for each bad row: ``project:2:name`` is the name in the third one.
    """
    part = take_part(assessment_id, Part.Kind.PROJECTS, by=by, version=version)
    filing = part.assessment.filing
    stored = {item.pk: item for item in filing.assessments.projects().select_related("scheme")}
    _refuse_bad(rows, stored)
    changed = []
    for item in [item for pk, item in stored.items() if pk not in {row.id for row in rows}]:
        changed.append(f"-{item.name}")
        item.delete()
    for row in rows:
        if row.id is None:
            _add(filing, row)
            changed.append(f"+{row.name}")
        elif stored[row.id].project_row() != row:
            _change(stored[row.id], row, by=by)
            changed.append(row.name)
    return finish_part(part, changed, by=by)


def _refuse_bad(rows: Sequence[ProjectRow], stored: dict[int, Assessment]) -> None:
    if len(rows) > MAX_PROJECTS:
        raise DomainError(f"项目最多 {MAX_PROJECTS} 个，未保存；请合并同类项目")
    ids = [row.id for row in rows if row.id is not None]
    if len(ids) != len(set(ids)) or not stored.keys() >= set(ids):
        raise DomainError("项目清单中有不属于本材料的项目，未保存")
    places = {f"project:{position}:{column}": fault for position, column, fault in list_faults(rows)}
    if places:
        raise DomainError("有项目不合要求，未保存", places)


def _change(item: Assessment, row: ProjectRow, *, by: User) -> None:
    """One that means another project now has that one's last year, and nothing that it took over from the one it was."""
    before, another = item.last_year, (item.name, item.project_code) != (row.name, row.code)
    item.name = row.name
    for column, value in columns_of(row).items():
        setattr(item, column, value)
    if another:
        item.last_year = last_year_of(item.filing, item.scheme.scheme, row)
    item.save()
    if item.last_year != before:
        forget_carried(item, by=by)


def _add(filing: Filing, row: ProjectRow) -> None:
    project = open_assessment(filing, row)
    content = signed_before(filing)
    before = find_assessment(content, row) if content else None
    if before:
        Stored.objects.bulk_create(
            Stored(assessment=project, number=number, **_columns(own))
            for number, own in enumerate(_indicators(project.scheme.scheme, before), start=1)
        )


def _indicators(scheme: Scheme, before: AssessmentContent) -> list[OwnRow]:
    """Last year's indicators that this scheme can hold: what is to be reached is set anew each year."""
    rows = (replace(item.row(), target=None, actual=None, aim="") for item in before.own_rows)
    return [row for row in rows if not any(faults_of(scheme, row))]


def _columns(row: OwnRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("group", "kind", "label", "points", "direction", "target", "actual", "unit", "aim")}


def offered(filing: Filing) -> list[ProjectRow]:
    """Last year's signed projects that are not on this year's list."""
    content = signed_before(filing)
    here = [item.project_row() for item in filing.assessments.projects()]
    before = [project_row(item) for item in content.assessments if item.project] if content else []
    return [row for row in before if find_same(row, here) is None]
