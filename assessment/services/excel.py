"""A filing's workbook out of its rows, and what was typed into one tried or stored: all parts, or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from assessment import permissions
from assessment.domain.checks import evaluate_assessment
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.inputs import Inputs
from assessment.domain.workflow import Act
from assessment.excel import Book, Chapter, Fact, sheets_of
from assessment.models import Assessment, Filing, Part
from assessment.services import contents, parts, turns
from assessment.services.own_rows import save_own_rows
from assessment.services.projects import save_projects
from units.models import User

#: The parts that are filled in tables.
TABLES = (Part.Kind.PROJECTS, Part.Kind.FIGURES, Part.Kind.OWN_ROWS, Part.Kind.SCORES)


@dataclass(frozen=True)
class Save:
    """One part to be stored over the version that was looked at; ``values`` as its own save takes them."""

    assessment_id: int
    kind: Part.Kind
    version: int
    values: Any


class Refused(DomainError):
    """A part's refusal, with the save that it is about."""

    def __init__(self, save: Save, error: DomainError) -> None:
        super().__init__(str(error), error.places)
        self.save = save


def chapters_of(filing: Filing, *, by: User) -> list[Chapter]:
    """Every assessment with what is stored; what ``by`` may not write is locked, with the reason."""
    refusal = permissions.refusal(by, filing, Act.EDIT)
    assessments = contents.assessments_of(filing)
    projects = [item.project_row() for item in assessments if item.kind == "project"]
    return [_chapter(item, number, refusal, projects) for number, item in enumerate(assessments)]


def _chapter(item: Assessment, number: int, refusal: str, projects: list[Any]) -> Chapter:
    inputs = contents.inputs_of(item)
    kept = {part.kind: part for part in item.parts.all() if part.kind in TABLES}
    locked = {kind: refusal or "这一部分没有被退回，不能修改" for kind, part in kept.items() if refusal or part.locked}
    return Chapter(
        key=item.pk,
        name=item.name,
        prefix=f"项目{number:02}-" if item.kind == "project" else "",
        scheme=item.scheme.scheme,
        judged=evaluate_assessment(item.scheme.scheme, inputs),
        inputs=inputs,
        versions={kind: part.version for kind, part in kept.items()},
        refusals=locked,
        projects=projects if Part.Kind.PROJECTS in kept else None,
    )


def book_of(filing: Filing, chapters: Sequence[Chapter]) -> Book:
    """The workbook of a filing."""
    sheets = tuple(sheet for chapter in chapters for sheet in sheets_of(chapter))
    versions = {sheet.marker: chapter.versions[sheet.part] for chapter in chapters for sheet in sheets if sheet.key == chapter.key}
    year = filing.round.fiscal_year
    facts = (
        Fact("unit", filing.unit.code, "预算单位", filing.unit.name),
        Fact("round", str(year), "评价年度", f"{year} 年度　{filing.round.title}（{filing.round.notice_number}）"),
        *(fact for chapter in chapters for fact in _facts(filing, chapter)),
    )
    return Book(f"{filing.unit.name} {year} 年度绩效自评数据", facts, sheets, versions)


def _facts(filing: Filing, chapter: Chapter) -> Iterator[Fact]:
    scheme = chapter.scheme
    of = f"（{chapter.prefix.removesuffix('-')}）" if chapter.prefix else ""
    text = f"{scheme.title} {scheme.version} 版"
    yield Fact(f"scheme:{chapter.key}", f"{scheme.code} {scheme.version}", f"指标体系{of}", text)
    saved = ",".join(f"{kind}:{version}" for kind, version in chapter.versions.items())
    told = "，".join(f"{Part.Kind(kind).label}第 {version} 次保存" for kind, version in chapter.versions.items())
    yield Fact(f"versions:{chapter.key}", saved, f"下载时的内容{of}", f"{chapter.name}：{told}")


@transaction.atomic
def save_all(filing_id: int, saves: Sequence[Save], *, by: User) -> None:
    """Store every part or none; raises ``StaleSave``, or ``Refused`` for the first part that is refused."""
    turns.take(filing_id, Act.EDIT, by=by)
    ours = set(Assessment.objects.filter(filing=filing_id).values_list("pk", flat=True))
    for save in saves:
        if save.assessment_id not in ours:
            raise DomainError("工作簿中有不属于本材料的内容，未保存")
        try:
            _save(save, by)
        except StaleSave:
            raise
        except DomainError as error:
            raise Refused(save, error) from error


def _save(save: Save, by: User) -> Part:
    given = {"by": by, "version": save.version}
    match save.kind:
        case Part.Kind.PROJECTS:
            return save_projects(save.assessment_id, rows=save.values, **given)  # type: ignore[arg-type]
        case Part.Kind.FIGURES:
            return parts.save_figures(save.assessment_id, figures=save.values, **given)  # type: ignore[arg-type]
        case Part.Kind.OWN_ROWS:
            return save_own_rows(save.assessment_id, rows=save.values, **given)  # type: ignore[arg-type]
    return parts.save_scores(save.assessment_id, answers=save.values, **given)  # type: ignore[arg-type]


def try_all(filing: Filing, saves: Sequence[Save], *, by: User) -> list[tuple[Assessment, Inputs]]:
    """What every assessment would hold: stored by the same way, read, and taken back; raises as ``save_all`` does."""
    with transaction.atomic():
        if saves:
            save_all(filing.pk, saves, by=by)
        found = [(item, contents.inputs_of(item)) for item in contents.assessments_of(filing)]
        transaction.set_rollback(True)
    return found


def versions_of(chapters: Sequence[Chapter]) -> Mapping[str, int]:
    """How often each part was saved, to tell whether anything was saved in between."""
    return {f"{chapter.key}:{kind}": version for chapter in chapters for kind, version in chapter.versions.items()}
