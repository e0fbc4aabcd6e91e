"""The sheets of a filing's workbook, out of its schemes and of what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessment.domain.canonical import decimal_text
from assessment.domain.checks import NO_ANSWER, Evaluation
from assessment.domain.elements import Field, Indicator
from assessment.domain.explaining import rule_in_words
from assessment.domain.expressions import NoValue
from assessment.domain.figures import MAX_ABSOLUTE, show_value
from assessment.domain.inputs import Inputs
from assessment.domain.own_rows import DIRECTIONS, MAX_ROWS, OwnRow, new_key
from assessment.domain.projects import MAX_PROJECTS, ProjectRow
from assessment.domain.rules import Checklist
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import choice_labels
from assessment.domain.wording import in_words
from assessment.excel.formulas import formula_of
from assessment.excel.plan import FIRST_ROW, Cell, Column, Formula, Row, Sheet, Slot, letters

#: Empty lines for rows that are new.
BLANK_ROWS, BLANK_PROJECTS = 5, 20
YES_NO = {"是": "on"}
TITLES = {"projects": "项目清单", "figures": "基础数据", "own_rows": "自设指标", "scores": "指标评分"}
FIGURE = Column("本年数", 18)


@dataclass(frozen=True)
class Chapter:
    """One assessment: ``key`` names it in the workbook, ``prefix`` begins its sheets' names, ``scheme`` is without the unit's own rows.

    ``versions`` are how often each of its parts was saved, ``refusals`` why a part takes nothing; ``projects`` is the list
    that the whole-unit assessment keeps, None where there is none.
    """

    key: int
    name: str
    prefix: str
    scheme: Scheme
    judged: Evaluation
    inputs: Inputs
    versions: Mapping[str, int]
    refusals: Mapping[str, str]
    projects: Sequence[ProjectRow] | None = None


def sheets_of(chapter: Chapter) -> Iterator[Sheet]:
    """A sheet for each part that is filled in tables."""
    if chapter.projects is not None:
        yield _projects(chapter, chapter.projects)
    yield _figures(chapter)
    if chapter.scheme.own_groups:
        yield _own_rows(chapter)
    yield _scores(chapter)


def _sheet(chapter: Chapter, part: str, heading: str, columns: tuple[Column, ...], rows: Sequence[Row], **more: object) -> Sheet:
    return Sheet(
        title=f"{chapter.prefix}{TITLES[part]}",
        key=chapter.key,
        part=part,
        heading=f"{chapter.name}　{heading}",
        columns=columns,
        rows=tuple(rows),
        refusal=chapter.refusals.get(part, ""),
        **more,  # type: ignore[arg-type]
    )


def _figures(chapter: Chapter) -> Sheet:
    columns = (Column("分组", 16), Column("数据项", 34), Column("计量单位", 10), FIGURE, Column("上年数", 16), Column("填报说明", 44))
    column = letters(columns.index(FIGURE) + 2)
    fields = chapter.scheme.fields
    places = {code: f"{column}{number}" for number, code in enumerate(fields, start=FIRST_ROW)}
    rows = []
    for group in chapter.scheme.groups:
        for item in group.fields:
            last = chapter.inputs.last_year.get(item.code)
            told = f"= {in_words(item.expression, fields)}" if item.expression else item.help
            cells = (group.label, item.label, item.unit, _figure(chapter, item, places), last, told)
            rows.append(Row(item.code, cells, item.label))
    return _sheet(chapter, "figures", "基础数据表", columns, rows, label_column=3)


def _figure(chapter: Chapter, item: Field, places: Mapping[str, str]) -> Cell:
    if item.expression:
        if text := formula_of(item, chapter.scheme.fields, places):
            return Formula(text, percent=item.kind == "percent")
        computed = chapter.judged.values[item.code]
        return show_value(item, computed) if isinstance(computed, NoValue) or item.kind == "percent" else computed
    stored = chapter.inputs.figures.get(item.code)
    usual = tuple(value for value in (stored, chapter.inputs.last_year.get(item.code)) if value)
    value = "" if stored is None else decimal_text(stored)
    most = min(item.maximum, MAX_ABSOLUTE)
    return Slot(item.code, "number", value, unit=item.unit, least=item.minimum, most=most, places=item.decimals, usual=usual)


def _scores(chapter: Chapter) -> Sheet:
    columns = (
        Column("上级指标", 20), Column("指标或核对项", 36), Column("分值", 8), Column("评分标准", 44), Column("选择", 16),
        Column("系统测算", 10), Column("自评得分", 10), Column("说明", 36),
    )  # fmt: skip
    rows = [row for path in chapter.judged.scheme.rows for row in _score_rows(chapter, path)]
    return _sheet(chapter, "scores", "指标评分表（系统测算为下载时的数）", columns, rows, label_column=3)


def _score_rows(chapter: Chapter, path: tuple[Indicator, ...]) -> Iterator[Row]:
    row, code = path[-1], path[-1].code
    answer, points = chapter.inputs.answers.get(code, NO_ANSWER), chapter.judged.points[code]
    above = " / ".join(step.label for step in path[:-1])
    items = row.rule.items if isinstance(row.rule, Checklist) else ()
    labels = {} if items else choice_labels(row)
    name, chosen = f"{code}-choices", next(iter(answer.choices), "")
    choice = Slot(name, "choice", chosen, {label: option for option, label in labels.items()}) if labels else None
    claimed = "" if answer.self_points is None else decimal_text(answer.self_points)
    typed = Slot(f"{code}-points", "number", claimed, unit="分", most=row.points, places=2)
    basis = "下列各项符合的在“选择”一栏填“是”" if items else rule_in_words(chapter.judged.scheme, row)
    shown = "不计分" if points.removed else points.value
    yield Row(code, (above, row.label, row.points, basis, choice, shown, typed, Slot(f"{code}-reason", "text", answer.reason)), row.label)
    for item in items:
        tick = Slot(name, "tick", item.code if item.code in answer.choices else "", {"是": item.code})
        label = f"　· {item.label}"
        yield Row(f"{code}/{item.code}", ("", label, item.points, "", tick, None, None, None), label)


def _own_rows(chapter: Chapter) -> Sheet:
    columns = (
        Column("所属指标（分值）", 22), Column("类别", 14), Column("指标名称", 30), Column("方向", 8), Column("指标值", 14),
        Column("计量单位", 10), Column("预期目标（不能量化的）", 30), Column("分值", 8), Column("实际完成值", 14),
    )  # fmt: skip
    rows: list[Row] = []
    fixed: dict[str, str] = {}
    keys: list[str] = []
    spare = MAX_ROWS - len(chapter.inputs.own_rows)
    for code, group in chapter.scheme.own_groups.items():
        under = [row for row in chapter.inputs.own_rows if row.group == code]
        blank = min(BLANK_ROWS, spare)
        spare -= blank
        for number, own in enumerate([*under, *[None] * blank], start=1 - len(under)):
            key = own.code if own else new_key(code, number)
            fixed[f"{key}-group"] = code
            keys.append(key)
            rows.append(Row(own.code if own else f"{code}/{number}", _own_cells(key, group, own)))
    fixed["rows"] = ",".join(keys)
    return _sheet(chapter, "own_rows", "自设指标（清空一行即删除该指标）", columns, rows, label_column=4, fixed=fixed)


def _own_cells(key: str, group: Indicator, row: OwnRow | None) -> tuple[Cell, ...]:
    assert group.own is not None

    def slot(what: str, kind: str, **more: object) -> Slot:
        value = getattr(row, what) if row else ""
        text = decimal_text(value) if isinstance(value, Decimal) else value or ""
        return Slot(f"{key}-{what}", kind, text, **more)  # type: ignore[arg-type]

    def quantity(what: str) -> Slot:
        return slot(what, "number", least=-MAX_ABSOLUTE, most=MAX_ABSOLUTE)

    kinds = slot("kind", "choice", options={kind: kind for kind in group.own.kinds}) if group.own.kinds else None
    direction = slot("direction", "choice", options={sign: word for word, sign in DIRECTIONS.items()})
    aim = slot("aim", "text") if group.own.levels else None
    points = slot("points", "number", unit="分", most=group.points, places=2)
    head = f"{group.label}（{decimal_text(group.points)} 分）"
    return (head, kinds, slot("label", "text"), direction, quantity("target"), slot("unit", "text"), aim, points, quantity("actual"))


def _projects(chapter: Chapter, projects: Sequence[ProjectRow]) -> Sheet:
    columns = (
        Column("序号", 6), Column("项目名称", 40), Column("项目编码", 20), Column("金额（万元）", 16), Column("重大政策", 10),
        Column("民生实事", 10),
    )  # fmt: skip
    spare = min(BLANK_PROJECTS, MAX_PROJECTS - len(projects))
    rows, fixed = [], {}
    for number, project in enumerate([*projects, *[None] * spare]):
        if project is not None:
            fixed[f"r{number}-id"] = str(project.id)
        rows.append(Row(str(project.id) if project else f"new/{number}", _project_cells(number, project)))
    fixed["rows"] = str(len(rows))
    heading = "项目清单（新增的填在空行；要删除项目请到网页上）"
    return _sheet(chapter, "projects", heading, columns, rows, label_column=3, fixed=fixed)


def _project_cells(number: int, row: ProjectRow | None) -> tuple[Cell, ...]:
    name, code, amount = (row.name, row.code, row.amount) if row else ("", "", None)
    value = "" if amount is None else decimal_text(amount)
    usual = (amount,) if amount else ()
    policy, livelihood = (row.major_policy, row.livelihood) if row else (False, False)
    return (
        Decimal(number + 1),
        Slot(f"r{number}-name", "text", name),
        Slot(f"r{number}-code", "text", code),
        Slot(f"r{number}-amount", "number", value, unit="万元", most=MAX_ABSOLUTE, usual=usual),
        Slot(f"r{number}-major_policy", "tick", "on" if policy else "", YES_NO),
        Slot(f"r{number}-livelihood", "tick", "on" if livelihood else "", YES_NO),
    )
