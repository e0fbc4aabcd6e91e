"""What is read of a Word file: its text in order, as it stands once all changes are accepted."""

import pytest

from assessment.domain.errors import DomainError
from assessment.domain.manuscript import Line, Table
from assessment.word import read_document
from tests.word_files import MAIN, W, archive, document, docx, numbering, p, table, types

TOC = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
BOX = "<w:txbxContent><w:p><w:r><w:t>框中</w:t></w:r></w:p></w:txbxContent>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def read(*body: str, lists: str = "") -> list[Line | Table]:
    return list(read_document(docx(*body, lists=lists)).pieces)


def notes(*body: str) -> list[str]:
    return list(read_document(docx(*body)).notes)


@pytest.mark.parametrize(
    ("paragraph", "line"),
    [
        (p("一段"), Line("一段")),
        (p("一、概况", "1"), Line("一、概况", 1, bold=True)),
        (p("职责", "2"), Line("职责", 2)),
        (p("职责", "own"), Line("职责", 2)),
        (p("职责", more='<w:outlineLvl w:val="2"/>'), Line("职责", 3)),
        (p("正文", "1", more='<w:outlineLvl w:val="9"/>'), Line("正文", None, bold=True)),
        (p("题目", "t"), Line("题目", title=True)),
        (p("题目", more='<w:jc w:val="center"/>'), Line("题目", title=True)),
        (p("粗", run="<w:b/>"), Line("粗", bold=True)),
        (p("不粗", run='<w:b w:val="0"/>'), Line("不粗")),
        (p("环", "loop"), Line("环")),
        (p("没有这种样式", "none"), Line("没有这种样式")),
    ],
)
def test_a_paragraph_is_read_with_what_marks_a_heading(paragraph: str, line: Line) -> None:
    assert read(paragraph) == [line]


def test_text_in_every_kind_of_wrapping_is_read_in_order() -> None:
    link = f"<w:p><w:hyperlink>{r('链接')}</w:hyperlink><w:fldSimple>{r('域')}</w:fldSimple></w:p>"
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('控件')}</w:sdtContent></w:sdt>"
    field = "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>3</w:t><w:tab/><w:noBreakHyphen/><w:br/></w:r></w:p>"
    choice = f"<mc:AlternateContent><mc:Choice>{p('新')}</mc:Choice><mc:Fallback>{p('旧')}</mc:Fallback></mc:AlternateContent>"
    ruby = f"<w:p><w:r><w:ruby><w:rt>{r('pin')}</w:rt><w:rubyBase>{r('拼')}</w:rubyBase></w:ruby><w:br w:type='page'/></w:r></w:p>"

    assert read(link, control, field, choice, ruby) == [Line(text) for text in ("链接域", "控件", "3 -\n", "新", "拼")]


def test_changes_are_accepted_and_everything_left_out_is_told() -> None:
    changed = (
        f"<w:p><w:ins>{r('加')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:moveFrom>{r('移')}</w:moveFrom>{r('留')}</w:p>"
    )
    joined = f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{r('前半')}</w:p>{p('后半')}"
    drawn = f"<w:drawing/><w:pict>{BOX}</w:pict><w:footnoteReference/><w:commentReference/><w:sym/>"
    hidden = f"<w:p><w:r>{drawn}</w:r>{r('藏', '<w:vanish/>')}</w:p>"
    formula = "<w:p><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>"
    contents = f"<w:sdt>{TOC}<w:sdtContent>{p('一、概况')}</w:sdtContent></w:sdt>{p('二、过程', 'toc')}"

    told = read_document(docx(changed, joined, hidden, formula, contents, "<w:altChunk/>"))

    assert list(told.pieces) == [Line("加留"), Line("前半后半"), Line("a+b")]
    assert list(told.notes) == [
        "修订 3 处按接受后的文字导入",
        "批注 1 处没有导入",
        "图片、图形 1 处没有导入；需要的请作为佐证材料上传",
        "文本框 1 个没有导入，其中的文字请另行粘贴",
        "脚注、尾注 1 处没有导入",
        "隐藏文字 1 处没有导入",
        "公式 1 处只留下文字，请核对",
        "特殊符号 1 处没有导入，请核对",
        "嵌入的其他文档 1 处没有导入",
        "目录 2 行没有导入，报告的目录由系统编排",
    ]


def listed(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, more=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_automatic_numbers_are_kept_as_the_text_that_word_shows() -> None:
    lists = numbering(
        ("chineseCounting", "%1、"),
        ("decimal", "%2."),
        ("bullet", "\uf0b7"),
        ("lowerLetter", "%4"),
        overrides='<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>',
    )
    body = [listed("甲"), listed("子", 1), listed("丑", 1), listed("乙"), listed("子", 1), listed("点", 2), listed("字", 3)]

    found = read(*body, listed("另起", 0, 2), p("样式", "list"), listed("没有这个列表", 0, 7), lists=lists)

    texts = ["一、甲", "1.子", "2.丑", "二、乙", "1.子", "• 点", "a 字", "一、另起", "二、样式", "没有这个列表"]
    assert [piece.text for piece in found if isinstance(piece, Line)] == texts


def test_a_table_keeps_its_columns_where_cells_are_merged() -> None:
    wide, head, on = (f"<w:tcPr>{how}</w:tcPr>" for how in ('<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"))
    rows = [[wide + p("合计"), "1"], [head + p("甲"), "2", "3"], [on + p(), "4", "5"], ["", "", ""]]
    told = read_document(docx(table(*rows), table(["只有一格"]), table([table(["内", "层"]) + p(), "外"])))

    assert list(told.pieces) == [
        Table((("合计", "", "1"), ("甲", "2", "3"), ("甲", "4", "5"))),
        Line("只有一格"),
        Table((("内 层", "外"),)),
    ]
    assert told.notes == ("合并的单元格 2 处已拆开，请核对",)


def test_deleted_rows_and_rows_in_controls_are_read_as_accepted() -> None:
    gone = "<w:tr><w:trPr><w:del/></w:trPr><w:tc/><w:tc/></w:tr>"
    kept = f"<w:sdt><w:sdtContent><w:tr><w:tc>{p('甲')}</w:tc><w:tc>{p('1')}</w:tc></w:tr></w:sdtContent></w:sdt>"

    assert read(f"<w:tbl>{gone}{kept}</w:tbl>", "<w:tbl><w:tr><w:tc/><w:tc/></w:tr></w:tbl>") == [Table((("甲", "1"),))]


def test_the_strict_form_and_another_place_of_the_text_are_read_too() -> None:
    strict = document(p("严格")).replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")

    assert read_document(archive(types=types(MAIN, "/other/text.xml"), other__text=strict)).pieces == (Line("严格"),)


def merged(text: str, how: str = '<w:vMerge w:val="restart"/>') -> str:
    """A row of two cells, of which the first is merged with those below it."""
    return f"<w:tr><w:tc><w:tcPr>{how}</w:tcPr>{p(text)}</w:tc><w:tc>{p('旁')}</w:tc></w:tr>"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([p("长" * 50_000)] * 5, "文档超过 200000 字，请只保留报告正文后再上传"),
        (["<w:tbl>" + merged("长" * 5_000) + merged("", "<w:vMerge/>") * 50 + "</w:tbl>"], "文档超过 200000 字，请只保留报告正文后再上传"),
        ([table(["格"] * 41)], "文档中有表格超过 40 列，无法导入；请拆成几个表后再上传"),
    ],
)
def test_more_than_a_report_is_refused_in_words(body: list[str], message: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_document(docx(*body))
    assert str(refused.value) == message
