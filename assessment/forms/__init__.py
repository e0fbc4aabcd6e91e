"""Forms read input and check types; they write nothing."""

from assessment.forms.evidence import ChangeForm, EvidenceForm, TieForm
from assessment.forms.fields import typed_over
from assessment.forms.figures import FiguresForm
from assessment.forms.narrative import NarrativeForm
from assessment.forms.others import AnswerForm, ExplanationsForm, ReasonForm, SignForm, SignoffRequestForm, WaiverForm
from assessment.forms.own_rows import OwnRowsForm
from assessment.forms.review import ReturnForm, ReviewForm
from assessment.forms.rounds import RoundForm
from assessment.forms.schemes import SchemeFileForm
from assessment.forms.scores import ScoresForm
from assessment.forms.word import WordFileForm, WordTextForm

__all__ = [
    "AnswerForm",
    "ChangeForm",
    "EvidenceForm",
    "ExplanationsForm",
    "FiguresForm",
    "NarrativeForm",
    "OwnRowsForm",
    "ReasonForm",
    "ReturnForm",
    "ReviewForm",
    "RoundForm",
    "SchemeFileForm",
    "ScoresForm",
    "SignForm",
    "SignoffRequestForm",
    "TieForm",
    "WaiverForm",
    "WordFileForm",
    "WordTextForm",
    "typed_over",
]
