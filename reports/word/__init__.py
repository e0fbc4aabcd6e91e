"""The report as a Word document, for those who must circulate it; the print stays the authoritative one."""

from reports.word.writing import render

__all__ = ["render"]
