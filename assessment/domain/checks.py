"""Checks (核查): scheme × inputs → findings; the same everywhere a filing is judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from assessment.domain.canonical import decimal_text
from assessment.domain.expressions import CONTEXT, NoValue, Value, compile_expression, holds, number
from assessment.domain.figures import compute_values, show_with_unit
from assessment.domain.narrative import TOKEN, unknown_tokens
from assessment.domain.scheme import Check, Scheme
from assessment.domain.scoring import Points, score
from assessment.domain.text import unprintable

ZERO = Decimal(0)
SEVERITIES = {"error": "错误", "warning": "需说明", "note": "提示"}


@dataclass(frozen=True)
class Answer:
    """What a unit says of one scored row."""

    choices: frozenset[str] = frozenset()
    self_points: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class Inputs:
    """Everything a unit fills for one assessment, as typed."""

    figures: Mapping[str, Decimal] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    narrative: Mapping[str, str] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    evidenced: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """A finding (核查意见): what is wrong at which place, and what to do about it."""

    code: str
    severity: str
    place: str
    message: str
    remedy: str
    sides: str = ""
    explanation: str = ""

    @property
    def blocks(self) -> bool:
        """Whether sign-off is refused: an error, or a warning without a written reason."""
        return self.severity == "error" or (self.severity == "warning" and not self.explanation)

    @property
    def label(self) -> str:
        """The severity in Chinese."""
        return SEVERITIES[self.severity]


@dataclass(frozen=True)
class Evaluation:
    """One assessment judged: values of all fields, computed points of all rows, findings, totals and grade."""

    values: Mapping[str, Value]
    points: Mapping[str, Points]
    findings: tuple[Finding, ...]
    self_total: Decimal
    self_complete: bool
    grade: str

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stand against sign-off."""
        return tuple(finding for finding in self.findings if finding.blocks)


def evaluate_assessment(scheme: Scheme, inputs: Inputs) -> Evaluation:
    """Judge one assessment. Pure: the same inputs give the same evaluation."""
    with localcontext(CONTEXT):
        values = compute_values(scheme, inputs.figures)
        points = {code: score(row, values, inputs.answers.get(code, Answer()).choices) for code, row in scheme.scored.items()}
        selves = [answer.self_points for code in scheme.scored if (answer := inputs.answers.get(code)) and answer.self_points is not None]
        total = sum(selves, ZERO)
        complete = len(selves) == len(scheme.scored)
        findings = (
            *_missing_figures(scheme, inputs),
            *_relations(scheme, inputs, values),
            *_score_findings(scheme, inputs, points),
            *_narrative_findings(scheme, inputs),
            *_unprintable(scheme, inputs),
        )
        return Evaluation(values, points, findings, total, complete, scheme.grade_of(total) if complete else "")


def _missing_figures(scheme: Scheme, inputs: Inputs) -> Iterator[Finding]:
    for item in scheme.inputs:
        if item.required and item.code not in inputs.figures:
            yield Finding("missing_figure", "error", f"figure:{item.code}", f"“{item.label}”未填写", "请填写；没有发生的填 0")


def _relations(scheme: Scheme, inputs: Inputs, values: Mapping[str, Value]) -> Iterator[Finding]:
    for check in scheme.checks:
        if check.when and not holds(check.when, values):
            continue
        left, right = number(check.left, values), number(check.right, values)
        if isinstance(left, NoValue) or isinstance(right, NoValue) or _satisfied(check, left, right):
            continue
        named = compile_expression(check.left).names
        explanation = inputs.explanations.get(check.code, "")
        place = f"figure:{named[0]}" if named else "figures"
        yield Finding(
            check.code, check.severity, place, check.message, check.remedy, _sides(scheme, check, values, left, right), explanation
        )


def _satisfied(check: Check, left: Decimal, right: Decimal) -> bool:
    if check.relation == "equals":
        return abs(left - right) <= check.tolerance
    return left <= right + check.tolerance if check.relation == "at_most" else left >= right - check.tolerance


def _sides(scheme: Scheme, check: Check, values: Mapping[str, Value], left: Decimal, right: Decimal) -> str:
    """Both sides with the figures they are made of, for the reader to retrace."""
    names = dict.fromkeys((*compile_expression(check.left).names, *compile_expression(check.right).names))
    figures = "，".join(f"{scheme.fields[name].label} {show_with_unit(scheme.fields[name], values[name])}" for name in names)
    kinds = {scheme.fields[name].kind for name in names}
    units = {scheme.fields[name].unit for name in names if scheme.fields[name].kind == "money"}
    return f"{figures}；相差 {left - right:+,.2f}{units.pop()}" if len(units) == 1 and "percent" not in kinds else figures


def _score_findings(scheme: Scheme, inputs: Inputs, points: Mapping[str, Points]) -> Iterator[Finding]:
    for code, row in scheme.scored.items():
        answer, computed, place = inputs.answers.get(code, Answer()), points[code], f"score:{code}"
        if answer.self_points is None:
            yield Finding("missing_score", "error", place, f"“{row.label}”未自评", "请填写自评得分")
            continue
        low = computed.low if computed.low is not None else ZERO
        high = computed.high if computed.high is not None else row.points
        if not low <= answer.self_points <= high:
            yield Finding(
                "score_range",
                "error",
                place,
                f"“{row.label}”自评得分应在 {decimal_text(low)} 至 {decimal_text(high)} 分之间",
                "请修改自评得分",
            )
        elif computed.value is not None and answer.self_points != computed.value and not answer.reason:
            message = f"“{row.label}”自评 {decimal_text(answer.self_points)} 分，系统测算 {decimal_text(computed.value)} 分"
            yield Finding("score_differs", "error", place, message, "请改为测算得分，或写明理由")
        elif row.rule is not None and row.rule.shape == "judgement" and not answer.choices:
            yield Finding("missing_level", "error", place, f"“{row.label}”未选择评判档次", "请选择评判档次")
        if row.evidence and answer.self_points == row.points and code not in inputs.evidenced:
            yield Finding("no_evidence", "note", place, f"“{row.label}”自评满分，尚无佐证材料", f"请上传：{row.evidence}")


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
    texts += [(f"explanation:{check.code}", inputs.explanations.get(check.code, "")) for check in scheme.checks]
    for place, text in texts:
        if found := unprintable(text):
            yield Finding("unprintable", "error", place, f"有无法打印的字符：{'、'.join(found[:5])}", "请删去或改用文字")
