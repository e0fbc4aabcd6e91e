"""A scheme's expressions as a spreadsheet's formulas: for reading along while typing; what counts is what the engine computes."""

import ast
from collections.abc import Mapping

from assessment.domain.elements import Field
from assessment.domain.expressions import compile_expression

SIGNS: dict[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
NOT_APPLICABLE = "不适用"


def formula_of(field: Field, fields: Mapping[str, Field], places: Mapping[str, str]) -> str:
    """The formula of a derived field, where ``places`` are the cells of all fields; empty where a spreadsheet cannot say the same.

    While figures are missing it shows nothing; a division by nothing gives 不适用.
    """
    compiled = compile_expression(field.expression or "")
    try:
        text = _text(compiled.tree, fields, places)
    except _Unsayable:
        return ""
    empty = ",".join(f'{places[name]}=""' for name in compiled.names)
    shown = f'IFERROR({text},"{NOT_APPLICABLE}")'
    return f'=IF(OR({empty}),"",{shown})' if empty else f"={shown}"


class _Unsayable(Exception):
    """Carries what no formula says out of the translation; never leaves this module."""


def _text(node: ast.expr, fields: Mapping[str, Field], places: Mapping[str, str]) -> str:
    def text(child: ast.expr) -> str:
        return _text(child, fields, places)

    match node:
        case ast.Constant():
            return repr(node.value)
        case ast.Name():
            typed_percent = fields[node.id].kind == "percent" and fields[node.id].expression is None
            # What is no number gives an error here, where SUM and MAX would pass over it.
            return f"({places[node.id]}/100)" if typed_percent else f"({places[node.id]}+0)"
        case ast.BinOp() if type(node.op) in SIGNS:
            return f"({text(node.left)}{SIGNS[type(node.op)]}{text(node.right)})"
        case ast.UnaryOp(op=ast.USub()):
            return f"(-{text(node.operand)})"
        case ast.Call(func=ast.Name(id="sum")):
            return f"({'+'.join(map(text, node.args))})"
        case ast.Call(func=ast.Name(id="round")):
            return f"ROUND({','.join([*map(text, node.args), '0'][:2])})"
        case ast.Call(func=ast.Name(id="min" | "max" | "abs" as name)):
            return f"{name.upper()}({','.join(map(text, node.args))})"
    raise _Unsayable()
