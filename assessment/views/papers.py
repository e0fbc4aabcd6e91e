"""A filing's content with its scheme's words, for pages that show the whole of it."""

from dataclasses import dataclass
from decimal import Decimal

from assessment.domain import exchange
from assessment.domain.figures import beside_unit, show_typed
from assessment.domain.narrative import Heading, outline
from assessment.domain.own_rows import complete
from assessment.domain.prose import Block, blocks
from assessment.domain.scheme import Field, Indicator, Scheme
from assessment.models import Filing


@dataclass(frozen=True)
class FigureLine:
    """One line of the data table."""

    group: str
    field: Field
    text: str
    reason: str


@dataclass(frozen=True)
class ScoreLine:
    """One line of the score table; ``above`` are the headings that begin at this line."""

    above: str
    row: Indicator
    score: exchange.ScoreContent


@dataclass(frozen=True)
class TextBlock:
    """One heading of the report with its paragraphs and tables."""

    heading: Heading
    pieces: tuple[Block, ...]


@dataclass(frozen=True)
class Paper:
    """One assessment as people read it."""

    content: exchange.AssessmentContent
    scheme: Scheme
    figures: tuple[FigureLine, ...]
    scores: tuple[ScoreLine, ...]
    texts: tuple[TextBlock, ...]


def papers_of(filing: Filing, content: exchange.FilingContent) -> list[Paper]:
    """Every assessment of ``content`` with the words of its scheme version."""
    schemes = {stored.scheme.digest: stored.scheme.scheme for stored in filing.assessments.select_related("scheme")}
    return [paper_of(item, complete(schemes[item.scheme.digest], [row.row() for row in item.own_rows])) for item in content.assessments]


def paper_of(content: exchange.AssessmentContent, scheme: Scheme) -> Paper:
    """One assessment with the words of its scheme."""
    scores = {score.code: score for score in content.scores}
    texts = {section.code: section.printed for section in content.narrative}
    return Paper(
        content,
        scheme,
        tuple(_figure(group.label, field, content) for group in scheme.groups for field in group.fields),
        tuple(ScoreLine(" / ".join(step.label for step in path[:-1]), path[-1], scores[path[-1].code]) for path in scheme.rows),
        tuple(TextBlock(heading, blocks(texts.get(heading.section.code, ""))) for heading in outline(scheme.sections)),
    )


def _figure(group: str, field: Field, content: exchange.AssessmentContent) -> FigureLine:
    if field.expression:
        derived = content.derived[field.code]
        return FigureLine(group, field, beside_unit(field, derived.text), derived.reason)
    typed = content.figures.get(field.code)
    return FigureLine(group, field, "" if typed is None else beside_unit(field, show_typed(field, Decimal(typed))), "")
