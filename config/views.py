"""Addresses that belong to no app: where people land after signing in, and the health check."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from assessment import permissions
from units.models import User


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The finance office goes to its desk, everybody else to their filings."""
    assert isinstance(request.user, User)
    return redirect("admin:index" if permissions.sees_desk(request.user) else "assessment:mine")


def healthz(_request: HttpRequest) -> HttpResponse:
    """``ok`` when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
