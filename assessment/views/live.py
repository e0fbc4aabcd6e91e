"""The pieces of a part's page that follow from what is typed in it: derived values, computed points, findings, the total."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from assessment.domain.checks import NO_ANSWER, Evaluation
from assessment.domain.explaining import explain
from assessment.models import Part
from assessment.services.carrying import offered
from assessment.views import tables
from assessment.views.parts import PartPage


@dataclass(frozen=True)
class Piece:
    """A template with what it shows; two are the same when they show the same."""

    template: str
    context: dict[str, Any]

    def html(self) -> str:
        """The piece as it stands in the page."""
        return render_to_string(self.template, self.context)


def pieces_of(page: PartPage) -> dict[str, Piece]:
    """Every piece of the part's own page by its ``id``."""
    make = {Part.Kind.FIGURES: _figures, Part.Kind.OWN_ROWS: _own_rows, Part.Kind.SCORES: _scores, Part.Kind.NARRATIVE: _narrative}.get(
        page.kind
    )
    return make(page) if make else {}


def overview_piece(page: PartPage) -> Piece:
    """The column beside the part."""
    return Piece("assessment/_overview.html", {"overview": page.overview(), "current": page.kind.value})


def _figures(page: PartPage) -> dict[str, Piece]:
    pieces = {}
    all_told = tables.figures_told(page.judged, page.inputs.last_year)
    for code, told in all_told.items():
        field = page.scheme.fields[code]
        if field.expression:
            pieces[f"value-{code}"] = Piece("assessment/_derived.html", {"code": code, "shown": told.shown})
        if page.inputs.last_year:
            pieces[f"change-{code}"] = Piece("assessment/_change.html", {"code": code, "change": told.change})
        notes = {"code": code, "field": field, "told": told}
        pieces[f"notes-{code}"] = Piece("assessment/_notes.html", notes)
    for group in page.scheme.groups:
        waiting = tables.waiting_in(group, all_told)
        pieces[f"confirm-{group.code}"] = Piece("assessment/_confirm_group.html", {"code": group.code, "waiting": waiting})
    carry = {"offered": len(offered(page.assessment, page.inputs.figures)), "unconfirmed": len(page.inputs.unconfirmed)}
    return pieces | {"carry": Piece("assessment/_carry.html", carry)}


def _own_rows(page: PartPage) -> dict[str, Piece]:
    pieces = {}
    for block in tables.own_groups(page.judged, page.inputs.own_rows, page.form(), {}):
        pieces[f"given-{block.group.code}"] = Piece("assessment/_given.html", {"group": block.group, "given": block.given})
        pieces[f"findings-{block.group.code}"] = _found(page.judged, "own", block.group.code)
    return pieces | {f"findings-{row.code}": _found(page.judged, "own", row.code) for row in page.inputs.own_rows}


def _scores(page: PartPage) -> dict[str, Piece]:
    judged = page.judged
    pieces = {"total": Piece("assessment/_total.html", {"total": judged.total, "label": "自评合计", "live": True})}
    for code, row in page.scheme.scored.items():
        points, answer = judged.points[code], page.inputs.answers.get(code, NO_ANSWER)
        told = explain(judged.scheme, row, judged.values, answer, points)
        pieces[f"computed-{code}"] = Piece("assessment/_computed.html", {"code": code, "points": points, "told": told})
        pieces[f"findings-{code}"] = _found(judged, "score", code)
    return pieces


def _narrative(page: PartPage) -> dict[str, Piece]:
    return {f"findings-{section.code}": _found(page.judged, "section", section.code) for section in page.scheme.sections if section.text}


def _found(judged: Evaluation, kind: str, code: str) -> Piece:
    return Piece("assessment/_live_findings.html", {"code": code, "findings": tables.findings_at(judged, f"{kind}:{code}")})
