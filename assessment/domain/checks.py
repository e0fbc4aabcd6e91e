"""Checks (核查): scheme × inputs → scores and findings; the same everywhere a filing is judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from assessment.domain.canonical import decimal_text
from assessment.domain.dimensions import BARE, RATE, unit_of
from assessment.domain.elements import Field
from assessment.domain.expressions import CONTEXT, NoValue, Value, compile_expression, holds, number
from assessment.domain.figures import compute_values, show_with_unit
from assessment.domain.findings import Finding, Side
from assessment.domain.inputs import Answer, Inputs
from assessment.domain.inspections import Subject, inspect
from assessment.domain.narrative import unknown_tokens
from assessment.domain.own_rows import complete, row_faults
from assessment.domain.reasons import BROKEN_OFF, LARGE_CHANGE
from assessment.domain.scheme import Check, Scheme
from assessment.domain.scoring import Points, score
from assessment.domain.text import unprintable
from assessment.domain.tokens import TOKEN
from assessment.domain.totals import Total, total_of
from assessment.domain.wording import in_words, show_apart, show_in

ZERO = Decimal(0)
NO_ANSWER = Answer()


@dataclass(frozen=True)
class Scored:
    """One assessment scored: its scheme completed with the unit's own rows, all values, computed points, and the self total."""

    scheme: Scheme
    values: Mapping[str, Value]
    points: Mapping[str, Points]
    total: Total


@dataclass(frozen=True)
class Evaluation(Scored):
    """One assessment scored and checked."""

    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stand against sign-off."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def asked_evidence(self) -> frozenset[str]:
        """The scored rows for which the scheme asks for evidence; one that does not apply needs no proof."""
        return frozenset(code for code, row in self.scheme.scored.items() if row.evidence and not self.points[code].removed)


def score_assessment(scheme: Scheme, inputs: Inputs) -> Scored:
    """Values, points and total alone: what a preview over many filings needs."""
    with localcontext(CONTEXT):
        whole = complete(scheme, inputs.own_rows)
        values = compute_values(whole, inputs.figures)
        points = {code: score(whole, row, values, inputs.answers.get(code, NO_ANSWER)) for code, row in whole.scored.items()}
        claimed = {code: answer.self_points for code, answer in inputs.answers.items()}
        return Scored(whole, values, points, total_of(whole, claimed, points, values))


def evaluate_assessment(scheme: Scheme, inputs: Inputs) -> Evaluation:
    """Judge one assessment. Pure: the same inputs give the same evaluation."""
    scored = score_assessment(scheme, inputs)
    with localcontext(CONTEXT):
        found = (
            *_missing_figures(scored.scheme, inputs),
            *_unconfirmed_figures(scored.scheme, inputs),
            *_own_row_findings(scored.scheme, inputs),
            *_relations(scored.scheme, inputs, scored.values),
            *_large_changes(scored.scheme, inputs),
            *_broken_off(scored.scheme, inputs),
            *_score_findings(scored.scheme, inputs, scored.points),
            *_narrative_findings(scored.scheme, inputs),
            *inspect(Subject(scored.scheme, inputs, scored.values, scored.total)),
            *_unprintable(scored.scheme, inputs),
        )
        findings = tuple(_settled(finding, inputs) for finding in found)
    return Evaluation(scored.scheme, scored.values, scored.points, scored.total, findings)


def _settled(finding: Finding, inputs: Inputs) -> Finding:
    """With the reason that the unit wrote for it, and the waiver that the office gave."""
    if not finding.key:
        return finding
    waived = inputs.waivers.get(finding.key)
    in_force = waived if waived and waived.comparison == finding.comparison else None
    return replace(finding, explanation=inputs.explanations.get(finding.key, ""), waived=in_force)


