"""Scheme versions at the desk: handed in, compared, tried on what was filed, activated; rounds pick only what is active."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessment.domain.comparing import Difference, differences
from assessment.domain.workflow import Status
from assessment.models import SchemeVersion
from assessment.services import schemes
from assessment.services.impact import affected, impact_of
from assessment.services.schemes import load_scheme, read_scheme
from tests.browsing import data_of, messages, read, send, signed_in
from tests.factories import Line, example_scheme, make_department, make_round, make_user
from tests.tools import refusal_of, stored
from units.models import Role

pytestmark = pytest.mark.django_db


def text_of(version: str = "2023.1", *changes: tuple[str, str]) -> str:
    """The example scheme's file as a later version, with parts of its text replaced."""
    from reports.services.demo import SCHEME

    text = SCHEME.read_text("utf-8").replace('version: "2022.1"', f'version: "{version}"')
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


#: Spending gives a point less, compliance one more, and the limit is stricter.
REWEIGHTED = [
    ("label: 支出完成率\n            points: 6", "label: 支出完成率\n            points: 5"),
    ("label: 财务合规性\n            points: 5", "label: 财务合规性\n            points: 6"),
    ('value: execution_rate, full_at: "0.95"', 'value: execution_rate, full_at: "0.98"'),
    ("{label: 优, at_least: 90}", "{label: 优, at_least: 98}"),
]


def desk_of(line: Line) -> Client:
    return signed_in(make_user(Role.ADMINISTRATOR, line.department))


def hand_in(desk: Client, text: str | bytes, name: str = "scheme.yaml") -> Any:
    page = desk.get(reverse("admin:assessment_schemeversion_add"))
    return send(desk, page, form="#content form", file=SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode()))


def handed_in(line: Line, *changes: tuple[str, str]) -> tuple[Client, SchemeVersion, HttpResponse]:
    desk = desk_of(line)
    page = hand_in(desk, text_of("2023.1", *changes))
    return desk, SchemeVersion.objects.get(version="2023.1"), page


def test_a_version_handed_in_waits_until_it_is_activated_and_only_then_rounds_may_pick_it() -> None:
    line = Line(filled=False)
    desk, version, page = handed_in(line, *REWEIGHTED)
    other = make_department("某市民政局")
    new_round = signed_in(make_user(Role.ADMINISTRATOR, other))

    def offered() -> list[str]:
        return read(new_round.get(reverse("admin:assessment_round_add"))).texts("#id_whole_scheme option")

    assert messages(page) == ["已导入，尚未启用"]
    assert offered() == ["---------", "部门整体支出绩效自评指标体系（示例） 2022.1 版"]
    activated = send(desk, page, form="#content form.act")
    assert messages(activated) == ["已启用，评价年度可以选用"]
    assert read(activated).select("#content form.act") == []
    assert offered()[1:] == ["部门整体支出绩效自评指标体系（示例） 2022.1 版", "部门整体支出绩效自评指标体系（示例） 2023.1 版"]
    version.refresh_from_db()
    assert (version.activated_at is not None, version.activated_by == line.filing.round.whole_scheme.activated_by) == (True, False)


def test_every_fault_of_a_file_is_named_with_its_line_and_nothing_is_stored() -> None:
    line = Line(filled=False)
    desk, before = desk_of(line), SchemeVersion.objects.count()

    page = hand_in(
        desk, text_of("2023.1", REWEIGHTED[0], ("expression: carry_out / (carry_in + adjusted_total)", "expression: carry_out / gone"))
    )

    assert (page.status_code, SchemeVersion.objects.count()) == (422, before)
    assert read(page).texts(".faults li") == [
        "指标体系文件有 2 处错误：",
        "第 62 行 groups.4.fields.3.expression：引用了不存在的字段“gone”",
        "第 201 行 indicators.1.children.0.points：指标“资金管理”为 20 分，下级合计 19 分",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "文件不是 UTF-8 编码的文本"),
        (b"x" * (1024 * 1024 + 1), "指标体系文件超过 1 MB"),
        (b"a: &x 1\nb: *x\n", "指标体系文件不能用 YAML 的引用（*），请逐项写出"),
        (b"", "文件是空的"),
    ],
)
def test_what_is_no_scheme_file_is_refused_in_words(content: bytes, message: str) -> None:
    page = hand_in(desk_of(Line(filled=False)), content)

    assert (page.status_code, read(page).texts(".faults li")) == (422, [message])


