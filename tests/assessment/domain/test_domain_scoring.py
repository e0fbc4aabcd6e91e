"""Hand-computed points for every rule shape, at its edges."""

from decimal import Decimal

import pytest

from assessment.domain.expressions import NoValue
from assessment.domain.figures import compute_values
from assessment.domain.scoring import Points, rule_in_words, score
from tests.factories_domain import make_row
from tests.reports.samples import demo_inputs, demo_scheme

NOTHING = frozenset()
AT_LEAST_95 = make_row({"shape": "proportional", "value": "x", "full_at": "0.95"}, "6")
ALL_OR_PART = make_row({"shape": "proportional", "value": "x", "full_at": "1"}, "1")
AT_MOST = make_row(
    {
        "shape": "bands",
        "value": "x",
        "direction": "at_most",
        "bands": [{"limit": "0.10", "points": "4"}, {"limit": "0.20", "points": "2"}, {"limit": "0.30", "points": "1"}],
        "otherwise": "0",
    },
    "4",
)
AT_LEAST = make_row(
    {
        "shape": "bands",
        "value": "x",
        "direction": "at_least",
        "bands": [{"limit": "0.90", "points": "1"}, {"limit": "0.75", "points": "0.7"}],
        "otherwise": "0.1",
    },
    "1",
)
PER_DAY = make_row({"shape": "deduction", "value": "x", "step": "0.5", "counted": "天"}, "3")
PER_POINT = make_row({"shape": "per_point_over", "value": "x", "full_if": "1", "step": "0.5"}, "3")
THIRD = make_row({"shape": "per_point_over", "value": "x", "full_if": "1", "step": "0.1"}, "1")
ITEMS = make_row(
    {
        "shape": "checklist",
        "items": [
            {"code": "a", "label": "甲", "points": "2"},
            {"code": "b", "label": "乙", "points": "0.5"},
            {"code": "c", "label": "丙", "points": "0.5"},
        ],
    },
    "3",
)
LEVELS = make_row(
    {
        "shape": "judgement",
        "levels": [
            {"code": "good", "label": "达成", "low": "0.8", "high": "1"},
            {"code": "part", "label": "部分达成", "low": "0.6", "high": "0.8"},
            {"code": "none", "label": "未达成", "low": "0", "high": "0.6"},
        ],
    },
    "8.01",
)


def points_of(row, value="0", choices=NOTHING):
    return score(row, {"x": Decimal(value)}, frozenset(choices))


