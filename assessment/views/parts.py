"""The parts of one assessment, each saved on its own; a stale save shows both versions and loses nothing typed."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from assessment import permissions
from assessment.domain.canonical import decimal_text
from assessment.domain.checks import Evaluation, evaluate_assessment
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.inputs import Answer, Inputs
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Act
from assessment.forms import ExplanationsForm, FiguresForm, NarrativeForm, OwnRowsForm, ScoresForm, typed_over
from assessment.forms.own_rows import COLUMNS
from assessment.models import Assessment, Part
from assessment.services import contents, parts
from assessment.services.own_rows import save_own_rows
from assessment.views import tables
from assessment.views.access import SignedIn, assessment_for, login_required


class PartPage:
    """What every part's page needs: the assessment, its state, and whether this person may write now."""

    kind: Part.Kind
    template: str

    def __init__(self, request: SignedIn, pk: int) -> None:
        self.request = request
        self.assessment: Assessment = assessment_for(request, pk)
        self.part = get_object_or_404(self.assessment.parts, kind=self.kind)
        self.version = self.part.version
        self.refusal = permissions.refusal(request.user, self.assessment.filing, Act.EDIT)
        if not self.refusal and self.part.locked:
            self.refusal = "这一部分没有被退回，不能修改"
        self.inputs: Inputs = contents.inputs_of(self.assessment)
        self.judged: Evaluation = evaluate_assessment(self.assessment.scheme.scheme, self.inputs)
        self.scheme: Scheme = self.judged.scheme
        self.conflicts: dict[str, str] = {}

    def form(self, data: Any = None) -> Any:
        """The part's form over what is stored."""
        raise NotImplementedError

    def save(self, form: Any, version: int) -> Part:
        """Store what was typed."""
        raise NotImplementedError

    def field_of(self, place: str) -> str:
        """The form field that a place of a ``DomainError`` speaks of."""
        return place.split(":", 1)[-1]

    def rows(self, form: Any) -> dict[str, Any]:
        """What the template shows of the form."""
        return {}

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
            "sets_rows": bool(self.scheme.own_groups),
            "comments": self.part.comments.filter(closed_at=None).select_related("author"),
        }
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
        messages.success(self.request, "已保存" if saved.version != before else "内容没有变化")
        return redirect(self.request.path)

    def _stale(self, form: Any, error: StaleSave) -> HttpResponse:
        """Show what stands beside what was typed; the next save is judged against the version shown now."""
        fresh = type(self)(self.request, self.assessment.pk)
        stored = fresh.form()
        for name, field in form.fields.items():
            standing = self.standing(form, stored, name)
            if form.cleaned_data.get(name) != standing:
                fresh.conflicts[name] = _shown(field, standing)
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


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(field, forms.ChoiceField):
        labels = {str(code): str(label) for code, label in field.widget.choices}
        chosen = value if isinstance(value, list) else [value]
        return "；".join(labels.get(str(code), str(code)) for code in chosen if code) or "（未选）"
    return str(value or "（空）")


class FiguresPage(PartPage):
    """基础数据表 with derived values."""

    kind = Part.Kind.FIGURES
    template = "assessment/figures.html"

    def form(self, data: Any = None) -> FiguresForm:
        return FiguresForm(self.scheme, self.inputs.figures, data)

    def save(self, form: FiguresForm, version: int) -> Part:
        return parts.save_figures(self.assessment.pk, by=self.request.user, version=version, figures=form.figures())

    def rows(self, form: FiguresForm) -> dict[str, Any]:
        return {"groups": tables.figure_groups(self.scheme, self.judged, form, self.conflicts)}


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

    def field_of(self, place: str) -> str:
        """``own:2:label`` speaks of the third row that was sent."""
        _, number, what = place.split(":")
        return self.sent.kept[int(number)].name(what)

    def rows(self, form: OwnRowsForm) -> dict[str, Any]:
        last = max((slot.number for slot in form.slots), default=-1)
        return {
            "groups": tables.own_groups(self.judged, self.inputs.own_rows, form, self.conflicts),
            "row_count": last + 1,
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

    def rows(self, form: NarrativeForm) -> dict[str, Any]:
        return {
            "sections": tables.section_blocks(self.scheme, self.judged, form, self.conflicts),
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
        return {
            "findings": tables.finding_rows(self.assessment, self.judged, form, self.conflicts),
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