def _missing_figures(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    for item in scheme.inputs:
        if item.required and item.code not in inputs.figures:
            yield Finding("missing_figure", "error", f"figure:{item.code}", f"“{item.label}”未填写", "请填写；没有发生的填 0")


def _unconfirmed_figures(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    for item in scheme.inputs:
        if item.code in inputs.unconfirmed:
            yield Finding(
                "unconfirmed", "error", f"figure:{item.code}", f"“{item.label}”沿用上年的数，尚未确认", "请核对后确认，或改为本年的数"
            )


def _own_row_findings(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    for fault in row_faults(scheme, inputs.own_rows):
        yield Finding("missing_rows" if fault.none else "own_rows", "error", f"own:{fault.place}", fault.message, fault.remedy)


def _relations(scheme: Scheme, inputs: Inputs, values: Mapping[str, Value]) -> Iterator[Finding]:
    for check in scheme.checks:
        if check.when and not holds(check.when, values):
            continue
        left, right = number(check.left, values), number(check.right, values)
        if isinstance(left, NoValue) or isinstance(right, NoValue) or _satisfied(check, left, right):
            continue
        names = dict.fromkeys((*compile_expression(check.left).names, *compile_expression(check.right).names))
        sides = tuple(_side(scheme, name, values) for name in names)
        place = sides[0].place if sides else "figures"
        yield Finding(
            check.code,
            check.severity,
            place,
            check.message,
            check.remedy,
            check.code,
            sides,
            _difference(scheme, check, left, right) if len(sides) > 1 else "",
        )


def _large_changes(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    """Figures that are far from last year's; where that was nothing there is no rate, and nothing is said."""
    for item in scheme.inputs:
        now, last = inputs.figures.get(item.code), inputs.last_year.get(item.code)
        if item.change_limit is None or now is None or not last:
            continue
        change = (now - last) / abs(last)
        if abs(change) > item.change_limit:
            way = "增加" if change > 0 else "减少"
            message = f"“{item.label}”比上年{way} {show_in(RATE, abs(change))}，超过 {show_in(RATE, item.change_limit)}"
            yield _beside_last_year(LARGE_CHANGE, item, now, "上年", last, message)


def _broken_off(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    """Figures that go on from another one of last year's table and are not what was signed there."""
    for item in scheme.inputs:
        now, last = inputs.figures.get(item.code), inputs.last_year.get(item.continues or "")
        if item.continues in (None, item.code) or now is None or last is None or now == last:
            continue
        before = f"上年签批的{scheme.fields[item.continues].label}"
        yield _beside_last_year(BROKEN_OFF, item, now, before, last, f"“{item.label}”与{before}不一致")


def _beside_last_year(code: str, item: Field, now: Decimal, before: str, last: Decimal, message: str) -> Finding:
    place = f"figure:{item.code}"
    sides = (Side(item.label, show_with_unit(item, now), place), Side(before, show_with_unit(item, last), place))
    return Finding(code, "warning", place, message, "请核对；属实的写明原因", f"{code}.{item.code}", sides)


def _side(scheme: Scheme, code: str, values: Mapping[str, Value]) -> Side:
    return Side(scheme.fields[code].label, show_with_unit(scheme.fields[code], values[code]), f"figure:{code}")


def _satisfied(check: Check, left: Decimal, right: Decimal) -> bool:
    if check.relation == "equals":
        return abs(left - right) <= check.tolerance
    return left <= right + check.tolerance if check.relation == "at_most" else left >= right - check.tolerance


def _difference(scheme: Scheme, check: Check, left: Decimal, right: Decimal) -> str:
    """What a side of several figures comes to, and how far apart both are, where one unit of measure can be told."""
    unit = unit_of(check.left, scheme.units)
    if unit in (BARE, RATE):
        return ""
    sides = [(source, value) for source, value in ((check.left, left), (check.right, right)) if source not in scheme.fields]
    told = [f"{in_words(source, scheme.fields)} = {show_in(unit, value)}" for source, value in sides]
    gap = show_apart(unit, left - right, ZERO, show_in(unit, left - right))
    return "；".join([*told, f"相差 {'+' if left > right else ''}{gap}"])


def _score_findings(scheme: Scheme, inputs: Inputs, points: Mapping[str, Points]) -> Iterator[Finding]:
    for code, row in scheme.scored.items():
        answer, computed, place = inputs.answers.get(code, NO_ANSWER), points[code], f"score:{code}"
        if computed.removed:
            continue
        if answer.self_points is None:
            yield Finding("missing_score", "error", place, f"“{row.label}”未自评", "请填写自评得分")
            continue
        yield from _claim_findings(row.label, place, answer, computed, row.points)
        if row.rule is not None and row.rule.shape in CHOSEN and computed.value is None and computed.low is None:
            yield Finding("missing_choice", "error", place, f"“{row.label}”未选择{CHOSEN[row.rule.shape]}", "请选择后再评分")
        if row.evidence and answer.self_points == row.points and code not in inputs.evidenced:
            yield Finding("no_evidence", "note", place, f"“{row.label}”自评满分，尚无佐证材料", f"请上传：{row.evidence}")


CHOSEN = {"judgement": "评判档次", "yes_no": "“是”或“否”"}


def _claim_findings(label: str, place: str, answer: Answer, computed: Points, full: Decimal) -> Iterator[Finding]:
    """What the unit claims against what the rule allows and computes."""
    assert answer.self_points is not None
    low = computed.low if computed.low is not None else ZERO
    high = computed.high if computed.high is not None else full
    if not low <= answer.self_points <= high:
        message = f"“{label}”自评得分应在 {decimal_text(low)} 至 {decimal_text(high)} 分之间"
        yield Finding("score_range", "error", place, message, "请修改自评得分")
    elif computed.value is not None and answer.self_points != computed.value and not answer.reason:
        claimed, found = decimal_text(answer.self_points), decimal_text(computed.value)
        sides = (Side("自评得分", f"{claimed}分", place), Side("系统测算", f"{found}分", place))
        message = f"“{label}”自评 {claimed} 分，系统测算 {found} 分"
        yield Finding("score_differs", "error", place, message, "请改为测算得分，或写明理由", sides=sides)


def _narrative_findings(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    for section in scheme.sections:
        if not section.text:
            continue
        text = inputs.narrative.get(section.code, "")
        place = f"section:{section.code}"
        if section.required and not text:
            yield Finding("missing_text", "error", place, f"“{section.heading or '开头段'}”未填写", "请撰写这一节")
        for name in unknown_tokens(scheme, text):
            yield Finding("unknown_token", "error", place, f"“{{{{{name}}}}}”不是本表的数据项", "请改用数据项的代码或名称")
        rest = TOKEN.sub("", text)
        if "{{" in rest or "}}" in rest:
            yield Finding("broken_token", "error", place, "花括号不成对，数据引用无法识别", "请写成 {{数据项}} 的形式")


def _unprintable(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    """Texts with characters that would stop the print after everybody has signed."""
    texts = [(f"section:{section.code}", inputs.narrative.get(section.code, "")) for section in scheme.sections]
    texts += [(f"score:{code}", inputs.answers[code].reason) for code in scheme.scored if code in inputs.answers]
    texts += [(f"own:{row.code}", f"{row.label}{row.unit}{row.aim}") for row in inputs.own_rows]
    texts += [(f"explanation:{key}", text) for key, text in inputs.explanations.items()]
    for place, text in texts:
        if found := unprintable(text):
            yield Finding("unprintable", "error", place, f"有无法打印的字符：{'、'.join(found[:5])}", "请删去或改用文字")
