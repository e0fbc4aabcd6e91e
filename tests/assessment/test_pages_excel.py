"""The tables as a workbook: handed out, changed, looked through, and written all or nothing."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from assessment.domain.inputs import Answer
from assessment.domain.projects import ProjectRow
from assessment.domain.workflow import Status
from assessment.models import Part
from assessment.services import parts
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import Line, own_scheme, save_list, stored_scheme
from tests.reports.samples import project_scheme
from tests.tools import stored

pytestmark = pytest.mark.django_db


def address(line: Line) -> str:
    return reverse("assessment:excel", args=[line.filing.pk])


def workbook(client: Client, line: Line) -> Workbook:
    return load_workbook(BytesIO(data_of(client.get(reverse("assessment:workbook", args=[line.filing.pk])))))


def bytes_of(book: Workbook) -> bytes:
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def row_of(book: Workbook, sheet: str, code: str) -> int:
    return next(cell.row for cell in book[sheet]["A"] if cell.value == code)


def upload(client: Client, line: Line, data: bytes, name: str = "数据.xlsx") -> Any:
    file = BytesIO(data)
    file.name = name
    return client.post(address(line), {"file": file})


def changed(client: Client, line: Line, change: Callable[[Workbook], object]) -> Any:
    """The preview of the line's workbook after a change."""
    book = workbook(client, line)
    change(book)
    return upload(client, line, bytes_of(book))


def put(sheet: str, code: str, column: str, value: Any) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[sheet][f"{column}{row_of(book, sheet, code)}"].value = value

    return change


def changes(page: Any) -> list[list[str]]:
    return [[cell.text for cell in row.children if not isinstance(cell, str)] for row in read(page).select(".excel-changes tbody tr")]


def test_a_workbook_that_comes_back_as_it_was_handed_out_changes_nothing() -> None:
    line = Line()
    client, before = signed_in(line.preparer), stored()

    page = upload(client, line, bytes_of(workbook(client, line)))

    shown = read(page)
    assert (page.status_code, stored()) == (200, before)
    assert shown.texts(".card-plain h2") == ["与现有内容相同，没有改动"]
    assert (shown.texts("#faults li"), shown.texts("#notes li"), changes(page)) == ([], [], [])


def test_characters_that_no_workbook_holds_are_left_out() -> None:
    line = Line()
    line.assessment.scores.filter(code="spending").update(self_reason="甲\ufffe\uffff乙")

    sheet = workbook(signed_in(line.preparer), line)["指标评分"]

    assert "甲乙" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_a_changed_figure_is_shown_with_its_cell_and_written_when_it_was_looked_at() -> None:
    line = Line()
    client, before = signed_in(line.preparer), stored()

    page = changed(client, line, put("基础数据", "staff_actual", "E", 39))

    cell = f"基础数据!E{row_of(workbook(client, line), '基础数据', 'staff_actual')}"
    assert changes(page) == [[cell, "年末实有在职人数", "38", "39"]]
    assert stored() == before

    done = send(client, page, "form.excel-acts", apply="1")

    assert messages(done) == ["已写入工作簿中的全部改动"]
    assert line.assessment.figures.get(code="staff_actual").value == Decimal(39)
    assert line.part(Part.Kind.FIGURES).version == 2
    assert line.part(Part.Kind.SCORES).version == 1


def test_who_only_reads_gets_the_workbook_and_hands_in_none() -> None:
    line = Line(Status.SUBMITTED)
    client, before = signed_in(line.reviewer), stored()
    data = data_of(client.get(reverse("assessment:workbook", args=[line.filing.pk])))

    page = upload(client, line, data)

    assert (page.status_code, stored()) == (422, before)
    assert read(page).select("input[type=file]") == []


def shift(book: Workbook) -> None:
    book["基础数据"].insert_rows(1)


def swap_columns(book: Workbook) -> None:
    ws = book["基础数据"]
    ws["E4"].value, ws["F4"].value = ws["F4"].value, ws["E4"].value


