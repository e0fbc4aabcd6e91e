"""Explained scores: inputs, rule, steps, result and what would give full marks, for every shape."""

from decimal import Decimal

import pytest

from assessment.domain.explaining import Explanation, Input, explain, rule_in_words
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Answer
from assessment.domain.scoring import score
from tests.factories_domain import derived_scheme, make_row, tiny_scheme

SCHEME = derived_scheme()
FIGURES = {"opening": Decimal(80), "added": Decimal(20), "spent": Decimal("47.5"), "last": Decimal(40)}
VALUES = compute_values(SCHEME, FIGURES)
ITEMS = [
    {"code": "made", "label": "有制度", "points": "6"},
    {"code": "kept", "label": "已执行", "points": "3.5"},
    {"code": "told", "label": "已公开", "points": "0.5"},
]
LEVELS = [
    {"code": "good", "label": "达成", "low": "0.8", "high": "1"},
    {"code": "poor", "label": "未达成", "low": "0", "high": "0.8"},
]
BANDS = [{"limit": "0.1", "points": "10"}, {"limit": "0.2", "points": "5.5"}]
GOAL = {"shape": "target", "direction": "at_least", "target": "90", "actual": "45", "unit": "%", "deviation": None}
RULES = {
    "proportional": {"shape": "proportional", "value": "rate", "full_at": "0.95"},
    "from a floor": {"shape": "proportional", "value": "rate", "full_at": "0.95", "none_below": "0.3"},
    "reverse": {"shape": "reverse", "value": "spent", "full_at": "45.5"},
    "bands up to": {"shape": "bands", "value": "rate", "direction": "at_most", "bands": BANDS, "otherwise": "0"},
    "bands from": {"shape": "bands", "value": "rate", "direction": "at_least", "bands": BANDS[::-1], "otherwise": "1"},
    "no band is best": {
        "shape": "bands", "value": "rate", "direction": "at_least", "bands": [{"limit": "0.2", "points": "2"}], "otherwise": "10",
    },
    "deduction": {"shape": "deduction", "value": "spent - last", "step": "0.5", "counted": "例"},
    "lateness": {"shape": "lateness", "value": "spent - last", "step": "0.5"},
    "too late": {"shape": "lateness", "value": "spent - last", "step": "0.5", "none_after": "5"},
    "over": {"shape": "per_point", "value": "spent / last", "direction": "over", "full_if": "1", "step": "0.1"},
    "under": {"shape": "per_point", "value": "rate", "direction": "under", "full_if": "0.9", "step": "0.1"},
    "three states": {"shape": "three_state", "value": "spent", "last": "last", "none": "10", "not_more": "6.5", "more": "0"},
    "checklist": {"shape": "checklist", "items": ITEMS},
    "yes or no": {"shape": "yes_no", "statement": "报送与公开一致"},
    "judgement": {"shape": "judgement", "levels": LEVELS},
    "target": GOAL,
    "target up to": GOAL | {"direction": "at_most", "target": "40", "unit": "万元"},
    "target of": GOAL | {"direction": "equals", "deviation": {"ratio": "1.3", "points": "2"}},
    "target with deviation": GOAL | {"deviation": {"ratio": "1.3", "points": "2"}},
    "no target yet": GOAL | {"target": None},
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("proportional", "达到 95% 得满分，不足的按比例得分"),
        ("from a floor", "达到 95% 得满分，不足的按比例得分，低于 30% 不得分"),
        ("reverse", "不超过 45.5万元 得满分，超过的按反比例得分"),
        ("bands up to", "≤10% 得 10 分；≤20% 得 5.5 分；其余得 0 分"),
        ("bands from", "≥20% 得 5.5 分；≥10% 得 10 分；其余得 1 分"),
        ("deduction", "每例扣 0.5 分，扣完为止"),
        ("lateness", "按时得满分，每迟 1 天扣 0.5 分，扣完为止"),
        ("too late", "按时得满分，每迟 1 天扣 0.5 分，扣完为止；超过 5 天不得分"),
        ("over", "不超过 100% 得满分，每超 1 个百分点扣 0.1 分，扣完为止"),
        ("under", "不低于 90% 得满分，每低 1 个百分点扣 0.1 分，扣完为止"),
        ("three states", "没有发生得 10 分；不多于上年得 6.5 分；多于上年得 0 分"),
        ("checklist", "有制度（6 分）；已执行（3.5 分）；已公开（0.5 分）"),
        ("yes or no", "报送与公开一致：是得满分，否不得分"),
        ("judgement", "达成得 100%—80% 的分值；未达成得 80%—0% 的分值"),
        ("target", "指标值 ≥ 90%；完成得满分，未完成按实际值 ÷ 指标值的比例得分"),
        ("target up to", "指标值 ≤ 40万元；完成得满分，未完成按指标值 ÷ 实际值的比例得分"),
        ("target of", "指标值 = 90%；完成得满分，未完成按两者中较小值 ÷ 较大值的比例得分"),
        (
            "target with deviation",
            "指标值 ≥ 90%；完成得满分，未完成按实际值 ÷ 指标值的比例得分；达到指标值的 130% 以上而不说明原因的扣 2 分",
        ),
        ("no target yet", "指标值 ≥ 未填；完成得满分，未完成按实际值 ÷ 指标值的比例得分"),
    ],
)
def test_a_rule_is_told_in_words(rule, words):
    assert rule_in_words(SCHEME, make_row(RULES[rule])) == words


