"""Waivers: the lead lets one finding of one filing pass, before it is signed and until a day; both are signed with it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.domain.exchange import pack
from assessment.domain.inputs import Waived
from assessment.domain.workflow import Status
from assessment.models import Filing, Waiver
from assessment.services import contents, parts, review, signoff, waivers
from assessment.services.exchange import export, import_file
from assessment.services.verify import verify_record
from tests.browsing import messages, read, send, signed_in
from tests.factories import Line, make_user
from tests.tools import refusal_of, stored
from units.models import Role, User
from units.services import grant

pytestmark = pytest.mark.django_db

KEY = "assets_parts"
FOUND = "在用固定资产超过固定资产总额"
REASON = "借用资产未入账"
BLOCKED = ("还有 1 处须处理的核查意见，不能提请签批", {"figure:assets_used": FOUND})


def today() -> date:
    return timezone.localdate()


def blocked_line(status: Status = Status.DRAFT) -> Line:
    """An error stands that no reason of the unit settles: more assets in use than there are."""
    line = Line(status)
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures={"assets_used": Decimal(900)})
    return line


def waive(line: Line, by: User | None = None, **changes: Any) -> Waiver:
    given = {"key": KEY, "reason": REASON, "expires_on": today() + timedelta(days=30)} | changes
    return waivers.grant_waiver(line.assessment.pk, by=by or line.lead, **given)


def request(line: Line) -> Filing:
    return signoff.request_signoff(line.filing.pk, by=line.preparer, filled_on=date(2023, 4, 18))


def standing(line: Line, key: str = KEY) -> tuple[bool, Waived | None]:
    """Whether the finding blocks, and the waiver it carries."""
    (finding,) = [item for item in contents.evaluate(line.assessment).findings if item.key == key]
    return finding.blocks, finding.waived


def last_event(line: Line) -> tuple[str, str, Any]:
    event = line.filing.events.latest("number")
    return event.act, event.status, json.loads(event.detail)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Moves Django's clock on by days."""
    real = timezone.now

    def move(days: int) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: real() + timedelta(days=days))

    return move


def test_the_lead_lets_an_error_pass_and_the_unit_asks_for_sign_off() -> None:
    line = blocked_line()
    assert refusal_of(lambda: request(line)) == BLOCKED

    waiver = waive(line, reason=f" {REASON} ")

    assert (waiver.code, waiver.reason, waiver.granted_by, waiver.ended_at) == (KEY, REASON, line.lead, None)
    assert standing(line) == (False, Waived(REASON, waiver.expires_on, waiver.comparison))
    assert request(line).status == Status.AWAITING_SIGNOFF


def test_a_waiver_is_recorded_with_the_finding_it_is_for_and_moves_nothing() -> None:
    line = blocked_line()

    waive(line, expires_on=today())

    detail = {"waived": KEY, "message": FOUND, "reason": REASON, "expires_on": today().isoformat()}
    assert last_event(line) == ("waive", "draft", detail)
    assert list(verify_record()) == []


def test_a_waived_warning_needs_no_reason_of_the_unit() -> None:
    line = Line()
    parts.save_explanations(line.assessment.pk, by=line.preparer, version=1, texts={"full_marks": ""})
    assert standing(line, "full_marks") == (True, None)

    waive(line, key="full_marks")

    assert standing(line, "full_marks")[0] is False
    assert request(line).status == Status.AWAITING_SIGNOFF


def test_a_waiver_is_for_one_finding_of_one_filing() -> None:
    line, other = blocked_line(), blocked_line()
    parts.save_figures(line.assessment.pk, by=line.preparer, version=2, figures={"goals_met": Decimal(11)})

    waive(line)

    assert standing(other) == (True, None)
    assert refusal_of(lambda: request(line)) == (
        "还有 1 处须处理的核查意见，不能提请签批",
        {"figure:goals_met": "已达成绩效指标多于应达成"},
    )


def test_another_waiver_of_the_same_finding_takes_the_place_of_the_first() -> None:
    line = blocked_line()
    first = waive(line, expires_on=today())

    second = waive(line, reason="已报财政部门备案", expires_on=today() + timedelta(days=7))

    first.refresh_from_db()
    assert (first.ended_at is not None, second.ended_at) == (True, None)
    assert standing(line) == (False, Waived("已报财政部门备案", second.expires_on, second.comparison))


