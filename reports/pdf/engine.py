"""WeasyPrint kept warm: one font configuration and one parsed style sheet a process; nothing is ever fetched."""

import gc
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn
from xml.etree import ElementTree

from celery.exceptions import SoftTimeLimitExceeded

from reports.pdf.errors import PrintError
from reports.pdf.file import file_bytes
from reports.pdf.fonts import PRINT_FOLDER, check_parts
from reports.pdf.tagging import finish

logger = logging.getLogger(__name__)

#: The standard, and what follows from it; the colours are given with the document.
OPTIONS = {"pdf_variant": "pdf/a-3a", "pdf_version": "1.7", "pdf_tags": True, "output_intent": "kept"}


@dataclass(frozen=True)
class Head:
    """What the file says of itself; ``attached`` are JSON texts, each with its file name and what it is."""

    title: str
    author: str
    made_on: date | None
    identifier: bytes
    attached: tuple[tuple[str, str, str], ...]


def lay_out(xml: str) -> tuple[Any, ...]:
    """The pages of one part, from its well-formed text. Raises ``PrintError`` when a part of the engine is missing."""
    engine = _engine()
    return tuple(_made(lambda: engine.source(xml).render(font_config=engine.fonts)).pages)


def write(pages: Sequence[Any], head: Head) -> bytes:
    """The PDF of pages laid out before: tagged PDF/A-3a and PDF/UA-1; the same pages give the same bytes."""
    engine = _engine()
    from weasyprint import DEFAULT_OPTIONS, Attachment
    from weasyprint.document import Document, DocumentMetadata
    from weasyprint.pdf import generate_pdf

    day = datetime.combine(head.made_on or date(1970, 1, 1), time(), UTC)
    created = head.made_on and day.isoformat()
    attachments = [
        Attachment(
            string=text,
            name=name,
            description=about,
            created=day,
            modified=day,
            relationship="Source",
            url_fetcher=engine.fetcher,
        )
        for name, about, text in head.attached
    ]
    metadata = DocumentMetadata(head.title, [head.author], created=created, modified=created, attachments=attachments, lang="zh-CN")
    document = Document(list(pages), metadata, engine.fetcher, engine.fonts, {"srgb": engine.colours}, "srgb")
    pdf = _made(lambda: generate_pdf(document, None, 1, **DEFAULT_OPTIONS | OPTIONS))
    finish(pdf)
    return file_bytes(pdf, head.identifier)


class _Faults(logging.Handler):
    """Keeps what WeasyPrint reports and goes on without: a chart that could not be drawn, a picture without words, a box for a glyph."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        cause = sys.exc_info()[1]
        if isinstance(cause, MemoryError | SoftTimeLimitExceeded):
            raise cause  # the job's limits, which WeasyPrint passes over as well
        if record.levelno < logging.ERROR and ".notdef" not in record.getMessage():
            return
        self.told.append(f"{record.getMessage()}{f'（{record.exc_info[1]}）' if record.exc_info else ''}")


def _made(make: Callable[[], Any]) -> Any:
    """What ``make`` gives; whatever it asks for from elsewhere, or could not draw, is an error: no print is made without.

    WeasyPrint passes over most of both, so what happened is looked at, not what it raised.
    """
    from weasyprint.urls import FatalURLFetchingError

    made, faults, log, fetcher = None, _Faults(), logging.getLogger("weasyprint"), _engine().fetcher
    log.addHandler(faults)
    fetcher.asked = ""
    try:
        with suppress(FatalURLFetchingError):
            made = make()
    finally:
        log.removeHandler(faults)
    if fetcher.asked:
        raise PrintError(f"打印内容不能引用外部资源：{fetcher.asked[:100]}")
    if faults.told:
        logger.error("WeasyPrint: %s", "; ".join(faults.told))
        raise PrintError("图表或文字有无法排印的部分，详情已记入日志；请联系系统管理员")
    return made


def load() -> None:
    """Load and parse everything once; raises ``PrintError`` while a font or a part is missing."""
    _engine()


def warm_up() -> None:
    """Load, and leave what is there for good out of the collector's rounds (a worker's start); ``rest`` after each print."""
    load()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def rest() -> None:
    """Give up the pages of the print before: they hold each other, and the collector comes seldom.

    Otherwise a worker grows by some 100 MiB until it does. For the pause between two jobs, when nobody waits.
    """
    gc.collect()


@dataclass(frozen=True)
class _Engine:
    source: Any
    fonts: Any
    fetcher: Any
    colours: Any


@cache
def _engine() -> _Engine:
    """WeasyPrint with our fonts, style and fetcher, made once; raises ``PrintError`` while a part is missing."""
    check_parts()
    import cssselect2
    import pydyf
    import weasyprint.pdf.fonts
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class NoFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
        """Printing fetches nothing: no network, no file, no data URL; what was asked for is kept, for the refusal."""

        asked: str = ""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:
            self.asked = self.asked or url
            raise FatalURLFetchingError(url)

    pydyf.PDF.page_references = property(_page_references)
    weasyprint.pdf.fonts.get_hb_object_data = _font_data
    fetcher, fonts = NoFetcher(), FontConfiguration()
    style = CSS(string=(PRINT_FOLDER / "print.css").read_text("utf-8"), font_config=fonts, url_fetcher=fetcher)

    class Source(HTML):  # type: ignore[misc]
        """One part. Our templates are well-formed, so Expat reads them; what a browser would forgive is an error here.

        Our sheet takes the place of the browser's: the many rules for elements that no print has are matched by none.
        """

        def __init__(self, xml: str) -> None:
            self.base_url, self.url_fetcher, self.media_type = None, fetcher, "print"
            root = ElementTree.fromstring(xml)  # noqa: S314  # our own template; a unit's text in it is escaped
            self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [style]

    return _Engine(Source, fonts, fetcher, _Colours())


class _Colours:
    """The colour space that PDF/A asks for, as WeasyPrint's ``ColorProfile`` gives it to the file.

    That one opens its file for each print without closing it, and gives other bytes once it was asked for its name.
    """

    name, components = "sRGB2014", ("r", "g", "b")
    pdf_reference: Any = None

    def __init__(self) -> None:
        from weasyprint import pdf

        self.content = (files(pdf) / "sRGB2014.icc").read_bytes()


def _font_data(face: Any) -> Any:
    """In place of WeasyPrint's own, which copies every font file whole for each print: 60 MB for its first four bytes."""
    from weasyprint.text.ffi import ffi, harfbuzz

    blob = harfbuzz.hb_face_reference_blob(face)
    length = ffi.new("unsigned int *")
    data = ffi.gc(harfbuzz.hb_blob_get_data(blob, length), lambda _: harfbuzz.hb_blob_destroy(blob))
    return ffi.buffer(data, length[0])


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """In place of pydyf's own, which lists all pages anew for each element of the structure: quadratic in long reports."""
    kids = pdf.pages["Kids"]
    known: tuple[bytes, ...] = pdf.__dict__.get("_page_references", ())
    if len(known) * 3 != len(kids):
        known = pdf.__dict__["_page_references"] = tuple(b"%d 0 R" % number for number in kids[::3])
    return known
