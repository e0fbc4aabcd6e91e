"""A workbook's bytes out of its plan: typed cells open and held to their limits, everything else locked; texts are never formulas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError
from assessment.domain.figures import MAX_ABSOLUTE, parse_number
from assessment.excel.plan import FIRST_ROW, FRONT, HEAD_ROW, Book, Cell, Formula, Sheet, Slot, letters, reference

MARKED = "E26B0A"
#: What XML cannot hold beside openpyxl's own list.
NO_CHARACTERS = {0xFFFE: None, 0xFFFF: None}
LINE = 15  # points, of an 11 point text
HOW_TO = (
    "只在浅黄色的单元格里填写；灰色的是系统算出或锁定的，随填写自动计算或在导入后更新。",
    "数值只填数字，不带单位；金额按“计量单位”一栏（一般为万元）填写；百分数按 95.3 填写，表示 95.3%。没有发生的填 0。",
    "有下拉列表的从列表中选择；核对项符合的选“是”，不符合的留空。",
    "不要插入、删除或移动行列，不要合并单元格，不要改动隐藏的 A 列。",
    "填好后在材料页的“Excel 填报”中上传，先看改动和核查意见，确认后一次写入；写入之前什么都不会保存。",
    "自评报告、核查意见的原因、佐证材料不在本工作簿中，请在网页上填写。",
)


@dataclass(frozen=True)
class Mark:
    """What is said of a cell, or of a sheet, in the annotated workbook."""

    sheet: str
    cell: str
    label: str
    text: str


@dataclass(frozen=True)
class Annotated:
    """What was typed instead of what is stored, by sheet and field, and what is said of it."""

    typed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()


def write_workbook(book: Book, *, made: str, annotated: Annotated | None = None) -> bytes:
    """The workbook; ``made`` is the day, as it is read."""
    wb = Workbook()
    wb.calculation.fullCalcOnLoad = True
    for style in _styles():
        wb.add_named_style(style)
    front = wb.active
    _front(front, book, made)
    if annotated is not None:
        _list(wb.create_sheet("问题清单"), annotated.marks)
    lists = _Lists(wb)
    for sheet in book.sheets:
        typed = annotated.typed.get(sheet.marker) if annotated else None
        _Writer(wb.create_sheet(sheet.title), sheet, lists, typed).write()
    lists.write()
    for mark in annotated.marks if annotated else ():
        if mark.cell and mark.sheet in wb.sheetnames:
            _mark(wb[mark.sheet][mark.cell], mark)
    for fact in book.facts:
        wb.custom_doc_props.append(StringProperty(name=f"绩评 {fact.code}", value=fact.value))
    made_of = BytesIO()
    wb.save(made_of)
    return made_of.getvalue()


def _styles() -> Iterable[NamedStyle]:
    thin = Side(style="thin", color="BFBFBF")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)

    def style(name: str, *, size: int = 11, bold: bool = False, fill: str = "", open_: bool = False, **align: Any) -> NamedStyle:
        made = NamedStyle(name=f"绩评{name}", font=Font(name="宋体", size=size, bold=bold))
        made.alignment = Alignment(vertical="center", **align)
        made.protection = Protection(locked=not open_)
        if name not in ("标题", "说明"):
            made.border = border
        if fill:
            made.fill = PatternFill("solid", fgColor=fill)
        return made

    yield style("标题", size=14, bold=True)
    yield style("说明", wrap_text=True)
    yield style("表头", bold=True, fill="D9E5F2", wrap_text=True, horizontal="center")
    yield style("文字", fill="F2F2F2", wrap_text=True, horizontal="left", indent=1)
    yield style("数值", fill="F2F2F2", horizontal="right")
    yield style("填数", fill="FFFBE6", open_=True, horizontal="right")
    yield style("填字", fill="FFFBE6", open_=True, wrap_text=True)
    yield style("锁定", fill="E4E4E4", wrap_text=True)


def _put(cell: Any, value: Any, style: str, number_format: str = "") -> None:
    """A text stays a text whatever it begins with; the style keeps it so when somebody edits it."""
    cell.style = f"绩评{style}"
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value.translate(NO_CHARACTERS))[:32_000] or None
        if cell.value:
            cell.data_type = "s"
            cell.quotePrefix = value[:1] in "=+-@"
    else:
        cell.value = value
    if number_format:
        cell.number_format = number_format


def _front(ws: Any, book: Book, made: str) -> None:
    ws.title = "说明"
    _page(ws, (None, 22, 90), freeze="")
    _put(ws.cell(1, 1), FRONT, "说明")
    _put(ws.cell(1, 2), book.title, "标题")
    row = 3
    for fact in book.facts:
        _put(ws.cell(row, 1), f"{fact.code}={fact.value}", "说明")
        _put(ws.cell(row, 2), fact.label, "表头")
        _put(ws.cell(row, 3), fact.text, "文字")
        row += 1
    _put(ws.cell(row, 2), "下载日期", "表头")
    _put(ws.cell(row, 3), made, "文字")
    for number, line in enumerate(HOW_TO, start=1):
        _put(ws.cell(row + 1 + number, 2), f"填写须知 {number}", "说明")
        _put(ws.cell(row + 1 + number, 3), line, "说明")


def _list(ws: Any, marks: Iterable[Mark]) -> None:
    _page(ws, (None, 18, 12, 12, 110), freeze="A2")
    for column, head in enumerate(("工作表", "单元格", "类别", "问题和办法"), start=2):
        _put(ws.cell(1, column), head, "表头")
    for row, mark in enumerate(marks, start=2):
        for column, text in enumerate((mark.sheet, mark.cell, mark.label, mark.text), start=2):
            _put(ws.cell(row, column), text, "文字")
        if mark.cell:
            ws.cell(row, 3).hyperlink = f"#'{mark.sheet}'!{mark.cell}"


def _mark(cell: Any, mark: Mark) -> None:
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(f"{before}【{mark.label}】{mark.text}", "绩评", width=320, height=120)
    cell.fill = PatternFill("solid", fgColor="F8CBAD")
    cell.font = Font(name="宋体", size=11, bold=True, color=MARKED)


def _page(ws: Any, widths: Iterable[int | None], *, freeze: str) -> None:
    for number, width in enumerate(widths, start=1):
        column = ws.column_dimensions[letters(number)]
        if width is None:
            column.hidden = True
        else:
            column.width = width
    if freeze:
        ws.freeze_panes = freeze
    ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", ws.PAPERSIZE_A4
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.protection.sheet = True
    ws.protection.formatColumns = ws.protection.formatRows = False  # what is "off" is allowed


class _Lists:
    """The drop-downs' lists on a hidden sheet: in the validation itself a list may have no comma and 255 characters."""

    def __init__(self, wb: Any) -> None:
        self.wb = wb
        self.columns: dict[tuple[str, ...], str] = {}

    def formula(self, options: tuple[str, ...]) -> str:
        """Where the list stands; the same list stands once."""
        if options not in self.columns:
            column = letters(len(self.columns) + 1)
            self.columns[options] = f"'选项'!${column}$1:${column}${len(options)}"
        return self.columns[options]

    def write(self) -> None:
        """The hidden sheet, behind all others."""
        if not self.columns:
            return
        ws = self.wb.create_sheet("选项")
        ws.sheet_state = "hidden"
        ws.protection.sheet = True
        for column, options in enumerate(self.columns, start=1):
            for row, option in enumerate(options, start=1):
                _put(ws.cell(row, column), option, "说明")


