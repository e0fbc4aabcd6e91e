"""The list of a filing's projects as one form: those there are, and a few blank places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from assessment.domain.projects import MAX_CODE, MAX_NAME, MAX_PROJECTS, ProjectRow
from assessment.forms.fields import LinesField, QuantityField

BLANK = 3
MAX_PASTED = 40_000
COLUMNS = {
    "name": "项目名称",
    "code": "项目编码",
    "amount": "金额（万元）",
    "major_policy": "重大政策",
    "livelihood": "民生实事",
    "remove": "删除",
}


@dataclass(frozen=True)
class ProjectSlot:
    """A place for one project: its fields are named ``r<number>-…``; ``saved_parts`` is how much would go with it."""

    number: int
    id: int | None
    saved_parts: int

    @property
    def key(self) -> str:
        """What its fields begin with."""
        return f"r{self.number}"

    def name(self, what: str) -> str:
        """The form field of one column."""
        return f"{self.key}-{what}"


class ProjectsForm(forms.Form):
    """A row left empty is not there; a project with saved parts is removed when that was ticked on a page that said so."""

    def __init__(self, rows: Sequence[ProjectRow], saved_parts: Mapping[int, int], data: Any = None) -> None:
        super().__init__(data)
        self.stored = {row.id: row for row in rows}
        self.slots = [
            ProjectSlot(number, pk, saved_parts.get(pk, 0) if pk else 0)
            for number, pk in enumerate(self._offered() if data is None else self._posted(data))
        ]
        self.kept: list[ProjectSlot] = []
        for slot in self.slots:
            self._add_fields(slot)
        self.fields["paste"] = LinesField(
            label="从 Excel 粘贴", required=False, max_length=MAX_PASTED, widget=forms.Textarea({"rows": 4, "class": "form-control"})
        )

    def _offered(self) -> Iterator[int | None]:
        yield from self.stored
        yield from [None] * BLANK

    def _posted(self, data: Mapping[str, Any]) -> Iterator[int | None]:
        """The places of the page that was sent; what names no project of this filing is new."""
        for number in range(count_of(data)):
            text = str(data.get(f"r{number}-id", ""))
            pk = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
            yield pk if pk in self.stored else None

    def _add_fields(self, slot: ProjectSlot) -> None:
        text, box = {"class": "form-control"}, forms.CheckboxInput({"class": "form-check-input"})
        fields: dict[str, forms.Field] = {
            "name": LinesField(required=False, max_length=MAX_NAME, widget=forms.TextInput(text)),
            "code": LinesField(required=False, max_length=MAX_CODE, widget=forms.TextInput(text | {"autocomplete": "off"})),
            "amount": QuantityField(required=False),
            "major_policy": forms.BooleanField(required=False, widget=box),
            "livelihood": forms.BooleanField(required=False, widget=box),
        }
        if slot.id:
            fields["remove"] = forms.BooleanField(required=False, widget=box)
        for what, field in fields.items():
            field.label = f"第 {slot.number + 1} 个项目 {COLUMNS[what]}"
            self.fields[slot.name(what)] = field
            if slot.id and what != "remove":
                self.initial[slot.name(what)] = getattr(self.stored[slot.id], what)

    def clean(self) -> dict[str, Any]:
        for slot in self.slots:
            if slot.saved_parts and self.cleaned_data.get(slot.name("remove")) and self.data.get(slot.name("sure")) != "1":
                self.add_error(slot.name("remove"), f"已填 {slot.saved_parts} 个部分，删除后不能恢复；确认删除请再保存一次")
        return self.cleaned_data

    def standing(self, stored: "ProjectsForm", name: str) -> Any:
        """What ``stored`` holds of the project that a field of this form is about: by its id, positions may have moved.

        Of a new project nothing can stand otherwise.
        """
        number, _, what = name.removeprefix("r").partition("-")
        slot = self.slots[int(number)] if what else None
        row = stored.stored.get(slot.id) if slot and slot.id else None
        return getattr(row, what, self.cleaned_data.get(name)) if row else self.cleaned_data.get(name)

    def rows(self) -> list[ProjectRow]:
        """What was typed, without empty and removed rows; ``kept`` are their slots. Projects that the page did not show stay."""
        self.kept = [slot for slot in self.slots if not self.cleaned_data.get(slot.name("remove")) and self._filled(slot)]
        shown = {slot.id for slot in self.slots}
        return [*(self._row(slot) for slot in self.kept), *(row for pk, row in self.stored.items() if pk not in shown)]

    def _filled(self, slot: ProjectSlot) -> bool:
        return bool(slot.id) or any(self.cleaned_data.get(slot.name(what)) not in (None, "") for what in ("name", "code", "amount"))

    def _row(self, slot: ProjectSlot) -> ProjectRow:
        given: dict[str, Any] = {what: self.cleaned_data.get(slot.name(what)) for what in COLUMNS if what != "remove"}
        return ProjectRow(id=slot.id, **given)


def count_of(data: Mapping[str, Any]) -> int:
    """How many places a page says it had; no more than a list can have, and as many new ones."""
    count = str(data.get("rows", ""))
    return min(int(count), MAX_PROJECTS * 2) if count.isascii() and count.isdigit() and len(count) < 4 else 0


def typed_rows(data: Mapping[str, Any]) -> list[int]:
    """The places of a page in which a project stands or something is typed."""
    return [n for n in range(count_of(data)) if any(data.get(f"r{n}-{what}") for what in ("id", "name", "code", "amount"))]


def with_rows(data: Any, rows: Sequence[ProjectRow], left: str = "") -> Any:
    """The page that was sent with further rows behind those that something is typed in, unsaved; ``left`` stays in the box."""
    filled = data.copy()
    number = 1 + max(typed_rows(data), default=-1)
    for place, row in enumerate(rows, start=number):
        filled[f"r{place}-name"], filled[f"r{place}-code"] = row.name, row.code
        filled[f"r{place}-amount"] = "" if row.amount is None else str(row.amount)
        for what in ("major_policy", "livelihood"):
            filled.pop(f"r{place}-{what}", None)
            if getattr(row, what):
                filled[f"r{place}-{what}"] = "on"
    filled["rows"] = str(max(number + len(rows), count_of(data)))
    filled["paste"] = left
    return filled
