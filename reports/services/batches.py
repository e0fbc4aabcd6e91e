"""Printing a whole round: one writing transaction, however many filings; what is there already is used again."""

import re
from dataclasses import dataclass
from typing import Any
from unicodedata import category, normalize

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.workflow import UNSIGNED, Status
from assessment.models import Filing, Round, Snapshot
from reports.models import BatchItem, PrintBatch, PrintJob
from reports.services.jobs import ENDED_WITHOUT, new_job, prints_rounds, put_back
from units.models import User

REPORTED = (Status.APPROVED, Status.PUBLISHED)
#: Not allowed in a file's name somewhere.
UNFIT = re.compile(r'[\\/:*?"<>|\s]+')
#: Controls, marks of direction, joiners: not seen in a name.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
#: A name's bytes, so that an ending fits within the 255 that file systems take.
NAME_BYTES = 200


@dataclass(frozen=True)
class Row:
    """One filing of the round as it stands; ``signed`` is the number of its last signed content, if one stands."""

    filing_id: int
    status: str
    code: str
    unit: str
    signed: int | None


@transaction.atomic
def print_round(round_id: int, *, by: User) -> PrintBatch:
    """Have every signed filing of the round printed: the report of an approval as it is, all others as a copy for review.

    Asked for again while nothing has changed, the batch is the one that is there.
    """
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    _check(by, round_)
    rows = _rows(round_)
    if not any(row.signed for row in rows):
        raise DomainError("这一年度还没有签批报送的材料，没有可打印的内容")
    jobs = _jobs_of(round_, rows, by=by)
    names = unique([f"{row.code}-{row.unit}-{round_.fiscal_year}" for row in rows])
    items = [
        BatchItem(filing_id=row.filing_id, job=jobs.get(row.filing_id), status=row.status, name=name)
        for row, name in zip(rows, names, strict=True)
    ]
    if same := _same(round_, items):
        return same
    batch = PrintBatch.objects.create(round=round_, asked_by=by)
    for item in items:
        item.batch = batch
    BatchItem.objects.bulk_create(items)
    return batch


def _check(by: User, round_: Round) -> None:
    if not prints_rounds(by, round_):
        raise DomainError("您不承担此项工作，不能打印全轮")


def _rows(round_: Round) -> list[Row]:
    """Every filing of the round, in the order of the units."""
    signed = Snapshot.objects.filter(filing=OuterRef("pk"), kind=Snapshot.Kind.FILING).order_by("-number")
    found = Filing.objects.filter(round=round_).annotate(signed=Subquery(signed.values("pk")[:1])).order_by("unit__path")
    values = found.values_list("pk", "status", "unit__code", "unit__name", "signed")
    return [Row(pk, status, code, unit, None if status in UNSIGNED else last) for pk, status, code, unit, last in values]


def _jobs_of(round_: Round, rows: list[Row], *, by: User) -> dict[int, PrintJob]:
    """The print job of each signed filing, new ones written; by the filing's number."""
    live = PrintJob.objects.filter(filing__round=round_).defer("content").order_by("pk")
    reports = {job.snapshot_id: job for job in live.filter(kind=PrintJob.Kind.REPORT)}
    copies = {job.snapshot_id: job for job in live.filter(kind=PrintJob.Kind.COPY).exclude(state__in=ENDED_WITHOUT)}
    found, fresh = {}, []
    for row in rows:
        if row.signed is None:
            continue
        job = reports.get(row.signed) if row.status in REPORTED else copies.get(row.signed)
        if job is None:
            job = new_job(PrintJob.Kind.COPY, by=by, filing_id=row.filing_id, snapshot_id=row.signed)
            fresh.append(job)
        found[row.filing_id] = job
    PrintJob.objects.bulk_create(fresh)
    return found


def _same(round_: Round, items: list[BatchItem]) -> PrintBatch | None:
    """The latest batch of the round, if it holds exactly these and was not cancelled."""
    latest = PrintBatch.objects.filter(round=round_, cancelled_at=None).order_by("-pk").first()
    if latest is None:
        return None
    there = set(latest.items.values_list("filing_id", "job_id", "status", "name"))
    return latest if there == {(item.filing_id, item.job_id, item.status, item.name) for item in items} else None


def unique(names: list[str]) -> list[str]:
    """The names as names of files: without what is unfit, not too long, and no two alike but for their case."""
    taken: set[str] = set()
    found = []
    for name in names:
        seen = "".join(character if category(character) not in UNSEEN else " " for character in normalize("NFC", name))
        fit = UNFIT.sub("_", seen).strip("._ ")
        chosen, number = cut(fit, ""), 1
        while chosen.casefold() in taken:
            number += 1
            chosen = cut(fit, f"({number})")
        taken.add(chosen.casefold())
        found.append(chosen)
    return found


def cut(name: str, ending: str) -> str:
    """``name`` with its ending within ``NAME_BYTES``, no character cut in two."""
    return name.encode()[: NAME_BYTES - len(ending.encode())].decode(errors="ignore") + ending


def _take(batch_id: int, *, by: User) -> PrintBatch:
    """Lock the round first, as who asks for a batch does, then the batch; ask whether ``by`` may do anything with it."""
    Round.objects.select_for_update(of=("self",)).get(print_batches=batch_id)
    batch = PrintBatch.objects.select_for_update(of=("self",)).select_related("round").get(pk=batch_id)
    _check(by, batch.round)
    if batch.cancelled_at is not None:
        raise DomainError("这一批已取消，需要时请重新打印全轮")
    return batch


@transaction.atomic
def cancel_batch(batch_id: int, *, by: User) -> int:
    """Take the batch's waiting copies out of the queue, but for those that another batch waits for; returns how many."""
    batch = _take(batch_id, by=by)
    batch.cancelled_by, batch.cancelled_at = by, timezone.now()
    batch.save(update_fields=["cancelled_by", "cancelled_at"])
    wanted = BatchItem.objects.filter(batch__cancelled_at=None).exclude(job=None)
    waiting = _jobs(batch).filter(kind=PrintJob.Kind.COPY, state=PrintJob.State.WAITING).exclude(pk__in=wanted.values("job"))
    return waiting.update(state=PrintJob.State.CANCELLED, finished_at=timezone.now())


@transaction.atomic
def retry_batch(batch_id: int, *, by: User) -> int:
    """Put the batch's failed and cancelled jobs back in the queue; returns how many."""
    return put_back(_jobs(_take(batch_id, by=by)))


def _jobs(batch: PrintBatch) -> QuerySet[Any, Any]:
    return PrintJob.objects.filter(pk__in=batch.items.exclude(job=None).values("job"))
