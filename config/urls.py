"""Every address."""

from django.contrib import admin
from django.urls import include, path

from config.views import healthz, home

urlpatterns = [
    path("", include("reports.urls")),
    path("healthz", healthz, name="healthz"),
    path("home/", home, name="home"),
    path("account/", include("units.urls")),
    path("filings/", include("assessment.urls")),
    path("desk/", admin.site.urls),
]
