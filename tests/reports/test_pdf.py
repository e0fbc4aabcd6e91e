"""The printed pages, read back: layout after GB/T 9704, fonts, order, escaping, refusals, and the same bytes each time."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from assessment.domain import exchange
from reports import pdf
from reports.pdf.document import balanced, document_of
from reports.pdf.engine import _layout
from reports.pdf.fonts import PRINT_FOLDER
from tests.reports import papers, samples
from tests.reports.papers import BOTTOM, LEFT, MM, PITCH, RIGHT, TOP

FAMILIES = ["Jiping-FangSong", "Jiping-Hei", "Jiping-Kai", "Jiping-Song", "Jiping-XiaoBiaoSong"]
RARE = "𠮷"


def printed(folder: Path, file: exchange.ExchangeFile, **options: object) -> Path:
    path = folder / "out.pdf"
    path.write_bytes(pdf.render(file, **options))
    return path


def print_command(source: Path, target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """``manage.py print_filing`` in a process of its own."""
    command = [sys.executable, str(samples.PROJECT / "manage.py"), "print_filing", str(source), "-o", str(target)]
    own = {"JIPING_EMBEDDED": "1", "DATA_DIR": str(source.parent / "data")}
    return subprocess.run(command, env=os.environ | own | environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return printed(tmp_path_factory.mktemp("demo"), samples.demo_file())


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long name, long reasons, markup, evidence, and a review."""
    file = samples.hard_file()
    return printed(tmp_path_factory.mktemp("hard"), file, review=samples.review_of(file))


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing filled, as a preview on the first day."""
    return printed(tmp_path_factory.mktemp("draft"), samples.empty_file(), watermark="预览稿")


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of characters of one width, among them rare ones and figures from other fonts."""
    inputs = samples.demo_inputs()
    text = ("绩效" * 12 + f"{RARE}2022年") * 60
    return printed(tmp_path_factory.mktemp("grid"), samples.demo_file(narrative=dict(inputs.narrative) | {"opening": text}))


def test_every_font_is_embedded_as_a_subset_with_its_text(demo: Path) -> None:
    found = papers.fonts(demo)
    assert sorted(name for name in found if name.startswith("Jiping")) == FAMILIES
    assert set(map(tuple, found.values())) == {("yes", "yes", "yes")}


def test_the_text_can_be_taken_out_in_reading_order(demo: Path) -> None:
    text = papers.flat(demo)
    wanted = [
        "整体绩效自评报告评价年度：2022年度评价单位：湛江市人力资源和社会保障局市级预算部门单位（公章）：填报日期：2023年4月23日",
        "湛江市人力资源和社会保障局2022年度整体绩效自评报告",
        "一、单位基本情况（一）单位机构设置、部门职能情况",
        "三、绩效自评情况（一）自评结果",
        "（二）部门整体支出绩效指标分析1.预算编制情况",
        "附表12022年度整体绩效自评指标评分表",
        "附表22022年度整体绩效自评基础数据表",
        "附表32022年度整体绩效自评核查意见说明",
        "自评材料内容摘要值（SHA-256）：" + samples.demo_file().digest.value,
    ]
    places = [text.find(part) for part in wanted]
    assert -1 not in places
    assert places == sorted(places)
    assert all(figure in text for figure in ("58,796.51", "48,774.54", "46,477.42", "95.29%"))


def test_the_file_names_its_title_author_language_and_date(demo: Path) -> None:
    found = papers.facts(demo)
    assert found["Title"] == "湛江市人力资源和社会保障局2022年度整体绩效自评报告"
    assert found["Author"] == "湛江市人力资源和社会保障局"
    assert found["Tagged"] == "yes"
    assert found["CreationDate"].startswith("Sun Apr 23")
    assert b"/Lang (zh-CN)" in papers.inflated(demo)


def test_a_full_page_has_22_lines_on_the_official_grid(demo: Path, grid: Path) -> None:
    for path, page in ((demo, 3), (demo, 5), (grid, 3)):
        lines = papers.lines(path, page)
        assert len(lines) == 22
        tops = [max(word.top for word in line) for line in lines]
        # a word's box moves within its line with the font it is set in
        assert all(abs(below - above - PITCH) < 1.5 for above, below in pairwise(tops))
        assert min(word.left for line in lines for word in line) == pytest.approx(LEFT, abs=0.1)
        assert max(word.right for line in lines for word in line) <= RIGHT + 0.5


