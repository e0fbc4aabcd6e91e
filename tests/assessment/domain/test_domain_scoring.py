"""Hand-computed points and their words for every rule shape, at its edges."""

from decimal import Decimal, localcontext

import pytest

from assessment.domain.expressions import NoValue
from assessment.domain.inputs import Answer
from assessment.domain.scoring import Points, choice_labels, score
from tests.factories_domain import make_row, tiny_scheme

AT_95 = make_row({"shape": "proportional", "value": "rate", "full_at": "0.95"}, "6")
ALL = make_row({"shape": "proportional", "value": "rate", "full_at": "1"}, "1")
FROM_60 = make_row({"shape": "proportional", "value": "rate", "full_at": "0.9", "none_below": "0.6"}, "3")
COUNTED = make_row({"shape": "proportional", "value": "cases", "full_at": "30"}, "10")
MONEY = make_row({"shape": "proportional", "value": "spent", "full_at": "1234.5"}, "10")
EACH = make_row({"shape": "proportional", "value": "spent / cases", "full_at": "2000"}, "10")
SHARE = make_row({"shape": "proportional", "value": "spent / budget", "full_at": "1"}, "10")


def points_of(row, answer=None, **values):
    given = {code: Decimal(value) if isinstance(value, str) else value for code, value in values.items()}
    return score(tiny_scheme(), row, given, answer or Answer())


@pytest.mark.parametrize(
    ("row", "rate", "points", "explain"),
    [
        (AT_95, "0.95", "6", "95.00%，达到 95%，得满分"),
        (AT_95, "1.20", "6", "120.00%，达到 95%，得满分"),
        (AT_95, "0.9499", "6.00", "94.99%，未达 95%，按比例得分：6 × 94.99% ÷ 95%"),
        (AT_95, "0.94999", "6.00", "94.999%，未达 95%，按比例得分：6 × 94.999% ÷ 95%"),
        (AT_95, "0.475", "3", "47.50%，未达 95%，按比例得分：6 × 47.50% ÷ 95%"),
        (AT_95, "0.5", "3.16", "50.00%，未达 95%，按比例得分：6 × 50.00% ÷ 95%"),
        (AT_95, "0", "0", "0.00%，未达 95%，按比例得分：6 × 0.00% ÷ 95%"),
        (AT_95, "-0.2", "0", "-20.00%，未达 95%，按比例得分：6 × -20.00% ÷ 95%"),
        (ALL, "1", "1", "100.00%，达到 100%，得满分"),
        (ALL, "0.145", "0.15", "14.50%，未达 100%，按比例得分：1 × 14.50% ÷ 100%"),
        (ALL, "0.125", "0.13", "12.50%，未达 100%，按比例得分：1 × 12.50% ÷ 100%"),
        (ALL, "0.12499", "0.12", "12.50%，未达 100%，按比例得分：1 × 12.50% ÷ 100%"),
        (ALL, "0.005", "0.01", "0.50%，未达 100%，按比例得分：1 × 0.50% ÷ 100%"),
        (ALL, "0.004999", "0", "0.50%，未达 100%，按比例得分：1 × 0.50% ÷ 100%"),
        (FROM_60, "0.9", "3", "90.00%，达到 90%，得满分"),
        (FROM_60, "0.8985", "3", "89.85%，未达 90%，按比例得分：3 × 89.85% ÷ 90%"),
        (FROM_60, "0.8984", "2.99", "89.84%，未达 90%，按比例得分：3 × 89.84% ÷ 90%"),
        (FROM_60, "0.6", "2", "60.00%，未达 90%，按比例得分：3 × 60.00% ÷ 90%"),
        (FROM_60, "0.5999", "0", "59.99%，低于 60%，不得分"),
        (FROM_60, "0.599999", "0", "59.9999%，低于 60%，不得分"),
        (FROM_60, "0", "0", "0.00%，低于 60%，不得分"),
        (FROM_60, "-0.1", "0", "-10.00%，低于 60%，不得分"),
    ],
)
def test_proportional_points_up_to_full_marks(row, rate, points, explain):
    assert points_of(row, rate=rate) == Points(Decimal(points), explain)


