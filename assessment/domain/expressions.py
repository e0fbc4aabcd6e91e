"""Expressions of a scheme: simpleeval over ``Decimal`` only, with "no value" flowing through.

An expression may use field codes, decimal numbers, ``+ - * /``, comparisons, ``and or not``, ``a if b else c`` and the
functions of ``FUNCTIONS``. Everything else is refused when the scheme is read, before anything is evaluated.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from typing import Any, Literal, cast
from zlib import crc32

from simpleeval import SimpleEval

from assessment.domain.errors import DomainError

MAX_LENGTH = 500
MAX_DEPTH = 20
MAX_CONSTANT = 10**12  # a constant of three hundred digits would overflow the first figure it meets
#: The last place that counts is 1E-59, which an exchange file can still hold.
CONTEXT = Context(prec=28, rounding=ROUND_HALF_UP, Emin=-32)
LARGEST = Decimal(10) ** 20  # what is larger could be neither shown nor rounded to 0.01


@dataclass(frozen=True)
class NoValue:
    """There is no value, and ``reason`` says why: 未填写 while something is ``missing``, otherwise 不适用 for good."""

    reason: str
    missing: bool = False


Value = Decimal | NoValue
Result = Value | bool
#: Waits for other figures: a product of products is no reason for full marks.
TOO_LARGE = NoValue("计算结果过大，请核对数据", missing=True)

ALLOWED = (
    ast.Expression, ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Call,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.Not, ast.And, ast.Or,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip


Kind = Literal["number", "condition"]
KINDS: dict[Kind, str] = {"number": "数值", "condition": "条件"}
ARGUMENTS = {"abs": (1,), "round": (1, 2)}


class _Flow(Exception):
    """Carries a ``NoValue`` out of an evaluation; never leaves this module."""

    def __init__(self, value: NoValue) -> None:
        self.value = value


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if right == 0:
        raise _Flow(NoValue("分母为 0，不适用"))
    return left / right


def round_half_up(value: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    """四舍五入 to ``digits`` places after the point; an expression gives them as 0 to 4."""
    return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": lambda *values: sum(values, Decimal(0)),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "abs": abs,
    "round": round_half_up,
}
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: _divide,
    ast.USub: operator.neg, ast.Not: operator.not_,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """A parsed expression, the field codes it names in order of appearance, and what it gives."""

    source: str
    tree: ast.expr
    names: tuple[str, ...]
    kind: Kind


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Compiled:
    """Parse and judge one expression; raises ``DomainError`` naming what is not allowed."""
    if len(source) > MAX_LENGTH:
        raise DomainError(f"表达式超过 {MAX_LENGTH} 个字符")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DomainError(f"表达式无法解析（除号写 /，乘号写 *，括号和逗号用半角）：{source}") from error
    _judge(tree.body, depth=0)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    names = [node.id for node in sorted(named, key=lambda node: (node.lineno, node.col_offset))]
    return Compiled(source, tree.body, tuple(dict.fromkeys(names)), _kind(tree.body))


def _judge(node: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DomainError(f"表达式嵌套超过 {MAX_DEPTH} 层（多项相加请用 sum）")
    if not isinstance(node, ALLOWED):
        raise DomainError(f"表达式中不允许使用 {type(node).__name__}")
    if isinstance(node, ast.Constant) and not _is_number(node.value):
        raise DomainError("表达式中只允许使用数字")
    if isinstance(node, ast.Constant) and abs(cast(float, node.value)) > MAX_CONSTANT:
        raise DomainError("表达式中的数字过大")
    if isinstance(node, ast.Call):
        _judge_call(node)
    for child in ast.iter_child_nodes(node):
        _judge(child, depth + 1)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and value not in (float("inf"), float("-inf"))


def _judge_call(node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        raise DomainError(f"表达式中只能调用 {'、'.join(FUNCTIONS)}")
    if len(node.args) not in ARGUMENTS.get(node.func.id, range(1, MAX_LENGTH)):
        raise DomainError(f"{node.func.id} 的参数个数不对")
    if node.func.id == "round" and not all(isinstance(place, ast.Constant) and place.value in range(5) for place in node.args[1:]):
        raise DomainError("round 的位数应为 0 至 4")


def _kind(node: ast.expr) -> Kind:
    """What a judged expression gives; numbers and conditions never stand in for each other."""
    match node:
        case ast.Compare():
            _expect("number", node.left, *node.comparators)
            return "condition"
        case ast.BoolOp():
            _expect("condition", *node.values)
            return "condition"
        case ast.UnaryOp(op=ast.Not()):
            _expect("condition", node.operand)
            return "condition"
        case ast.IfExp():
            _expect("condition", node.test)
            _expect(kind := _kind(node.body), node.orelse)
            return kind
    _expect("number", *(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)))
    return "number"


def _expect(kind: Kind, *nodes: ast.expr) -> None:
    for node in nodes:
        if _kind(node) != kind:
            raise DomainError(f"“{ast.unparse(node)}”应为{KINDS[kind]}")


def _constant(node: ast.Constant) -> Decimal:
    """A typed number; ``repr`` of the parsed float gives back what was typed, up to 15 digits."""
    return Decimal(repr(node.value))


def evaluate(source: str, values: Mapping[str, Value]) -> Result:
    """The value of ``source`` where names stand for ``values``; a missing or undefined operand gives ``NoValue``."""
    return _value_of(compile_expression(source).tree, values)


def _value_of(tree: ast.expr, values: Mapping[str, Value]) -> Result:
    def name_of(node: ast.Name) -> Decimal:
        value = values[node.id]
        if isinstance(value, NoValue):
            raise _Flow(value)
        return value

    engine = SimpleEval(operators=OPERATORS, functions=FUNCTIONS)
    engine.nodes[ast.Constant] = _constant
    engine.nodes[ast.Name] = name_of
    with localcontext(CONTEXT):
        try:
            return _bounded(engine.eval("", previously_parsed=tree))
        except _Flow as flow:
            return flow.value
        except ArithmeticError:
            return TOO_LARGE


def _bounded(result: Decimal | bool) -> Result:
    """The result in the context's precision, unless it is too large to be a figure."""
    if isinstance(result, bool):
        return result
    return +result if abs(result) <= LARGEST else TOO_LARGE


def divides_by_nothing(source: str) -> bool:
    """Whether a divisor of ``source`` is zero whatever the fields hold: the result would never have a value."""
    compiled = compile_expression(source)
    divisors = [node.right for node in ast.walk(compiled.tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    return any(all(_value_of(node, values) == 0 for values in _samples(compiled.names)) for node in divisors)


def _samples(names: tuple[str, ...]) -> Iterator[dict[str, Decimal]]:
    """Small, plain and large figures without a pattern: a difference that is zero for all of them is always zero."""
    for scale in (-12, -9, -3):
        yield {name: Decimal(crc32(f"{name} {scale}".encode())).scaleb(scale) for name in names}


def number(source: str, values: Mapping[str, Value]) -> Value:
    """``evaluate`` for an expression that must give a number."""
    result = evaluate(source, values)
    if isinstance(result, bool):
        raise DomainError(f"表达式应得出数值：{source}")
    return result


def holds(source: str, values: Mapping[str, Value]) -> bool:
    """``evaluate`` for a condition; what cannot be decided does not hold."""
    return evaluate(source, values) is True
