"""Text that can be printed: what no official document holds is found before it is signed, not after it is approved."""

from functools import cache
from pathlib import Path

#: The code points that printing can set, as ranges: those of Noto Serif CJK SC without controls and right-to-left scripts, which
#: would turn a figure beside them. A test holds this list against the installed font.
TABLE = Path(__file__).with_name("printable.txt")
#: What has no glyph, and neither needs one nor turns the reading direction: tab, line ends, soft hyphens, joiners and zero-width
#: spaces, as they come with a copied text.
UNSEEN = frozenset([0x9, 0xA, 0xD, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10)])
#: Outer and inner quotation marks.
OPENING, CLOSING = "“‘", "”’"


@cache
def printable() -> frozenset[int]:
    """Every code point that may stand in a text that is signed."""
    ranges = (word.partition("-") for word in TABLE.read_text("ascii").split())
    seen = (code for first, _, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1))
    return UNSEEN.union(seen)


def unprintable(text: str) -> list[str]:
    """The characters that cannot be printed, each once, named for the person who typed them."""
    return [named(code) for code in sorted({ord(character) for character in set(text)} - printable())]


def named(code: int) -> str:
    """A character as a message names it: itself where it can be seen, and its number."""
    character = chr(code)
    return f"“{character}”（U+{code:04X}）" if character.isprintable() else f"U+{code:04X}"


def says_something(text: str) -> bool:
    """Whether there is a word in the text, not a mere dash or full stop."""
    return sum(character.isalnum() for character in text) > 1


def nest_quotes(text: str) -> str:
    """The text with quotation marks inside others as single ones (GB/T 15834-2011 4.8); left as it is where they do not pair."""
    depth, out = 0, []
    for character in text:
        if character in CLOSING:
            depth -= 1
        out.append(character if character not in OPENING + CLOSING else (OPENING if character in OPENING else CLOSING)[depth % 2])
        if character in OPENING:
            depth += 1
        if depth < 0:
            return text
    return text if depth else "".join(out)