def test_a_group_has_no_rule_to_tell():
    assert rule_in_words(tiny_scheme(), tiny_scheme().indicators[0]) == ""


def explained(rule, answer=None, values=VALUES, scheme=SCHEME, **changes):
    row, answer = make_row(RULES[rule], **changes), answer or Answer()
    return explain(scheme, row, values, answer, score(scheme, row, values, answer))


@pytest.mark.parametrize(
    ("rule", "chosen", "result", "best"),
    [
        ("proportional", "", "测算得 5 分", "完成率达到 95% 得满分"),
        ("reverse", "", "测算得 9.58 分", "决算数不超过 45.5万元 得满分"),
        ("bands up to", "", "测算得 0 分", "完成率 ≤ 10% 得最高的 10 分"),
        ("bands from", "", "测算得 5.5 分", "完成率 ≥ 10% 得最高的 10 分"),
        ("no band is best", "", "测算得 2 分", "完成率在各档界限之外得分最高"),
        ("deduction", "", "测算得 6.25 分", "决算数 − 上年决算数为 0 得满分"),
        ("lateness", "", "测算得 6.25 分", "按时得满分"),
        ("too late", "", "测算得 0 分", "按时得满分"),
        ("over", "", "测算得 8.13 分", "决算数 ÷ 上年决算数不超过 100% 得满分"),
        ("under", "", "测算得 5.75 分", "完成率不低于 90% 得满分"),
        ("three states", "", "测算得 0 分", "决算数为 0 得满分"),
        ("checklist", "kept", "测算得 3.5 分", "还须符合：有制度（6 分）；已公开（0.5 分）"),
        ("checklist", "made kept told", "测算得 10 分", ""),
        ("yes or no", "no", "测算得 0 分", "报送与公开一致：选“是”得满分"),
        ("yes or no", "", "还不能测算", "报送与公开一致：选“是”得满分"),
        ("yes or no", "yes", "测算得 10 分", ""),
        ("judgement", "", "还不能测算", "评判为“达成”的可得满分"),
        ("judgement", "poor", "0 至 8 分，在此范围内评定", "评判为“达成”的可得满分"),
        ("target", "", "测算得 5 分", "实际完成值 ≥ 90% 得满分"),
        ("target up to", "", "测算得 8.89 分", "实际完成值 ≤ 40万元 得满分"),
        ("target of", "", "测算得 5 分", "实际完成值 = 90% 得满分"),
        ("target with deviation", "", "测算得 5 分", "实际完成值 ≥ 90% 得满分；明显超过指标值的，说明原因"),
        ("no target yet", "", "还不能测算", "填写指标值后才能测算"),
    ],
)
def test_the_result_and_what_would_give_full_marks_are_told(rule, chosen, result, best):
    told = explained(rule, Answer(frozenset(chosen.split())))

    assert (told.result, told.best) == (result, best)


