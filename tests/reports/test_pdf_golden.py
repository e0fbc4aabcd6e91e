"""The very bytes of the demo's report, under each tool chain that was looked at."""

import hashlib

import pytest

from reports import pdf
from reports.pdf.fonts import engine_parts
from tests.reports import samples

#: Renewed whenever the layout, the demo or a font changes: in the commit that changes it, after the pages were looked at.
GOLDEN: dict[str, str] = {
    "WeasyPrint 70.0, Pango 1.50.12, HarfBuzz 6.0.0, pydyf 0.13.0, fontTools 4.68.0, segno 1.6.6, zlib 1.2.13, fonts 322003dfe84cc979": (
        "b54fe7556614af69a72ce11e1071dbdd024a70280ed53ce20e60bf96b410e9fe"
    ),
}


def test_the_demos_report_is_the_very_file_that_was_looked_at() -> None:
    chain = engine_parts()
    if chain not in GOLDEN:
        pytest.skip(f"no print was looked at under this tool chain: {chain}")
    assert hashlib.sha256(pdf.render(samples.demo_file())).hexdigest() == GOLDEN[chain]
