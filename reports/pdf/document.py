"""What the print templates show: an exchange file's content in the words of its scheme."""

from dataclasses import dataclass
from datetime import date

from assessment.domain.canonical import decimal_text
from assessment.domain.exchange import AssessmentContent, EvidenceContent, ExchangeFile, InputContent, ReviewContent, ScoreContent
from assessment.domain.narrative import outline
from assessment.domain.scheme import Scheme, walk
from reports.pdf.errors import PrintError
from reports.pdf.figures import FigureGroup, figure_groups
from reports.pdf.scores import Line, Note, Row, score_lines, score_pages, two_places

TITLE_WIDTH = 19


@dataclass(frozen=True)
class Block:
    """A heading with its number, its HTML level, and the paragraphs under it."""

    heading: str
    tag: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Explained:
    """A warning and the unit's reason."""

    message: str
    text: str


@dataclass(frozen=True)
class Told:
    """How one row's points came about (测算说明)."""

    label: str
    points: str
    inputs: tuple[InputContent, ...]
    steps: tuple[str, ...]
    auto: str
    best: str


@dataclass(frozen=True)
class Proof:
    """A line of the evidence list, with the indicators by name."""

    name: str
    indicators: str
    size: int
    public: bool
    sha256: str


@dataclass(frozen=True)
class Printed:
    """One assessment, ready to print; ``starts`` are the rows that begin a page of its score table."""

    number: int
    report_title: str
    table_title: str
    title_lines: tuple[str, ...]
    scheme: str
    blocks: tuple[Block, ...]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    full: str
    total: str
    total_steps: tuple[str, ...]
    grade: str
    groups: tuple[FigureGroup, ...]
    explanations: tuple[Explained, ...]
    evidence: tuple[Proof, ...]
    told: tuple[Told, ...]
    starts: tuple[int, ...] = (0,)

    @property
    def pages(self) -> tuple[tuple[Row, ...], ...]:
        """The score table, page by page."""
        return score_pages(self.lines, self.starts)


@dataclass(frozen=True)
class ReviewRow:
    """Self and review points of one row."""

    label: str
    points: str
    own: str
    review: str
    reason: str

    @property
    def differs(self) -> bool:
        """Whether the office sees it differently."""
        return self.own != self.review


@dataclass(frozen=True)
class ReviewPage:
    """The office's review."""

    rows: tuple[ReviewRow, ...]
    total: str
    total_steps: tuple[str, ...]
    grade: str
    comment: str


@dataclass(frozen=True)
class Document:
    """A filing, ready to print."""

    title: str
    unit: str
    unit_lines: tuple[str, ...]
    year: int
    seal_line: str
    date: date | None
    digest: str
    assessments: tuple[Printed, ...]
    review: ReviewPage | None


def document_of(file: ExchangeFile, review: ReviewContent | None, *, explained: bool) -> Document:
    """The whole of an exchange file and, if given, the review; ``explained`` adds how each score came about.

    Raises ``PrintError`` for a review of another filing.
    """
    if review and review.filing_digest != file.digest.value:
        raise PrintError("复核结果不是对这份自评材料作出的：摘要值不一致")
    content = file.content
    printed = tuple(_printed(number, item, file, explained=explained) for number, item in enumerate(content.assessments, start=1))
    first = content.assessments[0]
    return Document(
        title=f"{content.unit.name}{content.round.fiscal_year}年度{printed[0].report_title}",
        unit=content.unit.name,
        unit_lines=tuple(balanced(content.unit.name)),
        year=content.round.fiscal_year,
        seal_line=file.scheme_of(first).seal_line,
        date=content.filled_on,
        digest=file.digest.value,
        assessments=printed,
        review=_review(first, file.scheme_of(first), review) if review else None,
    )


