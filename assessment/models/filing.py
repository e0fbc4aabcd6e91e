"""A filing (自评材料), its assessments and their parts."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse

from assessment.domain.own_rows import complete
from assessment.domain.projects import ProjectRow, key_reasons
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import STAGES, Stage, Status
from assessment.models.rounds import Round, SchemeVersion
from units.models import BudgetUnit, User

STATUS_CHOICES = [(stage.status.value, stage.label) for stage in STAGES.values()]


@dataclass(frozen=True)
class StageCount:
    """How many filings of a fiscal year stand at one stage."""

    year: int
    stage: Stage
    number: int


class FilingQuerySet(models.QuerySet["Filing"]):
    """Named reads of filings."""

    def visible_to(self, user: User) -> Self:
        """A unit's people see their unit's filings; a department's office sees the department's."""
        return self.filter(unit__in=BudgetUnit.objects.visible_to(user))

    def for_list(self) -> Self:
        """With what a list shows of each, in a fixed number of queries."""
        return self.select_related("unit", "round").order_by("-round__fiscal_year", "unit__path")

    def counted_by_stage(self) -> list[StageCount]:
        """How many filings of the latest fiscal year stand in each status, in the order of the line; empty ones are left out."""
        year = self.aggregate(year=models.Max("round__fiscal_year"))["year"]
        rows = self.filter(round__fiscal_year=year).values_list("status").annotate(number=models.Count("pk")).order_by()
        numbers = {Status(status): number for status, number in rows}
        return [StageCount(year, stage, numbers[status]) for status, stage in STAGES.items() if status in numbers]


class Filing(models.Model):
    """One unit's self-assessment papers in one round; ``status`` moves by services only."""

    unit = models.ForeignKey(BudgetUnit, models.PROTECT, related_name="filings", verbose_name="预算单位")
    round = models.ForeignKey(Round, models.PROTECT, related_name="filings", verbose_name="评价年度")
    status = models.CharField("状态", max_length=20, choices=STATUS_CHOICES, default=Status.DRAFT.value)
    filled_on = models.DateField("填报日期", null=True, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提请签批人")
    review_version = models.PositiveIntegerField(default=0)
    review_comment = models.TextField("复核意见", blank=True)
    changed_at = models.DateTimeField("状态更新时间", auto_now_add=True)
    last_event = models.CharField(max_length=64, blank=True, help_text="digest of the latest event, so that a cut chain shows")

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自评材料"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("unit", "round", name="one_filing_a_round")]

    def __str__(self) -> str:
        return f"{self.unit} {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:filing", args=[self.pk])

    @property
    def deadline(self) -> date:
        """The day by which it is due: the outer one for the department's own papers, the inner one for its units'."""
        return self.round.outer_deadline if self.unit_id == self.round.department_id else self.round.inner_deadline

    @property
    def stage(self) -> Stage:
        """The status as people see it."""
        return STAGES[Status(self.status)]


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Named reads of assessments."""

    def projects(self) -> Self:
        """The project assessments."""
        return self.filter(kind="project")


class Assessment(models.Model):
    """整体 or 项目支出 自评: a data table, a score table and a report under one scheme version.

    The columns from ``project_code`` to ``livelihood`` are a project's; ``amount`` is its budget in 万元.
    """

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="assessments", verbose_name="自评材料")
    kind = models.CharField("类别", max_length=10, choices=[("whole", "整体"), ("project", "项目支出")], default="whole")
    name = models.CharField("名称", max_length=200)
    scheme = models.ForeignKey(SchemeVersion, models.PROTECT, verbose_name="指标体系")
    last_year = models.JSONField("上年数据", default=dict, help_text="what was signed the year before, by field, as decimal texts")
    project_code = models.CharField("项目编码", max_length=40, blank=True)
    amount = models.DecimalField("项目金额", max_digits=15, decimal_places=4, null=True, blank=True)
    major_policy = models.BooleanField("重大政策", default=False)
    livelihood = models.BooleanField("民生实事", default=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自评"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint("filing", condition=models.Q(kind="whole"), name="one_whole_assessment"),
        ]

    def __str__(self) -> str:
        return f"{self.filing} {self.name}"

    def order(self) -> tuple[bool, str, str, int]:
        """The place among a filing's assessments: the whole first, projects by code and name, the same in every database."""
        return self.kind == "project", self.project_code, self.name, self.pk

    def project_row(self) -> ProjectRow:
        """What the list of projects says of it."""
        return ProjectRow(self.name, self.project_code, self.amount, self.major_policy, self.livelihood, self.pk)

    @property
    def key_reasons(self) -> tuple[str, ...]:
        """Why it is a key project; empty when it is none."""
        return key_reasons(self.project_row(), self.filing.round.key_amount) if self.kind == "project" else ()

    def completed_scheme(self) -> Scheme:
        """The scheme with the rows that the unit set itself; ask for ``own_rows`` beforehand where many are read."""
        return complete(self.scheme.scheme, [row.row() for row in self.own_rows.all()])


class Part(models.Model):
    """One separately saved part of an assessment; ``version`` counts its saves, ``locked`` closes it after a return."""

    class Kind(models.TextChoices):
        """The parts, in the order people fill them."""

        PROJECTS = "projects", "项目清单"
        FIGURES = "figures", "基础数据表"
        OWN_ROWS = "own_rows", "自设指标"
        SCORES = "scores", "指标评分表"
        NARRATIVE = "narrative", "自评报告"
        EVIDENCE = "evidence", "佐证材料"
        EXPLANATIONS = "explanations", "核查意见"

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="parts", verbose_name="自评")
    kind = models.CharField("部分", max_length=20, choices=Kind.choices)
    version = models.PositiveIntegerField("版本", default=0)
    locked = models.BooleanField("锁定", default=False)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="保存人")
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "部分"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "kind", name="one_part_of_a_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def place(self) -> str:
        """The part as a whole filing calls it: with its project's name."""
        return f"{self.assessment.name}：{self}" if self.assessment.kind == "project" else str(self)
