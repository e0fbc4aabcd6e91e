"""Whom each act tells, against a table written by hand; the two-person rules; and the words."""

from dataclasses import replace
from datetime import date

import pytest

from assessment.domain.notices import (
    ALSO,
    ASKED,
    HAPPENED,
    LACKING,
    ONWARD,
    ROLES,
    Papers,
    Person,
    Recipient,
    Told,
    Words,
    announced,
    mail_text,
    told_by,
    words,
)
from assessment.domain.workflow import FILING, MOVES, OFFICE, REVIEWING, STAGES, Act, Status, Turn, barred

P, H, R, L = Turn.PREPARER, Turn.HEAD, Turn.REVIEWER, Turn.LEAD
#: Two of each role; numbers by role: 1 and 2 prepare, 3 and 4 head, 5 and 6 review, 7 and 8 lead.
PEOPLE = [
    Person(number, f"甲{number}", frozenset({turn}))
    for turn, pair in ((P, (1, 2)), (H, (3, 4)), (R, (5, 6)), (L, (7, 8)))
    for number in pair
]
#: Act → (who does it, who is told that it is their turn, who is told of it besides).
EXPECTED = {
    None: (None, [1, 2], []),
    Act.EDIT: (1, [], []),
    Act.ANSWER: (1, [], []),
    Act.WAIVE: (7, [], []),
    Act.REQUEST_SIGNOFF: (1, [3, 4], []),
    Act.HAND_BACK: (3, [1, 2], []),
    Act.SIGN: (3, [5, 6], []),
    Act.RECALL: (1, [2], [3, 4, 5, 6]),
    Act.OPEN_REVIEW: (5, [], [6]),
    Act.REVIEW: (5, [], []),
    Act.RETURN: (5, [1, 2], [3, 4]),
    Act.RECOMMEND: (5, [7, 8], []),
    Act.REVIEW_AGAIN: (7, [5, 6], []),
    Act.APPROVE: (7, [], [8, 1, 2, 3, 4]),
    Act.REOPEN: (7, [1, 2], [3, 4]),
    Act.PUBLISH: (7, [], [1, 2, 3, 4]),
}  # fmt: skip


def keys(told: Told, *, asked: bool) -> list[int]:
    return [item.person.key for item in told.recipients if item.asked is asked]


@pytest.mark.parametrize("act", [None, *Act])
def test_each_act_tells_those_whose_turn_it_becomes_and_those_whom_it_concerns(act):
    actor, asked, informed = EXPECTED[act]

    told = told_by(act, PEOPLE, actor)

    assert (keys(told, asked=True), keys(told, asked=False)) == (asked, informed)
    assert told.lacking == ""


@pytest.mark.parametrize("act", Act)
def test_nobody_is_told_of_what_they_do_themselves_nor_told_twice(act):
    for person in PEOPLE:
        told = [item.person.key for item in told_by(act, PEOPLE, person.key).recipients]
        assert person.key not in told
        assert len(told) == len(set(told))


def test_the_tables_have_a_row_for_every_act_and_status_that_leads_on():
    moving = {act for act, move in MOVES.items() if move.target}

    assert set(HAPPENED) == {None, *moving}
    assert set(ALSO) <= moving
    assert set(ONWARD) == set(ASKED) == {status for status, stage in STAGES.items() if stage.turn}
    assert set(LACKING) == set(ONWARD.values())
    assert set(ROLES) == set(Turn)


@pytest.mark.parametrize("status", ONWARD)
def test_the_act_that_carries_on_is_one_that_the_turn_may_do(status):
    move = MOVES[ONWARD[status]]

    assert status in move.sources
    assert move.roles == {STAGES[status].turn}
    assert move.target is not None


def test_who_asks_for_the_signature_and_heads_the_unit_too_does_not_count_as_a_signer():
    both = Person(1, "甲", frozenset({P, H}))

    told = told_by(Act.REQUEST_SIGNOFF, [both], 1)

    assert told == Told((), own=False, lacking="本单位没有可签批的负责人")
    assert announced(told) == "暂无人可通知：本单位没有可签批的负责人，请联系系统管理员"


def test_who_asked_before_is_told_to_sign_when_another_asks_now():
    before = Person(1, "甲", frozenset({P, H}), frozenset({Act.REQUEST_SIGNOFF}), asked=True)

    assert keys(told_by(Act.REQUEST_SIGNOFF, [before, PEOPLE[1]], 2), asked=True) == [1]


