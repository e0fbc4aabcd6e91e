"""What a scheme version would do to filings that were made under its other versions; nothing is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from assessment.domain.checks import Scored, score_assessment
from assessment.domain.inputs import Answer, Inputs
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import cents
from assessment.domain.totals import Total, total_of
from assessment.models import Assessment, Filing, SchemeVersion
from assessment.services import contents
from units.models import User

CHUNK = 100
ZERO = Decimal(0)


@dataclass(frozen=True)
class Change:
    """One row whose points are not the same; None where the row does not exist or does not count."""

    label: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class Impact:
    """One assessment under its own scheme and under the other one.

    Both totals are of computed points; where the rule leaves them to people, of the claimed ones.
    """

    assessment: Assessment
    claimed: Total
    before: Total
    after: Total
    changes: tuple[Change, ...]

    @property
    def difference(self) -> Decimal:
        """How the total changes, to 0.01."""
        return cents(self.after.value) - cents(self.before.value)

    @property
    def regraded(self) -> bool:
        """Whether the grade is another one."""
        return self.before.grade != self.after.grade


def affected(version: SchemeVersion, user: User) -> QuerySet[Assessment]:
    """The assessments that ``user`` sees under other versions of the same scheme, the latest round first."""
    under_others = Assessment.objects.filter(scheme__code=version.code, filing__in=Filing.objects.visible_to(user)).exclude(scheme=version)
    return under_others.order_by("-filing__round__fiscal_year", "filing__unit__path", "pk")


def impacts(version: SchemeVersion, assessments: QuerySet[Assessment]) -> Iterator[Impact]:
    """Each assessment replayed, a few at a time, so that a page can show them as they come."""
    rows = assessments.select_related("scheme", "filing__unit", "filing__round").prefetch_related(*contents.SCORED)
    for assessment in rows.iterator(chunk_size=CHUNK):
        yield impact_of(version.scheme, assessment)


def impact_of(scheme: Scheme, assessment: Assessment) -> Impact:
    """One assessment replayed under ``scheme``."""
    inputs = contents.scored_inputs(assessment)
    old, new = score_assessment(assessment.scheme.scheme, inputs), score_assessment(scheme, inputs)
    before, after = _points(old, inputs, old.scheme), _points(new, inputs, old.scheme)
    codes = dict.fromkeys((*after, *before))
    labels = {code: row.label for code, row in (*old.scheme.scored.items(), *new.scheme.scored.items())}
    changes = (Change(labels[code], before.get(code), after.get(code)) for code in codes if before.get(code) != after.get(code))
    return Impact(assessment, old.total, _total(old, before), _total(new, after), tuple(changes))


def _points(scored: Scored, inputs: Inputs, filed: Scheme) -> dict[str, Decimal | None]:
    """What each row gives: computed, or claimed and carried over in proportion where its full points differ."""
    return {code: _row_points(scored, code, inputs.answers.get(code), filed) for code in scored.scheme.scored}


def _row_points(scored: Scored, code: str, answer: Answer | None, filed: Scheme) -> Decimal | None:
    computed, row = scored.points[code], scored.scheme.scored[code]
    if computed.value is not None or computed.removed or answer is None or answer.self_points is None or code not in filed.scored:
        return computed.value
    return cents(answer.self_points * row.points / filed.scored[code].points)


def _total(scored: Scored, points: Mapping[str, Decimal | None]) -> Total:
    return total_of(scored.scheme, points, scored.points, scored.values)
