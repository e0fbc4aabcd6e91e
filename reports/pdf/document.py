"""What the print templates show: an exchange file's content in the words of its scheme."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessment.domain.canonical import decimal_text
from assessment.domain.exchange import AssessmentContent, EvidenceContent, ExchangeFile, ReviewContent
from assessment.domain.figures import HUNDRED, show_value
from assessment.domain.narrative import outline
from assessment.domain.scheme import Field, Indicator, Scheme
from assessment.domain.scoring import rule_in_words


@dataclass(frozen=True)
class Block:
    """A heading with its number, its HTML level, and the paragraphs under it."""

    heading: str
    tag: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """A merged cell of level 1 or 2 over ``rows`` rows."""

    label: str
    points: str
    rows: int


@dataclass(frozen=True)
class ScoreRow:
    """One row of the score table; ``heads`` are the merged cells that begin with it."""

    heads: tuple[Head, ...]
    label: str
    points: str
    rule: str
    auto: str
    explain: str
    self: str
    reason: str


@dataclass(frozen=True)
class FigureRow:
    """One row of the data table."""

    label: str
    unit: str
    text: str
    note: str


@dataclass(frozen=True)
class Group:
    """Rows of the data table under one heading."""

    label: str
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True)
class Explained:
    """A warning and the unit's reason."""

    message: str
    text: str


@dataclass(frozen=True)
class Proof:
    """A line of the evidence list, with the indicators by name."""

    name: str
    indicators: tuple[str, ...]
    size: int
    public: bool
    sha256: str


@dataclass(frozen=True)
class Printed:
    """One assessment, ready to print."""

    report_title: str
    scheme: str
    blocks: tuple[Block, ...]
    scores: tuple[ScoreRow, ...]
    full: str
    total: str
    grade: str
    groups: tuple[Group, ...]
    explanations: tuple[Explained, ...]
    evidence: tuple[Proof, ...]


@dataclass(frozen=True)
class ReviewRow:
    """Self and review points of one row."""

    label: str
    points: str
    self: str
    review: str
    reason: str


@dataclass(frozen=True)
class ReviewPage:
    """The office's review."""

    rows: tuple[ReviewRow, ...]
    total: str
    grade: str
    comment: str


@dataclass(frozen=True)
class Document:
    """A filing, ready to print."""

    title: str
    unit: str
    year: int
    date: date | None
    digest: str
    assessments: tuple[Printed, ...]
    review: ReviewPage | None


def two_places(value: str | Decimal | None) -> str:
    """Points with two decimals; a dash where there are none."""
    return "—" if value is None else f"{Decimal(value):.2f}"


def document_of(file: ExchangeFile, review: ReviewContent | None) -> Document:
    """The whole of an exchange file and, if given, the review."""
    content = file.content
    printed = tuple(_printed(item, file.scheme_of(item)) for item in content.assessments)
    first = content.assessments[0]
    return Document(
        title=f"{content.unit.name}{content.round.fiscal_year}年度{printed[0].report_title}",
        unit=content.unit.name,
        year=content.round.fiscal_year,
        date=content.filled_on,
        digest=file.digest.value,
        assessments=printed,
        review=_review(first, file.scheme_of(first), review) if review else None,
    )


def _printed(content: AssessmentContent, scheme: Scheme) -> Printed:
    messages = {check.code: check.message for check in scheme.checks}
    return Printed(
        report_title=scheme.report_title,
        scheme=f"{scheme.title}　{scheme.version} 版",
        blocks=_blocks(content, scheme),
        scores=_scores(content, scheme),
        full=_short(scheme.full_points),
        total=two_places(content.self_total),
        grade=content.grade,
        groups=tuple(Group(group.label, tuple(_figure(field, content) for field in group.fields)) for group in scheme.groups),
        explanations=tuple(Explained(messages.get(code, code), text) for code, text in content.explanations.items()),
        evidence=tuple(_proof(item, scheme) for item in content.evidence),
    )


def _blocks(content: AssessmentContent, scheme: Scheme) -> tuple[Block, ...]:
    texts = {section.code: section.printed for section in content.narrative}
    blocks = []
    for heading in outline(scheme.sections):
        section = heading.section
        gap = " " if heading.number.endswith(".") else ""
        paragraphs = tuple(line for line in texts.get(section.code, "").split("\n") if line)
        blocks.append(Block(f"{heading.number}{gap}{section.heading}" if section.heading else "", min(section.level + 1, 5), paragraphs))
    return tuple(blocks)


def _scores(content: AssessmentContent, scheme: Scheme) -> tuple[ScoreRow, ...]:
    given = {score.code: score for score in content.scores}
    counts: dict[str, int] = {}
    for path in scheme.rows:
        for step in path[:-1]:
            counts[step.code] = counts.get(step.code, 0) + 1
    rows: list[ScoreRow] = []
    begun: set[str] = set()
    for path in scheme.rows:
        row, score = path[-1], given[path[-1].code]
        heads = tuple(Head(step.label, _short(step.points), counts[step.code]) for step in path[:-1] if step.code not in begun)
        begun |= {step.code for step in path[:-1]}
        auto = "不适用" if score.not_applicable else two_places(score.auto_points)
        rows.append(
            ScoreRow(heads, row.label, _short(row.points), _rule(row), auto, score.explain, two_places(score.self_points), score.reason)
        )
    return tuple(rows)


def _rule(row: Indicator) -> str:
    return f"{row.basis}。{rule_in_words(row)}" if row.basis else rule_in_words(row)


def _short(points: Decimal) -> str:
    return decimal_text(points)


def _figure(field: Field, content: AssessmentContent) -> FigureRow:
    if field.expression:
        derived = content.derived[field.code]
        return FigureRow(field.label, field.unit, derived.text, derived.reason)
    typed = content.figures.get(field.code)
    if typed is None:
        return FigureRow(field.label, field.unit, "", "未填写")
    value = Decimal(typed)
    return FigureRow(field.label, field.unit, show_value(field, value / HUNDRED if field.kind == "percent" else value), "")


def _proof(item: EvidenceContent, scheme: Scheme) -> Proof:
    labels = tuple(scheme.scored[code].label for code in item.indicators if code in scheme.scored)
    return Proof(item.name, labels, item.size, item.public, item.sha256)


def _review(content: AssessmentContent, scheme: Scheme, review: ReviewContent) -> ReviewPage:
    selves = {score.code: score.self_points for score in content.scores}
    rows = tuple(
        ReviewRow(
            scheme.scored[item.code].label,
            _short(scheme.scored[item.code].points),
            two_places(selves.get(item.code)),
            two_places(item.review_points),
            item.reason,
        )
        for item in review.scores
    )
    return ReviewPage(rows, two_places(review.total), review.grade, review.comment)
