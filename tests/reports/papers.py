"""Printing, and reading printed pages back with poppler's tools and pdfplumber."""

import os
import re
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber

from assessment.domain.exchange import ExchangeFile
from reports import pdf
from tests.reports import samples

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, (210 - 26) * MM, 37 * MM, (297 - 35) * MM
PITCH = 28.95


@dataclass(frozen=True)
class Word:
    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


def printed(folder: Path, file: ExchangeFile, **options: Any) -> Path:
    path = folder / "out.pdf"
    path.write_bytes(pdf.render(file, **options))
    return path


def print_command(source: Path, target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """``manage.py print_filing`` in a process of its own."""
    command = [sys.executable, str(samples.PROJECT / "manage.py"), "print_filing", str(source), "-o", str(target)]
    own = {"JIPING_EMBEDDED": "1", "DATA_DIR": str(source.parent / "data")}
    return subprocess.run(command, env=os.environ | own | environment, capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Glyph:
    """One character: its place in points from the top left of its page, its font without the subset's prefix, and its size."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    font: str
    size: float
    upright: bool


def glyphs(path: Path, page: int) -> list[Glyph]:
    """Every character of a page, in the order of the file."""
    with pdfplumber.open(path) as book:
        return [
            Glyph(
                item["text"],
                item["x0"],
                item["top"],
                item["x1"],
                item["bottom"],
                item["fontname"][7:],
                round(item["size"], 2),
                item["upright"],
            )
            for item in book.pages[page - 1].chars
        ]


def run_of(found: list[Glyph], text: str) -> list[Glyph]:
    """The characters of the first place where a text stands on a page."""
    start = "".join(glyph.text for glyph in found).index(text)
    return found[start : start + len(text)]


def tool(name: str, *arguments: str) -> str:
    return subprocess.run([name, *arguments], capture_output=True, text=True, check=True).stdout


def text_of(path: Path, *options: str) -> str:
    return tool("pdftotext", *options, str(path), "-")


def flat(path: Path) -> str:
    """The text without any white space, in the order of the file, which is that of the tables' rows."""
    return "".join(text_of(path, "-raw").split())


def page_texts(path: Path) -> list[str]:
    """Each page's text without white space."""
    return ["".join(page.split()) for page in text_of(path, "-raw").split("\f")[:-1]]


def sizes(path: Path) -> list[tuple[float, float]]:
    """Width and height of each page in points."""
    found = re.findall(r"size:\s+([\d.]+) x ([\d.]+)", tool("pdfinfo", "-f", "1", "-l", "-1", str(path)))
    return [(round(float(width), 2), round(float(height), 2)) for width, height in found]


def facts(path: Path) -> dict[str, str]:
    pairs = (line.partition(":") for line in tool("pdfinfo", str(path)).splitlines())
    return {name: value.strip() for name, _, value in pairs}


def inflated(path: Path) -> bytes:
    """All compressed streams, where the catalogue stands too."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", path.read_bytes(), re.DOTALL)
    return b"\n".join(zlib.decompressobj().decompress(stream) for stream in streams if stream.startswith(b"x"))


def fonts(path: Path) -> dict[str, list[str]]:
    """Each font without its subset's prefix, with the columns emb, sub and uni."""
    rows = (line.split() for line in tool("pdffonts", str(path)).splitlines()[2:])
    return {row[0].partition("+")[2]: row[-5:-2] for row in rows}


def words(path: Path) -> list[Word]:
    """Every word with its place in points from the top left of its page."""
    found, page = [], 0
    pattern = re.compile(r'<page |<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>')
    for match in pattern.finditer(tool("pdftotext", "-bbox", str(path), "-")):
        if match[5] is None:
            page += 1
        else:
            found.append(Word(page, *(float(match[place]) for place in range(1, 5)), match[5]))
    return found


def lines(path: Path, page: int) -> list[list[Word]]:
    """The words of a page's text block, line by line on the 28.95 pt grid."""
    rows: dict[int, list[Word]] = {}
    for word in words(path):
        middle = (word.top + word.bottom) / 2
        if word.page == page and TOP <= middle <= BOTTOM:
            rows.setdefault(int((middle - TOP) / PITCH), []).append(word)
    return [sorted(rows[row], key=lambda word: word.left) for row in sorted(rows)]
