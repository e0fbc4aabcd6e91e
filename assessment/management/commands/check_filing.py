"""``manage.py check_filing FILE``: the findings and the explained scores of an exchange file, without a database."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.domain import exchange
from assessment.domain.assembly import inputs_of
from assessment.domain.canonical import decimal_text
from assessment.domain.checks import NO_ANSWER, Evaluation, evaluate_assessment
from assessment.domain.errors import DomainError
from assessment.domain.explaining import Explanation, explain
from assessment.domain.figures import show_points
from assessment.domain.inputs import Inputs


@dataclass(frozen=True)
class Judged:
    """One assessment of the file, judged anew from what was typed."""

    content: exchange.AssessmentContent
    inputs: Inputs
    evaluation: Evaluation

    def explained(self) -> Iterator[tuple[str, Explanation]]:
        """Every scored row with how its points came about."""
        found = self.evaluation
        for code, row in found.scheme.scored.items():
            yield code, explain(found.scheme, row, found.values, self.inputs.answers.get(code, NO_ANSWER), found.points[code])


class Command(BaseCommand):
    help = "Judge an exchange file: findings and explained scores; exit 1 when something stands against sign-off."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", dest="as_json", help="write the answer as JSON")

    def handle(self, *_args: Any, file: Path, as_json: bool, **_options: Any) -> None:
        try:
            judged = list(_judged(exchange.read(file.read_bytes())))
        except (OSError, DomainError) as error:
            raise CommandError(str(error)) from error
        blocking = sum(len(item.evaluation.blocking) for item in judged)
        if as_json:
            answer = {"assessments": [_as_data(item) for item in judged], "blocking": blocking}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(line for item in judged for line in _as_lines(item)))
        if blocking:
            raise CommandError(f"还有 {blocking} 处须处理的核查意见，不能签批", returncode=1)


def _judged(file: exchange.ExchangeFile) -> Iterator[Judged]:
    by_digest = {exchange.scheme_digest(scheme): scheme for scheme in file.schemes}
    for content in file.content.assessments:
        inputs = inputs_of(file, content)
        yield Judged(content, inputs, evaluate_assessment(by_digest[content.scheme.digest], inputs))


def _as_data(item: Judged) -> dict[str, Any]:
    found = item.evaluation
    return {
        "kind": item.content.kind,
        "name": item.content.name,
        "total": decimal_text(found.total.value),
        "grade": found.total.grade,
        "total_steps": found.total.steps,
        "findings": [
            {
                "code": finding.code,
                "key": finding.key,
                "severity": finding.severity,
                "place": finding.place,
                "message": finding.message,
                "remedy": finding.remedy,
                "sides": [{"label": side.label, "text": side.text, "place": side.place} for side in finding.sides],
                "difference": finding.difference,
                "explanation": finding.explanation,
                "waived": finding.waived is not None,
                "blocks": finding.blocks,
            }
            for finding in found.findings
        ],
        "scores": [_score_data(code, told, found) for code, told in item.explained()],
    }


def _score_data(code: str, told: Explanation, found: Evaluation) -> dict[str, Any]:
    value = found.points[code].value
    return {
        "code": code,
        "label": found.scheme.scored[code].label,
        "points": None if value is None else decimal_text(value),
        "full": decimal_text(found.scheme.scored[code].points),
        "inputs": [{"label": item.label, "text": item.text} for item in told.inputs],
        "rule": told.rule,
        "steps": told.steps,
        "result": told.result,
        "best": told.best,
    }


def _as_lines(item: Judged) -> Iterator[str]:
    found = item.evaluation
    yield f"{item.content.name}　自评 {show_points(found.total.value)} 分　{found.total.grade or '未评完'}"
    yield from (f"　{step}" for step in found.total.steps)
    yield f"核查意见 {len(found.findings)} 条"
    for finding in found.findings:
        answered = "（已豁免）" if finding.waived else "（已说明）" if finding.explanation else ""
        yield f"　{finding.label}　{finding.message}{answered}　[{finding.place}]"
        yield from (f"　　{text}" for text in (finding.comparison, finding.remedy) if text)
    yield "测算说明"
    for code, told in item.explained():
        row = found.scheme.scored[code]
        yield f"　{row.label}（{decimal_text(row.points)} 分）　{told.result}"
        yield from (f"　　{step}" for step in told.steps)
        if told.best:
            yield f"　　如何得满分：{told.best}"
