"""The page of one evidence file: what it proves, how it is looked at and given out, and that nobody else has it."""

from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Evidence
from assessment.services import evidence
from tests.assessment.test_parts import docx
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import PDF, Line

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def address(line: Line) -> str:
    return reverse("assessment:evidence", args=[line.assessment.pk])


def upload(line: Line, name: str = "决算报表.pdf", data: bytes = PDF, indicators: tuple[str, ...] = ()) -> Evidence:
    return evidence.add_evidence(line.assessment.pk, by=line.preparer, name=name, data=data, indicators=list(indicators), public=False)


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


def test_a_file_is_changed_on_its_page() -> None:
    line = Line()
    upload(line, indicators=("spending",))
    item = Evidence.objects.get()
    client, there = signed_in(line.preparer), reverse("assessment:file", args=[item.pk])
    changes = {"name": "决算（公开）.pdf", "indicators": ["carryover", "budget_reasonable"], "public": "on"}

    page = send(client, client.get(there), "#change form", changes)

    item.refresh_from_db()
    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已修改“决算（公开）.pdf”"])
    assert (item.name, item.indicators, item.public) == ("决算（公开）.pdf", ["budget_reasonable", "carryover"], True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "请填写文件名"),
        ({"name": "决算.exe"}, "文件内容是 PDF，与扩展名“.exe”不符"),
        ({"indicators": ["invented"]}, "选择一个有效的选项。 invented 不在可用的选项中。"),
        ({"seen": "0123456789abcdef"}, "这份文件刚被他人改过，请核对现在的内容后再改"),
    ],
)
def test_a_change_that_cannot_be_is_told_on_the_page_and_nothing_is_written(changes: dict[str, Any], told: str) -> None:
    line = Line()
    upload(line, indicators=("spending",))
    before = Evidence.objects.values().get()
    client, there = signed_in(line.preparer), reverse("assessment:file", args=[before["id"]])

    page = send(client, client.get(there), "#change form", changes)

    assert (page.status_code, read(page).texts("#change .error") or read(page).texts("#change .invalid-feedback")) == (422, [told])
    assert Evidence.objects.values().get() == before


def test_who_was_overtaken_sees_what_stands_and_may_send_again() -> None:
    line = Line()
    upload(line)
    item = Evidence.objects.get()
    client, there = signed_in(line.preparer), reverse("assessment:file", args=[item.pk])
    old = client.get(there)
    evidence.tie_evidence(item.pk, by=line.preparer, indicators=["spending"])

    page = send(client, old, "#change form", {"name": "新名.pdf"})
    assert read(page).texts(".facts dd")[0] == "支出完成率"
    send(client, page, "#change form")

    item.refresh_from_db()
    assert (item.name, item.indicators) == ("新名.pdf", [])


def inline(line: Line, name: str, data: bytes) -> Any:
    upload(line, name, data)
    item = Evidence.objects.get()
    client = signed_in(line.reviewer)
    page = read(client.get(reverse("assessment:file", args=[item.pk])))
    return page, client.get(reverse("assessment:shown", args=[item.pk]))


@pytest.mark.parametrize(
    ("name", "data", "media_type", "place"), [("一.pdf", PDF, "application/pdf", "iframe"), ("一.png", PNG, "image/png", "img")]
)
def test_pdf_and_pictures_are_shown_to_the_unit_and_the_office_and_nothing_in_them_may_act(
    name: str, data: bytes, media_type: str, place: str
) -> None:
    page, answer = inline(Line(), name, data)

    assert (answer.status_code, data_of(answer), answer["Content-Type"]) == (200, data, media_type)
    assert answer["Content-Disposition"] == f"inline; filename*=utf-8''{quote(name)}"
    policy = {"default-src 'none'", "object-src 'self'", "style-src 'unsafe-inline'", "frame-ancestors 'self'"}
    assert set(answer["Content-Security-Policy"].split("; ")) == policy
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "SAMEORIGIN")
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert page.one(f".with-side {place}").attributes["src"] == answer.wsgi_request.path


def test_the_page_of_a_file_may_frame_our_own_pages_and_no_other() -> None:
    line = Line()
    upload(line)

    answer = signed_in(line.preparer).get(reverse("assessment:file", args=[Evidence.objects.get().pk]))

    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert (policy["frame-src"], policy["default-src"], policy["frame-ancestors"]) == ("'self'", "'none'", "'none'")


def test_a_document_of_an_office_program_is_never_shown_inline() -> None:
    page, answer = inline(Line(), "说明.docx", docx())

    assert (answer.status_code, page.one(".with-side .empty h2").text) == (404, "这种文件不能预览")
    assert page.texts(".file-acts a") == ["下载"]


def test_another_unit_s_file_is_not_there_whatever_is_asked_of_it() -> None:
    own, other = Line(), Line()
    upload(other)
    item = Evidence.objects.get()
    client = signed_in(own.preparer)

    reads = [client.get(reverse(f"assessment:{name}", args=[item.pk])).status_code for name in ("download", "file", "shown")]
    acts = [client.post(reverse(f"assessment:{name}", args=[item.pk])).status_code for name in ("file", "tie_evidence", "remove_evidence")]
    sent_there = client.post(reverse("assessment:upload", args=[other.assessment.pk]), {"file": SimpleUploadedFile("x.pdf", PDF)})

    assert (reads, acts, sent_there.status_code, list(Evidence.objects.all())) == ([404] * 3, [404] * 3, 404, [item])


def test_what_is_signed_is_shown_and_not_changed() -> None:
    line = Line()
    upload(line, indicators=("spending",))
    line.advance(Status.SUBMITTED)
    item = Evidence.objects.get()
    client, there = signed_in(line.preparer), reverse("assessment:file", args=[item.pk])
    refusal = "材料现在处于“已报送”（财务部门受理），不能填报"

    page = read(client.get(there))
    change = client.post(there, {"name": "新.pdf", "seen": evidence.seen_as(item)})
    tie = client.post(reverse("assessment:tie_evidence", args=[item.pk]), {"indicators": ["carryover"]}, follow=True)

    assert (page.one("h1").text, page.select("#change")) == ("决算报表.pdf", [])
    assert (change.status_code, messages(tie)) == (422, [refusal])
    assert Evidence.objects.values_list("name", "indicators").get() == ("决算报表.pdf", ["spending"])
