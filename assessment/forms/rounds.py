"""A round at the desk."""

from typing import Any

from django import forms

from assessment.models import Round


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """Dates, scheme and publicity; says in words that a department's year has its round already."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        department, year = cleaned.get("department"), cleaned.get("fiscal_year")
        if year and Round.objects.filter(department=department, fiscal_year=year).exclude(pk=self.instance.pk).exists():
            self.add_error("fiscal_year", f"该部门已有 {year} 年度")
        return cleaned
