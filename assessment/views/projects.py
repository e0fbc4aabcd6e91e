"""项目清单: the filing's projects as one list, from which each project's own parts are opened."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from assessment.domain.projects import MAX_PROJECTS, read_pasted
from assessment.forms.projects import COLUMNS, MAX_PASTED, ProjectsForm, ProjectSlot, typed_rows, with_rows
from assessment.models import Part
from assessment.services.projects import offered, save_projects
from assessment.views.access import SignedIn, login_required
from assessment.views.parts import PartPage


class ProjectsPage(PartPage):
    """The list; what is pasted or brought over from last year is shown first and saved with the list."""

    kind = Part.Kind.PROJECTS
    template = "assessment/projects.html"

    def form(self, data: Any = None) -> ProjectsForm:
        found = sorted(self.assessment.filing.assessments.projects().prefetch_related("parts"), key=lambda item: item.order())
        saved = {item.pk: sum(part.version > 0 for part in item.parts.all()) for item in found}
        return ProjectsForm([item.project_row() for item in found], saved, data)

    def save(self, form: ProjectsForm, version: int) -> Part:
        self.sent = form
        return save_projects(self.assessment.pk, by=self.request.user, version=version, rows=form.rows())

    def standing(self, form: ProjectsForm, stored: ProjectsForm, name: str) -> Any:
        return form.standing(stored, name)

    def field_of(self, place: str) -> str:
        """``project:2:name`` speaks of the third row that was sent; a project that was not sent has no field."""
        _, number, what = place.split(":")
        kept = self.sent.kept
        return kept[int(number)].name(what) if int(number) < len(kept) else ""

    def rows(self, form: ProjectsForm) -> dict[str, Any]:
        return {
            "slots": [self._slot(form, slot) for slot in form.slots],
            "columns": COLUMNS,
            "most": MAX_PROJECTS,
            "key_amount": self.assessment.filing.round.key_amount,
            "offered": [] if self.refusal else offered(self.assessment.filing),
        }

    def _slot(self, form: ProjectsForm, slot: ProjectSlot) -> dict[str, Any]:
        inputs = {what: form[slot.name(what)] for what in COLUMNS if slot.name(what) in form.fields}
        conflict = [f"{COLUMNS[what]}：{self.conflicts[slot.name(what)]}" for what in inputs if slot.name(what) in self.conflicts]
        return {"number": slot.number, "id": slot.id, "inputs": inputs, "conflict": conflict, "row": form.stored.get(slot.id)}

    def answer(self) -> HttpResponse:
        """Pasted and brought rows are laid into the page, unsaved; otherwise as every part."""
        sent = self.request.POST
        if self.refusal or not {"read", "bring"} & sent.keys():
            return super().answer()
        text = sent.get("paste", "")
        if len(text) > MAX_PASTED:
            messages.error(self.request, f"粘贴的内容超过 {MAX_PASTED} 字，没有列入；请分几次粘贴")
            return self.page(self.form(with_rows(sent, [])), status=422)
        pasted = read_pasted(text) if "read" in sent else None
        rows = pasted.rows if pasted else offered(self.assessment.filing)
        if len(typed_rows(sent)) + len(rows) > MAX_PROJECTS:
            messages.error(self.request, f"连同清单中已有的超过 {MAX_PROJECTS} 个，没有列入；请合并同类项目")
            return self.page(self.form(with_rows(sent, [], text)), status=422)
        form = self.form(with_rows(sent, rows, pasted.left if pasted else ""))
        if pasted and pasted.faults:
            form.add_error("paste", f"有 {len(pasted.faults)} 行没有读出，留在这里，改正后再列入：{'；'.join(pasted.faults[:5])}")
        elif rows:
            messages.info(self.request, f"已列出 {len(rows)} 个项目，核对后请保存")
        else:
            messages.warning(self.request, "没有读到项目，请从 Excel 复制“项目名称、项目编码、金额”等列后粘贴")
        return self.page(form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def projects(request: SignedIn, pk: int) -> HttpResponse:
    """The list of projects."""
    return ProjectsPage(request, pk).answer()
