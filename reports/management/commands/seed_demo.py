"""``manage.py seed_demo``: demo data in an empty database; a second run changes nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from reports.services.demo import Demo
from units.models import BudgetUnit

SHOWN = ("preparer", "head", "reviewer", "reviewer2", "lead", "admin", "auditor", "unit11", "unit11-head")


class Command(BaseCommand):
    help = "Write the demo: one department, twelve units, two years, every status."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if BudgetUnit.objects.exists():
            self.stdout.write("There is data already; nothing was changed.")
            return
        path = Path(settings.DATA_DIR) / "demo-accounts.txt"
        with transaction.atomic():
            demo = Demo()
            demo.write()
            lines = [f"{username:<14} {password}   {about}" for username, password, about in demo.accounts]
            keep(path, lines)
        self.stdout.write(f"Demo accounts (all of them are in {path}):")
        for line in lines:
            if line.split()[0] in SHOWN:
                self.stdout.write(f"  {line}")


def keep(path: Path, lines: list[str]) -> None:
    """A file that only its owner reads, whatever stood there before; inside the transaction, so that no account is without it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", "utf-8")
