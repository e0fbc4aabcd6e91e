"""Addresses of the unit's pages."""

from django.urls import path

from assessment.views import autosave, evidence, excel, files, filings, notices, parts, projects, receipts, threads, word

app_name = "assessment"
urlpatterns = [
    path("", filings.mine, name="mine"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/read/", notices.read_all, name="read_notices"),
    path("<int:pk>/", filings.filing, name="filing"),
    path("<int:pk>/paper/", filings.paper, name="paper"),
    path("<int:pk>/excel/", excel.excel, name="excel"),
    path("<int:pk>/excel/workbook.xlsx", excel.workbook, name="workbook"),
    path("<int:pk>/receipts/<int:number>/", receipts.receipt, name="receipt"),
    path("<int:pk>/request-signoff/", filings.request_signoff, name="request_signoff"),
    path("<int:pk>/sign/", filings.sign, name="sign"),
    path("<int:pk>/hand-back/", filings.hand_back, name="hand_back"),
    path("<int:pk>/recall/", filings.recall, name="recall"),
    path("threads/<int:pk>/answer/", threads.answer, name="answer"),
    path("assessment/<int:pk>/projects/", projects.projects, name="projects"),
    path("assessment/<int:pk>/figures/", parts.figures, name="figures"),
    path("assessment/<int:pk>/own-rows/", parts.own_rows, name="own_rows"),
    path("assessment/<int:pk>/scores/", parts.scores, name="scores"),
    path("assessment/<int:pk>/narrative/", parts.narrative, name="narrative"),
    path("assessment/<int:pk>/narrative/word/", word.word, name="word"),
    path("assessment/<int:pk>/findings/", parts.findings, name="findings"),
    path("assessment/<int:pk>/figures/autosave/", autosave.figures, name="autosave_figures"),
    path("assessment/<int:pk>/own-rows/autosave/", autosave.own_rows, name="autosave_own_rows"),
    path("assessment/<int:pk>/scores/autosave/", autosave.scores, name="autosave_scores"),
    path("assessment/<int:pk>/narrative/autosave/", autosave.narrative, name="autosave_narrative"),
    path("assessment/<int:pk>/findings/autosave/", autosave.findings, name="autosave_findings"),
    path("assessment/<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("assessment/<int:pk>/evidence/upload/", evidence.upload, name="upload"),
    path("evidence/<int:pk>/", files.download, name="download"),
    path("evidence/<int:pk>/file/", files.file, name="file"),
    path("evidence/<int:pk>/shown/", files.shown, name="shown"),
    path("evidence/<int:pk>/tie/", files.tie, name="tie_evidence"),
    path("evidence/<int:pk>/remove/", files.remove, name="remove_evidence"),
]
