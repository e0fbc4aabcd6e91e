"""Last year's signed figures stand beside this year's; what changed much asks for a reason."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assessment.domain import exchange
from assessment.domain.workflow import Status
from assessment.models import Assessment, Filing
from assessment.services import contents, parts, signoff
from assessment.services.carrying import carry_over, confirm_figures
from assessment.services.exchange import export, import_file
from assessment.services.filings import open_filing
from assessment.services.history import history_of
from tests.browsing import read, send, signed_in
from tests.factories import Line, changed_scheme, example_scheme, fill, make_round, stored_scheme
from tests.tools import refusal_of

pytestmark = pytest.mark.django_db


def next_filing(line: Line, **changes: Any) -> Filing:
    return open_filing(make_round(line.department, 2023, **changes), line.unit)


def whole(filing: Filing) -> Assessment:
    return filing.assessments.select_related("scheme", "filing__round").get()


def typed(line: Line) -> dict[str, Decimal]:
    return dict(line.assessment.figures.values_list("code", "value"))


def save(filing: Filing, line: Line, **figures: str) -> Assessment:
    assessment = whole(filing)
    version = assessment.parts.get(kind="figures").version
    values = {code: Decimal(value) for code, value in figures.items()}
    parts.save_figures(assessment.pk, by=line.preparer, version=version, figures=values)
    return whole(filing)


def test_a_filing_is_opened_with_what_the_unit_signed_the_year_before() -> None:
    line = Line(Status.SUBMITTED)

    assert {code: Decimal(text) for code, text in whole(next_filing(line)).last_year.items()} == typed(line)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.AWAITING_SIGNOFF, Status.RETURNED])
def test_what_is_not_signed_is_not_last_year_s(status: Status) -> None:
    assert whole(next_filing(Line(status))).last_year == {}


def test_what_is_signed_later_is_handed_on_to_the_filing_that_is_open() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    filing = next_filing(line)

    line.sign()

    assert {code: Decimal(text) for code, text in whole(filing).last_year.items()} == typed(line)


def test_what_was_signed_on_the_old_figures_keeps_them() -> None:
    line = Line(Status.SUBMITTED)
    filing = next_filing(line)
    fill(whole(filing), by=line.preparer)
    signoff.request_signoff(filing.pk, by=line.preparer)
    signoff.sign(filing.pk, by=line.head, digest_seen=signoff.digest_now(Filing.objects.get(pk=filing.pk)))
    before = whole(filing).last_year
    signoff.recall(line.filing.pk, by=line.preparer)
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"staff_temp": Decimal(9)})
    signoff.request_signoff(line.filing.pk, by=line.preparer)

    line.sign()

    assert whole(filing).last_year == before


def test_a_field_of_another_unit_of_measure_is_another_field() -> None:
    line = Line(Status.SUBMITTED)
    data = example_scheme().model_dump(mode="json")
    for group in data["groups"]:
        for field in group["fields"]:
            if field["code"] == "staff_retired":
                field["unit"] = "名"
    scheme = stored_scheme(changed_scheme("other", {}, groups=data["groups"], checks=[], inspections=[], charts=[]))

    handed = whole(next_filing(line, whole_scheme=scheme)).last_year

    assert ("staff_retired" in handed, "opening_general" in handed) == (False, True)


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ("80", ""),
        ("120", ""),
        ("79", "“年末实有在职人数”比上年减少 21.00%，超过 20.00%"),
        ("121", "“年末实有在职人数”比上年增加 21.00%，超过 20.00%"),
    ],
)
def test_a_figure_far_from_last_year_s_asks_for_a_reason(now: str, message: str) -> None:
    line = Line()
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"staff_posts": Decimal(130), "staff_actual": Decimal(100)})
    Assessment.objects.update(last_year={"staff_actual": "100"})
    assessment = save(line.filing, line, staff_actual=now)

    found = [finding for finding in contents.evaluate(assessment).findings if finding.code == "large_change"]

    assert [finding.message for finding in found] == ([message] if message else [])
    if found:
        assert (found[0].key, found[0].severity, found[0].blocks) == ("large_change.staff_actual", "warning", True)
        assert found[0].comparison == f"年末实有在职人数 {now}人，上年 100人"
        part = assessment.parts.get(kind="explanations")
        parts.save_explanations(assessment.pk, by=line.preparer, version=part.version, texts={found[0].key: "机构调整。"})
        content = contents.assessment_content(whole(line.filing))
        assert (content.explanations["large_change.staff_actual"], content.last_year) == ("机构调整。", {"staff_actual": "100"})


def test_from_nothing_there_is_no_rate() -> None:
    line = Line()
    Assessment.objects.update(last_year={"staff_actual": "0"})

    assert [item for item in contents.evaluate(whole(line.filing)).findings if item.code == "large_change"] == []


def test_the_page_shows_last_year_and_the_change_and_renews_it_while_one_types() -> None:
    line = Line()
    save(line.filing, line, staff_posts="130", staff_actual="104")
    Assessment.objects.update(last_year={"staff_posts": "130", "staff_actual": "100"})
    client = signed_in(line.preparer)

    page = read(client.get(reverse("assessment:figures", args=[line.assessment.pk])))
    version = line.assessment.parts.get(kind="figures").version
    sent = {"names": "staff_actual", "staff_actual": "110", "base.staff_actual": "104", "version": version}
    answer = client.post(reverse("assessment:autosave_figures", args=[line.assessment.pk]), sent).json()

    assert page.one("tr#staff_actual td.last").text == "上年100 +4.00%"
    assert page.one("tr#staff_rate td.last").text == "上年76.92 +3.08 个百分点"
    assert page.one("tr#opening_total td.last").text == "上年—"
    assert "+10.00%" in answer["pieces"]["change-staff_actual"]


def test_without_last_year_there_is_no_column_for_it() -> None:
    line = Line()

    assert read(signed_in(line.preparer).get(reverse("assessment:figures", args=[line.assessment.pk]))).select("td.last") == []


def test_a_file_carries_last_year_to_an_installation_that_does_not_have_it() -> None:
    line = Line()
    Assessment.objects.update(last_year={"staff_actual": str(typed(line)["staff_actual"].normalize())})
    file = exchange.read(exchange.write(export(line.filing)).encode())
    Assessment.objects.update(last_year={})

    import_file(file, by=line.preparer)

    assert contents.assessment_content(whole(line.filing)).last_year == file.content.assessments[0].last_year


def continuing(line: Line) -> dict[str, Decimal]:
    """What the fields of next year's table that go on from this one's begin with."""
    last, fields = typed(line), line.assessment.scheme.scheme.inputs
    return {field.code: last[field.continues] for field in fields if field.continues}


def carried(line: Line) -> Filing:
    """Next year's filing with last year's figures in its empty fields, one of which was typed before."""
    filing = save(next_filing(line), line, staff_temp="7").filing
    carry_over(whole(filing).pk, by=line.preparer, version=1)
    return filing


def unconfirmed(filing: Filing) -> set[str]:
    return set(whole(filing).figures.filter(unconfirmed=True).values_list("code", flat=True))


def test_what_goes_on_from_last_year_fills_what_is_empty_and_stands_against_sign_off_until_confirmed() -> None:
    line = Line(Status.SUBMITTED)
    filing = carried(line)

    last = continuing(line)
    assert (len(last), last["carry_in"], last["reception_last"]) == (10, typed(line)["carry_out"], typed(line)["reception_final"])
    assert {figure.code: figure.value for figure in whole(filing).figures.all()} == last | {"staff_temp": Decimal(7)}
    assert unconfirmed(filing) == last.keys() - {"staff_temp"}
    blocking = [finding for finding in contents.evaluate(whole(filing)).blocking if finding.code == "unconfirmed"]
    assert {finding.place for finding in blocking} == {f"figure:{code}" for code in last.keys() - {"staff_temp"}}


def test_what_does_not_go_on_where_last_year_ended_asks_for_a_reason() -> None:
    line = Line(Status.SUBMITTED)
    filing = save(next_filing(line), line, carry_in="0", staff_posts="1").filing

    (found,) = [finding for finding in contents.evaluate(whole(filing)).findings if finding.code == "broken_off"]

    assert (found.place, found.message) == ("figure:carry_in", "“年初结转和结余”与上年签批的年末结转和结余不一致")
    assert found.blocks


def test_a_figure_is_confirmed_by_saying_so_or_by_typing_another() -> None:
    line = Line(Status.SUBMITTED)
    filing = carried(line)
    before = unconfirmed(filing)

    save(filing, line, staff_posts="41")
    confirm_figures(whole(filing).pk, by=line.preparer, version=3, codes=["carry_in", "staff_temp", "nothing"])

    assert unconfirmed(filing) == before - {"staff_posts", "carry_in"}
    event = filing.events.order_by("-number").first()
    assert event is not None
    assert json.loads(event.detail) == {"part": "figures", "version": 4, "changed": ["carry_in"], "how": "confirmed"}
    assert [entry.detail for entry in history_of(filing, office=True)] == [
        "基础数据表，确认沿用 1 处",
        "基础数据表，1 处",
        "基础数据表，沿用上年 9 处",
        "基础数据表，1 处",
    ]


def test_the_same_figure_saved_again_with_the_page_is_not_confirmed() -> None:
    line = Line(Status.SUBMITTED)
    filing = carried(line)
    before = unconfirmed(filing)

    save(filing, line, staff_posts="40", staff_actual="39")

    assert unconfirmed(filing) == before - {"staff_actual"}


def test_the_same_figure_typed_in_another_spelling_is_still_to_be_confirmed_and_says_so() -> None:
    line = Line(Status.SUBMITTED)
    assessment = whole(carried(line))
    assert continuing(line)["staff_posts"] == 40
    sent = {"names": "staff_posts", "staff_posts": "４０", "base.staff_posts": "40", "version": "2"}

    answer = signed_in(line.preparer).post(reverse("assessment:autosave_figures", args=[assessment.pk]), sent).json()

    assert "staff_posts" in unconfirmed(assessment.filing)
    # It was taken, and no piece of the page says otherwise than before: neither the mark beside it nor how many wait.
    assert answer["saved"] == ["staff_posts"]
    assert {"notes-staff_posts", "confirm-staff", "carry"}.isdisjoint(answer["pieces"])


def test_what_no_longer_fits_is_not_taken_over() -> None:
    line = Line(Status.SUBMITTED)
    filing = next_filing(line)
    Assessment.objects.filter(filing=filing).update(last_year={"staff_posts": "40.5", "carry_out": "20", "gone": "1"})

    carry_over(whole(filing).pk, by=line.preparer, version=0)

    assert {figure.code: figure.value for figure in whole(filing).figures.all()} == {"carry_in": Decimal(20)}


def test_nothing_is_carried_over_where_it_is_not_one_s_turn_or_the_page_is_stale() -> None:
    line = Line(Status.SUBMITTED)
    filing = next_filing(line)

    for by, version in ((line.head, 0), (line.preparer, 5)):
        refusal_of(lambda by=by, version=version: carry_over(whole(filing).pk, by=by, version=version))
        refusal_of(lambda by=by, version=version: confirm_figures(whole(filing).pk, by=by, version=version, codes=["carry_out"]))


def test_the_page_offers_marks_and_confirms() -> None:
    line = Line(Status.SUBMITTED)
    filing = next_filing(line)
    client = signed_in(line.preparer)
    page = client.get(reverse("assessment:figures", args=[whole(filing).pk]))
    assert read(page).texts(".carry button") == ["沿用上年的数"]

    page = send(client, page, changes={"staff_temp": "7"}, carry="1")
    assert read(page).texts(".carry") == ["9 项沿用上年的数待确认，确认或改为本年的数后才能提请签批。"]
    page = send(client, page, confirm="carry_in")
    assert read(page).select("#notes-carry_in .carried") == []
    group = next(button for button in read(page).select("h2 button") if "staff_posts" in button.attributes["value"])
    send(client, page, confirm=group.attributes["value"])

    assert unconfirmed(filing) == continuing(line).keys() - {"staff_temp", "carry_in"} - set(group.attributes["value"].split(","))


def test_typing_over_what_was_taken_over_takes_the_mark_away_at_once() -> None:
    line = Line(Status.SUBMITTED)
    assessment = whole(carried(line))
    sent = {"names": "staff_posts", "staff_posts": "41", "base.staff_posts": "40", "version": "2"}

    answer = signed_in(line.preparer).post(reverse("assessment:autosave_figures", args=[assessment.pk]), sent)

    assert answer.json()["saved"] == ["staff_posts"]
    assert "carried" not in answer.json()["pieces"]["notes-staff_posts"]
