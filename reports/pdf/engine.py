"""WeasyPrint kept warm: one font configuration and one parsed style sheet a process; nothing is ever fetched."""

from dataclasses import replace
from functools import cache
from typing import Any, NoReturn

from django.template.loader import render_to_string

from assessment.domain.exchange import ExchangeFile, ReviewContent
from reports.pdf.document import Document, Printed, document_of
from reports.pdf.errors import PrintError
from reports.pdf.fonts import PRINT_FOLDER, check_glyphs, check_parts

#: Two settle nearly every score table: one to find its page ends, one to see that they hold.
PASSES = 6


def render(file: ExchangeFile, *, review: ReviewContent | None = None, watermark: str = "", explained: bool = False) -> bytes:
    """The PDF of an exchange file: cover, report, score table, data table, annexes, and the review if given.

    ``explained`` adds how each score came about. The same arguments give the same bytes under the same tool chain.
    Raises ``PrintError`` when a font or a glyph is missing, or when the review is of another filing.
    """
    _engine()
    document = document_of(file, review, explained=explained)
    check_glyphs(_html("filing", document=document, watermark=watermark))
    cut = replace(document, assessments=tuple(_cut_at_pages(item, document) for item in document.assessments))
    identifier = bytes.fromhex(file.digest.value)[:16]
    laid_out = _layout(_html("filing", document=cut, watermark=watermark))
    pdf: bytes = laid_out.write_pdf(pdf_identifier=identifier, pdf_tags=True)
    return pdf


def _html(name: str, **context: Any) -> str:
    return render_to_string(f"print/{name}.html", context)


def _cut_at_pages(assessment: Printed, document: Document) -> Printed:
    """The score table in one piece a page, so that merged cells end with their page and begin anew on the next."""
    for turn in range(PASSES):
        found = _page_starts(assessment, document, slack=turn == 0)
        if found == assessment.starts:
            break
        assessment = replace(assessment, starts=_agreed(assessment.starts, found))
    return assessment


def _page_starts(assessment: Printed, document: Document, *, slack: bool) -> tuple[int, ...]:
    """The first score row of each page; with ``slack`` pages are a little lower, for what the cutting may add."""
    pages = _layout(_html("measure", assessment=assessment, document=document, slack=slack)).pages
    return tuple(row for page in pages if (row := _first_row(page.anchors)) is not None)


def _agreed(wanted: tuple[int, ...], found: tuple[int, ...]) -> tuple[int, ...]:
    """All that was found where it continues what was wanted; else up to the first page that ran over, to go on from there."""
    if found[: len(wanted)] == wanted:
        return found
    over = next(place for place, (want, get) in enumerate(zip(wanted, found, strict=False)) if want != get)
    return found[: over + 1]


def _first_row(anchors: dict[str, Any]) -> int | None:
    """The first score row on a page; rows are anchored as ``row-<assessment>-<number>``."""
    return min((int(name.rpartition("-")[2]) for name in anchors if name.startswith("row-")), default=None)


def _layout(html: str) -> Any:
    """The text laid out on pages."""
    from weasyprint.urls import FatalURLFetchingError

    html_class, font_config, style, fetcher = _engine()
    try:
        return html_class(string=html, url_fetcher=fetcher).render(font_config=font_config, stylesheets=[style])
    except FatalURLFetchingError as refusal:
        raise PrintError(str(refusal)) from refusal


@cache
def _engine() -> tuple[Any, Any, Any, Any]:
    """WeasyPrint, its font configuration, our style and our fetcher, made once; raises ``PrintError`` while a part is missing."""
    check_parts()
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class NoFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        """Printing fetches nothing: no network, no file, no data URL."""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            # Any other error would only be logged, and the print made without the resource.
            raise FatalURLFetchingError(f"打印内容不能引用外部资源：{url[:100]}")

    fetcher = NoFetcher()
    font_config = FontConfiguration()
    style = CSS(string=(PRINT_FOLDER / "print.css").read_text("utf-8"), font_config=font_config, url_fetcher=fetcher)
    return HTML, font_config, style, fetcher
