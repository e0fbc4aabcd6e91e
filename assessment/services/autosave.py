"""Saving a part field by field while it is typed: each edit knows what it was typed over, and overwrites nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from assessment.domain.inputs import Answer, Inputs
from assessment.models import Part
from assessment.services import parts
from units.models import User

#: What of a scored row is a field of its own, and what it holds before anything was saved.
CHOICES, POINTS, REASON = "choices", "points", "reason"
ANSWERED = {CHOICES: "choices", POINTS: "self_points", REASON: "reason"}
NOTHING: dict[str, Any] = {CHOICES: frozenset(), POINTS: None, REASON: ""}


@dataclass(frozen=True)
class Edit:
    """One field as it was last seen, and as it is wanted; None or an empty text where there is nothing."""

    base: Any
    mine: Any


@dataclass(frozen=True)
class Saved:
    """The part after the save, its version before, what was written, and what stands, by field, where somebody else was quicker."""

    part: Part
    before: int
    written: Mapping[str, Any]
    standing: Mapping[str, Any]


@transaction.atomic
def save_edits(assessment_id: int, kind: Part.Kind, *, by: User, edits: Mapping[str, Edit]) -> Saved:
    """Write the edits whose field is still as it was seen; raises ``DomainError`` as the part's own save does.

    Fields are named as in the part's form: a field's, section's or finding's code; of a scored row its code with ``-choices``,
    ``-points`` or ``-reason``.
    """
    part = parts.take_part(assessment_id, kind, by=by, version=None)
    before = part.version
    read, write = WAYS[kind]
    stored = read(part)
    standing = {name: _at(stored, name) for name, edit in edits.items() if _at(stored, name) not in (edit.base, edit.mine)}
    wanted = {name: edit.mine for name, edit in edits.items() if name not in standing}
    if wanted:
        part = write(part, by, stored, wanted)
    return Saved(part, before, wanted, standing)


def _at(stored: Mapping[str, Any], name: str) -> Any:
    """What stands in a field; a scored row, section or reason that was never saved has nothing in it."""
    return stored[name] if name in stored else NOTHING.get(name.rpartition("-")[2], "")


def _figures(part: Part) -> dict[str, Any]:
    inputs = part.assessment.scheme.scheme.inputs
    return {field.code: None for field in inputs} | {figure.code: figure.value for figure in part.assessment.figures.all()}


def _write_figures(part: Part, by: User, _stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    return parts.store_figures(part, by=by, figures=wanted)


def _scores(part: Part) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for score in part.assessment.scores.all():
        flat[f"{score.code}-{CHOICES}"] = frozenset(score.choices)
        flat[f"{score.code}-{POINTS}"] = score.self_points
        flat[f"{score.code}-{REASON}"] = score.self_reason
    return flat


def _write_scores(part: Part, by: User, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    """Whole rows: what was not edited of a row is as it stands."""
    now = {**stored, **wanted}
    rows = {name.rpartition("-")[0] for name in wanted}
    answers = {code: Answer(*(now.get(f"{code}-{what}", NOTHING[what]) for what in (CHOICES, POINTS, REASON))) for code in rows}
    return parts.store_scores(part, by=by, answers=answers)


def _narrative(part: Part) -> dict[str, Any]:
    return {narrative.code: narrative.text for narrative in part.assessment.narratives.all()}


def _write_narrative(part: Part, by: User, _stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    return parts.store_narrative(part, by=by, texts=wanted)


def _explanations(part: Part) -> dict[str, Any]:
    return {explanation.code: explanation.text for explanation in part.assessment.explanations.all()}


def _write_explanations(part: Part, by: User, _stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    return parts.store_explanations(part, by=by, texts=wanted)


def typed_into(inputs: Inputs, kind: Part.Kind, written: Mapping[str, Any]) -> Inputs:
    """What a unit filled, with what was just written into one part of it: as it would be read again."""
    if kind == Part.Kind.FIGURES:
        return replace(inputs, figures=_filled({**inputs.figures, **written}), unconfirmed=inputs.unconfirmed - written.keys())
    if kind == Part.Kind.NARRATIVE:
        return replace(inputs, narrative=_filled({**inputs.narrative, **written}))
    if kind == Part.Kind.EXPLANATIONS:
        return replace(inputs, explanations=_filled({**inputs.explanations, **{key: text.strip() for key, text in written.items()}}))
    answers = dict(inputs.answers)
    for name, value in written.items():
        code, _, what = name.rpartition("-")
        answers[code] = replace(answers.get(code, Answer()), **{ANSWERED[what]: value})
    return replace(inputs, answers=answers)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {code: value for code, value in values.items() if value not in (None, "")}


Read = Callable[[Part], dict[str, Any]]
Write = Callable[[Part, User, Mapping[str, Any], Mapping[str, Any]], Part]
WAYS: dict[str, tuple[Read, Write]] = {
    Part.Kind.FIGURES: (_figures, _write_figures),
    Part.Kind.SCORES: (_scores, _write_scores),
    Part.Kind.NARRATIVE: (_narrative, _write_narrative),
    Part.Kind.EXPLANATIONS: (_explanations, _write_explanations),
}
