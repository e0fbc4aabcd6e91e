"""The web process as it stands behind the reverse proxy that ends TLS: every request says that it came by HTTPS.

The browser cannot say it itself: what it sends while a page is left carries none of its extra headers.
"""

from collections.abc import Callable, Iterable
from typing import Any

from config.wsgi import application as inner


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """``config.wsgi`` with the header that the proxy sets."""
    environ["HTTP_X_FORWARDED_PROTO"] = "https"
    return inner(environ, start_response)
