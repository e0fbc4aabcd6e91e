"""Chinese numerals (中文数字) as numbers: 一百二十三, 三点五亿, 二〇二二."""

import re
from decimal import Decimal

ONES = "一二三四五六七八九"
#: Everything a numeral may be written with; 壹贰叁 are those of cheques.
CHARACTERS = "零〇○一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
MOST_CHARACTERS = 20
_PLAIN = str.maketrans("〇○两壹贰叁肆伍陆柒捌玖拾佰仟", "零零二一二三四五六七八九十百千")
_DIGITS = {character: str(digit) for digit, character in enumerate("零" + ONES)}
_SECTION = re.compile(rf"(?:([{ONES}])千)?(?:零?([{ONES}])百)?(?:零?([{ONES}]?)十)?(?:零?([{ONES}]))?")
_PLACES = (1000, 100, 10, 1)
#: 一百二 and 三万五 are said for 120 and 35 000: not to be taken for 102 and 30 005.
_COLLOQUIAL = re.compile(rf"[百千万亿][{ONES}]$")
_SIZES = {"亿": 10**8, "万": 10**4}


def read_numeral(text: str) -> Decimal | None:
    """The number that ``text`` writes, or None where the characters make none: 十四五, 万一, 三四."""
    whole, point, places = text.translate(_PLAIN).partition("点")
    if len(text) > MOST_CHARACTERS or _COLLOQUIAL.search(whole):
        return None
    size = _SIZES.get(places[-1:], 1)  # 三点五亿
    number = _whole(whole)
    if number is None or not point:
        return None if number is None else Decimal(number)
    return Decimal(f"{number}.{read_digits(places.rstrip('万亿'))}") * size


def read_digits(text: str) -> str:
    """Digits that stand one by one: 二〇二二 → ``2022``."""
    return "".join(_DIGITS[character] for character in text.translate(_PLAIN))


def step_of(text: str) -> Decimal:
    """The size of one unit of the last place that ``text`` writes: 10 000 for 二十万, 0.1 for 三点五."""
    size = _SIZES.get(text[-1], 1)
    places = text.rstrip("万亿").partition("点")[2]
    return Decimal(size).scaleb(-len(places))


def _whole(text: str) -> int | None:
    for character, size in _SIZES.items():
        if character in text:
            head, _, tail = text.partition(character)
            high, low = _whole(head), _whole(tail) if tail else 0
            return None if high is None or low is None or low >= size else high * size + low
    return _section(text)


def _section(text: str) -> int | None:
    """Up to 9999; 十 alone is ten."""
    match = _SECTION.fullmatch(text)
    if match is None or not text:
        return 0 if text == "零" else None
    tens = "一" if "十" in text and not match[3] else match[3]
    ones = (match[1], match[2], tens, match[4])
    return sum(int(_DIGITS[one]) * place for one, place in zip(ones, _PLACES, strict=True) if one)
