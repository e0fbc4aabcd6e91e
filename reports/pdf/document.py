"""What the print templates show: an exchange file's content in the words of its scheme."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessment.domain.canonical import decimal_text, short_code
from assessment.domain.exchange import (
    AssessmentContent,
    EvidenceContent,
    ExchangeFile,
    InputContent,
    ReviewContent,
    ReviewedAssessment,
    ScoreContent,
)
from assessment.domain.figures import grouped
from assessment.domain.narrative import outline
from assessment.domain.reasons import answerable, subject_of
from assessment.domain.scheme import Scheme
from reports.pdf.charts import Picture, pictures
from reports.pdf.codes import qr_code
from reports.pdf.errors import PrintError
from reports.pdf.figures import FigureGroup, figure_groups, pad_of, places_in
from reports.pdf.grids import Piece, pieces_of
from reports.pdf.paging import COLUMNS, FIGURE_COLUMNS, Sheet, above_table, figure_sheets
from reports.pdf.scores import Line, Note, Row, score_lines, score_pages, two_places
from reports.pdf.typeset import balanced, typeset


@dataclass(frozen=True)
class Block:
    """A heading with its number, its HTML level, and the paragraphs and tables under it."""

    heading: str
    tag: int
    pieces: tuple[Piece, ...]


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
class Table:
    """A table's title and the small print above it, left and right."""

    title: str
    left: str
    right: tuple[str, ...]

    @property
    def above(self) -> float:
        """How high they stand, in points."""
        return above_table(self.title, self.left, "　".join(self.right))


@dataclass(frozen=True)
class Printed:
    """One assessment, ready to print; ``starts`` are the rows that begin a page of its score table, ``project`` its name if it is
    one, ``facts`` what else is known of that."""

    report_title: str
    seal_line: str
    project: str
    facts: tuple[tuple[str, str], ...]
    title_lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    pictures: tuple[Picture, ...]
    score_table: Table
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    full: str
    full_pad: str
    total: str
    total_steps: tuple[str, ...]
    grade: str
    data_table: Table
    groups: tuple[FigureGroup, ...]
    explained_table: Table
    explanations: tuple[Explained, ...]
    evidence_table: Table
    evidence: tuple[Proof, ...]
    told_table: Table
    told: tuple[Told, ...]
    starts: tuple[int, ...] = (0,)
    columns = COLUMNS
    figure_columns = FIGURE_COLUMNS

    @property
    def heading(self) -> str:
        """Its line of the contents."""
        return self.project or self.report_title

    @property
    def annexes(self) -> tuple[Table, ...]:
        """The tables behind the data table that have something in them."""
        filled = ((self.explained_table, self.explanations), (self.evidence_table, self.evidence))
        return tuple(table for table, rows in filled if rows)

    @property
    def pages(self) -> tuple[tuple[Row, ...], ...]:
        """The score table, page by page."""
        return score_pages(self.lines, self.starts)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The data table, page by page."""
        return figure_sheets(self.groups, self.data_table.above)


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
    """The office's review of one assessment; the comment on the whole filing stands with the first."""

    table: Table
    assessment: Printed
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
    code: str
    qr: str
    assessments: tuple[Printed, ...]
    reviews: tuple[ReviewPage, ...]


def document_of(file: ExchangeFile, review: ReviewContent | None, *, explained: bool) -> Document:
    """The whole of an exchange file and, if given, the review; ``explained`` adds how each score came about.

    Raises ``PrintError`` for a review of another filing.
    """
    if review and review.filing_digest != file.digest.value:
        raise PrintError("复核结果不是对这份自评材料作出的：摘要值不一致")
    content = file.content
    printed = tuple(_printed(item, file, explained=explained) for item in content.assessments)
    first = content.assessments[0]
    return Document(
        title=f"{content.unit.name}{content.round.fiscal_year}年度{printed[0].report_title}",
        unit=content.unit.name,
        unit_lines=tuple(balanced(content.unit.name)),
        year=content.round.fiscal_year,
        seal_line=file.scheme_of(first).seal_line,
        date=content.filled_on,
        digest=file.digest.value,
        code=short_code(file.digest.value),
        qr=qr_code(file.digest.value),
        assessments=printed,
        reviews=tuple(_reviews(file, printed, review)) if review else (),
    )


