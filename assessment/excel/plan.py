"""What a workbook consists of, the same for writing it and for reading it: sheets of rows of cells, and which of them are typed into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

#: Rows of a sheet before its own: what it is, whose it is, what is to be done; then the headings of the columns.
HEAD_ROW = 4
FIRST_ROW = HEAD_ROW + 1
FRONT = "jiping:front"


@dataclass(frozen=True)
class Slot:
    """A cell to type into: ``name`` is the field of the part's form that it stands for, ``value`` what is stored, as the form holds it.

    ``options`` are what can be picked, each with what the form is sent for it. ``usual`` are figures that the new one is held
    against: ten thousand times as much is 元 for 万元.
    """

    name: str
    kind: Literal["number", "text", "choice", "tick"]
    value: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    places: int = 4
    usual: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Formula:
    """A derived value that the spreadsheet computes; ``percent`` is shown as one."""

    text: str
    percent: bool = False


Cell = str | Decimal | Slot | Formula | None


@dataclass(frozen=True)
class Row:
    """One line: its ``code`` stands hidden in the first column, so that it is known wherever it was moved to.

    ``label`` is what must stand in the column of labels; empty where the unit types it.
    """

    code: str
    cells: tuple[Cell, ...]
    label: str = ""


@dataclass(frozen=True)
class Column:
    """A heading and how wide the column is, in characters."""

    head: str
    width: int


@dataclass(frozen=True)
class Sheet:
    """One part of one assessment; ``fixed`` is what its form is sent beside what is typed, ``refusal`` why nothing may be typed."""

    title: str
    key: int
    part: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    label_column: int
    fixed: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""

    @property
    def marker(self) -> str:
        """What stands hidden in the first cell, so that the sheet is known whatever it is called."""
        return f"jiping:{self.part}:{self.key}"


@dataclass(frozen=True)
class Fact:
    """One line of the front sheet: what the import holds against the filing, and how people read it."""

    code: str
    value: str
    label: str
    text: str


@dataclass(frozen=True)
class Book:
    """A filing's workbook: the facts that it must agree on, and its sheets."""

    title: str
    facts: tuple[Fact, ...]
    sheets: tuple[Sheet, ...]
    versions: Mapping[str, int]


def letters(column: int) -> str:
    """1 → ``A``, 27 → ``AA``."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def reference(row: int, column: int) -> str:
    """``E12``."""
    return f"{letters(column)}{row}"
