"""A page is judged once for the same inputs, and anew for any others."""

from dataclasses import replace
from decimal import Decimal

from assessment.domain.inputs import Inputs
from assessment.views import judging
from tests.factories import example_scheme


def test_equal_inputs_are_judged_once_and_others_anew() -> None:
    scheme, inputs = example_scheme(), Inputs(figures={"opening_general": Decimal("5.0")})
    first = judging.judge(-1, scheme, inputs)

    assert judging.judge(-1, scheme, Inputs(figures={"opening_general": Decimal("5.00")})) is first
    other = judging.judge(-1, scheme, replace(inputs, figures={"opening_general": Decimal(6)}))
    assert (other.values["opening_general"], first.values["opening_general"]) == (Decimal(6), Decimal(5))
    assert judging.judge(-2, scheme, inputs) is not first


def test_another_scheme_is_another_judgement() -> None:
    scheme, inputs = example_scheme(), Inputs()
    first = judging.judge(-1, scheme, inputs)

    assert judging.judge(-1, scheme.model_copy(), inputs) is not first


def test_so_many_judgements_are_kept_and_no_more() -> None:
    scheme = example_scheme()
    first = judging.judge(-1, scheme, Inputs())
    for number in range(judging.KEPT):
        judging.judge(-2 - number, scheme, Inputs())

    assert judging.judge(-1, scheme, Inputs()) is not first
    assert len(judging._last) == judging.KEPT
