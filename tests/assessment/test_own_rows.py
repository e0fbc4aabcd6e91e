"""Rows that a unit sets itself: numbered for good, scored and reviewed like any other, carried along in an exchange file."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.urls import reverse

from assessment.domain.exchange import FilingContent, pack, read, write
from assessment.domain.inputs import Answer
from assessment.domain.own_rows import OwnRow
from assessment.domain.workflow import Status
from assessment.models import Filing, Part
from assessment.services import contents, evidence, parts, review, signoff
from assessment.services.exchange import export, import_file
from assessment.services.filings import open_filing
from assessment.services.own_rows import save_own_rows
from tests.browsing import Element, beside, messages, send, signed_in
from tests.browsing import read as page_of
from tests.factories import PDF, Line, make_user, own_rows, own_scheme, stored_scheme
from tests.tools import refusal_of, stored
from units.models import BudgetUnit, Role, User
from units.services import add_unit

pytestmark = pytest.mark.django_db

Kind = Part.Kind
STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"
COURSES, QUALITY = own_rows()
THIRD = OwnRow("", "effect", "投诉", Decimal("0.5"), "数量指标", "at_most", Decimal(3), Decimal(2), "件")
MARKUP = '<b>指标</b> & "<script>alert(1)</script>'


def own_line(status: Status = Status.DRAFT, **changes: Any) -> Line:
    return Line(status, whole_scheme=stored_scheme(own_scheme()), **changes)


def save(line: Line, *rows: OwnRow, version: int | None = None, by: User | None = None) -> Part:
    part = line.part(Kind.OWN_ROWS)
    given = part.version if version is None else version
    return save_own_rows(line.assessment.pk, by=by or line.preparer, version=given, rows=rows)


def rows_of(line: Line) -> dict[str, OwnRow]:
    return {item.row().code: item.row() for item in line.assessment.own_rows.all()}


def kept(line: Line) -> list[OwnRow]:
    return list(rows_of(line).values())


def numbered(row: OwnRow, number: int, **changes: Any) -> OwnRow:
    return replace(row, code=f"own_{number}", **changes)


def last_detail(line: Line) -> dict[str, Any]:
    detail: dict[str, Any] = json.loads(line.filing.events.latest("number").detail)
    return detail


def found(line: Line, kind: str = "own") -> list[tuple[str, str, str]]:
    findings = contents.evaluate(line.assessment).findings
    return [(item.place, item.severity, f"{item.message}｜{item.remedy}") for item in findings if item.place.startswith(f"{kind}:")]


def address(line: Line, name: str = "own_rows") -> str:
    return reverse(f"assessment:{name}", args=[line.assessment.pk])


def opened(line: Line, by: User | None = None, name: str = "own_rows") -> Any:
    return signed_in(by or line.preparer).get(address(line, name))


def typed(page: Any, place: str) -> dict[str, str]:
    """What stands in the inputs of one row, by column; a row is named by its code, or by its place among the blank ones."""
    sheet = page_of(page).select("fieldset.own")
    blank = [item for item in sheet if "id" not in item.attributes]
    row = next((item for item in sheet if item.attributes.get("id") == place), None) or blank[int(place)]
    return {name.partition("-")[2]: value for name, value in _values(row) if name.partition("-")[2] not in ("group", "code")}


def _values(row: Element) -> list[tuple[str, str]]:
    inputs = [item for item in row.walk() if item.tag in ("input", "select") and item.attributes.get("type") != "checkbox"]
    values = []
    for item in inputs:
        chosen = [option for option in item.select("option") if "selected" in option.attributes]
        value = chosen[0].attributes["value"] if chosen else "" if item.tag == "select" else item.attributes.get("value", "")
        values.append((item.attributes["name"], value))
    return values


def test_rows_are_stored_as_given_under_numbers_of_their_own_and_recorded() -> None:
    line = Line(filled=False, whole_scheme=stored_scheme(own_scheme()))

    part = save(line, COURSES, QUALITY)

    assert rows_of(line) == {"own_1": numbered(COURSES, 1), "own_2": numbered(QUALITY, 2)}
    assert (part.version, part.saved_by) == (1, line.preparer)
    assert last_detail(line) == {"part": "own_rows", "version": 1, "changed": ["own_1", "own_2"]}


def test_a_row_keeps_its_number_whatever_is_changed_and_the_same_rows_again_are_no_save() -> None:
    line = own_line()
    changed = numbered(COURSES, 1, label="举办线上培训", target=Decimal("12.5"), actual=Decimal("9.25"))

    part = save(line, changed, numbered(QUALITY, 2))
    same = save(line, changed, numbered(QUALITY, 2))

    assert rows_of(line) == {"own_1": changed, "own_2": numbered(QUALITY, 2)}
    assert (part.version, same.version) == (2, 2)
    assert last_detail(line) == {"part": "own_rows", "version": 2, "changed": ["own_1"]}


def test_the_order_on_the_page_does_not_number_rows_anew() -> None:
    line = own_line()

    save(line, numbered(QUALITY, 2), THIRD, numbered(COURSES, 1))

    assert rows_of(line) == {"own_1": numbered(COURSES, 1), "own_2": numbered(QUALITY, 2), "own_3": numbered(THIRD, 3)}


def test_a_number_once_given_is_never_given_again() -> None:
    line = own_line()

    save(line, numbered(COURSES, 1))
    save(line, numbered(COURSES, 1), THIRD)
    save(line)
    save(line, THIRD)

    assert list(rows_of(line)) == ["own_4"]


def test_evidence_of_a_row_that_is_taken_away_names_it_no_longer() -> None:
    line = own_line()
    upload(line, "spending", "own_1", "own_2")

    save(line, numbered(COURSES, 1))

    assert line.assessment.evidence.get().indicators == ["own_1", "spending"]


def test_a_row_that_is_taken_away_takes_its_points_along() -> None:
    line = own_line()

    save(line, numbered(COURSES, 1))

    assert list(rows_of(line)) == ["own_1"]
    assert list(line.assessment.scores.filter(code__startswith="own_").values_list("code", flat=True)) == ["own_1"]
    assert last_detail(line) == {"part": "own_rows", "version": 2, "changed": ["own_2"]}


@pytest.mark.parametrize("left", [[numbered(COURSES, 1)], [numbered(COURSES, 1), numbered(QUALITY, 2, kind="")]], ids=["gone", "no kind"])
@pytest.mark.parametrize("name", ["evidence", "scores", "findings", "own_rows"])
def test_the_pages_stay_open_when_a_row_that_evidence_proves_stands_nowhere(name: str, left: list[OwnRow]) -> None:
    line = own_line()
    upload(line, "own_2")

    save(line, *left)

    assert opened(line, name=name).status_code == 200
    assert signed_in(line.lead).get(reverse("admin:assessment_filing_change", args=[line.filing.pk])).status_code == 200


def upload(line: Line, *indicators: str) -> None:
    evidence.add_evidence(line.assessment.pk, by=line.preparer, name="验收.pdf", data=PDF, indicators=list(indicators), public=True)


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"group": "spending"}, "group", "本表没有这一组自设指标"),
        ({"group": "nonsense"}, "group", "本表没有这一组自设指标"),
        ({"kind": "时效指标"}, "kind", "类别应为数量指标、质量指标之一"),
        ({"label": "　 "}, "label", "请填写指标名称"),
        ({"label": "长" * 101}, "label", "超过 100 字，请精简"),
        ({"points": Decimal(0)}, "points", "应大于 0，不超过 8 分，最多 2 位小数"),
        ({"points": Decimal("8.01")}, "points", "应大于 0，不超过 8 分，最多 2 位小数"),
        ({"points": Decimal("1.005")}, "points", "应大于 0，不超过 8 分，最多 2 位小数"),
        ({"target": Decimal("100000000000")}, "target", "数值过大，或超过 4 位小数"),
        ({"target": Decimal("0.00001")}, "target", "数值过大，或超过 4 位小数"),
        ({"actual": Decimal("-100000000000")}, "actual", "数值过大，或超过 4 位小数"),
        ({"unit": "长" * 21}, "unit", "超过 20 字，请精简"),
        ({"aim": "长" * 201}, "aim", "超过 200 字，请精简"),
    ],
)
def test_a_bad_row_is_named_at_its_place_and_not_even_the_good_ones_are_saved(changes: dict[str, Any], place: str, message: str) -> None:
    line = own_line()
    rows = [numbered(COURSES, 1, label="改过"), numbered(QUALITY, 2), replace(THIRD, **changes)]

    assert refusal_of(lambda: save(line, *rows)) == ("有自设指标不合要求，未保存", {f"own:2:{place}": message})


def test_every_bad_row_is_named_at_once() -> None:
    line = own_line()
    rows = [numbered(COURSES, 1, label=""), numbered(QUALITY, 2, points=Decimal(9), kind="其他")]

    assert refusal_of(lambda: save(line, *rows)) == (
        "有自设指标不合要求，未保存",
        {
            "own:0:label": "请填写指标名称",
            "own:1:kind": "类别应为数量指标、质量指标之一",
            "own:1:points": "应大于 0，不超过 8 分，最多 2 位小数",
        },
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([numbered(COURSES, 1), numbered(QUALITY, 1)], "自设指标的编号重复或不对，未保存"),
        ([replace(COURSES, code="spending")], "自设指标的编号重复或不对，未保存"),
        ([replace(COURSES, code="own_x")], "自设指标的编号重复或不对，未保存"),
        ([replace(COURSES, code="own_²")], "自设指标的编号重复或不对，未保存"),
        ([replace(COURSES, code="own_1234567")], "自设指标的编号重复或不对，未保存"),
        ([replace(COURSES, points=Decimal("0.1"))] * 41, "自设指标最多 40 项，未保存"),
    ],
)
def test_a_list_that_cannot_be_one_is_refused_whole(rows: list[OwnRow], message: str) -> None:
    line = own_line()

    assert refusal_of(lambda: save(line, *rows)) == (message, {})


def test_a_save_over_a_version_that_no_longer_stands_writes_nothing() -> None:
    line = own_line()

    assert refusal_of(lambda: save(line, THIRD, version=0)) == (STALE, {})


@pytest.mark.parametrize(
    ("who", "status", "message"),
    [
        (lambda line: line.head, Status.DRAFT, "您不承担此项工作，不能填报"),
        (lambda line: line.lead, Status.DRAFT, "您不承担此项工作，不能填报"),
        (lambda line: line.preparer, Status.AWAITING_SIGNOFF, "材料现在处于“待签批”（单位负责人签批），不能填报"),
        (lambda line: line.preparer, Status.RETURNED, "“自设指标”没有被退回，不能修改；只有被退回的部分可以修改"),
    ],
)
def test_rows_are_saved_by_the_preparer_and_while_the_part_is_open(who: Callable[[Line], User], status: Status, message: str) -> None:
    line = own_line(status)

    assert refusal_of(lambda: save(line, THIRD, by=who(line))) == (message, {})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], [("own:effect", "“效果性”应至少自设 2 项指标，现有 0 项｜请补充指标")]),
        ([replace(COURSES, points=Decimal(8))], [("own:effect", "“效果性”应至少自设 2 项指标，现有 1 项｜请补充指标")]),
        ([COURSES, replace(QUALITY, points=Decimal("2.75"))], [("own:effect", "“效果性”自设指标合计 7.75 分，应为 8 分｜请调整各项分值")]),
        ([COURSES, replace(QUALITY, kind="")], [("own:own_2", "“培训质量”没有选择类别｜请选择数量指标、质量指标之一")]),
        ([COURSES, replace(QUALITY, aim="")], [("own:own_2", "“培训质量”没有填写指标值｜请填写指标值；不能量化的写明预期目标")]),
        ([replace(COURSES, actual=None), QUALITY], [("own:own_1", "“举办培训”没有填写实际完成值｜请填写实际完成值")]),
        (
            [replace(COURSES, target=Decimal(0)), QUALITY],
            [("own:own_1", "“举办培训”的指标值不大于 0，任何结果都算完成｜请填写大于 0 的指标值，或改为“≤”“=”")],
        ),
        ([COURSES, QUALITY], []),
    ],
)
def test_rows_that_are_not_complete_or_do_not_add_up_stand_against_sign_off(rows: list[OwnRow], expected: list[tuple[str, str]]) -> None:
    line = own_line()

    save(line, *(numbered(row, number) for number, row in enumerate(rows, start=1)))

    assert found(line) == [(place, "error", told) for place, told in expected]
    if expected:
        message, places = refusal_of(lambda: signoff.request_signoff(line.filing.pk, by=line.preparer))
        assert message.endswith("处须处理的核查意见，不能提请签批")
        assert [place for place in places if place.startswith("own:")] == [place for place, _ in expected]


def test_a_scheme_without_such_groups_has_no_part_and_no_page_for_rows() -> None:
    line = Line()

    assert not line.assessment.parts.filter(kind=Kind.OWN_ROWS).exists()
    assert opened(line).status_code == 404
    assert "自设指标" not in "".join(page_of(opened(line, name="scores")).texts(".parts-nav a"))


def test_the_page_shows_the_stored_rows_and_two_blank_places_and_saves_them_back_unchanged() -> None:
    line = own_line()
    client = signed_in(line.preparer)
    page = client.get(address(line))

    assert page_of(page).texts(".parts-nav a[aria-current=page] span")[:1] == ["自设指标"]
    assert page_of(page).texts("section.sheet h2") == ["效果性 已分配 8 / 8 分"]
    assert typed(page, "own_1") == {
        "label": "举办培训", "kind": "数量指标", "direction": "at_least", "target": "10", "unit": "期", "aim": "", "points": "5",
        "actual": "10",
    }  # fmt: skip
    assert typed(page, "own_2") == {
        "label": "培训质量", "kind": "质量指标", "direction": "at_least", "target": "", "unit": "", "aim": "学员普遍认可", "points": "3",
        "actual": "",
    }  # fmt: skip
    assert page_of(page).texts("fieldset.own legend") == ["第 1 项", "第 2 项", "新增一项", "新增一项"]
    before = stored()
    assert messages(send(client, page)) == ["已保存，没有新的改动"]
    assert stored() == before


def test_what_is_typed_in_a_blank_place_is_a_new_row_and_what_is_left_empty_is_none() -> None:
    line = own_line()
    new = {"label": " 投诉 ", "kind": "数量指标", "direction": "at_most", "target": "３", "actual": "2", "unit": "件", "points": "０.5"}

    client = signed_in(line.preparer)
    page = send(client, client.get(address(line)), changes={f"new_effect_1-{name}": value for name, value in new.items()})

    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已保存"])
    assert rows_of(line) == {"own_1": numbered(COURSES, 1), "own_2": numbered(QUALITY, 2), "own_3": numbered(THIRD, 3)}
    assert len(page_of(page).select("fieldset.own")) == 5
    assert page_of(page).texts("section.sheet h2") == ["效果性 已分配 8.5 / 8 分"]
    assert beside(page, "section.sheet[id]", ".finding") == {"effect": ["错误 “效果性”自设指标合计 8.5 分，应为 8 分请调整各项分值"]}


def test_a_ticked_row_is_taken_away() -> None:
    line = own_line()
    client = signed_in(line.preparer)

    page = send(client, client.get(address(line)), changes={"own_1-remove": "on", "own_1-label": ""})

    assert messages(page) == ["已保存"]
    assert rows_of(line) == {"own_2": numbered(QUALITY, 2)}


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"own_1-label": " "}, "own_1", "请填写指标名称"),
        ({"own_1-label": "长" * 101}, "own_1", "超过 100 字，请精简（现有 101 字）"),
        ({"own_1-points": "9"}, "own_1", "应在 0 至 8 分之间"),
        ({"own_1-points": ""}, "own_1", "应大于 0，不超过 8 分，最多 2 位小数"),
        ({"own_1-points": "1.005"}, "own_1", "最多 2 位小数"),
        ({"own_1-target": "十"}, "own_1", "“十”不是数字，请只填数字，不带单位"),
        ({"own_1-actual": "1,5"}, "own_1", "“1,5”中的逗号不是千分位，请核对是否应为小数点"),
        ({"own_1-target": "0.00001"}, "own_1", "数值过大，或超过 4 位小数"),
        ({"own_1-kind": "其他"}, "own_1", "选择一个有效的选项。 其他 不在可用的选项中。"),
        ({"own_1-direction": "about"}, "own_1", "选择一个有效的选项。 about 不在可用的选项中。"),
    ],
)
def test_what_cannot_stand_is_named_at_its_field_and_everything_typed_stays(changes: dict[str, str], place: str, message: str) -> None:
    line = own_line()
    client, before = signed_in(line.preparer), kept(line)
    ((name, value),) = changes.items()
    complaint = {"new_effect_1-label": "投诉", "new_effect_1-points": "0.5"}

    page = send(client, client.get(address(line)), changes=changes | {"own_2-label": "培训效果"} | complaint)

    what = name.partition("-")[2]
    assert (page.status_code, beside(page, "fieldset[id]", ".field-error")) == (422, {place: [message]})
    assert page_of(page).texts(f"#{place} .own-{what} .field-error") == [message]
    if what not in ("kind", "direction"):
        assert typed(page, place)[what].strip() == value.strip()
    assert (typed(page, "own_2")["label"], typed(page, "0")["label"], typed(page, "0")["points"]) == ("培训效果", "投诉", "0.5")
    assert kept(line) == before


def test_a_bad_new_row_is_named_at_its_own_blank_place() -> None:
    line = own_line()
    client = signed_in(line.preparer)

    complaint = {"new_effect_2-label": "投诉", "new_effect_2-kind": "数量指标", "new_effect_2-points": "0"}
    page = send(client, client.get(address(line)), changes=complaint | {"own_1-remove": "on"})

    assert page.status_code == 422
    assert [item.texts(".field-error") for item in page_of(page).select("fieldset.own")] == [
        [], [], [], ["应大于 0，不超过 8 分，最多 2 位小数"]
    ]  # fmt: skip
    assert len(kept(line)) == 2


def test_a_stale_save_shows_both_and_the_next_one_from_that_page_wins() -> None:
    line = own_line()
    client, colleague = signed_in(line.preparer), signed_in(make_user(Role.PREPARER, line.unit))
    mine = client.get(address(line))
    send(colleague, colleague.get(address(line)), changes={"own_1-actual": "8", "own_2-label": "培训评价", "own_2-kind": ""})

    stale = send(client, mine, changes={"own_1-actual": "9", "own_2-points": "2.5"})

    assert (stale.status_code, messages(stale)) == (409, [STALE])
    assert beside(stale, "fieldset[id]", ".standing") == {
        "own_1": ["现存 实际完成值：8"],
        "own_2": ["现存 指标：培训评价", "现存 类别：（未选）", "现存 分值：3"],
    }
    assert page_of(stale).texts("main .alert-warning strong") == ["有 4 处与他人刚保存的不同。"]
    assert messages(send(client, stale)) == ["已保存"]
    assert kept(line) == [numbered(COURSES, 1, actual=Decimal(9)), numbered(QUALITY, 2, points=Decimal("2.5"))]


def test_a_row_that_a_colleague_added_in_between_is_not_lost() -> None:
    line = own_line()
    client, colleague = signed_in(line.preparer), signed_in(make_user(Role.PREPARER, line.unit))
    mine = client.get(address(line))
    added = {"label": "投诉", "kind": "数量指标", "direction": "at_most", "target": "3", "actual": "2", "unit": "件", "points": "0.5"}
    send(colleague, colleague.get(address(line)), changes={f"new_effect_1-{name}": value for name, value in added.items()})

    stale = send(client, mine, changes={"own_1-actual": "9"})
    send(client, stale)

    assert rows_of(line)["own_3"] == numbered(THIRD, 3)
    assert rows_of(line)["own_1"].actual == Decimal(9)


def test_a_row_that_a_colleague_took_away_in_between_stays_on_the_page_as_it_was_typed() -> None:
    line = own_line()
    client, colleague = signed_in(line.preparer), signed_in(make_user(Role.PREPARER, line.unit))
    mine = client.get(address(line))
    send(colleague, colleague.get(address(line)), changes={"own_2-remove": "on"})

    stale = send(client, mine, changes={"own_2-label": "培训效果好"})

    assert stale.status_code == 409
    assert "培训效果好" in [field.attributes.get("value") for field in page_of(stale).select("fieldset.own input")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 409), ({"version": "1"}, 302), ({"version": "0", "rows": "0"}, 409), ({"version": "1", "rows": "9999"}, 302)],
)
def test_a_page_that_says_nothing_of_its_rows_takes_none_away(sent: dict[str, str], status: int) -> None:
    line = own_line()
    client, before = signed_in(line.preparer), stored()

    answer = client.post(address(line), sent)

    assert (answer.status_code, stored()) == (status, before)


def test_a_row_of_another_filing_is_not_reached_and_a_group_that_is_not_there_is_not_read() -> None:
    line, other = own_line(), own_line()
    save(other, *kept(other), THIRD)
    client = signed_in(line.preparer)

    changes = {"rows": "own_1,own_2,own_7,new_effect_2", "own_7-group": "effect", "own_7-label": "另一项", "own_7-points": "1"}
    changes |= {"new_effect_2-group": "spending", "new_effect_2-label": "另一组", "new_effect_2-points": "1"}
    page = send(client, client.get(address(line)), changes=changes)

    assert messages(page) == ["已保存"]
    assert {code: row.label for code, row in rows_of(line).items()} == {"own_1": "举办培训", "own_2": "培训质量", "own_3": "另一项"}
    assert {code: row.label for code, row in rows_of(other).items()} == {"own_1": "举办培训", "own_2": "培训质量", "own_3": "投诉"}


def test_a_part_that_was_not_returned_is_read_and_not_written() -> None:
    line = own_line(Status.RETURNED)

    page = opened(line)

    assert page_of(page).one(".alert-secondary").text == "这一部分没有被退回，不能修改。以下内容仅供查阅。"
    assert page_of(page).texts("dl.own-read div") == [
        "指标举办培训", "类别数量指标", "指标值≥ 10期", "实际完成值10", "分值5",
        "指标培训质量", "类别质量指标", "指标值学员普遍认可", "实际完成值—", "分值3",
    ]  # fmt: skip
    assert (page_of(page).select("fieldset.own"), page_of(page).select(".save-bar")) == ([], [])
    answer = signed_in(line.preparer).post(address(line), {"version": "1", "rows": "0"})
    assert (answer.status_code, len(kept(line))) == (422, 2)


def test_rows_typed_too_late_are_not_stored_and_stay_to_be_read() -> None:
    line = own_line()
    client, page = signed_in(line.preparer), opened(line)
    line.advance(Status.AWAITING_SIGNOFF)

    late = send(client, page, changes={"own_1-label": "改过的指标"})

    assert (late.status_code, messages(late)) == (422, ["材料现在处于“待签批”（单位负责人签批），不能填报"])
    assert (typed(late, "own_1")["label"], page_of(late).select(".save-bar")) == ("改过的指标", [])
    assert rows_of(line)["own_1"] == numbered(COURSES, 1)


@pytest.mark.parametrize("post", [False, True])
def test_another_unit_finds_no_such_page(post: bool) -> None:
    line = own_line()
    sibling = Line(department=line.department)
    for person in (sibling.preparer, own_line().preparer, own_line().lead):
        client = signed_in(person)
        answer = client.post(address(line), {"version": "1", "rows": "0"}) if post else client.get(address(line))
        assert answer.status_code == 404
    assert len(kept(line)) == 2


def test_typed_markup_is_shown_as_it_was_typed_and_is_never_markup() -> None:
    line = own_line()
    client = signed_in(line.preparer)
    changes = {"own_1-label": MARKUP, "own_1-unit": "<i>期</i>", "own_2-aim": MARKUP}

    page = send(client, client.get(address(line)), changes=changes)

    assert (typed(page, "own_1")["label"], typed(page, "own_1")["unit"], typed(page, "own_2")["aim"]) == (MARKUP, "<i>期</i>", MARKUP)
    line.advance(Status.UNDER_REVIEW)
    pages = [page, *(client.get(address(line, name)) for name in ("own_rows", "scores", "findings"))]
    pages.append(signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk])))
    pages.append(signed_in(line.reviewer).get(reverse("admin:assessment_filing_change", args=[line.filing.pk])))
    assert [answer for answer in pages if b"<script>alert" in answer.content or b"<b>" in answer.content or b"<i>" in answer.content] == []
    assert page_of(pages[1]).texts("dl.own-read dd")[0] == MARKUP


def test_what_cannot_be_printed_in_a_row_is_a_finding_at_the_row() -> None:
    line = own_line()

    save(line, numbered(COURSES, 1, label="举办培训\u202e"), numbered(QUALITY, 2))

    assert found(line) == [("own:own_1", "error", "有无法打印的字符：U+202E｜请删去或改用文字")]


def test_own_rows_are_scored_on_the_score_table_like_any_other() -> None:
    line = own_line()
    save(line, numbered(COURSES, 1, actual=Decimal(8)), numbered(QUALITY, 2))
    client = signed_in(line.preparer)
    page = client.get(address(line, "scores"))

    first, second = (page_of(page).one(f"tr#{code}") for code in ("own_1", "own_2"))
    assert (first.one(".computed strong").text, first.texts(".computed p")[0]) == (
        "4.00", "指标值 ≥ 10期，实际 8期，完成 80.00%，按比例得分"
    )  # fmt: skip
    assert first.texts(".rule") == [
        "指标值 ≥ 10期；完成得满分，未完成按实际值 ÷ 指标值的比例得分；达到指标值的 150% 以上而不说明原因的扣 0.5 分"
    ]
    assert (second.one(".computed strong").text, second.texts("th p")[1]) == ("—", "预期目标：学员普遍认可")
    assert second.texts(".choices option") == ["请选择", "达成预期", "部分达成", "未达成"]
    heads = page_of(page).texts("tr.head th")
    assert [text for text in heads if "指标" in text] == ["数量指标5 分", "质量指标3 分"]

    page = send(client, page, changes={"own_1-points": "", "own_2-choices": "partly", "own_2-points": "1.75", "adopt": "1"})
    assert messages(page) == ["已保存"]
    scores = {score.code: (score.choices, score.self_points) for score in line.assessment.scores.filter(code__startswith="own_")}
    assert scores == {"own_1": ([], Decimal(4)), "own_2": (["partly"], Decimal("1.75"))}
    assert page_of(page).one(".total-line strong").text == "97.75"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(self_points=Decimal("5.01")), "应在 0 至 5 分之间"),
        (Answer(frozenset({"reached"}), Decimal(5)), "所选的核对项不在本指标中"),
    ],
)
def test_points_of_an_own_row_are_bounded_by_the_row(answer: Answer, message: str) -> None:
    line = own_line()

    assert refusal_of(lambda: parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers={"own_1": answer})) == (
        "有得分不合要求，未保存",
        {"score:own_1": message},
    )


def test_points_outside_the_level_that_was_chosen_are_a_finding() -> None:
    line = own_line()

    answers = {"own_2": Answer(frozenset({"partly"}), Decimal(3))}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)

    assert [item for item in found(line, "score") if item[0] == "score:own_2" and item[1] == "error"] == [
        ("score:own_2", "error", "“培训质量”自评得分应在 1.5 至 2.4 分之间｜请修改自评得分")
    ]


def test_far_more_than_the_target_costs_points_until_the_reason_is_written() -> None:
    line = own_line()
    save(line, numbered(COURSES, 1, actual=Decimal(15)), numbered(QUALITY, 2))

    def computed() -> tuple[Decimal | None, str]:
        points = contents.evaluate(line.assessment).points["own_1"]
        return points.value, points.explain

    beyond = "指标值 ≥ 10期，实际 15期，达到指标值的 150% 以上，属于偏离"
    assert computed() == (Decimal("4.5"), f"{beyond}，未说明原因，扣 0.5 分")
    answers = {"own_1": Answer(self_points=Decimal(5), reason="上级追加任务")}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)
    assert computed() == (Decimal(5), f"{beyond}，已说明原因，得满分")


def test_evidence_may_prove_an_own_row() -> None:
    line = own_line()

    upload(line, "own_1")

    assert [(item.name, item.indicators) for item in line.assessment.evidence.all()] == [("验收.pdf", ["own_1"])]
    assert "score:own_1" not in [place for place, _, _ in found(line, "score")]
    assert refusal_of(
        lambda: evidence.add_evidence(
            line.assessment.pk, by=line.preparer, name="另.pdf", data=PDF + b"1", indicators=["own_3"], public=False
        )
    ) == ("没有这些指标：own_3", {})


def test_the_filing_s_page_says_how_many_points_were_given_away() -> None:
    line = own_line()

    def shown() -> str:
        rows = page_of(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk]))).select("ul.parts li")
        return next(row for row in rows if row.texts("a") == ["自设指标"]).text

    assert shown().startswith("自设指标 已填 8 分 / 8 分 完整")
    save(line, numbered(COURSES, 1), numbered(QUALITY, 2, points=Decimal("2.5")))
    assert shown().startswith("自设指标 已填 7.5 分 / 8 分 1 处须处理")


def test_own_rows_are_signed_reviewed_and_approved_like_any_other() -> None:
    line = own_line(Status.UNDER_REVIEW)
    desk = signed_in(line.reviewer)
    page = desk.get(reverse("admin:assessment_filing_change", args=[line.filing.pk]))
    numbers = {score.code: score.pk for score in line.assessment.scores.all()}

    row = page_of(page).one("tr#own_1")
    assert (row.one("th").text.partition("评分标准")[0], row.texts("td")[0]) == ("举办培训", "5")
    changes = {f"points-{numbers['own_2']}": "2.4", f"reason-{numbers['own_2']}": "评价样本不足"}
    send(desk, page, "#review-form", changes)
    review.recommend(line.filing.pk, by=line.reviewer)
    line.approve()

    signed, frozen = (json.loads(line.filing.snapshots.get(kind=kind).content)["assessments"][0] for kind in ("filing", "review"))
    content = signed
    assert content["own_rows"] == [
        {"code": "own_1", "group": "effect", "kind": "数量指标", "label": "举办培训", "points": "5", "direction": "at_least",
         "target": "10", "actual": "10", "unit": "期", "aim": ""},
        {"code": "own_2", "group": "effect", "kind": "质量指标", "label": "培训质量", "points": "3", "direction": "at_least",
         "target": None, "actual": None, "unit": "", "aim": "学员普遍认可"},
    ]  # fmt: skip
    assert [item["code"] for item in content["scores"]] == [item["code"] for item in frozen["scores"]]
    assert [item for item in frozen["scores"] if item["code"].startswith("own_")] == [
        {"code": "own_1", "review_points": "5", "reason": ""},
        {"code": "own_2", "review_points": "2.4", "reason": "评价样本不足"},
    ]
    assert frozen["total"] == "99.4"


def test_returned_rows_may_be_followed_by_their_points() -> None:
    """The score table was not returned: where the points no longer fit, or a row has none, it opens as for a figure."""
    line = own_line(Status.UNDER_REVIEW)
    comments = [review.PartComment(line.part(Kind.OWN_ROWS).pk, "指标值有误")]
    review.return_parts(line.filing.pk, by=line.reviewer, comments=comments)

    save(line, numbered(COURSES, 1, actual=Decimal(8)), numbered(QUALITY, 2, points=Decimal("2.5")), THIRD)

    assert line.part(Kind.SCORES).locked is False


class Elsewhere:
    """Another installation, as far as an import can tell: the same unit code and round, nothing filed, no files."""

    def __init__(self, line: Line, settings: LazySettings, folder: Path) -> None:
        code, settings.MEDIA_ROOT = line.unit.code, folder / "elsewhere"
        BudgetUnit.objects.filter(pk=line.unit.pk).update(code=f"{code}-old")
        self.unit = add_unit(code, line.unit.name, line.department)
        self.preparer = make_user(Role.PREPARER, self.unit)
        self.filing = open_filing(line.filing.round, self.unit)


def test_own_rows_go_into_another_installation_with_their_numbers_and_the_digest(settings: LazySettings, tmp_path: Path) -> None:
    line = own_line()
    save(line, numbered(COURSES, 1))
    save(line, numbered(COURSES, 1, actual=Decimal("8.25")), QUALITY)
    answers = {code: Answer(self_points=points) for code, points in (("own_1", Decimal("4.13")), (list(rows_of(line))[1], None))}
    answers[list(rows_of(line))[1]] = Answer(frozenset({"reached"}), Decimal(3))
    parts.save_scores(line.assessment.pk, by=line.preparer, version=1, answers=answers)
    line.advance(Status.SUBMITTED)
    text, rows = write(export(line.filing)), rows_of(line)
    there = Elsewhere(line, settings, tmp_path)

    filing = import_file(read(text.encode()), by=there.preparer)

    assert write(export(Filing.objects.get(pk=filing.pk))) == text
    assert {item.row().code: item.row() for item in filing.assessments.get().own_rows.all()} == rows


def test_a_row_that_is_measured_after_it_was_judged_goes_along_as_well(settings: LazySettings, tmp_path: Path) -> None:
    line = own_line()
    save(line, numbered(COURSES, 1), numbered(QUALITY, 2, aim="", target=Decimal(90), actual=Decimal(95), unit="分"))
    text = write(export(line.filing))
    there = Elsewhere(line, settings, tmp_path)

    filing = import_file(read(text.encode()), by=there.preparer)

    assert write(export(Filing.objects.get(pk=filing.pk))) == text


def test_evidence_of_a_row_that_is_gone_goes_along_as_well(settings: LazySettings, tmp_path: Path) -> None:
    line = own_line()
    upload(line, "own_1", "own_2")
    save(line, numbered(COURSES, 1, points=Decimal(8)))
    text, beside = write(export(line.filing)), tmp_path / "beside"
    beside.mkdir()
    (beside / line.assessment.evidence.get().sha256).write_bytes(PDF)
    there = Elsewhere(line, settings, tmp_path)

    filing = import_file(read(text.encode()), by=there.preparer, evidence_folder=beside)

    assert write(export(Filing.objects.get(pk=filing.pk))) == text


def test_importing_what_is_there_already_changes_nothing() -> None:
    line = own_line()
    before = stored()

    import_file(export(line.filing), by=line.preparer)

    assert stored() == before


def test_an_import_replaces_the_rows_that_are_there() -> None:
    line = own_line()
    file = export(line.filing)
    save(line, numbered(COURSES, 1, label="另一名称"), THIRD)

    import_file(file, by=line.preparer)

    assert export(Filing.objects.get(pk=line.filing.pk)) == file


@pytest.mark.parametrize(
    ("changes", "message", "places"),
    [
        ({"points": "8.5"}, "有自设指标不合要求，未保存", {"own:0:points": "应大于 0，不超过 8 分，最多 2 位小数"}),
        ({"group": "spending"}, "有自设指标不合要求，未保存", {"own:0:group": "本表没有这一组自设指标"}),
        ({"code": "own_2"}, "自设指标的编号重复或不对，未保存", {}),
    ],
)
def test_a_file_whose_rows_could_not_be_typed_is_refused(changes: dict[str, str], message: str, places: dict[str, str]) -> None:
    line = own_line()
    file = export(line.filing)
    assessment = file.content.assessments[0]
    first, *rest = assessment.own_rows
    content = assessment.model_copy(update={"own_rows": (first.model_copy(update=changes), *rest)})
    changed = pack(FilingContent.model_validate(file.content.model_dump() | {"assessments": [content.model_dump()]}), list(file.schemes))

    assert refusal_of(lambda: import_file(changed, by=line.preparer)) == (message, places)


def test_a_file_with_rows_for_a_scheme_that_asks_for_none_is_refused_in_words() -> None:
    line = Line()
    file = export(line.filing)
    row = export(own_line().filing).content.assessments[0].own_rows[0]
    content = file.content.assessments[0].model_copy(update={"own_rows": (row,)})
    changed = pack(file.content.model_copy(update={"assessments": (content,)}), list(file.schemes))

    assert refusal_of(lambda: import_file(changed, by=line.preparer)) == ("这份材料的指标体系没有单位自设的指标", {})
