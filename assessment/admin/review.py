"""The review view of one filing: self and review points side by side, findings, evidence, history, and the acts."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from assessment import permissions
from assessment.admin.threads import answered_in, notes_of, sending, talk_of, threads_of
from assessment.domain.checks import NO_ANSWER, Evaluation
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.exchange import AssessmentContent, FilingContent
from assessment.domain.explaining import explain
from assessment.domain.workflow import Act
from assessment.forms import ReasonForm, ReturnForm, ReviewForm, WaiverForm, typed_over
from assessment.models import Assessment, Filing, Part, Thread, Waiver
from assessment.services import contents, notices, review, waivers
from assessment.services.changes import changes_of
from assessment.services.exchange import signed_content
from assessment.services.history import history_of
from units.models import User


def _parts(filing: Filing) -> list[Part]:
    parts = Part.objects.filter(assessment__filing=filing).exclude(kind=Part.Kind.EXPLANATIONS)
    return sorted(parts.select_related("assessment"), key=lambda part: (*part.assessment.order(), part.pk))


def _shown(request: HttpRequest, every: Sequence[Assessment]) -> Assessment:
    """The assessment that the page is asked to show: by default the whole."""
    asked = (request.POST.get("shown") or request.GET.get("shown")) if every else None
    found = [item for item in every if str(item.pk) == asked] if asked else every[:1]
    if not found:
        raise Http404
    return found[0]


def page(admin: Any, request: HttpRequest, filing: Filing, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole view; ``forms`` replaces fresh forms by ones with errors."""
    user: Any = request.user
    acts = {move.act for move in permissions.open_acts(user, filing)}
    every = contents.assessments_of(filing)
    shown = _shown(request, every)
    judged = contents.evaluate(shown)
    threads = threads_of(filing)
    form = forms.pop("form", None) or _form(shown, filing, threads, user)
    content = signed_content(filing)
    changes = changes_of(filing, content)
    talk = talk_of(shown, judged, _content(content, shown), threads, changes.found, form, user, writes=Act.REVIEW in acts or form.is_bound)
    waiver_form = forms.pop("waiver_form", None)
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{filing.unit} · {filing.round}",
        "opts": admin.opts,
        "filing": filing,
        "acts": {act.value for act in acts},
        "form": form,
        "shown": _block(shown, judged, form, waives=Act.WAIVE in acts, bad=waiver_form),
        "every": [_line(assessment) for assessment in every] if len(every) > 1 else [],
        "history": history_of(filing, office=True),
        "talk": talk,
        "changes": changes,
        "sending": sending(threads),
        "return_form": ReturnForm(_parts(filing)) if acts & {Act.RETURN, Act.REOPEN} else None,
        "reason_form": ReasonForm("退回复核") if Act.REVIEW_AGAIN in acts else None,
        "refusal": permissions.refusal(user, filing, Act.APPROVE) if Act.REVIEW_AGAIN in acts else "",
        "tells": notices.lines(filing, acts, by=user),
        "version": filing.review_version,
        "conflicts": {},
    }
    return render(request, "admin/assessment/filing/review.html", context | forms, status=status)


def _form(shown: Assessment, filing: Filing, threads: list[Thread], user: User, data: Any = None) -> ReviewForm:
    rows = review.reviewed_rows(shown, contents.scored(shown))
    notes, answered = notes_of(shown, threads, user), answered_in(shown, threads)
    return ReviewForm(rows, _comment_on(shown, filing), data, notes=notes, answered=answered)


def _content(content: FilingContent, shown: Assessment) -> AssessmentContent | None:
    """What was signed of the assessment, or would be."""
    named = [item for item in content.assessments if item.name == shown.name and (item.project is None) == (shown.kind == "whole")]
    coded = [item for item in named if item.project and item.project.code == shown.project_code]
    return next(iter(coded or named), None)


def _block(assessment: Assessment, judged: Evaluation, form: ReviewForm, *, waives: bool, bad: WaiverForm | None) -> dict[str, Any]:
    """One assessment's score rows with the claim, the computed points and the office's inputs."""
    by_code, answers = {score.code: score for score in assessment.scores.all()}, contents.answers_of(assessment)
    rows = []
    for path in judged.scheme.rows:
        row, score, points = path[-1], by_code.get(path[-1].code), judged.points[path[-1].code]
        answer = answers.get(row.code, NO_ANSWER)
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


def _line(assessment: Assessment) -> dict[str, Any]:
    """One assessment in the list of all: its totals, and how many rows still want the office's points."""
    scored = contents.scored(assessment)
    rows = review.reviewed_rows(assessment, scored)
    return {
        "assessment": assessment,
        "total": scored.total,
        "reviewed": review.reviewed_total(assessment, scored),
        "missing": sum(row.score.review_points is None and not row.removed for row in rows),
    }


