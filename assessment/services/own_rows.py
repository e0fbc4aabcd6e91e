"""Saving the rows that a unit sets itself (自设指标): the whole list at once, each row keeping its number."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal

from django.db import transaction

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError
from assessment.domain.figures import MAX_ABSOLUTE
from assessment.domain.lint import OWN_PREFIX
from assessment.domain.own_rows import MAX_LABEL, MAX_ROWS, OwnRow, own_code
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Act
from assessment.models import Assessment, Part
from assessment.models import OwnRow as Stored
from assessment.services.parts import finish_part, open_outdated_scores, take_part
from units.models import User

PLACES = Decimal("0.0001")
CENT = Decimal("0.01")
MAX_NUMBER = 9999
MAX_UNIT = 20
MAX_AIM = 200
TOO_MANY = f"自设指标最多 {MAX_ROWS} 项"


@transaction.atomic
def save_own_rows(assessment_id: int, *, by: User, version: int, rows: Sequence[OwnRow]) -> Part:
    """Store the list as given; a row without a code is new. Raises ``DomainError`` with a place for each bad one.

    A place is ``own:`` with the row's position from 0 and what is wrong with it: ``own:2:label``.
    """
    return store_own_rows(take_part(assessment_id, Part.Kind.OWN_ROWS, by=by, version=version), by=by, rows=rows)[0]


def store_own_rows(part: Part, *, by: User, rows: Sequence[OwnRow]) -> tuple[Part, list[str]]:
    """``save_own_rows`` for a part that was taken; also gives each row's code, in their order.

    A row that stays as it is stored is not judged again: what stands against it is a finding.
    """
    stored = {own_code(row.number): row for row in part.assessment.own_rows.all()}
    _refuse_bad(part.assessment.scheme.scheme, rows, {code: row.row() for code, row in stored.items()})
    following = 0 if all(row.code for row in rows) else _following_number(part.assessment)
    changed, kept = [], []
    for row in rows:
        code = row.code
        if not code:
            code, following = own_code(following), following + 1
        kept.append(code)
        if following > MAX_NUMBER + 1:
            raise DomainError("自设指标的编号已用尽，请修改现有的行")
        if _store(part.assessment_id, code, row, stored.get(code)):
            changed.append(code)
    gone = stored.keys() - set(kept)
    for code in gone:
        stored[code].delete()
    _follow(part.assessment, gone)
    # Points that the office gave are for the row as it was.
    part.assessment.scores.filter(code__in=changed).update(review_points=None, review_reason="")
    if changed or gone:
        open_outdated_scores(part.assessment)
    return finish_part(part, [*changed, *gone], by=by), kept


def _follow(assessment: Assessment, gone: Collection[str]) -> None:
    """What named a row that is gone names it no longer."""
    assessment.scores.filter(code__in=gone).delete()
    for item in assessment.evidence.all() if gone else ():
        item.indicators = [code for code in item.indicators if code not in gone]
        item.save(update_fields=["indicators"])


def _store(assessment_id: int, code: str, row: OwnRow, stored: Stored | None) -> bool:
    if stored is not None and stored.row() == row:
        return False
    values = asdict(row)
    del values["code"]
    number = int(code.removeprefix(OWN_PREFIX))
    Stored.objects.update_or_create(assessment_id=assessment_id, number=number, defaults=values)
    return True


def _following_number(assessment: Assessment) -> int:
    """A number that no row, score, evidence or recorded save of the assessment ever names."""
    named = [own_code(row.number) for row in assessment.own_rows.all()]
    named += [score.code for score in assessment.scores.all()]
    named += [code for item in assessment.evidence.all() for code in item.indicators]
    saves = assessment.filing.events.filter(act=Act.EDIT.value, detail__contains=f'"part":"{Part.Kind.OWN_ROWS}"')
    named += [code for save in saves for code in json.loads(save.detail)["changed"]]
    return 1 + max((int(code.removeprefix(OWN_PREFIX)) for code in named if code.startswith(OWN_PREFIX)), default=0)


def _refuse_bad(scheme: Scheme, rows: Sequence[OwnRow], stored: Mapping[str, OwnRow]) -> None:
    if len(rows) > MAX_ROWS:
        raise DomainError(f"{TOO_MANY}，未保存")
    codes = [row.code for row in rows if row.code]
    if len(codes) != len(set(codes)) or not all(is_own(code) for code in codes):
        raise DomainError("自设指标的编号重复或不对，未保存")
    places = {
        f"own:{number}:{name}": fault
        for number, row in enumerate(rows)
        if stored.get(row.code) != row
        for name, fault in faults_of(scheme, row)
    }
    if places:
        raise DomainError("有自设指标不合要求，未保存", places)


def is_own(code: str) -> bool:
    """Whether a row of a unit can have this code."""
    digits = code.removeprefix(OWN_PREFIX)
    return code.startswith(OWN_PREFIX) and digits.isascii() and digits.isdigit() and 0 < int(digits) <= MAX_NUMBER


def faults_of(scheme: Scheme, row: OwnRow) -> Iterator[tuple[str, str]]:
    """Why this row cannot be stored: what is wrong with it, and the fault."""
    group = scheme.own_groups.get(row.group)
    if group is None or group.own is None:
        yield "group", "本表没有这一组自设指标"
        return
    if row.kind and row.kind not in group.own.kinds:
        yield "kind", f"类别应为{'、'.join(group.own.kinds)}之一" if group.own.kinds else "这一组不分类别"
    if not row.label.strip():
        yield "label", "请填写指标名称"
    if not 0 < row.points <= group.points or row.points != row.points.quantize(CENT):
        yield "points", f"应大于 0，不超过 {decimal_text(group.points)} 分，最多 2 位小数"
    for name, value in (("target", row.target), ("actual", row.actual)):
        if value is not None and (abs(value) > MAX_ABSOLUTE or value != value.quantize(PLACES)):
            yield name, "数值过大，或超过 4 位小数"
    for name, text, longest in (("label", row.label, MAX_LABEL), ("unit", row.unit, MAX_UNIT), ("aim", row.aim, MAX_AIM)):
        if len(text) > longest:
            yield name, f"超过 {longest} 字，请精简"
