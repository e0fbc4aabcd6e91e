"""Evidence files (佐证材料): judged by content, stored under their SHA-256 outside the web root."""

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import filetype
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from assessment.domain.canonical import canonical_json, digest
from assessment.domain.errors import DomainError
from assessment.domain.text import unprintable
from assessment.models import Assessment, Evidence, Part
from assessment.services.files import put
from assessment.services.parts import finish_part, take_part
from units.models import User

KINDS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
ALIASES = {".jpeg": ".jpg"}
MAX_FILES = 100
GONE = "这份文件刚被他人移除"
MEGABYTE = 1024 * 1024


class SameFile(DomainError):
    """The assessment has these bytes already, as ``item``."""

    def __init__(self, item: Evidence) -> None:
        super().__init__(f"这份文件已经上传过，名为“{item.name}”")
        self.item = item


@dataclass(frozen=True)
class Room:
    """How many files an assessment can still take, and how many bytes its filing."""

    files: int
    bytes: int


def room_of(assessment: Assessment) -> Room:
    """What is left of both limits."""
    taken = Evidence.objects.filter(assessment__filing=assessment.filing_id).aggregate(bytes=Sum("size"))["bytes"] or 0
    return Room(max(MAX_FILES - assessment.evidence.count(), 0), max(settings.EVIDENCE_TOTAL_BYTES - taken, 0))


def evidence_path(sha256: str) -> str:
    """Where the bytes lie under ``MEDIA_ROOT``."""
    return f"evidence/{sha256[:2]}/{sha256}"


def judge_size(size: int) -> None:
    """Refuse what is too large before it is read."""
    limit = settings.EVIDENCE_MAX_BYTES
    if size > limit:
        raise DomainError(f"文件超过 {limit // MEGABYTE} MB，请压缩或拆分后上传")


def judge(name: str, data: bytes) -> tuple[str, str]:
    """The cleaned file name and the media type found in the content; raises ``DomainError`` for what is not accepted."""
    judge_size(len(data))
    if not data:
        raise DomainError("文件是空的，请检查后重新选择")
    media_type = filetype.guess_mime(data) or ""
    if media_type not in KINDS:
        raise DomainError("只接受 PDF、PNG、JPG、DOCX、XLSX 文件（按内容判断，不看扩展名）")
    return judge_name(name, media_type), media_type


def judge_name(name: str, media_type: str) -> str:
    """The cleaned file name; raises ``DomainError`` for one with another kind's suffix, or that cannot be printed."""
    suffix = Path(name).suffix.lower()
    if ALIASES.get(suffix, suffix) != KINDS[media_type]:
        raise DomainError(f"文件内容是 {KINDS[media_type][1:].upper()}，与扩展名“{suffix or '无'}”不符")
    cleaned = clean_name(name)
    if found := unprintable(cleaned):
        raise DomainError(f"文件名中有无法打印的字符：{'、'.join(found[:5])}，请改名后上传")
    return cleaned


