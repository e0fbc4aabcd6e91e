"""The record as people read it."""

import json
from dataclasses import dataclass
from datetime import datetime

from assessment.domain.workflow import MOVES, STAGES, Act, Status
from assessment.models import Filing, Part

SHOWN = 200


@dataclass(frozen=True)
class Entry:
    """One line of a filing's history."""

    at: datetime
    actor: str
    act: str
    status: str
    detail: str


def history_of(filing: Filing) -> list[Entry]:
    """The latest ``SHOWN`` acts on a filing, newest first."""
    events = filing.events.select_related("actor").order_by("-number")[:SHOWN]
    return [
        Entry(event.at, str(event.actor), MOVES[Act(event.act)].label, STAGES[Status(event.status)].label, _in_words(event.detail))
        for event in events
    ]


def _in_words(detail: str) -> str:
    data = json.loads(detail)
    kinds = dict(Part.Kind.choices)
    words = []
    if "waived" in data:
        words.append(f"“{data['message']}”，有效期至 {data['expires_on']}")
    if "ended" in data:
        words.append("终止豁免")
    if "part" in data:
        words.append(f"{kinds[data['part']]}，{len(data['changed'])} 处")
    if "parts" in data:
        words.append("退回：" + "、".join(str(kinds[kind]) for kind in data["parts"]))
    if "reason" in data:
        words.append(data["reason"])
    if "total" in data:
        words.append(f"复核 {data['total']} 分")
    if "publication" in data:
        words.append(f"第 {data['publication']} 号")
    if "digest" in data:
        words.append(f"摘要值 {data['digest'][:12]}…")
    return "；".join(words)
