"""Waivers (豁免): the office lets one finding of one unit and round pass, with a reason and an end."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.text import unprintable
from assessment.domain.workflow import Act
from assessment.models import Assessment, Waiver
from assessment.services import contents, turns
from assessment.services.signoff import required_reason
from units.models import User


@transaction.atomic
def grant_waiver(assessment_id: int, *, by: User, key: str, reason: str, expires_on: date) -> Waiver:
    """Let the finding ``key`` pass until ``expires_on``; raises ``DomainError`` when nothing of that name stands."""
    assessment = _take(assessment_id, by)
    finding = next((finding for finding in contents.evaluate(assessment).findings if finding.key == key and finding.waivable), None)
    if finding is None:
        raise DomainError("没有这一条核查意见，或它不能豁免", {"key": "请选择现有的核查意见"})
    if expires_on < timezone.localdate():
        raise DomainError("有效期不能早于今天", {"expires_on": "不能早于今天"})
    text = required_reason(reason)
    if found := unprintable(text):
        raise DomainError("理由不合要求", {"reason": f"有无法打印的字符：{'、'.join(found[:5])}"})
    assessment.waivers.filter(code=key, ended_at=None).update(ended_at=timezone.now())
    about = {"code": key, "message": finding.message, "comparison": finding.comparison}
    waiver = Waiver.objects.create(assessment=assessment, **about, reason=text, expires_on=expires_on, granted_by=by)
    detail = {"waived": key, "message": finding.message, "reason": text, "expires_on": expires_on.isoformat()}
    turns.move(assessment.filing, Act.WAIVE, by=by, detail=detail)
    return waiver


@transaction.atomic
def end_waiver(waiver_id: int, *, by: User) -> Waiver:
    """End a waiver at once; the finding stands again."""
    waiver = Waiver.objects.get(pk=waiver_id)
    assessment = _take(waiver.assessment_id, by)
    waiver.refresh_from_db()
    if waiver.ended_at is not None:
        raise DomainError("这项豁免已经终止")
    waiver.ended_at = timezone.now()
    waiver.save(update_fields=["ended_at"])
    turns.move(assessment.filing, Act.WAIVE, by=by, detail={"ended": waiver.code})
    return waiver


def _take(assessment_id: int, by: User) -> Assessment:
    filing_id = Assessment.objects.values_list("filing_id", flat=True).get(pk=assessment_id)
    filing = turns.take(filing_id, Act.WAIVE, by=by)
    return Assessment.objects.select_related("scheme", "filing__round").get(pk=assessment_id, filing=filing)
