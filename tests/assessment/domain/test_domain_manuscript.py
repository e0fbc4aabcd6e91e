"""A report written elsewhere, sorted by its headings: as written, numbered otherwise, similar, run on, unknown."""

import pytest

from assessment.domain.errors import DomainError
from assessment.domain.manuscript import Line, Piece, Sorted, Table, bare, number_of, sort_into
from assessment.domain.narrative import outline
from assessment.domain.scheme import Section
from tests.reports.samples import demo_scheme


def section(code: str, heading: str, level: int = 1, text: bool = True) -> Section:
    return Section(code=code, heading=heading, level=level, text=text)


OUTLINE = [
    section("opening", "", 0),
    section("basic", "部门基本情况", text=False),
    section("duties", "单位机构设置、部门职能情况", 2),
    section("goals", "绩效目标设定情况", 2),
    section("result", "绩效自评结果分析"),
    section("problems", "存在问题", 2),
    section("measures", "改进措施", 2),
    section("other", "其他说明"),
    section("other_problems", "存在问题", 2),
]


def texts(*pieces: Piece | str) -> dict[str, str]:
    return {code: found.text for code, found in sorted_(*pieces).found.items()}


def sorted_(*pieces: Piece | str, project: str = "") -> Sorted:
    return sort_into(OUTLINE, [Line(piece) if isinstance(piece, str) else piece for piece in pieces], project)


@pytest.mark.parametrize(
    ("heading", "level", "words"),
    [
        ("一、概况", 1, "概况"),
        ("第三部分　概况", 1, "概况"),
        ("（十二）概况", 2, "概况"),
        ("(二)、概况", 2, "概况"),
        ("1.概况", 3, "概况"),
        ("2.1.3 概况", 3, "概况"),
        ("1、概况", 3, "概况"),
        ("（1）概况", 4, "概况"),
        ("③概况", 4, "概况"),
        ("3.5%的概况", None, "3.5%的概况"),
        ("概况", None, "概况"),
    ],
)
def test_a_number_tells_the_level_and_is_no_part_of_the_words(heading: str, level: int | None, words: str) -> None:
    assert number_of(heading) == (level, words)


def test_headings_are_compared_by_their_words_alone() -> None:
    assert bare("（一） 单位机构设置、部门职能情况：") == bare("单位机构设置 部门职能情况") == "单位机构设置部门职能情况"
    assert bare("(一)ＡＢ c") == "abc"


def test_text_goes_under_the_section_whose_heading_it_stands_under() -> None:
    grid = Table((("项目", "金额"), ("培训", "1")))
    found = sorted_(
        "开头一段。", "一、部门基本情况", "（一）单位机构设置、部门职能情况", "职能。", grid, "二、绩效自评结果分析：", "很好。"
    )

    assert {code: item.text for code, item in found.found.items()} == {
        "opening": "开头一段。",
        "duties": "职能。\n| 项目 | 金额 |\n| --- | --- |\n| 培训 | 1 |",
        "result": "很好。",
    }
    assert (found.rest, found.left_out) == ((), ())
    assert (found.found["duties"].headings, found.found["duties"].similar) == (["（一）单位机构设置、部门职能情况"], [])


@pytest.mark.parametrize(
    "heading",
    [
        Line("绩效目标设定情况"),
        Line("3.绩效目标设定情况"),
        Line("（二）绩效目标设定情况："),
        Line("绩效 目标\n设定情况", level=3),
        Line("1.绩效目标设定情况", bold=True),
    ],
)
def test_a_heading_is_known_by_its_words_however_it_is_numbered(heading: Line) -> None:
    assert texts(heading, "目标。") == {"goals": "目标。"}


@pytest.mark.parametrize(
    ("heading", "similar"),
    [("（二）绩效目标的设定情况", True), ("二、绩效目标设定情况及说明", True), ("（二）绩效目标设定情况", False)],
)
def test_a_heading_that_is_only_similar_is_taken_and_named(heading: str, similar: bool) -> None:
    found = sorted_(heading, "目标。").found["goals"]

    assert (found.text, found.similar, found.headings) == ("目标。", [heading] * similar, [heading] * (not similar))


def test_text_that_runs_on_behind_a_heading_goes_under_it() -> None:
    assert texts("（一）存在问题。预算偏紧。", "（二）改进措施：加强测算。", "（三）另有一事：照旧。") == {
        "problems": "预算偏紧。",
        "measures": "加强测算。\n（三）另有一事：照旧。",
    }


def test_of_two_sections_with_one_heading_the_next_empty_one_is_taken_and_then_the_first_again() -> None:
    found = texts("（一）存在问题", "甲。", "三、其他说明", "（一）存在问题", "乙。", "（二）存在问题", "丙。")

    assert found == {"problems": "甲。\n丙。", "other_problems": "乙。"}


