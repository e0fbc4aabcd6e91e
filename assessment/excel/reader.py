"""What was typed into a workbook, as the forms would have been sent it; what cannot be read is named with its cell and its cure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError
from assessment.domain.figures import grouped, parse_number, places_of
from assessment.excel.cells import Raw, RawSheet, read_cells
from assessment.excel.plan import FIRST_ROW, FRONT, HEAD_ROW, Book, Row, Sheet, Slot, reference

AGAIN = "请把数据填到重新下载的工作簿里再上传"
NOT_OURS = "这个文件里没有本系统工作簿的“说明”工作表，不是从本页下载的工作簿；" + AGAIN
ERRORS = {"e": "是错误值", "b": "是逻辑值（TRUE/FALSE）", "d": "是日期"}
YES = frozenset(["是", "√", "✓"])
#: So much more than before is 元 for 万元; so little is a share where percent was asked for.
TIMES = (Decimal(4_000), Decimal(25_000))


@dataclass(frozen=True)
class Remark:
    """What is said of a cell: its sheet and place; ``cell`` is empty where the whole sheet or workbook is meant."""

    sheet: str
    cell: str
    text: str

    @property
    def where(self) -> str:
        """``基础数据!E12``."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(frozen=True)
class Typed:
    """One sheet as its part's form would have been sent it, and where each field stands."""

    marker: str
    sheet: str
    data: dict[str, str | list[str]]
    cells: dict[str, str]


@dataclass
class Reading:
    """A workbook that was read: its parts, what stands against taking it over, and what should be looked at."""

    parts: list[Typed] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


def read_workbook(data: bytes, book: Book) -> Reading:
    """Everything typed into the workbook; raises ``DomainError`` for what is no workbook of this filing at all."""
    raw = read_cells(data)
    front = next((sheet for sheet in raw if _text(sheet, 1, 1) == FRONT), None)
    if front is None:
        raise DomainError(NOT_OURS)
    said = _facts(front)
    _refuse_other(book, said)
    reading = Reading()
    reading.notes += _stale(book, said)
    known: set[str] = set()
    for sheet in book.sheets:
        found = [item for item in raw if _text(item, 1, 1) == sheet.marker]
        known |= {item.name for item in found}
        if len(found) == 1:
            _SheetReader(sheet, found[0], reading).read()
        elif found:
            names = "”“".join(item.name for item in found)
            reading.faults.append(Remark(found[1].name, "", f"工作表“{names}”是同一张表的几份，请只保留一份"))
        else:
            _missing(sheet, raw, reading, known)
    for item in raw:
        if item.name not in known | {front.name, "选项", "问题清单"} and item.cells:
            reading.notes.append(Remark(item.name, "", "不是本工作簿的工作表" + ("（隐藏）" if item.hidden else "") + "，没有读取"))
    return reading


def _text(sheet: RawSheet, row: int, column: int) -> str:
    found = sheet.cells.get((row, column))
    return found.text.strip() if found else ""


def _facts(front: RawSheet) -> dict[str, tuple[str, str]]:
    """The front sheet's lines by code: the value, and how people read it."""
    lines = {}
    for row, column in front.cells:
        if column == 1 and "=" in (text := _text(front, row, 1)):
            code, _, value = text.partition("=")
            lines[code] = value, _text(front, row, 3)[:80]
    return lines


def _refuse_other(book: Book, said: Mapping[str, tuple[str, str]]) -> None:
    """A workbook of another unit, round or scheme version says so; a new project is simply not in it yet."""
    for fact in book.facts:
        if fact.code.partition(":")[0] == "versions":
            continue
        value, text = said.get(fact.code, ("", ""))
        if value and value != fact.value:
            raise DomainError(f"工作簿的{fact.label}不对：工作簿是“{text}”，本材料是“{fact.text}”；{AGAIN}")
        if not value and ":" not in fact.code:
            raise DomainError(f"工作簿的“说明”工作表里没有{fact.label}，可能被改动过；{AGAIN}")


