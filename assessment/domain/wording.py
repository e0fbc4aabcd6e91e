"""Expressions as people read them: in the fields' names, and in their figures."""

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal

from assessment.domain.canonical import decimal_text
from assessment.domain.dimensions import RATE, unit_of
from assessment.domain.elements import Field
from assessment.domain.expressions import NoValue, Value, compile_expression, round_half_up
from assessment.domain.figures import HUNDRED, show_with_unit
from assessment.domain.scheme import Scheme

SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷", ast.And: "且", ast.Or: "或",
    ast.Eq: "=", ast.NotEq: "≠", ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥",
}  # fmt: skip
#: How tightly each binds: a looser expression inside a tighter one stands in brackets.
TIGHTNESS: dict[type[ast.AST], int] = {
    ast.IfExp: 0, ast.Or: 1, ast.And: 2, ast.Not: 3, ast.Compare: 4, ast.Add: 5, ast.Sub: 5, ast.Mult: 6, ast.Div: 6, ast.USub: 7,
}  # fmt: skip
Named = Callable[[str], str]
MOST_PLACES = 9


def in_words(source: str, fields: Mapping[str, Field]) -> str:
    """``spent / (budget + carry_in)`` → ``决算数 ÷（预算数 + 年初结转）``."""
    return _set(_text(compile_expression(source).tree, lambda code: fields[code].label))


def in_figures(source: str, fields: Mapping[str, Field], values: Mapping[str, Value]) -> str:
    """The same with each field's figure and unit of measure in the place of its name."""
    return _set(_text(compile_expression(source).tree, lambda code: show_with_unit(fields[code], values[code]) or "未填"))


def _set(text: str) -> str:
    """Full-width brackets bring their own space."""
    return text.replace(" （", "（").replace("） ", "）")


def show_measure(scheme: Scheme, source: str, value: Decimal) -> str:
    """The value of ``source`` with its unit of measure: a field's own way, or that of what its fields make together."""
    compiled = compile_expression(source)
    if isinstance(compiled.tree, ast.Name):
        return show_with_unit(scheme.fields[compiled.tree.id], value)
    return show_in(unit_of(source, scheme.units), value)


def show_in(unit: str, value: Decimal, places: int = 2) -> str:
    """A number in a unit of measure, with ``places`` at most; rates as percentages with as many."""
    if unit == RATE:
        rounded = round_half_up(value * HUNDRED, Decimal(places))
        return f"{rounded if rounded else abs(rounded):,}%"
    return f"{_plain(round_half_up(value, Decimal(places)))}{unit}"


def show_apart(unit: str, value: Decimal, limit: Decimal, shown: str) -> str:
    """``shown``, or the value with as many more places as tell it from a limit that it is not."""
    for places in range(2, MOST_PLACES):
        text = show_in(unit, value, places)
        if value == limit or text != show_in(unit, limit, places):
            return shown if places == 2 else text
    return shown


def show_limit(unit: str, value: Decimal) -> str:
    """A limit of a rule as it was written: 95 %, 30份."""
    return f"{decimal_text(value * HUNDRED)}%" if unit == RATE else f"{_plain(value)}{unit}"


def show_own(unit: str, value: Decimal) -> str:
    """What a unit typed in its own row, in the unit of measure it typed beside it: 90 and % are 90 %, no fraction."""
    return f"{_plain(value)}{unit}"


def _plain(value: Decimal) -> str:
    """Grouped by thousands, without trailing zeros."""
    whole, point, places = decimal_text(value).partition(".")
    return f"{int(whole):,}{point}{places}" if whole != "-0" else f"-0{point}{places}"


def figures_used(scheme: Scheme, source: str) -> tuple[str, ...]:
    """The codes of the typed figures that ``source`` rests on, in order of appearance."""
    return tuple(name for name in _rests_on(scheme, source, {}) if scheme.fields[name].expression is None)


def _rests_on(scheme: Scheme, source: str, found: dict[str, None]) -> dict[str, None]:
    """Every field on the way down from ``source``, each once and looked into once, after those it needs."""
    for name in compile_expression(source).names:
        if name not in found:
            if (expression := scheme.fields[name].expression) is not None:
                _rests_on(scheme, expression, found)
            found[name] = None
    return found


def unfolded(scheme: Scheme, source: str, values: Mapping[str, Value]) -> list[str]:
    """How the value of ``source`` comes about, a line for each derived field on the way: names, figures, result."""
    fields = (scheme.fields[name] for name in _rests_on(scheme, source, {}))
    return [_unfolded(scheme, field, values) for field in fields if field.expression is not None]


def _unfolded(scheme: Scheme, field: Field, values: Mapping[str, Value]) -> str:
    value, expression = values[field.code], field.expression or ""
    shown = value.reason if isinstance(value, NoValue) else show_with_unit(field, value)
    return _set(f"{field.label} = {in_words(expression, scheme.fields)} = {in_figures(expression, scheme.fields, values)} = {shown}")


def _text(node: ast.expr, named: Named) -> str:
    match node:
        case ast.Name(id=code):
            return named(code)
        case ast.Constant(value=value):
            return decimal_text(Decimal(repr(value)))
        case ast.BinOp(left=left, op=op, right=right):
            strict = isinstance(op, ast.Sub | ast.Div)
            return f"{_inside(left, op, named)} {SIGNS[type(op)]} {_inside(right, op, named, strict=strict)}"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"−{_inside(operand, node.op, named)}"
        case ast.UnaryOp(operand=operand):
            return f"非{_bracketed(operand, named)}"
        case ast.BoolOp(op=op, values=values):
            return f" {SIGNS[type(op)]} ".join(_inside(value, op, named) for value in values)
        case ast.Compare(left=left, ops=ops, comparators=others):
            rest = (f" {SIGNS[type(op)]} {_inside(other, node, named)}" for op, other in zip(ops, others, strict=True))
            return _inside(left, node, named) + "".join(rest)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"若 {_text(test, named)} 则 {_text(body, named)}，否则 {_text(orelse, named)}"
    return _call(node, named)


def _call(node: ast.expr, named: Named) -> str:
    """One of the functions; ``compile_expression`` has refused everything else."""
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    texts = [_text(argument, named) for argument in node.args]
    match node.func.id:
        case "sum":
            return _brackets(" + ".join(_inside(argument, ast.Add(), named) for argument in node.args))
        case "abs":
            return f"|{texts[0]}|"
        case "round":
            return f"四舍五入（{texts[0]}，{texts[1] if len(texts) > 1 else '0'} 位小数）"
    return f"{'最小' if node.func.id == 'min' else '最大'}（{'，'.join(texts)}）"


def _inside(node: ast.expr, around: ast.AST, named: Named, *, strict: bool = False) -> str:
    """Text of an operand, in brackets where it binds less tightly than what stands around it."""
    own, outer = TIGHTNESS.get(_kind(node), 9), TIGHTNESS[_kind(around)]
    return _bracketed(node, named) if own < outer or (strict and own == outer) else _text(node, named)


def _kind(node: ast.AST) -> type[ast.AST]:
    return type(node.op) if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp) else type(node)


def _bracketed(node: ast.expr, named: Named) -> str:
    return _brackets(_text(node, named))


def _brackets(text: str) -> str:
    return f"（{text}）"
