"""What stands around each figure of a report: its sentence so far, the words behind it, its heading, and the year spoken of."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from assessment.domain.reading.naming import plain_words
from assessment.domain.reading.quantities import MASK, Quantity, masked

#: How far back a sentence is looked at, in characters.
REACH = 160
AFTER = 12
HEADING = 40
#: One character for every amount and rate, for every count, for every bare number, and for every token, a field's by definition.
FIGURE, COUNT, NUMBER, TOKEN = "\ufffb", "\ufff9", "\ufffa", MASK
#: Those that a remark is made of, and all that end a clause.
FIGURES = FIGURE + COUNT
MARKS = FIGURES + TOKEN
_MARK = {"money": FIGURE, "percent": FIGURE, "count": COUNT, "number": NUMBER}
#: How an item of a list begins: 1.  （一） 一是 •
ITEM = r"(?:[0-9]{1,2}[.、)）]|[（(][0-9一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}(?:、|是)|[-•·●■◆①-⑳])"

_TITLE = re.compile(r"《[^《》]{1,80}》")
_TOKENS = re.compile(f"{MASK}+")
#: A line break inside a sentence, as pages are copied: after a full line, before no new item.
_SOFT_BREAK = re.compile(rf"(?<=[^\n]{{20}})(?<=[^。；;：:！？!?\s])\n+(?=\S)(?!{ITEM})")
_LISTED = re.compile(rf"[ \t\u3000]*{ITEM}")
_SENTENCE_END = re.compile(r".*[。！？!?]", re.DOTALL)
_OPENING_SENTENCE = re.compile(rf"[^。]{{0,{HEADING}}}(?=。)|[^。，；：]{{0,{HEADING}}}")
_SAID = re.compile(f"[。；，：;,:!！?？{MARKS}]")
_DECEMBER = re.compile(r"((?:19|20)[0-9]{2})\s?年\s?12\s?月")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?=年)")


@dataclass(frozen=True, slots=True)
class Setting:
    """A figure's surroundings.

    ``before`` is its sentence up to it in plain words, with one of ``MARKS`` for each figure; ``after`` is what follows; ``topic``
    is the heading and the opening of its ``line``. ``same_year`` is false where the line last spoke of another year.
    """

    before: str
    after: str
    topic: str
    line: int
    same_year: bool


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    topic: str
    opening: str

    def topic_at(self, place: int) -> str:
        """The heading, and the line's opening once it is past."""
        return f"{self.topic}。{self.opening}" if place > self.start + len(self.opening) else self.topic


def main_year(scans: Iterable[tuple[str, list[Quantity]]]) -> Decimal | None:
    """The year that texts and their figures speak of most, titles aside; None where two are as frequent."""
    counts: dict[Decimal, int] = {}
    for text, quantities in scans:
        titles = [match.span() for match in _TITLE.finditer(text)]
        for quantity in quantities:
            year = _spoken(quantity)
            if year is not None and not any(start < quantity.start < end for start, end in titles):
                counts[year] = counts.get(year, 0) + 1
    most = [year for year, count in counts.items() if count == max(counts.values())]
    return most[0] if len(most) == 1 else None


def _spoken(quantity: Quantity) -> Decimal | None:
    """The year that a figure names: a year, or the December at its end."""
    if quantity.kind == "year":
        return quantity.value
    december = _DECEMBER.match(quantity.text) if quantity.kind == "date" else None
    return Decimal(december[1]) if december else None


def settings_of(text: str, quantities: list[Quantity], year: Decimal | None) -> Iterator[tuple[Quantity, Setting]]:
    """Every measured figure of a text with its surroundings; ``year`` is the one that the report is about."""
    flat = _flat(text, quantities)
    lines = list(_lines(flat))
    number, spoken = -1, None
    for quantity in quantities:
        while number + 1 < len(lines) and lines[number + 1].start <= quantity.start:
            number += 1
            spoken = next((Decimal(found) for found in reversed(_YEAR.findall(lines[number].topic))), None)
        if _MARK.get(quantity.kind, NUMBER) != NUMBER:
            before = _sentence(flat[max(quantity.start - REACH, lines[number].start) : quantity.start])
            after = flat[quantity.end : quantity.end + AFTER]
            yield quantity, Setting(before, after, lines[number].topic_at(quantity.start), number, spoken in (None, year))
        elif flat[quantity.start] != "\0":
            spoken = _year_of(quantity, spoken)


def _sentence(words: str) -> str:
    end = _SENTENCE_END.match(words)
    return plain_words(words[end.end() :] if end else words)


def _year_of(quantity: Quantity, spoken: Decimal | None) -> Decimal | None:
    """The year spoken of after a year or a date; a range is no year of the table."""
    if quantity.kind == "year":
        return quantity.value if quantity.high is None else Decimal(0)
    if quantity.kind == "date" and (found := _YEAR.match(quantity.text)):
        return Decimal(found[0])
    return spoken


def _flat(text: str, quantities: list[Quantity]) -> str:
    """The text with titles blotted out, figures and tokens as one character, and sentences in one line; offsets stay."""
    plain = _TITLE.sub(lambda title: "\0" * len(title[0]), masked(text))
    pieces: list[str] = []
    place = 0
    for quantity in quantities:
        if sign := _MARK.get(quantity.kind):
            pieces += [plain[place : quantity.start], sign, "\0" * (quantity.end - quantity.start - 1)]
            place = quantity.end
    flat = "".join([*pieces, plain[place:]])
    flat = _TOKENS.sub(lambda token: TOKEN + "\0" * (len(token[0]) - 1), flat)
    return _SOFT_BREAK.sub(lambda breaks: " " * len(breaks[0]), flat)


def _lines(flat: str) -> Iterator[_Line]:
    """Every line with what it is about: the heading above, the words that open its list, its own opening."""
    heading = intro = ""
    start = 0
    for line in flat.split("\n"):
        words = line.strip()
        if not _LISTED.match(line):
            intro = ""
        opening = _OPENING_SENTENCE.match(line)
        yield _Line(start, f"{heading}。{intro}", opening[0] if opening else "")
        start += len(line) + 1
        if words.endswith(("：", ":")):
            intro = words[-HEADING:]
        elif words and len(words) <= HEADING and not _SAID.search(words):
            heading = words
