"""Which job is next, who may take one out, what is said of a queue that stands still, and jobs that ask for too much."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.services.files import put
from reports.models import PrintJob
from reports.models.jobs import STUCK_AFTER, Queue, print_path
from reports.services import jobs, printing
from reports.services.batches import print_round
from tests.factories import Line, make_user
from tests.reports.queues import change_figure, embedded, run
from tests.tools import at_once, refusal_of
from units.models import Role, User

pytestmark = pytest.mark.django_db

State, Kind = PrintJob.State, PrintJob.Kind
NOW = timezone.now()
TOO_MANY = "这份材料已有多份预览稿在打印，请稍候"


def waiting(line: Line, kind: Kind = Kind.PREVIEW, *, since: datetime = NOW, **changes: Any) -> PrintJob:
    """A job of any kind, without the papers that its kind needs."""
    job = jobs.new_job(kind, by=line.preparer, filing=line.filing, content="{}")
    job.due_at = since
    for name, value in changes.items():
        setattr(job, name, value)
    job.save()
    return job


def taken_in_order(count: int) -> list[int]:
    claimed = [jobs.claim_next(NOW) for _ in range(count)]
    assert all(claimed[:-1])
    return [job[0] for job in claimed if job]


def test_a_report_stands_before_a_preview_and_a_preview_before_a_copy_and_of_a_kind_the_oldest_first() -> None:
    line, minute = Line(filled=False), timedelta(minutes=1)
    old_copy, copy = waiting(line, Kind.COPY, since=NOW - 60 * minute), waiting(line, Kind.COPY)
    preview, old_preview = waiting(line), waiting(line, since=NOW - minute)
    report, old_report = waiting(line, Kind.REPORT), waiting(line, Kind.REPORT, since=NOW - minute)
    waiting(line, Kind.REPORT, since=NOW + minute)
    waiting(line, Kind.REPORT, state=State.CANCELLED)

    order = [job.pk for job in (old_report, report, old_preview, preview, old_copy, copy)]
    assert [PrintJob.objects.before(PrintJob.objects.get(pk=pk)).filter(due_at__lte=NOW).count() for pk in order] == [0, 1, 2, 3, 4, 5]
    assert taken_in_order(7) == order


def test_asked_for_last_a_report_is_printed_first() -> None:
    line = Line(filled=False)
    for _ in range(30):
        waiting(line, Kind.COPY)
    report = Line(Status.APPROVED).filing.print_jobs.get()

    claimed = jobs.claim_next(timezone.now())

    report.refresh_from_db()
    assert (report.priority, claimed) == (1, (report.pk, report.lease))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_the_slower_takes_the_next_job() -> None:
    line = Line(filled=False)
    first, second = waiting(line), waiting(line)

    answers = at_once(PrintJob.objects.filter(pk=first.pk), *[lambda: jobs.claim_next(timezone.now())] * 2)

    assert sorted(answer[0] for answer in answers) == [first.pk, second.pk]
    assert set(PrintJob.objects.values_list("state", "attempts")) == {("printing", 1)}


@pytest.mark.parametrize("state", [State.WAITING, State.PRINTING])
def test_a_cancelled_job_is_out_of_the_queue_and_its_worker_cannot_finish_it(state: PrintJob.State) -> None:
    line = Line()
    job = jobs.ask_preview(line.filing, by=line.preparer)
    lease = jobs.claim(job.pk, timezone.now()) if state == State.PRINTING else "nobody's"

    cancelled = jobs.cancel(job.pk, by=line.head)

    assert (cancelled.state, cancelled.lease, jobs.claim_next(timezone.now())) == ("cancelled", "", None)
    assert cancelled.finished_at is not None
    assert printing._finish(cancelled, lease, b"%PDF-1.7") is False
    cancelled.attempts = 1
    printing._fail(cancelled, lease, "打印失败", final=False)
    assert jobs.sweep(timezone.now() + timedelta(days=1)) == 0
    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.sha256, cancelled.error) == ("cancelled", "", "")


def test_a_cancelled_job_that_is_asked_for_again_is_put_back() -> None:
    line = Line()
    cancelled = jobs.cancel(jobs.ask_preview(line.filing, by=line.preparer).pk, by=line.preparer)

    again = jobs.ask_preview(line.filing, by=line.preparer)

    assert (again.pk, again.state, PrintJob.objects.count()) == (cancelled.pk, "waiting", 1)


def test_who_cancels_and_tries_again_has_no_more_previews_under_way_than_others() -> None:
    line = Line()
    asked = []
    for value in range(jobs.MAX_WAITING_PREVIEWS + 1):
        change_figure(line, value)
        asked.append(jobs.cancel(jobs.ask_preview(line.filing, by=line.preparer).pk, by=line.preparer))
    for job in asked[:-1]:
        jobs.retry(job.pk, by=line.preparer)

    assert refusal_of(lambda: jobs.retry(asked[-1].pk, by=line.preparer)) == (TOO_MANY, {})
    assert refusal_of(lambda: jobs.ask_preview(line.filing, by=line.preparer)) == (TOO_MANY, {})
    assert PrintJob.objects.under_way().count() == jobs.MAX_WAITING_PREVIEWS


def test_a_preview_cancelled_while_it_is_printed_counts_until_its_lease_ends() -> None:
    line = Line()
    for value in range(jobs.MAX_WAITING_PREVIEWS):
        change_figure(line, value)
        job = jobs.ask_preview(line.filing, by=line.preparer)
        jobs.claim(job.pk, timezone.now())
        jobs.cancel(job.pk, by=line.preparer)
    change_figure(line, 99)

    assert refusal_of(lambda: jobs.ask_preview(line.filing, by=line.preparer)) == (TOO_MANY, {})
    PrintJob.objects.update(lease_until=timezone.now())
    assert jobs.ask_preview(line.filing, by=line.preparer).state == "waiting"


def test_a_copy_is_cancelled_with_its_batch_alone() -> None:
    line = Line(Status.SUBMITTED)
    (item,) = print_round(line.filing.round_id, by=line.reviewer).items.all()

    assert refusal_of(lambda: jobs.cancel(item.job.pk, by=line.reviewer)) == ("送审稿随全轮打印，请在该批打印的页面取消", {})
    assert jobs.can_be_cancelled(item.job) is False


def test_previews_are_forgotten_after_a_month_with_their_files_and_nothing_else_is() -> None:
    line = Line(filled=False)
    before, month = timezone.now() - jobs.KEEP_PREVIEWS, {"state": State.DONE}
    put(print_path("a" * 64), b"old"), put(print_path("b" * 64), b"shared")
    for sha256, kind, at in (
        ("a", Kind.PREVIEW, before), ("b", Kind.PREVIEW, before), ("b", Kind.COPY, before), ("c", Kind.PREVIEW, before + timedelta(days=1)),
    ):  # fmt: skip
        waiting(line, kind, sha256=sha256 * 64, finished_at=at - timedelta(seconds=1), **month)
    waiting(line)

    assert (jobs.forget_previews(timezone.now()), jobs.forget_previews(timezone.now())) == (2, 0)
    left = PrintJob.objects.order_by("pk").values_list("kind", "sha256")
    assert [(kind, sha256[:1]) for kind, sha256 in left] == [("copy", "b"), ("preview", "c"), ("preview", "")]
    assert [default_storage.exists(print_path(name * 64)) for name in "ab"] == [False, True]


def test_limits_of_time_end_a_print_before_its_lease_does(settings: LazySettings) -> None:
    soft, hard = settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.CELERY_TASK_TIME_LIMIT
    assert timedelta(seconds=soft) < timedelta(seconds=hard) < jobs.LEASE


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_only_a_job_under_way_can_be_cancelled(state: PrintJob.State) -> None:
    line = Line(filled=False)
    job = waiting(line, state=state)

    assert refusal_of(lambda: jobs.cancel(job.pk, by=line.preparer)) == ("只有等待或正在打印的任务可以取消", {})
    assert jobs.can_be_cancelled(job) is False


def test_the_report_of_an_approval_is_not_cancelled() -> None:
    line = Line(Status.APPROVED)
    job = line.filing.print_jobs.get()

    assert refusal_of(lambda: jobs.cancel(job.pk, by=line.lead)) == ("正式报告随审定打印，不能取消", {})
    assert jobs.can_be_cancelled(job) is False


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        (Kind.PREVIEW, lambda line: make_user(Role.AUDITOR, line.department)),
        (Kind.PREVIEW, lambda line: make_user(Role.ADMINISTRATOR, line.department)),
        (Kind.COPY, lambda line: line.preparer),
        (Kind.COPY, lambda line: line.head),
        (Kind.COPY, lambda line: make_user(Role.AUDITOR, line.department)),
        (Kind.COPY, lambda line: Line().lead),
    ],
)
def test_who_may_not_print_does_not_cancel_or_try_again(kind: PrintJob.Kind, who: Callable[[Line], User]) -> None:
    line = Line(filled=False)
    under_way, failed, user = waiting(line, kind), waiting(line, kind, state=State.FAILED), who(line)

    told = "送审稿由财务部门打印，您不能重试或取消" if kind == Kind.COPY else "您只能查阅这份材料，不能打印"
    for act in (lambda: jobs.cancel(under_way.pk, by=user), lambda: jobs.retry(failed.pk, by=user)):
        assert refusal_of(act) == (told, {})


@pytest.mark.parametrize("who", [lambda line: line.reviewer, lambda line: line.lead])
def test_a_copy_is_tried_again_by_the_finance_office(who: Callable[[Line], User]) -> None:
    line = Line(filled=False)

    assert jobs.retry(waiting(line, Kind.COPY, state=State.FAILED).pk, by=who(line)).state == State.WAITING


def test_an_administrator_s_other_roles_are_void_for_rounds_too() -> None:
    line = Line(filled=False)
    line.lead.memberships.create(unit=line.department, role=Role.ADMINISTRATOR)

    assert [jobs.prints_rounds(user, line.filing.round) for user in (line.lead, line.reviewer)] == [False, True]


def test_the_queue_says_how_many_wait_and_are_printed_and_for_how_long_the_oldest_has_waited() -> None:
    line, minute = Line(filled=False), timedelta(minutes=1)
    waiting(line, since=NOW - 5 * minute)
    waiting(line, since=NOW - minute)
    waiting(line, since=NOW + minute)
    waiting(line, since=NOW - 60 * minute, state=State.PRINTING, lease_until=NOW + minute)
    waiting(line, since=NOW - 60 * minute, state=State.PRINTING, lease_until=NOW - minute)
    waiting(line, since=NOW - 60 * minute, state=State.FAILED)

    queue = PrintJob.objects.queue(NOW)

    assert queue == Queue(waiting=3, printing=1, waited=5 * minute, stuck=False)
    assert queue.minutes == 5


def test_an_empty_queue_has_no_age() -> None:
    assert PrintJob.objects.queue(NOW) == Queue(waiting=0, printing=0, waited=None, stuck=False)
    assert PrintJob.objects.queue(NOW).minutes is None


@pytest.mark.parametrize(
    ("waited", "other", "stuck"),
    [
        (STUCK_AFTER + timedelta(seconds=1), {}, True),
        (STUCK_AFTER, {}, False),
        (STUCK_AFTER * 30, {"state": State.PRINTING, "lease_until": NOW}, False),
        (STUCK_AFTER * 30, {"state": State.PRINTING, "lease_until": NOW - timedelta(seconds=1)}, True),
        (STUCK_AFTER * 30, {"state": State.DONE, "finished_at": NOW - STUCK_AFTER}, False),
        (STUCK_AFTER * 30, {"state": State.DONE, "finished_at": NOW - STUCK_AFTER - timedelta(seconds=1)}, True),
        (STUCK_AFTER * 30, {"state": State.FAILED, "finished_at": NOW}, True),
    ],
)
def test_a_queue_stands_still_when_the_oldest_waits_for_over_two_minutes_and_nobody_prints(
    waited: timedelta, other: dict[str, Any], stuck: bool
) -> None:
    line = Line(filled=False)
    waiting(line, since=NOW - waited)
    waiting(line, since=NOW + timedelta(days=1), **other)

    assert PrintJob.objects.queue(NOW).stuck is stuck


def test_the_pause_after_each_error_is_twice_the_one_before() -> None:
    assert [jobs.back_off(attempts).total_seconds() for attempts in (1, 2, 3)] == [30, 60, 120]


def interrupted(where: str, error: BaseException) -> Callable[..., Any]:
    """What a signal from outside does: ``error`` comes up in the middle of a print, as it asks the database for ``where``."""

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if where in sql:
            raise error
        return run(sql, *rest)

    return execute


SLOW = "打印超过 150 秒，已中止；请精简内容后重试，或联系系统管理员"


def out_of_time(job: PrintJob, asked: str) -> tuple[str, int, str]:
    """Where the job stands after its time ran out while it asked the database ``asked``."""
    with connection.execute_wrapper(interrupted(asked, SoftTimeLimitExceeded())):
        assert printing.run_print_job(job.pk) is False
    job.refresh_from_db()
    return job.state, job.attempts, job.error


def test_a_report_that_takes_too_long_says_so_and_is_tried_again_later() -> None:
    job = Line(Status.APPROVED).filing.print_jobs.get()

    told = [out_of_time(job, 'SELECT "assessment_snapshot"."id"') for _ in range(3)]

    assert told == [("waiting", 1, SLOW), ("waiting", 2, SLOW), ("failed", 3, SLOW)]


def test_a_preview_that_takes_too_long_says_so_and_is_not_tried_again_by_itself() -> None:
    line = Line()
    job = jobs.ask_preview(line.filing, by=line.preparer)

    assert out_of_time(job, 'SELECT "reports_printjob"."id", "reports_printjob"."content"') == ("failed", 1, SLOW)


HUNGRY = """
import resource, sys
import django; django.setup()
from celery.signals import worker_process_init
from config.celery import MEMORY_LIMIT, limit_memory
from reports.models import PrintJob
from reports.services import printing
worker_process_init.send(sender="a child")
assert resource.getrlimit(resource.RLIMIT_DATA)[0] == MEMORY_LIMIT
used = int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmData"))) * 1024
limit_memory(used + 64 * 1024 * 1024)  # the same limit, nearer, to spare the machine
finished = printing.print_next()
job = PrintJob.objects.defer("content").get()
print(finished, job.state, job.attempts, job.error, sep="|")
"""
ASKED = """
import django; django.setup()
from reports.models import PrintJob
from reports.services import jobs
from tests.factories import Line
line = Line(filled=False)
jobs.ask_preview(line.filing, by=line.preparer)
PrintJob.objects.update(content="[" + "[]," * 1_700_000 + "[]]")  # within the limit for a file, and 110 MB once it is read
"""


def test_a_job_beyond_the_memory_limit_of_its_process_fails_at_once_and_says_so(tmp_path: Path) -> None:
    env = embedded(tmp_path)
    run(env, "manage.py", "migrate", "--verbosity", "0")
    run(env, "-c", ASKED)

    said = run(env, "-c", HUNGRY)

    assert said == "False|failed|1|内容过大，打印所需的内存超过上限，未能打印；请精简内容后重新打印\n"


def test_a_worker_that_lacks_a_part_of_the_print_engine_says_which_and_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    env = embedded(tmp_path) | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}

    done = subprocess.run(
        [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency", "1"],
        env=env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("打印所需的字体没有安装：Jiping FangSong、")
