"""A filing's tables as an Excel workbook (.xlsx): made from the scheme, and read back in bounded time and memory."""

from assessment.excel.plan import Book, Fact, Sheet, Slot
from assessment.excel.reader import Reading, Remark, Typed, read_workbook
from assessment.excel.sheets import Chapter, sheets_of
from assessment.excel.writer import Annotated, Mark, write_workbook
from assessment.office import MAX_FILE

__all__ = [
    "MAX_FILE", "Annotated", "Book", "Chapter", "Fact", "Mark", "Reading", "Remark", "Sheet", "Slot", "Typed",
    "read_workbook", "sheets_of", "write_workbook",
]  # fmt: skip
