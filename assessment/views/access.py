"""Fetching by access: what ``request.user`` may not see does not exist."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from assessment.models import Assessment, Evidence, Filing, Thread
from units.models import User

__all__ = ["SignedIn", "assessment_for", "evidence_for", "filing_for", "login_required", "thread_for"]


class SignedIn(HttpRequest):
    """A request behind ``login_required``."""

    user: User


def filing_for(request: SignedIn, pk: int) -> Filing:
    """The filing, if ``request.user`` may see it."""
    return get_object_or_404(Filing.objects.visible_to(request.user).select_related("unit", "round__department"), pk=pk)


def assessment_for(request: SignedIn, pk: int) -> Assessment:
    """The assessment, if ``request.user`` may see its filing."""
    visible = Assessment.objects.filter(filing__in=Filing.objects.visible_to(request.user))
    return get_object_or_404(visible.select_related("scheme", "filing__unit", "filing__round__department"), pk=pk)


def evidence_for(request: SignedIn, pk: int) -> Evidence:
    """The evidence file, if ``request.user`` may see its filing."""
    visible = Evidence.objects.filter(assessment__filing__in=Filing.objects.visible_to(request.user))
    related = ("uploaded_by", "assessment__scheme", "assessment__filing__unit", "assessment__filing__round__department")
    return get_object_or_404(visible.select_related(*related), pk=pk)


def thread_for(request: SignedIn, pk: int) -> Thread:
    """The thread, if it was returned and ``request.user`` may see its filing; what the office still drafts is nobody else's."""
    sent = Thread.objects.sent().filter(filing__in=Filing.objects.visible_to(request.user))
    return get_object_or_404(sent.select_related("filing__unit", "filing__round__department"), pk=pk)
