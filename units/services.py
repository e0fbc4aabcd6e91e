"""Writes about units, people and roles."""

import secrets
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest

from units.models import BudgetUnit, Membership, Role, User

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def add_unit(code: str, name: str, parent: BudgetUnit | None = None) -> BudgetUnit:
    """Add a budget unit under ``parent``; raises ``ValidationError`` on a bad or repeated code."""
    unit = BudgetUnit(code=code, name=name, parent=parent)
    return save_unit(unit)


@transaction.atomic
def save_unit(unit: BudgetUnit) -> BudgetUnit:
    """Store a unit and the tree paths that follow from its parent; refuses a parent below itself."""
    before = unit.path
    unit.full_clean(exclude=["path"])
    unit.path = f"{unit.parent.path if unit.parent else ''}{unit.code}/"
    unit.save()
    if before and before != unit.path:
        for below in BudgetUnit.objects.filter(path__startswith=before).exclude(pk=unit.pk):
            below.path = unit.path + below.path.removeprefix(before)
            below.save(update_fields=["path"])
    return unit


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, as the proxy in front says; without a proxy, who connected."""
    header = settings.CLIENT_ADDRESS_HEADER
    said = str(request.META.get(header, "")) if header else ""
    try:
        return str(ip_address(said))
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))


def new_password() -> str:
    """Fourteen characters that are not mistaken for one another when read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def add_user(username: str, name: str, password: str) -> User:
    """Add a person with a password that meets the rules; ``ValidationError`` on a bad or repeated username."""
    user = User(username=username, name=name)
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    return user


@transaction.atomic
def grant(user: User, unit: BudgetUnit, role: Role) -> Membership:
    """Give ``user`` a role at ``unit``; giving it twice changes nothing."""
    membership, _ = Membership.objects.get_or_create(user=user, unit=unit, role=role.value)
    return membership
