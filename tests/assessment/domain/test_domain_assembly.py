"""From what a unit filled to the content that is signed, and back to the same evaluation."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from assessment.domain import exchange
from assessment.domain.assembly import answers_of, assemble, inputs_of
from assessment.domain.checks import evaluate_assessment
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Answer, Inputs, Project, Waived
from assessment.domain.own_rows import OwnRow
from tests.factories_domain import PROPORTIONAL, TINY, own_group, tiny_content, tiny_inputs, tiny_scheme

UNTIL = date(2023, 12, 31)
COMPARED = "决算数 95.10万元"
PROOF = exchange.EvidenceContent(
    name="决算报表.pdf", sha256="a" * 64, size=1024, media_type="application/pdf", indicators=("spending", "own_1"), public=True
)
OTHER = PROOF.model_copy(update={"name": "台账.xlsx", "indicators": ("spending",)})
RULES = [
    TINY["checks"][0] | {"code": "much", "severity": "warning", "right": "0"},
    TINY["checks"][0] | {"code": "more", "right": "0"},
]


def rich_scheme(**changes):
    """With own rows, two checks that fail, removal, and a section without text."""
    spending = {"code": "spending", "label": "执行", "points": "30", "rule": PROPORTIONAL, "evidence": "决算报表"}
    cases = {
        "code": "cases_row",
        "label": "问题",
        "points": "10",
        "rule": {"shape": "deduction", "value": "cases", "step": "1", "counted": "个"},
    }
    gone = {"when": "cases == 0", "not_applicable": "true", "reason": "没有项目"}
    levels = [{"code": "good", "label": "好", "low": "0.5", "high": "1"}, {"code": "poor", "label": "差", "low": "0", "high": "0.5"}]
    own = own_group("60", levels=levels, kinds=["数量指标"], deviation={"ratio": "1.3", "points": "2"})
    sections = [*TINY["sections"], {"code": "basic", "heading": "基本情况", "level": "1", "text": "false"}]
    sections.append({"code": "rest", "heading": "其他", "level": "2", "required": "false"})
    given = {"indicators": [spending, cases | {"alternatives": [gone]}, own], "checks": RULES, "sections": sections}
    return tiny_scheme(**given | changes)


ROWS = (
    OwnRow("own_1", "own", "新建机房", Decimal("40.5"), "数量指标", "at_most", Decimal("2.0"), Decimal("1.50"), "个"),
    OwnRow("own_2", "own", "群众认可", Decimal("19.5"), "数量指标", aim="群众普遍认可"),
)


def rich_inputs(**changes):
    given = Inputs(
        figures={"budget": Decimal(200), "spent": Decimal("95.10"), "cases": Decimal(0), "content": Decimal("96.50")},
        own_rows=ROWS,
        answers={
            "spending": Answer(self_points=Decimal("15.02"), reason="据实"),
            "own_1": Answer(self_points=Decimal("40.50")),
            "own_2": Answer(frozenset({"good"}), Decimal("19.5")),
        },
        narrative={"opening": "完成率{{rate}}，满意度{{content}}。"},
        explanations={"much": "原因", "gone": "旧的说明"},
        waivers={"more": Waived("口径不同", UNTIL, COMPARED), "gone": Waived("旧的豁免", UNTIL, "")},
        evidenced=frozenset({"spending", "own_1"}),
        fiscal_year=2022,
    )
    return replace(given, **changes)


PROJECT = exchange.ProjectContent(code="", amount=None, major_policy=False, livelihood=False, key=())


def assembled(scheme, inputs, project=None, name="某局", evidence=(PROOF, OTHER)):
    return assemble(scheme, inputs, name=name, digest=exchange.scheme_digest(scheme), project=project, evidence=evidence)


def filed(scheme, *assessments):
    content = tiny_content().model_copy(update={"assessments": assessments})
    return exchange.read(exchange.write(exchange.pack(content, [scheme])).encode())


def test_what_was_filled_goes_through_a_file_and_comes_back_as_it_was():
    scheme, inputs = rich_scheme(), rich_inputs()
    file = filed(scheme, assembled(scheme, inputs))
    back = inputs_of(file, file.content.assessments[0])

    assert back == replace(
        inputs,
        answers=inputs.answers | {"cases_row": Answer()},
        explanations={"much": "原因"},
        waivers={"more": Waived("口径不同", UNTIL, COMPARED)},
    )
    assert evaluate_assessment(scheme, back) == evaluate_assessment(scheme, inputs)
    assert assembled(scheme, back) == file.content.assessments[0]
    assert file.scheme_of(file.content.assessments[0]) == evaluate_assessment(scheme, inputs).scheme


def test_the_content_holds_everything_that_follows_from_what_was_typed():
    scheme = rich_scheme()
    content = assembled(scheme, rich_inputs())
    deposits, removed, first, second = content.scores

    assert content.model_dump(include={"kind", "name", "figures", "derived", "self_total", "total_steps", "grade"}) == {
        "kind": "whole",
        "name": "某局",
        "figures": {"budget": "200", "spent": "95.1", "cases": "0", "content": "96.5"},
        "derived": {"rate": {"value": "0.4755", "text": "47.55%", "reason": ""}},
        "self_total": "83.35555555555555555555555556",
        "total_steps": ("75.02 ÷ 90 × 100 = 83.36 分（不适用的指标不计分，其余折算）",),
        "grade": "差",
    }
    assert content.scheme == exchange.SchemeReference(code="tiny", version="1", title="小体系", digest=exchange.scheme_digest(scheme))
    assert content.evidence == (PROOF, OTHER)
    assert deposits == exchange.ScoreContent(
        code="spending",
        choices=(),
        auto_points="15.02",
        explain="47.55%，未达 95%，按比例得分：30 × 47.55% ÷ 95%",
        inputs=(exchange.InputContent(label="决算数", text="95.10万元"), exchange.InputContent(label="预算数", text="200.00万元")),
        steps=("完成率 = 决算数 ÷ 预算数 = 95.10万元 ÷ 200.00万元 = 47.55%", "47.55%，未达 95%，按比例得分：30 × 47.55% ÷ 95%"),
        best="完成率达到 95% 得满分",
        not_applicable=False,
        removed=False,
        self_points="15.02",
        reason="据实",
    )
    assert removed.model_dump(include={"auto_points", "explain", "not_applicable", "removed", "self_points", "best"}) == {
        "auto_points": None, "explain": "没有项目", "not_applicable": True, "removed": True, "self_points": None, "best": "",
    }  # fmt: skip
    assert (first.auto_points, second.auto_points, second.choices, second.best) == ("40.5", None, ("good",), "评判为“好”的可得满分")
    assert content.own_rows[0] == exchange.OwnRowContent(
        code="own_1",
        group="own",
        kind="数量指标",
        label="新建机房",
        points="40.5",
        direction="at_most",
        target="2",
        actual="1.5",
        unit="个",
        aim="",
    )
    assert (content.own_rows[1].target, content.own_rows[1].actual, content.own_rows[1].aim) == (None, None, "群众普遍认可")
    assert content.narrative == (
        exchange.NarrativeContent(code="opening", text="完成率{{rate}}，满意度{{content}}。", printed="完成率47.55%，满意度96.50%。"),
        exchange.NarrativeContent(code="rest", text="", printed=""),
    )


def test_only_reasons_and_waivers_for_findings_that_stand_are_signed():
    content = assembled(rich_scheme(), rich_inputs())

    assert content.explanations == {"much": "原因"}
    assert content.waivers == {"more": exchange.WaiverContent(reason="口径不同", expires_on=UNTIL, comparison=COMPARED)}


def test_a_derived_figure_without_value_is_signed_with_its_reason():
    nothing = rich_inputs(figures={"budget": Decimal(0), "spent": Decimal(0)})
    missing = rich_inputs(figures={"spent": Decimal(0)})

    assert assembled(rich_scheme(), nothing).derived["rate"] == exchange.DerivedContent(
        value=None, text="不适用", reason="分母为 0，不适用"
    )
    assert assembled(rich_scheme(), missing).derived["rate"] == exchange.DerivedContent(value=None, text="", reason="“预算数”未填写")


def test_an_empty_filing_is_assembled_as_well():
    scheme = rich_scheme()
    content = assembled(scheme, Inputs(), evidence=())

    assert (content.self_total, content.grade, content.own_rows, content.evidence) == ("0", "", (), ())
    assert [(score.code, score.auto_points, score.self_points) for score in content.scores] == [
        ("spending", None, None),
        ("cases_row", None, None),
    ]
    assert answers_of(content) == {"spending": Answer(), "cases_row": Answer()}


def test_the_projects_of_a_file_stand_beside_the_whole_unit_and_nowhere_else():
    scheme = tiny_scheme()
    whole = assembled(scheme, tiny_inputs())
    figures = {"budget": Decimal(10), "spent": Decimal("9.5"), "cases": Decimal(0)}
    first, second = (assembled(scheme, tiny_inputs(figures=figures | more), PROJECT, name) for name, more in
        (("甲", {}), ("乙", {"budget": Decimal(0)})))  # fmt: skip
    file = filed(scheme, whole, first, second)
    rate = compute_values(scheme, figures)["rate"]

    assert inputs_of(file, whole).projects == (
        Project("甲", figures | {"rate": rate}),
        Project("乙", figures | {"budget": Decimal(0)}),
    )
    assert inputs_of(file, first).projects == ()
    assert (inputs_of(file, whole).fiscal_year, inputs_of(file, whole).evidenced) == (2022, frozenset({"spending", "own_1"}))
