"""What stands across every page of a print that is not the official report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A word across the page, and the line at its foot that says what the print is not."""

    word: str
    line: str
    content: str


#: What an attached content is: signed, or as it stood when a preview was asked for.
SIGNED = "自评材料内容（签批定稿）"
PREVIEW = Mark("预览稿", "未签批，不作报送依据", "自评材料内容（预览时的内容，未签批）")
SIGNED_PREVIEW = Mark("预览稿", "内容已签批，以正式报告为准", SIGNED)
COPY = Mark("送审稿", "已签批，尚未审定，以审定后的正式报告为准", SIGNED)
