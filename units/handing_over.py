"""Handing a unit's role to a colleague: for good, or until a day after which it comes back."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from units.models import UNIT_ROLES, HandOver, Membership, User

DAY = timedelta(days=1)


def colleagues(held: Membership) -> QuerySet[User]:
    """Who can take the role: active accounts that hold or held a role of this unit, and not this one or its counterpart today.

    One person with both roles could not sign what they asked for, and the unit would stand still.
    """
    busy = Membership.objects.today().of_units().filter(unit=held.unit_id).values("user")
    ever = Membership.objects.of_units().filter(unit=held.unit_id).values("user")
    return User.objects.filter(pk__in=ever, is_active=True).exclude(pk__in=busy).order_by("name", "pk")


@transaction.atomic
def hand_over(membership_id: int, *, by: User, to: User, until: date | None = None) -> HandOver:
    """Give ``by``'s role at a unit to ``to``, from today. Raises ``ValidationError`` in words.

    With ``until`` the role is back with ``by`` on the day after. Nobody gives more than they hold: a stand-in's own last day is the
    taker's too.
    """
    # The unit's roles are locked together: two who hand over at once see each other.
    unit_id = Membership.objects.values_list("unit_id", flat=True).get(pk=membership_id)
    list(Membership.objects.select_for_update().filter(unit=unit_id).order_by("pk"))
    held = Membership.objects.today().filter(user=by, role__in=UNIT_ROLES, pk=membership_id).first()
    today = timezone.localdate()
    if held is None:
        raise ValidationError("您现在不承担这个角色，不能移交")
    if until is not None and until < today:
        raise ValidationError("代办的最后一天不能早于今天")
    if not colleagues(held).filter(pk=to.pk).exists():
        raise ValidationError("只能移交给本单位没有承担其他角色的人员；没有合适的人员，请联系系统管理员开通账号")
    theirs = Membership.objects.filter(user=to, unit=held.unit, role=held.role, valid_from__gt=today).first()
    if theirs is not None and until is not None:
        raise ValidationError(f"{to}自 {theirs.valid_from:%Y-%m-%d} 起自己承担这个角色；现在就交还的，请不填“代办至”")
    for_good = until is None or (held.valid_to is not None and until >= held.valid_to)
    until = held.valid_to if for_good else until
    last = theirs.valid_to if theirs is not None else until
    Membership.objects.update_or_create(user=to, unit=held.unit, role=held.role, defaults={"valid_from": today, "valid_to": last})
    if for_good:
        held.valid_to = today - DAY
    else:
        assert until is not None
        held.valid_from = until + DAY
    held.save(update_fields=["valid_from", "valid_to"])
    return HandOver.objects.create(unit=held.unit, role=held.role, giver=by, taker=to, until=until)
