"""A document, part by part: each is laid out for itself, numbered on from the one before, and all are written as one file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string

from assessment.domain.canonical import canonical_json, digest
from assessment.domain.exchange import ExchangeFile, ReviewContent
from assessment.domain.exchange import write as exchange_text
from reports.pdf.document import Document, Printed, ReviewPage, document_of
from reports.pdf.engine import Head, lay_out, load, write
from reports.pdf.errors import PrintError
from reports.pdf.fonts import check_glyphs
from reports.pdf.marks import SIGNED, Mark
from reports.pdf.paging import page_starts
from reports.pdf.typeset import balanced

#: The reckoned page ends nearly always hold; a table that disagrees is laid out again with the page ends that it found.
PASSES = 3
#: A line of the contents has so many characters at most, so that its leader can be seen.
CONTENTS_WIDTH = 24


@dataclass(frozen=True)
class Part:
    """What begins on a page of its own: a template, the assessment it shows if it shows one, and its lines of the contents."""

    template: str
    assessment: Printed | None = None
    review: ReviewPage | None = None
    numbered: bool = True
    titles: tuple[str, ...] = ()


def render(file: ExchangeFile, *, review: ReviewContent | None = None, mark: Mark | None = None, explained: bool = False) -> bytes:
    """The PDF of an exchange file: cover, report, charts, score table, data table, annexes, and the review if given.

    ``mark`` says on every page that it is no official report; ``explained`` adds how each score came about. The same
    arguments give the same bytes under the same tool chain. Raises ``PrintError`` when a font or a glyph is missing,
    or when the review is of another filing.
    """
    load()
    document = document_of(file, review, explained=explained)
    pages = _pages(document, mark)
    attached = [("filing.json", mark.content if mark else SIGNED, exchange_text(file))]
    if review:
        attached.append(("review.json", "复核结果", canonical_json(review.model_dump(mode="json"))))
    title = f"{document.title}（{mark.word}）" if mark else document.title
    identifier = digest(canonical_json([title, explained, *(text for _, _, text in attached)]))
    return write(pages, Head(title, document.unit, document.date, bytes.fromhex(identifier)[:16], tuple(attached)))


def _pages(document: Document, mark: Mark | None) -> list[Any]:
    """Every page, in order; numbers begin behind the cover."""
    parts = list(_parts(document))
    laid_out, number, entries = [], 1, []
    for part in parts:
        pages = _lay_out(part, document, mark=mark, first=number, last=part is parts[-1])
        if part is parts[-1] and _foot_stands_alone(pages):
            pages = _lay_out(part, document, mark=mark, first=number, last=True, alone=True)
        laid_out.append(pages)
        entries += [(balanced(title, CONTENTS_WIDTH), number) for title in part.titles]
        number += len(pages) if part.numbered else 0
    if len(document.assessments) > 1:
        contents = Part("contents", numbered=False)
        laid_out.insert(1, _lay_out(contents, document, mark=mark, first=0, last=False, entries=entries))
    return [page for pages in laid_out for page in pages]


def _foot_stands_alone(pages: Sequence[Any]) -> bool:
    """Whether the last page had no room for the code: WeasyPrint then puts it on an upright sheet behind the turned ones."""
    return bool(pages[-1].width < pages[-1].height)


def _parts(document: Document) -> Iterator[Part]:
    if not document.assessments[0].project:
        yield Part("cover", numbered=False)
    for assessment in document.assessments:
        if assessment.project:
            yield Part("project", assessment, numbered=False)
        yield Part("report", assessment, titles=(assessment.heading,))
        yield Part("charts", assessment)
        yield Part("scores", assessment, titles=_own(assessment, assessment.score_table.title))
        yield Part("figures", assessment, titles=_own(assessment, assessment.data_table.title))
        if assessment.annexes:
            yield Part("annexes", assessment, titles=_own(assessment, *(table.title for table in assessment.annexes)))
        if assessment.told:
            yield Part("explained", assessment, titles=_own(assessment, assessment.told_table.title))
    for review in document.reviews:
        yield Part("review", review=review, titles=_own(review.assessment, review.table.title))


def _own(assessment: Printed, *titles: str) -> tuple[str, ...]:
    """In the contents a project is one line, however many tables it has."""
    return () if assessment.project else titles


def _lay_out(part: Part, document: Document, **placed: Any) -> Sequence[Any]:
    if part.template == "scores" and part.assessment:
        return _score_table(part.assessment, document, **placed)
    shown = {"document": document, "assessment": part.assessment, "review": part.review, "numbered": part.numbered}
    return lay_out(_text(part.template, **shown, **placed))


def _score_table(assessment: Printed, document: Document, **placed: Any) -> Sequence[Any]:
    """The score table in one piece a page, so that merged cells end with their page and begin anew on the next."""
    starts = page_starts(assessment.lines, assessment.score_table.above)

    def laid_out(**shown: Any) -> Sequence[Any]:
        cut = replace(assessment, starts=starts)
        return lay_out(_text("scores", document=document, assessment=cut, numbered=True, **placed, **shown))

    pages = laid_out()
    # Rows have names only where they are looked for: a style of its own for each takes a fifth of the table's time.
    for _ in range(PASSES):
        if _in_one_piece_a_page(pages, len(starts)):
            return pages
        found = breaks(laid_out(each_row=True), len(assessment.lines))
        if found <= set(starts):  # what runs over is a row that is higher than a page
            return pages
        starts = tuple(sorted(found.union(starts)))
        pages = laid_out()
    raise PrintError("指标评分表无法排版；请精简评分标准或说明的文字后重试，或联系系统管理员")


def _in_one_piece_a_page(pages: Sequence[Any], pieces: int) -> bool:
    """Whether each piece of the table begins a page and the sum stands on the last piece's."""
    where = {name: number for number, page in enumerate(pages) for name in page.anchors}
    return [where.get(f"page-{piece}") for piece in range(1, pieces + 1)] == list(range(pieces)) and where["sum"] == pieces - 1


def breaks(pages: Sequence[Any], count: int) -> set[int]:
    """The score rows, named ``row-<number>``, that begin a page; the last of ``count`` where the sum would stand without a row."""
    rows = [[int(name.removeprefix("row-")) for name in page.anchors if name.startswith("row-")] for page in pages]
    alone = {count - 1} if not rows[-1] else set()
    return {min(numbers) for numbers in rows if numbers} | alone


def _text(template: str, **context: Any) -> str:
    """One part's text, every character of which can be printed."""
    text = render_to_string(f"print/{template}.html", context)
    check_glyphs(text)
    return text
