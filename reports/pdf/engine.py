"""WeasyPrint kept warm: one font configuration and one parsed style sheet a process; nothing is ever fetched."""

import ctypes.util
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.template.loader import render_to_string

from assessment.domain.exchange import ExchangeFile, ReviewContent
from reports.pdf.document import document_of

PRINT_FOLDER = Path(settings.BASE_DIR) / "static" / "print"
# Before Pango loads: our fonts, under our names, and no others.
os.environ["FONTCONFIG_FILE"] = str(PRINT_FOLDER / "fonts.conf")

FAMILIES = ("Jiping FangSong", "Jiping Kai", "Jiping Hei", "Jiping Song", "Jiping XiaoBiaoSong")
FALLBACK = "Noto Serif CJK SC"


class PrintError(Exception):
    """A print that cannot be made; the text is for the person who asked for it."""


def render(file: ExchangeFile, *, review: ReviewContent | None = None, watermark: str = "") -> bytes:
    """The PDF of an exchange file: cover, report, score table, data table, annexes, and the review if given.

    The same arguments give the same bytes under the same tool chain. Raises ``PrintError`` when a font or a glyph is missing.
    """
    document = document_of(file, review)
    html = render_to_string("print/filing.html", {"document": document, "watermark": watermark})
    _check_glyphs(html)
    HTML, font_config, style = _engine()
    source = HTML(string=html, url_fetcher=_refuse)
    identifier = bytes.fromhex(file.digest.value)[:16]
    pdf: bytes = source.write_pdf(font_config=font_config, stylesheets=[style], pdf_identifier=identifier, pdf_tags=True)
    return pdf


def _refuse(url: str, *_args: Any, **_options: Any) -> NoReturn:
    """Printing fetches nothing: no network, no file."""
    raise PrintError(f"打印内容不能引用外部资源：{url[:100]}")


@cache
def _engine() -> tuple[Any, Any, Any]:
    """WeasyPrint, its font configuration and our style, made once; refuses to start without the fonts."""
    if missing := missing_parts():
        raise PrintError(f"打印所需的组件没有安装：{'、'.join(missing)}。请系统管理员运行 script/setup")
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    font_config = FontConfiguration()
    style = CSS(string=(PRINT_FOLDER / "print.css").read_text("utf-8"), font_config=font_config, url_fetcher=_refuse)
    return HTML, font_config, style


def missing_parts() -> list[str]:
    """Fonts and libraries that printing needs and that are not there, by name."""
    missing = [family for family in (*FAMILIES, FALLBACK) if _font_file(family) is None]
    # Without it WeasyPrint subsets fonts in Python: 3 to 16 seconds a print instead of less than one.
    if not ctypes.util.find_library("harfbuzz-subset"):
        missing.append("libharfbuzz-subset0")
    return missing


@cache
def _font_file(family: str) -> tuple[str, int] | None:
    """The file and face that fontconfig gives for exactly this family; None when it would give another."""
    found = subprocess.run(  # noqa: S603  # fixed program and arguments
        ["fc-match", "-f", "%{family[0]}\n%{file}\n%{index}", family],  # noqa: S607  # fontconfig's own program
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return (found[1], int(found[2])) if found[0] == family else None


@cache
def _covered(family: str) -> frozenset[int]:
    """The characters that a family has glyphs for."""
    from fontTools.ttLib import TTFont

    place = _font_file(family)
    if place is None:
        return frozenset()
    with TTFont(place[0], fontNumber=place[1], lazy=True) as font:
        return frozenset(font.getBestCmap())


def _check_glyphs(text: str) -> None:
    """Refuse text with a character that no print font has: never a box in the print."""
    wanted = {ord(character) for character in text if character > "\x7f"}
    absent = wanted - _covered(FALLBACK)
    if absent:
        absent -= _covered("Jiping FangSong")
    if absent:
        shown = "、".join(f"“{chr(code)}”（U+{code:04X}）" for code in sorted(absent)[:10])
        raise PrintError(f"以下字符没有可用的字体，无法打印，请改用其他写法：{shown}")
