"""Print jobs and publications at the desk; publishing is the lead's act."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from assessment.admin.access import DeskAccess
from assessment.domain.errors import DomainError
from assessment.models import Filing
from reports.models import PrintJob, Publication
from reports.services.publications import publish


@admin.register(PrintJob)
class PrintJobAdmin(DeskAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """Every print job of the department with its state and reason of failure."""

    list_display = fields = readonly_fields = ("filing", "kind", "state", "attempts", "error", "asked_by", "asked_at", "finished_at")
    list_filter = ["state", "kind"]
    list_select_related = ["filing__unit", "filing__round", "asked_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintJob]:
        return super().get_queryset(request).filter(pk__in=PrintJob.objects.visible_to(request.user)).defer("content")  # type: ignore[arg-type]


@admin.register(Publication)
class PublicationAdmin(DeskAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """The chain of publications, read only; ``publish`` appends to it."""

    list_display = ["number", "filing", "published_at", "published_by", "pdf_sha256"]
    list_select_related = ["filing__unit", "filing__round", "published_by"]
    fields = readonly_fields = ("number", "filing", "published_at", "published_by", "pdf_sha256", "previous", "digest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return super().get_queryset(request).filter(filing__in=Filing.objects.visible_to(request.user))  # type: ignore[arg-type]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self._publish))
        return [path("publish/<int:pk>/", view, name="reports_publication_publish"), *super().get_urls()]

    def _publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        if not Filing.objects.visible_to(user).filter(pk=pk).exists():
            raise Http404
        try:
            publication = publish(pk, by=user)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"已公开，第 {publication.number} 号")
        return redirect("admin:assessment_filing_change", pk)
