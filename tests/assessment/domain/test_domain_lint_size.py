"""How large a scheme may be: what a form, a print and the engine still carry."""

from typing import Any

from assessment.domain.lint import MOST_FIELDS, MOST_ROWS, meaning_faults
from tests.reports.samples import uneven_scheme


def sized(fields: int, rows: int) -> dict[str, Any]:
    """A sound scheme but for its size."""
    raw: dict[str, Any] = uneven_scheme().model_dump(mode="json")
    field, row = raw["groups"][0]["fields"][0], raw["indicators"][0]
    raw["groups"][0]["fields"] += [field | {"code": f"more_{number}"} for number in range(fields - 1)]
    raw["indicators"] = [row | {"code": f"row_{number}", "points": "1"} for number in range(rows)]
    return raw


def told(fields: int, rows: int) -> list[str]:
    return [fault.message for fault in meaning_faults(sized(fields, rows)) if "最多" in fault.message]


def test_a_scheme_of_the_largest_size_is_let_through() -> None:
    assert told(MOST_FIELDS, MOST_ROWS) == []


def test_what_is_larger_is_told_with_its_number() -> None:
    assert told(MOST_FIELDS + 1, MOST_ROWS + 1) == ["数据项最多 500 项，这里有 501 项", "评分的指标最多 300 项，这里有 301 项"]
