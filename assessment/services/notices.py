"""Telling people: notices written in the transaction of the act, and the lines that say beforehand whom a button tells."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from assessment.domain.notices import Papers, Recipient, Told, announced, told_by, words
from assessment.domain.workflow import MOVES, UNIT_TURNS, Act
from assessment.models import Event, Filing, Notice
from assessment.permissions import people_of
from units.models import User

NO_ADDRESS = "没有登记邮箱"
NO_SERVER = "没有配置邮件服务"


def announce(filing: Filing, event: Event | None) -> Told:
    """Write the notices of ``event``, or of the filing's opening; what the actor was told of it before is read thereby."""
    act, actor = (Act(event.act), event.actor_id) if event else (None, None)
    told = told_by(act, people_of(filing), actor)
    users = User.objects.in_bulk([recipient.person.key for recipient in told.recipients])
    Notice.objects.bulk_create(_notice(filing, event, act, recipient, users[recipient.person.key]) for recipient in told.recipients)
    filing.notices.filter(recipient=actor, read_at=None).update(read_at=timezone.now())
    return told


def _notice(filing: Filing, event: Event | None, act: Act | None, recipient: Recipient, user: User) -> Notice:
    round_ = filing.round
    papers = Papers(filing.unit.name, round_.fiscal_year, filing.deadline, round_.publication_date, timezone.localdate())
    said = words(act, papers, asked=recipient.asked)
    page = "assessment:filing" if recipient.turn in UNIT_TURNS else "admin:assessment_filing_change"
    notice = Notice(recipient=user, filing=filing, event=event, title=said.title, text=said.text, link=reverse(page, args=[filing.pk]))
    if user.email and settings.SENDS_MAIL:
        notice.mail, notice.address, notice.due_at = Notice.Mail.WAITING, user.email, timezone.now()
    else:
        notice.error = NO_SERVER if user.email else NO_ADDRESS
    return notice


def lines(filing: Filing, acts: Iterable[Act], *, by: User) -> dict[str, dict[str, object]]:
    """For each act that leads somewhere, the line beside its button: whom it would tell, and whether nobody could carry on."""
    asked = [act for act in acts if MOVES[act].target]
    people = people_of(filing) if asked else []
    told = {act: told_by(act, people, by.pk) for act in asked}
    return {act.value: {"text": announced(item), "lacking": bool(item.lacking)} for act, item in told.items()}


def read(notice: Notice) -> None:
    """Note that it was opened; the first time counts."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


def read_all(user: User) -> int:
    """Everything that ``user`` was told counts as read; returns how much of it was not yet."""
    return Notice.objects.told_to(user).unread().update(read_at=timezone.now())
