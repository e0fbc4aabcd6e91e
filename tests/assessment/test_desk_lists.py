"""The desk's start page, the list of filings, and rounds: each person's own department, and nothing in use changes."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Filing, Round, SchemeVersion
from assessment.services.filings import open_filing
from tests.browsing import errors_of, messages, read, send, signed_in
from tests.factories import Line, make_department, make_round, make_unit, make_user
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

ROUNDS = "/desk/assessment/round/"


def administrator(line: Line) -> User:
    return make_user(Role.ADMINISTRATOR, line.department)


def round_page(pk: int) -> str:
    return reverse("admin:assessment_round_change", args=[pk])


def listed(response: Any) -> list[list[str]]:
    """The list's rows as texts, without the boxes to tick."""
    rows = read(response).select("#result_list tbody tr")
    return [
        [cell.text for cell in row.walk() if cell.tag in ("th", "td") and "action-checkbox" not in cell.attributes["class"]] for row in rows
    ]


@pytest.mark.parametrize("role", [Role.PREPARER, Role.HEAD, None])
def test_the_desk_is_closed_to_who_works_for_a_unit_only(role: Role | None) -> None:
    line = Line(filled=False)
    user = make_user(role, line.unit)

    answer = signed_in(user).get("/desk/", follow=True)

    assert (answer.status_code, read(answer).one("h1").text) == (403, "不能打开这个页面")
    assert read(answer).one("section p").text == "您没有打开这个页面的权限。如有需要，请联系系统管理员。"


@pytest.mark.parametrize("address", ["/desk/", "/desk/assessment/filing/?status__exact=draft"])
def test_a_visitor_is_led_from_the_desk_to_the_sign_in_and_back(client: Client, address: str) -> None:
    page = client.get(address, follow=True)

    assert (page.request["PATH_INFO"], read(page).one("main h1").text) == (reverse("units:sign_in"), "登录")
    assert read(page).one("main input[name=next]").attributes["value"] == address


def test_the_start_page_counts_the_department_s_filings_of_the_latest_year_by_stage() -> None:
    line = Line(Status.SUBMITTED)
    Line(department=line.department)
    Line(department=line.department, filled=False)
    open_filing(make_round(line.department, 2021), line.unit)
    Line(Status.UNDER_REVIEW)

    page = signed_in(line.reviewer).get("/desk/")

    stages = read(page).one("section.stages")
    assert (stages.one("h2").text, [item.text for item in stages.select("li")]) == (
        "2022 年度自评材料",
        ["2填报中填报人填报", "1已报送财务部门受理"],
    )
    submitted = stages.select("a")[1].attributes["href"]
    assert [row[:4] for row in listed(signed_in(line.reviewer).get(submitted))] == [
        ["某市就业服务中心", "2022 年度", "已报送", "财务部门受理"]
    ]


def test_a_start_page_without_filings_has_no_counts() -> None:
    reviewer = make_user(Role.REVIEWER, make_department())

    page = signed_in(reviewer).get("/desk/")

    assert (page.status_code, read(page).select("section.stages")) == (200, [])


def test_the_list_shows_each_filing_s_stage_who_acts_next_and_both_totals() -> None:
    line = Line(Status.REVIEWED)
    other = Line(department=line.department, filled=False)
    other.unit.name = "某市人才服务中心"
    other.unit.save()

    client = signed_in(line.lead)
    page = client.get("/desk/assessment/filing/")

    assert [row[:6] for row in listed(page)] == [
        ["某市就业服务中心", "2022 年度", "待审定", "审定人审定", "100.00", "100.00"],
        ["某市人才服务中心", "2022 年度", "填报中", "填报人填报", "-", "-"],
    ]
    assert [row[0] for row in listed(client.get("/desk/assessment/filing/", {"q": "人才"}))] == ["某市人才服务中心"]
    assert listed(client.get("/desk/assessment/filing/", {"round__fiscal_year": "2021"})) == []


@pytest.mark.parametrize("query", ["round__fiscal_year=abc", "q=%00", "p=zzz", "status__exact=x", "o=9.9", "unit__id__exact=x"])
def test_nonsense_in_the_list_s_address_is_answered(query: str) -> None:
    line = Line(filled=False)

    assert signed_in(line.reviewer).get(f"/desk/assessment/filing/?{query}", follow=True).status_code == 200


def test_an_administrator_opens_the_filings_of_every_unit_of_the_department_once() -> None:
    line = Line(filled=False)
    make_unit(line.department, "某市人才服务中心")
    client = signed_in(administrator(line))
    page = client.get(ROUNDS)
    chosen = {"action": "open_all", "_selected_action": [str(line.filing.round_id)]}

    first, second = send(client, page, "#changelist-form", chosen), send(client, page, "#changelist-form", chosen)

    assert (messages(first), messages(second)) == (["2022 年度：新开通 2 个单位"], ["2022 年度：新开通 0 个单位"])
    assert sorted(Filing.objects.values_list("unit__name", flat=True)) == sorted([line.department.name, line.unit.name, "某市人才服务中心"])


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"inner_deadline": "2023-05-01"}, "", "单位报送截止不能晚于部门报送截止"),
        ({"fiscal_year": "1999"}, "fiscal_year", "确保该值大于或等于2000。"),
        ({"fiscal_year": "2021"}, "fiscal_year", "该部门已有 2021 年度"),
        ({"whole_scheme": ""}, "whole_scheme", "这个字段是必填项。"),
        ({"outer_deadline": "2023-02-30"}, "outer_deadline", "输入一个有效的日期。"),
    ],
)
def test_a_round_that_cannot_stand_is_refused_with_its_reason(changes: dict[str, str], field: str, message: str) -> None:
    department = make_department()
    make_round(department, 2021)
    round_ = make_round(department)
    client = signed_in(make_user(Role.ADMINISTRATOR, department))

    page = send(client, client.get(round_page(round_.pk)), "#round_form", changes)

    assert (page.status_code, page.redirect_chain) == (200, [])
    assert errors_of(page) == {field: [message]}
    round_.refresh_from_db()
    assert (round_.inner_deadline, round_.fiscal_year) == (date(2023, 4, 20), 2022)


def test_a_new_round_is_opened_for_one_s_own_department_only() -> None:
    line, other = Line(filled=False), make_department("另一部门")
    client = signed_in(administrator(line))
    typed = {
        "fiscal_year": "2023",
        "title": "2023 年度绩效自评",
        "notice_number": "某财绩〔2024〕1号",
        "notice_title": "通知",
        "inner_deadline": "2024-04-20",
        "outer_deadline": "2024-04-20",
        "publication_date": "2024-04-23",
        "whole_scheme": str(line.assessment.scheme_id),
    }
    form = client.get(reverse("admin:assessment_round_add"))

    assert read(form).texts("#id_department option") == ["---------", line.department.name]
    refused = send(client, form, "#round_form", typed | {"department": str(other.pk)})
    assert errors_of(refused) == {"department": ["选择一个有效的选项： 该选择不在可用的选项中。"]}
    send(client, form, "#round_form", typed | {"department": str(line.department.pk)})
    assert [(item.department, item.review_public) for item in Round.objects.filter(fiscal_year=2023)] == [(line.department, False)]


def test_a_scheme_in_use_stays_and_the_round_s_dates_may_still_move() -> None:
    line = Line(filled=False)
    stored = SchemeVersion.objects.get()
    other = SchemeVersion.objects.create(code="other", version="1", title="另一体系", kind="whole", document=stored.document, digest="0")
    client = signed_in(administrator(line))
    page = client.get(round_page(line.filing.round_id))
    forged = {"whole_scheme": str(other.pk), "fiscal_year": "2023", "department": str(make_department().pk)}

    answer = send(client, page, "#round_form", forged | {"inner_deadline": "2023-04-25"})

    assert read(page).texts("#round_form .readonly") == [
        line.department.name,
        "2022",
        "部门整体支出绩效自评指标体系（示例） 2022.1 版",
        "-",
    ]
    assert answer.redirect_chain == [(ROUNDS, 302)]
    round_ = Round.objects.get()
    assert (round_.whole_scheme, round_.fiscal_year, round_.department) == (stored, 2022, line.department)
    assert round_.inner_deadline == date(2023, 4, 25)


def test_a_scheme_is_read_at_the_desk_and_not_written() -> None:
    line = Line(filled=False)
    stored, before = SchemeVersion.objects.get(), SchemeVersion.objects.values().get()
    client, address = signed_in(administrator(line)), reverse("admin:assessment_schemeversion_change", args=[stored.pk])

    answers = client.get(address), client.post(address, {"title": "改", "document": "{}"})

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [form.attributes["action"] for form in read(answers[0]).select("main form")] == []
    assert SchemeVersion.objects.values().get(pk=stored.pk) == before


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD, Role.AUDITOR])
def test_a_round_is_read_by_the_office_and_written_by_administrators(role: Role) -> None:
    line = Line(filled=False)
    client = signed_in(make_user(role, line.department))
    address = round_page(line.filing.round_id)

    answers = client.get(address), client.post(address, {"inner_deadline": "2023-04-25"}), client.get(reverse("admin:assessment_round_add"))
    client.post(ROUNDS, {"action": "open_all", "_selected_action": str(line.filing.round_id)})

    assert ([answer.status_code for answer in answers], Filing.objects.count()) == ([200, 403, 403], 1)


def test_an_administrator_who_audits_another_department_reads_its_rounds_and_changes_none() -> None:
    own, other = Line(filled=False), Line(filled=False)
    person = administrator(own)
    grant(person, other.department, Role.AUDITOR)
    client, address = signed_in(person), round_page(other.filing.round_id)
    chosen = [str(own.filing.round_id), str(other.filing.round_id)]

    answers = client.get(address), client.post(address, {"inner_deadline": "2023-04-25"})
    done = client.post(ROUNDS, {"action": "open_all", "_selected_action": chosen}, follow=True)

    assert [answer.status_code for answer in answers] == [200, 403]
    assert messages(done) == ["2022 年度：新开通 1 个单位"]
    assert set(Filing.objects.values_list("unit", flat=True)) == {own.unit.pk, own.department.pk, other.unit.pk}
