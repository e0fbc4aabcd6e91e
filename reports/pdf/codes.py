"""The code at the foot of the last page, for a telephone's camera."""

import re

import segno

from assessment.domain.canonical import short_code

#: In millimetres.
SIDE = 19
_DARK = re.compile(b"\x01+")


def qr_code(digest: str) -> str:
    """The short code and the digest of what was signed as a QR code in SVG, capitals and figures only, which keeps it small."""
    code = short_code(digest)
    made = segno.make_qr(f"JIPING {code} SHA-256 {digest.upper()}", error="m", boost_error=False)
    side = made.symbol_size(border=0)[0]
    # Each run of dark squares is one stroke: a path of squares takes WeasyPrint ten times as long to read.
    path = "".join(f"M{run.start()} {y}.5h{len(run[0])}" for y, row in enumerate(made.matrix) for run in _DARK.finditer(bytes(row)))
    size = f'width="{SIDE}mm" height="{SIDE}mm" viewBox="0 0 {side} {side}"'
    drawn = f'<title>核验码 {code} 和摘要值的二维码</title><path d="{path}" stroke="#000"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawn}</svg>'
