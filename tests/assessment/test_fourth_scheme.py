"""A scheme that nobody foresaw, made from a table: its file alone carries it from the import to the printed report."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessment.domain.exchange import FilingContent, pack
from assessment.models import Part, Round, SchemeVersion
from assessment.services import review, signoff
from assessment.services.filings import open_filing
from reports import pdf
from tests.browsing import messages, read, send, signed_in
from tests.factories import make_department, make_unit, make_user
from tests.reports.papers import flat
from units.models import Role

pytestmark = pytest.mark.django_db

#: Level 1 with its points, the row, its points, and its rule: 10-40-30-20.
YES = {"shape": "yes_no", "statement": "年初设定了整体绩效目标"}
SPEED = {"shape": "proportional", "value": "rate", "full_at": "1", "none_below": "0.5"}
CASES = {"shape": "deduction", "value": "cases", "step": "2.5", "counted": "起"}
LETTERS = {"shape": "three_state", "value": "letters", "last": "letters_last", "none": "5", "not_more": "3", "more": "0"}
COST = {"shape": "reverse", "value": "power / staff", "full_at": "0.5"}
CONTENT = {"shape": "per_point", "direction": "under", "value": "content", "full_if": "0.9", "step": "0.4"}
LATE = {"shape": "lateness", "value": "late", "step": "1", "none_after": "5"}
TABLE: list[tuple[str, str, str, str, str, dict[str, Any]]] = [
    ("aims", "目标管理", "aim_set", "目标设定", "10", YES),
    ("running", "运行管理", "speed", "预算执行率", "15", SPEED),
    ("running", "运行管理", "cases", "违规问题", "10", CASES),
    ("running", "运行管理", "letters", "信访增减", "5", LETTERS),
    ("running", "运行管理", "cost", "人均水电", "10", COST),
    ("results", "履职成效", "results", "履职成效", "30", {}),
    ("public", "社会评价", "satisfied", "群众满意度", "12", CONTENT),
    ("public", "社会评价", "filed", "按时报送", "8", LATE),
]
WITHIN = {"code": "within", "severity": "error", "left": "spent", "relation": "at_most", "right": "budget"}
GRADES = [("优秀", "90"), ("良好", "80"), ("合格", "60"), ("不合格", "0")]
FIELDS = {
    "budget": ("全年预算数", "万元", "money"), "spent": ("全年执行数", "万元", "money"), "cases": ("违规问题", "起", "count"),
    "letters": ("本年信访", "件", "count"), "letters_last": ("上年信访", "件", "count"), "power": ("水电费", "万元", "money"),
    "staff": ("在职人数", "人", "count"), "content": ("群众满意度", "%", "percent"), "late": ("迟报天数", "天", "count"),
}  # fmt: skip
CAPS = [
    ("c1", "0.5", "59", "预算执行率低于 50%"),
    ("c2", "0.6", "69", "预算执行率低于 60%"),
    ("c3", "0.7", "79", "预算执行率低于 70%"),
    ("c4", "0.8", "89", "预算执行率低于 80%"),
]
#: 78 of 100 spent, one case, fewer letters than last year, 0.6 a head against 0.5, satisfied by 87.5 %, a day late.
FIGURES = {
    "budget": "1000", "spent": "780", "cases": "1", "letters": "4", "letters_last": "6", "power": "24", "staff": "40", "content": "87.5",
    "late": "1",
}  # fmt: skip
#: By hand: 15 × 0.78, 10 − 2.5, not more than last year, 10 × 0.5 ÷ 0.6, 12 − 2.5 × 0.4, 8 − 1.
POINTS = {"aim_set": "10", "speed": "11.7", "cases": "7.5", "letters": "3", "cost": "8.33", "satisfied": "11", "filed": "7"}
OWN = [("毕业人数", "≥", "200", "190", "人", "20", "19"), ("投诉处理时限", "≤", "3", "2", "天", "10", "10")]


def indicator(code: str, label: str, rows: list[tuple[str, str, str, dict[str, Any]]]) -> dict[str, Any]:
    if rows[0][0] == code:
        return {"code": code, "label": label, "points": rows[0][2], "own": {"deviation": {"ratio": "1.3", "points": "2"}}}
    children = [{"code": row, "label": name, "points": points, "rule": rule} for row, name, points, rule in rows]
    return {"code": code, "label": label, "points": str(sum(Decimal(row[2]) for row in rows)), "children": children}


def scheme_text() -> str:
    tops = dict.fromkeys((code, label) for code, label, *_ in TABLE)
    indicators = [indicator(code, label, [row[2:] for row in TABLE if row[0] == code]) for code, label in tops]
    fields = [
        {"code": code, "label": label, "unit": unit, "kind": kind, "decimals": "0" if kind == "count" else "2"}
        for code, (label, unit, kind) in FIELDS.items()
    ]
    fields.append({"code": "rate", "label": "预算执行率", "unit": "%", "kind": "percent", "expression": "spent / budget"})
    data = {
        "code": "fourth",
        "version": "2024.1",
        "title": "某县部门整体绩效评价指标",
        "kind": "whole",
        "source": "测试用",
        "subject": "部门整体",
        "report_title": "部门整体绩效自评报告",
        "seal_line": "部门（公章）",
        "groups": [{"code": "all", "label": "数据", "fields": fields}],
        "indicators": indicators,
        "caps": [{"code": code, "when": f"rate < {below}", "at_most": most, "reason": reason} for code, below, most, reason in CAPS],
        "checks": [WITHIN | {"message": "执行数超过预算数", "remedy": "请核对"}],
        "sections": [{"code": "whole", "heading": "基本情况", "level": 1}],
        "grades": [{"label": label, "at_least": limit} for label, limit in GRADES],
    }
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


class House:
    """A department with one unit and everybody it takes."""

    def __init__(self) -> None:
        self.department = make_department()
        self.unit = make_unit(self.department)
        self.preparer, self.head = make_user(Role.PREPARER, self.unit), make_user(Role.HEAD, self.unit)
        self.reviewer, self.lead = make_user(Role.REVIEWER, self.department), make_user(Role.LEAD, self.department)
        self.administrator = make_user(Role.ADMINISTRATOR, self.department)


def test_a_fourth_scheme_goes_from_its_file_to_the_printed_report(tmp_path: Path) -> None:
    house = House()

    version = imported_and_activated(house)
    filing = open_filing(round_with(house, version), house.unit)
    assessment = filing.assessments.get()
    client = signed_in(house.preparer)

    def save(name: str, **typed: Any) -> Any:
        page = client.get(reverse(f"assessment:{name}", args=[assessment.pk]))
        answer = send(client, page, changes=typed)
        assert (answer.status_code, messages(answer)) == (200, ["已保存"])
        return answer

    save("figures", **FIGURES)
    save("own_rows", **typed_rows())
    save("scores", **{"aim_set-choices": "yes"}, adopt="1")
    save("narrative", whole="全年执行{{spent}}，执行率{{rate}}。")

    assert {score.code: score.self_points for score in assessment.scores.all()} == {
        **{code: Decimal(points) for code, points in POINTS.items()}, "own_1": Decimal(19), "own_2": Decimal(10)
    }  # fmt: skip
    shown = read(client.get(reverse("assessment:scores", args=[assessment.pk])))
    # 10 + 11.7 + 7.5 + 3 + 8.33 + 19 + 10 + 11 + 7 = 87.53, under the cap of 89 for less than 80 %.
    assert shown.one(".total-line strong").text == "87.53"
    told = shown.one("#cost .told")
    assert (told.texts("dt"), told.texts("dd")) == (["水电费", "在职人数"], ["24.00万元", "40人"])
    assert told.texts("li") == [
        "水电费 ÷ 在职人数 = 24.00万元 ÷ 40人",
        "0.6万元/人，超过 0.5万元/人，按反比例得分：10 × 0.5万元/人 ÷ 0.6万元/人",
    ]
    assert told.texts("p") == ["测算得 8.33 分", "如何得满分：水电费 ÷ 在职人数不超过 0.5万元/人 得满分"]

    signed = through_the_line(house, filing.pk)
    content = FilingContent.model_validate_json(signed.content)
    assert (content.assessments[0].self_total, content.assessments[0].grade) == ("87.53", "良好")
    printed = tmp_path / "report.pdf"
    printed.write_bytes(pdf.render(pack(content, [version.scheme]), explained=True))
    text = flat(printed)
    assert "部门整体绩效自评报告" in text
    assert "指标值≥200人，实际190人，完成95.00%，按比例得分" in text
    assert "87.53良好" in text
    assert "全年执行780.00万元，执行率78.00%。" in text


def test_a_cap_holds_the_total_down_and_says_why() -> None:
    house = House()
    version = imported_and_activated(house)
    filing = open_filing(round_with(house, version), house.unit)
    assessment = filing.assessments.get()
    client = signed_in(house.preparer)
    page = client.get(reverse("assessment:figures", args=[assessment.pk]))
    send(client, page, changes=FIGURES | {"spent": "499.99", "cases": "0", "letters": "0", "power": "20", "content": "90", "late": "0"})
    rows = typed_rows()
    send(client, client.get(reverse("assessment:own_rows", args=[assessment.pk])), changes=rows)

    scores = reverse("assessment:scores", args=[assessment.pk])
    send(client, client.get(scores), changes={"aim_set-choices": "yes", "adopt": "1"})

    # 84 without the execution row, which gives nothing below half; less than half spent caps the whole at 59.
    total = read(client.get(scores)).one(".total-line")
    assert (total.one("strong").text, total.texts(".grade")) == ("59.00", ["不合格"])
    assert total.texts(".step") == ["预算执行率低于 50%，总分不超过 59 分"]


def imported_and_activated(house: House) -> SchemeVersion:
    desk = signed_in(house.administrator)
    page = desk.get(reverse("admin:assessment_schemeversion_add"))
    file = SimpleUploadedFile("fourth.yaml", scheme_text().encode())
    imported = send(desk, page, form="#content form", file=file)
    assert messages(imported) == ["已导入，尚未启用"]
    assert messages(send(desk, imported, form="#content form.act")) == ["已启用，评价年度可以选用"]
    return SchemeVersion.objects.get(code="fourth")


def round_with(house: House, version: SchemeVersion) -> Round:
    day = date(2025, 4, 20)
    return Round.objects.create(
        department=house.department, fiscal_year=2024, title="2024 年度绩效自评", notice_number="1号", notice_title="通知",
        inner_deadline=day, outer_deadline=day, publication_date=day, whole_scheme=version,
    )  # fmt: skip


def typed_rows() -> dict[str, str]:
    """Both rows in the blank places of their group."""
    return {f"new_results_{number}-{name}": value for number, row in enumerate(OWN, start=1) for name, value in own_fields(row).items()}


def own_fields(row: tuple[str, ...]) -> dict[str, str]:
    label, sign, goal, reached, unit, points, _ = row
    direction = {"≥": "at_least", "≤": "at_most"}[sign]
    return {"label": label, "direction": direction, "target": goal, "actual": reached, "unit": unit, "points": points}


def through_the_line(house: House, filing_id: int) -> Any:
    """Signed by the head, scored as claimed, approved by another person; the signed snapshot."""
    filing = signoff.request_signoff(filing_id, by=house.preparer, filled_on=date(2025, 4, 18))
    signed = signoff.sign(filing_id, by=house.head, digest_seen=signoff.digest_now(filing))
    filing = review.open_review(filing_id, by=house.reviewer)
    points = {row.score.pk: review.ReviewPoints(row.score.self_points) for row in review.rows_of(filing)}
    review.save_and_recommend(filing_id, by=house.reviewer, version=0, points=points, comment="")
    filing.refresh_from_db()
    review.approve(filing_id, by=house.lead, seen=filing.last_event)
    assert filing.assessments.get().parts.filter(kind=Part.Kind.OWN_ROWS).count() == 1
    return signed
