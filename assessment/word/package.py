"""The parts of a Word file as trees, within the limits that all office files have."""

from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from assessment import office

_WORDS = ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main")
_PREFIXES = {
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
} | dict.fromkeys(_WORDS, "")

#: What is asked of elements; all else that an attribute says is left aside.
ATTRIBUTES = frozenset({"val", "styleId", "type", "default", "numId", "abstractNumId", "ilvl"})

WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
BROKEN = "文件已损坏或不完整，请在 Word 或 WPS 中打开后另存为 .docx，再上传"
TOO_MUCH = "文档的内容过多或结构过于复杂，无法导入；请只保留报告正文，另存后再上传"
NOT_WORD = "这不是 Word 文档（.docx），请在 Word 或 WPS 中另存为 .docx 后上传"
WORD = office.Format(
    main="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    with_macros=WITH_MACROS,
    other=NOT_WORD,
    old="这是旧版 Word 文档（.doc），请在 Word 或 WPS 中另存为 .docx 后上传",
    broken=BROKEN,
    encrypted="文档加了密码，请取消密码保护、另存后再上传",
    macros="含宏的文档（.docm）不能导入，请另存为不含宏的 .docx 后上传",
    too_large=f"文件超过 {office.MAX_FILE // 1024 // 1024} MB，请删去图片后另存，再上传",
    too_much=TOO_MUCH,
)


@lru_cache(maxsize=1024)
def _plain(name: str) -> str:
    """``p`` for Word's own names, ``mc:Choice`` and ``m:t`` for two others; all else keeps its namespace."""
    space, _, local = name.rpartition("}")
    prefix = _PREFIXES.get(space[1:]) if space else ""
    return name if prefix is None else prefix + local


@dataclass(frozen=True)
class Package:
    """A Word file's text and what it refers to; a part that is not there is an empty tree."""

    document: ElementTree.Element
    styles: ElementTree.Element
    numbering: ElementTree.Element


def open_package(data: bytes) -> Package:
    """The parts that a text consists of. Raises ``DomainError`` in words for whatever is no plain .docx."""
    with office.open_package(data, WORD) as file:
        parts = (file.main, f"{file.folder}/styles.xml", f"{file.folder}/numbering.xml")
        return Package(*(file.tree(name, _plain, ATTRIBUTES) for name in parts))
