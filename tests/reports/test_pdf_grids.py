"""Tables inside the report's text: real ones for who reads the file aloud, columns as wide as their words ask for."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from assessment.domain.prose import Grid, table_text
from reports.pdf.grids import SetGrid, column_widths, pieces_of
from tests.reports import papers, samples

ROWS = [["资金类别", "决算（万元）"], *[[f"第{number}类支出", f"{number}.50"] for number in range(1, 61)]]


@pytest.mark.parametrize(
    ("grid", "widths"),
    [
        (Grid(("甲", "乙"), ()), (50.0, 50.0)),
        (Grid(("项目", "金额"), (("培训费用", "12.50"),)), (57.23, 42.77)),
        (Grid(("项目", "说明"), (("培训", "长" * 60),)), (7.47, 92.53)),
        (Grid(("长" * 60, "说明" * 30), ()), (50.0, 50.0)),
    ],
)
def test_wide_columns_share_what_narrow_ones_leave(grid: Grid, widths: tuple[float, ...]) -> None:
    assert column_widths(grid) == widths


def test_cells_are_set_like_paragraphs() -> None:
    assert pieces_of("共 5 万元\n| 共 5 万元 |\n| --- |") == ("共5\u2060万\u2060元", SetGrid(("共5\u2060万\u2060元",), (), (100.0,)))


def rows_of(node: Any) -> list[list[str]]:
    """Every row of a document's tables: the tags of its cells."""
    kids = node.get("/K", [])
    below = [kid for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    own = [[str(kid.S) for kid in below]] if node.get("/S") == "/TR" else []
    return own + [row for kid in below for row in rows_of(kid)]


def test_a_table_of_the_text_is_tagged_repeats_its_head_and_keeps_the_text_around_it(tmp_path: Path) -> None:
    narrative = {**samples.demo_inputs().narrative, "opening": f"表前一段。\n{table_text(ROWS)}\n表后一段。"}
    path = papers.printed(tmp_path, samples.demo_file(narrative=narrative))

    with pikepdf.open(path) as book:
        rows = rows_of(book.Root.StructTreeRoot)
    first, second, third = papers.page_texts(path)[1:4]
    head, body = ["/TH", "/TH"], ["/TD", "/TD"]
    assert (rows[0], [row for row in rows[: len(ROWS) + 2] if row != head]) == (head, [body] * 60)
    assert "表前一段。资金类别决算（万元）第1类支出1.50第2类支出2.50" in first
    assert [page.startswith("资金类别决算（万元）") for page in (second, third)] == [True, True]
    assert "第60类支出60.50表后一段。" in third
