"""Figures of a report held against the data table: what equals a field, what contradicts one, and what is only said twice differently."""

from collections import Counter
from decimal import Decimal

import pytest

from assessment.domain.elements import Field
from assessment.domain.expressions import NoValue, Value
from assessment.domain.reading.agreement import MAX_FIGURES, Remark, compare
from tests.assessment.domain.labelled import fields_and_values, samples

FIELDS, VALUES = fields_and_values()
MEASURED = ("money", "percent", "count")


def remarks(*texts: str, values: dict[str, Value] | None = None) -> list[Remark]:
    return compare(FIELDS, VALUES | (values or {}), {f"part{number}": text for number, text in enumerate(texts)})


def verdicts(*texts: str, values: dict[str, Value] | None = None) -> list[tuple]:
    """What is said of each figure, and of which field."""
    return [(remark.quantity.text, remark.verdict, remark.field) for remark in remarks(*texts, values=values)]


def test_the_labelled_sample_is_judged_with_no_false_contradiction_and_few_misses():
    judged: Counter[tuple[str, str]] = Counter()
    wrong = []
    for sample in samples():
        said = {(item.section, item.quantity.start): (item.verdict, item.field) for item in compare(FIELDS, VALUES, sample.texts)}
        for label in (label for label in sample.labels if label.kind in MEASURED):
            verdict, field = said.pop((label.section, label.start))
            judged[label.verdict, verdict] += 1
            wrong += [] if (verdict, field) == (label.verdict, label.field) else [(label.text, verdict, field)]
        assert said == {}

    assert (dict(judged), wrong) == (
        {
            ("equals", "equals"): 107,
            ("contradicts", "contradicts"): 34,
            ("elsewhere", "elsewhere"): 9,
            ("unknown", "unknown"): 176,
            ("equals", "unknown"): 3,
        },
        [("320份", "unknown", None), ("9.1万元", "unknown", None), ("73.4%", "unknown", None)],
    )


def test_a_remark_says_which_field_which_name_and_what_the_table_holds():
    (right, wrong, odd) = remarks("支出决算合计9507.60万元，支出完成率96.15%，出差12人。")

    assert (right.section, right.quantity.text, right.verdict, right.field, right.near) == (
        "part0", "9507.60万元", "equals", "final_total", "支出决算合计",
    )  # fmt: skip
    assert (wrong.verdict, wrong.field, wrong.other, wrong.near) == ("contradicts", "execution_rate", "95.15%", "支出完成率")
    assert (odd.verdict, odd.field, odd.other, odd.near) == ("unknown", None, "", "出差")


@pytest.mark.parametrize("typed", ["-100%", "0%", "−100.00%"])
def test_a_rate_without_value_for_good_contradicts_whatever_is_typed(typed: str):
    (remark,) = remarks(f"存量资金变动率{typed}。")
    assert (remark.verdict, remark.field, remark.other) == ("contradicts", "idle_change", "不适用")


def test_a_figure_that_is_not_filled_yet_contradicts_nothing():
    assert verdicts("支出完成率10%。", values={"execution_rate": NoValue("未填写", missing=True)}) == [("10%", "unknown", None)]


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("95.15%", "equals"), ("95.149%", "equals"), ("95.1%", "equals"), ("95.2%", "equals"), ("95%", "equals"), ("约95%", "equals"),
        ("95.14%", "equals"), ("95.16%", "contradicts"), ("94%", "contradicts"), ("96%", "contradicts"), ("约96%", "unknown"),
        ("90%—95%", "unknown"), ("95个百分点", "unknown"), ("-95.15%", "unknown"),
    ],
)  # fmt: skip
def test_a_rounded_figure_is_held_against_the_exact_one(typed: str, verdict: str):
    assert [found for _, found, _ in verdicts(f"支出完成率{typed}。")] == [verdict]


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [("0.95亿元", "equals"), ("9507.6万元", "equals"), ("95,076,000元", "equals"), ("9508万元", "equals"), ("0.96亿元", "contradicts")],
)
def test_amounts_are_compared_in_yuan(typed: str, verdict: str):
    assert [found for _, found, _ in verdicts(f"支出决算合计{typed}。")] == [verdict]


@pytest.mark.parametrize(("typed", "verdict"), [("0%", "equals"), ("0.0%", "contradicts"), ("1%", "contradicts")])
def test_zero_stands_for_less_than_half_of_its_last_digit(typed: str, verdict: str):
    values: dict[str, Value] = {"carry_rate": Decimal("0.004")}
    assert [found for _, found, _ in verdicts(f"结转结余率{typed}。", values=values)] == [verdict]


def test_a_word_of_decrease_stands_for_the_minus():
    assert verdicts("“三公”经费变动率为下降13.33%。") == [("13.33%", "equals", "three_change")]
    assert verdicts("“三公”经费变动率13.33%。") == [("13.33%", "unknown", None)]


@pytest.mark.parametrize(
    "text",
    [
        "支出完成率80%的单位", "支出完成率80%以上", "支出完成率80%（目标值）", "一般公共预算支出完成率80%", "支出完成率（扣除基金）80%",
        "2021年支出完成率80%，2022年、2022年", "2021—2022年支出完成率80%，2022年", "截至2023年3月支出完成率80%，2022年",
        "去年支出完成率80%",
        "计划支出完成率80%", "计划安排好，支出完成率80%", "人事科：支出完成率80%", "大厦修缮，支出完成率80%", "大厦修缮\n支出完成率80%",
        "1.大厦修缮。支出完成率80%", "有关项目如下：\n1.支出完成率80%", "采购项目按期推进，效果良好，支出完成率80%",
        "新建基地4个，支出完成率80%",
        "新建基地4个（支出完成率80%）", "其中：支出完成率80%", "6月底支出完成率80%", "据通报，全市整体较好，支出完成率80%",
        "年末实有在职人数80人参加体检", "在80人中，年末实有在职人数", "年末实有在职人数80元",
    ],
)  # fmt: skip
def test_nothing_contradicts_where_something_else_may_be_meant(text: str):
    assert [verdict for _, verdict, _ in verdicts(text) if verdict == "contradicts"] == []


