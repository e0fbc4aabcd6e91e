"""The page of a print job: asked for, under way, done or failed, each said in words."""

import hashlib
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.services import parts
from reports.models import PrintJob
from reports.services import jobs, printing
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import Line

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
    [("waiting", "等待打印", True), ("printing", "正在打印", True), ("done", "已完成", False), ("failed", "打印失败", False)],
)
def test_the_page_asks_again_by_itself_only_while_the_job_is_under_way(state: str, label: str, refreshes: bool) -> None:
    line = Line()

    page = page_of(line, job_in(line, state=state))

    assert (read(page).one("p.job").text, page.headers.get("Refresh")) == (label, "2" if refreshes else None)


def test_a_job_that_is_tried_again_says_what_went_wrong_the_last_time() -> None:
    line = Line()

    page = page_of(line, job_in(line, state="waiting", error="打印程序出错"))

    assert read(page).texts("main section .quiet")[-1] == "上一次：打印程序出错"


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
    assert (read(first).one("p.job").text, messages(first), read(first).select("main section form")) == ("等待打印", [], [])
    assert messages(second) == ["只有打印失败的任务可以重试"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("waiting", 0, "")


def test_the_filing_s_page_lists_its_jobs_with_their_state() -> None:
    line = Line()
    failed = job_in(line, state="failed", error="没有找到字体“仿宋”")
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
