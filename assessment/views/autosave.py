"""Saving while one types: the script of the unit's pages sends what was changed; the answer says what follows from it."""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessment.domain.errors import DomainError
from assessment.models import Part
from assessment.services.autosave import Edit, Saved, save_edits, typed_into
from assessment.views.access import SignedIn
from assessment.views.live import overview_piece, pieces_of
from assessment.views.parts import FiguresPage, FindingsPage, NarrativePage, OwnRowsPage, PartPage, ScoresPage, held, shown

BASE = "base."
GONE = "这一项已不存在，没有保存"


class Unreadable:
    """Equal to nothing: what a field was typed over and cannot have been."""


def _only(form: forms.Form, names: Iterable[str]) -> forms.Form:
    for name in form.fields.keys() - set(names):
        del form.fields[name]
    return form


def _bases(sent: QueryDict, names: Iterable[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name in names:
        data.setlist(name, sent.getlist(BASE + name))
    return data


class Autosave:
    """One request: the fields that were sent, each judged for itself; what cannot stand or was overtaken is not written."""

    def __init__(self, page: PartPage) -> None:
        self.page, self.sent = page, page.request.POST
        whole = page.form(self.sent)
        self.names = [name for name in self.sent.getlist("names") if name in whole.fields and name not in page.by_hand(whole)]
        known = {*whole.fields, *page.by_hand(whole)}
        self.gone = dict.fromkeys([name for name in self.sent.getlist("names") if name not in known], GONE)
        self.groups = page.groups(whole)
        self.typed = _only(whole, self.names)
        self.typed.is_valid()
        base = forms.Form(_bases(self.sent, self.names))
        base.fields = self.typed.fields
        base.is_valid()
        self.edits = {name: Edit(page.seen(name, self.value(base, name)), self.value(self.typed, name)) for name in self.typed.cleaned_data}

    def value(self, form: forms.Form, name: str) -> Any:
        """A field's value as it is stored."""
        return self.page.as_stored(form.fields[name], form.cleaned_data[name]) if name in form.cleaned_data else Unreadable()

    def answer(self) -> JsonResponse:
        """What was saved, refused and overtaken, and every piece of the page that is another one now."""
        page = self.page
        try:
            saved = save_edits(page.assessment.pk, page.kind, by=page.request.user, edits=self.edits, groups=self.groups)
        except DomainError as error:
            if not error.places:
                return JsonResponse({"told": page.refusal or str(error), "closed": bool(page.refusal)}, status=422)
            for place, message in error.places.items():
                name = page.field_of(place)
                self.typed.add_error(name if name in self.typed.fields else None, message)
            return JsonResponse({"saved": [], "errors": self.errors(), "told": str(error)}, status=422)
        page.not_now = ""  # it was saved
        for name, message in saved.refused.items():
            self.typed.add_error(name if name in self.typed.fields else None, message)
        here = self.sent.get("version") == str(saved.before) == str(page.part.version)
        fresh = self.after(saved, read_again=not here)
        return JsonResponse(
            {
                "saved": list(saved.written),
                "unfinished": [
                    name for name in self.edits if not any(name in told for told in (saved.written, saved.standing, saved.refused))
                ],
                "rows": saved.rows,
                "errors": self.errors(),
                "standing": {name: self.standing(fresh, name, value) for name, value in saved.standing.items()},
                # A page that others have overtaken keeps its version: saved whole, it must not overwrite what it does not show.
                "version": saved.part.version if here else None,
                "at": timezone.localtime(saved.part.saved_at).strftime("%H:%M:%S") if saved.part.saved_at else "",
                "pieces": self.changed(page, fresh, everything=not here),
            }
        )

    def after(self, saved: Saved, *, read_again: bool) -> PartPage:
        """The page as it is now; where nobody else had a hand in it, without reading it all again."""
        page = self.page
        if read_again or saved.standing or page.kind == Part.Kind.OWN_ROWS or any(part.locked for part in page.assessment.parts.all()):
            return type(page)(page.request, page.assessment.pk)
        _ = page.threads  # no save changes them: looked up once for both
        fresh = copy(page)
        fresh.part = saved.part
        fresh.judge(typed_into(page.inputs, page.kind, saved.written))
        return fresh

    def errors(self) -> dict[str, str]:
        """What is wrong with each field, in words."""
        return {name: "；".join(map(str, self.typed.errors.get(name, []))) for name in self.names} | self.gone

    def standing(self, fresh: PartPage, name: str, value: Any) -> dict[str, Any]:
        """What stands in a field and who put it there, as its page shows it and as its input holds it."""
        field = self.typed.fields[name]
        kept = sorted(value) if isinstance(value, frozenset) else value
        html = render_to_string("assessment/_standing.html", {"name": name, "shown": shown(field, kept), "part": fresh.part})
        return {"html": html, "values": held(field, kept)}

    @staticmethod
    def changed(before: PartPage, after: PartPage, *, everything: bool) -> dict[str, str]:
        """The pieces of the page that differ, as HTML by their ``id``; the column beside it always, it is dear to compare."""
        old, new = pieces_of(before), pieces_of(after) | {"overview": overview_piece(after)}
        return {name: piece.html() for name, piece in new.items() if everything or old.get(name) != piece}


def _view(page: type[PartPage]) -> Callable[..., HttpResponse]:
    @require_POST
    def view(request: SignedIn, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"sign_in": reverse("units:sign_in")}, status=401)
        return Autosave(page(request, pk)).answer()

    view.__doc__ = f"Save fields of {page.kind.label} while they are typed."
    return view


figures = _view(FiguresPage)
own_rows = _view(OwnRowsPage)
scores = _view(ScoresPage)
narrative = _view(NarrativePage)
findings = _view(FindingsPage)
