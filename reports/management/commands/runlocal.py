"""``manage.py runlocal``: web, worker and dispatcher together on this machine, each restarted if it dies."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

GRACE = 15
#: Celery warns at length when root starts it, as on a new machine that is for trying out.
ROOT_IS_FINE = "ignore:You're running the worker with superuser privileges"


class Command(BaseCommand):
    help = "Run web, worker and dispatcher until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, port: int, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        children = {name: subprocess.Popen(command, start_new_session=True) for name, command in commands(port).items()}
        try:
            self._announce(port, children["web"], stop)
            while not stop.wait(1):
                for name, child in children.items():
                    if child.poll() is not None:
                        self.stderr.write(f"{name} ended with {child.returncode}, starting it again")
                        children[name] = subprocess.Popen(commands(port)[name], start_new_session=True)
        finally:
            end(children)

    def _announce(self, port: int, web: subprocess.Popen[bytes], stop: threading.Event) -> None:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(120):
            if stop.wait(0.25):
                return
            if web.poll() is not None:
                raise CommandError(f"The web process could not start; is port {port} in use? Try PORT=8001.")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}healthz", timeout=2)  # noqa: S310  # our own address
                self.stdout.write(f"\nJiping is ready: {address}   (Ctrl-C stops it)\n")
                return
        raise CommandError("The web process did not answer within 30 seconds.")


def commands(port: int) -> dict[str, list[str]]:
    """The three processes; one worker process, since the file broker serves one well."""
    python = sys.executable
    manage = str(settings.BASE_DIR / "manage.py")
    worker = ["-A", "config", "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    web = ["config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--timeout", "60", "--log-level", "warning"]
    return {
        "web": [python, "-m", "gunicorn", "--chdir", str(settings.BASE_DIR), *web],
        "worker": [python, "-W", ROOT_IS_FINE, "-m", "celery", "--quiet", "--workdir", str(settings.BASE_DIR), *worker],
        "dispatcher": [python, manage, "dispatch"],
    }


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to end, wait, and end by force what has not."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children.values():
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
