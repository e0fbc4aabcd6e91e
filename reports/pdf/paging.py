"""Where the pages of the two tables end, reckoned before they are laid out: measuring by layout takes longer than all the rest.

Merged cells of the score table end with their page and begin anew. There the layout itself is asked afterwards; where it
disagrees it is followed, at the price of laying the table out once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reports.pdf.figures import FigureGroup
from reports.pdf.scores import Group, Line
from reports.pdf.typeset import lines_of, width_of

MM = 72 / 25.4
#: Widths in mm of: level 1, 2 and 3, points, rule, computed points, how, own points, why. Together the text block's 225 mm.
COLUMNS = (24, 19, 30, 11, 52, 13, 34, 13, 29)
#: In points, as in print.css: type and line of the table and of its small print, padding and border of a cell.
TABLE, SMALL = (10.5, 14.5), (9.0, 12.0)
SIDES, ENDS = 2 * 4 + 1.2, 2 * 2.5 + 1.2
BLOCK, TITLE, ABOUT, HEAD, SUM = 156 * MM, 34.0, 20.0, 34.5, 20.0
#: For what the reckoning takes too low.
SPARE = 4.0


@dataclass(frozen=True)
class Heights:
    """A row's own height, and those of the merged cells over it, in points."""

    row: float
    groups: tuple[tuple[Group, float], ...]


def page_starts(lines: Sequence[Line], above: float) -> tuple[int, ...]:
    """The first row of each page; ``above`` is the height of what stands over the table, as ``above_table`` gives it."""
    heights = [_heights(line) for line in lines]
    room = BLOCK - above - HEAD - SPARE
    starts, first = [0], 0
    for number in range(1, len(heights)):
        foot = SUM if number == len(heights) - 1 else 0
        if _height(heights[first : number + 1]) + foot > room:
            starts.append(number)
            first, room = number, BLOCK - HEAD - SPARE
    return tuple(starts)


def above_table(title: str, left: str, right: str) -> float:
    """Of a table's title, and of the line of small print under it, in points."""
    beside = 225 * MM - width_of(right, TABLE[0]) - 24
    return TITLE + (lines_of(title, 225 * MM, 18) - 1) * 28 + ABOUT + (lines_of(left, beside, TABLE[0]) - 1) * 16


def _height(rows: Sequence[Heights]) -> float:
    """Of the rows of one page together, each merged cell over its own at least as high as its words."""
    own: dict[Group, float] = {}
    words: dict[Group, float] = {}
    for row in rows:
        for group, height in row.groups:
            own[group] = own.get(group, 0.0) + row.row
            words[group] = height
    return sum(row.row for row in rows) + sum(max(words[group] - own[group], 0.0) for group in own)


def _heights(line: Line) -> Heights:
    span = sum(COLUMNS[len(line.groups) : 3])
    cells = [
        _cell(line.label, span, TABLE),
        _cell(line.rule, COLUMNS[4], SMALL),
        _cell(line.explain, COLUMNS[6], SMALL),
        _cell(line.reason, COLUMNS[8], SMALL),
        TABLE[1] + SMALL[1] * line.not_applicable + ENDS,
    ]
    groups = tuple((group, _cell(group.label, COLUMNS[level], TABLE) + TABLE[1]) for level, group in enumerate(line.groups))
    return Heights(max(cells), groups)


def _cell(text: str, width: float, kind: tuple[float, float]) -> float:
    size, line = kind
    return lines_of(text, width * MM - SIDES, size) * line + ENDS


#: The data table's columns in mm, two of which stand side by side: item, unit of measure, value, note.
FIGURE_COLUMNS = (52, 16, 22, 18)
FIGURE_LINE, FIGURE_ENDS, FIGURE_HEAD = 13.0, 2 * 1.4 + 1.2, 17.5


@dataclass(frozen=True)
class Sheet:
    """What of the data table stands on one page, left and right."""

    left: tuple[FigureGroup, ...]
    right: tuple[FigureGroup, ...]

    @property
    def columns(self) -> tuple[tuple[FigureGroup, ...], ...]:
        """Those that have something in them."""
        return tuple(column for column in (self.left, self.right) if column)

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(len(group.rows) for group in (*self.left, *self.right))


#: A last page with fewer rows looks left over: then the pages before it are filled a little less.
FEWEST = 6


def figure_sheets(groups: Sequence[FigureGroup], above: float) -> tuple[Sheet, ...]:
    """The data table page by page, each page's left column first; the last page's columns are about equally long."""
    sheets = _sheets(groups, above, 0.0)
    line = FIGURE_LINE + FIGURE_ENDS
    for lines in range(1, int(BLOCK / 2 / line)):
        if len(sheets) == 1 or sheets[-1].rows >= FEWEST:
            break
        shorter = _sheets(groups, above, lines * line)
        if len(shorter) > len(sheets):
            break
        sheets = shorter
    return sheets


def _sheets(groups: Sequence[FigureGroup], above: float, less: float) -> tuple[Sheet, ...]:
    """Pages filled but for ``less`` points of each column."""
    sheets: list[Sheet] = []
    rest = tuple(groups)
    while rest:
        room = BLOCK - (0.0 if sheets else above) - FIGURE_HEAD - SPARE - less
        left, other = _filled(rest, room)
        right, later = _filled(other, room)
        if not later:
            half = sum(_group_heights(rest)) / 2
            left, other = _filled(rest, min(room, half + FIGURE_LINE + FIGURE_ENDS))
            right, later = _filled(other, room)
        sheets.append(Sheet(left, right))
        rest = later
    return tuple(sheets)


def _filled(groups: Sequence[FigureGroup], room: float) -> tuple[tuple[FigureGroup, ...], tuple[FigureGroup, ...]]:
    """What fits in a column, at least one row, and what does not; a heading is not left without a row."""
    taken: list[FigureGroup] = []
    for number, group in enumerate(groups):
        heights = list(_row_heights(group))
        fits = next((count for count in range(len(group.rows), 0, -1) if sum(heights[: count + 1]) <= room), 0)
        if fits == len(group.rows):
            taken.append(group)
            room -= sum(heights)
            continue
        fits = fits if taken or fits else 1
        if fits:
            taken.append(replace(group, rows=group.rows[:fits]))
        rest = replace(group, rows=group.rows[fits:], again=group.again or bool(fits))
        return tuple(taken), (rest, *groups[number + 1 :])
    return tuple(taken), ()


def _row_heights(group: FigureGroup) -> Iterator[float]:
    """The heading's height, then each row's."""
    yield FIGURE_LINE + FIGURE_ENDS
    for row in group.rows:
        label = lines_of(row.label, FIGURE_COLUMNS[0] * MM - SIDES, TABLE[0]) * FIGURE_LINE
        note = lines_of(row.note, FIGURE_COLUMNS[3] * MM - SIDES, SMALL[0]) * SMALL[1]
        unit = lines_of(row.unit, FIGURE_COLUMNS[1] * MM - SIDES, TABLE[0]) * FIGURE_LINE
        yield max(label, note, unit, FIGURE_LINE) + FIGURE_ENDS


def _group_heights(groups: Sequence[FigureGroup]) -> Iterator[float]:
    return (sum(_row_heights(group)) for group in groups)
