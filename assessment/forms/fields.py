"""Form fields that read what clerks type."""

from decimal import Decimal
from typing import Any

from django import forms

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError
from assessment.domain.figures import parse_figure, parse_number
from assessment.domain.scheme import Field

CENT = Decimal("0.01")


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
            return parse_figure(self.field, str(value or ""))
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error


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
            points = parse_number(str(value or ""))
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
        if points is None:
            return None
        if not 0 <= points <= self.full:
            raise forms.ValidationError(f"应在 0 至 {decimal_text(self.full)} 分之间")
        if points != points.quantize(CENT):
            raise forms.ValidationError("最多 2 位小数")
        return points
