"""Files that are no workbooks, or that would fill memory or time: each refused in words, soon and cheaply."""

import random
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.conf import settings

from assessment.domain.errors import DomainError
from assessment.excel import MAX_FILE
from assessment.excel.cells import BROKEN, EXCEL, NOT_EXCEL, TOO_MUCH, read_cells

MIB = 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def xlsx(*sheets: str | bytes, kind: str = EXCEL.main, **more: str | bytes) -> bytes:
    """A workbook of worksheets as XML; ``__`` in a further part's name is a slash."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    linked = "".join(f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{linked}</Relationships>",
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in zip(numbers, sheets, strict=True)}
    parts |= {f"{name.replace('__', '/')}.xml": text for name, text in more.items()}
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return made.getvalue()


def sheet(cells: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData>{after}</worksheet>'


CASES = {
    "empty": (lambda: b"", NOT_EXCEL),
    "a program with another name": (lambda: b"MZ\x90\0" + b"\0" * 200, NOT_EXCEL),
    "text with commas": (lambda: "单位,金额".encode(), NOT_EXCEL),
    "old Excel": (lambda: OLE, "这是旧版 Excel 工作簿（.xls），请在 Excel 或 WPS 中另存为 .xlsx 后上传"),
    "with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "工作簿加了打开密码，请取消密码、另存后再上传"),
    "with macros": (lambda: xlsx(sheet(), kind=EXCEL.with_macros), "含宏的工作簿（.xlsm）不能导入，请另存为不含宏的 .xlsx 后上传"),
    "a Word document": (lambda: xlsx(kind="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"), NOT_EXCEL),
    "too large": (lambda: b"PK" + b"\0" * MAX_FILE, "文件超过 10 MB，请删去图片和无关的工作表，另存后再上传"),
    "cut off": (lambda: xlsx(sheet())[:-30], BROKEN),
    "no markup": (lambda: xlsx("<worksheet"), BROKEN),
    "entities": (lambda: xlsx(LAUGHS + sheet("<c><v>&b;</v></c>")), BROKEN),
    "a text that is not there": (lambda: xlsx(sheet('<c t="s"><v>7</v></c>')), BROKEN),
    "299 MiB in one sheet": (lambda: xlsx(b" " * 299 * MIB), TOO_MUCH),
    "299 MiB in many sheets": (lambda: xlsx(*[sheet() + " " * 9 * MIB] * 33), TOO_MUCH),
    "a bomb in the texts": (lambda: xlsx(sheet(), xl__sharedStrings=b" " * 50 * MIB), TOO_MUCH),
    "too many cells": (lambda: xlsx(sheet("<c/>" * 250_000)), TOO_MUCH),
    "too many cells in all": (lambda: xlsx(*[sheet("<c/>" * 240_000)] * 5), TOO_MUCH),
    "too many sheets": (lambda: xlsx(*[sheet()] * 401), TOO_MUCH),
}


@pytest.mark.parametrize(("data", "message"), CASES.values(), ids=list(CASES))
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(data: Callable[[], bytes], message: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_cells(data())
    assert str(refused.value) == message


#: How long one file takes a process of its own, and by how much it grows.
MEASURED = """
import resource, sys, time
from assessment.domain.errors import DomainError
from assessment.excel.cells import read_cells
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_cells(open(sys.argv[1], "rb").read())
except DomainError:
    pass
print(time.process_time(), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
PLACES = [f'<c r="{chr(65 + n % 26)}{n // 26 + 1}"><v>{n}.5</v></c>' for n in range(26_000)]
SHAPE = '<xf numFmtId="9"/>'
HEAVY = {
    "299 MiB": lambda: xlsx(b" " * 299 * MIB),
    "cells": lambda: xlsx(*[sheet('<c r="A1"><v>1</v></c>' * 82_000)] * 4),
    "cells in every place": lambda: xlsx(*[sheet("".join(PLACES))] * 8),
    "cells of text": lambda: xlsx(
        sheet("".join(f'<c r="A{n % 400 + 1}" t="inlineStr"><is><t>{"长" * 99}</t></is></c>' for n in range(30_000)))
    ),
    "texts": lambda: xlsx(sheet(), xl__sharedStrings=f"<sst>{'<si><t>长</t></si>' * 120_000}</sst>"),
    "one long text": lambda: xlsx(sheet(), xl__sharedStrings=f"<sst><si><t>{'长' * 3_400_000}</t></si></sst>"),
    "ways of showing": lambda: xlsx(sheet(), xl__styles=f"<styleSheet><cellXfs>{SHAPE * 120_000}</cellXfs></styleSheet>"),
}


@pytest.mark.parametrize("make", HEAVY.values(), ids=list(HEAVY))
def test_the_heaviest_files_take_seconds_and_little_memory(make: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "heavy.xlsx"
    path.write_bytes(make())

    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)

    seconds, mebibytes = map(float, done.stdout.split())
    assert seconds < 10
    assert mebibytes < 200


def test_a_cell_in_the_last_corner_is_named() -> None:
    corner = read_cells(xlsx(sheet('<c r="A1"><v>1</v></c><c r="XFD1048576"><v>2</v></c>')))[0]
    assert (corner.beyond, list(corner.cells)) == ("XFD1048576", [(1, 1)])


def test_any_byte_may_be_wrong_and_the_answer_is_cells_or_a_refusal() -> None:
    cells = '<c r="A1" t="s" s="1"><v>0</v></c><c r="B1"><f>A1</f><v>2</v></c><c r="C1" t="inlineStr"><is><t>字</t></is></c>'
    merged = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="0.0%"/></numFmts><cellXfs><xf/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    whole = xlsx(sheet(cells, merged), xl__sharedStrings="<sst><si><t>甲</t></si></sst>", xl__styles=styles)
    chance = random.Random(20230423)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_cells(bytes(data))
        except DomainError as refused:
            assert str(refused)
