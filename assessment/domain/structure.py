"""What is wrong with the structure of a file from outside, in Chinese: every fault with its place and what is expected."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from assessment.domain.places import Fault, Place

MESSAGES = {
    "extra_forbidden": "未知的项目，本格式中没有",
    "missing": "缺少这一项",
    "literal_error": "取值不在允许的范围内",
    "string_pattern_mismatch": "格式不对",
    "string_too_long": "文字过长",
    "string_type": '应为文字（数值也写成文字，如 "58796.51"）',
    "union_tag_invalid": "没有这种评分规则",
    "union_tag_not_found": "缺少 shape（评分规则的种类）",
    "too_short": "至少要有一项",
    "string_too_short": "不能为空",
    "decimal_parsing": "应为数字",
    "decimal_max_places": "小数位数过多",
    "decimal_max_digits": "数值过大",
    "decimal_whole_digits": "数值过大",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "bool_parsing": "应为 true 或 false",
    "int_parsing": "应为整数",
    "finite_number": "应为数字",
    "decimal_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "int_type": "应为整数",
    "tuple_type": "应为列表",
    "model_attributes_type": "应为若干“名称: 值”",
    "model_type": "应为若干“名称: 值”",
}
#: What pydantic says beside the fault, and how it is told.
EXPECTED = {
    "expected": "应为 {}",
    "expected_tags": "可用的有 {}",
    "gt": "应大于 {}",
    "ge": "不能小于 {}",
    "le": "不能大于 {}",
    "pattern": "应符合 {}",
    "max_length": "最多 {} 字",
    "decimal_places": "最多 {} 位小数",
}


#: Patterns as people can follow them.
PATTERNS = {
    r"^[a-z][a-z0-9_]{0,47}$": "以小写字母开头，只含小写字母、数字和下划线，最多 48 个",
    r"^[0-9][0-9.]{0,15}$": "只含数字和点，如 2022.1",
}


def structure_faults(error: ValidationError) -> list[Fault]:
    """Every fault that pydantic found, once; a list is not called short for the items that are named as faulty themselves."""
    items = error.errors(include_url=False)
    places = [item["loc"] for item in items]
    shown = [item for item in items if not (item["type"] == "too_short" and any(_under(place, item["loc"]) for place in places))]
    return [Fault(_without_tag(item["loc"]), _message(item)) for item in shown]


def _under(place: Place, above: Place) -> bool:
    return place != above and place[: len(above)] == above


def _without_tag(loc: Place) -> Place:
    """Without the rule's shape, which pydantic puts after ``rule`` although no such key stands in the file."""
    return tuple(step for number, step in enumerate(loc) if number == 0 or loc[number - 1] != "rule" or number == len(loc) - 1)


def _message(item: Any) -> str:
    context = item.get("ctx", {})
    if item["type"] == "value_error":
        return str(context["error"])
    if item["type"] == "too_short" and context["min_length"] > 1:
        return f"至少要有 {context['min_length']} 项"
    if item["type"] == "too_long":
        return f"最多 {context['max_length']} 项，这里有 {context['actual_length']} 项"
    return "，".join([MESSAGES.get(item["type"], "取值不对"), *_expected(context)])


def _expected(context: dict[str, Any]) -> Iterator[str]:
    for name, words in EXPECTED.items():
        if name in context:
            yield words.format(_in_chinese(str(context[name])))


def _in_chinese(given: str) -> str:
    """A pattern in words; a list of choices without English, and without the shape that no file may name."""
    plain = given.replace(", 'target'", "").replace(" or ", " 或 ").replace("', '", "、").replace("'", "")
    return PATTERNS.get(given, plain)


def place_in_words(place: Place) -> str:
    """``indicators.0.rule.full_at``; the file itself where there is no place."""
    return ".".join(str(step) for step in place) or "文件"
