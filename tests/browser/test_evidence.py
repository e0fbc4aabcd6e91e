"""Evidence in a real browser: several files dropped at once, tied, published, looked at, told apart, taken off."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.houses import House, production_house
from tests.browser.test_line import open_filing, open_part, signed_in
from tests.fake_clamd import EICAR, Clamd, fake_clamd

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
SCANNED = 60_000
PDF = (Path(settings.BASE_DIR) / "reports" / "demo" / "evidence.pdf").read_bytes()
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIAQAAAADsdIMmAAAADklEQVR4nGNgQAP/IQAABhgCAV4hLI4AAAAASUVORK5CYII=")
DROP = """(place, files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) {
    data.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
  }
  for (const kind of ['dragover', 'drop']) place.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def scanner() -> Iterator[Clamd]:
    with fake_clamd() as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, scanner: Clamd) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLAMAV", scanner.address)
        with production_house(tmp_path_factory.mktemp("house")) as running:
            yield running


def open_evidence(page: Page, house: House) -> None:
    open_filing(page, house)
    open_part(page, "佐证材料")


def drop(place: Locator, **files: bytes) -> None:
    """Let files fall on a place, by name with ``__`` for the dot."""
    place.evaluate(DROP, [[name.replace("__", "."), base64.b64encode(data).decode()] for name, data in files.items()])


def state(page: Page, text: str) -> None:
    expect(page.locator("#upload-state")).to_have_text(text)


def result(page: Page, name: str) -> Locator:
    return page.locator(".upload", has_text=name).locator(".upload-told")


def row(page: Page, name: str) -> Locator:
    return page.locator("table.evidence tbody tr:not(.changing)", has_text=name)


