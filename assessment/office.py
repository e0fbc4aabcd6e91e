"""Office files (.docx, .xlsx) that people hand in: judged by content, unpacked and parsed within limits, nothing fetched or expanded."""

import struct
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from assessment.domain.errors import DomainError

MAX_FILE = 10 * 1024 * 1024
#: Of one part, unpacked: a report of 60,000 characters has some 3 MB, a table of a hundred rows some 50 kB.
MAX_PART = 10 * 1024 * 1024
#: Elements and attributes of one part, and how deep they stand in each other.
MAX_NODES, MAX_DEPTH = 250_000, 120
#: Of the archive: entries, and the bytes of the list of them, which is read whole.
MAX_ENTRIES, MAX_LIST = 2_000, 256 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_UNREADABLE = (BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, ElementTree.ParseError)


@dataclass(frozen=True)
class Format:
    """One kind of file, with what is said of those that are none: each names the cure."""

    main: str
    with_macros: str
    other: str
    old: str
    broken: str
    encrypted: str
    macros: str
    too_large: str
    too_much: str


class Package:
    """An opened file: its main part by the list of kinds, and every part as it is asked for."""

    def __init__(self, archive: ZipFile, format_: Format) -> None:
        self.archive, self.format = archive, format_
        if len(archive.infolist()) > MAX_ENTRIES:
            raise DomainError(format_.too_much)
        self.entries = frozenset(archive.namelist())
        kinds = {kind.get("ContentType", ""): kind.get("PartName", "") for kind in self._kinds().iter("Override")}
        if format_.with_macros in kinds or any(name.lower().endswith("vbaproject.bin") for name in self.entries):
            raise DomainError(format_.macros)
        self.main = kinds.get(format_.main, "").lstrip("/")
        if self.main not in self.entries:
            raise DomainError(format_.other)

    @property
    def folder(self) -> str:
        """Where the main part and those beside it stand."""
        return self.main.rpartition("/")[0]

    def _kinds(self) -> ElementTree.Element:
        return self.tree("[Content_Types].xml", local_name, ("ContentType", "PartName"))

    def bytes_of(self, name: str) -> bytes:
        """A part unpacked; nothing where there is none."""
        if name not in self.entries:
            return b""
        entry = self.archive.getinfo(name)
        if entry.flag_bits & 0x1:
            raise DomainError(self.format.encrypted)
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise DomainError(self.format.broken)
        with self.archive.open(entry) as file:
            text = file.read(MAX_PART + 1)  # what the archive says of its size may be a lie
        if len(text) > MAX_PART:
            raise DomainError(self.format.too_much)
        return text

    def tree(self, name: str, plain: Callable[[str], str], attributes: Collection[str]) -> ElementTree.Element:
        """A part as a tree with ``plain`` names and these attributes alone; an empty one where there is none."""
        if name not in self.entries:
            return ElementTree.Element("none")
        tree: ElementTree.Element = self.parse(name, _Counting(plain, attributes, self.format.too_much))
        return tree

    def parse(self, name: str, target: Any) -> Any:
        """What ``target`` makes of a part.

        The formats allow no document type, so no entity is declared; read as UTF-8 whatever it claims, none can hide.
        """
        text = self.bytes_of(name)
        if b"<!DOCTYPE" in text:
            raise DomainError(self.format.broken)
        parser = ElementTree.XMLParser(target=target, encoding="utf-8")  # noqa: S314  # no entities, see above
        parser.feed(text)
        return parser.close()


class Counter:
    """Counts what a part holds, and refuses more than can be held."""

    def __init__(self, too_much: str) -> None:
        self.too_much = too_much
        self.nodes = self.depth = 0

    def opens(self, attributes: int) -> None:
        """One element more, with so many attributes."""
        self.nodes += 1 + attributes
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise DomainError(self.too_much)


class _Counting(ElementTree.TreeBuilder):
    """Builds a tree with plain names, within limits."""

    def __init__(self, plain: Callable[[str], str], attributes: Collection[str], too_much: str) -> None:
        super().__init__()
        self.plain, self.attributes, self.counter = plain, attributes, Counter(too_much)

    def start(self, tag: str, attrs: dict[str, str]) -> ElementTree.Element:
        self.counter.opens(len(attrs))
        kept = {name: value for key, value in attrs.items() if (name := self.plain(key)) in self.attributes}
        return super().start(self.plain(tag), kept)

    def end(self, tag: str) -> ElementTree.Element:
        self.counter.depth -= 1
        return super().end(self.plain(tag))


def local_name(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


@contextmanager
def open_package(data: bytes, format_: Format) -> Iterator[Package]:
    """The file opened. Raises ``DomainError`` in words for whatever is no plain file of this kind, inside the block too."""
    _refuse_others(data, format_)
    try:
        with ZipFile(BytesIO(data)) as archive:
            yield Package(archive, format_)
    except _UNREADABLE as error:
        raise DomainError(format_.broken) from error


def _refuse_others(data: bytes, format_: Format) -> None:
    if len(data) > MAX_FILE:
        raise DomainError(format_.too_large)
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise DomainError(format_.encrypted if encrypted else format_.old)
    if not data.startswith(b"PK"):
        raise DomainError(format_.other)
    # The list of entries is read whole: how long it is stands in the last 22 bytes, as long as nothing is written behind them.
    end = data[-22:]
    if end[:4] != _END or end[-2:] != b"\0\0" or data[-42:-38] == _END_64:
        raise DomainError(format_.broken)
    if int.from_bytes(end[12:16], "little") > MAX_LIST:
        raise DomainError(format_.too_much)
