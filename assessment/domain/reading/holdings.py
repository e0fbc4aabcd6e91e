"""The data table as a report's figures are looked up in it: by name, and by value."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from assessment.domain.elements import Field
from assessment.domain.expressions import NoValue, Value, round_half_up
from assessment.domain.reading.doubts import lowered
from assessment.domain.reading.measures import measure_of
from assessment.domain.reading.naming import Names, grams, names_of, plain_words
from assessment.domain.reading.quantities import Quantity
from assessment.domain.reading.surroundings import MARKS, Setting

#: An exact value of four digits, zeros at its end aside, is a field's wherever it stands: they are not equal by chance.
TELLING = 4
#: How much of a field's name, in per cent, must stand in the clause of an exact figure, and of a rounded one.
IN_CLAUSE, IN_CLAUSE_ROUNDED = 50, 75
#: And how much in the sentence of an exact figure of three digits, and of one with fewer.
IN_SENTENCE, IN_SENTENCE_SHORT = 60, 75
_ZERO, _TWO = Decimal(0), Decimal(2)
#: Places of a fraction that is shown as a percentage with two.
_SHOWN = Decimal(4)
#: A figure with two decimals, of 万元 or of a percentage, is exact.
_FINE = {"money": Decimal(100), "percent": Decimal("0.0001")}
_LAST_PART = re.compile(".*[；;]", re.DOTALL)
_NEXT = re.compile(rf"[^，。；：、（）(),;{MARKS}]*")


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure with the clause that leads to it."""

    quantity: Quantity
    clause: str
    setting: Setting


def measure_key(quantity: Quantity) -> str:
    """What a figure measures: 元, %, or what it counts."""
    if quantity.kind == "count":
        return measure_of(quantity.unit)[1]
    return "元" if quantity.kind == "money" else "%"


def agree(left: Quantity, right: Quantity) -> bool:
    """Whether two figures are the same number, as exactly as the less exact one says."""
    assert left.value is not None and right.value is not None
    return abs(left.value - right.value) < max(left.precision, right.precision)


@dataclass(frozen=True)
class Holdings:
    """A scheme's fields with their values in 元, fractions and ones.

    ``keys`` say what each field measures; ``ranked`` are, for each such key, the absolute amounts in order and their codes.
    """

    fields: Mapping[str, Field]
    values: Mapping[str, Value]
    names: Names
    keys: Mapping[str, str]
    amounts: Mapping[str, Decimal]
    ranked: Mapping[str, tuple[list[Decimal], list[str]]]

    @classmethod
    def of(cls, fields: Mapping[str, Field], values: Mapping[str, Value]) -> Self:
        measures = {code: (1, "%") if field.kind == "percent" else measure_of(field.unit) for code, field in fields.items()}
        amounts = {code: value * measures[code][0] for code, value in values.items() if not isinstance(value, NoValue)}
        ranked: dict[str, tuple[list[Decimal], list[str]]] = {}
        for code in sorted(amounts, key=lambda code: abs(amounts[code])):
            values_of, codes = ranked.setdefault(measures[code][1], ([], []))
            values_of.append(abs(amounts[code]))
            codes.append(code)
        keys = {code: key for code, (_, key) in measures.items()}
        return cls(fields, values, names_of(fields.values()), keys, amounts, ranked)

    def named(self, quantity: Quantity, stated: str) -> tuple[str, str]:
        """The name with which ``stated`` ends and its field's code, both empty where none of this measure is named."""
        name = self.names.named_at_end(stated)
        code = self.names.clear.get(name, "")
        return (name, code) if code and self.keys[code] == measure_key(quantity) else ("", "")

    def holds(self, code: str, statement: Statement) -> bool:
        """Whether the field has the stated value, rounded or cut off at its last digit; 下降 stands for a minus."""
        amount, value = self.amounts.get(code), statement.quantity.value
        if amount is None or value is None or not _rounds(amount, statement.quantity):
            return False
        return amount * value >= 0 or (value > 0 and lowered(statement.clause))

    def denies(self, code: str, statement: Statement) -> bool:
        """Whether the field has another value, or none for good; a figure without its minus is let pass."""
        value = self.values[code]
        if isinstance(value, NoValue):
            return not value.missing
        return not _rounds(self.amounts[code], statement.quantity)

    def best(self, statement: Statement) -> str:
        """The field of the stated value that is named best, or nothing."""
        candidates = [code for code in self._near(statement.quantity) if self.holds(code, statement)]
        if not candidates:
            return ""
        clause = statement.clause + (_after(statement) if statement.quantity.kind == "count" else "")
        words, sentence = grams(clause), grams(_LAST_PART.sub("", statement.setting.before)) | grams(clause)
        shares = {code: (self._share(code, words, clause), self._share(code, sentence, clause)) for code in candidates}
        fitting = [code for code in candidates if self._fits(code, statement, *shares[code])]
        order = list(self.fields)
        return max(fitting, key=lambda code: (2 * shares[code][0] + shares[code][1], -order.index(code)), default="")

    def _near(self, quantity: Quantity) -> list[str]:
        amounts, codes = self.ranked.get(measure_key(quantity), ([], []))
        value = abs(quantity.value or _ZERO)
        return codes[bisect_left(amounts, value - quantity.precision) : bisect_left(amounts, value + quantity.precision)]

    def _share(self, code: str, words: frozenset[str], clause: str) -> int:
        """How much of the field's best fitting name, in per cent; half of it where only one of them speaks of last year."""
        share = max(len(name & words) * 100 // len(name) for name in self.names.marks[code])
        return share if ("上年" in self.fields[code].label) == ("上年" in clause) else share // 2

    def _fits(self, code: str, statement: Statement, in_clause: int, in_sentence: int) -> bool:
        quantity = statement.quantity
        exact = self.amounts[code] == quantity.value or quantity.precision <= _FINE.get(quantity.kind, 0)
        if in_clause >= (IN_CLAUSE if exact else IN_CLAUSE_ROUNDED):
            return True
        digits = len((quantity.value or _ZERO).normalize().as_tuple().digits)
        least = 0 if digits >= TELLING else IN_SENTENCE if digits == TELLING - 1 else IN_SENTENCE_SHORT
        return exact and in_sentence >= least


def _after(statement: Statement) -> str:
    match = _NEXT.match(plain_words(statement.setting.after))
    return match[0] if match else ""


def _rounds(amount: Decimal, quantity: Quantity) -> bool:
    """Whether the figure is what remains of the amount at its last digit, or of what the table shows of a rate: two decimals."""
    shown = round_half_up(amount, _SHOWN) if quantity.kind == "percent" else amount
    return _remains(amount, quantity) or (shown != amount and _remains(shown, quantity))


def _remains(amount: Decimal, quantity: Quantity) -> bool:
    """Rounded or cut off; but nothing else is rounded to zero than less than half."""
    value = abs(quantity.value or _ZERO)
    beyond = abs(amount) - value
    return -quantity.precision / _TWO <= beyond < (quantity.precision if value else quantity.precision / _TWO)