@pytest.mark.parametrize(
    ("act", "actor", "done", "lacking"),
    [
        (Act.RECOMMEND, 5, Act.RETURN, "财务部门没有可审定的审定人（复核过的人不能审定）"),
        (Act.SIGN, 3, Act.REQUEST_SIGNOFF, "财务部门没有可受理的复核人"),
        (Act.REVIEW_AGAIN, 7, Act.EDIT, "财务部门没有可复核的复核人"),
        (Act.HAND_BACK, 3, Act.REVIEW, "本单位没有填报人"),
    ],
)
def test_who_is_kept_from_going_on_by_what_they_did_is_not_told(act, actor, done, lacking):
    turn = STAGES[MOVES[act].target].turn
    kept = Person(9, "乙", frozenset({turn}), frozenset({done}))
    free = replace(kept, key=10, done=frozenset())
    doer = next(person for person in PEOPLE if person.key == actor)

    assert keys(told_by(act, [doer, kept, free], actor), asked=True) == [10]
    assert told_by(act, [doer, kept], actor) == Told((), own=False, lacking=lacking)


def test_a_reviewer_who_is_lead_too_does_not_wait_for_themselves():
    both = Person(5, "甲", frozenset({R, L}))

    assert told_by(Act.RECOMMEND, [both], 5).lacking == LACKING[Act.APPROVE]
    assert told_by(Act.RECOMMEND, [both, PEOPLE[6]], 5) == Told((Recipient(PEOPLE[6], L, True),))


def test_who_holds_two_turns_is_told_once_as_the_one_whose_turn_it_is():
    both = Person(1, "甲", frozenset({P, H}))

    assert told_by(Act.RETURN, [both], 5).recipients == (Recipient(both, P, True),)


@pytest.mark.parametrize(
    ("act", "actor", "line"),
    [
        (Act.REQUEST_SIGNOFF, 1, "将通知：甲3（单位负责人）、甲4（单位负责人）"),
        (Act.RETURN, 5, "将通知：甲1（填报人）、甲2（填报人）、甲3（单位负责人）、甲4（单位负责人）"),
        (Act.APPROVE, 7, "将通知：甲8（审定人）、甲1（填报人）、甲2（填报人）、甲3（单位负责人）、甲4（单位负责人）"),
        (Act.REVIEW, 5, "没有需要通知的人"),
    ],
)
def test_a_button_names_whom_it_tells_and_as_what(act, actor, line):
    assert announced(told_by(act, PEOPLE, actor)) == line


@pytest.mark.parametrize(
    ("act", "roles", "actor", "line"),
    [
        (Act.OPEN_REVIEW, [P, H, R, L], 5, "不通知他人，接下来仍由您办理"),
        (Act.RECALL, [P], 1, "不通知他人，接下来仍由您办理"),
        (Act.PUBLISH, [L], 7, "没有需要通知的人"),
        (Act.RETURN, [H, R], 5, "将通知：甲3（单位负责人）；但本单位没有填报人，请联系系统管理员"),
        (Act.RETURN, [R], 5, "暂无人可通知：本单位没有填报人，请联系系统管理员"),
        (Act.SIGN, [P, H], 3, "暂无人可通知：财务部门没有可受理的复核人，请联系系统管理员"),
        (None, [H], None, "暂无人可通知：本单位没有填报人，请联系系统管理员"),
    ],
)
def test_a_button_says_when_nobody_can_be_told(act, roles, actor, line):
    one_each = [person for person in PEOPLE if person.key % 2 and person.turns & set(roles)]

    assert announced(told_by(act, one_each, actor)) == line


@pytest.mark.parametrize(("number", "end"), [(8, "甲8（复核人）"), (9, "甲8（复核人）等 9 人")])
def test_a_long_list_of_names_is_cut_and_says_so(number, end):
    reviewers = [Person(key, f"甲{key}", frozenset({R})) for key in range(1, number + 1)]

    line = announced(told_by(Act.SIGN, reviewers, None))

    assert line == "将通知：" + "、".join(f"甲{key}（复核人）" for key in range(1, 8)) + f"、{end}"


PAPERS = Papers("某市就业服务中心", 2022, date(2023, 4, 20), date(2023, 4, 23), date(2023, 4, 20))


