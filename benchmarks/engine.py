"""How long the engine takes: one filing scored and checked, and a changed scheme tried on a thousand filings.

    .venv/bin/python benchmarks/engine.py [FILINGS]

Works on a database of its own in a temporary folder. Quote medians and ratios, not a single run.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RUNS = 100


def main() -> None:
    """Print both measurements."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"JIPING_EMBEDDED": "1", "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        one_filing()
        many_filings(count)


def one_filing() -> None:
    """The department's own filing under the example scheme: scores alone, and with every check and the report read."""
    from assessment.domain.checks import evaluate_assessment, score_assessment

    scheme, inputs = example()
    characters = sum(map(len, inputs.narrative.values()))
    checks = len(scheme.checks) + len(scheme.inspections)
    say(f"one filing: {len(scheme.scored)} rows, {len(scheme.fields)} fields, {checks} checks, {characters:,} characters")
    first, judged = timed(lambda: evaluate_assessment(scheme, inputs))
    _, scored = timed(lambda: score_assessment(scheme, inputs))
    say(f"  scored and checked: first {first:.1f} ms, then {judged:.2f} ms at the median of {RUNS}; scored alone {scored:.2f} ms")
    say(f"  checked / scored {judged / scored:.1f}")
    reading(inputs.narrative)


def reading(narrative: dict[str, str]) -> None:
    """Whether reading a text takes time as its length: the report, and ten of it."""
    from assessment.domain.reading.quantities import read_quantities

    text = "\n".join(narrative.values())
    _, once = timed(lambda: read_quantities(text))
    _, tenfold = timed(lambda: read_quantities(text * 10))
    say(f"  figures read in {once:.2f} ms; ten times the text / once {tenfold / once:.1f}")


def example() -> tuple[Any, Any]:
    """The example scheme and what the demo's department filled."""
    from decimal import Decimal

    from assessment.domain.figures import compute_values
    from assessment.domain.inputs import Inputs
    from assessment.services.schemes import read_scheme
    from reports.services.demo import SCHEME
    from reports.services.demo_answers import best_answers
    from reports.services.demo_projects import read_data

    scheme, given = read_scheme(SCHEME.read_text("utf-8")), read_data("department-2022.yaml")
    figures = {code: Decimal(value) for code, value in given["figures"].items()}
    answers = best_answers(scheme, compute_values(scheme, figures))
    return scheme, Inputs(figures, answers=answers, narrative=given["narrative"], explanations=given["explanations"], fiscal_year=2022)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """The first run and the median of those after it, in milliseconds."""
    seconds = []
    for _ in range(RUNS + 1):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return seconds[0] * 1000, statistics.median(seconds[1:]) * 1000


def many_filings(count: int) -> None:
    """A version with other weights tried on ``count`` filings, read from the database as the desk reads them."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    version, assessments = filed(count)
    from assessment.services.impact import CHUNK, impacts

    begun, done, changed = time.perf_counter(), 0, 0
    for item in impacts(version, assessments):
        done, changed = done + 1, changed + bool(item.changes)
        if done % (CHUNK * 2) == 0:
            say(f"  {done} / {count}, {time.perf_counter() - begun:.1f} s")
    took = time.perf_counter() - begun
    say(f"impact over {done} filings: {took:.1f} s, {took / done * 1000:.1f} ms each, {changed} with other points")


def filed(count: int) -> tuple[Any, Any]:
    """``count`` filled filings under the example scheme, and a second version of it."""
    from datetime import date

    from assessment.models import Assessment, Figure, Filing, Round, Score
    from assessment.services.schemes import load_scheme
    from units.models import BudgetUnit
    from units.services import add_unit

    scheme, inputs = example()
    old, _ = load_scheme(scheme)
    department = add_unit("B", "某局")
    day = date(2023, 4, 20)
    about: dict[str, Any] = {"title": "自评", "notice_number": "1号", "notice_title": "通知"}
    round_ = Round.objects.create(
        department=department, fiscal_year=2022, inner_deadline=day, outer_deadline=day, publication_date=day, whole_scheme=old, **about
    )
    BudgetUnit.objects.bulk_create(
        BudgetUnit(code=f"B{number:05}", name=f"单位{number}", parent=department, path=f"B/B{number:05}/") for number in range(count)
    )
    units = BudgetUnit.objects.exclude(pk=department.pk)
    Filing.objects.bulk_create(Filing(unit=unit, round=round_) for unit in units)
    Assessment.objects.bulk_create(Assessment(filing=filing, name="整体支出", scheme=old) for filing in Filing.objects.all())
    rows = list(Assessment.objects.all())
    Figure.objects.bulk_create(
        (Figure(assessment=row, code=code, value=value) for row in rows for code, value in inputs.figures.items()), 2000
    )
    Score.objects.bulk_create(
        (
            Score(assessment=row, code=code, choices=sorted(answer.choices), self_points=answer.self_points)
            for row in rows
            for code, answer in inputs.answers.items()
        ),
        2000,
    )
    new, _ = load_scheme(scheme.model_validate(reweighted(scheme.model_dump(mode="json"))))
    return new, Assessment.objects.exclude(scheme=new).order_by("pk")


def reweighted(data: dict[str, Any]) -> dict[str, Any]:
    """The same scheme with half a point moved from one row to another, and a stricter limit."""
    data["version"] = "9999"
    rows = data["indicators"][1]["children"][0]["children"]
    rows[0]["points"], rows[4]["points"] = "6.5", "4.5"
    rows[0]["rule"]["full_at"] = "0.98"
    return data


def say(text: str) -> None:
    """One line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
