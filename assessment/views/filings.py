"""My filings, one filing, and the acts on it."""

from collections.abc import Callable, Collection

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from assessment import permissions
from assessment.domain import exchange
from assessment.domain.checks import Evaluation, evaluate_assessment
from assessment.domain.errors import DomainError
from assessment.domain.inputs import Inputs
from assessment.domain.workflow import Act
from assessment.forms import ReasonForm, SignForm, SignoffRequestForm
from assessment.models import Assessment, Filing, Part, Snapshot
from assessment.services import contents, notices, signoff
from assessment.services.changes import changes_of
from assessment.services.exchange import signed_content
from assessment.services.history import history_of, reason_of_hand_back
from assessment.templatetags.show import day
from assessment.views.access import SignedIn, filing_for, login_required
from assessment.views.overview import next_step, states_of
from assessment.views.papers import papers_of
from assessment.views.threads import Threads

PAGE = 50


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """My units' filings, what is due first."""
    filings = Filing.objects.visible_to(request.user).for_list()
    page = Paginator(filings, PAGE).get_page(request.GET.get("page"))
    return render(request, "assessment/mine.html", {"page": page, "today": timezone.localdate()})


@login_required
@require_safe
def filing(request: SignedIn, pk: int) -> HttpResponse:
    """One filing: whose turn it is, its parts, what stands against sign-off, what happened."""
    return _filing_page(request, filing_for(request, pk))


def _filing_page(request: SignedIn, shown: Filing, *, status: int = 200, **forms: object) -> HttpResponse:
    acts = {move.act for move in permissions.open_acts(request.user, shown)}
    filled = [(assessment, contents.inputs_of(assessment)) for assessment in contents.assessments_of(shown)]
    judged = [(assessment, evaluate_assessment(assessment.scheme.scheme, inputs)) for assessment, inputs in filled]
    threads = Threads(shown, fills=Act.ANSWER in acts)
    context = {
        "filing": shown,
        "acts": {act.value for act in acts},
        "summaries": [
            _summary(assessment, evaluation, inputs, threads.returned)
            for (assessment, evaluation), (_, inputs) in zip(judged, filled, strict=True)
        ],
        "blocking": sum(len(evaluation.blocking) for _, evaluation in judged),
        "step": next_step(shown, judged, fills=Act.EDIT in acts, unanswered=len(threads.returned)),
        "threads": threads,
        "handed_back": reason_of_hand_back(shown) if Act.EDIT in acts else "",
        "signed": shown.snapshots.filter(kind=Snapshot.Kind.FILING).defer("content").order_by("-number"),
        "history": history_of(shown, office=False),
        "days_left": (shown.deadline - timezone.localdate()).days,
        "request_form": SignoffRequestForm() if Act.REQUEST_SIGNOFF in acts else None,
        "recalls": Act.RECALL in acts,
        "tells": notices.lines(shown, acts & {Act.REQUEST_SIGNOFF, Act.RECALL}, by=request.user),
    }
    return render(request, "assessment/filing.html", context | forms, status=status)


def _summary(assessment: Assessment, judged: Evaluation, inputs: Inputs, returned: Collection[int | None]) -> dict[str, object]:
    """Each part with how much of it is done and how many findings it has; ``url`` leads to the first that is not complete."""
    states = states_of(assessment, judged, inputs, assessment.parts.all(), returned)
    # Evidence is asked for by no count: it is never what is missing.
    asked = [state for state in states if state.kind != Part.Kind.EVIDENCE]
    return {
        "assessment": assessment,
        "judged": judged,
        "parts": states,
        "done": sum(state.complete for state in asked),
        "asked": len(asked),
        "url": next((state.url for state in asked if not state.complete), states[0].url),
        "returned": any(state.returned for state in states),
        "begun": any(state.saved for state in states),
    }


@login_required
@require_safe
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """The whole content on one page, as it would be or was signed; the head signs or hands back here."""
    return _paper_page(request, filing_for(request, pk))


