"""Addresses of print jobs and of the public portal."""

from django.urls import path

from reports.views import jobs, portal, word

app_name = "reports"
urlpatterns = [
    path("", portal.portal, name="portal"),
    path("public/<int:number>/", portal.publication, name="publication"),
    path("public/<int:number>/report.pdf", portal.publication_pdf, name="publication_pdf"),
    path("filings/<int:pk>/report.docx", word.report, name="word"),
    path("prints/preview/<int:pk>/", jobs.preview, name="preview"),
    path("prints/receipt/<int:pk>/<int:number>/", jobs.receipt, name="receipt"),
    path("prints/<int:pk>/", jobs.job, name="job"),
    path("prints/<int:pk>/retry/", jobs.retry, name="retry"),
    path("prints/<int:pk>/cancel/", jobs.cancel, name="cancel"),
    path("prints/<int:pk>/report.pdf", jobs.job_pdf, name="job_pdf"),
]
