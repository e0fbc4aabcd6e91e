"""Whichever way a figure comes in, by the page or by the workbook, the same is said of it: 200 filings typed both ways."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from assessment.domain.canonical import decimal_text
from assessment.domain.checks import evaluate_assessment
from assessment.domain.findings import Finding
from assessment.domain.inputs import Inputs
from assessment.domain.own_rows import OwnRow, complete
from assessment.domain.rules import Checklist
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import choice_labels
from assessment.excel import Book, Chapter, Fact, read_workbook, sheets_of, write_workbook
from assessment.forms import FiguresForm, OwnRowsForm, ScoresForm
from assessment.forms.excel import Bound, bind
from tests.factories import example_scheme, own_rows, own_scheme
from tests.reports.samples import project_inputs, project_scheme

FILINGS = 200
#: What is typed on a page, and what a person puts into a cell for the same.
WAYS: list[Callable[[Random], tuple[str, Any]]] = [
    lambda chance: ("", None),
    lambda chance: (text := str(chance.randint(0, 9_999)), int(text)),
    lambda chance: (text := decimal_text(Decimal(chance.randint(0, 999_999)) / 100), float(text)),
    lambda chance: (text := decimal_text(Decimal(chance.randint(0, 999_999)) / 10_000), float(text)),
    lambda chance: (text := f"{chance.randint(0, 99_999_999) / 100:,.2f}", text),
    lambda chance: (text := "１２３．５", text),
    lambda chance: (text := "约 50 万元", text),
    lambda chance: (text := "−5", text),
    lambda chance: ("-3", -3),
    lambda chance: ("99999999999999", 99_999_999_999_999),
]
REASONS = ["", "情况属实", "=1+1", "@提示", "第一行\n第二行"]
Told = tuple[dict[str, dict[str, list[str]]], tuple[Finding, ...]]


def chapter(scheme: Scheme, inputs: Inputs) -> Chapter:
    parts = ("figures", "own_rows", "scores") if scheme.own_groups else ("figures", "scores")
    judged = evaluate_assessment(scheme, inputs)
    return Chapter(1, "整体支出", "", scheme, judged, inputs, dict.fromkeys(parts, 0), {})


def numbered(rows: list[OwnRow]) -> tuple[OwnRow, ...]:
    return tuple(replace(row, code=f"own_{number}") for number, row in enumerate(rows, start=1))


def book_of(given: Chapter) -> Book:
    sheets = tuple(sheets_of(given))
    facts = (Fact("unit", "U1", "预算单位", "某单位"), Fact("round", "2022", "评价年度", "2022 年度"))
    return Book("自评数据", facts, sheets, {sheet.marker: 0 for sheet in sheets})


def full_or(chance: Random, full: Decimal) -> tuple[str, Any]:
    """The full points, or anything."""
    return (decimal_text(full), float(full)) if chance.random() < 0.3 else chance.choice([*WAYS[:4], *WAYS[5:8]])(chance)


def typed_scores(chance: Random, scheme: Scheme) -> Iterator[tuple[str, Any, list[tuple[str, str, Any]]]]:
    """By field: what the page is sent, and the row, column and value of the workbook's cells."""
    for code, row in scheme.scored.items():
        labels = choice_labels(row)
        if isinstance(row.rule, Checklist):
            held = [item.code for item in row.rule.items if chance.random() < 0.6]
            yield f"{code}-choices", held, [(f"{code}/{item}", "F", "是" if item in held else None) for item in labels]
        elif labels:
            chosen = chance.choice(["", *labels])
            yield f"{code}-choices", chosen, [(code, "F", labels.get(chosen))]
        points, cell = full_or(chance, row.points)
        yield f"{code}-points", points, [(code, "H", cell)]
        reason = chance.choice(REASONS)
        yield f"{code}-reason", reason, [(code, "I", reason or None)]


