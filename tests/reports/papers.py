"""Reading printed pages back with poppler's tools."""

import re
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

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
