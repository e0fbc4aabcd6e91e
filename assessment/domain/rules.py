"""The rule shapes of a score table as they stand in a scheme file: parameters, and what is wrong with them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Column

# Bounds on what a file may hold: an exponent of a hundred million would overflow every sum.
Number = Annotated[Decimal, Column(max_digits=22, decimal_places=10)]
Score = Annotated[Decimal, Column(max_digits=5, decimal_places=2)]


class Shape(BaseModel):
    """Unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def expressions(self) -> tuple[str, ...]:
        """The expressions over fields that the rule needs."""
        return ()

    def fault(self, points: Decimal) -> str:
        """What does not fit the indicator's ``points``, in Chinese; empty when all is well."""
        return ""


class Measured(Shape):
    """A rule over one measured value; percentages are fractions."""

    value: str = Column(min_length=1)

    def expressions(self) -> tuple[str, ...]:
        return (self.value,)


class Proportional(Measured):
    """按比例: full marks from ``full_at``; below it points × value ÷ ``full_at``."""

    shape: Literal["proportional"]
    full_at: Number = Column(gt=0)


class Band(BaseModel):
    """One line of a band table: ``points`` up to (or from) ``limit``, the limit itself included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Number
    points: Score = Column(ge=0)


class Bands(Measured):
    """分档: the first band that the value is at most (or at least); ``otherwise`` after the last."""

    shape: Literal["bands"]
    direction: Literal["at_most", "at_least"]
    bands: tuple[Band, ...] = Column(min_length=1)
    otherwise: Score = Column(ge=0)

    def fault(self, points: Decimal) -> str:
        limits = [band.limit for band in self.bands]
        if limits != sorted(set(limits), reverse=self.direction == "at_least"):
            return "分档界限应依次排列且不重复"
        return "分档得分超过指标分值" if max(*(band.points for band in self.bands), self.otherwise) > points else ""


class Deduction(Measured):
    """按次扣分: ``step`` points off for each case or day counted by ``value``, down to nothing."""

    shape: Literal["deduction"]
    step: Number = Column(gt=0)
    counted: str = Column(min_length=1, description="what is counted: 个, 天")


class PerPointOver(Measured):
    """超出扣分: full marks up to ``full_if``; ``step`` points off for each percentage point over it."""

    shape: Literal["per_point_over"]
    full_if: Number
    step: Number = Column(gt=0)


class Item(BaseModel):
    """One thing that is true or not, with its points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Column(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    label: str = Column(min_length=1)
    points: Score = Column(gt=0)


class Checklist(Shape):
    """逐项核对: each item that holds gives its points; with one item it is yes or no."""

    shape: Literal["checklist"]
    items: tuple[Item, ...] = Column(min_length=1)

    def fault(self, points: Decimal) -> str:
        codes = [item.code for item in self.items]
        if len(codes) != len(set(codes)):
            return "核对项代码重复"
        total = sum(item.points for item in self.items)
        return "" if total == points else f"核对项合计 {total} 分，应为 {points} 分"


class Level(BaseModel):
    """One level of a judgement, as shares of the points: from ``low`` up to ``high``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Column(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    label: str = Column(min_length=1)
    low: Number = Column(ge=0, le=1)
    high: Number = Column(ge=0, le=1)


class Judgement(Shape):
    """定性评判: a level is chosen, and the points lie within it."""

    shape: Literal["judgement"]
    levels: tuple[Level, ...] = Column(min_length=2)

    def fault(self, points: Decimal) -> str:
        codes = [level.code for level in self.levels]
        if len(codes) != len(set(codes)):
            return "评判档次代码重复"
        highs = [level.high for level in self.levels]
        lows = [level.low for level in self.levels]
        whole = highs[0] == 1 and lows[-1] == 0 and highs[1:] == lows[:-1]
        return "" if whole and all(level.low < level.high for level in self.levels) else "评判档次应从 100% 到 0 首尾相接"


Rule = Annotated[Proportional | Bands | Deduction | PerPointOver | Checklist | Judgement, Column(discriminator="shape")]
