"""Publications (公开): an append-only, hash-chained record of what the public was given."""

from typing import Self

from django.db import models
from django.urls import reverse

from assessment.models import Filing, Snapshot
from reports.models.jobs import PrintJob
from units.models import User


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Named reads for the public."""

    def for_list(self) -> Self:
        """With what the portal shows of each, newest year first."""
        return self.select_related("snapshot").order_by("-filing__round__fiscal_year", "filing__unit__path")

    def matching(self, *, year: int | None = None, unit: str = "", text: str = "") -> Self:
        """Narrowed by fiscal year, unit code, and words of the unit's name or the round's title."""
        found = self
        if year is not None:
            found = found.filter(filing__round__fiscal_year=year)
        if unit:
            found = found.filter(filing__unit__code=unit)
        for word in text.split()[:8]:
            found = found.filter(models.Q(filing__unit__name__icontains=word) | models.Q(filing__round__title__icontains=word))
        return found


class Publication(models.Model):
    """One filing made public: which snapshot, which PDF, and the digest of the record before it."""

    number = models.PositiveIntegerField("序号", unique=True)
    filing = models.OneToOneField(Filing, models.PROTECT, related_name="publication", verbose_name="自评材料")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    job = models.ForeignKey(PrintJob, models.PROTECT, related_name="+")
    pdf_sha256 = models.CharField("PDF 摘要值", max_length=64)
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    published_at = models.DateTimeField("公开时间")
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公开记录"

    def __str__(self) -> str:
        return f"第 {self.number} 号 {self.filing}"

    def get_absolute_url(self) -> str:
        return reverse("reports:publication", args=[self.number])


class ChainHead(models.Model):
    """The one row that publications take turns on; it names the last record, so that a cut chain shows."""

    number = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"
