"""What holds for all figures and rules, tried on many that a machine makes up, the same ones each time."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from assessment.domain.checks import evaluate_assessment
from assessment.domain.expressions import number
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Answer
from assessment.domain.own_rows import OwnRow, complete
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import Points, score
from assessment.domain.totals import total_of
from tests.assessment.domain.steady import steady
from tests.factories_domain import derived_scheme, make_row, own_group, tiny_inputs, tiny_scheme
from tests.reports.samples import demo_inputs, demo_scheme

CENT = Decimal("0.01")
cents = st.integers(1, 10_000).map(lambda number_: number_ * CENT)
rates = st.decimals(-3, 3, places=6) | st.sampled_from([Decimal(text) for text in ("0", "0.9", "0.95", "1", "1.000001", "-0.5")])
limits = st.integers(1, 3_000).map(lambda number_: Decimal(number_) / 1000)
steps = st.integers(1, 50_000).map(lambda number_: Decimal(number_) / 10_000)


def text(value):
    return format(value, "f")


# Sums


@steady()
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_a_sum_is_exact_to_the_cent_whatever_the_order(amounts, random):
    names = [f"f{place}" for place in range(len(amounts))]
    values = {name: amount * CENT for name, amount in zip(names, amounts, strict=True)}
    random.shuffle(names)

    assert number(f"sum({', '.join(names)})", values) == sum(amounts) * CENT
    assert number(" + ".join(names), values) == sum(amounts) * CENT


def filled(parts):
    """A scheme whose rows are a unit's own, with these points, and nothing else."""
    rows = [OwnRow(f"own_{place}", "own", "行", points) for place, points in enumerate(parts, start=1)]
    return complete(tiny_scheme(indicators=[own_group()]), rows)


