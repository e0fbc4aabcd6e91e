"""Evidence files (佐证材料), and how far the virus scanner has come with each."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from assessment.models.filing import Assessment
from units.models import User

#: What a browser shows in a page of ours; all others are given out as attachments only.
SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Named reads of evidence."""

    def infected(self) -> Self:
        """Files in which a virus was found."""
        return self.filter(scan=Evidence.Scan.INFECTED)

    def waiting(self) -> Self:
        """Files that the scanner has not looked through yet; none where there is no scanner."""
        return self.filter(scan=Evidence.Scan.WAITING) if settings.CLAMAV else self.none()

    def to_scan(self, now: datetime) -> Self:
        """Waiting files that are due, the oldest first."""
        return self.waiting().filter(scan_due_at__lte=now).order_by("scan_due_at", "pk")


class Evidence(models.Model):
    """佐证材料: a file named by its content's SHA-256, tied to scored rows; kept outside the web root.

    ``scan`` is empty for what was uploaded while there was no scanner; ``scan_note`` is the virus's name, or why the
    scanner has not answered. Neither is part of what is signed.
    """

    class Scan(models.TextChoices):
        """How far the virus scanner has come."""

        WAITING = "waiting", "待查毒"
        CLEAN = "clean", "未发现病毒"
        INFECTED = "infected", "发现病毒"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="evidence")
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("摘要值", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=100)
    indicators = models.JSONField("对应指标", default=list)
    public = models.BooleanField("可公开", default=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    scan = models.CharField("查毒", max_length=10, choices=Scan.choices, blank=True)
    scan_note = models.CharField(max_length=200, blank=True)
    scan_due_at = models.DateTimeField(null=True)
    scan_attempts = models.PositiveSmallIntegerField(default=0)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "sha256", name="one_file_once")]
        indexes: ClassVar[list[Any]] = [models.Index("scan_due_at", condition=models.Q(scan="waiting"), name="files_to_scan")]

    def __str__(self) -> str:
        return self.name

    @property
    def waits(self) -> bool:
        """Whether the scanner has yet to look through it."""
        return bool(settings.CLAMAV) and self.scan == self.Scan.WAITING

    @property
    def infected(self) -> bool:
        """Whether a virus was found in it."""
        return self.scan == self.Scan.INFECTED

    @property
    def held(self) -> str:
        """Why nobody is given its bytes now, in words; empty when they may have them."""
        if self.infected:
            return f"“{self.name}”中发现病毒（{self.scan_note}），已隔离，不能查看或下载"
        return f"“{self.name}”正在等待查毒，查完后才能查看或下载" if self.waits else ""

    @property
    def shown_inline(self) -> bool:
        """Whether a page of ours can show it."""
        return self.media_type in SHOWN_INLINE
