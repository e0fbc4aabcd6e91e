"""``manage.py verify_record``: walks all chains and stored files; exit 1 and the bad rows when something does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.models import Event, Snapshot
from assessment.services.verify import verify_record
from reports.models import Publication
from reports.services.publications import verify_publications


class Command(BaseCommand):
    help = "Verify events, snapshots, publications and stored files."

    def handle(self, *_args: Any, **_options: Any) -> None:
        faults = [*verify_record(), *verify_publications()]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} fault(s) in the record.")
        counts = f"{Event.objects.count()} events, {Snapshot.objects.count()} snapshots, {Publication.objects.count()} publications"
        self.stdout.write(f"The record holds: {counts}.")
