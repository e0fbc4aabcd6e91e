"""Expressions: decimals only, no value flows through, and what is not allowed is refused when it is read."""

from decimal import Decimal, localcontext

import pytest

from assessment.domain.errors import DomainError
from assessment.domain.expressions import NoValue, compile_expression, divides_by_nothing, evaluate, holds, number, round_half_up

MISSING = NoValue("“甲”未填写", missing=True)
ZERO_DENOMINATOR = NoValue("分母为 0，不适用")
TOO_LARGE = NoValue("计算结果过大，请核对数据", missing=True)
VALUES = {
    "a": Decimal("0.1"),
    "b": Decimal("0.2"),
    "zero": Decimal(0),
    "half": Decimal("2.5"),
    "big": Decimal("99999999999"),
    "edge": Decimal(10) ** 20,
    "max": Decimal(7),
    "empty": MISSING,
    "never": NoValue("没有值"),
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b", "0.3"),
        ("a - b", "-0.1"),
        ("a * b", "0.02"),
        ("b / a", "2"),
        ("a / (a - b)", "-1"),
        ("1 / 3", "0.3333333333333333333333333333"),
        ("2 / 3", "0.6666666666666666666666666667"),
        ("-a", "-0.1"),
        ("-(a - b)", "0.1"),
        ("a - (b - a)", "0"),
        ("half / (a * b)", "125"),
        ("a + b * half", "0.6"),
        ("(a + b) * half", "0.75"),
        ("abs(a - b)", "0.1"),
        ("abs(b)", "0.2"),
        ("sum(a, b, 0.3)", "0.6"),
        ("sum(a)", "0.1"),
        ("min(a, b)", "0.1"),
        ("min(b, a, half)", "0.1"),
        ("min(a)", "0.1"),
        ("max(a, b)", "0.2"),
        ("max(a)", "0.1"),
        ("max + max(a, b)", "7.2"),
        ("round(half)", "3"),
        ("round(-half)", "-3"),
        ("round(half, 0)", "3"),
        ("round(0.125, 2)", "0.13"),
        ("round(0.12345, 4)", "0.1235"),
        ("round(1)", "1"),
        ("a if a > b else b", "0.2"),
        ("a if a < b else b", "0.1"),
        ("(a +\n b)", "0.3"),
        ("  a ", "0.1"),
        ("0.1 + 0.2", "0.3"),
        ("1000000000000", "1000000000000"),
        ("123456789.012345", "123456789.012345"),
    ],
)
def test_an_expression_gives_an_exact_decimal(source, expected):
    result = number(source, VALUES)

    assert (type(result), result) == (Decimal, Decimal(expected))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b == 0.3", True),
        ("a == b", False),
        ("a != b", True),
        ("a != a", False),
        ("a < b and b <= 0.2", True),
        ("a < a", False),
        ("b <= a", False),
        ("a > b or b >= 0.2", True),
        ("a > a", False),
        ("a >= b", False),
        ("not a < b", False),
        ("not (a > b or b > half)", True),
        ("0 < a < b", True),
        ("0 < b < a", False),
        ("a < b and b < half and half > zero", True),
        ("(a > b) if zero > 0 else (a < b)", True),
        ("a", False),
        ("1", False),
    ],
)
def test_a_condition_holds_or_not(source, expected):
    assert holds(source, VALUES) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a > b and b / zero > 1", False),
        ("b < a < b / zero", False),
        ("a < b or b / zero > 1", True),
        ("1 == (a if a < b else a / zero) * 10", True),
        ("1 == (a / zero if a > b else a) * 10", True),
    ],
)
def test_what_need_not_be_known_is_not_asked_for(source, expected):
    assert evaluate(source, VALUES) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a / zero", ZERO_DENOMINATOR),
        ("zero / zero", ZERO_DENOMINATOR),
        ("1 + a / zero", ZERO_DENOMINATOR),
        ("-(a / (a - a))", ZERO_DENOMINATOR),
        ("sum(a, a / zero)", ZERO_DENOMINATOR),
        ("a / zero if a < b else a", ZERO_DENOMINATOR),
        ("a if a / zero > 1 else a", ZERO_DENOMINATOR),
        ("b / zero > 1 or a < b", ZERO_DENOMINATOR),
        ("not a / zero > 1", ZERO_DENOMINATOR),
        ("empty", MISSING),
        ("a + empty", MISSING),
        ("empty / zero", MISSING),
        ("a / zero + empty", ZERO_DENOMINATOR),
        ("never + empty", NoValue("没有值")),
        ("empty + never", MISSING),
        ("empty > 0", MISSING),
        ("max(a, empty)", MISSING),
    ],
)
def test_no_value_flows_through_and_the_first_one_says_why(source, expected):
    assert evaluate(source, VALUES) == expected


