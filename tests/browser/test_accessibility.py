"""Every page of the demo by axe-core's rules of WCAG 2.2 AA, on a screen and on a phone; at twice the size nothing runs out of the page."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.houses import House, production_house
from tests.browser.test_line import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREEN, TWICE, PHONE = 1440, 720, 390
DRAFT, HALF, RETURNED, WAITING, SUBMITTED, UNDER_REVIEW, REVIEWED, PUBLISHED = (
    "Z301011", "Z301010", "Z301008", "Z301009", "Z301007", "Z301006", "Z301005", "Z301012",
)  # fmt: skip
PARTS = ["projects", "figures", "scores", "narrative", "evidence", "findings"]
PROJECT_PARTS = ["figures", "own-rows", "scores", "narrative", "evidence", "findings"]
#: Who opens what: ``filing``, ``whole`` and ``project`` stand for the numbers of one unit's filing of the latest year.
PAGES: dict[str | None, dict[str, list[str]]] = {
    None: {PUBLISHED: ["/", "/public/1/", "/account/sign-in/"]},
    "unit11": {
        DRAFT: [
            "/filings/",
            "/filings/{filing}/",
            "/filings/{filing}/paper/",
            "/filings/notices/",
            "/account/roles/",
            "/account/password/",
            "/filings/assessment/{whole}/narrative/word/",
            *(f"/filings/assessment/{{whole}}/{part}/" for part in PARTS),
        ]
    },
    "unit10": {HALF: ["/filings/{filing}/", *(f"/filings/assessment/{{project}}/{part}/" for part in PROJECT_PARTS)]},
    "unit08": {RETURNED: ["/filings/{filing}/", *(f"/filings/assessment/{{whole}}/{part}/" for part in PARTS)]},
    "unit09-head": {WAITING: ["/filings/{filing}/paper/"]},
    "unit12-head": {
        PUBLISHED: [
            "/filings/{filing}/",
            "/filings/{filing}/receipts/1/",
            "/filings/{filing}/paper/",
            *(f"/filings/assessment/{{whole}}/{part}/" for part in PARTS),
        ]
    },
    "reviewer": {
        UNDER_REVIEW: ["/desk/", "/desk/assessment/filing/", "/desk/assessment/filing/{filing}/change/", "/desk/reports/printjob/"],
        SUBMITTED: ["/desk/assessment/filing/{filing}/change/", "/desk/assessment/filing/{filing}/change/?shown={project}"],
    },
    "lead": {REVIEWED: ["/desk/assessment/filing/{filing}/change/"]},
    "admin": {
        DRAFT: [
            "/desk/assessment/round/",
            "/desk/assessment/schemeversion/",
            "/desk/assessment/notice/",
            "/desk/units/budgetunit/",
            "/desk/units/user/",
            "/desk/units/user/add/",
        ]
    },
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with production_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def numbers(house: House) -> dict[str, dict[str, str]]:
    """The numbers in the addresses of each unit's filing of the latest year."""
    asked = (
        "from assessment.models import Filing\n"
        "for filing in Filing.objects.filter(round__fiscal_year=2022).select_related('unit'):\n"
        "    found = {item.kind: item.pk for item in filing.assessments.order_by('-pk')}\n"
        "    print(filing.unit.code, filing.pk, found['whole'], found.get('project', 0))\n"
    )
    rows = (line.split() for line in house.manage("shell", "-v", "0", "-c", asked).splitlines() if line.startswith("Z301"))
    return {code: {"filing": filing, "whole": whole, "project": project} for code, filing, whole, project in rows}


def violations(page: Page) -> list[tuple[str, list[str]]]:
    found: Any = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [(item["id"], [node["html"][:160] for node in item["nodes"][:3]]) for item in found]


@pytest.mark.parametrize("person", PAGES)
def test_every_page_is_accessible(browser: Browser, house: House, numbers: dict[str, dict[str, str]], person: str | None) -> None:
    faults: dict[tuple[str, int], Any] = {}
    with signed_in(browser, house, person) as page:
        for code, addresses in PAGES[person].items():
            for address in (each.format(**numbers[code]) for each in addresses):
                for width in (SCREEN, TWICE, PHONE):
                    page.set_viewport_size({"width": width, "height": 900})
                    answer = page.goto(f"{house.url}{address}")
                    assert answer is not None and answer.status == 200, address
                    needed = page.evaluate("document.documentElement.scrollWidth")
                    found = [] if width == TWICE else violations(page)
                    if found or needed > width:
                        faults[address, width] = (needed, found)
    assert faults == {}
