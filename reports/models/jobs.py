"""Print jobs: a row written in the transaction that needs the print; the broker only hurries it along."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from assessment.domain.exchange import ReviewContent
from assessment.models import Filing, Snapshot
from units.models import User


class PrintJobQuerySet(models.QuerySet["PrintJob"]):
    """Named reads of print jobs."""

    def visible_to(self, user: User) -> Self:
        """Jobs of the filings that ``user`` sees."""
        return self.filter(filing__in=Filing.objects.visible_to(user))

    def to_publish(self, now: datetime) -> Self:
        """Waiting jobs whose next call to the broker is due; reports before previews."""
        return self.filter(state=PrintJob.State.WAITING, due_at__lte=now).order_by("-kind", "due_at", "pk")

    def abandoned(self, now: datetime) -> Self:
        """Jobs that a worker claimed and did not finish within its lease."""
        return self.filter(state=PrintJob.State.PRINTING, lease_until__lt=now)


class PrintJob(models.Model):
    """One PDF to print, from nothing that can change: a preview from ``content``, an exchange file's text; a report from its snapshots.

    ``with_review`` is the round's word on publicity at the time of the approval; ``explained`` adds how each score came about.
    """

    class Kind(models.TextChoices):
        """Why it is printed."""

        PREVIEW = "preview", "预览稿"
        REPORT = "report", "正式报告"

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "等待打印"
        PRINTING = "printing", "正在打印"
        DONE = "done", "已完成"
        FAILED = "failed", "打印失败"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="print_jobs", verbose_name="自评材料")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="print_jobs", verbose_name="定稿")
    content = models.TextField(blank=True)
    review_snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="+", verbose_name="复核定稿")
    with_review = models.BooleanField(default=False)
    explained = models.BooleanField("附测算说明", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING.value)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    due_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField("失败原因", max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = PrintJobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "打印任务"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint("review_snapshot", condition=Q(kind="report"), name="one_report_an_approval"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="job_queue")]

    def __str__(self) -> str:
        return f"{self.filing} {self.get_kind_display()}"

    @property
    def path(self) -> str:
        """Where the finished PDF lies under ``MEDIA_ROOT``."""
        return print_path(self.sha256)

    @property
    def published_review(self) -> ReviewContent | None:
        """The review that the report shows, where the round makes it public."""
        if not self.with_review or self.review_snapshot is None:
            return None
        return ReviewContent.model_validate_json(self.review_snapshot.content)


def print_path(sha256: str) -> str:
    """Where a PDF lies under ``MEDIA_ROOT``: by its bytes' digest."""
    return f"prints/{sha256[:2]}/{sha256}.pdf"
