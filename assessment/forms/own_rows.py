"""The rows that a unit sets itself, as one form: those there are, and a few blank ones for each group."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from assessment.domain.elements import Indicator
from assessment.domain.own_rows import DIRECTIONS, MAX_LABEL, MAX_ROWS, OwnRow, new_key
from assessment.domain.scheme import Scheme
from assessment.forms.fields import LinesField, PointsField, QuantityField
from assessment.services.own_rows import MAX_AIM, MAX_UNIT

BLANK = 2
#: A row's key in the page: its code, or which new one of its group it is.
KEY = re.compile(r"[a-z0-9_]{1,80}", re.ASCII)
#: The columns as a row's inputs show them; a message also says which row it means.
COLUMNS = {
    "label": "指标",
    "kind": "类别",
    "direction": "方向",
    "target": "指标值",
    "unit": "单位",
    "aim": "预期目标",
    "points": "分值",
    "actual": "实际完成值",
    "remove": "删除这一项",
}
TEXTS = ("label", "kind", "direction", "unit", "aim")
NUMBERS = ("points", "target", "actual")


@dataclass(frozen=True)
class Slot:
    """A place for one row, the ``place``th of its group: its fields are named ``<key>-…``, whatever rows come and go beside it."""

    key: str
    place: int
    group: Indicator
    code: str

    def name(self, what: str) -> str:
        """The form field of one column."""
        return f"{self.key}-{what}"


class OwnRowsForm(forms.Form):
    """A row left empty is not there; a ticked ``remove`` takes one away."""

    def __init__(self, scheme: Scheme, rows: Sequence[OwnRow], data: Any = None) -> None:
        super().__init__(data)
        self.groups = scheme.own_groups
        self.stored = stored = {row.code: row for row in rows}
        self.slots = list(self._posted(data, stored) if data is not None else self._offered(rows))
        self.kept: list[Slot] = []
        for slot in self.slots:
            self._add_fields(slot, stored.get(slot.code))

    def _offered(self, rows: Sequence[OwnRow]) -> Iterator[Slot]:
        for code, group in self.groups.items():
            under = [row.code for row in rows if row.group == code]
            least = group.own.minimum if group.own else 0
            blank = [new_key(code, number) for number in range(1, 1 + max(BLANK, least - len(under)))]
            for place, key in enumerate([*under, *blank], start=1):
                yield Slot(key, place, group, key if place <= len(under) else "")

    def _posted(self, data: Mapping[str, Any], stored: Mapping[str, OwnRow]) -> Iterator[Slot]:
        """The slots of the page that was sent; what names no group is not read, what names no row of this assessment is new."""
        places: Counter[str] = Counter()
        keys = (key for key in str(data.get("rows", "")).split(",")[: MAX_ROWS * 2] if KEY.fullmatch(key))
        for key in dict.fromkeys(keys):
            group = self.groups.get(str(data.get(f"{key}-group")))
            if group is not None:
                places[group.code] += 1
                yield Slot(key, places[group.code], group, key if key in stored else "")

    def standing(self, stored: "OwnRowsForm", name: str) -> Any:
        """What ``stored`` holds of the row that a field of this form is about; of a new row nothing stands."""
        key, _, what = name.partition("-")
        found = stored.initial.get(name) if key in self.stored else None
        return {"direction": "at_least", "remove": False}.get(what, "" if what in TEXTS else None) if found is None else found

    def _add_fields(self, slot: Slot, row: OwnRow | None) -> None:
        assert slot.group.own is not None
        text = {"class": "form-control"}
        kinds = [("", "请选择"), *((kind, kind) for kind in slot.group.own.kinds)]
        select = forms.Select({"class": "form-select"})
        fields = {
            "label": LinesField(required=False, max_length=MAX_LABEL, widget=forms.TextInput(text)),
            "kind": forms.ChoiceField(required=False, choices=kinds, widget=select),
            "direction": forms.ChoiceField(required=False, choices=list(DIRECTIONS.items()), widget=select),
            "target": QuantityField(required=False),
            "unit": LinesField(required=False, max_length=MAX_UNIT, widget=forms.TextInput(text)),
            "aim": LinesField(required=False, max_length=MAX_AIM, widget=forms.TextInput(text)),
            "points": PointsField("", slot.group.points),
            "actual": QuantityField(required=False),
            "remove": forms.BooleanField(required=False, widget=forms.CheckboxInput({"class": "form-check-input", "data-by-hand": "1"})),
        }
        if not slot.group.own.kinds:
            del fields["kind"]
        if not slot.group.own.levels:
            del fields["aim"]
        self.initial[slot.name("direction")] = "at_least"
        for what, field in fields.items():
            field.label = f"{slot.group.label}第 {slot.place} 项 {COLUMNS[what]}"
            self.fields[slot.name(what)] = field
            if row is not None and what != "remove":
                self.initial[slot.name(what)] = getattr(row, what)

    def rows(self) -> list[OwnRow]:
        """What was typed, without empty and removed rows; ``kept`` are their slots. Rows that the page did not show stay."""
        self.kept = [slot for slot in self.slots if not self.cleaned_data.get(slot.name("remove")) and self._filled(slot)]
        shown = {slot.code for slot in self.slots}
        return [*(self._row(slot) for slot in self.kept), *(row for code, row in self.stored.items() if code not in shown)]

    def _filled(self, slot: Slot) -> bool:
        given = (self.cleaned_data.get(slot.name(what)) for what in ("label", "unit", "aim", *NUMBERS))
        return bool(slot.code) or any(value not in (None, "") for value in given)

    def _row(self, slot: Slot) -> OwnRow:
        given: dict[str, Any] = {what: self.cleaned_data.get(slot.name(what)) for what in (*TEXTS, *NUMBERS)}
        given |= {what: (given[what] or "").strip() for what in TEXTS}
        given |= {"direction": given["direction"] or "at_least", "points": given["points"] or Decimal(0)}
        return OwnRow(code=slot.code, group=slot.group.code, **given)
