"""What a print says, read back: order, tables, review, annexes, refusals, and the same bytes each time."""

from dataclasses import replace
from pathlib import Path

import pytest

from assessment.domain import exchange
from reports import pdf
from reports.pdf.document import document_of
from reports.pdf.paging import page_starts
from tests.reports import papers, samples
from tests.reports.papers import print_command, printed


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
        "自评材料内容摘要值（SHA-256）" + samples.demo_file().digest.value,
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


def test_a_draft_says_so_on_every_page(draft: Path, demo: Path) -> None:
    pages = papers.page_texts(draft)
    assert all("未签批，不作报送依据" in page and set("预览稿") <= set(page) for page in pages)
    assert "未签批" not in papers.flat(demo)


def test_the_score_table_names_its_groups_again_on_each_page(demo: Path) -> None:
    pages = [page for page in papers.page_texts(demo) if "测算说明" in page]
    assert len(pages) > 2
    assert all(page.count("一级指标二级指标三级指标分值") == 1 for page in pages)
    assessment = document_of(samples.demo_file(), None, explained=False).assessments[0]
    lines, starts = assessment.lines, page_starts(assessment.lines, assessment.score_table.above)
    goes_on = [bool(start) and bool(set(lines[start - 1].groups) & set(lines[start].groups)) for start in starts]
    assert [("（续）" in page) for page in pages] == goes_on
    assert True in goes_on
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


def test_two_processes_print_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "filing.json"
    source.write_text(exchange.write(samples.hard_file()), "utf-8")
    targets = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for target, seed, zone in zip(targets, "12", ("Asia/Shanghai", "UTC"), strict=True):
        done = print_command(source, target, PYTHONHASHSEED=seed, TZ=zone)
        assert done.returncode == 0, done.stderr
    assert targets[0].read_bytes() == targets[1].read_bytes() == pdf.render(samples.hard_file())


def test_a_review_of_another_filing_is_refused() -> None:
    with pytest.raises(pdf.PrintError, match="摘要值不一致"):
        pdf.render(samples.demo_file(), review=samples.review_of(samples.hard_file()))
