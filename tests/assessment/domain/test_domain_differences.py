"""What two versions of a filing say differently: place by place, in the words of the scheme."""

from datetime import date

import pytest

from assessment.domain.differences import Difference, Segment, compare_texts, differences
from assessment.domain.exchange import EvidenceContent, FilingContent, NarrativeContent, OwnRowContent, ProjectContent
from tests.factories_domain import tiny_content, tiny_scheme

NONE = ProjectContent(code="", amount=None, major_policy=False, livelihood=False, key=())
ROW = OwnRowContent(
    code="own_1", group="g", kind="", label="培训", points="5", direction="at_least", target="10", actual=None, unit="期", aim=""
)


def found(before: FilingContent, after: FilingContent) -> list[Difference]:
    return list(differences(before, after, lambda item: tiny_scheme()))


def changed(**parts):
    """The tiny content with other columns of its one assessment."""
    content = tiny_content()
    return content.model_copy(update={"assessments": (content.assessments[0].model_copy(update=parts),)})


def sides(**parts):
    """What the change alone brings up, from the tiny content to the changed one."""
    return [(item.part, item.label, item.before, item.after) for item in found(tiny_content(), changed(**parts))]


def test_the_same_content_has_no_difference() -> None:
    assert found(tiny_content(), tiny_content()) == []


def test_the_day_on_the_cover_belongs_to_no_assessment() -> None:
    later = tiny_content().model_copy(update={"filled_on": date(2023, 5, 4)})
    none = tiny_content().model_copy(update={"filled_on": None})

    assert found(tiny_content(), later) == [Difference("", "", "填报日期", "2023-04-23", "2023-05-04")]
    assert found(none, later) == [Difference("", "", "填报日期", "（空）", "2023-05-04")]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"budget": "100", "spent": "95.3", "cases": "0"}, [("figures", "决算数", "95.29万元", "95.30万元")]),
        ({"budget": "100", "spent": "95.29"}, [("figures", "问题数", "0个", "（空）")]),
        (
            {"budget": "1234567", "spent": "95.29", "cases": "0", "content": "96.5"},
            [("figures", "预算数", "100.00万元", "1,234,567.00万元"), ("figures", "满意度", "（空）", "96.50%")],
        ),
    ],
)
def test_figures_differ_with_their_unit_of_measure(figures, expected) -> None:
    assert sides(figures=figures) == expected


def test_a_score_differs_by_points_choice_or_reason() -> None:
    first, second = tiny_content().assessments[0].scores
    other = (
        first.model_copy(update={"self_points": "59", "reason": ""}),
        second.model_copy(update={"choices": ("kept", "rules"), "self_points": None}),
    )

    assert sides(scores=other) == [
        ("scores", "完成率得分", "60 分，说明：据实", "59 分"),
        ("scores", "制度", "39.5 分，说明：据实", "未填得分，已执行；有制度，说明：据实"),
    ]
    assert sides(scores=(first,)) == [("scores", "制度", "39.5 分，说明：据实", "（空）")]
    assert sides(scores=(first, second.model_copy(update={"self_points": None, "reason": ""}))) == [
        ("scores", "制度", "39.5 分，说明：据实", "（空）")
    ]


def test_own_rows_differ_as_a_whole() -> None:
    aim = ROW.model_copy(update={"code": "own_2", "kind": "质量指标", "target": None, "aim": "学员认可"})
    done = ROW.model_copy(update={"actual": "12"})
    empty = ROW.model_copy(update={"target": None})

    assert sides(own_rows=(ROW, aim)) == [
        ("own_rows", "培训", "（空）", "培训：≥ 10期，5 分"),
        ("own_rows", "培训", "（空）", "质量指标　培训：学员认可，5 分"),
    ]
    both = [(item.before, item.after) for item in found(changed(own_rows=(ROW, aim)), changed(own_rows=(done,)))]
    assert both == [("培训：≥ 10期，5 分", "培训：≥ 10期，完成 12期，5 分"), ("质量指标　培训：学员认可，5 分", "（空）")]
    assert sides(own_rows=(empty,)) == [("own_rows", "培训", "（空）", "培训：没有指标值，5 分")]


