"""Holds the figures typed in a report against the data table: equal to a field, against one, against another place, or unknown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from assessment.domain.elements import Field
from assessment.domain.expressions import Value
from assessment.domain.figures import show_with_unit
from assessment.domain.reading.doubts import clause_of, clearly_meant, doubtful, of_the_unit, tells_itself, unopened, without_links
from assessment.domain.reading.holdings import Holdings, Statement, agree, measure_key
from assessment.domain.reading.quantities import Quantity, read_quantities
from assessment.domain.reading.surroundings import Setting, main_year, settings_of

Verdict = Literal["equals", "contradicts", "elsewhere", "unknown"]

#: A real report has some two hundred; beyond this it is no report, and each figure takes its time.
MAX_FIGURES = 2000


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of one figure of ``section``.

    ``field`` is the code of the field that it equals or contradicts; ``other`` the figure that stands against it, as people
    read it; ``near`` the words that name it.
    """

    section: str
    quantity: Quantity
    verdict: Verdict
    field: str | None = None
    other: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """A remark with the words it rests on; ``stated`` ends with what names the figure."""

    remark: Remark
    setting: Setting
    stated: str


def compare(fields: Mapping[str, Field], values: Mapping[str, Value], texts: Mapping[str, str]) -> list[Remark]:
    """A remark for every amount, percentage and count of ``texts`` (by section), in order.

    ``values`` are as ``figures.compute_values`` gives them: percentages as fractions, all else in its field's unit.
    """
    holdings = Holdings.of(fields, values)
    scans = _scans(texts)
    year = main_year((texts[section], quantities) for section, quantities in scans.items())
    said: list[_Said] = []
    for section, quantities in scans.items():
        known: list[bool] = []
        for quantity, setting in settings_of(texts[section], quantities, year):
            said.append(_judged(holdings, section, quantity, setting, known))
            known.append(said[-1].remark.field is not None)
    return _with_other_places(said, holdings)


def _scans(texts: Mapping[str, str]) -> dict[str, list[Quantity]]:
    """The figures of each section, up to ``MAX_FIGURES`` of the whole report."""
    scans: dict[str, list[Quantity]] = {}
    left = MAX_FIGURES
    for section, text in texts.items():
        scans[section] = list(_read_once(text)[:left])
        left -= len(scans[section])
    return scans


@lru_cache(maxsize=512)
def _read_once(text: str) -> tuple[Quantity, ...]:
    """A section's figures: while a unit fills its data table, its texts are the same at every save."""
    return tuple(read_quantities(text))


def _judged(holdings: Holdings, section: str, quantity: Quantity, setting: Setting, known: list[bool]) -> _Said:
    """One figure; ``known`` says which of the section's figures before it are fields'."""
    stated = without_links(setting.before)
    clause = clause_of(stated)
    unknown = Remark(section, quantity, "unknown", near=unopened(clause))
    if quantity.high is not None or quantity.unit.endswith("百分点"):
        return _Said(unknown, setting, stated)
    name, code = holdings.named(quantity, stated)
    statement = Statement(quantity, clause, setting)
    if code and holdings.holds(code, statement):
        return _Said(replace(unknown, verdict="equals", field=code, near=name), setting, stated)
    denied = code and not quantity.rough and holdings.denies(code, statement)
    if denied and clearly_meant(setting, stated, name, holdings.names, known, counted=quantity.kind == "count"):
        other = show_with_unit(holdings.fields[code], holdings.values[code])
        return _Said(replace(unknown, verdict="contradicts", field=code, other=other, near=name), setting, stated)
    best = holdings.best(statement)
    return _Said(replace(unknown, verdict="equals", field=best) if best else unknown, setting, stated)


def _with_other_places(said: list[_Said], holdings: Holdings) -> list[Remark]:
    """The remarks, where the same thing of the same year has another number in another paragraph."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, item in enumerate(said):
        phrase, quantity = unopened(clause_of(item.stated)), item.remark.quantity
        if item.remark.verdict in ("equals", "unknown") and not quantity.rough and quantity.high is None and tells_itself(phrase):
            groups[phrase, measure_key(quantity)].append(place)
    remarks = [item.remark for item in said]
    for (phrase, _), places in groups.items():
        for place, other in _differing(said, places, holdings) if len(places) > 1 else ():
            remarks[place] = replace(remarks[place], verdict="elsewhere", other=other, near=phrase)
    return remarks


def _differing(said: list[_Said], places: list[int], holdings: Holdings) -> Iterator[tuple[int, str]]:
    """Those that are no field's, each with the figure of another paragraph; nothing where more than two numbers stand."""
    certain = [place for place in places if _certain(said[place], holdings)]
    first = certain[0] if certain else 0
    others = [place for place in certain if not _same(said[first], said[place])]
    if not others or not all(_same(said[others[0]], said[place]) for place in others):
        return
    ones = [place for place in certain if place not in others]
    if {_paragraph(said[place]) for place in ones} & {_paragraph(said[place]) for place in others}:
        return
    for group, against in ((ones, others[0]), (others, first)):
        for place in (place for place in group if said[place].remark.verdict == "unknown"):
            yield place, said[against].remark.quantity.text


def _certain(item: _Said, holdings: Holdings) -> bool:
    words = item.stated.removesuffix(unopened(clause_of(item.stated)))
    counted = item.remark.quantity.kind == "count"
    return not doubtful(item.setting, words, holdings.names) and of_the_unit(item.setting, words, holdings.names, [], counted=counted)


def _paragraph(item: _Said) -> tuple[str, int]:
    return item.remark.section, item.setting.line


def _same(left: _Said, right: _Said) -> bool:
    return agree(left.remark.quantity, right.remark.quantity)
