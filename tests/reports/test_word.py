"""The report as a Word document: whole, well-formed, in the official layout, and read back as the same text."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

import pytest
from django.urls import reverse

from assessment.domain.exchange import ExchangeFile
from assessment.domain.inputs import Inputs
from assessment.domain.manuscript import sort_into
from assessment.domain.workflow import Status
from assessment.services import parts
from assessment.word import read_document
from reports import word
from tests.browsing import data_of, signed_in
from tests.factories import Line
from tests.reports import samples

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TABLE = "| 项目 | 金额 |\n| --- | --- |\n| 培训 | 1,000 |"


def part(data: bytes, name: str) -> Element:
    with ZipFile(BytesIO(data)) as archive:
        return fromstring(archive.read(name))


def body(data: bytes) -> Element:
    return part(data, "word/document.xml")


def text(element: Element) -> str:
    return "".join(found.text or "" for found in element.iter(f"{W}t"))


def values(element: Element, path: str) -> list[str]:
    return [found.get(f"{W}val", "") for found in element.findall(path.replace("w:", W))]


def flat(words: str) -> str:
    return "".join(words.split())


def uneven_file() -> ExchangeFile:
    return samples.file_of(samples.uneven_scheme(), Inputs(figures={"cases": Decimal(2)}))


def two_projects() -> ExchangeFile:
    return samples.projects_file(2)


FILES: list[Callable[[], ExchangeFile]] = [samples.demo_file, samples.hard_file, samples.empty_file, two_projects, uneven_file]


@pytest.mark.parametrize("file", FILES)
def test_every_part_is_well_formed_and_named_and_the_same_content_gives_the_same_bytes(file: Callable[[], ExchangeFile]) -> None:
    data = word.render(file(), signed=True)

    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = {f"/{name}" for name in archive.namelist()}
        for name in archive.namelist():
            fromstring(archive.read(name))
    kinds = part(data, "[Content_Types].xml")
    assert {kind.get("PartName") for kind in kinds if kind.get("PartName")} == names - {
        "/[Content_Types].xml",
        "/_rels/.rels",
        "/word/_rels/document.xml.rels",
    }
    assert word.render(file(), signed=True) == data


@pytest.mark.parametrize("file", FILES)
def test_every_row_of_every_table_fills_its_columns(file: Callable[[], ExchangeFile]) -> None:
    for table in body(word.render(file(), signed=False)).iter(f"{W}tbl"):
        columns, rows = len(table.findall(f"{W}tblGrid/{W}gridCol")), table.findall(f"{W}tr")
        spans = [[int((values(cell, "w:tcPr/w:gridSpan") or ["1"])[0]) for cell in row.findall(f"{W}tc")] for row in rows]
        assert {sum(row) for row in spans} == {columns}
        assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, *[False] * (len(rows) - 1)]


def test_the_report_is_read_back_from_the_document_as_it_was_printed() -> None:
    narrative = {**samples.demo_inputs().narrative, "opening": f"开头。\n{TABLE}\n后文。"}
    file = samples.demo_file(narrative=narrative)

    found = sort_into(samples.demo_scheme().sections, read_document(word.render(file, signed=True)).pieces)

    printed = {section.code: flat(section.printed) for section in file.content.assessments[0].narrative}
    assert {code: flat(item.text) for code, item in found.found.items()} == printed
    assert found.found["opening"].text == f"开头。\n{TABLE}\n后文。"
    assert found.rest == ()
    assert found.left_out[-1] == "“附表 1　2022年度整体绩效自评指标评分表”及其后的内容没有导入，附表由系统编排"


def test_sheets_lines_and_fonts_are_those_of_the_standard() -> None:
    data = word.render(samples.demo_file(), signed=True)

    sheets = [
        [(size.get(f"{W}w"), size.get(f"{W}h")), tuple(margin.get(f"{W}{side}") for side in ("top", "right", "bottom", "left"))]
        for section in body(data).iter(f"{W}sectPr")
        for size, margin in [(section.find(f"{W}pgSz"), section.find(f"{W}pgMar"))]
        if size is not None and margin is not None
    ]
    upright = [("11906", "16838"), ("2098", "1474", "1984", "1587")]
    assert sheets == [upright, upright, [("16838", "11906"), ("1587", "2098", "1474", "1984")]]
    styles = {style.get(f"{W}styleId"): style for style in part(data, "word/styles.xml").iter(f"{W}style")}
    fonts = {name: style.find(f"{W}rPr/{W}rFonts") for name, style in styles.items() if str(name).startswith(("Heading", "Title"))}
    assert {name: font.get(f"{W}eastAsia") for name, font in fonts.items() if font is not None} == {
        "Title": "方正小标宋简体",
        "Heading1": "黑体",
        "Heading2": "楷体_GB2312",
        "Heading3": "仿宋_GB2312",
        "Heading4": "仿宋_GB2312",
    }
    spacing = styles["Normal"].find(f"{W}pPr/{W}spacing")
    assert spacing is not None
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("579", "exact")


def test_headings_stand_in_the_outline_with_their_numbers() -> None:
    shown = body(word.render(samples.demo_file(), signed=True))

    headings = [(values(found, "w:pPr/w:pStyle")[0], text(found)) for found in shown.iter(f"{W}p")]
    assert [heading for heading in headings if heading[0].startswith("Heading")][:3] == [
        ("Heading1", "一、单位基本情况"),
        ("Heading2", "（一）单位机构设置、部门职能情况"),
        ("Heading2", "（二）年度总体工作和重点工作任务"),
    ]


def test_a_draft_says_so_on_every_page_and_names_no_digest() -> None:
    file = samples.demo_file()
    draft, signed = (word.render(file, signed=signed) for signed in (False, True))

    assert text(part(draft, "word/header.xml")) == "草稿　未签批，不作报送依据"
    assert text(part(signed, "word/header.xml")) == "供传阅的 Word 版，以签批定稿打印的 PDF 正式报告为准"
    assert [file.digest.value in text(body(data)) for data in (draft, signed)] == [False, True]
    for data in (draft, signed):
        for section in body(data).iter(f"{W}sectPr"):
            assert [item.tag.removeprefix(W) for item in section][:4] == ["headerReference", "footerReference"] * 2


def test_markup_and_what_no_file_may_hold_stay_text_or_stay_out() -> None:
    narrative = {**samples.demo_inputs().narrative, "opening": '<w:p/> & "引" \x0b\ufffe{{x}}{% now %}'}

    data = word.render(samples.demo_file(narrative=narrative), signed=False)

    assert '<w:p/> & "引" {{x}}{% now %}' in text(body(data))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "name"),
    [(Status.DRAFT, "某市就业服务中心2022年度自评报告（草稿）.docx"), (Status.SUBMITTED, "某市就业服务中心2022年度自评报告.docx")],
)
def test_who_sees_the_filing_downloads_it_as_it_stands_or_was_signed(status: Status, name: str) -> None:
    line = Line(status)

    for person in (line.preparer, line.reviewer):
        response: Any = signed_in(person).get(reverse("reports:word", args=[line.filing.pk]))
        data = data_of(response)
        told = text(body(data))
        assert (response.status_code, response.headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert response.filename == name
        assert ("某市就业服务中心" in told, "980.00" in told) == (True, True)


@pytest.mark.django_db
def test_a_draft_is_made_of_what_stands_now() -> None:
    line = Line()
    parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts={"opening": "决算{{final_total}}。\n" + TABLE})

    response: Any = signed_in(line.head).get(reverse("reports:word", args=[line.filing.pk]))

    found = sort_into(line.assessment.scheme.scheme.sections, read_document(data_of(response)).pieces)
    assert found.found["opening"].text == f"决算980.00万元。\n{TABLE}"
