"""The evidence page: what is taken, what is refused and why, and how a file is given out."""

import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Assessment, Evidence, Part
from assessment.services import evidence
from tests.browsing import messages, read, send, signed_in
from tests.factories import PDF, Line

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
TOO_MUCH = "上传的内容过大：每份文件不超过 20 MB，一次提交合计不超过 1 MB。请返回上一页重新选择。"
KINDS = "只接受 PDF、PNG、JPG、DOCX、XLSX 文件（按内容判断，不看扩展名）"


def address(line: Line) -> str:
    return reverse("assessment:evidence", args=[line.assessment.pk])


def upload(line: Line, name: str = "决算报表.pdf", data: bytes = PDF, **also: Any) -> Any:
    client = signed_in(line.preparer)
    return send(client, client.get(address(line)), "#upload form", {"file": SimpleUploadedFile(name, data)}, **also)


def test_a_file_is_kept_with_what_it_proves_and_listed() -> None:
    line = Line()

    page = upload(line, indicators=["spending", "carryover"], public="on")

    item = Evidence.objects.get()
    digest = hashlib.sha256(PDF).hexdigest()
    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已上传“决算报表.pdf”"])
    assert (item.name, item.sha256, item.size, item.media_type) == ("决算报表.pdf", digest, len(PDF), "application/pdf")
    assert (item.indicators, item.public, item.uploaded_by) == (["carryover", "spending"], True, line.preparer)
    assert evidence.find_bytes(digest) == PDF
    assert [cell.text for cell in read(page).select("table.evidence td")] == ["结转结余率、支出完成率", "可公开", "1 KB", "修改移除"]
    assert read(page).one("table.evidence code").text == f"{digest[:12]}…"


def test_the_checklist_says_what_is_there_for_each_row_and_what_is_missing() -> None:
    line = Line()

    page = upload(line, indicators=["budget_reasonable"])

    shown = read(page)
    asked = {item.one("strong").text: item.texts(".have") + item.texts(".tied li") for item in shown.select(".asked li[data-indicator]")}
    assert (asked["预算编制合理性"], asked["预算编制规范性"]) == (["已附 1 份", "决算报表.pdf"], ["尚缺"])
    assert shown.one("#checklist h2").text == f"应备材料 已附 1 / 应附 {len(asked)}"
    assert shown.one("#asked-budget_regular a").attributes["href"] == "?for=budget_regular#upload"


def test_a_row_of_the_checklist_leads_to_the_form_with_that_row_ticked() -> None:
    line = Line()

    page = signed_in(line.preparer).get(address(line), {"for": "spending"})

    ticked = [box.attributes["value"] for box in read(page).select("#div_id_indicators input[checked]")]
    assert (ticked, "open" in read(page).one("details.ties").attributes) == (["spending"], True)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("脚本.pdf", b"<script>alert(1)</script>", KINDS),
        ("程序.exe", b"MZ" + bytes(80), KINDS),
        ("压缩.zip", b"PK\x03\x04" + bytes(40), KINDS),
        ("照片.pdf", PNG, "文件内容是 PNG，与扩展名“.pdf”不符"),
        ("决算报表", PDF, "文件内容是 PDF，与扩展名“无”不符"),
        ("空.pdf", b"", "文件是空的，请检查后重新选择"),
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
    told = f"“{name}”：{message}"
    assert (page.status_code, shown.one("#error_1_id_file").text, shown.one("#errors li").text) == (422, told, f"文件：{told}")
    ticked = [box.attributes["value"] for box in shown.select("#div_id_indicators input[checked]")]
    assert (ticked, "checked" in shown.one("#id_public").attributes) == (["spending"], True)
    assert (Evidence.objects.count(), default_storage.exists("evidence")) == (0, False)


def test_a_form_without_a_file_asks_for_one() -> None:
    line = Line()
    client = signed_in(line.preparer)

    page = send(client, client.get(address(line)), "#upload form")

    assert (page.status_code, read(page).one("#error_1_id_file").text) == (422, "请选择文件")


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

    message = "“换个名字.pdf”：这份文件已经上传过，名为“决算报表.pdf”"
    assert (page.status_code, read(page).one("#error_1_id_file").text, Evidence.objects.count()) == (422, message, 1)


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
    refusal = "材料现在处于“已报送”（财务部门受理），不能填报"

    page = client.get(address(line))
    removal = client.post(reverse("assessment:remove_evidence", args=[item.pk]), follow=True)
    another = client.post(address(line), {"file": SimpleUploadedFile("照片.png", PNG)})

    assert (read(page).one(".alert-secondary").text, read(page).select("main form")) == (f"{refusal}。以下内容仅供查阅。", [])
    assert (messages(removal), another.status_code, read(another).texts("#errors li")) == ([refusal], 422, [f"文件：“照片.png”：{refusal}"])
    assert list(Evidence.objects.all()) == [item]


