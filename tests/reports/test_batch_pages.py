"""A whole round printed at the desk: asked for on the round's page, watched, cancelled, tried again, taken away."""

import io
import zipfile
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from reports.models import PrintBatch, PrintJob
from reports.services import jobs, printing
from reports.services.batches import cancel_batch, print_round
from tests.browsing import Element, data_of, messages, read, send, signed_in
from tests.factories import Line, make_department, make_user
from units.models import Role

pytestmark = pytest.mark.django_db

State = PrintJob.State


def house(*statuses: Status) -> list[Line]:
    department = make_department()
    return [Line(status, department=department) for status in statuses]


def asked(line: Line) -> PrintBatch:
    return print_round(line.filing.round_id, by=line.lead)


def page_of(batch: PrintBatch, line: Line, role: Role | None = None) -> Any:
    user = make_user(role, line.department) if role else line.lead
    return signed_in(user).get(reverse("admin:reports_printbatch_change", args=[batch.pk]))


def put(batch: PrintBatch, *states: str, **values: Any) -> None:
    """The batch's jobs, in the order of its items, in these states."""
    for item, state in zip(batch.items.exclude(job=None).order_by("pk"), states, strict=False):
        PrintJob.objects.filter(pk=item.job_id).update(state=state, **values)


def offered(page: Any) -> list[str]:
    return read(page).texts(".batch .acts .button")


def so_far(page: Any) -> str:
    return read(page).one(".batch .so-far").text


def test_a_round_is_printed_from_its_page_once_however_often_one_clicks() -> None:
    line, _ = house(Status.SUBMITTED, Status.DRAFT)
    client = signed_in(line.lead)
    round_page = client.get(reverse("admin:assessment_round_change", args=[line.filing.round_id]))

    first, second = send(client, round_page, "section.act form"), send(client, round_page, "section.act form")

    batch = PrintBatch.objects.get()
    address = reverse("admin:reports_printbatch_change", args=[batch.pk])
    assert [page.redirect_chain for page in (first, second)] == [[(address, 302)]] * 2
    assert (read(first).one("#content h1").text, PrintJob.objects.count()) == ("2022 年度 全轮打印", 1)
    listed: Element = read(client.get(reverse("admin:assessment_round_change", args=[line.filing.round_id]))).one("ul.batches")
    assert [link.attributes["href"] for link in listed.select("a")] == [address]