@pytest.mark.parametrize(
    ("row", "values", "points", "explain"),
    [
        (COUNTED, {"cases": "15"}, "5", "15个，未达 30个，按比例得分：10 × 15个 ÷ 30个"),
        (COUNTED, {"cases": "1204"}, "10", "1,204个，达到 30个，得满分"),
        (MONEY, {"spent": "1234.5"}, "10", "1,234.50万元，达到 1,234.5万元，得满分"),
        (MONEY, {"spent": "617.25"}, "5", "617.25万元，未达 1,234.5万元，按比例得分：10 × 617.25万元 ÷ 1,234.5万元"),
        (EACH, {"spent": "8000", "cases": "8"}, "5", "1,000万元/个，未达 2,000万元/个，按比例得分：10 × 1,000万元/个 ÷ 2,000万元/个"),
        (EACH, {"spent": "5", "cases": "8"}, "0", "0.63万元/个，未达 2,000万元/个，按比例得分：10 × 0.63万元/个 ÷ 2,000万元/个"),
        (SHARE, {"spent": "1", "budget": "8"}, "1.25", "12.50%，未达 100%，按比例得分：10 × 12.50% ÷ 100%"),
        (SHARE, {"spent": "1", "budget": "3"}, "3.33", "33.33%，未达 100%，按比例得分：10 × 33.33% ÷ 100%"),
    ],
)
def test_what_is_measured_is_told_in_its_unit_of_measure(row, values, points, explain):
    assert points_of(row, **values) == Points(Decimal(points), explain)


REVERSE = make_row({"shape": "reverse", "value": "rate", "full_at": "1"}, "5")


@pytest.mark.parametrize(
    ("rate", "points", "explain"),
    [
        ("-1", "5", "-100.00%，不超过 100%，得满分"),
        ("0", "5", "0.00%，不超过 100%，得满分"),
        ("1", "5", "100.00%，不超过 100%，得满分"),
        ("1.0001", "5", "100.01%，超过 100%，按反比例得分：5 × 100% ÷ 100.01%"),
        ("1.00001", "5", "100.001%，超过 100%，按反比例得分：5 × 100% ÷ 100.001%"),
        ("1.0011", "4.99", "100.11%，超过 100%，按反比例得分：5 × 100% ÷ 100.11%"),
        ("1.25", "4", "125.00%，超过 100%，按反比例得分：5 × 100% ÷ 125.00%"),
        ("8", "0.63", "800.00%，超过 100%，按反比例得分：5 × 100% ÷ 800.00%"),
        ("1000", "0.01", "100,000.00%，超过 100%，按反比例得分：5 × 100% ÷ 100,000.00%"),
        ("1001", "0", "100,100.00%，超过 100%，按反比例得分：5 × 100% ÷ 100,100.00%"),
    ],
)
def test_reverse_points_above_the_limit(rate, points, explain):
    assert points_of(REVERSE, rate=rate) == Points(Decimal(points), explain)


def bands(direction, points, otherwise, **limits):
    lines = [{"limit": limit, "points": points} for limit, points in limits.values()]
    return make_row({"shape": "bands", "value": "rate", "direction": direction, "bands": lines, "otherwise": otherwise}, points)


AT_MOST = bands("at_most", "4", "0", a=("0.10", "4"), b=("0.20", "2"), c=("0.30", "1"))
AT_LEAST = bands("at_least", "1", "0.1", a=("0.90", "1"), b=("0.75", "0.7"))


@pytest.mark.parametrize(
    ("row", "rate", "points", "explain"),
    [
        (AT_MOST, "-1", "4", "-100.00%，≤10%，得 4 分"),
        (AT_MOST, "0", "4", "0.00%，≤10%，得 4 分"),
        (AT_MOST, "0.10", "4", "10.00%，≤10%，得 4 分"),
        (AT_MOST, "0.1001", "2", "10.01%，≤20%，得 2 分"),
        (AT_MOST, "0.100001", "2", "10.00%，≤20%，得 2 分"),
        (AT_MOST, "0.20", "2", "20.00%，≤20%，得 2 分"),
        (AT_MOST, "0.2001", "1", "20.01%，≤30%，得 1 分"),
        (AT_MOST, "0.30", "1", "30.00%，≤30%，得 1 分"),
        (AT_MOST, "0.300001", "0", "30.0001%，不在 ≤30% 之内，得 0 分"),
        (AT_MOST, "0.3001", "0", "30.01%，不在 ≤30% 之内，得 0 分"),
        (AT_MOST, "3", "0", "300.00%，不在 ≤30% 之内，得 0 分"),
        (AT_LEAST, "1.5", "1", "150.00%，≥90%，得 1 分"),
        (AT_LEAST, "0.90", "1", "90.00%，≥90%，得 1 分"),
        (AT_LEAST, "0.8999", "0.7", "89.99%，≥75%，得 0.7 分"),
        (AT_LEAST, "0.899999", "0.7", "90.00%，≥75%，得 0.7 分"),
        (AT_LEAST, "0.75", "0.7", "75.00%，≥75%，得 0.7 分"),
        (AT_LEAST, "0.7499", "0.1", "74.99%，不在 ≥75% 之内，得 0.1 分"),
        (AT_LEAST, "-1", "0.1", "-100.00%，不在 ≥75% 之内，得 0.1 分"),
    ],
)
def test_a_band_holds_its_own_limit(row, rate, points, explain):
    assert points_of(row, rate=rate) == Points(Decimal(points), explain)


