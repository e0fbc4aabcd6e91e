"""The record: snapshots and events. Append-only: database triggers refuse UPDATE and DELETE."""

from typing import Any, ClassVar

from django.db import models

from assessment.models.filing import Filing
from units.models import User


class Snapshot(models.Model):
    """定稿: canonical JSON and its digest, frozen at sign-off (``filing``) or at approval (``review``)."""

    class Kind(models.TextChoices):
        """What was frozen."""

        FILING = "filing", "报送定稿"
        REVIEW = "review", "复核定稿"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="snapshots")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.PositiveIntegerField()
    content = models.TextField()
    algorithm = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, db_index=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "定稿"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("filing", "kind", "number", name="one_snapshot_a_number")]

    def __str__(self) -> str:
        return f"{self.filing} {self.get_kind_display()} 第 {self.number} 次"


class Event(models.Model):
    """One act on a filing; ``digest`` covers this row and the digest of the one before it."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=20)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    status = models.CharField(max_length=20)
    detail = models.TextField(help_text="canonical JSON")
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "经办记录"
        ordering = ["filing", "number"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("filing", "number", name="one_event_a_number")]

    def __str__(self) -> str:
        return f"{self.filing} {self.number} {self.act}"
