"""The public portal: what is published, found by words, year and unit, and nothing else whatever is asked."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Round
from assessment.services import parts, review
from reports.models import PrintJob, Publication
from reports.services import jobs, printing
from reports.services.publications import publish
from tests.browsing import Element, data_of, read, typed
from tests.factories import Line, make_department, make_round

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script><b>加粗</b> & “引号”"


def publish_line(line: Line) -> Publication:
    """Make it public with a stand-in for the PDF, which saves the seconds of a print."""
    if line.filing.status == Status.DRAFT:
        line.advance(Status.APPROVED)
    job = line.filing.print_jobs.get()
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), f"%PDF-1.7 {job.pk}".encode())
    return publish(line.filing.pk, by=line.lead)


def published(name: str = "某市就业服务中心", **also: Any) -> Publication:
    line = Line(**also)
    line.unit.name = name
    line.unit.save()
    line.filing.unit.refresh_from_db()
    return publish_line(line)


def shown(page: Element) -> list[str]:
    """The addresses of the publications that a list leads to."""
    return [link.attributes["href"] for link in page.select(".cards a")]


def cells(table: Element) -> list[list[str]]:
    return [[cell.text for cell in row.children if isinstance(cell, Element)] for row in table.select("tbody tr")]


def test_a_publication_shows_what_was_signed_and_the_digest_of_exactly_the_file_it_gives_out(
    client: Client, settings: LazySettings
) -> None:
    line = Line(Status.PUBLISHED)
    item = Publication.objects.get()

    page, answer = read(client.get(f"/public/{item.number}/")), client.get(f"/public/{item.number}/report.pdf")
    data = data_of(answer)

    assert (page.one("#pdf-sha256").text, data[:5]) == (hashlib.sha256(data).hexdigest(), b"%PDF-")
    assert (Path(settings.MEDIA_ROOT) / item.job.path).read_bytes() == data
    assert page.texts(".digests code")[1] == line.filing.snapshots.get(kind="filing").digest
    assert page.one(".page-head p").text.startswith("2022 年度 整体绩效自评报告 填报日期 2023年4月18日 ")
    assert (page.one("h1").text, page.texts(".total-line")) == (line.unit.name, ["自评合计100.00分优"])
    scores, figures = page.select("table")
    assert ["预算执行情况 / 资金管理支出完成率", "6.00", "6.00", "6.00"] in [row[:4] for row in cells(scores)]
    rows = cells(figures)
    assert [row in rows for row in (["支出决算合计", "980.00", "万元"], ["存量资金变动率", "不适用分母为 0，不适用", "%"])] == [True, True]
    assert "开头的文字，支出决算合计980.00万元。" in page.texts(".report p")
    name = quote(f"{line.unit.name}2022年度整体绩效自评报告.pdf")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("application/pdf", f"attachment; filename*=utf-8''{name}")
    assert (answer["Content-Length"], answer["X-Content-Type-Options"]) == (str(len(data)), "nosniff")


def test_typed_markup_is_read_by_the_public_as_it_was_typed(client: Client) -> None:
    line = Line()
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": MARKUP})
    item = publish_line(line)

    page = client.get(f"/public/{item.number}/")

    assert MARKUP in read(page).texts(".report p")
    assert [sign for sign in (b"<script>alert", b"<b>") if sign in page.content] == []


def test_what_was_made_public_stays_as_it_was_signed(client: Client) -> None:
    line = Line()
    item = publish_line(line)
    line.unit.name = "改过的名称"
    line.unit.save()
    line.assessment.figures.update(value=1)

    page = read(client.get(f"/public/{item.number}/"))

    assert page.one("h1").text == "某市就业服务中心"
    assert ["支出决算合计", "980.00", "万元"] in cells(page.select("table")[1])


@pytest.mark.parametrize("public", [False, True])
def test_the_office_s_points_are_shown_only_where_the_round_makes_them_public(client: Client, public: bool) -> None:
    line = Line(Status.UNDER_REVIEW, review_public=public)
    line.review()
    score = line.assessment.scores.get(code="social_effect")
    points = {score.pk: review.ReviewPoints(score.self_points - 1, "缺少比较")}
    review.save_review(line.filing.pk, by=line.reviewer, version=1, points=points, comment="总体较好\n请补充")
    review.recommend(line.filing.pk, by=line.reviewer)
    line.approve()
    line.filing.refresh_from_db()
    item = publish_line(line)

    page = read(client.get(f"/public/{item.number}/"))

    headings, totals = page.texts("section.sheet h2"), page.texts(".total-line")
    assert ("财务部门复核" in headings, totals) == (public, ["自评合计100.00分优", *(["复核合计99.00分优"] if public else [])])
    assert ("总体较好" in page.text, "缺少比较" in page.text) == (public, False)


def test_a_portal_without_publications_says_so(client: Client) -> None:
    Line(Status.APPROVED)

    page = client.get("/")

    assert (page.status_code, read(page).one(".empty").text) == (200, "没有符合条件的报告换一个年度或单位，或减少查询的字。")


@pytest.fixture
def shelf() -> dict[str, Publication]:
    """Three publications of two units and two years."""
    department = make_department()
    make_round(department)
    first = published("某市就业服务中心", department=department)
    second = published("某市人才服务中心", department=department)
    older = Line(department=make_department("另一部门"), title="2021 年度绩效自评")
    Round.objects.filter(pk=older.filing.round_id).update(fiscal_year=2021)
    older.filing.round.refresh_from_db()
    return {"first": first, "second": second, "older": publish_line(older)}


def test_the_portal_lists_the_latest_year_first_with_what_the_unit_gave_itself(client: Client, shelf: dict[str, Publication]) -> None:
    page = read(client.get("/"))

    today = timezone.localdate()
    day = f"{today.year}年{today.month}月{today.day}日公开"
    assert page.texts("main .quiet")[0] == "共 3 份"
    assert [item.text for item in page.select(".cards li")] == [
        f"某市就业服务中心2022 年度 部门整体支出自评100.00分优{day}",
        f"某市人才服务中心2022 年度 部门整体支出自评100.00分优{day}",
        f"某市就业服务中心2021 年度 部门整体支出自评100.00分优{day}",
    ]
    assert shown(page) == [f"/public/{shelf[name].number}/" for name in ("first", "second", "older")]


def test_publications_are_found_by_words_year_and_unit(client: Client, shelf: dict[str, Publication]) -> None:
    second = shelf["second"].filing.unit.code
    expected: list[tuple[dict[str, str], list[str]]] = [
        ({"q": "就业"}, ["first", "older"]),
        ({"q": " 就业  2022 "}, ["first"]),
        ({"q": "就业 人才"}, []),
        ({"year": "2021"}, ["older"]),
        ({"year": "2021", "q": "人才"}, []),
        ({"unit": second}, ["second"]),
        ({"unit": second, "year": "2022", "q": "人才 2022"}, ["second"]),
        ({"unit": "nowhere"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
    ]

    found = [(asked, shown(read(client.get("/", asked)))) for asked, _ in expected]

    assert found == [(asked, [f"/public/{shelf[name].number}/" for name in names]) for asked, names in expected]


def test_what_was_asked_stands_in_the_form_again(client: Client, shelf: dict[str, Publication]) -> None:
    asked = {"q": ' 就业" ', "year": "2021", "unit": shelf["second"].filing.unit.code}

    page = read(client.get("/", asked))

    assert (page.one("#q").attributes["value"], typed(page.one("form.search"))) == (
        '就业"',
        {key: [value.strip()] for key, value in asked.items()},
    )
    assert page.texts("#year option") == ["全部", "2022", "2021"]


def test_the_next_page_keeps_what_was_asked(client: Client, shelf: dict[str, Publication], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.views.portal.PAGE", 1)

    first = read(client.get("/", {"q": "就业 中心", "year": "", "page": "1"}))
    (link,) = first.select("nav.pages a")
    second = read(client.get("/" + link.attributes["href"]))

    assert first.one("nav.pages span").text == "第 1 / 2 页，共 2 条"
    assert (second.one("nav.pages span").text, second.one("#q").attributes["value"]) == ("第 2 / 2 页，共 2 条", "就业 中心")
    assert (shown(first), shown(second)) == ([shelf["first"].get_absolute_url()], [shelf["older"].get_absolute_url()])


NONSENSE = {
    "year=abc": 1,
    "year=%C2%B2%C2%B2%C2%B2%C2%B2": 1,
    "year=20222": 1,
    "year=0000": 0,
    "year=%00": 1,
    "page=-1": 1,
    "page=zzz": 1,
    "page=" + "9" * 5000: 1,
    "q=%00": 1,
    "unit=%00": 1,
    "q=" + "x" * 5000: 0,
    "unit=" + "x" * 5000: 0,
    "q=%ED%A0%80": 0,
    "q=%3Cscript%3E": 0,
    "q[]=1&year=2022&year=2021": 0,
}


def test_nonsense_in_the_address_is_answered_with_a_list(client: Client) -> None:
    published()

    answers = {query: client.get(f"/?{query}") for query in NONSENSE}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert {query: len(shown(read(answer))) for query, answer in answers.items()} == NONSENSE


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_a_number_that_is_not_published_is_not_found(client: Client, number: str) -> None:
    published()

    answers = client.get(f"/public/{number}/"), client.get(f"/public/{number}/report.pdf")

    assert [answer.status_code for answer in answers] == [404, 404]
    assert read(answers[0]).one("h1").text == "没有这个页面"


def test_a_visit_leaves_no_cookie_and_writes_nothing(client: Client) -> None:
    item = published()

    for address in ("/", "/?q=就业", f"/public/{item.number}/", f"/public/{item.number}/report.pdf"):
        answer = client.get(address)
        assert (answer.status_code, answer.cookies.output(), bool(data_of(answer))) == (200, "", True)
    assert (client.post("/").status_code, client.post(f"/public/{item.number}/").status_code) == (405, 405)


def test_a_published_file_that_is_gone_is_not_found(client: Client, settings: LazySettings) -> None:
    item = published()
    (Path(settings.MEDIA_ROOT) / PrintJob.objects.get().path).unlink()

    assert client.get(f"/public/{item.number}/report.pdf").status_code == 404
