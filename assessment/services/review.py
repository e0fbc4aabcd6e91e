"""The finance office's acts: open, score beside the self-score, return parts, recommend, approve."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from assessment.domain.canonical import canonical_json, decimal_text
from assessment.domain.checks import Scored
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.exchange import ReviewContent, ReviewedAssessment, ReviewScore
from assessment.domain.figures import show_points
from assessment.domain.scheme import Indicator
from assessment.domain.text import unprintable
from assessment.domain.totals import Total, total_of
from assessment.domain.workflow import Act
from assessment.models import Assessment, Filing, Part, Score, Snapshot
from assessment.services import contents, threads, turns
from assessment.services.parts import MAX_REASON, points_fault
from assessment.services.signoff import freeze, required_reason
from assessment.services.threads import PartComment
from assessment.signals import filing_approved
from units.models import User


@dataclass(frozen=True)
class ReviewPoints:
    """The office's points of one row, and why they differ from the unit's."""

    points: Decimal | None
    reason: str = ""


@dataclass(frozen=True)
class ReviewedRow:
    """A scored row as the office judges it; ``removed`` ones do not count and need no points."""

    score: Score
    row: Indicator
    removed: bool


@transaction.atomic
def open_review(filing_id: int, *, by: User) -> Filing:
    """Take up a submitted filing; from now on the unit cannot recall it. Agreement with points it no longer claims lapses."""
    filing = turns.take(filing_id, Act.OPEN_REVIEW, by=by)
    agreed = Score.objects.filter(assessment__filing=filing, review_reason="").exclude(review_points=None)
    for score in agreed:
        if score.review_points != score.self_points:
            score.review_points = None
            score.save(update_fields=["review_points"])
    return turns.move(filing, Act.OPEN_REVIEW, by=by)


@transaction.atomic
def save_review(
    filing_id: int,
    *,
    by: User,
    version: int,
    points: Mapping[int, ReviewPoints],
    comment: str,
    drafts: Mapping[threads.Spot, str] | None = None,
    settled: Collection[int] = (),
) -> Filing:
    """Store review points by ``Score`` id, what is to be returned by place, and which threads are done with.

    Raises ``DomainError`` with a place for each that cannot stand.
    """
    filing = turns.take(filing_id, Act.REVIEW, by=by)
    if filing.review_version != version:
        raise StaleSave()
    rows = {item.score.pk: item for item in rows_of(filing)}
    places = {}
    for score_id, given in points.items():
        if score_id not in rows:
            raise DomainError("这一行不属于本材料")
        if fault := _fault(rows[score_id], given):
            places[f"review:{score_id}"] = fault
    if len(comment.strip()) > MAX_REASON:
        places["comment"] = f"复核意见超过 {MAX_REASON} 字，请精简"
    elif found := unprintable(comment):
        places["comment"] = f"有无法打印的字符：{'、'.join(found[:5])}"
    if places:
        raise DomainError("有复核得分或意见不合要求，未保存", places)
    changed = sorted(code for score_id, given in points.items() if (code := _store(rows[score_id].score, given)))
    drafted = threads.store_drafts(filing, drafts or {}, by=by)
    done = threads.settle(filing, settled, by=by)
    if not (changed or drafted or done) and filing.review_comment == comment.strip():
        return filing  # the same content again is neither counted nor recorded
    filing.review_comment = comment.strip()
    filing.review_version += 1
    return turns.move(filing, Act.REVIEW, by=by, detail={"changed": changed} | ({"settled": done} if done else {}))


def rows_of(filing: Filing) -> list[ReviewedRow]:
    """The scored rows of all assessments in their schemes' order."""
    return [row for assessment in contents.assessments_of(filing) for row in reviewed_rows(assessment, contents.scored(assessment))]


def reviewed_rows(assessment: Assessment, judged: Scored) -> list[ReviewedRow]:
    """One assessment's rows that the unit answered; its own rows among them."""
    by_code = {score.code: score for score in assessment.scores.all()}
    return [ReviewedRow(by_code[code], row, judged.points[code].removed) for code, row in judged.scheme.scored.items() if code in by_code]


def _fault(reviewed: ReviewedRow, given: ReviewPoints) -> str:
    score, full = reviewed.score, reviewed.row.points
    if len(given.reason.strip()) > MAX_REASON:
        return f"理由超过 {MAX_REASON} 字，请精简"
    if found := unprintable(given.reason):
        return f"有无法打印的字符：{'、'.join(found[:5])}"
    if given.points is None:
        return ""
    if fault := points_fault(given.points, full):
        return fault
    if given.points != score.self_points and not given.reason.strip():
        return "与自评得分不同，请写明理由"
    return ""


def _store(score: Score, given: ReviewPoints) -> str:
    reason = given.reason.strip()
    if (score.review_points, score.review_reason) == (given.points, reason):
        return ""
    score.review_points, score.review_reason = given.points, reason
    score.save(update_fields=["review_points", "review_reason"])
    return score.code


@transaction.atomic
def return_parts(filing_id: int, *, by: User, comments: Iterable[PartComment]) -> Filing:
    """Send every draft and the comments on whole parts: their parts go back, the rest stays locked. Raises ``DomainError`` without any."""
    return _return(filing_id, Act.RETURN, by=by, comments=comments)


@transaction.atomic
def reopen(filing_id: int, *, by: User, comments: Iterable[PartComment]) -> Filing:
    """The lead returns an approved filing that is not public yet, naming parts and reasons."""
    return _return(filing_id, Act.REOPEN, by=by, comments=comments)