def cases(shape, step, **more):
    return make_row({"shape": shape, "value": "cases", "step": step} | more, "3")


PER_CASE = cases("deduction", "0.5", counted="例")
LATE = cases("lateness", "0.5")
LATE_5 = cases("lateness", "0.5", none_after="5")
LATE_10 = cases("lateness", "0.5", none_after="10")


@pytest.mark.parametrize(
    ("row", "count", "points", "explain"),
    [
        (PER_CASE, "-1", "3", "0 例，不扣分"),
        (PER_CASE, "0", "3", "0 例，不扣分"),
        (PER_CASE, "1", "2.5", "1 例，每例扣 0.5 分，扣 0.5 分"),
        (PER_CASE, "5", "0.5", "5 例，每例扣 0.5 分，扣 2.5 分"),
        (PER_CASE, "6", "0", "6 例，每例扣 0.5 分，扣 3 分"),
        (PER_CASE, "400", "0", "400 例，每例扣 0.5 分，扣 3 分"),
        (cases("deduction", "0.005", counted="例"), "1", "3", "1 例，每例扣 0.005 分，扣 0.005 分"),
        (cases("deduction", "0.0051", counted="例"), "1", "2.99", "1 例，每例扣 0.0051 分，扣 0.0051 分"),
        (LATE, "0", "3", "0 天，不扣分"),
        (LATE, "1", "2.5", "1 天，每天扣 0.5 分，扣 0.5 分"),
        (LATE, "6", "0", "6 天，每天扣 0.5 分，扣 3 分"),
        (LATE, "400", "0", "400 天，每天扣 0.5 分，扣 3 分"),
        (LATE_5, "0", "3", "0 天，不扣分"),
        (LATE_5, "5", "0.5", "5 天，每天扣 0.5 分，扣 2.5 分"),
        (LATE_5, "6", "0", "迟 6 天，超过 5 天，不得分"),
        (LATE_10, "7", "0", "7 天，每天扣 0.5 分，扣 3 分"),
        (LATE_10, "10", "0", "10 天，每天扣 0.5 分，扣 3 分"),
        (LATE_10, "11", "0", "迟 11 天，超过 10 天，不得分"),
    ],
)
def test_each_case_and_each_day_costs_its_step_down_to_nothing(row, count, points, explain):
    assert points_of(row, cases=count) == Points(Decimal(points), explain)


def per_point(direction, full_if, step, points):
    return make_row({"shape": "per_point", "value": "rate", "direction": direction, "full_if": full_if, "step": step}, points)


OVER = per_point("over", "1", "0.5", "3")
UNDER = per_point("under", "0.9", "0.2", "2")


