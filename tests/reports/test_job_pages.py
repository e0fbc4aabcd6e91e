"""The page of a print job: asked for, under way, done or failed, each said in words."""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.services import parts
from reports.models import PrintJob
from reports.services import jobs, printing
from reports.services.batches import print_round
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import Line, make_user
from units.models import Role

pytestmark = pytest.mark.django_db


def ask(line: Line) -> Any:
    client = signed_in(line.preparer)
    page = client.get(reverse("assessment:filing", args=[line.filing.pk]))
    return send(client, page, f"form[action={reverse('reports:preview', args=[line.filing.pk])}]")


def job_in(line: Line, **state: Any) -> PrintJob:
    ask(line)
    PrintJob.objects.update(**state)
    return PrintJob.objects.get()


def page_of(line: Line, job: PrintJob) -> Any:
    return signed_in(line.preparer).get(reverse("reports:job", args=[job.pk]))


def test_a_preview_is_asked_for_and_its_page_says_that_it_waits() -> None:
    line = Line()

    page = ask(line)

    job = PrintJob.objects.get()
    assert (page.redirect_chain, job.asked_by, job.kind) == ([(reverse("reports:job", args=[job.pk]), 302)], line.preparer, "preview")
    assert (read(page).one("main h1").text, read(page).one("p.job").text) == ("预览稿", "等待打印")


@pytest.mark.parametrize(
    ("state", "label", "refreshes"),
    [
        ("waiting", "等待打印", True),
        ("printing", "正在打印", True),
        ("done", "已完成", False),
        ("failed", "打印失败", False),
        ("cancelled", "已取消", False),
    ],
)
def test_the_page_asks_again_by_itself_only_while_the_job_is_under_way(state: str, label: str, refreshes: bool) -> None:
    line = Line()

    page = page_of(line, job_in(line, state=state))

    assert (read(page).one("p.job").text, page.headers.get("Refresh")) == (label, "2" if refreshes else None)


def test_a_job_that_is_tried_again_says_what_went_wrong_the_last_time() -> None:
    line = Line()

    page = page_of(line, job_in(line, state="waiting", error="打印程序出错"))

    assert read(page).texts("main section .quiet")[-1] == "上一次没有成功，会自动再试：打印程序出错"


def test_a_waiting_job_says_how_many_stand_before_it_in_the_whole_house() -> None:
    first, _, third = (ask(Line()) for _ in range(3))

    told = [read(page).texts("main section .quiet") for page in (first, third)]

    leave = "本页会自动刷新；也可以先离开，稍后在材料页下载。"
    assert told == [[f"通常几秒钟完成。{leave}"], [f"前面还有 2 份。{leave}"]]


def test_a_job_that_waits_for_minutes_while_nobody_prints_says_that_the_service_seems_to_be_stopped() -> None:
    line = Line()
    job = job_in(line, due_at=timezone.now() - timedelta(minutes=3))

    page = read(page_of(line, job))
    PrintJob.objects.update(state="printing", lease_until=timezone.now() + timedelta(minutes=1))
    printing_page = read(page_of(line, job))

    assert page.texts("main .alert-warning") == ["打印服务似乎已停止，请联系系统管理员检查；恢复后自动打印，不必重新提交。"]
    assert printing_page.texts("main .alert-warning") == []


def test_a_job_is_cancelled_once_however_often_one_clicks_and_can_be_printed_after_all() -> None:
    line = Line()
    job = job_in(line)
    client = signed_in(line.preparer)
    page = client.get(reverse("reports:job", args=[job.pk]))

    cancelled, again = send(client, page, "main section form"), send(client, page, "main section form")

    assert (read(page).one("main section form button").text, read(cancelled).one("p.job").text) == ("取消打印", "已取消")
    assert (messages(cancelled), messages(again)) == ([], ["只有等待或正在打印的任务可以取消"])
    assert read(again).one("main section form button").text == "重新打印"
    assert read(send(client, again, "main section form")).one("p.job").text == "等待打印"


@pytest.mark.parametrize("state", ["waiting", "printing", "failed", "cancelled"])
def test_who_only_reads_is_offered_nothing_on_a_job_s_page(state: str) -> None:
    line = Line()
    job = job_in(line, state=state)
    auditor = make_user(Role.AUDITOR, line.department)

    assert read(signed_in(auditor).get(reverse("reports:job", args=[job.pk]))).select("main section form") == []


def test_the_report_of_an_approval_offers_no_cancelling() -> None:
    line = Line(Status.APPROVED)

    page = signed_in(line.lead).get(reverse("reports:job", args=[line.filing.print_jobs.get().pk]))

    assert (read(page).one("p.job").text, read(page).select("main section form")) == ("等待打印", [])


