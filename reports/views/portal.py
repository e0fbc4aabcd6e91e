"""The public portal: what is published, and nothing else."""

import re
from urllib.parse import urlencode

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
YEAR = re.compile("[0-9]{4}")


@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Published filings by year and unit, with a search over their names."""
    year, unit, text = _asked(request, "year", 20), _asked(request, "unit", 20), _asked(request, "q", 60)
    published = Publication.objects.for_list()
    found = published.matching(year=int(year) if YEAR.fullmatch(year) else None, unit=unit, text=text)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [(item, exchange.FilingContent.model_validate_json(item.snapshot.content)) for item in page],
        "years": list(published.order_by("-filing__round__fiscal_year").values_list("filing__round__fiscal_year", flat=True).distinct()),
        "units": BudgetUnit.objects.filter(filings__publication__isnull=False).distinct(),
        "year": year,
        "unit": unit,
        "q": text,
        "query": "".join(f"{urlencode({name: value})}&" for name, value in (("q", text), ("year", year), ("unit", unit)) if value),
    }
    return render(request, "reports/portal.html", context)


def _asked(request: HttpRequest, name: str, length: int) -> str:
    """A parameter as it can be looked for: PostgreSQL takes no NUL."""
    return request.GET.get(name, "").replace("\0", "").strip()[:length]


@require_safe
def publication(request: HttpRequest, number: int) -> HttpResponse:
    """One published filing: its figures, scores and report as signed, the PDF and its SHA-256."""
    item = _published(number)
    content = exchange.FilingContent.model_validate_json(item.snapshot.content)
    papers = papers_of(item.filing, content)
    context = {"publication": item, "content": content, "papers": papers, "review": item.job.published_review}
    return render(request, "reports/publication.html", context)


@require_safe
def publication_pdf(_request: HttpRequest, number: int) -> HttpResponseBase:
    """The published PDF."""
    item = _published(number)
    content = exchange.FilingContent.model_validate_json(item.snapshot.content)
    title = papers_of(item.filing, content)[0].scheme.report_title
    return pdf_response(item.job, f"{content.unit.name}{content.round.fiscal_year}年度{title}.pdf")


def _published(number: int) -> Publication:
    related = Publication.objects.select_related("filing", "snapshot", "job__review_snapshot").defer("job__content")
    return get_object_or_404(related, number=number)
