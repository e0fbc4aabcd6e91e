"""What a scheme (指标体系) is made of: fields, indicators, checks, sections, caps and grades, each as it stands in the file."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Column

from assessment.domain.rules import Code, Deviation, Level, Number, Plain, Rule, Score, Short, Source


class Field(Plain):
    """One item of the base data table (基础数据项), in its unit of measure; derived where it has an expression.

    ``aliases`` are other names under which a report's text speaks of it. A change from last year beyond ``change_limit``
    (a fraction: 0.3 for 30 %) asks for a reason. ``continues`` names the field of last year's table that this one begins with:
    itself for what seldom changes, another for what goes on (年初结转 from 年末结转), and then a difference asks for a reason too.
    """

    code: Code
    label: Short
    unit: Short
    kind: Literal["money", "count", "percent"]
    expression: Source | None = None
    required: bool = True
    decimals: int = Column(default=2, ge=0, le=4)
    minimum: Number = Decimal(0)
    maximum: Number = Decimal("99999999.99")
    help: str = ""
    aliases: tuple[Short, ...] = ()
    change_limit: Number | None = Column(default=None, gt=0)
    continues: Code | None = None


class FieldGroup(Plain):
    """Fields under one heading of the data table."""

    code: Code
    label: Short
    fields: tuple[Field, ...] = Column(min_length=1)


class Alternative(Plain):
    """What is given instead of the rule while ``when`` holds.

    Either ``points``, beside which ``not_applicable`` says 不适用, or no points at all: the row is removed and the rest
    rescaled to the full points.
    """

    when: Source
    points: Score | None = Column(default=None, ge=0)
    not_applicable: bool = False
    reason: Short


class OwnRows(Plain):
    """Rows that the unit sets itself under a group.

    ``kinds`` are the headings between (数量指标, 质量指标 …); ``levels`` judge rows that no figure can measure.
    """

    kinds: tuple[Annotated[str, Column(min_length=1, max_length=100)], ...] = Column(default=(), max_length=20)
    minimum: int = Column(default=1, ge=0, le=20)
    levels: tuple[Level, ...] = ()
    deviation: Deviation | None = None


class Indicator(Plain):
    """An indicator (指标) with its points: a group of others, a group whose rows the unit sets (``own``), or a row with a rule."""

    code: Code
    label: Short
    points: Score = Column(gt=0)
    children: tuple["Indicator", ...] = ()
    own: OwnRows | None = None
    rule: Rule | None = None
    alternatives: tuple[Alternative, ...] = ()
    basis: str = ""
    evidence: str = ""


class Finds(Plain):
    """What every check says when it finds something."""

    code: Code
    severity: Literal["error", "warning", "note"]
    message: Short
    remedy: Short


class Check(Finds):
    """A relation (勾稽关系) that ``left`` and ``right`` should satisfy while ``when`` holds."""

    when: Source | None = None
    left: Source
    relation: Literal["equals", "at_most", "at_least"]
    right: Source
    tolerance: Number = Column(default=Decimal(0), ge=0)


class Inspection(Finds):
    """A check that no expression can say, by the name of its function in ``inspections.FUNCTIONS``."""

    function: Literal[
        "undefined_rates",
        "projects_total",
        "full_marks_with_problems",
        "measures_without_problem",
        "repeated_text",
        "dates_after_year",
        "text_contradicts",
        "text_differs",
        "typed_figures",
    ]
    fields: tuple[Code, ...] = ()
    project_field: Code | None = None
    sections: tuple[Code, ...] = ()


class Section(Plain):
    """A heading of the report outline (报告提纲); ``heading`` empty is the opening paragraph."""

    code: Code
    heading: str = ""
    level: int = Column(ge=0, le=4)
    text: bool = True
    required: bool = True
    guidance: str = ""
    starter: str = ""


class ChartRow(Plain):
    """One line of a chart: a field for each of its series, in their order."""

    label: Annotated[str, Column(min_length=1, max_length=16)]
    fields: tuple[Code, ...] = Column(min_length=1, max_length=3)


class Chart(Plain):
    """A chart (图) of the printed report: fields of one unit of measure beside each other, such as budgets and spending by fund."""

    code: Code
    title: Annotated[str, Column(min_length=1, max_length=30)]
    series: tuple[Annotated[str, Column(min_length=1, max_length=12)], ...] = Column(min_length=1, max_length=3)
    rows: tuple[ChartRow, ...] = Column(min_length=1, max_length=8)


class Cap(Plain):
    """The whole report has ``at_most`` points while ``when`` holds (总分封顶)."""

    code: Code
    when: Source
    at_most: Score = Column(ge=0)
    reason: Short


class Grade(Plain):
    """A grade (等级): from ``at_least`` of the total, half-open, on the unrounded score."""

    label: Short
    at_least: Score = Column(ge=0)
