"""Files named by their bytes' digest, kept outside the web root: whole or not there at all."""

import os
import tempfile
from pathlib import Path

from django.conf import settings


def put(path: str, data: bytes) -> None:
    """Place ``data`` at ``path`` under ``MEDIA_ROOT``: temp file, fsync, atomic rename, so that a killed process leaves no half."""
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        try:
            draft.write(data)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(settings.FILE_UPLOAD_PERMISSIONS)
            Path(draft.name).replace(target)
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise
