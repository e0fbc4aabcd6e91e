"""A report written elsewhere, sorted into the outline's sections by its headings; what fits none is kept apart, nothing is lost."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from assessment.domain.errors import DomainError
from assessment.domain.narrative import Heading, outline, tidy
from assessment.domain.prose import table_text
from assessment.domain.scheme import Section

LONGEST_HEADING = 60
#: Headings are compared with every section's; pieces that fit none are asked about one by one.
MAX_HEADINGS, MAX_REST = 300, 60
#: From here on two headings are taken for the same, and said to be only similar.
SIMILAR = 0.7
SHORTEST_NAME = 4
UNDER_NONE = 9
_NUMERALS = "[一二三四五六七八九十]{1,3}"
#: How headings are numbered, by level, as in official documents.
_NUMBERS = (
    (1, re.compile(rf"(?:{_NUMERALS}[、.．]|第{_NUMERALS}(?:部分|章|节)[、：: \u3000]?)")),
    (2, re.compile(rf"[（(]{_NUMERALS}[）)][、.．]?")),
    (3, re.compile(r"[0-9]{1,2}(?:[、．]|\.(?![0-9])|(?:\.[0-9]{1,2})+[.、]?(?![0-9%]))")),
    (4, re.compile(r"[（(][0-9]{1,2}[）)][、.．]?|[①-⑳]")),
)
#: Numbers that only headings have; below them lists are numbered as well.
SURE_LEVELS = (1, 2)
_RUN_IN = re.compile(r"([^。：:]{2,40})[。：:](.+)", re.DOTALL)
_SENTENCE = re.compile("[。；;，,：:！？!?]")
_TITLE = re.compile(r"[^。；，]{4,60}报告")


@dataclass(frozen=True)
class Line:
    """A paragraph: its heading level by style, whether it is all bold or set as a title, or the title of a table that we append."""

    text: str
    level: int | None = None
    bold: bool = False
    title: bool = False
    annex: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells, all of one length."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def in_one_line(self) -> str:
        """Its words, for a place that holds no table."""
        return " ".join(cell for row in self.rows for cell in row if cell)


Piece = Line | Table


@dataclass
class Found:
    """What goes into one section: the document's headings that led there, and those of them that are only similar."""

    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    similar: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As it would be stored."""
        return tidy("\n".join(self.lines))


@dataclass
class Rest:
    """What fits no section: the heading it stood under, which is its first line where it is no section's own."""

    heading: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As it would be stored."""
        return tidy("\n".join(self.lines))


@dataclass(frozen=True)
class Sorted:
    """A document by sections; ``left_out`` are lines that are no text of the report: its title, headings with nothing under them."""

    found: dict[str, Found]
    rest: tuple[Rest, ...]
    left_out: tuple[str, ...]


def sort_into(sections: Iterable[Section], pieces: Sequence[Piece], project: str = "") -> Sorted:
    """Put every piece under the section whose heading it stands under. Raises ``DomainError`` where hardly anything fits.

    Our own document holds the reports of a filing one after the other: of it only that of ``project``, or the whole unit's, is taken.
    """
    sorter = _Sorter(outline(sections))
    for piece in pieces[_beginning(pieces, project) :]:
        sorter.take(piece)
    return sorter.sorted()


def _beginning(pieces: Sequence[Piece], project: str) -> int:
    """Where a project's report begins in our own document, behind its name on the cover; 0 in any other."""
    lines = [(number, piece) for number, piece in enumerate(pieces) if isinstance(piece, Line)]
    if not project or not any(line.annex for _, line in lines):
        return 0
    for number, line in lines:
        if "".join(line.text.split()) == "".join(f"项目名称：{project}".split()):
            return number + 1
    raise DomainError(f"这份 Word 是从系统导出的，其中没有“{project}”的报告")


def number_of(text: str) -> tuple[int | None, str]:
    """The level that a heading's number tells, and the words behind it."""
    for level, pattern in _NUMBERS:
        if found := pattern.match(text):
            return level, text[found.end() :].strip()
    return None, text


def bare(text: str) -> str:
    """A heading's words alone: without number, spaces and punctuation."""
    words = number_of(unicodedata.normalize("NFKC", text).strip())[1]
    return "".join(character for character in words if character.isalnum()).lower()


