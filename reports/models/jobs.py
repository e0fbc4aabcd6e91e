"""Print jobs: a row written in the transaction that needs the print; the broker only hurries it along."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count, Min, Q

from assessment.domain.exchange import ReviewContent
from assessment.models import Filing, Snapshot
from units.models import User

#: A job that could be printed and waits for longer, while none is printed, waits for a worker that is not there.
STUCK_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Queue:
    """How the queue of all departments stands; ``waited`` is for how long the oldest job that could be printed has been waiting."""

    waiting: int
    printing: int
    waited: timedelta | None
    stuck: bool

    @property
    def minutes(self) -> int | None:
        """Whole minutes that the oldest has been waiting."""
        return None if self.waited is None else self.waited // timedelta(minutes=1)


class PrintJobQuerySet(models.QuerySet["PrintJob"]):
    """Named reads of print jobs."""

    def visible_to(self, user: User) -> Self:
        """Jobs of the filings that ``user`` sees."""
        return self.filter(filing__in=Filing.objects.visible_to(user))

    def due(self, now: datetime) -> Self:
        """Waiting jobs that may be printed now, the most urgent first; of the same kind the oldest."""
        return self.filter(state=PrintJob.State.WAITING, due_at__lte=now).order_by("priority", "due_at", "pk")

    def before(self, job: "PrintJob") -> Self:
        """Waiting jobs that a worker takes before ``job``."""
        older = Q(due_at__lt=job.due_at) | Q(due_at=job.due_at, pk__lt=job.pk)
        return self.filter(Q(priority__lt=job.priority) | Q(older, priority=job.priority), state=PrintJob.State.WAITING)

    def under_way(self) -> Self:
        """Jobs that will yet come to an end by themselves."""
        return self.filter(state__in=UNDER_WAY)

    def occupying(self, now: datetime) -> Self:
        """Jobs under way, and those cancelled while a worker had them, as long as it may be busy with them."""
        return self.filter(Q(state__in=UNDER_WAY) | Q(state=PrintJob.State.CANCELLED, lease_until__gt=now))

    def abandoned(self, now: datetime) -> Self:
        """Jobs that a worker claimed and did not finish within its lease."""
        return self.filter(state=PrintJob.State.PRINTING, lease_until__lt=now)

    def queue(self, now: datetime) -> Queue:
        """How the queue stands. A job whose lease has run out is not being printed."""
        found = self.under_way().aggregate(
            waiting=Count("pk", filter=Q(state=PrintJob.State.WAITING)),
            printing=Count("pk", filter=Q(state=PrintJob.State.PRINTING, lease_until__gte=now)),
            since=Min("due_at", filter=Q(state=PrintJob.State.WAITING, due_at__lte=now)),
        )
        waited = now - found["since"] if found["since"] else None
        # Between two jobs none is printed for a moment: what was printed lately shows that somebody is at work.
        stuck = waited is not None and waited > STUCK_AFTER and not found["printing"] and not self._printed_since(now - STUCK_AFTER)
        return Queue(found["waiting"], found["printing"], waited, stuck)

    def _printed_since(self, since: datetime) -> bool:
        return self.filter(state=PrintJob.State.DONE, finished_at__gte=since).exists()

    def failed_since(self, since: datetime) -> Self:
        """Jobs given up at or after ``since``."""
        return self.filter(state=PrintJob.State.FAILED, finished_at__gte=since)


class PrintJob(models.Model):
    """One PDF to print, from nothing that can change: a preview from ``content``, an exchange file's text, with the ``snapshot`` whose
    content that is where it was signed; a receipt from its own text there; all others from snapshots.

    ``with_review`` is the round's word on publicity at the time of the approval; ``explained`` adds how each score came
    about; ``error`` is the last one, kept until the job is done; ``toolchain`` is what made the file.
    """

    class Kind(models.TextChoices):
        """Why it is printed."""

        PREVIEW = "preview", "预览稿"
        REPORT = "report", "正式报告"
        COPY = "copy", "送审稿"
        RECEIPT = "receipt", "报送回执"

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "等待打印"
        PRINTING = "printing", "正在打印"
        DONE = "done", "已完成"
        FAILED = "failed", "打印失败"
        CANCELLED = "cancelled", "已取消"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="print_jobs", verbose_name="自评材料")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    priority = models.PositiveSmallIntegerField("次序")
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
    toolchain = models.CharField("排版程序", max_length=200, blank=True)
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
        indexes = [
            models.Index(fields=["state", "priority", "due_at"], name="job_queue"),
            models.Index(fields=["state", "finished_at"], name="job_finished"),
        ]

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


UNDER_WAY = (PrintJob.State.WAITING, PrintJob.State.PRINTING)
#: The smaller, the sooner (ADR 0009): somebody waits to publish, somebody looks at the page, a pile is for later.
PRIORITIES = {PrintJob.Kind.REPORT: 1, PrintJob.Kind.PREVIEW: 2, PrintJob.Kind.RECEIPT: 2, PrintJob.Kind.COPY: 3}


def print_path(sha256: str) -> str:
    """Where a PDF lies under ``MEDIA_ROOT``: by its bytes' digest."""
    return f"prints/{sha256[:2]}/{sha256}.pdf"
