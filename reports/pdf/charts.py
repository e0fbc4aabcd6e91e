"""Charts as SVG, drawn in white, grey and black with every value written beside its bar: they read in any print."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from assessment.domain.canonical import decimal_text
from assessment.domain.elements import Chart
from assessment.domain.exchange import AssessmentContent
from assessment.domain.figures import parse_number, show_points, show_typed
from assessment.domain.scheme import Scheme

#: In points: the text block's width, where bars begin, the longest bar, and a bar's height.
WIDTH, LEFT, LONGEST, BAR = 442, 92, 255, 12
FILLS = ("#fff", "#a6a6a6", "#000")
TEXT = 'font-family="Jiping FangSong, Jiping Song, Noto Serif CJK SC" font-size="11"'
MISSING = "未填写"


@dataclass(frozen=True)
class Bar:
    """A bar: its share of the longest, what is written behind it, and which fill it has; ``full`` draws its frame to the end."""

    share: float
    text: str
    fill: int
    full: bool = False


@dataclass(frozen=True)
class Picture:
    """A chart with its heading, and what it shows in words for those who cannot see it."""

    title: str
    svg: str


def pictures(content: AssessmentContent, scheme: Scheme) -> tuple[Picture, ...]:
    """The scheme's charts, and the points of each group against its full points."""
    return (*(_fields(chart, content, scheme) for chart in scheme.charts), _points(content, scheme))


def _fields(chart: Chart, content: AssessmentContent, scheme: Scheme) -> Picture:
    values = {code: _value(code, content, scheme) for row in chart.rows for code in row.fields}
    most = max((value for value, _ in values.values() if value is not None), default=Decimal(0))
    rows = [
        (row.label, [Bar(_share(values[code][0], most), values[code][1], fill) for fill, code in enumerate(row.fields)])
        for row in chart.rows
    ]
    unit = scheme.fields[chart.rows[0].fields[0]].unit
    told = "；".join(
        f"{row.label}：{'，'.join(f'{name} {values[code][1]}' for name, code in zip(chart.series, row.fields, strict=True))}"
        for row in chart.rows
    )
    return Picture(f"{chart.title}（单位：{unit}）", _svg(f"{chart.title}，单位{unit}。{told}", rows, chart.series))


def _value(code: str, content: AssessmentContent, scheme: Scheme) -> tuple[Decimal | None, str]:
    """A field's value and how the data table shows it."""
    if typed := content.figures.get(code):
        return Decimal(typed), show_typed(scheme.fields[code], Decimal(typed))
    derived = content.derived.get(code)
    return (parse_number(derived.text.rstrip("%")), derived.text or MISSING) if derived else (None, MISSING)


def _share(value: Decimal | None, most: Decimal) -> float:
    return float(max(value, Decimal(0)) / most) if value and most > 0 else 0.0


def _points(content: AssessmentContent, scheme: Scheme) -> Picture:
    """Own points by level-1 group, each bar's frame its full points."""
    given = {score.code: score.self_points for score in content.scores}
    rows, told = [], []
    for top in scheme.indicators:
        own = [Decimal(points) for path in scheme.rows if path[0] is top and (points := given.get(path[-1].code)) is not None]
        full, total = decimal_text(top.points), show_points(sum(own, Decimal(0))) if own else MISSING
        rows.append((top.label, [Bar(_share(sum(own, Decimal(0)), top.points), f"{total} / {full}", 1, full=True)]))
        told.append(f"{top.label} {total}，满分 {full}")
    return Picture("各项自评得分与分值（单位：分）", _svg(f"各项自评得分与分值。{'；'.join(told)}", rows, ("自评得分", "分值")))


def _svg(told: str, rows: Sequence[tuple[str, Sequence[Bar]]], series: Sequence[str]) -> str:
    parts, y = _legend(series, rows[0][1][0].full), 30.0
    for label, bars in rows:
        height = len(bars) * (BAR + 3) - 3
        parts.append(_label(label, y + height / 2))
        for bar in bars:
            parts += _bar(bar, y)
            y += BAR + 3
        y += 13
    line = f'<line x1="{LEFT}" y1="22" x2="{LEFT}" y2="{y - 8:.1f}" stroke="#000" stroke-width="0.75"/>'
    size = f'width="{WIDTH}pt" height="{y:.1f}pt" viewBox="0 0 {WIDTH} {y:.1f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><title>{escape(told)}</title>{"".join(parts)}{line}</svg>'


def _legend(series: Sequence[str], framed: bool) -> list[str]:
    """A small bar for each series with its name; with ``framed`` bars the second is the frame alone."""
    parts, x = [], float(LEFT)
    for number, name in enumerate(series):
        fill = FILLS[(1, 0)[number]] if framed else FILLS[number]
        parts.append(f'<rect x="{x}" y="3" width="18" height="9" fill="{fill}" stroke="#000" stroke-width="0.5"/>')
        parts.append(f'<text x="{x + 23}" y="11.5" {TEXT}>{escape(name)}</text>')
        x += 23 + 11 * len(name) + 18
    return parts


def _label(text: str, middle: float) -> str:
    """A row's name left of its bars, in as many lines of seven characters as it needs."""
    lines = [text[start : start + 7] for start in range(0, len(text), 7)]
    top = middle - (len(lines) - 1) * 6.5 + 4
    return "".join(
        f'<text x="{LEFT - 8}" y="{top + number * 13:.1f}" text-anchor="end" {TEXT}>{escape(line)}</text>'
        for number, line in enumerate(lines)
    )


def _bar(bar: Bar, y: float) -> list[str]:
    drawn = (
        [f'<rect x="{LEFT}" y="{y:.1f}" width="{LONGEST}" height="{BAR}" fill="#fff" stroke="#000" stroke-width="0.5"/>']
        if bar.full
        else []
    )
    width = LONGEST * bar.share
    if width:
        drawn.append(
            f'<rect x="{LEFT}" y="{y:.1f}" width="{width:.2f}" height="{BAR}" fill="{FILLS[bar.fill]}" stroke="#000" stroke-width="0.5"/>'
        )
    behind = LEFT + (LONGEST if bar.full else width) + 6
    return [*drawn, f'<text x="{behind:.2f}" y="{y + 9.8:.1f}" {TEXT}>{escape(bar.text)}</text>']
