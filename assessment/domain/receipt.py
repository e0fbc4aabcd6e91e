"""The receipt of a submission (报送回执): what was filed, by whom, when, and the digest by which it is known."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from assessment.domain.canonical import canonical_json, short_code
from assessment.domain.figures import show_points


class ReceivedAssessment(BaseModel):
    """One assessment with its total as it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    total: str
    grade: str


class Receipt(BaseModel):
    """Everything that stands on a receipt; ``signed_at`` is local time, ``days_late`` 0 for one in time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    unit: str
    unit_code: str
    department: str
    fiscal_year: int
    title: str
    notice_number: str
    submission: int
    filled_on: date | None
    requested_by: str
    signed_by: str
    signed_at: datetime
    deadline: date
    days_late: int
    algorithm: str
    digest: str
    assessments: tuple[ReceivedAssessment, ...]

    @property
    def code(self) -> str:
        """The short code (核验码) of the digest."""
        return short_code(self.digest)

    def text(self) -> str:
        """The receipt as it is kept for printing."""
        return canonical_json(self.model_dump(mode="json"))


def receipt_number(fiscal_year: int, unit_code: str, submission: int) -> str:
    """The number of a unit's so-many-th submission for a year: ``2022-Z301-01``."""
    return f"{fiscal_year}-{unit_code}-{submission:02d}"


def received(name: str, total: str, grade: str) -> ReceivedAssessment:
    """One line of a receipt from a signed content's unrounded total."""
    return ReceivedAssessment(name=name, total=show_points(Decimal(total)), grade=grade)
