"""Who may do what with a filing: the workflow table, the roles held, and the two-person rules."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from assessment.domain.errors import DomainError
from assessment.domain.notices import Person
from assessment.domain.workflow import MOVES, STAGES, Act, Move, Status, Turn, acts_for, barred
from assessment.models import Event, Filing
from units.models import OFFICE_ROLES, UNIT_ROLES, Membership, MembershipQuerySet, Role, User


def turns_of(user: User, filing: Filing) -> frozenset[Turn]:
    """The turns ``user`` can take on ``filing``: unit roles at its unit, office roles at any unit above it.

    Nobody judges what their own unit files: who holds a unit role on it takes no office turn. Nobody scores who keeps
    the accounts: an administrator's other office roles are void.
    """
    return _turns(_held(filing).filter(user=user).values_list("role", "unit_id"), filing)


def _held(filing: Filing) -> MembershipQuerySet:
    """The roles in force today at the filing's unit and at those above it."""
    above = [code for code in filing.unit.path.split("/") if code]
    return Membership.objects.today().filter(unit__code__in=above)


def _turns(held: Iterable[tuple[str, int]], filing: Filing) -> frozenset[Turn]:
    roles = list(held)
    own = {role for role, unit_id in roles if role in UNIT_ROLES and unit_id == filing.unit_id}
    office = {role for role, _ in roles if role in OFFICE_ROLES}
    if Role.ADMINISTRATOR in office:
        office = set()
    return frozenset(turn for turn in Turn if turn.value in (own or office))


def refusal(user: User, filing: Filing, act: Act) -> str:
    """Why ``user`` may not do ``act`` with ``filing`` now, in Chinese; empty when they may."""
    return _refusal(user, filing, act, turns_of(user, filing))


def _refusal(user: User, filing: Filing, act: Act, turns: frozenset[Turn]) -> str:
    move, status = MOVES[act], Status(filing.status)
    if not move.roles & turns:
        return f"您不承担此项工作，不能{move.label}"
    if status not in move.sources:
        stage = STAGES[status]
        return f"材料现在处于“{stage.label}”（{stage.waiting_for}），不能{move.label}"
    return barred(act, partial(_has_done, user, filing), asked=filing.requested_by_id == user.pk)


def _has_done(user: User, filing: Filing, acts: frozenset[Act]) -> bool:
    """Whether ``user`` ever did one of ``acts`` on the filing: roles change, what was done stays."""
    return Event.objects.filter(filing=filing, actor=user, act__in=acts).exists()


def people_of(filing: Filing) -> list[Person]:
    """Everybody who takes turns on ``filing``, by name, with what they ever did on it; two queries, however many they are."""
    held: dict[User, list[tuple[str, int]]] = defaultdict(list)
    done: dict[int, set[Act]] = defaultdict(set)
    for membership in _held(filing).select_related("user"):
        held[membership.user].append((membership.role, membership.unit_id))
    for actor, act in Event.objects.filter(filing=filing).order_by().values_list("actor_id", "act").distinct():
        done[actor].add(Act(act))
    people = [
        Person(user.pk, str(user), _turns(roles, filing), frozenset(done[user.pk]), filing.requested_by_id == user.pk)
        for user, roles in held.items()
    ]
    return sorted((person for person in people if person.turns), key=lambda person: (person.name, person.key))


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
