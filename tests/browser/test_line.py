"""The line of the main job in a real browser: fill, sign, review, return, correct, approve, print, publish, download."""

import hashlib
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.houses import House, embedded_house, production_house

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

OWN = yaml.safe_load((Path(settings.BASE_DIR) / "reports" / "demo" / "department-2022.yaml").read_text("utf-8"))
UNIT = "湛江市人才服务和流动人员人事档案管理中心"


def _is_of_the_page(message: ConsoleMessage) -> bool:
    """A breach of the policy by the page or its scripts; what a checker put into the page tries has no address."""
    return "Content Security Policy" in message.text and bool(message.location["url"])


def sign_in(page: Page, house: House, username: str) -> None:
    """Through the form that the page shows, on to where it leads."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(house.passwords[username])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


@contextmanager
def signed_in(browser: Browser, house: House, username: str | None) -> Iterator[Page]:
    """A page of one person, or of a visitor; anything the browser complains about fails the test."""
    context = browser.new_context(locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_of_the_page(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if username:
        page.goto(f"{house.url}/account/sign-in/")
        sign_in(page, house, username)
    try:
        yield page
    finally:
        context.close()  # a walk that failed types no more
    assert complaints == []


def open_filing(page: Page, house: House) -> None:
    page.goto(f"{house.url}/filings/")
    page.locator("li", has_text="2022 年度").get_by_role("link", name=UNIT).click()


def open_review(page: Page, house: House) -> None:
    page.goto(f"{house.url}/desk/assessment/filing/?round__fiscal_year=2022&q={UNIT}")
    page.locator("tr", has_text="2022 年度").get_by_role("link", name=UNIT).click()


def open_part(page: Page, part: str) -> None:
    """From the filing's page or from the column beside another part."""
    page.locator(".parts a, .parts-nav a", has_text=part).first.click()


