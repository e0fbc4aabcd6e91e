"""Export and import of a filing as one exchange file; import is all or nothing."""

from decimal import Decimal
from pathlib import Path

from django.db import transaction

from assessment.domain import exchange
from assessment.domain.checks import Answer
from assessment.domain.errors import DomainError
from assessment.domain.scheme import Scheme
from assessment.models import Assessment, Filing, Part, Snapshot
from assessment.services import contents, evidence, parts
from units.models import User


def export(filing: Filing) -> exchange.ExchangeFile:
    """The signed content where there is one that stands, otherwise the content as it is now."""
    return exchange.pack(signed_content(filing), schemes_of(filing)) if filing.status not in EDITABLE else contents.file_of(filing)


EDITABLE = ("draft", "returned")


def signed_content(filing: Filing) -> exchange.FilingContent:
    """What was signed last, or what would be signed now."""
    snapshot = filing.snapshots.filter(kind=Snapshot.Kind.FILING).order_by("number").last()
    if snapshot is None or filing.status == "awaiting_signoff":
        return contents.content_of(filing)
    return exchange.FilingContent.model_validate_json(snapshot.content)


def schemes_of(filing: Filing) -> list[Scheme]:
    """The schemes of the filing's assessments."""
    return [assessment.scheme.scheme for assessment in filing.assessments.select_related("scheme")]


@transaction.atomic
def import_file(file: exchange.ExchangeFile, *, by: User, evidence_folder: Path | None = None) -> Filing:
    """Write an exchange file into the unit's open filing, as ``by``; afterwards the content has the file's digest."""
    filing = _target(file)
    for content in file.content.assessments:
        assessment = _assessment(filing, content)
        _write_parts(assessment, content, by=by)
        _write_evidence(assessment, content, by=by, folder=evidence_folder)
    filing.refresh_from_db()
    filing.filled_on = file.content.filled_on
    filing.save(update_fields=["filled_on"])
    if exchange.content_digest(contents.content_of(filing)) != file.digest.value:
        raise DomainError("导入后内容与文件的摘要值不符：文件中的测算结果不是由其数据得出的，未导入")
    return filing


def _target(file: exchange.ExchangeFile) -> Filing:
    unit, round_ = file.content.unit, file.content.round
    filing = Filing.objects.filter(unit__code=unit.code, round__fiscal_year=round_.fiscal_year).select_related("unit", "round").first()
    if filing is None:
        raise DomainError(f"没有“{unit.name}”（{unit.code}）{round_.fiscal_year} 年度的自评材料，请先开通该评价年度")
    return filing


def _assessment(filing: Filing, content: exchange.AssessmentContent) -> Assessment:
    assessment = filing.assessments.select_related("scheme").filter(kind=content.kind).first()
    if assessment is None:
        raise DomainError("本系统的这份材料没有对应的自评")
    if assessment.scheme.digest != content.scheme.digest:
        stored, given = assessment.scheme, content.scheme
        raise DomainError(f"指标体系不同：材料使用“{stored.title}”{stored.version} 版，文件为“{given.title}”{given.version} 版")
    return assessment


def _write_parts(assessment: Assessment, content: exchange.AssessmentContent, *, by: User) -> None:
    versions = dict(assessment.parts.values_list("kind", "version"))
    scheme = assessment.scheme.scheme
    unknown = set(content.figures) - {field.code for field in scheme.inputs}
    if unknown:
        raise DomainError(f"文件中有本指标体系没有的数据项：{'、'.join(sorted(unknown))}")
    figures = {field.code: Decimal(content.figures[field.code]) if field.code in content.figures else None for field in scheme.inputs}
    parts.save_figures(assessment.pk, by=by, version=versions[Part.Kind.FIGURES], figures=figures)
    answers = {score.code: _answer(score) for score in content.scores}
    parts.save_scores(assessment.pk, by=by, version=versions[Part.Kind.SCORES], answers=answers)
    texts = {section.code: section.text for section in content.narrative}
    parts.save_narrative(assessment.pk, by=by, version=versions[Part.Kind.NARRATIVE], texts=texts)
    explanations = {check.code: content.explanations.get(check.code, "") for check in scheme.checks}
    parts.save_explanations(assessment.pk, by=by, version=versions[Part.Kind.EXPLANATIONS], texts=explanations)


def _answer(score: exchange.ScoreContent) -> Answer:
    points = None if score.self_points is None else Decimal(score.self_points)
    return Answer(frozenset(score.choices), points, score.reason)


def _write_evidence(assessment: Assessment, content: exchange.AssessmentContent, *, by: User, folder: Path | None) -> None:
    wanted = {item.sha256 for item in content.evidence}
    for stored in assessment.evidence.exclude(sha256__in=wanted):
        evidence.remove_evidence(stored.pk, by=by)
    present = set(assessment.evidence.values_list("sha256", flat=True))
    for item in content.evidence:
        if item.sha256 not in present:
            data = evidence.find_bytes(item.sha256, folder)
            if data is None:
                raise DomainError(f"缺少佐证材料“{item.name}”，请用 --evidence 指明其所在的文件夹")
            evidence.add_evidence(assessment.pk, by=by, name=item.name, data=data, indicators=list(item.indicators), public=item.public)
