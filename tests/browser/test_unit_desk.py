"""The unit's desk in a real browser: projects from a list to their own tables, last year's figures, a role handed over."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.browser.houses import House, production_house
from tests.browser.test_filling import open_part, state, type_in, value
from tests.browser.test_line import UNIT, open_filing, save, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with production_house(tmp_path_factory.mktemp("house")) as running:
        yield running


def landed(page: Page, address: str, text: str) -> None:
    """What was sent on the way out of ``address`` has reached the server: nobody waited for its answer."""
    deadline = time.monotonic() + 60
    while text not in page.request.get(address).text():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def slowly(route: Route) -> None:
    """A server that takes its time."""
    time.sleep(1)
    route.continue_()


def lost_on_the_way_back(route: Route) -> None:
    """What was sent arrives, and its answer does not."""
    route.fetch()
    route.abort()


def test_projects_come_from_a_copied_list_and_each_has_its_own_tables(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_part(page, house, "项目清单")
        page.get_by_label("从 Excel 粘贴").fill("档案数字化\t00051\t１，２００\t是\n窗口设备\t00052\t82.5\t\t是\n")
        with page.expect_navigation():
            page.get_by_role("button", name="列入清单").click()
        expect(page.locator(".messages")).to_contain_text("已列出 2 个项目，核对后请保存")
        save(page, "保存项目清单")
        expect(page.locator(".project-name input").first).to_have_value("档案数字化")

        page.get_by_role("link", name=re.compile("填写.*档案数字化")).click()
        expect(page.locator(".crumbs")).to_contain_text("档案数字化")
        type_in(page, "opening_grant", "320.5")
        type_in(page, "opening_carried", "0")
        type_in(page, "opening_other", "0")
        value(page, "opening_total", "320.50")
        state(page, "已自动保存")
        page.get_by_role("link", name="整体和全部项目").click()
        expect(page.locator(".projects-summary tbody tr").first).to_contain_text("重大政策")

        open_part(page, house, "项目清单")
        page.get_by_label(re.compile("删除.*档案数字化")).check()
        save(page, "保存项目清单")
        expect(page.locator(".project-acts .field-error")).to_contain_text("已填 1 个部分，删除后不能恢复")
        save(page, "保存项目清单")
        expect(page.locator(".project-name input").first).to_have_value("窗口设备")


def test_a_list_that_is_not_saved_says_so_and_asks_before_it_is_left(browser: Browser, house: House) -> None:
    answers: list[Callable[[Dialog], None]] = [Dialog.dismiss, Dialog.accept]
    with signed_in(browser, house, "unit11") as page:
        page.on("dialog", lambda dialog: answers.pop(0)(dialog))
        open_part(page, house, "项目清单")
        page.locator(".project-name input").first.fill("窗口设备更新")
        state(page, "有改动尚未保存")
        page.get_by_role("link", name="公开查询").click()
        expect(page.locator(".project-name input").first).to_have_value("窗口设备更新")
        expect(page.get_by_role("heading", level=1)).to_contain_text("项目清单")
        assert len(answers) == 1
        page.get_by_role("link", name="公开查询").click()
        page.wait_for_url(f"{house.url}/")
        assert answers == []


def test_rows_of_the_unit_are_saved_while_typed_and_what_is_not_complete_waits_in_the_browser(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_part(page, house, "项目清单")
        page.get_by_role("link", name=re.compile("填写.*窗口设备")).click()
        page.get_by_role("link", name="自设指标").first.click()
        group = page.locator("section.sheet").first
        rows = group.locator("fieldset.own")
        rows.nth(0).get_by_label("指标", exact=False).first.fill("设备更新")
        rows.nth(0).get_by_label("指标", exact=False).first.blur()
        state(page, "新增的一项暂存在本机")
        page.reload()
        expect(rows.nth(0).locator(".own-label input")).to_have_value("设备更新")
        rows.nth(0).locator(".own-points input").fill("2")
        rows.nth(0).locator(".own-points input").blur()
        state(page, "已自动保存")
        expect(rows.nth(0).locator("legend")).to_have_text("第 1 项")
        expect(group.locator("h2")).to_contain_text("已分配 2 / ")
        rows.nth(0).locator(".own-target input").fill("12")
        rows.nth(0).locator(".own-target input").blur()
        state(page, "已自动保存")
        rows.nth(1).locator(".own-label input").fill("第二项")
        rows.nth(1).locator(".own-points input").fill("3")
        address = page.url
        page.get_by_role("link", name="整体和全部项目").click()  # at once: it goes on the way out
        page.get_by_role("heading", name="项目").first.wait_for()
        landed(page, address, "第二项")
        page.route("**/autosave/", slowly)
        page.goto(address)
        rows.nth(3).locator(".own-label input").fill("第二项，改过")  # what was kept of it stands there, until it is known to be saved
        state(page, "已自动保存")
        expect(rows.nth(1).locator(".own-label input")).to_have_value("第二项，改过")
        page.unroute("**/autosave/")
        page.reload()
        expect(rows).to_have_count(4)
        for place, text in enumerate(["设备更新", "第二项，改过", "", ""]):
            expect(rows.nth(place).locator(".own-label input")).to_have_value(text)
        state(page, "填写后自动保存")  # nothing is left to be saved
        expect(rows.nth(0).locator(".own-target input")).to_have_value("12")


def test_a_new_row_whose_answer_was_lost_is_one_row_whatever_is_typed_into_it_since(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_part(page, house, "项目清单")
        page.get_by_role("link", name=re.compile("填写.*窗口设备")).click()
        page.get_by_role("link", name="自设指标").first.click()
        group = page.locator("section.sheet").nth(1)
        rows = group.locator("fieldset.own")
        rows.nth(0).locator(".own-label input").fill("办件量")
        rows.nth(0).locator(".own-label input").blur()
        state(page, "新增的一项暂存在本机")
        page.route("**/autosave/", lost_on_the_way_back)
        rows.nth(0).locator(".own-points input").fill("5")
        rows.nth(0).locator(".own-points input").blur()
        state(page, "网络不通，内容已暂存在本机")
        rows.nth(0).locator(".own-target input").fill("300")
        page.unroute("**/autosave/")
        state(page, "已自动保存")
        page.reload()
        expect(rows).to_have_count(3)
        for column, value in (("label", "办件量"), ("points", "5"), ("target", "300")):
            expect(rows.nth(0).locator(f".own-{column} input")).to_have_value(value)


def test_last_year_s_figures_are_taken_over_and_confirmed(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_part(page, house, "基础数据表")
        save(page, "沿用上年的数")
        expect(page.locator(".carry")).to_contain_text("10 项沿用上年的数待确认")
        with page.expect_navigation():
            page.locator("button[name=confirm][value=staff_posts]").click()
        expect(page.locator("#notes-staff_posts")).not_to_contain_text("待确认")
        type_in(page, "staff_actual", "16")
        state(page, "已自动保存")
        expect(page.locator("#notes-staff_actual")).not_to_contain_text("待确认")
        page.reload()
        expect(page.locator(".carry")).to_contain_text("8 项沿用上年的数待确认")


def test_a_head_hands_the_role_over_and_sees_the_papers_no_more(browser: Browser, house: House) -> None:
    house.manage(
        "shell",
        "-c",
        "from units.models import *; from units.services import *; import datetime\n"
        "unit = BudgetUnit.objects.get(code='Z301011'); user = add_user('deputy', '副主任', 'correct-horse-9')\n"
        "grant(user, unit, Role.HEAD); Membership.objects.filter(user=user).update(valid_to=datetime.date(2020, 1, 1))",
    )
    with signed_in(browser, house, "unit11-head") as page:
        open_filing(page, house)
        filing = page.url
        page.goto(f"{house.url}/account/roles/")
        page.get_by_label("接手人").select_option(label="副主任（deputy）")
        with page.expect_navigation():
            page.get_by_role("button", name="移交").click()
        expect(page.locator(".messages")).to_contain_text("已把“单位负责人”移交给副主任")
        answer = page.goto(filing)
        assert answer is not None and answer.status == 404
        page.goto(f"{house.url}/filings/")
        expect(page.locator("main")).to_contain_text("还没有")
        expect(page.get_by_role("link", name=UNIT)).to_have_count(0)
