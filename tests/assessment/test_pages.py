"""The data table's page: what a clerk types is read or refused at its place, and nothing typed is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Part
from tests.browsing import beside, messages, read, send, signed_in
from tests.factories import Line, example_scheme, make_user
from units.models import Role, User

pytestmark = pytest.mark.django_db

STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"


def address(line: Line) -> str:
    return reverse("assessment:figures", args=[line.assessment.pk])


def save(line: Line, by: User | None = None, **changes: str) -> Any:
    """Open the page, type ``changes`` and press save."""
    client = signed_in(by or line.preparer)
    return send(client, client.get(address(line)), "main form[novalidate]", changes=changes)


def stored(line: Line) -> dict[str, Decimal]:
    return {figure.code: figure.value for figure in line.assessment.figures.all()}


def value_in(response: Any, code: str) -> str:
    return read(response).one(f"#id_{code}").attributes.get("value", "")


@pytest.mark.parametrize(
    ("code", "typed", "value", "shown"),
    [
        ("opening_general", "５８，２３５.５４", "58235.54", "58235.54"),
        ("opening_general", "58,235.54", "58235.54", "58235.54"),
        ("opening_general", " 1,234,567.80 ", "1234567.8", "1234567.8"),
        ("opening_general", "58 235", "58235", "58235"),
        ("opening_general", "0.00", "0", "0"),
        ("staff_posts", "4０", "40", "40"),
        ("satisfaction", "95.5%", "95.5", "95.5"),
        ("satisfaction", "９５.５ ％", "95.5", "95.5"),
    ],
)
def test_figures_are_read_as_clerks_type_them(code: str, typed: str, value: str, shown: str) -> None:
    line = Line(filled=False)

    page = save(line, **{code: typed})

    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已保存"])
    assert stored(line) == {code: Decimal(value)}
    assert value_in(page, code) == shown


@pytest.mark.parametrize(
    ("code", "typed", "message"),
    [
        ("opening_general", "伍万", "“伍万”不是数字，请只填数字，不带单位"),
        ("opening_general", "12%", "“12%”不是数字，请只填数字，不带单位"),
        ("opening_general", "58,23", "“58,23”中的逗号不是千分位，请核对是否应为小数点"),
        ("opening_general", "1.2.3", "“1.2.3”不是数字，请检查小数点和正负号"),
        ("opening_general", "－１", "不能为负数"),
        ("opening_general", "100000000", "数值过大，请核对单位是否为“万元”（上限 99,999,999.99）"),
        ("opening_general", "9" * 4000, "数值过大，请核对单位是否为“万元”（上限 99,999,999.99）"),
        ("opening_general", "1.234", "最多 2 位小数"),
        ("staff_posts", "40.5", "只能填整数"),
        ("satisfaction", "101", "数值过大，请核对单位是否为“%”（上限 100）"),
    ],
)
def test_one_bad_figure_of_many_is_named_at_its_place_and_nothing_is_stored(code: str, typed: str, message: str) -> None:
    line = Line()
    before = stored(line)

    page = save(line, final_general="９７０", recovered="", **{code: typed})

    assert (page.status_code, page.redirect_chain, stored(line)) == (422, [], before)
    assert beside(page, "tr[id]", ".field-error") == {code: [message]}
    assert (value_in(page, code), value_in(page, "final_general"), value_in(page, "recovered")) == (typed, "９７０", "")
    label = example_scheme().fields[code].label
    assert read(page).one("#errors").text == f"有 1 处需要修改，尚未保存：{label}：{message}"
    assert [link.attributes["href"] for link in read(page).select("#errors a")] == [f"#id_{code}"]
    assert line.part(Part.Kind.FIGURES).version == 1


def test_a_corrected_page_is_saved_with_everything_else_that_was_typed() -> None:
    line = Line(filled=False)
    client = signed_in(line.preparer)
    refused = send(client, client.get(address(line)), changes={"staff_posts": "四十", "staff_actual": "３８"})

    send(client, refused, changes={"staff_posts": "40"})

    assert stored(line) == {"staff_posts": Decimal(40), "staff_actual": Decimal(38)}


def test_a_figure_left_empty_has_no_value_and_what_follows_from_it_is_shown_as_missing() -> None:
    line = Line()

    page = save(line, staff_posts="", staff_retired="0")

    assert (stored(line).get("staff_posts"), stored(line)["staff_retired"]) == (None, Decimal(0))
    assert (value_in(page, "staff_posts"), value_in(page, "staff_retired")) == ("", "0")
    rate = read(page).one("tr#staff_rate")
    assert (rate.one("output").text, rate.one(".notes").text) == ("—", "“编制数”未填写")


def test_a_rate_over_nothing_is_not_applicable_and_says_why() -> None:
    line = Line()

    page = save(line, idle_before="0", idle_after="0")

    row = read(page).one("tr#idle_change")
    note = (
        "提示 变动率没有值：“存量资金变动率”分母为 0，不适用本年末存量资金 0.00万元，上年末存量资金 0.00万元"
        "上年（年初）数为 0 时变动率不适用，报告中请写“不适用”，不要写 0% 或 -100%"
    )
    assert (row.one("output").text, row.one(".notes").text, row.texts(".notes .finding")) == (
        "不适用",
        f"分母为 0，不适用 {note}",
        [note],
    )


def test_sums_and_rates_follow_what_was_saved() -> None:
    line = Line(filled=False)

    page = save(line, opening_general="58235.54", opening_fund="560.97", opening_capital="0", staff_posts="40", staff_actual="38")

    shown = {code: read(page).one(f"tr#{code} output").text for code in ("opening_total", "staff_rate", "adjust_rate")}
    assert shown == {"opening_total": "58,796.51", "staff_rate": "95.00", "adjust_rate": "—"}


def test_saving_what_stands_already_says_so_and_is_not_recorded() -> None:
    line = Line()
    events = line.filing.events.count()

    page = save(line, opening_general="１,０００.00")

    assert (messages(page), line.part(Part.Kind.FIGURES).version, line.filing.events.count()) == (["已保存，没有新的改动"], 1, events)


def test_a_figure_that_breaks_a_relation_is_stored_and_told_beside_it() -> None:
    line = Line()

    page = save(line, assets_used="900")

    finding = read(page).one("tr#assets_used .finding--error")
    assert finding.text == "错误 在用固定资产超过固定资产总额在用固定资产 900.00万元，固定资产总额 800.00万元；相差 +100万元核对两个数"
    assert stored(line)["assets_used"] == Decimal(900)


def test_a_stale_save_shows_both_and_the_next_one_from_that_page_wins() -> None:
    line = Line()
    colleague = make_user(Role.PREPARER, line.unit)
    client = signed_in(line.preparer)
    opened = client.get(address(line))
    save(line, by=colleague, final_general="970", carry_out="30", recovered="")

    stale = send(client, opened, changes={"final_general": "960", "office_final": "80"})

    assert (stale.status_code, messages(stale)) == (409, [STALE])
    assert read(stale).texts("main .alert-warning strong") == ["有 4 处与他人刚保存的不同。"]
    assert beside(stale, "tr[id]", ".standing") == {
        "final_general": ["现存：970"],
        "carry_out": ["现存：30"],
        "recovered": ["现存：（空）"],
        "office_final": ["现存：90"],
    }
    assert (value_in(stale, "final_general"), value_in(stale, "carry_out"), value_in(stale, "office_final")) == ("960", "20", "80")
    assert stored(line)["final_general"] == Decimal(970)
    assert messages(send(client, stale, changes={"recovered": ""})) == ["已保存"]
    assert [stored(line).get(code) for code in ("final_general", "carry_out", "recovered", "office_final")] == [960, 20, None, 80]


def test_a_page_refused_for_a_bad_figure_is_still_told_that_a_colleague_saved_in_between() -> None:
    line = Line()
    client = signed_in(line.preparer)
    opened = client.get(address(line))
    save(line, by=make_user(Role.PREPARER, line.unit), final_general="970")

    refused = send(client, opened, changes={"staff_posts": "四十"})
    corrected = send(client, refused, changes={"staff_posts": "41"})

    assert (refused.status_code, corrected.status_code) == (422, 409)
    assert read(corrected).texts("tr#final_general .standing") == ["现存：970"]
    assert stored(line)["final_general"] == Decimal(970)


def test_a_save_that_does_not_say_what_it_was_typed_over_is_shown_beside_what_stands() -> None:
    line = Line()
    versions = ["", "²", "-1", "x", "9" * 5000, "1.0"]

    pages = [save(line, version=version, staff_posts="41") for version in versions]

    shown = [(page.status_code, messages(page), beside(page, "tr[id]", ".standing"), value_in(page, "staff_posts")) for page in pages]
    assert shown == [(409, [STALE], {"staff_posts": ["现存：40"]}, "41")] * len(versions)
    assert stored(line)["staff_posts"] == Decimal(40)


def test_who_does_not_fill_reads_the_table_without_inputs() -> None:
    line = Line()

    page = signed_in(line.head).get(address(line))

    assert read(page).select("main input[type=text]") == []
    assert read(page).one("tr#opening_general output").text == "1,000.00"
    assert read(page).one(".alert-secondary").text == "您不承担此项工作，不能填报。以下内容仅供查阅。"


def test_a_part_that_was_not_returned_says_so_and_refuses_a_save() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.return_figures()
    client = signed_in(line.preparer)
    scores = reverse("assessment:scores", args=[line.assessment.pk])

    page = client.get(scores)
    answer = client.post(scores, {"version": "1", "spending-points": "5"})

    assert read(page).one(".alert-secondary").text == "这一部分没有被退回，不能修改。以下内容仅供查阅。"
    assert (answer.status_code, messages(answer)) == (422, ["“指标评分表”没有被退回，不能修改；只有被退回的部分可以修改"])
    assert (read(page).select("main .save-bar"), read(answer).select("main .save-bar")) == ([], [])
    assert line.assessment.scores.get(code="spending").self_points == Decimal(6)


def test_what_was_typed_while_a_colleague_asked_for_sign_off_is_not_stored_and_stays_to_be_read() -> None:
    line = Line()
    client = signed_in(line.preparer)
    opened = client.get(address(line))
    line.advance(Status.AWAITING_SIGNOFF)

    page = send(client, opened, changes={"staff_posts": "41"})

    refusal = "材料现在处于“待签批”（单位负责人签批），不能填报"
    assert (page.status_code, messages(page), stored(line)["staff_posts"]) == (422, [refusal], Decimal(40))
    assert read(page).one(".alert-secondary").text == f"{refusal}。您刚才填写的内容没有写入，仍保留在下面，可以复制留存。"
    assert (value_in(page, "staff_posts"), read(page).select("main .save-bar")) == ("41", [])


def test_the_returned_part_shows_why_and_is_saved() -> None:
    line = Line(Status.UNDER_REVIEW)
    line.return_figures()

    page = signed_in(line.preparer).get(address(line))

    assert read(page).one(".thread").text.startswith("基础数据表")
    assert "决算数有误" in read(page).one(".thread .said").text
    assert messages(save(line, survey_size="200")) == ["已保存"]


@pytest.mark.parametrize("name", ["figures", "scores", "narrative", "findings", "evidence"])
def test_labels_and_descriptions_name_elements_of_their_page_and_no_name_stands_twice(name: str) -> None:
    line = Line()
    page = read(signed_in(line.preparer).get(reverse(f"assessment:{name}", args=[line.assessment.pk])))

    names = [element.attributes["id"] for element in page.walk() if "id" in element.attributes]
    pointing = [element.attributes.get(way, "") for element in page.walk() for way in ("for", "aria-labelledby", "aria-describedby")]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert sorted({name for value in pointing for name in value.split()} - set(names)) == []
