"""``manage.py load_scheme FILE``: stores a scheme version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.domain.errors import DomainError
from assessment.services.schemes import load_scheme, read_scheme


class Command(BaseCommand):
    help = "Load a scheme file (YAML); a loaded version never changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            stored, fresh = load_scheme(read_scheme(file.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{stored}: {'loaded' if fresh else 'already there'}, {len(stored.scheme.scored)} rows")
