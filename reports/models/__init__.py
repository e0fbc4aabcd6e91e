"""What goes out: print jobs, printed files and publications."""

from reports.models.jobs import PrintJob
from reports.models.publications import ChainHead, Publication

__all__ = ["ChainHead", "PrintJob", "Publication"]
