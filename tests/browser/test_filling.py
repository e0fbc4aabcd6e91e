"""Filling in a real browser: nothing typed is lost, whoever else types, whatever ends in between."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.houses import House, production_house
from tests.browser.test_line import open_filing, save, sign_in, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
PREPARER = "unit11"
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('jiping:')).length"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData('text', text);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with production_house(tmp_path_factory.mktemp("house")) as running:
        yield running


def open_part(page: Page, house: House, part: str) -> None:
    open_filing(page, house)
    page.get_by_role("link", name=part, exact=True).first.click()
    expect(page.locator("#save-state")).to_be_attached()


def type_in(page: Page, code: str, text: str) -> None:
    page.fill(f"#id_{code}", text)
    page.locator(f"#id_{code}").blur()


def state(page: Page, text: str) -> None:
    expect(page.locator("#save-state")).to_contain_text(text)


def value(page: Page, code: str, text: str) -> None:
    expect(page.locator(f"#value-{code}")).to_have_text(text)


def test_what_is_typed_is_saved_and_what_follows_from_it_is_shown(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "基础数据表")
        for code, text in (("opening_general", "1,234.5"), ("opening_fund", "１０"), ("opening_capital", "0")):
            type_in(page, code, text)
        value(page, "opening_total", "1,244.50")
        state(page, "已自动保存")
        type_in(page, "opening_fund", "伍万")
        state(page, "有 1 处不合要求")
        expect(page.locator("#opening_fund-live")).to_contain_text("不是数字")
        expect(page.locator("#id_opening_fund")).to_have_attribute("aria-invalid", "true")
        page.reload()
        expect(page.locator("#id_opening_fund")).to_have_value("伍万")
        type_in(page, "opening_fund", "20")
        value(page, "opening_total", "1,254.50")


def test_two_in_one_part_lose_nothing_and_who_meets_in_a_field_is_asked(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as one, signed_in(browser, house, PREPARER) as other:
        for page in (one, other):
            open_part(page, house, "基础数据表")
        type_in(one, "survey_size", "100")
        state(one, "已自动保存")
        type_in(other, "letters_total", "7")
        state(other, "已自动保存")
        type_in(other, "survey_size", "300")
        state(other, "有 1 处与他人刚保存的不同，请选择")
        expect(other.locator("#survey_size-live .standing-text")).to_have_text("100")
        other.get_by_role("button", name="用我填的").click()
        state(other, "已自动保存")
        type_in(one, "survey_size", "101")
        state(one, "请选择")
        one.get_by_role("button", name="用现存的").click()
        expect(one.locator("#id_survey_size")).to_have_value("300")
        one.reload()
        expect(one.locator("#id_survey_size")).to_have_value("300")
        expect(one.locator("#id_letters_total")).to_have_value("7")


def test_an_expired_session_leads_back_to_the_same_field_with_the_same_text(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "自评报告")
        page.context.clear_cookies(name="sessionid")
        box = page.locator("textarea.prose").first
        box.fill("登录过期前写下的一段文字。")
        state(page, "登录已过期，内容已暂存在本机")
        page.get_by_role("link", name="重新登录").click()
        sign_in(page, house, PREPARER)
        expect(box).to_have_value("登录过期前写下的一段文字。")
        expect(box).to_be_focused()
        state(page, "已自动保存")


def test_who_signs_out_is_told_what_is_not_saved_and_leaves_nothing_on_the_machine(browser: Browser, house: House) -> None:
    answers: list[Callable[[Dialog], None]] = [Dialog.dismiss, Dialog.accept]
    with signed_in(browser, house, PREPARER) as page:
        page.on("dialog", lambda dialog: answers.pop(0)(dialog))
        open_part(page, house, "基础数据表")
        type_in(page, "letters_total", "伍封")
        state(page, "有 1 处不合要求")
        page.get_by_role("button", name="退出").click()
        expect(page.locator("#id_letters_total")).to_have_value("伍封")
        assert page.evaluate(KEPT) == 1
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("link", name="登录")).to_be_visible()
        assert (page.evaluate(KEPT), answers) == (0, [])


def test_a_closed_tab_loses_nothing(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "自评报告")
        address = page.url
        box = page.locator("textarea.prose").nth(1)
        box.fill("还没有来得及保存的文字。")
        page.goto(f"{house.url}/filings/")
        page.goto(address)
        expect(box).to_have_value("还没有来得及保存的文字。")


def test_a_figure_is_put_into_the_text_where_one_writes(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "自评报告")
        box = page.locator("textarea.prose").nth(2)
        box.fill("全年支出决算，比上年增加。")
        box.evaluate("box => box.setSelectionRange(6, 6)")
        page.locator("aside summary", has_text="支出决算").click()
        page.get_by_role("button", name=re.compile("插入.*支出决算合计")).click()
        expect(box).to_have_value("全年支出决算{{final_total}}，比上年增加。")
        expect(box).to_be_focused()
        state(page, "已自动保存")


def test_a_web_process_that_is_killed_between_two_saves_loses_nothing(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "基础数据表")
        type_in(page, "staff_posts", "50")
        state(page, "已自动保存")
        house.kill_web()
        type_in(page, "staff_actual", "48")
        state(page, "内容已暂存在本机，会自动再试")
        house.start_web()
        expect(page.locator("#save-state")).to_contain_text("已自动保存", timeout=30_000)
        page.reload()
        assert [page.input_value(f"#id_{code}") for code in ("staff_posts", "staff_actual")] == ["50", "48"]


def test_the_table_is_filled_by_keyboard_and_by_a_column_from_a_spreadsheet(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "基础数据表")
        page.focus("#id_opening_general")
        page.keyboard.press("Enter")
        expect(page.locator("#id_opening_fund")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator("#id_opening_general")).to_be_focused()
        page.evaluate(PASTE, "100\n20\n3\n123\n")
        expect(page.locator("#opening_general-live")).to_have_text("已填入 3 项，1 项是计算值或超出表格，没有填入")
        value(page, "opening_total", "123.00")
        state(page, "已自动保存")
        expect(page.locator("#opening_general-live")).to_contain_text("已填入 3 项")


def test_ticks_are_saved_and_points_reckoned(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "指标评分表")
        row = page.locator("tr:has(.tick)").first
        total = row.locator("input[type=checkbox]").count()
        for box in row.locator("input[type=checkbox]").all():
            box.check()
        expect(row.locator(".computed p").first).to_contain_text(f"{total} 项中符合 {total} 项")
        state(page, "已自动保存")
        row.locator("input.number").fill("1")
        row.locator("input.number").blur()
        expect(row.locator(".finding")).to_be_visible()
        page.reload()
        assert all(box.is_checked() for box in row.locator("input[type=checkbox]").all())


def test_a_page_that_came_back_with_a_fault_goes_on_saving_what_is_mended(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "基础数据表")
        page.fill("#id_carry_in", "五")
        save(page, "保存基础数据表")
        expect(page.locator("tr#carry_in")).to_contain_text("不是数字")
        type_in(page, "carry_in", "5")
        state(page, "已自动保存")
        page.fill("#id_carry_in", "6")
        save(page, "保存基础数据表")
        expect(page.locator("#id_carry_in")).to_have_value("6")
        page.reload()
        expect(page.locator("#id_carry_in")).to_have_value("6")


def test_a_link_followed_while_saving_is_followed_and_what_was_typed_is_there(browser: Browser, house: House) -> None:
    with signed_in(browser, house, PREPARER) as page:
        open_part(page, house, "基础数据表")
        page.route("**/figures/autosave/", lambda route: (page.wait_for_timeout(500), route.continue_())[1])
        page.route("**/narrative/", lambda route: (page.wait_for_timeout(2000), route.continue_())[1])
        type_in(page, "carry_in", "17")
        expect(page.locator("#save-state")).to_contain_text("保存")
        page.get_by_role("button", name="保存基础数据表").click(no_wait_after=True)
        page.locator(".parts-nav a", has_text="自评报告").click()
        expect(page).to_have_url(re.compile("narrative/$"))
        page.wait_for_timeout(1500)
        expect(page).to_have_url(re.compile("narrative/$"))
        open_part(page, house, "基础数据表")
        expect(page.locator("#id_carry_in")).to_have_value("17")
