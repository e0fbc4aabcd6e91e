"""Expressions of a scheme: simpleeval over ``Decimal`` only, with "no value" flowing through.

An expression may use field codes, decimal numbers, ``+ - * /``, comparisons, ``and or not``, ``a if b else c`` and the
functions of ``FUNCTIONS``. Everything else is refused when the scheme is read, before anything is evaluated.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from typing import Any, cast

from simpleeval import SimpleEval

from assessment.domain.errors import DomainError

MAX_LENGTH = 500
MAX_DEPTH = 20
CONTEXT = Context(prec=28, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class NoValue:
    """不适用或未填写: there is no value, and ``reason`` says why."""

    reason: str


Value = Decimal | NoValue
Result = Value | bool

ALLOWED = (
    ast.Expression, ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Call,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.Not, ast.And, ast.Or,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip


class _Flow(Exception):
    """Carries a ``NoValue`` out of an evaluation; never leaves this module."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if right == 0:
        raise _Flow("分母为 0，不适用")
    return left / right


def round_half_up(value: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    """四舍五入 to ``digits`` places after the point."""
    return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": lambda *values: sum(values, Decimal(0)),
    "min": min,
    "max": max,
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
    """A parsed expression and the field codes it names, in order of appearance."""

    source: str
    tree: ast.expr
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Compiled:
    """Parse and judge one expression; raises ``DomainError`` naming what is not allowed."""
    if len(source) > MAX_LENGTH:
        raise DomainError(f"表达式超过 {MAX_LENGTH} 个字符")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DomainError(f"表达式无法解析：{source}") from error
    _judge(tree.body, depth=0)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    return Compiled(source, tree.body, tuple(dict.fromkeys(names)))


def _judge(node: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DomainError(f"表达式嵌套超过 {MAX_DEPTH} 层")
    if not isinstance(node, ALLOWED):
        raise DomainError(f"表达式中不允许使用 {type(node).__name__}")
    if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, int | float)):
        raise DomainError("表达式中只允许使用数字")
    if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords):
        raise DomainError(f"表达式中只能调用 {'、'.join(FUNCTIONS)}")
    for child in ast.iter_child_nodes(node):
        _judge(child, depth + 1)


def _constant(node: ast.Constant) -> Decimal:
    """A typed number; ``repr`` of the parsed float gives back what was typed, up to 15 digits."""
    return Decimal(repr(node.value))


def evaluate(source: str, values: Mapping[str, Value]) -> Result:
    """The value of ``source`` where names stand for ``values``; a missing or undefined operand gives ``NoValue``."""
    compiled = compile_expression(source)

    def name_of(node: ast.Name) -> Decimal:
        value = values[node.id]
        if isinstance(value, NoValue):
            raise _Flow(value.reason)
        return value

    engine = SimpleEval(operators=OPERATORS, functions=FUNCTIONS)
    engine.nodes[ast.Constant] = _constant
    engine.nodes[ast.Name] = name_of
    with localcontext(CONTEXT):
        try:
            return cast(Result, engine.eval(source, previously_parsed=compiled.tree))
        except _Flow as flow:
            return NoValue(flow.reason)


def number(source: str, values: Mapping[str, Value]) -> Value:
    """``evaluate`` for an expression that must give a number."""
    result = evaluate(source, values)
    if isinstance(result, bool):
        raise DomainError(f"表达式应得出数值：{source}")
    return result


def holds(source: str, values: Mapping[str, Value]) -> bool:
    """``evaluate`` for a condition; what cannot be decided does not hold."""
    return evaluate(source, values) is True
