"""Every command and health check of the compose file is one that exists, with options that it takes."""

import http.client
import importlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from celery.bin.celery import celery
from click.testing import CliRunner
from django.conf import LazySettings
from django.core.management import get_commands, load_command_class

from reports.management.commands.dispatch import dispatch_once
from tests.config.environments import PROGRAMS, ROOT, SERVICES, bare, environment, python

PATIENCE = 30


def checks(service: str) -> list[str]:
    """The words of a health check."""
    words: list[str] = SERVICES[service]["healthcheck"]["test"][1:]
    return words


def well(service: str, here: tuple[str, str]) -> bool:
    """What a health check written in Python says, with ``here`` in place of the container's address or folder."""
    program, flag, code = checks(service)
    assert (program, flag, here[0] in code) == ("python", "-c", True)
    return python("-c", code.replace(*here)).returncode == 0


def managed(words: list[str]) -> str:
    """The name of the management command in ``words``; raises unless it exists and takes the options."""
    assert words[:2] == ["python", "manage.py"]
    name, *options = words[2:]
    load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(options)
    return name


def celery_command(words: list[str]) -> str:
    """The first line of help of the celery command in ``words``; raises unless it exists and takes the options."""
    assert (words[0], (PROGRAMS / words[0]).is_file()) == ("celery", True)
    with patch.dict(os.environ):  # the program leaves CELERY_BROKER_URL behind, for processes that it starts
        result = CliRunner().invoke(celery, [*words[1:], "--help"])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()[0]


def test_migrating_is_two_commands_one_after_the_other():
    shell, flag, line = SERVICES["migrate"]["command"]

    assert (shell, flag) == ("sh", "-c")
    assert [managed(step.split()) for step in line.split(" && ")] == ["migrate", "collectstatic"]


def test_the_dispatcher_is_a_command_of_ours():
    assert managed(SERVICES["dispatcher"]["command"]) == "dispatch"


def test_the_worker_is_a_celery_worker_of_our_application_which_knows_the_tasks():
    application = importlib.import_module("config").celery_app
    application.loader.import_default_modules()

    assert celery_command(SERVICES["worker"]["command"]) == "Usage: celery worker [OPTIONS]"
    assert SERVICES["worker"]["command"][1:3] == ["-A", "config"]
    assert {"reports.tasks.next_job", "assessment.tasks.send_mail"} <= set(application.tasks)
    assert set(application.amqp.queues) == {"celery", "mail"}


def test_the_worker_is_asked_for_itself():
    (line,) = checks("worker")
    words = line.split()

    assert celery_command(words).startswith("Usage: celery inspect")
    assert words[-1] == "--destination=celery@$$(hostname)"
    assert "--hostname" not in " ".join(SERVICES["worker"]["command"])


def test_a_health_check_is_given_more_time_than_it_may_wait():
    waits = {name: int(re.findall(r"timeout[= ](\d+)", " ".join(checks(name)))[0]) for name in ("web", "worker")}
    given = {name: int(SERVICES[name]["healthcheck"]["timeout"].removesuffix("s")) for name in waits}

    assert waits == {"web": 5, "worker": 10}
    assert [name for name in waits if given[name] <= waits[name]] == []


@pytest.mark.django_db
def test_the_dispatcher_is_well_while_it_goes_round(settings: LazySettings, tmp_path: Path):
    here = ("/data/", f"{settings.DATA_DIR}/")
    before = well("dispatcher", here)
    dispatch_once()
    going = well("dispatcher", here)
    a_minute_ago = time.time() - 60
    os.utime(tmp_path / "dispatch.alive", (a_minute_ago, a_minute_ago))

    assert (before, going, well("dispatcher", here)) == (False, True, False)


class Web:
    """The web process as its command starts it, on a free port and a database of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        given = environment("web") | {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/jiping.sqlite3"}
        command = [word.replace("8000", self.port) for word in SERVICES["web"]["command"]]
        self.process = subprocess.Popen(command, cwd=ROOT, env=bare(**given), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def is_well(self) -> bool:
        return well("web", (":8000/", f":{self.port}/"))

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(self.port))) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the web process did not start")

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Status and redirect of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=PATIENCE)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        found = (response.status, response.headers["Location"])
        connection.close()
        return found

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    started = Web(tmp_path)
    try:
        started.wait()
        yield started
    finally:
        started.end()


def test_the_web_process_starts_and_answers_its_health_check_and_only_that_over_plain_http(web: Web):
    found = {
        "well": web.is_well(),
        "portal": web.get("/", Host="jiping.example.cn"),
        "foreign name": web.get("/healthz", Host="elsewhere.example.cn"),
        "end": web.end(),
        "well after that": web.is_well(),
    }
    assert found == {
        "well": True,
        "portal": (301, "https://jiping.example.cn/"),
        "foreign name": (400, None),
        "end": 0,
        "well after that": False,
    }


def test_postgres_is_asked_by_address_with_options_that_its_program_takes():
    program, *options = checks("postgres")
    known = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout

    assert [option for option in options if f"{option.split('=')[0]}=" not in known] == []
    assert "--host=127.0.0.1" in options


def test_redis_is_asked_by_its_own_program():
    assert checks("redis") == ["redis-cli", "ping"]
    assert shutil.which("redis-cli")
    assert shutil.which(SERVICES["redis"]["command"][0])
