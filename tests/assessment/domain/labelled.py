"""The labelled figures of ``labelled_figures.yaml``, read for the tests that count hits and misses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from assessment.domain.elements import Field
from assessment.domain.expressions import NoValue, Value

_MARKED = re.compile(r"⟦([^|⟧]+)\|([^|⟧]+)(?:\|([^|⟧]+))?⟧")
_NONE = {"未填": NoValue("未填写", missing=True), "不适用": NoValue("分母为 0，不适用")}


@dataclass(frozen=True)
class Label:
    """One figure of one section, as a person reads it."""

    section: str
    start: int
    text: str
    kind: str
    value: Decimal | None
    high: Decimal | None
    unit: str
    verdict: str
    field: str | None


@dataclass(frozen=True)
class Sample:
    """A report of one or more sections, without its marks, and their labels."""

    texts: dict[str, str]
    labels: list[Label]


def fields_and_values() -> tuple[dict[str, Field], dict[str, Value]]:
    fields, values = {}, {}
    for item in _content()["fields"]:
        value = item.pop("value")
        fields[item["code"]] = Field(**item)
        values[item["code"]] = _NONE.get(value) or Decimal(value)
    return fields, values


def samples() -> list[Sample]:
    found = []
    for item in _content()["texts"]:
        marked = {f"part{number}": text for number, text in enumerate([item] if isinstance(item, str) else item)}
        labels = [label for section, text in marked.items() for label in _labels(section, text)]
        found.append(Sample({section: _MARKED.sub(r"\1", text) for section, text in marked.items()}, labels))
    return found


def _content() -> Any:
    return yaml.safe_load(Path(__file__).with_name("labelled_figures.yaml").read_text("utf-8"))


def _labels(section: str, marked: str) -> Iterator[Label]:
    for match in _MARKED.finditer(marked):
        start = len(_MARKED.sub(r"\1", marked[: match.start()]))
        kind, value, unit = (*match[2].split(" "), "", "")[:3]
        low, _, high = value.partition("..")
        verdict, _, field = (match[3] or "unknown").partition(" ")
        yield Label(
            section, start, match[1], kind, Decimal(low) if low else None, Decimal(high) if high else None, unit, verdict, field or None
        )
