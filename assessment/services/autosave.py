"""Saving a part field by field while it is typed: each edit knows what it was typed over, and overwrites nothing else."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from assessment.domain.inputs import Answer, Inputs
from assessment.domain.own_rows import MAX_ROWS, OwnRow
from assessment.models import Part
from assessment.services import contents, parts
from assessment.services.own_rows import TOO_MANY, faults_of, is_own, store_own_rows
from units.models import User

#: What of a scored row is a field of its own, and what it holds before anything was saved.
CHOICES, POINTS, REASON = "choices", "points", "reason"
ANSWERED = {CHOICES: "choices", POINTS: "self_points", REASON: "reason"}
NOTHING: dict[str, Any] = {CHOICES: frozenset(), POINTS: None, REASON: "", "target": None, "actual": None, "direction": "at_least"}
GONE = "这一项已被他人删除，仍要保留的请按“保存自设指标”核对"


@dataclass(frozen=True)
class Edit:
    """One field as it was last seen, and as it is wanted; None or an empty text where there is nothing."""

    base: Any
    mine: Any


@dataclass(frozen=True)
class Saved:
    """The part after the save, its version before, what was written, and what stands, by field, where somebody else was quicker.

    Of a list of rows also why a field was not written, by field, and the codes of its new rows, by the keys they were sent under.
    """

    part: Part
    before: int
    written: Mapping[str, Any]
    standing: Mapping[str, Any]
    refused: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def save_edits(
    assessment_id: int, kind: Part.Kind, *, by: User, edits: Mapping[str, Edit], groups: Mapping[str, str] | None = None
) -> Saved:
    """Write the edits whose field is still as it was seen; raises ``DomainError`` as the part's own save does.

    Fields are named as in the part's form: a field's, section's or finding's code; of a scored row its code with ``-choices``,
    ``-points`` or ``-reason``; of a row that the unit set itself its code, of a new one any key, with ``-`` and the column.
    ``groups`` has the group of each new row by its key.
    """
    part = parts.take_part(assessment_id, kind, by=by, version=None)
    before = part.version
    stored = READS[kind](part, edits)
    # Of a row that is new, or gone, nothing stands in the way.
    known = [name for name in edits if kind != Part.Kind.OWN_ROWS or name in stored]
    standing = {name: _at(stored, name) for name in known if _at(stored, name) not in (edits[name].base, edits[name].mine)}
    wanted = {name: edit.mine for name, edit in edits.items() if name not in standing}
    if kind == Part.Kind.OWN_ROWS:
        return _save_rows(part, by, wanted, standing, groups or {})
    if wanted:
        part = WRITES[kind](part, by, stored, wanted)
    return Saved(part, before, wanted, standing)


def _at(stored: Mapping[str, Any], name: str) -> Any:
    """What stands in a field; a scored row, section or reason that was never saved has nothing in it."""
    return stored[name] if name in stored else NOTHING.get(name.partition("-")[2], "")


def _figures(part: Part, names: Collection[str]) -> dict[str, Any]:
    return dict.fromkeys(names) | dict(part.assessment.figures.filter(code__in=names).values_list("code", "value"))


def _write_figures(part: Part, by: User, _stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    return parts.store_figures(part, by=by, figures=wanted)


def _scores(part: Part, _names: Collection[str]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for code, answer in contents.answers_of(part.assessment).items():
        flat[f"{code}-{CHOICES}"], flat[f"{code}-{POINTS}"], flat[f"{code}-{REASON}"] = answer.choices, answer.self_points, answer.reason
    return flat


def _write_scores(part: Part, by: User, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    """Whole rows: what was not edited of a row is as it stands."""
    now = {**stored, **wanted}
    rows = {name.rpartition("-")[0] for name in wanted}
    answers = {code: Answer(*(now.get(f"{code}-{what}", NOTHING[what]) for what in (CHOICES, POINTS, REASON))) for code in rows}
    return parts.store_scores(part, by=by, answers=answers)


def _narrative(part: Part, names: Collection[str]) -> dict[str, Any]:
    return dict(part.assessment.narratives.filter(code__in=names).values_list("code", "text"))


def _write_narrative(part: Part, by: User, _stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    return parts.store_narrative(part, by=by, texts=wanted)


def _explanations(part: Part, names: Collection[str]) -> dict[str, Any]:
    return dict(part.assessment.explanations.filter(code__in=names).values_list("code", "text"))


def _write_explanations(part: Part, by: User, _stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> Part:
    return parts.store_explanations(part, by=by, texts=wanted)


def _own_rows(part: Part, _names: Collection[str]) -> dict[str, Any]:
    return {
        f"{row.code}-{column}": value
        for row in _by_code(part).values()
        for column, value in asdict(row).items()
        if column not in ("code", "group")
    }


def _save_rows(part: Part, by: User, wanted: Mapping[str, Any], standing: Mapping[str, Any], groups: Mapping[str, str]) -> Saved:
    """Each row for itself: one that cannot stand is told and stays as it was, a new one waits until it has a name and points.

    A new row that is there already, because the answer to its first save was lost, is that one.
    """
    before, scheme = part.version, part.assessment.scheme.scheme
    there = _by_code(part)
    rows = dict(there)
    codes = {replace(row, code=""): code for code, row in rows.items()}
    stored, written, refused, made = set(rows), dict[str, Any](), dict[str, str](), dict[str, str]()
    for key, values in _by_row(wanted).items():
        if key not in stored and is_own(key):
            refused |= dict.fromkeys((f"{key}-{column}" for column in values), GONE)
            continue
        if key not in stored and not (values.get("label") and values.get("points")):
            continue
        if "points" in values:
            values["points"] = values["points"] or Decimal(0)
        row = replace(rows.get(key) or OwnRow("", groups[key], "", Decimal(0)), **values)
        faults = dict(faults_of(scheme, row))
        if key not in stored and row not in codes and len(rows) >= MAX_ROWS:
            faults["label"] = TOO_MANY
        if faults:
            # What is wrong with a column that was not sent is told at one that was.
            refused |= {f"{key}-{column if column in values else next(iter(values))}": message for column, message in faults.items()}
            continue
        if row in codes and key not in stored:
            made[key] = codes[row]
        else:
            rows[key] = row
        written |= {f"{key}-{column}": value for column, value in values.items()}
    if rows.keys() > stored or any(rows[code] != row for code, row in there.items()):
        part, stored_codes = store_own_rows(part, by=by, rows=list(rows.values()))
        made |= {key: code for key, code in zip(rows, stored_codes, strict=True) if key not in stored}
    return Saved(part, before, written, standing, refused, made)


def _by_code(part: Part) -> dict[str, OwnRow]:
    return {row.code: row for row in (stored.row() for stored in part.assessment.own_rows.all())}


def _by_row(wanted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for name, value in wanted.items():
        key, _, column = name.rpartition("-")
        rows.setdefault(key, {})[column] = value
    return rows


def typed_into(inputs: Inputs, kind: Part.Kind, written: Mapping[str, Any]) -> Inputs:
    """What a unit filled, with what was just written into one part of it: as it would be read again."""
    if kind == Part.Kind.FIGURES:
        changed = {code for code, value in written.items() if inputs.figures.get(code) != value}
        return replace(inputs, figures=_filled({**inputs.figures, **written}), unconfirmed=inputs.unconfirmed - changed)
    if kind == Part.Kind.NARRATIVE:
        return replace(inputs, narrative=_filled({**inputs.narrative, **written}))
    if kind == Part.Kind.EXPLANATIONS:
        return replace(inputs, explanations=_filled({**inputs.explanations, **{key: text.strip() for key, text in written.items()}}))
    if kind != Part.Kind.SCORES:
        raise ValueError(f"{kind} is read again after a save")
    answers = dict(inputs.answers)
    for name, value in written.items():
        code, _, what = name.rpartition("-")
        answers[code] = replace(answers.get(code, Answer()), **{ANSWERED[what]: value})
    return replace(inputs, answers=answers)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {code: value for code, value in values.items() if value not in (None, "")}


READS: dict[str, Callable[[Part, Collection[str]], dict[str, Any]]] = {
    Part.Kind.FIGURES: _figures,
    Part.Kind.OWN_ROWS: _own_rows,
    Part.Kind.SCORES: _scores,
    Part.Kind.NARRATIVE: _narrative,
    Part.Kind.EXPLANATIONS: _explanations,
}
WRITES: dict[str, Callable[[Part, User, Mapping[str, Any], Mapping[str, Any]], Part]] = {
    Part.Kind.FIGURES: _write_figures,
    Part.Kind.SCORES: _write_scores,
    Part.Kind.NARRATIVE: _write_narrative,
    Part.Kind.EXPLANATIONS: _write_explanations,
}
