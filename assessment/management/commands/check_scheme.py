"""``manage.py check_scheme FILE``: says what a scheme file holds, or everything that is wrong with it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.domain.canonical import decimal_text
from assessment.domain.errors import DomainError
from assessment.domain.scheme import Scheme
from assessment.services.schemes import read_scheme


class Command(BaseCommand):
    help = "Check a scheme file (YAML): exit 0 with a summary, or 1 with every error, its line and its place."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            scheme = read_scheme(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(summary(scheme)))


def summary(scheme: Scheme) -> list[str]:
    """What a scheme holds, a line for each kind of thing."""
    kind = {"whole": "整体", "project": "项目支出"}[scheme.kind]
    own = [group.label for group in scheme.own_groups.values()]
    treatment = {"full": "得满分", "removed": "不计分，其余折算"}[scheme.not_applicable]
    return [
        f"{scheme.title}　{scheme.version} 版（{scheme.code}，{kind}）",
        f"指标　{len(scheme.scored)} 行" + (f"，另有单位自设：{'、'.join(own)}" if own else ""),
        *(f"　{top.label}　{decimal_text(top.points)} 分" for top in scheme.indicators),
        f"字段　{len(scheme.inputs)} 项填报，{len(scheme.derived)} 项计算",
        f"核查　{len(scheme.checks)} 条勾稽关系，{len(scheme.inspections)} 条专项核查",
        f"提纲　{sum(section.text for section in scheme.sections)} 节文字",
        f"不适用的指标　{treatment}" + (f"；总分封顶 {len(scheme.caps)} 条" if scheme.caps else ""),
        "等级　" + "，".join(f"{grade.label} ≥ {decimal_text(grade.at_least)}" for grade in scheme.grades),
    ]