@pytest.mark.parametrize(
    ("act", "asked", "title", "text"),
    [
        (None, True, "已开通", "请填报，完成后提请签批。\n报送截止：2023年4月20日"),
        (Act.REQUEST_SIGNOFF, True, "已提请签批", "请查看全文，签批报送或退回填报人。\n报送截止：2023年4月20日"),
        (Act.HAND_BACK, True, "已由单位负责人退回填报人", "请修改后重新提请签批。\n报送截止：2023年4月20日"),
        (Act.SIGN, True, "已签批报送", "请受理，开始复核。\n公开日期：2023年4月23日"),
        (Act.RECALL, True, "已由单位撤回", "请修改后重新提请签批。\n报送截止：2023年4月20日"),
        (Act.RECALL, False, "已由单位撤回", "接下来：填报人填报。"),
        (Act.OPEN_REVIEW, False, "已开始复核", "接下来：复核人复核。"),
        (Act.RETURN, True, "已退回修改", "请按退回意见修改，重新提请签批。\n报送截止：2023年4月20日"),
        (Act.RETURN, False, "已退回修改", "接下来：填报人修改。"),
        (Act.RECOMMEND, True, "复核完成，已提请审定", "请审定，或退回复核。\n公开日期：2023年4月23日"),
        (Act.REVIEW_AGAIN, True, "已由审定人退回复核", "请复核评分。\n公开日期：2023年4月23日"),
        (Act.APPROVE, False, "已审定", "接下来：审定人公开。"),
        (Act.REOPEN, True, "审定后已退回单位", "请按退回意见修改，重新提请签批。\n报送截止：2023年4月20日"),
        (Act.PUBLISH, False, "已公开", ""),
    ],
)
def test_a_notice_says_what_happened_what_is_next_and_by_when(act, asked, title, text):
    assert words(act, PAPERS, asked=asked) == Words(f"某市就业服务中心 2022 年度自评材料{title}", text)


def test_a_passed_day_is_said():
    late = replace(PAPERS, today=date(2023, 4, 21))

    assert words(None, late, asked=True).text == "请填报，完成后提请签批。\n报送截止：2023年4月20日（已过）"


def test_a_title_is_one_line_whatever_a_unit_is_called():
    hostile = replace(PAPERS, unit="某单位\r\nBcc: all@example.cn\u2028\x85后")

    assert words(Act.PUBLISH, hostile, asked=False).title == "某单位 Bcc: all@example.cn 后 2022 年度自评材料已公开"


def test_a_mail_is_a_few_lines_of_plain_text_with_the_link():
    assert mail_text(words(Act.SIGN, PAPERS, asked=True), "https://jiping.example.cn/n/1/") == (
        "某市就业服务中心 2022 年度自评材料已签批报送。\n请受理，开始复核。\n公开日期：2023年4月23日\n"
        "查看：https://jiping.example.cn/n/1/\n\n本邮件由绩评系统自动发送，请勿回复。\n"
    )


@pytest.mark.parametrize("act", Act)
def test_the_sides_and_the_two_persons_bar_what_they_bar_and_nothing_else(act):
    unit, office = act in FILING or act is Act.RECALL, act in OFFICE
    done = {
        "nothing": frozenset(),
        "filed": FILING,
        "reviewed": REVIEWING,
        "led": OFFICE - REVIEWING,
    }
    found = {name: barred(act, lambda acts, own=own: bool(acts & own), asked=False) for name, own in done.items()}

    of_unit, of_office = "您曾代表单位办理这份材料，不能再承担财务部门的工作", "您曾在财务部门办理这份材料，不能再代表单位办理"
    assert found == {
        "nothing": "",
        "filed": of_unit if office else "",
        "reviewed": "复核的人不能自己审定，须由另一人审定" if act is Act.APPROVE else of_office if unit else "",
        "led": of_office if unit else "",
    }
    asked = "提请签批的人不能自己签批，须由另一人签批" if act is Act.SIGN else ""
    assert barred(act, lambda acts: False, asked=True) == asked


def test_the_first_status_is_the_one_that_an_opening_leads_to():
    assert told_by(None, PEOPLE, None) == Told(tuple(Recipient(person, P, True) for person in PEOPLE[:2]))
    assert next(iter(Status)) is Status.DRAFT
