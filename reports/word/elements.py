"""Word's markup out of plain texts: paragraphs, tables with repeated heads and merged cells, sections of pages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reports.pdf.typeset import JOINER

#: Twentieths of a point in a millimetre: Word's measure.
TWIPS = 1440 / 25.4
#: What no XML may hold, and the print's own joiners, which Word's fonts show as boxes.
_NEVER = re.compile(f"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|{JOINER}")


@dataclass(frozen=True)
class Cell:
    """A text in one cell; ``merged`` is ``restart`` where a cell over several rows begins, ``continue`` in the rows below."""

    text: str
    style: str = "Cell"
    span: int = 1
    merged: str = ""


@dataclass(frozen=True)
class Page:
    """A section's sheet in millimetres: size, margins from the top clockwise, and where its number stands above the edge."""

    size: tuple[int, int]
    margins: tuple[int, int, int, int]
    foot: float


#: GB/T 9704-2012: the text block of 156 × 225 mm, upright and turned.
UPRIGHT = Page((210, 297), (37, 26, 35, 28), 22.4)
TURNED = Page((297, 210), (28, 37, 26, 35), 13.4)


def twips(millimetres: float) -> int:
    """Word's measure of a length."""
    return round(millimetres * TWIPS)


def clean(text: str) -> str:
    """A text as XML may hold it, escaped."""
    return escape(_NEVER.sub("", text), {'"': "&quot;"})


def paragraph(text: str, style: str, within: str = "") -> str:
    """One paragraph; an end of line stays one. ``within`` are further properties, the end of a section for one."""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{clean(line)}</w:t>' for line in text.split("\n"))
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{within}</w:pPr><w:r>{lines}</w:r></w:p>'


def table(widths: Sequence[float], head: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> str:
    """A table with columns of ``widths`` in millimetres; its head comes again on each page, and no row is parted."""
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    body = "".join(_row(row, widths) for row in rows)
    properties = f'<w:tblStyle w:val="Report"/><w:tblW w:w="{twips(sum(widths))}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    look = '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    return f"<w:tbl><w:tblPr>{properties}{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{_row(head, widths, '<w:tblHeader/>')}{body}</w:tbl>"


def _row(cells: Iterable[Cell], widths: Sequence[float], kind: str = "") -> str:
    made, place = [], 0
    for cell in cells:
        width = twips(sum(widths[place : place + cell.span]))
        place += cell.span
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        merged = f'<w:vMerge w:val="{cell.merged}"/>' if cell.merged else ""
        properties = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merged}<w:vAlign w:val="center"/></w:tcPr>'
        made.append(f"<w:tc>{properties}{paragraph(cell.text, cell.style)}</w:tc>")
    return f"<w:tr><w:trPr><w:cantSplit/>{kind}</w:trPr>{''.join(made)}</w:tr>"


def section(page: Page, *, numbered: bool, first: bool = False) -> str:
    """The properties of a section of pages; ``first`` begins their numbers."""
    feet = ("odd", "even") if numbered else ("bare", "bare")
    refers = "".join(
        f'<w:headerReference w:type="{side}" r:id="head"/><w:footerReference w:type="{side}" r:id="{foot}"/>'
        for side, foot in zip(("default", "even"), feet, strict=True)
    )
    (width, height), (top, right, bottom, left) = page.size, page.margins
    turned = ' w:orient="landscape"' if width > height else ""
    size = f'<w:pgSz w:w="{twips(width)}" w:h="{twips(height)}"{turned}/>'
    sides = f'w:top="{twips(top)}" w:right="{twips(right)}" w:bottom="{twips(bottom)}" w:left="{twips(left)}"'
    margins = f'<w:pgMar {sides} w:header="{twips(15)}" w:footer="{twips(page.foot)}" w:gutter="0"/>'
    numbers = '<w:pgNumType w:start="1"/>' if first else ""
    grid = '<w:docGrid w:type="lines" w:linePitch="579"/>' if page is UPRIGHT else ""
    return f'<w:sectPr>{refers}<w:type w:val="nextPage"/>{size}{margins}{numbers}{grid}</w:sectPr>'


def ended(page: Page, *, numbered: bool, first: bool = False) -> str:
    """What ends a section: an empty line with its properties."""
    properties = section(page, numbered=numbered, first=first)
    return f'<w:p><w:pPr><w:pStyle w:val="End"/>{properties}</w:pPr></w:p>'
