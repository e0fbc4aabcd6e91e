"""The exchange file as text: the same bytes each time, every fault at its place, nothing taken that would be written otherwise."""

import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from assessment.domain import exchange
from assessment.domain.canonical import digest
from assessment.domain.errors import DomainError, StaleSave
from assessment.domain.own_rows import OwnRow
from tests.factories_domain import own_group, tiny_content, tiny_file, tiny_scheme

NUMERAL = r"^(0|-?[1-9][0-9]{0,11}|-?(0|[1-9][0-9]{0,11})\.[0-9]{0,29}[1-9])$"
MEASURED = NUMERAL.replace("{0,29}", "{0,9}")
TOO_LATE = "摘要值与内容不符：文件在导出后被改动过，或没有完整传送"
ROW = {
    "code": "own_1", "group": "own", "kind": "", "label": "新建机房", "points": "60",
    "direction": "at_most", "target": "2.5", "actual": None, "unit": "个", "aim": "",
}  # fmt: skip


def written(change=lambda data: None, *, sign=False):
    """The tiny file as somebody else may have written it; ``sign`` with a digest that fits."""
    data = json.loads(exchange.write(tiny_file()))
    change(data)
    if sign:
        data["digest"]["value"] = digest(json.dumps(data["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    return json.dumps(data, ensure_ascii=False).encode()


def refusal(raw):
    with pytest.raises(DomainError) as refused:
        exchange.read(raw)
    return str(refused.value)


def test_a_file_is_written_the_same_each_time_and_read_as_it_was():
    text = exchange.write(tiny_file())

    assert text == exchange.write(exchange.read(text.encode()))
    assert text.endswith("}\n")
    assert text.startswith('{\n "content": {\n  "assessments": [')
    assert exchange.read(text.encode()) == tiny_file()


def test_a_file_names_its_scheme_by_digest():
    file = tiny_file()
    digest_of_scheme = digest(exchange.scheme_text(tiny_scheme()))

    assert exchange.scheme_digest(tiny_scheme()) == file.content.assessments[0].scheme.digest == digest_of_scheme
    assert (file.format, file.format_version, file.digest.algorithm) == ("jiping-filing", 1, "sha256")
    assert file.digest.value == digest(exchange.content_text(file.content))
    assert file.scheme_of(file.content.assessments[0]) == tiny_scheme()


def change_points(data):
    data["content"]["assessments"][0]["scores"][0]["self_points"] = "59"


def change_scheme(data):
    data["schemes"][0]["title"] = "改过的体系"


@pytest.mark.parametrize(
    ("change", "message"),
    [(change_points, TOO_LATE), (change_scheme, "文件中没有指标体系“小体系”1 版，或其内容被改动过")],
)
def test_a_file_that_was_changed_after_its_export_is_refused(change, message):
    assert refusal(written(change)) == f"交换文件有误：\n文件：{message}"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff", "文件不是 UTF-8 编码的 JSON，无法读取"),
        (b"", "文件不是 UTF-8 编码的 JSON，无法读取"),
        (b"[" * 100_000, "文件不是 UTF-8 编码的 JSON，无法读取"),
        (b"[]", "交换文件有误：\n文件：应为若干“名称: 值”"),
        (b'{"format": 1.5}', '交换文件有误：\n数值 1.5 应写成文字，如 "58796.51"'),
        (b'{"format": 1e999999999}', '交换文件有误：\n数值 1e999999999 应写成文字，如 "58796.51"'),
        (b" " * (12 * 1024 * 1024) + b"1", "文件超过 12 MB，不是自评材料交换文件"),
        (b" " * (5 * 1024 * 1024 - 1) + b"1", "交换文件有误：\n文件：应为若干“名称: 值”"),
    ],
)
def test_what_is_no_exchange_file_is_refused_in_words(raw, message):
    assert refusal(raw) == message


def break_two(data):
    data["content"]["filled_on"] = "2023-02-30"
    data["content"]["assessments"][0]["figures"]["budget"] = "100.0"


def test_every_fault_of_a_file_is_named_with_its_place():
    assert refusal(written(break_two)) == (
        "交换文件有误：\ncontent.filled_on：取值不对\ncontent.assessments.0.figures.budget：格式不对，应符合 " + NUMERAL
    )


def leave_out(data):
    del data["content"]["assessments"][0]["derived"]["rate"]["reason"]


def with_time(data):
    data["content"]["filled_on"] = "2023-04-23T00:00:00"


@pytest.mark.parametrize("change", [leave_out, with_time])
def test_a_content_that_would_be_written_otherwise_is_refused(change):
    data = json.loads(written(change))
    data["digest"]["value"] = exchange.content_digest(exchange.FilingContent.model_validate(data["content"]))

    assert refusal(json.dumps(data).encode()) == (
        "交换文件的写法不规范（缺少可为空的项目、数字写成文字或日期带有时间），按本格式算出的摘要值与文件不同"
    )


def test_a_row_of_the_unit_comes_out_of_a_file_as_the_engine_takes_it():
    row = exchange.OwnRowContent.model_validate(ROW)

    assert row.row() == OwnRow("own_1", "own", "新建机房", Decimal(60), "", "at_most", Decimal("2.5"), None, "个", "")
    assert exchange.OwnRowContent.model_validate(ROW | {"target": None, "actual": "-1"}).row().actual == Decimal(-1)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"code": "spending"}, "code"),
        ({"code": "own_0"}, "code"),
        ({"code": "own_1000000"}, "code"),
        ({"target": "0.00000000001"}, "target"),
        ({"actual": "1000000000000"}, "actual"),
        ({"points": "60.0"}, "points"),
        ({"direction": "above"}, "direction"),
    ],
)
def test_a_row_of_the_unit_that_the_engine_could_not_take_is_refused(changes, place):
    with pytest.raises(ValidationError) as refused:
        exchange.OwnRowContent.model_validate(ROW | changes)
    assert [error["loc"] for error in refused.value.errors()] == [(place,)]


@pytest.mark.parametrize("text", ["999999999999.0000000001", "-0.5", "0", "-1"])
def test_what_a_row_measures_has_as_many_digits_as_a_rule_takes(text):
    row = exchange.OwnRowContent.model_validate(ROW | {"target": text, "actual": text})
    scheme = tiny_scheme(indicators=[own_group()])
    content = tiny_content(scheme).assessments[0].model_copy(update={"own_rows": (row,)})

    assert tiny_file().model_copy(update={"schemes": (scheme,)}).scheme_of(content).scored["own_1"].rule.target == Decimal(text)


def test_the_json_schema_is_that_of_the_file():
    schema = exchange.json_schema()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["format", "format_version", "digest", "content", "schemes"]
    assert schema["$defs"]["OwnRowContent"]["properties"]["target"]["anyOf"][0]["pattern"] == MEASURED


def test_a_refusal_keeps_the_places_that_it_names():
    assert DomainError("未保存", {"figure:a": "过大"}).places == {"figure:a": "过大"}
    assert (DomainError("未保存").places, StaleSave().places) == ({}, {})
    assert str(StaleSave()) == "这一部分刚被他人保存过，您的修改尚未写入。两份内容已并列显示，请核对后再次保存。"
