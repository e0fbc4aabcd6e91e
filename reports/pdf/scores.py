"""The score table on paper: its rows, and the merged cells of levels 1 and 2, begun anew on each page."""

from dataclasses import dataclass, replace
from decimal import Decimal

from assessment.domain.canonical import decimal_text
from assessment.domain.exchange import AssessmentContent, ScoreContent
from assessment.domain.explaining import rule_in_words
from assessment.domain.figures import show_points
from assessment.domain.scheme import Indicator, Scheme
from reports.pdf.figures import pad_of, places_in
from reports.pdf.typeset import typeset

LEVELS = 3
#: Longer texts stand under the table as notes, where they have the whole width.
LONGEST, LONGEST_RULE = 120, 300


@dataclass(frozen=True)
class Group:
    """An indicator above a row: level 1 or 2."""

    code: str
    label: str
    points: str


@dataclass(frozen=True)
class Line:
    """One scored row; ``span`` is how many columns its name takes where the scheme has fewer levels."""

    number: int
    groups: tuple[Group, ...]
    span: int
    label: str
    points: str
    pad: str
    rule: str
    auto: str
    not_applicable: bool
    explain: str
    own: str
    reason: str


@dataclass(frozen=True)
class Head:
    """A merged cell over ``rows`` rows; ``again`` where it goes on from the page before."""

    label: str
    points: str
    rows: int
    again: bool


@dataclass(frozen=True)
class Row:
    """A line with the merged cells that begin at it."""

    heads: tuple[Head, ...]
    line: Line


@dataclass(frozen=True)
class Note:
    """A long text, under the table."""

    number: int
    label: str
    text: str


def two_places(value: str | Decimal | None) -> str:
    """Points with two decimals; a dash where there are none."""
    return "—" if value is None else show_points(Decimal(value))


def score_lines(content: AssessmentContent, scheme: Scheme) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Every row of the scheme with what the filing says of it, and the notes."""
    given = {score.code: score for score in content.scores}
    notes: list[Note] = []
    lines = [_line(scheme, number, path, given.get(path[-1].code), notes) for number, path in enumerate(scheme.rows)]
    places = places_in(line.points for line in lines)
    return tuple(replace(line, pad=pad_of(line.points, places)) for line in lines), tuple(notes)


def _line(scheme: Scheme, number: int, path: tuple[Indicator, ...], score: ScoreContent | None, notes: list[Note]) -> Line:
    groups, row = path[:-1][: LEVELS - 1], path[-1]
    return Line(
        number=number,
        groups=tuple(Group(step.code, step.label, decimal_text(step.points)) for step in groups),
        span=LEVELS - len(groups),
        label="：".join(step.label for step in path[len(groups) :]),
        points=decimal_text(row.points),
        pad="",
        rule=_short(_rule(scheme, row), f"{row.label}评分标准", notes, LONGEST_RULE),
        auto=two_places(score.auto_points if score else None),
        not_applicable=bool(score and score.not_applicable),
        explain=_short(score.explain if score else "", f"{row.label}测算说明", notes),
        own=two_places(score.self_points if score else None),
        reason=_short(score.reason if score else "", f"{row.label}自评说明", notes),
    )


def _rule(scheme: Scheme, row: Indicator) -> str:
    return "。".join(part for part in (row.basis.rstrip("。"), rule_in_words(scheme, row)) if part)


def _short(text: str, label: str, notes: list[Note], longest: int = LONGEST) -> str:
    """The text itself, or where to find it: a narrow cell of a thousand characters would run over several pages."""
    if len(text) <= longest:
        return typeset(text)
    notes.append(Note(len(notes) + 1, label, typeset(text)))
    return f"见表后注 {len(notes)}"


def score_pages(lines: tuple[Line, ...], starts: tuple[int, ...]) -> tuple[tuple[Row, ...], ...]:
    """The rows page by page; ``starts`` are the first row of each page."""
    ends = (*starts[1:], len(lines))
    return tuple(_page(lines, start, end) for start, end in zip(starts, ends, strict=True))


def _page(lines: tuple[Line, ...], start: int, end: int) -> tuple[Row, ...]:
    rows = []
    for line in lines[start:end]:
        begun = () if line.number == start else lines[line.number - 1].groups
        fresh = (group for group in line.groups if group not in begun)
        rows.append(Row(tuple(_head(lines, group, start, end) for group in fresh), line))
    return tuple(rows)


def _head(lines: tuple[Line, ...], group: Group, start: int, end: int) -> Head:
    return Head(
        group.label,
        group.points,
        rows=sum(group in line.groups for line in lines[start:end]),
        again=any(group in line.groups for line in lines[:start]),
    )
