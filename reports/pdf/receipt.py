"""The receipt of a submission as one page."""

from typing import Any

from django.template.loader import render_to_string

from assessment.domain.canonical import digest
from assessment.domain.receipt import Receipt
from reports.pdf.codes import qr_code
from reports.pdf.engine import Head, lay_out, load, write
from reports.pdf.fonts import check_glyphs
from reports.pdf.typeset import typeset

#: A filing may have a hundred projects: the receipt names so many and says how many there are.
MOST_LINES = 6


def render_receipt(receipt: Receipt) -> bytes:
    """The PDF of a receipt; the same receipt gives the same bytes under the same tool chain. Raises ``PrintError``."""
    load()
    title = f"{receipt.unit}{receipt.fiscal_year}年度绩效自评材料报送回执"
    text = receipt.text()
    pages = lay_out(_text(title, receipt))
    head = Head(
        title, receipt.department, receipt.signed_at.date(), bytes.fromhex(digest(text))[:16], (("receipt.json", "报送回执", text),)
    )
    return write(pages, head)


def _text(title: str, receipt: Receipt) -> str:
    """The page's well-formed text, every character of which can be printed."""
    rows = [(label, typeset(text)) for label, text in _rows(receipt) if text]
    shown = receipt.assessments[:MOST_LINES]
    document: dict[str, Any] = {"title": title, "qr": qr_code(receipt.digest), "code": receipt.code, "digest": receipt.digest}
    text = render_to_string(
        "print/receipt.html", {"document": document, "rows": rows, "assessments": shown, "count": len(receipt.assessments)}
    )
    check_glyphs(text)
    return text


def _rows(receipt: Receipt) -> list[tuple[str, str]]:
    late = f"，晚于截止日期{receipt.days_late}天" if receipt.days_late else ""
    return [
        ("回执编号", receipt.number),
        ("评价年度", f"{receipt.fiscal_year}年度　{receipt.title}"),
        ("通知文号", receipt.notice_number),
        ("主管部门", receipt.department),
        ("报送单位", f"{receipt.unit}（{receipt.unit_code}）"),
        ("报送次数", f"第{receipt.submission}次"),
        ("报送时间", f"{receipt.signed_at:%Y-%m-%d %H:%M:%S}{late}"),
        ("提请签批", receipt.requested_by),
        ("签批报送", receipt.signed_by),
    ]