@pytest.mark.parametrize("source", ["empty > 0", "a / zero > 0", "not empty > 0", "empty > 0 or a < b"])
def test_what_cannot_be_decided_does_not_hold(source):
    assert holds(source, VALUES) is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("edge", Decimal(10) ** 20),
        ("-edge", -(Decimal(10) ** 20)),
        ("edge + 1", TOO_LARGE),
        ("-edge - 1", TOO_LARGE),
        ("big * big", TOO_LARGE),
        ("round(big * big * big)", TOO_LARGE),
        ("big * big > 1", True),
        ("1 / 1e-300 / 1e-300", TOO_LARGE),
    ],
)
def test_a_result_too_large_for_a_figure_waits_for_other_figures(source, expected):
    assert evaluate(source, VALUES) == expected


def test_the_last_place_that_counts_is_the_59th():
    tiny = number("1 / (big * big * big * big) / big", VALUES)

    assert f"{tiny:f}" == "0.00000000000000000000000000000000000000000000000000000010000"
    assert (number("1e-300", VALUES), number("1e-59", VALUES)) == (Decimal(0), Decimal("1E-59"))


def test_the_precision_around_does_not_change_a_result():
    with localcontext() as context:
        context.prec = 3
        assert evaluate("1 / 3", {}) == Decimal("0.3333333333333333333333333333")


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("0.5", 0, "1"), ("-0.5", 0, "-1"), ("0.49", 0, "0"), ("0.005", 2, "0.01"), ("0.0049", 2, "0.00"), ("2.5", 2, "2.50")],
)
def test_a_half_is_rounded_away_from_nothing(value, places, expected):
    assert str(round_half_up(Decimal(value), Decimal(places))) == expected


def test_a_whole_number_is_what_rounding_gives_by_itself():
    assert str(round_half_up(Decimal("2.5"))) == "3"


def test_names_are_listed_once_in_the_order_of_reading():
    compiled = compile_expression("carry_in + adjusted - final - sum(carry_in, abs(back))")

    assert compiled.names == ("carry_in", "adjusted", "final", "back")
    assert compiled.source == "carry_in + adjusted - final - sum(carry_in, abs(back))"
    assert compile_expression("(b +\n a)").names == ("b", "a")
    assert compile_expression("a / b if c > d else e").names == ("a", "b", "c", "d", "e")
    assert compile_expression("max + max(a)").names == ("max", "a")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("a", "number"),
        ("1", "number"),
        ("-a", "number"),
        ("a * b", "number"),
        ("round(a, 2)", "number"),
        ("a if a > b else b", "number"),
        ("a > b", "condition"),
        ("not a > b", "condition"),
        ("a > b and a < b", "condition"),
        ("a > b if a < b else a == b", "condition"),
    ],
)
def test_an_expression_gives_a_number_or_a_condition(source, kind):
    assert compile_expression(source).kind == kind


def test_a_condition_is_not_a_number():
    with pytest.raises(DomainError) as refused:
        number("a > b", VALUES)
    assert str(refused.value) == "表达式应得出数值：a > b"


