"""The report as a Word document for who sees the filing."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.views.decorators.http import require_safe

from assessment.views.access import SignedIn, filing_for
from reports.services.circulation import word_file

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_safe
def report(request: SignedIn, pk: int) -> FileResponse:
    """Made anew each time: it is no print, and no copy of it is kept."""
    name, data = word_file(filing_for(request, pk))
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=DOCX)
