"""Export and import of a filing as one exchange file; import is all or nothing."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from assessment.domain import exchange
from assessment.domain.assembly import answers_of
from assessment.domain.errors import DomainError
from assessment.domain.projects import find_same
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import UNSIGNED, Act
from assessment.models import Assessment, Filing, Part, Snapshot
from assessment.services import contents, evidence, parts, projects, turns
from assessment.services.last_year import project_row
from assessment.services.own_rows import save_own_rows
from units.models import User

SHOWN = 5


def export(filing: Filing) -> exchange.ExchangeFile:
    """The filing as a file that stands alone."""
    return exchange.pack(signed_content(filing), schemes_of(filing))


def signed_content(filing: Filing) -> exchange.FilingContent:
    """What was signed, while that stands; otherwise what would be signed now."""
    if filing.status in UNSIGNED:
        return contents.content_of(filing)
    return exchange.FilingContent.model_validate_json(filing.snapshots.filter(kind=Snapshot.Kind.FILING).latest("number").content)


def schemes_of(filing: Filing) -> list[Scheme]:
    """The schemes of the filing's assessments, each once."""
    versions = [assessment.scheme for assessment in filing.assessments.select_related("scheme")]
    return list({version.digest: version.scheme for version in versions}.values())


@transaction.atomic
def import_file(file: exchange.ExchangeFile, *, by: User, evidence_folder: Path | None = None) -> Filing:
    """Write an exchange file into the unit's open filing, as ``by``; afterwards the content has the file's digest."""
    filing = turns.take(_target(file), Act.EDIT, by=by)
    _write_projects(filing, file.content, by=by)
    for content in sorted(file.content.assessments, key=lambda item: item.kind):  # the whole's checks look at the projects
        assessment = _assessment(filing, content)
        _write_parts(assessment, content, by=by)
        _write_evidence(assessment, content, by=by, folder=evidence_folder)
    filing.filled_on = file.content.filled_on
    filing.save(update_fields=["filled_on"])
    _refuse_other_content(file.content, contents.content_of(filing))
    return filing


def _target(file: exchange.ExchangeFile) -> int:
    unit, round_ = file.content.unit, file.content.round
    filing = Filing.objects.filter(unit__code=unit.code, round__fiscal_year=round_.fiscal_year).first()
    if filing is None:
        raise DomainError(f"没有“{unit.name}”（{unit.code}）{round_.fiscal_year} 年度的自评材料，请先开通该评价年度")
    return filing.pk


def _write_projects(filing: Filing, content: exchange.FilingContent, *, by: User) -> None:
    """The file's list of projects in place of what is here; the same project keeps its parts."""
    here = [item.project_row() for item in filing.assessments.projects()]
    given = [project_row(item) for item in content.assessments if item.project]
    rows = [replace(row, id=same.id if (same := find_same(row, here)) else None) for row in given]
    if set(rows) == set(here):
        return
    whole = filing.assessments.get(kind="whole")
    part = whole.parts.filter(kind=Part.Kind.PROJECTS).first()
    if part is None:
        raise DomainError("这份材料所在的评价年度不填项目自评")
    projects.save_projects(whole.pk, by=by, version=part.version, rows=rows)


def _assessment(filing: Filing, content: exchange.AssessmentContent) -> Assessment:
    """The whole, or the project of this name: the list of projects is in place."""
    same = {"name": content.name} if content.project else {}
    assessment = filing.assessments.select_related("scheme").get(kind=content.kind, **same)
    if assessment.scheme.digest != content.scheme.digest:
        stored, given = assessment.scheme, content.scheme
        raise DomainError(f"指标体系不同：材料使用“{stored.title}”{stored.version} 版，文件为“{given.title}”{given.version} 版")
    if not assessment.last_year and content.last_year:  # last year was filed elsewhere
        assessment.last_year = content.last_year
        assessment.save(update_fields=["last_year"])
    return assessment


