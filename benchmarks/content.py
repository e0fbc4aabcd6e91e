"""One report for every engine: about 22 pages, 66 score rows and two charts, out of the demo's own figures and sentences."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.template import engines

from assessment.domain import exchange
from assessment.domain.assembly import assemble
from assessment.domain.figures import compute_values
from assessment.domain.inputs import Inputs
from assessment.domain.narrative import chinese_number
from assessment.domain.scheme import Scheme
from reports.pdf.document import Document, document_of
from reports.pdf.paging import COLUMNS
from reports.pdf.typeset import JOINER
from reports.services.demo import SCHEME
from reports.services.demo_answers import best_answers
from reports.services.demo_projects import read_data

HERE = Path(__file__).resolve().parent
DEPARTMENT = "湛江市人力资源和社会保障局"
SPREAD = {"proportional", "per_point", "deduction"}
PARTS = (("上半年", "0.3"), ("前三季度", "0.3"), ("全年", "0.4"))
#: With these the report would be longer than what was tried before.
LEFT_OUT = {"basic_duties", "basic_tasks", "work_group", "work_process"}
SCORE_HEADS = ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "测算得分", "测算说明", "自评得分", "自评说明"]
FIGURE_HEADS = ["项目", "计量单位", "数值", "说明"]
FONTS = ("FandolFang", "FandolKai", "FandolHei", "FandolSong")
HALF = (49, 15, 22, 22)


def filing(number: int, *, times: int = 1) -> exchange.ExchangeFile:
    """The ``number``-th unit's filing, its text ``times`` over; no two have a paragraph or a table in common."""
    name = f"{DEPARTMENT}第{chinese_number(number + 1)}分局"
    whole = assemble(scheme(), _inputs(number, times), name=name, digest=exchange.scheme_digest(scheme()))
    content = exchange.FilingContent(
        unit=exchange.UnitContent(code=f"Z{number:03}", name=name, department=DEPARTMENT),
        round=exchange.RoundContent(fiscal_year=2022, title="2022 年度自评", notice_number="湛财绩〔2023〕2号", notice_title="通知"),
        filled_on=date(2023, 4, 23),
        assessments=(whole,),
    )
    return exchange.pack(content, [scheme()])


@cache
def scheme() -> Scheme:
    """The example scheme with finer rows: one for each item of a checklist, and three where the year can be told in parts."""
    raw = yaml.load(SCHEME.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # knows texts only
    for top in raw["indicators"]:
        for group in top["children"]:
            group["children"] = [row for item in group["children"] for row in _finer(item)]
    return Scheme.model_validate(raw)


def _finer(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rule, code, label = item["rule"], item["code"], item["label"]
    if rule["shape"] == "checklist":
        for number, one in enumerate(rule["items"], start=1):
            row = {"code": f"{code}_{one['code']}", "label": f"{label}（{chinese_number(number)}）", "points": one["points"]}
            yield item | row | {"rule": {"shape": "yes_no", "statement": one["label"]}}
    elif rule["shape"] in SPREAD:
        for number, (part, share) in enumerate(PARTS, start=1):
            points = str(Decimal(item["points"]) * Decimal(share))
            yield item | {"code": f"{code}_{number}", "label": f"{label}（{part}）", "points": points, "alternatives": []}
    else:
        yield item


def _inputs(number: int, times: int) -> Inputs:
    given = read_data("department-2022.yaml")
    money = {field.code for field in scheme().inputs if field.kind == "money"}
    figures = {code: Decimal(value) + (number if code in money else 0) for code, value in given["figures"].items()}
    texts = {code: _own(text, number) for code, text in given["narrative"].items() if code not in LEFT_OUT}
    inputs = Inputs(figures=figures, narrative={code: "\n".join([text] * times) for code, text in texts.items()})
    return replace(inputs, answers=best_answers(scheme(), compute_values(scheme(), figures)))


def _own(text: str, number: int) -> str:
    """Every paragraph in the unit's own words."""
    return "\n".join(f"第{chinese_number(number + 1)}分局：{line}" for line in text.strip().split("\n"))


def page(file: exchange.ExchangeFile) -> str:
    """The report as one HTML page with the newcomer's style sheet, for naive WeasyPrint and for Chromium."""
    return _filled("filing.html", document_of(file, None, explained=False), style=(HERE / "naive.css").read_text("utf-8"))


def office_text(file: exchange.ExchangeFile) -> str:
    """The same as a flat text document, LibreOffice's own kind of file."""
    document = document_of(file, None, explained=False)
    charts = [_picture(picture.svg) | {"title": picture.title} for picture in document.assessments[0].pictures]
    return _filled("filing.fodt", document, charts=charts, code=_picture(document.qr), fonts=FONTS, half=HALF, widths={*HALF, *COLUMNS})


def _filled(name: str, document: Document, **context: Any) -> str:
    """A template of this folder; without the joiners of our own line breaking, and with fonts by the names all programs know."""
    template = engines["django"].from_string((HERE / name).read_text("utf-8"))
    text = template.render(context | {"document": document, "score_heads": SCORE_HEADS, "figure_heads": FIGURE_HEADS})
    return text.replace(JOINER, "").replace("Jiping FangSong, Jiping Song", "FandolFang")


def _picture(svg: str) -> dict[str, str]:
    """A picture with its size, both as a text document takes them."""
    width, height = re.findall(r'(?:width|height)="([0-9.]+(?:pt|mm))"', svg)[:2]
    named = svg.replace("Jiping FangSong, Jiping Song", "FandolFang")
    return {"width": width, "height": height, "data": base64.b64encode(named.encode()).decode()}
