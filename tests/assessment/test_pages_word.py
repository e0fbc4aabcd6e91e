"""Taking the report over from a Word document: shown beside what stands, written when it was looked through, all or nothing."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.services import parts
from tests.browsing import messages, read, send, signed_in
from tests.factories import Line
from tests.tools import stored
from tests.word_files import docx, p, table

pytestmark = pytest.mark.django_db

GOALS = "（三）部门整体支出绩效目标"
STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"


def address(line: Line) -> str:
    return reverse("assessment:word", args=[line.assessment.pk])


def text(line: Line, code: str) -> str:
    return line.assessment.narratives.get(code=code).text


def upload(client: Client, line: Line, data: bytes, name: str = "报告.docx") -> Any:
    file = BytesIO(data)
    file.name = name
    return client.post(address(line), {"file": file})


def report() -> bytes:
    return docx(
        p("2022年度部门整体支出绩效自评报告", "t"),
        p("新的开头。"),
        p(GOALS),
        p("目标已完成。"),
        table(["项目", "金额"], ["培训", "1,000"]),
        p("五、部门党建情况", "1"),
        p("党建良好。"),
    )


def test_a_document_is_shown_by_sections_beside_what_stands_and_nothing_is_stored() -> None:
    line = Line()
    client, before = signed_in(line.preparer), stored()

    page = upload(client, line, report())

    shown = read(page)
    assert (page.status_code, stored()) == (200, before)
    assert shown.one("#id_text-opening").raw.strip("\n") == "新的开头。"
    assert shown.one("#id_text-basic_goals").raw.strip("\n") == "目标已完成。\n| 项目 | 金额 |\n| --- | --- |\n| 培训 | 1,000 |"
    assert shown.one(".word-rest").texts("label")[0] == "第 1 处：五、部门党建情况"
    assert shown.one("#id_rest-0").raw.strip("\n") == "五、部门党建情况\n党建良好。"
    assert shown.texts(".word-stored") == [text(line, "opening"), text(line, "basic_goals")]
    assert shown.texts(".word-notes li") == ["题目“2022年度部门整体支出绩效自评报告”没有导入，题目由系统编排"]
    assert [name for name in shown.one("form.word").texts("label") if name.startswith("采用")] == ["采用：开头段", f"采用：{GOALS}"]


def test_what_is_adopted_is_written_and_all_else_stays() -> None:
    line = Line()
    client = signed_in(line.preparer)
    opening, work = text(line, "opening"), text(line, "work_group")
    page = upload(client, line, report())

    done = send(client, page, "form.word", {"take-opening": [], "to-0": "work_group"})

    assert messages(done) == ["已写入采用的各节，请通读核对"]
    assert text(line, "basic_goals") == "目标已完成。\n| 项目 | 金额 |\n| --- | --- |\n| 培训 | 1,000 |"
    assert (text(line, "opening"), text(line, "work_group")) == (opening, f"{work}\n五、部门党建情况\n党建良好。")


def test_a_piece_may_go_behind_a_section_that_is_adopted_or_nowhere() -> None:
    line = Line()
    client = signed_in(line.preparer)

    send(client, upload(client, line, report()), "form.word", {"to-0": "opening", "text-opening": "改过的开头。\r\n"})
    assert text(line, "opening") == "改过的开头。\n五、部门党建情况\n党建良好。"
    send(client, upload(client, line, report()), "form.word", {"to-0": "-"})
    assert text(line, "opening") == "新的开头。"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "请选择放到哪一节，或选“不导入”"),
        ({"to-0": "no_such"}, "提纲中没有这一节"),
        ({"to-0": "-", "text-opening": "{{没有}}"}, "没有名为“没有”的数据项，请改正或删去花括号"),
        ({"to-0": "-", "text-opening": "长" * 20_001}, "超过 20000 字，请精简（现有 20001 字）"),
        ({"to-0": "-", "text-opening": f"|{' 格 |' * 11}\n|{' --- |' * 11}"}, "表格有 11 列，最多 10 列，请拆成几个表"),
        ({"to-0": "opening", "text-opening": "长" * 19_999}, "超过 20000 字，请精简"),
    ],
)
def test_what_cannot_stand_is_named_and_nothing_is_written_or_lost(changes: dict[str, str], message: str) -> None:
    line = Line()
    client = signed_in(line.preparer)
    page, before = upload(client, line, report()), stored()

    back = send(client, page, "form.word", changes)

    assert (back.status_code, read(back).texts(".field-error"), stored()) == (422, [message], before)
    assert read(back).one(".word-rest").texts("label")[0] == "第 1 处：五、部门党建情况"
    assert read(back).one("#id_text-basic_goals").raw.startswith("\n目标已完成。")


def test_a_section_that_is_not_adopted_may_hold_what_cannot_stand() -> None:
    line = Line()
    client = signed_in(line.preparer)

    done = send(client, upload(client, line, report()), "form.word", {"to-0": "-", "take-opening": [], "text-opening": "{{没有}}"})

    assert messages(done) == ["已写入采用的各节，请通读核对"]


def test_what_somebody_saved_in_between_is_shown_and_the_next_writing_wins() -> None:
    line = Line()
    client = signed_in(line.preparer)
    page = upload(client, line, report())
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": "同事写的。"})

    stale = send(client, page, "form.word", {"to-0": "-"})

    assert (stale.status_code, messages(stale), text(line, "opening")) == (409, [STALE], "同事写的。")
    assert read(stale).texts(".word-stored")[0] == "同事写的。"
    send(client, stale, "form.word")
    assert text(line, "opening") == "新的开头。"


def test_similar_headings_and_characters_that_cannot_be_printed_are_pointed_out() -> None:
    line = Line()

    page = upload(signed_in(line.preparer), line, docx(p("（三）部门整体支出的绩效目标"), p("完成{{final_total}}👍")))

    assert read(page).texts(".finding") == [
        "标题不完全相同，请核对：文档中是“（三）部门整体支出的绩效目标”",
        "有无法打印的字符：“👍”（U+1F44D）",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7", "这不是 Word 文档（.docx），请在 Word 或 WPS 中另存为 .docx 后上传"),
        (b"", "文件是空的，请检查后重新选择"),
        (b"PK" + b"\0" * 10 * 1024 * 1024, "文件超过 10 MB，请删去图片后另存，再上传"),
        (docx(), "文档中没有文字"),
    ],
)
def test_a_file_that_is_no_report_is_refused_beside_its_field(data: bytes, message: str) -> None:
    line = Line()

    page = upload(signed_in(line.preparer), line, data)

    assert (page.status_code, read(page).texts(".field-error")) == (422, [message])


def test_who_may_not_fill_now_reads_why_and_writes_nothing() -> None:
    line = Line(Status.SUBMITTED)
    refusal = "材料现在处于“已报送”（财务部门受理），不能填报"
    client = signed_in(line.preparer)
    before = stored()

    assert read(client.get(address(line))).select("main form") == []
    pages = [upload(client, line, report()), client.post(address(line), {"version": "1", "take-opening": "on", "text-opening": "新"})]

    assert [(page.status_code, messages(page)) for page in pages] == [(422, [refusal])] * 2
    assert stored() == before


def test_a_form_made_up_by_hand_reaches_no_section_that_has_no_text() -> None:
    line = Line()
    client, before = signed_in(line.preparer), stored()

    data = {"version": "1", "take-basic": "on", "text-basic": "x", "rest-99": "x", "to-99": "basic", "text-nothing": "x"}
    page = client.post(address(line), data)

    assert (page.status_code, stored()) == (422, before)


def test_what_would_print_alike_is_not_ticked_and_lost_references_are_pointed_out() -> None:
    line = Line()
    texts = {"opening": "决算 {{final_total}}。", "basic_goals": "完成率{{execution_rate}}，决算{{final_total}}。"}
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts=texts)
    client, before = signed_in(line.preparer), stored()

    page = upload(client, line, docx(p("决算980.00万元。"), p(GOALS), p("完成率98%，决算{{final_total}}。")))

    shown = read(page)
    assert ["checked" in box.attributes for box in shown.select(".word-take input")] == [False, True]
    assert "与现有文字打印出来的相同，不必采用" in shown.texts("section p")
    assert shown.texts(".finding") == ["现有文字引用的数据（execution_rate）在新文字中没有引用，采用后不再随基础数据表更新"]
    assert messages(send(client, page, "form.word", {"take-basic_goals": []})) == ["已保存，没有新的改动"]
    assert stored() == before
