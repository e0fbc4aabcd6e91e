"""The app's name in the admin."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """Its name in the admin."""

    name = "units"
    verbose_name = "单位与人员"
