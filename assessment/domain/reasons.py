"""What a written reason answers: a finding named by its key, in words."""

from assessment.domain.scheme import Scheme, walk

#: A figure far from last year's, and one that is not what it goes on from: findings of every scheme, each of one field.
LARGE_CHANGE, BROKEN_OFF = "large_change", "broken_off"
BESIDE_LAST_YEAR = {LARGE_CHANGE: "比上年变动较大", BROKEN_OFF: "与上年签批的数不一致"}


def answerable(scheme: Scheme) -> dict[str, str]:
    """The codes of the findings that a reason can be written for, in the scheme's order, and what each says."""
    return {check.code: check.message for check in (*scheme.checks, *scheme.inspections)} | BESIDE_LAST_YEAR


def subject_of(key: str, scheme: Scheme) -> str:
    """The finding that a key names: what it says, and what of the scheme it is about."""
    code, *parts = key.split(".")
    labels = {section.code: section.heading or "开头段" for section in scheme.sections}
    labels |= {item.code: item.label for top in scheme.indicators for item in walk(top)}
    labels |= {field.code: field.label for field in scheme.fields.values()}
    named = "、".join(labels.get(part, part) for part in parts)
    return answerable(scheme).get(code, code) + (f"（{named}）" if named else "")
