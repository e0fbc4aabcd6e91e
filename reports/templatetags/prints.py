"""Print jobs inside other apps' pages."""

from typing import Any

from django import template

from assessment import permissions
from assessment.models import Filing, Round
from reports.models import PrintBatch, PrintJob, Publication
from reports.services.jobs import prints_rounds
from units.models import User

register = template.Library()
SHOWN = 5


@register.inclusion_tag("reports/_jobs.html", takes_context=True)
def print_jobs(context: dict[str, Any], filing: Filing) -> dict[str, Any]:
    """The latest print jobs of a filing with their state, and the publication if there is one.

    The finance office's copies are not among them: a round printed twice would push everything else out.
    """
    jobs = list(PrintJob.objects.filter(filing=filing).exclude(kind=PrintJob.Kind.COPY).defer("content").order_by("-pk")[:SHOWN])
    publication = Publication.objects.filter(filing=filing).first()
    may_print = permissions.takes_part(context["user"], filing)
    return {"filing": filing, "jobs": jobs, "publication": publication, "may_print": may_print, "csrf_token": context["csrf_token"]}


@register.simple_tag
def report_job(filing: Filing) -> PrintJob | None:
    """The official report of the filing's latest approval."""
    return PrintJob.objects.filter(filing=filing, kind=PrintJob.Kind.REPORT).defer("content").order_by("-pk").first()


@register.inclusion_tag("admin/reports/printbatch/_round.html", takes_context=True)
def round_prints(context: dict[str, Any], round_: Round) -> dict[str, Any]:
    """On a round's page at the desk: what was printed of it, and the button that prints it."""
    user: User = context["user"]
    found = PrintBatch.objects.visible_to(user).filter(round=round_).select_related("asked_by")[:SHOWN]
    return {"round": round_, "batches": found, "may_print": prints_rounds(user, round_), "csrf_token": context["csrf_token"]}
