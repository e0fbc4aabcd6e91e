"""Word files made by hand, whole and broken."""

from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
STYLES = """<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="标题 2"/><w:basedOn w:val="a"/></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="单位小标题"/><w:basedOn w:val="2"/></w:style>
<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="toc"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="环"/><w:basedOn w:val="loop"/></w:style>
<w:style w:type="paragraph" w:styleId="list"><w:name w:val="条目"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>"""


def types(kind: str = MAIN, part: str = "/word/document.xml") -> str:
    override = f'<Override PartName="{part}" ContentType="{kind}"/>'
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{override}</Types>'


def p(text: str = "", style: str = "", more: str = "", run: str = "") -> str:
    """A paragraph; ``more`` are properties, ``run`` those of its text."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{named}{more}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def table(*rows: list[str]) -> str:
    """A table; a cell that begins with ``<`` is markup."""
    cells = ("".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def document(*body: str) -> str:
    return f"<w:document {SPACES}><w:body>{''.join(body)}<w:sectPr/></w:body></w:document>"


def numbering(*levels: tuple[str, str], overrides: str = "") -> str:
    """One list, ``numId`` 1 and 2, with the levels' formats and texts; the second begins anew where ``overrides`` says so."""
    shapes = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for place, (shape, text) in enumerate(levels)
    )
    nums = f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>{overrides}</w:num>'
    return f'<w:numbering {SPACES}><w:abstractNum w:abstractNumId="0">{shapes}</w:abstractNum>{nums}</w:numbering>'


def archive(**parts: str | bytes) -> bytes:
    """A ZIP of parts; ``__`` in a name is a slash, ``types`` the list of kinds."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr("[Content_Types].xml" if name == "types" else f"{name.replace('__', '/')}.xml", text)
    return made.getvalue()


def docx(*body: str, lists: str = "") -> bytes:
    """A whole Word file."""
    more = {"word__numbering": lists} if lists else {}
    return archive(types=types(), word__document=document(*body), word__styles=f"<w:styles {SPACES}>{STYLES}</w:styles>", **more)