def put(book: Workbook, sheet: str, code: str, column: str, value: Any) -> None:
    ws = book[sheet]
    rows = {cell.value: cell.row for cell in ws["A"]}
    cell = ws[f"{column}{rows[code]}"]
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def by_form(given: Chapter, data: dict[str, dict[str, Any]]) -> Told:
    rows = given.inputs.own_rows
    forms: dict[str, Any] = {"figures": FiguresForm(given.scheme, {}, data["figures"])}
    if given.scheme.own_groups:
        forms["own_rows"] = OwnRowsForm(given.scheme, rows, data["own_rows"])
        if forms["own_rows"].is_valid():
            rows = tuple(row for row in forms["own_rows"].rows() if row.code)
    forms["scores"] = ScoresForm(complete(given.scheme, rows), {}, data["scores"])
    return told_by(given, forms)


def told_by(given: Chapter, forms: dict[str, Any]) -> Told:
    """Every message of the forms, by part and field, and what the engine finds in all that could be read."""
    errors = {part: {name: list(found) for name, found in form.errors.items()} for part, form in forms.items()}
    figures = {code: value for code, value in forms["figures"].cleaned_data.items() if value is not None}
    own = forms.get("own_rows")
    rows = tuple(row for row in own.rows() if row.code) if own and own.is_valid() else given.inputs.own_rows
    return errors, evaluate_assessment(given.scheme, Inputs(figures, rows, forms["scores"].answers(), fiscal_year=2022)).findings


def by_workbook(given: Chapter, data: bytes) -> Told:
    reading = read_workbook(data, book_of(given))
    assert reading.faults == []
    bound: list[Bound] = bind([given], reading.parts)
    return told_by(given, {str(item.kind): item.form for item in bound})


SAMPLES = {
    "whole": lambda: (example_scheme(), ()),
    "own rows": lambda: (own_scheme(), numbered(own_rows())),
    "project": lambda: (project_scheme(), numbered(list(project_inputs().own_rows))),
}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_the_page_and_the_workbook_say_the_same_of_the_same(sample: Callable[[], tuple[Scheme, tuple[OwnRow, ...]]]) -> None:
    scheme, rows = sample()
    given = chapter(scheme, Inputs(own_rows=rows))
    book, chance = load_workbook(BytesIO(write_workbook(book_of(given), made="2023年4月18日"))), Random(20230423)
    found = set()
    for _ in range(-(-FILINGS // len(SAMPLES))):
        data: dict[str, dict[str, Any]] = {"figures": {}, "scores": {}, "own_rows": {}}
        for field in scheme.inputs:
            data["figures"][field.code], value = chance.choice(WAYS)(chance)
            put(book, "基础数据", field.code, "E", value)
        for name, sent, cells in typed_scores(chance, given.judged.scheme):
            data["scores"][name] = sent
            for code, column, value in cells:
                put(book, "指标评分", code, column, value)
        if rows:
            data["own_rows"] = own_data(chance, given, book)
        made = BytesIO()
        book.save(made)

        said = by_form(given, data)

        assert by_workbook(given, made.getvalue()) == said
        found |= {finding.code for finding in said[1]}
    assert {"missing_figure", "missing_score", "score_range", "score_differs"} <= found


def own_data(chance: Random, given: Chapter, book: Workbook) -> dict[str, Any]:
    """The rows that stand with what they reached typed anew."""
    sheet = next(sheet for sheet in sheets_of(given) if sheet.part == "own_rows")
    data: dict[str, Any] = dict(sheet.fixed)
    stored = {row.code: row for row in given.inputs.own_rows}
    for code, row in stored.items():
        what = ("label", "kind", "direction", "target", "unit", "aim", "points")
        values = {name: getattr(row, name) for name in what}
        data |= {f"{code}-{name}": decimal_text(value) if isinstance(value, Decimal) else value or "" for name, value in values.items()}
        data[f"{code}-actual"], cell = chance.choice(WAYS[:-1])(chance)
        put(book, "自设指标", row.code, "J", cell)
    return data