@pytest.mark.parametrize(
    ("row", "value", "points", "explain"),
    [
        (AT_LEAST_95, "0.95", "6", "95.00%，达到 95.00%，得满分"),
        (AT_LEAST_95, "1.20", "6", "120.00%，达到 95.00%，得满分"),
        (AT_LEAST_95, "0.9499", "6.00", "94.99%，未达 95.00%，按比例得分：6 × 94.99% ÷ 95.00%"),
        (AT_LEAST_95, "0.475", "3", "47.50%，未达 95.00%，按比例得分：6 × 47.50% ÷ 95.00%"),
        (AT_LEAST_95, "0.5", "3.16", "50.00%，未达 95.00%，按比例得分：6 × 50.00% ÷ 95.00%"),
        (AT_LEAST_95, "0", "0", "0.00%，未达 95.00%，按比例得分：6 × 0.00% ÷ 95.00%"),
        (AT_LEAST_95, "-0.2", "0", "-20.00%，未达 95.00%，按比例得分：6 × -20.00% ÷ 95.00%"),
        (ALL_OR_PART, "0.125", "0.13", "12.50%，未达 100.00%，按比例得分：1 × 12.50% ÷ 100.00%"),
        (ALL_OR_PART, "0.12499", "0.12", "12.50%，未达 100.00%，按比例得分：1 × 12.50% ÷ 100.00%"),
        (ALL_OR_PART, "0.145", "0.15", "14.50%，未达 100.00%，按比例得分：1 × 14.50% ÷ 100.00%"),
        (AT_MOST, "0", "4", "0.00%，≤10.00%，得 4 分"),
        (AT_MOST, "0.10", "4", "10.00%，≤10.00%，得 4 分"),
        (AT_MOST, "0.1001", "2", "10.01%，≤20.00%，得 2 分"),
        (AT_MOST, "0.20", "2", "20.00%，≤20.00%，得 2 分"),
        (AT_MOST, "0.30", "1", "30.00%，≤30.00%，得 1 分"),
        (AT_MOST, "0.3001", "0", "30.01%，不在 ≤30.00% 之内，得 0 分"),
        (AT_MOST, "-1", "4", "-100.00%，≤10.00%，得 4 分"),
        (AT_LEAST, "1.5", "1", "150.00%，≥90.00%，得 1 分"),
        (AT_LEAST, "0.90", "1", "90.00%，≥90.00%，得 1 分"),
        (AT_LEAST, "0.8999", "0.7", "89.99%，≥75.00%，得 0.7 分"),
        (AT_LEAST, "0.75", "0.7", "75.00%，≥75.00%，得 0.7 分"),
        (AT_LEAST, "0.7499", "0.1", "74.99%，不在 ≥75.00% 之内，得 0.1 分"),
        (PER_DAY, "0", "3", "0 天，不扣分"),
        (PER_DAY, "1", "2.5", "1 天，每天扣 0.5 分，扣 0.5 分"),
        (PER_DAY, "6", "0", "6 天，每天扣 0.5 分，扣 3 分"),
        (PER_DAY, "400", "0", "400 天，每天扣 0.5 分，扣 3 分"),
        (PER_POINT, "0", "3", "0.00%，不超过 100.00%，得满分"),
        (PER_POINT, "1", "3", "100.00%，不超过 100.00%，得满分"),
        (PER_POINT, "1.0001", "3.00", "100.01%，超出 0.01 个百分点，每个百分点扣 0.5 分"),
        (PER_POINT, "1.0003", "2.99", "100.03%，超出 0.03 个百分点，每个百分点扣 0.5 分"),
        (PER_POINT, "1.02", "2", "102.00%，超出 2.00 个百分点，每个百分点扣 0.5 分"),
        (PER_POINT, "1.06", "0", "106.00%，超出 6.00 个百分点，每个百分点扣 0.5 分"),
        (PER_POINT, "9", "0", "900.00%，超出 800.00 个百分点，每个百分点扣 0.5 分"),
        (THIRD, "1.0035", "0.97", "100.35%，超出 0.35 个百分点，每个百分点扣 0.1 分"),
    ],
)
def test_measured_points_at_the_edges(row, value, points, explain):
    assert points_of(row, value) == Points(Decimal(points), explain)


@pytest.mark.parametrize(
    ("choices", "points", "explain"),
    [
        ("", "0", "3 项中符合 0 项，得 0 分"),
        ("a", "2", "3 项中符合 1 项，得 2 分"),
        ("bc", "1", "3 项中符合 2 项，得 1 分"),
        ("abc", "3", "3 项中符合 3 项，得 3 分"),
        ("az", "2", "3 项中符合 1 项，得 2 分"),
    ],
)
def test_a_checklist_gives_the_points_of_what_holds(choices, points, explain):
    assert points_of(ITEMS, choices=choices) == Points(Decimal(points), explain)


@pytest.mark.parametrize(
    ("chosen", "low", "high", "label"),
    [("good", "6.41", "8.01", "达成"), ("part", "4.81", "6.41", "部分达成"), ("none", "0", "4.81", "未达成")],
)
def test_a_judgement_leaves_the_points_within_its_level(chosen, low, high, label):
    points = points_of(LEVELS, choices=[chosen])

    assert (points.value, points.low, points.high) == (None, Decimal(low), Decimal(high))
    assert points.explain == f"评判为“{label}”，得分应在 {low} 至 {high} 分之间"


@pytest.mark.parametrize("choices", [[], ["unheard"]])
def test_a_judgement_without_a_level_has_no_points_yet(choices):
    assert points_of(LEVELS, choices=choices) == Points(None, "尚未选择评判档次")


def test_no_value_gives_no_points_and_its_reason():
    assert score(AT_LEAST_95, {"x": NoValue("分母为 0，不适用")}, NOTHING) == Points(None, "分母为 0，不适用")


def test_points_are_never_shown_with_more_than_two_places():
    assert str(points_of(ALL_OR_PART, "0.333333").value) == "0.33"
    assert str(points_of(AT_MOST, "0").value) == "4.00"


def shipped(row, **changes):
    """The points of one row of the shipped scheme with the demo's figures, some of them changed."""
    scheme = demo_scheme()
    figures = {**demo_inputs().figures, **{code: Decimal(value) for code, value in changes.items()}}
    return score(scheme.scored[row], compute_values(scheme, figures), NOTHING)


