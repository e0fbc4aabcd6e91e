"""Evidence looked through for viruses, file by file, by whichever worker is free; what waits is a row."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from assessment.models import Evidence
from assessment.services import clamd
from assessment.services.evidence import find_bytes

logger = logging.getLogger("jiping.scan")
#: For so long a file is one worker's: longer than a scan may take, so that one whose worker was killed is taken up again.
HELD = timedelta(seconds=2 * clamd.PATIENCE)
BACK_OFF = timedelta(seconds=15)
LONGEST = timedelta(minutes=10)


def scan_next(now: datetime) -> bool:
    """Look through the file that has waited longest; False when none is due."""
    claimed = _claim(now)
    if claimed is None:
        return False
    data = find_bytes(claimed.sha256)
    try:
        if data is None:
            raise clamd.NotScanned("文件缺失或损坏，请移除后重新上传")
        virus = clamd.find_virus(settings.CLAMAV, data)
    except clamd.NotScanned as error:
        logger.warning("evidence %s is not scanned: %s", claimed.pk, error.__cause__ or error)
        later = {"scan_note": str(error), "scan_due_at": timezone.now() + back_off(claimed.scan_attempts)}
        _settle(claimed, **later)
        if isinstance(error, clamd.Unreachable):
            # The others would wait in vain as well, and each keep a worker from printing.
            Evidence.objects.to_scan(timezone.now()).order_by().update(**later)
        return True
    if virus:
        logger.warning("evidence %s (assessment %s): %s found", claimed.pk, claimed.assessment_id, virus)
    _settle(claimed, scan=Evidence.Scan.INFECTED if virus else Evidence.Scan.CLEAN, scan_note=virus[:200])
    return True


def back_off(attempts: int) -> timedelta:
    """How long a file waits after ``attempts`` in vain: 15 seconds, then twice as long each time, ten minutes at most."""
    return min(BACK_OFF * (1 << min(attempts - 1, 10)), LONGEST)


def _claim(now: datetime) -> Evidence | None:
    """Take the oldest file that is due and that nobody else takes at this moment."""
    for item in Evidence.objects.to_scan(now)[:20]:
        mine = Evidence.objects.filter(pk=item.pk, scan=Evidence.Scan.WAITING, scan_due_at=item.scan_due_at)
        if mine.update(scan_due_at=now + HELD, scan_attempts=F("scan_attempts") + 1):
            item.scan_attempts += 1
            return item
    return None


def _settle(item: Evidence, **values: object) -> None:
    """Write what came of it, unless the file was removed or settled meanwhile."""
    Evidence.objects.filter(pk=item.pk, scan=Evidence.Scan.WAITING).update(**values)
