"""Rounds (评价年度) and the scheme versions they use."""

from functools import lru_cache
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from assessment.domain.scheme import Scheme
from units.models import BudgetUnit, User


@lru_cache(maxsize=64)
def _parse(digest: str, document: str) -> Scheme:
    """A scheme is immutable, so its digest names it for good."""
    return Scheme.model_validate_json(document)


class SchemeVersionQuerySet(models.QuerySet["SchemeVersion"]):
    """Named reads of scheme versions."""

    def active(self) -> Self:
        """What a round may pick."""
        return self.filter(activated_at__isnull=False)

    def others_of(self, version: "SchemeVersion") -> Self:
        """The same scheme's other versions, the latest first."""
        return self.filter(code=version.code).exclude(pk=version.pk).order_by("-loaded_at", "-pk")


class SchemeVersion(models.Model):
    """A scheme (指标体系) as loaded from a file; ``document`` is its canonical JSON and never changes.

    Rounds pick a version once it is activated; database triggers refuse any other change.
    """

    code = models.CharField("代码", max_length=48)
    version = models.CharField("版本", max_length=16)
    title = models.CharField("名称", max_length=200)
    kind = models.CharField("类别", max_length=10, choices=[("whole", "整体"), ("project", "项目支出")])
    document = models.TextField("内容")
    digest = models.CharField("摘要值", max_length=64)
    loaded_at = models.DateTimeField("载入时间", auto_now_add=True)
    activated_at = models.DateTimeField("启用时间", null=True, blank=True)
    activated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="启用人")

    objects = SchemeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标体系"
        ordering = ["code", "version"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("code", "version", name="one_scheme_version")]

    def __str__(self) -> str:
        return f"{self.title} {self.version} 版"

    @property
    def scheme(self) -> Scheme:
        """The scheme itself, parsed once a process."""
        return _parse(self.digest, self.document)


class RoundQuerySet(models.QuerySet["Round"]):
    """Named reads of rounds."""

    def visible_to(self, user: User) -> Self:
        """Rounds of the departments whose units ``user`` sees."""
        departments = {path.split("/")[0] for path in BudgetUnit.objects.visible_to(user).values_list("path", flat=True)}
        return self.filter(department__code__in=departments)


class Round(models.Model):
    """A round opened by a notice of the finance bureau, for one fiscal year of one department."""

    department = models.ForeignKey(BudgetUnit, models.PROTECT, verbose_name="主管部门")
    fiscal_year = models.PositiveSmallIntegerField("评价年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    title = models.CharField("名称", max_length=100)
    notice_number = models.CharField("通知文号", max_length=60)
    notice_title = models.CharField("通知标题", max_length=120)
    inner_deadline = models.DateField("单位报送截止")
    outer_deadline = models.DateField("部门报送截止")
    publication_date = models.DateField("公开日期")
    whole_scheme = models.ForeignKey(SchemeVersion, models.PROTECT, limit_choices_to={"kind": "whole"}, verbose_name="整体指标体系")
    project_scheme = models.ForeignKey(
        SchemeVersion,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": "project"},
        related_name="+",
        verbose_name="项目指标体系",
        help_text="不选则本年度不填项目自评",
    )
    key_amount = models.DecimalField(
        "重点项目金额",
        max_digits=15,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="万元；金额达到此数的为重点项目，留空则只按重大政策和民生实事认定",
    )
    review_public = models.BooleanField("公开复核得分", default=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评价年度"
        ordering = ["-fiscal_year"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint("department", "fiscal_year", name="one_round_a_year"),
            models.CheckConstraint(
                condition=models.Q(inner_deadline__lte=models.F("outer_deadline")),
                name="units_file_before_the_department",
                violation_error_message="单位报送截止不能晚于部门报送截止",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year} 年度"
