"""The finance office's desk: it decides nothing and writes nothing itself."""

from assessment.admin.filings import FilingAdmin
from assessment.admin.notices import NoticeAdmin
from assessment.admin.rounds import RoundAdmin
from assessment.admin.schemes import SchemeVersionAdmin

__all__ = ["FilingAdmin", "NoticeAdmin", "RoundAdmin", "SchemeVersionAdmin"]
