"""``manage.py filing_schema``: the JSON Schema of an exchange file."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from assessment.domain.exchange import json_schema


class Command(BaseCommand):
    help = "Print the JSON Schema of the exchange file."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=1, sort_keys=True))
