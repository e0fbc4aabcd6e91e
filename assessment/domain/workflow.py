"""The workflow as one table: who may do what, in which status, and where it leads."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Status (状态) of a filing."""

    DRAFT = "draft"
    AWAITING_SIGNOFF = "awaiting_signoff"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    PUBLISHED = "published"


class Turn(StrEnum):
    """Who acts next; the values are those of the roles in ``units``."""

    PREPARER = "preparer"
    HEAD = "head"
    REVIEWER = "reviewer"
    LEAD = "lead"


class Act(StrEnum):
    """What a person can do with a filing."""

    EDIT = "edit"
    ANSWER = "answer"
    WAIVE = "waive"
    REQUEST_SIGNOFF = "request_signoff"
    HAND_BACK = "hand_back"
    SIGN = "sign"
    RECALL = "recall"
    OPEN_REVIEW = "open_review"
    REVIEW = "review"
    RETURN = "return"
    RECOMMEND = "recommend"
    REVIEW_AGAIN = "review_again"
    APPROVE = "approve"
    REOPEN = "reopen"
    PUBLISH = "publish"


@dataclass(frozen=True)
class Stage:
    """A status as people see it; ``turn`` is None when nobody has to act."""

    status: Status
    label: str
    turn: Turn | None
    waiting_for: str


@dataclass(frozen=True)
class Move:
    """One row of the table: ``target`` is None where the act leaves the status as it is."""

    act: Act
    label: str
    roles: frozenset[Turn]
    sources: frozenset[Status]
    target: Status | None


def _move(act: Act, label: str, roles: tuple[Turn, ...], sources: tuple[Status, ...], target: Status | None) -> Move:
    return Move(act, label, frozenset(roles), frozenset(sources), target)


#: Nothing signed stands while a filing is here.
UNSIGNED = frozenset({Status.DRAFT, Status.AWAITING_SIGNOFF, Status.RETURNED})

STAGES: dict[Status, Stage] = {
    stage.status: stage
    for stage in (
        Stage(Status.DRAFT, "填报中", Turn.PREPARER, "填报人填报"),
        Stage(Status.AWAITING_SIGNOFF, "待签批", Turn.HEAD, "单位负责人签批"),
        Stage(Status.SUBMITTED, "已报送", Turn.REVIEWER, "财务部门受理"),
        Stage(Status.UNDER_REVIEW, "复核中", Turn.REVIEWER, "复核人复核"),
        Stage(Status.RETURNED, "已退回", Turn.PREPARER, "填报人修改"),
        Stage(Status.REVIEWED, "待审定", Turn.LEAD, "审定人审定"),
        Stage(Status.APPROVED, "已审定", Turn.LEAD, "审定人公开"),
        Stage(Status.PUBLISHED, "已公开", None, "已办结"),
    )
}

MOVES: dict[Act, Move] = {
    move.act: move
    for move in (
        _move(Act.EDIT, "填报", (Turn.PREPARER,), (Status.DRAFT, Status.RETURNED), None),
        _move(Act.ANSWER, "答复", (Turn.PREPARER,), (Status.DRAFT, Status.RETURNED), None),
        _move(Act.WAIVE, "豁免", (Turn.LEAD,), tuple(UNSIGNED), None),
        _move(Act.REQUEST_SIGNOFF, "提请签批", (Turn.PREPARER,), (Status.DRAFT, Status.RETURNED), Status.AWAITING_SIGNOFF),
        _move(Act.HAND_BACK, "退回填报人", (Turn.HEAD,), (Status.AWAITING_SIGNOFF,), Status.DRAFT),
        _move(Act.SIGN, "签批报送", (Turn.HEAD,), (Status.AWAITING_SIGNOFF,), Status.SUBMITTED),
        _move(Act.RECALL, "撤回", (Turn.PREPARER, Turn.HEAD), (Status.SUBMITTED,), Status.DRAFT),
        _move(Act.OPEN_REVIEW, "开始复核", (Turn.REVIEWER,), (Status.SUBMITTED,), Status.UNDER_REVIEW),
        _move(Act.REVIEW, "复核评分", (Turn.REVIEWER,), (Status.UNDER_REVIEW,), None),
        _move(Act.RETURN, "退回修改", (Turn.REVIEWER,), (Status.UNDER_REVIEW,), Status.RETURNED),
        _move(Act.RECOMMEND, "提请审定", (Turn.REVIEWER,), (Status.UNDER_REVIEW,), Status.REVIEWED),
        _move(Act.REVIEW_AGAIN, "退回复核", (Turn.LEAD,), (Status.REVIEWED,), Status.UNDER_REVIEW),
        _move(Act.APPROVE, "审定", (Turn.LEAD,), (Status.REVIEWED,), Status.APPROVED),
        _move(Act.REOPEN, "退回单位", (Turn.LEAD,), (Status.APPROVED,), Status.RETURNED),
        _move(Act.PUBLISH, "公开", (Turn.LEAD,), (Status.APPROVED,), Status.PUBLISHED),
    )
}


def allowed(act: Act, status: Status, roles: frozenset[Turn]) -> bool:
    """Whether somebody with ``roles`` may do ``act`` now."""
    move = MOVES[act]
    return status in move.sources and bool(move.roles & roles)


def acts_for(status: Status, roles: frozenset[Turn]) -> list[Move]:
    """The rows of the table open to ``roles`` in ``status``, in the table's order."""
    return [move for move in MOVES.values() if allowed(move.act, status, roles)]


#: What is done for the unit, what a review is made of, and what the office does: nobody works on both sides of one filing.
FILING = frozenset({Act.EDIT, Act.ANSWER, Act.REQUEST_SIGNOFF, Act.HAND_BACK, Act.SIGN})
REVIEWING = frozenset({Act.OPEN_REVIEW, Act.REVIEW, Act.RETURN, Act.RECOMMEND})
OFFICE = REVIEWING | {Act.WAIVE, Act.REVIEW_AGAIN, Act.APPROVE, Act.REOPEN, Act.PUBLISH}
UNIT_TURNS = frozenset({Turn.PREPARER, Turn.HEAD})
OFFICE_TURNS = frozenset({Turn.REVIEWER, Turn.LEAD})


def barred(act: Act, did: Callable[[frozenset[Act]], bool], *, asked: bool) -> str:
    """Why somebody with the role for ``act`` may not do it all the same, in Chinese; empty when they may.

    ``did`` tells whether they ever did one of some acts on the filing, ``asked`` whether they asked for its sign-off.
    """
    roles = MOVES[act].roles
    if act is Act.SIGN and asked:
        return "提请签批的人不能自己签批，须由另一人签批"
    if act is Act.APPROVE and did(REVIEWING):
        return "复核的人不能自己审定，须由另一人审定"
    if roles <= UNIT_TURNS and did(OFFICE):
        return "您曾在财务部门办理这份材料，不能再代表单位办理"
    if roles <= OFFICE_TURNS and did(FILING):
        return "您曾代表单位办理这份材料，不能再承担财务部门的工作"
    return ""


def mermaid() -> str:
    """The table as a Mermaid state diagram, for ``docs/workflow.md``."""
    lines = ["stateDiagram-v2", f"    [*] --> {Status.DRAFT}"]
    lines += [f"    {stage.status} : {stage.label}（{stage.waiting_for}）" for stage in STAGES.values()]
    for move in MOVES.values():
        lines += [f"    {source} --> {move.target} : {move.label}" for source in Status if move.target and source in move.sources]
    return "\n".join([*lines, f"    {Status.PUBLISHED} --> [*]"])
