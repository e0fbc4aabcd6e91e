"""A person's notices: the list, opening one, and marking all as read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from assessment.models import Notice
from assessment.services import notices as service
from assessment.views.access import SignedIn, login_required

PAGE = 30


@login_required
@require_safe
def notices(request: SignedIn) -> HttpResponse:
    """What I was told, the newest first."""
    page = Paginator(Notice.objects.told_to(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "assessment/notices.html", {"page": page})


@login_required
@require_GET
def notice(request: SignedIn, pk: int) -> HttpResponse:
    """Open one: it is read thereby, and leads to the filing."""
    opened = get_object_or_404(Notice.objects.told_to(request.user), pk=pk)
    service.read(opened)
    return redirect(opened.link)


@login_required
@require_POST
def read_all(request: SignedIn) -> HttpResponse:
    """Mark everything as read."""
    messages.success(request, f"已将 {service.read_all(request.user)} 条通知标为已读")
    return redirect("assessment:notices")
