"""Hand-computed points of rows that a unit sets itself: targets in three directions, and deviations."""

from decimal import Decimal

import pytest

from assessment.domain.inputs import Answer
from assessment.domain.scoring import Points, score
from tests.factories_domain import make_row, tiny_scheme


def points_of(direction, goal, reached, points="10", deviation=None, reason="", unit="个"):
    rule = {"shape": "target", "direction": direction, "target": goal, "actual": reached, "unit": unit, "deviation": deviation}
    return score(tiny_scheme(), make_row(rule, points), {}, Answer(reason=reason))


@pytest.mark.parametrize(
    ("direction", "goal", "reached", "points", "explain"),
    [
        ("at_least", "100", "100", "10", "指标值 ≥ 100个，实际 100个，已完成，得满分"),
        ("at_least", "100", "1250", "10", "指标值 ≥ 100个，实际 1,250个，已完成，得满分"),
        ("at_least", "100", "99.99", "10", "指标值 ≥ 100个，实际 99.99个，完成 99.99%，按比例得分"),
        ("at_least", "100", "99.94", "9.99", "指标值 ≥ 100个，实际 99.94个，完成 99.94%，按比例得分"),
        ("at_least", "100", "99.999", "10", "指标值 ≥ 100个，实际 99.999个，完成 99.999%，按比例得分"),
        ("at_least", "100", "80", "8", "指标值 ≥ 100个，实际 80个，完成 80.00%，按比例得分"),
        ("at_least", "3", "2", "6.67", "指标值 ≥ 3个，实际 2个，完成 66.67%，按比例得分"),
        ("at_least", "100", "0.05", "0.01", "指标值 ≥ 100个，实际 0.05个，完成 0.05%，按比例得分"),
        ("at_least", "100", "0.049", "0", "指标值 ≥ 100个，实际 0.049个，完成 0.05%，按比例得分"),
        ("at_least", "100", "0", "0", "指标值 ≥ 100个，实际 0个，完成 0.00%，按比例得分"),
        ("at_least", "100", "-5", "0", "指标值 ≥ 100个，实际 -5个，完成 0.00%，按比例得分"),
        ("at_least", "100", "-0.5", "0", "指标值 ≥ 100个，实际 -0.5个，完成 0.00%，按比例得分"),
        ("at_least", "0.5", "0.4", "8", "指标值 ≥ 0.5个，实际 0.4个，完成 80.00%，按比例得分"),
        ("at_least", "0", "0", "10", "指标值 ≥ 0个，实际 0个，已完成，得满分"),
        ("at_least", "0", "-1", "0", "指标值 ≥ 0个，实际 -1个，完成 0.00%，按比例得分"),
        ("at_least", "-10", "-10", "10", "指标值 ≥ -10个，实际 -10个，已完成，得满分"),
        ("at_least", "-10", "3", "10", "指标值 ≥ -10个，实际 3个，已完成，得满分"),
        ("at_least", "-10", "-11", "0", "指标值 ≥ -10个，实际 -11个，完成 0.00%，按比例得分"),
        ("at_most", "100", "100", "10", "指标值 ≤ 100个，实际 100个，已完成，得满分"),
        ("at_most", "100", "0", "10", "指标值 ≤ 100个，实际 0个，已完成，得满分"),
        ("at_most", "100", "-5", "10", "指标值 ≤ 100个，实际 -5个，已完成，得满分"),
        ("at_most", "100", "100.01", "10", "指标值 ≤ 100个，实际 100.01个，完成 99.99%，按比例得分"),
        ("at_most", "100", "125", "8", "指标值 ≤ 100个，实际 125个，完成 80.00%，按比例得分"),
        ("at_most", "100", "1600", "0.63", "指标值 ≤ 100个，实际 1,600个，完成 6.25%，按比例得分"),
        ("at_most", "0", "0", "10", "指标值 ≤ 0个，实际 0个，已完成，得满分"),
        ("at_most", "0", "-1", "10", "指标值 ≤ 0个，实际 -1个，已完成，得满分"),
        ("at_most", "0", "1", "0", "指标值 ≤ 0个，实际 1个，完成 0.00%，按比例得分"),
        ("at_most", "-0.5", "0.3", "0", "指标值 ≤ -0.5个，实际 0.3个，完成 0.00%，按比例得分"),
        ("at_most", "-5", "-4", "0", "指标值 ≤ -5个，实际 -4个，完成 0.00%，按比例得分"),
        ("equals", "100", "100", "10", "指标值 = 100个，实际 100个，已完成，得满分"),
        ("equals", "100", "80", "8", "指标值 = 100个，实际 80个，完成 80.00%，按比例得分"),
        ("equals", "100", "125", "8", "指标值 = 100个，实际 125个，完成 80.00%，按比例得分"),
        ("equals", "100", "0", "0", "指标值 = 100个，实际 0个，完成 0.00%，按比例得分"),
        ("equals", "100", "-100", "0", "指标值 = 100个，实际 -100个，完成 0.00%，按比例得分"),
        ("equals", "0", "0", "10", "指标值 = 0个，实际 0个，已完成，得满分"),
        ("equals", "0", "1", "0", "指标值 = 0个，实际 1个，完成 0.00%，按比例得分"),
        ("equals", "-5", "-5", "10", "指标值 = -5个，实际 -5个，已完成，得满分"),
        ("equals", "-5", "-4", "0", "指标值 = -5个，实际 -4个，完成 0.00%，按比例得分"),
    ],
)
def test_a_target_is_met_or_reached_in_proportion(direction, goal, reached, points, explain):
    assert points_of(direction, goal, reached) == Points(Decimal(points), explain)


