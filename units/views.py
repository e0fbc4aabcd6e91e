"""My roles at my unit, and handing one of them over."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from units.forms import HandOverForm
from units.handing_over import colleagues, hand_over
from units.models import HandOver, Membership


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """The unit's roles that I hold today, each with the form that hands it over."""
    user: Any = request.user
    held = list(Membership.objects.today().of_units().filter(user=user).order_by("pk"))
    sent = next((item for item in held if str(item.pk) == request.POST.get("membership")), None)
    forms = {item: HandOverForm(item, colleagues(item), request.POST if item is sent else None) for item in held}
    if request.method == "POST":
        if sent is None:
            messages.error(request, "您现在不承担这个角色，不能移交")
            return redirect("units:roles")
        if _handed_over(request, sent, forms[sent]):
            return redirect("units:roles")
    handed = HandOver.objects.filter(giver=user).select_related("unit", "taker")[:10]
    return render(request, "units/roles.html", {"forms": forms, "handed": handed}, status=422 if sent else 200)


def _handed_over(request: HttpRequest, held: Membership, form: HandOverForm) -> bool:
    if not form.is_valid():
        return False
    user: Any = request.user
    try:
        made = hand_over(held.pk, by=user, to=form.cleaned_data["taker"], until=form.cleaned_data["until"])
    except ValidationError as error:
        form.add_error(None, error)
        return False
    till = f"，至 {made.until:%Y-%m-%d} 为止" if made.until else ""
    messages.success(request, f"已把“{made.get_role_display()}”移交给{made.taker}{till}")
    return True
