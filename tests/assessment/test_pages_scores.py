"""The score table's page and the findings' page: points beside what was computed, and a reason where they differ."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assessment.domain.workflow import Status
from assessment.models import Filing
from assessment.services import parts
from tests.browsing import beside, messages, read, send, signed_in
from tests.factories import Line, example_scheme, fill, good_figures, make_user
from units.models import Role, User

pytestmark = pytest.mark.django_db

STALE = "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"
ALL_OF_QUALITY = ["truthful", "complete", "evidenced", "related"]


def address(line: Line, name: str = "scores") -> str:
    return reverse(f"assessment:{name}", args=[line.assessment.pk])


def save(line: Line, by: User | None = None, name: str = "scores", **changes: Any) -> Any:
    client = signed_in(by or line.preparer)
    return send(client, client.get(address(line, name)), changes=changes)


def row(line: Line, code: str) -> tuple[list[str], Decimal | None, str]:
    score = line.assessment.scores.get(code=code)
    return score.choices, score.self_points, score.self_reason


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("6.01", "应在 0 至 6 分之间"),
        ("-1", "应在 0 至 6 分之间"),
        ("5.125", "最多 2 位小数"),
        ("五", "“五”不是数字，请只填数字，不带单位"),
        ("5,5", "“5,5”中的逗号不是千分位，请核对是否应为小数点"),
    ],
)
def test_points_that_cannot_stand_are_named_at_their_row_and_nothing_is_stored(typed: str, message: str) -> None:
    line = Line()

    changes = {"spending-points": typed, "quality-choices": ["complete"], "quality-points": "1", "quality-reason": "只有一项\r\n其余在补"}
    page = save(line, **changes)

    shown = read(page)
    assert (page.status_code, beside(page, "tr[id]", ".field-error")) == (422, {"spending": [message]})
    assert shown.one("#errors").text == f"有 1 处需要修改，尚未保存：支出完成率 自评得分：{message}"
    assert shown.one("#id_spending-points").attributes["value"] == typed
    ticked = [box.attributes["value"] for box in shown.select("#id_quality-choices input[checked]")]
    assert (ticked, shown.one("#id_quality-points").attributes["value"]) == (["complete"], "1")
    assert shown.one("#id_quality-reason").raw.splitlines()[1:] == ["只有一项", "其余在补"]
    assert (row(line, "spending"), row(line, "quality")) == (([], Decimal(6), ""), (sorted(ALL_OF_QUALITY), Decimal(4), ""))


@pytest.mark.parametrize(
    ("code", "typed", "message"),
    [
        ("quality", ["complete", "invented"], "选择一个有效的选项。 invented 不在可用的选项中。"),
        ("social_effect", "excellent", "选择一个有效的选项。 excellent 不在可用的选项中。"),
    ],
)
def test_a_choice_that_the_scheme_does_not_know_is_named_at_its_row(code: str, typed: Any, message: str) -> None:
    line = Line()
    before = row(line, code)

    page = save(line, **{f"{code}-choices": typed})

    assert (page.status_code, read(page).texts(f"tr#{code} .choices .field-error"), row(line, code)) == (422, [message], before)
    assert [link.attributes["href"] for link in read(page).select("#errors a")] == [f"#id_{code}-choices"]
    assert len(read(page).select(f"#id_{code}-choices")) == 1


def test_points_are_read_full_width_and_a_reason_keeps_its_lines() -> None:
    line = Line()

    page = save(line, **{"spending-points": "５．５", "spending-reason": " 支付偏慢：\r\n一是……\r\n\r\n二是…… "})

    assert messages(page) == ["已保存"]
    assert row(line, "spending") == ([], Decimal("5.5"), "支付偏慢：\n一是……\n\n二是……")
    assert read(page).one("#id_spending-reason").raw == "\n支付偏慢：\n一是……\n\n二是……"
    assert messages(save(line)) == ["已保存，没有新的改动"]


def test_a_reason_is_as_long_as_it_is_stored_not_as_the_browser_sends_it() -> None:
    line = Line()
    reason = "\n".join(["长" * 99] * 10)

    assert messages(save(line, **{"spending-points": "5", "spending-reason": reason.replace("\n", "\r\n") + "长"})) == ["已保存"]
    page = save(line, **{"spending-points": "5", "spending-reason": reason + "长" * 2})

    assert len(row(line, "spending")[2]) == 1000
    assert read(page).texts("tr#spending .field-error") == ["超过 1000 字，请精简（现有 1001 字）"]


def test_points_that_differ_from_the_computed_ones_without_a_reason_are_a_finding_at_their_row() -> None:
    line = Line()

    page = save(line, **{"spending-points": "5"})

    message = "“支出完成率”自评 5 分，系统测算 6 分自评得分 5分，系统测算 6分"
    assert read(page).one("tr#spending .finding--error").text == f"错误 {message}请改为测算得分，或写明理由"
    assert read(page).one("tr#spending .computed strong").text == "6.00"
    assert read(page).one(".total-line").text == "自评合计99.00分优"
    save(line, **{"spending-reason": "支付偏慢"})
    assert read(signed_in(line.preparer).get(address(line))).select("tr#spending .finding--error") == []


def test_adopting_fills_only_what_was_left_blank() -> None:
    line = Line(filled=False)
    fill(line.assessment, by=line.preparer, figures=good_figures() | {"final_general": Decimal(855), "project_final": Decimal(265)})

    changes = {"spending-points": "", "carryover-points": "1.5", "quality-points": "", "quality-choices": ["truthful", "complete"]}
    page = save(line, **changes, **{"social_effect-points": "", "adopt": "1"})

    assert messages(page) == ["已保存"]
    assert row(line, "spending") == ([], Decimal("5.4"), "")
    assert row(line, "carryover") == ([], Decimal("1.5"), "")
    assert row(line, "quality") == (["complete", "truthful"], Decimal(2), "")
    assert row(line, "social_effect") == (["achieved"], None, "")


def test_adopting_leaves_a_row_blank_whose_figures_are_missing() -> None:
    line = Line(filled=False)

    save(line, adopt="1", **{"quality-choices": ALL_OF_QUALITY})

    assert row(line, "quality")[1] == Decimal(4)
    assert list(line.assessment.scores.filter(code="spending")) == []


def test_what_does_not_apply_and_what_is_missing_are_told_apart() -> None:
    line = Line()
    line.assessment.figures.filter(code="violations").delete()

    page = read(signed_in(line.preparer).get(address(line)))

    absent, missing = page.one("tr#procurement_done .computed"), page.one("tr#compliance .computed")
    explain = "当年没有政府采购计划，执行率不适用，得满分"
    assert (absent.texts(".na"), absent.one("strong").text, absent.select("p")[0].text) == (["不适用"], "2.00", explain)
    assert (missing.texts(".na"), missing.one("strong").text, missing.select("p")[0].text) == ([], "—", "“财务违规问题”未填写")
    assert absent.texts("details dl div") == ["政府采购实际数0.00万元", "政府采购预算数0.00万元"]
    assert absent.texts("details li") == [
        "政府采购执行率 = 政府采购实际数 ÷ 政府采购预算数 = 0.00万元 ÷ 0.00万元 = 分母为 0，不适用",
        "政府采购预算数 = 0：0.00万元 = 0",
        explain,
    ]
    assert absent.texts("details p") == ["测算得 2 分"]
    assert (missing.texts("details dl div"), missing.texts("details li")) == (["财务违规问题未填"], ["“财务违规问题”未填写"])
    assert missing.texts("details p") == ["还不能测算", "如何得满分：财务违规问题为 0 得满分"]


def test_each_computed_score_shows_its_figures_its_steps_and_what_would_give_full_marks() -> None:
    line = Line(filled=False)
    fill(line.assessment, by=line.preparer, figures=good_figures() | {"final_general": Decimal(855), "project_final": Decimal(265)})

    told = read(signed_in(line.preparer).get(address(line))).one("tr#spending details")

    final, adjusted = "855.00万元 + 0.00万元 + 0.00万元", "1,000.00万元 + 0.00万元 + 0.00万元"
    assert told.texts("dl div") == [
        "一般公共预算支出决算数855.00万元",
        "政府性基金支出决算数0.00万元",
        "国有资本经营支出决算数0.00万元",
        "一般公共预算调整预算数1,000.00万元",
        "政府性基金调整预算数0.00万元",
        "国有资本经营调整预算数0.00万元",
        "年初结转和结余0.00万元",
    ]
    assert told.texts("li") == [
        f"支出决算合计 = 一般公共预算支出决算数 + 政府性基金支出决算数 + 国有资本经营支出决算数 = {final} = 855.00万元",
        f"调整预算合计 = 一般公共预算调整预算数 + 政府性基金调整预算数 + 国有资本经营调整预算数 = {adjusted} = 1,000.00万元",
        "支出完成率 = 支出决算合计 ÷（调整预算合计 + 年初结转和结余）= 855.00万元 ÷（1,000.00万元 + 0.00万元）= 85.50%",
        "85.50%，未达 95%，按比例得分：6 × 85.50% ÷ 95%",
    ]
    assert told.texts("p") == ["测算得 5.4 分", "如何得满分：支出完成率达到 95% 得满分"]


def test_a_stale_save_of_points_shows_both_and_the_next_one_from_that_page_wins() -> None:
    line = Line()
    save(line, **{"budget_reasonable-reason": "见附件\r\n第二页", "budget_reasonable-points": "4"})
    client = signed_in(line.preparer)
    opened = client.get(address(line))
    colleague = make_user(Role.PREPARER, line.unit)
    other = {"spending-points": "5", "spending-reason": "支付偏慢", "quality-choices": ["complete"], "social_effect-choices": "partly"}
    save(line, by=colleague, **other)

    stale = send(client, opened, changes={"spending-points": "5.50", "quality-points": ""})

    assert (stale.status_code, messages(stale)) == (409, [STALE])
    assert beside(stale, "tr[id]", ".standing") == {
        "spending": ["现存 支出完成率 自评得分：5", "现存 支出完成率 说明：支付偏慢"],
        "quality": ["现存 自评材料质量 符合的事项：内容齐全（1 分）", "现存 自评材料质量 自评得分：4"],
        "social_effect": ["现存 社会经济环境效益 评判档次：部分达成"],
    }
    assert read(stale).texts("main .alert-warning strong") == ["有 5 处与他人刚保存的不同。"]
    assert messages(send(client, stale)) == ["已保存"]
    assert (row(line, "spending"), row(line, "quality")) == (([], Decimal("5.5"), ""), (sorted(ALL_OF_QUALITY), None, ""))
    assert row(line, "budget_reasonable")[2] == "见附件\n第二页"


def test_answers_typed_too_late_are_not_stored_and_stay_to_be_read() -> None:
    line = Line()
    client = signed_in(line.preparer)
    opened = client.get(address(line))
    line.advance(Status.AWAITING_SIGNOFF)

    page = read(send(client, opened, changes={"quality-choices": ["complete"], "quality-points": "1", "quality-reason": "只有一项"}))

    ticked = [box.attributes["value"] for box in page.select("#id_quality-choices input[checked]")]
    assert (ticked, page.select("fieldset[disabled]"), page.select("main .save-bar")) == (["complete"], [], [])
    assert (page.one("#id_quality-points").attributes["value"], page.one("#id_quality-reason").text) == ("1", "只有一项")
    assert row(line, "quality") == (sorted(ALL_OF_QUALITY), Decimal(4), "")


WRITTEN = {"full_marks": "原因已说明"}


@pytest.fixture
def warned() -> Line:
    """A filing with two warnings that stand, and one that is answered: more people than posts, money idle; full marks."""
    line = Line()
    figures = good_figures() | {"staff_actual": Decimal(42), "idle_before": Decimal(1), "idle_after": Decimal(2)}
    parts.save_figures(line.assessment.pk, by=line.preparer, version=1, figures=figures)
    return line


def explanations(line: Line) -> dict[str, str]:
    return {item.code: item.text for item in line.assessment.explanations.all()}


def test_a_warning_is_answered_in_writing_and_keeps_its_lines(warned: Line) -> None:
    page = save(warned, name="findings", staff_over="军转安置\r\n已报编办", idle_grew="")

    assert (messages(page), explanations(warned)) == (["已保存"], WRITTEN | {"staff_over": "军转安置\n已报编办"})
    listed = [item.select("a")[0].text for item in read(page).select("li.finding--warning")]
    assert listed == [
        "年末实有在职人数超过编制数",
        "存量资金比上年末增加",
        "得满分而写有存在问题：自评 100 分，“部门整体支出绩效管理存在问题”写有 1 段",
    ]
    assert messages(save(warned, name="findings")) == ["已保存，没有新的改动"]


def test_reasons_typed_too_late_are_not_stored_and_stay_to_be_read(warned: Line) -> None:
    client = signed_in(warned.preparer)
    opened = client.get(address(warned, "findings"))
    Filing.objects.update(status=Status.SUBMITTED)

    page = read(send(client, opened, changes={"staff_over": "军转安置"}))

    assert (page.one("#id_staff_over").text, page.select("main .save-bar"), explanations(warned)) == ("军转安置", [], WRITTEN)


def test_a_reason_that_is_too_long_is_named_at_its_warning(warned: Line) -> None:
    page = save(warned, name="findings", staff_over="长" * 1001, idle_grew="年末集中到账")

    assert page.status_code == 422
    assert [item.texts(".field-error") for item in read(page).select("li.finding--warning")] == [
        ["超过 1000 字，请精简（现有 1001 字）"],
        [],
        [],
    ]
    assert read(page).one("#id_idle_grew").text == "年末集中到账"
    assert (len(read(page).one("#id_staff_over").text), explanations(warned)) == (1001, WRITTEN)


def test_a_stale_save_of_reasons_shows_both_and_the_next_one_from_that_page_wins(warned: Line) -> None:
    client = signed_in(warned.preparer)
    opened = client.get(address(warned, "findings"))
    save(warned, by=make_user(Role.PREPARER, warned.unit), name="findings", staff_over="军转安置", idle_grew="年末集中\r\n到账")

    stale = send(client, opened, changes={"staff_over": "政策性安置", "idle_grew": "年末集中\r\n到账"})

    assert (stale.status_code, messages(stale)) == (409, [STALE])
    assert [item.texts(".standing") for item in read(stale).select("li.finding--warning")] == [["现存：军转安置"], [], []]
    assert messages(send(client, stale)) == ["已保存"]
    assert explanations(warned) == WRITTEN | {"staff_over": "政策性安置", "idle_grew": "年末集中\n到账"}


def test_findings_come_by_weight_and_each_leads_to_its_place(warned: Line) -> None:
    page = read(signed_in(warned.preparer).get(address(warned, "findings")))

    found = [(item.attributes["class"].split("--")[1], item.select("a")[0].attributes["href"]) for item in page.select("li.finding")]
    assert found[:6] == [
        ("error", f"{address(warned)}#idle_funds"),
        ("error", f"{address(warned)}#staff_control"),
        ("warning", f"{address(warned, 'figures')}#staff_actual"),
        ("warning", f"{address(warned, 'figures')}#idle_after"),
        ("warning", f"{address(warned, 'narrative')}#result_problems"),
        ("note", f"{address(warned)}#budget_reasonable"),
    ]
    assert {severity for severity, _ in found[5:]} == {"note"}


def test_each_side_of_a_finding_leads_to_where_it_stands(warned: Line) -> None:
    page = read(signed_in(warned.preparer).get(address(warned, "findings")))

    idle = page.select("li.finding--warning")[1]
    assert [link.text for link in idle.select("a")] == ["存量资金比上年末增加", "上年末存量资金"]
    assert [link.attributes["href"] for link in idle.select("a")] == [
        f"{address(warned, 'figures')}#idle_after",
        f"{address(warned, 'figures')}#idle_before",
    ]
    assert idle.texts(".sides") == ["本年末存量资金 2.00万元，上年末存量资金 1.00万元；相差 +1万元"]


def test_what_is_not_filled_yet_is_counted_part_by_part() -> None:
    line = Line(filled=False)

    page = read(signed_in(line.preparer).get(address(line, "findings")))

    scheme = example_scheme()
    texts = sum(section.text for section in scheme.sections)
    assert [(item.text, item.one("a").attributes["href"]) for item in page.select(".gaps li")] == [
        (f"基础数据表还有 {len(scheme.inputs)} 项数据未填", address(line, "figures")),
        (f"指标评分表还有 {len(scheme.scored)} 项得分未填", address(line)),
        (f"自评报告还有 {texts} 节文字未填", address(line, "narrative")),
    ]
