"""The code at the foot of the last page, for a telephone's camera."""

import segno

from assessment.domain.canonical import short_code

#: In millimetres.
SIDE = 19


def qr_code(digest: str) -> str:
    """The short code and the digest of what was signed as a QR code in SVG, capitals and figures only, which keeps it small."""
    code = short_code(digest)
    made = segno.make_qr(f"JIPING {code} SHA-256 {digest.upper()}", error="m", boost_error=False)
    side = made.symbol_size(border=0)[0]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(made.matrix) for x, dark in enumerate(row) if dark)
    size = f'width="{SIDE}mm" height="{SIDE}mm" viewBox="0 0 {side} {side}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><title>核验码 {code} 和摘要值的二维码</title><path d="{path}"/></svg>'
