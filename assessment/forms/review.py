"""The office's forms: review points beside the unit's, and the comments of a return."""

from collections.abc import Iterable
from typing import Any

from django import forms

from assessment.forms.fields import LinesField, PointsField
from assessment.models import Part, Score
from assessment.services.review import PartComment, ReviewedRow, ReviewPoints


class ReviewForm(forms.Form):
    """Points and reason for each scored row, named by ``Score`` id; untouched rows offer the unit's points."""

    comment = LinesField(label="复核意见", required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, rows: Iterable[ReviewedRow], comment: str, data: Any = None) -> None:
        super().__init__(data, initial={"comment": comment})
        self.scores: list[Score] = []
        for score, row in ((item.score, item.row) for item in rows if not item.removed):
            self.scores.append(score)
            self.fields[f"points-{score.pk}"] = PointsField(f"{row.label} 复核得分", row.points)
            self.initial[f"points-{score.pk}"] = score.self_points if score.review_points is None else score.review_points
            self.fields[f"reason-{score.pk}"] = LinesField(
                label=f"{row.label} 复核理由", required=False, max_length=1000, widget=forms.Textarea({"rows": 1})
            )
            self.initial[f"reason-{score.pk}"] = score.review_reason

    def points(self) -> dict[int, ReviewPoints]:
        """What was typed, by ``Score`` id."""
        cleaned = self.cleaned_data
        return {score.pk: ReviewPoints(cleaned[f"points-{score.pk}"], cleaned[f"reason-{score.pk}"]) for score in self.scores}


class ReturnForm(forms.Form):
    """Why each part goes back; a part without a comment stays locked."""

    def __init__(self, parts: Iterable[Part], data: Any = None) -> None:
        super().__init__(data)
        self.parts = list(parts)
        for part in self.parts:
            self.fields[f"comment-{part.pk}"] = LinesField(
                label=str(part), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
            )

    def comments(self) -> list[PartComment]:
        """The comments that were written."""
        texts = ((part.pk, self.cleaned_data[f"comment-{part.pk}"].strip()) for part in self.parts)
        return [PartComment(part_id, text) for part_id, text in texts if text]
