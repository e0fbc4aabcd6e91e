"""Notices: what a person is told in the app, and the same row as the log and the outbox of mails."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from assessment.domain.workflow import MOVES, Act
from assessment.models.filing import Filing
from assessment.models.record import Event
from units.models import BudgetUnit, User


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Named reads of notices."""

    def told_to(self, user: User) -> Self:
        """What ``user`` was told, the newest first."""
        return self.filter(recipient=user).order_by("-pk")

    def unread(self) -> Self:
        """What has not been opened yet."""
        return self.filter(read_at=None)

    def logged_for(self, administrator: User) -> Self:
        """The log of the departments whose accounts ``administrator`` keeps."""
        return self.filter(filing__unit__in=BudgetUnit.objects.administered_by(administrator))

    def due(self, now: datetime) -> Self:
        """Mails that may be sent now, the oldest first."""
        return self.filter(mail=Notice.Mail.WAITING, due_at__lte=now).order_by("due_at", "pk")

    def abandoned(self, now: datetime) -> Self:
        """Mails that a worker claimed and did not finish within its lease."""
        return self.filter(mail=Notice.Mail.SENDING, lease_until__lt=now)


class Notice(models.Model):
    """What one person is told of one act, written in the transaction of the act; ``mail`` says how far its mail has come.

    ``event`` is None for the opening of a filing. ``handed_at`` is set before the mail is handed to the server: from then on it is not
    sent again unless the server itself refused it. ``error`` is the last one, or why there is no mail.
    """

    class Mail(models.TextChoices):
        """Where its mail stands."""

        NONE = "none", "只在系统内"
        WAITING = "waiting", "待发送"
        SENDING = "sending", "正在发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        UNCERTAIN = "uncertain", "不能确定是否送达"

    recipient = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name="收件人")
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="notices", verbose_name="自评材料")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="notices", verbose_name="经办")
    title = models.CharField("标题", max_length=200)
    text = models.CharField("内容", max_length=200, blank=True)
    link = models.CharField(max_length=100)
    made_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("阅读时间", null=True)
    mail = models.CharField("邮件", max_length=10, choices=Mail.choices, default=Mail.NONE.value)
    address = models.EmailField("邮箱", blank=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    due_at = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("发送时间", null=True)
    error = models.CharField("说明", max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "通知", "通知记录"
        ordering = ["-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["recipient", "read_at"], name="notices_of_a_person"),
            models.Index(fields=["due_at"], condition=Q(mail__in=["waiting", "sending"]), name="mail_queue"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def act_label(self) -> str:
        """By which act it came about."""
        return MOVES[Act(self.event.act)].label if self.event else "开通"
