"""Files that are no Word documents, or that would fill memory or time: each refused in words, soon and cheaply."""

import random
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from django.conf import settings

from assessment.domain.errors import DomainError
from assessment.word import MAX_FILE, read_document
from assessment.word.package import BROKEN, NOT_WORD, TOO_MUCH, WITH_MACROS
from tests.word_files import SPACES, archive, document, docx, p, table, types

MIB = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
ENCRYPTED = "文档加了密码，请取消密码保护、另存后再上传"
MACROS = "含宏的文档（.docm）不能导入，请另存为不含宏的 .docx 后上传"


def with_text(text: str | bytes, **more: str | bytes) -> bytes:
    return archive(types=types(), word__document=text, **more)


def many_entries(count: int) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as file:
        for number in range(count):
            file.writestr(str(number), "")
    return made.getvalue()


def packed_otherwise() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_LZMA) as file:
        file.writestr("[Content_Types].xml", types())
    return made.getvalue()


def marked_encrypted() -> bytes:
    data = bytearray(docx(p("一段")))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(sign)
        data[at + place] |= 1
    return bytes(data)


def zipped(**files: bytes) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return made.getvalue()


def many_attributes(count: int) -> bytes:
    names = " ".join(f"a{number:x}=''" for number in range(count))
    return with_text(document(f"<w:p {names}/>"))


def small_nodes(count: int) -> str:
    return document(f"<w:p>{'<w:r/>' * count}</w:p>")


CASES = {
    "empty": (lambda: b"", NOT_WORD),
    "text": (lambda: "一段文字".encode(), NOT_WORD),
    "pdf": (lambda: b"%PDF-1.7", NOT_WORD),
    "rtf": (lambda: rb"{\rtf1}", NOT_WORD),
    "too large": (lambda: b"PK" + b"\0" * MAX_FILE, "文件超过 10 MB，请删去图片后另存，再上传"),
    "old Word": (lambda: OLE, "这是旧版 Word 文档（.doc），请在 Word 或 WPS 中另存为 .docx 后上传"),
    "with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED),
    "an encrypted entry": (lambda: marked_encrypted(), ENCRYPTED),
    "with macros": (lambda: archive(types=types(WITH_MACROS), word__document=document()), MACROS),
    "with hidden macros": (
        lambda: zipped(**{"[Content_Types].xml": types().encode(), "word/document.xml": b"", "word/vbaProject.bin": b""}),
        MACROS,
    ),
    "a workbook": (lambda: archive(types=types("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")), NOT_WORD),
    "a plain archive": (lambda: zipped(a=b"1"), NOT_WORD),
    "a text that is not there": (lambda: archive(types=types()), NOT_WORD),
    "cut off": (lambda: docx(p("一段"))[:-30], BROKEN),
    "something behind the end": (lambda: docx(p("一段")) + b"more", BROKEN),
    "another packing": (lambda: packed_otherwise(), BROKEN),
    "no markup": (lambda: with_text("<w:document"), BROKEN),
    "an empty text": (lambda: with_text(""), BROKEN),
    "another encoding": (lambda: with_text('<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16")), BROKEN),
    "entities": (lambda: with_text(LAUGHS + document("&b;")), BROKEN),
    "entities from outside": (lambda: with_text(OUTSIDE + document("&a;")), BROKEN),
    "entities in the styles": (lambda: with_text(document(), word__styles=f"{LAUGHS}<w:styles {SPACES}/>"), BROKEN),
    "a bomb": (lambda: with_text(b" " * 200 * MIB), TOO_MUCH),
    "a bomb in the kinds": (lambda: archive(types=b" " * 50 * MIB), TOO_MUCH),
    "a bomb in the styles": (lambda: with_text(document(), word__styles=b" " * 50 * MIB), TOO_MUCH),
    "too many elements": (lambda: with_text(small_nodes(250_000)), TOO_MUCH),
    "too many attributes": (lambda: many_attributes(600_000), TOO_MUCH),
    "too deep": (lambda: with_text(document("<w:p>" * 200 + "</w:p>" * 200)), TOO_MUCH),
    "tables in tables": (lambda: with_text(document("<w:tbl><w:tr><w:tc>" * 60 + "</w:tc></w:tr></w:tbl>" * 60)), TOO_MUCH),
    "too many cells": (lambda: docx(table(*[["格"] * 40] * 501)), TOO_MUCH),
    "too many entries": (lambda: many_entries(2_001), TOO_MUCH),
    "a list of entries without end": (lambda: many_entries(6_000), TOO_MUCH),
}


@pytest.mark.parametrize(("data", "message"), CASES.values(), ids=list(CASES))
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(data: Callable[[], bytes], message: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_document(data())
    assert str(refused.value) == message


#: How long one file takes a process of its own, and by how much it grows.
MEASURED = """
import resource, sys, time
from assessment.word import read_document
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_document(open(sys.argv[1], "rb").read())
print(time.process_time(), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
WIDE_ROW = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="40"/></w:tcPr></w:tc></w:tr>'
HEAVY = {
    "elements": lambda: with_text(small_nodes(245_000)),
    "paragraphs": lambda: docx(p("段", "1") * 28_000),
    "cells": lambda: docx(table(*[["格"] * 40] * 490)),
    "a wide cell in each row": lambda: docx(f"<w:tbl>{WIDE_ROW * 19_000}</w:tbl>"),
    "attributes": lambda: many_attributes(245_000),
    "one long text": lambda: with_text(document(p("长" * 190_000))),
    "deep": lambda: docx("<w:sdt><w:sdtContent>" * 50 + p("深") + "</w:sdtContent></w:sdt>" * 50),
}


@pytest.mark.parametrize("make", HEAVY.values(), ids=list(HEAVY))
def test_the_heaviest_files_that_are_read_take_seconds_and_little_memory(make: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "heavy.docx"
    path.write_bytes(make())

    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)

    seconds, mebibytes = map(float, done.stdout.split())
    assert seconds < 10
    assert mebibytes < 200


def test_any_byte_may_be_wrong_and_the_answer_is_text_or_a_refusal() -> None:
    whole, chance = docx(p("一、概况", "1"), table(["甲", "1"]), p("一段")), random.Random(20230423)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_document(bytes(data))
        except DomainError as refused:
            assert str(refused)
