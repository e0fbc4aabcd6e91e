"""One evidence file: its page with a preview, what it proves, download and removal."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.domain.errors import DomainError
from assessment.forms import ChangeForm, TieForm
from assessment.models import Evidence, Part
from assessment.services import evidence as service
from assessment.views.access import SignedIn, evidence_for, login_required
from assessment.views.evidence import closed, labels_of

#: For the file itself: nothing may be fetched or run, and only pages of ours may frame it. No "sandbox": older browsers refuse
#: to show a PDF under it. "object-src" and styles are for the browser's own viewer.
ALONE = {"default-src": [NONE], "object-src": [SELF], "style-src": [UNSAFE_INLINE], "frame-ancestors": [SELF]}


@login_required
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # django-csp knows no views with arguments
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: SignedIn, pk: int) -> HttpResponse:
    """What the file is and proves, how it looks, and the form that changes its name, ties and publicity."""
    item = evidence_for(request, pk)
    scheme = item.assessment.completed_scheme()
    if request.method != "POST":
        return _page(request, item, ChangeForm.over(item, scheme, service.seen_as(item)))
    form = ChangeForm.over(item, scheme, "", request.POST)
    if form.is_valid():
        try:
            changed = service.change_evidence(pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            # What stands now is shown beside what was typed: sent once more, it is over that.
            typed = request.POST.copy()
            typed["seen"] = service.seen_as(item)
            form = ChangeForm.over(item, scheme, "", typed)
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已修改“{changed.name}”")
            return redirect("assessment:evidence", item.assessment_id)
    return _page(request, item, form, status=422)


def _page(request: SignedIn, item: Evidence, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    assessment = item.assessment
    part = assessment.parts.get(kind=Part.Kind.EVIDENCE)
    part.assessment = assessment
    context = {
        "item": item,
        "filing": assessment.filing,
        "labels": labels_of(item, assessment.completed_scheme()),
        "refusal": closed(request, part),
        "form": form,
    }
    return render(request, "assessment/file.html", context, status=status)


@login_required
@require_safe
def download(request: SignedIn, pk: int) -> HttpResponseBase:
    """One file as an attachment, whatever it is."""
    item = evidence_for(request, pk)
    if item.held:
        messages.error(request, item.held)
        return redirect("assessment:evidence", item.assessment_id)
    return _bytes_of(item, "application/octet-stream", as_attachment=True)


@login_required
@xframe_options_sameorigin
@csp(ALONE)  # type: ignore[arg-type]  # as above
@require_safe
def shown(request: SignedIn, pk: int) -> HttpResponseBase:
    """A PDF or a picture for the preview; nothing else is ever given out to be shown."""
    item = evidence_for(request, pk)
    if item.held or not item.shown_inline:
        raise Http404("不能预览")
    return _bytes_of(item, item.media_type, as_attachment=False)


def _bytes_of(item: Evidence, media_type: str, *, as_attachment: bool) -> FileResponse:
    path = service.evidence_path(item.sha256)
    if not default_storage.exists(path):
        raise Http404("文件缺失，请联系系统管理员")
    return FileResponse(default_storage.open(path), as_attachment=as_attachment, filename=item.name, content_type=media_type)


@login_required
@require_POST
def tie(request: SignedIn, pk: int) -> HttpResponse:
    """Tie the file to further indicators."""
    item = evidence_for(request, pk)
    form = TieForm(item.assessment.completed_scheme(), request.POST)
    try:
        if not form.is_valid():
            raise DomainError("请选择这份材料中的指标")
        changed = service.tie_evidence(pk, by=request.user, indicators=form.cleaned_data["indicators"])
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{changed.name}”现在用于：{'、'.join(labels_of(changed, changed.assessment.completed_scheme()))}")
    return redirect("assessment:evidence", item.assessment_id)


@login_required
@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Take one file off the draft."""
    item = evidence_for(request, pk)
    try:
        service.remove_evidence(pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已移除“{item.name}”")
    return redirect("assessment:evidence", item.assessment_id)
