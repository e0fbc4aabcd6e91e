"""Findings (核查意见): the same objects in the form, at sign-off, in the review and in an exchange file's report."""

from dataclasses import dataclass

from assessment.domain.inputs import Waived
from assessment.domain.text import nest_quotes

SEVERITIES = {"error": "错误", "warning": "需说明", "note": "提示"}


@dataclass(frozen=True)
class Side:
    """One figure that a finding speaks of, with the place where it stands."""

    label: str
    text: str
    place: str = ""


@dataclass(frozen=True)
class Finding:
    """What is wrong at which place, and what to do about it.

    ``key`` names this finding among those of its ``code``: a reason or a waiver is for one of them. ``place`` is a kind and
    a code: ``figure:final_total``, ``score:spending``, ``own:own_1``, ``section:opening``.
    """

    code: str
    severity: str
    place: str
    message: str
    remedy: str
    key: str = ""
    sides: tuple[Side, ...] = ()
    difference: str = ""
    explanation: str = ""
    waived: Waived | None = None

    def __post_init__(self) -> None:
        """A label may hold quotation marks of its own, as “三公”经费 does."""
        object.__setattr__(self, "message", nest_quotes(self.message))

    @property
    def blocks(self) -> bool:
        """Whether sign-off is refused: an error, or a warning without a written reason; neither when it is waived."""
        if self.waived:
            return False
        return self.severity == "error" or (self.severity == "warning" and not self.explanation)

    @property
    def waivable(self) -> bool:
        """Whether the office may let it pass: a check of the scheme that asks for something."""
        return bool(self.key) and self.severity != "note"

    @property
    def label(self) -> str:
        """The severity in Chinese."""
        return SEVERITIES[self.severity]

    @property
    def comparison(self) -> str:
        """Both sides in one line, for the reader to retrace."""
        sides = "，".join(f"{side.label} {side.text}" for side in self.sides)
        return "；".join(part for part in (sides, self.difference) if part)
