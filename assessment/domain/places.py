"""The elements of a scheme, or of a broken file of one as far as they can be read, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assessment.domain.elements import Cap, Chart, Check, Field, Grade, Indicator, Inspection, Section

Place = tuple[str | int, ...]
Element = TypeVar("Element", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """One fault of a scheme file at its place: the keys and positions that lead to it."""

    place: Place
    message: str


def _get(node: Any, name: str) -> Any:
    return node.get(name) if isinstance(node, dict) else getattr(node, name, None)


def items(node: Any, name: str) -> list[Any]:
    """The list that stands under a name; none where nothing or something else stands there."""
    found = _get(node, name)
    return list(found) if isinstance(found, list | tuple) else []


def _read(kind: type[Element], node: Any) -> Element | None:
    """The element, or None where its structure is at fault: that is told elsewhere."""
    if isinstance(node, kind):
        return node
    try:
        return kind.model_validate(node)
    except ValidationError:
        return None


def texts(node: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text of a scheme or of the raw data of one, with its place."""
    data = node.model_dump() if isinstance(node, BaseModel) else node
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from texts(value, (*place, str(key)))
    elif isinstance(data, list | tuple):
        for number, value in enumerate(data):
            yield from texts(value, (*place, number))


def _points(node: Any) -> Decimal | None:
    try:
        return Decimal(str(_get(node, "points")))
    except ArithmeticError:
        return None


class Elements:
    """The elements of a scheme, or those of a broken file that can be read, each with its place."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.fields: dict[Place, Field] = {}
        self.codes: dict[str, list[tuple[Place, str]]] = {"字段": [], "指标": [], "勾稽关系": [], "提纲": [], "封顶": [], "图": []}
        self.indicators: dict[Place, Indicator] = {}
        for number, group in enumerate(items(data, "groups")):
            for place, field in self._list("字段", Field, group, "fields", ("groups", number)):
                self.fields[place] = field
        self.checks = dict(self._list("勾稽关系", Check, data, "checks"))
        self.inspections = dict(self._list("勾稽关系", Inspection, data, "inspections"))
        self.sections = dict(self._list("提纲", Section, data, "sections"))
        self.charts = dict(self._list("图", Chart, data, "charts"))
        self.caps = dict(self._list("封顶", Cap, data, "caps"))
        self.grades = [grade for item in items(data, "grades") if (grade := _read(Grade, item))]
        for number, item in enumerate(items(data, "indicators")):
            self._indicator(item, ("indicators", number))

    def _list(self, what: str, kind: type[Element], node: Any, name: str, above: Place = ()) -> Iterator[tuple[Place, Element]]:
        for number, item in enumerate(items(node, name)):
            place = (*above, name, number)
            self._note(what, place, item)
            if (element := _read(kind, item)) is not None:
                yield place, element

    def _note(self, what: str, place: Place, item: Any) -> None:
        if isinstance(code := _get(item, "code"), str):
            self.codes[what].append((place, code))

    def _indicator(self, item: Any, place: Place) -> None:
        """An indicator is read without those under it, so that one broken row hides no other."""
        self._note("指标", place, item)
        alone = {key: value for key, value in item.items() if key != "children"} if isinstance(item, dict) else item
        if (indicator := _read(Indicator, alone)) is not None:
            self.indicators[place] = indicator
        for number, child in enumerate(items(item, "children")):
            self._indicator(child, (*place, "children", number))

    def points_below(self, place: Place) -> list[Decimal | None]:
        """The points of what stands directly under an indicator, of broken ones too; None where no number stands."""
        node = self.data
        for step in place:
            node = node[step] if isinstance(step, int) else _get(node, step)
        return [_points(child) for child in items(node, "children")]

    @property
    def known(self) -> dict[str, Field | None]:
        """Every field by code; None for one that cannot be read, so that nobody is told it does not exist."""
        return dict.fromkeys(code for _, code in self.codes["字段"]) | {field.code: field for field in self.fields.values()}
