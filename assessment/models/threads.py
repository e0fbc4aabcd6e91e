"""What the office writes to one place of a filing on returning it (退回意见), and what the unit answers."""

from typing import Any, ClassVar, Self

from django.db import models

from assessment.models.filing import Filing, Part
from units.models import User


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Named reads of threads."""

    def sent(self) -> Self:
        """Those that were returned to the unit, each with what was sent of it: the rest is the office's own."""
        said = models.Prefetch("messages", Message.objects.exclude(sent_at=None).select_related("author"))
        return self.exclude(state=Thread.State.DRAFT).select_related("part__assessment").prefetch_related(said)

    def unanswered(self) -> Self:
        """Those that wait for the unit."""
        return self.filter(state=Thread.State.OPEN)

    def unsettled(self) -> Self:
        """Those with which the office is not done, its drafts among them."""
        return self.exclude(state=Thread.State.SETTLED)


class Thread(models.Model):
    """A conversation about one cell or section, or with an empty ``place`` about a whole part.

    ``place`` is a finding's: ``figure:``, ``score:``, ``section:``, ``own:`` or ``evidence:`` with a code. ``label`` is what the place
    was called then: a project that is taken off the list takes its parts with it, a row its cell, and the words remain.
    """

    class State(models.TextChoices):
        """Whom a thread waits for; a draft is known to the office alone."""

        DRAFT = "draft", "未退回"
        OPEN = "open", "待答复"
        ANSWERED = "answered", "已答复"
        SETTLED = "settled", "已办结"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="threads", verbose_name="自评材料")
    part = models.ForeignKey(Part, models.SET_NULL, null=True, related_name="threads", verbose_name="部分")
    place = models.CharField("位置", max_length=120, blank=True)
    label = models.CharField("位置名称", max_length=600)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT.value)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办结人")
    settled_at = models.DateTimeField("办结时间", null=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "退回意见"
        ordering = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint("part", "place", condition=~models.Q(state="settled"), name="one_thread_a_place"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def said(self) -> list["Message"]:
        """What was sent, in order."""
        return [message for message in self.messages.all() if message.sent_at]

    @property
    def drafts(self) -> list["Message"]:
        """What the office has written and not sent."""
        return [message for message in self.messages.all() if not message.sent_at]


class Message(models.Model):
    """One text of a thread; the office's is its author's draft until the return sends it. What was sent is held by a trigger."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages", verbose_name="退回意见")
    text = models.CharField("内容", max_length=1000)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="作者")
    by_unit = models.BooleanField("单位答复", default=False)
    sent_at = models.DateTimeField("时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "意见和答复"
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]
