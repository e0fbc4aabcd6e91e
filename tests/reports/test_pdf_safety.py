"""Printing fetches nothing and runs nothing: whatever stands in a unit's text is text, and a template can reach no file."""

import logging
import socket
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pikepdf
import pytest
from celery.exceptions import SoftTimeLimitExceeded

from reports import pdf
from reports.pdf.engine import Head, _made, lay_out, write
from tests.reports import papers, samples

SECRET = "file:///etc/hostname"


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


#: Every way in which markup or a style can ask for something from elsewhere.
WAYS = {
    "picture": page(body='<img src="{url}" alt=""/>'),
    "object": page(body='<object data="{url}"/>'),
    "embedded": page(body='<embed src="{url}"/>'),
    "style sheet": page("文", head='<link rel="stylesheet" href="{url}"/>'),
    "imported style": page("文", head="<style>@import url('{url}');</style>"),
    "background": page(body="<p style=\"background: url('{url}')\">文</p>"),
    "list mark": page(body="<p style=\"display: list-item; list-style-image: url('{url}')\">文</p>"),
    "content": page("<p>文</p>", head="<style>p::before { content: url('{url}') }</style>"),
    "drawing's picture": page(SVG.replace("{}", '<image href="{url}" width="9" height="9"/>')),
}
#: What WeasyPrint never looks into.
PASSED_OVER = {
    "drawing's reference": page(SVG.replace("{}", '<use href="{url}#a"/>')),
    "drawing's style": page(SVG.replace("{}", "<style>@import url('{url}');</style>")),
}
URLS = ["http://127.0.0.1:9/a.png", "https://example.org/", SECRET, "data:image/png;base64,AAAA", "data:text/css,p{}"]
HEAD = Head("题", "者", None, b"0" * 16, ())


def made(xml: str) -> bytes:
    """Through the whole engine: some parts are looked into only when they are painted."""
    return write(lay_out(xml), HEAD)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_fetched_while_printing(way: str, url: str) -> None:
    with pytest.raises(pdf.PrintError, match="打印内容不能引用外部资源"):
        made(WAYS[way].replace("{url}", url))


@pytest.mark.parametrize("way", PASSED_OVER)
def test_what_is_passed_over_is_not_asked_for_either(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        assert made(PASSED_OVER[way].replace("{url}", f"http://127.0.0.1:{server.getsockname()[1]}/a.svg")).startswith(b"%PDF")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_chart_that_cannot_be_drawn_stops_the_print() -> None:
    broken = page(body='<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 a"/>')
    with pytest.raises(pdf.PrintError, match="图表或文字有无法排印的部分"):
        made(broken)


def test_a_box_in_place_of_a_glyph_stops_the_print() -> None:
    with pytest.raises(pdf.PrintError, match="图表或文字有无法排印的部分"):
        made(page("<p>א</p>"))


@pytest.mark.parametrize("limit", [SoftTimeLimitExceeded, MemoryError])
def test_a_jobs_limit_that_is_reached_within_a_drawing_is_not_passed_over(limit: type[Exception]) -> None:
    def drawing() -> None:
        try:  # as WeasyPrint does around each drawing
            raise limit
        except BaseException:
            logging.getLogger("weasyprint").error("Failed to render SVG image")

    with pytest.raises(limit):
        _made(drawing)


def test_an_attachment_named_in_a_page_is_not_attached() -> None:
    xml = page("文", head=f'<link rel="attachment" href="{SECRET}"/>')
    with pikepdf.open(BytesIO(made(xml))) as book:
        assert dict(book.attachments) == {}


def test_markup_in_a_units_text_is_printed_as_typed(hard: Path) -> None:
    assert papers.flat(hard).count("".join(samples.MARKUP.split())) == 2  # in the report and in the score table


def test_a_page_that_is_not_well_formed_is_not_guessed_at() -> None:
    with pytest.raises(ParseError):
        lay_out("<html><body><p>文<br></p></body></html>")
