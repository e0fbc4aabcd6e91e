"""Expressions: decimals only, no value flows through, and what is not allowed is refused when it is read."""

from decimal import Decimal, localcontext

import pytest

from assessment.domain.errors import DomainError
from assessment.domain.expressions import NoValue, compile_expression, evaluate, holds, number

VALUES = {"a": Decimal("0.1"), "b": Decimal("0.2"), "zero": Decimal(0), "empty": NoValue("“甲”未填写"), "half": Decimal("2.5")}
ZERO_DENOMINATOR = NoValue("分母为 0，不适用")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b", Decimal("0.3")),
        ("a - b", Decimal("-0.1")),
        ("a * b", Decimal("0.02")),
        ("b / a", Decimal(2)),
        ("1 / 3", Decimal("0.3333333333333333333333333333")),
        ("-a", Decimal("-0.1")),
        ("abs(a - b)", Decimal("0.1")),
        ("sum(a, b, 0.3)", Decimal("0.6")),
        ("min(a, b)", Decimal("0.1")),
        ("max(a, b)", Decimal("0.2")),
        ("round(half)", Decimal(3)),
        ("round(0.125, 2)", Decimal("0.13")),
        ("a if a > b else b", Decimal("0.2")),
        ("(a +\n b)", Decimal("0.3")),
    ],
)
def test_an_expression_gives_an_exact_decimal(source, expected):
    assert number(source, VALUES) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b == 0.3", True),
        ("a != b", True),
        ("a < b and b <= 0.2", True),
        ("a > b or b >= 0.2", True),
        ("not a < b", False),
        ("0 < a < b", True),
        ("zero == 0 and b / a > 1", True),
        ("a > b and b / zero > 1", False),
        ("(a > b) if zero > 0 else (a < b)", True),
    ],
)
def test_a_condition_holds_or_not(source, expected):
    assert holds(source, VALUES) is expected


@pytest.mark.parametrize("source", ["a / zero", "zero / zero", "1 + a / zero", "sum(a, a / zero)", "a / zero if a < b else a"])
def test_a_zero_denominator_is_no_value_and_flows_through(source):
    assert number(source, VALUES) == ZERO_DENOMINATOR


def test_an_operand_without_value_gives_its_own_reason():
    assert number("a + empty", VALUES) == NoValue("“甲”未填写")


@pytest.mark.parametrize("source", ["empty > 0", "a / zero > 0", "not empty > 0"])
def test_what_cannot_be_decided_does_not_hold(source):
    assert holds(source, VALUES) is False


def test_the_precision_around_does_not_change_a_result():
    with localcontext() as context:
        context.prec = 3
        assert evaluate("1 / 3", {}) == Decimal("0.3333333333333333333333333333")


def test_names_are_listed_once_in_the_order_of_reading():
    compiled = compile_expression("carry_in + adjusted - final - sum(carry_in, abs(back))")

    assert compiled.names == ("carry_in", "adjusted", "final", "back")
    assert compiled.kind == "number"


def test_a_condition_is_not_a_number():
    with pytest.raises(DomainError) as refused:
        number("a > b", VALUES)
    assert str(refused.value) == "表达式应得出数值：a > b"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a +", "表达式无法解析：a +"),
        ("a\x00", "表达式无法解析：a\x00"),
        ("a; b", "表达式无法解析：a; b"),
        ("a.real", "表达式中不允许使用 Attribute"),
        ("[a][0]", "表达式中不允许使用 Subscript"),
        ("2 ** 100", "表达式中不允许使用 Pow"),
        ("a % b", "表达式中不允许使用 Mod"),
        ("a // b", "表达式中不允许使用 FloorDiv"),
        ("+a", "表达式中不允许使用 UAdd"),
        ("a in b", "表达式中不允许使用 In"),
        ("lambda: a", "表达式中不允许使用 Lambda"),
        ("(a for a in b)", "表达式中不允许使用 GeneratorExp"),
        ("max(*a)", "表达式中不允许使用 Starred"),
        ("f'{a}'", "表达式中不允许使用 JoinedStr"),
        ("'a'", "表达式中只允许使用数字"),
        ("True", "表达式中只允许使用数字"),
        ("None", "表达式中只允许使用数字"),
        ("1j", "表达式中只允许使用数字"),
        ("1e999", "表达式中只允许使用数字"),
        ("open(a)", "表达式中只能调用 sum、min、max、abs、round"),
        ("a.b(1)", "表达式中只能调用 sum、min、max、abs、round"),
        ("max(a, key=b)", "表达式中只能调用 sum、min、max、abs、round"),
        ("min()", "min 的参数个数不对"),
        ("abs(a, b)", "abs 的参数个数不对"),
        ("round(a, 1, 2)", "round 的参数个数不对"),
        ("round(a, 9)", "round 的位数应为 0 至 4"),
        ("round(a, b)", "round 的位数应为 0 至 4"),
        ("(a > b) + 1", "“a > b”应为数值"),
        ("-(a > b)", "“a > b”应为数值"),
        ("abs(not a > b)", "“not a > b”应为数值"),
        ("a == (a > b)", "“a > b”应为数值"),
        ("a and b > a", "“a”应为条件"),
        ("not a", "“a”应为条件"),
        ("1 if a else 2", "“a”应为条件"),
        ("1 if a > b else a > b", "“a > b”应为数值"),
        ("a > b if a > b else 1", "“1”应为条件"),
        ("+".join("a" * 22), "表达式嵌套超过 20 层"),
        ("a" * 501, "表达式超过 500 个字符"),
    ],
)
def test_what_is_not_allowed_is_named_when_it_is_read(source, message):
    with pytest.raises(DomainError) as refused:
        compile_expression(source)
    assert str(refused.value) == message