def test_a_waiver_lapses_with_other_figures_and_holds_again_with_those_it_was_given_for() -> None:
    line = blocked_line()
    waiver = waive(line)
    assert waiver.comparison == "在用固定资产 900.00万元，固定资产总额 800.00万元；相差 +100万元"

    parts.save_figures(line.assessment.pk, by=line.preparer, version=2, figures={"assets_used": Decimal("900.01")})
    assert standing(line) == (True, None)
    assert refusal_of(lambda: request(line)) == BLOCKED
    assert contents.content_of(line.filing).assessments[0].waivers == {}

    parts.save_figures(line.assessment.pk, by=line.preparer, version=3, figures={"assets_used": Decimal(900)})
    assert standing(line) == (False, Waived(REASON, waiver.expires_on, waiver.comparison))


def test_a_waiver_holds_to_the_end_of_its_day_and_the_finding_stands_again_on_the_next(later: Callable[[int], None]) -> None:
    line = blocked_line()
    waiver = waive(line, expires_on=today() + timedelta(days=1))

    later(1)
    assert standing(line) == (False, Waived(REASON, waiver.expires_on, waiver.comparison))
    later(2)
    assert standing(line) == (True, None)
    assert refusal_of(lambda: request(line)) == BLOCKED


def test_a_waiver_that_expires_before_the_signature_stops_it(later: Callable[[int], None]) -> None:
    line = blocked_line()
    waive(line, expires_on=today())
    request(line)
    seen = signoff.digest_now(line.filing)

    later(1)

    assert refusal_of(lambda: signoff.sign(line.filing.pk, by=line.head, digest_seen=seen)) == (
        "还有 1 处须处理的核查意见，不能签批报送",
        {"figure:assets_used": FOUND},
    )


def test_a_waiver_that_is_ended_no_longer_holds_and_that_is_recorded() -> None:
    line = blocked_line()
    waiver = waive(line)

    ended = waivers.end_waiver(waiver.pk, by=line.lead)

    assert ended.ended_at is not None
    assert standing(line) == (True, None)
    assert refusal_of(lambda: request(line)) == BLOCKED
    assert last_event(line) == ("waive", "draft", {"ended": KEY})
    assert refusal_of(lambda: waivers.end_waiver(waiver.pk, by=line.lead)) == ("这项豁免已经终止", {})


def test_its_reason_and_its_end_are_in_what_is_signed() -> None:
    line = blocked_line()
    waiver = waive(line)

    line.advance(Status.SUBMITTED)

    content = json.loads(line.filing.snapshots.get().content)["assessments"][0]
    assert content["waivers"] == {KEY: {"reason": REASON, "expires_on": waiver.expires_on.isoformat(), "comparison": waiver.comparison}}
    assert content["explanations"] == {"full_marks": "原因已说明"}
    assert content["figures"]["assets_used"] == "900"


def test_a_waiver_of_what_no_longer_stands_is_not_signed() -> None:
    line = blocked_line()
    waive(line)
    parts.save_figures(line.assessment.pk, by=line.preparer, version=2, figures={"assets_used": Decimal(780)})

    line.advance(Status.SUBMITTED)

    assert json.loads(line.filing.snapshots.get().content)["assessments"][0]["waivers"] == {}


def test_a_waiver_given_after_the_head_looked_is_signed_only_when_the_head_looks_again() -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    seen = signoff.digest_now(line.filing)

    waive(line, key="full_marks")

    assert refusal_of(lambda: signoff.sign(line.filing.pk, by=line.head, digest_seen=seen)) == (
        "材料在您查看之后有变动，请重新查看后签批",
        {},
    )
    line.sign()
    assert json.loads(line.filing.snapshots.get().content)["assessments"][0]["waivers"]["full_marks"]["reason"] == REASON


def test_what_was_signed_while_a_waiver_was_in_force_stays_signed_after_it_expires(later: Callable[[int], None]) -> None:
    line = blocked_line()
    waive(line, expires_on=today())
    line.advance(Status.UNDER_REVIEW)
    signed = line.filing.snapshots.get()

    later(400)

    assert list(verify_record()) == []
    assert standing(line)[0] is False
    assert export(line.filing).digest.value == signed.digest
    line.review()
    review.recommend(line.filing.pk, by=line.reviewer)
    line.approve()
    assert list(verify_record()) == []


