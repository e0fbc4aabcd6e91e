"""The rows of each part, as typed."""

from dataclasses import fields
from typing import Any, ClassVar

from django.db import models

from assessment.domain import own_rows
from assessment.models.filing import Assessment
from units.models import User


class Figure(models.Model):
    """基础数据: one typed figure in its field's unit of measure (percentages as typed: 96.5 for 96.5 %).

    ``unconfirmed``: taken over from last year, and nobody has said yet that it holds.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="figures")
    code = models.CharField(max_length=48)
    value = models.DecimalField(max_digits=15, decimal_places=4)
    unconfirmed = models.BooleanField("待确认", default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "code", name="one_figure_a_field")]

    def __str__(self) -> str:
        return f"{self.code}={self.value}"


class OwnRow(models.Model):
    """自设指标: a row that the unit set itself under a group of the scheme; ``number`` is never used twice in an assessment."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="own_rows")
    number = models.PositiveIntegerField()
    group = models.CharField(max_length=48)
    kind = models.CharField("类别", max_length=100, blank=True)
    label = models.CharField("指标", max_length=100)
    points = models.DecimalField("分值", max_digits=5, decimal_places=2)
    direction = models.CharField("方向", max_length=10, choices=list(own_rows.DIRECTIONS.items()), default="at_least")
    target = models.DecimalField("指标值", max_digits=15, decimal_places=4, null=True)
    actual = models.DecimalField("实际完成值", max_digits=15, decimal_places=4, null=True)
    unit = models.CharField("计量单位", max_length=20, blank=True)
    aim = models.CharField("预期目标", max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "number", name="one_own_row_a_number")]

    def __str__(self) -> str:
        return self.label

    def row(self) -> own_rows.OwnRow:
        """The row as the engine takes it."""
        values = {field.name: getattr(self, field.name) for field in fields(own_rows.OwnRow) if field.name != "code"}
        return own_rows.OwnRow(code=own_rows.own_code(self.number), **values)


class Score(models.Model):
    """One scored row: the unit's answer and points, and the office's points beside them; computed points are not stored."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="scores")
    code = models.CharField(max_length=48)
    choices = models.JSONField(default=list)
    self_points = models.DecimalField("自评得分", max_digits=5, decimal_places=2, null=True)
    self_reason = models.CharField("自评说明", max_length=1000, blank=True)
    review_points = models.DecimalField("复核得分", max_digits=5, decimal_places=2, null=True)
    review_reason = models.CharField("复核理由", max_length=1000, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "code", name="one_score_a_row")]

    def __str__(self) -> str:
        return f"{self.code}={self.self_points}"


class Narrative(models.Model):
    """自评报告文字: the text of one outline section, with its figure tokens."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="narratives")
    code = models.CharField(max_length=48)
    text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "code", name="one_text_a_section")]

    def __str__(self) -> str:
        return self.code


class Explanation(models.Model):
    """核查说明: the unit's written reason for a warning, by the finding's key."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="explanations")
    code = models.CharField(max_length=150)
    text = models.CharField(max_length=1000)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "code", name="one_explanation_a_check")]

    def __str__(self) -> str:
        return self.code


class Waiver(models.Model):
    """豁免: the office lets one finding pass, for this unit and round, until a day."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="waivers")
    code = models.CharField("核查事项", max_length=150)
    message = models.TextField("核查意见", help_text="as it stood when this was given")
    comparison = models.TextField("两边的数", blank=True, help_text="with other figures the waiver lapses")
    reason = models.CharField("理由", max_length=1000)
    expires_on = models.DateField("有效期至")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="批准人")
    granted_at = models.DateTimeField("批准时间", auto_now_add=True)
    ended_at = models.DateTimeField("终止时间", null=True)

    class Meta:
        ordering = ["granted_at", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint("assessment", "code", condition=models.Q(ended_at=None), name="one_open_waiver_a_finding"),
        ]

    def __str__(self) -> str:
        return self.message
