"""What is filed: rounds, schemes, filings and their parts, and the record of what happened."""

from assessment.models.evidence import Evidence
from assessment.models.filing import Assessment, Filing, Part
from assessment.models.notices import Notice
from assessment.models.parts import Explanation, Figure, Narrative, OwnRow, Score, Waiver
from assessment.models.record import Event, Snapshot
from assessment.models.rounds import Round, SchemeVersion
from assessment.models.threads import Message, Thread

__all__ = [
    "Assessment",
    "Event",
    "Evidence",
    "Explanation",
    "Figure",
    "Filing",
    "Message",
    "Narrative",
    "Notice",
    "OwnRow",
    "Part",
    "Round",
    "SchemeVersion",
    "Score",
    "Snapshot",
    "Thread",
    "Waiver",
]
