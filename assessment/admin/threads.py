"""Threads on the review view: beside each scored row, and in lists of the figures, own rows, sections and files."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessment.domain.checks import Evaluation
from assessment.domain.differences import Difference
from assessment.domain.exchange import AssessmentContent
from assessment.domain.figures import beside_unit, show_value
from assessment.forms import ReviewForm
from assessment.models import Assessment, Filing, Part, Thread
from assessment.services.threads import Cell, cells_of
from units.models import User


def threads_of(filing: Filing) -> list[Thread]:
    """Every thread of a filing with all that was written, drafts among it."""
    return list(filing.threads.select_related("part", "settled_by").prefetch_related("messages__author"))


def notes_of(assessment: Assessment, threads: Iterable[Thread], user: User) -> dict[str, tuple[str, str]]:
    """By place: what it is called, and what ``user`` drafted to it."""
    mine = {
        thread.place: message.text for thread in _standing(assessment, threads) for message in thread.drafts if message.author_id == user.pk
    }
    return {place: (cell.label, mine.get(place, "")) for place, cell in cells_of(assessment).items()}


def answered_in(assessment: Assessment, threads: Iterable[Thread]) -> list[Thread]:
    """The threads of an assessment's page that can be settled; the whole's page has those whose part is gone."""
    return [thread for thread in threads if _is_in(assessment, thread) and thread.state == Thread.State.ANSWERED]


def _is_in(assessment: Assessment, thread: Thread) -> bool:
    return thread.part.assessment_id == assessment.pk if thread.part else assessment.kind == "whole"


def _standing(assessment: Assessment, threads: Iterable[Thread]) -> list[Thread]:
    return [thread for thread in threads if _is_in(assessment, thread) and thread.state != Thread.State.SETTLED]


@dataclass(frozen=True)
class Spot:
    """One place on the review view: its value, threads, difference to the submission before, and its input."""

    place: str
    label: str
    value: str
    threads: list[dict[str, Any]]
    change: Difference | None
    note: Any

    @property
    def open(self) -> bool:
        """Whether something stands in it that wants to be seen."""
        return bool(self.threads or self.change or (self.note and (self.note.value() or self.note.errors)))


@dataclass(frozen=True)
class Talk:
    """Everything that is said on one assessment's page."""

    rows: dict[str, Spot]
    lists: list[tuple[str, list[Spot]]]
    other: list[dict[str, Any]]


def talk_of(
    assessment: Assessment,
    judged: Evaluation,
    content: AssessmentContent | None,
    threads: Iterable[Thread],
    changes: Iterable[Difference],
    form: ReviewForm,
    user: User,
    *,
    writes: bool,
) -> Talk:
    """Laid out by place; what was settled stands with the rest of its place."""
    by_place: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for thread in threads:
        if _is_in(assessment, thread):
            by_place[thread.place].append(_told(thread, form, user))
    found = {item.place: item for item in changes if item.assessment == assessment.name and item.place}
    cells, values = cells_of(assessment), _values(judged, content)

    def spot(place: str, cell: Cell) -> Spot:
        note = form[form.places[place]] if writes and place in form.places else None
        return Spot(place, cell.label, values.get(place, ""), by_place.get(place, []), found.get(place), note)

    spots = {place: spot(place, cell) for place, cell in cells.items()}
    lists = [
        (str(kind.label), [spots[place] for place, cell in cells.items() if cell.kind == kind])
        for kind in (Part.Kind.FIGURES, Part.Kind.OWN_ROWS, Part.Kind.NARRATIVE, Part.Kind.EVIDENCE)
    ]
    return Talk(
        {place: spots[place] for place, cell in cells.items() if cell.kind == Part.Kind.SCORES},
        [(label, items) for label, items in lists if items],
        [told for place, items in by_place.items() if place not in cells for told in items],
    )


def _told(thread: Thread, form: ReviewForm, user: User) -> dict[str, Any]:
    name = f"settle-{thread.pk}"
    others = [message for message in thread.drafts if message.author_id != user.pk]
    return {"thread": thread, "others": others, "settle": form[name] if name in form.fields else None}


def _values(judged: Evaluation, content: AssessmentContent | None) -> Mapping[str, str]:
    values = {
        f"figure:{code}": f"{beside_unit(field, show_value(field, judged.values[code]))} {field.unit}".strip()
        for code, field in judged.scheme.fields.items()
    }
    return values | {f"section:{item.code}": item.printed for item in (content.narrative if content else ())}


def sending(threads: Iterable[Thread]) -> dict[str, Any]:
    """What a return sends by now: how many drafts, and on which parts."""
    drafted = [thread for thread in threads if thread.drafts]
    parts = Counter(thread.label.partition(" · ")[0] for thread in drafted)
    return {"number": len(drafted), "parts": [f"{part} {number} 条" for part, number in parts.items()]}
