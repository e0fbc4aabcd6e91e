"""Who may open what at the desk; roles decide, not Django's permission tables."""

from typing import Any, ClassVar

from django.http import HttpRequest

from assessment import permissions


class DeskAccess:
    """Read for the whole office; nobody adds, changes or deletes through the admin's own forms."""

    view_on_site: Any = False
    list_filter: ClassVar[Any] = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the page itself offers: free lookups reach every column, with patterns that never end."""
        offered = [item[0] if isinstance(item, tuple) else item for item in self.list_filter]
        asked = any(lookup in (name, f"{name}__exact", f"{name}__id__exact", f"{name}__isnull") for name in offered)
        return asked and "\0" not in str(value)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.sees_desk(request.user)  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.sees_desk(request.user)  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AdministratorAccess(DeskAccess):
    """Read for the office, write for administrators; nothing with a history is deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.administers(request.user)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.administers(request.user)  # type: ignore[arg-type]