def _return(filing_id: int, act: Act, *, by: User, comments: Iterable[PartComment]) -> Filing:
    filing = turns.take(filing_id, act, by=by)
    sent, said = threads.send(filing, comments, by=by)
    if not sent:
        raise DomainError("退回须逐处说明原因", {"comments": "请至少在一处写明退回原因"})
    returned = {thread.part_id for thread in sent}
    for part in Part.objects.filter(assessment__filing=filing):
        part.locked = part.pk not in returned and part.kind != Part.Kind.EXPLANATIONS
        part.save(update_fields=["locked"])
    places = list(dict.fromkeys(thread.part.place for thread in sent if thread.part))
    return turns.move(filing, act, by=by, detail={"parts": places, "threads": len(sent), "said": said})


@transaction.atomic
def save_and_return(
    filing_id: int,
    *,
    by: User,
    version: int,
    points: Mapping[int, ReviewPoints],
    comment: str,
    drafts: Mapping[threads.Spot, str],
    settled: Collection[int],
    comments: Iterable[PartComment],
) -> Filing:
    """Both or neither: what was written on the page goes with what was saved before."""
    save_review(filing_id, by=by, version=version, points=points, comment=comment, drafts=drafts, settled=settled)
    return return_parts(filing_id, by=by, comments=comments)


@transaction.atomic
def recommend(filing_id: int, *, by: User) -> Filing:
    """Ask the lead to approve; every row needs review points, and no thread may be left."""
    filing = turns.take(filing_id, Act.RECOMMEND, by=by)
    threads.refuse_unsettled(filing)
    rows = rows_of(filing)
    missing = {f"review:{item.score.pk}": "请填写复核得分" for item in rows if item.score.review_points is None and not item.removed}
    if missing:
        raise DomainError(f"还有 {len(missing)} 项没有复核得分{_in_projects(rows, missing)}", missing)
    return turns.move(filing, Act.RECOMMEND, by=by, detail={"total": show_points(whole_total(filing).value)})


def _in_projects(rows: list[ReviewedRow], places: Collection[str]) -> str:
    """Which projects the places stand in: each has a page of its own."""
    found = (item.score.assessment for item in rows if f"review:{item.score.pk}" in places)
    names = list(dict.fromkeys(assessment.name for assessment in found if assessment.kind == "project"))
    return f"（项目：{'、'.join(names[:3])}{'等' if len(names) > 3 else ''}）" if names else ""


@transaction.atomic
def save_and_recommend(
    filing_id: int,
    *,
    by: User,
    version: int,
    points: Mapping[int, ReviewPoints],
    comment: str,
    drafts: Mapping[threads.Spot, str] | None = None,
    settled: Collection[int] = (),
) -> Filing:
    """Both or neither: what is refused is not saved."""
    save_review(filing_id, by=by, version=version, points=points, comment=comment, drafts=drafts, settled=settled)
    return recommend(filing_id, by=by)


@transaction.atomic
def review_again(filing_id: int, *, by: User, reason: str) -> Filing:
    """The lead hands the review back, with a reason."""
    filing = turns.take(filing_id, Act.REVIEW_AGAIN, by=by)
    return turns.move(filing, Act.REVIEW_AGAIN, by=by, detail={"reason": required_reason(reason)})


@transaction.atomic
def approve(filing_id: int, *, by: User, seen: str) -> Filing:
    """Approve what was ``seen`` (the filing's latest event): freeze the review and ask for the print in the same transaction."""
    filing = turns.take(filing_id, Act.APPROVE, by=by)
    if filing.last_event != seen:
        raise DomainError("材料在您查看之后有变动，请重新查看后审定")
    signed = filing.snapshots.filter(kind=Snapshot.Kind.FILING).latest("number")
    text = canonical_json(review_content(filing, signed).model_dump(mode="json"))
    review = freeze(filing, Snapshot.Kind.REVIEW, text, by=by)
    turns.move(filing, Act.APPROVE, by=by, detail={"digest": signed.digest, "review": review.digest})
    filing_approved.send(sender=Filing, filing=filing, snapshot=signed, review=review, by=by)
    return filing


def reviewed_total(assessment: Assessment, judged: Scored) -> Total:
    """The total of the office's points so far: caps and rescaling hold for it as for the unit's."""
    given = {score.code: score.review_points for score in assessment.scores.all()}
    return total_of(judged.scheme, given, judged.points, judged.values)


def whole_total(filing: Filing) -> Total:
    """The review total of the filing's whole-unit assessment."""
    assessment = contents.assessments_of(filing)[0]
    return reviewed_total(assessment, contents.scored(assessment))


def review_content(filing: Filing, signed: Snapshot) -> ReviewContent:
    """The review of every assessment as it is frozen and, where the round says so, printed."""
    return ReviewContent(
        filing_digest=signed.digest,
        assessments=tuple(_reviewed(assessment) for assessment in contents.assessments_of(filing)),
        comment=filing.review_comment,
    )


def _reviewed(assessment: Assessment) -> ReviewedAssessment:
    judged = contents.scored(assessment)
    total = reviewed_total(assessment, judged)
    return ReviewedAssessment(
        name=assessment.name,
        scores=tuple(_review_score(item) for item in reviewed_rows(assessment, judged)),
        total=decimal_text(total.value),
        total_steps=total.steps,
        grade=total.grade,
    )


def _review_score(item: ReviewedRow) -> ReviewScore:
    points = item.score.review_points
    text = None if points is None else decimal_text(points)
    return ReviewScore(code=item.score.code, review_points=text, reason=item.score.review_reason)
