"""``manage.py verify_prints``: prints reports and copies again and compares; exit 1 when something does not hold."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.services.reprints import reprint


class Command(BaseCommand):
    help = "Print finished reports and copies for review again, and hold them against the stored files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, help="how many at most, the latest first; all when not given")

    def handle(self, *_args: Any, limit: int | None, **_options: Any) -> None:
        if limit is not None and limit < 1:
            raise CommandError("--limit takes a number from 1 on.")
        count = faults = 0
        for verdict in reprint(limit):
            count, faults = count + 1, faults + (not verdict.holds)
            line = f"print job {verdict.job.pk} ({verdict.job}): {verdict.told}"
            if verdict.holds:
                self.stdout.write(line)
            else:
                self.stderr.write(line)
        if faults:
            raise CommandError(f"{faults} of {count} print(s) do not hold.")
        self.stdout.write(f"{count} print(s) hold.")
