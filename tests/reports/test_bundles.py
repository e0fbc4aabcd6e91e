"""The ZIP of a batch: its files, their digests, the list of all units; sent as it is written, and the same bytes each time."""

import csv
import io
import subprocess
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from assessment.domain.workflow import Status
from reports.models import PrintBatch, PrintJob
from reports.services import jobs, printing
from reports.services.batches import print_round
from reports.services.bundles import HEADS, PIECE, bundle, members_of
from tests.factories import Line, make_department

pytestmark = pytest.mark.django_db

State = PrintJob.State


def batch_of(*statuses: Status) -> tuple[PrintBatch, list[Line]]:
    """A batch of one unit for each status; what is approved comes last."""
    department = make_department()
    lines = [Line(status, department=department) for status in statuses]
    return print_round(lines[0].filing.round_id, by=lines[0].lead), lines


def finish(batch: PrintBatch, place: int, data: bytes) -> PrintJob:
    job = batch.items.order_by("pk")[place].job
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), data)
    job.refresh_from_db()
    return job


def zip_of(batch: PrintBatch) -> bytes:
    return b"".join(bundle(batch, members_of(batch, batch.asked_by)))


def opened(batch: PrintBatch) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(zip_of(batch)))


def listed(archive: zipfile.ZipFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(archive.read("清单.csv").decode("utf-8-sig"), newline="")))


def test_the_zip_holds_what_is_printed_with_its_digests_and_a_list_of_all_units() -> None:
    batch, (draft, submitted, reviewed, approved) = batch_of(Status.DRAFT, Status.SUBMITTED, Status.REVIEWED, Status.APPROVED)
    one, two = finish(batch, 1, b"%PDF-1.7 one"), finish(batch, 3, b"%PDF-1.7 two")

    archive = opened(batch)

    names = [f"{line.unit.code}-{line.unit.name}-2022.pdf" for line in (submitted, approved)]
    assert archive.testzip() is None
    assert archive.namelist() == [*names, "SHA256SUMS", "清单.csv"]
    assert [archive.read(name) for name in names] == [b"%PDF-1.7 one", b"%PDF-1.7 two"]
    assert archive.read("SHA256SUMS").decode() == f"{one.sha256}  {names[0]}\n{two.sha256}  {names[1]}\n"
    digests = [line.filing.snapshots.filter(kind="filing").get().digest for line in (submitted, reviewed, approved)]
    assert listed(archive) == [
        list(HEADS),
        [draft.unit.code, draft.unit.name, "填报中", "", "", "", "", "", "未签批，未打印"],
        [submitted.unit.code, submitted.unit.name, "已报送", "送审稿", names[0], "12", one.sha256, digests[0], ""],
        [reviewed.unit.code, reviewed.unit.name, "待审定", "送审稿", "", "", "", digests[1], "等待打印"],
        [approved.unit.code, approved.unit.name, "已审定", "正式报告", names[1], "12", two.sha256, digests[2], ""],
    ]


def test_the_digests_are_checked_with_sha256sum_and_the_files_taken_out_with_unzip(tmp_path: Path) -> None:
    batch, _ = batch_of(Status.SUBMITTED, Status.SUBMITTED)
    finish(batch, 0, b"%PDF-1.7 one" * 50_000)
    finish(batch, 1, b"%PDF-1.7 two")
    (tmp_path / "all.zip").write_bytes(zip_of(batch))

    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, [line.rpartition(": ")[2] for line in done.stdout.splitlines()]) == (0, ["OK", "OK"])


def test_the_same_batch_gives_the_same_bytes() -> None:
    batch, _ = batch_of(Status.SUBMITTED, Status.DRAFT)
    finish(batch, 0, b"%PDF-1.7 one")

    first, second = zip_of(batch), zip_of(PrintBatch.objects.get())

    made_at = timezone.localtime(batch.asked_at).timetuple()[:5]
    assert first == second
    assert {item.date_time[:5] for item in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {made_at}


@pytest.mark.parametrize(
    ("state", "remark"), [("failed", "打印失败：没有找到字体“仿宋”"), ("printing", "正在打印"), ("cancelled", "已取消")]
)
def test_the_list_says_why_a_file_is_not_there(state: str, remark: str) -> None:
    batch, _ = batch_of(Status.SUBMITTED)
    PrintJob.objects.update(state=state, error="没有找到字体“仿宋”")

    archive = opened(batch)

    assert (archive.namelist(), listed(archive)[1][3:7], listed(archive)[1][8]) == (
        ["SHA256SUMS", "清单.csv"],
        ["送审稿", "", "", ""],
        remark,
    )


def test_a_file_that_is_gone_or_is_another_one_is_said_in_the_list_and_stops_nothing(settings: LazySettings) -> None:
    batch, _ = batch_of(Status.SUBMITTED, Status.SUBMITTED, Status.SUBMITTED)
    gone, changed, whole = (finish(batch, place, b"%PDF-1.7 " + str(place).encode()) for place in range(3))
    (Path(settings.MEDIA_ROOT) / gone.path).unlink()
    (Path(settings.MEDIA_ROOT) / changed.path).write_bytes(b"%PDF-1.7 other")

    archive = opened(batch)

    items = [f"{item.name}.pdf" for item in batch.items.order_by("pk")]
    assert archive.namelist() == [*items[1:], "SHA256SUMS", "清单.csv"]
    assert archive.read("SHA256SUMS").decode() == f"{changed.sha256}  {items[1]}\n{whole.sha256}  {items[2]}\n"
    assert [row[8] for row in listed(archive)[1:]] == ["文件缺失", "文件与打印时的摘要值不符", ""]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_the_list_is_reckoned_by_a_spreadsheet(name: str) -> None:
    batch, (line,) = batch_of(Status.SUBMITTED)
    line.unit.name = name
    line.unit.save()

    assert listed(opened(batch))[1][1] == f"'{name}"


def test_a_unit_s_name_leads_out_of_no_folder() -> None:
    line = Line(Status.SUBMITTED)
    line.unit.name = "../../x/.ssh"
    line.unit.save()
    batch = print_round(line.filing.round_id, by=line.lead)
    finish(batch, 0, b"%PDF-1.7")

    assert opened(batch).namelist()[0] == f"{line.unit.code}-.._.._x_.ssh-2022.pdf"


def test_the_zip_is_sent_in_pieces_and_never_held_whole() -> None:
    batch, lines = batch_of(Status.SUBMITTED, Status.SUBMITTED)
    for place in range(2):
        finish(batch, place, bytes([place]) * (32 * PIECE))
    members = members_of(batch, lines[0].lead)

    tracemalloc.start()
    sizes = [len(piece) for piece in bundle(batch, members)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (max(sizes) <= PIECE + 1024, sum(sizes) > 64 * PIECE, peak < 8 * PIECE) == (True, True, True)


def test_only_what_one_sees_is_taken_along() -> None:
    batch, (line, other) = batch_of(Status.SUBMITTED, Status.SUBMITTED)
    elsewhere: Any = make_department("另一部门")
    other.unit.path = f"{elsewhere.path}{other.unit.code}/"
    other.unit.save()

    assert [member.code for member in members_of(batch, line.lead)] == [line.unit.code]
