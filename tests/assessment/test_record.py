"""The record: frozen, chained, refused any change by the database, and every tampering named."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from assessment.domain.exchange import content_digest
from assessment.domain.workflow import Status
from assessment.models import Event, Evidence, Notice, SchemeVersion, Snapshot
from assessment.services import evidence, signoff
from assessment.services.exchange import signed_content
from assessment.services.turns import event_digest
from reports.models import ChainHead, PrintJob, Publication
from reports.services import jobs, printing
from reports.services.publications import publish
from tests.factories import PDF, Line, make_user
from units.models import Role

pytestmark = pytest.mark.django_db

APPEND_ONLY: dict[str, type[models.Model]] = {
    "assessment_event": Event,
    "assessment_snapshot": Snapshot,
    "reports_publication": Publication,
}


@contextmanager
def unguarded(model: type[models.Model]) -> Iterator[models.QuerySet]:
    """The table with its triggers out of the way, as for somebody who owns the database; the test's end rolls it back."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for name in ("frozen", "kept") if model is SchemeVersion else ("append_only",):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_{name}")
        else:
            for name in ("frozen", "kept") if model is SchemeVersion else ("no_update", "no_delete"):
                cursor.execute(f"DROP TRIGGER {table}_{name}")
    yield model._base_manager.all()


def tamper(row: models.Model, **changes: Any) -> None:
    with unguarded(type(row)) as rows:
        assert rows.filter(pk=row.pk).update(**changes) == 1


def remove(*rows: models.Model) -> None:
    Notice.objects.filter(event__in=[row for row in rows if isinstance(row, Event)]).delete()
    with unguarded(type(rows[0])) as stored:
        stored.filter(pk__in=[row.pk for row in rows]).delete()