@pytest.mark.parametrize(
    ("row", "rate", "points", "explain"),
    [
        (OVER, "0", "3", "0.00%，不超过 100%，得满分"),
        (OVER, "1", "3", "100.00%，不超过 100%，得满分"),
        (OVER, "1.0001", "3", "100.01%，超出 0.01 个百分点，每个百分点扣 0.5 分"),
        (OVER, "1.0000001", "3", "100.00001%，超出 0.00001 个百分点，每个百分点扣 0.5 分"),
        (OVER, "1.0002", "2.99", "100.02%，超出 0.02 个百分点，每个百分点扣 0.5 分"),
        (OVER, "1.0003", "2.99", "100.03%，超出 0.03 个百分点，每个百分点扣 0.5 分"),
        (OVER, "1.01", "2.5", "101.00%，超出 1.00 个百分点，每个百分点扣 0.5 分"),
        (OVER, "1.06", "0", "106.00%，超出 6.00 个百分点，每个百分点扣 0.5 分"),
        (OVER, "9", "0", "900.00%，超出 800.00 个百分点，每个百分点扣 0.5 分"),
        (per_point("over", "1", "0.1", "1"), "1.0035", "0.97", "100.35%，超出 0.35 个百分点，每个百分点扣 0.1 分"),
        (per_point("over", "-0.05", "1", "2"), "-0.05", "2", "-5.00%，不超过 -5%，得满分"),
        (per_point("over", "-0.05", "1", "2"), "-0.04", "1", "-4.00%，超出 1.00 个百分点，每个百分点扣 1 分"),
        (UNDER, "1.5", "2", "150.00%，不低于 90%，得满分"),
        (UNDER, "0.9", "2", "90.00%，不低于 90%，得满分"),
        (UNDER, "0.89975", "2", "89.98%，低 0.03 个百分点，每个百分点扣 0.2 分"),
        (UNDER, "0.89965", "1.99", "89.97%，低 0.04 个百分点，每个百分点扣 0.2 分"),
        (UNDER, "0.875", "1.5", "87.50%，低 2.50 个百分点，每个百分点扣 0.2 分"),
        (UNDER, "0.8", "0", "80.00%，低 10.00 个百分点，每个百分点扣 0.2 分"),
        (UNDER, "0", "0", "0.00%，低 90.00 个百分点，每个百分点扣 0.2 分"),
    ],
)
def test_each_percentage_point_beyond_costs_its_step(row, rate, points, explain):
    assert points_of(row, rate=rate) == Points(Decimal(points), explain)


COMPARED = make_row({"shape": "three_state", "value": "spent", "last": "budget", "none": "3", "not_more": "2.5", "more": "0.5"}, "3")


@pytest.mark.parametrize(
    ("spent", "last", "points", "explain"),
    [
        ("0", "0", "3", "本年 0.00万元，得 3 分"),
        ("0", "5", "3", "本年 0.00万元，得 3 分"),
        ("-1", "-2", "3", "本年 -1.00万元，得 3 分"),
        ("0.01", "0", "0.5", "本年 0.01万元，多于上年 0.00万元，得 0.5 分"),
        ("4.99", "5", "2.5", "本年 4.99万元，不多于上年 5.00万元，得 2.5 分"),
        ("5", "5", "2.5", "本年 5.00万元，不多于上年 5.00万元，得 2.5 分"),
        ("5.01", "5", "0.5", "本年 5.01万元，多于上年 5.00万元，得 0.5 分"),
    ],
)
def test_this_year_is_none_no_more_than_last_year_or_more(spent, last, points, explain):
    assert points_of(COMPARED, spent=spent, budget=last) == Points(Decimal(points), explain)


ITEMS = make_row(
    {
        "shape": "checklist",
        "items": [{"code": code, "label": code, "points": points} for code, points in (("a", "2"), ("b", "0.5"), ("c", "0.5"))],
    },
    "3",
)


@pytest.mark.parametrize(
    ("choices", "points", "explain"),
    [
        ("", "0", "3 项中符合 0 项，得 0 分"),
        ("a", "2", "3 项中符合 1 项，得 2 分"),
        ("bc", "1", "3 项中符合 2 项，得 1 分"),
        ("abc", "3", "3 项中符合 3 项，得 3 分"),
        ("bz", "0.5", "3 项中符合 1 项，得 0.5 分"),
    ],
)
def test_a_checklist_gives_the_points_of_what_holds(choices, points, explain):
    assert points_of(ITEMS, Answer(frozenset(choices))) == Points(Decimal(points), explain)


ASKED = make_row({"shape": "yes_no", "statement": "报送与公开一致"}, "2")


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (["yes"], Points(Decimal(2), "是，得满分")),
        (["no"], Points(Decimal(0), "否，不得分")),
        ([], Points(None, "尚未选择“是”或“否”")),
        (["perhaps"], Points(None, "尚未选择“是”或“否”")),
    ],
)
def test_a_question_wants_yes_or_no(choices, expected):
    assert points_of(ASKED, Answer(frozenset(choices))) == expected


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