def test_a_line_has_28_characters_and_a_paragraph_begins_two_in(grid: Path, tmp_path: Path) -> None:
    inputs = samples.demo_inputs()
    plain = printed(tmp_path, samples.demo_file(narrative=dict(inputs.narrative) | {"opening": "字" * 28 * 30}))
    counts = ["".join(word.text for word in line).count("字") for line in papers.lines(plain, 2)]
    assert counts == [0, 0, 26] + [28] * 18  # two lines of title, an empty one, the text
    first = papers.lines(plain, 2)[2][0]
    assert first.left == pytest.approx(LEFT + 2 * 15.79, abs=0.1)
    assert first.top == pytest.approx(TOP + 3 * PITCH + (PITCH - 15.79) / 2, abs=2)


def test_page_numbers_stand_outside_below_the_block_and_not_on_the_cover(demo: Path) -> None:
    numbers = {}
    for page in range(1, 8):
        below = [word for word in papers.words(demo) if word.page == page and word.top > BOTTOM]
        numbers[page] = (" ".join(word.text for word in below), below)
    assert [numbers[page][0] for page in range(1, 8)] == ["", "— 1 —", "— 2 —", "— 3 —", "— 4 —", "— 5 —", "— 6 —"]
    assert numbers[2][1][-1].right == pytest.approx(RIGHT - 14, abs=1)
    assert numbers[3][1][0].left == pytest.approx(LEFT + 14, abs=1)
    assert all(7 * MM <= word.top - BOTTOM < 9 * MM for page in range(2, 8) for word in numbers[page][1])


def test_markup_in_a_units_text_is_printed_as_typed(hard: Path) -> None:
    assert papers.flat(hard).count("".join(samples.MARKUP.split())) == 2  # in the report and in the score table


def test_a_draft_says_so_on_every_page(draft: Path, demo: Path) -> None:
    pages = papers.page_texts(draft)
    assert all("未签批，不作报送依据" in page and set("预览稿") <= set(page) for page in pages)
    assert "未签批" not in papers.flat(demo)


def test_the_score_table_names_its_groups_again_on_each_page(demo: Path) -> None:
    pages = [page for page in papers.page_texts(demo) if "测算说明" in page]
    assert len(pages) > 2
    assert all(page.count("一级指标二级指标三级指标分值") == 1 for page in pages)
    assert [("（续）" in page) for page in pages] == [False] + [True] * (len(pages) - 1)
    assert "合计" in pages[-1] and not any("合计100" in page for page in pages[:-1])
    text = papers.flat(demo)
    assert all(label in text for label in ("预算编制情况（20）", "预算执行情况（30）", "预算监督情况（15）", "预算使用效益（35）"))


def test_merged_cells_end_with_their_page_and_begin_anew() -> None:
    document = document_of(samples.demo_file(), None, explained=False)
    pages = replace(document.assessments[0], starts=(0, 6, 20)).pages
    assert [sum(len(page) for page in pages), [len(page) for page in pages]] == [28, [6, 14, 8]]
    for page in pages:
        for level in (0, 1):
            heads = [head for row in page for head in row.heads if head.label in {group.label for group in [row.line.groups[level]]}]
            assert sum(head.rows for head in heads) == len(page)
    assert [head.again for head in pages[1][0].heads] == [True, True]


def test_figures_stand_by_their_decimal_points_and_a_value_that_is_not_there_has_its_reason() -> None:
    groups = document_of(samples.demo_file(), None, explained=False).assessments[0].groups
    rows = {row.label: row for group in groups for row in group.rows}
    shown = {label: (rows[label].text, rows[label].pad, rows[label].unit) for label in ("编制数", "年初预算合计", "支出完成率")}
    assert shown == {"编制数": ("69", ".00", "人"), "年初预算合计": ("58,796.51", "", "万元"), "支出完成率": ("95.29", "", "%")}
    assert (rows["存量资金变动率"].text, rows["存量资金变动率"].note) == ("不适用", "分母为 0，不适用")


def test_the_review_shows_both_points_and_why_they_differ(hard: Path) -> None:
    pages = papers.page_texts(hard)
    review = "".join(page for page in pages if "复核得分" in page)
    assert "社会经济环境效益87.256.75效益指标缺少与上年的比较" in review
    assert "合计10098.7598.25" in review
    assert "复核意见：数据与决算一致" in review


def test_evidence_is_listed_with_its_digest(hard: Path) -> None:
    text = papers.flat(hard)
    assert "部门决算报表（示例）.pdf支出完成率338KB公开" + samples.proofs()[0].sha256[:16] in text
    assert "内部" + samples.proofs()[1].sha256[:16] in text


def test_the_digest_stands_at_the_foot_of_the_last_page_only(hard: Path) -> None:
    digest = samples.hard_file().digest.value
    (word,) = [word for word in papers.words(hard) if digest in word.text]
    assert word.page == int(papers.facts(hard)["Pages"])
    assert word.bottom == pytest.approx((210 - 28) * MM, abs=8)


