"""The rule shapes of a score table as they stand in a scheme file: parameters, and what is wrong with them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Column

# Bounds on what a file may hold: an exponent of a hundred million would overflow every sum.
Number = Annotated[Decimal, Column(max_digits=22, decimal_places=10)]
Score = Annotated[Decimal, Column(max_digits=5, decimal_places=2)]
Code = Annotated[str, Column(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Short = Annotated[str, Column(min_length=1, max_length=400)]
Source = Annotated[str, Column(min_length=1)]


class Plain(BaseModel):
    """Unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shape(Plain):
    """What every rule can tell of itself."""

    def expressions(self) -> tuple[str, ...]:
        """The expressions over fields that the rule needs."""
        return ()

    def faults(self, points: Decimal) -> Iterator[str]:
        """What does not fit the indicator's ``points``, in Chinese."""
        yield from ()


class Measured(Shape):
    """A rule over one measured value; rates are fractions: 95 % is ``0.95``."""

    value: Source

    def expressions(self) -> tuple[str, ...]:
        return (self.value,)


class Proportional(Measured):
    """按比例: full marks from ``full_at``; below it points × value ÷ ``full_at``; none below ``none_below``."""

    shape: Literal["proportional"]
    full_at: Number = Column(gt=0)
    none_below: Number | None = None

    def faults(self, points: Decimal) -> Iterator[str]:
        if self.none_below is not None and self.none_below >= self.full_at:
            yield f"none_below（{self.none_below}）应小于 full_at（{self.full_at}）"


class Reverse(Measured):
    """反向按比例: full marks up to ``full_at``; above it points × ``full_at`` ÷ value."""

    shape: Literal["reverse"]
    full_at: Number = Column(gt=0)


class Band(Plain):
    """One line of a band table: ``points`` up to (or from) ``limit``, the limit itself included."""

    limit: Number
    points: Score = Column(ge=0)


class Bands(Measured):
    """分档: the first band that the value is at most (or at least); ``otherwise`` after the last."""

    shape: Literal["bands"]
    direction: Literal["at_most", "at_least"]
    bands: tuple[Band, ...] = Column(min_length=1)
    otherwise: Score = Column(ge=0)

    def faults(self, points: Decimal) -> Iterator[str]:
        falling = self.direction == "at_least"
        for number, (band, following) in enumerate(pairwise(self.bands), start=2):
            if following.limit == band.limit or (following.limit > band.limit) == falling:
                order = "从高到低" if falling else "从低到高"
                yield f"第 {number} 档的界限 {following.limit} 与上一档 {band.limit} 重叠，界限应{order}且不重复"
        if (most := max(*(band.points for band in self.bands), self.otherwise)) > points:
            yield f"分档得分 {most} 超过指标分值 {points}"


class Deduction(Measured):
    """按次扣分: ``step`` points off for each case counted by ``value``, down to nothing."""

    shape: Literal["deduction"]
    step: Number = Column(gt=0)
    counted: Short


class Lateness(Measured):
    """逾期扣分: ``step`` points off for each day counted by ``value``; nothing after ``none_after`` days."""

    shape: Literal["lateness"]
    step: Number = Column(gt=0)
    none_after: int | None = Column(default=None, gt=0)


class PerPoint(Measured):
    """按百分点扣分: full marks up to (or from) ``full_if``; ``step`` off for each percentage point over (or under) it."""

    shape: Literal["per_point"]
    direction: Literal["over", "under"]
    full_if: Number
    step: Number = Column(gt=0)


class ThreeState(Measured):
    """与上年比较: ``none`` points when the value is zero, ``not_more`` up to last year's, ``more`` above it."""

    shape: Literal["three_state"]
    last: Source
    none: Score = Column(ge=0)
    not_more: Score = Column(ge=0)
    more: Score = Column(ge=0)

    def expressions(self) -> tuple[str, ...]:
        return (self.value, self.last)

    def faults(self, points: Decimal) -> Iterator[str]:
        if not self.more <= self.not_more <= self.none <= points:
            yield f"得分应为 more ≤ not_more ≤ none ≤ {points}"


class Item(Plain):
    """One thing that is true or not, with its points."""

    code: Code
    label: Short
    points: Score = Column(gt=0)


class Checklist(Shape):
    """逐项核对: each item that holds gives its points."""

    shape: Literal["checklist"]
    items: tuple[Item, ...] = Column(min_length=1)

    def faults(self, points: Decimal) -> Iterator[str]:
        yield from _repeated("核对项", [item.code for item in self.items])
        if (total := sum(item.points for item in self.items)) != points:
            yield f"核对项合计 {total} 分，应为 {points} 分"


class YesNo(Shape):
    """是否: full marks when ``statement`` is answered with yes, none with no; an answer is asked for."""

    shape: Literal["yes_no"]
    statement: Short


class Level(Plain):
    """One level of a judgement, as shares of the points: from ``low`` up to ``high``."""

    code: Code
    label: Short
    low: Number = Column(ge=0, le=1)
    high: Number = Column(ge=0, le=1)


def level_faults(levels: Sequence[Level]) -> Iterator[str]:
    """Gaps and overlaps of levels that should reach from the whole points down to nothing."""
    yield from _repeated("评判档次", [level.code for level in levels])
    if len(levels) < 2:
        yield "评判档次至少要有 2 档"
    if levels[0].high != 1:
        yield f"评判档次的最高一档“{levels[0].label}”应到 1（100%）为止"
    for level, following in pairwise(levels):
        if following.high != level.low:
            fault = "空档" if following.high < level.low else "重叠"
            yield f"评判档次“{level.label}”与“{following.label}”之间有{fault}：{level.low} 与 {following.high}"
    if levels[-1].low != 0:
        yield f"评判档次的最低一档“{levels[-1].label}”应从 0 起"
    yield from (f"评判档次“{level.label}”的 low 应小于 high" for level in levels if level.low >= level.high)


class Judgement(Shape):
    """定性评判: a level is chosen, and the points lie within it."""

    shape: Literal["judgement"]
    levels: tuple[Level, ...] = Column(min_length=2)

    def faults(self, points: Decimal) -> Iterator[str]:
        yield from level_faults(self.levels)


class Deviation(Plain):
    """偏离: from ``ratio`` of the target, ``points`` off unless a reason is written."""

    ratio: Number = Column(gt=1)
    points: Score = Column(gt=0)


class Target(Shape):
    """完成指标值: a row that the unit set itself, with its target and what was reached, in ``unit``.

    Met gives full marks, otherwise points × actual ÷ target (target ÷ actual where less is better).
    """

    shape: Literal["target"]
    direction: Literal["at_least", "at_most", "equals"]
    target: Number | None
    actual: Number | None
    unit: str
    deviation: Deviation | None

    def faults(self, points: Decimal) -> Iterator[str]:
        yield "target 只用于单位自设的指标，文件中请在上一级写 own"


def _repeated(what: str, codes: Sequence[str]) -> Iterator[str]:
    yield from (f"{what}代码“{code}”重复" for code in dict.fromkeys(codes) if codes.count(code) > 1)


Rule = Annotated[
    Proportional | Reverse | Bands | Deduction | Lateness | PerPoint | ThreeState | Checklist | YesNo | Judgement | Target,
    Column(discriminator="shape"),
]
