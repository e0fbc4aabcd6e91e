"""The review view of one filing: self and review points side by side, findings, evidence, history, and the acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from assessment import permissions
from assessment.domain.checks import NO_ANSWER, Evaluation
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.explaining import explain
from assessment.domain.inputs import Answer
from assessment.domain.workflow import Act
from assessment.forms import ReasonForm, ReturnForm, ReviewForm, WaiverForm, typed_over
from assessment.models import Assessment, Filing, Part, Waiver
from assessment.services import contents, review, waivers
from assessment.services.history import history_of


def _parts(filing: Filing) -> list[Part]:
    return list(Part.objects.filter(assessment__filing=filing).exclude(kind=Part.Kind.EXPLANATIONS).order_by("pk"))


def page(admin: Any, request: HttpRequest, filing: Filing, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole view; ``forms`` replaces fresh forms by ones with errors."""
    user: Any = request.user
    acts = {move.act for move in permissions.open_acts(user, filing)}
    judged = [(assessment, contents.evaluate(assessment)) for assessment in contents.assessments_of(filing)]
    rows = [row for assessment, evaluation in judged for row in review.reviewed_rows(assessment, evaluation)]
    form = forms.pop("form", None) or ReviewForm(rows, filing.review_comment)
    waiver_form = forms.pop("waiver_form", None)
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{filing.unit} · {filing.round}",
        "opts": admin.opts,
        "filing": filing,
        "acts": {act.value for act in acts},
        "form": form,
        "blocks": [_block(assessment, evaluation, form, waives=Act.WAIVE in acts, bad=waiver_form) for assessment, evaluation in judged],
        "history": history_of(filing),
        "comments": filing.comments.select_related("part", "author").order_by("-made_at"),
        "return_form": ReturnForm(_parts(filing)) if acts & {Act.RETURN, Act.REOPEN} else None,
        "reason_form": ReasonForm("退回复核") if Act.REVIEW_AGAIN in acts else None,
        "refusal": permissions.refusal(user, filing, Act.APPROVE) if Act.REVIEW_AGAIN in acts else "",
        "version": filing.review_version,
        "conflicts": {},
    }
    return render(request, "admin/assessment/filing/review.html", context | forms, status=status)


def _block(assessment: Assessment, judged: Evaluation, form: ReviewForm, *, waives: bool, bad: WaiverForm | None) -> dict[str, Any]:
    """One assessment's score rows with the claim, the computed points and the office's inputs."""
    by_code = {score.code: score for score in assessment.scores.all()}
    rows = []
    for path in judged.scheme.rows:
        row, score, points = path[-1], by_code.get(path[-1].code), judged.points[path[-1].code]
        answer = Answer(frozenset(score.choices), score.self_points, score.self_reason) if score else NO_ANSWER
        asked = score is not None and f"points-{score.pk}" in form.fields
        rows.append(
            {
                "path": " / ".join(step.label for step in path[:-1]),
                "row": row,
                "computed": points,
                "told": explain(judged.scheme, row, judged.values, answer, points),
                "score": score,
                "evidence": [item for item in assessment.evidence.all() if row.code in item.indicators],
                "findings": [finding for finding in judged.findings if finding.place == f"score:{row.code}"],
                "points": form[f"points-{score.pk}"] if score and asked else None,
                "reason": form[f"reason-{score.pk}"] if score and asked else None,
            }
        )
    others = [finding for finding in judged.findings if not finding.place.startswith("score:")]
    waivable = [finding for finding in judged.findings if finding.waivable and not finding.waived]
    return {
        "assessment": assessment,
        "rows": rows,
        "judged": judged,
        "reviewed": review.reviewed_total(assessment, judged),
        "findings": others,
        "waivers": [waiver for waiver in assessment.waivers.all() if waiver.ended_at is None],
        "waiver_form": (bad or WaiverForm(waivable)) if waives and waivable else None,
    }


