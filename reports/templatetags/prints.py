"""Print jobs inside other apps' pages."""

from typing import Any

from django import template

from assessment import permissions
from assessment.models import Filing
from reports.models import PrintJob, Publication

register = template.Library()
SHOWN = 5


@register.inclusion_tag("reports/_jobs.html", takes_context=True)
def print_jobs(context: dict[str, Any], filing: Filing) -> dict[str, Any]:
    """The latest print jobs of a filing with their state, and the publication if there is one."""
    jobs = list(PrintJob.objects.filter(filing=filing).defer("content").order_by("-pk")[:SHOWN])
    publication = Publication.objects.filter(filing=filing).first()
    may_print = permissions.takes_part(context["user"], filing)
    return {"filing": filing, "jobs": jobs, "publication": publication, "may_print": may_print, "csrf_token": context["csrf_token"]}


@register.simple_tag
def report_job(filing: Filing) -> PrintJob | None:
    """The official report of the filing's latest approval."""
    return PrintJob.objects.filter(filing=filing, kind=PrintJob.Kind.REPORT).defer("content").order_by("-pk").first()
