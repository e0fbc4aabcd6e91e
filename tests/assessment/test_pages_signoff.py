"""A filing's own page and its paper: what stands against sign-off, and the acts of both people of the unit."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Snapshot
from assessment.services import review, signoff
from assessment.services.history import history_of
from tests.browsing import messages, read, send, signed_in
from tests.factories import Line, example_scheme
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db


def address(line: Line, name: str = "filing") -> str:
    return reverse(f"assessment:{name}", args=[line.filing.pk])


def act(name: str, line: Line, page: str = "filing", by: User | None = None, **typed: Any) -> Any:
    """Open the page and send its form for this act."""
    client = signed_in(by or (line.head if page == "paper" else line.preparer))
    return send(client, client.get(address(line, page)), f"form[action={address(line, name)}]", typed)


def acts(line: Line) -> list[str]:
    return list(line.filing.events.exclude(act="edit").order_by("number").values_list("act", flat=True))


def status(line: Line) -> str:
    line.filing.refresh_from_db()
    return line.filing.status


def next_step(response: Any) -> str:
    return read(response).one("section.next h2").text


def test_the_page_names_the_next_gap_first_and_offers_no_sign_off_while_something_is_missing() -> None:
    line = Line(filled=False)
    client = signed_in(line.preparer)

    page = client.get(address(line))
    answer = client.post(address(line, "request_signoff"), {"filled_on": "2023-04-18"}, follow=True)

    scheme = example_scheme()
    figures, scores, texts = len(scheme.inputs), len(scheme.scored), sum(section.text for section in scheme.sections)
    asked = sum(bool(row.evidence) for row in scheme.scored.values())
    assert next_step(page) == f"下一步：基础数据表还有 {figures} 项数据未填"
    assert [item.text for item in read(page).select("ul.parts li")] == [
        f"基础数据表 已填 0 / {figures} 未开始",
        f"指标评分表 已填 0 / {scores} 未开始",
        f"自评报告 已填 0 / {texts} 未开始",
        f"佐证材料 0 份 {asked} 项尚缺",
        "核查意见 0 条",
    ]
    assert read(page).select(f"form[action={address(line, 'request_signoff')}]") == []
    assert messages(answer) == [f"还有 {figures + scores + texts} 处须处理的核查意见，不能提请签批"]
    assert (status(line), acts(line)) == (Status.DRAFT, [])


def test_the_page_counts_what_has_to_be_settled() -> None:
    line = Line()
    line.assessment.scores.filter(code="spending").update(self_points=5)
    line.assessment.figures.filter(code="assets_used").update(value=900)

    page = signed_in(line.preparer).get(address(line))

    assert next_step(page) == "下一步：处理 2 处核查意见"
    assert read(page).texts("ul.parts .count") == ["1 处须处理", "1 处须处理", "2 处须处理"]


def test_sign_off_is_asked_for_with_the_date_on_the_cover() -> None:
    line = Line()

    page = act("request_signoff", line, filled_on="2023-04-23")

    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已提请签批，等待单位负责人签批"])
    assert (status(line), line.filing.filled_on, line.filing.requested_by) == (Status.AWAITING_SIGNOFF, date(2023, 4, 23), line.preparer)
    assert (next_step(page), read(page).one("h1 .status").text) == ("单位负责人签批", "待签批")
    assert read(page).texts(".history strong")[0] == "提请签批"


def test_a_double_click_on_asking_is_told_where_the_papers_are_and_recorded_once() -> None:
    line = Line()
    client = signed_in(line.preparer)
    page = client.get(address(line))
    form = f"form[action={address(line, 'request_signoff')}]"

    first, second = send(client, page, form), send(client, page, form)

    assert messages(first) == ["已提请签批，等待单位负责人签批"]
    assert messages(second) == ["材料现在处于“待签批”（单位负责人签批），不能提请签批"]
    assert acts(line) == ["request_signoff"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2999-01-01", "不能晚于今天"),
        ("2022-12-31", "应在 2022 年结束之后"),
        ("二〇二三年", "请填写日期，如 2023-04-23"),
        ("2023-02-30", "请填写日期，如 2023-04-23"),
        ("", "这个字段是必填项。"),
    ],
)
def test_a_date_that_cannot_stand_is_named_at_its_field(typed: str, message: str) -> None:
    line = Line()

    page = act("request_signoff", line, filled_on=typed)

    assert (page.status_code, read(page).one("#error_1_id_filled_on").text) == (422, message)
    assert read(page).one("#id_filled_on").attributes.get("value", "") == typed
    assert (status(line), acts(line)) == (Status.DRAFT, [])


def test_the_head_signs_what_the_paper_shows() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    shown = read(signed_in(line.head).get(address(line, "paper"))).one(".page-head code").text

    page = act("sign", line, "paper", declared="on")

    late = "（已过报送截止日期 2023年4月20日，按逾期报送记录）"
    assert (page.redirect_chain, messages(page)) == (
        [(reverse("assessment:receipt", args=[line.filing.pk, 1]), 302)],
        [f"已签批报送，摘要值 {shown[:16]}…{late}"],
    )
    assert (status(line), line.filing.events.get(act="sign").actor, Snapshot.objects.get().digest) == (Status.SUBMITTED, line.head, shown)


def test_without_the_declaration_nothing_is_signed() -> None:
    line = Line(Status.AWAITING_SIGNOFF)

    page = act("sign", line, "paper")

    assert (page.status_code, read(page).one("#error_1_id_declared").text) == (422, "请先勾选声明")
    assert read(page).one("#errors").text == "尚未签批：请先勾选声明"
    assert read(page).one("#errors a").attributes["href"] == "#id_declared"
    assert (status(line), Snapshot.objects.count()) == (Status.AWAITING_SIGNOFF, 0)


def test_a_double_click_on_signing_signs_once() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    client = signed_in(line.head)
    page, form = client.get(address(line, "paper")), f"form[action={address(line, 'sign')}]"

    send(client, page, form, declared="on")
    second = send(client, page, form, declared="on")

    assert messages(second) == ["材料现在处于“已报送”（财务部门受理），不能签批报送"]
    assert (acts(line), Snapshot.objects.count()) == (["request_signoff", "sign"], 1)


def test_what_changed_after_it_was_looked_at_is_not_signed() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    client = signed_in(line.head)
    page, form = client.get(address(line, "paper")), f"form[action={address(line, 'sign')}]"
    line.unit.name = "改过的名称"
    line.unit.save()

    refused = send(client, page, form, declared="on")

    assert messages(refused) == ["材料在您查看之后有变动，请重新查看后签批"]
    assert (refused.redirect_chain, status(line)) == ([(address(line, "paper"), 302)], Status.AWAITING_SIGNOFF)
    assert "改过的名称" in read(refused).one(".page-head").text
    send(client, refused, form, declared="on")
    assert status(line) == Status.SUBMITTED


def test_who_asked_for_the_signature_reads_why_another_has_to_sign() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    grant(line.preparer, line.unit, Role.HEAD)

    page = signed_in(line.preparer).get(address(line, "paper"))

    assert read(page).one("main .alert-warning").text == "提请签批的人不能自己签批，须由另一人签批"
    assert read(page).select(f"form[action={address(line, 'sign')}]") == []


def test_the_head_hands_the_papers_back_with_a_reason_that_the_preparer_reads() -> None:
    line = Line(Status.AWAITING_SIGNOFF)

    page = act("hand_back", line, "paper", reason="决算数\r\n请核对")

    assert (messages(page), status(line)) == (["已退回填报人"], Status.DRAFT)
    entry = read(signed_in(line.preparer).get(address(line))).select(".history li")[0]
    assert (entry.one("strong").text, entry.one(".quiet").text) == ("退回填报人", "决算数 请核对")
    assert read(signed_in(line.preparer).get(address(line))).one(".next .alert").text == "单位负责人退回：决算数 请核对"
    assert read(signed_in(line.head).get(address(line))).select(".next .alert") == []
    signoff.request_signoff(line.filing.pk, by=line.preparer, filled_on=date(2023, 4, 18))
    line.sign()
    signoff.recall(line.filing.pk, by=line.preparer)
    assert read(signed_in(line.preparer).get(address(line))).select(".next .alert") == []


def test_what_reviewer_and_lead_say_to_each_other_is_not_told_to_the_unit() -> None:
    line = Line(Status.REVIEWED)
    review.review_again(line.filing.pk, by=line.lead, reason="第三项再看一看")

    told = read(signed_in(line.preparer).get(address(line))).one(".history").text
    assert [words in told for words in ("退回复核", "第三项", "复核 100")] == [True, False, False]
    assert history_of(line.filing, office=True)[0].detail == "第三项再看一看"


@pytest.mark.parametrize(
    ("reason", "message"), [("", "请写明原因"), (" \r\n ", "请写明原因"), ("长" * 1001, "超过 1000 字，请精简（现有 1001 字）")]
)
def test_without_a_fitting_reason_nothing_is_handed_back(reason: str, message: str) -> None:
    line = Line(Status.AWAITING_SIGNOFF)

    page = act("hand_back", line, "paper", reason=reason)

    assert (page.status_code, read(page).one("#error_1_id_reason_reason").text, status(line)) == (422, message, Status.AWAITING_SIGNOFF)


@pytest.mark.parametrize("person", ["preparer", "head"])
def test_papers_that_nobody_reviews_yet_are_taken_back(person: str) -> None:
    line = Line(Status.SUBMITTED)

    page = act("recall", line, by=getattr(line, person))

    assert (messages(page), status(line)) == (["已撤回，可以继续修改"], Status.DRAFT)


def test_papers_under_review_are_not_taken_back() -> None:
    line = Line(Status.SUBMITTED)
    client = signed_in(line.preparer)
    page = client.get(address(line))
    review.open_review(line.filing.pk, by=line.reviewer)

    refused = send(client, page, f"form[action={address(line, 'recall')}]")

    assert messages(refused) == ["材料现在处于“复核中”（复核人复核），不能撤回"]
    assert (status(line), read(refused).select(f"form[action={address(line, 'recall')}]")) == (Status.UNDER_REVIEW, [])


@pytest.mark.parametrize(
    ("name", "person", "refusal"),
    [
        ("request_signoff", "head", "您不承担此项工作，不能提请签批"),
        ("request_signoff", "preparer", "材料现在处于“已报送”（财务部门受理），不能提请签批"),
        ("sign", "preparer", "您不承担此项工作，不能签批报送"),
        ("sign", "head", "材料现在处于“已报送”（财务部门受理），不能签批报送"),
        ("hand_back", "head", "材料现在处于“已报送”（财务部门受理），不能退回填报人"),
    ],
)
def test_whose_turn_it_is_not_is_told_so_before_the_faults_of_an_empty_form(name: str, person: str, refusal: str) -> None:
    line = Line(Status.SUBMITTED)

    page = signed_in(getattr(line, person)).post(address(line, name), {}, follow=True)

    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], [refusal])
    assert read(page).select(f"form[action={address(line, name)}]") == []


def test_a_passed_deadline_is_said_and_filing_is_still_possible(client: Client) -> None:
    line = Line()
    client.force_login(line.preparer)

    page, listed = client.get(address(line)), client.get(reverse("assessment:mine"))

    assert read(page).one("section.next p").text == "已过报送截止日期 2023年4月20日，仍可报送，将按逾期记录"
    assert read(listed).one("ul.filings .due").text == "报送截止2023年4月20日已过"
    assert messages(act("request_signoff", line, filled_on="2023-04-23")) == ["已提请签批，等待单位负责人签批"]


@pytest.mark.parametrize(("days", "text"), [(0, "，还有 0 天"), (3, "，还有 3 天")])
def test_days_left_are_counted_to_the_deadline(days: int, text: str) -> None:
    day = timezone.localdate() + timedelta(days=days)
    line = Line(inner_deadline=day, outer_deadline=day)

    page = signed_in(line.preparer).get(address(line))

    assert read(page).one("section.next p").text == f"报送截止 {day.year}年{day.month}月{day.day}日{text}"


def test_missing_and_not_applicable_are_told_apart_on_the_paper() -> None:
    line = Line()
    line.assessment.figures.filter(code="recovered").delete()
    line.assessment.scores.filter(code="spending").update(self_points=None)

    page = read(signed_in(line.preparer).get(address(line, "paper")))

    figures = {row.one("th").text: row.one("td.num").text for row in page.select("table.figures tbody tr") if row.select("td")}
    assert [figures[label] for label in ("财政收回", "存量资金变动率", "离退休人数")] == ["—", "不适用分母为 0，不适用", "0"]
    scores = {row.one("th").text: row.texts("td.num") for row in page.select("tbody tr") if row.select("strong")}
    assert scores["预算执行情况 / 资金管理支出完成率"] == ["6.00", "6.00", "—"]
