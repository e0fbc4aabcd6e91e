"""What was returned of a filing, beside the very cells, and the unit's answers."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessment import permissions
from assessment.domain.errors import DomainError
from assessment.domain.workflow import Act
from assessment.forms import AnswerForm
from assessment.models import Filing, Part, Thread
from assessment.services import threads as service
from assessment.views.access import SignedIn, login_required, thread_for
from assessment.views.overview import PAGES


def address(thread: Thread) -> str:
    """Where the very cell is filled; empty when its part went with its project."""
    if thread.part is None:
        return ""
    kind, _, code = thread.place.partition(":")
    anchor = f"file-{code}" if kind == "evidence" else code
    return reverse(PAGES[Part.Kind(thread.part.kind)], args=[thread.part.assessment_id]) + (f"#{anchor}" if anchor else "")


class Threads:
    """A filing's threads as its people see them, until the office is done with them."""

    def __init__(self, filing: Filing, *, fills: bool) -> None:
        self.all = sorted(filing.threads.sent().unsettled(), key=lambda thread: (thread.state != Thread.State.OPEN, thread.pk))
        self.shown = self.all
        self.answers = fills and bool(self.all)
        self.beside: dict[str, list[Thread]] = {}
        self.top: list[Thread] = []
        for thread in self.all:
            thread.url = address(thread)  # type: ignore[attr-defined]

    @cached_property
    def returned(self) -> list[int | None]:
        """The part of each thread that waits for an answer."""
        return [thread.part_id for thread in self.all if thread.state == Thread.State.OPEN]

    def of(self, part: Part, places: set[str]) -> "Threads":
        """Laid out for one part's page: beside ``places``, or on top."""
        self.shown = [thread for thread in self.all if thread.part_id == part.pk]
        self.top = [thread for thread in self.shown if thread.place not in places]
        for thread in self.shown:
            if thread.place in places:
                self.beside.setdefault(thread.place, []).append(thread)
        self.answers = self.answers and bool(self.shown)
        return self

    def describe(self, form: Form, part: Part, field_of: Callable[[str], str]) -> None:
        """Each input whose cell has a thread is described by it."""
        for place, threads in self.beside.items():
            field: Any = form.fields.get(field_of(place))
            if field:
                help_id = [f"id_{field_of(place)}_helptext"] if field.help_text else []
                field.widget.attrs["aria-describedby"] = " ".join(help_id + [f"thread-{thread.pk}" for thread in threads])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """Answer one thread; what cannot stand comes back with what was typed. Who had to sign in first is led to its place."""
    thread = thread_for(request, pk)
    back = address(thread) or thread.filing.get_absolute_url()
    if request.method != "POST":
        return redirect(back)
    form = AnswerForm(request.POST)
    if refusal := permissions.refusal(request.user, thread.filing, Act.ANSWER):
        messages.error(request, refusal)
        return redirect(thread.filing)
    if form.is_valid():
        try:
            service.answer(thread.pk, by=request.user, text=form.cleaned_data["text"])
        except DomainError as error:
            form.add_error("text", error.places.get("text", str(error)))
        else:
            messages.success(request, "已答复")
            return redirect(back)
    context = {"thread": thread, "filing": thread.filing, "form": form, "back": back}
    return render(request, "assessment/answer.html", context, status=422)
