"""The files of a production installation as data, and processes with a bare environment, for the tests of this folder."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PROGRAMS = Path(sys.executable).parent
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
#: What an office writes into ``.env``.
GIVEN = {
    "SECRET_KEY": "qKz3-Vb8w_Tn5YxR2mJd7Lc4Hs9Fg6Pa1Eu0Io-ZyXwVuTsRqPoNmLkJ",
    "ALLOWED_HOSTS": "jiping.example.cn",
    "POSTGRES_PASSWORD": "letters-and_digits-9",
}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "dispatcher"]
OTHERS = ["postgres", "redis"]


def fill(item: Any, given: dict[str, str]) -> Any:
    """``item`` with its variables replaced as docker compose does; raises ``KeyError`` for a needed one that is empty."""

    def value(match: re.Match[str]) -> str:
        name, sign, rest = match.groups()
        if sign == "?" and not given.get(name):
            raise KeyError(name)
        return given.get(name) or (rest if sign == "-" else "")

    if isinstance(item, dict):
        return {key: fill(part, given) for key, part in item.items()}
    if isinstance(item, list):
        return [fill(part, given) for part in item]
    return VARIABLE.sub(value, item).replace("$$", "$") if isinstance(item, str) else item


def environment(service: str) -> dict[str, str]:
    """What a container of ``service`` gets when an office has filled in ``.env``."""
    filled: dict[str, str] = fill(SERVICES[service]["environment"], GIVEN)
    return filled


def instructions(word: str) -> list[list[str]]:
    """The words after each ``word`` of the Dockerfile."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    return [line.split()[1:] for line in lines if line.split()[:1] == [word]]


def copied() -> list[str]:
    """The sources that the Dockerfile copies, as paths of the project."""
    return [source for words in instructions("COPY") for source in words[:-1]]


def bare(**variables: str) -> dict[str, str]:
    """An environment with nothing of ours in it but ``variables``."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return kept | {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "config.settings"} | variables


def python(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """One Python process in a bare environment."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=bare(**variables), capture_output=True, text=True, check=False, timeout=60)
