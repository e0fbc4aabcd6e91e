"""Reads the figures out of free Chinese text: amounts, percentages, counts, dates, and the numbers that only look like them."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from assessment.domain.reading.amounts import GAP, Amount, lower_value, numeral_end, read_amount, read_upper
from assessment.domain.reading.numerals import CHARACTERS, read_digits, read_numeral
from assessment.domain.tokens import TOKEN

Kind = Literal["money", "percent", "count", "number", "date", "year", "ordinal", "document"]

#: A token is blotted out with as many of these as it is long: offsets stay.
MASK = "\ufffc"
#: Full-width forms as typed with a Chinese keyboard, but for the comma and the brackets of a Chinese sentence.
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％－＋～﹪", "0123456789.%-+~%")
_WIDE = re.compile("[０-９．％－＋～﹪]")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure at ``start`` to ``end`` of the text.

    ``value`` and ``high`` (the upper end of a range) are in 元 for money, fractions for percentages, and ones for counts;
    dates, documents and codes have none. ``precision`` is the size of one unit of the last digit typed, in the same
    scale. ``rough`` says that the text does: 约, 近, 超, 余, 以上.
    """

    kind: Kind
    start: int
    end: int
    text: str
    value: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    precision: Decimal = Decimal(0)
    rough: bool = False


_START = re.compile(r"[0-9A-Z第一二两三四五六七八九十百壹贰叁肆伍陆柒捌玖拾]")
_LETTERS = re.compile(r"[A-Za-z]+")
_BEGINS = "\n。；;：:！？"
#: 1.  1、 1） at the beginning of a line or sentence, also where the text goes on with 2022年 or 20人.
_MARKER = re.compile(
    r"[0-9]{1,2}(?:\.(?![0-9])|\.(?=(?:19|20)[0-9]{2}[ \t]?年)|\.(?=[0-9]{1,4}[ \t]?[人名项个件家宗条份辆])|[、)）](?![0-9]))"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2}){1,3}(?=[ \t][^0-9%万亿元])"
)
#: 95. 29 % is a figure that a copied page has split.
_SPLIT_DECIMAL = re.compile(rf"[0-9]{{2}}\.{GAP}[0-9]{{2}}{GAP}[%万亿]")
#: 1.加强 in the middle of a line.
_INLINE_MARKER = re.compile(r"[0-9]{1,2}\.(?=[ \t]?[\u4e00-\u9fff“《])")
_BRACKETED_MARKER = re.compile(r"[0-9]{1,2}[)）]")
_DOCUMENT = re.compile(r"(?:19|20)[0-9]{2}[〕\]】)）][ \t]?第?[ \t]?[0-9]{1,5}(?:[ \t]?号)?")
_STANDARD = re.compile(r"[A-Z]{2,5}[0-9]{0,2}(?:/[A-Z]{1,2})?[ \t]?[0-9]{2,6}(?:\.[0-9]{1,3})?[-—–][0-9]{4}(?![0-9])")
_LETTERED = re.compile(r"[0-9A-Za-z._/-]{1,40}")
_CODE = re.compile(
    r"0[0-9]{2,3}-[0-9]{7,8}(?![0-9])|[0-9]+(?:-[0-9]+){2,}|1[0-9]{10}(?![0-9.])|0[0-9]{2,}(?![0-9.])|[0-9]+(?=[A-Za-z_])|[0-9]{16,}"
)
_DAY = re.compile(
    rf"(?:19|20)[0-9]{{2}}{GAP}年{GAP}[01]?[0-9]{GAP}月(?:{GAP}[0-3]?[0-9]{GAP}[日号])?"
    r"|(?:19|20)[0-9]{2}([-/.])[01]?[0-9]\1[0-3]?[0-9](?![0-9.])"
    rf"|[01]?[0-9]{GAP}月{GAP}[0-3]?[0-9]{GAP}[日号]"
    rf"|[01]?[0-9](?:{GAP}[-—–~～至]{GAP}[01]?[0-9])?{GAP}月(?!饼)"
    r"|[0-3]?[0-9][ \t]?日(?![元均本])"
)
_YEAR = re.compile(rf"((?:19|20)[0-9]{{2}})(?:年?{GAP}[-—–~～至]{{1,2}}{GAP}((?:19|20)[0-9]{{2}}))?{GAP}(年度?)")
_NUMERAL_DAY = re.compile(
    r"([一二][零〇○一二三四五六七八九]{3})(年度?)([一二三四五六七八九十]{1,2}月)?(?:[一二三四五六七八九十]{1,3}[日号])?"
    r"|[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}[日号])?"
)
_ORDINAL = re.compile(
    rf"第[ \t]?(?:([0-9]{{1,6}})(?:[-—–~～至][0-9]{{1,6}})?|([{CHARACTERS}]{{1,20}}))"
    r"([ \t]?[号条款项章节批次届期页类个名位级季年轮版编卷册件点代部])?"
)
_LOOSE = frozenset("余多来")
_SIGNS = "-−–—+"
_ROUGH_BEFORE = (
    "约", "近", "超", "逾", "≥", "≤", ">", "<", "＞", "＜", "~", "超过", "不足", "不到", "接近", "至少", "最少", "最多", "至多",
    "不低于", "不少于", "不高于", "大于", "小于", "低于", "高于",
)  # fmt: skip
_ROUGH_AFTER = re.compile(r"[ \t]?(?:以上|以下|左右|上下|以内|之内|不等|之间|[+＋])")


