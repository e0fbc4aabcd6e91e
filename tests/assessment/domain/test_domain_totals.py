"""The total: removed rows rescaled, caps at their edges, and the grade on what is not rounded."""

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from assessment.domain.expressions import NoValue, compile_expression
from assessment.domain.own_rows import OwnRow, complete
from assessment.domain.scoring import Measure, Points
from assessment.domain.totals import Total, total_of
from tests.factories_domain import PROPORTIONAL, own_group, tiny_scheme

ROWS = {"a": "50", "b": "30", "c": "20"}
GRADES = [{"label": label, "at_least": limit} for label, limit in (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0"))]
REMOVED = Points(None, "不适用", not_applicable=True, removed=True)
COUNTS = Points(Decimal(0), "")
STEP = "（不适用的指标不计分，其余折算）"


def scheme_of(**changes):
    indicators = [{"code": code, "label": code, "points": points, "rule": PROPORTIONAL} for code, points in ROWS.items()]
    return tiny_scheme(indicators=indicators, grades=GRADES, **changes)


def total(removed="", rate="1", caps=(), **claimed):
    points = {code: None if value is None else Decimal(value) for code, value in claimed.items()}
    computed = {code: REMOVED if code in removed else COUNTS for code in ROWS}
    values = {"rate": NoValue("分母为 0，不适用") if rate is None else Decimal(rate)}
    return total_of(scheme_of(caps=list(caps)), points, computed, values)


@pytest.mark.parametrize(
    ("claimed", "value", "grade"),
    [
        ({"a": "50", "b": "30", "c": "20"}, "100", "优"),
        ({"a": "50", "b": "20", "c": "20"}, "90", "优"),
        ({"a": "50", "b": "19.99", "c": "20"}, "89.99", "良"),
        ({"a": "50", "b": "19.995", "c": "20"}, "89.995", "良"),
        ({"a": "50", "b": "19.999999", "c": "20"}, "89.999999", "良"),
        ({"a": "50", "b": "10", "c": "20"}, "80", "良"),
        ({"a": "50", "b": "9.995", "c": "20"}, "79.995", "中"),
        ({"a": "50", "b": "10", "c": "0"}, "60", "中"),
        ({"a": "49.99", "b": "10", "c": "0"}, "59.99", "差"),
        ({"a": "0", "b": "0", "c": "0"}, "0", "差"),
        ({"a": "-1", "b": "0", "c": "0"}, "-1", "差"),
    ],
)
def test_the_grade_is_that_of_the_sum_as_it_is(claimed, value, grade):
    assert total(**claimed) == Total(Decimal(value), Decimal(value), True, grade)


@pytest.mark.parametrize(
    ("removed", "claimed", "summed", "value", "grade", "step"),
    [
        ("c", {"a": "50", "b": "30"}, "80", "100", "优", "80 ÷ 80 × 100 = 100.00 分"),
        ("c", {"a": "50", "b": "30", "c": "20"}, "80", "100", "优", "80 ÷ 80 × 100 = 100.00 分"),
        ("c", {"a": "45.5", "b": "30"}, "75.5", "94.375", "优", "75.5 ÷ 80 × 100 = 94.38 分"),
        ("c", {"a": "50", "b": "21.99"}, "71.99", "89.9875", "良", "71.99 ÷ 80 × 100 = 89.99 分"),
        ("bc", {"a": "50"}, "50", "100", "优", "50 ÷ 50 × 100 = 100.00 分"),
        ("ab", {"c": "13"}, "13", "65", "中", "13 ÷ 20 × 100 = 65.00 分"),
        ("b", {"a": "0", "c": "0"}, "0", "0", "差", "0 ÷ 70 × 100 = 0.00 分"),
        ("b", {"a": "50", "c": "10"}, "60", "85.71428571428571428571428571", "良", "60 ÷ 70 × 100 = 85.71 分"),
    ],
)
def test_removed_rows_leave_the_rest_to_make_up_the_hundred(removed, claimed, summed, value, grade, step):
    assert total(removed, **claimed) == Total(Decimal(value), Decimal(summed), True, grade, (f"{step}{STEP}",))


def test_nothing_counts_where_every_row_is_removed():
    assert total("abc", a="50") == Total(Decimal(0), Decimal(0), False, "")


@pytest.mark.parametrize(
    ("claimed", "value"), [({}, "0"), ({"a": "50", "b": "30"}, "80"), ({"a": "50", "b": None, "c": "20"}, "70"), ({"z": "9"}, "0")]
)
def test_without_points_for_every_row_there_is_no_grade(claimed, value):
    assert total(**claimed) == Total(Decimal(value), Decimal(value), False, "")


def test_an_incomplete_sum_is_rescaled_all_the_same():
    assert total("c", a="40") == Total(Decimal(50), Decimal(40), False, "", (f"40 ÷ 80 × 100 = 50.00 分{STEP}",))


def cap(limit, at_most):
    return {"code": f"below_{limit[2:]}", "when": f"rate < {limit}", "at_most": at_most, "reason": f"完成率低于 {limit[2:]}%"}


CAPS = [cap("0.80", "89"), cap("0.70", "79"), cap("0.60", "69"), cap("0.50", "59")]
SAID = [f"完成率低于 {limit}%，总分不超过 {most} 分" for limit, most in ((80, 89), (70, 79), (60, 69), (50, 59))]


@pytest.mark.parametrize(
    ("rate", "value", "grade", "steps"),
    [
        ("1.2", "100", "优", 0),
        ("0.80", "100", "优", 0),
        ("0.7999", "89", "良", 1),
        ("0.70", "89", "良", 1),
        ("0.6999", "79", "中", 2),
        ("0.60", "79", "中", 2),
        ("0.5999", "69", "中", 3),
        ("0.50", "69", "中", 3),
        ("0.4999", "59", "差", 4),
        ("0", "59", "差", 4),
        (None, "100", "优", 0),
    ],
)
def test_a_cap_holds_the_whole_report_below_its_limit(rate, value, grade, steps):
    given = {"a": "50", "b": "30", "c": "20"}

    assert total(rate=rate, caps=CAPS, **given) == Total(Decimal(value), Decimal(100), True, grade, tuple(SAID[:steps]))


@pytest.mark.parametrize(
    ("claimed", "value", "steps"),
    [("39", "89", []), ("39.01", "89", SAID[:1]), ("35", "85", []), ("0", "50", [])],
)
def test_a_cap_says_nothing_of_a_total_that_keeps_to_it(claimed, value, steps):
    found = total(rate="0.75", caps=CAPS, a="50", b=claimed, c="0")

    assert (found.value, list(found.steps)) == (Decimal(value), steps)


def test_a_rescaled_total_is_capped_and_both_steps_are_told():
    assert total("c", rate="0.75", caps=CAPS, a="50", b="25") == Total(
        Decimal(89), Decimal(75), True, "良", (f"75 ÷ 80 × 100 = 93.75 分{STEP}", SAID[0])
    )


@pytest.mark.parametrize(
    ("points", "complete_", "grade"),
    [(["60", "40"], True, "优"), (["60", "30"], False, ""), (["60"], False, ""), (["60", "50"], False, "")],
)
def test_rows_of_the_unit_that_do_not_add_up_yet_give_no_grade(points, complete_, grade):
    rows = [OwnRow(f"own_{number}", "own", "行", Decimal(value)) for number, value in enumerate(points)]
    scheme = complete(tiny_scheme(indicators=[own_group()]), rows)
    claimed = {row.code: row.points for row in rows}

    found = total_of(scheme, claimed, dict.fromkeys(claimed, COUNTS), {})

    assert found == Total(sum(claimed.values()), sum(claimed.values()), complete_, grade)


@pytest.mark.parametrize(
    "found", [COUNTS, Measure(Decimal(1), "1"), Total(Decimal(1), Decimal(1), True, "优"), NoValue("无"), compile_expression("a")]
)
def test_what_was_computed_is_not_changed_by_whoever_looks_at_it(found):
    with pytest.raises(FrozenInstanceError):
        found.value = Decimal(100)
