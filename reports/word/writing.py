"""A filing as a Word document in the official layout: cover, report, score table, data table, annexes; the same bytes each time."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from assessment.domain.exchange import ExchangeFile
from assessment.templatetags.show import day, kilobytes
from reports.pdf.document import Document, Printed, Table, document_of
from reports.pdf.grids import SetGrid
from reports.pdf.scores import Line
from reports.word.elements import TURNED, UPRIGHT, Cell, ended, paragraph, section, table

DRAFT = "草稿　未签批，不作报送依据"
SIGNED = "供传阅的 Word 版，以签批定稿打印的 PDF 正式报告为准"
#: The file's parts beside the text, made from the templates of the same names.
PARTS = {
    "[Content_Types].xml": "types.xml",
    "_rels/.rels": "rels.xml",
    "docProps/core.xml": "core.xml",
    "word/_rels/document.xml.rels": "document-rels.xml",
    "word/styles.xml": "styles.xml",
    "word/settings.xml": "settings.xml",
    "word/fontTable.xml": "fonts.xml",
    "word/header.xml": "header.xml",
    "word/footer-odd.xml": "footer.xml",
    "word/footer-even.xml": "footer.xml",
    "word/footer-bare.xml": "footer.xml",
}
#: In millimetres: the upright text block, and the columns of the tables in the turned one.
NARROW = 156
SCORES = (24, 19, 30, 11, 50, 15, 34, 15, 27)
FIGURES = (92, 30, 48, 55)
EXPLANATIONS = (90, 135)
EVIDENCE = (82, 60, 18, 18, 47)
_LEVELS = {2: "Heading1", 3: "Heading2", 4: "Heading3", 5: "Heading4"}


def render(file: ExchangeFile, *, signed: bool) -> bytes:
    """The .docx of an exchange file; a draft says so on every page and names no digest."""
    document = document_of(file, None, explained=False)
    text = "".join(_body(document, signed=signed))
    context = {"document": document, "header": SIGNED if signed else DRAFT, "body": mark_safe(text)}  # noqa: S308  # escaped in elements.py
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for name, template in (*PARTS.items(), ("word/document.xml", "document.xml")):
            part = render_to_string(f"word/{template}", context | {"name": name})
            archive.writestr(_entry(name), part.encode())
    return made.getvalue()


def _entry(name: str) -> ZipInfo:
    """Without the time of day: the same content gives the same file."""
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    return entry


def _body(document: Document, *, signed: bool) -> Iterator[str]:
    first = True
    for assessment in document.assessments:
        yield from _cover(document, assessment)
        yield ended(UPRIGHT, numbered=False)
        yield from _report(assessment)
        yield ended(UPRIGHT, numbered=True, first=first)
        first = False
        yield from _scores(assessment)
        yield from _figures(assessment)
        yield from _annexes(assessment)
        if assessment is not document.assessments[-1]:
            yield ended(TURNED, numbered=True)
    if signed:
        yield paragraph(f"核验码　{document.code}\n自评材料内容摘要值（SHA-256）　{document.digest}", "Note")
    yield section(TURNED, numbered=True)


def _cover(document: Document, assessment: Printed) -> Iterator[str]:
    yield paragraph(assessment.report_title, "CoverTitle")
    if assessment.project:
        yield paragraph(f"项目名称：{assessment.project}", "Subtitle")
    yield paragraph(f"评价年度：{document.year}年度", "Subtitle")
    yield paragraph(f"评价单位：{document.unit}", "Subtitle")
    yield paragraph(f"{assessment.seal_line}：", "Subtitle")
    yield paragraph(f"填报日期：{day(document.date)}", "Subtitle")


def _report(assessment: Printed) -> Iterator[str]:
    yield paragraph("\n".join(assessment.title_lines), "Title")
    for block in assessment.blocks:
        if block.heading:
            yield paragraph(block.heading, _LEVELS[block.tag])
        for piece in block.pieces:
            yield _grid(piece) if isinstance(piece, SetGrid) else paragraph(piece, "BodyText")


def _grid(grid: SetGrid) -> str:
    widths = [NARROW * width / 100 for width in grid.widths]
    head, *rows = ([Cell(text, style) for text in row] for row, style in _styled(grid))
    return table(widths, head, rows) + paragraph("", "Gap")


def _styled(grid: SetGrid) -> Iterator[tuple[tuple[str, ...], str]]:
    yield grid.head, "GridHead"
    for row in grid.rows:
        yield row, "GridCell"


def _titled(titled: Table, *, first: bool = False) -> str:
    """A table's title, on a page of its own but for the first, and the small print under it."""
    apart = "" if first else "<w:pageBreakBefore/>"
    return paragraph(titled.title, "TableTitle", apart) + paragraph("　　".join((titled.left, *titled.right)), "About")


