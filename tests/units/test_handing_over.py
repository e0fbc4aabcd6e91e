"""Handing a unit's role to a colleague: at once, for good or for a time, and never so that one person is left with both."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Filing
from assessment.services import signoff
from tests.browsing import messages, read, send, signed_in
from tests.factories import Line, make_unit, make_user
from units.handing_over import colleagues, hand_over
from units.models import BudgetUnit, HandOver, Membership, Role, User

pytestmark = pytest.mark.django_db

NOT_HELD = "您现在不承担这个角色，不能移交"
NOBODY = "只能移交给本单位没有承担其他角色的人员；没有合适的人员，请联系系统管理员开通账号"
ROLES = "units:roles"


def former(unit: BudgetUnit, role: Role = Role.PREPARER) -> User:
    """Somebody whose role at the unit ended."""
    user = make_user(role, unit)
    Membership.objects.filter(user=user).update(valid_to=date(2020, 1, 1))
    return user


def held(user: User) -> Membership:
    return Membership.objects.get(user=user)


def roles_on(day: date, unit: BudgetUnit) -> dict[str, set[str]]:
    """Who holds what at the unit on a day."""
    rows = Membership.objects.filter(unit=unit)
    on = [row for row in rows if (row.valid_from or day) <= day <= (row.valid_to or day)]
    return {role: {row.user.username for row in on if row.role == role} for role in ("preparer", "head")}


def refusal(*arguments: object, **named: object) -> str:
    before = list(Membership.objects.order_by("pk").values())
    with pytest.raises(ValidationError) as error:
        hand_over(*arguments, **named)  # type: ignore[arg-type]
    assert (list(Membership.objects.order_by("pk").values()), HandOver.objects.count()) == (before, 0)
    return str(error.value.messages[0])


def test_a_role_goes_over_at_once_and_the_one_who_gave_it_has_it_no_more() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    taker = former(line.unit)

    hand_over(held(line.head).pk, by=line.head, to=taker)

    assert roles_on(timezone.localdate(), line.unit) == {"preparer": {line.preparer.username}, "head": {taker.username}}
    assert not Filing.objects.visible_to(line.head).exists()
    line.filing.refresh_from_db()
    signoff.sign(line.filing.pk, by=taker, digest_seen=signoff.digest_now(line.filing))


def test_a_role_handed_over_until_a_day_is_back_the_day_after() -> None:
    line = Line()
    taker, today = former(line.unit), timezone.localdate()
    until = today + timedelta(days=5)

    hand_over(held(line.preparer).pk, by=line.preparer, to=taker, until=until)

    assert roles_on(today, line.unit)["preparer"] == {taker.username}
    assert roles_on(until, line.unit)["preparer"] == {taker.username}
    assert roles_on(until + timedelta(days=1), line.unit)["preparer"] == {line.preparer.username}


@pytest.mark.parametrize("further", [None, 300])
def test_a_stand_in_gives_no_more_than_they_hold(further: int | None) -> None:
    line, today = Line(), timezone.localdate()
    stand_in, third = former(line.unit), former(line.unit)
    hand_over(held(line.preparer).pk, by=line.preparer, to=stand_in, until=today + timedelta(days=3))

    made = hand_over(held(stand_in).pk, by=stand_in, to=third, until=today + timedelta(days=further) if further else None)

    assert made.until == today + timedelta(days=3)
    on = [roles_on(today + timedelta(days=days), line.unit)["preparer"] for days in (0, 3, 4, 400)]
    assert on == [{third.username}, {third.username}, {line.preparer.username}, {line.preparer.username}]


def test_a_stand_in_gives_back_early_and_for_good_only() -> None:
    line, today = Line(), timezone.localdate()
    stand_in = former(line.unit)
    hand_over(held(line.preparer).pk, by=line.preparer, to=stand_in, until=today + timedelta(days=3))

    with pytest.raises(ValidationError) as refused:
        hand_over(held(stand_in).pk, by=stand_in, to=line.preparer, until=today + timedelta(days=1))
    hand_over(held(stand_in).pk, by=stand_in, to=line.preparer)

    own = f"{line.preparer}自 {today + timedelta(days=4):%Y-%m-%d} 起自己承担这个角色"
    assert refused.value.messages == [f"{own}；现在就交还的，请不填“代办至”"]
    assert [roles_on(today + timedelta(days=days), line.unit)["preparer"] for days in (0, 2, 5, 400)] == [{line.preparer.username}] * 4


def test_who_held_the_role_before_takes_it_again() -> None:
    line = Line()
    taker = former(line.unit, Role.HEAD)

    hand_over(held(line.head).pk, by=line.head, to=taker)

    assert Membership.objects.filter(user=taker).count() == 1
    assert roles_on(timezone.localdate(), line.unit)["head"] == {taker.username}


def test_colleagues_are_the_unit_s_own_active_people_without_a_role_today() -> None:
    line = Line()
    free, gone = former(line.unit), former(line.unit)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    former(make_unit(line.department))
    make_user(Role.REVIEWER, line.department)

    assert list(colleagues(held(line.preparer))) == [free]


def test_nobody_is_left_with_both_roles_and_nobody_outside_takes_one() -> None:
    line, other = Line(), Line()

    for to in (line.head, other.preparer, line.reviewer, line.preparer):
        assert refusal(held(line.preparer).pk, by=line.preparer, to=to) == NOBODY


def test_only_one_s_own_role_of_today_can_be_handed_over() -> None:
    line = Line()
    taker = former(line.unit)

    assert refusal(held(line.head).pk, by=line.preparer, to=taker) == NOT_HELD
    assert refusal(held(line.reviewer).pk, by=line.reviewer, to=taker) == NOT_HELD
    assert refusal(held(taker).pk, by=taker, to=line.head) == NOT_HELD


def test_a_last_day_in_the_past_is_refused() -> None:
    line = Line()
    yesterday = timezone.localdate() - timedelta(days=1)

    assert refusal(held(line.head).pk, by=line.head, to=former(line.unit), until=yesterday) == "代办的最后一天不能早于今天"


def test_what_was_handed_over_is_on_record_for_good() -> None:
    line = Line()
    taker = former(line.unit)
    made = hand_over(held(line.head).pk, by=line.head, to=taker)

    assert (made.unit, made.role, made.giver, made.taker, made.until) == (line.unit, "head", line.head, taker, None)
    for change in (lambda: made.delete(), lambda: HandOver.objects.update(role="preparer")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_page_hands_over_and_says_so() -> None:
    line = Line()
    taker = former(line.unit)
    client = signed_in(line.head)

    page = send(client, client.get(reverse(ROLES)), changes={"taker": str(taker.pk)})

    assert messages(page) == [f"已把“单位负责人”移交给{taker.name}"]
    assert read(page).texts(".card-plain h2") == []


def test_the_page_tells_what_is_missing_and_takes_no_other_role() -> None:
    line = Line()
    former(line.unit)
    client = signed_in(line.head)
    page = client.get(reverse(ROLES))

    answer = send(client, page)
    assert (answer.status_code, "请选择接手人" in read(answer).text) == (422, True)
    answer = send(client, page, changes={"membership": str(held(line.preparer).pk)})
    assert messages(answer) == [NOT_HELD]


def test_who_holds_no_unit_s_role_has_nothing_to_hand_over() -> None:
    line = Line()

    assert read(signed_in(line.reviewer).get(reverse(ROLES))).texts(".empty h2") == ["没有可以移交的角色"]