def test_evidence_that_was_not_returned_is_locked() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.return_figures()

    page = signed_in(line.preparer).post(address(line), {"file": SimpleUploadedFile("决算报表.pdf", PDF)})

    assert line.part(Part.Kind.EVIDENCE).locked
    assert (page.status_code, read(page).one(".alert-secondary").text) == (422, "这一部分没有被退回，不能修改。以下内容仅供查阅。")
    assert read(page).texts("#errors li") == ["文件：“决算报表.pdf”：“佐证材料”没有被退回，不能修改；只有被退回的部分可以修改"]


def several(line: Line, *files: tuple[str, bytes], **also: Any) -> Any:
    client = signed_in(line.preparer)
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    return send(client, client.get(address(line)), "#upload form", {"file": uploads}, **also)


def test_of_several_files_the_good_ones_are_kept_and_the_others_named_with_their_reason() -> None:
    line = Line()

    page = several(line, ("一.pdf", PDF), ("二.png", PNG), ("三.pdf", b"MZ" + bytes(80)), ("四.pdf", PDF), indicators=["spending"])

    same = "“四.pdf”：这份文件已经上传过，名为“一.pdf”"
    assert (page.status_code, messages(page)) == (422, ["已上传“一.pdf”已上传“二.png”"])
    assert read(page).texts("#errors li") == [f"文件：“三.pdf”：{KINDS}", f"文件：{same}"]
    assert read(page).one("#errors strong").text == "有 2 处需要处理，以下文件没有上传："
    assert [(item.name, item.indicators) for item in Evidence.objects.all()] == [("一.pdf", ["spending"]), ("二.png", ["spending"])]


def test_a_file_that_is_there_is_offered_for_the_indicators_it_was_not_tied_to() -> None:
    line = Line()
    upload(line, indicators=["spending"])
    page = upload(line, "又.pdf", indicators=["spending", "carryover"])
    button = read(page).one(".double button").text

    answer = send(signed_in(line.preparer), page, ".double")

    assert button == "把“决算报表.pdf”也用于：结转结余率"
    assert messages(answer) == ["“决算报表.pdf”现在用于：结转结余率、支出完成率"]
    assert Evidence.objects.get().indicators == ["carryover", "spending"]


def test_a_file_that_is_there_with_nothing_more_to_prove_is_only_named() -> None:
    line = Line()
    upload(line, indicators=["spending"])

    page = upload(line, "又.pdf", indicators=["spending"])

    assert (read(page).select(".double button"), read(page).one(".double a").text) == ([], "查看“决算报表.pdf”")


