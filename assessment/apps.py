"""The app's name in the admin."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Its name in the admin."""

    name = "assessment"
    verbose_name = "绩效自评"
