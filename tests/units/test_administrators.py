"""Administrators keep the units and people of their own department, and of no other."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.browsing import errors_of, messages, read, send, signed_in
from tests.factories import PASSWORD, make_department, make_unit, make_user
from units.models import BudgetUnit, Membership, Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

UNITS, PEOPLE = "/desk/units/budgetunit/", "/desk/units/user/"
NOT_OFFERED = "选择一个有效的选项： 该选择不在可用的选项中。"


class Desk:
    """An administrator at their desk, and another department that is none of their business."""

    def __init__(self) -> None:
        self.department, self.foreign = make_department(), make_department("另一部门")
        self.unit, self.foreign_unit = make_unit(self.department), make_unit(self.foreign, "另一单位")
        self.administrator = make_user(Role.ADMINISTRATOR, self.department)
        self.client = signed_in(self.administrator)

    def edit(self, thing: BudgetUnit | User, **changes: str) -> Any:
        """Open the page of a unit or a person, type ``changes`` and save."""
        name = "budgetunit" if isinstance(thing, BudgetUnit) else "user"
        page = self.client.get(reverse(f"admin:units_{name}_change", args=[thing.pk]))
        return send(self.client, page, f"#{name}_form", changes)

    def add(self, kind: str, **typed: str) -> Any:
        return send(self.client, self.client.get(reverse(f"admin:units_{kind}_add")), f"#{kind}_form", typed)

    def listed(self, address: str) -> list[str]:
        return read(self.client.get(address)).texts("#result_list tbody th")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_lists_hold_the_own_department_s_units_and_people_only(desk: Desk) -> None:
    preparer, _without_role = make_user(Role.PREPARER, desk.unit), make_user()
    make_user(Role.PREPARER, desk.foreign_unit)
    grant(make_user(Role.REVIEWER, desk.department), desk.foreign, Role.AUDITOR)

    assert desk.listed(UNITS) == [desk.department.code, desk.unit.code]
    assert desk.listed(PEOPLE) == sorted(person.username for person in (desk.administrator, preparer))


def test_units_and_people_of_another_department_are_not_opened_and_not_written(desk: Desk) -> None:
    stranger = make_user(Role.HEAD, desk.foreign_unit)
    pages = [
        reverse("admin:units_budgetunit_change", args=[desk.foreign_unit.pk]),
        reverse("admin:units_budgetunit_change", args=[desk.foreign.pk]),
        reverse("admin:units_user_change", args=[stranger.pk]),
    ]
    password = reverse("admin:auth_user_password_change", args=[stranger.pk])

    for address in pages:
        for answer in (desk.client.get(address), desk.client.post(address, {"name": "改", "code": "X", "username": "x"})):
            assert (answer.status_code, answer.url) == (302, "/desk/")
    written = desk.client.post(password, {"password1": "brand-new-secret-7", "password2": "brand-new-secret-7"})
    assert (desk.client.get(password).status_code, written.status_code) == (404, 404)
    stranger.refresh_from_db()
    desk.foreign_unit.refresh_from_db()
    assert (stranger.check_password(PASSWORD), desk.foreign_unit.name) == (True, "另一单位")


def test_a_new_unit_stands_under_one_of_the_own_department(desk: Desk) -> None:
    offered = read(desk.client.get(reverse("admin:units_budgetunit_add"))).texts("#id_parent option")

    page = desk.add("budgetunit", code="N001", name="新单位", parent=str(desk.unit.pk))

    assert offered == ["---------", desk.department.name, desk.unit.name]
    assert page.redirect_chain == [(UNITS, 302)]
    assert BudgetUnit.objects.get(code="N001").path == f"{desk.department.code}/{desk.unit.code}/N001/"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"parent": ""}, {"parent": ["这个字段是必填项。"]}),
        ({"parent": "foreign"}, {"parent": [NOT_OFFERED]}),
        ({"successor": "foreign"}, {"successor": [NOT_OFFERED]}),
        ({"code": "含 空格"}, {"code": ["只能用数字、大写字母和连字符"]}),
        ({"code": "A/B"}, {"code": ["只能用数字、大写字母和连字符"]}),
        ({"code": "taken"}, {"code": ["具有 单位代码 的 预算单位 已存在。"]}),
        ({"valid_from": "2023-01-01", "valid_to": "2022-12-31"}, {"valid_to": ["停用日期不能早于启用日期"]}),
    ],
)
def test_a_unit_that_cannot_stand_is_refused_at_its_field(desk: Desk, changes: dict[str, str], errors: dict[str, list[str]]) -> None:
    known = {"foreign": str(desk.foreign_unit.pk), "taken": desk.foreign_unit.code}
    typed = {"code": "N001", "name": "新单位", "parent": str(desk.unit.pk)} | {
        key: known.get(value, value) for key, value in changes.items()
    }
    before = BudgetUnit.objects.count()

    page = desk.add("budgetunit", **typed)

    assert (page.status_code, page.redirect_chain, errors_of(page), BudgetUnit.objects.count()) == (200, [], errors, before)


@pytest.mark.parametrize("parent", ["itself", "below"])
def test_a_unit_does_not_stand_under_itself(desk: Desk, parent: str) -> None:
    below = make_unit(desk.unit, "下属单位")

    page = desk.edit(desk.unit, parent=str((desk.unit if parent == "itself" else below).pk))

    assert errors_of(page) == {"parent": ["上级单位不能是本单位或其下级"]}
    desk.unit.refresh_from_db()
    assert desk.unit.parent == desk.department


def test_a_unit_is_not_raised_to_a_department(desk: Desk) -> None:
    page = desk.edit(desk.unit, parent="")

    assert errors_of(page) == {"parent": ["这个字段是必填项。"]}
    desk.unit.refresh_from_db()
    assert (desk.unit.parent, desk.unit.path) == (desk.department, f"{desk.department.code}/{desk.unit.code}/")


def test_a_unit_moves_with_everything_under_it(desk: Desk) -> None:
    sister, below = make_unit(desk.department, "另一下属"), make_unit(desk.unit, "下属单位")

    desk.edit(desk.unit, parent=str(sister.pk), code="MOVED")

    below.refresh_from_db()
    assert below.path == f"{desk.department.code}/{sister.code}/MOVED/{below.code}/"


def test_a_person_is_added_and_given_a_role_within_the_department(desk: Desk) -> None:
    page = desk.add(
        "user",
        username="newcomer",
        name="新同事",
        password1=PASSWORD,
        password2=PASSWORD,
        **{"memberships-0-unit": str(desk.unit.pk), "memberships-0-role": "preparer", "memberships-0-valid_to": "2024-12-31"},
    )

    user = User.objects.get(username="newcomer")
    assert (page.status_code, user.name, user.check_password(PASSWORD), user.is_staff, user.is_superuser) == (
        200,
        "新同事",
        True,
        False,
        False,
    )
    assert list(user.memberships.values_list("unit", "role", "valid_from", "valid_to")) == [
        (desk.unit.pk, "preparer", None, date(2024, 12, 31))
    ]


def test_a_person_with_a_weak_password_is_not_added(desk: Desk) -> None:
    role = {"memberships-0-unit": str(desk.unit.pk), "memberships-0-role": "preparer"}
    typed = {"username": "newcomer", "name": "新同事", "password1": "password123", "password2": "password123"}
    page = desk.add("user", **typed, **role)

    assert errors_of(page) == {"password2": ["这个密码太常见了。"]}
    assert not User.objects.filter(username="newcomer").exists()


def test_a_person_without_a_role_is_not_added_since_nobody_could_keep_the_account(desk: Desk) -> None:
    desk.add("user", username="newcomer", name="新同事", password1=PASSWORD, password2=PASSWORD)

    assert not User.objects.filter(username="newcomer").exists()


def test_nobody_gives_roles_to_themselves(desk: Desk) -> None:
    own = desk.administrator
    page = desk.client.get(reverse("admin:units_user_change", args=[own.pk]))
    assert read(page).select("#memberships-group select") == []

    forged = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-user": str(own.pk)}
    forged |= {"memberships-0-unit": str(desk.department.pk), "memberships-0-role": "lead", "username": own.username, "name": own.name}
    desk.client.post(reverse("admin:units_user_change", args=[own.pk]), forged)

    assert list(own.memberships.values_list("role", flat=True)) == ["administrator"]


@pytest.mark.parametrize("target", ["foreign", "foreign_unit"])
@pytest.mark.parametrize("role", ["preparer", "administrator"])
def test_no_role_is_given_at_a_unit_of_another_department(desk: Desk, target: str, role: str) -> None:
    person = make_user(Role.HEAD, desk.unit)
    forged = {"memberships-1-unit": str(getattr(desk, target).pk), "memberships-1-role": role}

    page = desk.edit(person, **forged)

    assert errors_of(page) == {"memberships-1-unit": [NOT_OFFERED]}
    assert read(page).texts("#id_memberships-1-unit option") == ["---------", desk.department.name, desk.unit.name]
    assert list(person.memberships.values_list("unit", "role")) == [(desk.unit.pk, "head")]


def test_a_role_that_is_held_already_is_moved_nowhere_else(desk: Desk) -> None:
    person = make_user(Role.HEAD, desk.unit)

    page = desk.edit(person, **{"memberships-0-unit": str(desk.foreign_unit.pk)})

    assert errors_of(page) == {"memberships-0-unit": [NOT_OFFERED]}
    assert Membership.objects.get(user=person).unit == desk.unit


@pytest.mark.parametrize("count", [1, 2])
def test_the_same_role_twice_is_refused_in_words(desk: Desk, count: int) -> None:
    person = make_user(Role.HEAD, desk.unit)
    twice = {"memberships-TOTAL_FORMS": "3"}
    for place in range(1, 1 + count):
        twice |= {
            f"memberships-{place}-unit": str(desk.unit.pk),
            f"memberships-{place}-role": "head",
            f"memberships-{place}-user": str(person.pk),
        }

    page = desk.edit(person, **twice)

    said = ["此人在该单位已有这个角色，请改原有的起止日期"]
    assert errors_of(page) == {f"memberships-{place}-role": said for place in range(1, 1 + count)}
    assert person.memberships.count() == 1


def test_a_password_is_reset_and_opens_the_account(desk: Desk, client: Client) -> None:
    person, new = make_user(Role.HEAD, desk.unit), "brand-new-secret-7"
    page = desk.client.get(reverse("admin:auth_user_password_change", args=[person.pk]))

    done = send(desk.client, page, "#user_form", password1=new, password2=new)

    person.refresh_from_db()
    assert (messages(done), person.check_password(new)) == (["密码修改成功。"], True)


def test_a_closed_account_is_out_at_once_and_its_history_stays(desk: Desk) -> None:
    person = make_user(Role.HEAD, desk.unit)
    theirs = signed_in(person)

    page = desk.edit(person, is_active=[])

    person.refresh_from_db()
    assert (page.redirect_chain, person.is_active, person.memberships.count()) == ([(PEOPLE, 302)], False, 1)
    assert theirs.get(reverse("assessment:mine")).status_code == 302
    assert desk.client.post(reverse("admin:units_user_delete", args=[person.pk]), {"post": "yes"}).status_code == 403
    assert desk.client.post(reverse("admin:units_budgetunit_delete", args=[desk.unit.pk]), {"post": "yes"}).status_code == 403


def test_an_administrator_of_a_unit_below_keeps_no_account_above(desk: Desk) -> None:
    client = signed_in(make_user(Role.ADMINISTRATOR, desk.unit))
    preparer = make_user(Role.PREPARER, desk.unit)

    assert read(client.get(PEOPLE)).texts("#result_list tbody th")[-1] == preparer.username
    assert client.get(reverse("admin:units_user_change", args=[desk.administrator.pk])).url == "/desk/"
    assert read(client.get(UNITS)).texts("#result_list tbody th") == [desk.unit.code]


def test_an_address_for_mails_is_given_with_a_new_account_and_changed_later(desk: Desk) -> None:
    typed = {"username": "new", "name": "新人", "password1": PASSWORD, "password2": PASSWORD, "email": "new@example.cn"}
    desk.add("user", **typed, **{"memberships-0-unit": str(desk.unit.pk), "memberships-0-role": "preparer"})
    person = User.objects.get(username="new")
    first = person.email

    desk.edit(person, email="newer@example.cn")

    person.refresh_from_db()
    assert (first, person.email) == ("new@example.cn", "newer@example.cn")
    assert "newer@example.cn" in [cell.text for cell in read(desk.client.get(PEOPLE)).select(".field-email")]


@pytest.mark.parametrize("typed", ["not an address", "a@example.cn, b@example.cn", "a@example.cn\r\nBcc: b@example.cn"])
def test_what_is_no_address_is_refused_at_its_field(desk: Desk, typed: str) -> None:
    person = make_user(Role.PREPARER, desk.unit)

    answer = desk.edit(person, email=typed)

    assert errors_of(answer)["email"] == ["输入一个有效的 Email 地址。"]
    person.refresh_from_db()
    assert person.email == ""
