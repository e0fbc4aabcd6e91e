"""A scheme (指标体系): fields, indicators, checks, outline and grades of one kind of assessment, read from a file."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field as Column
from pydantic import StringConstraints, ValidationInfo, model_validator

from assessment.domain.dimensions import units_of
from assessment.domain.elements import Cap, Chart, Check, Field, FieldGroup, Grade, Indicator, Inspection, Section
from assessment.domain.expressions import compile_expression
from assessment.domain.lint import STRUCTURE_ONLY, meaning_faults
from assessment.domain.rules import Code, Plain, Short

__all__ = ["Cap", "Chart", "Check", "Field", "Grade", "Indicator", "Inspection", "Scheme", "Section"]


class Scheme(Plain):
    """The whole file. A change is a new ``version``; a filing keeps the one it was opened with.

    ``subject`` names what is assessed, ``seal_line`` the place for the seal on the cover. ``not_applicable`` says what
    becomes of a row whose value has no value for good: ``full`` marks, or ``removed`` and the rest rescaled.
    """

    code: Code
    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9.]{0,15}$")]
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    kind: Literal["whole", "project"]
    source: Short
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    report_title: Short
    seal_line: Short
    not_applicable: Literal["full", "removed"] = "full"
    groups: tuple[FieldGroup, ...] = Column(min_length=1)
    indicators: tuple[Indicator, ...] = Column(min_length=1)
    checks: tuple[Check, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    caps: tuple[Cap, ...] = ()
    charts: tuple[Chart, ...] = Column(default=(), max_length=4)
    sections: tuple[Section, ...] = Column(min_length=1)
    grades: tuple[Grade, ...] = Column(min_length=1)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by its code, in the table's order."""
        return {field.code: field for group in self.groups for field in group.fields}

    @cached_property
    def units(self) -> frozenset[tuple[str, str]]:
        """Each field's unit of measure, to ask for that of an expression."""
        return units_of(self.fields)

    @cached_property
    def inputs(self) -> tuple[Field, ...]:
        """The fields a unit fills."""
        return tuple(field for field in self.fields.values() if field.expression is None)

    @cached_property
    def derived(self) -> tuple[Field, ...]:
        """The fields that follow, each after those it needs, whatever their order in the file."""
        ready = {field.code for field in self.inputs}
        waiting = [field for field in self.fields.values() if field.expression is not None]
        ordered: list[Field] = []
        while waiting:
            free = [field for field in waiting if set(compile_expression(field.expression or "").names) <= ready]
            ordered += free
            ready |= {field.code for field in free}
            waiting = [field for field in waiting if field.code not in ready]
        return tuple(ordered)

    @cached_property
    def rows(self) -> tuple[tuple[Indicator, ...], ...]:
        """Every scored row as its path from level 1 down to the row itself."""
        return tuple(path for top in self.indicators for path in paths_of(top))

    @cached_property
    def scored(self) -> dict[str, Indicator]:
        """Every scored row by its code."""
        return {path[-1].code: path[-1] for path in self.rows}

    @cached_property
    def own_groups(self) -> dict[str, Indicator]:
        """The groups whose rows the unit sets itself, by code."""
        return {item.code: item for top in self.indicators for item in walk(top) if item.own is not None}

    @cached_property
    def full_points(self) -> Decimal:
        """What can be had at most."""
        return sum((top.points for top in self.indicators), Decimal(0))

    def grade_of(self, total: Decimal) -> str:
        """The grade's label for an unrounded total; points below nothing, which a file may claim, have the lowest."""
        return next((grade.label for grade in self.grades if total >= grade.at_least), self.grades[-1].label)

    @model_validator(mode="after")
    def _makes_sense(self, info: ValidationInfo) -> Self:
        if info.context is not STRUCTURE_ONLY and (faults := meaning_faults(self)):
            raise ValueError("；".join(fault.message for fault in faults))
        return self


def walk(indicator: Indicator) -> Iterator[Indicator]:
    """An indicator and everything under it."""
    yield indicator
    for child in indicator.children:
        yield from walk(child)


def paths_of(indicator: Indicator, above: tuple[Indicator, ...] = ()) -> Iterator[tuple[Indicator, ...]]:
    """The path to every row with a rule at or under an indicator."""
    path = (*above, indicator)
    if indicator.rule is not None:
        yield path
    for child in indicator.children:
        yield from paths_of(child, path)
