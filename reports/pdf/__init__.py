"""Printing: an exchange file → PDF bytes, the same bytes each time; needs no database row and fetches nothing."""

from reports.pdf.engine import render
from reports.pdf.errors import PrintError
from reports.pdf.fonts import missing_fonts

__all__ = ["PrintError", "missing_fonts", "render"]
