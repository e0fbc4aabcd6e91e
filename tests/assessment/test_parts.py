"""Saving one part: as typed, whole or not at all, and only over the version that was looked at."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import LazySettings

from assessment.domain.errors import StaleSave
from assessment.domain.inputs import Answer
from assessment.domain.workflow import Status
from assessment.models import Assessment, Evidence, Filing, Part
from assessment.services import evidence, parts
from reports.services.demo_answers import full_answers
from tests.factories import PDF, Line, example_scheme, good_figures
from tests.tools import at_once, refusal_of

pytestmark = pytest.mark.django_db

Kind = Part.Kind
STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"
FORBIDDEN = "只接受 PDF、PNG、JPG、DOCX、XLSX 文件（按内容判断，不看扩展名）"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20)


def zipped(*names: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return file.getvalue()


def docx() -> bytes:
    return zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def xlsx() -> bytes:
    return zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")


def figures_of(line: Line) -> dict[str, Decimal]:
    return {figure.code: figure.value for figure in line.assessment.figures.all()}


def recorded(line: Line) -> list[dict[str, object]]:
    return [json.loads(event.detail) for event in line.filing.events.order_by("number")]


def saves(line: Line, version: int) -> dict[Kind, Callable[[], object]]:
    """Each part saved with something new in it."""
    code, filler = next(iter(example_scheme().scored)), {"by": line.preparer, "version": version}
    return {
        Kind.FIGURES: lambda: parts.save_figures(line.assessment.pk, **filler, figures={"staff_temp": Decimal(7)}),
        Kind.SCORES: lambda: parts.save_scores(
            line.assessment.pk, **filler, answers={code: Answer(self_points=Decimal("0.5"), reason="缺")}
        ),
        Kind.NARRATIVE: lambda: parts.save_narrative(line.assessment.pk, **filler, texts={"opening": "新的文字"}),
        Kind.EXPLANATIONS: lambda: parts.save_explanations(line.assessment.pk, **filler, texts={"staff_over": "新的说明"}),
    }


def upload(line: Line, name: str = "决算报表.pdf", data: bytes = PDF, indicators: tuple[str, ...] = ("spending",)) -> Evidence:
    return evidence.add_evidence(line.assessment.pk, by=line.preparer, name=name, data=data, indicators=list(indicators), public=True)


def test_figures_are_stored_as_typed_counted_and_recorded() -> None:
    line = Line(filled=False)

    part = parts.save_figures(
        line.assessment.pk, by=line.preparer, version=0, figures={"final_general": Decimal("980.50"), "staff_posts": Decimal(40)}
    )

    assert figures_of(line) == {"final_general": Decimal("980.5"), "staff_posts": Decimal(40)}
    assert (part.version, part.saved_by, part.locked) == (1, line.preparer, False)
    assert recorded(line) == [{"part": "figures", "version": 1, "changed": ["final_general", "staff_posts"]}]


def test_a_figure_that_is_emptied_is_gone_and_the_others_stay() -> None:
    line = Line()

    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"staff_posts": None, "staff_actual": Decimal(39)})

    expected = good_figures() | {"staff_actual": Decimal(39)}
    assert figures_of(line) == {code: value for code, value in expected.items() if code != "staff_posts"}
    assert recorded(line)[-1] == {"part": "figures", "version": 2, "changed": ["staff_actual", "staff_posts"]}


def test_every_bad_figure_is_named_and_not_even_the_good_ones_are_saved() -> None:
    line = Line()
    figures = {
        "staff_temp": Decimal(7),
        "final_total": Decimal(1),
        "nonsense": None,
        "final_general": Decimal("-0.01"),
        "carry_out": Decimal("1.005"),
        "staff_posts": Decimal("1.5"),
        "satisfaction": Decimal("100.01"),
        "opening_general": Decimal("100000000000"),
    }

    assert refusal_of(lambda: parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures=figures)) == (
        "有数据不合要求，未保存",
        {
            "figure:final_total": "本表没有这一项",
            "figure:nonsense": "本表没有这一项",
            "figure:final_general": "不能为负数",
            "figure:carry_out": "最多 2 位小数",
            "figure:staff_posts": "只能填整数",
            "figure:satisfaction": "数值过大，请核对单位是否为“%”（上限 100）",
            "figure:opening_general": "数值过大，请核对单位是否为“万元”（上限 99,999,999.99）",
        },
    )


def test_every_bad_score_is_named_and_not_even_the_good_ones_are_saved() -> None:
    line = Line()
    answers = {
        "spending": Answer(self_points=Decimal(5), reason="支出进度慢"),
        "nonsense": Answer(),
        "carryover": Answer(self_points=Decimal("4.01")),
        "idle_funds": Answer(self_points=Decimal("-0.5")),
        "compliance": Answer(self_points=Decimal("4.005")),
        "budget_reasonable": Answer(frozenset({"duties", "library"}), Decimal(5)),
        "quality": Answer(self_points=Decimal(4), reason="长" * 1001),
    }

    assert refusal_of(lambda: parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)) == (
        "有得分不合要求，未保存",
        {
            "score:nonsense": "本表没有这一项指标",
            "score:carryover": "应在 0 至 4 分之间",
            "score:idle_funds": "应在 0 至 3 分之间",
            "score:compliance": "最多 2 位小数",
            "score:budget_reasonable": "所选的核对项不在本指标中",
            "score:quality": "说明超过 1000 字，请精简",
        },
    )


def test_every_bad_section_is_named_and_not_even_the_good_ones_are_saved() -> None:
    line = Line()
    texts = {"opening": "新的开头", "nonsense": "", "basic": "只有标题的一节", "basic_tasks": "长" * 20_001}

    assert refusal_of(lambda: parts.save_narrative(line.assessment.pk, by=line.preparer, version=1, texts=texts)) == (
        "有章节不合要求，未保存",
        {
            "section:nonsense": "提纲中没有这一节",
            "section:basic": "提纲中没有这一节",
            "section:basic_tasks": "超过 20000 字，请精简",
        },
    )


def test_every_bad_explanation_is_named_and_not_even_the_good_ones_are_saved() -> None:
    line = Line()
    endless = f"full_marks.{'a' * 140}"
    texts = {
        "staff_over": "借调人员",
        "full_marks.budget_making": "问题在执行，不在编制",
        "nonsense": "说明",
        "nonsense.full_marks": "说明",
        "three_over": "长" * 1001,
        "broken_off.carry_in": " —。1",
        endless: "说明",
    }

    assert refusal_of(lambda: parts.save_explanations(line.assessment.pk, by=line.preparer, version=1, texts=texts)) == (
        "有说明不合要求，未保存",
        {
            "explanation:nonsense": "没有这一项核查",
            "explanation:nonsense.full_marks": "没有这一项核查",
            f"explanation:{endless}": "没有这一项核查",
            "explanation:three_over": "超过 1000 字，请精简",
            "explanation:broken_off.carry_in": "请写明原因",
        },
    )


def test_a_reason_is_kept_for_one_finding_among_those_of_its_check() -> None:
    line = Line(filled=False)
    texts = {"full_marks.budget_making": "问题在执行，不在编制", "full_marks.execution": "问题不影响得分"}

    parts.save_explanations(line.assessment.pk, by=line.preparer, version=0, texts=texts)

    assert {row.code: row.text for row in line.assessment.explanations.all()} == texts


def test_text_is_kept_without_control_characters_and_an_explanation_without_text_is_gone() -> None:
    line = Line(filled=False)

    parts.save_narrative(line.assessment.pk, by=line.preparer, version=0, texts={"opening": " 一段\x00话 \r\n\r\n第二段\u3000"})
    parts.save_explanations(line.assessment.pk, by=line.preparer, version=0, texts={"staff_over": " 借调 ", "three_over": "接待"})
    parts.save_explanations(line.assessment.pk, by=line.preparer, version=1, texts={"three_over": "  "})

    assert [row.text for row in line.assessment.narratives.all()] == ["一段话\n第二段"]
    assert {row.code: row.text for row in line.assessment.explanations.all()} == {"staff_over": "借调"}


@pytest.mark.parametrize("kind", [Kind.FIGURES, Kind.SCORES, Kind.NARRATIVE, Kind.EXPLANATIONS])
def test_a_save_over_a_version_that_no_longer_stands_writes_nothing(kind: Kind) -> None:
    line = Line(filled=False)
    saves(line, 0)[kind]()

    assert refusal_of(saves(line, 0)[kind]) == (STALE, {})
    with pytest.raises(StaleSave) as stale:
        saves(line, 2)[kind]()
    assert str(stale.value).startswith("这一部分刚被他人保存过")


@pytest.mark.parametrize("kind", [Kind.FIGURES, Kind.SCORES, Kind.NARRATIVE, Kind.EXPLANATIONS])
def test_a_save_that_changes_nothing_is_neither_counted_nor_recorded(kind: Kind) -> None:
    line = Line(filled=False)
    saves(line, 0)[kind]()

    part = saves(line, 1)[kind]()

    assert isinstance(part, Part)
    assert (part.version, line.part(kind).version, line.filing.events.count()) == (1, 1, 1)


@pytest.mark.parametrize("kind", [Kind.SCORES, Kind.NARRATIVE])
def test_after_a_return_a_part_that_was_not_returned_is_locked(kind: Kind) -> None:
    line = Line(Status.RETURNED)

    assert refusal_of(saves(line, 1)[kind]) == (f"“{kind.label}”没有被退回，不能修改；只有被退回的部分可以修改", {})


def test_after_a_return_evidence_that_was_not_returned_is_locked() -> None:
    line = Line()
    item = upload(line)
    line.advance(Status.RETURNED)
    locked = ("“佐证材料”没有被退回，不能修改；只有被退回的部分可以修改", {})

    assert refusal_of(lambda: upload(line, "另一份.png", PNG)) == locked
    assert refusal_of(lambda: evidence.remove_evidence(item.pk, by=line.preparer)) == locked


def test_after_a_return_the_returned_part_and_the_explanations_are_open() -> None:
    line = Line(Status.RETURNED)

    saves(line, 1)[Kind.FIGURES]()
    saves(line, 1)[Kind.EXPLANATIONS]()

    assert {part.kind: (part.version, part.locked) for part in line.assessment.parts.all()} == {
        Kind.FIGURES: (2, False),
        Kind.SCORES: (1, True),
        Kind.NARRATIVE: (1, True),
        Kind.EVIDENCE: (0, True),
        Kind.EXPLANATIONS: (2, False),
    }


def test_a_corrected_figure_opens_the_score_table_where_the_points_no_longer_fit() -> None:
    line = Line(Status.RETURNED)
    figures = {"final_general": Decimal(930), "project_final": Decimal(340), "carry_out": Decimal(70)}

    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures=figures)

    assert {part.kind for part in line.assessment.parts.filter(locked=True)} == {Kind.NARRATIVE, Kind.EVIDENCE}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=full_answers(line.assessment))
    line.advance(Status.AWAITING_SIGNOFF)
    assert line.filing.status == Status.AWAITING_SIGNOFF


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("决算报表.pdf", PDF, ("决算报表.pdf", "application/pdf")),
        ("扫描件.PNG", PNG, ("扫描件.PNG", "image/png")),
        ("现场.jpg", JPG, ("现场.jpg", "image/jpeg")),
        ("现场.jpeg", JPG, ("现场.jpeg", "image/jpeg")),
        ("说明.docx", docx(), ("说明.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")),
        ("数据.xlsx", xlsx(), ("数据.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    ],
)
def test_evidence_is_stored_under_its_digest_and_recorded(settings: LazySettings, name: str, data: bytes, kept: tuple[str, str]) -> None:
    line = Line(filled=False)

    item = evidence.add_evidence(
        line.assessment.pk, by=line.preparer, name=name, data=data, indicators=["spending", "carryover", "spending"], public=False
    )

    assert ((item.name, item.media_type), item.size, item.indicators, item.public) == (kept, len(data), ["carryover", "spending"], False)
    assert (Path(settings.MEDIA_ROOT) / "evidence" / item.sha256[:2] / item.sha256).read_bytes() == data
    assert recorded(line) == [{"part": "evidence", "version": 1, "changed": [f"+{name}"]}]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("动图.gif", b"GIF89a" + bytes(20), FORBIDDEN),
        ("程序.pdf", b"MZ" + bytes(60), FORBIDDEN),
        ("网页.pdf", b"<html><script>alert(1)</script></html>", FORBIDDEN),
        ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', FORBIDDEN),
        ("压缩.zip", zipped("a.txt"), FORBIDDEN),
        ("文字.txt", b"plain", FORBIDDEN),
        ("报表.png", PDF, "文件内容是 PDF，与扩展名“.png”不符"),
        ("报表", PDF, "文件内容是 PDF，与扩展名“无”不符"),
        (".pdf", PDF, "文件内容是 PDF，与扩展名“无”不符"),
        ("报表.pdf.exe", PDF, "文件内容是 PDF，与扩展名“.exe”不符"),
        ("报表.pdf", xlsx(), "文件内容是 XLSX，与扩展名“.pdf”不符"),
        ("报表.pdf", b"", "文件是空的，请检查后重新选择"),
        ("报表.pdf", PDF + bytes(1024 * 1024), "文件超过 1 MB，请压缩或拆分后上传"),
    ],
)
def test_evidence_that_is_not_accepted_is_refused_with_its_reason(settings: LazySettings, name: str, data: bytes, reason: str) -> None:
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    line = Line(filled=False)

    assert refusal_of(lambda: upload(line, name, data)) == (reason, {})
    assert not Path(settings.MEDIA_ROOT).exists()


def test_the_same_file_twice_is_refused_with_the_name_it_has() -> None:
    line = Line(filled=False)
    upload(line, "第一次.pdf")

    assert refusal_of(lambda: upload(line, "第二次.pdf")) == ("这份文件已经上传过，名为“第一次.pdf”", {})


def test_evidence_for_an_unknown_indicator_is_refused() -> None:
    line = Line(filled=False)

    assert refusal_of(lambda: upload(line, indicators=("spending", "nonsense", "another"))) == ("没有这些指标：another、nonsense", {})


def test_the_hundred_and_first_file_is_refused() -> None:
    line = Line(filled=False)
    common = {"assessment": line.assessment, "size": 1, "media_type": "image/png", "uploaded_by": line.preparer}
    Evidence.objects.bulk_create(Evidence(name=f"{number}.png", sha256=f"{number:064}", **common) for number in range(100))

    assert refusal_of(lambda: upload(line)) == ("佐证材料最多 100 份，请合并后上传", {})


def test_a_damaged_file_of_the_same_assessment_is_made_good_by_the_upload_that_is_refused(settings: LazySettings) -> None:
    line = Line(filled=False)
    item = upload(line)
    path = Path(settings.MEDIA_ROOT) / evidence.evidence_path(item.sha256)
    path.write_bytes(PDF[:20])

    assert refusal_of(lambda: upload(line)) == ("这份文件已经上传过，名为“决算报表.pdf”", {})

    assert path.read_bytes() == PDF


def test_the_files_of_one_filing_share_a_limit_over_all_its_assessments(settings: LazySettings) -> None:
    line = Line(filled=False)
    whole = line.assessment
    project = Assessment.objects.create(filing=line.filing, kind="project", name="项目", scheme=whole.scheme)
    Part.objects.create(assessment=project, kind=Part.Kind.EVIDENCE)
    settings.EVIDENCE_TOTAL_BYTES = 2 * 1024 * 1024
    data = PDF + bytes(1024 * 1024)
    evidence.add_evidence(project.pk, by=line.preparer, name="项目.pdf", data=data, indicators=[], public=False)

    told = "本单位这一年度的佐证材料合计不能超过 2 MB，只剩 0 MB；请压缩，或移除不需要的文件"
    add = {"name": "整体.pdf", "data": data + b"2", "indicators": [], "public": False}
    assert refusal_of(lambda: evidence.add_evidence(whole.pk, by=line.preparer, **add)) == (told, {})
    assert evidence.room_of(whole) == evidence.Room(100, 1024 * 1024 - len(PDF))
    last = {"name": "整体.pdf", "data": PDF + bytes(1024 * 1024 - 2 * len(PDF))}
    evidence.add_evidence(whole.pk, by=line.preparer, indicators=[], public=False, **last)
    assert evidence.room_of(whole) == evidence.Room(99, 0)


def test_a_file_is_changed_over_what_was_seen_and_recorded() -> None:
    line = Line(filled=False)
    item = upload(line)
    seen = evidence.seen_as(item)
    new: dict[str, Any] = {"name": "决算（公开）.pdf", "indicators": ["carryover", "spending", "carryover"], "public": False}

    changed = evidence.change_evidence(item.pk, by=line.preparer, seen=seen, **new)
    again = evidence.change_evidence(item.pk, by=line.preparer, seen=evidence.seen_as(changed), **new)

    assert (again.name, again.indicators, again.public) == ("决算（公开）.pdf", ["carryover", "spending"], False)
    assert [detail["changed"] for detail in recorded(line)] == [["+决算报表.pdf"], ["~决算（公开）.pdf"]]
    assert line.part(Part.Kind.EVIDENCE).version == 2
    overtaken = ("这份文件刚被他人改过，请核对现在的内容后再改", {})
    assert refusal_of(lambda: evidence.change_evidence(item.pk, by=line.preparer, seen=seen, **new)) == overtaken


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"indicators": ["nonsense"]}, "没有这些指标：nonsense"),
        ({"name": "报表.docx"}, "文件内容是 PDF，与扩展名“.docx”不符"),
        ({"name": "目录/.pdf"}, "文件内容是 PDF，与扩展名“无”不符"),
    ],
)
def test_a_change_of_a_file_is_judged_like_an_upload(change: dict[str, Any], told: str) -> None:
    line = Line(filled=False)
    item = upload(line)
    values = {"seen": evidence.seen_as(item), "name": item.name, "indicators": item.indicators, "public": True}

    assert refusal_of(lambda: evidence.change_evidence(item.pk, by=line.preparer, **(values | change))) == (told, {})


def test_a_file_is_tied_to_further_indicators_and_keeps_those_it_has() -> None:
    line = Line(filled=False)
    item = upload(line)

    tied = evidence.tie_evidence(item.pk, by=line.preparer, indicators=["carryover"])
    evidence.tie_evidence(item.pk, by=line.preparer, indicators=["spending"])

    assert tied.indicators == ["carryover", "spending"]
    assert [detail["changed"] for detail in recorded(line)] == [["+决算报表.pdf"], ["~决算报表.pdf"]]
    assert refusal_of(lambda: evidence.tie_evidence(item.pk, by=line.preparer, indicators=["x"])) == ("没有这些指标：x", {})


def test_a_file_that_is_gone_is_told_so_whatever_is_done_with_it() -> None:
    line = Line(filled=False)
    item = upload(line)
    seen = evidence.seen_as(item)
    evidence.remove_evidence(item.pk, by=line.preparer)
    acts: list[Callable[[], object]] = [
        lambda: evidence.change_evidence(item.pk, by=line.preparer, seen=seen, name="一.pdf", indicators=[], public=True),
        lambda: evidence.tie_evidence(item.pk, by=line.preparer, indicators=["spending"]),
        lambda: evidence.remove_evidence(item.pk, by=line.preparer),
    ]

    assert [refusal_of(act) for act in acts] == [("这份文件刚被他人移除", {})] * 3


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\材料\\决算.pdf", "决算.pdf"),
        ("/var/报表.pdf", "报表.pdf"),
        ("报\x00表\n.pdf", "报表.pdf"),
        ("报表\u202efdp.exe.pdf", "报表fdp.exe.pdf"),
        ("  报表.pdf", "报表.pdf"),
        ("目录/", "未命名"),
        ("e\u0301.pdf", "é.pdf"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_only_its_last_part_without_control_characters(name: str, cleaned: str) -> None:
    assert evidence.clean_name(name) == cleaned


def test_evidence_taken_off_leaves_its_bytes_for_what_was_signed(settings: LazySettings) -> None:
    line = Line(filled=False)
    item = upload(line)

    evidence.remove_evidence(item.pk, by=line.preparer)

    assert list(line.assessment.evidence.all()) == []
    assert evidence.find_bytes(item.sha256) == PDF
    assert recorded(line)[-1] == {"part": "evidence", "version": 2, "changed": ["-决算报表.pdf"]}


def test_a_damaged_file_is_not_given_out_and_is_replaced_when_it_is_uploaded_again(settings: LazySettings) -> None:
    line, other = Line(filled=False), Line(filled=False)
    item = upload(line)
    path = Path(settings.MEDIA_ROOT) / evidence.evidence_path(item.sha256)
    path.write_bytes(PDF[:20])
    assert evidence.find_bytes(item.sha256) is None

    upload(other)

    assert path.read_bytes() == PDF
    assert [file.name for file in path.parent.iterdir()] == [item.sha256]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_over_one_version_one_stands_and_the_other_is_told() -> None:
    line = Line(filled=False)
    pk, by = line.assessment.pk, line.preparer

    answers = at_once(
        Filing.objects.filter(pk=line.filing.pk),
        *(lambda value=value: parts.save_figures(pk, by=by, version=0, figures={"staff_posts": Decimal(value)}) for value in (40, 41)),
    )

    won = next(place for place, answer in enumerate(answers) if isinstance(answer, Part))
    lost = answers[1 - won]
    assert type(lost) is StaleSave
    assert figures_of(line) == {"staff_posts": Decimal((40, 41)[won])}
    assert recorded(line) == [{"part": "figures", "version": 1, "changed": ["staff_posts"]}]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_file_taken_off_by_two_at_once_is_taken_off_once() -> None:
    line = Line(filled=False)
    item = upload(line)

    answers = at_once(Filing.objects.filter(pk=line.filing.pk), *[lambda: evidence.remove_evidence(item.pk, by=line.preparer)] * 2)

    assert sorted(str(answer) for answer in answers) == ["None", "这份文件刚被他人移除"]
    assert [detail["changed"] for detail in recorded(line)] == [["+决算报表.pdf"], ["-决算报表.pdf"]]