def test_a_waiver_that_was_tampered_with_after_the_signature_is_named() -> None:
    line = blocked_line()
    waive(line)
    line.advance(Status.SUBMITTED)

    Waiver.objects.update(reason="另一个理由")

    assert list(verify_record()) == [f"filing {line.filing.pk}: its rows are not what was signed"]


def test_a_filing_that_comes_back_is_judged_by_the_day_again(later: Callable[[int], None]) -> None:
    line = blocked_line()
    waive(line, expires_on=today())
    line.advance(Status.RETURNED)
    line.answer()

    later(1)

    assert standing(line) == (True, None)
    assert refusal_of(lambda: request(line)) == BLOCKED
    waive(line, expires_on=today() + timedelta(days=1))
    assert request(line).status == Status.AWAITING_SIGNOFF


ROLES: list[tuple[str, Callable[[Line], User], str]] = [
    ("preparer", lambda line: line.preparer, "您不承担此项工作，不能豁免"),
    ("head", lambda line: line.head, "您不承担此项工作，不能豁免"),
    ("reviewer", lambda line: line.reviewer, "您不承担此项工作，不能豁免"),
    ("administrator", lambda line: make_user(Role.ADMINISTRATOR, line.department), "您不承担此项工作，不能豁免"),
    ("auditor", lambda line: make_user(Role.AUDITOR, line.department), "您不承担此项工作，不能豁免"),
    ("another department's lead", lambda line: Line().lead, "您不承担此项工作，不能豁免"),
]


@pytest.mark.parametrize(("who", "message"), [item[1:] for item in ROLES], ids=[item[0] for item in ROLES])
def test_nobody_but_the_lead_of_the_department_gives_or_ends_a_waiver(who: Callable[[Line], User], message: str) -> None:
    line = blocked_line()
    given, person = waive(line), who(line)

    assert refusal_of(lambda: waive(line, by=person)) == (message, {})
    assert refusal_of(lambda: waivers.end_waiver(given.pk, by=person)) == (message, {})


def test_a_lead_who_acted_for_the_unit_waives_nothing_for_it() -> None:
    line = blocked_line()
    line.preparer.memberships.all().delete()
    grant(line.preparer, line.department, Role.LEAD)

    assert refusal_of(lambda: waive(line, by=line.preparer)) == ("您曾代表单位办理这份材料，不能再承担财务部门的工作", {})


def test_a_lead_who_waived_may_still_approve() -> None:
    line = blocked_line()
    waive(line)

    line.advance(Status.APPROVED)

    assert line.filing.status == Status.APPROVED


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        (Status.SUBMITTED, "已报送”（财务部门受理）"),
        (Status.UNDER_REVIEW, "复核中”（复核人复核）"),
        (Status.REVIEWED, "待审定”（审定人审定）"),
        (Status.APPROVED, "已审定”（审定人公开）"),
    ],
)
def test_once_signed_nothing_is_waived_and_no_waiver_ends(status: Status, stage: str) -> None:
    line = blocked_line()
    given = waive(line)
    line.advance(status)

    refusal = (f"材料现在处于“{stage}，不能豁免", {})
    assert refusal_of(lambda: waive(line, key="full_marks")) == refusal
    assert refusal_of(lambda: waivers.end_waiver(given.pk, by=line.lead)) == refusal


@pytest.mark.parametrize(
    ("changes", "message", "places"),
    [
        ({"key": "goals_parts"}, "没有这一条核查意见，或它不能豁免", {"key": "请选择现有的核查意见"}),
        ({"key": "nonsense"}, "没有这一条核查意见，或它不能豁免", {"key": "请选择现有的核查意见"}),
        ({"key": ""}, "没有这一条核查意见，或它不能豁免", {"key": "请选择现有的核查意见"}),
        ({"expires_on": date(2023, 1, 1)}, "有效期不能早于今天", {"expires_on": "不能早于今天"}),
        ({"reason": "  "}, "请写明原因", {"reason": "请写明原因"}),
        ({"reason": "长" * 1001}, "原因超过 1000 字，请精简", {"reason": "超过 1000 字"}),
        ({"reason": "借用\u202e资产"}, "理由不合要求", {"reason": "有无法打印的字符：U+202E"}),
    ],
)
def test_what_cannot_be_a_waiver_is_refused_with_the_place_of_the_fault(
    changes: dict[str, Any], message: str, places: dict[str, str]
) -> None:
    line = blocked_line()

    assert refusal_of(lambda: waive(line, **changes)) == (message, places)


