"""The record as people read it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from assessment.domain.workflow import MOVES, STAGES, Act, Status
from assessment.models import Event, Filing, Part
from assessment.services.carrying import CARRIED, CONFIRMED, FORGOTTEN

AMONG_THE_OFFICE = (Act.REVIEW, Act.RECOMMEND, Act.REVIEW_AGAIN)
HOW = {CARRIED: "沿用上年 ", CONFIRMED: "确认沿用 ", FORGOTTEN: "撤去沿用 "}
#: So many of the saves are read, and everything else that happened.
SHOWN = 1000


@dataclass(frozen=True)
class Entry:
    """One line of a filing's history."""

    at: datetime
    actor: str
    act: str
    status: str
    detail: str


def history_of(filing: Filing, *, office: bool) -> list[Entry]:
    """The acts on a filing and the latest saves, newest first; what one person saved in one part without anything between is one act.

    What reviewer and lead said to each other is told to the ``office`` alone.
    """
    recorded = filing.events.select_related("actor").order_by("-number")
    saves = recorded.filter(act=Act.EDIT)[:SHOWN]
    events = sorted([*saves, *recorded.exclude(act=Act.EDIT)], key=lambda event: -event.number)
    return [
        Entry(
            at=last.at,
            actor=str(last.actor),
            act=MOVES[Act(last.act)].label,
            status=STAGES[Status(last.status)].label,
            detail=_in_words(details) if office or last.act not in AMONG_THE_OFFICE else "",
        )
        for last, details in _joined(events)
    ]


def reason_of_hand_back(filing: Filing) -> str:
    """Why the head gave the papers back, until they are handed in again; empty where they did not."""
    last = filing.events.filter(act__in=[act.value for act, move in MOVES.items() if move.target]).order_by("-number").first()
    return str(json.loads(last.detail)["reason"]) if last and last.act == Act.HAND_BACK else ""


def _joined(events: list[Event]) -> Iterator[tuple[Event, dict[str, Any]]]:
    """The last event of each run of saves of one part by one person, with all that they changed; any other by itself."""
    pairs = [(event, json.loads(event.detail)) for event in events]
    for (act, *_), group in groupby(pairs, key=lambda pair: (pair[0].act, pair[0].actor_id, *map(pair[1].get, ("part", "project", "how")))):
        run = list(group)
        if act == Act.EDIT:
            changed = {code for _, detail in run for code in detail["changed"]}
            run = [(run[0][0], run[0][1] | {"changed": changed})]
        yield from run


def _in_words(data: dict[str, Any]) -> str:
    kinds = dict(Part.Kind.choices)
    words = []
    if "waived" in data:
        words.append(f"“{data['message']}”，有效期至 {data['expires_on']}")
    if "ended" in data:
        words.append("终止豁免")
    if "part" in data:
        named = f"{data['project']}：" if "project" in data else ""
        words.append(f"{named}{kinds[data['part']]}，{HOW.get(data.get('how', ''), '')}{len(data['changed'])} 处")
    if "parts" in data:
        words.append("退回：" + "、".join(data["parts"]) + f"（{data['threads']} 条意见）")
    if "thread" in data:
        words.append(data["thread"])
    if "settled" in data:
        words.append("办结：" + "、".join(data["settled"]))
    if "reason" in data:
        words.append(data["reason"])
    if "total" in data:
        words.append(f"复核 {data['total']} 分")
    if "publication" in data:
        words.append(f"第 {data['publication']} 号")
    if "digest" in data:
        words.append(f"摘要值 {data['digest'][:12]}…")
    return "；".join(words)
