"""A batch as one ZIP, written while it is sent: the printed files, their digests, and a list of all units."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from django.core.files.storage import default_storage
from django.utils import timezone

from assessment.domain.workflow import STAGES, Status
from reports.models import PrintBatch, PrintJob
from reports.models.jobs import print_path
from units.models import User

PIECE = 256 * 1024
SUMS, LIST = "SHA256SUMS", "清单.csv"
HEADS = ("单位代码", "单位名称", "状态", "类别", "文件", "大小（字节）", "SHA-256", "签批内容摘要值", "备注")
#: What a spreadsheet takes for the beginning of a formula.
FORMULA = "=+-@＝＋－＠"
COLUMNS = (
    "filing__unit__code", "filing__unit__name", "status", "name", "job__kind", "job__state", "job__sha256", "job__size",
    "job__snapshot__digest", "job__error",
)  # fmt: skip
MISSING, CHANGED = "文件缺失", "文件与打印时的摘要值不符"


@dataclass
class Member:
    """One filing of the batch: where it stands, and the file if there is one."""

    code: str
    unit: str
    status: str
    name: str
    kind: str | None
    state: str | None
    sha256: str | None
    size: int | None
    digest: str | None
    error: str | None
    fault: str = ""

    @property
    def file(self) -> str:
        """The file's name in the ZIP; empty where there is none."""
        return f"{self.name}.pdf" if self.state == PrintJob.State.DONE and self.fault != MISSING else ""

    @property
    def remark(self) -> str:
        """Why there is no file, or what is wrong with it."""
        if self.state is None:
            return "未签批，未打印"
        if self.state == PrintJob.State.DONE:
            return self.fault
        label = str(PrintJob.State(self.state).label)
        return f"{label}：{self.error}" if self.state == PrintJob.State.FAILED else label

    def cells(self) -> list[str]:
        """The row of the list."""
        kind = str(PrintJob.Kind(self.kind).label) if self.kind else ""
        there = (self.file, str(self.size), str(self.sha256)) if self.file else ("", "", "")
        return [self.code, self.unit, STAGES[Status(self.status)].label, kind, *there, self.digest or "", self.remark]


def members_of(batch: PrintBatch, user: User) -> list[Member]:
    """What the ZIP is made of, read once, so that nothing is asked of the database while it is sent."""
    return [Member(*row) for row in batch.items.visible_to(user).order_by("pk").values_list(*COLUMNS)]


def bundle(batch: PrintBatch, members: list[Member]) -> Iterator[bytes]:
    """The ZIP in pieces, a few hundred KiB of it in memory at a time; the same files give the same bytes.

    The files go as they are: a PDF is compressed in itself.
    """
    sink, made_at = _Sink(), timezone.localtime(batch.asked_at).timetuple()[:6]
    with zipfile.ZipFile(sink, "w") as archive:
        for member in members:
            if member.file:
                yield from _file(archive, sink, made_at, member)
        sums = "".join(f"{member.sha256}  {member.file}\n" for member in members if member.file)
        for name, text in ((SUMS, sums), (LIST, _list(members))):
            archive.writestr(_info(name, made_at), text.encode())
            yield sink.taken()
    yield sink.taken()


def _file(archive: zipfile.ZipFile, sink: "_Sink", made_at: Any, member: Member) -> Iterator[bytes]:
    """One printed file; a file that is gone or is another one is said in the list, and stops nothing."""
    try:
        source = default_storage.open(print_path(str(member.sha256)))
    except OSError:
        member.fault = MISSING
        return
    found = hashlib.sha256()
    with source, archive.open(_info(member.file, made_at), "w") as target:
        while piece := source.read(PIECE):
            found.update(piece)
            target.write(piece)
            yield sink.taken()
    if found.hexdigest() != member.sha256:
        member.fault = CHANGED


def _info(name: str, made_at: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, made_at)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info


def _list(members: list[Member]) -> str:
    """A list that a spreadsheet opens: with a byte order mark, and no cell that it would reckon."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(HEADS)
    writer.writerows([_plain(cell) for cell in member.cells()] for member in members)
    return text.getvalue()


def _plain(cell: str) -> str:
    begin = next((character for character in cell if not (character.isspace() or category(character) in ("Cf", "Cc"))), "")
    return f"'{cell}" if begin and begin in FORMULA else cell


class _Sink(io.RawIOBase):
    """Where the ZIP is written to: only forwards, and taken away piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = b"".join(self.pieces)
        self.pieces.clear()
        return data
