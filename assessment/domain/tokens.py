"""Figure tokens in report texts: ``{{支出完成率}}`` stands for a field, by its code or its label."""

import re
from collections.abc import Iterable

from assessment.domain.elements import Field

TOKEN = re.compile(r"\{\{([^{}]{1,60})\}\}")


def tokens_of(text: str) -> list[str]:
    """What each token of the text says, without the space around it."""
    return [found.strip() for found in TOKEN.findall(text)]


def field_codes(fields: Iterable[Field]) -> dict[str, str]:
    """What a token may say, and the field's code it means; a label that several fields share says nothing."""
    by_label: dict[str, list[str]] = {}
    codes = {}
    for field in fields:
        by_label.setdefault(field.label, []).append(field.code)
        codes[field.code] = field.code
    return {label: found[0] for label, found in by_label.items() if len(found) == 1} | codes
