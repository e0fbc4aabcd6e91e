"""The receipt of one submission."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessment import permissions
from assessment.models import Snapshot
from assessment.services.receipts import receipt_of
from assessment.views.access import SignedIn, filing_for, login_required


@login_required
@require_safe
def receipt(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """What was filed as the unit's so-many-th submission."""
    shown = filing_for(request, pk)
    signed = get_object_or_404(shown.snapshots.select_related("made_by"), kind=Snapshot.Kind.FILING, number=number)
    context = {"filing": shown, "receipt": receipt_of(shown, signed), "takes_part": permissions.takes_part(request.user, shown)}
    return render(request, "assessment/receipt.html", context)