def save(page: Page, button: str) -> None:
    """Waits for the page that comes back: what is typed is saved by itself before it."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def fill_figures(page: Page) -> None:
    open_part(page, "基础数据表")
    page.fill("#id_opening_general", "伍万")
    save(page, "保存基础数据表")
    expect(page.locator("tr#opening_general")).to_contain_text("不是数字")
    for code, value in OWN["figures"].items():
        page.fill(f"#id_{code}", value)
    page.fill("#id_opening_general", "５８，２３５.５４")
    page.fill("#id_survey_size", "199")
    save(page, "保存基础数据表")
    expect(page.locator("tr#execution_rate")).to_contain_text("95.29")
    expect(page.locator("tr#opening_total")).to_contain_text("58,796.51")
    expect(page.locator("tr#idle_change")).to_contain_text("不适用")


def fill_scores(page: Page) -> None:
    open_part(page, "指标评分表")
    for box in page.locator(".choices input[type=checkbox]").all():
        box.check()
    page.get_by_label("社会经济环境效益 评判档次").select_option("achieved")
    page.get_by_label("社会经济环境效益 自评得分").fill("8")
    save(page, "保存，空白得分按测算填入")
    expect(page.locator(".total-line").first).to_contain_text("100.00")


def fill_rest(page: Page) -> None:
    open_part(page, "自评报告")
    for code, text in OWN["narrative"].items():
        page.fill(f"#id_{code}", text)
    save(page, "保存自评报告")
    open_part(page, "佐证材料")
    evidence = Path(settings.BASE_DIR) / "reports" / "demo" / "evidence.pdf"
    page.locator(".ties summary").click()
    page.get_by_label("支出完成率").check()
    page.locator("#id_file").set_input_files(evidence)
    expect(page.get_by_role("link", name="evidence.pdf", exact=True).first).to_be_visible()
    open_part(page, "核查意见")
    for code, text in OWN["explanations"].items():
        page.fill(f"#id_{code}", text)
    for box in page.locator("textarea[id*=large_change], textarea[id*=broken_off]").all():  # this unit is a hundredth of the department
        box.fill("本年并入其他单位的职能和人员。")
    save(page, "保存说明")


def request_signoff(page: Page, house: House) -> None:
    open_filing(page, house)
    page.get_by_label("填报日期").fill("2023-04-23")
    page.get_by_role("button", name="提请签批").click()
    expect(page.locator("h1")).to_contain_text("待签批")


def sign(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11-head") as page:
        open_filing(page, house)
        page.get_by_role("link", name="查看全文并签批").click()
        page.get_by_role("button", name="签批报送").click()
        expect(page.locator("main")).to_contain_text("请先勾选声明")
        page.get_by_label("真实性").check()
        page.get_by_role("button", name="签批报送").click()
        expect(page.locator("h1")).to_contain_text("报送回执")
        page.get_by_role("button", name="打印回执").click()
        expect(page.get_by_role("link", name="下载 PDF")).to_be_visible(timeout=60_000)
        open_filing(page, house)
        expect(page.locator("h1")).to_contain_text("已报送")


def prepare_and_sign(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "unit11") as page:
        open_filing(page, house)
        fill_figures(page)
        fill_scores(page)
        fill_rest(page)
        open_filing(page, house)
        page.get_by_role("button", name="打印预览稿").click()
        expect(page.get_by_role("link", name="下载 PDF")).to_be_visible(timeout=60_000)
        request_signoff(page, house)
    sign(browser, house)


def return_and_correct(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "reviewer") as page:
        open_review(page, house)
        page.get_by_role("button", name="开始复核").click()
        page.get_by_label("基础数据表").fill("满意度问卷样本应为 200 份，请核对")
        page.get_by_role("button", name="退回单位").click()
        expect(page.locator(".review-head")).to_contain_text("已退回")
    with signed_in(browser, house, "unit11") as page:
        open_filing(page, house)
        expect(page.locator("#threads")).to_contain_text("满意度问卷样本应为 200 份")
        open_part(page, "自评报告")
        expect(page.locator("main")).to_contain_text("没有被退回，不能修改")
        open_part(page, "基础数据表")
        page.fill("#id_survey_size", "200")
        save(page, "保存基础数据表")
        page.get_by_label("答复：基础数据表").fill("已更正")
        save(page, "答复这条意见")
        request_signoff(page, house)
    sign(browser, house)


def review_and_publish(browser: Browser, house: House) -> None:
    with signed_in(browser, house, "reviewer") as page:
        open_review(page, house)
        page.get_by_role("button", name="开始复核").click()
        page.get_by_label("社会经济环境效益 复核得分").fill("7.5")
        page.get_by_label("办结：基础数据表").check()
        save(page, "保存并提请审定")
        expect(page.locator(".errornote").first).to_contain_text("与自评得分不同，请写明理由")
        page.get_by_label("社会经济环境效益 复核理由").fill("缺少与上年的比较")
        save(page, "保存并提请审定")
        expect(page.locator(".review-head")).to_contain_text("待审定")
    with signed_in(browser, house, "lead") as page:
        open_review(page, house)
        page.get_by_role("button", name="审定", exact=True).click()
        expect(page.locator(".review-head")).to_contain_text("已审定")
        publish = page.get_by_role("button", name="公开", exact=True)
        for _ in range(60):
            if publish.is_enabled():
                break
            page.wait_for_timeout(1000)
            page.reload()
        publish.click()
        expect(page.locator(".review-head")).to_contain_text("已公开")


def download(browser: Browser, house: House, folder: Path) -> None:
    with signed_in(browser, house, None) as page:
        page.goto(house.url)
        page.get_by_label("单位或标题").fill("流动人员人事档案")
        page.get_by_label("年度").select_option("2022")
        page.get_by_role("button", name="查询").click()
        page.get_by_role("link", name=UNIT).click()
        expect(page.locator("main")).to_contain_text("100.00")
        shown = page.locator("#pdf-sha256").inner_text()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载 PDF").click()
        path = folder / "report.pdf"
        waiting.value.save_as(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == shown
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    assert [figure for figure in ("58,796.51", "48,774.54", "46,477.42", "95.29%", "缺少与上年的比较") if figure not in text] == []


@pytest.mark.parametrize("build", [production_house, embedded_house], ids=["postgres-redis", "embedded"])
def test_a_filing_goes_from_the_first_figure_to_the_public_download(
    build, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("house")
    with build(folder) as house:
        prepare_and_sign(browser, house)
        return_and_correct(browser, house)
        review_and_publish(browser, house)
        download(browser, house, folder)
        assert "The record holds" in house.manage("verify_record")
        urllib.request.urlopen(f"{house.url}/healthz", timeout=5)
