"""Figures read out of report texts, and everything that only looks like one."""

from decimal import Decimal

import pytest

from assessment.domain.reading.quantities import Quantity, read_quantities
from tests.assessment.domain.labelled import samples


def read(text: str) -> list[tuple]:
    """Kind, typed text, value and upper end of each figure."""
    return [(q.kind, q.text, q.value, q.high) for q in read_quantities(text)]


def test_reading_the_labelled_sample_finds_every_figure_and_nothing_else():
    wanted, found = set(), set()
    for number, sample in enumerate(samples()):
        wanted |= {(number, item.section, item.start, item.text, item.kind, item.value, item.high, item.unit) for item in sample.labels}
        for section, text in sample.texts.items():
            found |= {(number, section, q.start, q.text, q.kind, q.value, q.high, q.unit) for q in read_quantities(text)}

    assert (len(wanted & found), sorted(map(str, wanted - found)), sorted(map(str, found - wanted))) == (373, [], [])


def test_a_figure_tells_all_that_was_typed():
    assert read_quantities("（约４.87 亿元）") == [
        Quantity("money", 2, 9, "４.87 亿元", Decimal(487000000), None, "亿元", Decimal(1000000), rough=True)
    ]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("58796.51万元", "100"),
        ("4.87亿元", "1000000"),
        ("95.29%", "0.0001"),
        ("95%", "0.01"),
        ("286.84万人", "100"),
        ("64人", "1"),
        ("二十万元", "10000"),
        ("三点五亿元", "10000000"),
        ("九成五", "0.01"),
        ("三成", "0.1"),
        ("百分之九十五点二九", "0.0001"),
    ],
)
def test_the_precision_is_one_unit_of_the_last_digit_typed(text: str, step: str):
    (quantity,) = read_quantities(text)
    assert quantity.precision == Decimal(step)


@pytest.mark.parametrize(
    ("text", "rough"),
    [
        ("近5万人", True), ("超过5万人", True), ("5万人以上", True), ("5万余人", True), ("十余家", True), ("≥95%", True),
        ("5万人", False), ("共5万人", False), ("达95%", False),
    ],
)  # fmt: skip
def test_a_figure_knows_that_it_is_rough(text: str, rough: bool):
    (quantity,) = read_quantities(text)
    assert quantity.rough is rough


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("变动率 -100%", "-1"), ("变动率−100%", "-1"), ("变动率－100%", "-1"), ("（-5.5%）", "-0.055"), ("+5%", "0.05"), ("-5%", "0.05"),
        ("下降5%", "0.05"), ("——95%", "0.95"), ("\n-3%", "0.03"), ("A-3%", "0.03"),
    ],
)  # fmt: skip
def test_only_a_typed_sign_counts(text: str, value: str):
    (quantity,) = read_quantities(text)
    assert quantity.value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10—20%", [("percent", "10—20%", "0.1", "0.2")]),
        ("10%~20%", [("percent", "10%~20%", "0.1", "0.2")]),
        ("5至8人", [("count", "5至8人", "5", "8")]),
        ("三至五天", [("count", "三至五天", "3", "5")]),
        ("5万元-10万元", [("money", "5万元-10万元", "50000", "100000")]),
        ("10-8%", [("number", "10", "10", None), ("percent", "8%", "0.08", None)]),
        ("3人至5万元", [("count", "3人", "3", None), ("money", "5万元", "50000", None)]),
        ("5%-", [("percent", "5%", "0.05", None)]),
        ("5%至今", [("percent", "5%", "0.05", None)]),
        ("5%-12345678901234567%", [("percent", "5%", "0.05", None), ("number", "12345678901234567", None, None)]),
        ("5%-6", [("percent", "5%", "0.05", None), ("number", "6", "6", None)]),
        ("5%至百", [("percent", "5%", "0.05", None)]),
        ("2023—2025年", [("year", "2023—2025年", "2023", "2025")]),
    ],
)
def test_a_range_is_one_figure_with_two_ends(text: str, found: list):
    expected = [(kind, typed, Decimal(low) if low else None, Decimal(high) if high else None) for kind, typed, low, high in found]
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("湛财绩〔2023〕2 号", ["document"]), ("〔2020〕10", ["document"]), ("(2022)15号", ["document"]),
        ("（2022）15人", ["number", "count"]),
        ("2023年4月23日", ["date"]), ("2023.4.23", ["date"]), ("2022/4/23", ["date"]), ("20日前", ["date"]), ("二〇二二年", ["year"]),
        ("一九九八年十月", ["date"]), ("十二月", ["date"]), ("2022年1—3月", ["year", "date"]), ("2024.05万元", ["money"]),
        ("第29项", ["ordinal"]), ("第三条", ["ordinal"]), ("第12", ["ordinal"]), ("第3-5条", ["ordinal"]), ("GB 1234.1-2012", ["document"]),
        ("ABC公司", []), ("第一", []), ("第三方", []), ("第", []), ("第十四五条", []), ("V2.0版", ["number"]), ("RMB500万元", ["money"]),
        ("x5", ["number"]),
        ("几十家", []), ("数百人", []), ("“三个”代表", []), ("一项", []), ("一至两项", ["count"]), ("一百项", ["count"]), ("十四五", []),
        ("百分之十四五", []), ("百家", []), ("百分之百", ["percent"]), ("百分之95.3", ["percent"]), ("三十", []), ("一百二人", []),
        ("十四万五万人", []),
        ("三万亿元", ["money"]), ("一亿二千万元", ["money"]), ("零点五", []), ("三百二十名", ["count"]), ("一千零八人", ["count"]),
        ("二百一十五人", ["count"]),
        ("2.5万", ["number"]), ("1万2", ["number", "number"]), ("12,345,6", ["number", "number"]), ("0.123456789", ["number", "number"]),
    ],
)  # fmt: skip
def test_what_kind_of_figure_it_is(text: str, kinds: list[str]):
    assert [quantity.kind for quantity in read_quantities(text)] == kinds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一百二十三人", 123), ("一千零八人", 1008), ("十人", 10), ("二百一十五人", 215), ("三万五千人", 35000), ("两人", 2),
        ("壹佰人", 100),
        ("一亿二千万人", 120000000),
    ],
)  # fmt: skip
def test_chinese_numerals_are_numbers(text: str, value: int):
    (quantity,) = read_quantities(text)
    assert quantity.value == value


