"""``manage.py add_department CODE NAME --administrator USERNAME``: the first unit and the first person of an installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from units.models import Role
from units.services import add_unit, add_user, grant, new_password


class Command(BaseCommand):
    help = "Add a department and its administrator; their password is printed once. All else is done at the desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="code of the department: digits, letters and hyphens")
        parser.add_argument("name", help="name of the department")
        parser.add_argument("--administrator", required=True, metavar="USERNAME", help="username of the administrator to add")
        parser.add_argument("--person", default="系统管理员", metavar="NAME", help="the administrator's own name (%(default)s)")

    def handle(self, *_args: Any, code: str, name: str, administrator: str, person: str, **_options: Any) -> None:
        password = new_password()
        with transaction.atomic():
            try:
                department = add_unit(code, name)
            except ValidationError as error:
                raise CommandError(f"Department {code}: {' '.join(error.messages)}") from error
            try:
                user = add_user(administrator, person, password)
            except ValidationError as error:
                raise CommandError(f"Administrator {administrator}: {' '.join(error.messages)}") from error
            grant(user, department, Role.ADMINISTRATOR)
        self.stdout.write(f"Department:    {department} ({code})")
        self.stdout.write(f"Administrator: {administrator}")
        self.stdout.write(f"Password:      {password}   (shown this once; change it after signing in)")
