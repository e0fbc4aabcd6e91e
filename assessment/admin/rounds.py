"""Rounds at the desk."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from assessment.admin.access import AdministratorAccess
from assessment.forms import RoundForm
from assessment.models import Round, SchemeVersion
from assessment.services.filings import open_filings
from units.models import BudgetUnit

#: The kind of scheme that each column takes.
SCHEMES = {"whole_scheme": "whole", "project_scheme": "project"}


@admin.register(Round)
class RoundAdmin(AdministratorAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """Dates, scheme and publicity of a round; its filings are opened by an action."""

    list_display = ["fiscal_year", "department", "title", "notice_number", "inner_deadline", "outer_deadline", "review_public"]
    list_select_related = ["department"]
    fields = [
        ("department", "fiscal_year"),
        "title",
        "notice_number",
        "notice_title",
        ("inner_deadline", "outer_deadline", "publication_date"),
        "whole_scheme",
        ("project_scheme", "key_amount"),
        "review_public",
    ]
    form = RoundForm
    actions = ["open_all"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Round]:
        return super().get_queryset(request).filter(pk__in=Round.objects.visible_to(request.user))  # type: ignore[arg-type]

    def _departments(self, request: HttpRequest) -> QuerySet[BudgetUnit]:
        return BudgetUnit.objects.administered_by(request.user).filter(parent=None)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        """A round of a department that one only reads is not changed."""
        within = obj is None or self._departments(request).filter(pk=obj.department_id).exists()
        return within and super().has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "department":
            kwargs["queryset"] = self._departments(request)
        if db_field.name in SCHEMES:
            kwargs["queryset"] = SchemeVersion.objects.active().filter(kind=SCHEMES[db_field.name])
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["department", "fiscal_year", *SCHEMES] if obj and obj.filings.exists() else []

    @admin.action(description="为所属单位开通自评材料", permissions=["change"])
    def open_all(self, request: HttpRequest, queryset: QuerySet[Round]) -> None:
        """Open the filings of every unit of the department."""
        for round_ in queryset.filter(department__in=self._departments(request)):
            messages.success(request, f"{round_}：新开通 {open_filings(round_)} 个单位")
