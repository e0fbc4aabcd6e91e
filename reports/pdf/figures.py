"""The data table on paper: values under each other by their decimal points."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from assessment.domain.exchange import AssessmentContent
from assessment.domain.figures import beside_unit, show_typed
from assessment.domain.scheme import Field, Scheme


@dataclass(frozen=True)
class FigureRow:
    """One row; ``pad`` is set invisibly behind the number, so that decimal points stand in one line."""

    label: str
    unit: str
    text: str
    note: str
    pad: str = ""


@dataclass(frozen=True)
class FigureGroup:
    """Rows under one heading; ``again`` where it goes on from the column before."""

    label: str
    rows: tuple[FigureRow, ...]
    again: bool = False


def figure_groups(content: AssessmentContent, scheme: Scheme) -> tuple[FigureGroup, ...]:
    """The whole data table."""
    groups = [FigureGroup(group.label, tuple(_row(field, content) for field in group.fields)) for group in scheme.groups]
    places = places_in(row.text for group in groups for row in group.rows)
    return tuple(replace(group, rows=tuple(replace(row, pad=pad_of(row.text, places)) for row in group.rows)) for group in groups)


def _row(field: Field, content: AssessmentContent) -> FigureRow:
    if field.expression:
        derived = content.derived.get(field.code)
        text, note = (derived.text, derived.reason) if derived else ("", "未计算")
        return FigureRow(field.label, field.unit, beside_unit(field, text), note)
    typed = content.figures.get(field.code)
    if typed is None:
        return FigureRow(field.label, field.unit, "", "未填写")
    return FigureRow(field.label, field.unit, beside_unit(field, show_typed(field, Decimal(typed))), "")


def places_in(texts: Iterable[str]) -> int:
    """The most decimals among numbers as they are shown."""
    return max((_places(text) for text in texts if text[-1:].isdecimal()), default=0)


def _places(text: str) -> int:
    return len(text.partition(".")[2].rstrip("%"))


def pad_of(text: str, places: int) -> str:
    """What is set invisibly behind a number with fewer decimals than ``places``; nothing behind words."""
    if not text[-1:].isdecimal():
        return ""
    own = _places(text)
    return ("" if own or not places else ".") + "0" * (places - own)
