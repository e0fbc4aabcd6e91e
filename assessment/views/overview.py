"""Where a filing stands as its people see it: each part's state, what is next, how long is left, whose turn it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from assessment.domain.canonical import decimal_text
from assessment.domain.checks import Evaluation
from assessment.domain.findings import Finding
from assessment.domain.inputs import Inputs
from assessment.domain.workflow import Status
from assessment.models import Assessment, Evidence, Filing, Part
from assessment.views.tables import GAPS, gaps_of

PAGES = {
    Part.Kind.PROJECTS: "assessment:projects",
    Part.Kind.FIGURES: "assessment:figures",
    Part.Kind.OWN_ROWS: "assessment:own_rows",
    Part.Kind.SCORES: "assessment:scores",
    Part.Kind.NARRATIVE: "assessment:narrative",
    Part.Kind.EVIDENCE: "assessment:evidence",
    Part.Kind.EXPLANATIONS: "assessment:findings",
}
#: Which part a finding's place belongs to.
PLACES = {Part.Kind.FIGURES: "figure:", Part.Kind.OWN_ROWS: "own:", Part.Kind.SCORES: "score:", Part.Kind.NARRATIVE: "section:"}


@dataclass(frozen=True)
class PartState:
    """One part: ``filled`` of ``total`` as people read it, and how many findings stand against it.

    ``unless`` is said of an incomplete part that nobody has to complete.
    """

    kind: str
    label: str
    url: str
    filled: str
    complete: bool
    findings: int
    locked: bool
    returned: bool
    saved: str
    unless: str = ""

    @property
    def state(self) -> tuple[str, str]:
        """A word for the whole, and its kind."""
        if self.returned:
            return "退回", "late"
        if self.locked:
            return "锁定", "quiet"
        if self.findings:
            return f"{self.findings} 处须处理", "count"
        if self.kind == Part.Kind.EXPLANATIONS:
            return ("无须处理", "ok") if self.complete else ("", "quiet")
        if self.complete:
            return "完整", "ok"
        return self.unless or ("填写中" if self.saved else "未开始"), "quiet"


@dataclass(frozen=True)
class Step:
    """What to do next; without an address where it is done elsewhere."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Overview:
    """One assessment beside any of its parts; ``project`` is its name if it is a project's, ``all_url`` leads to all of the filing."""

    parts: tuple[PartState, ...]
    project: str
    all_url: str
    step: Step
    deadline: date
    days_left: int
    due: bool

    @property
    def days_late(self) -> int:
        """How many days the deadline is past."""
        return -self.days_left


def contradictions(judged: Evaluation) -> list[Finding]:
    """The findings that speak of more than an empty place."""
    return [finding for finding in judged.findings if finding.code not in GAPS]


def states_of(
    assessment: Assessment, judged: Evaluation, inputs: Inputs, parts: Iterable[Part], returned: Collection[int | None]
) -> tuple[PartState, ...]:
    """Every part of the assessment in the order people fill them; ``returned`` are the parts with an unanswered thread."""
    parts = sorted(parts, key=lambda part: list(PAGES).index(Part.Kind(part.kind)))
    listed = any(part.kind == Part.Kind.PROJECTS for part in parts)
    projects = assessment.filing.assessments.projects().count() if listed else 0
    files = assessment.evidence.all()
    numbers = _numbers(judged, inputs, files, projects)
    findings = contradictions(judged)
    states = []
    for part in parts:
        filled, total = numbers[part.kind]
        place = PLACES.get(Part.Kind(part.kind))
        found = sum(finding.blocks and (place is None or finding.place.startswith(place)) for finding in findings)
        if part.kind in (Part.Kind.EVIDENCE, Part.Kind.PROJECTS):
            found = sum(file.infected for file in files) if part.kind == Part.Kind.EVIDENCE else 0
        states.append(
            PartState(
                kind=part.kind,
                label=str(part),
                url=reverse(PAGES[Part.Kind(part.kind)], args=[assessment.pk]),
                filled=f"{filled} / {total}" if total else filled,
                complete=_complete(part, judged, inputs, projects) if not total else filled == total,
                findings=found,
                locked=part.locked,
                returned=part.pk in returned and not part.locked,
                saved=timezone.localtime(part.saved_at).strftime("%m-%d %H:%M") if part.saved_at else "",
                unless=_unless(part, judged, inputs),
            )
        )
    return tuple(states)