def move_label(book: Workbook) -> None:
    book["基础数据"]["C5"].value, book["基础数据"]["C6"].value = book["基础数据"]["C6"].value, book["基础数据"]["C5"].value


def sort_backwards(book: Workbook) -> None:
    """Every line of the table in the opposite order, as a person who takes off the protection may sort it."""
    ws = book["基础数据"]
    lines = [[(cell.value, cell.number_format) for cell in row] for row in ws.iter_rows(min_row=5)]
    for number, line in enumerate(reversed(lines), start=5):
        for column, (value, number_format) in enumerate(line, start=1):
            ws.cell(number, column).value, ws.cell(number, column).number_format = value, number_format


def hide(book: Workbook) -> None:
    book["基础数据"].sheet_state = "hidden"
    book.create_sheet("底稿")["A1"].value = "草稿"


def shape(value: float, number_format: str, code: str = "satisfaction") -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        cell = book["基础数据"][f"E{row_of(book, '基础数据', code)}"]
        cell.value, cell.number_format = value, number_format

    return change


def merge(book: Workbook) -> None:
    book["基础数据"].merge_cells("E5:E6")


def copy(book: Workbook) -> None:
    book.copy_worksheet(book["基础数据"])


def cell_of(line: Line, code: str, sheet: str = "基础数据", column: str = "E") -> str:
    return f"{sheet}!{column}{row_of(workbook(signed_in(line.preparer), line), sheet, code)}"


AGAIN = "请把数据填到重新下载的工作簿里再上传"
BAD: dict[str, tuple[Callable[[Workbook], object], str]] = {
    "a shifted sheet": (shift, f"基础数据!A2 整张表移动了位置（表的标记应在 A1，现在在 A2）：请删去插入的行和列，或者{AGAIN[1:]}"),
    "swapped columns": (swap_columns, f"基础数据!E4 这一列应为“本年数”，现在是“上年数”：列被移动或改动过，请恢复，或者{AGAIN[1:]}"),
    "merged cells": (merge, "基础数据!E5 E5:E6 合并了单元格：请取消合并，逐格填写"),
    "a sheet twice": (copy, "基础数据 Copy 工作表“基础数据”“基础数据 Copy”是同一张表的几份，请只保留一份"),
    "a word": (put("基础数据", "staff_posts", "E", "四十"), "基础数据!E5 编制数：“四十”不是数字，请只填数字，不带单位"),
    "an error": (put("基础数据", "staff_posts", "E", "#DIV/0!"), "基础数据!E5 是错误值：请改填数值"),
    "yes for a number": (put("基础数据", "staff_posts", "E", True), "基础数据!E5 是逻辑值（TRUE/FALSE）：请改填数值"),
    "a formula never computed": (
        put("基础数据", "staff_posts", "E", "=20+20"),
        "基础数据!E5 是公式，没有保存计算结果：请在 Excel 或 WPS 中打开、重新计算并保存，或者直接填数值",
    ),
    "the last corner": (
        lambda book: book["基础数据"].cell(1_048_576, 16_384, "外"),
        "基础数据!XFD1048576 在表格之外，却有内容：请选中这个单元格，按 Delete 清除后再上传",
    ),
    "a percentage of people": (
        shape(0.4, "0%", "staff_posts"),
        "基础数据!E5 单元格是百分数格式（40%），这里应填以“人”计的数：请把格式改为常规，核对后重填",
    ),
    "a date": (shape(45_000, "yyyy-mm-dd", "staff_posts"), "基础数据!E5 是日期：请改填数值"),
}


@pytest.mark.parametrize(("change", "told"), BAD.values(), ids=list(BAD))
def test_what_cannot_be_taken_over_is_named_with_its_cell_and_its_cure(change: Callable[[Workbook], object], told: str) -> None:
    line = Line()
    client, before = signed_in(line.preparer), stored()

    page = changed(client, line, change)

    shown = read(page)
    assert (page.status_code, stored()) == (200, before)
    assert told in shown.texts("#faults li")
    assert shown.select("button[name=apply]") == []
    assert client.post(address(line), {"signed": shown.one("input[name=signed]").attributes["value"], "apply": "1"}).status_code == 422
    assert stored() == before


