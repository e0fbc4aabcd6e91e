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
from assessment.domain.own_rows import OwnRow, complete
from assessment.domain.scheme import Scheme
from reports.services.demo_answers import best_answers

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
    assessment = assemble(scheme, inputs, name=unit, digest=exchange.scheme_digest(scheme), evidence=evidence)
    content = exchange.FilingContent(
        unit=exchange.UnitContent(code="Z301", name=unit, department="湛江市人力资源和社会保障局"),
        round=exchange.RoundContent(fiscal_year=2022, title="2022 年度自评", notice_number="湛财绩〔2023〕2号", notice_title="通知"),
        filled_on=filled_on,
        assessments=(assessment,),
    )
    return exchange.pack(content, [scheme])


@cache
def project_scheme() -> Scheme:
    return Scheme.model_validate(_yaml("schemes/示例-项目支出.yaml"))


PROJECT_ROWS = (
    OwnRow("own_1", "output", "补贴性职业技能培训人次", Decimal(15), "数量指标", "at_least", Decimal(3000), Decimal(3126), "人次"),
    OwnRow("own_2", "output", "培训合格率", Decimal(20), "质量指标", "at_least", Decimal(90), Decimal("96.5"), "%"),
    OwnRow("own_3", "output", "补贴资金按时拨付率", Decimal(15), "时效指标", "at_least", Decimal(100), Decimal(98), "%"),
    OwnRow("own_4", "benefit", "参训人员就业率", Decimal(20), "社会效益指标", "at_least", Decimal(70), Decimal("74.2"), "%"),
    OwnRow("own_5", "benefit", "技能人才队伍持续壮大", Decimal(10), "可持续影响指标", aim="取得证书的人数逐年增加"),
    OwnRow("own_6", "satisfaction", "参训人员满意度", Decimal(10), "服务对象满意度指标", "at_least", Decimal(90), Decimal(95), "%"),
)


def project_inputs() -> Inputs:
    """A project whose unit set six rows itself, with figures, and a text in every section that has one."""
    scheme = project_scheme()
    values = {"opening_grant": "320", "budget_grant": "300", "executed_grant": "287.65", "carry_out": "12.35", "survey_size": "120"}
    figures = {field.code: Decimal(values.get(field.code, "0")) for field in scheme.inputs}
    text = "项目按年初批复的实施方案开展，资金按合同约定分期支付，全年预算300万元，执行287.65万元。"
    narrative = {section.code: text for section in scheme.sections if section.text}
    completed = complete(scheme, PROJECT_ROWS)
    answers = best_answers(completed, compute_values(completed, figures))
    return Inputs(figures=figures, own_rows=PROJECT_ROWS, answers=answers, narrative=narrative)


REASONS = ("重大政策", "民生实事", "金额达到 1,000.00 万元")
LISTED = exchange.ProjectContent(code="51170022T000000012", amount="1200", major_policy=True, livelihood=True, key=REASONS)


def projects_file(count: int) -> exchange.ExchangeFile:
    """The demo department with ``count`` projects beside the whole; one name has sixty characters."""
    whole = demo_file().content.assessments[0]
    scheme = project_scheme()
    names = [f"职业技能提升行动补贴性培训项目（第{number}批）" for number in range(1, count + 1)]
    names[-1] = "湛江市公共实训基地智能制造与现代服务业技能人才培训能力提升及配套信息化管理服务平台建设（二期）设备购置与安装调试项目"
    digest = exchange.scheme_digest(scheme)
    projects = [assemble(scheme, project_inputs(), name=name, digest=digest, project=LISTED) for name in names]
    content = demo_file().content.model_copy(update={"assessments": (whole, *projects)})
    return exchange.pack(content, [demo_scheme(), scheme])


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
    return exchange.ReviewContent(
        filing_digest=file.digest.value,
        assessments=tuple(_reviewed(item) for item in file.content.assessments),
        comment="数据与决算一致，材料齐全。",
    )


def _reviewed(content: exchange.AssessmentContent) -> exchange.ReviewedAssessment:
    scores = []
    for item in content.scores:
        cut = item.code == "social_effect"
        points = "6.75" if cut else item.self_points or "0"
        reason = "效益指标缺少与上年的比较，酌情扣减；请在改进措施中补充社会效益的量化依据和来源。" if cut else ""
        scores.append(exchange.ReviewScore(code=item.code, review_points=points, reason=reason))
    total = decimal_text(sum((Decimal(item.review_points) for item in scores), Decimal(0)))
    return exchange.ReviewedAssessment(name=content.name, scores=tuple(scores), total=total, total_steps=(), grade="优")


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
