"""The office's forms: review points beside the unit's, and the comments of a return."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from django import forms

from assessment.forms.fields import LinesField, PointsField
from assessment.models import Part, Score, Thread
from assessment.services.review import ReviewedRow, ReviewPoints
from assessment.services.threads import MAX_TEXT, PartComment


class ReviewForm(forms.Form):
    """Points and reason for each scored row, named by ``Score`` id; untouched rows offer the unit's points. ``comment`` None: not here.

    ``notes`` are what is to be returned by place, each with its label and what was drafted; ``answered`` threads can be settled.
    """

    comment = LinesField(label="复核意见", required=False, max_length=1000, widget=forms.Textarea({"rows": 3}))

    def __init__(
        self,
        rows: Iterable[ReviewedRow],
        comment: str | None,
        data: Any = None,
        *,
        notes: Mapping[str, tuple[str, str]],
        answered: Iterable[Thread] = (),
    ) -> None:
        super().__init__(data, initial={"comment": comment})
        if comment is None:
            del self.fields["comment"]
        self.scores: list[Score] = []
        for score, row in ((item.score, item.row) for item in rows if not item.removed):
            self.scores.append(score)
            self.fields[f"points-{score.pk}"] = PointsField(f"{row.label} 复核得分", row.points)
            self.initial[f"points-{score.pk}"] = score.self_points if score.review_points is None else score.review_points
            self.fields[f"reason-{score.pk}"] = LinesField(
                label=f"{row.label} 复核理由", required=False, max_length=1000, widget=forms.Textarea({"rows": 1})
            )
            self.initial[f"reason-{score.pk}"] = score.review_reason
        self.places = {place: f"note-{place.replace(':', '-')}" for place in notes}
        for place, (label, text) in notes.items():
            self.fields[self.places[place]] = LinesField(
                label=f"{label} 退回意见", required=False, max_length=MAX_TEXT, widget=forms.Textarea({"rows": 2})
            )
            self.initial[self.places[place]] = text
        self.threads = list(answered)
        for thread in self.threads:
            self.fields[f"settle-{thread.pk}"] = forms.BooleanField(label="办结", required=False)

    def drafts(self) -> dict[str, str]:
        """What is to be returned, by place; an empty text takes a draft back."""
        return {place: self.cleaned_data[name] for place, name in self.places.items()}

    def settled(self) -> list[int]:
        """The threads that were ticked."""
        return [thread.pk for thread in self.threads if self.cleaned_data[f"settle-{thread.pk}"]]

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

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields by assessment; the whole's without a name."""
        for _, parts in groupby(self.parts, key=lambda part: part.assessment_id):
            under = list(parts)
            assessment = under[0].assessment
            yield assessment.name if assessment.kind == "project" else "", [self[f"comment-{part.pk}"] for part in under]

    def comments(self) -> list[PartComment]:
        """The comments that were written."""
        texts = ((part.pk, self.cleaned_data[f"comment-{part.pk}"].strip()) for part in self.parts)
        return [PartComment(part_id, text) for part_id, text in texts if text]