def _printed(content: AssessmentContent, file: ExchangeFile, *, explained: bool) -> Printed:
    scheme = file.scheme_of(content)
    lines, notes = score_lines(content, scheme)
    year = f"{file.content.round.fiscal_year}年度"
    named = (content.name,) if content.kind == "project" else ()
    unit, stem = _left(file, content), _stem(content, file)
    version = f"{scheme.title}　{scheme.version} 版"
    explanations, evidence = _explanations(content, scheme), tuple(_proof(item, scheme) for item in content.evidence)
    return Printed(
        report_title=scheme.report_title,
        seal_line=scheme.seal_line,
        project="".join(named),
        facts=_facts(content),
        title_lines=tuple(part for text in (file.content.unit.name, *named, f"{year}{scheme.report_title}") for part in balanced(text)),
        blocks=_blocks(content, scheme),
        pictures=pictures(content, scheme),
        score_table=Table(f"附表 1　{stem}指标评分表", unit, (version, "单位：分")),
        lines=lines,
        notes=notes,
        full=decimal_text(scheme.full_points),
        full_pad=pad_of(decimal_text(scheme.full_points), places_in(line.points for line in lines)),
        total=two_places(content.self_total),
        total_steps=content.total_steps,
        grade=content.grade,
        data_table=Table(f"附表 2　{stem}基础数据表", unit, ("“不适用”指分母为 0 等无法计算的情形",)),
        groups=figure_groups(content, scheme),
        explained_table=Table(f"附表 3　{stem}核查意见说明", unit, ()),
        explanations=explanations,
        evidence_table=Table(f"附表 {4 if explanations else 3}　{stem}佐证材料清单", unit, ()),
        evidence=evidence,
        told_table=Table(f"{stem}测算说明", unit, (version,)),
        told=tuple(_told(item, scheme) for item in content.scores) if explained else (),
    )


def _left(file: ExchangeFile, content: AssessmentContent) -> str:
    """What stands above a table at the left: whose it is."""
    return f"评价单位：{file.content.unit.name}" + (f"　项目名称：{content.name}" if content.project else "")


def _facts(content: AssessmentContent) -> tuple[tuple[str, str], ...]:
    """What the list of projects says of a project, as far as it says anything."""
    if content.project is None:
        return ()
    amount = f"{grouped(Decimal(content.project.amount), 2)} 万元" if content.project.amount is not None else ""
    told = (("项目编码", content.project.code), ("项目金额", amount), ("重点项目", "、".join(content.project.key)))
    return tuple((label, typeset(text)) for label, text in told if text)


def _stem(content: AssessmentContent, file: ExchangeFile) -> str:
    """What the titles of an assessment's tables begin with: ``2022年度整体绩效自评``."""
    return f"{file.content.round.fiscal_year}年度{file.scheme_of(content).report_title.removesuffix('报告')}"


def _blocks(content: AssessmentContent, scheme: Scheme) -> tuple[Block, ...]:
    texts = {section.code: section.printed for section in content.narrative}
    blocks = []
    for heading in outline(scheme.sections):
        section = heading.section
        gap = " " if heading.number.endswith(".") else ""
        tag = min(max(section.level, 1) + 1, 5)
        title = typeset(f"{heading.number}{gap}{section.heading}") if section.heading else ""
        blocks.append(Block(title, tag, pieces_of(texts.get(section.code, ""))))
    return tuple(blocks)


def _explanations(content: AssessmentContent, scheme: Scheme) -> tuple[Explained, ...]:
    """Reasons and waivers in the scheme's order: a mapping's own order is not part of what is signed."""
    order = {code: place for place, code in enumerate(answerable(scheme))}
    said = [(key, text) for key, text in content.explanations.items()]
    said += [(key, f"财务部门豁免，有效期至{_day(item.expires_on)}：{item.reason}") for key, item in content.waivers.items()]
    said.sort(key=lambda item: (order.get(item[0].partition(".")[0], len(order)), item[0]))
    return tuple(Explained(subject_of(key, scheme), text) for key, text in said)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _told(item: ScoreContent, scheme: Scheme) -> Told:
    row = scheme.scored[item.code]
    return Told(row.label, decimal_text(row.points), item.inputs, item.steps, two_places(item.auto_points), item.best)


def _proof(item: EvidenceContent, scheme: Scheme) -> Proof:
    labels = "、".join(scheme.scored[code].label for code in item.indicators if code in scheme.scored)
    return Proof(item.name, labels, item.size, item.public, item.sha256)


def _reviews(file: ExchangeFile, printed: Sequence[Printed], review: ReviewContent) -> Iterator[ReviewPage]:
    for content, shown, reviewed in zip(file.content.assessments, printed, review.assessments, strict=True):
        yield _review(content, file, shown, reviewed, "" if shown is not printed[0] else review.comment)


def _review(content: AssessmentContent, file: ExchangeFile, shown: Printed, review: ReviewedAssessment, comment: str) -> ReviewPage:
    """Rows in the scheme's order."""
    scheme = file.scheme_of(content)
    table = Table(f"{_stem(content, file)}复核评分表", _left(file, content), ("单位：分",))
    given = {score.code: score for score in review.scores}
    own = {score.code: score.self_points for score in content.scores}
    rows = []
    for code, row in scheme.scored.items():
        score = given.get(code)
        points = two_places(score.review_points if score else None)
        rows.append(ReviewRow(row.label, decimal_text(row.points), two_places(own.get(code)), points, score.reason if score else ""))
    return ReviewPage(table, shown, tuple(rows), two_places(review.total), review.total_steps, review.grade, comment)
