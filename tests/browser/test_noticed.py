"""A notice from the button to the mailbox, in a real browser against separate processes on PostgreSQL and Redis."""

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.houses import House, production_house
from tests.browser.test_line import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

UNIT = "湛江市人力资源和社会保障信息中心"


def mails(folder: Path) -> list[str]:
    """What landed in the folder, each as its receiver and its text, once the worker has written it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        parts = [part for path in folder.glob("*.log") for part in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n")]
        found = [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]
        if found:
            return [f"{mail['To']}\n{mail['Subject'].strip()}\n{mail.get_content()}" for mail in found]  # type: ignore[attr-defined]
        time.sleep(0.3)
    return []


def give_address(browser: Browser, house: House) -> None:
    """The administrator enters the head's address at the desk."""
    with signed_in(browser, house, "admin") as page:
        page.goto(f"{house.url}/desk/units/user/?q=unit08-head")
        page.get_by_role("link", name="unit08-head").click()
        page.get_by_label("电子邮件地址").fill("head@example.cn")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.locator(".messagelist")).to_contain_text("成功")


def answer_all(page: Page) -> None:
    """Each thread of the filing that is open in ``page``, on its own cell; back on the filing afterwards."""
    filing = page.url
    while page.locator("#threads .thread--open").count():
        page.locator("#threads .thread--open .thread-head a").first.click()
        page.locator(".thread--open textarea").first.fill("已更正")
        with page.expect_navigation():
            page.get_by_role("button", name="答复这条意见").first.click()
        page.goto(filing)


def test_the_head_is_told_in_the_app_and_by_mail_and_lands_on_the_filing(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", f"filemail:///{tmp_path}/mails")
    monkeypatch.setenv("MAIL_FROM", "jiping@example.cn")
    monkeypatch.setenv("SITE_URL", "https://jiping.example.cn")
    with production_house(tmp_path) as house:
        give_address(browser, house)
        with signed_in(browser, house, "unit08") as page:
            page.goto(f"{house.url}/filings/notices/")
            page.get_by_role("link", name=f"{UNIT} 2022 年度自评材料已退回修改").click()
            answer_all(page)
            page.get_by_label("填报日期").fill("2023-04-23")
            expect(page.locator("form .tells")).to_have_text("将通知：信息中心负责人（单位负责人）")
            page.get_by_role("button", name="提请签批").click()
            expect(page.locator("h1")).to_contain_text("待签批")
            expect(page.locator(".badge-count")).to_have_count(0)
        with signed_in(browser, house, "unit08-head") as page:
            expect(page.locator(".badge-count")).to_contain_text("2")
            page.locator(".bell").click()
            page.locator(".unread").get_by_role("link", name=f"{UNIT} 2022 年度自评材料已提请签批").click()
            expect(page.locator("h1")).to_contain_text("待签批")
            expect(page.get_by_role("link", name="查看全文并签批")).to_be_visible()
            expect(page.locator(".badge-count")).to_contain_text("1")
        (mail,) = mails(tmp_path / "mails")
        assert mail.splitlines()[:4] == [
            "head@example.cn",
            f"绩评通知：{UNIT} 2022 年度自评材料已提请签批",
            f"{UNIT} 2022 年度自评材料已提请签批。",
            "请查看全文，签批报送或退回填报人。",
        ]
        assert re.search(r"^查看：https://jiping\.example\.cn/filings/notices/\d+/$", mail, re.MULTILINE)
        with signed_in(browser, house, "admin") as page:
            page.goto(f"{house.url}/desk/assessment/notice/?mail__exact=sent")
            expect(page.locator("#result_list tbody tr")).to_have_count(1)
            expect(page.locator("#result_list tbody tr")).to_contain_text("提请签批")
