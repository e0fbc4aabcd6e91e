"""Form fields that read what clerks type."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError
from assessment.domain.figures import parse_figure, parse_number
from assessment.domain.scheme import Field

CENT = Decimal("0.01")
NOTHING_SAVED = -1


def typed_over(data: Mapping[str, Any]) -> int:
    """The version that a page was typed over; ``NOTHING_SAVED``, which never stands, when it does not say."""
    version = str(data.get("version", ""))
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else NOTHING_SAVED


class LinesField(forms.CharField):
    """Text of several lines, with one newline character as it is stored: browsers send two."""

    default_error_messages = {"max_length": "超过 %(limit_value)s 字，请精简（现有 %(show_value)s 字）"}

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


class NumberInput(forms.TextInput):
    """A text input with a decimal keyboard on phones; browsers' own number inputs refuse full-width digits."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "form-control number", "maxlength": 40} | attrs)


class FigureField(forms.Field):
    """One figure of the data table in its field's unit of measure."""

    widget = NumberInput

    def __init__(self, field: Field) -> None:
        super().__init__(label=field.label, required=False, help_text=field.help)
        self.field = field

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        try:
            return parse_figure(self.field, "" if value is None else str(value))
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files, each as it came: the service judges them one by one."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(file, initial) for file in data or [None]]


class PointsField(forms.Field):
    """Points with at most two decimals, from 0 to the row's full points."""

    widget = NumberInput

    def __init__(self, label: str, full: Decimal) -> None:
        super().__init__(label=label, required=False)
        self.full = full

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        try:
            points = parse_number("" if value is None else str(value))
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
        if points is None:
            return None
        if not 0 <= points <= self.full:
            raise forms.ValidationError(f"应在 0 至 {decimal_text(self.full)} 分之间")
        if points != points.quantize(CENT):
            raise forms.ValidationError("最多 2 位小数")
        return points


class QuantityField(forms.Field):
    """A quantity whose unit of measure stands beside it."""

    widget = NumberInput

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        try:
            return parse_number("" if value is None else str(value))
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
