"""The smaller forms: explanations, and the unit's acts."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from assessment.domain.findings import Finding
from assessment.forms.fields import LinesField


class _Acting(forms.Form):
    """A form that crispy renders with its one button."""

    button = "确定"
    style = "primary"

    @property
    def helper(self) -> FormHelper:
        """Crispy's layout: labels on top, one button; the page gives the ``form`` tag."""
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout(*self.fields, StrictButton(self.button, type="submit", css_class=f"btn-{self.style}"))
        return helper


class ExplanationsForm(forms.Form):
    """A written reason for each warning that stands."""

    def __init__(self, findings: Iterable[Finding], texts: Mapping[str, str], data: Any = None) -> None:
        super().__init__(data)
        for finding in findings:
            self.fields[finding.key] = LinesField(
                label=finding.message,
                required=False,
                max_length=1000,
                widget=forms.Textarea({"rows": 2, "class": "form-control", "placeholder": "请写明原因"}),
            )
            self.initial[finding.key] = texts.get(finding.key, "")


class SignoffRequestForm(_Acting):
    """The date on the cover."""

    button = "提请签批"
    filled_on = forms.DateField(
        label="填报日期",
        help_text="印在封面上",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填写日期，如 2023-04-23"},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"filled_on": timezone.localdate()})


class SignForm(_Acting):
    """The head's declaration over exactly the content whose digest was shown."""

    button = "签批报送"
    style = "success"
    declared = forms.BooleanField(
        label="本单位对所报材料的真实性、完整性、一致性、规范性负责",
        error_messages={"required": "请先勾选声明"},
    )
    digest = forms.CharField(widget=forms.HiddenInput)


class WaiverForm(_Acting):
    """Which finding the office lets pass, why, and until when."""

    button = "豁免"
    style = "outline-primary"
    key = forms.ChoiceField(label="核查意见", error_messages={"required": "请选择核查意见", "invalid_choice": "这一条已不存在，请重新选择"})
    reason = LinesField(label="理由", max_length=1000, widget=forms.Textarea({"rows": 2}), error_messages={"required": "请写明理由"})
    expires_on = forms.DateField(
        label="有效期至",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写有效期", "invalid": "请填写日期，如 2023-12-31"},
    )

    def __init__(self, findings: Iterable[Finding], data: Any = None) -> None:
        super().__init__(data, auto_id="id_waiver_%s")
        key = self.fields["key"]
        assert isinstance(key, forms.ChoiceField)
        key.choices = [("", "请选择"), *((finding.key, f"{finding.label}　{finding.message}"[:120]) for finding in findings)]


class AnswerForm(forms.Form):
    """The unit's answer to what it was returned."""

    text = LinesField(label="答复", max_length=1000, widget=forms.Textarea({"rows": 3, "class": "form-control"}))


class ReasonForm(_Acting):
    """One reason."""

    style = "outline-danger"
    reason = LinesField(label="原因", max_length=1000, widget=forms.Textarea({"rows": 3}), error_messages={"required": "请写明原因"})

    def __init__(self, button: str, data: Any = None) -> None:
        self.button = button
        super().__init__(data, auto_id="id_reason_%s")
