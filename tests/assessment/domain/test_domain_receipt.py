"""What stands on a receipt, and the one text that it is kept as."""

import json
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from assessment.domain.canonical import short_code
from assessment.domain.receipt import Receipt, receipt_number, received

DIGEST = "0123456789abcdef" * 4


def receipt() -> Receipt:
    return Receipt(
        number=receipt_number(2022, "301007", 2),
        unit="某市就业服务中心",
        unit_code="301007",
        department="某市人力资源和社会保障局",
        fiscal_year=2022,
        title="2022年度部门整体支出绩效自评",
        notice_number="财绩〔2023〕1号",
        submission=2,
        filled_on=None,
        requested_by="填报人",
        signed_by="单位负责人",
        signed_at=datetime(2023, 4, 12, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        deadline=date(2023, 4, 20),
        days_late=0,
        algorithm="sha-256",
        digest=DIGEST,
        assessments=(received("单位整体", "96.005", "优"), received("稳岗补贴项目", "80", "良")),
    )


def test_the_number_names_year_unit_and_submission():
    assert receipt_number(2022, "301007", 2) == "2022-301007-02"
    assert receipt_number(2022, "301007", 100) == "2022-301007-100"


def test_a_total_stands_as_it_is_read():
    assert [(item.name, item.total, item.grade) for item in receipt().assessments] == [
        ("单位整体", "96.01", "优"),
        ("稳岗补贴项目", "80.00", "良"),
    ]


def test_the_code_is_the_digest_s():
    assert receipt().code == short_code(DIGEST)


def test_the_text_kept_for_printing_is_the_same_each_time_and_gives_the_receipt_back():
    kept = receipt().text()

    assert kept == receipt().text()
    assert Receipt.model_validate_json(kept) == receipt()
    assert json.loads(kept)["signed_at"] == "2023-04-12T09:30:00+08:00"
    assert Decimal(json.loads(kept)["assessments"][0]["total"]) == Decimal("96.01")
