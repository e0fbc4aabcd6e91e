"""A workbook's contents in the forms of the pages: the same parsing, the same messages, whichever way a figure came in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from assessment.domain.checks import NO_ANSWER
from assessment.domain.own_rows import OwnRow, complete
from assessment.excel import Chapter, Typed
from assessment.forms.figures import FiguresForm
from assessment.forms.own_rows import NUMBERS, OwnRowsForm
from assessment.forms.projects import ProjectsForm
from assessment.forms.scores import ScoresForm
from assessment.models import Part
from assessment.services.excel import Save
from assessment.services.own_rows import faults_of


class ExcelFileForm(forms.Form):
    """One workbook."""

    file = forms.FileField(
        label="填好的工作簿",
        help_text="只接受从本页下载的 .xlsx，不超过 10 MB；上传后先看改动，确认后才写入，上传的文件不保存",
        widget=forms.ClearableFileInput({"accept": ".xlsx", "class": "form-control"}),
        error_messages={"required": "请选择工作簿", "empty": "文件是空的，请检查后重新选择"},
    )


@dataclass(frozen=True)
class Change:
    """A field that says something else than what is stored."""

    name: str
    label: str
    field: forms.Field
    before: Any
    after: Any
    removed: bool = False


class Bound:
    """One sheet in the form of its part."""

    def __init__(self, chapter: Chapter, kind: Part.Kind, typed: Typed, form: Any) -> None:
        self.chapter, self.kind, self.typed, self.form = chapter, kind, typed, form
        self.valid: bool = form.is_valid()

    def changes(self) -> Iterator[Change]:
        """What is different, in the order of the form; a cell that could not be read is no change."""
        shown = None if self.kind not in (Part.Kind.OWN_ROWS, Part.Kind.PROJECTS) else self._rows_shown()
        for name, field in self.form.fields.items():
            if name not in self.typed.cells or name in self.form.errors or (shown is not None and name.partition("-")[0] not in shown):
                continue
            before = field.clean(self.form.get_initial_for_field(field, name))
            after = self.form.cleaned_data.get(name)
            if name.endswith("-direction") and not after:
                after = "at_least"
            if before != after:
                yield Change(name, str(field.label), field, before, after, name.partition("-")[0] in self._removed())

    def _rows_shown(self) -> set[str]:
        """The rows that something is in, and of those taken away their name."""
        self.form.rows()
        return {slot.key for slot in self.form.kept} | self._removed()

    def _removed(self) -> set[str]:
        return {name.partition("-")[0] for name, value in self.typed.data.items() if name.endswith("-remove") and value}

    def save(self) -> Save | None:
        """What its part is to be sent; None where nothing is different."""
        values = self._values()
        return Save(self.chapter.key, self.kind, self.chapter.versions[self.kind], values) if values is not None else None

    def _values(self) -> Any:
        inputs = self.chapter.inputs
        if self.kind == Part.Kind.FIGURES:
            return _different(self.form.figures(), inputs.figures, None)
        if self.kind == Part.Kind.SCORES:
            return _different(self.form.answers(), inputs.answers, NO_ANSWER)
        rows = self.form.rows()
        stored: Sequence[Any] = inputs.own_rows if self.kind == Part.Kind.OWN_ROWS else self.chapter.projects or ()
        return rows if list(rows) != list(stored) else None

    def field_of(self, place: str) -> str:
        """The form field that a place of the part's refusal speaks of."""
        if self.kind in (Part.Kind.OWN_ROWS, Part.Kind.PROJECTS):
            _, number, what = place.split(":")
            kept = self.form.kept
            return str(kept[int(number)].name(what)) if int(number) < len(kept) else ""
        code = place.partition(":")[2]
        return f"{code}-points" if self.kind == Part.Kind.SCORES else code


def _different(typed: Mapping[str, Any], stored: Mapping[str, Any], nothing: Any) -> dict[str, Any] | None:
    return {code: value for code, value in typed.items() if value != stored.get(code, nothing)} or None


def bind(chapters: Sequence[Chapter], parts: Sequence[Typed]) -> list[Bound]:
    """Every sheet that was read, in the order in which parts are stored: points are for the rows as they will be."""
    by_marker = {typed.marker: typed for typed in parts}
    bound: list[Bound] = []
    for chapter in chapters:
        rows: Sequence[OwnRow] = chapter.inputs.own_rows
        for kind in (Part.Kind.PROJECTS, Part.Kind.FIGURES, Part.Kind.OWN_ROWS, Part.Kind.SCORES):
            typed = by_marker.get(f"jiping:{kind}:{chapter.key}")
            if typed is None or kind not in chapter.versions:
                continue
            found = Bound(chapter, kind, typed, _form(chapter, kind, typed, rows))
            if kind == Part.Kind.OWN_ROWS and found.valid:
                # A row that will be refused measures nothing.
                rows = [row for row in found.form.rows() if row.code and not any(faults_of(chapter.scheme, row))]
            bound.append(found)
    return bound


def _form(chapter: Chapter, kind: Part.Kind, typed: Typed, rows: Sequence[OwnRow]) -> Any:
    inputs = chapter.inputs
    if kind == Part.Kind.FIGURES:
        return FiguresForm(chapter.scheme, inputs.figures, typed.data)
    if kind == Part.Kind.SCORES:
        return ScoresForm(complete(chapter.scheme, rows), inputs.answers, typed.data)
    if kind == Part.Kind.OWN_ROWS:
        _mark_emptied(typed.data, inputs.own_rows)
        return OwnRowsForm(chapter.scheme, inputs.own_rows, typed.data)
    return ProjectsForm(list(chapter.projects or ()), {}, typed.data)


def _mark_emptied(data: dict[str, Any], rows: Sequence[OwnRow]) -> None:
    """A row of the unit's own whose cells were all emptied is to be taken away."""
    for row in rows:
        if not any(data.get(f"{row.code}-{what}") for what in ("label", "unit", "aim", *NUMBERS)):
            data[f"{row.code}-remove"] = "on"
