"""Notices as people meet them: the count on every page, the list, opening one, the lines beside the buttons, the administrators' log."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Act, Status
from assessment.models import Notice
from assessment.views.notices import PAGE
from tests.assessment.test_acts import do, prepare
from tests.browsing import Element, messages, read, send, signed_in
from tests.factories import Line, make_department, make_unit, make_user
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

LIST, LOG = "/filings/notices/", "/desk/assessment/notice/"
S = Status


def many(user: User, line: Line, count: int) -> None:
    """``count`` more notices of one person."""
    page = reverse("assessment:filing", args=[line.filing.pk])
    Notice.objects.bulk_create(
        Notice(recipient=user, filing=line.filing, title=f"第 {number} 条", link=page) for number in range(1, count + 1)
    )


def test_the_head_sees_the_count_opens_the_notice_and_lands_on_the_filing() -> None:
    line = Line(S.AWAITING_SIGNOFF)
    client = signed_in(line.head)
    before = read(client.get("/filings/")).one(".bell").text
    page = read(client.get(LIST))

    opened = client.get(page.one(".notices .unread a").attributes["href"], follow=True)

    name = "某市就业服务中心 2022 年度自评材料已提请签批"
    assert (before, page.one(".page-head p").text) == ("通知 1 条未读", "1 条未读")
    assert page.texts(".notices a") == [f"未读：{name}"]
    assert page.texts(".notices p") == ["请查看全文，签批报送或退回填报人。 报送截止：2023年4月20日（已过）"]
    assert opened.redirect_chain == [(f"/filings/{line.filing.pk}/", 302)]
    assert read(opened).one(".bell").text == "通知"
    assert read(client.get(LIST)).texts(".notices a") == [name]


def test_the_office_reads_its_count_at_the_desk_and_lands_on_the_review() -> None:
    line = Line(S.SUBMITTED)
    client = signed_in(line.reviewer)
    desk = read(client.get("/desk/"))

    opened = client.get(read(client.get(LIST)).one(".notices .unread a").attributes["href"], follow=True)

    assert desk.one(f"#user-tools a[href={LIST}]").text == "通知（1 条未读）"
    assert opened.redirect_chain == [(f"/desk/assessment/filing/{line.filing.pk}/change/", 302)]
    assert read(opened).one(f"#user-tools a[href={LIST}]").text == "通知"


def test_opening_it_again_keeps_the_time_of_the_first_reading() -> None:
    line = Line(S.AWAITING_SIGNOFF)
    client, address = signed_in(line.head), reverse("assessment:notice", args=[line.head.notices.get().pk])
    assert client.head(address).status_code == 405
    assert line.head.notices.get().read_at is None

    client.get(address)
    first = line.head.notices.get().read_at
    client.get(address)

    assert first is not None
    assert line.head.notices.get().read_at == first


def test_all_of_ones_own_are_marked_as_read_and_nobody_elses() -> None:
    line = Line(S.AWAITING_SIGNOFF)
    other = make_user(Role.HEAD, line.unit)
    many(line.head, line, 3)
    many(other, line, 2)
    client = signed_in(line.head)

    answer = send(client, client.get(LIST))

    assert messages(answer) == ["已将 4 条通知标为已读"]
    assert read(answer).select("main form") == []
    assert (line.head.notices.unread().count(), other.notices.unread().count()) == (0, 2)


def test_whom_nobody_told_anything_reads_so() -> None:
    page = read(signed_in(make_user()).get(LIST))

    assert (page.texts(".empty h2"), page.one(".bell").text) == (["还没有通知"], "通知")


def test_the_newest_are_on_the_first_page_and_the_rest_is_named() -> None:
    line = Line()
    many(line.head, line, PAGE + 1)
    client = signed_in(line.head)

    first, second = read(client.get(LIST)), read(client.get(f"{LIST}?page=2"))

    assert (len(first.select(".notices li")), first.texts(".notices a")[0]) == (PAGE, f"未读：第 {PAGE + 1} 条")
    assert second.texts(".notices a") == ["未读：第 1 条"]
    assert first.one(".pages span").text == f"第 1 / 2 页，共 {PAGE + 1} 条"


def test_a_count_of_hundreds_stays_short() -> None:
    line = Line()
    many(line.head, line, 100)

    assert read(signed_in(line.head).get("/filings/")).one(".bell").text == "通知 99+ 条未读"


def test_a_visitor_has_no_notices(client: Client) -> None:
    assert read(client.get("/")).select(".bell") == []


def test_a_notice_is_shown_as_text() -> None:
    line = Line()
    many(line.head, line, 1)
    Notice.objects.update(title="<script>alert(1)</script>")

    assert read(signed_in(line.head).get(LIST)).texts(".notices a") == ["未读：<script>alert(1)</script>"]


#: Act → status, who looks, page, the form whose button does it.
BUTTONS = {
    Act.REQUEST_SIGNOFF: (S.DRAFT, "preparer", "assessment:filing", "request-signoff"),
    Act.RECALL: (S.SUBMITTED, "head", "assessment:filing", "recall"),
    Act.SIGN: (S.AWAITING_SIGNOFF, "head", "assessment:paper", "sign"),
    Act.HAND_BACK: (S.AWAITING_SIGNOFF, "head", "assessment:paper", "hand-back"),
    Act.OPEN_REVIEW: (S.SUBMITTED, "reviewer", "admin:assessment_filing_change", "open"),
    Act.RETURN: (S.UNDER_REVIEW, "reviewer", "admin:assessment_filing_change", "return"),
    Act.RECOMMEND: (S.UNDER_REVIEW, "reviewer", "admin:assessment_filing_change", "recommend"),
    Act.REVIEW_AGAIN: (S.REVIEWED, "lead", "admin:assessment_filing_change", "review-again"),
    Act.APPROVE: (S.REVIEWED, "lead", "admin:assessment_filing_change", "approve"),
    Act.REOPEN: (S.APPROVED, "lead", "admin:assessment_filing_change", "reopen"),
    Act.PUBLISH: (S.APPROVED, "lead", "admin:assessment_filing_change", "publish"),
}
LINES = {
    Act.REQUEST_SIGNOFF: "将通知：单位负责人（单位负责人）",
    Act.RECALL: "将通知：填报人（填报人）、复核人（复核人）",
    Act.SIGN: "将通知：复核人（复核人）",
    Act.HAND_BACK: "将通知：填报人（填报人）",
    Act.OPEN_REVIEW: "不通知他人，接下来仍由您办理",
    Act.RETURN: "将通知：填报人（填报人）、单位负责人（单位负责人）",
    Act.RECOMMEND: "提请审定时将通知：审定人（审定人）",
    Act.REVIEW_AGAIN: "将通知：复核人（复核人）",
    Act.APPROVE: "将通知：填报人（填报人）、单位负责人（单位负责人）",
    Act.REOPEN: "将通知：填报人（填报人）、单位负责人（单位负责人）",
    Act.PUBLISH: "将通知：填报人（填报人）、单位负责人（单位负责人）",
}


def lines_after(page: Element, address: str) -> list[str]:
    """What is said between the button that sends to ``address`` and the next button."""
    said = []
    for form in page.select("form"):
        sends = ""
        for element in form.walk():
            if element.tag == "button":
                sends = element.attributes.get("formaction") or form.attributes.get("action", "")
            elif element.matches(".tells") and address in sends:
                said.append(element.text)
    return said


@pytest.mark.parametrize("act", BUTTONS)
def test_every_button_says_whom_it_will_notify(act: Act) -> None:
    status, person, page, form = BUTTONS[act]
    line = prepare(status, act)

    shown = read(signed_in(getattr(line, person)).get(reverse(page, args=[line.filing.pk])))

    assert lines_after(shown, f"/{form}/") == [LINES[act]]
    assert shown.select(".tells--lacking") == []


def test_a_unit_without_a_second_person_reads_before_asking_that_nobody_can_sign() -> None:
    line = Line()
    line.head.memberships.all().delete()
    grant(line.preparer, line.unit, Role.HEAD)

    page = read(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk])))

    assert page.texts("form .tells--lacking") == ["暂无人可通知：本单位没有可签批的负责人，请联系系统管理员"]


def test_who_only_reads_sees_no_lines() -> None:
    line = Line(S.SUBMITTED)
    auditor = make_user(Role.AUDITOR, line.department)

    for page in ("assessment:filing", "assessment:paper", "admin:assessment_filing_change"):
        assert read(signed_in(auditor).get(reverse(page, args=[line.filing.pk]))).select(".tells") == []


def test_the_log_shows_when_to_whom_of_which_filing_by_which_act_and_how_far_its_mail_came() -> None:
    line = Line()
    User.objects.filter(pk=line.head.pk).update(email="head@example.cn")
    do(Act.REQUEST_SIGNOFF, line, line.preparer)
    Notice.objects.filter(recipient=line.head).update(mail="failed", attempts=2, error="550 nobody here")
    client = signed_in(make_user(Role.ADMINISTRATOR, line.department))

    rows = [row.texts("td") for row in read(client.get(LOG)).select("#result_list tbody tr")]
    page = read(client.get(reverse("admin:assessment_notice_change", args=[line.head.notices.get().pk])))

    filing = "某市就业服务中心 2022 年度"
    assert rows == [
        ["单位负责人", filing, "提请签批", "发送失败", "-", "2", "550 nobody here"],
        ["填报人", filing, "开通", "只在系统内", "-", "0", "没有登记邮箱"],
    ]
    assert page.one(".field-address .readonly").text == "head@example.cn"
    assert page.select("input[type=submit]") == []


def test_the_log_is_filtered_by_the_mail_s_state_and_searched_by_unit_within_one_s_own_departments() -> None:
    department = make_department()
    line, other, foreign = Line(department=department, filled=False), Line(department=department, filled=False), Line(filled=False)
    Notice.objects.filter(filing=other.filing).update(mail="sent", sent_at=timezone.now())
    administrator = make_user(Role.ADMINISTRATOR, department)
    grant(administrator, foreign.department, Role.AUDITOR)
    client = signed_in(administrator)

    def shown(query: str) -> set[int]:
        links = read(client.get(f"{LOG}{query}")).select("#result_list tbody th a")
        return {int(link.attributes["href"].split("/")[4]) for link in links}

    own, sent, strange = (item.filing.notices.get().pk for item in (line, other, foreign))
    found = {query: shown(query) for query in ("", "?mail__exact=sent", f"?q={line.unit.code}", f"?q={foreign.unit.code}")}

    assert found == {"": {own, sent}, "?mail__exact=sent": {sent}, f"?q={line.unit.code}": {own}, f"?q={foreign.unit.code}": set()}
    assert client.get(reverse("admin:assessment_notice_change", args=[strange])).status_code == 302


@pytest.mark.parametrize("query", ["?mail__exact=%00", "?recipient__password__startswith=a", "?page=x", "?o=99.-1"])
def test_nonsense_in_the_log_s_address_is_answered(query: str) -> None:
    client = signed_in(make_user(Role.ADMINISTRATOR, make_unit().parent))

    assert client.get(f"{LOG}{query}", follow=True).status_code in (200, 400)
