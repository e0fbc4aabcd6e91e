"""Small samples for the domain: a scheme of a few lines, single rows, and a filing to exchange."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from assessment.domain import exchange
from assessment.domain.inputs import Answer, Inputs
from assessment.domain.scheme import Field, Indicator, Scheme

PROPORTIONAL = {"shape": "proportional", "value": "rate", "full_at": "0.95"}
CHECKLIST = {
    "shape": "checklist",
    "items": [{"code": "rules", "label": "有制度", "points": "25"}, {"code": "kept", "label": "已执行", "points": "15"}],
}
TINY: dict[str, Any] = {
    "code": "tiny",
    "version": "1",
    "title": "小体系",
    "kind": "whole",
    "source": "测试",
    "subject": "整体支出",
    "report_title": "自评报告",
    "seal_line": "单位（公章）",
    "groups": [
        {
            "code": "funds",
            "label": "资金",
            "fields": [
                {"code": "rate", "label": "完成率", "unit": "%", "kind": "percent", "expression": "spent / budget"},
                {"code": "budget", "label": "预算数", "unit": "万元", "kind": "money"},
                {"code": "spent", "label": "决算数", "unit": "万元", "kind": "money"},
                {"code": "cases", "label": "问题数", "unit": "个", "kind": "count", "decimals": "0"},
                {"code": "content", "label": "满意度", "unit": "%", "kind": "percent", "maximum": "100", "required": "false"},
            ],
        }
    ],
    "indicators": [
        {
            "code": "all",
            "label": "全部",
            "points": "100",
            "children": [
                {"code": "spending", "label": "完成率得分", "points": "60", "rule": PROPORTIONAL, "evidence": "决算报表"},
                {"code": "order", "label": "制度", "points": "40", "rule": CHECKLIST},
            ],
        }
    ],
    "checks": [
        {
            "code": "within",
            "severity": "error",
            "left": "spent",
            "relation": "at_most",
            "right": "budget",
            "message": "决算超过预算",
            "remedy": "请核对",
        }
    ],
    "sections": [{"code": "opening", "level": "0"}],
    "grades": [{"label": "优", "at_least": "90"}, {"label": "差", "at_least": "0"}],
}


def tiny_data(**changes: Any) -> dict[str, Any]:
    return deepcopy(TINY) | changes


def tiny_scheme(**changes: Any) -> Scheme:
    return Scheme.model_validate(tiny_data(**changes))


def derived_scheme(**changes: Any) -> Scheme:
    """A rate over a total over typed figures, written upside down."""
    money = {"unit": "万元", "kind": "money"}
    fields = [
        {"code": "rate", "label": "完成率", "unit": "%", "kind": "percent", "expression": "spent / total"},
        {"code": "total", "label": "预算合计", "expression": "opening + added"} | money,
        {"code": "opening", "label": "年初预算"} | money,
        {"code": "added", "label": "追加预算"} | money,
        {"code": "spent", "label": "决算数"} | money,
        {"code": "last", "label": "上年决算数"} | money,
    ]
    row = {"code": "spending", "label": "完成率得分", "points": "100", "rule": PROPORTIONAL}
    return tiny_scheme(**{"groups": [{"code": "funds", "label": "资金", "fields": fields}], "indicators": [row], "checks": []} | changes)


def tiny_field(**changes: Any) -> Field:
    return Field.model_validate({"code": "budget", "label": "预算数", "unit": "万元", "kind": "money"} | changes)


def make_row(rule: dict[str, Any], points: str = "10", **changes: Any) -> Indicator:
    return Indicator.model_validate({"code": "row", "label": "一行", "points": points, "rule": rule} | changes)


def own_group(points: str = "100", **own: Any) -> dict[str, Any]:
    """A group whose rows the unit sets itself."""
    return {"code": "own", "label": "产出", "points": points, "own": own}


def tiny_inputs(**changes: Any) -> Inputs:
    """Filled so that nothing is found: 95 of 100 spent, every item holds."""
    given: dict[str, Any] = {
        "figures": {"budget": Decimal(100), "spent": Decimal(95), "cases": Decimal(0)},
        "answers": {"spending": Answer(self_points=Decimal(60)), "order": Answer(frozenset({"rules", "kept"}), Decimal(40))},
        "narrative": {"opening": "完成率{{rate}}。"},
        "evidenced": frozenset({"spending"}),
    }
    return Inputs(**(given | changes))


def tiny_content(scheme: Scheme | None = None) -> exchange.FilingContent:
    scheme = scheme or tiny_scheme()
    scores = [
        exchange.ScoreContent(
            code=code,
            choices=(),
            auto_points=None,
            explain="",
            inputs=(),
            steps=(),
            best="",
            not_applicable=False,
            removed=False,
            self_points=points,
            reason="据实",
        )
        for code, points in (("spending", "60"), ("order", "39.5"))
    ]
    proof = exchange.EvidenceContent(
        name="决算报表.pdf", sha256="a" * 64, size=1024, media_type="application/pdf", indicators=("spending",), public=True
    )
    assessment = exchange.AssessmentContent(
        kind="whole",
        project=None,
        name="某局",
        scheme=exchange.SchemeReference(
            code=scheme.code, version=scheme.version, title=scheme.title, digest=exchange.scheme_digest(scheme)
        ),
        last_year={},
        figures={"budget": "100", "spent": "95.29", "cases": "0"},
        derived={"rate": exchange.DerivedContent(value="0.9529", text="95.29%")},
        own_rows=(),
        scores=tuple(scores),
        self_total="99.5",
        total_steps=(),
        grade="优",
        narrative=(exchange.NarrativeContent(code="opening", text="完成率{{rate}}。", printed="完成率95.29%。"),),
        explanations={},
        waivers={},
        evidence=(proof,),
    )
    return exchange.FilingContent(
        unit=exchange.UnitContent(code="Z301", name="某局", department="某局"),
        round=exchange.RoundContent(fiscal_year=2022, title="2022 年度自评", notice_number="某财绩〔2023〕2号", notice_title="通知"),
        filled_on=date(2023, 4, 23),
        assessments=(assessment,),
    )


def tiny_file() -> exchange.ExchangeFile:
    return exchange.pack(tiny_content(), [tiny_scheme()])