def verified() -> tuple[int, list[str]]:
    """The exit status of ``verify_record`` and the faults it names."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_record", stdout=out, stderr=err)
    except CommandError as error:
        faults = err.getvalue().splitlines()
        assert str(error) == f"{len(faults)} fault(s) in the record."
        return error.returncode, faults
    return 0, [out.getvalue().strip()]


def published() -> Line:
    """A published filing with evidence; its PDF is only a stand-in, since a real print takes seconds."""
    line = Line()
    evidence.add_evidence(line.assessment.pk, by=line.preparer, name="决算.pdf", data=PDF, indicators=["spending"], public=True)
    line.advance(Status.APPROVED)
    job = line.filing.print_jobs.get()
    printing._finish(job, jobs.claim(job.pk, timezone.now()), PDF + f"% {line.filing.pk}\n".encode())
    publish(line.filing.pk, by=line.lead)
    line.filing.refresh_from_db()
    return line


def event(line: Line, number: int) -> Event:
    """By its number; -1 is the last."""
    return list(line.filing.events.order_by("number"))[number - 1 if number > 0 else number]


def named(row: Event | Snapshot | Publication) -> str:
    if isinstance(row, Event):
        return f"event {row.pk} (filing {row.filing_id}, number {row.number})"
    if isinstance(row, Snapshot):
        return f"snapshot {row.pk} (filing {row.filing_id}, {row.kind} {row.number})"
    return f"publication {row.number} (filing {row.filing_id})"


def test_what_is_signed_is_canonical_json_under_the_digest_that_the_head_saw() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    seen = content_digest(signed_content(line.filing))

    snapshot = signoff.sign(line.filing.pk, by=line.head, digest_seen=seen)

    assert (snapshot.algorithm, snapshot.digest) == ("sha256", seen)
    assert hashlib.sha256(snapshot.content.encode()).hexdigest() == seen
    data = json.loads(snapshot.content)
    assert json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == snapshot.content
    assert data["assessments"][0]["figures"]["final_general"] == "980"
    line.filing.refresh_from_db()
    assert content_digest(signed_content(line.filing)) == seen


def test_every_event_carries_the_digest_of_the_one_before() -> None:
    line = Line(Status.SUBMITTED)
    previous = ""
    for number, stored in enumerate(line.filing.events.order_by("number"), start=1):
        content = {
            "filing": line.filing.pk,
            "number": number,
            "act": stored.act,
            "actor": stored.actor_id,
            "at": stored.at.astimezone(UTC).isoformat(),
            "status": stored.status,
            "detail": stored.detail,
            "previous": previous,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert (stored.previous, stored.digest) == (previous, hashlib.sha256(text.encode()).hexdigest())
        previous = stored.digest


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET digest = digest", "DELETE FROM {table}"])
def test_the_database_itself_refuses_to_change_the_record(table: str, statement: str) -> None:
    published()

    with pytest.raises(DatabaseError, match=f"{table} is append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))

    assert verified()[0] == 0


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_orm_is_refused_alike(table: str) -> None:
    published()
    row = APPEND_ONLY[table]._base_manager.order_by("pk").last()
    changes = [row.save, row.delete, lambda: type(row)._base_manager.all().update(digest="")]

    for change in changes:
        with pytest.raises((DatabaseError, models.ProtectedError)), transaction.atomic():
            change()

    assert verified()[0] == 0


def test_a_record_that_holds_is_counted() -> None:
    first, second = published(), Line(Status.RETURNED)

    events = first.filing.events.count() + second.filing.events.count()
    assert verified() == (0, [f"The record holds: {events} events, 3 snapshots, 1 publications."])


@pytest.mark.parametrize(
    "changes",
    [
        {"detail": '{"reason":"请补充"}'},
        {"detail": "no json"},
        {"status": "approved"},
        {"act": "recall"},
        {"at": timezone.now() - timedelta(days=400)},
        {"digest": "0" * 64},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_changed_event_is_named(changes: dict[str, Any]) -> None:
    line = published()
    tampered = event(line, 6)
    assert tampered.act == "request_signoff"

    tamper(tampered, **changes)

    status, faults = verified()
    assert (status, faults[0]) == (1, f"{named(tampered)}: content does not match its digest")
    assert faults[1:] == ([f"{named(event(line, 7))}: does not follow the event before it"] if "digest" in changes else [])


def test_an_event_in_another_person_s_name_is_named() -> None:
    line = published()
    signed = line.filing.events.get(act="sign")

    tamper(signed, actor=make_user(Role.HEAD, line.unit))

    assert verified() == (1, [f"{named(signed)}: content does not match its digest"])


def test_an_event_that_no_longer_says_what_was_signed_is_named_with_the_snapshot() -> None:
    line = Line(Status.SUBMITTED)
    signed, snapshot = line.filing.events.get(act="sign"), line.filing.snapshots.get()

    tamper(signed, detail="no json")

    assert verified() == (
        1,
        [
            f"{named(signed)}: content does not match its digest",
            f"{named(signed)}: the filing snapshot 1 that it records is missing",
            f"{named(snapshot)}: no event records it",
        ],
    )


def test_an_event_rewritten_with_its_digest_breaks_the_chain() -> None:
    line = published()
    tampered = event(line, 5)
    tampered.status = "approved"

    tamper(tampered, status="approved", digest=event_digest(tampered))

    assert verified() == (1, [f"{named(event(line, 6))}: does not follow the event before it"])


def test_a_removed_event_in_the_middle_is_named() -> None:
    line = published()
    removed, next_one = event(line, 5), event(line, 6)

    remove(removed)

    assert verified() == (1, [f"{named(next_one)}: number 5 is missing", f"{named(next_one)}: does not follow the event before it"])


def test_removed_last_events_are_named_by_the_status_that_they_led_to() -> None:
    line = Line(Status.RETURNED)
    last = list(line.filing.events.order_by("-number")[:2])
    assert [stored.act for stored in last] == ["return", "open_review"]

    remove(*last)

    name = f"filing {line.filing.pk}"
    assert verified() == (
        1,
        [f"{name}: stands at returned, its events end at submitted", f"{name}: its events do not end with the one it names"],
    )


def test_without_any_event_a_filing_past_its_draft_is_named() -> None:
    line, untouched = Line(Status.AWAITING_SIGNOFF), Line(filled=False)

    remove(*line.filing.events.all())

    assert untouched.filing.events.count() == 0
    assert verified() == (
        1,
        [
            f"filing {line.filing.pk}: stands at awaiting_signoff, its events end at draft",
            f"filing {line.filing.pk}: its events do not end with the one it names",
        ],
    )


def test_removed_last_saves_are_named_though_the_status_is_the_same() -> None:
    draft, reviewed = Line(), Line(Status.UNDER_REVIEW)
    reviewed.review()

    remove(event(draft, -1), event(reviewed, -1))

    assert verified() == (
        1,
        [
            f"filing {draft.filing.pk}: its events do not end with the one it names",
            f"filing {reviewed.filing.pk}: its events do not end with the one it names",
        ],
    )


def test_a_removed_pair_that_led_back_to_the_same_status_is_named() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    signoff.hand_back(line.filing.pk, by=line.head, reason="请补充")

    remove(event(line, -2), event(line, -1))

    assert verified() == (1, [f"filing {line.filing.pk}: its events do not end with the one it names"])


def test_a_chain_rewritten_to_its_end_is_named() -> None:
    line = Line()
    last = event(line, -1)
    last.at += timedelta(days=1)

    tamper(last, at=last.at, digest=event_digest(last))

    assert verified() == (1, [f"filing {line.filing.pk}: its events do not end with the one it names"])


def test_replace_is_refused_like_delete_and_update() -> None:
    """``INSERT OR REPLACE`` deletes the old row: on SQLite the triggers see that only when told to."""
    line = Line()
    last = event(line, -1)
    columns = ", ".join(field.column for field in Event._meta.fields)
    statement = f"INSERT INTO assessment_event ({columns}) SELECT {columns} FROM assessment_event WHERE id = {last.pk}"
    if connection.vendor == "sqlite":
        statement = statement.replace("INSERT", "INSERT OR REPLACE")
    else:
        statement += " ON CONFLICT (id) DO UPDATE SET act = 'sign'"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_changed_after_it_was_signed_is_named() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.assessment.figures.filter(code="final_general").update(value="981")

    assert verified() == (1, [f"filing {line.filing.pk}: its rows are not what was signed"])


def test_a_changed_snapshot_is_named() -> None:
    line = published()
    snapshot = line.filing.snapshots.get(kind="filing")

    tamper(snapshot, content=snapshot.content.replace('"final_general":"980"', '"final_general":"981"'))

    assert verified() == (1, [f"{named(snapshot)}: content does not match its digest"])


def test_a_snapshot_rewritten_with_its_digest_is_one_that_no_event_records() -> None:
    line = Line(Status.SUBMITTED)
    snapshot, signed = line.filing.snapshots.get(), line.filing.events.get(act="sign")
    content = "[]"

    tamper(snapshot, content=content, digest=hashlib.sha256(content.encode()).hexdigest())

    assert verified() == (
        1,
        [f"{named(signed)}: the filing snapshot 1 that it records is missing", f"{named(snapshot)}: no event records it"],
    )


def test_a_removed_snapshot_is_named_by_the_event_that_records_it() -> None:
    signed, approved = Line(Status.SUBMITTED), Line(Status.APPROVED)
    PrintJob.objects.all().delete()

    remove(signed.filing.snapshots.get(), approved.filing.snapshots.get(kind="review"))

    assert verified() == (
        1,
        [
            f"{named(signed.filing.events.get(act='sign'))}: the filing snapshot 1 that it records is missing",
            f"{named(approved.filing.events.get(act='approve'))}: the review snapshot 1 that it records is missing",
        ],
    )


def test_a_snapshot_made_past_the_acts_is_named() -> None:
    line = Line(Status.SUBMITTED)
    extra = signoff.freeze(line.filing, Snapshot.Kind.FILING, line.filing.snapshots.get().content, by=line.head)

    assert verified() == (1, [f"{named(extra)}: no event records it"])


def test_a_changed_scheme_is_named() -> None:
    Line()
    version = SchemeVersion.objects.get()

    tamper(version, document=version.document.replace('"points":"6"', '"points":"7"', 1))

    assert verified() == (1, [f"scheme {version.pk} (example_whole 2022.1): content does not match its digest"])


def stored_file(settings: LazySettings, item: Evidence) -> Path:
    return Path(settings.MEDIA_ROOT) / evidence.evidence_path(item.sha256)


def test_a_changed_and_a_missing_evidence_file_are_named(settings: LazySettings) -> None:
    line = Line()
    pk, by = line.assessment.pk, line.preparer
    changed, missing = (
        evidence.add_evidence(pk, by=by, name=f"{number}.pdf", data=PDF + bytes(number), indicators=[], public=False) for number in (1, 2)
    )
    stored_file(settings, changed).write_bytes(PDF)
    stored_file(settings, missing).unlink()

    assert verified() == (
        1,
        [
            f"evidence {changed.pk} (assessment {pk}): file does not match its digest",
            f"evidence {missing.pk} (assessment {pk}): file is missing",
        ],
    )


def test_evidence_that_only_a_snapshot_still_names_is_verified_as_well(settings: LazySettings) -> None:
    line = Line()
    item = evidence.add_evidence(line.assessment.pk, by=line.preparer, name="决算.pdf", data=PDF, indicators=[], public=False)
    line.advance(Status.SUBMITTED)
    signoff.recall(line.filing.pk, by=line.preparer)
    evidence.remove_evidence(item.pk, by=line.preparer)
    assert verified()[0] == 0

    stored_file(settings, item).write_bytes(b"")

    snapshot = line.filing.snapshots.get()
    assert verified() == (
        1,
        [f"snapshot {snapshot.pk} (filing {line.filing.pk}): its evidence {item.sha256}: file does not match its digest"],
    )


@pytest.mark.parametrize("field", ["published_at", "published_by", "previous"])
def test_a_changed_publication_is_named(field: str) -> None:
    line = published()
    publication = line.filing.publication
    other = {"published_at": timezone.now() - timedelta(days=1), "published_by": line.reviewer, "previous": "0" * 64}[field]

    tamper(publication, **{field: other})

    broken = [f"{named(publication)}: does not follow the record before it"] if field == "previous" else []
    assert verified() == (1, [*broken, f"{named(publication)}: content does not match its digest"])


def test_a_publication_of_another_file_is_named(settings: LazySettings) -> None:
    line = published()
    publication = line.filing.publication
    other = "0" * 64

    tamper(publication, pdf_sha256=other)

    assert verified() == (
        1,
        [
            f"{named(publication)}: content does not match its digest",
            f"{named(publication)}: its print job is of another content",
            f"{named(line.filing.events.get(act='publish'))}: the publication 1 that it records is missing",
            f"{named(publication)}: PDF file is missing",
        ],
    )


def test_a_publication_given_to_another_print_job_is_named() -> None:
    first, second = published(), published()

    tamper(first.filing.publication, job=second.filing.print_jobs.get())

    assert verified() == (1, [f"{named(first.filing.publication)}: its print job is of another content"])


def test_a_removed_publication_in_the_middle_is_named() -> None:
    first, second = published(), published()

    remove(first.filing.publication)

    chained = named(second.filing.publication)
    assert verified() == (
        1,
        [
            f"{chained}: number 1 is missing",
            f"{chained}: does not follow the record before it",
            f"{named(first.filing.events.get(act='publish'))}: the publication 1 that it records is missing",
        ],
    )


@pytest.mark.parametrize("head_too", [False, True])
def test_a_removed_last_publication_is_named_even_if_the_head_of_the_chain_is_set_back(head_too: bool) -> None:
    first, second = published(), published()

    remove(second.filing.publication)
    if head_too:
        ChainHead.objects.update(number=1, digest=first.filing.publication.digest)

    status, faults = verified()
    missing = f"{named(second.filing.events.get(act='publish'))}: the publication 2 that it records is missing"
    head = "publications: the chain ends at number 1, its head names number 2"
    assert (status, faults) == (1, [missing] if head_too else [head, missing])


@pytest.mark.parametrize(("content", "fault"), [(b"%PDF-1.4 other", "file does not match its digest"), (None, "file is missing")])
def test_a_changed_and_a_missing_pdf_are_named(settings: LazySettings, content: bytes | None, fault: str) -> None:
    line = published()
    path = Path(settings.MEDIA_ROOT) / line.filing.publication.job.path
    path.unlink() if content is None else path.write_bytes(content)

    assert verified() == (1, [f"{named(line.filing.publication)}: PDF {fault}"])
