"""The score table as a form."""

from collections.abc import Mapping
from typing import Any

from django import forms

from assessment.domain.inputs import Answer
from assessment.domain.rules import Checklist, Judgement, YesNo
from assessment.domain.scheme import Indicator, Scheme
from assessment.domain.scoring import NO, YES
from assessment.forms.fields import LinesField, PointsField


class ScoresForm(forms.Form):
    """For each scored row: what holds of its checklist or its level, the self points, and a reason."""

    def __init__(self, scheme: Scheme, answers: Mapping[str, Answer], data: Any = None) -> None:
        super().__init__(data)
        self.scored = scheme.scored
        for code, row in scheme.scored.items():
            answer = answers.get(code, Answer())
            if choice := _choice_field(row):
                self.fields[f"{code}-choices"] = choice
                self.initial[f"{code}-choices"] = _initial(row, answer)
            self.fields[f"{code}-points"] = PointsField(f"{row.label} 自评得分", row.points)
            self.initial[f"{code}-points"] = answer.self_points
            self.fields[f"{code}-reason"] = LinesField(
                label=f"{row.label} 说明",
                required=False,
                max_length=1000,
                widget=forms.Textarea({"rows": 1, "class": "form-control", "placeholder": "与测算不同的理由"}),
            )
            self.initial[f"{code}-reason"] = answer.reason

    def answers(self) -> dict[str, Answer]:
        """What was typed, by row."""
        return {code: self._answer(code) for code in self.scored}

    def _answer(self, code: str) -> Answer:
        chosen = self.cleaned_data.get(f"{code}-choices") or []
        choices = frozenset([chosen] if isinstance(chosen, str) else chosen)
        return Answer(choices, self.cleaned_data.get(f"{code}-points"), self.cleaned_data.get(f"{code}-reason", ""))


def _choice_field(row: Indicator) -> forms.Field | None:
    if isinstance(row.rule, Checklist):
        return forms.MultipleChoiceField(
            label=f"{row.label} 符合的事项",
            required=False,
            choices=[(item.code, f"{item.label}（{item.points} 分）") for item in row.rule.items],
            widget=forms.CheckboxSelectMultiple({"class": "tick"}),
        )
    if isinstance(row.rule, Judgement):
        return _one_of(f"{row.label} 评判档次", [(level.code, level.label) for level in row.rule.levels])
    return _one_of(f"{row.label}：{row.rule.statement}", [(YES, "是"), (NO, "否")]) if isinstance(row.rule, YesNo) else None


def _one_of(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    select = forms.Select({"class": "form-select form-select-sm"})
    return forms.ChoiceField(label=label, required=False, choices=[("", "请选择"), *choices], widget=select)


def _initial(row: Indicator, answer: Answer) -> Any:
    if isinstance(row.rule, Checklist):
        return [item.code for item in row.rule.items if item.code in answer.choices]
    return next(iter(answer.choices), "")