def _stale(book: Book, said: Mapping[str, tuple[str, str]]) -> Iterator[Remark]:
    for sheet in book.sheets:
        seen = said.get(f"versions:{sheet.key}", ("", ""))[0]
        saved = dict(item.partition(":")[::2] for item in seen.split(","))
        if sheet.part in saved and saved[sheet.part] != str(book.versions[sheet.marker]):
            yield Remark(sheet.title, "", "下载工作簿之后，这一部分在网页上又保存过；工作簿里的旧数会盖掉新数，请逐项核对下面的改动")


def _missing(sheet: Sheet, raw: list[RawSheet], reading: Reading, known: set[str]) -> None:
    """A sheet that was moved is told apart from one that was deleted."""
    for item in raw:
        for (row, column), cell in item.cells.items():
            if cell.text.strip() == sheet.marker:
                known.add(item.name)
                at = reference(row, column)
                text = f"整张表移动了位置（表的标记应在 A1，现在在 {at}）：请删去插入的行和列，或者{AGAIN.removeprefix('请')}"
                reading.faults.append(Remark(item.name, at, text))
                return
    reading.notes.append(Remark(sheet.title, "", "工作簿里没有这张表，这一部分不变"))


class _SheetReader:
    """Reads one sheet by its plan."""

    def __init__(self, sheet: Sheet, raw: RawSheet, reading: Reading) -> None:
        self.sheet, self.raw, self.reading = sheet, raw, reading
        self.typed = Typed(sheet.marker, raw.name, dict(sheet.fixed), {})

    def read(self) -> None:
        """The rows by their codes, the columns by their headings; nothing of a sheet whose columns were moved."""
        if self.raw.hidden:
            self._note("", "工作表被隐藏，仍按其内容读取")
        if self.raw.beyond:
            self._fault(self.raw.beyond, "在表格之外，却有内容：请选中这个单元格，按 Delete 清除后再上传")
        if not self._columns_stand():
            return
        places = self._places()
        for row in self.sheet.rows:
            number = places.get(row.code)
            if number is None:
                self._fault("", f"缺少“{row.label or row.code}”这一行：{AGAIN}")
            elif self._label_stands(row, number):
                self._row(row, number)
        self._refuse_merged(places)
        self.reading.parts.append(self.typed)

    def _fault(self, cell: str, text: str) -> None:
        self.reading.faults.append(Remark(self.raw.name, cell, text))

    def _note(self, cell: str, text: str) -> None:
        self.reading.notes.append(Remark(self.raw.name, cell, text))

    def _columns_stand(self) -> bool:
        for number, column in enumerate(self.sheet.columns, start=2):
            found = _text(self.raw, HEAD_ROW, number)
            if _bare(found) != _bare(column.head):
                text = f"这一列应为“{column.head}”，现在是“{found[:40] or '空'}”：列被移动或改动过，请恢复，或者{AGAIN.removeprefix('请')}"
                self._fault(reference(HEAD_ROW, number), text)
                return False
        return True

    def _places(self) -> dict[str, int]:
        """Where each row stands, whatever order they were sorted into; what stands on no row of ours is named."""
        codes = {row.code for row in self.sheet.rows}
        places: dict[str, int] = {}
        for number in sorted({row for row, _ in self.raw.cells if row >= FIRST_ROW}):
            code = _text(self.raw, number, 1)
            if code in places:
                self._fault(reference(number, 1), f"这一行与第 {places[code]} 行是同一行的复制品：请删去多出来的一行")
            elif code in codes:
                places[code] = number
            else:
                first = min(column for row, column in self.raw.cells if row == number)
                self._fault(reference(number, first), "这一行不是本表的行：请删去，内容填到本表已有的行里")
        return places

    def _label_stands(self, row: Row, number: int) -> bool:
        found = _text(self.raw, number, self.sheet.label_column)
        if not row.label or _bare(found) == _bare(row.label):
            return True
        cell = reference(number, self.sheet.label_column)
        self._fault(
            cell, f"这一行应为“{row.label}”，现在是“{found[:40] or '空'}”：行被移动或改动过，请恢复，或者{AGAIN.removeprefix('请')}"
        )
        return False

    def _row(self, row: Row, number: int) -> None:
        for column, slot in enumerate(row.cells, start=2):
            if not isinstance(slot, Slot):
                continue
            cell, raw = reference(number, column), self.raw.cells.get((number, column))
            text = "" if raw is None else self._read(cell, slot, raw)
            if slot.kind == "tick" and slot.options != {"是": "on"}:
                held = self.typed.data.setdefault(slot.name, [])
                self.typed.cells.setdefault(slot.name, cell)
                if text and isinstance(held, list):
                    held.append(text)
            elif text or slot.kind != "tick":
                self.typed.data[slot.name] = text
                self.typed.cells[slot.name] = cell
            else:
                self.typed.cells[slot.name] = cell

    def _refuse_merged(self, places: Mapping[str, int]) -> None:
        rows = set(places.values())
        for top, left, bottom, right in self.raw.merged:
            if left <= len(self.sheet.columns) + 1 and any(top <= number <= bottom for number in rows):
                area = f"{reference(top, left)}:{reference(bottom, right)}"
                self._fault(reference(top, left), f"{area} 合并了单元格：请取消合并，逐格填写")

    def _read(self, cell: str, slot: Slot, raw: Raw) -> str:
        """The cell as a form would be sent it; empty with a fault where it cannot be read."""
        if raw.formula and not raw.text:
            self._fault(cell, "是公式，没有保存计算结果：请在 Excel 或 WPS 中打开、重新计算并保存，或者直接填数值")
            return ""
        if raw.kind in ERRORS or (raw.kind == "n" and raw.date):
            self._fault(cell, f"{ERRORS.get(raw.kind, ERRORS['d'])}：请改填{'数值' if slot.kind == 'number' else '文字'}")
            return ""
        if raw.formula:
            self._note(cell, f"是公式，按保存的计算结果“{raw.text[:40]}”读取")
        if slot.kind in ("choice", "tick"):
            return self._choice(cell, slot, raw.text.strip())
        if raw.kind == "str":
            return raw.text if slot.kind == "text" else self._weighed(cell, slot, raw.text.strip())
        value = _decimal(raw.text)
        if value is None:
            self._fault(cell, "不是数字：请改填数值")
            return ""
        return self._number(cell, slot, raw, value) if slot.kind == "number" else decimal_text(value)

    def _choice(self, cell: str, slot: Slot, text: str) -> str:
        if slot.kind == "tick" and (text in YES or text in ("", "否")):
            return slot.options["是"] if text in YES else ""
        if text in slot.options or not text:
            return slot.options.get(text, "")
        options = "、".join(slot.options)
        wanted = "填“是”或者留空" if slot.kind == "tick" else f"从下拉列表中选择：{options}"
        self._fault(cell, f"“{text[:40]}”不是可选的内容：请{wanted}")
        return ""

    def _number(self, cell: str, slot: Slot, raw: Raw, value: Decimal) -> str:
        if raw.percent and slot.unit == "%":
            value *= 100
            self._note(cell, f"单元格是百分数格式，按 {decimal_text(value)}% 读取")
        elif raw.percent:
            self._fault(
                cell, f"单元格是百分数格式（{decimal_text(value * 100)}%），这里应填以“{slot.unit}”计的数：请把格式改为常规，核对后重填"
            )
            return ""
        elif slot.unit == "%" and 0 < value <= 1:
            self._note(cell, f"读作 {decimal_text(value)}%；如果是 {decimal_text(value * 100)}%，请填 {decimal_text(value * 100)}")
        return self._weighed(cell, slot, decimal_text(value))

    def _weighed(self, cell: str, slot: Slot, text: str) -> str:
        """The text; a figure some ten thousand times as large as before is told."""
        if slot.unit == "万元":
            try:
                value = parse_number(text) or Decimal(0)
            except DomainError:
                return text
            for before in slot.usual:
                if before and TIMES[0] <= abs(value / before) <= TIMES[1]:
                    told = f"填的是 {_grouped(value)}，约为原有或上年数 {_grouped(before)} 的一万倍：请核对是否把“元”填成了“万元”"
                    self._note(cell, told)
                    break
        return text


def _grouped(value: Decimal) -> str:
    return grouped(value, places_of(value, 0))


def _bare(text: str) -> str:
    return "".join(text.split())


def _decimal(text: str) -> Decimal | None:
    """What a spreadsheet stores, as it shows it: 434.16 is kept as 434.16000000000003."""
    try:
        number = float(text)
    except ValueError:
        return None
    return Decimal(f"{number:.15g}") if abs(number) < 1e15 else None