@pytest.mark.parametrize(
    ("goal", "reached", "explain"),
    [
        (None, "1", "未填写指标值"),
        ("1", None, "未填写实际完成值"),
        (None, None, "未填写指标值"),
    ],
)
def test_a_target_without_its_figures_waits(goal, reached, explain):
    assert points_of("at_least", goal, reached) == Points(None, explain)


FAR = {"ratio": "1.3", "points": "2"}
TOLD = "达到指标值的 130% 以上，属于偏离"


@pytest.mark.parametrize(
    ("direction", "goal", "reached", "reason", "points", "explain"),
    [
        ("at_least", "100", "80", "", "8", "指标值 ≥ 100个，实际 80个，完成 80.00%，按比例得分"),
        ("at_least", "100", "129.99", "", "10", "指标值 ≥ 100个，实际 129.99个，已完成，得满分"),
        ("at_least", "100", "130", "", "8", f"指标值 ≥ 100个，实际 130个，{TOLD}，未说明原因，扣 2 分"),
        ("at_least", "100", "130", "新增任务", "10", f"指标值 ≥ 100个，实际 130个，{TOLD}，已说明原因，得满分"),
        ("at_least", "100", "900", "", "8", f"指标值 ≥ 100个，实际 900个，{TOLD}，未说明原因，扣 2 分"),
        ("at_least", "1", "1.3", "", "8", f"指标值 ≥ 1个，实际 1.3个，{TOLD}，未说明原因，扣 2 分"),
        ("at_least", "0", "5", "", "10", "指标值 ≥ 0个，实际 5个，已完成，得满分"),
        ("at_least", "0", "0", "", "10", "指标值 ≥ 0个，实际 0个，已完成，得满分"),
        ("at_least", "-10", "5", "", "10", "指标值 ≥ -10个，实际 5个，已完成，得满分"),
        ("at_most", "100", "10", "", "10", "指标值 ≤ 100个，实际 10个，已完成，得满分"),
        ("at_most", "-10", "-11", "", "10", "指标值 ≤ -10个，实际 -11个，已完成，得满分"),
        ("equals", "100", "100", "", "10", "指标值 = 100个，实际 100个，已完成，得满分"),
        ("equals", "100", "200", "", "5", "指标值 = 100个，实际 200个，完成 50.00%，按比例得分"),
    ],
)
def test_far_above_the_target_wants_a_reason(direction, goal, reached, reason, points, explain):
    assert points_of(direction, goal, reached, deviation=FAR, reason=reason) == Points(Decimal(points), explain)


def test_a_deviation_never_costs_more_than_the_row_has():
    assert points_of("at_least", "1", "2", "1.5", FAR) == Points(Decimal(0), f"指标值 ≥ 1个，实际 2个，{TOLD}，未说明原因，扣 1.5 分")


@pytest.mark.parametrize(
    ("unit", "goal", "reached", "told"),
    [
        ("%", "90", "45", "指标值 ≥ 90%，实际 45%"),
        ("", "0.9", "0.45", "指标值 ≥ 0.9，实际 0.45"),
        ("万元", "12345.678", "6172.839", "指标值 ≥ 12,345.678万元，实际 6,172.839万元"),
    ],
)
def test_a_target_is_told_as_it_was_typed(unit, goal, reached, told):
    assert points_of("at_least", goal, reached, unit=unit) == Points(Decimal(5), f"{told}，完成 50.00%，按比例得分")
