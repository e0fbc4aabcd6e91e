"""Walking the record: every chain link, every snapshot, every stored file; each fault names its row."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from pydantic import ValidationError

from assessment.domain.canonical import digest
from assessment.domain.exchange import AssessmentContent, FilingContent
from assessment.domain.workflow import UNSIGNED, Act, Status
from assessment.models import Event, Evidence, Filing, SchemeVersion, Snapshot
from assessment.services.contents import assessment_content, assessments_of
from assessment.services.evidence import evidence_path
from assessment.services.turns import event_digest


def verify_record() -> Iterator[str]:
    """Every fault in events, snapshots, schemes and evidence, in English with the row's name; nothing when all is well."""
    for filing in Filing.objects.order_by("pk").iterator():
        events, snapshots = list(filing.events.order_by("number")), list(filing.snapshots.order_by("pk"))
        yield from _events(events)
        yield from _ending(filing, events)
        yield from _rows(filing, snapshots)
        yield from _snapshots(events, snapshots)
    yield from _schemes()
    yield from _evidence()


def event_name(event: Event) -> str:
    """An event as a fault names it."""
    return f"event {event.pk} (filing {event.filing_id}, number {event.number})"


def detail_of(event: Event) -> dict[str, Any]:
    """What an event says beside the act; empty where that was overwritten with something else."""
    try:
        detail = json.loads(event.detail)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _events(events: list[Event]) -> Iterator[str]:
    number, previous = 0, ""
    for event in events:
        number += 1
        if event.number != number:
            yield f"{event_name(event)}: number {number} is missing"
            number = event.number
        if event.previous != previous:
            yield f"{event_name(event)}: does not follow the event before it"
        if event_digest(event) != event.digest:
            yield f"{event_name(event)}: content does not match its digest"
        previous = event.digest


def _ending(filing: Filing, events: list[Event]) -> Iterator[str]:
    """A cut tail leaves no gap, but the filing names its latest event and stands where that led."""
    name = f"filing {filing.pk}"
    last = events[-1].status if events else Status.DRAFT.value
    if filing.status != last:
        yield f"{name}: stands at {filing.status}, its events end at {last}"
    if filing.last_event != (events[-1].digest if events else ""):
        yield f"{name}: its events do not end with the one it names"


def _rows(filing: Filing, snapshots: list[Snapshot]) -> Iterator[str]:
    """Once signed, the rows that the office reads and approves are those of the snapshot."""
    signed = [snapshot for snapshot in snapshots if snapshot.kind == Snapshot.Kind.FILING]
    if filing.status in UNSIGNED or not signed or digest(signed[-1].content) != signed[-1].digest:
        return  # an overwritten snapshot is named as such
    content = _read(signed[-1])
    if content and [typed(assessment_content(item)) for item in assessments_of(filing)] != [typed(item) for item in content.assessments]:
        yield f"filing {filing.pk}: its rows are not what was signed"


def typed(content: AssessmentContent) -> dict[str, Any]:
    """What people put in, without what the engine says of it: its words may change with a release."""
    computed = {"auto_points", "explain", "inputs", "steps", "best", "not_applicable", "removed"}
    told: dict[str, Any] = dict.fromkeys(["derived", "self_total", "total_steps", "grade"], True)
    left_out = told | {"scores": {"__all__": computed}, "project": {"key"}}
    return content.model_dump(mode="json", exclude=left_out)


def _snapshots(events: list[Event], snapshots: list[Snapshot]) -> Iterator[str]:
    recorded = _recorded(events)
    there = {(snapshot.kind, snapshot.number, snapshot.digest) for snapshot in snapshots}
    for key, event in recorded.items():
        if key not in there:
            yield f"{event_name(event)}: the {key[0]} snapshot {key[1]} that it records is missing"
    for snapshot in snapshots:
        name = f"snapshot {snapshot.pk} (filing {snapshot.filing_id}, {snapshot.kind} {snapshot.number})"
        if digest(snapshot.content) != snapshot.digest:
            yield f"{name}: content does not match its digest"
        if (snapshot.kind, snapshot.number, snapshot.digest) not in recorded:
            yield f"{name}: no event records it"


def _recorded(events: list[Event]) -> dict[tuple[str, int, str], Event]:
    """The snapshots that events say were made, by kind, number and digest."""
    made = {}
    for act, kind, key in ((Act.SIGN, Snapshot.Kind.FILING, "digest"), (Act.APPROVE, Snapshot.Kind.REVIEW, "review")):
        for number, event in enumerate((event for event in events if event.act == act), start=1):
            made[kind.value, number, str(detail_of(event).get(key))] = event
    return made


def _schemes() -> Iterator[str]:
    for version in SchemeVersion.objects.order_by("pk").iterator():
        if digest(version.document) != version.digest:
            yield f"scheme {version.pk} ({version.code} {version.version}): content does not match its digest"


def _evidence() -> Iterator[str]:
    """Files that the drafts name, and those that only a snapshot still names."""
    seen = set()
    for item in Evidence.objects.order_by("pk").iterator():
        seen.add(item.sha256)
        if fault := file_fault(evidence_path(item.sha256), item.sha256):
            yield f"evidence {item.pk} (assessment {item.assessment_id}): {fault}"
    for snapshot in Snapshot.objects.filter(kind=Snapshot.Kind.FILING).order_by("pk").iterator():
        for sha256 in _evidence_named(snapshot) - seen:
            seen.add(sha256)
            if fault := file_fault(evidence_path(sha256), sha256):
                yield f"snapshot {snapshot.pk} (filing {snapshot.filing_id}): its evidence {sha256}: {fault}"


def _evidence_named(snapshot: Snapshot) -> set[str]:
    content = _read(snapshot)
    return {item.sha256 for assessment in content.assessments for item in assessment.evidence} if content else set()


def _read(snapshot: Snapshot) -> FilingContent | None:
    """What a snapshot holds; None where it was overwritten with something else, which is named elsewhere."""
    try:
        return FilingContent.model_validate_json(snapshot.content)
    except ValidationError:
        return None


def file_fault(path: str, sha256: str) -> str:
    """What is wrong with a stored file; empty when its bytes have the digest."""
    if not default_storage.exists(path):
        return "file is missing"
    found = hashlib.sha256()
    with default_storage.open(path) as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return "" if found.hexdigest() == sha256 else "file does not match its digest"