def test_a_filing_without_any_entry_is_printed_with_its_gaps(draft: Path) -> None:
    text = papers.flat(draft)
    assert "市级预算部门单位（公章）：填报日期：" in text
    assert "编制数人未填写" in text
    assert "CreationDate" not in papers.facts(draft)


def test_a_long_text_leaves_its_narrow_cell_and_is_printed_whole(tmp_path: Path) -> None:
    inputs = samples.demo_inputs()
    reason = "理由" * 499 + "完。"
    answers = dict(inputs.answers) | {"spending": replace(inputs.answers["spending"], reason=reason)}
    text = papers.flat(printed(tmp_path, samples.demo_file(answers=answers)))
    assert "见表后注1" in text
    assert "注1（支出完成率自评说明）：理由" in text
    assert text.count("理由") >= 499


def test_schemes_with_fewer_and_with_more_levels_fill_all_three_columns(tmp_path: Path) -> None:
    file = samples.file_of(samples.uneven_scheme(), samples.Inputs())
    lines = document_of(file, None, explained=False).assessments[0].lines
    assert [(len(line.groups), line.span, line.label) for line in lines] == [(0, 3, "执行"), (1, 2, "产出"), (2, 1, "群众：满意")]
    assert "群众：满意" in papers.flat(printed(tmp_path, file))


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


def test_two_processes_print_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "filing.json"
    source.write_text(exchange.write(samples.hard_file()), "utf-8")
    targets = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for target, seed, zone in zip(targets, "12", ("Asia/Shanghai", "UTC"), strict=True):
        done = print_command(source, target, PYTHONHASHSEED=seed, TZ=zone)
        assert done.returncode == 0, done.stderr
    assert targets[0].read_bytes() == targets[1].read_bytes() == pdf.render(samples.hard_file())


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.png", "file:///etc/hostname", "data:image/png;base64,AAAA", "print.css"])
def test_nothing_is_fetched_while_printing(url: str) -> None:
    for html in (f'<img src="{url}">', f'<link rel="stylesheet" href="{url}">', f'<p style="background: url({url})">文'):
        if url == "print.css":  # a relative address has nothing to be relative to
            _layout(html)
            continue
        with pytest.raises(pdf.PrintError, match="不能引用外部资源"):
            _layout(html)


def test_missing_fonts_are_named_with_what_to_do(tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text("<fontconfig><cachedir>/dev/null</cachedir></fontconfig>")
    source = tmp_path / "filing.json"
    source.write_text(exchange.write(samples.demo_file()), "utf-8")
    done = print_command(source, tmp_path / "out.pdf", FONTCONFIG_FILE=str(empty))
    assert done.returncode == 1
    assert "打印所需的字体没有安装：Jiping FangSong、Jiping Kai、Jiping Hei、Jiping Song、Jiping XiaoBiaoSong" in done.stderr
    assert "script/setup" in done.stderr
    assert pdf.missing_fonts() == []


def test_a_font_cache_written_under_other_rules_does_not_bring_the_old_names_back(tmp_path: Path) -> None:
    ours = (PRINT_FOLDER / "fonts.conf").read_text("utf-8")
    plain = tmp_path / "plain.conf"
    folder = ours.partition("<dir>")[2].partition("</dir>")[0]
    plain.write_text(f'<fontconfig><dir>{folder}</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>')
    home = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    families = {}
    for name, config in (("plain", plain), ("ours", PRINT_FOLDER / "fonts.conf")):
        environment = home | {"FONTCONFIG_FILE": str(config)}
        listing = subprocess.run(["fc-list", "-f", "%{family[0]}\n"], env=environment, capture_output=True, text=True, check=True)
        families[name] = set(listing.stdout.splitlines())
    assert "FandolHei" in families["plain"]
    assert {name.replace("-", " ") for name in FAMILIES} <= families["ours"]


@pytest.mark.parametrize(
    ("character", "named"), [("\ue000", "U+E000"), ("\u202e", "U+202E"), ("\x07", "U+0007"), ("🙂", "“🙂”（U+1F642）")]
)
def test_a_character_that_no_font_has_is_named(character: str, named: str) -> None:
    with pytest.raises(pdf.PrintError) as refusal:
        pdf.render(samples.demo_file(explanations={"carry_balance": f"原因{character}。"}))
    assert str(refusal.value) == f"以下字符无法打印，请改用其他写法：{named}"


def test_rare_and_invisible_characters_are_printed(tmp_path: Path) -> None:
    file = samples.demo_file(explanations={"carry_balance": f"{RARE}野家\u200b㙟、½、é、αβ。"})
    assert f"{RARE}野家" in papers.flat(printed(tmp_path, file))


def test_a_review_of_another_filing_is_refused() -> None:
    with pytest.raises(pdf.PrintError, match="摘要值不一致"):
        pdf.render(samples.demo_file(), review=samples.review_of(samples.hard_file()))