@pytest.mark.parametrize(
    "text",
    [
        "支出完成率80%", "我局2022年度支出完成率为80%。", "（二）预算执行情况\n支出完成率：80%", "预算执行情况：支出完成率达80%",
        "本年的支出完成率：80%",
        "根据年终决算报表，单位整体收支平稳，年末核对无误，全年的支出完成率80%", "支出决算合计9507.6万元（支出完成率80%）",
        "{{final_total}}，支出完成率80%", "技能项目支出决算合计9507.6万元，支出完成率80%", "比上年有所提高，支出完成率80%",
        "《2021年绩效目标管理办法》执行良好，支出完成率80%", "截至2022年12月31日，支出完成率80%", "我校支出完成率80%", "“支出完成率”80%",
        "一是支出完成率80%", "绩效目标全部实现，支出完成率80%", "2022年度部门整体支出执行情况和绩效目标完成情况良好！支出完成率80%",
        "全年预算执行平稳有序，各项任务全部完成，进度良好，支出完\n成率80%",
    ],
)  # fmt: skip
def test_a_field_clearly_named_contradicts(text: str):
    assert [field for typed, verdict, field in verdicts(text) if typed == "80%" and verdict == "contradicts"] == ["execution_rate"]


def test_counts_after_other_counts_are_still_clear():
    assert verdicts("内设机构9个，编制数102名。") == [("9个", "unknown", None), ("102名", "contradicts", "staff_posts")]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("完成27项重点工作", "tasks_done"), ("发生了9507.6万元", "final_total"), ("去年公务接待9.1万元", "reception_last"),
        ("公务接待实际支出7.35万元", "reception_final"), ("重点工作按计划推进，完成率96.43%", "tasks_rate"), ("完成了27项", None),
        ("余额7.35万元", None),
        ("总共86件", None), ("其他9508万元", None), ("开展活动9508场次", None),
    ],
)  # fmt: skip
def test_an_equal_figure_is_the_field_named_best_or_none_if_it_may_be_chance(text: str, field: str | None):
    assert [found for _, _, found in verdicts(text)] == [field]


def test_a_name_that_two_fields_share_names_none_clearly():
    fields = {code: Field(code=code, label="经费总额", unit="万元", kind="money") for code in ("one", "two")}
    found = compare(fields, {"one": Decimal(5), "two": Decimal(6)}, {"part": "经费总额7万元，经费总额6万元。"})
    assert [(item.verdict, item.field) for item in found] == [("unknown", None), ("equals", "two")]


@pytest.mark.parametrize(
    ("texts", "others"),
    [
        (("城镇新增就业517人。", "全年城镇新增就业518人。"), ["518人", "517人"]),
        (("城镇新增就业517人。\n城镇新增就业518人。",), ["518人", "517人"]),
        (("城镇新增就业517人，城镇新增就业518人。",), ["", ""]),
        (("城镇新增就业517人。", "城镇新增就业518人。", "城镇新增就业519人。"), ["", "", ""]),
        (("城镇新增就业517人。", "城镇新增就业约518人。"), ["", ""]),
        (("城镇新增就业517人。", "城镇新增就业518家。"), ["", ""]),
        (("城镇新增就业517人。", "城镇新增就业517人。"), ["", ""]),
        (("城镇新增就业517人。", "2021年城镇新增就业518人。2022年，2022年。"), ["", ""]),
        (("就业517人。", "就业518人。"), ["", ""]),
        (("某项补贴。城镇新增就业517人。", "城镇新增就业518人。"), ["", ""]),
        (("某项补贴。城镇新增就业517人。", "某项补贴。城镇新增就业518人。"), ["", ""]),
        (("群众来信来访数86件，群众来信来访数共87件。", "群众来信来访数86件。"), ["", "", ""]),
    ],
)
def test_the_same_thing_with_two_numbers_in_two_paragraphs_is_told_only_when_certain(texts: tuple[str, ...], others: list[str]):
    assert [remark.other for remark in remarks(*texts)] == others


def test_of_two_numbers_the_one_that_is_a_fields_is_left_alone():
    fields = {"letters": Field(code="letters", label="群众来信来访", unit="件", kind="count")}
    found = compare(fields, {"letters": Decimal(86)}, {"a": "上级转办群众来信来访86件。", "b": "上级转办群众来信来访87件。"})
    assert [(item.verdict, item.other) for item in found] == [("equals", ""), ("elsewhere", "86件")]


def test_a_report_without_text_or_figures_has_no_remarks():
    assert remarks("", "《通知》", "\n\n") == []


def test_in_a_long_report_full_of_contradictions_each_is_named():
    found = remarks("支出完成率80%。\n" * 6000)
    assert [(item.verdict, item.field) for item in found] == [("contradicts", "execution_rate")] * MAX_FIGURES


@pytest.mark.parametrize("opening", ["部门整体", "单位整体", "2022年末", "2022年底", "全年末", "我局局本级"])
def test_an_opening_that_can_be_read_in_two_ways_is_read_once(opening: str):
    """Tried in every way, forty of them would never end."""
    found = remarks(f"{opening * 40}甲支出完成率80%。")

    assert [item.verdict for item in found if item.quantity.kind == "percent"] == ["unknown"]
