"""Small filters that every template may use."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone

from assessment import permissions
from assessment.domain.canonical import decimal_text
from assessment.domain.figures import show_points
from assessment.domain.own_rows import DIRECTIONS
from assessment.models import Notice, Part
from units.models import User

register = template.Library()


@register.filter
def works_at_desk(user: User) -> bool:
    """Whether this person works at the finance office's desk."""
    return permissions.sees_desk(user)


@register.simple_tag
def unread(user: User) -> int:
    """How many notices this person has not opened yet."""
    return Notice.objects.told_to(user).unread().count()


@register.filter
def points(value: Decimal | str | None) -> str:
    """Points as they are read: two decimals, nothing when there are none."""
    return "" if value is None else show_points(Decimal(value))


@register.filter
def plain(value: Decimal | None) -> str:
    """A decimal without trailing zeros."""
    return "" if value is None else decimal_text(value)


@register.filter
def day(value: date | None) -> str:
    """2023年4月23日, as official documents write dates."""
    if value is None:
        return ""
    shown = timezone.localtime(value) if hasattr(value, "hour") else value  # type: ignore[arg-type]
    return f"{shown.year}年{shown.month}月{shown.day}日"


@register.filter
def part(kind: str) -> str:
    """A kind of part as people call it."""
    return str(dict(Part.Kind.choices).get(kind, ""))


@register.filter
def direction(value: str) -> str:
    """``at_least`` as ≥, and so on."""
    return {str(code): sign for code, sign in DIRECTIONS.items()}.get(value, "")


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The mapping's value under a key held in a variable."""
    return mapping.get(key)


@register.filter
def kilobytes(size: int) -> str:
    """A file's size in KB or MB."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"


@register.filter
def megabytes(size: int) -> str:
    """A limit in whole MB; what is left of one is rounded down."""
    return f"{size // 1024 // 1024} MB"
