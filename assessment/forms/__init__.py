"""Forms read input and check types; they write nothing."""

from assessment.forms.figures import FiguresForm
from assessment.forms.narrative import NarrativeForm
from assessment.forms.others import EvidenceForm, ExplanationsForm, ReasonForm, SignForm, SignoffRequestForm
from assessment.forms.review import ReturnForm, ReviewForm
from assessment.forms.scores import ScoresForm

__all__ = [
    "EvidenceForm",
    "ExplanationsForm",
    "FiguresForm",
    "NarrativeForm",
    "ReasonForm",
    "ReturnForm",
    "ReviewForm",
    "ScoresForm",
    "SignForm",
    "SignoffRequestForm",
]
