"""Saving the unit's own rows while they are typed: each row for itself, a new one once it has a name and points."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessment.domain.own_rows import OwnRow
from assessment.domain.workflow import Status
from assessment.models import Assessment, Event, Part
from assessment.services import contents, review
from assessment.services.own_rows import save_own_rows
from tests.browsing import read, signed_in
from tests.factories import Line, make_user, own_rows, own_scheme, stored_scheme
from units.models import Role

pytestmark = pytest.mark.django_db

COURSES, QUALITY = own_rows()
KEYS = "own_1,own_2,new_effect_1,new_effect_2"
NEW = "new_effect_1"


def own_line(status: Status = Status.DRAFT) -> Line:
    return Line(status, whole_scheme=stored_scheme(own_scheme()))


def save(line: Line, fields: dict[str, tuple[str, str]], *, keys: str = KEYS, client: Client | None = None) -> Any:
    """Send fields as (as seen, as typed) from a page with these rows."""
    version = line.part(Part.Kind.OWN_ROWS).version
    data: dict[str, Any] = {"names": list(fields), "version": version, "rows": keys}
    data |= {f"{key}-group": "effect" for key in keys.split(",")}
    for name, (seen, typed) in fields.items():
        data[name], data[f"base.{name}"] = typed, seen
    return (client or signed_in(line.preparer)).post(reverse("assessment:autosave_own_rows", args=[line.assessment.pk]), data)


def rows_of(line: Line) -> list[OwnRow]:
    return [item.row() for item in line.assessment.own_rows.all()]


def test_a_column_of_a_row_is_saved_by_itself_and_what_follows_comes_back() -> None:
    line = own_line()

    answer = save(line, {"own_1-points": ("5", "4.5"), "own_1-label": ("举办培训", " 举办线上培训 ")}).json()

    assert rows_of(line) == [
        replace(COURSES, code="own_1", points=Decimal("4.5"), label="举办线上培训"),
        replace(QUALITY, code="own_2"),
    ]
    assert (answer["saved"], answer["unfinished"], answer["rows"]) == (["own_1-label", "own_1-points"], [], {})
    assert "已分配 7.5 / 8 分" in answer["pieces"]["given-effect"]
    assert "自设指标合计 7.5 分，应为 8 分" in answer["pieces"]["findings-effect"]
    assert Event.objects.filter(filing=line.filing).latest("number").detail.startswith('{"changed":["own_1"],"part":"own_rows"')


def test_a_new_row_waits_until_it_has_a_name_and_points_and_then_has_a_code() -> None:
    line = own_line()
    before = line.part(Part.Kind.OWN_ROWS).version

    begun = save(line, {f"{NEW}-label": ("", "投诉")}).json()
    assert (begun["saved"], begun["unfinished"], begun["rows"]) == ([], [f"{NEW}-label"], {})
    assert line.part(Part.Kind.OWN_ROWS).version == before
    whole = save(line, {f"{NEW}-label": ("", "投诉"), f"{NEW}-points": ("", "0.5"), f"{NEW}-kind": ("", "数量指标")}).json()
    again = save(line, {"own_3-target": ("", "3"), "own_3-direction": ("at_least", "at_most")}, keys=KEYS.replace(NEW, "own_3")).json()

    assert (whole["unfinished"], whole["rows"], again["rows"]) == ([], {NEW: "own_3"}, {})
    assert rows_of(line)[2] == OwnRow("own_3", "effect", "投诉", Decimal("0.5"), "数量指标", "at_most", Decimal(3))


def test_a_row_that_cannot_stand_is_told_at_its_field_and_the_others_are_saved() -> None:
    line = own_line()

    answer = save(
        line, {"own_1-label": ("举办培训", ""), "own_1-actual": ("10", "8"), "own_2-points": ("3", "2"), f"{NEW}-points": ("", "九")}
    ).json()

    assert rows_of(line) == [replace(COURSES, code="own_1"), replace(QUALITY, code="own_2", points=Decimal(2))]
    assert (answer["saved"], answer["errors"]["own_1-label"]) == (["own_2-points"], "请填写指标名称")
    assert "不是数字" in answer["errors"][f"{NEW}-points"]


def test_two_in_one_row_lose_nothing_and_who_meets_in_a_column_is_asked() -> None:
    line = own_line()
    colleague = signed_in(make_user(Role.PREPARER, line.unit))
    save(line, {"own_1-actual": ("10", "9")}, client=colleague)

    answer = save(line, {"own_1-actual": ("10", "8"), "own_1-target": ("10", "12"), "own_2-kind": ("质量指标", "数量指标")}).json()

    assert (answer["saved"], list(answer["standing"])) == (["own_1-target", "own_2-kind"], ["own_1-actual"])
    assert answer["standing"]["own_1-actual"]["values"] == ["9"]
    assert rows_of(line) == [
        replace(COURSES, code="own_1", actual=Decimal(9), target=Decimal(12)),
        replace(QUALITY, code="own_2", kind="数量指标"),
    ]


def test_nothing_is_taken_away_while_one_types_and_a_row_that_is_gone_is_not_made_again() -> None:
    line = own_line()
    ticked = save(line, {"own_2-remove": ("", "on")}).json()
    assert (ticked["saved"], len(rows_of(line))) == ([], 2)
    part = line.part(Part.Kind.OWN_ROWS)
    save_own_rows(line.assessment.pk, by=line.preparer, version=part.version, rows=rows_of(line)[:1])

    told = save(line, {"own_2-unit": ("", "人"), "own_1-actual": ("10", "9")}).json()

    assert (told["saved"], told["errors"]["own_2-unit"]) == (["own_1-actual"], "这一项已被他人删除，仍要保留的请按“保存自设指标”核对")
    assert rows_of(line) == [replace(COURSES, code="own_1", actual=Decimal(9))]


def test_a_new_row_that_is_sent_again_is_the_same_row() -> None:
    line = own_line()
    fields = {f"{NEW}-label": ("", "投诉"), f"{NEW}-points": ("", "０.50"), f"{NEW}-kind": ("", "数量指标")}

    first, second = save(line, fields).json(), save(line, fields | {f"{NEW}-points": ("", "0.5")}).json()

    assert (first["rows"], second["rows"], len(rows_of(line))) == ({NEW: "own_3"}, {NEW: "own_3"}, 3)
    assert set(second["saved"]) == set(fields)


def test_a_row_with_an_old_fault_is_told_when_it_is_edited_and_stands_in_no_other_row_s_way() -> None:
    line = own_line()
    line.assessment.own_rows.filter(number=2).update(kind="没有的类别")

    other = save(line, {"own_1-actual": ("10", "9")}).json()
    itself = save(line, {"own_2-unit": ("", "人")}).json()

    assert (other["saved"], itself["saved"]) == (["own_1-actual"], [])
    assert itself["errors"]["own_2-unit"] == "类别应为数量指标、质量指标之一"


def test_one_row_too_many_is_told_at_its_name_and_stops_no_other() -> None:
    line = own_line()
    many = [
        replace(COURSES, code="own_1"),
        replace(QUALITY, code="own_2"),
        *(replace(COURSES, code="", label=f"第{n}项") for n in range(38)),
    ]
    save_own_rows(line.assessment.pk, by=line.preparer, version=line.part(Part.Kind.OWN_ROWS).version, rows=many)

    new = {f"{NEW}-label": ("", "再一项"), f"{NEW}-points": ("", "0.5")}
    answer = save(line, {"own_1-label": ("举办培训", "线上培训"), **new}).json()

    assert (answer["saved"], answer["unfinished"]) == (["own_1-label"], [f"{NEW}-points"])
    assert answer["errors"] == {"own_1-label": "", f"{NEW}-label": "自设指标最多 40 项", f"{NEW}-points": ""}
    assert (len(rows_of(line)), rows_of(line)[0].label) == (40, "线上培训")


def test_a_row_of_a_group_that_is_not_there_is_not_read() -> None:
    line = own_line()
    data = {"names": ["new_spending_1-label", "new_spending_1-points"], "rows": "new_spending_1", "new_spending_1-group": "spending"}
    data |= {"version": "1", "new_spending_1-label": "另一组", "new_spending_1-points": "1"}

    answer = signed_in(line.preparer).post(reverse("assessment:autosave_own_rows", args=[line.assessment.pk]), data).json()

    assert (answer["saved"], answer["rows"], len(rows_of(line))) == ([], {}, 2)


def test_a_level_chosen_for_a_row_outlives_a_figure_that_is_typed_and_taken_away_again() -> None:
    line = own_line()
    chosen = contents.answers_of(line.assessment)["own_2"].choices

    save(line, {"own_2-target": ("", "1")})
    measured = contents.answers_of(Assessment.objects.get(pk=line.assessment.pk))["own_2"].choices
    save(line, {"own_2-target": ("1", "")})

    assert (chosen, measured) == (frozenset({"reached"}), frozenset())
    assert contents.answers_of(Assessment.objects.get(pk=line.assessment.pk))["own_2"].choices == chosen


def test_a_comment_on_a_row_stands_beside_it_on_its_page() -> None:
    line = own_line(Status.UNDER_REVIEW)
    review.save_review(
        line.filing.pk, by=line.reviewer, version=0, points={}, comment="", drafts={(line.assessment.pk, "own:own_1"): "请核对"}, settled=()
    )
    review.return_parts(line.filing.pk, by=line.reviewer, comments=[])

    page = signed_in(line.preparer).get(reverse("assessment:own_rows", args=[line.assessment.pk]))

    assert page.status_code == 200
    label = read(page).one("#own_1 .own-label input")
    assert label.attributes["aria-describedby"] == f"thread-{line.filing.threads.get().pk}"