def test_files_dropped_at_once_are_kept_tied_changed_shown_and_taken_off(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_evidence(page, house)
        drop(page.locator(".drop"), 决算报表__pdf=PDF, 现场照片__png=PNG, 网页__pdf=b"<html><script>alert(1)</script></html>")
        state(page, "已上传 2 份，1 份没有上传")
        expect(result(page, "网页.pdf")).to_have_text("只接受 PDF、PNG、JPG、DOCX、XLSX 文件（按内容判断，不看扩展名）")
        expect(row(page, "决算报表.pdf")).to_contain_text("—")
        expect(page.locator("#room")).to_contain_text("还可附 98 份")

        row(page, "决算报表.pdf").get_by_role("link", name="修改").click()
        page.locator(".changing").get_by_label("支出完成率").check()
        page.locator(".changing").get_by_label("可以公开").check()
        page.locator(".changing").get_by_label("文件名").fill("决算报表（公开）.exe")
        page.get_by_role("button", name="保存修改").click()
        expect(page.locator(".changing")).to_contain_text("与扩展名“.exe”不符")
        page.locator(".changing").get_by_label("文件名").fill("决算报表（公开）.pdf")
        page.get_by_role("button", name="保存修改").click()
        state(page, "已修改“决算报表（公开）.pdf”")
        expect(row(page, "决算报表（公开）.pdf")).to_contain_text("支出完成率")
        expect(row(page, "决算报表（公开）.pdf")).to_contain_text("可公开")
        expect(row(page, "决算报表（公开）.pdf").get_by_role("link", name="修改")).to_be_focused()
        expect(page.locator("#asked-spending .have")).to_have_text("已附 1 份")

        drop(page.locator("#asked-carryover"), 又一次__pdf=PDF)
        expect(result(page, "又一次.pdf")).to_have_text("这份文件已经上传过，名为“决算报表（公开）.pdf”")
        page.get_by_role("button", name="也用于：结转结余率").click()
        expect(page.locator("#asked-carryover .tied")).to_have_text("决算报表（公开）.pdf")

        row(page, "现场照片.png").get_by_role("button", name="移除").click()
        state(page, "已移除“现场照片.png”")
        expect(row(page, "现场照片.png")).to_have_count(0)


def test_a_file_for_one_indicator_goes_there_by_dropping_and_by_keyboard(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_evidence(page, house)
        drop(page.locator("#asked-budget_reasonable"), 预算批复__pdf=PDF + b"%1\n")
        expect(page.locator("#asked-budget_reasonable .tied")).to_have_text("预算批复.pdf")
        with page.expect_file_chooser() as chooser:
            page.locator("#asked-budget_regular [data-add]").press("Enter")
        chooser.value.set_files({"name": "规范.pdf", "mimeType": "application/pdf", "buffer": PDF + b"%2\n"})
        expect(page.locator("#asked-budget_regular .tied")).to_have_text("规范.pdf")


def test_pdf_and_picture_are_shown_on_a_page_of_ours_to_the_unit_and_the_office(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_evidence(page, house)
        files = [{"name": "报表.pdf", "mimeType": "", "buffer": PDF + b"%3\n"}, {"name": "照片.png", "mimeType": "", "buffer": PNG + b"3"}]
        page.locator("#id_file").set_input_files(files)
        for file in ("照片.png", "报表.pdf"):
            expect(row(page, file)).to_contain_text("未发现病毒", timeout=SCANNED)
        row(page, "照片.png").get_by_role("link", name="照片.png", exact=True).click()
        picture = page.get_by_role("img", name="“照片.png”的预览")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => [image.complete, image.naturalWidth]") == [True, 8]
        address = page.url
        page.go_back()
        with page.expect_response(re.compile(r"/shown/$")) as answer:
            row(page, "报表.pdf").get_by_role("link", name="报表.pdf", exact=True).click()
        assert (answer.value.status, answer.value.headers["content-type"]) == (200, "application/pdf")
        for _ in range(100):
            if any("chrome-extension://" in frame.url for frame in page.frames):
                break
            page.wait_for_timeout(100)
        assert [frame.url.partition("://")[0] for frame in page.frames][2:3] == ["chrome-extension"]  # the browser's own viewer
    with signed_in(browser, house, "reviewer") as page:
        page.goto(address)
        expect(page.get_by_role("img", name="“照片.png”的预览")).to_be_visible()
        expect(page.locator("#change")).to_have_count(0)


def test_a_lost_network_is_told_and_tried_again_and_an_upload_is_cancelled(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_evidence(page, house)
        page.route("**/evidence/upload/", lambda route: route.abort())
        drop(page.locator(".drop"), 断网__pdf=PDF + b"%4\n")
        expect(result(page, "断网.pdf")).to_have_text("网络不通，没有上传")
        page.unroute("**/evidence/upload/")
        page.get_by_role("button", name="重试 断网.pdf").click()
        expect(row(page, "断网.pdf")).to_be_visible()
        page.route("**/evidence/upload/", lambda route: None)  # never answered
        drop(page.locator(".drop"), 一__pdf=PDF + b"%5\n", 二__pdf=PDF + b"%6\n", 三__pdf=PDF + b"%7\n")
        expect(result(page, "三.pdf")).to_have_text("等待上传")
        for name in ("三.pdf", "二.pdf", "一.pdf"):
            page.get_by_role("button", name=f"取消 {name}").click()
        expect(page.locator(".upload-told", has_text="已取消")).to_have_count(3)
        page.unroute("**/evidence/upload/")
        page.get_by_role("button", name="重新上传 二.pdf").click()
        expect(row(page, "二.pdf")).to_be_visible()


def test_what_would_be_refused_anyway_is_not_sent(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_evidence(page, house)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.locator("#room").evaluate("room => { room.dataset.file = 1024 * 1024; }")
        drop(page.locator(".drop"), 程序__exe=b"MZ", 空__pdf=b"", 大__pdf=PDF + bytes(1024 * 1024))
        state(page, "3 份没有上传")
        told = [result(page, name).inner_text() for name in ("程序.exe", "空.pdf", "大.pdf")]
        assert told == ["只接受 PDF、PNG、JPG、DOCX、XLSX 文件", "文件是空的", "文件超过 1 MB，请压缩或拆分后上传"]
        assert sent == []


def test_without_a_script_the_form_takes_several_files_and_names_the_bad_one(browser: Browser, house: House) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.url}/account/sign-in/")
    page.get_by_label("用户名").fill("unit11")
    page.get_by_label("密码").fill(house.passwords["unit11"])
    page.get_by_role("button", name="登录").click()
    open_evidence(page, house)
    files = [
        {"name": "无脚本.pdf", "mimeType": "application/pdf", "buffer": PDF + b"%8\n"},
        {"name": "坏.pdf", "mimeType": "application/pdf", "buffer": b"MZ"},
    ]
    page.locator("#id_file").set_input_files(files)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#errors")).to_contain_text("“坏.pdf”：只接受")
    expect(page.locator(".messages")).to_have_text("已上传“无脚本.pdf”")
    expect(row(page, "无脚本.pdf")).to_be_visible()
    context.close()


def test_a_file_is_seen_to_wait_for_the_scanner_and_what_it_found(browser: Browser, house: House, scanner: Clamd) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_evidence(page, house)
        scanner.instead = lambda link: None  # it hangs up
        drop(page.locator(".drop"), 可疑__pdf=PDF + EICAR)
        expect(row(page, "可疑.pdf").locator(".scan")).to_have_text("待查毒")
        waiting = page.locator("#evidence-files .alert-warning")
        expect(waiting).to_contain_text("查毒程序中断了连接，会自动再试", timeout=SCANNED)
        row(page, "可疑.pdf").get_by_role("link", name="可疑.pdf", exact=True).click()
        expect(page.locator("main")).to_contain_text("正在等待查毒，查完后才能查看或下载")
        expect(page.locator("iframe")).to_have_count(0)
        page.go_back()
        scanner.instead = None
        expect(row(page, "可疑.pdf").locator(".scan")).to_have_text("发现病毒：Eicar-Test-Signature", timeout=SCANNED)
        row(page, "可疑.pdf").get_by_role("button", name="移除").click()
        expect(row(page, "可疑.pdf")).to_have_count(0)
        expect(page.locator("#evidence-files .alert")).to_have_count(0)
