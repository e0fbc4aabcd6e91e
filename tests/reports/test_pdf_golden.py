"""The very bytes of the demo's report, under each tool chain that was looked at."""

import hashlib

import pytest

from reports import pdf
from tests.reports import samples

#: Renewed whenever the layout, the demo or a font changes: in the commit that changes it, after the pages were looked at.
GOLDEN: dict[str, str] = {
    "WeasyPrint 70.0, Pango 1.50.12, HarfBuzz 6.0.0, fonts 322003dfe84cc979": (
        "76acf7c4af395ef37d5922a50a802426ffc2b35cbd131f496262d1999c01f567"
    ),
}


def test_the_demos_report_is_the_very_file_that_was_looked_at() -> None:
    chain = pdf.toolchain()
    if chain not in GOLDEN:
        pytest.skip(f"no print was looked at under this tool chain: {chain}")
    assert hashlib.sha256(pdf.render(samples.demo_file())).hexdigest() == GOLDEN[chain]
