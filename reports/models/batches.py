"""Print batches (全轮打印): all filings of a round as they stood when somebody asked for them."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Count

from assessment.domain.workflow import STAGES, Stage, Status
from assessment.models import Filing, Round
from reports.models.jobs import PrintJob
from units.models import OFFICE_ROLES, BudgetUnit, User

#: The pace is that of the last jobs, and nobody's guess while fewer than ``FEWEST`` are done.
PACED_BY, FEWEST = 20, 3


class PrintBatchQuerySet(models.QuerySet["PrintBatch"]):
    """Named reads of print batches."""

    def visible_to(self, user: User) -> Self:
        """Batches of the departments in whose finance office ``user`` works; a unit's people see none."""
        offices = BudgetUnit.objects.held_by(user, OFFICE_ROLES)
        return self.filter(round__department__in=BudgetUnit.objects.below(offices))


class PrintBatch(models.Model):
    """One asking for all PDFs of a round; what belongs to it is written once and does not change."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="print_batches", verbose_name="评价年度")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间", auto_now_add=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="取消人")
    cancelled_at = models.DateTimeField("取消时间", null=True)

    objects = PrintBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "全轮打印"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.round} 全轮打印"


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    """Named reads of what belongs to a batch."""

    def visible_to(self, user: User) -> Self:
        """Items of the filings that ``user`` sees."""
        return self.filter(filing__in=Filing.objects.visible_to(user))

    def left_out(self) -> Self:
        """Filings that were not signed."""
        return self.filter(job=None)

    def waiting_copies(self) -> Self:
        """What can still be cancelled."""
        return self.filter(job__kind=PrintJob.Kind.COPY, job__state=PrintJob.State.WAITING)

    def counted_by_state(self) -> dict[str, int]:
        """How many print jobs are in each state."""
        rows = self.exclude(job=None).values_list("job__state").annotate(number=Count("pk")).order_by()
        return dict(rows)

    def time_left(self, rest: int, since: datetime) -> timedelta | None:
        """How long ``rest`` more take at the pace of the last jobs printed after ``since``; None before there is one."""
        printed = self.filter(job__state=PrintJob.State.DONE, job__finished_at__gte=since)
        latest = printed.order_by("-job__finished_at").values_list("job__finished_at", flat=True)[:PACED_BY]
        times = [at for at in latest if at]
        if len(times) < FEWEST:
            return None
        return (times[0] - times[-1]) / (len(times) - 1) * rest


class BatchItem(models.Model):
    """One filing of a batch with its print job, or none where nothing was signed; ``name`` is its file's without the ending."""

    batch = models.ForeignKey(PrintBatch, models.PROTECT, related_name="items")
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="+")
    job = models.ForeignKey(PrintJob, models.PROTECT, null=True, related_name="batch_items")
    status = models.CharField(max_length=20)
    name = models.CharField(max_length=200)

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("batch", "filing", name="one_filing_a_batch")]

    def __str__(self) -> str:
        return self.name

    @property
    def stage(self) -> Stage:
        """Where the filing stood when it was asked for."""
        return STAGES[Status(self.status)]
