"""Exchange files to print, made by the domain alone: the demo department, and one that tests every seam of the layout."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assessment.domain import exchange
from assessment.domain.assembly import assemble
from assessment.domain.canonical import decimal_text
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Inputs
from assessment.domain.scheme import Scheme
from reports.services.demo import best_answers

PROJECT = Path(__file__).resolve().parents[2]
LONG_NAME = "湛江市机关事业单位社会保险与职业年金征缴清算服务管理中心（职业年金账户管理办公室）（加挂湛江市企业年金服务指导中心牌子）"
MARKUP = '<b>加粗</b> & <img src="file:///etc/passwd"> {{ 7|add:7 }} {% now "Y" %} </p><script>alert(1)</script>'


@cache
def demo_scheme() -> Scheme:
    return Scheme.model_validate(_yaml("schemes/示例-部门整体.yaml"))


def _yaml(name: str) -> Any:
    return yaml.load((PROJECT / name).read_text("utf-8"), Loader=yaml.BaseLoader)


@cache
def demo_inputs() -> Inputs:
    """The department's own 2022 filing, every row scored in full."""
    given = _yaml("reports/demo/department-2022.yaml")
    figures = {code: Decimal(value) for code, value in given["figures"].items()}
    texts = {code: text.strip() for code, text in given["narrative"].items()}
    inputs = Inputs(figures=figures, narrative=texts, explanations=given["explanations"])
    return replace(inputs, answers=best_answers(demo_scheme(), compute_values(demo_scheme(), figures)))


def demo_file(**changes: Any) -> exchange.ExchangeFile:
    """The demo department; ``changes`` replace parts of its inputs."""
    return file_of(demo_scheme(), replace(demo_inputs(), **changes))


def file_of(
    scheme: Scheme,
    inputs: Inputs,
    *,
    unit: str = "湛江市人力资源和社会保障局",
    filled_on: date | None = date(2023, 4, 23),
    evidence: tuple[exchange.EvidenceContent, ...] = (),
) -> exchange.ExchangeFile:
    assessment = assemble(scheme, inputs, kind="whole", name=unit, digest=exchange.scheme_digest(scheme), evidence=evidence)
    content = exchange.FilingContent(
        unit=exchange.UnitContent(code="Z301", name=unit, department="湛江市人力资源和社会保障局"),
        round=exchange.RoundContent(fiscal_year=2022, title="2022 年度自评", notice_number="湛财绩〔2023〕2号", notice_title="通知"),
        filled_on=filled_on,
        assessments=(assessment,),
    )
    return exchange.pack(content, [scheme])


def hard_inputs() -> Inputs:
    """Long reasons, lowered points, markup and numbers in the text."""
    base = demo_inputs()
    answers = dict(base.answers)
    long = "部分项目资金下达较晚，年内按合同分期支付；已于第四季度建立按月通报制度，并将支付进度与下年度预算安排挂钩。"
    answers["spending"] = replace(answers["spending"], self_points=Decimal("5.5"), reason=long)
    answers["social_effect"] = replace(answers["social_effect"], self_points=Decimal("7.25"), reason=MARKUP)
    texts = dict(base.narrative) | {"basic_tasks": f"{MARKUP}\n１. 编号。\n网址 https://example.org/{'a' * 80} 很长。"}
    return replace(base, answers=answers, narrative=texts)


def proofs() -> tuple[exchange.EvidenceContent, ...]:
    names = (
        "部门决算报表（示例）.pdf",
        "关于调整2022年部门预算的批复（湛财预〔2022〕118号）及其附件一至附件七扫描件合订本.pdf",
        "满意度问卷.xlsx",
    )
    return tuple(
        exchange.EvidenceContent(
            name=name,
            sha256=f"{number:064x}"[::-1],
            size=34682 * 10**number,
            media_type="application/pdf",
            indicators=("spending", "carryover")[:number],
            public=number != 2,
        )
        for number, name in enumerate(names, start=1)
    )


def hard_file() -> exchange.ExchangeFile:
    return file_of(demo_scheme(), hard_inputs(), unit=LONG_NAME, evidence=proofs())


def empty_file() -> exchange.ExchangeFile:
    """Nothing filled at all: a preview on the first day."""
    return file_of(demo_scheme(), Inputs(), filled_on=None)


def review_of(file: exchange.ExchangeFile) -> exchange.ReviewContent:
    """The office agrees but for one row."""
    scores = []
    for item in file.content.assessments[0].scores:
        cut = item.code == "social_effect"
        points = "6.75" if cut else item.self_points or "0"
        reason = "效益指标缺少与上年的比较，酌情扣减；请在改进措施中补充社会效益的量化依据和来源。" if cut else ""
        scores.append(exchange.ReviewScore(code=item.code, review_points=points, reason=reason))
    total = decimal_text(sum((Decimal(item.review_points) for item in scores), Decimal(0)))
    return exchange.ReviewContent(
        filing_digest=file.digest.value, scores=tuple(scores), total=total, total_steps=(), grade="优", comment="数据与决算一致，材料齐全。"
    )


def uneven_scheme() -> Scheme:
    """One row on level 1, one on level 2, one on level 4."""
    rule = {"shape": "deduction", "value": "cases", "counted": "个", "step": "1"}
    deep = {"code": "d", "label": "群众", "points": "30", "children": [{"code": "e", "label": "满意", "points": "30", "rule": rule}]}
    public = {"code": "f", "label": "公众", "points": "30", "children": [deep]}
    return Scheme.model_validate(
        {
            "code": "uneven",
            "version": "1",
            "title": "不齐的体系",
            "kind": "whole",
            "source": "测试",
            "subject": "整体支出",
            "report_title": "整体绩效自评报告",
            "seal_line": "单位（公章）",
            "groups": [{"code": "g", "label": "数据", "fields": [{"code": "cases", "label": "问题", "unit": "个", "kind": "count"}]}],
            "indicators": [
                {"code": "a", "label": "执行", "points": "30", "rule": rule},
                {"code": "b", "label": "绩效", "points": "40", "children": [{"code": "p", "label": "产出", "points": "40", "rule": rule}]},
                {"code": "c", "label": "效益", "points": "30", "children": [public]},
            ],
            "sections": [{"code": "opening", "level": 0}],
            "grades": [{"label": "优", "at_least": "0"}],
        }
    )
