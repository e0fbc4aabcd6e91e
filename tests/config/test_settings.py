"""The settings as each installation starts with them: every test is a process of its own with a bare environment."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.config.environments import python

START = "import django; django.setup()"
PRODUCTION = {
    "SECRET_KEY": "qKz3-Vb8w_Tn5YxR2mJd7Lc4Hs9Fg6Pa1Eu0Io-ZyXwVuTsRqPoNmLkJ",
    "ALLOWED_HOSTS": "jiping.example.cn",
    "DATABASE_URL": "postgres://jiping:password@database/jiping",
    "BROKER_URL": "redis://broker/0",
}
EMBEDDED = {"JIPING_EMBEDDED": "1"}


def answer(code: str, data: Path, **variables: str) -> Any:
    """What ``code`` puts into ``found`` once the settings are read."""
    done = python(
        "-c", f"{START}\nfrom django.conf import settings\nimport json\n{code}\nprint(json.dumps(found))", DATA_DIR=str(data), **variables
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_production_starts_with_these_four(tmp_path: Path):
    assert python("-c", START, DATA_DIR=str(tmp_path), **PRODUCTION).returncode == 0


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", PRODUCTION)
def test_production_refuses_to_start_without_each_of_them_and_names_it(tmp_path: Path, name: str, value: str | None):
    given = {other: text for other, text in PRODUCTION.items() if other != name} | ({} if value is None else {name: value})

    done = python("-c", START, DATA_DIR=str(tmp_path), **given)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: "
        f"Set {name} in the environment (see .env.example), or JIPING_EMBEDDED=1 for the demo on this machine."
    )


def test_production_writes_no_secret_of_its_own(tmp_path: Path):
    data = tmp_path / "data"
    python("-c", START, DATA_DIR=str(data), **PRODUCTION)

    assert list(data.iterdir()) == []


def test_the_demo_makes_its_own_secret_for_its_owner_only_and_keeps_it(tmp_path: Path):
    found = [answer("found = settings.SECRET_KEY", tmp_path, **EMBEDDED) for _ in range(2)]

    path = tmp_path / "secret_key"
    assert found == [path.read_text(), path.read_text()]
    assert len(found[0]) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_demos_have_two_secrets(tmp_path: Path):
    first, second = (answer("found = settings.SECRET_KEY", tmp_path / name, **EMBEDDED) for name in ("one", "two"))

    assert first != second


@pytest.mark.parametrize("given", [EMBEDDED, PRODUCTION], ids=["embedded", "production"])
def test_debug_is_off_whatever_the_environment_says(tmp_path: Path, given: dict[str, str]):
    assert answer("found = settings.DEBUG", tmp_path, DEBUG="1", **given) is False


@pytest.mark.parametrize(("given", "https"), [(EMBEDDED, False), (PRODUCTION, True)], ids=["embedded", "production"])
def test_only_the_demo_is_served_over_plain_http(tmp_path: Path, given: dict[str, str], https: bool):
    names = ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]

    assert answer(f"found = [getattr(settings, name) for name in {names}]", tmp_path, **given) == [https] * 3


MAIL = {"EMAIL_URL": "smtp+tls://jiping:p%40ss@mail.example.cn:587", "MAIL_FROM": "jiping@example.cn"}
MAIL_SETTINGS = """
names = ["SENDS_MAIL", "HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL"]
found = [getattr(settings, name if name == "SENDS_MAIL" else f"EMAIL_{name}") for name in names]
found += [settings.EMAIL_BACKEND.split(".")[-2], settings.DEFAULT_FROM_EMAIL, settings.SITE_URL]
"""


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (
            PRODUCTION | MAIL,
            [True, "mail.example.cn", 587, "jiping", "p@ss", True, False, "smtp", "jiping@example.cn", "https://jiping.example.cn"],
        ),
        (PRODUCTION, [False, "localhost", 25, "", "", False, False, "dummy", "jiping@localhost", "https://jiping.example.cn"]),
        (EMBEDDED, [True, "localhost", 25, "", "", False, False, "console", "jiping@localhost", "http://127.0.0.1:8000"]),
    ],
    ids=["production", "without a server", "embedded"],
)
def test_mail_goes_where_the_environment_says_and_the_demos_to_the_console(tmp_path: Path, given: dict[str, str], stored: list[Any]):
    assert answer(MAIL_SETTINGS, tmp_path, **given) == stored


def test_a_mail_server_needs_a_sender(tmp_path: Path):
    done = python("-c", START, DATA_DIR=str(tmp_path), **PRODUCTION, **(MAIL | {"MAIL_FROM": ""}))

    assert (done.returncode, "Set MAIL_FROM in the environment" in done.stderr) == (1, True)


@pytest.mark.parametrize(("given", "stored"), [("https://jiping.example.cn/", "https://jiping.example.cn"), ("jiping.example.cn", None)])
def test_links_in_mails_begin_with_a_whole_origin(tmp_path: Path, given: str, stored: str | None):
    done = python(
        "-c", f"{START}; from django.conf import settings; print(settings.SITE_URL)", DATA_DIR=str(tmp_path), SITE_URL=given, **PRODUCTION
    )

    assert (done.stdout.strip() or None) == stored
    assert stored or "SITE_URL is a whole origin" in done.stderr


def test_concurrent_writers_of_the_demo_wait_for_each_other(tmp_path: Path):
    """The options of ADR 0002, as the open connection has them."""
    code = """
from django.db import connection
with connection.cursor() as cursor:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas}
found["transaction_mode"] = connection.transaction_mode
"""
    assert answer(code, tmp_path, **EMBEDDED) == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 20_000,
        "transaction_mode": "IMMEDIATE",
    }


def test_the_demo_takes_a_named_database_and_broker_too(tmp_path: Path):
    given = {name: PRODUCTION[name] for name in ("DATABASE_URL", "BROKER_URL")}

    found = answer("found = [settings.DATABASES['default']['HOST'], settings.CELERY_BROKER_URL]", tmp_path, **EMBEDDED, **given)

    assert found == ["database", "redis://broker/0"]


def test_the_demos_broker_is_made_of_files_in_its_own_folder(tmp_path: Path):
    found = answer("found = [settings.CELERY_BROKER_URL, *settings.CELERY_BROKER_TRANSPORT_OPTIONS.values()]", tmp_path, **EMBEDDED)

    queue, control = str(tmp_path / "broker" / "queue"), str(tmp_path / "broker" / "control")
    assert found == ["filesystem://", queue, queue, control]


@pytest.mark.parametrize("address", ["", "clamav:3310", "127.0.0.1:3310", "[::1]:3310", "/run/clamav/clamd.ctl"])
def test_a_scanner_is_an_address_or_a_socket_or_none(tmp_path: Path, address: str):
    assert answer("found = settings.CLAMAV", tmp_path, **EMBEDDED, CLAMAV=address) == address


@pytest.mark.parametrize("address", ["clamav", "3310", "clamav:", "tcp://clamav:3310", "clamd.ctl", "/"])
def test_what_is_no_address_of_a_scanner_stops_the_start(tmp_path: Path, address: str):
    done = python("-c", START, DATA_DIR=str(tmp_path), **EMBEDDED, CLAMAV=address)

    told = f"django.core.exceptions.ImproperlyConfigured: CLAMAV is neither HOST:PORT nor the path of a socket: {address}"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, told)
