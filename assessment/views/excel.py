"""The tables as a workbook: handed out, read back, looked through beside what is stored, and written all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessment import permissions
from assessment.domain.checks import Evaluation, evaluate_assessment
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.findings import Finding
from assessment.domain.workflow import Act
from assessment.excel import MAX_FILE, Annotated, Mark, Reading, Remark, Slot, Typed, read_workbook, write_workbook
from assessment.excel.plan import FIRST_ROW, Sheet, reference
from assessment.forms.excel import Bound, Change, ExcelFileForm, bind
from assessment.models import Assessment, Part
from assessment.services import excel as services
from assessment.templatetags.show import day
from assessment.views import tables
from assessment.views.access import SignedIn, filing_for, login_required
from assessment.views.parts import shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "assessment.excel"
HOURS = 2
#: What a form may carry back; a workbook of a hundred projects takes a tenth of it.
MAX_SIGNED = 2 * 1024 * 1024


@dataclass(frozen=True)
class ChangeLine:
    """One change as people read it: where it stands in the workbook, and both sides."""

    where: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class FindingLine:
    """What the checks say, with the cell it is about, or the part where it stands in no cell."""

    where: str
    finding: Finding


@dataclass(frozen=True)
class Judged:
    """One assessment as it would stand."""

    name: str
    lines: tuple[FindingLine, ...]
    gaps: tuple[str, ...]
    total: Any


class ExcelPage:
    """One filing's workbook: what was read travels signed in the form, nothing is kept here between looking and writing."""

    def __init__(self, request: SignedIn, pk: int) -> None:
        self.request = request
        self.filing = filing_for(request, pk)
        self.refusal = permissions.refusal(request.user, self.filing, Act.EDIT)
        self.chapters = services.chapters_of(self.filing, by=request.user)
        self.book = services.book_of(self.filing, self.chapters)
        self.reading = Reading()
        self.bound: list[Bound] = []
        self.faults: list[Remark] = []

    def file(self, annotated: Annotated | None = None) -> FileResponse:
        """The workbook as it stands now, or with what was typed and what is said of it."""
        data = write_workbook(self.book, made=day(timezone.localdate()), annotated=annotated)
        kind = "批注" if annotated else "填报"
        name = f"{self.filing.unit}-{self.filing.round.fiscal_year}年度自评数据-{kind}.xlsx"
        return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=XLSX)

    def answer(self) -> HttpResponse | FileResponse:
        """The file is asked for on GET; a POST brings it, or brings back what was read of it."""
        if self.request.method != "POST":
            return self.page(ExcelFileForm())
        if self.refusal:
            messages.error(self.request, self.refusal)
            return self.page(ExcelFileForm(), status=422)
        if "signed" not in self.request.POST:
            return self._read()
        try:
            versions = self._take_back()
        except signing.BadSignature:
            messages.error(self.request, f"这次预览已超过 {HOURS} 小时或者不完整，请重新上传工作簿")
            return self.page(ExcelFileForm(), status=422)
        if "annotate" in self.request.POST:
            judged = self._look()
            return self.file(self._annotated(judged))
        return self._write(versions)

    def _read(self) -> HttpResponse:
        form = ExcelFileForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.page(form, status=422)
        upload = form.cleaned_data["file"]
        try:
            if upload.size > MAX_FILE:
                raise DomainError("文件超过 10 MB，请删去图片和无关的工作表，另存后再上传")
            self.reading = read_workbook(upload.read(), self.book)
        except DomainError as error:
            form.add_error("file", str(error))
            return self.page(form, status=422)
        return self._preview()

    def _write(self, versions: Mapping[str, int]) -> HttpResponse:
        """Only what was looked at is written: if anything was saved since, it is shown anew."""
        if versions != services.versions_of(self.chapters):
            messages.warning(self.request, "预览之后有人保存过内容，改动已重新对照，请核对后再次写入；刚才什么都没有写入")
            return self._preview(status=409)
        self._bind()
        if self.faults:
            return self._preview(status=422)
        try:
            services.save_all(self.filing.pk, self._saves(), by=self.request.user)
        except StaleSave:
            messages.warning(self.request, "刚有人保存过内容，什么都没有写入，请重新上传工作簿")
            return redirect("assessment:excel", self.filing.pk)
        except DomainError as error:
            messages.error(self.request, str(error))
            return self._preview(status=422)
        messages.success(self.request, "已写入工作簿中的全部改动")
        return redirect(self.filing)

    def _bind(self) -> None:
        self.bound = bind(self.chapters, self.reading.parts)
        self.faults = [*self.reading.faults, *self._form_faults(), *self._locked_faults()]

    def _form_faults(self) -> Iterator[Remark]:
        for bound in self.bound:
            for name, errors in bound.form.errors.items():
                label = bound.form.fields[name].label if name in bound.form.fields else ""
                for error in errors:
                    yield self._remark(bound.typed, name, f"{label}：{error}")

    def _locked_faults(self) -> Iterator[Remark]:
        for bound in self.bound:
            refusal = bound.chapter.refusals.get(bound.kind)
            if refusal and (count := len(list(bound.changes()))):
                yield Remark(bound.typed.sheet, "", f"{refusal}，但工作簿里有 {count} 处与现有内容不同：请用重新下载的工作簿填写")

    def _remark(self, typed: Typed, name: str, text: str) -> Remark:
        return Remark(typed.sheet, typed.cells.get(name, ""), text)

    def _saves(self) -> list[services.Save]:
        return [save for bound in self.bound if not bound.chapter.refusals.get(bound.kind) and (save := bound.save())]

    def _look(self) -> list[tuple[Assessment, Evaluation]]:
        """What the assessments would come to; nothing where the workbook cannot be taken over as it is."""
        self._bind()
        if self.faults:
            return []
        try:
            found = services.try_all(self.filing, self._saves(), by=self.request.user)
        except services.Refused as error:
            self.faults += self._refused(error)
            return []
        return [(item, evaluate_assessment(item.scheme.scheme, inputs)) for item, inputs in found]

    def _refused(self, error: services.Refused) -> Iterator[Remark]:
        bound = next(item for item in self.bound if (item.chapter.key, item.kind) == (error.save.assessment_id, error.save.kind))
        for place, text in error.places.items():
            yield self._remark(bound.typed, bound.field_of(place), text)
        if not error.places:
            yield Remark(bound.typed.sheet, "", str(error))

    def _preview(self, *, status: int = 200) -> HttpResponse:
        judged = self._look()
        signed = signing.dumps(self._sealed(), salt=SALT, compress=True)
        if len(signed) > MAX_SIGNED:
            form = ExcelFileForm()
            messages.error(self.request, "工作簿中的文字过多，一次带不下：请精简说明，或者分几次导入")
            return self.page(form, status=422)
        changes = [(bound.chapter.name, str(bound.kind.label), lines) for bound in self.bound if (lines := list(self._lines(bound)))]
        context = {
            "looking": True,
            "signed": signed,
            "faults": self.faults,
            "notes": self.reading.notes,
            "changes": changes,
            "count": sum(len(lines) for _, _, lines in changes),
            "several": len(self.chapters) > 1,
            "judged": [self._judged(item, evaluation) for item, evaluation in judged],
        }
        return self.page(ExcelFileForm(), status=status, **context)

    def _lines(self, bound: Bound) -> Iterator[ChangeLine]:
        unread = {remark.where for remark in self.faults}
        told: set[str] = set()
        for change in bound.changes():
            where = Remark(bound.typed.sheet, bound.typed.cells[change.name], "").where
            row = change.name.partition("-")[0]
            if where in unread or (change.removed and row in told):
                continue
            told.add(row)
            yield _line(bound, change, where)

    def _judged(self, item: Assessment, judged: Evaluation) -> Judged:
        cells = self._cells(item.pk)
        found = [finding for finding in judged.findings if finding.code not in tables.GAPS]
        lines = tuple(FindingLine(cells.get(finding.place, _part_of(finding)), finding) for finding in found)
        gaps = tuple(gap.text for gap in tables.gaps_of(item, judged))
        return Judged(item.name, lines, gaps, judged.total)

    def _cells(self, key: int) -> dict[str, str]:
        """Where the places that findings speak of stand in the workbook."""
        cells: dict[str, str] = {}
        for typed in self.reading.parts:
            _, part, owner = typed.marker.split(":")
            if owner == str(key):
                cells |= {place: f"{typed.sheet}!{typed.cells[name]}" for place, name in _places(part, typed).items()}
        return cells

    def _sealed(self) -> dict[str, Any]:
        return {
            "filing": self.filing.pk,
            "user": self.request.user.pk,
            "versions": services.versions_of(self.chapters),
            "reading": asdict(self.reading),
        }

    def _take_back(self) -> Mapping[str, int]:
        """What was read before, for this person and this filing; raises ``BadSignature``."""
        sealed = signing.loads(self.request.POST["signed"], salt=SALT, max_age=HOURS * 3600)
        if (sealed["filing"], sealed["user"]) != (self.filing.pk, self.request.user.pk):
            raise signing.BadSignature()
        kept = sealed["reading"]
        remarks = {what: [Remark(**item) for item in kept[what]] for what in ("faults", "notes")}
        self.reading = Reading([Typed(**item) for item in kept["parts"]], **remarks)
        versions: Mapping[str, int] = sealed["versions"]
        return versions

    def _annotated(self, judged: Sequence[tuple[Assessment, Evaluation]]) -> Annotated:
        """Everything that is said of a cell, at the cell's place in a new workbook: rows may have been sorted in the one that came."""
        marks = [self._mark(remark, "错误") for remark in self.faults] + [self._mark(remark, "请核对") for remark in self.reading.notes]
        for item, evaluation in judged:
            for line in self._judged(item, evaluation).lines:
                sheet, _, cell = line.where.partition("!")
                finding = line.finding
                text = "。".join(filter(None, (finding.message, finding.comparison, finding.remedy)))
                marks.append(self._mark(Remark(sheet, cell, text), finding.label))
        return Annotated({typed.marker: typed.data for typed in self.reading.parts}, tuple(marks))

    def _mark(self, remark: Remark, label: str) -> Mark:
        for typed in self.reading.parts:
            if typed.sheet == remark.sheet:
                sheet = next(sheet for sheet in self.book.sheets if sheet.marker == typed.marker)
                name = next((name for name, cell in typed.cells.items() if cell == remark.cell), None)
                cell = _cell_of(sheet).get(name, "") if name else ""
                return Mark(sheet.title, cell, label, remark.text if cell or not remark.cell else f"{remark.where}：{remark.text}")
        return Mark(remark.sheet, "", label, f"{remark.where}：{remark.text}" if remark.cell else remark.text)

    def page(self, form: ExcelFileForm, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page with this form."""
        context = {"filing": self.filing, "refusal": self.refusal, "form": form, "book": self.book}
        return render(self.request, "assessment/excel.html", context | more, status=status)


def _line(bound: Bound, change: Change, where: str) -> ChangeLine:
    if change.removed:
        row = bound.form.stored[change.name.partition("-")[0]]
        return ChangeLine(where, f"自设指标“{row.label}”", "在表中", "删除")
    return ChangeLine(where, change.label, shown(change.field, change.before), shown(change.field, change.after))


def _places(part: str, typed: Typed) -> dict[str, str]:
    """The places of findings, by the field whose cell they are shown at."""
    if part == Part.Kind.FIGURES:
        return {f"figure:{name}": name for name in typed.cells}
    if part == Part.Kind.SCORES:
        return {f"score:{name.removesuffix('-points')}": name for name in typed.cells if name.endswith("-points")}
    if part == Part.Kind.OWN_ROWS:
        return {f"own:{name.removesuffix('-label')}": name for name in typed.cells if name.endswith("-label")}
    return {}


def _part_of(finding: Finding) -> str:
    kind = finding.place.partition(":")[0]
    return {"section": "自评报告", "own": "自设指标", "score": "指标评分表", "explanation": "核查意见"}.get(kind, "基础数据表")


def _cell_of(sheet: Sheet) -> dict[str, str]:
    cells: dict[str, str] = {}
    for number, row in enumerate(sheet.rows, start=FIRST_ROW):
        for column, cell in enumerate(row.cells, start=2):
            if isinstance(cell, Slot):
                cells.setdefault(cell.name, reference(number, column))
    return cells


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def excel(request: SignedIn, pk: int) -> HttpResponse | FileResponse:
    """Fill the tables in a workbook."""
    return ExcelPage(request, pk).answer()


@login_required
@require_safe
def workbook(request: SignedIn, pk: int) -> FileResponse:
    """The workbook with what is stored."""
    return ExcelPage(request, pk).file()
