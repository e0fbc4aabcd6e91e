"""Printing: an exchange file → PDF bytes, the same bytes each time; needs no database row and fetches nothing."""

from reports.pdf.engine import PrintError, render

__all__ = ["PrintError", "render"]