GOOD: dict[str, tuple[Callable[[Workbook], object], list[str], list[str]]] = {
    "full-width digits": (put("基础数据", "staff_posts", "E", "４１"), ["40", "41"], []),
    "a text that is a number": (put("基础数据", "staff_posts", "E", " 1,234 "), ["40", "1234"], []),
    "what a sum leaves behind": (put("基础数据", "opening_general", "E", 434.16000000000003), ["1000", "434.16"], []),
    "yuan for ten thousand yuan": (
        put("基础数据", "opening_general", "E", 10_000_000),
        ["1000", "10000000"],
        ["填的是 10,000,000，约为原有或上年数 1,000 的一万倍：请核对是否把“元”填成了“万元”"],
    ),
    "a percentage": (shape(0.953, "0.0%"), ["95.5", "95.3"], ["单元格是百分数格式，按 95.3% 读取"]),
    "a share for a percentage": (shape(0.95, "General"), ["95.5", "0.95"], ["读作 0.95%；如果是 95%，请填 95"]),
}


@pytest.mark.parametrize(("change", "sides", "notes"), GOOD.values(), ids=list(GOOD))
def test_what_a_person_means_is_read_and_what_is_doubtful_is_told(
    change: Callable[[Workbook], object], sides: list[str], notes: list[str]
) -> None:
    line = Line()

    page = changed(signed_in(line.preparer), line, change)

    assert [row[2:] for row in changes(page)] == [sides]
    assert [note.partition(" ")[2] for note in read(page).texts("#notes li")] == notes


def test_a_table_that_was_sorted_is_read_by_its_codes() -> None:
    line = Line()
    page = changed(signed_in(line.preparer), line, sort_backwards)
    assert (read(page).texts("#faults li"), changes(page)) == ([], [])


def test_a_row_whose_name_is_anothers_is_named() -> None:
    line = Line()
    page = changed(signed_in(line.preparer), line, move_label)
    first, second = ("编制数", "年末实有在职人数")
    assert read(page).texts("#faults li") == [
        f"基础数据!C5 这一行应为“{first}”，现在是“{second}”：行被移动或改动过，请恢复，或者{AGAIN[1:]}",
        f"基础数据!C6 这一行应为“{second}”，现在是“{first}”：行被移动或改动过，请恢复，或者{AGAIN[1:]}",
    ]


def test_hidden_sheets_are_told_and_those_that_are_not_ours_are_not_read() -> None:
    line = Line()
    page = changed(signed_in(line.preparer), line, hide)
    assert read(page).texts("#notes li") == ["基础数据 工作表被隐藏，仍按其内容读取", "底稿 不是本工作簿的工作表，没有读取"]


def test_a_workbook_of_another_unit_or_round_or_scheme_is_named_as_such() -> None:
    line, other = Line(), Line()
    other.unit.name = "另一中心"
    other.unit.save()
    client = signed_in(line.preparer)
    foreign = bytes_of(workbook(signed_in(other.preparer), other))

    def said(front: str) -> Callable[[Workbook], None]:
        def change(book: Workbook) -> None:
            cell = next(cell for cell in book["说明"]["A"] if str(cell.value).startswith(front.partition("=")[0]))
            cell.value = front

        return change

    key = line.assessment.pk
    pages = [
        upload(client, line, foreign),
        changed(client, line, said("round=2021")),
        changed(client, line, said(f"scheme:{key}=example 0.9")),
    ]

    assert [page.status_code for page in pages] == [422, 422, 422]
    year, scheme = "2022 年度　2022 年度绩效自评（某财绩〔2023〕2号）", "部门整体支出绩效自评指标体系（示例） 2022.1 版"
    assert [read(page).one(".field-error").text for page in pages] == [
        f"工作簿的预算单位不对：工作簿是“另一中心”，本材料是“{line.unit.name}”；{AGAIN}",
        f"工作簿的评价年度不对：工作簿是“{' '.join(year.split())}”，本材料是“{' '.join(year.split())}”；{AGAIN}",
        f"工作簿的指标体系不对：工作簿是“{scheme}”，本材料是“{scheme}”；{AGAIN}",
    ]