def masked(text: str) -> str:
    """The text with its full-width digits as plain ones and its tokens blotted out, every character in its place."""
    plain = text.translate(_FULL_WIDTH) if _WIDE.search(text) else text
    return TOKEN.sub(lambda token: MASK * len(token[0]), plain) if "{{" in plain else plain


def read_quantities(text: str) -> list[Quantity]:
    """Every figure in order of appearance; enumeration markers, words with a numeral in them and tokens are none."""
    plain = masked(text)
    found: list[Quantity] = []
    place = 0
    while (match := _START.search(plain, place)) is not None:
        reading = _read(plain, match.start(), place)
        if isinstance(reading, Quantity):
            found.append(reading)
            place = reading.end
        else:
            place = reading
    return found if plain == text else [replace(quantity, text=text[quantity.start : quantity.end]) for quantity in found]


def _read(plain: str, at: int, floor: int) -> Quantity | int:
    """The figure at ``at``, or where to read on; what stands before ``floor`` is read already."""
    first = plain[at]
    if first == "第":
        return _ordinal(plain, at)
    if "A" <= first <= "Z":
        return _standard(plain, at)
    if not "0" <= first <= "9":
        return _numeral(plain, at)
    for reader in (_marker, _document, _day, _code):
        if (reading := reader(plain, at)) is not None:
            return reading
    amount = read_amount(plain, at)
    assert amount is not None  # longer runs than any figure are codes
    return _figure(plain, at, amount, floor)


def _marker(plain: str, at: int) -> int | None:
    """The end of 1. or （2）, which only number what follows."""
    before = plain[max(at - 4, 0) : at].rstrip(" \t\u3000")[-1:]
    if before in ("（", "(") and (match := _BRACKETED_MARKER.match(plain, at)):
        return match.end()
    if before in _BEGINS and (match := _MARKER.match(plain, at)) and (before in "\n" or not _SPLIT_DECIMAL.match(plain, at)):
        return match.end()
    match = _INLINE_MARKER.match(plain, at)
    return match.end() if match else None


def _document(plain: str, at: int) -> Quantity | None:
    """〔2023〕2号; other brackets hold a document's year only where 号 follows."""
    match = _DOCUMENT.match(plain, at) if at and plain[at - 1] in "〔[【(（" else None
    if match is None or not (match[0].endswith("号") or plain[at - 1] == "〔"):
        return None
    return Quantity("document", at - 1, match.end(), plain[at - 1 : match.end()])


