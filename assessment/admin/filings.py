"""Filings at the desk: the list, and the review view of one filing."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from assessment.admin import review
from assessment.admin.access import DeskAccess
from assessment.domain.errors import DomainError
from assessment.domain.workflow import Act
from assessment.models import Assessment, Filing
from assessment.services import contents
from assessment.services import review as service
from assessment.templatetags.show import points

Answer = Callable[[HttpRequest, int], HttpResponse]


@admin.register(Filing)
class FilingAdmin(DeskAccess, admin.ModelAdmin):  # type: ignore[type-arg]
    """The finance office's desk: every act goes through the services."""

    list_display = ["unit", "round", "stage_label", "waiting_for", "self_total", "review_total", "changed_at"]
    list_display_links = ["unit"]
    list_filter = ["round__fiscal_year", "status", ("unit", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["unit", "round"]
    list_per_page = 50
    search_fields = ["unit__name", "unit__code"]
    search_help_text = "按单位名称或代码查找"
    ordering = ["-round__fiscal_year", "unit__path"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Filing]:
        visible = Filing.objects.visible_to(request.user)  # type: ignore[arg-type]
        scored = Assessment.objects.select_related("scheme", "filing__round").prefetch_related(*contents.SCORED)
        rows = [Prefetch("assessments", scored.order_by("-kind", "pk"))]
        return visible.select_related("unit", "round").prefetch_related(*rows)

    @admin.display(description="状态", ordering="status")
    def stage_label(self, filing: Filing) -> str:
        """The status in words."""
        return filing.stage.label

    @admin.display(description="待办")
    def waiting_for(self, filing: Filing) -> str:
        """Who acts next."""
        return filing.stage.waiting_for

    @admin.display(description="自评得分")
    def self_total(self, filing: Filing) -> str:
        """The unit's total, as far as it is filled."""
        assessment = filing.assessments.all()[0]
        return points(contents.scored(assessment).total.value) if assessment.scores.all() else ""

    @admin.display(description="复核得分")
    def review_total(self, filing: Filing) -> str:
        """The office's total, as far as it is scored."""
        assessment = filing.assessments.all()[0]
        if all(score.review_points is None for score in assessment.scores.all()):
            return ""
        return points(service.reviewed_total(assessment, contents.scored(assessment)).value)

    def get_urls(self) -> list[URLPattern]:
        acts = {
            "open": self._act(Act.OPEN_REVIEW, lambda request, pk: service.open_review(pk, by=request.user), "已开始复核"),
            "save": self._guard(review.save),
            "return": self._guard(review.return_parts),
            "recommend": self._guard(review.recommend),
            "review-again": self._guard(review.review_again),
            "approve": self._act(
                Act.APPROVE,
                lambda request, pk: service.approve(pk, by=request.user, seen=request.POST.get("seen", "")),
                "已审定，正式报告正在打印",
            ),
            "reopen": self._guard(review.reopen),
            "waive": self._guard(review.waive),
            "end-waiver": self._guard(review.end_waiver),
        }
        own = [path(f"<int:pk>/{name}/", view, name=f"assessment_filing_{name.replace('-', '_')}") for name, view in acts.items()]
        return own + super().get_urls()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The review view in place of the admin's own form."""
        filing = self.get_object(request, object_id)
        if filing is None:
            raise Http404
        return review.page(self, request, filing)

    def _guard(self, answer: Callable[[Any, HttpRequest, Filing], HttpResponse]) -> Answer:
        """A POST view for an act: the desk only, the filing by access."""

        def view(request: HttpRequest, pk: int) -> HttpResponse:
            filing = self.get_object(request, str(pk))
            if filing is None:
                raise Http404
            return answer(self, request, filing)

        return self.admin_site.admin_view(require_POST(view))

    def _act(self, act: Act, do: Callable[[Any, int], object], told: str) -> Answer:
        """A POST view for an act without input."""

        def answer(_admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
            try:
                do(request, filing.pk)
            except DomainError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, told)
            return redirect("admin:assessment_filing_change", filing.pk)

        return self._guard(answer)
