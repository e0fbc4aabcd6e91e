"""The layout after GB/T 9704-2012, measured on the printed pages: margins, grid, type, headings, page numbers, line ends."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from assessment.domain.canonical import short_code
from reports import pdf
from tests.reports import papers, samples
from tests.reports.papers import BOTTOM, LEFT, MM, PITCH, RIGHT, TOP, printed

FAMILIES = ["Jiping-FangSong", "Jiping-Hei", "Jiping-Kai", "Jiping-Song", "Jiping-XiaoBiaoSong"]
RARE = "𠮷"
BODY = 15.79
CLOSING = "，。、；：！？）》”’」』〕】…"
OPENING = "（《“‘「『〔【"
#: A4 turned: 156 mm of text from 28 mm below its upper side, 225 mm from 35 mm right of its left one.
WIDE_LEFT, WIDE_RIGHT, WIDE_TOP, WIDE_BOTTOM = 35 * MM, 260 * MM, 28 * MM, 184 * MM


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of characters of one width, among them rare ones and figures from other fonts."""
    inputs = samples.demo_inputs()
    text = ("绩效" * 12 + f"{RARE}2022年") * 60
    return printed(tmp_path_factory.mktemp("grid"), samples.demo_file(narrative=dict(inputs.narrative) | {"opening": text}))


def wide_pages(path: Path) -> list[int]:
    return [page for page, size in enumerate(papers.sizes(path), start=1) if size[0] > size[1]]


def test_every_font_is_embedded_as_a_subset_with_its_text(demo: Path) -> None:
    found = papers.fonts(demo)
    assert sorted(name for name in found if name.startswith("Jiping")) == FAMILIES
    assert set(map(tuple, found.values())) == {("yes", "yes", "yes")}


def test_every_sheet_is_a4_and_the_tables_are_turned(demo: Path) -> None:
    upright, turned = (595.28, 841.89), (841.89, 595.28)
    assert set(papers.sizes(demo)) == {upright, turned}
    assert [size == turned for size in papers.sizes(demo)] == sorted(size == turned for size in papers.sizes(demo))


def test_a_full_page_has_22_lines_on_the_official_grid(demo: Path, grid: Path) -> None:
    for path, page in ((demo, 3), (demo, 5), (grid, 3)):
        lines = papers.lines(path, page)
        assert len(lines) == 22
        tops = [max(word.top for word in line) for line in lines]
        # a word's box moves within its line with the font it is set in
        assert all(abs(below - above - PITCH) < 1.5 for above, below in pairwise(tops))
        assert min(word.left for line in lines for word in line) == pytest.approx(LEFT, abs=0.1)
        assert max(word.right for line in lines for word in line) <= RIGHT + 0.5


def test_the_baselines_of_a_full_page_stand_on_the_grid(demo: Path) -> None:
    tops = sorted({round(glyph.top, 1) for glyph in papers.glyphs(demo, 3) if glyph.font == "Jiping-FangSong" and glyph.top < BOTTOM})
    assert len(tops) == 22
    first = TOP + (PITCH - BODY) / 2
    assert all(top == pytest.approx(first + number * PITCH, abs=1) for number, top in enumerate(tops))


def test_a_line_has_28_characters_and_a_paragraph_begins_two_in(tmp_path: Path) -> None:
    inputs = samples.demo_inputs()
    plain = printed(tmp_path, samples.demo_file(narrative=dict(inputs.narrative) | {"opening": "字" * 28 * 30}))
    counts = ["".join(word.text for word in line).count("字") for line in papers.lines(plain, 2)]
    assert counts == [0, 0, 26] + [28] * 18  # two lines of title, an empty one, the text
    first = papers.lines(plain, 2)[2][0]
    assert first.left == pytest.approx(LEFT + 2 * BODY, abs=0.1)
    assert first.top == pytest.approx(TOP + 3 * PITCH + (PITCH - BODY) / 2, abs=2)


