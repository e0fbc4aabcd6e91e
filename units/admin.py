"""Units, people and roles, kept by administrators."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from units.models import BudgetUnit, Membership, Role, User
from units.services import save_unit

admin.site.unregister(Group)


class AdministratorsOnly:
    """Administrators keep accounts; history is never deleted."""

    def _administers(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_staff) and Membership.objects.today().filter(user=user.pk, role=Role.ADMINISTRATOR).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._administers(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(BudgetUnit)
class BudgetUnitAdmin(AdministratorsOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The tree of units of the administrator's department."""

    list_display = ["code", "name", "parent", "valid_from", "valid_to", "successor"]
    list_select_related = ["parent", "successor"]
    search_fields = ["code", "name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetUnit]:
        return super().get_queryset(request).filter(pk__in=BudgetUnit.objects.visible_to(request.user))  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: BudgetUnit, form: Any, change: bool) -> None:
        save_unit(obj)


class MembershipInline(AdministratorsOnly, admin.TabularInline):  # type: ignore[type-arg]
    """A person's roles."""

    model = Membership
    extra = 1


@admin.register(User)
class PersonAdmin(AdministratorsOnly, UserAdmin):  # type: ignore[type-arg]
    """Accounts: nobody gets Django's all-powerful flag through the desk."""

    list_display = ["username", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email"]}),
        ("状态", {"fields": ["is_active", "is_staff", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "name", "is_staff", "password1", "password2"]})]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ()
