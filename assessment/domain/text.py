"""Text that can be printed: what no official document holds is found before it is signed, not after it is approved."""

import unicodedata

#: Characters that turn the reading direction: a figure printed behind them would read otherwise than it was signed.
TURNING = frozenset(range(0x202A, 0x202F)) | frozenset(range(0x2066, 0x206A))
#: Beyond the first 65,536 characters the print fonts hold Chinese characters only (Extensions B and on), no pictures.
IDEOGRAPHS = range(0x20000, 0x40000)


def unprintable(text: str) -> list[str]:
    """Control, direction, private and unassigned characters and pictographs, each once, named for the person who typed them."""
    codes = sorted({ord(character) for character in text} - {0x9, 0xA, 0xD})
    return [named(code) for code in codes if _outside(code)]


def named(code: int) -> str:
    """A character as a message names it: itself where it can be seen, and its number."""
    character = chr(code)
    return f"“{character}”（U+{code:04X}）" if character.isprintable() else f"U+{code:04X}"


def _outside(code: int) -> bool:
    return code in TURNING or unicodedata.category(chr(code)) in ("Cc", "Cs", "Co", "Cn") or (code > 0xFFFF and code not in IDEOGRAPHS)
