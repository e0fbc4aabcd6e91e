"""The app's name in the admin, and the one signal it listens to."""

from typing import Any

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Approval asks for a print, inside the approving transaction."""

    name = "reports"
    verbose_name = "报告与公开"

    def ready(self) -> None:
        from assessment.signals import filing_approved

        filing_approved.connect(_print_approved, dispatch_uid="print_approved")


def _print_approved(*, filing: Any, snapshot: Any, review: Any, by: Any, **_: Any) -> None:
    from reports.services import jobs

    jobs.ask_report(filing, snapshot, review, by=by)
