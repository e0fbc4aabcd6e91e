"""The outbox against a mail server that takes, refuses, hangs up or is not there, and against workers that are killed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from assessment.domain.workflow import Act, Status
from assessment.models import Filing, Notice
from assessment.services import outbox
from assessment.services.outbox import BACK_OFF, LEASE, MAX_ATTEMPTS, claim_next, send_due, sweep
from tests.assessment.mailing import Server, mail_server
from tests.assessment.test_acts import do
from tests.factories import Line, make_user
from units.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: LazySettings) -> Iterator[Server]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 5
        settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "https://jiping.example.cn", "绩评 <jiping@example.cn>"
        yield running


def waiting(*names: str) -> list[Notice]:
    """One filing that waits for the signatures of as many heads as there are ``names``, each with an address."""
    line = Line()
    heads = [line.head, *(make_user(Role.HEAD, line.unit) for _ in names[1:])]
    for head, name in zip(heads, names, strict=True):
        User.objects.filter(pk=head.pk).update(email=f"{name}@example.cn")
    do(Act.REQUEST_SIGNOFF, line, line.preparer)
    return list(Notice.objects.filter(mail="waiting").order_by("pk"))


def stands(notice: Notice) -> tuple[str, int, str]:
    notice.refresh_from_db()
    return notice.mail, notice.attempts, notice.error


def test_what_is_due_is_sent_once_over_one_connection(server: Server) -> None:
    one, two = waiting("one", "two")

    assert [send_due(), send_due()] == [2, 0]

    assert [stands(notice) for notice in (one, two)] == [("sent", 1, ""), ("sent", 1, "")]
    assert (server.connections, [mail["To"] for mail in server.taken]) == (1, ["one@example.cn", "two@example.cn"])
    assert one.sent_at is not None


def test_a_mail_says_what_the_notice_says_and_leads_to_it(server: Server) -> None:
    (notice,) = waiting("head")

    send_due()

    (mail,) = server.taken
    title = "某市就业服务中心 2022 年度自评材料已提请签批"
    assert {name: mail[name].strip() for name in ("Subject", "From", "To", "Message-ID", "Auto-Submitted")} == {
        "Subject": f"绩评通知：{title}",
        "From": "绩评 <jiping@example.cn>",
        "To": "head@example.cn",
        "Message-ID": f"<notice-{notice.pk}@jiping.example.cn>",
        "Auto-Submitted": "auto-generated",
    }
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == [
        f"{title}。",
        "请查看全文，签批报送或退回填报人。",
        "报送截止：2023年4月20日（已过）",
        f"查看：https://jiping.example.cn/filings/notices/{notice.pk}/",
        "",
        "本邮件由绩评系统自动发送，请勿回复。",
    ]


def test_a_unit_s_name_cannot_write_headings(server: Server) -> None:
    (notice,) = waiting("head")
    Notice.objects.filter(pk=notice.pk).update(title="某单位\r\nBcc: all@example.cn")

    send_due()

    assert stands(notice) == ("failed", 1, "邮件内容或地址有误，不能发送")
    assert (server.connections, server.taken) == (0, [])


def test_a_server_that_is_away_puts_everything_off_and_is_asked_again_later(settings: LazySettings) -> None:
    with mail_server() as gone:
        port = gone.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    one, two = waiting("one", "two")
    before = timezone.now()

    assert [send_due(), send_due()] == [0, 0]

    assert [stands(notice)[:2] for notice in (one, two)] == [("waiting", 1), ("waiting", 0)]
    assert "Connection refused" in one.error
    assert all(before + BACK_OFF <= notice.due_at <= timezone.now() + BACK_OFF for notice in (one, two) if notice.due_at)


@pytest.mark.parametrize(("word", "answer"), [("RCPT", "450 busy"), ("MAIL", "451 later"), ("DATA", "452 full"), (".", "451 not now")])
def test_what_the_server_does_not_take_for_now_is_tried_again_after_a_while_and_in_the_end_given_up(
    server: Server, word: str, answer: str
) -> None:
    (notice,) = waiting("head")
    server.answers[word] = answer
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        before = timezone.now()
        send_due()
        notice.refresh_from_db()
        assert notice.due_at is not None
        waits.append(round((notice.due_at - before) / BACK_OFF))
        assert (notice.mail, notice.error, notice.handed_at, notice.lease) == ("waiting", answer, None, "")
        Notice.objects.update(due_at=timezone.now())
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]

    send_due()

    assert stands(notice) == ("failed", MAX_ATTEMPTS, answer)
    assert server.taken == []


@pytest.mark.parametrize(("word", "answer"), [("RCPT", "550 nobody here"), ("MAIL", "553 not you"), (".", "554 spam")])
def test_what_the_server_refuses_for_good_fails_at_once_and_the_next_goes_out(server: Server, word: str, answer: str) -> None:
    one, two = waiting("one", "two")
    server.answers[word] = answer
    send_due()
    server.answers.clear()

    assert send_due() == 1

    assert [stands(notice) for notice in (one, two)] == [("failed", 1, answer), ("sent", 1, "")]


def test_a_server_that_hangs_up_after_the_text_leaves_it_uncertain_and_it_is_not_sent_again(server: Server) -> None:
    (notice,) = waiting("head")
    server.answers["."] = ""

    assert [send_due(), send_due()] == [0, 0]

    assert stands(notice) == ("uncertain", 1, "交给邮件服务器时中断，不能确定是否送达，不再重发")
    assert len(server.taken) == 1


def test_a_worker_killed_before_the_handing_over_costs_time_only(server: Server) -> None:
    (notice,) = waiting("head")
    now = timezone.now()
    assert claim_next(now) is not None

    early = (send_due(), sweep(now + LEASE))
    late = (sweep(now + LEASE + timedelta(seconds=1)), stands(notice))
    Notice.objects.update(due_at=now)

    assert (early, late) == ((0, 0), (1, ("waiting", 1, "发送进程中断")))
    assert (send_due(), stands(notice), len(server.taken)) == (1, ("sent", 2, ""), 1)


def test_a_worker_killed_after_the_handing_over_leaves_it_uncertain_and_it_is_not_sent_again(server: Server) -> None:
    (notice,) = waiting("head")
    now = timezone.now()
    claim_next(now)
    Notice.objects.update(handed_at=now)

    assert sweep(now + LEASE + timedelta(seconds=1)) == 1

    assert stands(notice) == ("uncertain", 1, "交给邮件服务器时中断，不能确定是否送达，不再重发")
    assert (send_due(), server.taken) == (0, [])


def test_a_worker_that_is_killed_each_time_is_given_up_in_the_end() -> None:
    (notice,) = waiting("head")
    now = timezone.now()
    claim_next(now)
    Notice.objects.update(attempts=MAX_ATTEMPTS)

    assert sweep(now + LEASE + timedelta(seconds=1)) == 1
    assert stands(notice) == ("failed", MAX_ATTEMPTS, "发送进程中断")


def test_who_lost_the_lease_sends_nothing_and_writes_nothing(server: Server) -> None:
    (notice,) = waiting("head")
    claimed = claim_next(timezone.now())
    assert claimed
    Notice.objects.update(lease="another's")

    with outbox.get_connection() as connection:
        assert outbox._send(*claimed, connection) is False

    assert (stands(notice)[0], server.taken) == ("sending", [])


def test_two_workers_take_two_mails_and_the_third_finds_none() -> None:
    one, two = waiting("one", "two")
    now = timezone.now()

    taken = [claim_next(now) for _ in range(3)]

    assert [claimed and claimed[0].pk for claimed in taken] == [one.pk, two.pk, None]


def test_a_mail_that_fails_never_fails_the_act(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "no.such.backend"

    (notice,) = waiting("head")

    assert Filing.objects.get(pk=notice.filing_id).status == Status.AWAITING_SIGNOFF
