"""The list of a filing's projects (项目清单): what is known of each beside its own tables, and which are key projects (重点项目)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessment.domain.errors import DomainError
from assessment.domain.exchange import MOST_ASSESSMENTS
from assessment.domain.figures import MAX_ABSOLUTE, grouped, parse_number
from assessment.domain.text import unprintable

#: So many beside the whole-unit assessment.
MAX_PROJECTS = MOST_ASSESSMENTS - 1
MAX_NAME = 100
MAX_CODE = 40
PLACES = Decimal("0.0001")
COLUMNS = ("name", "code", "amount", "major_policy", "livelihood")
#: What the first cell of a copied table's head says, and what stands for yes in its columns of yes and no.
HEADS = frozenset(["项目名称", "名称", "项目", "序号"])
YES = frozenset(["是", "√", "✓", "有", "1", "Y", "y"])
NO = frozenset(["", "否", "×", "无", "0", "N", "n", "-", "—"])


@dataclass(frozen=True)
class ProjectRow:
    """One project: ``amount`` is its budget in 万元; ``code`` is text, zeros in front of it are kept; ``id`` is None for a new one."""

    name: str
    code: str = ""
    amount: Decimal | None = None
    major_policy: bool = False
    livelihood: bool = False
    id: int | None = None


@dataclass(frozen=True)
class PastedRows:
    """What a copied list says: the rows, what could not be read, each with its line, and those lines as they were (``left``)."""

    rows: tuple[ProjectRow, ...]
    faults: tuple[str, ...]
    left: str


def key_reasons(row: ProjectRow, key_amount: Decimal | None) -> tuple[str, ...]:
    """Why this is a key project; empty when it is none. ``key_amount`` is the round's, in 万元; None where it sets none."""
    reasons = [word for held, word in ((row.major_policy, "重大政策"), (row.livelihood, "民生实事")) if held]
    if key_amount is not None and row.amount is not None and row.amount >= key_amount:
        reasons.append(f"金额达到 {grouped(key_amount, 2)} 万元")
    return tuple(reasons)


def is_same(row: ProjectRow, other: ProjectRow) -> bool:
    """Whether two rows of different years or lists mean one project: by code where both have one, otherwise by name."""
    return row.code == other.code if row.code and other.code else row.name == other.name


def find_same(row: ProjectRow, others: Iterable[ProjectRow]) -> ProjectRow | None:
    """The first of ``others`` that means the same project."""
    return next((other for other in others if is_same(row, other)), None)


def list_faults(rows: Sequence[ProjectRow]) -> Iterator[tuple[int, str, str]]:
    """What stands against the list: the row's position from 0, its column, and the fault."""
    names, codes = Counter(row.name for row in rows), Counter(row.code for row in rows if row.code)
    for position, row in enumerate(rows):
        yield from ((position, column, fault) for column, fault in _row_faults(row))
        if row.name and names[row.name] > 1:
            yield position, "name", f"有 {names[row.name]} 个项目同名，请写出区别"
        if row.code and codes[row.code] > 1:
            yield position, "code", f"有 {codes[row.code]} 个项目用这一编码"


def _row_faults(row: ProjectRow) -> Iterator[tuple[str, str]]:
    for column, text, longest in (("name", row.name, MAX_NAME), ("code", row.code, MAX_CODE)):
        if len(text) > longest:
            yield column, f"超过 {longest} 字，请精简"
        if found := unprintable(text):
            yield column, f"有无法打印的字符：{'、'.join(found[:5])}"
    if not row.name:
        yield "name", "请填写项目名称"
    if row.amount is not None and (fault := _amount_fault(row.amount)):
        yield "amount", fault


def _amount_fault(amount: Decimal) -> str:
    if amount < 0:
        return "不能为负数"
    if amount > MAX_ABSOLUTE:
        return "数值过大，请核对单位是否为“万元”"
    return "" if amount == amount.quantize(PLACES) else "最多 4 位小数"


def read_pasted(text: str) -> PastedRows:
    """Rows copied from a spreadsheet: name, code, amount (万元), major policy, livelihood; a head and a leading number are passed over."""
    rows, faults, left = [], [], []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = _cells(line)
        if not any(cells) or cells[0] in HEADS:
            continue
        try:
            rows.append(_read_row(cells))
        except DomainError as error:
            faults.append(f"第 {number} 行：{error}")
            left.append(line)
        if len(rows) > MAX_PROJECTS:
            rows.pop()
            faults.append(f"第 {number} 行起：一次最多列入 {MAX_PROJECTS} 个")
            left += text.splitlines()[number - 1 :]
            break
    return PastedRows(tuple(rows), tuple(faults), "\n".join(left))


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("\t")]
    return cells[1:] if len(cells) > 1 and cells[0].isdigit() and len(cells[0]) < 4 else cells


def _read_row(cells: Sequence[str]) -> ProjectRow:
    if len(cells) > len(COLUMNS):
        raise DomainError(f"有 {len(cells)} 列，应为 {len(COLUMNS)} 列：项目名称、项目编码、金额、重大政策、民生实事")
    name, code, amount, policy, livelihood = [*cells, *[""] * (len(COLUMNS) - len(cells))]
    return ProjectRow(name, code, parse_number(amount), _said_yes(policy), _said_yes(livelihood))


def _said_yes(cell: str) -> bool:
    if cell not in YES | NO:
        raise DomainError(f"“{cell[:20]}”应为“是”或“否”")
    return cell in YES
