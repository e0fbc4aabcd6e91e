"""Narrative (自评报告文字): figure tokens bound to fields, paragraphs, and the outline's numbering."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessment.domain.expressions import NoValue, Value
from assessment.domain.figures import show_with_unit
from assessment.domain.scheme import Scheme, Section
from assessment.domain.tokens import TOKEN, field_codes, tokens_of

MAX_SECTION = 20_000
#: For the whole report: a real one has some 7,000 characters in 100 paragraphs, and a print takes time by both.
MAX_REPORT = 60_000
MAX_PARAGRAPHS = 1_500
#: What copied texts bring: spaces of many widths, line and paragraph ends, and what is not seen at all.
_SPACES = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F], " ") | dict.fromkeys([0x2028, 0x2029], "\n")
_COPIED: dict[int, str | None] = {**_SPACES, **dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])}
_DIGITS = "零一二三四五六七八九"


def tidy(text: str) -> str:
    """What was typed with one newline between paragraphs, plain spaces, nothing invisible and no white space at line ends."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_COPIED)
    kept = "".join(character for character in plain if character >= " " or character in "\n\t")
    lines = [line.strip(" \t\u3000") for line in kept.split("\n")]
    return "\n".join(line for line in lines if line)


def unknown_tokens(scheme: Scheme, text: str) -> list[str]:
    """Tokens that name no field of the scheme by code or by a label that only one field has."""
    known = field_codes(scheme.fields.values())
    return [name for name in tokens_of(text) if name not in known]


def resolve(scheme: Scheme, text: str, values: Mapping[str, Value]) -> str:
    """The text as it is printed: every token replaced by its figure with unit of measure."""
    known = field_codes(scheme.fields.values())

    def shown(match: re.Match[str]) -> str:
        code = known.get(match[1].strip())
        if code is None:
            return match[0]
        field, value = scheme.fields[code], values[code]
        if isinstance(value, NoValue) and value.missing:
            return f"【{field.label}：{value.reason}】" if field.expression else f"【{field.label}未填】"
        return show_with_unit(field, value)

    return TOKEN.sub(shown, text)


@dataclass(frozen=True)
class Heading:
    """A section with its number as printed: ``一、``, ``（一）``, ``1.``, ``（1）``."""

    section: Section
    number: str


def chinese_number(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; up to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "") if number else _DIGITS[0]


def _number(level: int, position: int) -> str:
    forms = {1: f"{chinese_number(position)}、", 2: f"（{chinese_number(position)}）", 3: f"{position}.", 4: f"（{position}）"}
    return forms[level]


def outline(sections: Iterable[Section]) -> list[Heading]:
    """The outline with the numbering of official documents; level 0 is not numbered."""
    counters = [0] * 5
    headings = []
    for section in sections:
        if section.level == 0:
            headings.append(Heading(section, ""))
            continue
        counters[section.level] += 1
        counters[section.level + 1 :] = [0] * (4 - section.level)
        headings.append(Heading(section, _number(section.level, counters[section.level])))
    return headings
