"""A Word document's text in order: paragraphs with what marks a heading, tables, and what was left out on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from assessment.domain.errors import DomainError
from assessment.domain.manuscript import Line, Piece, Table
from assessment.word.package import TOO_MUCH, open_package
from assessment.word.styles import Lists, Styles, number, switched_on, value

MAX_CHARACTERS = 200_000
MAX_COLUMNS, MAX_CELLS = 40, 20_000
#: What is said of everything that is not taken over as it stands, with how often it occurs.
LEFT_OUT = {
    "changes": "修订 {} 处按接受后的文字导入",
    "comments": "批注 {} 处没有导入",
    "pictures": "图片、图形 {} 处没有导入；需要的请作为佐证材料上传",
    "boxes": "文本框 {} 个没有导入，其中的文字请另行粘贴",
    "notes": "脚注、尾注 {} 处没有导入",
    "hidden": "隐藏文字 {} 处没有导入",
    "formulas": "公式 {} 处只留下文字，请核对",
    "symbols": "特殊符号 {} 处没有导入，请核对",
    "merged": "合并的单元格 {} 处已拆开，请核对",
    "documents": "嵌入的其他文档 {} 处没有导入",
    "contents": "目录 {} 行没有导入，报告的目录由系统编排",
}
_GONE = {"del", "moveFrom"}
_COUNTED = {"ins": "changes", "moveTo": "changes", "altChunk": "documents", "subDoc": "documents"}
_NEVER = {"pPr", "rPr", "sectPr", "sdtPr", "sdtEndPr", "instrText", "delText", "delInstrText", "rt", "tblPr", "tblGrid", "trPr", "tcPr"}
_INLINE = {"tab": " ", "cr": "\n", "noBreakHyphen": "-"}
_REFERENCES = {"footnoteReference": "notes", "endnoteReference": "notes", "commentReference": "comments", "sym": "symbols"}
_DRAWN = {"drawing", "pict", "object"}


@dataclass(frozen=True)
class Read:
    """A document's pieces in order, and in words what was left out."""

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def read_document(data: bytes) -> Read:
    """The text of a .docx file. Raises ``DomainError`` for what is none, or is more than a report."""
    package = open_package(data)
    reader = _Reader(Styles(package.styles), Lists(package.numbering))
    pieces = tuple(reader.blocks(package.document))
    notes = (words.format(reader.left_out[what]) for what, words in LEFT_OUT.items() if reader.left_out[what])
    return Read(pieces, tuple(notes))


