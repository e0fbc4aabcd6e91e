"""The evidence page: what is taken, what is refused and why, and how a file is given out."""

import hashlib
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Evidence, Part
from assessment.services import evidence
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import PDF, Line

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
KINDS = "只接受 PDF、PNG、JPG、DOCX、XLSX 文件（按内容判断，不看扩展名）"


def address(line: Line) -> str:
    return reverse("assessment:evidence", args=[line.assessment.pk])


def upload(line: Line, name: str = "决算报表.pdf", data: bytes = PDF, **also: Any) -> Any:
    client = signed_in(line.preparer)
    return send(client, client.get(address(line)), "main .card-plain form", {"file": SimpleUploadedFile(name, data)}, **also)


def test_a_file_is_kept_with_what_it_proves_and_listed() -> None:
    line = Line()

    page = upload(line, indicators=["spending", "carryover"], public="on")

    item = Evidence.objects.get()
    digest = hashlib.sha256(PDF).hexdigest()
    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已上传“决算报表.pdf”"])
    assert (item.name, item.sha256, item.size, item.media_type) == ("决算报表.pdf", digest, len(PDF), "application/pdf")
    assert (item.indicators, item.public, item.uploaded_by) == (["carryover", "spending"], True, line.preparer)
    assert evidence.find_bytes(digest) == PDF
    assert [cell.text for cell in read(page).select("table.evidence td")] == ["结转结余率、支出完成率", "可公开", "1 KB", "移除"]
    assert read(page).one("table.evidence code").text == f"{digest[:12]}…"


def test_the_side_says_which_rows_still_ask_for_a_file() -> None:
    line = Line()

    page = upload(line, indicators=["budget_reasonable"])

    asked = {item.one("strong").text: item.one("span").text for item in read(page).select(".asked li")}
    assert (asked["预算编制合理性"], asked["预算编制规范性"]) == ("已有", "尚无")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("脚本.pdf", b"<script>alert(1)</script>", KINDS),
        ("程序.exe", b"MZ" + bytes(80), KINDS),
        ("压缩.zip", b"PK\x03\x04" + bytes(40), KINDS),
        ("照片.pdf", PNG, "文件内容是 PNG，与扩展名“.pdf”不符"),
        ("决算报表", PDF, "文件内容是 PDF，与扩展名“无”不符"),
        ("空.pdf", b"", "所提交的是空文件。"),
        ("大.pdf", PDF + bytes(1024 * 1024), "文件超过 1 MB，请压缩或拆分后上传"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_at_the_field_and_not_kept(
    settings: LazySettings, name: str, data: bytes, message: str
) -> None:
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    line = Line()

    page = upload(line, name, data, indicators=["spending"], public="on")

    shown = read(page)
    assert (page.status_code, shown.one("#error_1_id_file").text, shown.one("#errors li").text) == (422, message, f"文件：{message}")
    ticked = [box.attributes["value"] for box in shown.select("#div_id_indicators input[checked]")]
    assert (ticked, "checked" in shown.one("#id_public").attributes) == (["spending"], True)
    assert (Evidence.objects.count(), default_storage.exists("evidence")) == (0, False)


def test_a_form_without_a_file_asks_for_one() -> None:
    line = Line()
    client = signed_in(line.preparer)

    page = send(client, client.get(address(line)), "main .card-plain form")

    assert (page.status_code, read(page).one("#error_1_id_file").text) == (422, "这个字段是必填项。")


def test_a_file_for_a_row_that_the_scheme_does_not_have_is_refused() -> None:
    line = Line()

    page = upload(line, indicators=["spending", "invented"])

    assert (page.status_code, Evidence.objects.count()) == (422, 0)
    assert read(page).texts("#errors li") == ["对应指标：选择一个有效的选项。 invented 不在可用的选项中。"]
    assert [link.attributes["href"] for link in read(page).select("#errors a")] == ["#id_indicators"]


def test_the_same_file_under_another_name_is_told_apart_by_its_content() -> None:
    line = Line()
    upload(line)

    page = upload(line, "换个名字.pdf")

    message = "这份文件已经上传过，名为“决算报表.pdf”"
    assert (page.status_code, read(page).one("#error_1_id_file").text, Evidence.objects.count()) == (422, message, 1)


def test_a_file_is_given_out_as_an_attachment_that_no_browser_opens() -> None:
    line = Line()
    upload(line, "“三公”经费 2022.pdf")

    answer = signed_in(line.head).get(reverse("assessment:download", args=[Evidence.objects.get().pk]))

    assert (answer.status_code, data_of(answer)) == (200, PDF)
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('“三公”经费 2022.pdf')}"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_a_file_whose_bytes_are_gone_is_a_page_not_found() -> None:
    line = Line()
    upload(line)
    item = Evidence.objects.get()
    default_storage.delete(f"evidence/{item.sha256[:2]}/{item.sha256}")

    assert signed_in(line.head).get(reverse("assessment:download", args=[item.pk])).status_code == 404


def test_a_file_is_taken_off_the_draft_and_its_bytes_stay() -> None:
    line = Line()
    upload(line)
    item = Evidence.objects.get()
    client = signed_in(line.preparer)

    page = send(client, client.get(address(line)), "table.evidence form")

    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已移除“决算报表.pdf”"])
    assert (Evidence.objects.count(), read(page).one(".empty h2").text) == (0, "还没有佐证材料")
    assert default_storage.exists(f"evidence/{item.sha256[:2]}/{item.sha256}")


def test_what_is_signed_takes_no_file_and_gives_none_away() -> None:
    line = Line()
    upload(line)
    line.advance(Status.SUBMITTED)
    item, client = Evidence.objects.get(), signed_in(line.preparer)
    refusal = "材料现在处于“已报送”（财务部门受理），不能“填报”"

    page = client.get(address(line))
    removal = client.post(reverse("assessment:remove_evidence", args=[item.pk]), follow=True)
    another = client.post(address(line), {"file": SimpleUploadedFile("照片.png", PNG)})

    assert (read(page).one(".alert-secondary").text, read(page).select("main form")) == (f"{refusal}。以下内容仅供查阅。", [])
    assert (messages(removal), another.status_code, read(another).texts("#errors li")) == ([refusal], 422, [f"文件：{refusal}"])
    assert list(Evidence.objects.all()) == [item]


def test_evidence_that_was_not_returned_is_locked() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.return_figures()

    page = signed_in(line.preparer).post(address(line), {"file": SimpleUploadedFile("决算报表.pdf", PDF)})

    assert line.part(Part.Kind.EVIDENCE).locked
    assert (page.status_code, read(page).one(".alert-secondary").text) == (422, "这一部分没有被退回，不能修改。以下内容仅供查阅。")
    assert read(page).texts("#errors li") == ["文件：“佐证材料”没有被退回，不能修改；只有被退回的部分可以修改"]
