"""What a section's text is made of: paragraphs, and tables typed as lines of cells between upright strokes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: More columns than that leave no room for words on an upright sheet.
MAX_COLUMNS = 10
#: For the whole report: a print takes time by them.
MAX_CELLS = 2_000
_ROW = re.compile(r"\|(?:.*[^\\])?\|")
#: Under a table's head, as in Markdown: ``| --- | :---: |``. Fewer dashes are what stands for nothing in a cell.
_RULE = re.compile(r"\|(?:[ \u3000]*:?-{3,}:?[ \u3000]*\|)+")
_DASHES = re.compile(":?-{3,}:?")
_STROKE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Grid:
    """A table: its head and the rows under it, all as wide as the widest of them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """All its words in one line."""
        return " ".join(cell for row in (self.head, *self.rows) for cell in row if cell)

    @property
    def cells(self) -> int:
        """How many cells it has, the head's among them."""
        return len(self.head) * (len(self.rows) + 1)


Block = str | Grid


def blocks(text: str) -> tuple[Block, ...]:
    """Every paragraph and every table of a text, in order."""
    return tuple(_blocks([line for line in text.split("\n") if line.strip()]))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    place = 0
    while place < len(lines):
        if not _begins_table(lines, place):
            yield lines[place]
            place += 1
            continue
        end = place + 2
        while end < len(lines) and _ROW.fullmatch(lines[end]) and not _begins_table(lines, end):
            end += 1
        yield _grid([_cells(lines[place]), *(_cells(line) for line in lines[place + 2 : end])])
        place = end


def _begins_table(lines: Sequence[str], place: int) -> bool:
    """A row with a rule under it. No blank line parts two tables: those are left out when a text is stored."""
    head, rule = lines[place], lines[place + 1] if place + 1 < len(lines) else ""
    return bool(_ROW.fullmatch(head) and _RULE.fullmatch(rule) and not _RULE.fullmatch(head))


def _cells(line: str) -> list[str]:
    return [cell.strip(" \t\u3000").replace("\\|", "|") for cell in _STROKE.split(line)[1:-1]]


def _grid(rows: Sequence[Sequence[str]]) -> Grid:
    width = max(map(len, rows))
    head, *rest = ((*row, *[""] * (width - len(row))) for row in rows)
    return Grid(head, tuple(rest))


def grids(text: str) -> list[Grid]:
    """The tables of a text."""
    return [block for block in blocks(text) if isinstance(block, Grid)]


def too_wide(text: str) -> str:
    """What is wrong with a text whose table cannot be set; empty when it can."""
    widest = max((len(grid.head) for grid in grids(text)), default=0)
    return f"表格有 {widest} 列，最多 {MAX_COLUMNS} 列，请拆成几个表" if widest > MAX_COLUMNS else ""


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """A table as it is typed; the first row is its head."""
    head, *rest = (f"| {' | '.join(map(_typed, row))} |" for row in rows)
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *rest])


def _typed(cell: str) -> str:
    """One cell in one line; a row of dashes would be a rule."""
    plain = " ".join(cell.split())
    return "—" if _DASHES.fullmatch(plain) else plain.replace("|", "\\|")