def test_the_same_version_with_other_content_is_refused_and_the_same_content_changes_nothing() -> None:
    line = Line(filled=False)
    desk = desk_of(line)

    assert messages(hand_in(desk, text_of("2022.1"))) == ["这一版已经在系统里，内容相同"]
    page = hand_in(desk, text_of("2022.1", REWEIGHTED[3]))
    refusal = "“部门整体支出绩效自评指标体系（示例）”2022.1 版已经载入过，内容不同；指标体系不能改动，请提高版本号"
    assert (page.status_code, read(page).texts(".faults li"), SchemeVersion.objects.count()) == (422, [refusal], 1)


def test_the_difference_to_the_version_before_is_shown_row_by_row() -> None:
    _, _, page = handed_in(Line(filled=False), *REWEIGHTED)

    rows = [[cell.text for cell in row.select("td")] + row.texts("th") for row in read(page).select(".differences tbody tr")]
    rule = "得满分，不足的按比例得分；支出决算合计 ÷（调整预算合计 + 年初结转和结余）；佐证：部门决算报表"
    audited = "每个扣 1 分，扣完为止；以当年审计、监督检查指出的问题为准；佐证：审计或检查结论、财务管理制度"
    assert rows == [
        ["指标", f"6 分；支出完成率；达到 95% {rule}", f"5 分；支出完成率；达到 98% {rule}", "支出完成率"],
        ["指标", f"5 分；财务违规问题；{audited}", f"6 分；财务违规问题；{audited}", "财务合规性"],
        ["等级", "90 分起", "98 分起", "优"],
    ]


def test_what_is_new_and_what_is_gone_is_told_apart() -> None:
    old = example_scheme()
    survey = old.checks[-1].code
    new = read_scheme(
        text_of(
            "2",
            ("{code: survey_small, severity: note,", "{code: survey_tiny, severity: warning,"),
            ("version: ", "not_applicable: removed\nversion: "),
        )
    )

    survey_words = "公众满意度 > 0 时，满意度问卷样本 ≥ 30；样本过少时结果不可靠，建议增加样本"
    assert survey == "survey_small"
    assert differences(old, new) == [
        Difference("基本信息", "不适用的指标", "得满分", "不计分，其余折算"),
        Difference("勾稽关系", "满意度问卷样本少于 30 份", "", f"需说明；{survey_words}"),
        Difference("勾稽关系", "满意度问卷样本少于 30 份", f"提示；{survey_words}", ""),
    ]
    assert differences(old, old) == []


def test_trying_a_version_shows_each_filing_s_points_and_grades_and_writes_nothing() -> None:
    line = Line(Status.SUBMITTED)
    Line(Status.SUBMITTED)
    desk, version, _ = handed_in(line, *REWEIGHTED)
    before = stored()

    page = read_streamed(desk, version)

    # 980 of 1,000 spent is 98 %: full marks under both limits, a point less for it and one more for compliance.
    assert stored() == before
    assert page.texts(".impact tbody th") == [line.unit.name]
    cells = page.select(".impact tbody tr")[0].texts("td")
    assert cells == ["2022", "2022.1", "100.00 优", "100.00 优", "100.00 优", "0.00", "支出完成率 6.00 → 5.00；财务合规性 5.00 → 6.00"]
    assert page.select(".impact tbody tr")[-1].text == "共试算 1 份：得分有变化的 1 份，等级有变化的 0 份"


def read_streamed(desk: Client, version: SchemeVersion) -> Any:
    answer = desk.get(reverse("admin:assessment_schemeversion_impact", args=[version.pk]))
    assert (answer.status_code, answer.streaming) == (200, True)
    return read(HttpResponse(data_of(answer)))


def test_a_lower_total_and_another_grade_stand_out() -> None:
    line = Line(Status.SUBMITTED)
    line.assessment.figures.filter(code="final_general").update(value=Decimal("900"))
    stricter = [
        ('value: execution_rate, full_at: "0.95"', "value: execution_rate, full_at: 1"),
        ("{label: 优, at_least: 90}", "{label: 优, at_least: 99.6}"),
    ]
    desk, version, _ = handed_in(line, *stricter)

    # 900 ÷ 1,000: 6 × 0.9 ÷ 0.95 = 5.68 before, 6 × 0.9 = 5.4 after.
    found = impact_of(version.scheme, line.assessment)
    assert (found.before.value, found.after.value, found.difference) == (Decimal("99.68"), Decimal("99.40"), Decimal("-0.28"))
    assert (found.before.grade, found.after.grade, found.regraded) == ("优", "良", True)
    row = read_streamed(desk, version).one("tr.regraded")
    assert row.texts("td")[3:6] == ["99.68 优", "99.40 良", "-0.28"]