def _day(plain: str, at: int) -> Quantity | None:
    if match := _DAY.match(plain, at):
        return Quantity("date", at, match.end(), match[0])
    match = _YEAR.match(plain, at)
    if match is None:
        return None
    high = Decimal(match[2]) if match[2] else None
    return Quantity("year", at, match.end(), match[0], Decimal(match[1]), high, match[3], Decimal(1))


def _code(plain: str, at: int) -> Quantity | None:
    """Telephone numbers, model names and other runs that measure nothing; RMB500万元 does."""
    lettered = at > 0 and plain[at - 1].isascii() and plain[at - 1].isalpha()
    match = (_LETTERED if lettered else _CODE).match(plain, at)
    if match is None or (lettered and (amount := read_amount(plain, at)) and amount.kind == "money"):
        return None
    return Quantity("number", at, match.end(), match[0])


def _standard(plain: str, at: int) -> Quantity | int:
    """GB/T 9704-2012."""
    if match := _STANDARD.match(plain, at):
        return Quantity("document", at, match.end(), match[0])
    letters = _LETTERS.match(plain, at)
    assert letters is not None
    return letters.end()


def _ordinal(plain: str, at: int) -> Quantity | int:
    """第29项, 第三条; 第一 and 第三方 count nothing."""
    match = _ORDINAL.match(plain, at)
    if match is None:
        return at + 1
    value = Decimal(match[1]) if match[1] else read_numeral(match[2])
    if value is None or not (match[1] or match[3]):
        return match.end()
    return Quantity("ordinal", at, match.end(), match[0], value, None, (match[3] or "").strip(), Decimal(1))


def _numeral(plain: str, at: int) -> Quantity | int:
    """一百二十三万元, 三成, 二〇二二年; 一项 and 一家 are articles, and what opens with a quotation mark is a name."""
    if match := _NUMERAL_DAY.match(plain, at):
        if match[1] and not match[3]:
            return Quantity("year", at, match.end(), match[0], Decimal(read_digits(match[1])), None, match[2], Decimal(1))
        return Quantity("date", at, match.end(), match[0])
    amount = read_amount(plain, at)
    if amount is None or (at and plain[at - 1] in "几数“‘"):
        return numeral_end(plain, at)
    figure = _figure(plain, at, amount, at)
    article = plain[at : at + 1] == "一" and amount.typed == 1 and figure.kind == "count"
    return amount.end if figure.kind == "number" or article else figure


def _figure(plain: str, at: int, lower: Amount, floor: int) -> Quantity:
    """One amount, or two that make a range, with the sign typed before it."""
    upper = read_upper(plain, lower)
    last = upper or lower
    sign = _sign(plain, at, floor)
    start = at - len(sign)
    value = lower_value(lower, last) * (1 if sign in ("", "+") else -1)
    measured = last.kind != "number"
    rough = measured and (
        plain[max(start - 4, 0) : start].rstrip().endswith(_ROUGH_BEFORE)
        or not _LOOSE.isdisjoint(last.unit)
        or _ROUGH_AFTER.match(plain, last.end) is not None
    )
    high = upper.typed * upper.size if upper else None
    return Quantity(last.kind, start, last.end, plain[start : last.end], value, high, last.unit, last.step * last.size, rough)


def _sign(plain: str, at: int, floor: int) -> str:
    """A minus or plus; not the hyphen of a code, the dash of a sentence, or the bullet of a line."""
    if at <= floor or plain[at - 1] not in _SIGNS:
        return ""
    before = plain[at - 2] if at > 1 else "\n"
    return "" if before in _SIGNS or before in "\n%)）" or (before.isascii() and before.isalnum()) else plain[at - 1]