def test_a_text_is_compared_sentence_by_sentence_as_printed() -> None:
    text = NarrativeContent(code="opening", text="完成率{{rate}}。另有说明。", printed="完成率95.29%。另有说明。")

    segments = (Segment("same", "完成率95.29%。"), Segment("new", "另有说明。"))

    assert found(tiny_content(), changed(narrative=(text,))) == [
        Difference("某局", "narrative", "开头段", "", "", segments, place="section:opening")
    ]


def test_a_difference_of_a_figure_or_a_row_names_its_place() -> None:
    first, second = tiny_content().assessments[0].scores
    figures = {"budget": "100", "spent": "95.3", "cases": "0"}
    later = changed(figures=figures, scores=(first, second.model_copy(update={"reason": "另述"})))

    assert [(item.label, item.place) for item in found(tiny_content(), later)] == [
        ("决算数", "figure:spent"),
        ("制度", f"score:{second.code}"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "segments"),
    [
        ("", "甲。", [("new", "甲。")]),
        ("甲。", "", [("gone", "甲。")]),
        ("甲。乙；丙", "甲。丁；丙", [("same", "甲。"), ("gone", "乙；"), ("new", "丁；"), ("same", "丙")]),
        ("一段\n二段\n", "一段\n\n二段\n", [("same", "一段\n"), ("new", "\n"), ("same", "二段\n")]),
    ],
)
def test_what_is_gone_stands_before_what_is_new(before, after, segments) -> None:
    assert [(item.kind, item.text) for item in compare_texts(before, after)] == segments


def test_a_very_long_text_is_compared_by_paragraph() -> None:
    long = "".join(f"第{number}句。" for number in range(500))

    assert [item.kind for item in compare_texts(f"{long}\n甲。乙。", f"{long}\n甲。丙。")] == ["same", "gone", "new"]
    assert [item.text for item in compare_texts(f"{long}\n甲。乙。", f"{long}\n甲。丙。")][1:] == ["甲。乙。", "甲。丙。"]


def test_files_differ_by_content_name_publicity_and_what_they_prove() -> None:
    (proof,) = tiny_content().assessments[0].evidence
    other = EvidenceContent(name="照片.png", sha256="b" * 64, size=9, media_type="image/png", indicators=("gone",), public=False)

    assert sides(evidence=(proof.model_copy(update={"public": False, "indicators": ()}), other)) == [
        ("evidence", "决算报表.pdf", "决算报表.pdf，可公开，对应完成率得分", "决算报表.pdf，内部"),
        ("evidence", "照片.png", "（空）", "照片.png，内部"),
    ]
    assert sides(evidence=()) == [("evidence", "决算报表.pdf", "决算报表.pdf，可公开，对应完成率得分", "（空）")]


def test_reasons_differ_under_their_check() -> None:
    check = tiny_scheme().checks[0]

    given = {check.code: "属实", "large_change.budget": "并入", "broken_off.budget": "调整"}
    said = {"与上年签批的数不一致（预算数）": "调整", check.message: "属实", "比上年变动较大（预算数）": "并入"}
    assert sorted(sides(explanations=given)) == sorted(("explanations", text, "（空）", reason) for text, reason in said.items())


def test_a_text_of_one_line_over_and_over_is_shown_as_a_whole() -> None:
    before, after = "甲。\n" * 1500, "甲。\n乙。\n" * 700

    assert list(compare_texts(before, after)) == [Segment("gone", before), Segment("new", after)]


def project(name, **facts):
    content = tiny_content().assessments[0]
    return content.model_copy(update={"kind": "project", "name": name, "project": NONE.model_copy(update=facts)})


def filing(*projects):
    content = tiny_content()
    return content.model_copy(update={"assessments": (*content.assessments, *projects)})


def test_projects_come_and_go_and_are_known_by_code_or_name() -> None:
    before = filing(project("培训", code="01", amount="5"), project("招聘会"), project("旧项目", code="9"))
    after = filing(project("技能培训", code="01", amount="6", major_policy=True), project("招聘会", code="2"), project("新项目"))

    assert [(item.assessment, item.part, item.label, item.before, item.after) for item in found(before, after)] == [
        ("旧项目", "projects", "旧项目", "在清单中", "已移除"),
        ("技能培训", "projects", "项目名称", "培训", "技能培训"),
        ("技能培训", "projects", "项目金额（万元）", "5", "6"),
        ("技能培训", "projects", "重大政策", "否", "是"),
        ("招聘会", "projects", "项目编码", "（空）", "2"),
        ("新项目", "projects", "新项目", "（空）", "新列入清单"),
    ]
