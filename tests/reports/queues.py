"""What tests do to queues: an installation of their own, other content for one more preview, and a broker that loses everything."""

import contextlib
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import redis
from django.conf import settings

from assessment.models import Part
from assessment.services import parts
from tests.factories import Line

PATIENCE = 600


def embedded(folder: Path) -> dict[str, str]:
    """SQLite and a broker made of files, both in a folder of their own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS")}
    return kept | {"DATA_DIR": str(folder), "JIPING_EMBEDDED": "1", "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}


def run(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def change_figure(line: Line, value: int) -> None:
    """A filing whose content is another one."""
    figures = {"staff_temp": Decimal(value)}
    parts.save_figures(line.assessment.pk, by=line.preparer, version=line.part(Part.Kind.FIGURES).version, figures=figures)


def lose_the_queue() -> None:
    """What a restart of a broker without persistence does: all messages gone, and with Redis all connections cut."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        for message in Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]).glob("*.msg"):
            with contextlib.suppress(FileNotFoundError):  # a worker was quicker
                message.unlink()
        return
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    own, database = client.client_id(), settings.CELERY_BROKER_URL.rpartition("/")[2]
    client.flushdb()
    for other in client.client_list():
        if other["db"] == database and int(other["id"]) != own:
            client.client_kill_filter(_id=other["id"])
    client.close()
