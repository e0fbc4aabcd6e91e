"""Making a filing public: one link of the chain, written in the transaction that moves the filing."""

from collections.abc import Iterator
from datetime import UTC

from django.db import transaction
from django.utils import timezone

from assessment.domain.canonical import canonical_json, digest
from assessment.domain.errors import DomainError
from assessment.domain.workflow import Act
from assessment.models import Event, Filing, Snapshot
from assessment.services import turns
from assessment.services.verify import detail_of, event_name, file_fault
from reports.models import ChainHead, PrintJob, Publication
from reports.models.jobs import print_path
from units.models import User


@transaction.atomic
def publish(filing_id: int, *, by: User) -> Publication:
    """Give the printed report of the signed content to the public. Raises ``DomainError`` while it is not printed."""
    filing = turns.take(filing_id, Act.PUBLISH, by=by)
    signed = filing.snapshots.filter(kind=Snapshot.Kind.FILING).latest("number")
    job = PrintJob.objects.filter(filing=filing, kind=PrintJob.Kind.REPORT, snapshot=signed).order_by("-pk").first()
    if job is None or job.state != PrintJob.State.DONE:
        raise DomainError("正式报告尚未打印完成，打印完成后才能公开")
    if fault := file_fault(job.path, job.sha256):
        raise DomainError(f"正式报告文件有误（{fault}），不能公开，请联系系统管理员")
    head = _lock_head()
    publication = Publication(
        number=head.number + 1,
        filing=filing,
        snapshot=signed,
        job=job,
        pdf_sha256=job.sha256,
        published_by=by,
        published_at=timezone.now(),
        previous=head.digest,
    )
    publication.digest = publication_digest(publication)
    publication.save(force_insert=True)
    head.number, head.digest = publication.number, publication.digest
    head.save()
    turns.move(filing, Act.PUBLISH, by=by, detail={"publication": publication.number, "pdf": job.sha256, "digest": signed.digest})
    return publication


def _lock_head() -> ChainHead:
    ChainHead.objects.get_or_create(pk=1)
    return ChainHead.objects.select_for_update().get(pk=1)


def publication_digest(publication: Publication) -> str:
    """What a publication's ``digest`` must be: over what was made public, when, by whom, and the digest before it."""
    scheme_digests = Filing.objects.filter(pk=publication.filing_id).values_list("assessments__scheme__digest", flat=True)
    return digest(
        canonical_json(
            {
                "number": publication.number,
                "filing": publication.filing_id,
                "snapshot": publication.snapshot.digest,
                "schemes": sorted(scheme_digests),
                "review": _public_review(publication.job),
                "pdf": publication.pdf_sha256,
                "by": publication.published_by_id,
                "at": publication.published_at.astimezone(UTC).isoformat(),
                "previous": publication.previous,
            }
        )
    )


def _public_review(job: PrintJob) -> str:
    """The digest of the review that the public was given; empty where there was none."""
    return job.review_snapshot.digest if job.with_review and job.review_snapshot else ""


def verify_publications() -> Iterator[str]:
    """Every fault in the chain of publications and in the printed files, with the row's name."""
    publications = list(Publication.objects.select_related("snapshot", "job__review_snapshot").order_by("number"))
    yield from _chain(publications)
    yield from _published(publications)
    for publication in publications:
        if fault := file_fault(print_path(publication.pdf_sha256), publication.pdf_sha256):
            yield f"{_name(publication)}: PDF {fault}"


def _name(publication: Publication) -> str:
    return f"publication {publication.number} (filing {publication.filing_id})"


def _chain(publications: list[Publication]) -> Iterator[str]:
    number, previous = 0, ""
    for publication in publications:
        number += 1
        if publication.number != number:
            yield f"{_name(publication)}: number {number} is missing"
            number = publication.number
        if publication.previous != previous:
            yield f"{_name(publication)}: does not follow the record before it"
        if publication_digest(publication) != publication.digest:
            yield f"{_name(publication)}: content does not match its digest"
        if (publication.job.snapshot_id, publication.job.sha256) != (publication.snapshot_id, publication.pdf_sha256):
            yield f"{_name(publication)}: its print job is of another content"
        previous = publication.digest
    head = ChainHead.objects.filter(pk=1).first() or ChainHead()
    if (head.number, head.digest) != (number, previous):
        yield f"publications: the chain ends at number {number}, its head names number {head.number}"


def _published(publications: list[Publication]) -> Iterator[str]:
    """A cut tail leaves no gap in the chain, but the filing's events say what was made public."""
    there = {(publication.filing_id, str(publication.number), publication.pdf_sha256) for publication in publications}
    for event in Event.objects.filter(act=Act.PUBLISH).order_by("pk"):
        detail = detail_of(event)
        if (event.filing_id, str(detail.get("publication")), str(detail.get("pdf"))) not in there:
            yield f"{event_name(event)}: the publication {detail.get('publication')} that it records is missing"