def _comment_on(shown: Assessment, filing: Filing) -> str | None:
    """The comment is on the whole filing and stands on the whole's page; None on a project's."""
    return filing.review_comment if shown.kind == "whole" else None


def _back(request: HttpRequest, filing: Filing) -> HttpResponse:
    """To the page of the same assessment."""
    shown = _number(request, "shown")
    address = reverse("admin:assessment_filing_change", args=[filing.pk])
    return redirect(f"{address}?shown={shown}" if shown else address)


def _done(request: HttpRequest, filing: Filing, told: str) -> HttpResponse:
    messages.success(request, told)
    return _back(request, filing)


def save(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store review points; bad input stays on the page with its message."""
    return _save(admin, request, filing, review.save_review, "已保存")


def recommend(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store what is on the page, then ask the lead to approve."""
    return _save(admin, request, filing, review.save_and_recommend, "已提请审定")


def return_parts(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """Store what is on the page, then return the parts that something was written to."""
    if refused := _not_now(request, filing, Act.RETURN):
        return refused
    form = ReturnForm(_parts(filing), request.POST)
    if not form.is_valid():
        shown = _shown(request, contents.assessments_of(filing))
        typed = _form(shown, filing, threads_of(filing), request.user, request.POST)  # type: ignore[arg-type]
        return page(admin, request, filing, status=422, form=typed, return_form=form, version=typed_over(request.POST))
    return _save(admin, request, filing, partial(review.save_and_return, comments=form.comments()), "已退回单位", return_form=form)


def _not_now(request: HttpRequest, filing: Filing, act: Act) -> HttpResponse | None:
    """Whose turn it is not is told so, before the faults of what was sent."""
    reason = permissions.refusal(request.user, filing, act)  # type: ignore[arg-type]
    if not reason:
        return None
    messages.error(request, reason)
    return _back(request, filing)


def _save(admin: Any, request: HttpRequest, filing: Filing, act: Callable[..., object], told: str, **forms: Any) -> HttpResponse:
    """Whatever was typed stays on the page when it is refused; ``forms`` are what was sent beside the review."""
    user: Any = request.user
    shown = _shown(request, contents.assessments_of(filing))
    form, version = _form(shown, filing, threads_of(filing), user, request.POST), typed_over(request.POST)
    reason = permissions.refusal(user, filing, Act.REVIEW)
    if reason or not form.is_valid():
        messages.error(request, reason or "有复核得分不合要求，未保存")
        return page(admin, request, filing, status=422, form=form, version=version, **forms)
    try:
        act(
            filing.pk,
            by=user,
            version=version,
            points=form.points(),
            comment=form.cleaned_data.get("comment", filing.review_comment),
            drafts={(shown.pk, place): text for place, text in form.drafts().items()},
            settled=form.settled(),
        )
    except StaleSave as error:
        messages.warning(request, str(error))
        filing.refresh_from_db()
        return page(admin, request, filing, status=409, form=form, conflicts=_conflicts(form, filing, shown), **forms)
    except DomainError as error:
        for place, message in error.places.items():
            name = form.places.get(place.removeprefix("note:")) or place.replace("review:", "points-").replace("settle:", "settle-")
            if name in form.fields:  # the others stand on the pages of other assessments; the message names them
                form.add_error(name, message)
        for sent in forms.values():
            sent.add_error(None, str(error))
        messages.error(request, str(error))
        return page(admin, request, filing, status=422, form=form, version=version, **forms)
    return _done(request, filing, told)


def _conflicts(form: ReviewForm, filing: Filing, shown: Assessment) -> dict[str, str]:
    """What stands now, by form field, where it differs from what was typed."""
    typed = form.points()
    differing = {
        f"points-{score.pk}": f"{score.review_points if score.review_points is not None else '未填'} {score.review_reason}".strip()
        for score in shown.scores.filter(pk__in=typed)
        if (score.review_points, score.review_reason) != (typed[score.pk].points, typed[score.pk].reason)
    }
    if "comment" in form.fields and filing.review_comment != form.cleaned_data["comment"]:
        differing["comment"] = filing.review_comment or "（空）"
    return differing


def reopen(admin: Any, request: HttpRequest, filing: Filing) -> HttpResponse:
    """The lead returns an approved filing."""
    form = ReturnForm(_parts(filing), request.POST)
    if refused := _not_now(request, filing, Act.REOPEN):
        return refused
    if not form.is_valid():
        return page(admin, request, filing, status=422, return_form=form)
    try:
        review.reopen(filing.pk, by=request.user, comments=form.comments())  # type: ignore[arg-type]
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
        return _back(request, filing)
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
        return _back(request, filing)
    return _done(request, filing, "豁免已终止")
