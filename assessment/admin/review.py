"""The review view of one filing: self and review points side by side, findings, evidence, history, and the acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessment import permissions
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.scoring import rule_in_words
from assessment.domain.workflow import Act
from assessment.forms import ReasonForm, ReturnForm, ReviewForm
from assessment.models import Assessment, Filing, Part, Score
from assessment.services import contents, review
from assessment.services.history import history_of


def total_of(filing: Filing, column: str) -> str:
    """The sum of one column of points over prefetched scores; empty when there are none."""
    given = [
        value
        for assessment in filing.assessments.all()
        for score in assessment.scores.all()
        if (value := getattr(score, column)) is not None
    ]
    return f"{sum(given):.2f}" if given else ""


def _scores(filing: Filing) -> list[Score]:
    return list(Score.objects.filter(assessment__filing=filing).select_related("assessment__scheme"))


def _parts(filing: Filing) -> list[Part]:
    return list(Part.objects.filter(assessment__filing=filing).exclude(kind=Part.Kind.EXPLANATIONS).order_by("pk"))


def page(admin: Any, request: HttpRequest, filing: Filing, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole view; ``forms`` replaces fresh forms by ones with errors."""
    user: Any = request.user
    acts = {move.act for move in permissions.open_acts(user, filing)}
    form = forms.pop("form", None) or ReviewForm(_scores(filing), filing.review_comment)
    assessments = contents.assessments_of(filing)
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{filing.unit} · {filing.round}",
        "opts": admin.opts,
        "filing": filing,
        "acts": {act.value for act in acts},
        "form": form,
        "blocks": [_block(assessment, form) for assessment in assessments],
        "history": history_of(filing),
        "comments": filing.comments.select_related("part", "author").order_by("-made_at"),
        "self_total": total_of(filing, "self_points"),
        "review_total": total_of(filing, "review_points"),
        "return_form": ReturnForm(_parts(filing)) if acts & {Act.RETURN, Act.REOPEN} else None,
        "reason_form": ReasonForm("退回复核") if Act.REVIEW_AGAIN in acts else None,
        "refusal": permissions.refusal(user, filing, Act.APPROVE) if Act.REVIEW_AGAIN in acts else "",
        "version": filing.review_version,
        "conflicts": {},
    }
    return render(request, "admin/assessment/filing/review.html", context | forms, status=status)


def _block(assessment: Assessment, form: ReviewForm) -> dict[str, Any]:
    """One assessment's score rows with the claim, the computed points and the office's inputs."""
    scheme, judged = assessment.scheme.scheme, contents.evaluate(assessment)
    by_code = {score.code: score for score in assessment.scores.all()}
    rows = []
    for path in scheme.rows:
        row, score = path[-1], by_code.get(path[-1].code)
        rows.append(
            {
                "path": " / ".join(step.label for step in path[:-1]),
                "row": row,
                "rule": rule_in_words(row),
                "computed": judged.points[row.code],
                "score": score,
                "evidence": [item for item in assessment.evidence.all() if row.code in item.indicators],
                "findings": [finding for finding in judged.findings if finding.place == f"score:{row.code}"],
                "points": form[f"points-{score.pk}"] if score else None,
                "reason": form[f"reason-{score.pk}"] if score else None,
            }
        )
    others = [finding for finding in judged.findings if not finding.place.startswith("score:")]
    return {"assessment": assessment, "rows": rows, "judged": judged, "findings": others}


def _done(request: HttpRequest, filing: Filing, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect("admin:assessment_filing_change", filing.pk)


def save(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store review points; bad input stays on the page with its message."""
    return _save(admin, request, filing, then=None)


def recommend(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store what is on the page, then ask the lead to approve."""
    return _save(admin, request, filing, then=lambda: review.recommend(filing.pk, by=request.user))  # type: ignore[arg-type]


def _save(admin: Any, request: HttpRequest, filing: Filing, then: Callable[[], object] | None) -> HttpResponse:
    form = ReviewForm(_scores(filing), filing.review_comment, request.POST)
    version = request.POST.get("version", "")
    if not version.isdigit() or not form.is_valid():
        messages.error(request, "有复核得分不合要求，未保存")
        return page(admin, request, filing, status=422, form=form)
    user: Any = request.user
    try:
        review.save_review(filing.pk, by=user, version=int(version), points=form.points(), comment=form.cleaned_data["comment"])
        if then:
            then()
    except StaleSave as error:
        messages.warning(request, str(error))
        filing.refresh_from_db()
        return page(admin, request, filing, status=409, form=form, conflicts=_conflicts(form))
    except DomainError as error:
        for place, message in error.places.items():
            form.add_error(f"points-{place.removeprefix('review:')}", message)
        messages.error(request, str(error))
        filing.refresh_from_db()
        return page(admin, request, filing, status=422, form=form)
    return _done(request, filing, "已提请审定" if then else "已保存")


def _conflicts(form: ReviewForm) -> dict[str, str]:
    """What stands now, by row, where it differs from what was typed."""
    typed = form.points()
    return {
        score.code: f"{score.review_points if score.review_points is not None else '未填'} {score.review_reason}".strip()
        for score in form.scores
        if (score.review_points, score.review_reason) != (typed[score.pk].points, typed[score.pk].reason)
    }


def return_parts(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Return the parts that carry a comment."""
    return _return(admin, request, filing, review.return_parts)


def reopen(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """The lead returns an approved filing."""
    return _return(admin, request, filing, review.reopen)


def _return(admin: Any, request: HttpRequest, filing: Filing, act: Callable[..., object]) -> HttpResponse:
    form = ReturnForm(_parts(filing), request.POST)
    if not form.is_valid():
        return page(admin, request, filing, status=422, return_form=form)
    try:
        act(filing.pk, by=request.user, comments=form.comments())
    except DomainError as error:
        form.add_error(None, str(error))
        return page(admin, request, filing, status=422, return_form=form)
    return _done(request, filing, "已退回单位")


def review_again(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """The lead hands the review back."""
    form = ReasonForm("退回复核", request.POST)
    if not form.is_valid():
        return page(admin, request, filing, status=422, reason_form=form)
    try:
        review.review_again(filing.pk, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("admin:assessment_filing_change", filing.pk)
    return _done(request, filing, "已退回复核人")
