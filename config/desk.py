"""The desk (工作台): Django's admin, opened by role (ADR 0007); people sign in where everybody does."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from assessment import permissions
from assessment.models import Filing


class Desk(AdminSite):
    """The finance office's site."""

    site_header = "绩评 · 财务部门工作台"
    site_title = "绩评"
    index_title = "工作台"
    # Six lists are one click away on the start page; the review table needs the width.
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return permissions.sees_desk(request.user)  # type: ignore[arg-type]

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The start page with how many filings of the latest round stand where."""
        counts = Filing.objects.visible_to(request.user).counted_by_stage()  # type: ignore[arg-type]
        return super().index(request, {"counts": counts, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """In the order of the work: filings, what goes out, units and people."""
        order = {"assessment": 0, "reports": 1, "units": 2}
        return sorted(super().get_app_list(request, app_label), key=lambda app: order.get(app["app_label"], 9))

    def get_urls(self) -> list[Any]:
        """Without the shortcut that would tell anybody at a desk which numbers exist elsewhere."""
        return [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]  # a redirect will do
        """Passwords are changed where everybody changes theirs."""
        return redirect("units:password")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """To the site's own sign-in; who is signed in already and holds no office role is refused."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", ""))