def clean_name(name: str) -> str:
    """The last component of a file name without control characters, at most 120 characters, its suffix kept."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip() or "未命名"
    path = Path(kept)
    return path.stem[: 120 - len(path.suffix)] + path.suffix


def store_bytes(data: bytes) -> str:
    """Keep the bytes under their digest; the same bytes are kept once, and a damaged file is replaced."""
    sha256 = hashlib.sha256(data).hexdigest()
    if find_bytes(sha256) is None:
        put(evidence_path(sha256), data)
    return sha256


@transaction.atomic
def add_evidence(assessment_id: int, *, by: User, name: str, data: bytes, indicators: list[str], public: bool) -> Evidence:
    """Add one file to the evidence part. Raises ``DomainError`` for a bad kind, size, name or a file already there."""
    part = take_part(assessment_id, Part.Kind.EVIDENCE, by=by, version=None)
    name, media_type = judge(name, data)
    _refuse_unknown(part.assessment, indicators)
    sha256 = hashlib.sha256(data).hexdigest()
    if same := part.assessment.evidence.filter(sha256=sha256).first():
        store_bytes(data)  # damaged ones are made good by it
        raise SameFile(same)
    _refuse_without_room(part.assessment, len(data))
    store_bytes(data)
    item = Evidence.objects.create(
        assessment_id=assessment_id,
        name=name,
        sha256=sha256,
        size=len(data),
        media_type=media_type,
        indicators=sorted(set(indicators)),
        public=public,
        uploaded_by=by,
        scan=Evidence.Scan.WAITING if settings.CLAMAV else "",
        scan_due_at=timezone.now() if settings.CLAMAV else None,
    )
    finish_part(part, [f"+{name}"], by=by)
    return item


def _refuse_unknown(assessment: Assessment, indicators: list[str]) -> None:
    if unknown := set(indicators) - set(assessment.completed_scheme().scored):
        raise DomainError(f"没有这些指标：{'、'.join(sorted(unknown))}")


def _refuse_without_room(assessment: Assessment, size: int) -> None:
    room = room_of(assessment)
    if not room.files:
        raise DomainError(f"佐证材料最多 {MAX_FILES} 份，请合并后上传")
    if size > room.bytes:
        total = settings.EVIDENCE_TOTAL_BYTES // MEGABYTE
        raise DomainError(f"本单位这一年度的佐证材料合计不能超过 {total} MB，只剩 {room.bytes // MEGABYTE} MB；请压缩，或移除不需要的文件")


def seen_as(item: Evidence) -> str:
    """What a page says it was typed over: another text as soon as somebody changes the file's name, ties or publicity."""
    return digest(canonical_json({"name": item.name, "indicators": item.indicators, "public": item.public}))[:16]


@transaction.atomic
def change_evidence(evidence_id: int, *, by: User, seen: str, name: str, indicators: list[str], public: bool) -> Evidence:
    """Change a file's name, its ties or its publicity; ``seen`` is ``seen_as`` of what was shown. Raises ``DomainError``."""
    part, item = _take_file(evidence_id, by=by)
    if seen != seen_as(item):
        raise DomainError("这份文件刚被他人改过，请核对现在的内容后再改")
    _refuse_unknown(part.assessment, indicators)
    return _write(part, item, by=by, name=judge_name(name, item.media_type), indicators=sorted(set(indicators)), public=public)


@transaction.atomic
def tie_evidence(evidence_id: int, *, by: User, indicators: list[str]) -> Evidence:
    """Tie one file to further indicators."""
    part, item = _take_file(evidence_id, by=by)
    _refuse_unknown(part.assessment, indicators)
    return _write(part, item, by=by, name=item.name, indicators=sorted({*item.indicators, *indicators}), public=item.public)


def _write(part: Part, item: Evidence, *, by: User, **values: object) -> Evidence:
    changed = [name for name, value in values.items() if getattr(item, name) != value]
    for name in changed:
        setattr(item, name, values[name])
    item.save(update_fields=changed)
    finish_part(part, [f"~{item.name}"] if changed else [], by=by)
    return item


def _take_file(evidence_id: int, *, by: User) -> tuple[Part, Evidence]:
    """Lock the filing, ask whose turn it is, and read the file as it stands then."""
    assessment_id = Evidence.objects.values_list("assessment_id", flat=True).filter(pk=evidence_id).first()
    if assessment_id is None:
        raise DomainError(GONE)
    part = take_part(assessment_id, Part.Kind.EVIDENCE, by=by, version=None)
    item = part.assessment.evidence.filter(pk=evidence_id).first()
    if item is None:
        raise DomainError(GONE)
    return part, item


@transaction.atomic
def remove_evidence(evidence_id: int, *, by: User) -> None:
    """Take one file off the draft; its bytes stay, since a snapshot may name them."""
    part, item = _take_file(evidence_id, by=by)
    item.delete()
    finish_part(part, [f"-{item.name}"], by=by)


def find_bytes(sha256: str) -> bytes | None:
    """The stored bytes with this digest; None when absent or damaged."""
    if not default_storage.exists(evidence_path(sha256)):
        return None
    with default_storage.open(evidence_path(sha256)) as file:
        return _with_digest(bytes(file.read()), sha256)


def find_in(folder: Path | None, sha256: str) -> bytes | None:
    """The bytes with this digest out of a folder of files named by digest; None when absent or damaged."""
    if folder is None or not (folder / sha256).is_file():
        return None
    return _with_digest((folder / sha256).read_bytes(), sha256)


def _with_digest(data: bytes, sha256: str) -> bytes | None:
    return data if hashlib.sha256(data).hexdigest() == sha256 else None
