"""The report for those who must circulate it: as signed, or as a draft while nothing is."""

from assessment.domain import exchange
from assessment.domain.workflow import UNSIGNED
from assessment.models import Filing
from assessment.services.exchange import schemes_of, signed_content
from reports import word


def word_file(filing: Filing) -> tuple[str, bytes]:
    """The filing as a Word document, with its file name. Nothing of it is kept."""
    signed = filing.status not in UNSIGNED
    file = exchange.pack(signed_content(filing), schemes_of(filing))
    name = f"{filing.unit.name}{filing.round.fiscal_year}年度自评报告{'' if signed else '（草稿）'}.docx"
    return name, word.render(file, signed=signed)