@pytest.mark.parametrize(
    ("chosen", "low", "high", "label"),
    [
        (["good"], "6.41", "8.01", "达成"),
        (["part"], "4.81", "6.41", "部分达成"),
        (["none"], "0", "4.81", "未达成"),
        (["none", "part"], "4.81", "6.41", "部分达成"),
    ],
)
def test_a_judgement_leaves_the_points_within_its_level(chosen, low, high, label):
    expected = Points(None, f"评判为“{label}”，得分应在 {low} 至 {high} 分之间", low=Decimal(low), high=Decimal(high))

    assert points_of(LEVELS, Answer(frozenset(chosen))) == expected


@pytest.mark.parametrize("choices", [[], ["unheard"]])
def test_a_judgement_without_a_level_has_no_points_yet(choices):
    assert points_of(LEVELS, Answer(frozenset(choices))) == Points(None, "尚未选择评判档次")


def test_the_choices_of_a_row_stand_in_the_words_of_its_rule():
    assert choice_labels(ASKED) == {"yes": "是", "no": "否"}
    assert choice_labels(LEVELS) == {"good": "达成", "part": "部分达成", "none": "未达成"}
    assert list(choice_labels(ITEMS)) == ["a", "b", "c"]
    assert choice_labels(AT_95) == {}


def test_points_have_two_places_whatever_the_precision_around():
    with localcontext() as context:
        context.prec = 3
        third = points_of(AT_95, rate="0.333333")

    assert str(third.value) == "2.11"
    assert str(points_of(AT_MOST, rate="0").value) == "4.00"
    assert str(points_of(ITEMS, Answer(frozenset("a"))).value) == "2.00"


ALTERNATIVES = [
    {"when": "budget == 0 and spent == 0", "points": "6", "not_applicable": "true", "reason": "没有预算和支出"},
    {"when": "budget == 0", "points": "2.5", "reason": "没有预算而有支出"},
    {"when": "cases == 0", "not_applicable": "true", "reason": "没有项目"},
]
EITHER = make_row({"shape": "proportional", "value": "rate", "full_at": "0.95"}, "6", alternatives=ALTERNATIVES)
UNDEFINED = NoValue("分母为 0，不适用")


@pytest.mark.parametrize(
    ("budget", "spent", "count", "expected"),
    [
        ("0", "0", "0", Points(Decimal(6), "没有预算和支出", not_applicable=True)),
        ("0", "0.01", "0", Points(Decimal("2.5"), "没有预算而有支出")),
        ("0.01", "0", "0", Points(None, "没有项目", not_applicable=True, removed=True)),
        ("0.01", "0", "1", Points(Decimal(0), "0.00%，未达 95%，按比例得分：6 × 0.00% ÷ 95%")),
    ],
)
def test_the_first_alternative_that_holds_stands_in_for_the_rule(budget, spent, count, expected):
    rate = UNDEFINED if budget == "0" else "0"

    assert points_of(EITHER, budget=budget, spent=spent, cases=count, rate=rate) == expected


def test_an_alternative_that_cannot_be_decided_does_not_hold():
    missing = NoValue("“预算数”未填写", missing=True)

    assert points_of(EITHER, budget=missing, spent="0", cases="1", rate=missing) == Points(None, "“预算数”未填写")
    assert points_of(EITHER, budget=missing, spent="0", cases="0", rate=missing).removed


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        ("full", Points(Decimal(6), "分母为 0，不适用，按满分计", not_applicable=True)),
        ("removed", Points(None, "分母为 0，不适用，本项不计分，其余各项折算为满分", not_applicable=True, removed=True)),
    ],
)
def test_a_value_that_cannot_exist_is_treated_as_the_scheme_says(treatment, expected):
    assert score(tiny_scheme(not_applicable=treatment), AT_95, {"rate": UNDEFINED}, Answer()) == expected


@pytest.mark.parametrize("treatment", ["full", "removed"])
def test_missing_figures_wait_whatever_the_scheme_says(treatment):
    values = {"spent": Decimal(1), "budget": NoValue("“预算数”未填写", missing=True)}

    assert score(tiny_scheme(not_applicable=treatment), COMPARED, values, Answer()) == Points(None, "“预算数”未填写")
