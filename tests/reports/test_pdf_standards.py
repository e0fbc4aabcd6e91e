"""PDF/A-3a and PDF/UA-1 in one file, as far as structure shows it, and the text as three libraries read it."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pypdf
import pypdfium2
import pytest

from assessment.domain import exchange
from reports import pdf
from tests.reports import papers, samples


@pytest.fixture(scope="module")
def book(hard: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(hard) as opened:
        yield opened


def elements(node: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Every structure element with the tag it stands in."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield above, kid
            yield from elements(kid, str(kid.S))


def tree(book: pikepdf.Pdf) -> list[tuple[str, Any]]:
    return list(elements(book.Root.StructTreeRoot))


def test_the_file_claims_both_standards_and_describes_the_second_ones_mark(book: pikepdf.Pdf) -> None:
    with book.open_metadata() as found:
        assert found.pdfa_status == "3A"
        assert found["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    text = book.Root.Metadata.read_bytes().decode()
    assert text.count("<rdf:RDF") == 1
    assert "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>" in text


def test_language_title_and_colours_are_named(book: pikepdf.Pdf) -> None:
    assert str(book.Root.Lang) == "zh-CN"
    assert book.Root.MarkInfo.Marked
    assert book.Root.ViewerPreferences.DisplayDocTitle
    (intent,) = book.Root.OutputIntents
    assert (str(intent.S), str(intent.OutputConditionIdentifier)) == ("/GTS_PDFA1", "sRGB2014")
    title = f"{samples.LONG_NAME}2022年度整体绩效自评报告"
    with book.open_metadata() as found:
        assert (str(book.docinfo.Title), found["dc:title"]) == (title, title)


def test_what_was_signed_is_attached_as_the_source_and_holds(book: pikepdf.Pdf) -> None:
    files = {str(item.UF): item for item in book.Root.AF}
    assert sorted(files) == ["filing.json", "review.json"]
    assert {str(item.AFRelationship) for item in files.values()} == {"/Source"}
    assert len(book.Root.AF) == 2
    attached = files["filing.json"].EF.F
    assert (str(attached.Subtype), str(attached.Params.ModDate)) == ("/application/json", "D:20230423000000Z")
    assert exchange.read(attached.read_bytes()) == samples.hard_file()
    review = json.loads(files["review.json"].EF.F.read_bytes())
    assert review == samples.review_of(samples.hard_file()).model_dump(mode="json")


def test_headings_go_down_one_level_at_a_time(book: pikepdf.Pdf) -> None:
    levels = [int(str(element.S)[2:]) for _, element in tree(book) if str(element.S) in {"/H1", "/H2", "/H3", "/H4", "/H5"}]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_figure_has_words_and_its_place_on_the_page(book: pikepdf.Pdf) -> None:
    figures = [element for _, element in tree(book) if element.S == "/Figure"]
    words = [str(figure.Alt) for figure in figures]
    assert [text.partition("，")[0].partition("。")[0].partition(" ")[0] for text in words] == [
        "年初预算、调整预算和支出决算",
        "各项自评得分与分值",
        "核验码",
    ]
    assert "一般公共预算：年初预算 58,235.54，调整预算 48,213.57，支出决算 45,958.11" in words[0]
    for figure in figures:
        left, below, right, above = (float(number) for number in figure.A.BBox)
        width, height = (float(number) for number in figure.Pg.MediaBox[2:])
        assert 0 < left < right < width
        assert 0 < below < above < height


def rows(table: Any) -> list[tuple[str, list[Any]]]:
    """The part and the cells of each row."""
    return [(str(part.S), list(row.K)) for part in table.K for row in part.K]


def attribute(cell: Any, name: str, default: Any = None) -> Any:
    return cell.A.get(name, default)


def test_every_header_cell_says_what_it_heads_and_every_table_is_a_full_grid(book: pikepdf.Pdf) -> None:
    tables = [element for _, element in tree(book) if element.S == "/Table"]
    assert len(tables) > 8
    for table in tables:
        taken: set[tuple[int, int]] = set()
        width = sum(int(attribute(cell, "/ColSpan", 1)) for cell in rows(table)[0][1])
        for number, (part, cells) in enumerate(rows(table)):
            column = 0
            for cell in cells:
                while (number, column) in taken:
                    column += 1
                across, down = int(attribute(cell, "/ColSpan", 1)), int(attribute(cell, "/RowSpan", 1))
                taken |= {(number + y, column + x) for y in range(down) for x in range(across)}
                column += across
                whole = across == width
                wanted = None if cell.S == "/TD" else "/Column" if part == "/THead" or whole else "/Row"
                assert (str(attribute(cell, "/Scope")) if cell.S == "/TH" else None) == wanted
                assert "/Headers" not in cell.A
        assert taken == {(y, x) for y in range(len(rows(table))) for x in range(width)}


def test_page_numbers_are_artifacts_and_all_else_is_content_or_an_artifact(hard: Path) -> None:
    with pdfplumber.open(hard) as opened:
        for page in opened.pages:
            numbers = [char for char in page.chars if round(char["size"], 2) == 14 or not char["upright"]]
            assert {char["tag"] for char in numbers} <= {"Artifact"}
            assert {char["tag"] for char in page.chars if char not in numbers} <= {"Span", "Figure"}
            assert None not in {item["tag"] for item in (*page.chars, *page.rects, *page.lines, *page.curves)}


def test_qpdf_finds_no_error_in_the_file(hard: Path) -> None:
    assert papers.tool("qpdf", "--check", str(hard)).splitlines()[-2:] == [
        "No syntax or stream encoding errors found; the file may still contain",
        "errors that qpdf cannot detect",
    ]


def squeezed(text: str) -> str:
    return "".join(text.split())


def by_poppler(path: Path) -> str:
    return papers.text_of(path, "-raw")


def by_pdfium(path: Path) -> str:
    book = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_range() for page in book)
    finally:
        book.close()


def by_pypdf(path: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


@pytest.mark.parametrize("reader", [by_poppler, by_pdfium, by_pypdf])
def test_every_reader_gives_back_every_character_of_the_text_in_order(reader: Any, demo: Path) -> None:
    text = re.sub(r"—\d+—", "", squeezed(reader(demo)))  # a paragraph may run over a page's number
    place = 0
    for section in samples.demo_file().content.assessments[0].narrative:
        for paragraph in filter(None, map(squeezed, section.printed.split("\n"))):
            assert paragraph in text[place:]
            place = text.index(paragraph, place) + len(paragraph)


@pytest.mark.parametrize("reader", [by_poppler, by_pdfium, by_pypdf])
def test_every_reader_gives_back_the_tables_cells(reader: Any, hard: Path) -> None:
    text = squeezed(reader(hard))
    assert all(part in text for part in ("58,796.51", "48,774.54", "46,477.42", "95.29", "不适用", samples.hard_file().digest.value))
    assert "\u2060" not in text


def test_the_same_snapshot_is_the_same_file_whatever_was_printed_before_it() -> None:
    first = pdf.render(samples.demo_file())
    pdf.render(samples.hard_file())
    assert pdf.render(samples.demo_file()) == first
    with pikepdf.open(BytesIO(first)) as opened:
        identifier = bytes(opened.trailer.ID[0])
    with pikepdf.open(BytesIO(pdf.render(samples.demo_file(), mark=pdf.PREVIEW))) as opened:
        assert (bytes(opened.trailer.ID[0]) == identifier, str(opened.docinfo.Title)) == (
            False,
            "湛江市人力资源和社会保障局2022年度整体绩效自评报告（预览稿）",
        )
        assert str(opened.attachments["filing.json"].description) == "自评材料内容（预览时的内容，未签批）"