def test_a_stale_workbook_and_a_save_in_between_are_told_and_nothing_is_lost() -> None:
    line = Line()
    client, book = signed_in(line.preparer), workbook(signed_in(line.preparer), line)
    put("基础数据", "staff_posts", "E", 41)(book)
    page = upload(client, line, bytes_of(book))
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"staff_actual": Decimal(37)})
    before = stored()

    again = send(client, page, "form.excel-acts", apply="1")

    assert (again.status_code, stored()) == (409, before)
    assert messages(again) == ["预览之后有人保存过内容，改动已重新对照，请核对后再次写入；刚才什么都没有写入"]
    assert [row[2:] for row in changes(again)] == [["40", "41"], ["37", "38"]]
    stale = upload(client, line, bytes_of(book))
    assert read(stale).texts("#notes li") == [
        "基础数据 下载工作簿之后，这一部分在网页上又保存过；工作簿里的旧数会盖掉新数，请逐项核对下面的改动"
    ]


def test_what_was_signed_for_one_person_and_filing_is_nobody_elses() -> None:
    line, other = Line(), Line()
    client = signed_in(line.preparer)
    page = changed(client, line, put("基础数据", "staff_posts", "E", 41))
    sealed = read(page).one("input[name=signed]").attributes["value"]
    foreign = signed_in(other.preparer)
    before = stored()

    answers = [
        foreign.post(address(other), {"signed": sealed, "apply": "1"}),
        client.post(address(line), {"signed": sealed[:-1] + ("a" if sealed[-1] != "a" else "b"), "apply": "1"}),
        foreign.post(address(line), {"signed": sealed, "apply": "1"}),
    ]

    assert ([answer.status_code for answer in answers], stored()) == ([422, 422, 404], before)


def test_only_what_was_returned_is_taken_over() -> None:
    line = Line(Status.RETURNED)
    client, before = signed_in(line.preparer), stored()

    page = changed(client, line, lambda book: (put("基础数据", "staff_posts", "E", 41)(book), put("指标评分", "spending", "I", "改")(book)))

    assert read(page).texts("#faults li") == [
        "指标评分 这一部分没有被退回，不能修改，但工作簿里有 1 处与现有内容不同：请用重新下载的工作簿填写"
    ]
    assert stored() == before


def test_the_annotated_workbook_has_the_errors_at_their_cells_and_what_was_typed() -> None:
    line = Line()
    client = signed_in(line.preparer)
    page = changed(client, line, lambda book: (put("基础数据", "staff_posts", "E", "四十")(book), sort_backwards(book)))

    sealed = read(page).one("input[name=signed]").attributes["value"]
    book = load_workbook(BytesIO(data_of(client.post(address(line), {"signed": sealed, "annotate": "1"}))))

    cell = book["基础数据"]["E5"]
    assert (cell.value, cell.comment.text) == ("四十", "【错误】编制数：“四十”不是数字，请只填数字，不带单位")
    assert [cell.value for cell in book["问题清单"][2]][1:] == ["基础数据", "E5", "错误", "编制数：“四十”不是数字，请只填数字，不带单位"]


