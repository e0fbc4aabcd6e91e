"""``manage.py print_filing FILE.json -o OUT.pdf``: prints an exchange file without a database row."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.domain.errors import DomainError
from assessment.domain.exchange import read
from reports import pdf


class Command(BaseCommand):
    help = "Print an exchange file as PDF."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--explain", action="store_true", help="add how each score came about")
        parser.add_argument("-o", "--output", type=Path, required=True)

    def handle(self, *_args: Any, file: Path, output: Path, explain: bool, **_options: Any) -> None:
        try:
            data = pdf.render(read(file.read_bytes()), explained=explain)
            output.write_bytes(data)
        except (OSError, DomainError, pdf.PrintError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{output}: {len(data)} bytes")
