"""A scheme's expressions as a spreadsheet's formulas."""

import pytest

from assessment.domain.elements import Field
from assessment.excel.formulas import formula_of

PLACES = {"a": "E5", "b": "E6", "p": "E7"}
FIELDS = {code: Field(code=code, label=code, unit="万元", kind="money") for code in ("a", "b")} | {
    "p": Field(code="p", label="p", unit="%", kind="percent")
}
CASES = {
    "a / b": '=IF(OR(E5="",E6=""),"",IFERROR(((E5+0)/(E6+0)),"不适用"))',
    "sum(a, b) - 1": '=IF(OR(E5="",E6=""),"",IFERROR((((E5+0)+(E6+0))-1),"不适用"))',
    "a * p": '=IF(OR(E5="",E7=""),"",IFERROR(((E5+0)*(E7/100)),"不适用"))',
    "round(-a, 2)": '=IF(OR(E5=""),"",IFERROR(ROUND((-(E5+0)),2),"不适用"))',
    "max(abs(a), b)": '=IF(OR(E5="",E6=""),"",IFERROR(MAX(ABS((E5+0)),(E6+0)),"不适用"))',
    "1.5": '=IFERROR(1.5,"不适用")',
    "a if a > b else b": "",
}


@pytest.mark.parametrize(("source", "formula"), CASES.items(), ids=list(CASES))
def test_an_expression_becomes_a_formula_where_a_spreadsheet_says_the_same(source: str, formula: str) -> None:
    field = Field(code="d", label="d", unit="万元", kind="money", expression=source)
    assert formula_of(field, FIELDS, PLACES) == formula
