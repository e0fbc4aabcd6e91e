"""How long saving a field takes while twenty people fill at once: gunicorn as the two commands start it, and one filing each.

    .venv/bin/python benchmarks/autosave.py [--editors 20] [--seconds 30] [--pace 3]

Works in a temporary folder on SQLite; with DATABASE_URL set (an empty database) on that. Each editor changes a field, waits for the
answer, and goes on to the next after two to four seconds, or what ``--pace`` says in their middle. Every filing is full: figures, scores,
the demo's report.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Set up, serve, let the editors type, tell."""
    parser = argparse.ArgumentParser(description="Saving while typing, measured.")
    parser.add_argument("--editors", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--pace", type=float, default=3.0, help="seconds between a person's saves, on average; a third more or less")
    parser.add_argument("--port", type=int, default=8199)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"JIPING_EMBEDDED": "1", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        for command in (["migrate"], ["collectstatic", "--no-input"]):
            subprocess.run([sys.executable, ROOT / "manage.py", *command, "--verbosity", "0"], check=True)  # noqa: S603  # our own
        import django

        django.setup()
        editors = make_editors(chosen.editors)
        times = served(chosen.port, lambda: typed(editors, chosen.port, chosen.seconds, chosen.pace))
    for what, taken in times.items():
        cuts = statistics.quantiles(taken, n=100)
        rate = len(taken) / chosen.seconds
        told = f"median {cuts[49]:.0f} ms, 95 % within {cuts[94]:.0f} ms, longest {max(taken):.0f} ms"
        sys.stdout.write(f"{what}: {len(taken)} saves, {rate:.1f}/s, {told}\n")


def make_editors(count: int) -> list[dict[str, Any]]:
    """One unit with a full filing for each editor, and the session of its preparer."""
    import yaml
    from django.test import Client

    from assessment.models import Part, Round
    from assessment.services import parts
    from assessment.services.filings import open_filing
    from assessment.services.schemes import load_scheme, read_scheme
    from reports.services.demo import SCHEME
    from reports.services.demo_answers import full_answers
    from units.models import Role
    from units.services import add_unit, add_user, grant

    given = yaml.safe_load((ROOT / "reports" / "demo" / "department-2022.yaml").read_text("utf-8"))
    department = add_unit("Z1", "某市人力资源和社会保障局")
    version, _ = load_scheme(read_scheme(SCHEME.read_text("utf-8")))
    days = {"inner_deadline": date(2023, 4, 20), "outer_deadline": date(2023, 4, 30), "publication_date": date(2023, 5, 10)}
    about = {"title": "自评", "notice_number": "财绩〔2023〕2号", "notice_title": "通知"}
    round_ = Round.objects.create(department=department, fiscal_year=2022, whole_scheme=version, **days, **about)
    editors = []
    for number in range(count):
        unit = add_unit(f"Z1-{number:02}", f"单位{number}", department)
        user = add_user(f"unit{number}", f"填报人{number}", "correct-horse-9")
        grant(user, unit, Role.PREPARER)
        assessment = open_filing(round_, unit).assessments.get()
        figures = {code: Decimal(value) for code, value in given["figures"].items()}
        parts.save_figures(assessment.pk, by=user, version=0, figures=figures)
        parts.save_scores(assessment.pk, by=user, version=0, answers=full_answers(assessment))
        parts.save_narrative(assessment.pk, by=user, version=0, texts=given["narrative"])
        assert assessment.parts.get(kind=Part.Kind.SCORES).version == 1
        client = Client()
        client.force_login(user)
        editors.append(
            {"assessment": assessment.pk, "session": client.cookies["sessionid"].value, "figures": figures, "narrative": given["narrative"]}
        )
    return editors


def served(port: int, act: Any) -> Any:
    """What ``act`` gives while gunicorn serves."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "4",
        "--log-level",
        "error",
    ]
    server = subprocess.Popen(command, cwd=ROOT)  # noqa: S603  # our own
    try:
        for _ in range(100):
            time.sleep(0.2)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                continue
        return act()
    finally:
        server.terminate()
        server.wait()


def typed(editors: list[dict[str, Any]], port: int, seconds: int, pace: float) -> dict[str, list[float]]:
    """Milliseconds of each save, by the part it was in."""
    taken: dict[str, list[float]] = {"figures": [], "narrative": []}
    threads = [threading.Thread(target=edit, args=(editor, port, time.monotonic() + seconds, pace, taken)) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def edit(editor: dict[str, Any], port: int, until: float, pace: float, taken: dict[str, list[float]]) -> None:
    """One person: three figures, then a sentence in the report, and again."""
    chance = random.Random(editor["assessment"])  # noqa: S311  # which field, not a secret
    cookies = f"sessionid={editor['session']}; csrftoken={'a' * 32}"
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{port}/"}
    figures, texts, number = {code: str(value) for code, value in editor["figures"].items()}, dict(editor["narrative"]), 0
    versions = {"figures": 1, "narrative": 1}
    while time.monotonic() < until:
        time.sleep(chance.uniform(pace * 2 / 3, pace * 4 / 3))
        number += 1
        part, values = ("narrative", texts) if number % 4 == 0 else ("figures", figures)
        name = chance.choice(list(values))
        mine = f"{values[name].strip()}又一句。" if part == "narrative" else str(chance.randint(1, 9999))
        sent = {"names": name, name: mine, f"base.{name}": values[name], "version": versions[part], "csrfmiddlewaretoken": "a" * 32}
        body = urlencode(sent)
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)  # the server drops one that rests for two seconds
        connection.request("POST", f"/filings/assessment/{editor['assessment']}/{part}/autosave/", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        taken[part].append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {text[:300]!r}")
        values[name], versions[part] = mine, json.loads(text)["version"] or versions[part]


if __name__ == "__main__":
    main()