def test_a_round_without_anything_signed_says_so() -> None:
    (line,) = house(Status.DRAFT)
    client = signed_in(line.reviewer)
    round_page = client.get(reverse("admin:assessment_round_change", args=[line.filing.round_id]))

    assert messages(send(client, round_page, "section.act form")) == ["这一年度还没有签批报送的材料，没有可打印的内容"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_only_reads_sees_the_batches_of_a_round_and_no_button(role: Role) -> None:
    (line,) = house(Status.SUBMITTED)
    batch = asked(line)
    put(batch, "failed")
    client = signed_in(make_user(role, line.department))

    page = read(client.get(reverse("admin:assessment_round_change", args=[line.filing.round_id])))

    assert (len(page.select("ul.batches li")), page.select("section.act form")) == (1, [])
    assert offered(client.get(reverse("admin:reports_printbatch_change", args=[batch.pk]))) == []
    answer = client.post(reverse("admin:reports_printbatch_print", args=[line.filing.round_id]), follow=True)
    assert messages(answer) == ["您不承担此项工作，不能打印全轮"]


def test_a_page_for_a_new_round_offers_no_printing() -> None:
    (line,) = house(Status.DRAFT)
    administrator = make_user(Role.ADMINISTRATOR, line.department)

    assert "打印全轮" not in signed_in(administrator).get(reverse("admin:assessment_round_add")).content.decode()


def test_under_way_it_says_how_far_it_has_come_and_asks_again_by_itself() -> None:
    every = house(*[Status.SUBMITTED] * 5)
    batch = asked(every[0])
    put(batch, "done", "printing", lease_until=timezone.now() + timedelta(minutes=1))

    page = page_of(batch, every[0])

    assert so_far(page) == "1 / 5 份已完成正在打印 1 份，等待 3 份"
    progress = read(page).one(".batch progress").attributes
    assert (progress["value"], progress["max"], page.headers.get("Refresh")) == ("1", "5", "3")
    assert offered(page) == ["下载已完成的 1 份（ZIP）", "取消其余"]


def test_from_three_on_it_says_how_long_the_rest_takes() -> None:
    every = house(*[Status.SUBMITTED] * 6)
    batch = asked(every[0])
    for number, item in enumerate(batch.items.order_by("pk")[:3]):
        finished_at = batch.asked_at + timedelta(seconds=40 * number)
        PrintJob.objects.filter(pk=item.job_id).update(state=State.DONE, finished_at=finished_at)

    two_minutes = so_far(page_of(batch, every[0]))
    PrintJob.objects.filter(state=State.WAITING).exclude(pk=batch.items.order_by("pk").last().job_id).update(state=State.CANCELLED)

    assert two_minutes == "3 / 6 份已完成等待 3 份，还需约 2 分钟"
    assert so_far(page_of(batch, every[0])) == "3 / 6 份已完成等待 1 份，还需不到 1 分钟已取消 2 份"


def test_when_all_is_done_it_is_still_and_offers_the_whole() -> None:
    line, _ = house(Status.SUBMITTED, Status.DRAFT)
    batch = asked(line)
    put(batch, "done", finished_at=timezone.now())

    page = page_of(batch, line)

    assert (so_far(page), page.headers.get("Refresh"), offered(page)) == ("1 / 1 份已完成", None, ["下载 ZIP"])
    assert read(page).texts(".left-out li") == ["某市就业服务中心 填报中"]
    assert read(page).texts(".batch h2") == ["未签批，不在其中的 1 个单位"]


def test_what_failed_is_told_with_its_reason_and_tried_again() -> None:
    first, second = house(Status.SUBMITTED, Status.SUBMITTED)
    batch = asked(first)
    put(batch, "failed", "done", error="没有找到字体“仿宋”", finished_at=timezone.now())
    client = signed_in(first.reviewer)
    page = client.get(reverse("admin:reports_printbatch_change", args=[batch.pk]))

    after = send(client, page, f"form[action={reverse('admin:reports_printbatch_retry', args=[batch.pk])}]")

    assert read(page).texts(".batch .comments li") == ["某市就业服务中心 送审稿没有找到字体“仿宋”"]
    assert offered(page) == ["下载已完成的 1 份（ZIP）", "重试 1 份"]
    assert (messages(after), so_far(after)) == (["已重新排队 1 份"], "1 / 2 份已完成等待 1 份")
    assert second.unit != first.unit


def test_the_rest_is_cancelled_and_the_page_says_who_did_it() -> None:
    every = house(Status.SUBMITTED, Status.SUBMITTED, Status.APPROVED)
    batch = asked(every[0])
    put(batch, "done", finished_at=timezone.now())
    client = signed_in(every[0].reviewer)
    page = client.get(reverse("admin:reports_printbatch_change", args=[batch.pk]))

    after = send(client, page, f"form[action={reverse('admin:reports_printbatch_cancel', args=[batch.pk])}]")

    assert messages(after) == ["已取消 1 份，正在打印的和正式报告不受影响"]
    assert (so_far(after), offered(after)) == ("1 / 3 份已完成等待 1 份已取消 1 份", ["下载已完成的 1 份（ZIP）"])
    assert f"{every[0].reviewer} 于" in read(after).select(".batch > p.quiet".replace(" > ", " "))[0].text
    again = client.post(reverse("admin:reports_printbatch_cancel", args=[batch.pk]), follow=True)
    assert messages(again) == ["这一批已取消，需要时请重新打印全轮"]


def test_reports_alone_are_not_offered_for_cancelling() -> None:
    (line,) = house(Status.APPROVED)

    assert offered(page_of(asked(line), line)) == []


def test_a_batch_that_waits_while_nobody_prints_says_so() -> None:
    (line,) = house(Status.SUBMITTED)
    batch = asked(line)
    put(batch, "waiting", due_at=timezone.now() - timedelta(minutes=3))

    told = read(page_of(batch, line)).texts(".batch .errornote")

    assert told == ["打印服务似乎已停止，请系统管理员检查；恢复后自动打印，不必重新提交。"]


def test_the_zip_is_given_out_under_the_department_s_name_to_everyone_of_the_office() -> None:
    (line,) = house(Status.SUBMITTED)
    batch = asked(line)
    job = batch.items.get().job
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), b"%PDF-1.7")
    auditor = make_user(Role.AUDITOR, line.department)

    answer: Any = signed_in(auditor).get(reverse("admin:reports_printbatch_zip", args=[batch.pk]))
    names = zipfile.ZipFile(io.BytesIO(data_of(answer))).namelist()

    assert (answer.streaming, answer["Content-Type"], names[1:]) == (True, "application/zip", ["SHA256SUMS", "清单.csv"])
    name = quote(f"{line.department.name}2022年度自评材料.zip")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert (answer["X-Content-Type-Options"], "no-store" in answer["Cache-Control"]) == ("nosniff", True)


def test_while_nothing_is_printed_there_is_no_zip() -> None:
    (line,) = house(Status.SUBMITTED)
    batch = asked(line)

    assert signed_in(line.lead).get(reverse("admin:reports_printbatch_zip", args=[batch.pk])).status_code == 404


def test_the_list_of_batches_says_how_far_each_has_come() -> None:
    first, second = house(Status.SUBMITTED, Status.SUBMITTED)
    batch = asked(first)
    put(batch, "done")
    cancel_batch(batch.pk, by=first.lead)

    page = read(signed_in(second.lead).get(reverse("admin:reports_printbatch_changelist")))

    assert page.texts("td.field-progress") == ["1 / 2（已取消）"]
