"""What WeasyPrint leaves to be done for PDF/A-3a and PDF/UA-1 in one file: the second mark, headers, figures, page furniture."""

from typing import Any

#: PDF/UA's own mark, with the schema that PDF/A asks for where a property is not one of its own (ISO 19005-3, 6.6.2.3).
UA_MARK = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""  # noqa: E501  # one element a line
#: Points in a CSS pixel.
SCALE = 0.75


def finish(pdf: Any) -> None:
    """Repair what WeasyPrint made of a document, in place: structure, the second mark, attachments."""
    elements = dict(_reachable(pdf))
    for element in elements.values():
        if element["S"] == "/Table":
            _set_scopes(element, elements)
        elif element["S"] == "/Figure":
            _set_box(element, pdf)
    _furniture(pdf, elements)
    _mark(pdf)
    if "AF" in pdf.catalog:  # WeasyPrint names each attachment twice
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    _fold_spans(pdf, elements)


def _reachable(pdf: Any) -> Any:
    """Every structure element that the document leads to, by its reference."""
    waiting = list(pdf.objects[_number(pdf.catalog["StructTreeRoot"])]["K"])
    while waiting:
        reference = waiting.pop()
        element = pdf.objects[_number(reference)]
        yield reference, element
        waiting += [
            kid for kid in element.get("K", ()) if isinstance(kid, bytes) and pdf.objects[_number(kid)].get("Type") == "/StructElem"
        ]


def _number(reference: Any) -> int:
    return int(reference.split()[0])


def _set_scopes(table: Any, elements: dict[bytes, Any]) -> None:
    """Say what each header cell heads; WeasyPrint's own links from cells to headers go astray beside merged cells."""
    cells = [(row, cell) for row in _rows(table, elements) for cell in _kids(row[1], elements)]
    columns = max((sum(_span(cell) for cell in _kids(row, elements)) for _, row in _rows(table, elements)), default=0)
    for (part, _row), cell in cells:
        cell.pop("ID", None)
        cell["A"].pop("Headers", None)
        if cell["S"] == "/TH":
            cell["A"]["Scope"] = "/Column" if part == "/THead" or _span(cell) == columns else "/Row"


def _rows(table: Any, elements: dict[bytes, Any]) -> list[tuple[str, Any]]:
    """The rows of a table, each with the part it stands in."""
    return [(part["S"], row) for part in _kids(table, elements) for row in _kids(part, elements) if row["S"] == "/TR"]


def _kids(element: Any, elements: dict[bytes, Any]) -> list[Any]:
    return [elements[kid] for kid in element["K"] if kid in elements]


def _span(cell: Any) -> int:
    return int(cell["A"].get("ColSpan", 1))


def _set_box(figure: Any, pdf: Any) -> None:
    """A figure's place in the page's own measure: WeasyPrint gives it in CSS pixels from the top."""
    top = float(pdf.objects[_number(figure["Pg"])]["MediaBox"][3])
    left, above, right, below = figure["A"]["BBox"]
    figure["A"]["BBox"][:] = [left * SCALE, top - below * SCALE, right * SCALE, top - above * SCALE]


def _furniture(pdf: Any, elements: dict[bytes, Any]) -> None:
    """Page numbers are no content: what the tree does not lead to becomes an artifact of its page."""
    pages = [pdf.objects[int(kid)] for kid in pdf.pages["Kids"][::3]]
    for page, marked in zip(pages, _marked(pdf), strict=True):
        astray = {number for number, reference in enumerate(marked) if reference not in elements}
        if astray:
            _as_furniture(pdf.objects[_number(page["Contents"])].stream, astray)
            marked[:] = ["null" if number in astray else reference for number, reference in enumerate(marked)]


def _as_furniture(operators: list[Any], astray: set[int]) -> None:
    for place, operator in enumerate(operators):
        if isinstance(operator, dict) and operator.get("MCID") in astray:
            operators[place - 1 : place + 1] = ["/Artifact", b"<</Type /Pagination>>"]


def _fold_spans(pdf: Any, elements: dict[bytes, Any]) -> None:
    """A line of text is content of its paragraph or cell: an element for each says nothing and makes the tree twice as large."""
    owners: dict[bytes, bytes] = {}
    for reference, element in reversed(elements.items()):  # those within before those around them
        if element["S"] == "/Span" and all(isinstance(kid, int) for kid in element["K"]):
            kids = elements[element["P"]]["K"]
            place = kids.index(reference)
            kids[place : place + 1] = element["K"]
            owners[reference] = element["P"]
            element.free = "f"
    for marked in _marked(pdf):
        marked[:] = [_owner(reference, owners) for reference in marked]


def _owner(reference: Any, owners: dict[bytes, bytes]) -> Any:
    while reference in owners:
        reference = owners[reference]
    return reference


def _marked(pdf: Any) -> list[Any]:
    """For each page, the element that each of its pieces of content belongs to."""
    tree = pdf.objects[_number(pdf.objects[_number(pdf.catalog["StructTreeRoot"])]["ParentTree"])]["Nums"]
    return list(tree[1::2])


def _mark(pdf: Any) -> None:
    stream = pdf.objects[_number(pdf.catalog["Metadata"])].stream
    stream[:] = [part.replace(b"</rdf:RDF>", UA_MARK + b"</rdf:RDF>") for part in stream]
