"""The Dockerfile: what it copies exists and is enough, and what it runs is there."""

import json
import os
import shutil
from pathlib import Path

import pytest
from gunicorn.config import Config

from tests.config.environments import ROOT, SERVICES, copied, environment, instructions, python

#: Runs in the image's folder: strict checks, then one line for each thing that the processes need.
LOOK = """
import sys
sys.path.insert(0, ".")
import django
django.setup()
from django.conf import settings
from django.core.management import call_command, get_commands
from django.template.loader import get_template
call_command("check")
settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "md", "svg", "txt"]  # slow, and nothing that is looked at
call_command("collectstatic", interactive=False, verbosity=0)
from config.wsgi import application
from reports.pdf import fonts
print(settings.BASE_DIR, callable(application), fonts.missing_fonts())
print(get_template("reports/portal.html").origin.name)
print(*(name for name in ("add_department", "dispatch", "load_scheme", "migrate", "verify_record") if name in get_commands()))
"""


def ignored_but_for() -> list[str]:
    """What ``.dockerignore`` lets through."""
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


def test_the_image_has_the_oldest_python_that_the_project_runs_on():
    assert instructions("FROM") == [["python:3.11-slim-bookworm"]]
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("source", copied())
def test_everything_that_is_copied_exists(source: str):
    assert (ROOT / source).exists()


def test_what_is_copied_is_sent_to_the_builder_and_nothing_else():
    assert sorted(ignored_but_for()) == sorted({source.split("/")[0] for source in copied()})


def test_the_system_step_is_one_that_the_setup_script_takes():
    steps = [words for words in instructions("RUN") if words[0] == "script/setup"]
    text = (ROOT / "script" / "setup").read_text("utf-8")

    assert [words[:2] for words in steps] == [["script/setup", "--system"]]
    assert "\n  --system) ;;\n" in text
    assert os.access(ROOT / "script" / "setup", os.X_OK)


def test_the_processes_own_the_data_folder_and_nothing_else():
    (last,) = instructions("USER")
    (made,) = [" ".join(words) for words in instructions("RUN") if "useradd" in words]

    assert last == ["jiping"]
    assert made.endswith(" jiping && install -d -o jiping -g jiping -m 750 /data")
    assert [words for words in instructions("COPY") if words[0].startswith("--")] == []


def test_the_default_command_is_the_web_process():
    (words,) = instructions("CMD")
    command = json.loads(" ".join(words))

    assert Config().parser().parse_args(command[1:]).args == ["config.wsgi"]
    assert command == SERVICES["web"]["command"][: len(command)]


def test_the_copied_files_are_all_that_the_application_needs(tmp_path: Path):
    app = tmp_path / "app"
    for source in copied():
        place = app / source
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)

    done = python("-c", LOOK, cwd=app, **environment("migrate") | {"DATA_DIR": str(tmp_path / "data"), "PYTHONDONTWRITEBYTECODE": "1"})

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "System check identified no issues (0 silenced).",
        f"{app} True []",
        f"{app}/templates/reports/portal.html",
        "add_department dispatch load_scheme migrate verify_record",
    ]
    assert (tmp_path / "data" / "static" / "staticfiles.json").is_file()
    assert sorted(path.name for path in (app / "schemes").iterdir()) == sorted(path.name for path in (ROOT / "schemes").iterdir())
