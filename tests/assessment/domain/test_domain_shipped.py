"""The shipped department scheme at its edges: hand-computed points, relations, and what the real report leaves unexplained."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assessment.domain.checks import evaluate_assessment
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Answer, Inputs
from assessment.domain.scoring import Points, score
from tests.reports.samples import demo_inputs, demo_scheme


def figures(**values):
    return {code: Decimal(value) for code, value in values.items()}


def points_of(row, **changes):
    """The points of one row with the demo's figures, some of them changed."""
    values = compute_values(demo_scheme(), {**demo_inputs().figures, **figures(**changes)})
    return score(demo_scheme(), demo_scheme().scored[row], values, Answer())


@pytest.mark.parametrize(
    ("row", "changes", "points", "not_applicable"),
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
def test_the_rows_of_the_shipped_scheme_at_their_edges(row, changes, points, not_applicable):
    result = points_of(row, **changes)

    assert (result.value, result.not_applicable) == (Decimal(points), not_applicable)


def test_an_undefined_change_says_why_it_gets_full_marks():
    assert points_of("idle_funds") == Points(Decimal(3), "上年末、本年末存量资金均为 0，变动率不适用，得满分", not_applicable=True)


def shipped(**changes):
    """Codes of the relations that the demo's figures violate, some of them changed."""
    values = {**demo_inputs().figures, **figures(**changes)}
    relations = {item.code for item in demo_scheme().checks}
    return {item.code for item in evaluate_assessment(demo_scheme(), Inputs(figures=values)).findings if item.code in relations}


REAL = {"carry_balance", "adjusted_much"}


def test_what_the_real_report_leaves_unexplained_stands_against_signing_it():
    judged = evaluate_assessment(demo_scheme(), replace(demo_inputs(), explanations={}))

    assert {item.code: item.comparison for item in judged.blocking} == {
        "carry_balance": "年末结转和结余 0.00万元，年初结转和结余 0.00万元，调整预算合计 48,774.54万元，"
        "支出决算合计 46,477.42万元，财政收回 0.00万元；"
        "年初结转和结余 + 调整预算合计 − 支出决算合计 − 财政收回 = 2,297.12万元；相差 -2,297.12万元",
        "adjusted_much": "预算调整率 -17.05%",
        "full_marks": "",
    }
    assert evaluate_assessment(demo_scheme(), demo_inputs()).blocking == ()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, REAL),
        ({"recovered": "2297.12"}, REAL - {"carry_balance"}),
        ({"carry_out": "2297.11"}, REAL - {"carry_balance"}),
        ({"carry_out": "2297.10"}, REAL),
        ({"final_fund": "560.98"}, {"final_parts", *REAL}),
        ({"final_fund": "560.99"}, {"fund_within_budget", "final_parts", *REAL}),
        ({"final_fund": "560.99", "carry_in": "1"}, {"final_parts", *REAL}),
        ({"final_general": "48213.59"}, {"general_within_budget", "final_parts", *REAL}),
        ({"final_general": "48213.59", "final_fund": "561"},
            {"general_within_budget", "fund_within_budget", "total_within_budget", "final_parts", *REAL}),
        ({"final_capital": "0.02"}, {"capital_within_budget", "final_parts", *REAL}),
        ({"final_capital": "0.01"}, REAL),
        ({"project_final": "44159.62"}, REAL),
        ({"project_final": "44159.61"}, {"final_parts", *REAL}),
        ({"project_budget": "46433.02"}, {"budget_parts", *REAL}),
        ({"staff_actual": "69"}, REAL),
        ({"staff_actual": "70"}, {"staff_over", *REAL}),
        ({"opening_general": "43779.53"}, {"carry_balance"}),
        ({"opening_general": "43779.52"}, REAL),
        ({"opening_general": "53632.96"}, {"carry_balance"}),
        ({"opening_general": "53632.97"}, REAL),
        ({"final_general": "43377.77", "project_final": "41579.29"}, {"spent_little", *REAL}),
        ({"final_general": "43377.78", "project_final": "41579.30"}, REAL),
        ({"idle_after": "0.01"}, {"idle_grew", *REAL}),
        ({"reception_final": "20"}, {"three_over", *REAL}),
        ({"office_final": "236.19", "personnel_final": "2081.60"}, {"office_over", *REAL}),
        ({"procurement_final": "318.41"}, {"procurement_over", *REAL}),
        ({"assets_used": "4286.96"}, {"assets_parts", *REAL}),
        ({"tasks_done": "33"}, {"tasks_parts", *REAL}),
        ({"goals_met": "19"}, {"goals_parts", *REAL}),
        ({"projects_ontime": "27"}, {"projects_parts", *REAL}),
        ({"letters_ontime": "148"}, {"letters_parts", *REAL}),
        ({"survey_size": "29"}, {"survey_small", *REAL}),
        ({"survey_size": "0", "satisfaction": "0"}, REAL),
    ],
)  # fmt: skip
def test_each_relation_of_the_shipped_scheme_speaks_up(changes, codes):
    assert shipped(**changes) == codes