def _done(request: HttpRequest, filing: Filing, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect("admin:assessment_filing_change", filing.pk)


def save(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store review points; bad input stays on the page with its message."""
    return _save(admin, request, filing, review.save_review, "已保存")


def recommend(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store what is on the page, then ask the lead to approve."""
    return _save(admin, request, filing, review.save_and_recommend, "已提请审定")


def _not_now(request: HttpRequest, filing: Filing, act: Act) -> HttpResponse | None:
    """Whose turn it is not is told so, before the faults of what was sent."""
    reason = permissions.refusal(request.user, filing, act)  # type: ignore[arg-type]
    if not reason:
        return None
    messages.error(request, reason)
    return redirect("admin:assessment_filing_change", filing.pk)


def _save(admin: Any, request: HttpRequest, filing: Filing, act: Callable[..., object], told: str) -> HttpResponse:
    """Whatever was typed stays on the page when it is refused."""
    form, version = ReviewForm(review.rows_of(filing), filing.review_comment, request.POST), typed_over(request.POST)
    user: Any = request.user
    reason = permissions.refusal(user, filing, Act.REVIEW)
    if reason or not form.is_valid():
        messages.error(request, reason or "有复核得分不合要求，未保存")
        return page(admin, request, filing, status=422, form=form, version=version)
    try:
        act(filing.pk, by=user, version=version, points=form.points(), comment=form.cleaned_data["comment"])
    except StaleSave as error:
        messages.warning(request, str(error))
        filing.refresh_from_db()
        return page(admin, request, filing, status=409, form=form, conflicts=_conflicts(form, filing))
    except DomainError as error:
        for place, message in error.places.items():
            name = place.replace("review:", "points-")
            form.add_error(name if name in form.fields else None, message)
        messages.error(request, str(error))
        return page(admin, request, filing, status=422, form=form, version=version)
    return _done(request, filing, told)


def _conflicts(form: ReviewForm, filing: Filing) -> dict[str, str]:
    """What stands now, by form field, where it differs from what was typed."""
    typed = form.points()
    differing = {
        f"points-{score.pk}": f"{score.review_points if score.review_points is not None else '未填'} {score.review_reason}".strip()
        for score in (item.score for item in review.rows_of(filing) if not item.removed)
        if (score.review_points, score.review_reason) != (typed[score.pk].points, typed[score.pk].reason)
    }
    if filing.review_comment != form.cleaned_data["comment"]:
        differing["comment"] = filing.review_comment or "（空）"
    return differing


def return_parts(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Return the parts that carry a comment."""
    return _return(admin, request, filing, Act.RETURN, review.return_parts)


def reopen(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """The lead returns an approved filing."""
    return _return(admin, request, filing, Act.REOPEN, review.reopen)


def _return(admin: Any, request: HttpRequest, filing: Filing, act: Act, do: Callable[..., object]) -> HttpResponse:
    form = ReturnForm(_parts(filing), request.POST)
    if refused := _not_now(request, filing, act):
        return refused
    if not form.is_valid():
        return page(admin, request, filing, status=422, return_form=form)
    try:
        do(filing.pk, by=request.user, comments=form.comments())
    except DomainError as error:
        form.add_error(None, str(error))
        return page(admin, request, filing, status=422, return_form=form)
    return _done(request, filing, "已退回单位")


def review_again(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """The lead hands the review back."""
    form = ReasonForm("退回复核", request.POST)
    if refused := _not_now(request, filing, Act.REVIEW_AGAIN):
        return refused
    if not form.is_valid():
        return page(admin, request, filing, status=422, reason_form=form)
    try:
        review.review_again(filing.pk, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("admin:assessment_filing_change", filing.pk)
    return _done(request, filing, "已退回复核人")


def _number(request: HttpRequest, name: str) -> int:
    """The number of a row that was sent; 0, which no row has, when it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def waive(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Let one finding pass; what was typed stays on the page when it is refused."""
    if refused := _not_now(request, filing, Act.WAIVE):
        return refused
    assessment = get_object_or_404(filing.assessments.select_related("scheme", "filing__round"), pk=_number(request, "assessment"))
    form = WaiverForm([finding for finding in contents.evaluate(assessment).findings if finding.waivable], request.POST)
    if form.is_valid():
        try:
            waivers.grant_waiver(assessment.pk, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as error:
            for place, message in error.places.items() or [(None, str(error))]:
                form.add_error(place, message)
        else:
            return _done(request, filing, "已豁免")
    return page(admin, request, filing, status=422, waiver_form=form)


def end_waiver(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """End a waiver of this filing."""
    waiver = get_object_or_404(Waiver, assessment__filing=filing, pk=_number(request, "waiver"))
    try:
        waivers.end_waiver(waiver.pk, by=request.user)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("admin:assessment_filing_change", filing.pk)
    return _done(request, filing, "豁免已终止")
