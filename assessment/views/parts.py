"""The parts of one assessment, each saved on its own; a stale save shows both versions and loses nothing typed."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, NoReturn

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessment import permissions
from assessment.domain.canonical import decimal_text
from assessment.domain.checks import Evaluation
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.inputs import Answer, Inputs
from assessment.domain.narrative import tidy
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Act
from assessment.forms import ExplanationsForm, FiguresForm, NarrativeForm, OwnRowsForm, ScoresForm, typed_over
from assessment.forms.own_rows import COLUMNS
from assessment.models import Assessment, Part
from assessment.services import contents, parts
from assessment.services.carrying import offered, save_table
from assessment.services.own_rows import save_own_rows
from assessment.views import tables
from assessment.views.access import SignedIn, assessment_for, login_required
from assessment.views.judging import judge
from assessment.views.overview import Overview, overview_of
from assessment.views.threads import Threads


class PartPage:
    """What every part's page needs: the assessment, its state, and whether this person may write now."""

    kind: Part.Kind
    template: str

    def __init__(self, request: SignedIn, pk: int) -> None:
        self.request = request
        self.assessment: Assessment = assessment_for(request, pk)
        contents.load(self.assessment)
        self.part = next((part for part in self.assessment.parts.all() if part.kind == self.kind), None) or no_such_part()
        self.version = self.part.version
        self.judge(contents.inputs_of(self.assessment))
        self.conflicts: dict[str, str] = {}

    @cached_property
    def not_now(self) -> str:
        """Why this person may not fill in the filing now; empty when they may."""
        return permissions.refusal(self.request.user, self.assessment.filing, Act.EDIT)

    @cached_property
    def threads(self) -> Threads:
        """What was returned of the filing, for those who answer it and for those who read along."""
        return Threads(self.assessment.filing, fills=not self.not_now)

    @property
    def refusal(self) -> str:
        """Why this person may not save in this part now; empty when they may."""
        return self.not_now or ("这一部分没有被退回，不能修改" if self.part.locked else "")

    def judge(self, inputs: Inputs) -> None:
        """Take ``inputs`` for what is stored."""
        self.inputs = inputs
        self.judged: Evaluation = judge(self.assessment.pk, self.assessment.scheme.scheme, inputs)
        self.scheme: Scheme = self.judged.scheme

    def overview(self) -> Overview:
        """The column beside the part."""
        parts = [self.part if part.pk == self.part.pk else part for part in self.assessment.parts.all()]
        return overview_of(self.assessment, self.judged, self.inputs, parts, fills=not self.not_now, returned=self.threads.returned)

    def bases(self) -> dict[str, list[str]]:
        """What is stored, by field: the inputs of a form that was sent back hold what was typed."""
        stored = self.form()
        return {name: held(field, stored.get_initial_for_field(field, name)) for name, field in stored.fields.items()}

    def form(self, data: Any = None) -> Any:
        """The part's form over what is stored."""
        raise NotImplementedError

    def save(self, form: Any, version: int) -> Part:
        """Store what was typed."""
        raise NotImplementedError

    def field_of(self, place: str) -> str:
        """The form field that a place of a ``DomainError`` speaks of."""
        return place.split(":", 1)[-1]

    def seen(self, name: str, value: Any) -> Any:
        """What is stored of a field that was shown as ``value``."""
        return value

    def autosave(self) -> str:
        """Where a script sends what is typed; empty where nothing is saved before it is asked for."""
        return "" if self.refusal or self.kind == Part.Kind.PROJECTS else f"{self.request.path}autosave/"

    def as_stored(self, field: forms.Field, value: Any) -> Any:
        """What a form's field holds as it is stored: a checklist as a set, whatever it is made of."""
        if isinstance(field, forms.MultipleChoiceField):
            return frozenset(value)
        if isinstance(field, forms.ChoiceField):
            return frozenset([value] if value else [])
        return value

    def by_hand(self, form: Any) -> Collection[str]:
        """The fields that are saved with the page alone."""
        return ()

    def groups(self, form: Any) -> Mapping[str, str]:
        """The group of each row that was sent, by its key."""
        return {}

    def rows(self, form: Any) -> dict[str, Any]:
        """What the template shows of the form."""
        return {}

    def places(self) -> set[str]:
        """The places that the page shows threads beside; the others stand on top."""
        return set()

    def page(self, form: Any, *, status: int = 200) -> HttpResponse:
        """The page with this form."""
        context = {
            "assessment": self.assessment,
            "filing": self.assessment.filing,
            "part": self.part,
            "version": self.version,
            "refusal": self.refusal,
            "judged": self.judged,
            "form": form,
            "conflicts": self.conflicts,
            "bases": self.bases() if form.is_bound else None,
            "autosave": self.autosave(),
            "overview": self.overview(),
            "threads": self.threads.of(self.part, self.places()),
        }
        self.threads.describe(form, self.part, self.field_of)
        return render(self.request, self.template, context | self.rows(form), status=status)

    def answer(self) -> HttpResponse:
        """Show on GET, save on POST."""
        if self.request.method != "POST":
            return self.page(self.form())
        form, self.version = self.form(self.request.POST), typed_over(self.request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            before, saved = self.part.version, self.save(form, self.version)
        except StaleSave as error:
            return self._stale(form, error)
        except DomainError as error:
            return self._refused(form, error)
        messages.success(self.request, "已保存" if saved.version != before else "已保存，没有新的改动")
        return redirect(self.request.path + self.landing())

    def landing(self) -> str:
        """Where on the page a save leads back to, as a fragment; empty for its top."""
        return ""

    def _stale(self, form: Any, error: StaleSave) -> HttpResponse:
        """Show what stands beside what was typed; the next save is judged against the version shown now."""
        fresh = type(self)(self.request, self.assessment.pk)
        stored = fresh.form()
        for name, field in form.fields.items():
            standing = self.standing(form, stored, name)
            if form.cleaned_data.get(name) != standing:
                fresh.conflicts[name] = shown(field, standing)
        messages.warning(self.request, str(error))
        return fresh.page(form, status=409)

    def standing(self, form: Any, stored: Any, name: str) -> Any:
        """What ``stored`` holds of one field of the form that was sent."""
        field = form.fields[name]
        return field.clean(stored.get_initial_for_field(field, name))

    def _refused(self, form: Any, error: DomainError) -> HttpResponse:
        for place, message in error.places.items():
            name = self.field_of(place)
            form.add_error(name if name in form.fields else None, message)
        messages.error(self.request, str(error))
        return self.page(form, status=422)


def no_such_part() -> NoReturn:
    """A part that this assessment does not have is not there."""
    raise Http404


def held(field: forms.Field, value: Any) -> list[str]:
    """A field's value as its inputs hold it: each ticked box, or the one text."""
    prepared = getattr(field, "prepare_value", lambda kept: kept)(value)
    return [str(item) for item in prepared] if isinstance(prepared, list | tuple) else ["" if prepared is None else str(prepared)]


def shown(field: forms.Field, value: Any) -> str:
    """A field's value as people read it."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(field, forms.ChoiceField):
        labels = {str(code): str(label) for code, label in field.widget.choices}
        chosen = value if isinstance(value, list) else [value]
        return "；".join(labels.get(str(code), str(code)) for code in chosen if code) or "（未选）"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value or "（空）")


class FiguresPage(PartPage):
    """基础数据表 with derived values; last year's figures are offered for what is empty, and marked until they are confirmed."""

    kind = Part.Kind.FIGURES
    template = "assessment/figures.html"

    def form(self, data: Any = None) -> FiguresForm:
        return FiguresForm(self.scheme, self.inputs.figures, data)

    def save(self, form: FiguresForm, version: int) -> Part:
        sent, by = self.request.POST, self.request.user
        confirm = [code for code in sent.get("confirm", "").split(",") if code]
        return save_table(
            self.assessment.pk,
            by=by,
            version=version,
            figures=form.figures(),
            carry="carry" in sent,
            confirm=confirm,
        )

    def landing(self) -> str:
        """The first figure that was confirmed: the next one is near."""
        first = self.request.POST.get("confirm", "").partition(",")[0]
        return f"#{first}" if first in self.scheme.fields else ""

    def places(self) -> set[str]:
        return {f"figure:{code}" for code in self.scheme.fields}

    def rows(self, form: FiguresForm) -> dict[str, Any]:
        return {
            "groups": tables.figure_groups(self.judged, form, self.conflicts, self.inputs.last_year),
            "has_last": bool(self.inputs.last_year),
            "offered": 0 if self.refusal else len(offered(self.assessment, self.inputs.figures)),
            "unconfirmed": len(self.inputs.unconfirmed),
        }


class OwnRowsPage(PartPage):
    """自设指标: the rows that the unit sets itself under a group."""

    kind = Part.Kind.OWN_ROWS
    template = "assessment/own_rows.html"

    def form(self, data: Any = None) -> OwnRowsForm:
        return OwnRowsForm(self.assessment.scheme.scheme, self.inputs.own_rows, data)

    def save(self, form: OwnRowsForm, version: int) -> Part:
        self.sent = form
        return save_own_rows(self.assessment.pk, by=self.request.user, version=version, rows=form.rows())

    def standing(self, form: OwnRowsForm, stored: OwnRowsForm, name: str) -> Any:
        return form.standing(stored, name)

    def as_stored(self, field: forms.Field, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    def by_hand(self, form: OwnRowsForm) -> Collection[str]:
        """Nothing is taken away while one types."""
        return {slot.name("remove") for slot in form.slots}

    def groups(self, form: OwnRowsForm) -> Mapping[str, str]:
        return {slot.key: slot.group.code for slot in form.slots}

    def field_of(self, place: str) -> str:
        """``own:2:label`` speaks of the third row that was sent, ``own:own_3`` of a row; what was not sent has no field."""
        _, which, *what = place.split(":")
        if not what:
            return f"{which}-label"
        kept = self.sent.kept
        return kept[int(which)].name(what[0]) if int(which) < len(kept) else ""

    def places(self) -> set[str]:
        return {f"own:{row.code}" for row in self.inputs.own_rows}

    def rows(self, form: OwnRowsForm) -> dict[str, Any]:
        return {
            "groups": tables.own_groups(self.judged, self.inputs.own_rows, form, self.conflicts),
            "keys": [slot.key for slot in form.slots],
            "columns": COLUMNS,
        }


class ScoresPage(PartPage):
    """指标评分表 with computed points and why."""

    kind = Part.Kind.SCORES
    template = "assessment/scores.html"

    def form(self, data: Any = None) -> ScoresForm:
        return ScoresForm(self.scheme, self.inputs.answers, data)

    def save(self, form: ScoresForm, version: int) -> Part:
        answers = form.answers()
        if "adopt" in self.request.POST:
            answers = {code: self._adopted(code, answer) for code, answer in answers.items()}
        return parts.save_scores(self.assessment.pk, by=self.request.user, version=version, answers=answers)

    def _adopted(self, code: str, answer: Answer) -> Answer:
        """Where no points were typed, the computed points of what was just chosen."""
        if answer.self_points is not None:
            return answer
        computed = tables.computed_points(self.judged, code, answer)
        return Answer(answer.choices, computed, answer.reason)

    def field_of(self, place: str) -> str:
        return f"{place.split(':', 1)[-1]}-points"

    def places(self) -> set[str]:
        return {f"score:{code}" for code in self.scheme.scored}

    def rows(self, form: ScoresForm) -> dict[str, Any]:
        return {"rows": tables.score_rows(self.judged, self.inputs.answers, form, self.conflicts)}


class NarrativePage(PartPage):
    """自评报告 by outline section."""

    kind = Part.Kind.NARRATIVE
    template = "assessment/narrative.html"

    def form(self, data: Any = None) -> NarrativeForm:
        return NarrativeForm(self.scheme, self.inputs.narrative, data, starters=not self.refusal)

    def save(self, form: NarrativeForm, version: int) -> Part:
        return parts.save_narrative(self.assessment.pk, by=self.request.user, version=version, texts=form.texts())

    def seen(self, name: str, value: Any) -> Any:
        """The scheme's starter is shown where there is no text yet."""
        starters = {section.code: tidy(section.starter) for section in self.scheme.sections}
        return "" if name not in self.inputs.narrative and value == starters.get(name) else value

    def places(self) -> set[str]:
        return {f"section:{section.code}" for section in self.scheme.sections}

    def rows(self, form: NarrativeForm) -> dict[str, Any]:
        return {
            "sections": tables.section_blocks(self.scheme, self.judged, form, self.conflicts, self.inputs.narrative),
            "tokens": tables.token_list(self.scheme, self.judged),
        }


class FindingsPage(PartPage):
    """核查意见 with a written reason for each warning."""

    kind = Part.Kind.EXPLANATIONS
    template = "assessment/findings.html"

    def form(self, data: Any = None) -> ExplanationsForm:
        warnings = [finding for finding in self.judged.findings if finding.severity == "warning" and not finding.waived]
        return ExplanationsForm(warnings, self.inputs.explanations, data)

    def save(self, form: ExplanationsForm, version: int) -> Part:
        texts: Mapping[str, str] = form.cleaned_data
        return parts.save_explanations(self.assessment.pk, by=self.request.user, version=version, texts=texts)

    def rows(self, form: ExplanationsForm) -> dict[str, Any]:
        rows = tables.finding_rows(self.assessment, self.judged, form, self.conflicts)
        return {
            "findings": [row for row in rows if row.finding.severity != "note"],
            "notes": [row for row in rows if row.finding.severity == "note"],
            "gaps": tables.gaps_of(self.assessment, self.judged),
        }


def _view(page: type[PartPage]) -> Callable[..., HttpResponse]:
    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: SignedIn, pk: int) -> HttpResponse:
        return page(request, pk).answer()

    view.__doc__ = page.__doc__
    return view


figures = _view(FiguresPage)
own_rows = _view(OwnRowsPage)
scores = _view(ScoresPage)
narrative = _view(NarrativePage)
findings = _view(FindingsPage)
