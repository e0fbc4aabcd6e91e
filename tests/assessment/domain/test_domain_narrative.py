"""Text as typed, figures in its place, and the numbering of official documents."""

from decimal import Decimal

import pytest

from assessment.domain.figures import compute_values
from assessment.domain.narrative import chinese_number, outline, resolve, tidy, unknown_tokens
from assessment.domain.scheme import Section
from tests.factories_domain import TINY, tiny_scheme
from tests.reports.samples import demo_scheme


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一段\r\n二段\r三段\n四段", "一段\n二段\n三段\n四段"),
        ("\n\n一段\n\n\n二段\n", "一段\n二段"),
        ("\u3000\u3000首行缩进 \t\n \n", "首行缩进"),
        ("a\tb\x00\x07c", "a\tbc"),
        ("中间 空格\u3000不动", "中间 空格\u3000不动"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_text_is_kept_as_paragraphs(typed, kept):
    assert tidy(typed) == kept
    assert tidy(kept) == kept


VALUES = compute_values(tiny_scheme(), {"budget": Decimal("58796.5"), "spent": Decimal("56027.19"), "cases": Decimal(0)})


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("预算{{budget}}。", "预算58,796.50万元。"),
        ("完成率{{rate}}，问题{{cases}}。", "完成率95.29%，问题0个。"),
        ("{{ rate }}{{rate}}", "95.29%95.29%"),
        ("{{完成率}}和{{ 预算数 }}", "95.29%和58,796.50万元"),
        ("满意度{{content}}", "满意度【满意度未填】"),
        ("{{nothing}}不动", "{{nothing}}不动"),
        ("{{rate}和{rate}}", "{{rate}和{rate}}"),
        ("没有引用", "没有引用"),
    ],
)
def test_a_token_is_printed_as_its_figure_with_unit(text, printed):
    assert resolve(tiny_scheme(), text, VALUES) == printed


def test_a_derived_figure_without_value_is_printed_as_not_applicable():
    values = compute_values(tiny_scheme(), {"budget": Decimal(0), "spent": Decimal(0)})

    assert resolve(tiny_scheme(), "完成率{{rate}}", values) == "完成率不适用"


def test_a_derived_figure_that_cannot_be_computed_yet_says_what_is_missing():
    assert resolve(tiny_scheme(), "{{rate}}", compute_values(tiny_scheme(), {"budget": Decimal(1)})) == "【完成率：“决算数”未填写】"


def test_a_label_that_two_fields_share_names_neither():
    fields = [*TINY["groups"][0]["fields"], {"code": "last", "label": "决算数", "unit": "万元", "kind": "money"}]
    scheme = tiny_scheme(groups=[TINY["groups"][0] | {"fields": fields}])

    assert unknown_tokens(scheme, "{{决算数}}{{spent}}{{last}}{{预算数}}{{甲}}") == ["决算数", "甲"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "零"), (1, "一"), (9, "九"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_numbers_are_written_as_people_count(number, words):
    assert chinese_number(number) == words


def test_each_level_counts_for_itself_and_begins_again_below_the_next_heading():
    levels = [0, 1, 2, 2, 3, 3, 4, 4, 3, 4, 2, 3, 1, 2, 4]
    sections = [Section(code=f"s{place}", level=level) for place, level in enumerate(levels)]

    assert [heading.number for heading in outline(sections)] == [
        "", "一、", "（一）", "（二）", "1.", "2.", "（1）", "（2）", "3.", "（1）", "（三）", "1.", "二、", "（一）", "（1）",
    ]  # fmt: skip


def test_the_outline_of_the_shipped_scheme_is_numbered_as_the_report():
    numbered = [f"{heading.number}{heading.section.heading}" for heading in outline(demo_scheme().sections)]

    assert numbered[:4] == ["", "一、单位基本情况", "（一）单位机构设置、部门职能情况", "（二）年度总体工作和重点工作任务"]
    assert numbered[-7:] == [
        "（二）部门整体支出绩效指标分析",
        "1.预算编制情况",
        "2.预算执行情况",
        "3.预算监督情况",
        "4.预算使用效益",
        "（三）部门整体支出绩效管理存在问题",
        "（四）改进措施",
    ]


def test_spaces_and_line_ends_of_copied_texts_become_plain_ones() -> None:
    assert tidy("一\u2003二\u202f三\u2028四\u2029\u2009五") == "一 二 三\n四\n五"


def test_what_cannot_be_seen_in_copied_texts_is_left_out() -> None:
    assert tidy("\u00a0一\u00a0二\u00ad三\u200b四\u2060五\ufeff") == "一 二三四五"