def test_each_level_has_its_type(demo: Path) -> None:
    wanted = {
        "湛江市人力资源和社会保障局": ("Jiping-XiaoBiaoSong", 22),
        "湛江市财政局印发": ("Jiping-FangSong", BODY),
        "一、单位基本情况": ("Jiping-Hei", BODY),
        "（一）单位机构设置": ("Jiping-Kai", BODY),
        "预算编制情况": ("Jiping-FangSong", BODY),
        "附表": ("Jiping-XiaoBiaoSong", 18),
    }
    texts = papers.page_texts(demo)
    found = {}
    for text in wanted:
        page = next(number for number, shown in enumerate(texts, start=1) if number > 1 and text in shown)
        run = papers.run_of(papers.glyphs(demo, page), text)
        assert len({(glyph.font, glyph.size) for glyph in run}) == 1, text
        found[text] = (run[0].font, run[0].size)
    assert found == wanted


def test_a_title_stands_in_the_middle(demo: Path) -> None:
    run = papers.run_of(papers.glyphs(demo, 2), "湛江市人力资源和社会保障局")
    assert (run[0].left + run[-1].right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


def number_on(path: Path, page: int) -> list[papers.Glyph]:
    return [glyph for glyph in papers.glyphs(path, page) if (glyph.size == 14 or not glyph.upright) and glyph.text != " "]


def test_page_numbers_stand_outside_below_the_block_and_not_on_the_cover(demo: Path) -> None:
    assert number_on(demo, 1) == []
    for page in range(2, 14):
        glyphs = number_on(demo, page)
        number = page - 1
        assert "".join(glyph.text for glyph in glyphs) == f"—{number}—"
        assert {glyph.font for glyph in glyphs} == {"Jiping-Song"}
        if number % 2:
            assert glyphs[-1].right == pytest.approx(RIGHT - 14, abs=1)
        else:
            assert glyphs[0].left == pytest.approx(LEFT + 14, abs=1)
        assert all(7 * MM <= glyph.top - BOTTOM < 9 * MM for glyph in glyphs)


def test_a_turned_page_has_its_number_where_the_others_have_it(demo: Path) -> None:
    """Turned back upright, a point ``(x, y)`` of the wide page is at ``(y, height - x)`` of the sheet."""
    for page in wide_pages(demo):
        glyphs = number_on(demo, page)
        number = page - 1
        assert "".join(glyph.text for glyph in sorted(glyphs, key=lambda glyph: glyph.top)) == f"—{number}—"
        assert not any(glyph.upright for glyph in glyphs)
        upper, lower = min(glyph.top for glyph in glyphs), max(glyph.bottom for glyph in glyphs)
        if number % 2:
            assert lower == pytest.approx(RIGHT - 14, abs=1)
        else:
            assert upper == pytest.approx(LEFT + 14, abs=1)
        outer = 297 * MM - max(glyph.right for glyph in glyphs)
        assert 7 * MM <= outer - BOTTOM < 9 * MM


def test_tables_keep_within_the_turned_block(hard: Path) -> None:
    for page in wide_pages(hard):
        table = [glyph for glyph in papers.glyphs(hard, page) if glyph.upright]
        assert min(glyph.left for glyph in table) >= WIDE_LEFT
        assert max(glyph.right for glyph in table) <= WIDE_RIGHT
        assert min(glyph.top for glyph in table) >= WIDE_TOP - 1
        assert max(glyph.bottom for glyph in table) <= WIDE_BOTTOM + 1


def test_no_line_begins_with_closing_or_ends_with_opening_punctuation(demo: Path, hard: Path) -> None:
    for path in (demo, hard):
        for page in range(2, 15):
            lines = ["".join(word.text for word in line) for line in papers.lines(path, page)]
            assert [line for line in lines if line[0] in CLOSING or line[-1] in OPENING] == []


def test_no_heading_stands_alone_at_the_foot_of_a_page(demo: Path, projects: Path) -> None:
    for path, pages in ((demo, range(2, 15)), (projects, range(26, 60))):
        for page in pages:
            text = [glyph for glyph in papers.glyphs(path, page) if glyph.size == BODY]
            last = max((glyph.top for glyph in text), default=0)
            assert {glyph.font for glyph in text if glyph.top == last} <= {"Jiping-FangSong", "Jiping-Song"}, page


def test_a_number_keeps_its_unit_of_measure_at_every_place_of_a_line(tmp_path: Path) -> None:
    inputs = samples.demo_inputs()
    amount = "58,796.51万元"
    paragraphs = "\n".join(f"{'字' * (15 + shift)}{amount}，{'文' * shift}收回95.29个百分点，依据湛财绩〔2023〕2号" for shift in range(12))
    path = printed(tmp_path, samples.demo_file(narrative=dict(inputs.narrative) | {"opening": paragraphs}))
    lines = [line for page in (2, 3) for line in papers.text_of(path, "-raw", "-f", str(page), "-l", str(page)).splitlines()]
    for whole in (amount, "95.29个百分点", "绩〔2023〕2号"):
        assert sum(line.count(whole) for line in lines) == 12
    assert not any(re.match("万元|元|个百分点|百分点|号|〔", line) for line in lines)


def test_spaces_that_a_keyboard_put_between_chinese_and_figures_open_no_gap(tmp_path: Path) -> None:
    inputs = samples.demo_inputs()
    path = printed(
        tmp_path, samples.demo_file(narrative=dict(inputs.narrative) | {"opening": "截至 2022 年末，在职 64 人，World Bank 项目。"})
    )
    (line,) = [line for line in papers.text_of(path, "-f", "2", "-l", "2").splitlines() if "World" in line]
    assert line == "截至2022年末，在职64人，World Bank 项目。"


def test_a_long_name_in_the_contents_ends_beside_its_leader_and_page(tmp_path: Path) -> None:
    path = tmp_path / "contents.pdf"
    path.write_bytes(pdf.render(samples.projects_file(1)))
    *_, above, last = [[word.text for word in line] for line in papers.lines(path, 2)]
    assert (above, last) == (["能人才培训能力提升及配套信息化管理服务平台建设"], ["（二期）设备购置与安装调试项目", "23"])
    numbers = [line[-1] for line in papers.lines(path, 2)[1:] if line[-1].text.isdecimal()]
    assert [number.text for number in numbers] == ["1", "16", "20", "22", "23"]
    assert {round(number.right) for number in numbers} == {round(RIGHT)}


def test_decimal_points_of_a_column_stand_in_one_line(demo: Path) -> None:
    page = wide_pages(demo)[0]
    head = papers.run_of(papers.glyphs(demo, page), "一级指标")[0].bottom
    points = [glyph for glyph in papers.glyphs(demo, page) if glyph.text == "." and glyph.size == 10.5 and glyph.top > head]
    columns: dict[int, set[float]] = {}
    for glyph in points:
        columns.setdefault(round(glyph.left / 40), set()).add(round(glyph.left, 1))
    assert [len(places) for places in columns.values()] == [1, 1]  # computed and own points


def test_the_digest_and_its_code_stand_at_the_foot_of_the_last_page_only(hard: Path) -> None:
    file = samples.hard_file()
    digest = file.digest.value
    (word,) = [word for word in papers.words(hard) if digest in word.text]
    assert word.page == int(papers.facts(hard)["Pages"])
    assert word.bottom == pytest.approx(WIDE_BOTTOM, abs=16)
    assert "核验码" in papers.page_texts(hard)[-1]


def test_a_camera_reads_the_code_and_the_digest(hard: Path, tmp_path: Path) -> None:
    last = papers.facts(hard)["Pages"]
    papers.tool("pdftoppm", "-r", "200", "-f", last, "-l", last, "-png", "-singlefile", str(hard), str(tmp_path / "last"))
    digest = samples.hard_file().digest.value
    seen = papers.tool("zbarimg", "--nodbus", "--quiet", "--raw", str(tmp_path / "last.png"))
    assert seen == f"JIPING {short_code(digest)} SHA-256 {digest.upper()}\n"


def test_a_project_s_cover_is_one_page_whatever_is_known_of_it(tmp_path: Path) -> None:
    path = tmp_path / "cover.pdf"
    path.write_bytes(pdf.render(samples.projects_file(1)))
    (text,) = [text for text in papers.page_texts(path) if "项目编码：" in text]
    labels = ["项目名称", "项目编码", "项目金额", "重点项目", "评价年度", "评价单位", "预算部门单位（公章）", "填报日期"]
    assert [text.count(f"{label}：") for label in labels] == [1] * 8
