"""A number with the unit of measure behind it, in Arabic digits or Chinese numerals, at one place of a text."""

import re
from decimal import Decimal
from typing import Literal, NamedTuple

from assessment.domain.reading.measures import ARABIC_WORDS, SIZES, TENTH, WORDS, YUAN, measure_of
from assessment.domain.reading.numerals import CHARACTERS, ONES, read_digits, read_numeral, step_of

#: What may stand between a number and its unit: a space, or the line break of a copied page.
GAP = r"[ \t\u3000\u00a0\n]{0,2}"
SPACE = r"[ \t\u3000\u00a0]{0,2}"
_ROUGHLY = "[余多来]?"
#: Groups of three by commas, or by spaces where a point follows; a space after the point where a unit follows.
_NUMBER = re.compile(
    r"(?:[0-9]{1,3}(?:[,'’][0-9]{3}){1,4}(?![0-9])"
    r"|[0-9]{1,3}(?:，[0-9]{3}){1,4}(?=\.[0-9]{2})"
    rf"|[0-9]{{1,3}}(?:[ \n\u3000\u00a0][0-9]{{3}}){{1,4}}(?=\.[0-9]|{GAP}[万亿]元)"
    r"|[0-9]{1,15}(?![0-9]))"
    rf"(?:\.[0-9]{{1,8}}(?![0-9])|{SPACE}\.{GAP}[0-9]{{1,4}}(?={GAP}[%万亿元]))?"
)
_SEPARATORS = str.maketrans("", "", ",，'’ \t\n\u3000\u00a0")
_ARABIC_UNIT = re.compile(
    rf"{GAP}(?:(?P<percent>[%‰]|个?百分点|{TENTH})"
    rf"|(?P<money>{_ROUGHLY}(?:[十百千]?(?:万亿|[万亿])|[十百千])?{_ROUGHLY}[ \t]?{YUAN}))"
    rf"|(?:{SPACE}|\n(?=.{{1,2}}[，。；、）]))(?P<count>{_ROUGHLY}(?:[百千]?[万亿])?{_ROUGHLY}(?:{'|'.join(ARABIC_WORDS)}))"
    rf"|[ \t]?(?P<scale>{_ROUGHLY}(?:万亿|[万亿千])[余多]?)(?![0-9])"
)
_PLACES = f"点[零〇{ONES}]{{1,8}}"
_NUMERAL = re.compile(
    rf"百分之(?P<percent>百|[0-9]{{1,3}}(?:\.[0-9]{{1,8}})?|[{CHARACTERS}]+(?:{_PLACES})?)|[{CHARACTERS}]+(?:{_PLACES}[万亿]?)?"
)
_NUMERAL_UNIT = re.compile(
    rf"(?P<percent>成[{ONES}](?![{ONES}{''.join(SIZES)}个])|{TENTH})|(?P<money>[余多]?{YUAN})"
    rf"|(?P<count>[余多]?(?:{'|'.join(WORDS)}))"
)
_BETWEEN = re.compile(rf"{GAP}[-—–~～至到]{{1,2}}{GAP}")
_SIZES = {"%": Decimal("0.01"), "‰": Decimal("0.001"), "成": Decimal("0.1"), "个百分点": Decimal("0.01"), "百分点": Decimal("0.01")}


Kind = Literal["money", "percent", "count", "number"]
_KINDS: dict[str, Kind] = {"money": "money", "percent": "percent", "count": "count", "scale": "number"}


class Amount(NamedTuple):
    """A number as ``typed`` to the next ``step``, each unit of it worth ``size`` in the base scale of its kind."""

    end: int
    kind: Kind
    typed: Decimal
    step: Decimal
    size: Decimal
    unit: str


def read_amount(plain: str, at: int) -> Amount | None:
    """The amount that begins at ``at``; None where the characters make no number."""
    return _arabic(plain, at) if "0" <= plain[at] <= "9" else _chinese(plain, at)


def read_upper(plain: str, lower: Amount) -> Amount | None:
    """The amount up to which a range goes on from ``lower``: the same unit, or the one unit behind both."""
    between = _BETWEEN.match(plain, lower.end)
    if between is None or between.end() == len(plain) or not _begins_number(plain[between.end()]):
        return None
    upper = read_amount(plain, between.end())
    if upper is None or upper.kind == "number" or not upper.unit.startswith(lower.unit):
        return None
    return upper if lower_value(lower, upper) <= upper.typed * upper.size else None


def lower_value(lower: Amount, last: Amount) -> Decimal:
    """The lower end in the base scale: 10—20万元 has its unit behind the upper end only."""
    return lower.typed * (lower.size if lower.unit else last.size)


def numeral_end(plain: str, at: int) -> int:
    """Where the Chinese numeral that begins at ``at`` ends."""
    return _numeral(plain, at).end()


def _begins_number(character: str) -> bool:
    return "0" <= character <= "9" or character in CHARACTERS


def _arabic(plain: str, at: int) -> Amount | None:
    match = _NUMBER.match(plain, at)
    if match is None:
        return None
    typed = Decimal(match[0].translate(_SEPARATORS))
    step = Decimal(1).scaleb(int(typed.as_tuple().exponent))
    return _measured(plain, match.end(), typed, step, _ARABIC_UNIT)


def _chinese(plain: str, at: int) -> Amount | None:
    match = _numeral(plain, at)
    if match["percent"]:
        return _percent_in_words(match)
    typed = read_numeral(match[0])
    if typed is None:
        return None
    amount = _measured(plain, match.end(), typed, step_of(match[0]), _NUMERAL_UNIT)
    if amount.unit[:1] == "成" and len(amount.unit) > 1:  # 九成五
        return amount._replace(typed=typed + Decimal(read_digits(amount.unit[1])) / 10, step=Decimal("0.1"), size=_SIZES["成"])
    scale = match[0][-1] if match[0][-1] in "万亿" else ""
    return amount._replace(unit=scale + amount.unit)


def _numeral(plain: str, at: int) -> re.Match[str]:
    """The run of numerals at ``at``, where one stands."""
    match = _NUMERAL.match(plain, at)
    assert match is not None
    return match


def _percent_in_words(match: re.Match[str]) -> Amount | None:
    """百分之九十五, 百分之95.3, 百分之百."""
    text = match["percent"]
    if "0" <= text[0] <= "9":
        typed: Decimal | None = Decimal(text)
    else:
        typed = Decimal(100) if text == "百" else read_numeral(text)
    places = len(re.split(r"[.点]", text)[1]) if re.search(r"[.点]", text) else 0
    return None if typed is None else Amount(match.end(), "percent", typed, Decimal(1).scaleb(-places), _SIZES["%"], "百分之")


def _measured(plain: str, end: int, typed: Decimal, step: Decimal, units: re.Pattern[str]) -> Amount:
    match = units.match(plain, end)
    if match is None:
        return Amount(end, "number", typed, step, Decimal(1), "")
    kind = _KINDS[match.lastgroup or ""]
    unit = match[match.lastgroup or 0].strip()
    return Amount(match.end(), kind, typed, step, _SIZES.get(unit) or Decimal(measure_of(unit)[0]), unit)
