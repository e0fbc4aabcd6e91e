"""A scheme file handed in at the desk."""

from typing import Any

from django import forms

from assessment.domain.errors import DomainError
from assessment.domain.scheme import Scheme
from assessment.services.schemes import MAX_BYTES, read_scheme


class SchemeFileForm(forms.Form):
    """One YAML file; ``scheme`` is what it holds once the form is valid, and every fault is named otherwise."""

    file = forms.FileField(
        label="指标体系文件",
        help_text="YAML 文件，UTF-8 编码，不超过 1 MB；同一体系的新版本须提高版本号",
        widget=forms.ClearableFileInput({"accept": ".yaml,.yml"}),
        error_messages={"required": "请选择文件", "empty": "文件是空的"},
    )
    scheme: Scheme

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if file := cleaned.get("file"):
            try:
                self.scheme = read_scheme(_text(file))
            except DomainError as error:
                self.add_error("file", [line for line in str(error).split("\n") if line])
        return cleaned


def _text(file: Any) -> str:
    if file.size > MAX_BYTES:
        raise DomainError("指标体系文件超过 1 MB")
    try:
        return str(file.read().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DomainError("文件不是 UTF-8 编码的文本") from error
