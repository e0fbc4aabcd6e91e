"""Printing: an exchange file → PDF bytes, the same bytes each time; needs no database row and fetches nothing."""

from reports.pdf.engine import rest, warm_up
from reports.pdf.errors import PrintError
from reports.pdf.fonts import missing_fonts, toolchain
from reports.pdf.marks import COPY, PREVIEW, SIGNED_PREVIEW, Mark
from reports.pdf.printing import render
from reports.pdf.receipt import render_receipt

__all__ = [
    "COPY",
    "PREVIEW",
    "SIGNED_PREVIEW",
    "Mark",
    "PrintError",
    "missing_fonts",
    "render",
    "render_receipt",
    "rest",
    "toolchain",
    "warm_up",
]
