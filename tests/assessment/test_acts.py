"""Every status × act × role, against a table written by hand; and the two-person rules."""

from datetime import date

import pytest
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.workflow import Act, Status
from assessment.models import Filing, Part, Thread
from assessment.services import parts, review, signoff, threads, waivers
from reports.services.printing import run_print_job
from reports.services.publications import publish
from tests.factories import Line, make_user
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

S = Status
#: act → (role, statuses in which it is allowed, status it leads to)
EXPECTED: dict[Act, tuple[set[Role], set[Status], Status | None]] = {
    Act.EDIT: ({Role.PREPARER}, {S.DRAFT, S.RETURNED}, None),
    Act.WAIVE: ({Role.LEAD}, {S.DRAFT, S.AWAITING_SIGNOFF, S.RETURNED}, None),
    Act.ANSWER: ({Role.PREPARER}, {S.DRAFT, S.RETURNED}, None),
    Act.REQUEST_SIGNOFF: ({Role.PREPARER}, {S.DRAFT, S.RETURNED}, S.AWAITING_SIGNOFF),
    Act.HAND_BACK: ({Role.HEAD}, {S.AWAITING_SIGNOFF}, S.DRAFT),
    Act.SIGN: ({Role.HEAD}, {S.AWAITING_SIGNOFF}, S.SUBMITTED),
    Act.RECALL: ({Role.PREPARER, Role.HEAD}, {S.SUBMITTED}, S.DRAFT),
    Act.OPEN_REVIEW: ({Role.REVIEWER}, {S.SUBMITTED}, S.UNDER_REVIEW),
    Act.REVIEW: ({Role.REVIEWER}, {S.UNDER_REVIEW}, None),
    Act.RETURN: ({Role.REVIEWER}, {S.UNDER_REVIEW}, S.RETURNED),
    Act.RECOMMEND: ({Role.REVIEWER}, {S.UNDER_REVIEW}, S.REVIEWED),
    Act.REVIEW_AGAIN: ({Role.LEAD}, {S.REVIEWED}, S.UNDER_REVIEW),
    Act.APPROVE: ({Role.LEAD}, {S.REVIEWED}, S.APPROVED),
    Act.REOPEN: ({Role.LEAD}, {S.APPROVED}, S.RETURNED),
    Act.PUBLISH: ({Role.LEAD}, {S.APPROVED}, S.PUBLISHED),
}


def do(act: Act, line: Line, by: User) -> None:
    """The act through its service, with input that is right in itself."""
    filing = line.filing
    comments = [review.PartComment(line.part(Part.Kind.FIGURES).pk, "请核对")]
    figures = line.part(Part.Kind.FIGURES)
    services = {
        Act.ANSWER: lambda: threads.answer(thread_of(line).pk, by=by, text="已更正"),
        Act.EDIT: lambda: parts.save_figures(line.assessment.pk, by=by, version=figures.version, figures={}),
        Act.WAIVE: lambda: waivers.grant_waiver(
            line.assessment.pk, by=by, key="full_marks", reason="问题不影响得分", expires_on=timezone.localdate()
        ),
        Act.REQUEST_SIGNOFF: lambda: signoff.request_signoff(filing.pk, by=by, filled_on=date(2023, 4, 18)),
        Act.HAND_BACK: lambda: signoff.hand_back(filing.pk, by=by, reason="请补充"),
        Act.SIGN: lambda: signoff.sign(filing.pk, by=by, digest_seen=signoff.digest_now(filing)),
        Act.RECALL: lambda: signoff.recall(filing.pk, by=by),
        Act.OPEN_REVIEW: lambda: review.open_review(filing.pk, by=by),
        Act.REVIEW: lambda: review.save_review(filing.pk, by=by, version=filing.review_version, points={}, comment=""),
        Act.RETURN: lambda: review.return_parts(filing.pk, by=by, comments=comments),
        Act.RECOMMEND: lambda: review.recommend(filing.pk, by=by),
        Act.REVIEW_AGAIN: lambda: review.review_again(filing.pk, by=by, reason="请复核"),
        Act.APPROVE: lambda: review.approve(filing.pk, by=by, seen=filing.last_event),
        Act.REOPEN: lambda: review.reopen(filing.pk, by=by, comments=comments),
        Act.PUBLISH: lambda: publish(filing.pk, by=by),
    }
    services[act]()


def thread_of(line: Line) -> Thread:
    """What was returned of the line, whether its status would let it be or not."""
    thread = line.filing.threads.first()
    if thread is None:
        thread = Thread.objects.create(filing=line.filing, part=line.part(Part.Kind.FIGURES), label="基础数据表", state="open")
        thread.messages.create(text="请核对", author=line.reviewer, sent_at=timezone.now())
    return thread


