"""The unit's acts: ask for sign-off, hand back, sign, recall. Signing freezes the content."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from assessment.domain import exchange
from assessment.domain.canonical import ALGORITHM, digest
from assessment.domain.errors import DomainError
from assessment.domain.workflow import MOVES, Act
from assessment.models import Evidence, Filing, Snapshot
from assessment.services import contents, threads, turns
from assessment.services.last_year import hand_on
from units.models import User


def _refuse_blocked(filing: Filing, act: Act) -> None:
    """Whatever stands against sign-off, over all assessments; a project's places begin with its id."""
    places: dict[str, str] = {}
    number, named = 0, []
    for assessment in contents.assessments_of(filing):
        blocking, before = contents.evaluate(assessment).blocking, f"{assessment.pk}:" * (assessment.kind == "project")
        places |= {before + finding.place: finding.message for finding in blocking}
        number += len(blocking)
        named += [assessment.name] if blocking and before else []
    if number:
        where = f"（项目：{'、'.join(named[:3])}{'等' if len(named) > 3 else ''}）" if named else ""
        raise DomainError(f"还有 {number} 处须处理的核查意见{where}，不能{MOVES[act].label}", places)
    files = Evidence.objects.filter(assessment__filing=filing)
    if item := files.infected().first():
        raise DomainError(f"佐证材料“{item.name}”中发现病毒，请移除后再{MOVES[act].label}")
    if waiting := files.waiting().count():
        raise DomainError(f"还有 {waiting} 份佐证材料在查毒，查完后才能{MOVES[act].label}")


@transaction.atomic
def request_signoff(filing_id: int, *, by: User, filled_on: date | None = None) -> Filing:
    """Ask the head to sign; ``filled_on`` (填报日期, today if None) stands on the cover."""
    filing = turns.take(filing_id, Act.REQUEST_SIGNOFF, by=by)
    day = filled_on or timezone.localdate()
    if day > timezone.localdate():
        raise DomainError("填报日期不能晚于今天", {"filled_on": "不能晚于今天"})
    if day.year <= filing.round.fiscal_year:
        raise DomainError("填报日期应在评价年度结束之后", {"filled_on": f"应在 {filing.round.fiscal_year} 年结束之后"})
    threads.refuse_unanswered(filing)
    _refuse_blocked(filing, Act.REQUEST_SIGNOFF)
    filing.requested_by = by
    filing.filled_on = day
    return turns.move(filing, Act.REQUEST_SIGNOFF, by=by)


@transaction.atomic
def hand_back(filing_id: int, *, by: User, reason: str) -> Filing:
    """The head gives the papers back to the preparer, with a reason."""
    filing = turns.take(filing_id, Act.HAND_BACK, by=by)
    return turns.move(filing, Act.HAND_BACK, by=by, detail={"reason": required_reason(reason)})


@transaction.atomic
def sign(filing_id: int, *, by: User, digest_seen: str) -> Snapshot:
    """Sign exactly what was seen: freeze the content as a snapshot; refused when it is not what ``by`` looked at."""
    filing = turns.take(filing_id, Act.SIGN, by=by)
    _refuse_blocked(filing, Act.SIGN)
    text = exchange.content_text(contents.content_of(filing))
    if digest(text) != digest_seen:
        raise DomainError("材料在您查看之后有变动，请重新查看后签批")
    snapshot = freeze(filing, Snapshot.Kind.FILING, text, by=by)
    turns.move(filing, Act.SIGN, by=by, detail={"number": snapshot.number, "digest": snapshot.digest})
    hand_on(filing)
    return snapshot


def digest_now(filing: Filing) -> str:
    """The digest of what would be signed now: what a signing page shows and hands back."""
    return exchange.content_digest(contents.content_of(filing))


@transaction.atomic
def recall(filing_id: int, *, by: User) -> Filing:
    """Take the papers back while no reviewer has opened them."""
    filing = turns.take(filing_id, Act.RECALL, by=by)
    return turns.move(filing, Act.RECALL, by=by)


def freeze(filing: Filing, kind: Snapshot.Kind, text: str, *, by: User) -> Snapshot:
    """Append a snapshot of ``text``, which is canonical JSON."""
    number = filing.snapshots.filter(kind=kind).count() + 1
    return Snapshot.objects.create(
        filing=filing,
        kind=kind,
        number=number,
        content=text,
        algorithm=ALGORITHM,
        digest=digest(text),
        made_by=by,
        made_at=timezone.now(),
    )


def required_reason(reason: str) -> str:
    """The trimmed reason; raises ``DomainError`` when there is none or it is too long."""
    text = reason.strip()
    if not text:
        raise DomainError("请写明原因", {"reason": "请写明原因"})
    if len(text) > 1000:
        raise DomainError("原因超过 1000 字，请精简", {"reason": "超过 1000 字"})
    return text
