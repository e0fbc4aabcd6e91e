"""The public portal: what is published, and nothing else."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessment.domain import exchange
from assessment.views.papers import papers_of
from reports.models import Publication
from reports.views.jobs import pdf_response
from units.models import BudgetUnit

PAGE = 20


@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Published filings by year and unit, with a search over their names."""
    year, unit, text = request.GET.get("year", ""), request.GET.get("unit", "")[:20], request.GET.get("q", "").strip()[:60]
    published = Publication.objects.for_list()
    found = published.matching(year=int(year) if year.isdigit() and len(year) == 4 else None, unit=unit, text=text)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [(item, exchange.FilingContent.model_validate_json(item.snapshot.content).assessments[0]) for item in page],
        "years": list(published.order_by("-filing__round__fiscal_year").values_list("filing__round__fiscal_year", flat=True).distinct()),
        "units": BudgetUnit.objects.filter(filings__publication__isnull=False).distinct(),
        "year": year,
        "unit": unit,
        "q": text,
    }
    return render(request, "reports/portal.html", context)


@require_safe
def publication(request: HttpRequest, number: int) -> HttpResponse:
    """One published filing: its figures, scores and report as signed, the PDF and its SHA-256."""
    item = _published(number)
    content = exchange.FilingContent.model_validate_json(item.snapshot.content)
    review = exchange.ReviewContent.model_validate_json(item.job.review) if item.job.review else None
    papers = papers_of(item.filing, content)
    context = {"publication": item, "filing": item.filing, "content": content, "papers": papers, "review": review}
    return render(request, "reports/publication.html", context)


@require_safe
def publication_pdf(_request: HttpRequest, number: int) -> HttpResponseBase:
    """The published PDF."""
    item = _published(number)
    return pdf_response(item.job, f"{item.filing.unit.name}{item.filing.round.fiscal_year}年度整体绩效自评报告.pdf")


def _published(number: int) -> Publication:
    related = Publication.objects.select_related("filing__unit", "filing__round__department", "snapshot", "job")
    return get_object_or_404(related, number=number)
