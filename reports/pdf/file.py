"""A PDF's objects as a file: pydyf's own writer makes every object's bytes twice, and packs at zlib's slowest level."""

import hashlib
import re
import zlib
from typing import Any

#: The highest level takes twice the time for a hundredth less.
COMPRESSION = 6
HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"


def file_bytes(pdf: Any, identifier: bytes) -> bytes:
    """The file (ISO 32000-1, 7.5.7 and 7.5.8): streams each for itself, all else packed together, and a table of where they are.

    Objects marked as free are left out. The file's second identifier is over its content.
    """
    pdf.add_object(pdf.info)
    used = [object_ for object_ in pdf.objects[1:] if object_.free == "n"]
    loose = [(object_.number, _packed(object_)) for object_ in used if not object_.compressible]
    small = [(object_.number, object_.data) for object_ in used if object_.compressible]
    last = pdf.objects[-1].number
    loose.append((last + 1, _object_stream(small)))

    body, places = [HEADER], {number: (2, last + 1, place) for place, (number, _) in enumerate(small)}
    position = len(HEADER)
    for number, data in loose:
        places[number] = (1, position, 0)
        body.append(b"%d 0 obj\n%b\nendobj\n" % (number, data))
        position += len(body[-1])
    places[last + 2] = (1, position, 0)
    second = hashlib.md5(b"".join(body), usedforsecurity=False).digest()
    head = b"/Type /XRef /W [1 4 3] /Size %d /Root %b /Info %b /ID [<%b> <%b>]" % (
        last + 3,
        pdf.catalog.reference,
        pdf.info.reference,
        identifier.hex().encode(),
        second.hex().encode(),
    )
    table = b"".join(_entry(*places.get(number, (0, 0, 0 if number else 65535))) for number in range(last + 3))
    body.append(b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (last + 2, _stream(head, table), position))
    return b"".join(body)


def _entry(kind: int, first: int, second: int) -> bytes:
    return kind.to_bytes(1, "big") + first.to_bytes(4, "big") + second.to_bytes(3, "big")


def _object_stream(objects: list[tuple[int, bytes]]) -> bytes:
    """Small objects one behind the other, after a list of their numbers and places."""
    index, position = [], 0
    for number, data in objects:
        index.append(b"%d %d" % (number, position))
        position += len(data) + 1
    head = b" ".join(index)
    return _stream(b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head) + 1), b"\n".join((head, *(data for _, data in objects))))


def _stream(head: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, COMPRESSION)
    return b"<<%b /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (head, len(packed), packed)


def _packed(stream: Any) -> bytes:
    """A stream's bytes, compressed where it asks for it; a font's come as a view of HarfBuzz's memory, unknown to pydyf."""
    from weasyprint.text.ffi import ffi

    if len(stream.stream) == 1 and isinstance(stream.stream[0], ffi.buffer):
        stream.stream = [bytes(stream.stream[0])]
    if not stream.compress:
        return bytes(stream.data)
    stream.compress = False
    head, _, rest = bytes(stream.data).partition(b"\nstream\n")
    return _stream(re.sub(rb"/Length \d+", b"", head)[2:-2], rest.removesuffix(b"\nendstream"))
