"""What a unit fills for one assessment, as typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from assessment.domain.own_rows import OwnRow


@dataclass(frozen=True)
class Answer:
    """What a unit says of one scored row."""

    choices: frozenset[str] = frozenset()
    self_points: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class Waived:
    """A waiver (豁免) of one finding for this unit and round, in force until ``expires_on``.

    It is for what stood when it was given, ``comparison``; with other figures it lapses.
    """

    reason: str
    expires_on: date
    comparison: str


@dataclass(frozen=True)
class Project:
    """A project assessment of the same filing, as far as the whole unit's checks look at it."""

    name: str
    values: Mapping[str, Decimal]


@dataclass(frozen=True)
class Inputs:
    """Everything a unit fills for one assessment; ``projects`` are the filing's project assessments beside it.

    ``last_year`` is what the unit signed the year before, by the same fields; ``unconfirmed`` are the figures that were taken over
    from it and that nobody has confirmed yet.
    """

    figures: Mapping[str, Decimal] = field(default_factory=dict)
    own_rows: tuple[OwnRow, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    narrative: Mapping[str, str] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    waivers: Mapping[str, Waived] = field(default_factory=dict)
    evidenced: frozenset[str] = frozenset()
    fiscal_year: int | None = None
    projects: tuple[Project, ...] = ()
    last_year: Mapping[str, Decimal] = field(default_factory=dict)
    unconfirmed: frozenset[str] = frozenset()
