"""Who is told by which act, and in what words: data beside the workflow table; buttons and sending ask the same."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from assessment.domain.workflow import MOVES, STAGES, UNIT_TURNS, Act, Status, Turn, barred

#: The act that carries a filing on from each status: who may do it has the turn, and is told when it comes.
ONWARD: dict[Status, Act] = {
    Status.DRAFT: Act.REQUEST_SIGNOFF,
    Status.AWAITING_SIGNOFF: Act.SIGN,
    Status.SUBMITTED: Act.OPEN_REVIEW,
    Status.UNDER_REVIEW: Act.RECOMMEND,
    Status.RETURNED: Act.REQUEST_SIGNOFF,
    Status.REVIEWED: Act.APPROVE,
    Status.APPROVED: Act.PUBLISH,
}

#: Who is told beside those whose turn it becomes: the unit of what was decided on its papers, the office of what is taken from it.
ALSO: dict[Act, frozenset[Turn]] = {
    Act.RECALL: frozenset({Turn.HEAD, Turn.REVIEWER}),
    Act.RETURN: UNIT_TURNS,
    Act.APPROVE: UNIT_TURNS,
    Act.REOPEN: UNIT_TURNS,
    Act.PUBLISH: UNIT_TURNS,
}

#: What happened, in the words of a notice; None is the opening of a filing.
HAPPENED: dict[Act | None, str] = {
    None: "已开通",
    Act.REQUEST_SIGNOFF: "已提请签批",
    Act.HAND_BACK: "已由单位负责人退回填报人",
    Act.SIGN: "已签批报送",
    Act.RECALL: "已由单位撤回",
    Act.OPEN_REVIEW: "已开始复核",
    Act.RETURN: "已退回修改",
    Act.RECOMMEND: "复核完成，已提请审定",
    Act.REVIEW_AGAIN: "已由审定人退回复核",
    Act.APPROVE: "已审定",
    Act.REOPEN: "审定后已退回单位",
    Act.PUBLISH: "已公开",
}

#: What a person whose turn it is is asked to do.
ASKED: dict[Status, str] = {
    Status.DRAFT: "请填报，完成后提请签批。",
    Status.AWAITING_SIGNOFF: "请查看全文，签批报送或退回填报人。",
    Status.SUBMITTED: "请受理，开始复核。",
    Status.UNDER_REVIEW: "请复核评分。",
    Status.RETURNED: "请按退回意见修改，重新提请签批。",
    Status.REVIEWED: "请审定，或退回复核。",
    Status.APPROVED: "正式报告打印完成后，请公开。",
}

#: What to say on a button when nobody can carry on.
LACKING: dict[Act, str] = {
    Act.REQUEST_SIGNOFF: "本单位没有填报人",
    Act.SIGN: "本单位没有可签批的负责人",
    Act.OPEN_REVIEW: "财务部门没有可受理的复核人",
    Act.RECOMMEND: "财务部门没有可复核的复核人",
    Act.APPROVE: "财务部门没有可审定的审定人（复核过的人不能审定）",
    Act.PUBLISH: "财务部门没有可公开的审定人",
}

ROLES: dict[Turn, str] = {Turn.PREPARER: "填报人", Turn.HEAD: "单位负责人", Turn.REVIEWER: "复核人", Turn.LEAD: "审定人"}
#: So many are named on a button.
NAMED = 8


@dataclass(frozen=True)
class Person:
    """Who takes turns on a filing: an account's number and name, what they did on it, and whether they asked for its sign-off."""

    key: int
    name: str
    turns: frozenset[Turn]
    done: frozenset[Act] = frozenset()
    asked: bool = False


@dataclass(frozen=True)
class Recipient:
    """Who is told and as what; ``asked`` says that it has become their turn."""

    person: Person
    turn: Turn
    asked: bool


@dataclass(frozen=True)
class Told:
    """Whom an act tells; ``own`` when the actor carries on, ``lacking`` says why nobody can."""

    recipients: tuple[Recipient, ...] = ()
    own: bool = False
    lacking: str = ""


