"""Charts of a scheme: each line has a field for every series, all in one unit of measure; a change of one is told."""

from typing import Any

import pytest
from pydantic import ValidationError

from assessment.domain.comparing import differences
from assessment.domain.lint import meaning_faults
from assessment.domain.scheme import Scheme
from assessment.domain.structure import structure_faults
from tests.reports.samples import demo_scheme


def with_charts(*charts: dict[str, Any]) -> dict[str, Any]:
    return demo_scheme().model_dump(mode="json") | {"charts": list(charts)}


def chart(code: str = "budget", series: tuple[str, ...] = ("年初预算", "支出决算"), *fields: str) -> dict[str, Any]:
    rows = [{"label": "一般公共预算", "fields": list(fields or ("opening_general", "final_general"))}]
    return {"code": code, "title": "预算和决算", "series": list(series), "rows": rows}


def faults(*charts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(".".join(map(str, fault.place)), fault.message) for fault in meaning_faults(with_charts(*charts))]


def test_a_chart_of_fields_in_one_unit_of_measure_is_sound() -> None:
    assert faults(chart()) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (chart("a", ("年初预算",)), [("charts.0.rows.0", "应为每个系列写一个字段，共 1 个")]),
        (chart("a", ("甲", "乙"), "opening_general", "gone"), [("charts.0.rows.0.fields", "引用了不存在的字段“gone”")]),
        (chart("a", ("甲", "乙"), "opening_general", "staff_posts"), [("charts.0", "同一张图的字段应为同一计量单位，这里有万元、人")]),
    ],
)
def test_what_no_bar_could_stand_for_is_named_at_its_place(given: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    assert faults(given) == wanted


def test_two_charts_of_one_code_are_told() -> None:
    assert faults(chart(), chart()) == [("charts.1.code", "图代码“budget”重复")]


def test_a_fifth_chart_is_one_too_many() -> None:
    with pytest.raises(ValidationError) as refusal:
        Scheme.model_validate(with_charts(*(chart(f"chart_{number}") for number in range(5))))
    assert [fault.message for fault in structure_faults(refusal.value)] == ["最多 4 项，这里有 5 项"]


def test_a_changed_chart_is_told_in_words() -> None:
    old, new = (Scheme.model_validate(with_charts(chart("budget", series))) for series in (("年初预算", "支出决算"), ("年初", "决算")))
    (difference,) = differences(old, new)
    words = "一般公共预算（一般公共预算年初预算数、一般公共预算支出决算数）"
    assert (difference.kind, difference.label) == ("图", "预算和决算")
    assert (difference.before, difference.after) == (f"年初预算、支出决算；{words}", f"年初、决算；{words}")
