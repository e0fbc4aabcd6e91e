"""Print jobs, print batches and publications at the desk; publishing is the lead's act."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from assessment.admin.access import DeskAccess
from assessment.domain.errors import DomainError
from assessment.models import Filing, Round
from reports.models import PrintBatch, PrintJob, Publication
from reports.services import batches
from reports.services.bundles import bundle, members_of
from reports.services.jobs import prints_rounds
from reports.services.publications import publish
from units.models import User


@admin.register(PrintJob)
class PrintJobAdmin(DeskAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """Every print job of the department with its state and reason of failure; how the queue stands on top."""

    list_display = fields = readonly_fields = ("filing", "kind", "state", "attempts", "error", "asked_by", "asked_at", "finished_at")
    list_filter = ["state", "kind"]
    list_select_related = ["filing__unit", "filing__round", "asked_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintJob]:
        return super().get_queryset(request).filter(pk__in=PrintJob.objects.visible_to(request.user)).defer("content")  # type: ignore[arg-type]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "toolchain")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "toolchain")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now = timezone.now()
        failed = self.get_queryset(request).failed_since(now - timedelta(days=1)).count()  # type: ignore[attr-defined]
        return super().changelist_view(request, {"queue": PrintJob.objects.queue(now), "failed": failed, **(extra_context or {})})


@admin.register(PrintBatch)
class PrintBatchAdmin(DeskAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """Whole rounds printed: asked for from the round's page, watched, cancelled and taken away as a ZIP here."""

    list_display = ["round", "department", "asked_by", "asked_at", "progress"]
    list_select_related = ["round__department", "asked_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintBatch]:
        visible = super().get_queryset(request).filter(pk__in=PrintBatch.objects.visible_to(request.user))  # type: ignore[arg-type]
        done, wanted = Q(items__job__state=PrintJob.State.DONE), Q(items__job__isnull=False)
        related = visible.select_related("round__department", "asked_by", "cancelled_by")
        counted: QuerySet[PrintBatch] = related.annotate(done=Count("items", filter=done), wanted=Count("items", filter=wanted))
        return counted

    @admin.display(description="主管部门")
    def department(self, batch: PrintBatch) -> str:
        """Whose round it is."""
        return str(batch.round.department)

    @admin.display(description="进度")
    def progress(self, batch: Any) -> str:
        """How many of its files are printed."""
        return f"{batch.done} / {batch.wanted}{'（已取消）' if batch.cancelled_at else ''}"

    def get_urls(self) -> list[URLPattern]:
        retried, cancelled = "已重新排队 {} 份", "已取消 {} 份，正在打印的和正式报告不受影响"
        own = {
            "print/<int:pk>/": ("print", require_POST(self._print)),
            "<int:pk>/cancel/": ("cancel", require_POST(self._act(batches.cancel_batch, cancelled))),
            "<int:pk>/retry/": ("retry", require_POST(self._act(batches.retry_batch, retried))),
            "<int:pk>/zip/": ("zip", require_safe(self._zip)),
        }
        wrap = self.admin_site.admin_view
        return [path(route, wrap(view), name=f"reports_printbatch_{name}") for route, (name, view) in own.items()] + super().get_urls()

    def _batch(self, request: HttpRequest, pk: int | str) -> PrintBatch:
        batch: PrintBatch | None = self.get_object(request, str(pk))
        if batch is None:
            raise Http404
        return batch

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """How far it has come, in place of the admin's own form."""
        batch = self._batch(request, object_id)
        told = _told(batch, request.user)  # type: ignore[arg-type]
        context = {**self.admin_site.each_context(request), "title": str(batch), "opts": self.opts, **told}
        response = render(request, "admin/reports/printbatch/batch.html", context)
        if told["under_way"]:
            response["Refresh"] = "3"
        return response

    def _print(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for a round."""
        user: Any = request.user
        round_ = get_object_or_404(Round.objects.visible_to(user), pk=pk)
        try:
            batch = batches.print_round(round_.pk, by=user)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("admin:assessment_round_change", pk)
        return redirect("admin:reports_printbatch_change", batch.pk)

    def _act(self, do: Callable[..., int], told: str) -> Callable[[HttpRequest, int], HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            batch = self._batch(request, pk)
            try:
                count = do(batch.pk, by=request.user)
            except DomainError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, told.format(count))
            return redirect("admin:reports_printbatch_change", batch.pk)

        return view

    def _zip(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What is printed so far, in one file."""
        batch = self._batch(request, pk)
        members = members_of(batch, request.user)  # type: ignore[arg-type]
        if not any(member.file for member in members):
            raise Http404("还没有打印完成的文件")
        response = StreamingHttpResponse(bundle(batch, members), content_type="application/zip")
        name = f"{batch.round.department}{batch.round.fiscal_year}年度自评材料.zip"
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        return response


def _told(batch: PrintBatch, user: User) -> dict[str, Any]:
    """What the page of a batch says; the same number of questions however many filings."""
    items = batch.items.visible_to(user)
    counts = items.counted_by_state()
    waiting, printing, failed, cancelled = (counts.get(state, 0) for state in ("waiting", "printing", "failed", "cancelled"))
    may_print = prints_rounds(user, batch.round) and batch.cancelled_at is None
    return {
        "batch": batch,
        "done": counts.get("done", 0),
        "total": sum(counts.values()),
        "waiting": waiting,
        "printing": printing,
        "under_way": waiting + printing,
        "again": failed + cancelled if may_print else 0,
        "cancelled": cancelled,
        "may_cancel": may_print and items.waiting_copies().exists(),
        "time_left": _in_words(items.time_left(waiting + printing, batch.asked_at)),
        "queue": PrintJob.objects.queue(timezone.now()),
        "failed": items.filter(job__state=PrintJob.State.FAILED).select_related("filing__unit", "job"),
        "left_out": items.left_out().select_related("filing__unit"),
    }


def _in_words(left: timedelta | None) -> str:
    """Whole minutes, rounded up; nothing where nothing is known or left."""
    if not left:
        return ""
    minutes = -(-left // timedelta(minutes=1))
    return "不到 1 分钟" if left < timedelta(minutes=1) else f"约 {minutes} 分钟"


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
