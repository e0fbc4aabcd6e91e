"""Who may open what at the desk; roles decide, not Django's permission tables."""

from typing import Any

from django.http import HttpRequest

from assessment import permissions


class DeskAccess:
    """Read for the whole office; nobody adds, changes or deletes through the admin's own forms."""

    view_on_site: Any = False

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