def _heads(*labels: str) -> list[Cell]:
    return [Cell(label, "CellHead") for label in labels]


def _scores(assessment: Printed) -> Iterator[str]:
    head = _heads("一级指标", "二级指标", "三级指标", "分值", "评分标准", "测算\n得分", "测算说明", "自评\n得分", "自评说明")
    ((*rows,),) = assessment.pages
    lines = [_score(row.line, len(row.heads)) for row in rows]
    total = [("合计", "CellHead", 3), (assessment.full, "CellNumber", 1), ("", "Cell", 2), ("等级", "CellHead", 1)]
    total += [(assessment.total, "CellNumber", 1), (assessment.grade or "—", "CellHead", 1)]
    yield _titled(assessment.score_table, first=True)
    yield table(SCORES, head, [*lines, [Cell(text, style, span) for text, style, span in total]])
    for step in assessment.total_steps:
        yield paragraph(f"合计：{step}", "Note")
    for note in assessment.notes:
        yield paragraph(f"注 {note.number}（{note.label}）：{note.text}", "Note")
    if assessment.pictures:
        yield paragraph("附图见 PDF 正式报告。", "Note")


def _score(line: Line, begun: int) -> list[Cell]:
    """One row; the last ``begun`` of the groups above it begin here, the others go on."""
    going_on = len(line.groups) - begun
    above = [
        Cell(f"{group.label}\n（{group.points}）", "CellMiddle", merged="restart") if place >= going_on else Cell("", merged="continue")
        for place, group in enumerate(line.groups)
    ]
    own = [Cell(line.label, span=line.span), Cell(line.points, "CellNumber"), Cell(line.rule, "CellSmall")]
    auto = f"{line.auto}\n不适用" if line.not_applicable else line.auto
    told = [Cell(auto, "CellNumber"), Cell(line.explain, "CellSmall"), Cell(line.own, "CellNumber"), Cell(line.reason, "CellSmall")]
    return [*above, *own, *told]


def _figures(assessment: Printed) -> Iterator[str]:
    rows = []
    for group in assessment.groups:
        rows.append([Cell(group.label, "CellGroup", span=len(FIGURES))])
        rows += [
            [Cell(row.label), Cell(row.unit, "CellMiddle"), Cell(row.text, "CellNumber"), Cell(row.note, "CellSmall")] for row in group.rows
        ]
    yield _titled(assessment.data_table)
    yield table(FIGURES, _heads("项目", "计量单位", "数值", "说明"), rows)


def _annexes(assessment: Printed) -> Iterator[str]:
    if assessment.explanations:
        yield _titled(assessment.explained_table)
        yield table(
            EXPLANATIONS, _heads("核查意见", "单位说明"), [[Cell(item.message), Cell(item.text)] for item in assessment.explanations]
        )
    if assessment.evidence:
        yield _titled(assessment.evidence_table)
        rows = [
            [
                Cell(item.name),
                Cell(item.indicators),
                Cell(kilobytes(item.size), "CellMiddle"),
                Cell("公开" if item.public else "内部", "CellMiddle"),
                Cell(item.sha256[:16], "CellMiddle"),
            ]
            for item in assessment.evidence
        ]
        yield table(EVIDENCE, _heads("文件名", "对应指标", "大小", "是否公开", "SHA-256 前 16 位"), rows)
