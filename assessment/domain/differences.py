"""What two versions of a filing's content say differently, place by place, as people read it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from re import findall

from assessment.domain.exchange import AssessmentContent, EvidenceContent, FilingContent, OwnRowContent, ScoreContent
from assessment.domain.figures import show_typed
from assessment.domain.own_rows import DIRECTIONS, complete
from assessment.domain.reasons import subject_of
from assessment.domain.scheme import Indicator, Scheme
from assessment.domain.scoring import choice_labels

NOTHING = "（空）"
#: Sentences of a text that are compared one with another; longer texts are compared by paragraph.
MOST_SENTENCES = 400
#: Equal pairs of two texts, each sentence with each: beyond, a text of one line over and over, comparing takes minutes.
MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Segment:
    """A piece of a text: ``kind`` is ``same``, ``gone`` or ``new``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One place that says something else: the assessment's name, the part as ``Part`` names it, what it is, and both sides.

    ``segments`` show a text's pieces; then ``before`` and ``after`` are empty. ``place`` is the cell or section as a finding names it,
    where there is one.
    """

    assessment: str
    part: str
    label: str
    before: str
    after: str
    segments: tuple[Segment, ...] = ()
    place: str = ""


SchemeOf = Callable[[AssessmentContent], Scheme]
#: What a place is called, and both sides.
Sides = tuple[str, str, str]
#: The code of a field or row with its sides.
Cell = tuple[str, Sides]


def differences(before: FilingContent, after: FilingContent, scheme_of: SchemeOf) -> Iterator[Difference]:
    """Every difference in the order of the newer content; ``scheme_of`` finds the scheme that a content names."""
    for gone in before.assessments:
        if _same(gone, after) is None:
            yield Difference(gone.name, "projects", gone.name, "在清单中", "已移除")
    for item in after.assessments:
        same = _same(item, before)
        if same is None:
            yield Difference(item.name, "projects", item.name, NOTHING, "新列入清单")
        else:
            yield from _of_assessment(same, item, complete(scheme_of(item), [row.row() for row in item.own_rows]))
    if before.filled_on != after.filled_on:
        yield Difference("", "", "填报日期", _day(before), _day(after))


def _same(item: AssessmentContent, other: FilingContent) -> AssessmentContent | None:
    """The whole's whole; of a project the one with its code or, without one, of its name."""

    def is_it(found: AssessmentContent) -> bool:
        if item.project is None or found.project is None:
            return item.project is found.project
        both = item.project.code and found.project.code
        return item.project.code == found.project.code if both else item.name == found.name

    return next(filter(is_it, other.assessments), None)


def _day(content: FilingContent) -> str:
    return content.filled_on.isoformat() if content.filled_on else NOTHING


def _of_assessment(before: AssessmentContent, after: AssessmentContent, scheme: Scheme) -> Iterator[Difference]:
    yield from (Difference(after.name, "projects", *sides) for sides in _facts(before, after))
    parts: list[tuple[str, str, Iterator[Cell]]] = [
        ("figures", "figure", _figures(before, after, scheme)),
        ("own_rows", "own", _own_rows(before, after)),
        ("scores", "score", _scores(before, after, scheme)),
    ]
    for part, kind, cells in parts:
        yield from (Difference(after.name, part, *sides, place=f"{kind}:{code}") for code, sides in cells)
    yield from _texts(before, after, scheme)
    for part, found in (("evidence", _evidence(before, after, scheme)), ("explanations", _explanations(before, after, scheme))):
        yield from (Difference(after.name, part, *sides) for sides in found)


def _facts(before: AssessmentContent, after: AssessmentContent) -> Iterator[Sides]:
    if before.project and after.project:
        yield from _sides("项目名称", before.name, after.name)
        labels = {"code": "项目编码", "amount": "项目金额（万元）", "major_policy": "重大政策", "livelihood": "民生实事"}
        for name, label in labels.items():
            yield from _sides(label, _fact(getattr(before.project, name)), _fact(getattr(after.project, name)))


def _fact(value: str | bool | None) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else value or ""


def _sides(label: str, before: str, after: str) -> Iterator[Sides]:
    if before != after:
        yield label, before or NOTHING, after or NOTHING


def _cell(code: str, label: str, before: str, after: str) -> Iterator[Cell]:
    yield from ((code, sides) for sides in _sides(label, before, after))


