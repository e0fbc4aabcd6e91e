"""Canonical JSON and its digest: the same content always gives the same bytes."""

import hashlib
import json
from decimal import Decimal
from typing import Any

ALGORITHM = "sha256"


def decimal_text(value: Decimal) -> str:
    """``Decimal`` without exponent and without trailing zeros: ``58796.5100`` → ``58796.51``, ``-0`` → ``0``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    raise TypeError(f"not canonical: {type(value).__name__}")


def canonical_json(content: Any) -> str:
    """Sorted keys, no spaces, UTF-8 kept as typed, decimals as strings; floats are refused."""
    _refuse_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_default)


def _refuse_floats(content: Any) -> None:
    if isinstance(content, float):
        raise TypeError("not canonical: float")
    if isinstance(content, dict):
        for item in content.values():
            _refuse_floats(item)
    elif isinstance(content, list | tuple):
        for item in content:
            _refuse_floats(item)


#: Crockford's base 32: no letter that is taken for a figure or another letter.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def short_code(digest_: str) -> str:
    """The first 60 bits of a digest as twelve letters to read out or type in (核验码): ``7H2K-9QXM-04TB``."""
    number = int(digest_[:15], 16)
    letters = "".join(_LETTERS[number >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
