"""The log of notices at the desk: what was told to whom by which act, and how far each mail has come."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from assessment import permissions
from assessment.admin.access import DeskAccess
from assessment.models import Notice


@admin.register(Notice)
class NoticeAdmin(DeskAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """Read by the administrators of the department whose people were told."""

    list_display = ["made_at", "recipient", "filing", "act", "mail", "sent_at", "attempts", "error"]
    list_filter = ["mail"]
    list_select_related = ["recipient", "filing__unit", "filing__round", "event"]
    list_per_page = 50
    search_fields = ["filing__unit__name", "filing__unit__code"]
    search_help_text = "按单位名称或代码查找"
    fields = readonly_fields = (
        "made_at", "recipient", "filing", "act", "title", "text", "read_at", "mail", "address", "sent_at", "attempts", "error",
    )  # fmt: skip

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.administers(request.user)  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.administers(request.user)  # type: ignore[arg-type]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).filter(pk__in=Notice.objects.logged_for(request.user))  # type: ignore[arg-type]

    @admin.display(description="操作", ordering="event__act")
    def act(self, notice: Notice) -> str:
        """By which act it came about."""
        return notice.act_label
