"""What a paragraph's style and its list say of it: heading level, title, bold, and the number that Word would show."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from assessment.domain.narrative import chinese_number

#: A style goes back to others, in a bad file to itself.
LONGEST_CHAIN = 12
LEVELS = 9
_HEADING = re.compile(r"(?:heading|标题) ?([1-9])")
_CONTENTS = re.compile(r"(?:toc|目录) ?[1-9]?|toc heading")
#: What ``templates/word/styles.xml`` calls the titles of its tables.
ANNEX = "附表题目"
_TITLES = {"title", "标题", "subtitle", "副标题"}
_CHINESE = {"chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "taiwaneseCountingThousand"}
_PLACE = re.compile("%([1-9])")
_MOST = 9_999


def value(element: Element | None, path: str) -> str | None:
    """The ``val`` of what stands at a path; empty where it is there without one, None where it is not."""
    found = element.find(path) if element is not None else None
    return None if found is None else found.get("val", "")


def number(text: str | None, most: int = _MOST) -> int | None:
    """A small whole number out of an attribute; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most else None


def switched_on(element: Element | None, path: str) -> bool:
    """Whether a property such as bold is there and not switched off."""
    return value(element, path) not in (None, "0", "false", "off", "none")


@dataclass(frozen=True)
class Listed:
    """A paragraph's list and its level there."""

    list_id: str
    level: int


@dataclass(frozen=True)
class Style:
    """What one style says by itself; ``level`` is 0 where it says that it is no heading."""

    name: str
    above: str | None
    level: int | None
    aligned: str | None
    bold: bool
    listed: Listed | None


def _style(style: Element) -> Style:
    name = (value(style, "name") or "").strip().lower()
    named, outlined = _HEADING.fullmatch(name), number(value(style, "pPr/outlineLvl"))
    level = int(named[1]) if named else None if outlined is None else (outlined + 1) % (LEVELS + 1)
    return Style(name, value(style, "basedOn"), level, value(style, "pPr/jc"), switched_on(style, "rPr/b"), _listed(style.find("pPr")))


def _listed(properties: Element | None) -> Listed | None:
    list_id = value(properties, "numPr/numId")
    return None if list_id is None else Listed(list_id, number(value(properties, "numPr/ilvl"), LEVELS - 1) or 0)


class Styles:
    """A document's paragraph styles."""

    def __init__(self, styles: Element) -> None:
        paragraphs = [style for style in styles.iter("style") if style.get("type") == "paragraph"]
        self._by_id = {style.get("styleId", ""): _style(style) for style in paragraphs}
        self._default = next((style.get("styleId", "") for style in paragraphs if style.get("default") in ("1", "true")), "")

    def _chain(self, properties: Element | None) -> Iterator[Style]:
        key: str | None = value(properties, "pStyle") or self._default
        for _ in range(LONGEST_CHAIN):
            if key is None or key not in self._by_id:
                return
            yield self._by_id[key]
            key = self._by_id[key].above

    def level(self, properties: Element | None) -> int | None:
        """The heading's level from 1; None for what is no heading."""
        own = number(value(properties, "outlineLvl"))
        if own is not None:
            return own + 1 if own < LEVELS else None
        return next((style.level for style in self._chain(properties) if style.level is not None), None) or None

    def is_title(self, properties: Element | None) -> bool:
        """Whether it is set as a title: by its style, or in the middle of the line."""
        aligned = [value(properties, "jc"), *(style.aligned for style in self._chain(properties))]
        return any(style.name in _TITLES for style in self._chain(properties)) or next((jc for jc in aligned if jc), "") == "center"

    def is_annex(self, properties: Element | None) -> bool:
        """Whether it is the title of a table that our own document appends."""
        return any(style.name == ANNEX for style in self._chain(properties))

    def is_contents(self, properties: Element | None) -> bool:
        """Whether it is a line of a table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self._chain(properties))

    def is_bold(self, properties: Element | None) -> bool:
        """Whether its style is bold."""
        return any(style.bold for style in self._chain(properties))

    def listed(self, properties: Element | None) -> Listed | None:
        """Its list, by itself or by its style."""
        return _listed(properties) or next((style.listed for style in self._chain(properties) if style.listed), None)


@dataclass(frozen=True)
class Level:
    """How one level of a list is numbered."""

    start: int
    shape: str
    text: str
    plain: bool


def _levels(shape: Element) -> dict[int, Level]:
    levels = {}
    for level in shape.iter("lvl"):
        start, text = number(value(level, "start")), (value(level, "lvlText") or "")[:20]
        plain = level.find("isLgl") is not None
        levels[number(level.get("ilvl"), LEVELS - 1) or 0] = Level(
            1 if start is None else start, value(level, "numFmt") or "decimal", text, plain
        )
    return levels


class Lists:
    """A document's lists: counts their paragraphs as Word does, and says what stands before each."""

    def __init__(self, numbering: Element) -> None:
        self._levels = {shape.get("abstractNumId", ""): _levels(shape) for shape in numbering.iter("abstractNum")}
        self._shapes = {listed.get("numId", ""): value(listed, "abstractNumId") or "" for listed in numbering.iter("num")}
        self._restarts = {listed.get("numId", ""): _restarts(listed) for listed in numbering.iter("num")}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def label(self, listed: Listed | None) -> str:
        """What Word shows before the paragraph, such as ``（二）`` or ``1.``; empty where the list is not there."""
        shape = self._shapes.get(listed.list_id, "") if listed else ""
        levels = self._levels.get(shape, {})
        if listed is None or listed.level not in levels:
            return ""
        counts = self._counts[shape]
        counts.update(self._restarts.pop(listed.list_id, {}))  # a list that begins anew does so once
        for level in range(listed.level):
            counts.setdefault(level, levels[level].start if level in levels else 1)
        counts[listed.level] = counts.get(listed.level, levels[listed.level].start - 1) + 1
        for deeper in [level for level in counts if level > listed.level]:
            del counts[deeper]
        return _label(levels, levels[listed.level], counts)


def _restarts(listed: Element) -> dict[int, int]:
    found = ((override.get("ilvl"), number(value(override, "startOverride"))) for override in listed.iter("lvlOverride"))
    return {number(level, LEVELS - 1) or 0: start - 1 for level, start in found if start is not None}


def _label(levels: dict[int, Level], own: Level, counts: dict[int, int]) -> str:
    if own.shape == "bullet":
        return "• "

    def shown(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        return _counted(counts.get(at, 1), "decimal" if own.plain or at not in levels else levels[at].shape)

    text = _PLACE.sub(shown, own.text)
    return f"{text} " if text[-1:].isascii() and text[-1:].isalnum() else text


def _counted(count: int, shape: str) -> str:
    if shape in _CHINESE and 0 < count < 100:
        return chinese_number(count)
    if shape in ("lowerLetter", "upperLetter") and 0 < count <= 26:
        return chr(ord("a" if shape == "lowerLetter" else "A") + count - 1)
    if shape == "decimalEnclosedCircle" and 0 < count <= 20:
        return chr(ord("①") + count - 1)
    return "" if shape == "none" else str(count)
