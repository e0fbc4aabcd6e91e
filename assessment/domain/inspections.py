"""Inspections: checks that no expression can say, each a named function that a scheme switches on with its own words."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from assessment.domain.canonical import decimal_text
from assessment.domain.elements import Indicator, Inspection
from assessment.domain.expressions import NoValue, Value
from assessment.domain.figures import show_with_unit
from assessment.domain.findings import Finding, Side
from assessment.domain.inputs import Inputs
from assessment.domain.prose import blocks
from assessment.domain.reading.agreement import Remark, compare
from assessment.domain.scheme import Scheme, paths_of, walk
from assessment.domain.totals import Total
from assessment.domain.wording import figures_used

CENT = Decimal("0.01")
#: Shorter paragraphs repeat by their nature: headings of lists, one-line statements.
REPEATED_FROM = 40
CLIPPED = 24
SHORTEST_STEM = 4
_YEAR = re.compile(r"(20[0-9]{2}) ?年")
_NAMED = re.compile(r"《[^》]*》|〔[^〕]*〕")
_ENDINGS = re.compile(r"(?:情况|性|率)$")


@dataclass(frozen=True)
class Subject:
    """One assessment as an inspection sees it; ``scheme`` is completed with the unit's rows."""

    scheme: Scheme
    inputs: Inputs
    values: Mapping[str, Value]
    total: Total

    @cached_property
    def remarks(self) -> list[Remark]:
        """The figures typed in the report, held against the table once."""
        texts = {section.code: self.inputs.narrative.get(section.code, "") for section in self.scheme.sections if section.text}
        return compare(self.scheme.fields, self.values, texts)

    def heading(self, section: str) -> str:
        """A section as people call it."""
        return next((item.heading for item in self.scheme.sections if item.code == section), "") or "开头段"


@dataclass(frozen=True)
class Found:
    """Something found at ``place``; ``detail`` adds to the inspection's message, ``name`` tells it from others of the same."""

    place: str
    detail: str = ""
    sides: tuple[Side, ...] = ()
    name: str = ""


def inspect(subject: Subject) -> Iterator[Finding]:
    """The findings of every inspection of the scheme."""
    for item in subject.scheme.inspections:
        seen: set[str] = set()
        for found in FUNCTIONS[item.function](item, subject):
            key = f"{item.code}.{found.name}" if found.name else item.code
            if key in seen:
                continue  # one reason answers the same finding wherever it stands in a section
            seen.add(key)
            message = f"{item.message}：{found.detail}" if found.detail else item.message
            yield Finding(item.code, item.severity, found.place, message, item.remedy, key, found.sides)


def undefined_rates(item: Inspection, subject: Subject) -> Iterator[Found]:
    """Rates without a value for good: 0 against 0 is not −100 %."""
    for code in item.fields:
        field, value = subject.scheme.fields[code], subject.values[code]
        if isinstance(value, NoValue) and not value.missing:
            used = figures_used(subject.scheme, field.expression or code)
            sides = tuple(_figure(subject, name) for name in used)
            yield Found(f"figure:{code}", f"“{field.label}”{value.reason}", sides, code)


def projects_total(item: Inspection, subject: Subject) -> Iterator[Found]:
    """The projects' figure summed against the whole unit's; nothing to say while no project is filed."""
    code, name = item.fields[0], item.project_field or ""
    whole = subject.values[code]
    found = [(project.name, project.values[name]) for project in subject.inputs.projects if name in project.values]
    if not found or isinstance(whole, NoValue):
        return
    summed = sum((value for _, value in found), Decimal(0))
    if abs(summed - whole) > CENT:
        unit = subject.scheme.fields[code].unit
        sides = (Side(f"{len(found)} 个项目合计", f"{summed:,.2f}{unit}"), _figure(subject, code))
        yield Found(f"figure:{code}", "", sides)


def _figure(subject: Subject, code: str) -> Side:
    field = subject.scheme.fields[code]
    return Side(field.label, show_with_unit(field, subject.values[code]), f"figure:{code}")


def full_marks_with_problems(item: Inspection, subject: Subject) -> Iterator[Found]:
    """Problems are written down, and the area they lie in, or everything, has full marks."""
    for section in item.sections:
        paragraphs = _paragraphs(subject, section)
        if paragraphs and subject.total.complete and subject.total.value == subject.scheme.full_points:
            yield Found(
                f"section:{section}", f"自评 {decimal_text(subject.total.value)} 分，“{subject.heading(section)}”写有 {len(paragraphs)} 段"
            )
            continue
        for area in _full_areas(subject):
            told = next((text for text in paragraphs if any(name in text for name in _names_of(area))), "")
            if told:
                yield Found(f"section:{section}", f"“{area.label}”自评满分，问题中写有“{_clip(told)}”", (), area.code)


