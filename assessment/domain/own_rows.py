"""Rows that a unit sets itself under a group (自设指标), and the scheme completed with them.

A completed scheme is a scheme like any other: forms, scoring, review and print know no difference between a row of the
file and a row of the unit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assessment.domain.canonical import decimal_text
from assessment.domain.elements import Indicator, OwnRows
from assessment.domain.lint import OWN_PREFIX
from assessment.domain.rules import Judgement, Target
from assessment.domain.scheme import Scheme

Direction = Literal["at_least", "at_most", "equals"]
DIRECTIONS: dict[Direction, str] = {"at_least": "≥", "at_most": "≤", "equals": "="}
MAX_ROWS = 40
MAX_LABEL = 100


@dataclass(frozen=True)
class OwnRow:
    """One row: ``target`` and ``actual`` in ``unit``; where the group has levels, ``aim`` says in words what no figure can."""

    code: str
    group: str
    label: str
    points: Decimal
    kind: str = ""
    direction: Direction = "at_least"
    target: Decimal | None = None
    actual: Decimal | None = None
    unit: str = ""
    aim: str = ""

    @property
    def quality(self) -> bool:
        """Whether it is judged by levels: it has an aim and no figure."""
        return bool(self.aim) and self.target is None


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a group's rows, or with one of them; ``none``: the group has no row yet."""

    place: str
    message: str
    remedy: str
    none: bool = False


def own_code(number: int) -> str:
    """The code of a unit's row; scheme files leave the prefix free."""
    return f"{OWN_PREFIX}{number}"


def new_key(group: str, number: int) -> str:
    """What a group's ``number``th row without a code is called on a page or sheet."""
    return f"new_{group}_{number}"


def complete(scheme: Scheme, rows: Sequence[OwnRow]) -> Scheme:
    """The scheme with each group that asks for own rows filled with them; without such groups the scheme itself."""
    if not scheme.own_groups:
        return scheme
    places = {code: place for place, code in enumerate(scheme.own_groups, start=1)}
    indicators = tuple(_completed(top, rows, places) for top in scheme.indicators)
    # The parts were judged when the scheme was read; a half-filled table may not add up yet.
    return Scheme.model_construct(**{name: getattr(scheme, name) for name in Scheme.model_fields} | {"indicators": indicators})


def _completed(item: Indicator, rows: Sequence[OwnRow], places: Mapping[str, int]) -> Indicator:
    if item.own is None:
        children = tuple(_completed(child, rows, places) for child in item.children)
    else:
        children = tuple(_kinds(places[item.code], item, item.own, [row for row in rows if row.group == item.code]))
    return item.model_copy(update={"children": children})


def _kinds(place: int, group: Indicator, own: OwnRows, rows: Sequence[OwnRow]) -> Iterator[Indicator]:
    """The rows under their kinds, in the scheme's order; straight under the group where it has none."""
    if not own.kinds:
        yield from (_indicator(group, own, row) for row in rows)
    for number, kind in enumerate(own.kinds, start=1):
        under = tuple(_indicator(group, own, row) for row in rows if row.kind == kind)
        if under:
            points = sum((row.points for row in under), Decimal(0))
            code = f"{OWN_PREFIX}kind_{place}_{number}"
            yield Indicator.model_construct(code=code, label=kind, points=points, children=under)


def _indicator(group: Indicator, own: OwnRows, row: OwnRow) -> Indicator:
    rule: Judgement | Target
    if row.quality and own.levels:
        rule, basis = Judgement(shape="judgement", levels=own.levels), f"预期目标：{row.aim}"
    else:
        rule, basis = _target(own, row), ""
    return Indicator.model_construct(
        code=row.code, label=row.label, points=row.points, rule=rule, basis=basis, evidence=group.evidence, children=(), alternatives=()
    )


def _target(own: OwnRows, row: OwnRow) -> Target:
    return Target(shape="target", direction=row.direction, target=row.target, actual=row.actual, unit=row.unit, deviation=own.deviation)


def row_faults(scheme: Scheme, rows: Sequence[OwnRow]) -> Iterator[RowFault]:
    """What stands against the unit's rows: a code twice, too few, points that do not add up, no target, nothing reached."""
    codes = [row.code for row in rows]
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield RowFault(code, f"自设指标的编号“{code}”重复", "每项指标的编号应不同")
    for group in scheme.own_groups.values():
        under = [row for row in rows if row.group == group.code]
        assert group.own is not None
        if len(under) < group.own.minimum:
            message = f"“{group.label}”应至少自设 {group.own.minimum} 项指标，现有 {len(under)} 项"
            yield RowFault(group.code, message, "请补充指标", none=not under)
        total = sum((row.points for row in under), Decimal(0))
        if total != group.points and (under or not group.own.minimum):
            message = f"“{group.label}”自设指标合计 {decimal_text(total)} 分，应为 {decimal_text(group.points)} 分"
            yield RowFault(group.code, message, "请调整各项分值")
        for row in under:
            yield from _faults_of(group.own, row)


def _faults_of(own: OwnRows, row: OwnRow) -> Iterator[RowFault]:
    if own.kinds and row.kind not in own.kinds:
        yield RowFault(row.code, f"“{row.label}”没有选择类别", f"请选择{'、'.join(own.kinds)}之一")
    if row.points <= 0:
        yield RowFault(row.code, f"“{row.label}”的分值应大于 0", "请调整分值")
    if row.quality:
        if not own.levels:
            yield RowFault(row.code, f"“{row.label}”没有可量化的指标值", "这一组指标须填写数值指标值")
    elif row.target is None:
        yield RowFault(row.code, f"“{row.label}”没有填写指标值", "请填写指标值；不能量化的写明预期目标")
    elif row.target <= 0 and row.direction == "at_least":
        yield RowFault(row.code, f"“{row.label}”的指标值不大于 0，任何结果都算完成", "请填写大于 0 的指标值，或改为“≤”“=”")
    elif row.actual is None:
        yield RowFault(row.code, f"“{row.label}”没有填写实际完成值", "请填写实际完成值")
