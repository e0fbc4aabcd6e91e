"""The base data table as a form."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from assessment.domain.scheme import Scheme
from assessment.forms.fields import FigureField


class FiguresForm(forms.Form):
    """One input for each typed field of the scheme, named by the field's code."""

    def __init__(self, scheme: Scheme, figures: Mapping[str, Decimal], data: Any = None) -> None:
        super().__init__(data, initial=dict(figures))
        self.fields.update({field.code: FigureField(field) for field in scheme.inputs})

    def figures(self) -> dict[str, Decimal | None]:
        """What was typed, by field code; None where a field was left empty."""
        return dict(self.cleaned_data)