def _paper_page(request: SignedIn, shown: Filing, *, status: int = 200, **forms: object) -> HttpResponse:
    content = signed_content(shown)
    value = exchange.content_digest(content)
    acts = {move.act for move in permissions.open_acts(request.user, shown)}
    context = {
        "filing": shown,
        "content": content,
        "digest": value,
        "late": timezone.localdate() > shown.deadline,
        "papers": papers_of(shown, content),
        "changes": changes_of(shown, content),
        "several": len(content.assessments) > 1,
        "warnings": [
            (assessment, finding)
            for assessment in contents.assessments_of(shown)
            for finding in contents.evaluate(assessment).findings
            if finding.severity == "warning" or finding.waived
        ],
        "sign_form": SignForm(initial={"digest": value}) if Act.SIGN in acts else None,
        "reason_form": ReasonForm("退回填报人") if Act.HAND_BACK in acts else None,
        "refusal": permissions.refusal(request.user, shown, Act.SIGN) if Act.HAND_BACK in acts else "",
        "tells": notices.lines(shown, acts & {Act.SIGN, Act.HAND_BACK}, by=request.user),
    }
    context |= forms
    context["forms"] = [form for form in (context["sign_form"], context["reason_form"]) if form]
    return render(request, "assessment/paper.html", context, status=status)


@login_required
@require_POST
def request_signoff(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the head to sign."""
    shown = filing_for(request, pk)
    form = SignoffRequestForm(request.POST)
    if not form.is_valid():
        return _not_now(request, shown, Act.REQUEST_SIGNOFF) or _filing_page(request, shown, status=422, request_form=form)
    try:
        signoff.request_signoff(shown.pk, by=request.user, filled_on=form.cleaned_data["filled_on"])
    except DomainError as error:
        if "filled_on" in error.places:
            form.add_error("filled_on", error.places["filled_on"])
            return _filing_page(request, shown, status=422, request_form=form)
        messages.error(request, str(error))
    else:
        messages.success(request, "已提请签批，等待单位负责人签批")
    return redirect(shown)


@login_required
@require_POST
def sign(request: SignedIn, pk: int) -> HttpResponse:
    """Sign exactly what was shown."""
    shown = filing_for(request, pk)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _not_now(request, shown, Act.SIGN) or _paper_page(request, shown, status=422, sign_form=form)
    try:
        snapshot = signoff.sign(shown.pk, by=request.user, digest_seen=form.cleaned_data["digest"])
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("assessment:paper", shown.pk)
    late = timezone.localdate() > shown.deadline
    note = f"（已过报送截止日期 {day(shown.deadline)}，按逾期报送记录）" if late else ""
    messages.success(request, f"已签批报送，摘要值 {snapshot.digest[:16]}…{note}")
    return redirect("assessment:receipt", shown.pk, snapshot.number)


@login_required
@require_POST
def hand_back(request: SignedIn, pk: int) -> HttpResponse:
    """Give the papers back to the preparer."""
    shown = filing_for(request, pk)
    form = ReasonForm("退回填报人", request.POST)
    if not form.is_valid():
        return _not_now(request, shown, Act.HAND_BACK) or _paper_page(request, shown, status=422, reason_form=form)
    return _act(request, shown, "已退回填报人", lambda: signoff.hand_back(shown.pk, by=request.user, reason=form.cleaned_data["reason"]))


@login_required
@require_POST
def recall(request: SignedIn, pk: int) -> HttpResponse:
    """Take the papers back while no reviewer has opened them."""
    shown = filing_for(request, pk)
    return _act(request, shown, "已撤回，可以继续修改", lambda: signoff.recall(shown.pk, by=request.user))


def _not_now(request: SignedIn, shown: Filing, act: Act) -> HttpResponse | None:
    """Whose turn it is not is told so, before the faults of what was sent."""
    reason = permissions.refusal(request.user, shown, act)
    if not reason:
        return None
    messages.error(request, reason)
    return redirect(shown)


def _act(request: HttpRequest, shown: Filing, told: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, told)
    return redirect(shown)
