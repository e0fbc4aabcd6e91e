"""The written report as a form: one text for each outline section."""

from collections.abc import Mapping
from typing import Any

from django import forms

from assessment.domain.narrative import MAX_SECTION, outline, tidy, unknown_tokens
from assessment.domain.scheme import Scheme
from assessment.forms.fields import LinesField


class ProseField(LinesField):
    """Text as it will be stored, so that it is measured and compared as such."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value))


class NarrativeForm(forms.Form):
    """Plain text with figure tokens such as ``{{支出完成率}}``; ``starters`` offers the scheme's text where there is none yet."""

    def __init__(self, scheme: Scheme, texts: Mapping[str, str], data: Any = None, *, starters: bool = True) -> None:
        super().__init__(data)
        self.scheme = scheme
        for heading in outline(scheme.sections):
            section = heading.section
            if section.text:
                self.fields[section.code] = ProseField(
                    label=f"{heading.number}{section.heading}" if section.heading else "开头段",
                    required=False,
                    max_length=MAX_SECTION,
                    help_text=section.guidance,
                    widget=forms.Textarea({"class": "form-control prose", "rows": 6, "maxlength": None}),
                )
                self.initial[section.code] = texts.get(section.code, section.starter if starters else "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for code, text in list(cleaned.items()):
            if unknown := unknown_tokens(self.scheme, text):
                self.add_error(code, f"没有名为“{'、'.join(unknown)}”的数据项，请从“引用数据”中选用")
        return cleaned

    def texts(self) -> dict[str, str]:
        """What was typed, by section."""
        return dict(self.cleaned_data)
