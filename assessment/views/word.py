"""The report out of a Word document: read, shown beside what is stored, and written only when it was looked through."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.manuscript import Sorted, sort_into
from assessment.domain.narrative import resolve
from assessment.domain.prose import Block, blocks
from assessment.domain.text import unprintable
from assessment.domain.tokens import tokens_of
from assessment.forms import WordFileForm, WordTextForm, typed_over
from assessment.forms.word import HEAD, PLACE, REST, TAKE, TEXT
from assessment.services import parts
from assessment.views.access import SignedIn, login_required
from assessment.views.parts import NarrativePage
from assessment.word import MAX_FILE, read_document

SHOWN = 5


@dataclass(frozen=True)
class TextRow:
    """One section: its new text, whether it is wanted, the headings it stood under, and what stands now.

    ``same`` where both print alike, ``lost`` are tokens that the new text no longer has.
    """

    take: BoundField
    text: BoundField
    headings: list[str]
    similar: list[str]
    stored: tuple[Block, ...]
    same: bool
    lost: list[str]
    unprintable: list[str]


@dataclass(frozen=True)
class RestRow:
    """A piece that fits no section, the heading it stood under, and where it goes."""

    heading: BoundField
    text: BoundField
    place: BoundField
    unprintable: list[str]


class WordPage(NarrativePage):
    """从 Word 导入: nothing is stored between the reading and the writing; what was read stands in the form."""

    template = "assessment/word.html"
    document: Sorted | None = None
    notes: tuple[str, ...] = ()

    def autosave(self) -> str:
        """Nothing here is saved before it is asked for."""
        return ""

    def answer(self) -> HttpResponse:
        """The file is asked for on GET; a POST brings it, or the texts that were found in it."""
        if self.request.method != "POST":
            return self.page(WordFileForm())
        if self.refusal:
            messages.error(self.request, self.refusal)
            return self.page(WordFileForm(), status=422)
        return self._write() if "version" in self.request.POST else self._read()

    def _read(self) -> HttpResponse:
        form = WordFileForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.page(form, status=422)
        upload = form.cleaned_data["file"]
        try:
            if upload.size > MAX_FILE:
                raise DomainError("文件超过 10 MB，请删去图片后另存，再上传")
            read = read_document(upload.read())
            project = self.assessment.name if self.assessment.kind == "project" else ""
            self.document = sort_into(self.scheme.sections, read.pieces, project)
        except DomainError as error:
            form.add_error("file", str(error))
            return self.page(form, status=422)
        self.notes = (*read.notes, *self.document.left_out)
        same = {code for code, item in self.document.found.items() if self._prints_alike(code, item.text)}
        found = WordTextForm.found(self.scheme, self.document, same=same)
        if not found.fields:
            form.add_error("file", "文档中没有文字")
            return self.page(form, status=422)
        return self.page(found)

    def _write(self) -> HttpResponse:
        form, version = WordTextForm.sent(self.scheme, self.request.POST), typed_over(self.request.POST)
        self.version = version
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            before, texts = self.part.version, form.texts(self.inputs.narrative)
            saved = parts.save_narrative(self.assessment.pk, by=self.request.user, version=version, texts=texts)
        except StaleSave as error:
            messages.warning(self.request, str(error))
            return type(self)(self.request, self.assessment.pk).page(form, status=409)
        except DomainError as error:
            return self._refused(form, error)
        messages.success(self.request, "已写入采用的各节，请通读核对" if saved.version != before else "已保存，没有新的改动")
        return redirect("assessment:narrative", self.assessment.pk)

    def field_of(self, place: str) -> str:
        return TEXT + super().field_of(place)

    def rows(self, form: Any) -> dict[str, Any]:
        if isinstance(form, WordFileForm):
            return {"back": reverse("assessment:narrative", args=[self.assessment.pk])}
        return {
            "texts": [self._text_row(form, code) for code in form.labels if TEXT + code in form.fields],
            "rest": [_rest_row(form, number) for number in form.rest],
            "notes": self.notes,
        }

    def _text_row(self, form: WordTextForm, code: str) -> TextRow:
        found = self.document.found.get(code) if self.document else None
        text, stored = form[TEXT + code], self.inputs.narrative.get(code, "")
        headings, similar = (found.headings, found.similar) if found else ([], [])
        typed = str(text.value() or "")
        lost = list(dict.fromkeys(token for token in tokens_of(stored) if token not in tokens_of(typed)))
        same = self._prints_alike(code, typed)
        return TextRow(form[TAKE + code], text, headings, similar, blocks(stored), same, lost, _strange(text))

    def _prints_alike(self, code: str, text: str) -> bool:
        """Whether a text is what stands, with the figures in place of their tokens: a report that was handed out and comes back."""
        printed = resolve(self.scheme, self.inputs.narrative.get(code, ""), self.judged.values)
        return "".join(text.split()) == "".join(printed.split())


def _rest_row(form: WordTextForm, number: int) -> RestRow:
    heading, text, place = (form[f"{kind}{number}"] for kind in (HEAD, REST, PLACE))
    return RestRow(heading, text, place, _strange(text))


def _strange(text: BoundField) -> list[str]:
    return unprintable(str(text.value() or ""))[:SHOWN]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def word(request: SignedIn, pk: int) -> HttpResponse:
    """Take the report over from a Word document."""
    return WordPage(request, pk).answer()
