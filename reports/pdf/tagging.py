"""What WeasyPrint leaves to be done for PDF/A-3a and PDF/UA-1 in one file: the second mark, headers, figures, page furniture."""

import re
import zlib
from typing import Any

#: PDF/UA's own mark, with the schema that PDF/A asks for where a property is not one of its own (ISO 19005-3, 6.6.2.3).
UA_MARK = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""  # noqa: E501  # one element a line
#: Points in a CSS pixel.
SCALE = 0.75
COMPRESSION = 6


class Ready:
    """A PDF object whose bytes are made: pydyf would make them twice, once for the file and once for its identifier."""

    offset, generation, free = 0, 0, "n"

    def __init__(self, object_: Any) -> None:
        self.number, self.compressible = object_.number, object_.compressible
        self.data: bytes = object_.data if self.compressible else _stream(object_)

    @property
    def indirect(self) -> bytes:
        """As it stands in the file."""
        return b"%d 0 obj\n%b\nendobj" % (self.number, self.data)


def finish(_document: Any, pdf: Any) -> None:
    """WeasyPrint's finisher: repairs the structure, adds the second mark, and makes every object's bytes once."""
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
    pdf.objects[1:] = [Ready(object_) for object_ in pdf.objects[1:]]


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
    numbers = pdf.objects[_number(pdf.objects[_number(pdf.catalog["StructTreeRoot"])]["ParentTree"])]["Nums"]
    pages = [pdf.objects[int(kid)] for kid in pdf.pages["Kids"][::3]]
    for page, marked in zip(pages, numbers[1::2], strict=False):
        astray = {number for number, reference in enumerate(marked) if reference not in elements}
        if astray:
            _as_furniture(pdf.objects[_number(page["Contents"])].stream, astray)
            marked[:] = ["null" if number in astray else reference for number, reference in enumerate(marked)]


def _as_furniture(operators: list[Any], astray: set[int]) -> None:
    for place, operator in enumerate(operators):
        if isinstance(operator, dict) and operator.get("MCID") in astray:
            operators[place - 1 : place + 1] = ["/Artifact", b"<</Type /Pagination>>"]


def _mark(pdf: Any) -> None:
    stream = pdf.objects[_number(pdf.catalog["Metadata"])].stream
    stream[:] = [part.replace(b"</rdf:RDF>", UA_MARK + b"</rdf:RDF>") for part in stream]


def _stream(object_: Any) -> bytes:
    """A stream's bytes, compressed where it asks for it; pydyf's highest level takes twice the time for a hundredth less."""
    if not object_.compress:
        return bytes(object_.data)
    object_.compress = False
    plain = bytes(object_.data)
    object_.compress = True
    head, _, rest = plain.partition(b"\nstream\n")
    packed = zlib.compress(rest.removesuffix(b"\nendstream"), COMPRESSION)
    head = re.sub(rb"/Length \d+", b"/Filter /FlateDecode /Length %d" % len(packed), head)
    return b"%b\nstream\n%b\nendstream" % (head, packed)