def test_claimed_points_that_no_rule_computes_are_carried_over_in_proportion() -> None:
    line = Line(Status.SUBMITTED)
    line.assessment.scores.filter(code="social_effect").update(self_points=Decimal("7"))
    smaller = [
        ("label: 社会经济环境效益\n            points: 8", "label: 社会经济环境效益\n            points: 6"),
        ("label: 效果性\n        points: 8", "label: 效果性\n        points: 6"),
        ("label: 公平性\n        points: 6", "label: 公平性\n        points: 8"),
        ("label: 公众满意度\n            points: 3", "label: 公众满意度\n            points: 5"),
    ]
    _, version, _ = handed_in(line, *smaller)

    found = impact_of(version.scheme, line.assessment)
    assert [(change.label, change.before, change.after) for change in found.changes] == [
        ("社会经济环境效益", Decimal("7.00"), Decimal("5.25")), ("公众满意度", Decimal("3.00"), Decimal("5.00"))
    ]  # fmt: skip


def test_only_filings_that_a_person_sees_are_tried() -> None:
    line, other = Line(filled=False), Line(filled=False)
    version, _ = load_scheme(read_scheme(text_of("2023.1")), active=False)

    assert list(affected(version, line.lead)) == [line.assessment]
    assert list(affected(version, other.lead)) == [other.assessment]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD, Role.AUDITOR])
def test_the_office_reads_versions_and_only_administrators_hand_in_and_activate(role: Role) -> None:
    line = Line(filled=False)
    _, version, _ = handed_in(line)
    person = make_user(role, line.department)
    desk = signed_in(person)

    assert desk.get(reverse("admin:assessment_schemeversion_change", args=[version.pk])).status_code == 200
    assert desk.get(reverse("admin:assessment_schemeversion_add")).status_code == 404
    assert read(desk.get(reverse("admin:assessment_schemeversion_change", args=[version.pk]))).select("#content form.act") == []
    answer = desk.post(reverse("admin:assessment_schemeversion_activate", args=[version.pk]), follow=True)
    assert messages(answer) == ["指标体系由系统管理员维护"]
    assert refusal_of(lambda: schemes.activate(version.pk, by=person)) == ("指标体系由系统管理员维护", {})
    assert refusal_of(lambda: schemes.import_scheme(example_scheme(), by=person)) == ("指标体系由系统管理员维护", {})


def test_a_unit_s_person_finds_no_scheme_desk() -> None:
    line = Line(filled=False)
    version = line.filing.round.whole_scheme
    client = signed_in(line.preparer)

    for name in ("change", "impact"):
        answer = client.get(reverse(f"admin:assessment_schemeversion_{name}", args=[version.pk]))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("admin:login"))


@pytest.mark.parametrize("column", ["code", "version", "title", "kind", "document", "digest"])
def test_the_database_itself_refuses_to_change_a_scheme_version(column: str) -> None:
    version = make_round(make_department()).whole_scheme

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).update(**{column: "x"})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk)._raw_delete(using="default")  # type: ignore[attr-defined]


def test_activating_twice_keeps_the_first_time_and_person() -> None:
    line = Line(filled=False)
    _, version, _ = handed_in(line)
    first, second = make_user(Role.ADMINISTRATOR, line.department), make_user(Role.ADMINISTRATOR, line.department)

    schemes.activate(version.pk, by=first)
    once = SchemeVersion.objects.get(pk=version.pk)
    schemes.activate(version.pk, by=second)

    again = SchemeVersion.objects.get(pk=version.pk)
    assert (again.activated_by, again.activated_at) == (first, once.activated_at)


def test_a_filing_keeps_the_version_it_was_opened_with() -> None:
    line = Line()
    before = line.assessment.scheme
    desk, version, page = handed_in(line, *REWEIGHTED)
    send(desk, page, form="#content form.act")

    shown = signed_in(line.preparer).get(reverse("assessment:scores", args=[line.assessment.pk]))

    assert line.assessment.scheme == before != version
    assert read(shown).one("#spending .full").text == "6 分"
