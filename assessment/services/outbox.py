"""The outbox: mails of notices, claimed under a lease, sent once, put off while the server is away, swept when abandoned.

A mail is claimed by a conditional update. Until it is handed to the server a killed worker costs time only: its lease runs out and the
sweep puts the mail back. ``handed_at`` is written just before the handing over. Killed between that and the server's answer, nobody can
tell whether the mail went out: it is marked as uncertain and not sent again, since once too few is better than twice. Only a refusal in the
server's own words, which proves that it took nothing, is tried again.
"""

import logging
import secrets
import smtplib
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from assessment.domain.notices import Words, mail_text
from assessment.models import Notice

logger = logging.getLogger(__name__)

#: Longer than the hard time limit of a task (CELERY_TASK_TIME_LIMIT): a lease that ran out belongs to nobody alive.
LEASE = timedelta(minutes=4)
BACK_OFF = timedelta(minutes=1)
MAX_ATTEMPTS = 10
#: So long one run sends, in seconds: printing waits for the same workers.
RUN = 30.0

INTERRUPTED = "发送进程中断"
UNCERTAIN = "交给邮件服务器时中断，不能确定是否送达，不再重发"
UNSENDABLE = "邮件内容或地址有误，不能发送"
State = Notice.Mail


def send_due() -> int:
    """Send what is due over one connection, for ``RUN`` seconds or until something fails; returns how many went out."""
    sent, ends_at, server = 0, time.monotonic() + RUN, get_connection()
    try:
        while time.monotonic() < ends_at and (claimed := claim_next(timezone.now())):
            if not _send(*claimed, server):
                break
            sent += 1
    finally:
        server.close()
    return sent


def claim_next(now: datetime) -> tuple[Notice, str] | None:
    """The oldest mail that is due, or the next one when another worker was quicker, with the lease token."""
    for notice in list(Notice.objects.due(now)[:20]):
        lease = secrets.token_hex(16)
        held = {"mail": State.SENDING, "lease": lease, "lease_until": now + LEASE, "handed_at": None, "attempts": F("attempts") + 1}
        if Notice.objects.filter(pk=notice.pk, mail=State.WAITING).update(**held):
            notice.attempts += 1
            return notice, lease
    return None


def _send(notice: Notice, lease: str, server: Any) -> bool:
    """Hand one claimed mail to the server; returns whether it took it."""
    mail = letter(notice, server)
    try:
        mail.message()
    except (ValueError, UnicodeError) as error:
        return _end(notice, lease, State.FAILED, UNSENDABLE, error)
    try:
        server.open()
    except OSError as error:
        Notice.objects.due(timezone.now()).update(due_at=timezone.now() + BACK_OFF)  # nobody else gets through either
        return _again(notice, lease, error)
    if not _held(notice, lease).update(handed_at=timezone.now()):
        return False
    try:
        server.send_messages([mail])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        return _end(notice, lease, State.FAILED, _told(error), error) if _for_good(error) else _again(notice, lease, error)
    except Exception as error:
        return _end(notice, lease, State.UNCERTAIN, UNCERTAIN, error)
    return bool(_held(notice, lease).update(mail=State.SENT, lease="", error="", sent_at=timezone.now()))


def letter(notice: Notice, server: Any = None) -> EmailMessage:
    """The mail of a notice; its number in the heading lets a receiver tell a repeat."""
    link = f"{settings.SITE_URL}{reverse('assessment:notice', args=[notice.pk])}"
    headings = {"Message-ID": f"<notice-{notice.pk}@{urlsplit(settings.SITE_URL).hostname}>", "Auto-Submitted": "auto-generated"}
    body = mail_text(Words(notice.title, notice.text), link)
    return EmailMessage(f"绩评通知：{notice.title}", body, to=[notice.address], connection=server, headers=headings)


def _held(notice: Notice, lease: str) -> Any:
    """The notice's row as long as the lease stands: nobody else's end is overwritten."""
    return Notice.objects.filter(pk=notice.pk, mail=State.SENDING, lease=lease)


def _end(notice: Notice, lease: str, state: Notice.Mail, told: str, error: Exception) -> bool:
    logger.warning("mail of notice %s ends as %s: %s", notice.pk, state.value, _told(error))
    _held(notice, lease).update(mail=state, lease="", error=told)
    return False


def _again(notice: Notice, lease: str, error: Exception) -> bool:
    """Back into the queue after a while, or given up after the last attempt."""
    if notice.attempts >= MAX_ATTEMPTS:
        return _end(notice, lease, State.FAILED, _told(error), error)
    logger.warning("mail of notice %s waits after attempt %s: %s", notice.pk, notice.attempts, _told(error))
    due_at = timezone.now() + BACK_OFF * (1 << (notice.attempts - 1))
    _held(notice, lease).update(mail=State.WAITING, lease="", handed_at=None, error=_told(error), due_at=due_at)
    return False


def _for_good(error: Exception) -> bool:
    """Whether the server will say the same again: its 5xx answers, and what it cannot do at all."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return not isinstance(error, smtplib.SMTPResponseException) or error.smtp_code >= 500


def _told(error: Exception) -> str:
    """The error as one line that fits."""
    said: Any = error
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "；".join(f"{code} {_text(text)}" for code, text in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
    return " ".join(str(said).split())[:300] or type(error).__name__


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def sweep(now: datetime) -> int:
    """What a killed worker left: put back, given up, or uncertain where it was already handed over; returns how many."""
    abandoned = Notice.objects.abandoned(now)
    uncertain = abandoned.exclude(handed_at=None).update(mail=State.UNCERTAIN, lease="", error=UNCERTAIN)
    given_up = abandoned.filter(attempts__gte=MAX_ATTEMPTS).update(mail=State.FAILED, lease="", error=INTERRUPTED)
    return uncertain + given_up + abandoned.update(mail=State.WAITING, lease="", error=INTERRUPTED, due_at=now)