def test_a_file_over_the_limit_is_refused_before_it_is_read(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    line = Line()
    read_sizes: list[int] = []
    monkeypatch.setattr(InMemoryUploadedFile, "read", lambda file: (read_sizes.append(file.size), file.file.read())[1])

    large, small = BytesIO(PDF + bytes(1024 * 1024)), BytesIO(PDF)
    large.name, small.name = "大.pdf", "小.pdf"
    signed_in(line.preparer).post(address(line), {"file": [large, small]})

    assert (read_sizes, [item.name for item in Evidence.objects.all()]) == ([len(PDF)], ["小.pdf"])


def test_a_body_over_the_limit_is_refused_whole_and_says_so(settings: LazySettings) -> None:
    settings.MAX_BODY_BYTES = 1024 * 1024
    line = Line()

    answer = signed_in(line.preparer).post(address(line), {"file": SimpleUploadedFile("大.pdf", PDF + bytes(1024 * 1024))})

    assert (answer.status_code, answer.content.decode()) == (413, TOO_MUCH)


def test_the_limits_are_told_beforehand_and_what_is_left_of_them(settings: LazySettings) -> None:
    settings.EVIDENCE_TOTAL_BYTES = 3 * 1024 * 1024
    line = Line()

    before = read(signed_in(line.preparer).get(address(line))).one("#room")
    after = read(upload(line)).one("#room")

    assert before.one("noscript").text == "可以一次选多份，一次合计不超过 25 MB；更多的请分次上传。"
    assert [item.texts("p")[:2] for item in (before, after)] == [
        [
            "PDF、PNG、JPG、DOCX、XLSX，按内容判断；每份不超过 20 MB。",
            "还可附 100 份（最多 100 份），本单位这一年度合计还可附 3 MB（共 3 MB）。",
        ],
        [
            "PDF、PNG、JPG、DOCX、XLSX，按内容判断；每份不超过 20 MB。",
            "还可附 99 份（最多 100 份），本单位这一年度合计还可附 2 MB（共 3 MB）。",
        ],
    ]
    numbers = {"data-file": str(20 * 1024 * 1024), "data-bytes": str(3 * 1024 * 1024 - len(PDF)), "data-files": "99"}
    assert {name: value for name, value in after.attributes.items() if name.startswith("data-")} == numbers


def sent(line: Line, name: str = "决算报表.pdf", data: bytes = PDF, **also: Any) -> tuple[int, Any]:
    """What the page's script is told of one file."""
    there = reverse("assessment:upload", args=[line.assessment.pk])
    answer = signed_in(line.preparer).post(there, {"file": SimpleUploadedFile(name, data), **also})
    return answer.status_code, answer.json()


def test_the_script_is_told_what_became_of_its_file() -> None:
    line = Line()

    kept = sent(line, indicators=["spending"], public="on")
    refused = sent(line, "网页.pdf", b"<html></html>")
    unknown = sent(line, "又.pdf", PDF + b"2", indicators=["invented"])
    empty = sent(line, "空.pdf", b"")
    same = sent(line, "又.pdf", indicators=["spending", "carryover"])

    item = Evidence.objects.get()
    assert (item.indicators, item.public) == (["spending"], True)
    assert (kept, refused) == ((200, {"told": "已上传“决算报表.pdf”"}), (422, {"error": KINDS}))
    assert unknown == (422, {"error": "选择一个有效的选项。 invented 不在可用的选项中。"})
    assert empty == (422, {"error": "文件是空的，请检查后重新选择"})
    offer = {
        "file": reverse("assessment:file", args=[item.pk]),
        "tie": reverse("assessment:tie_evidence", args=[item.pk]),
        "codes": ["carryover"],
        "labels": "结转结余率",
    }
    assert same == (422, {"error": "这份文件已经上传过，名为“决算报表.pdf”", "same": offer})


def test_the_script_sends_one_file_at_a_time() -> None:
    line = Line()
    there = reverse("assessment:upload", args=[line.assessment.pk])
    client = signed_in(line.preparer)

    two = client.post(there, {"file": [SimpleUploadedFile("一.pdf", PDF), SimpleUploadedFile("二.png", PNG)]})
    none = client.post(there)

    assert [(answer.status_code, answer.json()) for answer in (two, none)] == [
        (422, {"error": "每次只传一份文件"}),
        (422, {"error": "请选择文件"}),
    ]
    assert Evidence.objects.count() == 0


def test_the_same_file_of_another_unit_is_kept_without_a_word_of_it() -> None:
    one, other = Line(), Line()
    upload(one, "一家的.pdf")

    page = upload(other, "另一家的.pdf")

    assert messages(page) == ["已上传“另一家的.pdf”"]
    assert "一家的" not in page.content.decode().replace("另一家的", "")


def test_the_same_file_in_another_assessment_of_the_filing_is_kept_and_said() -> None:
    line = Line()
    whole = line.assessment
    project = Assessment.objects.create(filing=line.filing, kind="project", name="公共就业服务项目", scheme=whole.scheme)
    Part.objects.create(assessment=project, kind=Part.Kind.EVIDENCE)
    data = {"by": line.preparer, "name": "决算报表.pdf", "data": PDF, "indicators": [], "public": False}
    evidence.add_evidence(project.pk, **data)
    there = reverse("assessment:upload", args=[whole.pk])

    answer = signed_in(line.preparer).post(there, {"file": SimpleUploadedFile("决算报表.pdf", PDF)})

    assert answer.json() == {"told": "已上传“决算报表.pdf”（同一份文件也附在“公共就业服务项目”中）"}
