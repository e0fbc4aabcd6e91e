"""The page for those who write scheme files names everything that the format has."""

import re
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings
from pydantic import BaseModel

from assessment.domain import elements, rules
from assessment.domain.expressions import FUNCTIONS, MAX_LENGTH
from assessment.domain.inspections import FUNCTIONS as INSPECTIONS
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import SHAPES

PAGE = (Path(settings.BASE_DIR) / "docs" / "scheme-file.md").read_text("utf-8")
NAMED = set(re.findall(r"`([a-z_]+)`", PAGE))
MODELS = [
    Scheme,
    *(
        getattr(elements, name)
        for name in ("Field", "Alternative", "OwnRows", "Indicator", "Check", "Inspection", "Section", "Cap", "Grade")
    ),
]


def first_column(heading: str) -> list[str]:
    table = PAGE.split(f"| `{heading}` |")[1].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def test_every_rule_shape_and_every_inspection_has_its_line() -> None:
    assert first_column("shape") == list(SHAPES)
    assert first_column("function") == list(INSPECTIONS)


@pytest.mark.parametrize("model", [*MODELS, rules.Deviation, rules.Band, rules.Item, rules.Level], ids=lambda model: model.__name__)
def test_every_key_of_the_format_is_named(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if name not in NAMED] == []


def test_every_parameter_of_every_rule_is_named() -> None:
    shapes = [shape for shape in get_args(get_args(rules.Rule)[0]) if shape is not rules.Target]

    assert len(shapes) == 10
    assert [name for shape in shapes for name in shape.model_fields if name not in NAMED] == []


def test_every_function_of_an_expression_and_its_longest_is_named() -> None:
    assert [name for name in FUNCTIONS if f"`{name}" not in PAGE] == []
    assert f"不超过 {MAX_LENGTH} 个字符" in PAGE
