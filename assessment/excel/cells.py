"""The cells of an Excel file (.xlsx) as they are stored, in bounded time and memory: nothing is computed or followed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import normpath
from xml.etree import ElementTree

from assessment import office
from assessment.domain.errors import DomainError
from assessment.excel.plan import reference

MAX_SHEETS = 400
#: How far a sheet is looked at; what stands beyond is named.
MAX_ROWS, MAX_COLUMNS = 1_000, 40
#: Of all sheets together: elements with their attributes, and bytes. A hundred projects take 300,000 and 4 MB.
MAX_NODES, MAX_BYTES = 1_000_000, 40 * 1024 * 1024
MAX_MERGES = 100
LONGEST = 4_000

TOO_MUCH = "工作簿的内容过多，无法导入；请把填好的数值复制到重新下载的工作簿里（选择性粘贴“数值”），再上传"
BROKEN = "文件已损坏或不完整，请在 Excel 或 WPS 中打开后另存为 .xlsx，再上传"
NOT_EXCEL = "这不是 Excel 工作簿（.xlsx），请上传从本页下载后填好的工作簿"
EXCEL = office.Format(
    main="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    with_macros="application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    other=NOT_EXCEL,
    old="这是旧版 Excel 工作簿（.xls），请在 Excel 或 WPS 中另存为 .xlsx 后上传",
    broken=BROKEN,
    encrypted="工作簿加了打开密码，请取消密码、另存后再上传",
    macros="含宏的工作簿（.xlsm）不能导入，请另存为不含宏的 .xlsx 后上传",
    too_large=f"文件超过 {office.MAX_FILE // 1024 // 1024} MB，请删去图片和无关的工作表，另存后再上传",
    too_much=TOO_MUCH,
)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_ATTRIBUTES = frozenset({"name", "sheetId", "state", "id", "Id", "Target", "numFmtId", "formatCode"})
#: Built-in number formats.
_PERCENT, _DATES = {9, 10}, {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


@dataclass(frozen=True, slots=True)
class Raw:
    """One cell: its text as stored, the letter of its type, whether a formula gave it, and how it is shown."""

    text: str
    kind: str
    formula: bool = False
    percent: bool = False
    date: bool = False


@dataclass
class RawSheet:
    """One worksheet: cells by row and column, merged areas, and the first cell beyond what is looked at."""

    name: str
    hidden: bool
    cells: dict[tuple[int, int], Raw] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    beyond: str = ""


def read_cells(data: bytes) -> list[RawSheet]:
    """Every worksheet. Raises ``DomainError`` in words for whatever is no plain .xlsx or is more than can be held."""
    with office.open_package(data, EXCEL) as file:
        return list(_sheets(file))


def _sheets(file: office.Package) -> Iterator[RawSheet]:
    book = file.tree(file.main, office.local_name, _ATTRIBUTES)
    folder, name = file.folder, file.main.rpartition("/")[2]
    links = file.tree(f"{folder}/_rels/{name}.rels", office.local_name, _ATTRIBUTES)
    targets = {link.get("Id", ""): _target(folder, link.get("Target", "")) for link in links.iter("Relationship")}
    strings = _strings(file.tree(f"{folder}/sharedStrings.xml", office.local_name, ()))
    shapes = _shapes(file.tree(f"{folder}/styles.xml", office.local_name, _ATTRIBUTES))
    found = list(book.iter("sheet"))
    if len(found) > MAX_SHEETS:
        raise DomainError(TOO_MUCH)
    spent = _Spent()
    for item in found:
        sheet = RawSheet(item.get("name", "")[:100], item.get("state", "visible") != "visible")
        part = targets.get(item.get("id", ""), "")
        if part in file.entries:
            spent.add(file.archive.getinfo(part).file_size)
            file.parse(part, _Cells(sheet, strings, shapes, spent))
        yield sheet


def _target(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(f"{folder}/{target}")


def _strings(tree: ElementTree.Element) -> list[str]:
    """The texts that cells refer to, without what is written above them to read them by."""
    return ["".join(_texts(item))[:LONGEST] for item in tree if item.tag == "si"]


def _texts(item: ElementTree.Element) -> Iterator[str]:
    for child in item:
        if child.tag == "t":
            yield child.text or ""
        elif child.tag == "r":
            yield from (text.text or "" for text in child.iter("t"))


def _shapes(tree: ElementTree.Element) -> list[tuple[bool, bool]]:
    """Of each way of showing a cell: whether it is a percentage, whether it is a date."""
    own = {item.get("numFmtId", ""): item.get("formatCode", "") for item in tree.iter("numFmt")}
    used = tree.find("cellXfs")
    return [_shape(item.get("numFmtId", "0"), own) for item in (() if used is None else used)]


def _shape(number: str, own: dict[str, str]) -> tuple[bool, bool]:
    if number in own:
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", own[number])
        return "%" in code, bool(re.search("[ymdhs年月日]", code, re.IGNORECASE)) and "General" not in code
    built_in = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    return built_in in _PERCENT, built_in in _DATES


class _Spent:
    """What all sheets have taken so far."""

    def __init__(self) -> None:
        self.nodes = self.bytes = 0

    def add(self, size: int, nodes: int = 0) -> None:
        """Refuses more than can be held."""
        self.bytes += size
        self.nodes += nodes
        if self.bytes > MAX_BYTES or self.nodes > MAX_NODES:
            raise DomainError(TOO_MUCH)


class _Cells:
    """Takes a worksheet's cells as they are parsed; no tree is built."""

    def __init__(self, sheet: RawSheet, strings: list[str], shapes: list[tuple[bool, bool]], spent: _Spent) -> None:
        self.sheet, self.strings, self.shapes, self.spent = sheet, strings, shapes, spent
        self.counter = office.Counter(TOO_MUCH)
        self.row = self.column = 0
        self.cell: dict[str, str] | None = None
        self.texts: dict[str, list[str]] = {}
        self.into = ""
        self.phonetic = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.counter.opens(len(attrs))
        name = office.local_name(tag)
        if name == "row":
            number = attrs.get("r", "")
            self.row = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self.row + 1
            self.column = 0
        elif name == "c":
            self.row, self.column = place_of(attrs.get("r", "")) or (self.row, self.column + 1)
            self.cell, self.texts = attrs, {}
        elif name == "rPh":
            self.phonetic = True
        elif name in ("v", "t", "f") and self.cell is not None and not self.phonetic:
            self.into = name
            self.texts.setdefault(name, [])
        elif name == "mergeCell":
            self._merged(attrs.get("ref", ""))

    def data(self, text: str) -> None:
        if self.into:
            self.texts[self.into].append(text)

    def end(self, tag: str) -> None:
        self.counter.depth -= 1
        name = office.local_name(tag)
        self.into = ""
        if name == "rPh":
            self.phonetic = False
        elif name == "c" and self.cell is not None:
            self._take(self.cell)
            self.cell = None

    def close(self) -> None:
        self.spent.add(0, self.counter.nodes)

    def _take(self, attrs: dict[str, str]) -> None:
        kind, formula = attrs.get("t", "n"), "f" in self.texts
        text = "".join(self.texts.get("t" if kind == "inlineStr" else "v", []))[:LONGEST]
        if kind == "s":
            kind, text = "str", self._string(text)
        if not text and not formula:
            return
        if not (0 < self.row <= MAX_ROWS and 0 < self.column <= MAX_COLUMNS):
            self.sheet.beyond = self.sheet.beyond or reference(self.row, self.column)
            return
        style = attrs.get("s", "0")
        number = int(style) if style.isascii() and style.isdigit() and len(style) < 6 else 0
        percent, date = self.shapes[number] if number < len(self.shapes) else (False, False)
        self.sheet.cells[self.row, self.column] = Raw(text, "str" if kind == "inlineStr" else kind, formula, percent, date)

    def _string(self, number: str) -> str:
        place = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else len(self.strings)
        if place >= len(self.strings):
            raise DomainError(BROKEN)
        return self.strings[place]

    def _merged(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        start, end = place_of(first), place_of(last or first)
        if start and end and start != end and len(self.sheet.merged) < MAX_MERGES:
            self.sheet.merged.append((*start, *end))


def place_of(ref: str) -> tuple[int, int] | None:
    """``E12`` → row 12, column 5; None for what is no cell."""
    found = _REFERENCE.fullmatch(ref)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