def _printed(number: int, content: AssessmentContent, file: ExchangeFile, *, explained: bool) -> Printed:
    scheme = file.scheme_of(content)
    lines, notes = score_lines(content, scheme)
    year = f"{file.content.round.fiscal_year}年度"
    named = (content.name,) if content.kind == "project" else ()
    return Printed(
        number=number,
        report_title=scheme.report_title,
        table_title="".join((year, *named, scheme.report_title.removesuffix("报告"))),
        title_lines=tuple(part for text in (file.content.unit.name, *named, f"{year}{scheme.report_title}") for part in balanced(text)),
        scheme=f"{scheme.title}　{scheme.version} 版",
        blocks=_blocks(content, scheme),
        lines=lines,
        notes=notes,
        full=decimal_text(scheme.full_points),
        total=two_places(content.self_total),
        total_steps=content.total_steps,
        grade=content.grade,
        groups=figure_groups(content, scheme),
        explanations=_explanations(content, scheme),
        evidence=tuple(_proof(item, scheme) for item in content.evidence),
        told=tuple(_told(item, scheme) for item in content.scores) if explained else (),
    )


def balanced(text: str) -> list[str]:
    """A title in as few lines as it needs, of about equal length, cut at a bracket or a 与 where one is near."""
    lines: list[str] = []
    while len(text) > TITLE_WIDTH:
        ideal = -(-len(text) // -(-len(text) // TITLE_WIDTH))
        near = [cut for cut in range(max(ideal - 5, 2), min(ideal + 5, TITLE_WIDTH) + 1) if text[cut] not in "）》”、，"]
        cut = min(
            near or [ideal], key=lambda place: (text[place] not in "（《与和及" and text[place - 1] not in "）》", abs(place - ideal))
        )
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, text]


def _blocks(content: AssessmentContent, scheme: Scheme) -> tuple[Block, ...]:
    texts = {section.code: section.printed for section in content.narrative}
    blocks = []
    for heading in outline(scheme.sections):
        section = heading.section
        gap = " " if heading.number.endswith(".") else ""
        paragraphs = tuple(line for line in texts.get(section.code, "").split("\n") if line.strip())
        tag = min(max(section.level, 1) + 1, 5)
        blocks.append(Block(f"{heading.number}{gap}{section.heading}" if section.heading else "", tag, paragraphs))
    return tuple(blocks)


def _explanations(content: AssessmentContent, scheme: Scheme) -> tuple[Explained, ...]:
    """Reasons and waivers in the scheme's order: a mapping's own order is not part of what is signed."""
    messages = {check.code: check.message for check in (*scheme.checks, *scheme.inspections)}
    order = {code: place for place, code in enumerate(messages)}
    said = [(key, text) for key, text in content.explanations.items()]
    said += [(key, f"财务部门豁免，有效期至{_day(item.expires_on)}：{item.reason}") for key, item in content.waivers.items()]
    said.sort(key=lambda item: (order.get(item[0].partition(".")[0], len(order)), item[0]))
    return tuple(Explained(_subject(key, messages, scheme), text) for key, text in said)


def _subject(key: str, messages: dict[str, str], scheme: Scheme) -> str:
    """The finding that a key names: its check's message, and what of the scheme it is about."""
    code, *parts = key.split(".")
    labels = {section.code: section.heading or "开头段" for section in scheme.sections}
    labels |= {item.code: item.label for top in scheme.indicators for item in walk(top)}
    labels |= {field.code: field.label for field in scheme.fields.values()}
    named = "、".join(labels.get(part, part) for part in parts)
    return messages.get(code, code) + (f"（{named}）" if named else "")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _told(item: ScoreContent, scheme: Scheme) -> Told:
    row = scheme.scored[item.code]
    return Told(row.label, decimal_text(row.points), item.inputs, item.steps, two_places(item.auto_points), item.best)


def _proof(item: EvidenceContent, scheme: Scheme) -> Proof:
    labels = "、".join(scheme.scored[code].label for code in item.indicators if code in scheme.scored)
    return Proof(item.name, labels, item.size, item.public, item.sha256)


def _review(content: AssessmentContent, scheme: Scheme, review: ReviewContent) -> ReviewPage:
    """Rows in the scheme's order."""
    given = {score.code: score for score in review.scores}
    own = {score.code: score.self_points for score in content.scores}
    rows = []
    for code, row in scheme.scored.items():
        score = given.get(code)
        points = two_places(score.review_points if score else None)
        rows.append(ReviewRow(row.label, decimal_text(row.points), two_places(own.get(code)), points, score.reason if score else ""))
    return ReviewPage(tuple(rows), two_places(review.total), review.total_steps, review.grade, review.comment)
