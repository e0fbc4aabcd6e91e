"""Every status × act × role against a table written by hand, and the page drawn from the code."""

from itertools import combinations
from pathlib import Path

import pytest

from assessment.domain.workflow import MOVES, STAGES, Act, Status, Turn, acts_for, allowed, mermaid

#: Who may do what in which status, and the status it leads to; everything that is not here is refused.
EXPECTED = {
    ("draft", "edit", "preparer"): None,
    ("draft", "answer", "preparer"): None,
    ("draft", "waive", "lead"): None,
    ("awaiting_signoff", "waive", "lead"): None,
    ("returned", "waive", "lead"): None,
    ("draft", "request_signoff", "preparer"): "awaiting_signoff",
    ("awaiting_signoff", "hand_back", "head"): "draft",
    ("awaiting_signoff", "sign", "head"): "submitted",
    ("submitted", "recall", "preparer"): "draft",
    ("submitted", "recall", "head"): "draft",
    ("submitted", "open_review", "reviewer"): "under_review",
    ("under_review", "review", "reviewer"): None,
    ("under_review", "return", "reviewer"): "returned",
    ("under_review", "recommend", "reviewer"): "reviewed",
    ("returned", "edit", "preparer"): None,
    ("returned", "answer", "preparer"): None,
    ("returned", "request_signoff", "preparer"): "awaiting_signoff",
    ("reviewed", "review_again", "lead"): "under_review",
    ("reviewed", "approve", "lead"): "approved",
    ("approved", "reopen", "lead"): "returned",
    ("approved", "publish", "lead"): "published",
}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "workflow.md"


@pytest.mark.parametrize("role", Turn)
@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("status", Status)
def test_an_act_is_open_to_those_the_table_names_and_to_nobody_else(status, act, role):
    place = (status.value, act.value, role.value)

    assert allowed(act, status, frozenset({role})) is (place in EXPECTED)
    if place in EXPECTED:
        assert MOVES[act].target == EXPECTED[place]


@pytest.mark.parametrize("status", Status)
def test_who_holds_no_role_can_do_nothing(status):
    assert acts_for(status, frozenset()) == []


@pytest.mark.parametrize("status", Status)
def test_who_holds_two_roles_can_do_what_either_can(status):
    for pair in combinations(Turn, 2):
        expected = {act for (at, act, role) in EXPECTED if at == status and role in pair}
        assert {move.act for move in acts_for(status, frozenset(pair))} == expected


def test_acts_are_offered_in_the_order_of_the_table():
    assert [move.label for move in acts_for(Status.UNDER_REVIEW, frozenset({Turn.REVIEWER}))] == ["复核评分", "退回修改", "提请审定"]
    assert [move.label for move in acts_for(Status.APPROVED, frozenset({Turn.LEAD}))] == ["退回单位", "公开"]


def test_whoever_has_the_turn_can_move_the_filing_on_and_a_published_one_is_at_its_end():
    for status, stage in STAGES.items():
        moves = [move for move in MOVES.values() if status in move.sources and move.target]
        assert bool(moves) is (stage.turn is not None) is (status != Status.PUBLISHED)
        assert stage.turn is None or any(stage.turn in move.roles for move in moves)


def test_every_status_can_be_reached_from_a_draft():
    reached, before = {Status.DRAFT}, set()
    while reached != before:
        before = set(reached)
        reached |= {move.target for move in MOVES.values() if move.target and move.sources & before}

    assert reached == set(Status)


def test_the_diagram_shows_every_status_and_every_way():
    assert mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> draft",
        "    draft : 填报中（填报人填报）",
        "    awaiting_signoff : 待签批（单位负责人签批）",
        "    submitted : 已报送（财务部门受理）",
        "    under_review : 复核中（复核人复核）",
        "    returned : 已退回（填报人修改）",
        "    reviewed : 待审定（审定人审定）",
        "    approved : 已审定（审定人公开）",
        "    published : 已公开（已办结）",
        "    draft --> awaiting_signoff : 提请签批",
        "    returned --> awaiting_signoff : 提请签批",
        "    awaiting_signoff --> draft : 退回填报人",
        "    awaiting_signoff --> submitted : 签批报送",
        "    submitted --> draft : 撤回",
        "    submitted --> under_review : 开始复核",
        "    under_review --> returned : 退回修改",
        "    under_review --> reviewed : 提请审定",
        "    reviewed --> under_review : 退回复核",
        "    reviewed --> approved : 审定",
        "    approved --> returned : 退回单位",
        "    approved --> published : 公开",
        "    published --> [*]",
    ]


ROLES = {Turn.PREPARER: "填报人", Turn.HEAD: "单位负责人", Turn.REVIEWER: "复核人", Turn.LEAD: "审定人"}


def table():
    """The rows of the page: act, who, from where, to where."""
    lines = ["| act | 操作 | who | from | to |", "|---|---|---|---|---|"]
    for act, move in MOVES.items():
        who = "、".join(ROLES[role] for role in Turn if role in move.roles)
        sources = "、".join(f"`{status}`" for status in Status if status in move.sources)
        lines.append(f"| `{act}` | {move.label} | {who} | {sources} | {f'`{move.target}`' if move.target else '–'} |")
    return "\n".join(lines)


def test_the_page_is_drawn_from_the_code():
    page = PAGE.read_text("utf-8")

    assert f"```mermaid\n{mermaid()}\n```" in page
    assert f"\n{table()}\n" in page
