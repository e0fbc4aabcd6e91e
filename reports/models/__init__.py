"""What goes out: print jobs, printed files, print batches and publications."""

from reports.models.batches import BatchItem, PrintBatch
from reports.models.jobs import PrintJob
from reports.models.publications import ChainHead, Publication

__all__ = ["BatchItem", "ChainHead", "PrintBatch", "PrintJob", "Publication"]
