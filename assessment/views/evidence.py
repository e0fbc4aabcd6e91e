"""Evidence files: upload, download, removal."""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import permissions
from assessment.domain.errors import DomainError
from assessment.domain.workflow import Act
from assessment.forms import EvidenceForm
from assessment.models import Part
from assessment.services import evidence as service
from assessment.views.access import SignedIn, assessment_for, evidence_for, login_required


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: SignedIn, pk: int) -> HttpResponse:
    """The list of files and the upload form."""
    assessment = assessment_for(request, pk)
    part = assessment.parts.get(kind=Part.Kind.EVIDENCE)
    refusal = permissions.refusal(request.user, assessment.filing, Act.EDIT) or ("这一部分没有被退回，不能修改" if part.locked else "")
    scheme, status = assessment.completed_scheme(), 200
    form = EvidenceForm(scheme, request.POST or None, request.FILES or None)
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        upload, cleaned = form.cleaned_data["file"], form.cleaned_data
        try:
            service.judge_size(upload.size)
            item = service.add_evidence(
                pk, by=request.user, name=upload.name, data=upload.read(), indicators=cleaned["indicators"], public=cleaned["public"]
            )
        except DomainError as error:
            form.add_error("file", str(error))
            status = 422
        else:
            messages.success(request, f"已上传“{item.name}”")
            return redirect(request.path)
    files = [
        (item, [scheme.scored[code].label for code in item.indicators if code in scheme.scored])  # one of the unit's may have lost its kind
        for item in assessment.evidence.select_related("uploaded_by")
    ]
    asked = [row for row in scheme.scored.values() if row.evidence]
    context = {
        "assessment": assessment,
        "filing": assessment.filing,
        "part": part,
        "refusal": refusal,
        "form": form,
        "files": files,
        "asked": asked,
        "covered": {code for item, _ in files for code in item.indicators},
        "comments": part.comments.filter(closed_at=None).select_related("author"),
    }
    return render(request, "assessment/evidence.html", context, status=status)


@login_required
@require_safe
def download(request: SignedIn, pk: int) -> HttpResponseBase:
    """One file, always as an attachment."""
    item = evidence_for(request, pk)
    path = service.evidence_path(item.sha256)
    if not default_storage.exists(path):
        raise Http404("文件缺失，请联系系统管理员")
    return FileResponse(default_storage.open(path), as_attachment=True, filename=item.name, content_type="application/octet-stream")


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