def test_the_office_s_copies_are_not_among_the_jobs_of_a_filing_s_page() -> None:
    line = Line(Status.SUBMITTED)
    print_round(line.filing.round_id, by=line.lead)

    page = signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk]))

    assert (PrintJob.objects.get().kind, read(page).select("ul.jobs li")) == ("copy", [])


def test_the_list_at_the_desk_says_how_the_queue_stands_and_what_failed_in_the_last_day() -> None:
    line, other = Line(), Line()
    job_in(line, due_at=timezone.now() - timedelta(minutes=1, seconds=30))
    for number, hours in enumerate((1, 23, 25)):
        PrintJob.objects.create(**failed_before(line, hours, number))
    PrintJob.objects.create(**failed_before(other, 1, 9))

    page = read(signed_in(line.reviewer).get(reverse("admin:reports_printjob_changelist")))
    PrintJob.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(minutes=7))
    stopped = read(signed_in(line.reviewer).get(reverse("admin:reports_printjob_changelist")))

    assert page.one("p.queue").text == "打印队列：等待 1 份，最久的已等 1 分钟；正在打印 0 份；近一天失败 2 份。"
    assert stopped.one("p.queue").text == (
        "打印队列：等待 1 份，最久的已等 7 分钟；正在打印 0 份；近一天失败 2 份。打印服务似乎已停止，请系统管理员检查。"
    )


def failed_before(line: Line, hours: int, number: int) -> dict[str, Any]:
    finished_at = timezone.now() - timedelta(hours=hours)
    asked = {"filing": line.filing, "kind": "preview", "priority": 2, "content": str(number), "asked_by": line.preparer}
    return asked | {"state": "failed", "due_at": finished_at, "finished_at": finished_at}


def test_a_printed_preview_is_given_out_under_its_unit_s_name() -> None:
    line = Line()
    job = job_in(line)
    assert printing.run_print_job(job.pk)
    job.refresh_from_db()

    page = page_of(line, job)
    answer = signed_in(line.head).get(reverse("reports:job_pdf", args=[job.pk]))
    data = data_of(answer)

    assert read(page).one("main section a.btn").attributes["href"] == reverse("reports:job_pdf", args=[job.pk])
    assert (read(page).one(".digest code").text, data[:5]) == (hashlib.sha256(data).hexdigest(), b"%PDF-")
    name = quote(f"{line.unit.name}2022年度预览稿.pdf")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("application/pdf", f"attachment; filename*=utf-8''{name}")
    assert (answer["X-Content-Type-Options"], "no-store" in answer["Cache-Control"]) == ("nosniff", True)


@pytest.mark.parametrize("state", ["waiting", "printing", "failed"])
def test_a_file_that_is_not_printed_is_not_found(state: str) -> None:
    line = Line()
    job = job_in(line)
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), b"%PDF-1.7 of an earlier attempt")
    PrintJob.objects.update(state=state)

    assert signed_in(line.preparer).get(reverse("reports:job_pdf", args=[job.pk])).status_code == 404


def test_a_failed_job_says_why_and_is_tried_again_once_however_often_one_clicks() -> None:
    line = Line()
    job = job_in(line, state="failed", error="没有找到字体“仿宋”", attempts=3)
    client = signed_in(line.preparer)
    page = client.get(reverse("reports:job", args=[job.pk]))

    first, second = send(client, page, "main section form"), send(client, page, "main section form")

    assert (read(page).one("main .alert-danger").text, read(page).one("main section form button").text) == ("没有找到字体“仿宋”", "重试")
    assert (read(first).one("p.job").text, messages(first), read(first).texts("main section form")) == ("等待打印", [], ["取消打印"])
    assert messages(second) == ["只有打印失败或已取消的任务可以重试"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("waiting", 0, "")


def test_the_filing_s_page_lists_its_jobs_with_their_state() -> None:
    line = Line()
    failed = job_in(line, state="failed", error="没有找到字体“仿宋”")
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": "又一稿"})
    ask(line)

    listed = read(signed_in(line.head).get(reverse("assessment:filing", args=[line.filing.pk]))).select("ul.jobs li")

    assert [(job.select("a")[0].text, job.one(".job").text, job.texts(".field-error")) for job in listed] == [
        ("预览稿", "等待打印", []),
        ("预览稿", "打印失败", ["没有找到字体“仿宋”"]),
    ]
    assert listed[1].one("form").attributes["action"] == reverse("reports:retry", args=[failed.pk])


def test_a_fourth_preview_at_once_is_refused_in_words() -> None:
    line = Line()
    for number in range(3):
        parts.save_narrative(line.assessment.pk, by=line.preparer, version=1 + number, texts={"opening": f"第 {number} 稿"})
        ask(line)
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=4, texts={"opening": "又一稿"})

    page = ask(line)

    assert (messages(page), PrintJob.objects.count()) == (["这份材料已有多份预览稿在打印，请稍候"], 3)