def test_what_fits_no_section_is_kept_apart_with_its_heading() -> None:
    found = sorted_(
        "（一）存在问题", "甲。", Line("后记", level=2), "乙。", "1.小标题", "丙。", "四、部门党建情况", "丁。", "一、部门基本情况", "戊。"
    )

    assert texts("（一）存在问题", "甲。") == {code: item.text for code, item in found.found.items()}
    assert [(rest.heading, rest.text) for rest in found.rest] == [
        ("后记", "后记\n乙。\n1.小标题\n丙。"),
        ("四、部门党建情况", "四、部门党建情况\n丁。"),
        ("一、部门基本情况", "戊。"),
    ]


def test_deeper_headings_that_fit_nothing_are_text_of_their_section() -> None:
    assert texts("（一）存在问题", Line("1.预算方面", level=3), "甲。", "1.列举", "（1）再列举") == {
        "problems": "1.预算方面\n甲。\n1.列举\n（1）再列举"
    }


def test_sentences_and_long_lines_are_no_headings() -> None:
    long = Line("长" * 61, level=1)

    assert texts("（一）存在问题", "（二）改进措施，另见附件", "二、经研究，决定如下", long) == {
        "problems": "（二）改进措施，另见附件\n二、经研究，决定如下\n" + long.text
    }


def test_titles_above_everything_and_headings_without_text_are_named_and_left_out() -> None:
    titles = (Line("某局", title=True), "2022年度部门整体支出绩效自评报告")
    found = sorted_(*titles, "开头。", Line("居中一行", title=True), "五、附则", "一、部门基本情况")

    assert {code: item.text for code, item in found.found.items()} == {"opening": "开头。\n居中一行"}
    assert (found.rest, found.left_out) == (
        (),
        (
            "题目“某局”没有导入，题目由系统编排",
            "题目“2022年度部门整体支出绩效自评报告”没有导入，题目由系统编排",
            "标题“五、附则”下没有文字",
        ),
    )


def test_without_a_place_for_an_opening_text_above_all_headings_is_kept_apart() -> None:
    found = sort_into(OUTLINE[1:], [Line("开头。")])

    assert [(rest.heading, rest.text) for rest in found.rest] == [("文首文字", "开头。")]


def test_a_cell_tells_its_table_in_one_line() -> None:
    assert Table((("甲", ""), ("乙", "丙"))).in_one_line == "甲 乙 丙"


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([Line("六、无关"), Line("文字。")] * 61, "文档中有 61 处标题与报告提纲对不上，请先按提纲整理标题后再导入"),
        ([Line("六、无关")] * 301, "文档中的标题超过 300 个，无法对应到报告提纲；请先按提纲整理后再导入"),
    ],
)
def test_a_document_where_hardly_anything_fits_is_refused(pieces: list[Line], message: str) -> None:
    with pytest.raises(DomainError) as refused:
        sort_into(OUTLINE, pieces)
    assert str(refused.value) == message


def test_a_report_in_a_shipped_schemes_outline_finds_every_section() -> None:
    sections, pieces = demo_scheme().sections, []
    for heading in outline(sections):
        if heading.section.heading:
            pieces += [Line(heading.number + heading.section.heading), *[Line(f"{heading.section.code}。")] * heading.section.text]

    found = sort_into(sections, pieces)

    written = [section.code for section in sections if section.text and section.heading]
    assert {code: item.text for code, item in found.found.items()} == {code: f"{code}。" for code in written}
    assert (found.rest, found.left_out) == ((), ())


def test_our_own_document_ends_where_its_tables_begin() -> None:
    found = sorted_(
        "二、绩效自评结果分析", "很好。", Line("附表 1　评分表", 1, annex=True), Table((("指标", "分值"),)), "三、其他说明", "后文。"
    )

    assert {code: item.text for code, item in found.found.items()} == {"result": "很好。"}
    assert (found.rest, found.left_out) == ((), ("“附表 1　评分表”及其后的内容没有导入，附表由系统编排",))


def test_of_our_own_document_a_project_takes_its_own_report() -> None:
    annex = Line("附表 1　评分表", 1, annex=True)
    pieces = [
        "二、绩效自评结果分析",
        "整体。",
        annex,
        "项目名称：窗口 设备",
        Line("评价年度：2022年度", title=True),
        "二、绩效自评结果分析",
        "项目。",
        annex,
    ]

    assert sorted_(*pieces, project="窗口设备").found["result"].text == "项目。"
    assert sorted_(*pieces).found["result"].text == "整体。"
    with pytest.raises(DomainError, match="其中没有“别的项目”的报告"):
        sorted_(*pieces, project="别的项目")
    assert sorted_("二、绩效自评结果分析", "自己写的。", project="别的项目").found["result"].text == "自己写的。"
