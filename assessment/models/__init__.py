"""What is filed: rounds, schemes, filings and their parts, and the record of what happened."""

from assessment.models.filing import Assessment, Comment, Filing, Part
from assessment.models.parts import Evidence, Explanation, Figure, Narrative, OwnRow, Score, Waiver
from assessment.models.record import Event, Snapshot
from assessment.models.rounds import Round, SchemeVersion

__all__ = [
    "Assessment",
    "Comment",
    "Event",
    "Evidence",
    "Explanation",
    "Figure",
    "Filing",
    "Narrative",
    "OwnRow",
    "Part",
    "Round",
    "SchemeVersion",
    "Score",
    "Snapshot",
    "Waiver",
]