def test_a_text_that_begins_like_a_formula_is_handed_out_as_a_text() -> None:
    line = Line()
    code, answer = next((score.code, Answer(frozenset(score.choices), score.self_points, "=1+1")) for score in line.assessment.scores.all())
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers={code: answer})
    book = workbook(signed_in(line.preparer), line)
    cell = book["指标评分"][f"I{row_of(book, '指标评分', code)}"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def slots(book: Workbook, sheet: str) -> list[tuple[int, str]]:
    """The lines of a sheet whose rows the unit writes itself: number and code."""
    return [(cell.row, str(cell.value)) for cell in book[sheet]["A"] if cell.row > 4 and cell.value]


def fill_line(book: Workbook, sheet: str, number: int, **values: Any) -> None:
    for column, value in values.items():
        book[sheet][f"{column}{number}"].value = value


def test_rows_of_the_units_own_are_added_changed_and_taken_away() -> None:
    line = Line(whole_scheme=stored_scheme(own_scheme()))
    client = signed_in(line.preparer)

    def change(book: Workbook) -> None:
        first, second, third = [number for number, _ in slots(book, "自设指标")][:3]
        fill_line(book, "自设指标", first, G="场", J=9)
        fill_line(book, "自设指标", second, **dict.fromkeys("CDEFGHIJ"))
        fill_line(book, "自设指标", third, C="数量指标", D="编写教材", E="≥", F=3, G="本", I=3, J=3)

    page = changed(client, line, change)

    assert read(page).texts("#faults li") == []
    send(client, page, "form.excel-acts", apply="1")
    rows = [row.row() for row in line.assessment.own_rows.all()]
    assert [(row.code, row.label, row.target, row.actual, row.unit, row.points) for row in rows] == [
        ("own_1", "举办培训", Decimal(10), Decimal(9), "场", Decimal(5)),
        ("own_3", "编写教材", Decimal(3), Decimal(3), "本", Decimal(3)),
    ]


def test_a_quantity_that_cannot_be_stored_is_named_and_breaks_nothing() -> None:
    line = Line(whole_scheme=stored_scheme(own_scheme()))
    client, before = signed_in(line.preparer), stored()

    page = changed(client, line, lambda book: fill_line(book, "自设指标", 5, J=99_999_999_999_999))

    assert read(page).texts("#faults li") == ["自设指标!J5 数值过大，或超过 4 位小数"]
    assert stored() == before


def with_projects() -> Line:
    return Line(project_scheme=stored_scheme(project_scheme()))


def test_projects_are_added_by_the_list_and_their_tables_come_with_the_next_workbook() -> None:
    line = with_projects()
    client = signed_in(line.preparer)
    page = changed(client, line, lambda book: fill_line(book, "项目清单", 5, C="就业培训", D="001", E="１２０", F="是"))
    assert [row[1:] for row in changes(page)] == [
        ["第 1 个项目 项目名称", "（空）", "就业培训"],
        ["第 1 个项目 项目编码", "（空）", "001"],
        ["第 1 个项目 金额（万元）", "（空）", "120"],
        ["第 1 个项目 重大政策", "否", "是"],
    ]

    send(client, page, "form.excel-acts", apply="1")

    project = line.filing.assessments.projects().get()
    assert project.project_row() == ProjectRow("就业培训", "001", Decimal(120), True, False, project.pk)
    assert workbook(client, line).sheetnames == [
        "说明", "项目清单", "基础数据", "指标评分", "项目01-基础数据", "项目01-自设指标", "项目01-指标评分", "选项",
    ]  # fmt: skip


def test_a_project_is_not_taken_off_the_list_by_a_workbook() -> None:
    line = with_projects()
    save_list(line, ProjectRow("就业培训"), ProjectRow("技能鉴定"))
    client, before = signed_in(line.preparer), stored()

    page = changed(client, line, lambda book: fill_line(book, "项目清单", 5, **dict.fromkeys("CDEFG")))

    assert read(page).texts("#faults li") == ["项目清单!C5 请填写项目名称"]
    assert stored() == before


@pytest.mark.parametrize("count", [1, 3])
def test_the_workbook_asks_as_many_questions_for_one_project_as_for_three(count: int, django_assert_num_queries: Any) -> None:
    line = with_projects()
    save_list(line, *(ProjectRow(f"项目{number}") for number in range(count)))
    client = signed_in(line.preparer)
    workbook(client, line)
    with django_assert_num_queries(19):
        workbook(client, line)
