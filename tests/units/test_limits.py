"""Limits that every request and every address meets."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.factories import Line
from units.services import client_address

LISTS = ["admin:assessment_filing_changelist", "admin:reports_printjob_changelist", "admin:reports_publication_changelist"]


@pytest.mark.parametrize(("length", "status"), [("26214400", 403), ("26214401", 413), ("abc", 413), ("²", 413), ("", 403)])
def test_a_body_beyond_the_limit_is_refused_before_it_is_read(settings: LazySettings, length: str, status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/sign-in/", {}, CONTENT_LENGTH=length)

    assert (answer.status_code, settings.MAX_BODY_BYTES) == (status, 26214400)


@pytest.mark.parametrize(
    ("header", "said", "expected"),
    [
        ("HTTP_X_REAL_IP", "203.0.113.9", "203.0.113.9"),
        ("HTTP_X_REAL_IP", "2001:db8::1", "2001:db8::1"),
        ("HTTP_X_REAL_IP", "abc", "127.0.0.1"),
        ("HTTP_X_REAL_IP", "", "127.0.0.1"),
        ("", "203.0.113.9", "127.0.0.1"),
    ],
)
def test_the_address_is_the_proxy_s_word_where_it_is_an_address(settings: LazySettings, header: str, said: str, expected: str) -> None:
    settings.CLIENT_ADDRESS_HEADER = header

    assert client_address(RequestFactory().get("/", HTTP_X_REAL_IP=said)) == expected


def test_a_short_password_is_refused_in_chinese() -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password("kurz-7!")

    assert refusal.value.messages == ["密码太短，至少 10 个字符。"]


@pytest.mark.django_db
def test_a_username_too_long_to_record_is_refused_at_its_field(client: Client) -> None:
    answer = client.post(reverse("units:sign_in"), {"username": "x" * 151, "password": "y"})

    assert answer.status_code == 200
    assert "用户名过长" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "asked", ["review_comment__regex=(.%2B)%2B~", "filing__unit__memberships__user__password__startswith=a", "id__gte=1"]
)
def test_a_list_at_the_desk_takes_no_lookup_that_it_does_not_offer(client: Client, name: str, asked: str) -> None:
    client.force_login(Line().reviewer)

    assert client.get(f"{reverse(name)}?{asked}").status_code == 400


@pytest.mark.django_db
def test_a_list_takes_the_lookups_it_offers_and_no_nul(client: Client) -> None:
    client.force_login(Line().reviewer)
    address = reverse("admin:assessment_filing_changelist")

    assert client.get(f"{address}?status__exact=draft&round__fiscal_year=2022").status_code == 200
    assert client.get(f"{address}?status__exact=%00").status_code == 400
