"""The queue of print jobs: asked for once, claimed by one, finished behind a fence, swept, retried."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Filing, Snapshot
from assessment.services import parts, signoff
from assessment.services.exchange import export
from reports import pdf
from reports.models import PrintJob
from reports.services import jobs, printing
from tests.factories import Line, make_user
from tests.reports.papers import text_of
from tests.tools import at_once, refusal_of, stored
from units.models import Role

pytestmark = pytest.mark.django_db

State = PrintJob.State
BROKEN_OFF = "打印进程中断，已试 3 次未成；请重试，仍失败请联系系统管理员"
TROUBLE = "打印程序出错，已记入日志；请重试，仍失败请联系系统管理员"


def waiting_job(line: Line | None = None) -> PrintJob:
    line = line or Line()
    return jobs.ask_preview(line.filing, by=line.preparer)


def change(line: Line, value: int) -> None:
    parts.save_figures(line.assessment.pk, by=line.preparer, version=line.part("figures").version, figures={"staff_temp": Decimal(value)})


def put(job: PrintJob, **values: object) -> PrintJob:
    PrintJob.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def finish(job: PrintJob, lease: str, data: bytes = b"%PDF-1.7 printed") -> bool:
    return printing._finish(PrintJob.objects.get(pk=job.pk), lease, data)


def prints(settings: LazySettings) -> list[bytes]:
    """Every file under the folder of prints."""
    return [path.read_bytes() for path in sorted((Path(settings.MEDIA_ROOT) / "prints").rglob("*")) if path.is_file()]


def test_a_preview_is_a_waiting_job_with_the_whole_content() -> None:
    line = Line()

    job = jobs.ask_preview(line.filing, by=line.preparer)

    assert (job.kind, job.state, job.attempts, job.asked_by, job.snapshot, job.with_review) == (
        "preview",
        "waiting",
        0,
        line.preparer,
        None,
        False,
    )
    assert json.loads(job.content)["digest"]["value"] == signoff.digest_now(line.filing)


def test_a_preview_says_whether_its_content_is_signed(tmp_path: Path) -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    before = waiting_job(line)
    line.sign()
    after = waiting_job(line)

    assert (before.snapshot, after.snapshot, before.content) == (None, line.filing.snapshots.get(), after.content)
    lines = {"未签批，不作报送依据", "内容已签批，以正式报告为准"}
    for job, line_at_the_foot in ((before, "未签批，不作报送依据"), (after, "内容已签批，以正式报告为准")):
        path = tmp_path / f"{job.pk}.pdf"
        path.write_bytes(printing.render(job))
        assert {text for text in lines if text in text_of(path)} == {line_at_the_foot}


def test_a_preview_of_a_signed_filing_is_of_what_was_signed_even_if_the_page_was_older() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    seen_before = Filing.objects.get(pk=line.filing.pk)
    line.sign()
    line.unit.name = "改过的名称"
    line.unit.save()

    job = jobs.ask_preview(seen_before, by=line.preparer)

    assert json.loads(job.content)["digest"]["value"] == line.filing.snapshots.get().digest


@pytest.mark.parametrize("state", [State.WAITING, State.PRINTING, State.DONE])
def test_the_same_content_is_printed_once(state: PrintJob.State) -> None:
    line = Line()
    job = put(waiting_job(line), state=state)

    assert jobs.ask_preview(line.filing, by=line.head) == job
    assert PrintJob.objects.count() == 1


def test_the_same_content_is_put_back_after_a_failure_and_other_content_is_another_job() -> None:
    line = Line()
    failed = put(waiting_job(line), state=State.FAILED)
    again = waiting_job(line)
    change(line, 1)
    other = waiting_job(line)

    assert (again.pk, again.state, other.pk == failed.pk) == (failed.pk, "waiting", False)
    assert failed.content != other.content


def test_a_fourth_preview_waits_until_one_is_printed() -> None:
    line, other = Line(), Line()
    first = waiting_job(line)
    put(first, state=State.PRINTING)
    for value in (1, 2):
        change(line, value)
        waiting_job(line)
    change(line, 3)

    assert refusal_of(lambda: waiting_job(line)) == ("这份材料已有多份预览稿在打印，请稍候", {})
    assert waiting_job(other).state == State.WAITING
    put(first, state=State.DONE)
    assert waiting_job(line).state == State.WAITING


def test_a_job_is_claimed_by_one_worker_for_four_minutes() -> None:
    job, now = waiting_job(), timezone.now()

    lease = jobs.claim(job.pk, now)

    job.refresh_from_db()
    assert len(lease) == 32
    assert (job.state, job.lease, job.lease_until, job.attempts) == ("printing", lease, now + timedelta(minutes=4), 1)
    assert jobs.claim(job.pk, now + timedelta(days=1)) == ""
    job.refresh_from_db()
    assert (job.lease, job.attempts) == (lease, 1)


@pytest.mark.parametrize("state", [State.PRINTING, State.DONE, State.FAILED])
def test_only_a_waiting_job_is_printed(settings: LazySettings, state: PrintJob.State) -> None:
    job = put(waiting_job(), state=state)
    before = stored()

    assert printing.run_print_job(job.pk) is False
    assert (stored(), prints(settings)) == (before, [])


def test_a_worker_whose_lease_was_swept_cannot_finish_and_there_is_one_file(settings: LazySettings) -> None:
    job, start = waiting_job(), timezone.now()
    slow = jobs.claim(job.pk, start)
    assert jobs.sweep(start + jobs.LEASE + timedelta(seconds=1)) == 1
    quick = jobs.claim(job.pk, timezone.now())

    assert finish(job, slow) is False
    job.refresh_from_db()
    assert (job.state, job.lease, job.sha256, job.attempts) == ("printing", quick, "", 2)
    assert finish(job, quick) is True
    assert finish(job, slow) is False
    job.refresh_from_db()
    assert (job.state, job.lease, job.size, job.attempts) == ("done", "", 16, 2)
    assert prints(settings) == [b"%PDF-1.7 printed"]


def test_a_worker_whose_lease_was_swept_cannot_fail_the_job_either() -> None:
    job, start = waiting_job(), timezone.now()
    slow = jobs.claim(job.pk, start)
    jobs.sweep(start + jobs.LEASE + timedelta(seconds=1))
    quick = jobs.claim(job.pk, timezone.now())

    printing._fail(PrintJob.objects.get(pk=job.pk), slow, "打印失败", final=True)

    job.refresh_from_db()
    assert (job.state, job.lease, job.error, job.finished_at) == ("printing", quick, "打印进程中断", None)


def test_a_finished_file_is_whole_under_its_digest_and_leaves_nothing_beside_it(settings: LazySettings) -> None:
    job = waiting_job()

    finish(job, jobs.claim(job.pk, timezone.now()))

    job.refresh_from_db()
    path = Path(settings.MEDIA_ROOT) / job.path
    assert job.path == f"prints/{job.sha256[:2]}/{job.sha256}.pdf"
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"%PDF-1.7 printed", 0o640)
    assert list(path.parent.iterdir()) == [path]
    assert job.finished_at is not None


def test_the_sweep_puts_back_what_was_abandoned_and_nothing_else() -> None:
    now = timezone.now()
    abandoned, held, waiting, done = (waiting_job() for _ in range(4))
    put(abandoned, state=State.PRINTING, lease="a", lease_until=now - timedelta(seconds=1), attempts=2)
    put(held, state=State.PRINTING, lease="b", lease_until=now + timedelta(seconds=1), attempts=1)
    put(done, state=State.DONE, lease_until=now - timedelta(days=1), attempts=1)

    assert jobs.sweep(now) == 1

    abandoned.refresh_from_db()
    assert (abandoned.state, abandoned.lease, abandoned.attempts, abandoned.due_at) == ("waiting", "", 2, now)
    assert (abandoned.error, abandoned.finished_at) == ("打印进程中断", None)
    assert [PrintJob.objects.get(pk=job.pk).state for job in (held, waiting, done)] == ["printing", "waiting", "done"]
    assert jobs.sweep(now) == 0


def test_after_the_third_abandonment_a_job_has_failed_with_its_reason() -> None:
    now = timezone.now()
    job = put(waiting_job(), state=State.PRINTING, lease="a", lease_until=now - timedelta(seconds=1), attempts=3)

    assert jobs.sweep(now) == 1

    job.refresh_from_db()
    assert (job.state, job.lease, job.error, job.finished_at) == ("failed", "", BROKEN_OFF, now)


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_failed_or_cancelled_job_is_put_back_with_fresh_attempts(state: PrintJob.State) -> None:
    job = put(
        waiting_job(), state=state, attempts=3, error=BROKEN_OFF, due_at=timezone.now() + timedelta(days=1), finished_at=timezone.now()
    )

    again = jobs.retry(job.pk, by=job.asked_by)

    assert (again.state, again.attempts, again.error, again.finished_at) == ("waiting", 0, "", None)
    assert list(PrintJob.objects.due(timezone.now())) == [job]


@pytest.mark.parametrize("state", [State.WAITING, State.PRINTING, State.DONE])
def test_only_a_failed_or_cancelled_job_is_tried_again(state: PrintJob.State) -> None:
    job = put(waiting_job(), state=state)

    assert refusal_of(lambda: jobs.retry(job.pk, by=job.asked_by)) == ("只有打印失败或已取消的任务可以重试", {})


def garbage(line: Line) -> Snapshot:
    """A snapshot that cannot be read: as if its text had been damaged."""
    return Snapshot.objects.create(
        filing=line.filing, kind="filing", number=9, content="[]", algorithm="sha256", digest="", made_by=line.head, made_at=timezone.now()
    )


def test_a_passing_trouble_is_tried_again_later_and_later_and_then_given_up() -> None:
    job = put(waiting_job(), kind="copy", content="", snapshot=garbage(Line(Status.SUBMITTED)))
    pauses = []
    for _ in range(3):
        before = timezone.now()
        assert printing.run_print_job(job.pk) is False
        job.refresh_from_db()
        pauses.append((job.state, job.error, job.lease, round((job.due_at - before).total_seconds())))

    assert pauses == [("waiting", TROUBLE, "", 30), ("waiting", TROUBLE, "", 60), ("failed", TROUBLE, "", 120)]
    assert job.attempts == 3
    assert isinstance(job.finished_at, datetime)


def test_what_cannot_be_printed_fails_at_once_with_its_reason() -> None:
    line = Line()
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": "借调\u202a人员🧿"})
    job = waiting_job(line)

    assert printing.run_print_job(job.pk) is False

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.lease) == ("failed", 1, "以下字符无法打印，请改用其他写法：U+202A、“🧿”（U+1F9FF）", "")
    assert isinstance(job.finished_at, datetime)


def test_a_damaged_content_fails_at_once_with_its_reason() -> None:
    line = Line()
    job = put(waiting_job(line), content=json.dumps({"format": "jiping-filing"} | {"digest": 1}))

    assert printing.run_print_job(job.pk) is False

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.error.startswith("交换文件有误：\nformat_version：缺少这一项")


def test_a_review_of_another_filing_fails_at_once_with_its_reason() -> None:
    first, second = Line(Status.APPROVED, review_public=True), Line(Status.APPROVED, review_public=True)
    wrong = second.filing.snapshots.get(kind="review")
    second.filing.print_jobs.all().delete()
    job = put(first.filing.print_jobs.get(), review_snapshot=wrong)

    assert printing.run_print_job(job.pk) is False

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "复核结果不是对这份自评材料作出的：摘要值不一致")


def test_two_prints_of_one_content_are_the_same_bytes(settings: LazySettings) -> None:
    first = waiting_job()
    second = jobs.new_job(PrintJob.Kind.PREVIEW, by=first.asked_by, filing=first.filing, content=first.content)
    second.save()

    assert [printing.run_print_job(job.pk) for job in (first, second)] == [True, True]

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, first.attempts) == ("done", "done", 1)
    assert (first.sha256, first.size) == (second.sha256, second.size)
    assert (first.toolchain, second.toolchain) == (pdf.toolchain(), pdf.toolchain())
    assert [len(data) for data in prints(settings)] == [first.size]
    assert prints(settings)[0].startswith(b"%PDF-")


def test_people_see_the_jobs_of_the_filings_they_see() -> None:
    line, other = Line(), Line()
    own = waiting_job(line)
    waiting_job(other)

    assert list(PrintJob.objects.visible_to(line.preparer)) == [own]
    assert list(PrintJob.objects.visible_to(line.reviewer)) == [own]


def test_the_official_report_is_asked_for_with_the_content_that_was_signed() -> None:
    line = Line(Status.APPROVED)

    job = line.filing.print_jobs.get()

    signed = line.filing.snapshots.get(kind="filing")
    assert (job.snapshot, job.content, signed.digest) == (signed, "", export(line.filing).digest.value)


@pytest.mark.parametrize("public", [True, False])
def test_the_official_report_keeps_the_publicity_of_its_approval(public: bool) -> None:
    line = Line(Status.APPROVED, review_public=public)
    line.filing.round.review_public = not public
    line.filing.round.save()

    review = PrintJob.objects.get().published_review

    assert (review is not None) is public
    assert review is None or review.filing_digest == line.filing.snapshots.get(kind="filing").digest


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_only_reads_asks_for_no_print_and_no_new_try(role: Role) -> None:
    line = Line()
    failed, reader = put(waiting_job(line), state=State.FAILED), make_user(role, line.department)

    for act in (lambda: jobs.ask_preview(line.filing, by=reader), lambda: jobs.retry(failed.pk, by=reader)):
        assert refusal_of(act) == ("您只能查阅这份材料，不能打印", {})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_has_the_job() -> None:
    job, now = waiting_job(), timezone.now()

    leases = at_once(PrintJob.objects.filter(pk=job.pk), *[lambda: jobs.claim(job.pk, now)] * 2)

    job.refresh_from_db()
    assert sorted(leases) == ["", job.lease]
    assert (job.state, job.attempts) == ("printing", 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_preview_asked_for_by_two_at_once_is_printed_once() -> None:
    line = Line()

    answers = at_once(Filing.objects.filter(pk=line.filing.pk), *[lambda: waiting_job(line)] * 2)

    assert answers == [PrintJob.objects.get()] * 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sweep_first", [True, False])
def test_of_a_sweep_and_a_finish_at_once_the_first_has_its_way(sweep_first: bool) -> None:
    job, start = waiting_job(), timezone.now()
    lease, late = jobs.claim(job.pk, start), start + jobs.LEASE + timedelta(seconds=1)
    acts = [lambda: jobs.sweep(late), lambda: finish(job, lease)]

    answers = at_once(PrintJob.objects.filter(pk=job.pk), *(acts if sweep_first else reversed(acts)))

    job.refresh_from_db()
    assert (answers, job.state) == (([1, False], "waiting") if sweep_first else ([True, 0], "done"))
