"""The dispatcher's round: as many messages as there is work, never more than a few, one for mails, and a warning when nobody prints."""

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import LazySettings
from django.core import mail
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.services import signoff
from assessment.tasks import send_mail
from reports.management.commands import dispatch
from reports.management.commands.dispatch import AHEAD, Watch, dispatch_once
from reports.models import PrintJob
from reports.services import jobs, printing
from tests.factories import Line, make_user
from units.models import Role, User

pytestmark = pytest.mark.django_db

State = PrintJob.State


@pytest.fixture(autouse=True)
def _empty_broker() -> Iterator[None]:
    current_app.control.purge()
    yield
    current_app.control.purge()


def messages(queue: str = "celery") -> int:
    """How many lie at the broker."""
    with current_app.connection_for_read() as connection:
        return int(current_app.amqp.queues[queue](connection.channel()).queue_declare().message_count)


def waiting_job(line: Line | None = None, **changes: object) -> PrintJob:
    line = line or Line(filled=False)
    job = jobs.ask_preview(line.filing, by=line.preparer)
    PrintJob.objects.filter(pk=job.pk).update(**changes)
    job.refresh_from_db()
    return job


def many(count: int) -> None:
    """``count`` waiting jobs of one filing."""
    line = Line(filled=False)
    asked = {"by": line.preparer, "filing": line.filing, "content": "{}"}
    PrintJob.objects.bulk_create(jobs.new_job(PrintJob.Kind.PREVIEW, **asked) for _ in range(count))


def test_a_round_tells_the_broker_once_of_what_is_due_and_leaves_a_sign_of_life(settings: LazySettings) -> None:
    first, second = waiting_job(), waiting_job()
    waiting_job(due_at=timezone.now() + timedelta(minutes=1))
    before = list(PrintJob.objects.order_by("pk").values())

    assert (dispatch_once(), dispatch_once(), messages()) == (2, 0, 2)

    assert (Path(settings.DATA_DIR) / "dispatch.alive").exists()
    assert list(PrintJob.objects.order_by("pk").values()) == before
    assert list(PrintJob.objects.due(timezone.now())) == [first, second]


def test_a_round_without_work_tells_nothing_and_asks_no_broker(settings: LazySettings) -> None:
    waiting_job(state=State.DONE)

    assert (dispatch_once(), messages()) == (0, 0)
    assert (Path(settings.DATA_DIR) / "dispatch.alive").exists()


def test_a_message_that_was_lost_is_told_again_with_the_next_round() -> None:
    waiting_job()
    waiting_job()
    assert dispatch_once() == 2

    current_app.control.purge()

    assert (dispatch_once(), messages()) == (2, 2)


def test_a_thousand_waiting_jobs_are_told_of_a_few_at_a_time() -> None:
    many(1000)

    sent = [dispatch_once() for _ in range(5)]

    assert (sent, messages(), AHEAD) == ([16, 0, 0, 0, 0], 16, 16)


def test_a_round_puts_abandoned_jobs_back_and_tells_of_them() -> None:
    job = waiting_job()
    jobs.claim(job.pk, timezone.now() - jobs.LEASE - timedelta(seconds=1))

    assert dispatch_once() == 1

    job.refresh_from_db()
    assert (job.state, job.lease, job.attempts, job.error) == ("waiting", "", 1, "打印进程中断")


def test_what_a_message_says_is_that_there_is_work_and_nothing_else(tmp_path: Path) -> None:
    waiting_job()
    dispatch_once()

    with current_app.connection_for_read() as connection:
        message = current_app.amqp.default_queue(connection.channel()).get(no_ack=True)

    assert message is not None
    arguments, named, _ = message.decode()
    assert (message.headers["task"], arguments, named) == ("reports.tasks.next_job", [], {})


def test_however_many_mails_are_due_one_message_tells_of_them_and_it_lies_apart_from_the_prints() -> None:
    line = Line()
    for head in (line.head, make_user(Role.HEAD, line.unit)):
        User.objects.filter(pk=head.pk).update(email="head@example.cn")
    signoff.request_signoff(line.filing.pk, by=line.preparer, filled_on=date(2023, 4, 18))
    waiting_job()

    assert ([dispatch_once(), dispatch_once()], messages(), messages("mail")) == ([2, 0], 1, 1)

    send_mail()
    assert sorted(sent.to for sent in mail.outbox) == [["head@example.cn"]] * 2
    current_app.control.purge()
    assert ([dispatch_once()], messages(), messages("mail")) == ([1], 1, 0)


def test_a_round_puts_mails_of_killed_workers_back() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    held = {"mail": "sending", "lease": "a", "attempts": 1, "lease_until": timezone.now() - timedelta(seconds=1)}
    line.filing.notices.filter(recipient=line.head).update(**held)

    assert (dispatch_once(), messages("mail")) == (1, 1)
    assert line.head.notices.get().mail == "waiting"


def test_a_message_leads_to_the_most_urgent_job_and_one_too_many_to_none() -> None:
    for _ in range(2):
        waiting_job(Line())

    assert [printing.print_next() for _ in range(3)] == [True, True, False]
    assert set(PrintJob.objects.values_list("state", "attempts")) == {("done", 1)}


def test_the_dispatcher_warns_once_a_minute_while_jobs_wait_and_nobody_prints(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_job(due_at=timezone.now() - timedelta(minutes=2, seconds=5))
    waiting_job()
    watch = Watch()

    with caplog.at_level(logging.WARNING, "jiping.dispatch"):
        watch.look()
        watch.look()
        said = len(caplog.messages)
        monkeypatch.setattr(dispatch, "WARN_EVERY", 0.0)
        watch.look()

    assert (said, len(caplog.messages)) == (1, 2)
    assert caplog.messages[0] == "2 print job(s) wait, the oldest for 125 s, and none is printed: is a worker running?"


@pytest.mark.parametrize(("state", "time", "in_seconds"), [(State.PRINTING, "lease_until", 60), (State.DONE, "finished_at", 0)])
def test_the_dispatcher_does_not_warn_while_somebody_prints(
    caplog: pytest.LogCaptureFixture, state: PrintJob.State, time: str, in_seconds: int
) -> None:
    waiting_job(due_at=timezone.now() - timedelta(hours=1))
    waiting_job(state=state, **{time: timezone.now() + timedelta(seconds=in_seconds)})

    with caplog.at_level(logging.WARNING, "jiping.dispatch"):
        Watch().look()

    assert caplog.messages == []
