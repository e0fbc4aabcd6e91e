"""Two whole installations to walk through: PostgreSQL + Redis in separate processes, and the embedded default."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PATIENCE = 240
_houses = count()


class House:
    """A running installation: its address and its demo accounts."""

    def __init__(self, port: int, data: Path, env: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.data, self.env = data, env
        self.start_web: Callable[[], subprocess.Popen[bytes]]
        self.web: subprocess.Popen[bytes]

    def kill_web(self) -> None:
        """End the web process and its children at once, as a power cut would."""
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text().split()
        for pid in (self.web.pid, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        self.web.wait()

    @property
    def passwords(self) -> dict[str, str]:
        lines = (self.data / "demo-accounts.txt").read_text("utf-8").splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child that is asked to end when the test ends, and ended by force if it does not."""
    with log.open("wb") as file:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_for(house: House, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert child.poll() is None, log.read_text("utf-8", "replace")
        try:
            urllib.request.urlopen(f"{house.url}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text("utf-8", "replace"))


@contextmanager
def embedded_house(folder: Path) -> Iterator[House]:
    """What ``script/server`` starts: SQLite, the broker made of files, one supervisor."""
    port, data = free_port(), folder / "var"
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "ALLOWED_HOSTS")}
    env = kept | {"PORT": str(port), "DATA_DIR": str(data), "JIPING_EMBEDDED": "1", "PYTHONUNBUFFERED": "1"}
    house, log = House(port, data, env), folder / "server.log"
    with process([str(ROOT / "script" / "server")], env, log) as child:
        wait_for(house, child, log)
        yield house


@contextmanager
def production_house(folder: Path) -> Iterator[House]:
    """Production settings on PostgreSQL and Redis: web, worker and dispatcher as processes of their own."""
    port, data = free_port(), folder / "data"
    base = urlsplit(os.environ["DATABASE_URL"])
    name = f"browser_{os.getpid()}_{next(_houses)}"
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    env = dict(os.environ) | {
        "DATABASE_URL": base._replace(path=f"/{name}").geturl(),
        "DATA_DIR": str(data),
        "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    house = House(port, data, env)
    house.manage("migrate", "--verbosity", "0")
    house.manage("collectstatic", "--no-input", "--verbosity", "0")
    house.manage("seed_demo")
    python = sys.executable
    commands = {
        "worker": [
            python,
            "-m",
            "celery",
            "--quiet",
            "-A",
            "config",
            "worker",
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
        ],
        "dispatcher": [python, "manage.py", "dispatch"],
        "web": [python, "-m", "gunicorn", "tests.browser.proxied", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"],
    }
    with ExitStack() as stack:
        for role in ("worker", "dispatcher"):
            stack.enter_context(process(commands[role], env, folder / f"{role}.log"))

        def start_web() -> subprocess.Popen[bytes]:
            house.web = stack.enter_context(process(commands["web"], env, folder / "web.log"))
            wait_for(house, house.web, folder / "web.log")
            return house.web

        house.start_web = start_web
        house.start_web()
        yield house