@st.composite
def hundreds(draw):
    """Points of rows that add up to a hundred."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=12)))
    return [(high - low) * CENT for low, high in pairwise([0, *cuts, 10_000])]


COUNTS, REMOVED = Points(Decimal(0), ""), Points(None, "", not_applicable=True, removed=True)


@steady()
@given(hundreds(), st.data())
def test_a_total_is_exact_to_the_cent_whatever_the_order_of_the_rows(parts, data):
    claimed = [data.draw(st.integers(0, int(points * 100))) for points in parts]
    codes = [f"own_{place}" for place in range(1, len(parts) + 1)]
    shuffled = dict(data.draw(st.permutations([(code, number_ * CENT) for code, number_ in zip(codes, claimed, strict=True)])))
    total = total_of(filled(parts), shuffled, dict.fromkeys(codes, COUNTS), {})

    assert (total.value, total.summed, total.complete, total.steps) == (sum(claimed) * CENT, sum(claimed) * CENT, True, ())


@steady()
@given(hundreds(), st.data())
def test_a_rescaled_total_stays_between_nothing_and_a_hundred_and_all_full_rows_make_a_hundred(parts, data):
    codes = [f"own_{place}" for place in range(1, len(parts) + 1)]
    gone = data.draw(st.sets(st.sampled_from(codes), max_size=len(codes) - 1))
    computed = {code: REMOVED if code in gone else COUNTS for code in codes}
    some = {code: data.draw(st.integers(0, int(points * 100))) * CENT for code, points in zip(codes, parts, strict=True)}
    scheme = filled(parts)

    assert total_of(scheme, dict(zip(codes, parts, strict=True)), computed, {}).value == 100
    assert 0 <= total_of(scheme, some, computed, {}).value <= 100


# Rules


@st.composite
def band_rules(draw, full):
    direction = draw(st.sampled_from(["at_most", "at_least"]))
    edges = sorted(draw(st.sets(limits, min_size=1, max_size=5)), reverse=direction == "at_least")
    marks = sorted((draw(st.integers(0, int(full * 100))) * CENT for _ in range(len(edges) + 1)), reverse=True)
    lines = [{"limit": text(limit), "points": text(points)} for limit, points in zip(edges, marks, strict=False)]
    rule = {"shape": "bands", "value": "rate", "direction": direction, "bands": lines, "otherwise": text(marks[-1])}
    return rule, 1 if direction == "at_least" else -1


@st.composite
def monotone_rules(draw):
    """A rule over ``rate``, its full points, and 1 where more is better or -1 where less is."""
    full, limit, step = draw(cents), text(draw(limits)), text(draw(steps))
    direction = draw(st.sampled_from(["over", "under"]))
    floor = draw(st.none() | st.integers(1, 999).map(lambda share: text(Decimal(share) / 1000 * Decimal(limit))))
    late = draw(st.none() | st.integers(1, 3).map(str))
    three = sorted((draw(st.integers(0, int(full * 100))) * CENT for _ in range(3)), reverse=True)
    none, not_more, more = map(text, three)
    rule, sense = draw(
        st.sampled_from(
            [
                ({"shape": "proportional", "full_at": limit, "none_below": floor}, 1),
                ({"shape": "reverse", "full_at": limit}, -1),
                ({"shape": "deduction", "step": step, "counted": "次"}, -1),
                ({"shape": "lateness", "step": step, "none_after": late}, -1),
                ({"shape": "per_point", "direction": direction, "full_if": limit, "step": step}, 1 if direction == "under" else -1),
                ({"shape": "three_state", "last": limit, "none": none, "not_more": not_more, "more": more}, -1),
                draw(band_rules(full)),
            ]
        )
    )
    return {"value": "rate"} | rule, full, sense


def points_of(rule, full, rate=None, answer=None):
    return score(tiny_scheme(), make_row(rule, text(full)), {"rate": rate}, answer or Answer())


def is_sound(value, full):
    return 0 <= value <= full and value == value.quantize(CENT) and value.as_tuple().exponent == -2


@steady()
@given(monotone_rules(), rates, rates)
def test_a_better_value_never_has_fewer_points(made, one, other):
    rule, full, sense = made
    low, high = (points_of(rule, full, rate).value for rate in sorted((one, other)))

    assert (high - low) * sense >= 0
    assert is_sound(low, full)
    assert is_sound(high, full)


@st.composite
def targets(draw):
    """A target with what was reached, twice."""
    direction = draw(st.sampled_from(["at_least", "at_most", "equals"]))
    deviation = draw(st.none() | st.fixed_dictionaries({"ratio": limits.map(lambda limit: text(1 + limit)), "points": cents.map(text)}))
    goal, one, other = (draw(st.decimals(-10, 1000, places=2)) for _ in range(3))
    return {"shape": "target", "direction": direction, "target": goal, "unit": "个", "deviation": deviation}, one, other


@steady()
@given(targets(), cents, st.sampled_from(["", "原因"]))
def test_reaching_more_of_a_target_never_has_fewer_points(made, full, reason):
    rule, one, other = made
    low, high = sorted((one, other))
    if rule["direction"] == "equals":
        assume(low >= rule["target"] or high <= rule["target"])
    rising = rule["direction"] == "at_least" or (rule["direction"] == "equals" and high <= rule["target"])
    less, more = (points_of(rule | {"actual": reached}, full, answer=Answer(reason=reason)).value for reached in (low, high))

    assert is_sound(less, full)
    assert is_sound(more, full)
    if rule["deviation"] is None or reason:
        assert (less <= more) if rising else (less >= more)


@steady()
@given(st.lists(st.integers(1, 2_000), min_size=1, max_size=8), st.data())
def test_a_checklist_and_a_judgement_keep_to_the_points_of_the_row(items, data):
    full = sum(items) * CENT
    codes = [f"i{place}" for place in range(len(items))]
    chosen = frozenset(data.draw(st.sets(st.sampled_from([*codes, "l0", "l1", "unheard"]))))
    listed = [{"code": code, "label": code, "points": text(points * CENT)} for code, points in zip(codes, items, strict=True)]
    cut = text(data.draw(st.integers(1, 999)) / Decimal(1000))
    levels = [{"code": f"l{place}", "label": "档", "low": low, "high": high} for place, (low, high) in enumerate([(cut, "1"), ("0", cut)])]
    found = points_of({"shape": "checklist", "items": listed}, full, answer=Answer(chosen))
    judged = points_of({"shape": "judgement", "levels": levels}, full, answer=Answer(chosen))

    assert found.value == sum(points * CENT for code, points in zip(codes, items, strict=True) if code in chosen)
    assert judged.value is None
    assert (judged.low is None) is not bool({"l0", "l1"} & chosen)
    assert judged.low is None or (is_sound(judged.low, full) and is_sound(judged.high, full) and judged.low <= judged.high)


# One assessment


@steady(8)
@given(st.permutations(list(demo_inputs().figures.items())))
def test_the_order_in_which_figures_were_typed_changes_nothing(figures):
    judged = evaluate_assessment(demo_scheme(), demo_inputs())

    assert evaluate_assessment(demo_scheme(), replace(demo_inputs(), figures=dict(figures))) == judged


def reordered(scheme, data):
    """The file with its groups, the fields in each, and its checks in another order."""
    groups = [group | {"fields": data.draw(st.permutations(group["fields"]))} for group in data.draw(st.permutations(scheme["groups"]))]
    return scheme | {"groups": groups, "checks": data.draw(st.permutations(scheme["checks"]))}


@steady(5)
@given(st.data())
def test_the_order_of_fields_in_a_file_changes_no_value_no_points_and_no_finding(data):
    other = Scheme.model_validate(reordered(demo_scheme().model_dump(), data))
    one, two = (evaluate_assessment(scheme, replace(demo_inputs(), explanations={})) for scheme in (demo_scheme(), other))

    assert (one.values, one.points, one.total) == (two.values, two.points, two.total)
    assert {(found.key, found.message) for found in one.findings} == {(found.key, found.message) for found in two.findings}


figures_ = st.dictionaries(
    st.sampled_from(["opening", "added", "spent", "last"]), st.decimals(0, 10**7, places=2) | st.just(Decimal(0)), max_size=4
)


@steady()
@given(figures_, st.sampled_from(["full", "removed"]), st.data())
def test_the_same_figures_always_give_the_same_evaluation(figures, treatment, data):
    scheme = derived_scheme(not_applicable=treatment)
    inputs = replace(tiny_inputs(), figures=figures, answers={"spending": Answer(self_points=Decimal(50))})
    again = replace(inputs, figures=dict(data.draw(st.permutations(list(figures.items())))))
    other = Scheme.model_validate(reordered(scheme.model_dump(), data))
    judged = evaluate_assessment(scheme, inputs)

    assert evaluate_assessment(scheme, again) == judged
    assert compute_values(other, figures) == judged.values
    assert judged.points["spending"].value is None or is_sound(judged.points["spending"].value, 100)
