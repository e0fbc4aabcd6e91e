"""Rows that a unit sets itself: the scheme completed with them, and what stands against them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assessment.domain.own_rows import OwnRow, RowFault, complete, new_key, own_code, row_faults
from assessment.domain.rules import Deviation, Judgement, Level, Target
from tests.factories_domain import PROPORTIONAL, own_group, tiny_scheme

LEVELS = [
    {"code": "good", "label": "达成", "low": "0.8", "high": "1"},
    {"code": "poor", "label": "未达成", "low": "0", "high": "0.8"},
]
KINDS = ["数量指标", "质量指标", "成本指标"]
BUILT = OwnRow("own_1", "own", "新建机房", Decimal(60), "数量指标", "at_least", Decimal(2), Decimal(2), "个")
LIKED = OwnRow("own_2", "own", "群众认可", Decimal(40), "质量指标", aim="群众普遍认可")


def scheme_of(**own):
    top = {"code": "spending", "label": "执行", "points": "10", "rule": PROPORTIONAL}
    return tiny_scheme(indicators=[{"code": "all", "label": "全部", "points": "100", "children": [top, own_group("90", **own)]}])


def shape_of(item):
    """Labels and points as a tree."""
    return (item.code, item.label, str(item.points), [shape_of(child) for child in item.children])


def test_a_scheme_without_own_groups_is_its_own_completion():
    scheme = tiny_scheme()

    assert complete(scheme, [BUILT]) is scheme


def test_rows_stand_under_their_kinds_in_the_order_of_the_scheme():
    rows = [LIKED, BUILT, replace(BUILT, code="own_3", label="培训", points=Decimal("0.5")), replace(BUILT, code="own_4", group="other")]
    whole = complete(scheme_of(kinds=KINDS, levels=LEVELS), rows)

    assert [shape_of(top) for top in whole.indicators] == [
        (
            "all",
            "全部",
            "100",
            [
                ("spending", "执行", "10", []),
                (
                    "own",
                    "产出",
                    "90",
                    [
                        ("own_kind_1_1", "数量指标", "60.5", [("own_1", "新建机房", "60", []), ("own_3", "培训", "0.5", [])]),
                        ("own_kind_1_2", "质量指标", "40", [("own_2", "群众认可", "40", [])]),
                    ],
                ),
            ],
        )
    ]
    assert list(whole.scored) == ["spending", "own_1", "own_3", "own_2"]
    assert [[item.code for item in path] for path in whole.rows][1] == ["all", "own", "own_kind_1_1", "own_1"]


def test_rows_stand_straight_under_a_group_without_kinds():
    whole = complete(scheme_of(), [replace(BUILT, kind=""), replace(BUILT, code="own_5", label="另一项")])

    assert [item.code for item in whole.own_groups["own"].children] == ["own_1", "own_5"]


def test_a_row_of_a_kind_that_is_not_there_stands_nowhere():
    assert list(complete(scheme_of(kinds=KINDS), [replace(BUILT, kind="")]).scored) == ["spending"]


def test_kinds_of_two_groups_whose_codes_begin_alike_have_codes_of_their_own():
    codes = ["o" * 47 + end for end in "ab"]
    groups = [own_group("50", kinds=KINDS) | {"code": code} for code in codes]
    whole = complete(tiny_scheme(indicators=groups), [replace(BUILT, group=code, code=f"own_{n}") for n, code in enumerate(codes, start=1)])

    assert [[item.code for item in whole.own_groups[code].children] for code in codes] == [["own_kind_1_1"], ["own_kind_2_1"]]


def test_nothing_else_of_the_scheme_changes():
    scheme = scheme_of(levels=LEVELS)
    whole = complete(scheme, [BUILT, LIKED])

    assert whole.model_copy(update={"indicators": scheme.indicators}) == scheme
    assert scheme.own_groups["own"].children == ()
    assert list(scheme.scored) == ["spending"]


def test_a_row_with_a_target_is_measured_and_one_with_an_aim_is_judged():
    scheme = scheme_of(levels=LEVELS, deviation={"ratio": "1.3", "points": "2"})
    group = scheme.own_groups["own"].model_copy(update={"evidence": "台账"})
    scheme = scheme.model_copy(update={"indicators": (group,)})
    measured, judged = (row for path in complete(scheme, [BUILT, LIKED]).rows for row in path if not row.children)
    deviation = Deviation(ratio=Decimal("1.3"), points=Decimal(2))

    assert measured.rule == Target(
        shape="target", direction="at_least", target=Decimal(2), actual=Decimal(2), unit="个", deviation=deviation
    )
    assert judged.rule == Judgement(shape="judgement", levels=tuple(Level.model_validate(level) for level in LEVELS))
    assert [(row.label, row.points, row.basis, row.evidence) for row in (measured, judged)] == [
        ("新建机房", Decimal(60), "", "台账"),
        ("群众认可", Decimal(40), "预期目标：群众普遍认可", "台账"),
    ]


def test_a_row_with_both_a_target_and_an_aim_is_measured():
    both = replace(BUILT, aim="如期建成")

    assert (both.quality, BUILT.quality, LIKED.quality, replace(LIKED, aim="").quality) == (False, False, True, False)
    assert complete(scheme_of(levels=LEVELS), [both]).scored["own_1"].basis == ""


def test_a_row_with_an_aim_waits_for_a_target_where_the_group_judges_by_no_levels():
    rule = complete(scheme_of(), [LIKED]).scored["own_2"].rule

    assert rule == Target(shape="target", direction="at_least", target=None, actual=None, unit="", deviation=None)


def test_a_new_row_is_called_by_its_group_and_place_and_never_as_a_stored_one():
    assert [new_key("effect", number) for number in (1, 2)] == ["new_effect_1", "new_effect_2"]
    assert not new_key("own", 1).startswith(own_code(1)[:4])


def test_the_codes_of_own_rows_have_their_prefix():
    assert own_code(12) == "own_12"


ALL_90 = [replace(BUILT, points=Decimal(50)), LIKED]


@pytest.mark.parametrize(
    ("own", "rows", "expected"),
    [
        ({"levels": LEVELS, "kinds": KINDS}, ALL_90, []),
        ({"levels": LEVELS}, ALL_90, []),
        ({}, [], [RowFault("own", "“产出”应至少自设 1 项指标，现有 0 项", "请补充指标", none=True)]),
        ({"minimum": "0"}, [], [RowFault("own", "“产出”自设指标合计 0 分，应为 90 分", "请调整各项分值")]),
        ({"minimum": "3", "levels": LEVELS}, ALL_90, [RowFault("own", "“产出”应至少自设 3 项指标，现有 2 项", "请补充指标")]),
        ({"minimum": "2", "levels": LEVELS}, ALL_90, []),
        ({"levels": LEVELS}, [BUILT, LIKED], [RowFault("own", "“产出”自设指标合计 100 分，应为 90 分", "请调整各项分值")]),
        (
            {"levels": LEVELS},
            [replace(BUILT, points=Decimal("49.99")), LIKED],
            [RowFault("own", "“产出”自设指标合计 89.99 分，应为 90 分", "请调整各项分值")],
        ),
    ],
)
def test_a_group_has_rows_enough_that_make_up_its_points(own, rows, expected):
    assert list(row_faults(scheme_of(**own), rows)) == expected


def one(**changes):
    return replace(BUILT, points=Decimal(90), **changes)


NO_TARGET = RowFault("own_1", "“新建机房”没有填写指标值", "请填写指标值；不能量化的写明预期目标")
NO_ACTUAL = RowFault("own_1", "“新建机房”没有填写实际完成值", "请填写实际完成值")
ZERO = RowFault("own_1", "“新建机房”的指标值不大于 0，任何结果都算完成", "请填写大于 0 的指标值，或改为“≤”“=”")


@pytest.mark.parametrize(
    ("own", "row", "expected"),
    [
        ({"kinds": KINDS}, one(), []),
        ({"kinds": KINDS}, one(kind=""), [RowFault("own_1", "“新建机房”没有选择类别", "请选择数量指标、质量指标、成本指标之一")]),
        ({"kinds": KINDS}, one(kind="数目"), [RowFault("own_1", "“新建机房”没有选择类别", "请选择数量指标、质量指标、成本指标之一")]),
        ({}, one(kind="数目"), []),
        ({}, one(target=None), [NO_TARGET]),
        ({}, one(target=None, actual=None), [NO_TARGET]),
        ({}, one(actual=None), [NO_ACTUAL]),
        ({}, one(target=Decimal(0)), [ZERO]),
        ({}, one(target=Decimal(0), actual=None), [ZERO]),
        ({}, one(target=Decimal(0), direction="at_most"), []),
        ({}, one(target=Decimal(0), direction="equals"), []),
        ({}, one(target=Decimal(-1)), [ZERO]),
        ({}, one(actual=Decimal(0)), []),
        (
            {},
            one(target=None, aim="如期建成"),
            [RowFault("own_1", "“新建机房”没有可量化的指标值", "这一组指标须填写数值指标值")],
        ),
        ({"levels": LEVELS}, one(target=None, actual=None, aim="如期建成"), []),
    ],
)
def test_a_row_has_a_kind_a_target_and_what_was_reached(own, row, expected):
    assert list(row_faults(scheme_of(**own), [row])) == expected


def test_points_of_a_row_are_above_nothing_even_where_the_sum_is_right():
    rows = [one(code="own_1"), one(code="own_2", label="倒扣"), one(code="own_3", label="空项")]
    rows[1], rows[2] = replace(rows[1], points=Decimal(-10)), replace(rows[2], points=Decimal(0))
    rows.append(replace(rows[0], code="own_4", points=Decimal(10)))

    assert list(row_faults(scheme_of(), rows)) == [
        RowFault("own_2", "“倒扣”的分值应大于 0", "请调整分值"),
        RowFault("own_3", "“空项”的分值应大于 0", "请调整分值"),
    ]


def test_a_code_stands_for_one_row():
    rows = [one(), *[replace(BUILT, points=Decimal(0))] * 2]

    assert next(iter(row_faults(scheme_of(), rows))) == RowFault("own_1", "自设指标的编号“own_1”重复", "每项指标的编号应不同")


def test_a_scheme_without_own_groups_asks_for_nothing():
    assert list(row_faults(tiny_scheme(), [])) == []
