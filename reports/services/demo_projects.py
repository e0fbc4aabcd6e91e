"""The demo's projects: listed, and as far as they have a budget filled, through the real services."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from assessment.domain.inputs import Answer
from assessment.domain.own_rows import OwnRow
from assessment.domain.projects import ProjectRow
from assessment.models import Assessment
from assessment.services import parts
from assessment.services.own_rows import save_own_rows
from assessment.services.projects import save_projects
from reports.services.demo_answers import full_answers
from units.models import User

FOLDER = Path(settings.BASE_DIR) / "reports" / "demo"
NAME = "〔项目〕"
SURVEYED = "120"


def read_data(name: str) -> Any:
    """One of the demo's files: text, lists and maps only."""
    return yaml.load((FOLDER / name).read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # text, lists and maps only


def list_projects(whole: Assessment, *, by: User) -> None:
    """The unit's projects, if it has any."""
    data = read_data("projects.yaml")
    given = data["units"].get(whole.filing.unit.code, [])
    if given:
        save_projects(whole.pk, by=by, version=0, rows=[_row(item) for item in given])
    filled = {item["name"]: item for item in given if "budget" in item}
    for project in whole.filing.assessments.projects().filter(name__in=filled).select_related("scheme", "filing__round"):
        _fill(project, filled[project.name], data, by=by)


def _row(item: Mapping[str, str]) -> ProjectRow:
    return ProjectRow(item["name"], item["code"], Decimal(item["amount"]), "major_policy" in item, "livelihood" in item)


def _fill(project: Assessment, item: Mapping[str, str], data: Mapping[str, Any], *, by: User) -> None:
    budget, executed = Decimal(item["budget"]), Decimal(item["executed"])
    figures = {field.code: Decimal(0) for field in project.scheme.scheme.inputs}
    figures |= {"opening_grant": budget, "budget_grant": budget, "executed_grant": executed, "carry_out": budget - executed}
    parts.save_figures(project.pk, by=by, version=0, figures=figures | {"survey_size": Decimal(SURVEYED)})
    save_own_rows(project.pk, by=by, version=0, rows=[_own_row(row) for row in data["rows"]])
    texts = {code: text.replace(NAME, project.name) for code, text in data["narrative"].items()}
    parts.save_narrative(project.pk, by=by, version=0, texts=texts)
    parts.save_scores(project.pk, by=by, version=0, answers=_answers(project, data["reason"]))


def _answers(project: Assessment, reason: str) -> dict[str, Answer]:
    """Full answers; where the figures give less, with the reason."""
    full = {code: row.points for code, row in project.completed_scheme().scored.items()}
    answers = full_answers(project)
    return {code: answer if answer.self_points == full[code] else replace(answer, reason=reason) for code, answer in answers.items()}


def _own_row(row: Mapping[str, str]) -> OwnRow:
    numbers = {name: Decimal(row[name]) for name in ("points", "target", "actual") if name in row}
    given: dict[str, Any] = {"code": "", **row, **numbers}
    return OwnRow(**given)