def _names_of(area: Indicator) -> list[str]:
    """The area's label, and its stem where that is long enough to be no everyday word (明确, 合理)."""
    stem = _ENDINGS.sub("", area.label)
    return [area.label, *([stem] if len(stem) >= SHORTEST_STEM else [])]


def _full_areas(subject: Subject) -> Iterator[Indicator]:
    """Indicators under which every row claims its full points."""
    answers = subject.inputs.answers
    for area in (area for top in subject.scheme.indicators for area in walk(top)):
        rows = [path[-1] for path in paths_of(area)]
        if rows and all((answer := answers.get(row.code)) and answer.self_points == row.points for row in rows):
            yield area


def measures_without_problem(item: Inspection, subject: Subject) -> Iterator[Found]:
    """More measures than problems: one of them answers nothing that was said."""
    problems, measures = (len(_paragraphs(subject, section)) for section in item.sections)
    if measures > problems:
        names = [subject.heading(section) for section in item.sections]
        sides = tuple(
            Side(name, f"{count} 段", f"section:{section}")
            for name, count, section in zip(names, (problems, measures), item.sections, strict=True)
        )
        yield Found(f"section:{item.sections[1]}", "", sides)


def repeated_text(item: Inspection, subject: Subject) -> Iterator[Found]:
    """The same paragraph in two places of the report."""
    first: dict[str, str] = {}
    for section in (part.code for part in subject.scheme.sections if part.text):
        for paragraph in _paragraphs(subject, section):
            plain = re.sub(r"\s", "", paragraph)
            if len(plain) >= REPEATED_FROM and plain in first:
                detail = f"“{_clip(paragraph)}”已写在“{subject.heading(first[plain])}”"
                yield Found(f"section:{section}", detail, (), section)
            first.setdefault(plain, section)


def dates_after_year(item: Inspection, subject: Subject) -> Iterator[Found]:
    """Years after the fiscal year where the report tells what the year brought; titles and document numbers aside."""
    year = subject.inputs.fiscal_year
    for section in item.sections if year is not None else ():
        text = _NAMED.sub("", subject.inputs.narrative.get(section, ""))
        later = sorted({found[0] for found in _YEAR.finditer(text) if int(found[1]) > (year or 0)})
        if later:
            yield Found(f"section:{section}", f"“{subject.heading(section)}”写有{'、'.join(later)}", (), section)


def text_contradicts(item: Inspection, subject: Subject) -> Iterator[Found]:
    """A figure typed beside a field's name that is not the field's."""
    for remark in subject.remarks:
        if remark.verdict == "contradicts" and remark.field:
            sides = (Side("报告", remark.quantity.text, f"section:{remark.section}"), _figure(subject, remark.field))
            field = subject.scheme.fields[remark.field]
            detail = f"“{subject.heading(remark.section)}”写“{field.label}”{_one_line(remark.quantity.text)}"
            yield Found(f"section:{remark.section}", detail, sides, f"{remark.section}.{remark.field}")


def text_differs(item: Inspection, subject: Subject) -> Iterator[Found]:
    """The same thing with two numbers in two places of the report."""
    for remark in subject.remarks:
        if remark.verdict == "elsewhere":
            detail = (
                f"“{subject.heading(remark.section)}”的{remark.near}{_one_line(remark.quantity.text)}，另一处为{_one_line(remark.other)}"
            )
            yield Found(f"section:{remark.section}", detail, (), remark.section)


def typed_figures(item: Inspection, subject: Subject) -> Iterator[Found]:
    """Figures of the table typed by hand, a section at a time: right today, forgotten when the table changes."""
    equal = [remark for remark in subject.remarks if remark.verdict == "equals"]
    for section, remarks in groupby(equal, key=lambda remark: remark.section):
        texts = dict.fromkeys(_one_line(remark.quantity.text) for remark in remarks)
        yield Found(f"section:{section}", f"“{subject.heading(section)}”有 {len(texts)} 个：{'、'.join(texts)}", (), section)


def _paragraphs(subject: Subject, section: str) -> list[str]:
    """The section's paragraphs; a table counts as one."""
    return [block if isinstance(block, str) else block.text for block in blocks(subject.inputs.narrative.get(section, ""))]


def _clip(text: str) -> str:
    plain = text.strip()
    return plain if len(plain) <= CLIPPED else f"{plain[:CLIPPED]}…"


def _one_line(text: str) -> str:
    return "".join(text.split())


FUNCTIONS: dict[str, Callable[[Inspection, Subject], Iterator[Found]]] = {
    "undefined_rates": undefined_rates,
    "projects_total": projects_total,
    "full_marks_with_problems": full_marks_with_problems,
    "measures_without_problem": measures_without_problem,
    "repeated_text": repeated_text,
    "dates_after_year": dates_after_year,
    "text_contradicts": text_contradicts,
    "text_differs": text_differs,
    "typed_figures": typed_figures,
}