def _figures(before: AssessmentContent, after: AssessmentContent, scheme: Scheme) -> Iterator[Cell]:
    def shown(content: AssessmentContent, code: str) -> str:
        text = content.figures.get(code)
        field = scheme.fields[code]
        return "" if text is None else f"{show_typed(field, Decimal(text))}{'' if field.kind == 'percent' else field.unit}"

    for field in scheme.inputs:
        if before.figures.get(field.code) != after.figures.get(field.code):
            yield from _cell(field.code, field.label, shown(before, field.code), shown(after, field.code))


def _own_rows(before: AssessmentContent, after: AssessmentContent) -> Iterator[Cell]:
    old, new = ({row.code: row for row in content.own_rows} for content in (before, after))
    for code in [*new, *(code for code in old if code not in new)]:
        row = new.get(code) or old[code]
        yield from _cell(code, row.label, _own_row(old.get(code)), _own_row(new.get(code)))


def _own_row(row: OwnRowContent | None) -> str:
    if row is None:
        return ""
    target = row.aim if row.target is None else f"{DIRECTIONS[row.direction]} {row.target}{row.unit}"
    actual = "" if row.actual is None else f"，完成 {row.actual}{row.unit}"
    return f"{row.kind}{'　' if row.kind else ''}{row.label}：{target or '没有指标值'}{actual}，{row.points} 分"


def _scores(before: AssessmentContent, after: AssessmentContent, scheme: Scheme) -> Iterator[Cell]:
    old, new = ({score.code: score for score in content.scores} for content in (before, after))
    for code, row in scheme.scored.items():
        yield from _cell(code, row.label, _score(old.get(code), row), _score(new.get(code), row))


def _score(score: ScoreContent | None, row: Indicator) -> str:
    if score is None or (score.self_points is None and not score.choices and not score.reason):
        return ""
    labels = choice_labels(row)
    chosen = "；".join(labels.get(code, code) for code in score.choices)
    points = "未填得分" if score.self_points is None else f"{score.self_points} 分"
    return "，".join(text for text in (points, chosen, score.reason and f"说明：{score.reason}") if text)


def _texts(before: AssessmentContent, after: AssessmentContent, scheme: Scheme) -> Iterator[Difference]:
    old = {section.code: section.printed for section in before.narrative}
    new = {section.code: section.printed for section in after.narrative}
    for section in scheme.sections:
        one, other = old.get(section.code, ""), new.get(section.code, "")
        if one != other:
            heading, pieces = section.heading or "开头段", tuple(compare_texts(one, other))
            yield Difference(after.name, "narrative", heading, "", "", pieces, place=f"section:{section.code}")


def compare_texts(before: str, after: str) -> Iterator[Segment]:
    """Both texts sentence by sentence, what is gone before what is new; unchanged sentences stand once."""
    one, other = _pieces(before), _pieces(after)
    again = Counter(other)
    if sum(again[piece] for piece in one) > MOST_PAIRS:
        one, other = [before], [after]
    for kind, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Segment("same", "".join(one[i:j]))
            continue
        if i < j:
            yield Segment("gone", "".join(one[i:j]))
        if k < m:
            yield Segment("new", "".join(other[k:m]))


def _pieces(text: str) -> Sequence[str]:
    sentences: list[str] = findall(r"[^。；！？\n]*[。；！？\n]|[^。；！？\n]+", text)
    return sentences if len(sentences) <= MOST_SENTENCES else text.splitlines(keepends=True)


def _evidence(before: AssessmentContent, after: AssessmentContent, scheme: Scheme) -> Iterator[Sides]:
    old, new = ({item.sha256: item for item in content.evidence} for content in (before, after))
    for sha256 in [*new, *(sha256 for sha256 in old if sha256 not in new)]:
        item = new.get(sha256) or old[sha256]
        yield from _sides(item.name, _file(old.get(sha256), scheme), _file(new.get(sha256), scheme))


def _file(item: EvidenceContent | None, scheme: Scheme) -> str:
    if item is None:
        return ""
    labels = "、".join(scheme.scored[code].label for code in item.indicators if code in scheme.scored)
    return f"{item.name}，{'可公开' if item.public else '内部'}" + (f"，对应{labels}" if labels else "")


def _explanations(before: AssessmentContent, after: AssessmentContent, scheme: Scheme) -> Iterator[Sides]:
    given: list[Mapping[str, str]] = [before.explanations, after.explanations]
    for key in sorted({key for texts in given for key in texts}):
        yield from _sides(subject_of(key, scheme), *(texts.get(key, "") for texts in given))