@pytest.mark.parametrize(
    "text",
    ["1.加强", "\n2.", "（3）", "措施：1.完善", "分为1.甲", "4、落实", "5）公开", "一、", "（二）", "三是", "其一", "2.1 预算"],
)
def test_enumeration_markers_are_no_figures(text: str):
    assert read(text) == []


def test_a_marker_before_a_year_or_a_count_is_not_its_whole_part():
    assert read("1.2022年\n2.20人\n3.5%") == [
        ("year", "2022年", Decimal(2022), None),
        ("count", "20人", Decimal(20), None),
        ("percent", "3.5%", Decimal("0.035"), None),
    ]


def test_a_split_decimal_after_a_colon_is_a_figure_and_a_marker_at_a_line_is_not():
    assert read("完成率：95. 29 %") == [("percent", "95. 29 %", Decimal("0.9529"), None)]
    assert read("95. 29 %") == [("percent", "29 %", Decimal("0.29"), None)]


def test_figures_inside_a_token_are_none():
    assert read("{{5人}}5人{{支出1%}") == [("count", "5人", Decimal(5), None), ("percent", "1%", Decimal("0.01"), None)]


@pytest.mark.parametrize("text", ["7" * 1_000_000, "一" * 1_000_000, "5%" + "7" * 17 + "人"])
def test_longer_numbers_than_any_figure_are_passed_over(text: str):
    assert [quantity for quantity in read_quantities(text) if quantity.kind not in ("number", "percent")] == []


@pytest.mark.parametrize(
    "unit", ["7", "9,", "1.", "1-", "（", "{{", "第", "〔2023", "一", "百分之", "12 345 ", "A1", "1人", "1\n", "-1", "1至", "99%~"]
)
def test_sixty_thousand_characters_of_anything_are_read_to_their_end(unit: str):
    text = (unit * 60_000)[:60_000]

    found = read_quantities(text)

    ends = [0, *(end for quantity in found for end in (quantity.start, quantity.end)), len(text)]
    assert ends == sorted(ends)
    assert [quantity.text for quantity in found] == [text[quantity.start : quantity.end] for quantity in found]
