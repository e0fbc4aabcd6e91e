"""The first department and its administrator, by command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessment import permissions
from units.models import BudgetUnit, Membership, Role, User
from units.services import add_unit

pytestmark = pytest.mark.django_db

NAME = "某市人力资源和社会保障局"


def add_department(*arguments: str) -> list[str]:
    """What the command prints, line by line."""
    out = StringIO()
    call_command("add_department", *arguments, stdout=out)
    return out.getvalue().splitlines()


def rows() -> tuple[list[str], list[str], int]:
    units = BudgetUnit.objects.values_list("code", flat=True)
    people = User.objects.values_list("username", flat=True)
    return list(units), list(people), Membership.objects.count()


def test_an_empty_installation_gets_its_department_and_an_administrator():
    add_department("Z301", NAME, "--administrator", "admin", "--person", "张工")

    unit, user = BudgetUnit.objects.get(), User.objects.get()
    assert (unit.code, unit.name, unit.parent, unit.path) == ("Z301", NAME, None, "Z301/")
    assert (user.username, user.name, user.is_active, user.is_superuser) == ("admin", "张工", True, False)
    assert list(Membership.objects.values_list("user", "unit", "role")) == [(user.pk, unit.pk, Role.ADMINISTRATOR)]
    assert (permissions.sees_desk(user), permissions.administers(user)) == (True, True)


def test_the_printed_password_is_the_administrators_and_is_printed_once():
    lines = add_department("Z301", NAME, "--administrator", "admin")

    password = lines[-1].split()[1]
    assert lines == [
        f"Department:    {NAME} (Z301)",
        "Administrator: admin",
        f"Password:      {password}   (shown this once; change it after signing in)",
    ]
    assert User.objects.get().check_password(password)


def test_two_departments_get_different_passwords():
    first = add_department("Z301", NAME, "--administrator", "admin")[-1]
    second = add_department("Z302", "某市教育局", "--administrator", "admin2")[-1]

    assert first != second
    assert rows() == (["Z301", "Z302"], ["admin", "admin2"], 2)


def test_an_administrator_without_a_name_is_named_after_the_role():
    add_department("Z301", NAME, "--administrator", "admin")

    assert User.objects.get().name == "系统管理员"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Z 301", NAME, "--administrator", "admin"), "Department Z 301: 只能用数字、大写字母和连字符"),
        (("", NAME, "--administrator", "admin"), "Department : 此字段不能为空。"),
        (("Z301", "", "--administrator", "admin"), "Department Z301: 此字段不能为空。"),
        (("B001", NAME, "--administrator", "admin"), "Department B001: 具有 单位代码 的 预算单位 已存在。"),
        (
            ("Z301", NAME, "--administrator", "a b"),
            "Administrator a b: 请输入合法的用户名。只能包含英文字母、数字、特殊字符“@”、“.”、“-”和“_”。",
        ),
        (("Z301", NAME, "--administrator", "taken"), "Administrator taken: 已存在一位使用该名字的用户。"),
        (("Z301", NAME, "--administrator", "admin", "--person", ""), "Administrator admin: 此字段不能为空。"),
    ],
)
def test_what_cannot_be_added_is_refused_with_its_name_and_reason_and_nothing_is_kept(arguments: tuple[str, ...], message: str):
    add_unit("B001", "某市教育局")
    User.objects.create(username="taken", name="李工")

    with pytest.raises(CommandError) as refusal:
        add_department(*arguments)

    assert str(refusal.value) == message
    assert rows() == (["B001"], ["taken"], 0)


def test_a_department_without_an_administrator_is_refused():
    with pytest.raises(CommandError, match="--administrator"):
        add_department("Z301", NAME)

    assert rows() == ([], [], 0)
