"""Notices: written with the act that they tell of, for those whom it concerns, and not at all when the act is refused."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.notices import ROLES
from assessment.domain.workflow import Act, Status
from assessment.models import Filing, Notice
from assessment.services import notices, review, signoff
from assessment.services.filings import open_filing, open_filings
from tests.assessment.test_acts import do, prepare
from tests.factories import Line, make_round, make_unit, make_user
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

S = Status
#: Act → (status before, who acts, who is told that it is their turn, who is told of it besides); two of each role hold one.
EXPECTED: dict[Act, tuple[Status, str, set[str], set[str]]] = {
    Act.REQUEST_SIGNOFF: (S.DRAFT, "preparer", {"head", "head2"}, set()),
    Act.HAND_BACK: (S.AWAITING_SIGNOFF, "head", {"preparer", "preparer2"}, set()),
    Act.SIGN: (S.AWAITING_SIGNOFF, "head", {"reviewer", "reviewer2"}, set()),
    Act.RECALL: (S.SUBMITTED, "preparer", {"preparer2"}, {"head", "head2", "reviewer", "reviewer2"}),
    Act.OPEN_REVIEW: (S.SUBMITTED, "reviewer", set(), {"reviewer2"}),
    Act.RETURN: (S.UNDER_REVIEW, "reviewer", {"preparer", "preparer2"}, {"head", "head2"}),
    Act.RECOMMEND: (S.UNDER_REVIEW, "reviewer", {"lead", "lead2"}, set()),
    Act.REVIEW_AGAIN: (S.REVIEWED, "lead", {"reviewer", "reviewer2"}, set()),
    Act.APPROVE: (S.REVIEWED, "lead", set(), {"lead2", "preparer", "preparer2", "head", "head2"}),
    Act.REOPEN: (S.APPROVED, "lead", {"preparer", "preparer2"}, {"head", "head2"}),
    Act.PUBLISH: (S.APPROVED, "lead", set(), {"preparer", "preparer2", "head", "head2"}),
}


def seconds(line: Line) -> dict[str, User]:
    """Everybody who takes part, and one more of each role."""
    people = {role.value: getattr(line, role.value) for role in (Role.PREPARER, Role.HEAD, Role.REVIEWER, Role.LEAD)}
    more = {f"{role.value}2": make_user(role, line.unit) for role in (Role.PREPARER, Role.HEAD)}
    more |= {f"{role.value}2": make_user(role, line.department) for role in (Role.REVIEWER, Role.LEAD)}
    return people | more


def told(people: dict[str, User], since: int) -> dict[str, Notice]:
    """By the names of ``people``: what they were told after the notice ``since``; everybody once."""
    names = {user.pk: name for name, user in people.items()}
    found = [(names[notice.recipient_id], notice) for notice in Notice.objects.filter(pk__gt=since)]
    assert len(found) == len(dict(found))
    return dict(found)


def last() -> int:
    newest = Notice.objects.order_by("pk").last()
    return newest.pk if newest else 0


@pytest.mark.parametrize("act", EXPECTED)
def test_each_act_tells_those_whose_turn_it_becomes_and_those_whom_it_concerns(act: Act) -> None:
    status, actor, asked, informed = EXPECTED[act]
    line = prepare(status, act)
    people, before = seconds(line), last()

    do(act, line, people[actor])

    found = told(people, before)
    assert set(found) == asked | informed
    assert {name for name, notice in found.items() if "：" in notice.text.partition("\n")[2]} == asked
    event = line.filing.events.get(number=line.filing.events.count())
    assert {(notice.event_id, notice.filing_id) for notice in found.values()} == {(event.pk, line.filing.pk)}
    unit, desk = f"/filings/{line.filing.pk}/", f"/desk/assessment/filing/{line.filing.pk}/change/"
    assert {name: notice.link for name, notice in found.items()} == {
        name: unit if name.startswith(("preparer", "head")) else desk for name in found
    }


@pytest.mark.parametrize("act", EXPECTED)
def test_the_line_on_the_button_names_exactly_those_who_are_told_then(act: Act) -> None:
    status, actor, *_ = EXPECTED[act]
    line = prepare(status, act)
    people, before = seconds(line), last()
    for name, user in people.items():
        user.name = name
        user.save()
    line.filing.refresh_from_db()

    said = notices.lines(line.filing, [act], by=people[actor])[act.value]
    do(act, line, people[actor])

    named = {part.partition("（")[0] for part in str(said["text"]).removeprefix("将通知：").split("、")}
    assert (named, said["lacking"]) == (set(told(people, before)), False)


@pytest.mark.parametrize("act", [Act.EDIT, Act.WAIVE, Act.REVIEW])
def test_an_act_that_leaves_the_turn_where_it_is_tells_nobody_and_has_no_line(act: Act) -> None:
    line = Line(S.UNDER_REVIEW if act is Act.REVIEW else S.DRAFT)
    before = last()

    do(act, line, line.reviewer if act is Act.REVIEW else line.lead if act is Act.WAIVE else line.preparer)

    assert last() == before
    assert notices.lines(line.filing, [act], by=line.preparer) == {}


def test_the_roles_on_a_button_are_called_as_everywhere() -> None:
    assert {turn.value: label for turn, label in ROLES.items()} == {
        role.value: role.label for role in Role if role not in (Role.ADMINISTRATOR, Role.AUDITOR)
    }


def test_opening_a_round_tells_the_preparers_of_each_unit_once() -> None:
    round_ = make_round(make_unit().parent)  # type: ignore[arg-type]
    unit = make_unit(round_.department, "第二单位")
    preparer, other = make_user(Role.PREPARER, unit), make_user(Role.PREPARER, unit)
    make_user(Role.HEAD, unit)

    assert [open_filings(round_), open_filings(round_)] == [3, 0]

    filing = Filing.objects.get(unit=unit)
    assert list(Notice.objects.order_by("pk").values_list("recipient", "filing", "event", "title", "text")) == [
        (user.pk, filing.pk, None, "第二单位 2022 年度自评材料已开通", "请填报，完成后提请签批。\n报送截止：2023年4月20日（已过）")
        for user in (preparer, other)
    ]


def test_a_refused_act_and_one_that_is_rolled_back_tell_nobody() -> None:
    line = Line()
    before = last()

    with pytest.raises(DomainError):
        signoff.request_signoff(line.filing.pk, by=line.head)
    with pytest.raises(RuntimeError), transaction.atomic():
        signoff.request_signoff(line.filing.pk, by=line.preparer, filled_on=date(2023, 4, 18))
        assert Notice.objects.filter(recipient=line.head).count() == 1
        raise RuntimeError

    assert (last(), Filing.objects.get(pk=line.filing.pk).status) == (before, S.DRAFT)


def test_who_asked_for_the_signature_is_not_told_to_sign_and_the_button_says_that_nobody_can() -> None:
    line = Line()
    line.head.memberships.all().delete()
    grant(line.preparer, line.unit, Role.HEAD)

    said = notices.lines(line.filing, [Act.REQUEST_SIGNOFF], by=line.preparer)
    before = last()
    do(Act.REQUEST_SIGNOFF, line, line.preparer)

    assert said == {"request_signoff": {"text": "暂无人可通知：本单位没有可签批的负责人，请联系系统管理员", "lacking": True}}
    assert last() == before


def test_who_reviewed_is_not_told_to_approve() -> None:
    line = prepare(S.UNDER_REVIEW, Act.RECOMMEND)
    grant(line.reviewer, line.department, Role.LEAD)

    review.recommend(line.filing.pk, by=line.reviewer)

    assert list(line.filing.notices.filter(title__contains="提请审定").values_list("recipient", flat=True)) == [line.lead.pk]


def test_who_filed_for_the_unit_and_works_for_the_office_now_is_not_told_to_review() -> None:
    line = Line(S.AWAITING_SIGNOFF)
    line.preparer.memberships.all().delete()
    grant(line.preparer, line.department, Role.REVIEWER)

    line.sign()

    assert list(line.filing.notices.filter(title__contains="签批报送").values_list("recipient", flat=True)) == [line.reviewer.pk]


@pytest.mark.parametrize("lost", ["ended", "not begun", "disabled", "elsewhere", "administrator"])
def test_who_holds_the_role_no_more_or_not_yet_is_not_told(lost: str) -> None:
    line = Line(S.AWAITING_SIGNOFF)
    other = make_user(Role.REVIEWER, line.department)
    today = timezone.localdate()
    if lost == "disabled":
        User.objects.filter(pk=other.pk).update(is_active=False)
    elif lost == "administrator":
        grant(other, line.department, Role.ADMINISTRATOR)
    else:
        changes = {
            "ended": {"valid_to": today - timedelta(days=1)},
            "not begun": {"valid_from": today + timedelta(days=1)},
            "elsewhere": {"unit": make_unit(line.department)},
        }
        other.memberships.update(**changes[lost])

    line.sign()

    assert Notice.objects.filter(recipient=other).count() == 0
    assert Notice.objects.filter(recipient=line.reviewer).count() == 1


def test_acting_on_a_filing_reads_what_one_was_told_of_it_and_nothing_else() -> None:
    line = Line(S.AWAITING_SIGNOFF)
    other = make_user(Role.HEAD, line.unit)
    signoff.hand_back(line.filing.pk, by=line.head, reason="请补充")
    do(Act.REQUEST_SIGNOFF, line, line.preparer)

    unread = set(Notice.objects.unread().values_list("recipient", "title"))

    name = f"{line.unit} 2022 年度自评材料"
    assert unread == {(line.head.pk, f"{name}已提请签批"), (other.pk, f"{name}已提请签批")}


@pytest.mark.parametrize(
    ("email", "server", "stored"),
    [
        ("head@example.cn", True, ("waiting", "head@example.cn", "")),
        ("", True, ("none", "", "没有登记邮箱")),
        ("head@example.cn", False, ("none", "", "没有配置邮件服务")),
    ],
)
def test_a_mail_waits_for_those_who_have_an_address_where_there_is_a_server(
    settings: LazySettings, email: str, server: bool, stored: tuple[str, str, str]
) -> None:
    settings.SENDS_MAIL = server
    line = Line()
    User.objects.filter(pk=line.head.pk).update(email=email)

    do(Act.REQUEST_SIGNOFF, line, line.preparer)

    notice = line.head.notices.get()
    assert (notice.mail, notice.address, notice.error) == stored
    assert Notice.objects.due(timezone.now()).count() == (stored[0] == "waiting")


def test_opening_a_filing_twice_tells_once() -> None:
    line = Line(filled=False)

    open_filing(line.filing.round, line.unit)

    assert Notice.objects.count() == 1