class _Writer:
    """One part's sheet."""

    def __init__(self, ws: Any, sheet: Sheet, lists: _Lists, typed: Mapping[str, Any] | None) -> None:
        self.ws, self.sheet, self.lists, self.typed = ws, sheet, lists, typed
        self.validations: dict[tuple[object, ...], DataValidation] = {}

    def write(self) -> None:
        """Head, columns, rows, and what may be typed where."""
        ws, sheet = self.ws, self.sheet
        _page(ws, (None, *(column.width for column in sheet.columns)), freeze=reference(FIRST_ROW, sheet.label_column + 1))
        ws.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
        _put(ws.cell(1, 1), sheet.marker, "说明")
        _put(ws.cell(1, 2), sheet.heading, "标题")
        if sheet.refusal:
            _put(ws.cell(2, 2), f"{sheet.refusal}；本表只供查阅", "标题")
        for number, column in enumerate(sheet.columns, start=2):
            _put(ws.cell(HEAD_ROW, number), column.head, "表头")
        for number, row in enumerate(sheet.rows, start=FIRST_ROW):
            _put(ws.cell(number, 1), row.code, "说明")
            for place, cell in enumerate(row.cells, start=2):
                self._cell(number, place, cell)
            lines = max(self._lines(cell, column.width) for cell, column in zip(row.cells, sheet.columns, strict=True))
            if lines > 1:  # a row of one line grows by itself when more is typed
                ws.row_dimensions[number].height = LINE * lines
        for validation in self.validations.values():
            ws.add_data_validation(validation)

    def _lines(self, content: Cell, width: int) -> int:
        """How many lines the text of a cell fills in a column of ``width`` digits; a Chinese character is as wide as two."""
        text = self._text(content) if isinstance(content, Slot) else content if isinstance(content, str) else ""
        wide = sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)
        return max(1, -(-wide // (width - 3)))

    def _cell(self, row: int, column: int, content: Cell) -> None:
        cell = self.ws.cell(row, column)
        match content:
            case Slot():
                self._slot(cell, content)
            case Formula():
                _put(cell, None, "数值", "0.00%" if content.percent else "#,##0.00")
                cell.value = content.text
            case Decimal():
                _put(cell, content, "数值", "#,##0.00##" if content != content.to_integral_value() else "#,##0")
            case _:
                _put(cell, content, "文字")

    def _slot(self, cell: Any, slot: Slot) -> None:
        text = self._text(slot)
        if slot.kind == "number":
            # General for percentages: typed as 95.3% the cell turns into a percentage, and is read as one.
            shape = "General" if slot.unit == "%" else "#,##0" if slot.places == 0 else "#,##0.00##"
            _put(cell, _number(text), "锁定" if self.sheet.refusal else "填数", shape)
        else:
            _put(cell, text, "锁定" if self.sheet.refusal else "填字", "@" if slot.kind == "text" else "")
        if not self.sheet.refusal:
            self._validation(slot).add(cell.coordinate)

    def _text(self, slot: Slot) -> str:
        """What the cell shows: the option's label for what the form holds."""
        value = slot.value if self.typed is None else self.typed.get(slot.name, "")
        if slot.kind in ("choice", "tick"):
            held = value if isinstance(value, list) else [value]
            return next((label for label, sent in slot.options.items() if sent in held), "")
        return str(value)

    def _validation(self, slot: Slot) -> DataValidation:
        if slot.kind == "number":
            kind = "whole" if slot.places == 0 else "decimal"
            key: tuple[object, ...] = (kind, slot.least, slot.most, slot.unit)
            made = DataValidation(
                type=kind, operator="between", formula1=decimal_text(slot.least), formula2=decimal_text(slot.most or MAX_ABSOLUTE)
            )
            whole = "整数" if slot.places == 0 else "数字"
            made.error = f"请填 {slot.least:,} 至 {slot.most:,} 之间的{whole}，不带单位" + (f"；计量单位为{slot.unit}" if slot.unit else "")
        elif slot.kind == "text":
            key = ("text",)
            made = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="1000", error="最多 1000 字")
        else:
            key = tuple(slot.options)
            made = DataValidation(type="list", formula1=self.lists.formula(tuple(slot.options)), error="请从下拉列表中选择")
        made.allow_blank, made.showErrorMessage, made.errorTitle = True, True, "填写有误"
        return self.validations.setdefault(key, made)


def _number(text: str) -> Decimal | str:
    """A number where it is one; what a person typed otherwise stays as it is."""
    try:
        value = parse_number(text)
    except DomainError:
        return text
    return "" if value is None else value