@pytest.mark.parametrize(
    ("row", "figures", "points", "not_applicable"),
    [
        ("idle_funds", {"idle_before": "0", "idle_after": "0"}, "3", True),
        ("idle_funds", {"idle_before": "0", "idle_after": "0.01"}, "0", False),
        ("idle_funds", {"idle_before": "100", "idle_after": "0"}, "3", False),
        ("idle_funds", {"idle_before": "100", "idle_after": "70"}, "3", False),
        ("idle_funds", {"idle_before": "100", "idle_after": "70.01"}, "2", False),
        ("idle_funds", {"idle_before": "100", "idle_after": "100"}, "2", False),
        ("idle_funds", {"idle_before": "100", "idle_after": "100.01"}, "0", False),
        ("procurement_done", {"procurement_budget": "0", "procurement_final": "0"}, "2", True),
        ("procurement_done", {"procurement_budget": "100", "procurement_final": "95"}, "2", False),
        ("procurement_done", {"procurement_budget": "100", "procurement_final": "47.5"}, "1", False),
        ("assets_use", {"assets_total": "0", "assets_used": "0"}, "1", True),
        ("assets_use", {"assets_total": "100", "assets_used": "60"}, "0.4", False),
        ("staff_control", {"staff_posts": "0", "staff_actual": "0"}, "1", True),
        ("staff_control", {"staff_posts": "0", "staff_actual": "1"}, "0", False),
        ("staff_control", {"staff_posts": "64", "staff_actual": "64"}, "1", False),
        ("staff_control", {"staff_posts": "50", "staff_actual": "51"}, "0.8", False),
        ("office_control", {"office_budget": "0", "office_final": "0"}, "3", True),
        ("office_control", {"office_budget": "0", "office_final": "1"}, "0", False),
        ("three_control", {"carrun_budget": "0", "reception_budget": "0", "carrun_final": "0", "reception_final": "0"}, "3", True),
        ("three_control", {"carrun_budget": "0", "reception_budget": "0"}, "0", False),
        ("tasks_completed", {"tasks_due": "0", "tasks_done": "0"}, "5", True),
        ("goals_completed", {"goals_due": "0", "goals_met": "0"}, "0", False),
        ("goals_completed", {"goals_due": "3", "goals_met": "2"}, "4", False),
        ("projects_timely", {"projects_due": "0", "projects_ontime": "0"}, "4", True),
        ("compliance", {"violations": "7"}, "0", False),
        ("on_time", {"late_days": "1"}, "2.5", False),
        ("public_satisfied", {"satisfaction": "90"}, "3", False),
        ("public_satisfied", {"satisfaction": "45"}, "1.5", False),
        ("letters", {"letters_total": "0", "letters_ontime": "0"}, "0", False),
        ("spending", {}, "6", False),
        ("carryover", {}, "4", False),
    ],
)
def test_the_rows_of_the_shipped_scheme_at_their_edges(row, figures, points, not_applicable):
    result = shipped(row, **figures)

    assert (result.value, result.not_applicable) == (Decimal(points), not_applicable)


def test_an_undefined_change_says_why_it_gets_full_marks():
    assert shipped("idle_funds") == Points(Decimal(3), "上年末、本年末存量资金均为 0，变动率不适用，得满分", not_applicable=True)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (AT_LEAST_95, "达到 95% 得满分，不足的按比例得分"),
        (AT_MOST, "≤10% 得 4 分；≤20% 得 2 分；≤30% 得 1 分；其余得 0 分"),
        (AT_LEAST, "≥90% 得 1 分；≥75% 得 0.7 分；其余得 0.1 分"),
        (PER_DAY, "每天扣 0.5 分，扣完为止"),
        (PER_POINT, "不超过 100% 得满分，每超 1 个百分点扣 0.5 分，扣完为止"),
        (ITEMS, "甲（2 分）；乙（0.5 分）；丙（0.5 分）"),
        (LEVELS, "达成得 100%—80% 的分值；部分达成得 80%—60% 的分值；未达成得 60%—0% 的分值"),
        (demo_scheme().indicators[0], ""),
    ],
)
def test_a_rule_is_told_in_words(row, words):
    assert rule_in_words(row) == words