class _Sorter:
    """Reads a document from top to bottom; ``target`` is where text goes now, ``level`` that of the heading above it."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        self.headings = [heading for heading in headings if heading.section.heading]
        self.names = [bare(heading.section.heading) for heading in self.headings]
        opening = next((heading.section.code for heading in headings if not heading.section.heading and heading.section.text), None)
        self.found: dict[str, Found] = {}
        self.rest: list[Rest] = []
        self.left_out: list[str] = []
        self.place, self.level, self.tried = -1, UNDER_NONE, 0
        self.ended = False
        self.target: list[str] = []
        if opening is None:
            self._apart("文首文字")
        else:
            self.target = self.found.setdefault(opening, Found()).lines

    def take(self, piece: Piece) -> None:
        """One more paragraph or table; our own document that comes back ends where its tables begin."""
        if isinstance(piece, Line) and piece.annex and not self.ended:
            self.ended = True
            self.left_out.append(f"“{piece.text}”及其后的内容没有导入，附表由系统编排")
        if self.ended:
            return
        if isinstance(piece, Table):
            self.target.append(table_text(piece.rows))
            return
        text = " ".join(piece.text.split()) if piece.level else piece.text.strip(" \t\n\u3000")
        if self._is_title(piece, text):
            self.left_out.append(f"题目“{' '.join(text.split())}”没有导入，题目由系统编排")
        elif not self._begins(piece, text):
            self.target.append(text)

    def _is_title(self, line: Line, text: str) -> bool:
        """A title above everything: it is printed from the filing."""
        at_top = self.place < 0 and self.level == UNDER_NONE and not self.target
        return at_top and len(text) <= LONGEST_HEADING and (line.title or bool(_TITLE.fullmatch(text))) and number_of(text)[0] is None

    def _begins(self, line: Line, text: str) -> bool:
        """Whether a line begins a section, or a piece that fits none, and was taken as such."""
        numbered, words = number_of(text)
        words = words.rstrip("：:。")
        if len(words) <= LONGEST_HEADING and not _SENTENCE.search(words) and "\n" not in words:
            sure = line.level is not None or numbered in SURE_LEVELS or (line.bold and numbered is not None)
            level = numbered or line.level or self.level
            place, similar = self._section(words, level, sure=sure)
            if place is not None:
                self._open(place, level, text, similar=similar)
                return True
            if sure and level <= self.level:
                self._apart(text, level)
                self.target.append(text)
                return True
            return False
        return numbered is not None and self._begins_with_text(text, numbered)

    def _begins_with_text(self, text: str, level: int) -> bool:
        """A heading that the text runs on behind: ``（一）基本情况。本单位…``"""
        run_in = _RUN_IN.fullmatch(text)
        place = self._section(run_in[1], level, sure=False)[0] if run_in else None
        if run_in is None or place is None:
            return False
        self._open(place, level, run_in[1], similar=False)
        self.target.append(run_in[2].strip())
        return True

    def _section(self, words: str, level: int, *, sure: bool) -> tuple[int | None, bool]:
        """The section of a heading, and whether it is only a similar one; of two alike the next one that is still empty."""
        name = bare(words)
        same = [place for place, own in enumerate(self.names) if own == name and len(name) >= (1 if sure else SHORTEST_NAME)]
        if same:
            return min(same, key=lambda place: (self._code(place) in self.found, place <= self.place, place)), False
        if not sure:
            return None, False
        self.tried += 1
        if self.tried > MAX_HEADINGS:
            raise DomainError(f"文档中的标题超过 {MAX_HEADINGS} 个，无法对应到报告提纲；请先按提纲整理后再导入")
        close = [(self._closeness(name, place, level), -place) for place in range(len(self.names)) if self._code(place) not in self.found]
        best, place = max(close, default=(0.0, 0))
        return (-place, True) if best >= SIMILAR else (None, False)

    def _code(self, place: int) -> str:
        return self.headings[place].section.code

    def _closeness(self, name: str, place: int, level: int) -> float:
        own = self.names[place]
        shorter, longer = sorted((name, own), key=len)
        within = 0.75 if len(shorter) >= SHORTEST_NAME and shorter in longer else 0.0
        other_level = 0.1 if self.headings[place].section.level != level else 0.0
        return max(SequenceMatcher(None, name, own, autojunk=False).ratio(), within) - other_level

    def _open(self, place: int, level: int, text: str, *, similar: bool) -> None:
        section = self.headings[place].section
        self.place, self.level = place, level
        found = self.found.setdefault(section.code, Found())
        (found.similar if similar else found.headings).append(text)
        self.target = found.lines
        if not section.text:  # nothing can be written here
            self._apart(text, level)

    def _apart(self, heading: str, level: int = UNDER_NONE) -> None:
        self.level = level
        self.rest.append(Rest(heading))
        self.target = self.rest[-1].lines

    def sorted(self) -> Sorted:
        """What was found so far."""
        bare_headings = [rest.heading for rest in self.rest if rest.text == tidy(rest.heading)]
        rest = [rest for rest in self.rest if rest.text and rest.text != tidy(rest.heading)]
        if len(rest) > MAX_REST:
            raise DomainError(f"文档中有 {len(rest)} 处标题与报告提纲对不上，请先按提纲整理标题后再导入")
        found = {code: item for code, item in self.found.items() if item.text}
        return Sorted(found, tuple(rest), (*self.left_out, *(f"标题“{heading}”下没有文字" for heading in bare_headings)))
