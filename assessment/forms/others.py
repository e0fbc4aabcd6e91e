"""The smaller forms: evidence, explanations, and the unit's acts."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from assessment.domain.findings import Finding
from assessment.domain.scheme import Scheme
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


class EvidenceForm(_Acting):
    """One file, what it proves, and whether the public may have it."""

    button = "上传"
    file = forms.FileField(
        label="文件",
        help_text="PDF、PNG、JPG、DOCX、XLSX，每份不超过 20 MB",
        widget=forms.ClearableFileInput({"accept": ".pdf,.png,.jpg,.jpeg,.docx,.xlsx"}),
    )
    indicators = forms.MultipleChoiceField(
        label="对应指标", required=False, help_text="可选多项", widget=forms.CheckboxSelectMultiple({"class": "indicator"})
    )
    public = forms.BooleanField(label="可以公开", required=False, help_text="不勾选则只供财务部门查阅")

    def __init__(self, scheme: Scheme, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        indicators = self.fields["indicators"]
        assert isinstance(indicators, forms.MultipleChoiceField)
        indicators.choices = [
            (top.label, [(path[-1].code, path[-1].label) for path in scheme.rows if path[0] is top]) for top in scheme.indicators
        ]


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


class ReasonForm(_Acting):
    """One reason."""

    style = "outline-danger"
    reason = LinesField(label="原因", max_length=1000, widget=forms.Textarea({"rows": 3}), error_messages={"required": "请写明原因"})

    def __init__(self, button: str, data: Any = None) -> None:
        self.button = button
        super().__init__(data, auto_id="id_reason_%s")