TYPED = (Input("spent", "决算数", "47.50万元"), Input("opening", "年初预算", "80.00万元"), Input("added", "追加预算", "20.00万元"))
TOTAL = "预算合计 = 年初预算 + 追加预算 = 80.00万元 + 20.00万元 = 100.00万元"
RATE = "完成率 = 决算数 ÷ 预算合计 = 47.50万元 ÷ 100.00万元 = 47.50%"


def test_an_explanation_goes_from_the_typed_figures_to_the_points():
    assert explained("proportional") == Explanation(
        inputs=TYPED,
        rule="达到 95% 得满分，不足的按比例得分",
        steps=(TOTAL, RATE, "47.50%，未达 95%，按比例得分：10 × 47.50% ÷ 95%"),
        result="测算得 5 分",
        best="完成率达到 95% 得满分",
    )


def test_an_expression_of_the_rule_is_written_out_and_no_line_comes_twice():
    row = make_row({"shape": "three_state", "value": "spent / total", "last": "last / total", "none": "10", "not_more": "5", "more": "0"})
    told = explain(SCHEME, row, VALUES, Answer(), score(SCHEME, row, VALUES, Answer()))

    assert told.inputs == (*TYPED, Input("last", "上年决算数", "40.00万元"))
    assert told.steps == (
        TOTAL,
        "决算数 ÷ 预算合计 = 47.50万元 ÷ 100.00万元",
        "上年决算数 ÷ 预算合计 = 40.00万元 ÷ 100.00万元",
        "本年 47.50%，多于上年 40.00%，得 0 分",
    )


def test_a_rule_that_measures_nothing_has_no_inputs():
    assert explained("yes or no", Answer(frozenset({"no"}))) == Explanation(
        (), "报送与公开一致：是得满分，否不得分", ("否，不得分",), "测算得 0 分", "报送与公开一致：选“是”得满分"
    )


def test_missing_figures_are_named_and_the_way_to_full_marks_stays():
    told = explained("proportional", values=compute_values(SCHEME, {"spent": Decimal("47.5")}))

    assert told.inputs == (TYPED[0], Input("opening", "年初预算", ""), Input("added", "追加预算", ""))
    assert told.steps == (
        "预算合计 = 年初预算 + 追加预算 = 未填 + 未填 = “年初预算”未填写",
        "完成率 = 决算数 ÷ 预算合计 = 47.50万元 ÷ 未填 = “年初预算”未填写",
        "“年初预算”未填写",
    )
    assert (told.result, told.best) == ("还不能测算", "完成率达到 95% 得满分")


ZERO = compute_values(SCHEME, FIGURES | {"opening": Decimal(0), "added": Decimal(0)})


@pytest.mark.parametrize(
    ("treatment", "last", "result"),
    [
        ("full", "分母为 0，不适用，按满分计", "测算得 10 分"),
        ("removed", "分母为 0，不适用，本项不计分，其余各项折算为满分", "不计分"),
    ],
)
def test_a_row_that_does_not_apply_asks_for_nothing_more(treatment, last, result):
    told = explained("proportional", values=ZERO, scheme=derived_scheme(not_applicable=treatment))

    assert (told.steps[-1], told.result, told.best) == (last, result, "")


def test_an_alternative_takes_the_place_of_the_rule_and_is_told_with_its_reason():
    instead = {"when": "total == 0", "points": "2.5", "reason": "没有预算"}
    told = explained("proportional", values=ZERO, alternatives=[instead])

    assert (told.steps[-1], told.result, told.best) == ("没有预算", "测算得 2.5 分", "完成率达到 95% 得满分")
