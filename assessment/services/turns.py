"""The one way a filing is taken in hand, moved on and recorded."""

from typing import Any

from django.utils import timezone

from assessment import permissions
from assessment.domain.canonical import canonical_json, digest
from assessment.domain.workflow import MOVES, Act
from assessment.models import Event, Filing
from assessment.services import notices
from units.models import User


def take(filing_id: int, act: Act, *, by: User) -> Filing:
    """Lock the row first, then ask whether ``by`` may do ``act`` now. Call inside a transaction."""
    filing = Filing.objects.select_for_update(of=("self",)).select_related("unit", "round__department").get(pk=filing_id)
    permissions.check_act(by, filing, act)
    return filing


def move(filing: Filing, act: Act, *, by: User, detail: dict[str, Any] | None = None) -> Filing:
    """Store the filing in the status that ``act`` leads to, record the act, and tell those whom it concerns."""
    target = MOVES[act].target
    if target is not None:
        filing.status = target.value
        filing.changed_at = timezone.now()
    filing.save()
    event = record(filing, act, by=by, detail=detail)
    if target is not None:
        notices.announce(filing, event)
    return filing


def record(filing: Filing, act: Act, *, by: User, detail: dict[str, Any] | None = None) -> Event:
    """Append one event to the filing's chain; the filing's row is locked by the caller."""
    last = filing.events.order_by("-number").first()
    event = Event(
        filing=filing,
        number=last.number + 1 if last else 1,
        act=act.value,
        actor=by,
        at=timezone.now(),
        status=filing.status,
        detail=canonical_json(detail or {}),
        previous=last.digest if last else "",
    )
    event.digest = event_digest(event)
    event.save(force_insert=True)
    filing.last_event = event.digest
    filing.save(update_fields=["last_event"])
    return event


def event_digest(event: Event) -> str:
    """What an event's ``digest`` must be: over all its columns and the digest before it."""
    return digest(
        canonical_json(
            {
                "filing": event.filing_id,
                "number": event.number,
                "act": event.act,
                "actor": event.actor_id,
                "at": event.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(),
                "status": event.status,
                "detail": event.detail,
                "previous": event.previous,
            }
        )
    )
