"""The rows of each part, as typed."""

from typing import Any, ClassVar

from django.db import models

from assessment.models.filing import Assessment
from units.models import User


class Figure(models.Model):
    """基础数据: one typed figure in its field's unit of measure (percentages as typed: 96.5 for 96.5 %)."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="figures")
    code = models.CharField(max_length=48)
    value = models.DecimalField(max_digits=15, decimal_places=4)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "code", name="one_figure_a_field")]

    def __str__(self) -> str:
        return f"{self.code}={self.value}"


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
    """核查说明: the unit's written reason for a warning."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="explanations")
    code = models.CharField(max_length=48)
    text = models.CharField(max_length=1000)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "code", name="one_explanation_a_check")]

    def __str__(self) -> str:
        return self.code


class Evidence(models.Model):
    """佐证材料: a file named by its content's SHA-256, tied to scored rows; kept outside the web root."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="evidence")
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("摘要值", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=100)
    indicators = models.JSONField("对应指标", default=list)
    public = models.BooleanField("可公开", default=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint("assessment", "sha256", name="one_file_once")]

    def __str__(self) -> str:
        return self.name
