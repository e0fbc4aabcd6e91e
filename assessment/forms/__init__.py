"""Forms read input and check types; they write nothing."""

from assessment.forms.fields import typed_over
from assessment.forms.figures import FiguresForm
from assessment.forms.narrative import NarrativeForm
from assessment.forms.others import EvidenceForm, ExplanationsForm, ReasonForm, SignForm, SignoffRequestForm
from assessment.forms.review import ReturnForm, ReviewForm
from assessment.forms.rounds import RoundForm
from assessment.forms.scores import ScoresForm

__all__ = [
    "EvidenceForm",
    "ExplanationsForm",
    "FiguresForm",
    "NarrativeForm",
    "ReasonForm",
    "ReturnForm",
    "ReviewForm",
    "RoundForm",
    "ScoresForm",
    "SignForm",
    "SignoffRequestForm",
    "typed_over",
]