FUNCTIONS = "表达式中只能调用 sum、min、max、abs、round"
ROUND = "round 的位数应为 0 至 4"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）："),
        ("a +", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：a +"),
        ("a\x00", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：a\x00"),
        ("a\ud800", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：a\ud800"),
        ("a; b", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：a; b"),
        ("a = b", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：a = b"),
        ("预算 ÷ 决算", "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：预算 ÷ 决算"),
        ("(" * 250, "表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：" + "(" * 250),
        ("a.real", "表达式中不允许使用 Attribute"),
        ("[a][0]", "表达式中不允许使用 Subscript"),
        ("{a}", "表达式中不允许使用 Set"),
        ("2 ** 100", "表达式中不允许使用 Pow"),
        ("a % b", "表达式中不允许使用 Mod"),
        ("a // b", "表达式中不允许使用 FloorDiv"),
        ("a << b", "表达式中不允许使用 LShift"),
        ("a & b", "表达式中不允许使用 BitAnd"),
        ("+a", "表达式中不允许使用 UAdd"),
        ("~a", "表达式中不允许使用 Invert"),
        ("a in b", "表达式中不允许使用 In"),
        ("a is b", "表达式中不允许使用 Is"),
        ("(a := b)", "表达式中不允许使用 NamedExpr"),
        ("lambda: a", "表达式中不允许使用 Lambda"),
        ("(a for a in b)", "表达式中不允许使用 GeneratorExp"),
        ("max(*a)", "表达式中不允许使用 Starred"),
        ("f'{a}'", "表达式中不允许使用 JoinedStr"),
        ("'a'", "表达式中只允许使用数字"),
        ("b'a'", "表达式中只允许使用数字"),
        ("...", "表达式中只允许使用数字"),
        ("True", "表达式中只允许使用数字"),
        ("None", "表达式中只允许使用数字"),
        ("1j", "表达式中只允许使用数字"),
        ("1e999", "表达式中只允许使用数字"),
        ("1000000000001", "表达式中的数字过大"),
        ("a * 1e13", "表达式中的数字过大"),
        ("9" * 400, "表达式中的数字过大"),
        ("open(a)", FUNCTIONS),
        ("a(b)", FUNCTIONS),
        ("a.b(1)", FUNCTIONS),
        ("max(a, key=b)", FUNCTIONS),
        ("min()", "min 的参数个数不对"),
        ("sum()", "sum 的参数个数不对"),
        ("abs()", "abs 的参数个数不对"),
        ("abs(a, b)", "abs 的参数个数不对"),
        ("round()", "round 的参数个数不对"),
        ("round(a, 1, 2)", "round 的参数个数不对"),
        ("round(a, 5)", ROUND),
        ("round(a, -1)", ROUND),
        ("round(a, 1.5)", ROUND),
        ("round(a, b)", ROUND),
        ("(a > b) + 1", "“a > b”应为数值"),
        ("-(a > b)", "“a > b”应为数值"),
        ("abs(not a > b)", "“not a > b”应为数值"),
        ("a == (a > b)", "“a > b”应为数值"),
        ("(a > b) == a", "“a > b”应为数值"),
        ("a and b > a", "“a”应为条件"),
        ("b > a or a", "“a”应为条件"),
        ("not a", "“a”应为条件"),
        ("1 if a else 2", "“a”应为条件"),
        ("1 if a > b else a > b", "“a > b”应为数值"),
        ("a > b if a > b else 1", "“1”应为条件"),
        ("+".join("a" * 21), "表达式嵌套超过 20 层（多项相加请用 sum）"),
        ("a" * 501, "表达式超过 500 个字符"),
    ],
)
def test_what_is_not_allowed_is_named_when_it_is_read(source, message):
    with pytest.raises(DomainError) as refused:
        compile_expression(source)
    assert str(refused.value) == message


def test_an_expression_may_be_just_as_deep_and_as_long_as_the_limits_say():
    assert compile_expression("+".join("a" * 20)).names == ("a",)
    assert compile_expression("a" * 500).names == ("a" * 500,)
    assert compile_expression(f"sum({','.join('a' * 240)})").names == ("a",)


@pytest.mark.parametrize(
    ("source", "nothing"),
    [
        ("a", False),
        ("a / b", False),
        ("a / 2", False),
        ("1 / a", False),
        ("1 / a / (b + 1)", False),
        ("a / 0", True),
        ("1 + a / 0", True),
        ("a / (b - b)", True),
        ("a / (b * 0)", True),
        ("a / (b - a + a - b)", True),
        ("a / b / (c - c)", True),
        ("sum(a / b, 1 / (a - a))", True),
        ("a / (b - c)", False),
        ("a / (b - 7)", False),
        ("a / (a - 7)", False),
        ("a / (10 * a - 7 * b)", False),
        ("a / (7 * a - 10 * b)", False),
        ("a / round(b / 1000)", False),
        ("a / max(b - 100, 0)", False),
        ("a / min(b - 1, 0)", False),
        ("a / (b / (c - c))", True),
        (f"a / (b - sum({','.join('a' * 230)}))", False),
        (f"a / (b - b + 0 * sum({','.join('a' * 220)}))", True),
    ],
)
def test_a_divisor_that_is_always_nothing_is_found(source, nothing):
    assert divides_by_nothing(source) is nothing
