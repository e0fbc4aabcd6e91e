"""Addresses of the unit's pages."""

from django.urls import path

from assessment.views import evidence, filings, parts

app_name = "assessment"
urlpatterns = [
    path("", filings.mine, name="mine"),
    path("<int:pk>/", filings.filing, name="filing"),
    path("<int:pk>/paper/", filings.paper, name="paper"),
    path("<int:pk>/request-signoff/", filings.request_signoff, name="request_signoff"),
    path("<int:pk>/sign/", filings.sign, name="sign"),
    path("<int:pk>/hand-back/", filings.hand_back, name="hand_back"),
    path("<int:pk>/recall/", filings.recall, name="recall"),
    path("assessment/<int:pk>/figures/", parts.figures, name="figures"),
    path("assessment/<int:pk>/own-rows/", parts.own_rows, name="own_rows"),
    path("assessment/<int:pk>/scores/", parts.scores, name="scores"),
    path("assessment/<int:pk>/narrative/", parts.narrative, name="narrative"),
    path("assessment/<int:pk>/findings/", parts.findings, name="findings"),
    path("assessment/<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/", evidence.download, name="download"),
    path("evidence/<int:pk>/remove/", evidence.remove, name="remove_evidence"),
]