def test_what_is_missing_cannot_be_waived() -> None:
    line = blocked_line()
    parts.save_figures(line.assessment.pk, by=line.preparer, version=2, figures={"staff_temp": None})

    assert [item.key for item in contents.evaluate(line.assessment).findings if item.code == "missing_figure"] == [""]
    assert refusal_of(lambda: waive(line, key="missing_figure")) == (
        "没有这一条核查意见，或它不能豁免",
        {"key": "请选择现有的核查意见"},
    )


def test_a_file_brings_no_waiver_along() -> None:
    line, other = blocked_line(), blocked_line()
    waive(other)
    given, here = export(other.filing), export(line.filing)
    content = here.content.assessments[0].model_copy(update={"waivers": given.content.assessments[0].waivers})
    file = pack(here.content.model_copy(update={"assessments": (content,)}), list(here.schemes))

    assert refusal_of(lambda: import_file(file, by=line.preparer)) == (
        f"导入后的内容与文件不同，未导入：content.assessments.0.waivers.{KEY}",
        {},
    )


def test_a_file_with_the_waivers_that_stand_here_changes_nothing() -> None:
    line = blocked_line()
    waive(line)
    before = stored()

    import_file(export(line.filing), by=line.preparer)

    assert stored() == before


def address(line: Line, name: str = "change") -> str:
    return reverse(f"admin:assessment_filing_{name}", args=[line.filing.pk])


def press(line: Line, name: str = "waive", by: User | None = None, **changes: str) -> Any:
    """Send the form of the desk that waives, or that ends a waiver."""
    client = signed_in(by or line.lead)
    return send(client, client.get(address(line)), f"form[action={address(line, name)}]", changes)


def test_the_desk_offers_what_can_be_waived_and_tells_what_was() -> None:
    line = blocked_line()
    until = today() + timedelta(days=30)

    options = read(signed_in(line.lead).get(address(line))).select("#id_waiver_key option")
    page = press(line, key=KEY, reason="借用资产\r\n未入账", expires_on=until.isoformat())

    assert [(option.attributes["value"], option.text) for option in options] == [
        ("", "请选择"),
        (KEY, f"错误 {FOUND}"),
        ("full_marks", "需说明 得满分而写有存在问题：自评 100 分，“部门整体支出绩效管理存在问题”写有 1 段"),
    ]
    assert (page.redirect_chain, messages(page)) == ([(address(line), 302)], ["已豁免"])
    assert Waiver.objects.get().reason == "借用资产\n未入账"
    told = f"{until.year}年{until.month}月{until.day}日"
    waived = next(item for item in read(page).select(".findings .finding--error") if FOUND in item.text)
    assert waived.texts(".reply") == [f"已豁免，有效期至 {told}：借用资产 未入账"]
    assert [option.attributes["value"] for option in read(page).select("#id_waiver_key option")] == ["", "full_marks"]
    assert read(page).texts("form.waiver p")[0].endswith(f"批准 · 有效期至 {told}")
    assert read(page).texts(".history strong")[0] == "豁免"
    assert read(page).texts(".history .quiet")[0] == f"“{FOUND}”，有效期至 {until.isoformat()}；借用资产 未入账"


def test_the_unit_reads_that_a_finding_was_waived_and_why() -> None:
    line = blocked_line()
    waive(line, expires_on=date(2099, 12, 31))

    page = read(signed_in(line.preparer).get(reverse("assessment:findings", args=[line.assessment.pk])))

    waived = next(item for item in page.select("li.finding--error") if FOUND in item.text)
    assert waived.texts(".waived") == [f"财务部门已豁免，有效期至 2099年12月31日：{REASON}"]
    filing = read(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk])))
    assert filing.one(".next h2").text == "可以提请签批了"


