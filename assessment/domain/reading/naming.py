"""What a report's text may call a field: its label, its aliases, and both with the endings that say nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile

from assessment.domain.elements import Field

#: Endings after which a quantity is the same: 预算数 is 预算 is 预算金额; a total may be called by any of its words.
_ENDINGS = {"money": ("", "数", "额", "数额", "金额"), "count": ("", "数", "数量"), "percent": ("",)}
_TOTALS = ("合计", "总额", "总数", "总计", "合计数", "总量")
_PEOPLE = ("人数", "人员", "人员数")
_ENDING = re.compile(f"(?:{'|'.join(sorted({*_TOTALS, *_PEOPLE, '数量', *_ENDINGS['money'][1:]}, key=len, reverse=True))})$")
#: 公务接待预算数 is also 公务接待费支出预算数.
_BETWEEN = ("费", "费用", "经费", "支出", "费支出", "经费支出")
_TAKEN = "□"
#: Whose figures are not the unit's own.
_OTHERS = (
    "项目(?!支出|库|绩效|管理)|基本支出|专项|工程|补助|补贴|下属|所属|二级|各(?:县|区|市|单位|科室|镇)|科室|中心|学校|学院|医院|分局|大队|支队|基金会|协会|社区|街道"
    "|全市|全省|全国|全县|全区|系统|企业|合并|汇总|[科室处股队站馆][：:，,]"
)
SHORTEST = 4
_SHORTEST_QUALIFIER = 3

_DROPPED = str.maketrans("", "", " \t\u3000\u00a0\u2009\x00“”\"'‘’「」")
_SHORT_BRACKET = re.compile(r"[（(]([^\W\d_一二三四五六七八九十])[）)]")
_SAME = {
    "上一年度": "上年", "上年度": "上年", "上一年": "上年", "去年": "上年", "本年度": "本年", "当年度": "本年", "当年": "本年",
    "今年": "本年", "结余结转": "结转结余", "结转和结余": "结转结余",
}  # fmt: skip
_SAME_WORDS = re.compile("|".join(_SAME))


def plain_words(text: str) -> str:
    """Text to compare names in: without quotation marks and spaces, years and carry-overs called by one word."""
    plain = text.translate(_DROPPED)
    if "（" in plain or "(" in plain:
        plain = _SHORT_BRACKET.sub(r"\1", plain)
    plain = _SAME_WORDS.sub(lambda match: _SAME[match[0]], plain)
    return plain.replace("年年", "年")


def grams(text: str) -> frozenset[str]:
    """The characters of a text and its pairs of neighbours."""
    return frozenset(text) | {left + right for left, right in pairwise(text)}


@dataclass(frozen=True)
class Names:
    """The names of one scheme's fields.

    ``clear`` leads from a name to the one field it can mean; ``lengths`` are those of its names, longest first.
    ``heads`` are the names by their first two characters, longest first, and ``initials`` finds the first character.
    ``marks`` are each field's names as ``grams``.
    ``foreign`` finds words for other units, and those that open the names of several fields: 一般公共预算, 公务接待.
    """

    clear: dict[str, str]
    lengths: tuple[int, ...]
    heads: dict[str, tuple[str, ...]]
    initials: re.Pattern[str]
    marks: dict[str, tuple[frozenset[str], ...]]
    foreign: re.Pattern[str]

    def named_at_end(self, text: str) -> str:
        """The longest clear name with which ``text`` ends, or nothing."""
        return next((text[-length:] for length in self.lengths if text[-length:] in self.clear), "")

    def without(self, text: str) -> str:
        """The text without any of the clear names."""
        pieces = []
        place = 0
        for match in self.initials.finditer(text):
            at = match.start()
            if at >= place and (name := next((name for name in self.heads.get(text[at : at + 2], ()) if text.startswith(name, at)), "")):
                pieces += [text[place:at], _TAKEN]
                place = at + len(name)
        return "".join([*pieces, text[place:]])


def names_of(fields: Iterable[Field]) -> Names:
    """The names of a scheme's fields, worked out once for each scheme."""
    return _names(tuple((field.code, field.kind, tuple(map(plain_words, (field.label, *field.aliases)))) for field in fields))


@lru_cache(maxsize=64)
def _names(fields: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Names:
    owners = {name: code for code, _, known in fields for name in known}
    qualifiers = _qualifiers(known[0] for _, _, known in fields)
    meant: dict[str, set[str]] = defaultdict(set)
    for code, kind, known in fields:
        others = [name for name, owner in owners.items() if owner != code]
        for base in known:
            for name in (base, *_variants(base, kind, others, qualifiers)):
                meant[name].add(code)
    clear = {name: next(iter(codes)) for name, codes in meant.items() if len(codes) == 1}
    marks = {code: tuple({grams(form) for base in known for form in (base, _ENDING.sub("", base)) if form}) for code, _, known in fields}
    lengths = tuple(sorted({len(name) for name in clear}, reverse=True))
    heads: dict[str, list[str]] = defaultdict(list)
    for name in sorted(clear, key=len, reverse=True):
        heads[name[:2]].append(name)
    foreign = re.compile("|".join((_OTHERS, *map(re.escape, qualifiers))))
    initials = re.compile(f"[{re.escape(''.join(sorted({name[0] for name in clear})))}]")
    return Names(clear, lengths, {head: tuple(listed) for head, listed in heads.items()}, initials, marks, foreign)


def _qualifiers(labels: Iterable[str]) -> tuple[str, ...]:
    """What at least two labels begin with, longest first."""
    pairs = pairwise(sorted(labels))
    shared = {"".join(left for left, _ in takewhile(lambda both: both[0] == both[1], zip(*pair, strict=False))) for pair in pairs}
    return tuple(sorted((words for words in shared if len(words) >= _SHORTEST_QUALIFIER), key=len, reverse=True))


def _variants(base: str, kind: str, others: list[str], qualifiers: tuple[str, ...]) -> Iterator[str]:
    """The same name with other endings, and with 费 or 支出 inside; none where a stem might mean another field."""
    stem = _ENDING.sub("", base)
    ending = base[len(stem) :]
    if ending in _TOTALS:
        yield from (stem + other for other in _TOTALS)
    if len(stem) < 2 or any(stem in other for other in others):
        return
    endings = (*_ENDINGS[kind], *next((same for same in (_PEOPLE, _TOTALS) if ending in same), ()))
    for form in (stem, *_inside(stem, qualifiers)):
        yield from (form + other for other in endings if len(form + other) >= SHORTEST)


def _inside(stem: str, qualifiers: tuple[str, ...]) -> Iterator[str]:
    qualifier = next((words for words in qualifiers if stem.startswith(words)), "")
    rest = stem[len(qualifier) :]
    if qualifier and rest.startswith(("预算", "决算", "上年", "年初")):
        yield from (qualifier + between + rest for between in _BETWEEN)
