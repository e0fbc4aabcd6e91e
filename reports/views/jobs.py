"""Previews and printed reports for signed-in people: ask, look, retry, cancel, download."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from assessment.domain.errors import DomainError
from assessment.models import Snapshot
from assessment.views.access import SignedIn, filing_for
from reports.models import PrintJob
from reports.models.jobs import UNDER_WAY
from reports.services import jobs


def _job_for(request: SignedIn, pk: int) -> PrintJob:
    visible = PrintJob.objects.visible_to(request.user).defer("content")
    return get_object_or_404(visible.select_related("filing__unit", "filing__round"), pk=pk)


@login_required
@require_POST
def preview(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for a preview of a filing."""
    filing = filing_for(request, pk)
    try:
        job = jobs.ask_preview(filing, by=request.user, explained=request.POST.get("explained") == "1")
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(filing)
    return redirect("reports:job", job.pk)


@login_required
@require_POST
def receipt(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Ask for the receipt of a submission."""
    filing = filing_for(request, pk)
    signed = get_object_or_404(filing.snapshots.select_related("made_by"), kind=Snapshot.Kind.FILING, number=number)
    try:
        job = jobs.ask_receipt(filing, signed, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("assessment:receipt", filing.pk, number)
    return redirect("reports:job", job.pk)


@login_required
@require_safe
def job(request: SignedIn, pk: int) -> HttpResponse:
    """One job's state; the page asks again by itself while the job is under way."""
    shown = _job_for(request, pk)
    may_print, waits = jobs.may_handle(request.user, shown), shown.state == PrintJob.State.WAITING
    context = {
        "job": shown,
        "filing": shown.filing,
        "may_print": may_print,
        "may_cancel": may_print and jobs.can_be_cancelled(shown),
        "before": PrintJob.objects.before(shown).count() if waits else 0,
        "stuck": waits and PrintJob.objects.queue(timezone.now()).stuck,
    }
    response = render(request, "reports/job.html", context)
    if shown.state in UNDER_WAY:
        response["Refresh"] = "2"
    return response


@login_required
@require_POST
def retry(request: SignedIn, pk: int) -> HttpResponse:
    """Try a failed or cancelled job again."""
    return _act(request, pk, jobs.retry)


@login_required
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Take a job out of the queue."""
    return _act(request, pk, jobs.cancel)


def _act(request: SignedIn, pk: int, do: Callable[..., PrintJob]) -> HttpResponse:
    shown = _job_for(request, pk)
    try:
        do(shown.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("reports:job", shown.pk)


@login_required
@require_safe
def job_pdf(request: SignedIn, pk: int) -> HttpResponseBase:
    """The printed PDF of a job."""
    shown = _job_for(request, pk)
    return pdf_response(shown, f"{shown.filing.unit.name}{shown.filing.round.fiscal_year}年度{shown.get_kind_display()}.pdf")


def pdf_response(job: PrintJob, name: str) -> FileResponse:
    """A finished job's file as an attachment; 404 while there is none."""
    if job.state != PrintJob.State.DONE or not default_storage.exists(job.path):
        raise Http404("报告尚未打印完成")
    return FileResponse(default_storage.open(job.path), as_attachment=True, filename=name, content_type="application/pdf")