def test_a_waived_warning_asks_the_unit_for_no_reason() -> None:
    line = Line()
    findings = reverse("assessment:findings", args=[line.assessment.pk])
    assert len(read(signed_in(line.preparer).get(findings)).select("#id_full_marks")) == 1

    waive(line, key="full_marks")

    assert read(signed_in(line.preparer).get(findings)).select("#id_full_marks") == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"key": ""}, "key", "请选择核查意见"),
        ({"key": "goals_parts"}, "key", "这一条已不存在，请重新选择"),
        ({"reason": " "}, "reason", "请写明理由"),
        ({"reason": "长" * 1001}, "reason", "超过 1000 字，请精简（现有 1001 字）"),
        ({"reason": "借用\u202e资产"}, "reason", "有无法打印的字符：U+202E"),
        ({"expires_on": ""}, "expires_on", "请填写有效期"),
        ({"expires_on": "2023-02-30"}, "expires_on", "请填写日期，如 2023-12-31"),
        ({"expires_on": "2023-01-01"}, "expires_on", "不能早于今天"),
    ],
)
def test_bad_input_is_named_at_its_field_and_what_was_typed_stays(changes: dict[str, str], field: str, message: str) -> None:
    line = blocked_line()
    given = {"key": KEY, "reason": REASON, "expires_on": "2099-12-31"} | changes

    page = press(line, **given)

    assert page.status_code == 422
    errors = {name: read(page).texts(f"#id_waiver_{name}_error .field-error") for name in ("key", "reason", "expires_on")}
    assert {name: texts for name, texts in errors.items() if texts} == {field: [message]}
    assert read(page).one("#id_waiver_reason").raw.strip() == given["reason"].strip()
    assert read(page).one("#id_waiver_expires_on").attributes.get("value", "") == given["expires_on"]
    assert Waiver.objects.count() == 0


def test_a_waiver_is_ended_at_the_desk_once() -> None:
    line = blocked_line()
    waive(line)
    client = signed_in(line.lead)
    opened = client.get(address(line))

    first = send(client, opened, f"form[action={address(line, 'end_waiver')}]")
    second = send(client, opened, f"form[action={address(line, 'end_waiver')}]")

    assert (messages(first), messages(second)) == (["豁免已终止"], ["这项豁免已经终止"])
    assert (standing(line), read(first).select("form.waiver")) == ((True, None), [])
    assert read(first).texts(".history .quiet")[0] == "终止豁免"


@pytest.mark.parametrize("role", ["reviewer", "auditor"])
def test_others_of_the_office_read_a_waiver_and_have_no_form_for_one(role: str) -> None:
    line = blocked_line()
    waive(line)
    person = make_user(Role(role), line.department)

    page = signed_in(person).get(address(line))
    answers = [signed_in(person).post(address(line, name), {}, follow=True) for name in ("waive", "end_waiver")]

    assert read(page).select("form.waiver button") == []
    assert read(page).select(f"form[action={address(line, 'waive')}]") == []
    assert (messages(answers[0]), answers[1].status_code) == (["您不承担此项工作，不能豁免"], 404)
    assert Waiver.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize("name", ["waive", "end_waiver"])
def test_another_department_s_lead_finds_nothing(name: str) -> None:
    line, other = blocked_line(), blocked_line()
    given = waive(line)
    sent = {"assessment": line.assessment.pk, "waiver": given.pk, "key": KEY, "reason": REASON, "expires_on": "2099-12-31"}

    assert signed_in(other.lead).post(address(line, name), sent).status_code == 404
    assert signed_in(other.lead).post(address(other, name), sent).status_code == 404
    assert Waiver.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(("name", "field"), [("waive", "assessment"), ("end_waiver", "waiver")])
@pytest.mark.parametrize("number", ["", "abc", "²", "0", "9" * 30])
def test_a_number_that_is_none_names_nothing(name: str, field: str, number: str) -> None:
    line = blocked_line()

    assert signed_in(line.lead).post(address(line, name), {field: number}).status_code == 404


def test_a_waiver_out_of_turn_is_refused_in_words() -> None:
    line = blocked_line()
    waive(line)
    client = signed_in(line.lead)
    opened = client.get(address(line))
    line.advance(Status.SUBMITTED)

    answers = [send(client, opened, f"form[action={address(line, name)}]") for name in ("waive", "end_waiver")]

    refusal = "材料现在处于“已报送”（财务部门受理），不能豁免"
    assert [messages(answer) for answer in answers] == [[refusal], [refusal]]


def test_typed_markup_is_shown_as_it_was_typed_and_is_never_markup() -> None:
    line, markup = blocked_line(), '<b>借用</b> & "<script>alert(1)</script>'

    pages = [press(line, key=KEY, reason=markup, expires_on="2099-12-31")]
    pages.append(signed_in(line.preparer).get(reverse("assessment:findings", args=[line.assessment.pk])))
    pages.append(signed_in(line.head).get(reverse("assessment:paper", args=[line.filing.pk])))

    assert [page for page in pages if b"<script>alert" in page.content or b"<b>" in page.content] == []
    assert read(pages[0]).texts("form.waiver p")[0].count(markup) == 1
