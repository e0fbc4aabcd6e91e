"""Tables inside the report's text: set like its paragraphs, with columns as wide as their words ask for."""

from dataclasses import dataclass

from assessment.domain.prose import Block, Grid, blocks
from reports.pdf.typeset import typeset, width_of

#: The text block in parts of a table's type, and what a cell keeps beside its words.
BLOCK, BESIDE = 36.8, 0.75


@dataclass(frozen=True)
class SetGrid:
    """A table with its columns' shares of the width, in percent."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


Piece = str | SetGrid


def pieces_of(text: str) -> tuple[Piece, ...]:
    """A section's paragraphs and tables, as they are set."""
    return tuple(_set(block) for block in blocks(text))


def _set(block: Block) -> Piece:
    if isinstance(block, str):
        return typeset(block)
    head, *rows = (tuple(map(typeset, row)) for row in (block.head, *block.rows))
    return SetGrid(head, tuple(rows), column_widths(block))


def column_widths(grid: Grid) -> tuple[float, ...]:
    """Narrow columns have what they ask for, wide ones share what is left; what nobody asks for goes to all alike."""
    columns = zip(grid.head, *grid.rows, strict=True)
    wanted = [max(width_of(cell, 1) for cell in column) + BESIDE for column in columns]
    given, left = [0.0] * len(wanted), BLOCK
    for done, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[place] = min(wanted[place], left / (len(wanted) - done))
        left -= given[place]
    return tuple(round(100 * width / (BLOCK - left), 2) for width in given)