def told_by(act: Act | None, people: Iterable[Person], actor: int | None) -> Told:
    """Whom ``act`` tells when ``actor`` does it; nobody where the status stays. The answer before the act is that after it."""
    target = MOVES[act].target if act else Status.DRAFT
    if target is None:
        return Told()
    turn, known = STAGES[target].turn, [_after(person, act, actor) for person in people]
    able = [person for person in known if target in ONWARD and turn in person.turns and _may(person, ONWARD[target])]
    passed = act is None or turn not in {STAGES[source].turn for source in MOVES[act].sources}
    recipients = [Recipient(person, turn, passed) for person in able if turn]
    keys = {person.key for person in able}
    for also in (role for role in Turn if act in ALSO and role in ALSO[act]):
        more = [person for person in known if also in person.turns and person.key not in keys]
        recipients += [Recipient(person, also, False) for person in more]
        keys |= {person.key for person in more}
    return Told(
        tuple(recipient for recipient in recipients if recipient.person.key != actor),
        own=any(person.key == actor for person in able),
        lacking=LACKING[ONWARD[target]] if target in ONWARD and not able else "",
    )


def _after(person: Person, act: Act | None, actor: int | None) -> Person:
    """The person as they stand once ``actor`` has done ``act``."""
    if act is None:
        return person
    own = person.key == actor
    done = person.done | {act} if own else person.done
    return replace(person, done=done, asked=own if act is Act.REQUEST_SIGNOFF else person.asked)


def _may(person: Person, act: Act) -> bool:
    return not barred(act, lambda acts: bool(acts & person.done), asked=person.asked)


def announced(told: Told) -> str:
    """The line beside a button: whom it tells."""
    names = [f"{recipient.person.name}（{ROLES[recipient.turn]}）" for recipient in told.recipients]
    listed = "、".join(names[:NAMED]) + (f"等 {len(names)} 人" if len(names) > NAMED else "")
    if told.lacking:
        contact = f"{told.lacking}，请联系系统管理员"
        return f"将通知：{listed}；但{contact}" if names else f"暂无人可通知：{contact}"
    if names:
        return f"将通知：{listed}"
    return "不通知他人，接下来仍由您办理" if told.own else "没有需要通知的人"


@dataclass(frozen=True)
class Papers:
    """What a notice says of a filing: whose it is, of which year, and its days."""

    unit: str
    year: int
    deadline: date
    publication: date
    today: date


@dataclass(frozen=True)
class Words:
    """A notice as it is read: one line, and what follows from it in one or two more."""

    title: str
    text: str


def words(act: Act | None, papers: Papers, *, asked: bool) -> Words:
    """What a person reads of ``act``, which led somewhere: what happened, what is next, and by when where they are asked."""
    target = (MOVES[act].target if act else None) or Status.DRAFT
    title = " ".join(f"{papers.unit} {papers.year} 年度自评材料{HAPPENED[act]}".split())
    if not asked:
        return Words(title, f"接下来：{STAGES[target].waiting_for}。" if target in ONWARD else "")
    again = "请修改后重新提请签批。" if act in (Act.HAND_BACK, Act.RECALL) else ASKED[target]
    return Words(title, f"{again}\n{_due(target, papers)}")


def _due(status: Status, papers: Papers) -> str:
    """Units work towards the deadline, the office towards the day of publication."""
    label, day = ("报送截止", papers.deadline) if STAGES[status].turn in UNIT_TURNS else ("公开日期", papers.publication)
    return f"{label}：{day.year}年{day.month}月{day.day}日{'（已过）' if day < papers.today else ''}"


def mail_text(told: Words, link: str) -> str:
    """The mail as it is sent, plain text."""
    lines = [f"{told.title}。", *told.text.splitlines(), f"查看：{link}", "", "本邮件由绩评系统自动发送，请勿回复。"]
    return "\n".join(lines) + "\n"
