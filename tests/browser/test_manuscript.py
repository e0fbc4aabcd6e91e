"""Word in a real browser: a document is taken over by its headings, a table is pasted as one, and the whole comes back as a document."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.houses import House, production_house
from tests.browser.test_line import UNIT, open_filing, signed_in
from tests.word_files import docx, p, table

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
PREPARER = "unit11"
PASTE = """html => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  data.setData('text/plain', '项目\\t金额');
  return document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""
COPIED = """<html><head><style>td { color: red }</style></head><body><p style="margin:0">经费情况：</p>
<table style="width:99pt"><tr><td style="color:red"><p>项目</p></td><td>金额<br>（万元）</td></tr>
<tr><td>培训&nbsp;费</td><td>1,234.50</td></tr><tr><td colspan="2">甲|乙</td></tr></table></body></html>"""
PASTED = "经费情况：\n| 项目 | 金额（万元） |\n| --- | --- |\n| 培训 费 | 1,234.50 |\n| 甲\\|乙 |  |\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with production_house(tmp_path_factory.mktemp("house")) as running:
        yield running


def open_report(page: Page, house: House) -> None:
    open_filing(page, house)
    page.get_by_role("link", name="自评报告", exact=True).first.click()


def words_of(path: Path) -> str:
    with ZipFile(BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None
        return re.sub("<[^>]+>", "", archive.read("word/document.xml").decode())


def test_a_document_is_taken_over_and_the_whole_is_downloaded_as_one(browser: Browser, house: House, tmp_path: Path) -> None:
    source = tmp_path / "报告.docx"
    goals = [p("（三）部门整体支出绩效目标", "2"), p("全年目标已完成。"), table(["项目", "金额"], ["培训", "1,234.50"])]
    source.write_bytes(docx(p("根据通知开展自评。"), *goals, p("五、党建情况", "1"), p("党建良好。")))
    with signed_in(browser, house, PREPARER) as page:
        open_report(page, house)
        page.fill("#id_basic_tasks", "原来写的任务。")
        expect(page.locator("#save-state")).to_contain_text("已自动保存")
        page.get_by_role("link", name="从 Word 导入").click()
        page.get_by_label("Word 文档").set_input_files(source)
        page.get_by_role("button", name="读取文档").click()
        expect(page.get_by_label("采用：开头段")).to_be_checked()
        page.get_by_role("button", name="写入采用的各节").click()
        expect(page.locator("#errors")).to_contain_text("请选择放到哪一节，或选“不导入”")
        page.get_by_label("第 1 处放到").select_option(label="（二）年度总体工作和重点工作任务")
        page.get_by_role("button", name="写入采用的各节").click()
        expect(page.locator(".messages")).to_contain_text("已写入采用的各节")
        expect(page.locator("#id_opening")).to_have_value("根据通知开展自评。")
        expect(page.locator("#id_basic_goals")).to_have_value("全年目标已完成。\n| 项目 | 金额 |\n| --- | --- |\n| 培训 | 1,234.50 |")
        expect(page.locator("#id_basic_tasks")).to_have_value("原来写的任务。\n五、党建情况\n党建良好。")
        open_filing(page, house)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载 Word 版").click()
        target = tmp_path / "out.docx"
        download.value.save_as(target)
    words = words_of(target)
    assert download.value.suggested_filename == f"{UNIT}2022年度自评报告（草稿）.docx"
    assert [found for found in (UNIT, "全年目标已完成。", "1,234.50", "党建良好。") if found not in words] == []


def test_a_copied_table_is_pasted_as_one_and_saved(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_report(page, house)
        page.fill("#id_work_group", "")
        page.focus("#id_work_group")
        assert page.evaluate(PASTE, COPIED) is False  # taken over by our script
        expect(page.locator("#id_work_group")).to_have_value(PASTED)
        expect(page.locator("#save-state")).to_contain_text("已自动保存")
        page.reload()
        expect(page.locator("#id_work_group")).to_have_value(PASTED.rstrip("\n"))
        page.evaluate("document.querySelector('#id_opening').focus()")
        assert page.evaluate(PASTE, "<p>没有表格的文字</p>") is True  # left to the browser
