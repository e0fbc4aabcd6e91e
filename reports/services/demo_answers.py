"""Answers that claim all there is to claim: for the demo, and for whoever needs a filled score table."""

from collections.abc import Mapping
from dataclasses import replace

from assessment.domain.expressions import Value
from assessment.domain.inputs import Answer
from assessment.domain.rules import Checklist, Judgement, YesNo
from assessment.domain.scheme import Indicator, Scheme
from assessment.domain.scoring import YES, score
from assessment.models import Assessment
from assessment.services import contents


def full_answers(assessment: Assessment) -> dict[str, Answer]:
    """Every checklist item held, the best level chosen, and the computed points taken over."""
    judged = contents.evaluate(assessment)
    return best_answers(judged.scheme, judged.values)


def best_answers(scheme: Scheme, values: Mapping[str, Value]) -> dict[str, Answer]:
    """The same from a completed scheme and its values alone."""
    answers = {}
    for code, row in scheme.scored.items():
        chosen = Answer(_best_choices(row))
        points = score(scheme, row, values, chosen)
        answers[code] = replace(chosen, self_points=points.value if points.value is not None else points.high)
    return answers


def _best_choices(row: Indicator) -> frozenset[str]:
    if isinstance(row.rule, Checklist):
        return frozenset(item.code for item in row.rule.items)
    if isinstance(row.rule, Judgement):
        return frozenset([row.rule.levels[0].code])
    return frozenset([YES]) if isinstance(row.rule, YesNo) else frozenset()
