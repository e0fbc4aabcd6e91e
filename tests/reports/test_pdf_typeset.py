"""Setting Chinese: what stays in one line, even titles, and how many lines a text will take."""

from dataclasses import replace
from typing import Any

import pytest

from reports.pdf.document import document_of
from reports.pdf.figures import FigureGroup, FigureRow
from reports.pdf.paging import figure_sheets, page_starts
from reports.pdf.printing import _in_one_piece_a_page, _score_table, _text, breaks, lay_out
from reports.pdf.scores import LONGEST_RULE, Note, _line
from reports.pdf.typeset import JOINER, balanced, lines_of, typeset
from tests.reports import samples


def shown(text: str) -> str:
    """With joiners that can be seen."""
    return typeset(text).replace(JOINER, "+")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("共58,796.51万元。", "共58,796.51+万+元。"),
        ("降了1.03个百分点", "降了1.03+个+百+分+点"),
        ("2023年4月23日", "2023+年4+月23+日"),
        ("完成95.29%的任务", "完成95.29%+的任务"),
        ("按湛财绩〔2023〕2号", "按湛财绩+〔2023〕+2+号"),
        ("在职 64 人", "在职64+人"),
        ("A股 3 只，IT 人员", "A股3+只，IT 人员"),
        ("没有数", "没有数"),
        ("3项目", "3+项目"),
    ],
)
def test_a_number_is_joined_to_what_it_measures(text: str, wanted: str) -> None:
    assert shown(text) == wanted


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("湛江市技师学院", ["湛江市技师学院"]),
        (
            "湛江市机关事业单位社会保险与职业年金征缴清算服务管理中心（职业年金账户管理办公室）",
            ["湛江市机关事业单位社会保险", "与职业年金征缴清算服务管理中心", "（职业年金账户管理办公室）"],
        ),
        ("某" * 40, ["某" * 14, "某" * 13, "某" * 13]),
    ],
)
def test_a_long_title_is_cut_into_even_lines(name: str, lines: list[str]) -> None:
    assert balanced(name) == lines


@pytest.mark.parametrize(
    ("text", "ems", "lines"),
    [
        ("", 10, 1),
        ("字" * 10, 10, 1),
        ("字" * 11, 10, 2),
        ("字" * 10 + "。", 10, 2),
        ("字" * 9 + "（字）", 10, 2),
        ("a" * 40, 10, 3),
        ("字" * 9 + "12.50万元", 10, 2),
        ("字" * 8 + f"12{JOINER}万{JOINER}元", 10, 2),
    ],
)
def test_a_texts_lines_are_reckoned(text: str, ems: int, lines: int) -> None:
    assert lines_of(text, ems * 10.5 + 0.01, 10.5) == lines


def score_pages(name: str, starts: tuple[int, ...] | None = None) -> tuple[tuple[int, ...], list[Any]]:
    """The reckoned first rows of the pages, and the score table laid out with them (or with others)."""
    document = document_of(getattr(samples, name)(), None, explained=False)
    assessment = document.assessments[0]
    starts = starts or page_starts(assessment.lines, assessment.score_table.above)
    cut = replace(assessment, starts=starts)
    text = _text("scores", document=document, assessment=cut, numbered=True, each_row=True, mark=None, first=1, last=False)
    return starts, list(lay_out(text))


@pytest.mark.parametrize("name", ["demo_file", "hard_file", "empty_file"])
def test_the_reckoned_pages_of_the_score_table_are_those_of_the_layout(name: str) -> None:
    starts, pages = score_pages(name)
    assert len(starts) > 2
    assert breaks(pages, 10**6) == set(starts)
    assert _in_one_piece_a_page(pages, len(starts))


def test_a_page_that_ran_over_is_seen() -> None:
    starts, pages = score_pages("demo_file", (0, 14))
    assert breaks(pages, 10**6) > set(starts)
    assert not _in_one_piece_a_page(pages, 2)
    assert not _in_one_piece_a_page(score_pages("demo_file", (0,))[1], 1)


def test_a_table_that_was_reckoned_too_low_is_laid_out_until_its_cells_end_with_their_pages() -> None:
    dash = "\u2e3b"  # two and a half characters wide
    answers = {code: replace(answer, reason=dash * 40) for code, answer in samples.demo_inputs().answers.items()}
    document = document_of(samples.demo_file(answers=answers), None, explained=False)
    assessment = document.assessments[0]
    reckoned = page_starts(assessment.lines, assessment.score_table.above)

    pages = _score_table(assessment, document, mark=None, first=1, last=False)

    assert len(pages) > len(reckoned)
    assert _in_one_piece_a_page(pages, len(pages))


def test_a_sum_without_a_row_takes_the_last_row_along() -> None:
    class Page:
        def __init__(self, *names: str) -> None:
            self.anchors = dict.fromkeys(names)

    assert breaks([Page("row-0", "row-1", "row-2"), Page("sum")], 3) == {0, 2}
    assert breaks([Page("row-0", "row-1"), Page("page-1", "row-2", "sum")], 3) == {0, 2}


@pytest.mark.parametrize("characters", [500, 1200])
def test_a_rule_of_many_words_stands_under_the_table_and_the_pages_hold(characters: int) -> None:
    scheme = samples.demo_scheme()
    document = document_of(samples.demo_file(), None, explained=False)
    assessment = document.assessments[0]
    path = scheme.rows[3]
    long = path[-1].model_copy(update={"basis": "依据" * (characters // 2)})
    assert characters > LONGEST_RULE
    notes: list[Note] = []
    line = _line(scheme, 3, (*path[:-1], long), None, notes)

    assert (line.rule, notes[0].label) == ("见表后注 1", f"{long.label}评分标准")
    lines = (*assessment.lines[:3], line, *assessment.lines[4:])
    pages = _score_table(replace(assessment, lines=lines, notes=tuple(notes)), document, mark=None, first=1, last=False)
    assert len(pages) < 9


@pytest.mark.parametrize("letter", ["W", "M", "@", "字"])
def test_reasons_of_wide_letters_are_reckoned_so_that_one_layout_is_enough(letter: str) -> None:
    answers = {code: replace(answer, reason=letter * 118) for code, answer in samples.demo_inputs().answers.items()}
    document = document_of(samples.demo_file(answers=answers), None, explained=False)
    assessment = document.assessments[0]
    starts = page_starts(assessment.lines, assessment.score_table.above)
    cut = replace(assessment, starts=starts)
    pages = lay_out(_text("scores", document=document, assessment=cut, numbered=True, mark=None, first=1, last=False))

    assert _in_one_piece_a_page(pages, len(starts))


def rows_of(count: int) -> FigureGroup:
    return FigureGroup("组", tuple(FigureRow(f"项{number}", "万元", "1.00", "") for number in range(count)))


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        ([4], [(2, 2)]),
        ([30], [(15, 15)]),
        ([60], [(20, 20), (10, 10)]),
        ([42], [(18, 18), (3, 3)]),
        ([1, 1, 1], [(2, 1)]),
    ],
)
def test_the_data_table_fills_two_columns_a_page_and_the_last_evenly(groups: list[int], wanted: list[tuple[int, int]]) -> None:
    sheets = figure_sheets([rows_of(count) for count in groups], 54.0)
    assert [(sum(len(g.rows) for g in sheet.left), sum(len(g.rows) for g in sheet.right)) for sheet in sheets] == wanted


def test_a_group_that_goes_on_says_so() -> None:
    (sheet,) = figure_sheets([rows_of(30)], 54.0)
    assert [group.again for group in (*sheet.left, *sheet.right)] == [False, True]
