"""The forms on evidence: uploading files, changing what one file proves, tying it to more."""

from typing import Any

from django import forms

from assessment.domain.scheme import Scheme
from assessment.forms.fields import FilesField, FilesInput
from assessment.models import Evidence

SUFFIXES = ".pdf,.png,.jpg,.jpeg,.docx,.xlsx"
NAMED_ANYWAY = "不勾选则内容只供财务部门查阅，文件名仍列在公开的报告里"


class TieForm(forms.Form):
    """The indicators that a file is for."""

    indicators = forms.MultipleChoiceField(label="对应指标", required=False, widget=forms.CheckboxSelectMultiple, help_text="可选多项")

    def __init__(self, scheme: Scheme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indicators = self.fields["indicators"]
        assert isinstance(indicators, forms.MultipleChoiceField)
        indicators.choices = [
            (top.label, [(path[-1].code, path[-1].label) for path in scheme.rows if path[0] is top]) for top in scheme.indicators
        ]


class EvidenceForm(TieForm):
    """One or more files, what they prove, and whether the public may have them."""

    public = forms.BooleanField(label="可以公开", required=False, help_text=f"{NAMED_ANYWAY}；上传后也可以改")
    file = FilesField(
        label="文件",
        allow_empty_file=True,
        widget=FilesInput({"accept": SUFFIXES}),
        error_messages={"required": "请选择文件"},
    )


class ChangeForm(TieForm):
    """What can be changed of a file that is there."""

    name = forms.CharField(label="文件名", max_length=200, error_messages={"required": "请填写文件名"})
    public = forms.BooleanField(label="可以公开", required=False, help_text=NAMED_ANYWAY)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    field_order = ["name", "indicators", "public"]

    @classmethod
    def over(cls, item: Evidence, scheme: Scheme, seen: str, data: Any = None) -> "ChangeForm":
        """The form as it stands over ``item``."""
        initial = {"name": item.name, "indicators": item.indicators, "public": item.public, "seen": seen}
        return cls(scheme, data, initial=initial, auto_id="id_change_%s")
