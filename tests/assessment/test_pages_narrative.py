"""The report's page: plain text with figure tokens, nothing typed is lost, and nothing typed is ever markup."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assessment.domain.errors import DomainError
from assessment.domain.inputs import Answer
from assessment.domain.prose import table_text
from assessment.domain.workflow import Status
from assessment.services import contents, parts
from tests.browsing import beside, messages, read, send, signed_in
from tests.factories import Line, make_user
from tests.tools import stored
from units.models import Role, User

pytestmark = pytest.mark.django_db

STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"
MARKUP = "<script>alert(1)</script><b>加粗</b> & “引号”"


def address(line: Line) -> str:
    return reverse("assessment:narrative", args=[line.assessment.pk])


def save(line: Line, by: User | None = None, **changes: str) -> Any:
    client = signed_in(by or line.preparer)
    return send(client, client.get(address(line)), changes=changes)


def text(line: Line, code: str) -> str:
    return line.assessment.narratives.get(code=code).text


def typed_in(response: Any, code: str) -> str:
    return read(response).one(f"#id_{code}").raw.removeprefix("\n")


def test_text_is_kept_by_paragraphs_without_blank_lines_and_indents() -> None:
    line = Line()

    page = save(line, work_group="　　组长由副局长担任。\r\n\r\n  成员：甲、乙。\t\r\n")

    assert messages(page) == ["已保存"]
    assert text(line, "work_group") == typed_in(page, "work_group") == "组长由副局长担任。\n成员：甲、乙。"
    assert messages(save(line, work_group="组长由副局长担任。\r\n\r\n成员：甲、乙。")) == ["已保存，没有新的改动"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("完成率{{支出进度}}。", "没有名为“支出进度”的数据项，请从“引用数据”中选用"),
        ("{{ final_totl }}和{{不存在}}", "没有名为“final_totl、不存在”的数据项，请从“引用数据”中选用"),
        ("长" * 20_001, "超过 20000 字，请精简（现有 20001 字）"),
    ],
)
def test_a_section_that_cannot_stand_is_named_and_no_section_is_stored_or_lost(typed: str, message: str) -> None:
    line = Line()
    before = text(line, "basic_goals"), text(line, "opening")

    page = save(line, basic_goals=typed, opening="新的开头\r\n第二段")

    assert (page.status_code, beside(page, "section[id]", ".field-error")) == (422, {"basic_goals": [message]})
    assert read(page).one("#errors").text == f"有 1 处需要修改，尚未保存：（三）部门整体支出绩效目标：{message}"
    assert (typed_in(page, "basic_goals"), typed_in(page, "opening")) == (typed, "新的开头\n第二段")
    assert (text(line, "basic_goals"), text(line, "opening")) == before


def test_text_as_long_as_is_allowed_is_stored_however_the_browser_breaks_its_lines() -> None:
    line = Line()
    longest = "\n".join(["长" * 99] * 200) + "长"

    page = save(line, basic_goals=longest.replace("\n", "\r\n"))

    assert (messages(page), len(text(line, "basic_goals")), text(line, "basic_goals")) == (["已保存"], 20_000, longest)


def test_tokens_by_code_or_by_name_are_read_as_figures_on_the_paper() -> None:
    line = Line()

    save(line, basic_goals="决算{{final_total}}，{{ 支出完成率 }}，存量{{idle_change}}。")

    paper = read(signed_in(line.preparer).get(reverse("assessment:paper", args=[line.filing.pk])))
    assert "决算980.00万元，98.00%，存量不适用。" in paper.texts(".report p")


def test_the_list_of_tokens_says_what_each_prints_now() -> None:
    line = Line()
    line.assessment.figures.filter(code="recovered").delete()

    side = read(signed_in(line.preparer).get(address(line))).one("aside")

    meanings = [meaning.text.partition("插入")[0] for meaning in side.select("dd")]
    shown = dict(zip(side.texts("dt"), meanings, strict=True))
    assert side.select("dd button")[0].attributes["data-token"] == side.texts("dt")[0]
    assert [shown[f"{{{{{code}}}}}"] for code in ("final_total", "execution_rate", "idle_change", "recovered")] == [
        "支出决算合计980.00万元",
        "支出完成率98.00%",
        "存量资金变动率不适用",
        "财政收回未填",
    ]


def test_braces_that_do_not_pair_are_a_finding_at_their_section() -> None:
    line = Line()

    page = save(line, basic_goals="完成率{{execution_rate}。")

    finding = "错误 花括号不成对，数据引用无法识别请写成 {{数据项}} 的形式"
    found = "需说明 得满分而写有存在问题：自评 100 分，“部门整体支出绩效管理存在问题”写有 1 段"
    full = f"{found}核对扣分；问题不影响得分的请写明原因已说明：原因已说明"
    assert beside(page, "section[id]", ".finding") == {"basic_goals": [finding], "result_problems": [full]}
    assert read(page).texts(".finding") == [finding, full]


def test_typed_markup_is_shown_as_it_was_typed_and_is_never_markup() -> None:
    line = Line()

    page = save(line, basic_goals=MARKUP)

    paper = signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk]))
    assert (text(line, "basic_goals"), typed_in(page, "basic_goals")) == (MARKUP, MARKUP)
    assert MARKUP in read(paper).texts(".report p")
    assert [answer for answer in (page, paper) if b"<script>alert" in answer.content or b"<b>" in answer.content] == []


def test_a_stale_save_shows_both_texts_and_the_next_one_from_that_page_wins() -> None:
    line = Line()
    save(line, work_group="组长：甲。\r\n成员：乙。")
    client = signed_in(line.preparer)
    opened = client.get(address(line))
    save(line, by=make_user(Role.PREPARER, line.unit), basic_goals="同事写的目标。\r\n第二段。", work_filing="按时报送。")

    stale = send(client, opened, changes={"basic_goals": "我写的目标。\r\n\r\n第二段。", "work_filing": " 按时报送。 "})

    assert (stale.status_code, messages(stale)) == (409, [STALE])
    assert beside(stale, "section[id]", ".standing p") == {"basic_goals": ["同事写的目标。第二段。"]}
    assert typed_in(stale, "basic_goals") == "我写的目标。\n\n第二段。"
    assert text(line, "basic_goals") == "同事写的目标。\n第二段。"
    assert messages(send(client, stale)) == ["已保存"]
    assert (text(line, "basic_goals"), text(line, "work_group")) == ("我写的目标。\n第二段。", "组长：甲。\n成员：乙。")


def test_text_typed_too_late_is_not_stored_and_stays_to_be_read() -> None:
    line = Line()
    client, before = signed_in(line.preparer), text(line, "work_group")
    opened = client.get(address(line))
    line.advance(Status.SUBMITTED)

    page = send(client, opened, changes={"work_group": "组长：甲。\r\n成员：乙。"})

    assert (page.status_code, messages(page)) == (422, ["材料现在处于“已报送”（财务部门受理），不能填报"])
    assert (typed_in(page, "work_group"), text(line, "work_group")) == ("组长：甲。\n成员：乙。", before)
    assert read(page).select("main .save-bar") == []


def test_starter_text_is_offered_to_who_writes_and_is_not_shown_as_filed_to_who_reads() -> None:
    line = Line(filled=False)

    offered = signed_in(line.preparer).get(address(line))
    read_only = signed_in(line.head).get(address(line))

    assert typed_in(offered, "basic_duties") == "年末实有在职人数{{staff_actual}}，编制数{{staff_posts}}。"
    assert read(read_only).one("#basic_duties .prose").text == ""


@pytest.mark.parametrize(
    ("text", "refused"), [("中文\n" * 100, "^报告全文 1600 段，超过 1500 段"), ("中" * 5000, "^报告全文 80000 字，超过 60000 字")]
)
def test_a_report_beyond_what_a_print_can_take_is_refused_whole(text: str, refused: str) -> None:
    line = Line()
    before = stored()
    texts = {section.code: text for section in line.assessment.scheme.scheme.sections if section.text}

    with pytest.raises(DomainError, match=refused):
        parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts=texts)

    assert stored() == before


def test_what_cannot_be_printed_is_found_before_anybody_signs() -> None:
    line = Line()
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": "完成👍\u202e123"})
    answers = {"spending": Answer(frozenset(), Decimal(6), "好🙂")}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)

    assert [(finding.place, finding.message) for finding in contents.evaluate(line.assessment).blocking] == [
        ("section:opening", "有无法打印的字符：U+202E、“👍”（U+1F44D）"),
        ("score:spending", "有无法打印的字符：“🙂”（U+1F642）"),
    ]


def test_a_table_is_kept_as_typed_and_shown_as_a_table_where_the_whole_is_read() -> None:
    line = Line()

    page = save(line, basic_goals="经费如下。\r\n| 项目 | 金额 |\r\n| --- | --- |\r\n| <b>决算</b> | {{final_total}} |\r\n\r\n见上表。")

    paper = read(signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk]))).one("table.grid")
    assert typed_in(page, "basic_goals") == "经费如下。\n| 项目 | 金额 |\n| --- | --- |\n| <b>决算</b> | {{final_total}} |\n见上表。"
    assert (paper.texts("thead th"), paper.texts("tbody td")) == (["项目", "金额"], ["<b>决算</b>", "980.00万元"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["格"] * 11], "有章节不合要求，未保存"),
        ([["格"] * 10] * 201, "报告各处表格共 2010 格，超过 2000 格，请精简，未保存"),
    ],
)
def test_a_table_that_no_sheet_holds_is_refused_before_it_is_stored(rows: list[list[str]], message: str) -> None:
    line = Line()
    before = stored()

    with pytest.raises(DomainError) as refused:
        parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": table_text(rows)})

    assert (str(refused.value), stored()) == (message, before)
