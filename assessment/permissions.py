"""Who may do what with a filing: the workflow table, the roles held, and the two-person rules."""

from assessment.domain.errors import DomainError
from assessment.domain.workflow import MOVES, STAGES, Act, Move, Status, Turn, acts_for
from assessment.models import Event, Filing
from units.models import OFFICE_ROLES, UNIT_ROLES, Membership, Role, User

FILING = frozenset({Act.EDIT, Act.REQUEST_SIGNOFF, Act.HAND_BACK, Act.SIGN})
REVIEWING = frozenset({Act.OPEN_REVIEW, Act.REVIEW, Act.RETURN, Act.RECOMMEND})
OFFICE = REVIEWING | {Act.WAIVE, Act.REVIEW_AGAIN, Act.APPROVE, Act.REOPEN, Act.PUBLISH}
UNIT_TURNS = frozenset({Turn.PREPARER, Turn.HEAD})
OFFICE_TURNS = frozenset({Turn.REVIEWER, Turn.LEAD})


def turns_of(user: User, filing: Filing) -> frozenset[Turn]:
    """The turns ``user`` can take on ``filing``: unit roles at its unit, office roles at any unit above it.

    Nobody judges what their own unit files: who holds a unit role on it takes no office turn. Nobody scores who keeps
    the accounts: an administrator's other office roles are void.
    """
    above = [code for code in filing.unit.path.split("/") if code]
    held = Membership.objects.today().filter(user=user, unit__code__in=above).values_list("role", "unit_id")
    own = {role for role, unit_id in held if role in UNIT_ROLES and unit_id == filing.unit_id}
    office = {role for role, _ in held if role in OFFICE_ROLES}
    if Role.ADMINISTRATOR in office:
        office = set()
    return frozenset(turn for turn in Turn if turn.value in (own or office))


def refusal(user: User, filing: Filing, act: Act) -> str:
    """Why ``user`` may not do ``act`` with ``filing`` now, in Chinese; empty when they may."""
    return _refusal(user, filing, act, turns_of(user, filing))


def _refusal(user: User, filing: Filing, act: Act, turns: frozenset[Turn]) -> str:
    move, status = MOVES[act], Status(filing.status)
    if not move.roles & turns:
        return f"您不承担此项工作，不能“{move.label}”"
    if status not in move.sources:
        stage = STAGES[status]
        return f"材料现在处于“{stage.label}”（{stage.waiting_for}），不能“{move.label}”"
    if act is Act.SIGN and filing.requested_by_id == user.pk:
        return "提请签批的人不能自己签批，须由另一人签批"
    if act is Act.APPROVE and _has_done(user, filing, REVIEWING):
        return "复核的人不能自己审定，须由另一人审定"
    if move.roles <= UNIT_TURNS and _has_done(user, filing, OFFICE):
        return "您曾在财务部门办理这份材料，不能再代表单位办理"
    if move.roles <= OFFICE_TURNS and _has_done(user, filing, FILING):
        return "您曾代表单位办理这份材料，不能再承担财务部门的工作"
    return ""


def _has_done(user: User, filing: Filing, acts: frozenset[Act]) -> bool:
    """Whether ``user`` ever did one of ``acts`` on the filing: roles change, what was done stays."""
    return Event.objects.filter(filing=filing, actor=user, act__in=acts).exists()


def takes_part(user: User, filing: Filing) -> bool:
    """Whether ``user`` takes any turn on ``filing``; auditors and administrators only read."""
    return bool(turns_of(user, filing))


def check_takes_part(user: User, filing: Filing) -> None:
    """Raise ``DomainError`` for those who only read."""
    if not takes_part(user, filing):
        raise DomainError("您只能查阅这份材料，不能打印")


def check_act(user: User, filing: Filing, act: Act) -> None:
    """Raise ``DomainError`` with the reason when ``user`` may not do ``act`` now."""
    if reason := refusal(user, filing, act):
        raise DomainError(reason)


def open_acts(user: User, filing: Filing) -> list[Move]:
    """The acts open to ``user`` now, in the table's order."""
    turns = turns_of(user, filing)
    return [move for move in acts_for(Status(filing.status), turns) if not _refusal(user, filing, move.act, turns)]


def sees_desk(user: User) -> bool:
    """Whether ``user`` works at the finance office's desk (the admin)."""
    return user.is_authenticated and Membership.objects.today().filter(user=user, role__in=OFFICE_ROLES).exists()


def administers(user: User) -> bool:
    """Whether ``user`` keeps accounts, schemes and rounds."""
    return user.is_authenticated and Membership.objects.today().filter(user=user, role=Role.ADMINISTRATOR).exists()
