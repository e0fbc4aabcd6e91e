"""Reading Word documents (.docx) that people hand in: bytes → paragraphs and tables, in bounded time and memory."""

from assessment.office import MAX_FILE
from assessment.word.body import Read, read_document

__all__ = ["MAX_FILE", "Read", "read_document"]