def prepare(status: Status, act: Act) -> Line:
    """A filing in ``status`` on which nothing but status and role can stand against ``act``."""
    line = Line(status)
    if act is Act.REQUEST_SIGNOFF:
        line.answer()
    if act is Act.RECOMMEND and status is S.UNDER_REVIEW:
        line.review()
        line.filing.refresh_from_db()
    if act is Act.PUBLISH and status is S.APPROVED:
        for job in line.filing.print_jobs.all():
            run_print_job(job.pk)
    return line


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("status", list(Status))
def test_every_act_in_every_status_is_open_to_its_roles_and_to_nobody_else(status: Status, act: Act) -> None:
    roles, sources, target = EXPECTED[act]
    line = prepare(status, act)
    for role in Role:
        if role in roles and status in sources:
            continue
        with pytest.raises(DomainError, match=r"^材料现在处于" if role in roles else r"^您不承担此项工作"):
            do(act, line, person(role, line))
        line.filing.refresh_from_db()
        assert line.filing.status == status
    for number, role in enumerate(sorted(roles) if status in sources else []):
        fresh = line if number == 0 else prepare(status, act)
        do(act, fresh, person(role, fresh))
        fresh.filing.refresh_from_db()
        assert fresh.filing.status == (target or status)


def person(role: Role, line: Line) -> User:
    return make_user(role, line.unit if role in (Role.PREPARER, Role.HEAD) else line.department)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_at_another_unit_opens_nothing(role: Role) -> None:
    line, other = Line(S.SUBMITTED), Line()
    stranger = person(role, other)
    for act in Act:
        with pytest.raises(DomainError, match=r"^您不承担此项工作"):
            do(act, line, stranger)


def test_who_asked_for_sign_off_does_not_sign() -> None:
    line = Line(S.AWAITING_SIGNOFF)
    grant(line.preparer, line.unit, Role.HEAD)

    with pytest.raises(DomainError, match="不能自己签批"):
        signoff.sign(line.filing.pk, by=line.preparer, digest_seen=signoff.digest_now(line.filing))

    assert Filing.objects.get(pk=line.filing.pk).status == S.AWAITING_SIGNOFF


def test_who_reviewed_does_not_approve() -> None:
    line = Line(S.REVIEWED)
    grant(line.reviewer, line.department, Role.LEAD)

    with pytest.raises(DomainError, match="不能自己审定"):
        review.approve(line.filing.pk, by=line.reviewer, seen=line.filing.last_event)


def test_who_holds_a_unit_role_on_a_filing_takes_no_office_turn_on_it() -> None:
    line = Line(S.SUBMITTED)
    grant(line.preparer, line.department, Role.REVIEWER)

    with pytest.raises(DomainError, match="不承担此项工作"):
        review.open_review(line.filing.pk, by=line.preparer)


def test_a_disabled_person_holds_no_role() -> None:
    line = Line()
    line.preparer.is_active = False
    line.preparer.save()

    with pytest.raises(DomainError, match="不承担此项工作"):
        parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={})


def test_who_acted_for_the_unit_takes_no_office_turn_after_changing_sides() -> None:
    for status, act, role in ((S.SUBMITTED, Act.OPEN_REVIEW, Role.REVIEWER), (S.REVIEWED, Act.APPROVE, Role.LEAD)):
        line = Line(status)
        line.head.memberships.all().delete()
        grant(line.head, line.department, role)
        with pytest.raises(DomainError, match=r"^您曾代表单位办理这份材料"):
            do(act, line, line.head)


def test_who_only_returned_parts_reviewed_and_does_not_approve() -> None:
    line = Line(S.RETURNED)
    line.advance(S.UNDER_REVIEW)
    other, returner = make_user(Role.REVIEWER, line.department), line.reviewer
    grant(returner, line.department, Role.LEAD)
    line.reviewer = other
    line.review()
    line.settle()
    review.recommend(line.filing.pk, by=other)
    line.filing.refresh_from_db()

    with pytest.raises(DomainError, match="不能自己审定"):
        do(Act.APPROVE, line, returner)


def test_an_administrator_with_other_office_roles_still_never_scores_or_approves() -> None:
    line = Line(S.REVIEWED)
    administrator = make_user(Role.ADMINISTRATOR, line.department)
    grant(administrator, line.department, Role.LEAD)

    with pytest.raises(DomainError, match=r"^您不承担此项工作"):
        do(Act.APPROVE, line, administrator)


def test_a_lead_approves_what_they_looked_at_and_nothing_newer() -> None:
    line = Line(S.REVIEWED)
    seen = line.filing.last_event
    review.review_again(line.filing.pk, by=line.lead, reason="请复核")
    review.recommend(line.filing.pk, by=line.reviewer)

    with pytest.raises(DomainError, match=r"^材料在您查看之后有变动"):
        review.approve(line.filing.pk, by=line.lead, seen=seen)
