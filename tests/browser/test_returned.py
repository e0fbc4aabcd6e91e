"""Returned work in a real browser on PostgreSQL: opened on a cell and a section, answered on the spot, settled beside the difference."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.houses import House, production_house
from tests.browser.test_line import sign_in, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

UNIT, USER = "湛江市技师学院", "unit06"
SIZE, PROBLEMS = "满意度问卷样本", "部门整体支出绩效管理存在问题"


def open_review(page: Page, house: House) -> None:
    page.goto(f"{house.url}/desk/assessment/filing/?round__fiscal_year=2022&q={UNIT}")
    page.locator("tr", has_text="2022 年度").get_by_role("link", name=UNIT).click()


def open_filing(page: Page, house: House) -> None:
    page.goto(f"{house.url}/filings/")
    page.locator("li", has_text="2022 年度").get_by_role("link", name=UNIT).click()


def write(page: Page, part: str, label: str, text: str) -> None:
    """Open the list of a part and write to one of its places."""
    cells = page.locator("details.cells", has=page.locator("summary", has_text=part)).first
    cells.locator("summary").first.click()
    place = cells.locator("dl > div").filter(has=page.locator("dt", has_text=label)).first
    place.locator(".note summary").click()
    place.get_by_label(f"{label} 退回意见").fill(text)


def give_back(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "reviewer") as page:
        open_review(page, house)
        write(page, "基础数据表", SIZE, "与问卷统计不符，请核对")
        page.get_by_role("button", name="保存复核").click()
        expect(page.get_by_role("button", name="保存并退回单位（1 条意见，1 个部分）")).to_be_visible()
        write(page, "自评报告", PROBLEMS, "请补写样本偏少")
        page.get_by_role("button", name="保存并退回单位").click()
        expect(page.locator(".review-head")).to_contain_text("已退回")


def answer(browser: Browser, house: House) -> None:
    """By keyboard: the link leads to the row, and Tab from there to its inputs."""
    with signed_in(browser, house, USER) as page:
        open_filing(page, house)
        expect(page.locator(".next")).to_contain_text("还有 2 条退回意见未答复")
        page.get_by_role("link", name=f"基础数据表 · {SIZE}").focus()
        page.keyboard.press("Enter")
        expect(page.locator("tr#survey_size")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#id_survey_size")).to_be_focused()
        page.fill("#id_survey_size", "412")
        page.keyboard.press("Tab")
        page.keyboard.type("已按问卷统计更正")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("tr#survey_size .thread-state")).to_have_text("已答复")
        expect(page.locator("#id_survey_size")).to_have_value("412")
        expect(page.locator("#save-state")).to_contain_text("自动保存")
        open_filing(page, house)
        page.get_by_role("link", name=f"自评报告 · {PROBLEMS}").click()
        section = page.locator("section#result_problems")
        section.locator("textarea").last.fill("问题不影响，已在核查说明中写明")
        page.context.clear_cookies(name="sessionid")  # the session ends while the answer is written
        section.get_by_role("button", name="答复这条意见").click()
        sign_in(page, house, USER)
        expect(section.locator("textarea").last).to_have_value("问题不影响，已在核查说明中写明")
        section.get_by_role("button", name="答复这条意见").click()
        expect(section.locator(".thread-state")).to_have_text("已答复")
        open_filing(page, house)
        page.get_by_label("填报日期").fill("2023-04-23")
        page.get_by_role("button", name="提请签批").click()
        expect(page.locator("h1")).to_contain_text("待签批")


def sign(browser: Browser, house: House) -> None:
    with signed_in(browser, house, f"{USER}-head") as page:
        open_filing(page, house)
        page.get_by_role("link", name="查看全文并签批").click()
        page.get_by_label("真实性").check()
        page.get_by_role("button", name="签批报送").click()
        expect(page.locator("h1")).to_contain_text("报送回执")


def settle(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "reviewer") as page:
        open_review(page, house)
        page.get_by_role("button", name="开始复核").click()
        cell = page.locator(".cells dl > div").filter(has=page.locator("dt", has_text=SIZE)).first
        expect(cell.locator(".change ins")).to_have_text("412份")
        expect(cell.locator(".by-unit")).to_contain_text("已按问卷统计更正")
        expect(page.locator("#changes")).to_contain_text("412份")
        page.get_by_label(f"办结：基础数据表 · {SIZE}").check()
        page.get_by_label(f"办结：自评报告 · {PROBLEMS}").check()
        page.get_by_role("button", name="保存复核").click()
        expect(page.locator(".thread--settled")).to_have_count(2)


def test_what_is_returned_on_a_cell_is_corrected_answered_and_settled_there(browser: Browser, tmp_path: Path) -> None:
    with production_house(tmp_path) as house:
        give_back(browser, house)
        answer(browser, house)
        sign(browser, house)
        settle(browser, house)
