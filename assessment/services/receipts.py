"""Receipts, made from the record each time they are asked for."""

from django.utils import timezone

from assessment.domain.exchange import FilingContent
from assessment.domain.receipt import Receipt, receipt_number, received
from assessment.domain.workflow import Act
from assessment.models import Filing, Snapshot


def receipt_of(filing: Filing, signed: Snapshot) -> Receipt:
    """The receipt of one signed content of the filing; ask for ``unit`` and ``round`` beforehand."""
    content = FilingContent.model_validate_json(signed.content)
    asked = filing.events.filter(act=Act.REQUEST_SIGNOFF.value, at__lte=signed.made_at).select_related("actor").order_by("-number").first()
    signed_at = timezone.localtime(signed.made_at).replace(microsecond=0)
    return Receipt(
        number=receipt_number(content.round.fiscal_year, content.unit.code, signed.number),
        unit=content.unit.name,
        unit_code=content.unit.code,
        department=content.unit.department,
        fiscal_year=content.round.fiscal_year,
        title=content.round.title,
        notice_number=content.round.notice_number,
        submission=signed.number,
        filled_on=content.filled_on,
        requested_by=str(asked.actor) if asked else "",
        signed_by=str(signed.made_by),
        signed_at=signed_at,
        deadline=filing.deadline,
        days_late=max((signed_at.date() - filing.deadline).days, 0),
        algorithm=signed.algorithm,
        digest=signed.digest,
        assessments=tuple(received(item.name, item.self_total, item.grade) for item in content.assessments),
    )
