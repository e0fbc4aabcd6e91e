"""Chinese line breaking: what may not be parted is joined, and spaces that only a keyboard put there are left out."""

import re
import unicodedata
from functools import lru_cache

from assessment.domain.reading.measures import SIZES, WORDS, YUAN

#: Holds the characters on both sides in one line, has no width and leaves no trace in the PDF's text.
JOINER = "\u2060"
#: A title line has at most so many characters.
TITLE_WIDTH = 19
#: Latin letters and figures in parts of the type's size, wider than most are, and those that are wider, as in the print's first font.
_LATIN = 0.56
_WIDE = dict.fromkeys("#%&+<=>@ABCDEFGHKLNOPQRTUVXYZ^_w~", 0.83) | dict.fromkeys("MWm", 1.02)
_CLUSTER = re.compile(r"[（《“‘「『〔【]*(?:[!-~]+|.)(?:\u2060.|[，。、；：！？）》”’」』〕】…])*", re.DOTALL)
_IDEOGRAPH = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_SPACE = re.compile(rf"(?<={_IDEOGRAPH}) +(?=[0-9])|(?<=[0-9%]) +(?={_IDEOGRAPH})")
_UNIT = re.compile(rf"(?<=[0-9%])(?:[{''.join(SIZES)}]*(?:{'|'.join((*WORDS, '个?百分点', YUAN))})|{_IDEOGRAPH})")


_DOCUMENT = re.compile(rf"(?<={_IDEOGRAPH})〔[0-9]{{4}}〕(?=[0-9])")


def typeset(text: str) -> str:
    """A text as it is set: a number stays with its unit of measure, and no gap opens between Chinese and figures.

    A document's number (湛财绩〔2023〕2号) stays in one line too.
    """
    return _UNIT.sub(_joined, _DOCUMENT.sub(rf"{JOINER}\g<0>{JOINER}", _SPACE.sub("", text)))


def _joined(unit: re.Match[str]) -> str:
    return "".join(JOINER + character for character in unit[0])


def balanced(text: str, width: int = TITLE_WIDTH) -> list[str]:
    """A title in as few lines of ``width`` characters as it needs, of about equal length, cut at a bracket or a 与 where one is near."""
    lines: list[str] = []
    while len(text) > width:
        ideal = -(-len(text) // -(-len(text) // width))
        near = [cut for cut in range(max(ideal - 5, 2), min(ideal + 5, width) + 1) if text[cut] not in "）》”、，"]
        cut = min(
            near or [ideal], key=lambda place: (text[place] not in "（《与和及" and text[place - 1] not in "）》", abs(place - ideal))
        )
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, text]


@lru_cache(maxsize=4096)  # a scheme's own texts are the same in every unit's table
def lines_of(text: str, width: float, size: float) -> int:
    """How many lines a text of ``size`` points takes in a ``width`` in points, at least one."""
    lines, used = 1, 0.0
    for cluster in _CLUSTER.findall(text):
        # A word that is wider than the line is broken anywhere.
        for piece in cluster if width_of(cluster, size) > width else [cluster]:
            wide = width_of(piece, size)
            if used + wide > width and used:
                lines, used = lines + 1, 0.0
            used += wide
    return lines


def width_of(text: str, size: float) -> float:
    """A text's width in points, taken rather too wide than too narrow."""
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.category(character) == "Cf":
        return 0.0
    return _WIDE.get(character, _LATIN) if character.isascii() else 1.0
