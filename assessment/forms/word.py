"""Taking over a Word document: the file, then for each section what was found, to be looked through before it is stored."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms

from assessment.domain.manuscript import LONGEST_HEADING, MAX_REST, Sorted
from assessment.domain.narrative import MAX_SECTION, outline, tidy, unknown_tokens
from assessment.domain.prose import too_wide
from assessment.domain.scheme import Scheme
from assessment.forms.narrative import ProseField

TEXT, TAKE, REST, PLACE, HEAD = "text-", "take-", "rest-", "to-", "head-"
NOWHERE = "-"
_REST = re.compile(rf"{REST}([0-9]{{1,2}})")


class WordFileForm(forms.Form):
    """One Word document."""

    file = forms.FileField(
        label="Word 文档",
        help_text="只接受 .docx，不超过 10 MB；读取后先对照、再写入，上传的文件不保存",
        widget=forms.ClearableFileInput({"accept": ".docx", "class": "form-control"}),
        error_messages={"required": "请选择 Word 文档", "empty": "文件是空的，请检查后重新选择"},
    )


class WordTextForm(forms.Form):
    """For each section found its new text and whether it is wanted; for each piece that fits none, where it goes."""

    def __init__(self, scheme: Scheme, found: Mapping[str, str], rest: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.scheme = scheme
        self.labels = {
            heading.section.code: f"{heading.number}{heading.section.heading}" if heading.section.heading else "开头段"
            for heading in outline(scheme.sections)
            if heading.section.text
        }
        for code in self.labels:
            if code in found:
                self.fields[TAKE + code] = forms.BooleanField(label="采用", required=False, initial=True)
                self.fields[TEXT + code] = _prose(self.labels[code], found[code])
        places = [("", "请选择放到哪一节"), *self.labels.items(), (NOWHERE, "不导入")]
        for number, (heading, text) in enumerate(rest):
            self.fields[f"{HEAD}{number}"] = forms.CharField(required=False, initial=heading, widget=forms.HiddenInput)
            self.fields[f"{REST}{number}"] = _prose(f"第 {number + 1} 处：{heading[:LONGEST_HEADING]}", text)
            self.fields[f"{PLACE}{number}"] = forms.ChoiceField(
                label=f"第 {number + 1} 处放到",
                choices=places,
                widget=forms.Select({"class": "form-select"}),
                error_messages={"required": "请选择放到哪一节，或选“不导入”", "invalid_choice": "提纲中没有这一节"},
            )

    @classmethod
    def found(cls, scheme: Scheme, document: Sorted, *, same: Collection[str]) -> "WordTextForm":
        """What a document holds; sections that are the ``same`` as what stands are not ticked."""
        found = {code: item.text for code, item in document.found.items()}
        form = cls(scheme, found, [(rest.heading, rest.text) for rest in document.rest])
        for code in same:
            form.fields[TAKE + code].initial = False
        return form

    @classmethod
    def sent(cls, scheme: Scheme, data: Any) -> "WordTextForm":
        """The form that was shown, as it came back: what was found in the document stands in it alone."""
        found = {name.removeprefix(TEXT): "" for name in data if name.startswith(TEXT)}
        numbers = [int(match[1]) for name in data if (match := _REST.fullmatch(name))]
        headings = [str(data.get(f"{HEAD}{number}", "")) for number in range(min(max(numbers, default=-1) + 1, MAX_REST))]
        return cls(scheme, found, [(heading, "") for heading in headings], data)

    @property
    def rest(self) -> list[int]:
        """The numbers of the pieces that fit no section."""
        return [number for number in range(MAX_REST) if f"{REST}{number}" in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, text in list(cleaned.items()):
            if name.startswith((TEXT, REST)) and self._wanted(name, cleaned):
                if unknown := unknown_tokens(self.scheme, text):
                    self.add_error(name, f"没有名为“{'、'.join(unknown)}”的数据项，请改正或删去花括号")
                if fault := too_wide(text):
                    self.add_error(name, fault)
        return cleaned

    @staticmethod
    def _wanted(name: str, cleaned: Mapping[str, Any]) -> bool:
        kind, _, rest = name.partition("-")
        return bool(cleaned.get(TAKE + rest)) if f"{kind}-" == TEXT else cleaned.get(PLACE + rest) != NOWHERE

    def texts(self, stored: Mapping[str, str]) -> dict[str, str]:
        """The sections to be written: what is wanted, and behind it, or behind what is stored, what was put there."""
        cleaned = self.cleaned_data
        texts = {code: cleaned[TEXT + code] for code in self.labels if cleaned.get(TAKE + code)}
        for number in self.rest:
            place = cleaned[f"{PLACE}{number}"]
            if place != NOWHERE:
                texts[place] = tidy(f"{texts.get(place, stored.get(place, ''))}\n{cleaned[f'{REST}{number}']}")
        return texts


def _prose(label: str, text: str) -> ProseField:
    """A text to be looked through, as high as it is long."""
    attrs = {"class": "form-control prose", "rows": 6, "maxlength": None}
    return ProseField(label=label, required=False, max_length=MAX_SECTION, initial=text, widget=forms.Textarea(attrs))
