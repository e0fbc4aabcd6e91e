"""A scheme (指标体系): fields, indicators, checks, outline and grades of one kind of assessment, read from a file."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic import Field as Column

from assessment.domain.errors import DomainError
from assessment.domain.expressions import KINDS, Kind, compile_expression
from assessment.domain.rules import Number, Rule, Score

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Expression = Annotated[str, StringConstraints(min_length=1)]


class Plain(BaseModel):
    """Unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Field(Plain):
    """One item of the base data table (基础数据项), in its unit of measure; derived where it has an expression."""

    code: Code
    label: Text
    unit: Text
    kind: Literal["money", "count", "percent"]
    expression: Expression | None = None
    required: bool = True
    decimals: int = Column(default=2, ge=0, le=4)
    minimum: Number = Decimal(0)
    maximum: Number = Decimal("99999999.99")
    help: str = ""


class FieldGroup(Plain):
    """Fields under one heading of the data table."""

    code: Code
    label: Text
    fields: tuple[Field, ...] = Column(min_length=1)


class Alternative(Plain):
    """Points given instead of the rule's while ``when`` holds; ``not_applicable`` says 不适用 beside them."""

    when: Expression
    points: Score = Column(ge=0)
    not_applicable: bool = False
    reason: Text


class Indicator(Plain):
    """An indicator (指标) with its points; either a group of others, or a row with a rule."""

    code: Code
    label: Text
    points: Score = Column(gt=0)
    children: tuple["Indicator", ...] = ()
    rule: Rule | None = None
    alternatives: tuple[Alternative, ...] = ()
    basis: str = ""
    evidence: str = ""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if bool(self.children) == (self.rule is not None):
            raise ValueError(f"指标“{self.label}”要么有下级指标，要么有评分规则")
        if self.children and sum(child.points for child in self.children) != self.points:
            raise ValueError(f"指标“{self.label}”为 {self.points} 分，下级合计 {sum(child.points for child in self.children)} 分")
        if self.rule is not None and (fault := self.rule.fault(self.points)):
            raise ValueError(f"指标“{self.label}”：{fault}")
        if any(alternative.points > self.points for alternative in self.alternatives):
            raise ValueError(f"指标“{self.label}”：替代得分不能超过 {self.points} 分")
        return self


class Check(Plain):
    """A relation (勾稽关系) that ``left`` and ``right`` should satisfy while ``when`` holds."""

    code: Code
    severity: Literal["error", "warning", "note"]
    when: Expression | None = None
    left: Expression
    relation: Literal["equals", "at_most", "at_least"]
    right: Expression
    tolerance: Number = Column(default=Decimal(0), ge=0)
    message: Text
    remedy: Text


class Section(Plain):
    """A heading of the report outline (报告提纲); ``heading`` empty is the opening paragraph."""

    code: Code
    heading: str = ""
    level: int = Column(ge=0, le=4)
    text: bool = True
    required: bool = True
    guidance: str = ""
    starter: str = ""


class Grade(Plain):
    """A grade (等级): from ``at_least`` of the total, half-open, on the unrounded score."""

    label: Text
    at_least: Score = Column(ge=0)


class Scheme(Plain):
    """The whole file. A change is a new ``version``; a filing keeps the one it was opened with.

    ``subject`` names what is assessed, ``seal_line`` the place for the seal on the cover.
    """

    code: Code
    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9.]{0,15}$")]
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    kind: Literal["whole", "project"]
    source: Text
    subject: Text
    report_title: Text
    seal_line: Text
    groups: tuple[FieldGroup, ...] = Column(min_length=1)
    indicators: tuple[Indicator, ...] = Column(min_length=1)
    checks: tuple[Check, ...] = ()
    sections: tuple[Section, ...] = Column(min_length=1)
    grades: tuple[Grade, ...] = Column(min_length=1)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by its code, in the table's order."""
        return {field.code: field for group in self.groups for field in group.fields}

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
            if not free:
                raise DomainError(f"字段互相引用，无法计算：{'、'.join(field.code for field in waiting)}")
            ordered += free
            ready |= {field.code for field in free}
            waiting = [field for field in waiting if field.code not in ready]
        return tuple(ordered)

    @cached_property
    def rows(self) -> tuple[tuple[Indicator, ...], ...]:
        """Every scored row as its path from level 1 down to the row itself."""
        return tuple(path for top in self.indicators for path in _paths(top, ()))

    @cached_property
    def scored(self) -> dict[str, Indicator]:
        """Every scored row by its code."""
        return {path[-1].code: path[-1] for path in self.rows}

    @cached_property
    def full_points(self) -> Decimal:
        """What can be had at most."""
        return sum((top.points for top in self.indicators), Decimal(0))

    def grade_of(self, total: Decimal) -> str:
        """The grade's label for an unrounded total."""
        return next(grade.label for grade in self.grades if total >= grade.at_least)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        faults = [*_duplicates(self), *_expression_faults(self), *_grade_faults(self)]
        if self.full_points != 100:
            faults.append(f"各一级指标合计 {self.full_points} 分，应为 100 分")
        if faults:
            raise ValueError("；".join(faults))
        try:
            _ = self.derived
        except DomainError as error:
            raise ValueError(str(error)) from error
        return self


def _paths(indicator: Indicator, above: tuple[Indicator, ...]) -> Iterator[tuple[Indicator, ...]]:
    path = (*above, indicator)
    if not indicator.children:
        yield path
    for child in indicator.children:
        yield from _paths(child, path)


def _all_indicators(indicators: tuple[Indicator, ...]) -> Iterator[Indicator]:
    for indicator in indicators:
        yield indicator
        yield from _all_indicators(indicator.children)


def _duplicates(scheme: Scheme) -> Iterator[str]:
    kinds = {
        "字段": [field.code for group in scheme.groups for field in group.fields],
        "指标": [indicator.code for indicator in _all_indicators(scheme.indicators)],
        "勾稽关系": [check.code for check in scheme.checks],
        "提纲": [section.code for section in scheme.sections],
    }
    for kind, codes in kinds.items():
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        yield from (f"{kind}代码“{code}”重复" for code in repeated)


def _expressions(scheme: Scheme) -> Iterator[tuple[str, str, Kind]]:
    for field in scheme.fields.values():
        if field.expression is not None:
            yield f"字段“{field.label}”", field.expression, "number"
    for row in scheme.scored.values():
        if row.rule is not None:
            yield from ((f"指标“{row.label}”", source, "number") for source in row.rule.expressions())
        yield from ((f"指标“{row.label}”", alternative.when, "condition") for alternative in row.alternatives)
    for check in scheme.checks:
        if check.when is not None:
            yield f"勾稽关系“{check.code}”", check.when, "condition"
        yield from ((f"勾稽关系“{check.code}”", source, "number") for source in (check.left, check.right))


def _expression_faults(scheme: Scheme) -> Iterator[str]:
    for place, source, kind in _expressions(scheme):
        try:
            compiled = compile_expression(source)
        except DomainError as error:
            yield f"{place}：{error}"
            continue
        if compiled.kind != kind:
            yield f"{place}：“{source}”应为{KINDS[kind]}"
        yield from (f"{place}引用了不存在的字段“{name}”" for name in compiled.names if name not in scheme.fields)


def _grade_faults(scheme: Scheme) -> Iterator[str]:
    limits = [grade.at_least for grade in scheme.grades]
    if limits != sorted(set(limits), reverse=True) or limits[-1] != 0:
        yield "等级应从高到低排列，最低一级从 0 分起"
