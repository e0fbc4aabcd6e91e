"""Scheme versions at the desk: a file is handed in, compared, tried on what was filed, and only then activated."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from assessment.admin.access import AdministratorAccess
from assessment.domain.comparing import differences
from assessment.domain.errors import DomainError
from assessment.forms import SchemeFileForm
from assessment.models import Round, SchemeVersion
from assessment.services import schemes
from assessment.services.impact import CHUNK, Impact, affected, impacts

#: Stands where the rows go; the page is sent in pieces around it.
ROWS_HERE = "<!--rows-->"


@admin.register(SchemeVersion)
class SchemeVersionAdmin(AdministratorAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """Versions never change: they are handed in, and activated for rounds to pick."""

    list_display = ["title", "code", "version", "kind", "loaded_at", "state"]
    ordering = ["code", "-loaded_at"]

    @admin.display(description="状态")
    def state(self, version: SchemeVersion) -> str:
        """Whether rounds may pick it."""
        return "已启用" if version.activated_at else "未启用"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/impact/", self.admin_site.admin_view(require_safe(self.impact)), name="assessment_schemeversion_impact"),
            path("<int:pk>/activate/", self.admin_site.admin_view(require_POST(self.activate)), name="assessment_schemeversion_activate"),
        ]
        return own + super().get_urls()

    def _version(self, request: HttpRequest, pk: int | str) -> SchemeVersion:
        version: SchemeVersion | None = self.get_object(request, str(pk))
        if version is None or not self.has_view_permission(request, version):
            raise Http404
        return version

    def _page(self, request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **context}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Hand in a file; every fault of it is named with its line."""
        if not self.has_add_permission(request):
            raise Http404
        form = SchemeFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                stored, fresh = schemes.import_scheme(form.scheme, by=request.user)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error("file", str(error))
            else:
                messages.success(request, "已导入，尚未启用" if fresh else "这一版已经在系统里，内容相同")
                return redirect("admin:assessment_schemeversion_change", stored.pk)
        status = 422 if form.is_bound else 200
        return render(request, "admin/assessment/schemeversion/import.html", self._page(request, "导入指标体系", form=form), status=status)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """What the version holds, and what differs from another one (``?with=``, the latest before it if not said)."""
        version = self._version(request, object_id)
        others = list(SchemeVersion.objects.others_of(version))
        chosen = request.GET.get("with", "")
        older = [other for other in others if other.loaded_at <= version.loaded_at]
        other = next((item for item in others if str(item.pk) == chosen), older[0] if older else None)
        context = self._page(
            request,
            str(version),
            version=version,
            scheme=version.scheme,
            others=others,
            other=other,
            differences=differences(other.scheme, version.scheme) if other else [],
            rounds=Round.objects.visible_to(request.user).filter(whole_scheme=version).select_related("department"),  # type: ignore[arg-type]
            affected=affected(version, request.user).count(),  # type: ignore[arg-type]
            may_activate=self.has_change_permission(request, version) and version.activated_at is None,
        )
        return render(request, "admin/assessment/schemeversion/version.html", context)

    def impact(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What the version would do to every filing under its other versions, sent as it is reckoned."""
        version = self._version(request, pk)
        assessments = affected(version, request.user)  # type: ignore[arg-type]
        context = self._page(request, f"试算：{version}", version=version, count=assessments.count(), rows_here=ROWS_HERE)
        head, tail = render_to_string("admin/assessment/schemeversion/impact.html", context, request).split(ROWS_HERE)
        return StreamingHttpResponse(_pieces(head, impacts(version, assessments), tail, context["count"]))

    def activate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let rounds pick the version."""
        version = self._version(request, pk)
        try:
            schemes.activate(version.pk, by=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "已启用，评价年度可以选用")
        return redirect("admin:assessment_schemeversion_change", version.pk)


def _pieces(head: str, found: Iterator[Impact], tail: str, count: int) -> Iterator[str]:
    """The page, its rows in the order they are reckoned with how far it has come, and the sum of them."""
    yield head
    done = changed = regraded = 0
    for item in found:
        done, changed, regraded = done + 1, changed + bool(item.changes), regraded + item.regraded
        yield render_to_string("admin/assessment/schemeversion/_impact.html", {"item": item})
        if done % CHUNK == 0:
            yield _progress(f"已试算 {done} / {count}", done=False)
    yield _progress(f"共试算 {done} 份：得分有变化的 {changed} 份，等级有变化的 {regraded} 份", done=True)
    yield tail


def _progress(text: str, *, done: bool) -> str:
    return render_to_string("admin/assessment/schemeversion/_progress.html", {"text": text, "done": done})
