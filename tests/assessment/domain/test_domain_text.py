"""Which characters an official document holds."""

import unicodedata

import pytest

from assessment.domain.findings import Finding
from assessment.domain.text import UNSEEN, nest_quotes, printable, says_something, unprintable


@pytest.mark.parametrize(
    "text",
    ["2022年度，结转结余率≤10%；“三公”经费（万元）\n\t①②③ABCxyz αβ 　", "喆镕堃祎昇𠮷㙟", "½é\u200b\ufeff\u00a0"],
)
def test_what_official_documents_hold_can_be_printed(text: str) -> None:
    assert unprintable(text) == []


@pytest.mark.parametrize(
    ("character", "named"),
    [
        ("\x07", "U+0007"), ("\u202e", "U+202E"), ("\u200f", "U+200F"), ("\u200e", "U+200E"), ("\u061c", "U+061C"), ("\u2066", "U+2066"),
        ("\u0600", "U+0600"), ("\ufffb", "U+FFFB"), ("\ue000", "U+E000"), ("\ud800", "U+D800"), ("\u0378", "U+0378"),
        ("א", "“א”（U+05D0）"), ("ل", "“ل”（U+0644）"), ("✅", "“✅”（U+2705）"), ("😀", "“😀”（U+1F600）"), ("\u2028", "U+2028"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_or_would_turn_a_figure_is_named(character: str, named: str) -> None:
    assert unprintable(f"12 {character} 34{character}") == [named]


def test_nothing_printable_turns_the_reading_direction_or_is_a_mark_of_format() -> None:
    turning = {"R", "AL", "AN", "RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}
    assert [code for code in printable() if unicodedata.bidirectional(chr(code)) in turning] == []
    assert {code for code in printable() if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Co", "Cn")} <= UNSEEN


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("变动率没有值：““三公”经费变动率”分母为 0", "变动率没有值：“‘三公’经费变动率”分母为 0"),
        ("“甲““乙”丙”丁”", "“甲‘“乙”丙’丁”"),
        ("“三公”经费和“三保”支出", "“三公”经费和“三保”支出"),
        ("“写有‘“三公”经费’一处”", "“写有‘“三公”经费’一处”"),
        ("没有引号", "没有引号"),
        ("““三公经费”", "““三公经费”"),
        ("三公”经费“", "三公”经费“"),
    ],
)
def test_quotation_marks_inside_others_are_single_ones(text: str, nested: str) -> None:
    assert nest_quotes(text) == nest_quotes(nested) == nested
    assert Finding("zero", "note", "figure:a", text, "").message == nested


@pytest.mark.parametrize(("text", "says"), [("", False), ("—。 ，", False), ("无。", False), ("无误", True), ("见 3", True), ("ok", True)])
def test_a_mere_dash_or_full_stop_says_nothing(text, says):
    assert says_something(text) is says
