"""Tables typed as lines of cells: where one begins and ends, and what is only a line with strokes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.narrative import tidy
from assessment.domain.prose import MAX_COLUMNS, Block, Grid, blocks, grids, table_text, too_wide

HEAD, RULE = "| 项目 | 金额 |", "| --- | ---: |"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], ()),
        (["一段", "", "二段"], ("一段", "二段")),
        ([HEAD, RULE], (Grid(("项目", "金额"), ()),)),
        (["前文", HEAD, RULE, "| 培训 | 1,000 |", "后文"], ("前文", Grid(("项目", "金额"), (("培训", "1,000"),)), "后文")),
        ([HEAD, RULE, "|甲|", "| 乙 | 2 | 多 |"], (Grid(("项目", "金额", ""), (("甲", "", ""), ("乙", "2", "多"))),)),
        ([HEAD, RULE, "| 甲 | 1 |", HEAD, RULE], (Grid(("项目", "金额"), (("甲", "1"),)), Grid(("项目", "金额"), ()))),
        ([HEAD, "| 甲 | 1 |"], (HEAD, "| 甲 | 1 |")),
        ([RULE, RULE], (RULE, RULE)),
        ([HEAD], (HEAD,)),
        ([HEAD, "| - | -- |"], (HEAD, "| - | -- |")),
        (["|", RULE], ("|", RULE)),
        ([r"| 甲 \|", RULE], (r"| 甲 \|", RULE)),
        ([r"| 甲\|乙 |　丙　|", "|:---:|---|"], (Grid(("甲|乙", "丙"), ()),)),
    ],
)
def test_a_table_is_a_head_with_a_rule_under_it_and_the_rows_that_follow(lines: list[str], found: tuple[Block, ...]) -> None:
    assert blocks("\n".join(lines)) == found
    assert grids("\n".join(lines)) == [block for block in found if isinstance(block, Grid)]


def test_a_tables_words_and_cells_are_counted_with_its_head() -> None:
    grid = Grid(("项目", ""), (("甲", "1"),))

    assert (grid.text, grid.cells) == ("项目 甲 1", 4)


def test_a_table_of_too_many_columns_is_named_with_what_to_do() -> None:
    def wide(columns: int) -> str:
        return table_text([["格"] * columns, ["1"] * columns])

    assert (too_wide("一段"), too_wide(wide(MAX_COLUMNS))) == ("", "")
    assert too_wide(f"{wide(2)}\n{wide(MAX_COLUMNS + 1)}") == "表格有 11 列，最多 10 列，请拆成几个表"


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.text("甲|", max_size=2) | st.sampled_from(["-", "---", "----", " 甲  乙 "]), min_size=width, max_size=width),
            min_size=1,
        )
    )
)
def test_what_is_written_as_a_table_is_read_as_the_same_table(rows: list[list[str]]) -> None:
    text = table_text(rows)
    head, *rest = (tuple(" ".join(cell.split()).replace("----", "—").replace("---", "—") for cell in row) for row in rows)

    assert (tidy(text), blocks(text)) == (text, (Grid(head, tuple(rest)),))
