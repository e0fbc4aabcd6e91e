"""Walking the record: every chain link, every snapshot, every stored file; each fault names its row."""

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage

from assessment.domain.canonical import digest
from assessment.models import Event, Evidence, Snapshot
from assessment.services.evidence import evidence_path
from assessment.services.turns import event_digest


def verify_record() -> Iterator[str]:
    """Every fault in events, snapshots and evidence, in English with the row's name; nothing when all is well."""
    yield from _events()
    yield from _snapshots()
    yield from _evidence()


def _events() -> Iterator[str]:
    filing_id, number, previous = 0, 0, ""
    for event in Event.objects.order_by("filing", "number").iterator():
        if event.filing_id != filing_id:
            filing_id, number, previous = event.filing_id, 0, ""
        number += 1
        name = f"event {event.pk} (filing {event.filing_id}, number {event.number})"
        if event.number != number:
            yield f"{name}: number {number} is missing"
            number = event.number
        if event.previous != previous:
            yield f"{name}: does not follow the event before it"
        if event_digest(event) != event.digest:
            yield f"{name}: content does not match its digest"
        previous = event.digest


def _snapshots() -> Iterator[str]:
    for snapshot in Snapshot.objects.order_by("pk").iterator():
        name = f"snapshot {snapshot.pk} (filing {snapshot.filing_id}, {snapshot.kind} {snapshot.number})"
        if digest(snapshot.content) != snapshot.digest:
            yield f"{name}: content does not match its digest"
        elif snapshot.digest not in _recorded_digests(snapshot):
            yield f"{name}: no event records its digest"


def _recorded_digests(snapshot: Snapshot) -> str:
    return "\n".join(Event.objects.filter(filing=snapshot.filing_id, act__in=["sign", "approve"]).values_list("detail", flat=True))


def _evidence() -> Iterator[str]:
    for item in Evidence.objects.order_by("pk").iterator():
        fault = file_fault(evidence_path(item.sha256), item.sha256)
        if fault:
            yield f"evidence {item.pk} (assessment {item.assessment_id}): {fault}"


def file_fault(path: str, sha256: str) -> str:
    """What is wrong with a stored file; empty when its bytes have the digest."""
    if not default_storage.exists(path):
        return "file is missing"
    found = hashlib.sha256()
    with default_storage.open(path) as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return "" if found.hexdigest() == sha256 else "file does not match its digest"
