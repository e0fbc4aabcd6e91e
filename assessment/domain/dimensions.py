"""Units of measure through expressions: 万元 ÷ 万元 is a rate, 万元 + 人 is nothing."""

import ast
from collections.abc import Mapping
from functools import lru_cache

from assessment.domain.elements import Field
from assessment.domain.errors import DomainError
from assessment.domain.expressions import compile_expression

RATE = "%"
#: A bare number, which goes with every unit of measure.
BARE = ""


class UnitMismatch(DomainError):
    """Different units of measure meet where only one can stand."""


def units_of(fields: Mapping[str, Field]) -> frozenset[tuple[str, str]]:
    """Each field's unit of measure by code, to ask ``unit_of`` with; a percentage is a rate."""
    return frozenset((code, RATE if field.kind == "percent" else field.unit) for code, field in fields.items())


@lru_cache(maxsize=4096)
def unit_of(source: str, units: frozenset[tuple[str, str]]) -> str:
    """The unit of measure of ``source``: ``万元``, ``%`` for a rate, ``万元/人``, or nothing for a bare number.

    Raises ``UnitMismatch`` where different units are added or compared.
    """
    return _unit(compile_expression(source).tree, dict(units))


def _unit(node: ast.expr, units: Mapping[str, str]) -> str:
    match node:
        case ast.Name(id=name):
            return units.get(name, BARE)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(_unit(left, units), _unit(right, units))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _quotient(_unit(left, units), _unit(right, units))
        case ast.BinOp(left=left, right=right):
            return _same((left, right), units)
        case ast.Call(func=ast.Name(id="round"), args=[first, *_]):
            return _unit(first, units)
        case ast.Call(args=arguments):
            return _same(tuple(arguments), units)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            _unit(test, units)
            return _same((body, orelse), units)
        case ast.Compare(left=left, comparators=others):
            _same((left, *others), units)
        case ast.BoolOp(values=values):
            for value in values:
                _unit(value, units)
        case ast.UnaryOp(operand=operand):
            return _unit(operand, units)
    return BARE


def _same(nodes: tuple[ast.expr, ...], units: Mapping[str, str]) -> str:
    found = list(dict.fromkeys(unit for node in nodes if (unit := _unit(node, units)) != BARE))
    if len(found) > 1:
        raise UnitMismatch(f"单位不同，不能相加减或比较：{' 与 '.join(found)}（{'，'.join(ast.unparse(node) for node in nodes)}）")
    return found[0] if found else BARE


def _product(left: str, right: str) -> str:
    if BARE in (left, right):
        return left or right
    if RATE in (left, right):
        return right if left == RATE else left
    return f"{left}·{right}"


def _quotient(left: str, right: str) -> str:
    if left == right != BARE:
        return RATE
    if right in (BARE, RATE):
        return left
    return f"{left}/{right}" if left else f"1/{right}"
