"""Units, people and roles, kept by the administrators of a department and only within it."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from units.forms import RolesFormSet
from units.models import BudgetUnit, Membership, Role, User
from units.services import save_unit

admin.site.unregister(Group)


class AdministratorsOnly:
    """Administrators keep accounts; history is never deleted."""

    def _administers(self, request: HttpRequest) -> bool:
        return Membership.objects.today().filter(user=request.user.pk, role=Role.ADMINISTRATOR).exists()

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


class WithinDepartment:
    """Choices of units reach as far as the administrator's own departments."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is BudgetUnit:
            kwargs["queryset"] = BudgetUnit.objects.administered_by(request.user)  # type: ignore[arg-type]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


@admin.register(BudgetUnit)
class BudgetUnitAdmin(AdministratorsOnly, WithinDepartment, admin.ModelAdmin):  # type: ignore[type-arg]
    """The tree of units of the administrator's department; departments themselves come by ``manage.py add_department``."""

    list_display = ["code", "name", "parent", "valid_from", "valid_to", "successor"]
    list_select_related = ["parent", "successor"]
    search_fields = ["code", "name"]
    search_help_text = "按单位代码或名称查找"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetUnit]:
        return super().get_queryset(request).filter(pk__in=BudgetUnit.objects.administered_by(request.user))  # type: ignore[arg-type]

    def get_form(self, request: HttpRequest, obj: BudgetUnit | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.base_fields["parent"].required = obj is None or obj.parent_id is not None
        return form

    def save_model(self, request: HttpRequest, obj: BudgetUnit, form: Any, change: bool) -> None:
        save_unit(obj)


class MembershipInline(AdministratorsOnly, WithinDepartment, admin.TabularInline):  # type: ignore[type-arg]
    """A person's roles; one that ended gets its last day, it is not deleted."""

    model = Membership
    formset = RolesFormSet
    extra = 1
    # An account without a role would belong to no department, and so to nobody who may keep it.
    min_num = 1

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody gives roles to themselves."""
        return obj != request.user and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and super().has_add_permission(request, obj)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"validate_min": True} | kwargs)


@admin.register(User)
class PersonAdmin(AdministratorsOnly, UserAdmin):  # type: ignore[type-arg]
    """Accounts of the administrator's department; roles alone say what a person may do."""

    list_display = ["username", "name", "email", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username", "name"]
    search_help_text = "按用户名或姓名查找"
    ordering = ["username"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email"]}),
        ("状态", {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "name", "email", "password1", "password2"]})]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(pk__in=User.objects.kept_by(request.user))  # type: ignore[arg-type]
