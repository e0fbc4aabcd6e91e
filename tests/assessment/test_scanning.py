"""Evidence and the virus scanner: what waits, what is held, what is found, and what happens when nobody answers."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import Evidence
from assessment.services import evidence, scanning, signoff
from reports.management.commands.dispatch import AHEAD, dispatch_once
from reports.models import PrintJob
from reports.services import jobs
from reports.tasks import next_job
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import PDF, Line
from tests.fake_clamd import EICAR, fake_clamd, free_address
from tests.tools import at_once, refusal_of

pytestmark = pytest.mark.django_db
Scan = Evidence.Scan


def upload(line: Line, name: str = "决算.pdf", data: bytes = PDF) -> Evidence:
    return evidence.add_evidence(line.assessment.pk, by=line.preparer, name=name, data=data, indicators=["spending"], public=False)


def states() -> dict[str, tuple[str, str]]:
    return {item.name: (item.scan, item.scan_note) for item in Evidence.objects.all()}


def test_without_a_scanner_no_file_waits_and_no_state_is_shown(django_assert_num_queries: Any) -> None:
    line = Line()
    upload(line)

    with django_assert_num_queries(0):
        assert scanning.scan_next(timezone.now()) is False

    assert states() == {"决算.pdf": ("", "")}
    page = signed_in(line.preparer).get(reverse("assessment:evidence", args=[line.assessment.pk]))
    assert read(page).select(".scan") == []
    line.advance(Status.AWAITING_SIGNOFF)


def test_files_are_looked_through_one_by_one_the_oldest_first(settings: LazySettings) -> None:
    line = Line()
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        upload(line, "好.pdf")
        upload(line, "坏.pdf", PDF + EICAR)

        done = [scanning.scan_next(timezone.now()) for _ in range(3)]

        assert (done, clamd.streams) == ([True, True, False], [PDF, PDF + EICAR])
    assert states() == {"好.pdf": ("clean", ""), "坏.pdf": ("infected", "Eicar-Test-Signature")}


def test_what_waits_is_given_to_nobody_and_cannot_be_signed(settings: LazySettings) -> None:
    settings.CLAMAV = free_address()
    line = Line()
    item = upload(line)
    told = "“决算.pdf”正在等待查毒，查完后才能查看或下载"

    for person in (line.preparer, line.head, line.reviewer):
        client = signed_in(person)
        download = client.get(reverse("assessment:download", args=[item.pk]), follow=True)
        assert messages(download) == [told]
        assert client.get(reverse("assessment:shown", args=[item.pk])).status_code == 404
        page = read(client.get(reverse("assessment:file", args=[item.pk])))
        assert (page.texts(".alert-warning"), page.select("iframe"), page.select(".file-acts")) == ([f"{told}。"], [], [])

    assert refusal_of(lambda: line.advance(Status.AWAITING_SIGNOFF)) == ("还有 1 份佐证材料在查毒，查完后才能提请签批", {})


def test_what_waits_is_shown_as_waiting_and_what_is_clean_as_clean(settings: LazySettings) -> None:
    line = Line()
    client, address = signed_in(line.preparer), reverse("assessment:evidence", args=[line.assessment.pk])
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        upload(line)
        waiting = read(client.get(address))
        scanning.scan_next(timezone.now())
        clean = read(client.get(address))

    assert (waiting.texts(".scan"), "data-waiting" in waiting.one("#evidence-files").attributes) == (["待查毒"], True)
    assert waiting.one(".alert-warning").text == "有 1 份文件正在等待查毒，查完之前不能查看、下载，也不能提请签批。"
    assert "1 份，1 份待查毒" in waiting.texts(".parts-nav .quiet")
    assert (clean.texts(".scan"), "data-waiting" in clean.one("#evidence-files").attributes) == (["未发现病毒"], False)
    line.advance(Status.AWAITING_SIGNOFF)


def test_an_infected_file_is_held_and_named_and_the_unit_removes_it(settings: LazySettings) -> None:
    line = Line()
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        item = upload(line, "坏.pdf", PDF + EICAR)
        scanning.scan_next(timezone.now())
    settings.CLAMAV = ""  # nor is it given out when the scanner is taken away
    client, address = signed_in(line.preparer), reverse("assessment:evidence", args=[line.assessment.pk])

    page = client.get(address)
    download = client.get(reverse("assessment:download", args=[item.pk]), follow=True)

    assert read(page).texts(".scan") == ["发现病毒：Eicar-Test-Signature"]
    assert messages(download) == ["“坏.pdf”中发现病毒（Eicar-Test-Signature），已隔离，不能查看或下载"]
    assert client.get(reverse("assessment:shown", args=[item.pk])).status_code == 404
    assert refusal_of(lambda: line.advance(Status.AWAITING_SIGNOFF)) == ("佐证材料“坏.pdf”中发现病毒，请移除后再提请签批", {})
    send(client, page, "table.evidence form")
    line.advance(Status.AWAITING_SIGNOFF)


def test_what_waits_passes_when_the_scanner_is_taken_away(settings: LazySettings) -> None:
    settings.CLAMAV = free_address()
    line = Line()
    item = upload(line)
    settings.CLAMAV = ""
    client = signed_in(line.preparer)

    download = client.get(reverse("assessment:download", args=[item.pk]))
    page = read(client.get(reverse("assessment:evidence", args=[line.assessment.pk])))

    assert (download.status_code, data_of(download), page.select(".scan")) == (200, PDF, [])
    line.advance(Status.AWAITING_SIGNOFF)


def test_a_virus_that_is_found_after_the_request_stops_the_signature() -> None:
    line = Line()
    item = upload(line)
    line.advance(Status.AWAITING_SIGNOFF)
    Evidence.objects.filter(pk=item.pk).update(scan=Scan.INFECTED, scan_note="Eicar-Test-Signature")

    assert refusal_of(line.sign) == ("佐证材料“决算.pdf”中发现病毒，请移除后再签批报送", {})


def test_the_scanner_s_word_is_no_part_of_what_is_signed(settings: LazySettings) -> None:
    line = Line()
    item = upload(line)
    digests = set()
    for scan in ("", *Scan.values):
        Evidence.objects.filter(pk=item.pk).update(scan=scan, scan_note="x", scan_attempts=3)
        digests.add(signoff.digest_now(line.filing))

    assert len(digests) == 1


def test_nobody_there_keeps_all_files_waiting_is_told_and_is_asked_again_later(settings: LazySettings) -> None:
    settings.CLAMAV = free_address()
    line = Line()
    upload(line, "一.pdf")
    upload(line, "二.pdf", PDF + b"2")
    now = timezone.now()

    assert [scanning.scan_next(now), scanning.scan_next(now)] == [True, False]

    assert states() == dict.fromkeys(["一.pdf", "二.pdf"], ("waiting", "查毒程序没有应答"))
    page = signed_in(line.preparer).get(reverse("assessment:evidence", args=[line.assessment.pk]))
    assert "查毒程序没有应答，会自动再试。" in read(page).one(".alert-warning").text
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        later = timezone.now() + scanning.BACK_OFF
        assert [scanning.scan_next(later) for _ in range(3)] == [True, True, False]
    assert states() == dict.fromkeys(["一.pdf", "二.pdf"], ("clean", ""))


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 15), (2, 30), (3, 60), (6, 480), (7, 600), (60000, 600)])
def test_a_file_waits_longer_with_each_attempt_in_vain(attempts: int, seconds: int) -> None:
    assert scanning.back_off(attempts) == timedelta(seconds=seconds)


def test_a_file_that_the_scanner_drops_waits_alone(settings: LazySettings) -> None:
    line = Line()
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        upload(line, "一.pdf")
        upload(line, "二.pdf", PDF + b"2")
        clamd.instead = lambda link: None
        scanning.scan_next(timezone.now())
        clamd.instead = None
        scanning.scan_next(timezone.now())

    assert states() == {"一.pdf": ("waiting", "查毒程序中断了连接"), "二.pdf": ("clean", "")}


def test_a_file_that_one_worker_has_is_taken_up_by_another_only_when_it_must_have_died(settings: LazySettings) -> None:
    settings.CLAMAV = "127.0.0.1:9"
    item = upload(Line())
    now = timezone.now()

    first = scanning._claim(now)

    assert first == item
    assert scanning._claim(now + scanning.HELD - timedelta(seconds=1)) is None
    again = scanning._claim(now + scanning.HELD)
    assert (again, again.scan_attempts if again else 0) == (item, 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_has_the_file(settings: LazySettings) -> None:
    settings.CLAMAV = "127.0.0.1:9"
    item = upload(Line())
    now = timezone.now()

    answers = at_once(Evidence.objects.filter(pk=item.pk), *[lambda: scanning._claim(now)] * 2)

    assert sorted(map(str, answers)) == ["None", "决算.pdf"]


def test_a_file_removed_while_it_is_looked_through_stays_removed(settings: LazySettings) -> None:
    line = Line()
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        item = upload(line)
        claimed = scanning._claim(timezone.now())
        assert claimed == item
        evidence.remove_evidence(item.pk, by=line.preparer)
        scanning._settle(item, scan=Scan.CLEAN)

    assert states() == {}


def test_a_file_whose_bytes_are_gone_waits_and_says_so(settings: LazySettings) -> None:
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        item = upload(Line())
        default_storage.delete(evidence.evidence_path(item.sha256))

        assert scanning.scan_next(timezone.now()) is True

    assert states() == {"决算.pdf": ("waiting", "文件缺失或损坏，请移除后重新上传")}


def test_the_dispatcher_hurries_scans_and_prints_and_a_worker_scans_first(settings: LazySettings) -> None:
    line = Line()
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        upload(line)
        job = jobs.ask_preview(line.filing, by=line.preparer)
        current_app.control.purge()
        try:
            assert dispatch_once() == 2
            Evidence.objects.bulk_create(
                Evidence(
                    assessment=line.assessment, name=f"{number}", sha256=f"{number:064}", size=1, media_type="", uploaded_by=line.preparer,
                    scan=Scan.WAITING, scan_due_at=timezone.now() + timedelta(minutes=1),
                )
                for number in range(AHEAD)
            )  # fmt: skip
            Evidence.objects.update(scan_due_at=timezone.now())
            assert dispatch_once() == AHEAD - 2
        finally:
            current_app.control.purge()
        Evidence.objects.exclude(name="决算.pdf").delete()
        next_job()
        job.refresh_from_db()
        assert (states(), job.state) == ({"决算.pdf": ("clean", "")}, PrintJob.State.WAITING)
        next_job()
        job.refresh_from_db()
        assert job.state == PrintJob.State.DONE


def test_the_office_sees_a_clean_file_as_before(settings: LazySettings) -> None:
    line = Line()
    with fake_clamd() as clamd:
        settings.CLAMAV = clamd.address
        item = upload(line)
        scanning.scan_next(timezone.now())
        answer = signed_in(line.reviewer).get(reverse("assessment:download", args=[item.pk]))

        assert data_of(answer) == PDF


def test_a_page_upload_waits_as_well(settings: LazySettings) -> None:
    settings.CLAMAV = free_address()
    line = Line()
    client, address = signed_in(line.preparer), reverse("assessment:evidence", args=[line.assessment.pk])

    send(client, client.get(address), "#upload form", {"file": SimpleUploadedFile("决算.pdf", PDF)})

    assert states() == {"决算.pdf": ("waiting", "")}
