"""``manage.py import_filing FILE.json --by USERNAME``: writes an exchange file into a unit's open filing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.domain.errors import DomainError
from assessment.domain.exchange import read
from assessment.services.exchange import import_file
from units.models import User


class Command(BaseCommand):
    help = "Import an exchange file, all or nothing, as the named preparer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="username of the unit's preparer")
        parser.add_argument("--evidence", type=Path, help="folder of evidence files, named by digest")

    def handle(self, *_args: Any, file: Path, by: str, evidence: Path | None, **_options: Any) -> None:
        user = User.objects.filter(username=by, is_active=True).first()
        if user is None:
            raise CommandError(f"No active user {by}.")
        try:
            packed = read(file.read_bytes())
            filing = import_file(packed, by=user, evidence_folder=evidence)
        except (OSError, DomainError) as error:
            places = getattr(error, "places", {})
            raise CommandError("\n".join([str(error), *(f"{place}：{message}" for place, message in places.items())])) from error
        self.stdout.write(f"{filing}: {packed.digest.value}")
