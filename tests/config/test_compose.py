"""The compose file: what each service is, waits for, may do and is told. Only an engine can tell whether it builds."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.config.environments import COMPOSE, GIVEN, OTHERS, OURS, ROOT, SERVICES, VARIABLE, environment, fill, instructions, python

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
SECRETS = ["SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD"]


def example() -> dict[str, str]:
    """Every variable of ``.env.example`` with its value; those commented out as well."""
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def used_by_compose() -> dict[str, set[str]]:
    """Every variable of the compose file with the signs it is used by: ``?`` needed, ``-`` with a default."""
    found: dict[str, set[str]] = {}
    for name, sign, _ in VARIABLE.findall((ROOT / "docker-compose.yml").read_text("utf-8")):
        found.setdefault(name, set()).add(sign)
    return found


def read_by_settings() -> set[str]:
    """Every variable that the settings read."""
    return set(re.findall(r"""(?:env\.\w+|_required)\("([A-Z_]+)\"""", (ROOT / "config" / "settings.py").read_text("utf-8")))


def test_these_are_the_services():
    assert list(SERVICES) == [*OURS, *OTHERS]


@pytest.mark.parametrize("service", ["web", "worker", "dispatcher", *OTHERS])
def test_every_lasting_service_says_how_it_is_and_is_started_again(service: str):
    check = SERVICES[service]["healthcheck"]

    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert check.keys() >= {"interval", "timeout", "retries"}
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_migrating_ends_and_is_not_started_again():
    assert "healthcheck" not in SERVICES["migrate"]
    assert SERVICES["migrate"]["restart"] == "no"


def test_each_service_waits_for_what_it_needs():
    ready, done = {"condition": "service_healthy"}, {"condition": "service_completed_successfully"}

    assert {name: SERVICES[name].get("depends_on") for name in SERVICES} == {
        "migrate": {"postgres": ready},
        "web": {"migrate": done, "postgres": ready},
        "worker": {"migrate": done, "postgres": ready, "redis": ready},
        "dispatcher": {"migrate": done, "postgres": ready, "redis": ready},
        "postgres": None,
        "redis": None,
    }


@pytest.mark.parametrize("service", [*OURS, *OTHERS])
def test_nobody_is_root_or_can_become_more_than_they_are(service: str):
    user = SERVICES[service].get("user") or instructions("USER")[-1][0]

    assert user.split(":")[0] not in ("root", "0")
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert SERVICES[service]["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in SERVICES[service]


@pytest.mark.parametrize("service", [*OURS, "redis"])
def test_containers_are_read_only_but_for_their_volumes(service: str):
    assert SERVICES[service]["read_only"] is True


@pytest.mark.parametrize("service", [*OURS, *OTHERS])
def test_every_image_has_a_tag_that_is_a_version(service: str):
    assert re.fullmatch(r"[a-z]+:\d+(\.\d+)*(-bookworm)?", SERVICES[service]["image"])


def test_our_image_is_the_projects_version_and_is_built_in_one_place():
    assert {SERVICES[name]["image"] for name in OURS} == {f"jiping:{VERSION}"}
    assert {name: SERVICES[name]["build"] for name in SERVICES if "build" in SERVICES[name]} == {"migrate": "."}
    assert [SERVICES[name]["pull_policy"] for name in OURS] == ["build", "never", "never", "never"]


def test_the_web_process_is_reached_from_this_machine_only_and_the_others_not_at_all():
    assert {name: fill(SERVICES[name]["ports"], {}) for name in SERVICES if "ports" in SERVICES[name]} == {"web": ["127.0.0.1:8000:8000"]}


def test_every_volume_is_named_and_used_and_ours_is_the_data_folder():
    mounted = {name: SERVICES[name]["volumes"] for name in SERVICES}

    assert mounted == {
        "migrate": ["data:/data"],
        "web": ["data:/data"],
        "worker": ["data:/data"],
        "dispatcher": ["data:/data"],
        "postgres": ["postgres:/var/lib/postgresql/data"],
        "redis": ["redis:/data"],
    }
    assert set(COMPOSE["volumes"]) == {mount.split(":")[0] for mounts in mounted.values() for mount in mounts}
    assert [environment(name)["DATA_DIR"] for name in OURS] == ["/data"] * 4


def test_secrets_are_needed_and_all_else_has_a_default():
    others = ["CLAMAV", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "EVIDENCE_TOTAL_MB", "LOG_LEVEL", "MAIL_FROM", "PORT", "SITE_URL"]

    assert used_by_compose() == {**{name: {"?"} for name in SECRETS}, **{name: {"-"} for name in others}}


@pytest.mark.parametrize("name", SECRETS)
def test_the_example_as_it_is_starts_nothing(name: str):
    assert example()[name] == ""
    with pytest.raises(KeyError, match=name):
        fill(COMPOSE, GIVEN | {name: example()[name]})


def test_the_example_has_every_variable_that_somebody_reads_and_no_other():
    server, fonts = ((ROOT / path).read_text("utf-8") for path in ("script/server", "reports/pdf/fonts.py"))
    elsewhere = {"PORT": "${PORT:-8000}" in server, "FONTCONFIG_FILE": '"FONTCONFIG_FILE"' in fonts}

    assert elsewhere == {"PORT": True, "FONTCONFIG_FILE": True}
    assert set(example()) == read_by_settings() | set(used_by_compose()) | set(elsewhere)


def test_every_variable_of_the_example_is_explained_above_it():
    lines = EXAMPLE.splitlines()
    above = {name: lines[next(at for at, line in enumerate(lines) if re.match(rf"(# )?{name}=", line)) - 1] for name in example()}

    assert [name for name, line in above.items() if not re.match(r"# \S.{20,}", line)] == []


@pytest.mark.parametrize("service", OURS)
def test_our_services_are_told_what_the_settings_read_and_are_not_the_demo(service: str):
    assert set(environment(service)) == read_by_settings() - {"JIPING_EMBEDDED"}


def test_the_settings_start_strictly_with_what_the_compose_file_gives(tmp_path: Path):
    code = """
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
database = settings.DATABASES["default"]
print(settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS, settings.CELERY_BROKER_URL)
print(database["HOST"], database["USER"], database["PASSWORD"], database["NAME"])
"""
    done = python("-c", code, **environment("web") | {"DATA_DIR": str(tmp_path)})

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "System check identified no issues (0 silenced).",
        "['jiping.example.cn', 'localhost'] [] redis://redis/0",
        "postgres jiping letters-and_digits-9 jiping",
    ]


def test_the_database_is_made_for_the_name_and_password_that_we_use():
    address = environment("web")["DATABASE_URL"]
    made = {name: value for name, value in environment("postgres").items() if name != "POSTGRES_INITDB_ARGS"}

    assert made == {"POSTGRES_USER": "jiping", "POSTGRES_DB": "jiping", "POSTGRES_PASSWORD": "letters-and_digits-9"}
    assert address == "postgres://{POSTGRES_USER}:{POSTGRES_PASSWORD}@postgres/{POSTGRES_DB}".format(**made)
