"""What stands across every page of a print that is not the official report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A word across the page, and the line at its foot that says what the print is not."""

    word: str
    line: str


PREVIEW = Mark("预览稿", "未签批，不作报送依据")
COPY = Mark("送审稿", "已签批，尚未审定，以审定后的正式报告为准")
