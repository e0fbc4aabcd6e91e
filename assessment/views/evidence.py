"""The evidence page: what the scheme asks for, what is there, and uploading, several files at once or one by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessment import permissions
from assessment.domain.checks import Evaluation, evaluate_assessment
from assessment.domain.errors import DomainError
from assessment.domain.scheme import Indicator, Scheme
from assessment.domain.workflow import Act
from assessment.forms import EvidenceForm
from assessment.models import Assessment, Evidence, Part
from assessment.services import contents
from assessment.services import evidence as service
from assessment.views.access import SignedIn, assessment_for, login_required
from assessment.views.overview import overview_of
from assessment.views.threads import Threads


@dataclass(frozen=True)
class Asked:
    """An indicator for which the scheme asks evidence, and the files that are there for it."""

    row: Indicator
    files: tuple[Evidence, ...]


@dataclass(frozen=True)
class Double:
    """A file that was there already, and the indicators that were chosen for it this time and not before."""

    item: Evidence
    further: tuple[Indicator, ...]


def closed(request: SignedIn, part: Part) -> str:
    """Why nothing can be changed in the part now; empty when it can."""
    refusal = permissions.refusal(request.user, part.assessment.filing, Act.EDIT)
    return refusal or ("这一部分没有被退回，不能修改" if part.locked else "")


def labels_of(item: Evidence, scheme: Scheme) -> list[str]:
    """The indicators of a file by name; one that the unit set itself may have lost its kind."""
    return [scheme.scored[code].label for code in item.indicators if code in scheme.scored]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: SignedIn, pk: int) -> HttpResponse:
    """The checklist, the files and the upload form; of several files the good ones are kept and the others named."""
    assessment = assessment_for(request, pk)
    scheme = assessment.completed_scheme()
    if request.method != "POST":
        return _page(request, assessment, scheme, EvidenceForm(scheme, initial={"indicators": request.GET.getlist("for")}))
    form = EvidenceForm(scheme, request.POST, request.FILES)
    doubles: list[Double] = []
    told: list[str] = []
    for file in form.cleaned_data["file"] if form.is_valid() else ():
        try:
            told.append(_told(_keep(request, pk, file, form.cleaned_data)))
        except DomainError as error:
            form.add_error("file", f"“{service.clean_name(file.name)}”：{error}")
            if isinstance(error, service.SameFile):
                doubles.append(_double(error.item, scheme, request.POST.getlist("indicators")))
    if told:
        messages.success(request, "\n".join(told))
    if form.errors:
        return _page(request, assessment, scheme, form, status=422, doubles=doubles)
    return redirect(request.path)


@require_POST
def upload(request: SignedIn, pk: int) -> JsonResponse:
    """One file, sent by the page's script, which tells how far it has come."""
    if not request.user.is_authenticated:
        return JsonResponse({"sign_in": reverse("units:sign_in")}, status=401)
    scheme = assessment_for(request, pk).completed_scheme()
    form = EvidenceForm(scheme, request.POST, request.FILES)
    if not form.is_valid() or len(form.cleaned_data["file"]) != 1:
        faults = [error for errors in form.errors.values() for error in errors]
        return JsonResponse({"error": "；".join(map(str, faults)) or "每次只传一份文件"}, status=422)
    try:
        item = _keep(request, pk, form.cleaned_data["file"][0], form.cleaned_data)
    except service.SameFile as error:
        double = _double(error.item, scheme, form.cleaned_data["indicators"])
        return JsonResponse({"error": str(error), "same": _offer(double)}, status=422)
    except DomainError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"told": _told(item)})


def _keep(request: SignedIn, pk: int, file: "UploadedFile[Any]", cleaned: dict[str, Any]) -> Evidence:
    """Judge the size before the file is read, and all else after."""
    service.judge_size(file.size or 0)
    ties = {"indicators": cleaned["indicators"], "public": cleaned["public"]}
    return service.add_evidence(pk, by=request.user, name=file.name or "", data=file.read(), **ties)


def _told(item: Evidence) -> str:
    others = Assessment.objects.filter(filing=item.assessment.filing_id, evidence__sha256=item.sha256).exclude(pk=item.assessment_id)
    also = "".join(f"（同一份文件也附在“{other.name}”中）" for other in others.order_by("pk"))
    return f"已上传“{item.name}”{also}"


def _double(item: Evidence, scheme: Scheme, chosen: Iterable[str]) -> Double:
    return Double(item, tuple(scheme.scored[code] for code in chosen if code in scheme.scored and code not in item.indicators))


def _offer(double: Double) -> dict[str, Any]:
    return {
        "file": reverse("assessment:file", args=[double.item.pk]),
        "tie": reverse("assessment:tie_evidence", args=[double.item.pk]),
        "codes": [row.code for row in double.further],
        "labels": "、".join(row.label for row in double.further),
    }


def _asked(judged: Evaluation, files: Iterable[Evidence]) -> list[Asked]:
    """What the scheme asks for in this assessment, in the scheme's order."""
    codes = judged.asked_evidence
    rows = [row for code, row in judged.scheme.scored.items() if code in codes]
    return [Asked(row, tuple(item for item in files if row.code in item.indicators)) for row in rows]


def _page(
    request: SignedIn, assessment: Assessment, scheme: Scheme, form: EvidenceForm, *, status: int = 200, doubles: Iterable[Double] = ()
) -> HttpResponse:
    part = assessment.parts.select_related("assessment__filing__unit", "assessment__filing__round").get(kind=Part.Kind.EVIDENCE)
    refusal = closed(request, part)
    files = list(assessment.evidence.select_related("uploaded_by"))
    inputs = contents.inputs_of(assessment)
    judged = evaluate_assessment(assessment.scheme.scheme, inputs)
    fills = not permissions.refusal(request.user, assessment.filing, Act.EDIT)
    threads = Threads(assessment.filing, fills=fills)
    asked = _asked(judged, files)
    context = {
        "assessment": assessment,
        "filing": assessment.filing,
        "part": part,
        "overview": overview_of(assessment, judged, inputs, assessment.parts.all(), fills=fills, returned=threads.returned),
        "refusal": refusal,
        "form": form,
        "doubles": doubles,
        "files": [(item, labels_of(item, scheme)) for item in files],
        "asked": asked,
        "covered": sum(bool(item.files) for item in asked),
        "waiting": [item for item in files if item.waits],
        "infected": [item for item in files if item.infected],
        "room": service.room_of(assessment),
        "limits": limits(),
        "threads": threads.of(part, set()),
    }
    return render(request, "assessment/evidence.html", context, status=status)


def limits() -> dict[str, int]:
    """The limits of one file, of one request and of a filing, in bytes, and of an assessment in files."""
    total, request = settings.EVIDENCE_TOTAL_BYTES, settings.MAX_BODY_BYTES
    return {"file": settings.EVIDENCE_MAX_BYTES, "request": request, "total": total, "files": service.MAX_FILES}