def _write_parts(assessment: Assessment, content: exchange.AssessmentContent, *, by: User) -> None:
    """Only parts that differ, so that one which was not returned may stay as it is."""
    here = contents.assessment_content(assessment)
    versions = dict(assessment.parts.values_list("kind", "version"))
    if content.figures != here.figures:
        figures = {code: Decimal(content.figures[code]) if code in content.figures else None for code in content.figures | here.figures}
        parts.save_figures(assessment.pk, by=by, version=versions[Part.Kind.FIGURES], figures=figures)
    if content.own_rows != here.own_rows:
        if Part.Kind.OWN_ROWS not in versions:
            raise DomainError("这份材料的指标体系没有单位自设的指标")
        rows = [item.row() for item in content.own_rows]
        save_own_rows(assessment.pk, by=by, version=versions[Part.Kind.OWN_ROWS], rows=rows)
    if answers_of(content) != answers_of(here):
        parts.save_scores(assessment.pk, by=by, version=versions[Part.Kind.SCORES], answers=answers_of(content))
    if content.narrative != here.narrative:
        texts = {section.code: section.text for section in content.narrative}
        parts.save_narrative(assessment.pk, by=by, version=versions[Part.Kind.NARRATIVE], texts=texts)
    if content.explanations != contents.assessment_content(assessment).explanations:  # which ones are needed follows from the figures
        stored = dict.fromkeys(assessment.explanations.values_list("code", flat=True), "")
        reasons = stored | content.explanations
        parts.save_explanations(assessment.pk, by=by, version=versions[Part.Kind.EXPLANATIONS], texts=reasons)


def _write_evidence(assessment: Assessment, content: exchange.AssessmentContent, *, by: User, folder: Path | None) -> None:
    missing = {item.sha256: item for item in content.evidence}
    present = list(assessment.evidence.all())
    for stored in present:
        if contents.evidence_content(stored) == missing.get(stored.sha256):
            del missing[stored.sha256]
        else:
            evidence.remove_evidence(stored.pk, by=by)
    own = _named_before(assessment.filing) | {stored.sha256 for stored in present}
    for item in missing.values():
        data = evidence.find_bytes(item.sha256) if item.sha256 in own else evidence.find_in(folder, item.sha256)
        if data is None:
            raise DomainError(f"缺少佐证材料“{item.name}”，请用 --evidence 指明其所在的文件夹")
        evidence.add_evidence(assessment.pk, by=by, name=item.name, data=data, indicators=list(item.indicators), public=item.public)


def _named_before(filing: Filing) -> set[str]:
    """Files that this filing itself ever signed: a digest alone gives nobody another unit's file."""
    signed = filing.snapshots.filter(kind=Snapshot.Kind.FILING).values_list("content", flat=True)
    contents_signed = map(exchange.FilingContent.model_validate_json, signed)
    return {item.sha256 for content in contents_signed for assessment in content.assessments for item in assessment.evidence}


def _refuse_other_content(given: exchange.FilingContent, here: exchange.FilingContent) -> None:
    """What follows from the figures, and what this installation says of unit and round, must be what the file says."""
    places = list(_differences(given.model_dump(mode="json"), here.model_dump(mode="json"), "content"))
    if places:
        more = f" 等 {len(places)} 处" if len(places) > SHOWN else ""
        raise DomainError(f"导入后的内容与文件不同，未导入：{'、'.join(places[:SHOWN])}{more}")


def _differences(given: Any, here: Any, place: str) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(here, dict):
        for key in sorted(given.keys() | here.keys()):
            yield from _differences(given.get(key), here.get(key), f"{place}.{key}")
    elif isinstance(given, list) and isinstance(here, list) and len(given) == len(here):
        for number, (one, other) in enumerate(zip(given, here, strict=True)):
            yield from _differences(one, other, f"{place}.{number}")
    elif given != here:
        yield place