class _Reader:
    """Walks the tree once; lists count on from paragraph to paragraph."""

    def __init__(self, styles: Styles, lists: Lists) -> None:
        self.styles, self.lists = styles, lists
        self.left_out: Counter[str] = Counter()
        self.characters = self.cells = 0
        self.begun: list[tuple[str, bool]] = []  # of a paragraph whose end somebody deleted: it goes on in the next

    def blocks(self, above: Element) -> Iterator[Piece]:
        """The paragraphs and tables below an element, whatever they are wrapped in."""
        for element in self._below(above):
            if element.tag == "p":
                yield from self._paragraph(element)
            elif element.tag == "tbl":
                yield from self._table(element)
            elif element.tag == "sdt" and value(element, "sdtPr/docPartObj/docPartGallery") == "Table of Contents":
                self.left_out["contents"] += sum(1 for _ in element.iter("p"))
            else:
                yield from self.blocks(element)

    def _below(self, above: Element) -> Iterator[Element]:
        """What is there once all changes are accepted, of two ways to say one thing the first."""
        for element in above:
            if element.tag in _GONE:
                self.left_out["changes"] += 1
            elif element.tag == "mc:AlternateContent":
                yield from self._below(element[0] if len(element) else element)
            elif element.tag not in _NEVER:
                if element.tag in _COUNTED:
                    self.left_out[_COUNTED[element.tag]] += 1
                yield element

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        properties = paragraph.find("pPr")
        if self.styles.is_contents(properties):
            self.left_out["contents"] += 1
            return
        runs = [*self.begun, *self._runs(paragraph)]
        self.begun = []
        if properties is not None and properties.find("rPr/del") is not None:
            self.begun = runs
            return
        text = "".join(piece for piece, _ in runs)
        if not text.strip():
            return
        bold = self.styles.is_bold(properties) or all(bold for piece, bold in runs if piece.strip())
        text = self.lists.label(self.styles.listed(properties)) + text
        yield Line(text, self.styles.level(properties), bold, self.styles.is_title(properties), self.styles.is_annex(properties))

    def _runs(self, above: Element) -> Iterator[tuple[str, bool]]:
        for element in self._below(above):
            if element.tag == "r":
                yield from self._run(element)
            elif element.tag == "m:oMath":
                self.left_out["formulas"] += 1
                yield self._count("".join(item.text or "" for item in element.iter("m:t"))), False
            elif element.tag != "p":
                yield from self._runs(element)

    def _run(self, run: Element) -> Iterator[tuple[str, bool]]:
        properties = run.find("rPr")
        bold = switched_on(properties, "b")
        if switched_on(properties, "vanish"):
            self.left_out["hidden"] += 1
            return
        for element in self._below(run):
            if element.tag == "t":
                yield self._count(element.text or ""), bold
            elif element.tag in _DRAWN:
                self.left_out["boxes" if element.find(".//txbxContent") is not None else "pictures"] += 1
            elif element.tag in _REFERENCES:
                self.left_out[_REFERENCES[element.tag]] += 1
            elif element.tag == "br":
                yield ("" if element.get("type") in ("page", "column") else "\n"), bold
            elif element.tag == "ruby":
                base = element.find("rubyBase")
                yield from self._runs(base) if base is not None else ()
            elif element.tag in _INLINE:
                yield _INLINE[element.tag], bold

    def _count(self, text: str) -> str:
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            raise DomainError(f"文档超过 {MAX_CHARACTERS} 字，请只保留报告正文后再上传")
        return text

    def _table(self, table: Element) -> Iterator[Piece]:
        """A table; one of a single column only frames its paragraphs."""
        rows = [list(self._cells(row)) for row in self._inside(table, "tr") if row.find("trPr/del") is None]
        if max(map(len, rows), default=0) <= 1:
            yield from (piece for row in rows for _, pieces in row for piece in pieces)
            return
        filled: list[list[str]] = []
        for row in rows:
            above = filled[-1] if filled else []
            filled.append([self._cell(how, pieces, above[place : place + 1]) for place, (how, pieces) in enumerate(row)])
        width = max(map(len, filled))
        kept = [(*row, *[""] * (width - len(row))) for row in filled if any(row)]
        if kept:
            yield Table(tuple(kept))

    def _inside(self, above: Element, tag: str) -> Iterator[Element]:
        """The rows of a table or the cells of a row, whatever they are wrapped in."""
        for element in self._below(above):
            if element.tag == tag:
                yield element
            else:
                yield from self._inside(element, tag)

    def _cells(self, row: Element) -> Iterator[tuple[str, list[Piece]]]:
        """The cells of a row, and how each is merged: ``on`` with the one above, ``wide`` with the one before."""
        room = MAX_COLUMNS
        for cell in self._inside(row, "tc"):
            self.cells += 1
            if self.cells > MAX_CELLS:
                raise DomainError(TOO_MUCH)
            if room <= 0:
                raise DomainError(f"文档中有表格超过 {MAX_COLUMNS} 列，无法导入；请拆成几个表后再上传")
            merged, span = value(cell, "tcPr/vMerge"), min(number(value(cell, "tcPr/gridSpan")) or 1, room)
            yield "on" if merged in ("", "continue") else "", list(self.blocks(cell))
            for _ in range(span - 1):
                yield "wide", []
            room -= span

    def _cell(self, how: str, pieces: list[Piece], above: list[str]) -> str:
        self.left_out["merged"] += bool(how)
        if how == "on":
            return self._count("".join(above))  # said again in every row: a page of text merged over a thousand rows is a thousand pages
        return " ".join(piece.text if isinstance(piece, Line) else piece.in_one_line for piece in pieces)
