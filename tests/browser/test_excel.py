"""The tables through a workbook in a real browser: downloaded, changed, looked through, written; a bad one comes back annotated."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.houses import House, production_house
from tests.browser.test_line import open_filing, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
PREPARER = "unit11"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with production_house(tmp_path_factory.mktemp("house")) as running:
        yield running


def put(book: Workbook, sheet: str, code: str, column: str, value: object) -> str:
    """Set a cell of the row with this code; returns where it is."""
    row = next(cell.row for cell in book[sheet]["A"] if cell.value == code)
    book[sheet][f"{column}{row}"].value = value
    return f"{sheet}!{column}{row}"


def downloaded(page: Page, folder: Path, name: str, role: str = "link") -> Path:
    with page.expect_download() as waiting:
        page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
    path = folder / f"{name}.xlsx"
    waiting.value.save_as(path)
    return path


def upload(page: Page, book: Workbook, path: Path) -> None:
    book.save(path)
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="读取工作簿").click()


def test_what_was_changed_in_the_workbook_is_shown_and_then_written(browser: Browser, house: House, tmp_path: Path) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_filing(page, house)
        page.get_by_role("link", name="Excel 填报").click()
        book = load_workbook(downloaded(page, tmp_path, "下载工作簿"))
        cells = [put(book, "基础数据", "survey_size", "E", 321), put(book, "基础数据", "letters_total", "E", "１２")]
        cells.append(put(book, "指标评分", "spending", "I", "=见说明"))
        book["指标评分"][cells[-1].partition("!")[2]].data_type = "s"

        upload(page, book, tmp_path / "changed.xlsx")

        rows = page.locator(".excel-changes tbody tr")
        expect(rows).to_have_count(3)
        shown = [row.locator("td, th").all_inner_texts() for row in rows.all()]
        assert sorted((row[0], row[3]) for row in shown) == sorted(zip(cells, ["321", "12", "=见说明"], strict=True))
        page.get_by_role("button", name="写入全部 3 处改动").click()
        expect(page.locator(".messages")).to_contain_text("已写入工作簿中的全部改动")

        page.get_by_role("link", name="基础数据表", exact=True).first.click()
        expect(page.locator("#id_survey_size")).to_have_value("321")
        expect(page.locator("#id_letters_total")).to_have_value("12")


def test_a_bad_workbook_comes_back_with_its_errors_at_their_cells(browser: Browser, house: House, tmp_path: Path) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_filing(page, house)
        page.get_by_role("link", name="Excel 填报").click()
        book = load_workbook(downloaded(page, tmp_path, "下载工作簿"))
        _, _, cell = put(book, "基础数据", "survey_size", "E", "三百").partition("!")

        upload(page, book, tmp_path / "bad.xlsx")

        expect(page.locator("#faults li")).to_have_count(1)
        expect(page.get_by_role("button", name="写入全部")).to_have_count(0)
        annotated = load_workbook(downloaded(page, tmp_path, "下载批注版", "button"))
        assert annotated["基础数据"][cell].value == "三百"
        assert "“三百”不是数字" in annotated["基础数据"][cell].comment.text
        assert annotated["问题清单"]["C2"].value == cell
