"""Saving one part of a filing, as typed; a stale save is refused whole."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.figures import check_figure
from assessment.domain.inputs import Answer
from assessment.domain.narrative import MAX_PARAGRAPHS, MAX_REPORT, MAX_SECTION, tidy
from assessment.domain.prose import MAX_CELLS, grids, too_wide
from assessment.domain.reasons import answerable
from assessment.domain.rules import Judgement, YesNo
from assessment.domain.scheme import Indicator
from assessment.domain.scoring import choice_labels
from assessment.domain.text import says_something
from assessment.domain.workflow import Act
from assessment.models import Assessment, Explanation, Figure, Narrative, Part, Score
from assessment.services import contents, turns
from units.models import User

MAX_REASON = 1000
MAX_KEY = 150
CENT = Decimal("0.01")


def take_part(assessment_id: int, kind: Part.Kind, *, by: User, version: int | None) -> Part:
    """Lock the filing, ask whose turn it is, and refuse a locked part or a stale ``version`` (None: any)."""
    filing_id = Assessment.objects.values_list("filing_id", flat=True).get(pk=assessment_id)
    turns.take(filing_id, Act.EDIT, by=by)
    part = Part.objects.select_related("assessment__scheme", "assessment__filing__round").get(assessment=assessment_id, kind=kind)
    if part.locked:
        raise DomainError(f"“{part}”没有被退回，不能修改；只有被退回的部分可以修改")
    if version is not None and part.version != version:
        raise StaleSave()
    return part


def finish_part(part: Part, changed: list[str], *, by: User, how: str = "") -> Part:
    """Count the save and record what changed; a save that changed nothing is neither counted nor recorded.

    ``how``: where nobody typed it, what was done instead.
    """
    if changed:
        # The filing is locked: nobody counts between the reading of the part and this.
        part.version, part.saved_by, part.saved_at = part.version + 1, by, timezone.now()
        part.save(update_fields=["version", "saved_by", "saved_at"])
        detail: dict[str, Any] = {"part": part.kind, "version": part.version, "changed": sorted(changed)}
        if part.assessment.kind == "project":
            detail["project"] = part.assessment.name
        if how:
            detail["how"] = how
        turns.record(part.assessment.filing, Act.EDIT, by=by, detail=detail)
    return part


@transaction.atomic
def save_figures(assessment_id: int, *, by: User, version: int, figures: Mapping[str, Decimal | None]) -> Part:
    """Store the given figures; None empties a field. Raises ``DomainError`` with a place for each bad one."""
    return store_figures(take_part(assessment_id, Part.Kind.FIGURES, by=by, version=version), by=by, figures=figures)


def store_figures(part: Part, *, by: User, figures: Mapping[str, Decimal | None]) -> Part:
    """``save_figures`` for a part that was taken."""
    inputs = {field.code: field for field in part.assessment.scheme.scheme.inputs}
    places: dict[str, str] = {}
    for code, value in figures.items():
        if code not in inputs:
            places[f"figure:{code}"] = "本表没有这一项"
        elif value is not None:
            try:
                check_figure(inputs[code], value)
            except DomainError as error:
                places[f"figure:{code}"] = str(error)
    if places:
        raise DomainError("有数据不合要求，未保存", places)
    stored = {figure.code: figure for figure in part.assessment.figures.filter(code__in=figures)}
    changed = [code for code, value in figures.items() if (stored[code].value if code in stored else None) != value]
    for code in changed:
        value = figures[code]
        if value is None:
            stored[code].delete()
        else:
            figure = stored.get(code) or Figure(assessment=part.assessment, code=code)
            figure.value, figure.unconfirmed = value, False
            figure.save()
    if changed:
        open_outdated_scores(part.assessment)
    return finish_part(part, changed, by=by)


def open_outdated_scores(assessment: Assessment) -> None:
    """Where a corrected figure or row leaves locked points that no longer fit, they can be corrected as well."""
    locked = assessment.parts.filter(kind=Part.Kind.SCORES, locked=True)
    if locked.exists() and any(finding.place.startswith("score:") for finding in contents.evaluate(assessment).blocking):
        locked.update(locked=False)


@transaction.atomic
def save_scores(assessment_id: int, *, by: User, version: int, answers: Mapping[str, Answer]) -> Part:
    """Store the given answers of scored rows; whether the points fit is a finding, not a refusal, except out of range."""
    return store_scores(take_part(assessment_id, Part.Kind.SCORES, by=by, version=version), by=by, answers=answers)


def store_scores(part: Part, *, by: User, answers: Mapping[str, Answer]) -> Part:
    """``save_scores`` for a part that was taken."""
    scored = part.assessment.completed_scheme().scored
    places: dict[str, str] = {}
    for code, answer in answers.items():
        row = scored.get(code)
        if fault := "本表没有这一项指标" if row is None else _answer_fault(row, answer):
            places[f"score:{code}"] = fault
    if places:
        raise DomainError("有得分不合要求，未保存", places)
    changed = []
    stored = {score.code: score for score in part.assessment.scores.all()}
    for code, answer in answers.items():
        score = stored.get(code) or Score(assessment=part.assessment, code=code)
        new = (sorted(answer.choices), answer.self_points, answer.reason)
        if (score.choices, score.self_points, score.self_reason) != new:
            score.choices, score.self_points, score.self_reason = new
            score.save()
            changed.append(code)
    return finish_part(part, changed, by=by)


def points_fault(points: Decimal, full: Decimal) -> str:
    """Why these points cannot stand in a row of ``full`` points; empty when they can."""
    if not 0 <= points <= full:
        return f"应在 0 至 {decimal_text(full)} 分之间"
    return "" if points == points.quantize(CENT) else "最多 2 位小数"


def _answer_fault(row: Indicator, answer: Answer) -> str:
    if answer.self_points is not None and (fault := points_fault(answer.self_points, row.points)):
        return fault
    if not answer.choices <= choice_labels(row).keys():
        return "所选的核对项不在本指标中"
    if len(answer.choices) > 1 and isinstance(row.rule, Judgement | YesNo):
        return "只能选择一项"
    return f"说明超过 {MAX_REASON} 字，请精简" if len(answer.reason) > MAX_REASON else ""


@transaction.atomic
def save_narrative(assessment_id: int, *, by: User, version: int, texts: Mapping[str, str]) -> Part:
    """Store the given sections as plain text; refuses unknown sections and text beyond what can be printed."""
    return store_narrative(take_part(assessment_id, Part.Kind.NARRATIVE, by=by, version=version), by=by, texts=texts)


def store_narrative(part: Part, *, by: User, texts: Mapping[str, str]) -> Part:
    """``save_narrative`` for a part that was taken."""
    sections = {section.code: section for section in part.assessment.scheme.scheme.sections if section.text}
    tidied = {code: tidy(text) for code, text in texts.items()}
    places = {f"section:{code}": "提纲中没有这一节" for code in tidied if code not in sections}
    places |= {f"section:{code}": f"超过 {MAX_SECTION} 字，请精简" for code, text in tidied.items() if len(text) > MAX_SECTION}
    places |= {f"section:{code}": fault for code, text in tidied.items() if (fault := too_wide(text))}
    if places:
        raise DomainError("有章节不合要求，未保存", places)
    stored = {narrative.code: narrative for narrative in part.assessment.narratives.all()}
    _refuse_too_long(list(({code: narrative.text for code, narrative in stored.items()} | tidied).values()))
    changed = [code for code, text in tidied.items() if (stored[code].text if code in stored else "") != text]
    for code in changed:
        narrative = stored.get(code) or Narrative(assessment=part.assessment, code=code)
        narrative.text = tidied[code]
        narrative.save()
    return finish_part(part, changed, by=by)


def _refuse_too_long(texts: list[str]) -> None:
    characters, paragraphs = sum(map(len, texts)), sum(text.count("\n") + 1 for text in texts)
    cells = sum(grid.cells for text in texts for grid in grids(text))
    if characters > MAX_REPORT:
        raise DomainError(f"报告全文 {characters} 字，超过 {MAX_REPORT} 字，请精简，未保存")
    if paragraphs > MAX_PARAGRAPHS:
        raise DomainError(f"报告全文 {paragraphs} 段，超过 {MAX_PARAGRAPHS} 段，请合并，未保存")
    if cells > MAX_CELLS:
        raise DomainError(f"报告各处表格共 {cells} 格，超过 {MAX_CELLS} 格，请精简，未保存")


@transaction.atomic
def save_explanations(assessment_id: int, *, by: User, version: int, texts: Mapping[str, str]) -> Part:
    """Store the written reasons for warnings, by the finding's key; empty text removes one."""
    return store_explanations(take_part(assessment_id, Part.Kind.EXPLANATIONS, by=by, version=version), by=by, texts=texts)


def store_explanations(part: Part, *, by: User, texts: Mapping[str, str]) -> Part:
    """``save_explanations`` for a part that was taken."""
    scheme = part.assessment.scheme.scheme
    known = answerable(scheme)
    stored = {explanation.code: explanation.text for explanation in part.assessment.explanations.all()}
    changed = [code for code, text in texts.items() if stored.get(code, "") != text.strip()]
    places = {f"explanation:{code}": "没有这一项核查" for code in texts if code.partition(".")[0] not in known or len(code) > MAX_KEY}
    places |= {f"explanation:{code}": f"超过 {MAX_REASON} 字，请精简" for code, text in texts.items() if len(text) > MAX_REASON}
    places |= {f"explanation:{code}": "请写明原因" for code in changed if texts[code].strip() and not says_something(texts[code])}
    if places:
        raise DomainError("有说明不合要求，未保存", places)
    for code in changed:
        if text := texts[code].strip():
            Explanation.objects.update_or_create(assessment=part.assessment, code=code, defaults={"text": text})
        else:
            Explanation.objects.filter(assessment=part.assessment, code=code).delete()
    return finish_part(part, changed, by=by)
