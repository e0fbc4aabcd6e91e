"""Saving while one types: each field for itself, over what it was seen as; nobody overwrites what they did not see."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessment.domain.figures import show_points
from assessment.domain.rules import Checklist
from assessment.domain.workflow import Status
from assessment.models import Event, Part
from assessment.services import parts
from assessment.services.history import history_of
from tests.browsing import signed_in
from tests.factories import Line, example_scheme, make_user, stored_scheme
from tests.tools import at_once, stored
from units.models import Role

pytestmark = pytest.mark.django_db


def save(line: Line, kind: str, fields: dict[str, tuple[Any, Any]], *, client: Client | None = None, version: int | None = None) -> Any:
    """Send fields as (as seen, as typed)."""
    part = line.part(Part.Kind.EXPLANATIONS if kind == "findings" else Part.Kind(kind))
    data: dict[str, Any] = {"names": list(fields), "version": part.version if version is None else version}
    for name, (seen, typed) in fields.items():
        data[name], data[f"base.{name}"] = typed, seen
    return (client or signed_in(line.preparer)).post(reverse(f"assessment:autosave_{kind}", args=[line.assessment.pk]), data)


def figure(line: Line, code: str) -> Decimal | None:
    found = line.assessment.figures.filter(code=code).first()
    return found.value if found else None


def test_a_figure_is_saved_by_itself_and_what_follows_from_it_comes_back() -> None:
    line = Line()
    before = dict(line.assessment.figures.values_list("code", "value"))

    answer = save(line, "figures", {"opening_general": (before["opening_general"], "５８，２３５.５")}).json()

    assert figure(line, "opening_general") == Decimal("58235.5")
    assert dict(line.assessment.figures.exclude(code="opening_general").values_list("code", "value")) == {
        code: value for code, value in before.items() if code != "opening_general"
    }
    assert (answer["saved"], answer["errors"], answer["standing"]) == (["opening_general"], {"opening_general": ""}, {})
    total = sum(figure(line, code) or 0 for code in ("opening_general", "opening_fund", "opening_capital"))
    assert (f"{total:,.2f}" in answer["pieces"]["value-opening_total"], answer["version"]) == (True, 2)
    assert [name for name in answer["pieces"] if "asset" in name] == []
    event = Event.objects.filter(filing=line.filing).latest("number")
    assert event.detail == '{"changed":["opening_general"],"part":"figures","version":2}'


def test_a_field_that_cannot_be_read_is_told_and_the_others_are_saved() -> None:
    line = Line(filled=False)

    answer = save(line, "figures", {"opening_general": ("", "伍万"), "survey_size": ("", "200")}).json()

    assert (answer["saved"], figure(line, "opening_general"), figure(line, "survey_size")) == (["survey_size"], None, 200)
    assert "不是数字" in answer["errors"]["opening_general"]
    assert answer["errors"]["survey_size"] == ""


def test_who_was_slower_in_the_same_field_sees_both_and_writes_nothing_there() -> None:
    line = Line(filled=False)
    colleague = make_user(Role.PREPARER, line.unit)
    save(line, "figures", {"survey_size": ("", "100"), "opening_general": ("", "5")})
    save(line, "figures", {"survey_size": ("100", "300")}, client=signed_in(colleague))

    answer = save(line, "figures", {"survey_size": ("100", "200"), "opening_general": ("5", "6")}, version=1).json()

    assert (figure(line, "survey_size"), figure(line, "opening_general")) == (300, 6)
    assert (answer["saved"], answer["standing"]["survey_size"]["values"]) == (["opening_general"], ["300"])
    assert all(text in answer["standing"]["survey_size"]["html"] for text in (str(colleague), "300", "用我填的", "用现存的"))
    assert answer["version"] is None  # saved whole, the page must not overwrite what it does not show
    assert len(answer["pieces"]) > 20


def test_two_in_different_fields_of_one_part_lose_nothing() -> None:
    line = Line(filled=False)
    colleague = signed_in(make_user(Role.PREPARER, line.unit))

    save(line, "narrative", {"opening": ("", "甲写的开头。")})
    answer = save(line, "narrative", {"work_group": ("", "乙写的小组。")}, client=colleague, version=0).json()

    assert answer["standing"] == {}
    assert dict(line.assessment.narratives.values_list("code", "text")) == {"opening": "甲写的开头。", "work_group": "乙写的小组。"}


def test_of_a_scored_row_only_what_was_edited_is_written() -> None:
    line = Line()
    row = line.assessment.scores.get(code="social_effect")
    colleague = signed_in(make_user(Role.PREPARER, line.unit))
    save(line, "scores", {"social_effect-reason": (row.self_reason, "效益明显。")}, client=colleague)

    answer = save(line, "scores", {"social_effect-points": (row.self_points, "7.5")}, version=1).json()

    row.refresh_from_db()
    assert (row.self_points, row.self_reason, answer["standing"]) == (Decimal("7.5"), "效益明显。", {})
    assert "findings-social_effect" in answer["pieces"]


def test_a_checklist_is_saved_as_it_is_ticked_and_its_points_are_reckoned() -> None:
    line = Line(filled=False)
    code, row = next((code, row) for code, row in line.assessment.scheme.scheme.scored.items() if isinstance(row.rule, Checklist))
    first = row.rule.items[0]

    answer = save(line, "scores", {f"{code}-choices": ([], [first.code])}).json()
    emptied = save(line, "scores", {f"{code}-choices": ([first.code], [])}).json()

    assert answer["saved"] == emptied["saved"] == [f"{code}-choices"]
    assert f"<strong>{show_points(first.points)}</strong>" in answer["pieces"][f"computed-{code}"]
    assert line.assessment.scores.get(code=code).choices == []


def test_a_starter_text_is_what_the_page_shows_of_an_empty_section() -> None:
    line = Line(filled=False)
    section = next(section for section in line.assessment.scheme.scheme.sections if section.starter)

    answer = save(line, "narrative", {section.code: (section.starter, "改写后的文字。")}).json()

    assert (answer["saved"], answer["standing"]) == ([section.code], {})


def test_a_reason_is_saved_beside_its_finding() -> None:
    line = Line()
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"adjusted_general": Decimal("1")})
    page = signed_in(line.preparer).get(reverse("assessment:findings", args=[line.assessment.pk]))
    key = next(iter(page.context["form"].fields))

    answer = save(line, "findings", {key: ("", "年中压减。")}).json()

    assert (answer["saved"], line.assessment.explanations.get(code=key).text) == ([key], "年中压减。")


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_out_of_turn_nothing_is_saved_and_the_reason_is_told(status: Status) -> None:
    line = Line(status)
    client = signed_in(line.preparer)
    before = stored()

    answer = save(line, "figures", {"survey_size": ("200", "1")}, client=client)

    assert (answer.status_code, "不能填报" in answer.json()["told"], stored() == before) == (422, True, True)


def test_a_part_that_was_not_returned_is_not_saved() -> None:
    line = Line(Status.RETURNED)

    answer = save(line, "narrative", {"opening": ("", "改")})

    assert (answer.status_code, answer.json()["told"]) == (422, "这一部分没有被退回，不能修改")


def test_an_expired_session_is_told_with_the_way_to_sign_in_and_nothing_is_saved() -> None:
    line = Line(filled=False)

    answer = save(line, "figures", {"survey_size": ("", "1")}, client=Client())

    assert (answer.status_code, answer.json(), figure(line, "survey_size")) == (401, {"sign_in": "/account/sign-in/"}, None)


def test_fields_that_the_part_does_not_have_are_not_saved() -> None:
    line = Line(filled=False)
    client = signed_in(line.preparer)
    before = stored()

    answer = save(line, "figures", {"opening_total": ("", "1"), "nonsense": ("", "1"), "version": ("", "1")}, client=client)

    assert (answer.json()["saved"], stored() == before) == ([], True)
    assert answer.json()["errors"] == dict.fromkeys(["opening_total", "nonsense", "version"], "这一项已不存在，没有保存")


def test_a_long_report_is_refused_whole_and_said() -> None:
    line = Line(filled=False)
    codes = [section.code for section in line.assessment.scheme.scheme.sections if section.text][:4]

    answer = save(line, "narrative", dict.fromkeys(codes, ("", "长" * 19000)))

    assert (answer.status_code, line.assessment.narratives.count()) == (422, 0)
    assert "超过 60000 字" in answer.json()["told"]


def test_the_history_joins_what_one_person_saved_in_one_part() -> None:
    line = Line(filled=False)
    colleague = make_user(Role.PREPARER, line.unit)
    for code, client in (("survey_size", None), ("opening_general", None), ("survey_size", signed_in(colleague)), ("opening_fund", None)):
        save(line, "figures", {code: (figure(line, code) or "", (figure(line, code) or 0) + 1)}, client=client)
    save(line, "narrative", {"opening": ("", "开头。")})

    told = [(entry.actor, entry.detail) for entry in history_of(line.filing, office=True)]

    me, other = str(line.preparer), str(colleague)
    assert told == [(me, "自评报告，1 处"), (me, "基础数据表，1 处"), (other, "基础数据表，1 处"), (me, "基础数据表，2 处")]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_field_at_once_are_one_write_and_one_question() -> None:
    line = Line(filled=False)
    filing = type(line.filing).objects.filter(pk=line.filing.pk)

    answers = at_once(filing, *[lambda typed=typed: save(line, "figures", {"survey_size": ("", typed)}).json() for typed in ("1", "2")])

    assert sorted((len(answer["saved"]), len(answer["standing"])) for answer in answers) == [(0, 1), (1, 0)]
    assert Event.objects.filter(filing=line.filing).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_saves_at_once_with_another_keeps_the_version_of_a_page_that_does_not_show_it() -> None:
    line = Line(filled=False)
    filing = type(line.filing).objects.filter(pk=line.filing.pk)

    answers = at_once(
        filing, *[lambda code=code: save(line, "figures", {code: ("", "1")}, version=0).json() for code in ("survey_size", "letters_total")]
    )

    assert sorted((len(answer["saved"]), answer["version"] or 0) for answer in answers) == [(1, 0), (1, 1)]


def test_a_section_may_be_called_as_a_column_of_a_row_is() -> None:
    given = example_scheme()
    sections = tuple(section.model_copy(update={"code": "target"}) if section.code == "opening" else section for section in given.sections)
    line = Line(whole_scheme=stored_scheme(given.model_copy(update={"code": "named", "sections": sections})), filled=False)

    answer = save(line, "narrative", {"target": ("", "一段文字")}).json()

    assert (answer["saved"], answer["standing"]) == (["target"], {})
