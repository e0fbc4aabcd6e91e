"""The total of an assessment: rows added up, removed rows rescaled, caps on the whole report, and the grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from assessment.domain.canonical import decimal_text
from assessment.domain.expressions import CONTEXT, Value, holds
from assessment.domain.figures import show_points
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import Points

ZERO = Decimal(0)


@dataclass(frozen=True)
class Total:
    """``value`` is unrounded; ``grade`` is empty until every row that counts has points; ``steps`` say what changed the sum."""

    value: Decimal
    summed: Decimal
    complete: bool
    grade: str
    steps: tuple[str, ...] = ()


def total_of(scheme: Scheme, claimed: Mapping[str, Decimal | None], computed: Mapping[str, Points], values: Mapping[str, Value]) -> Total:
    """The total of ``claimed`` points, the unit's or the office's; which rows count follows from ``computed``."""
    with localcontext(CONTEXT):
        counting = {code: row.points for code, row in scheme.scored.items() if not computed[code].removed}
        points = {code: value for code in counting if (value := claimed.get(code)) is not None}
        summed = value = sum(points.values(), ZERO)
        most = sum(counting.values(), ZERO)
        steps = []
        if most and len(counting) < len(scheme.scored):
            value = summed * scheme.full_points / most
            reckoned = f"{decimal_text(summed)} ÷ {decimal_text(most)} × {decimal_text(scheme.full_points)} = {show_points(value)} 分"
            steps.append(f"{reckoned}（不适用的指标不计分，其余折算）")
        for cap in scheme.caps:
            if value > cap.at_most and holds(cap.when, values):
                value = cap.at_most
                steps.append(f"{cap.reason}，总分不超过 {decimal_text(cap.at_most)} 分")
        whole = sum((row.points for row in scheme.scored.values()), ZERO) == scheme.full_points
        complete = bool(counting) and whole and len(points) == len(counting)
        return Total(value, summed, complete, scheme.grade_of(value) if complete else "", tuple(steps))