def _complete(part: Part, judged: Evaluation, inputs: Inputs, projects: int) -> bool:
    """Of a part without a total."""
    if part.kind == Part.Kind.EXPLANATIONS:
        return not judged.blocking
    return projects > 0 if part.kind == Part.Kind.PROJECTS else judged.asked_evidence <= inputs.evidenced


def _unless(part: Part, judged: Evaluation, inputs: Inputs) -> str:
    """Projects and evidence stand in nobody's way: what is to be said of them where there is none, or not for all."""
    if part.kind == Part.Kind.PROJECTS:
        return "没有可不填"
    if part.kind != Part.Kind.EVIDENCE:
        return ""
    return f"{len(judged.asked_evidence - inputs.evidenced)} 项尚缺"


def _numbers(judged: Evaluation, inputs: Inputs, files: Collection[Evidence], projects: int) -> dict[str, tuple[str, str]]:
    """How much of each part is filled, and of how much where that can be said."""
    scheme, counting = judged.scheme, {code for code, points in judged.points.items() if not points.removed}
    given = sum((row.points for row in inputs.own_rows), Decimal(0))
    asked = sum((group.points for group in scheme.own_groups.values()), Decimal(0))
    waiting = sum(file.waits for file in files)
    scored = sum(answer.self_points is not None for code, answer in inputs.answers.items() if code in counting)
    return {
        Part.Kind.PROJECTS: (f"{projects} 个", ""),
        Part.Kind.FIGURES: (str(len(inputs.figures.keys() - inputs.unconfirmed)), str(len(scheme.inputs))),
        Part.Kind.OWN_ROWS: (f"{decimal_text(given)} 分", f"{decimal_text(asked)} 分"),
        Part.Kind.SCORES: (str(scored), str(len(counting))),
        Part.Kind.NARRATIVE: (str(len(inputs.narrative)), str(sum(section.text for section in scheme.sections))),
        Part.Kind.EVIDENCE: (f"{len(files)} 份{f'，{waiting} 份待查毒' if waiting else ''}", ""),
        Part.Kind.EXPLANATIONS: (f"{len(contradictions(judged))} 条", ""),
    }


def next_step(
    filing: Filing, judged: Iterable[tuple[Assessment, Evaluation]], *, fills: bool, unanswered: int, others: bool = False
) -> Step:
    """What a person who fills does next; for all others whom the filing waits for. ``others``: not all of the filing is judged here."""
    if not fills:
        return Step(filing.stage.waiting_for)
    pairs = list(judged)
    gaps = [(assessment, gap) for assessment, evaluation in pairs for gap in gaps_of(assessment, evaluation)]
    blocking = sum(len(evaluation.blocking) for _, evaluation in pairs)
    if unanswered:
        return Step(f"还有 {unanswered} 条退回意见未答复", filing.get_absolute_url())
    if gaps:
        assessment, gap = gaps[0]
        project = f"“{assessment.name}”的" if assessment.kind == "project" and not others else ""
        return Step(f"{project}{gap.text}", gap.url)
    if blocking:
        first = next(assessment for assessment, evaluation in pairs if evaluation.blocking)
        return Step(f"处理 {blocking} 处核查意见", reverse("assessment:findings", args=[first.pk]))
    return Step("这里已填完，看整体和全部项目" if others else "可以提请签批了", filing.get_absolute_url())


def overview_of(
    assessment: Assessment, judged: Evaluation, inputs: Inputs, parts: Iterable[Part], *, fills: bool, returned: Collection[int | None]
) -> Overview:
    """The column beside one part; ``fills`` for a person who may save in it now, ``returned`` has the part of each unanswered thread."""
    filing = assessment.filing
    return Overview(
        parts=states_of(assessment, judged, inputs, parts, returned),
        project=assessment.name if assessment.kind == "project" else "",
        all_url=filing.get_absolute_url(),
        step=next_step(
            filing, [(assessment, judged)], fills=fills, unanswered=len(returned), others=filing.round.project_scheme_id is not None
        ),
        deadline=filing.deadline,
        days_left=(filing.deadline - timezone.localdate()).days,
        due=Status(filing.status) in (Status.DRAFT, Status.RETURNED),
    )
