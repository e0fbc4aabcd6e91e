"""Signing in and out, changing one's password, and the pause after five wrong ones."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from tests.browsing import messages, read, send, signed_in
from tests.factories import PASSWORD, Line, make_department, make_unit, make_user
from units.models import Role, User

pytestmark = pytest.mark.django_db

SIGN_IN, PASSWORD_PAGE = "/account/sign-in/", "/account/password/"
WRONG = "用户名或密码不正确，请注意大小写"
NEW = "brand-new-secret-7"


def sign_in(client: Client, user: User | str, password: str = PASSWORD, address: str = SIGN_IN) -> Any:
    name = user if isinstance(user, str) else user.username
    return send(client, client.get(address), "main form", username=name, password=password)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("assessment:mine")).status_code == 200


@pytest.mark.parametrize("role", [Role.PREPARER, Role.HEAD, None])
def test_who_works_for_a_unit_comes_to_the_filings(client: Client, role: Role | None) -> None:
    user = make_user(role, make_unit())

    page = sign_in(client, user)

    assert page.redirect_chain == [("/home/", 302), (reverse("assessment:mine"), 302)]
    assert (read(page).texts(".who a")[-1], read(page).texts("nav a")) == (user.name, ["公开查询", "自评材料"])


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_works_for_the_office_comes_to_the_desk(client: Client, role: Role) -> None:
    page = sign_in(client, make_user(role, make_department()))

    assert (page.redirect_chain, page.status_code) == ([("/home/", 302), ("/desk/", 302)], 200)


@pytest.mark.parametrize(
    ("wanted", "reached"), [("/filings/", "/filings/"), ("https://example.org/", "/home/"), ("//example.org/", "/home/"), ("", "/home/")]
)
def test_one_comes_back_to_where_one_wanted_to_go_within_this_site(client: Client, wanted: str, reached: str) -> None:
    page = sign_in(client, make_user(Role.PREPARER, make_unit()), address=f"{SIGN_IN}?next={wanted}")

    assert page.redirect_chain[0] == (reached, 302)


@pytest.mark.parametrize(("name", "password"), [("user", "wrong-horse-9"), ("nobody", PASSWORD), ("USER", PASSWORD), ("gone", PASSWORD)])
def test_a_wrong_name_a_wrong_password_and_a_closed_account_are_refused_in_the_same_words(client: Client, name: str, password: str) -> None:
    user, gone = make_user(Role.PREPARER, make_unit()), make_user()
    User.objects.filter(pk=user.pk).update(username="user")
    User.objects.filter(pk=gone.pk).update(username="gone", is_active=False)

    page = sign_in(client, name, password)

    assert (page.status_code, read(page).texts("main form .alert"), is_signed_in(client)) == (200, [WRONG], False)
    assert read(page).one("#id_username").attributes["value"] == name
    assert "value" not in read(page).one("#id_password").attributes


def test_an_empty_form_is_refused_at_its_fields(client: Client) -> None:
    page = sign_in(client, "", "")

    assert (read(page).one("#error_1_id_username").text, read(page).one("#error_1_id_password").text) == ("这个字段是必填项。",) * 2


def test_signing_out_leads_to_the_portal_and_closes_every_page() -> None:
    client = signed_in(make_user(Role.PREPARER, make_unit()))
    page = client.get(reverse("assessment:mine"))

    left = send(client, page, ".who form")

    assert (left.redirect_chain, is_signed_in(client)) == ([("/", 302)], False)
    assert client.get(reverse("units:sign_out")).status_code == 405


def test_a_form_from_another_site_is_not_taken() -> None:
    line, client = Line(), Client(enforce_csrf_checks=True)
    client.force_login(line.preparer)

    refused = client.post(reverse("assessment:request_signoff", args=[line.filing.pk]), {"filled_on": "2023-04-23"})

    line.filing.refresh_from_db()
    assert (refused.status_code, read(refused).one("h1").text, line.filing.status) == (403, "页面已失效", "draft")


def change(client: Client, old: str, new: str, again: str | None = None) -> Any:
    page = client.get(PASSWORD_PAGE)
    return send(client, page, "main form", old_password=old, new_password1=new, new_password2=new if again is None else again)


def test_a_changed_password_ends_the_other_sessions_and_opens_the_next(client: Client) -> None:
    user = make_user(Role.PREPARER, make_unit())
    here, elsewhere = signed_in(user), signed_in(user)

    page = change(here, PASSWORD, NEW)

    assert (page.redirect_chain, read(page).one("main h1").text) == ([("/account/password/done/", 302)], "密码已修改")
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
    assert read(sign_in(client, user)).texts("main form .alert") == [WRONG]
    assert sign_in(client, user, NEW).status_code == 200
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("old", "new", "again", "field", "message"),
    [
        ("wrong-horse-9", NEW, NEW, "old_password", "你的旧密码不正确。请重新输入。"),
        (PASSWORD, NEW, "another-secret-7", "new_password2", "输入的两个密码不一致。"),
        (PASSWORD, "4863917250", "4863917250", "new_password2", "密码只包含数字。"),
        (PASSWORD, "user-of-this", "user-of-this", "new_password2", "密码跟 用户名 太相似了。"),
        (PASSWORD, "password123", "password123", "new_password2", "这个密码太常见了。"),
    ],
)
def test_a_password_that_cannot_stand_is_refused_at_its_field(old: str, new: str, again: str, field: str, message: str) -> None:
    user = make_user(Role.PREPARER, make_unit())
    User.objects.filter(pk=user.pk).update(username="user-of-that")

    page = change(signed_in(user), old, new, again)

    assert [item.text for item in read(page).select("main .invalid-feedback")] == [message]
    assert read(page).one(f"#error_1_id_{field}").text == message
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def five_times_wrong(client: Client, user: User) -> Any:
    for _ in range(4):
        assert sign_in(client, user, "wrong-horse-9").status_code == 200
    return sign_in(client, user, "wrong-horse-9")


def test_after_five_wrong_passwords_the_account_pauses_for_a_quarter_of_an_hour(client: Client) -> None:
    user = make_user(Role.PREPARER, make_unit())

    fifth = five_times_wrong(client, user)
    right = sign_in(client, user)

    said = "密码连续输错 5 次，这个账号在本机暂停登录 15 分钟。如果忘记了密码，请联系系统管理员重设。"
    for page in (fifth, right):
        assert (page.status_code, read(page).one("main h1").text, read(page).one("main section p").text) == (429, "暂时不能登录", said)
    assert not is_signed_in(client)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=15, seconds=1))
    sign_in(client, user)
    assert is_signed_in(client)


def test_the_pause_holds_for_this_person_at_this_place_only(client: Client) -> None:
    user, colleague = make_user(Role.PREPARER, make_unit()), make_user(Role.HEAD, make_unit())
    five_times_wrong(client, user)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")

    sign_in(client, colleague)
    sign_in(elsewhere, user)

    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, True)


def test_a_pause_does_not_end_a_session_that_is_open(client: Client) -> None:
    user = make_user(Role.PREPARER, make_unit())
    open_session = signed_in(user)
    five_times_wrong(client, user)

    assert is_signed_in(open_session)
    assert messages(open_session.get(reverse("assessment:mine"))) == []
