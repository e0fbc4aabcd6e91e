"""``manage.py export_filing UNIT YEAR``: writes a filing as an exchange file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.domain.exchange import ExchangeFile, write
from assessment.models import Filing
from assessment.services.evidence import find_bytes
from assessment.services.exchange import export


class Command(BaseCommand):
    help = "Export a filing: the signed content where it was signed, otherwise as it stands."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("unit", help="unit code")
        parser.add_argument("year", type=int, help="fiscal year")
        parser.add_argument("-o", "--output", type=Path, help="file to write; standard output without it")
        parser.add_argument("--evidence", type=Path, help="folder to copy evidence files into, named by digest")

    def handle(self, *_args: Any, unit: str, year: int, output: Path | None, evidence: Path | None, **_options: Any) -> None:
        filing = Filing.objects.select_related("unit", "round__department").filter(unit__code=unit, round__fiscal_year=year).first()
        if filing is None:
            raise CommandError(f"No filing of unit {unit} for {year}.")
        file = export(filing)
        try:
            if evidence:
                copy_evidence(file, evidence)
            if output:
                output.write_text(write(file), "utf-8")
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{output}: {file.digest.value}\n" if output else write(file), ending="")


def copy_evidence(file: ExchangeFile, folder: Path) -> None:
    """Every evidence file of ``file`` into ``folder``, named by digest; raises ``CommandError`` for one that is lost."""
    folder.mkdir(parents=True, exist_ok=True)
    for item in (item for content in file.content.assessments for item in content.evidence):
        data = find_bytes(item.sha256)
        if data is None:
            raise CommandError(f"The evidence file {item.name} ({item.sha256}) is missing or damaged.")
        (folder / item.sha256).write_bytes(data)
