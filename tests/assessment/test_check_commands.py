"""``check_scheme`` and ``check_filing``: what a file holds, or all that is wrong with it."""

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assessment.domain.exchange import ExchangeFile, write
from reports.services.demo import SCHEME
from tests.reports.samples import demo_file, demo_inputs

FUNDS = "一般公共预算{0} + 政府性基金{0} + 国有资本经营{0}"
SHIPPED = sorted((Path(settings.BASE_DIR) / "schemes").glob("*.yaml"))
COSTLY = "{code: survey_size, label: 满意度问卷样本, unit: 份, kind: count, decimals: 0, help: 收回的有效问卷}"


def answer_of(*arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_a_sound_scheme_is_summed_up() -> None:
    assert answer_of("check_scheme", SCHEME).splitlines() == [
        "部门整体支出绩效自评指标体系（示例）　2022.1 版（example_whole，整体）",
        "指标　28 行",
        "　预算编制情况　20 分",
        "　预算执行情况　30 分",
        "　预算监督情况　15 分",
        "　预算使用效益　35 分",
        "字段　52 项填报，20 项计算",
        "核查　20 条勾稽关系，9 条专项核查",
        "提纲　16 节文字",
        "不适用的指标　得满分",
        "等级　优 ≥ 90，良 ≥ 80，中 ≥ 60，差 ≥ 0",
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scheme_is_sound_and_names_its_sources(path: Path) -> None:
    assert answer_of("check_scheme", path).splitlines()[0].endswith("）")
    head = path.read_text("utf-8").partition("\ncode:")[0]
    assert all(line.startswith("#") or not line for line in head.splitlines())
    assert len(head) > 200


def test_every_fault_of_a_scheme_is_named_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    text = SCHEME.read_text("utf-8")
    for old, new in (
        ("expression: staff_actual / staff_posts", "expression: staff_actual / staff_gone"),
        ("{code: opening_fund,", "{code: opening_general,"),
        ('rule: {shape: proportional, value: execution_rate, full_at: "0.95"}', "rule: {shape: proportional, value: execution_rate}"),
        ("{label: 良, at_least: 80}", "{label: 良, at_least: 95}"),
        (COSTLY, COSTLY.replace("decimals: 0", "decimals: 9")),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, "utf-8")

    with pytest.raises(CommandError) as refusal:
        answer_of("check_scheme", file)

    lines = str(refusal.value).splitlines()
    assert lines[0] == "指标体系文件有 7 处错误："
    assert [line.partition("　")[2] for line in lines[1:]] == [
        "groups.0.fields.4.expression：引用了不存在的字段“staff_gone”",
        "groups.1.fields.1.code：字段代码“opening_general”重复",
        "groups.1.fields.3.expression：引用了不存在的字段“opening_fund”",
        "groups.12.fields.4.decimals：数值过大，不能大于 4",
        "indicators.1.children.0.children.0.rule.full_at：缺少这一项",
        "charts.0.rows.1.fields：引用了不存在的字段“opening_fund”",
        "grades.1：等级“良”与“优”重叠，应从高到低排列且界限不重复",
    ]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for command in ("check_scheme", "check_filing"):
        with pytest.raises(CommandError, match="No such file"):
            answer_of(command, tmp_path / "none")


def written(folder: Path, file: ExchangeFile) -> Path:
    path = folder / "filing.json"
    path.write_text(write(file), "utf-8")
    return path


def test_the_findings_and_explained_scores_of_a_filing_are_told(tmp_path: Path) -> None:
    text = answer_of("check_filing", written(tmp_path, explained_file()))

    assert "湛江市人力资源和社会保障局　自评 100.00 分　优" in text
    assert "　需说明　预算调整率超过 10%（已说明）　[figure:adjust_rate]\n　　预算调整率 -17.05%\n" in text
    assert "　提示　变动率没有值：“存量资金变动率”分母为 0，不适用　[figure:idle_change]" in text
    assert "　支出完成率（6 分）　测算得 6 分\n" in text
    assert "　　95.29%，达到 95%，得满分\n" in text


def explained_file(**changes: Any) -> ExchangeFile:
    reasons = dict(demo_inputs().explanations) | {"full_marks": "问题属于管理改进方面，不影响指标得分。"}
    return demo_file(explanations=reasons, **changes)


def test_what_stands_against_sign_off_ends_with_one(tmp_path: Path) -> None:
    figures = dict(demo_inputs().figures) | {"final_general": Decimal("99999")}
    path = written(tmp_path, explained_file(figures=figures))

    with pytest.raises(CommandError) as refusal:
        answer_of("check_filing", path)

    assert refusal.value.returncode == 1
    assert str(refusal.value).startswith("还有 ")


def test_the_same_is_written_as_json_for_programs(tmp_path: Path) -> None:
    data = json.loads(answer_of("check_filing", written(tmp_path, explained_file()), as_json=True))

    one = data["assessments"][0]
    assert (data["blocking"], one["total"], one["grade"], len(one["scores"])) == (0, "100", "优", 28)
    spending = next(score for score in one["scores"] if score["code"] == "spending")
    assert spending == {
        "code": "spending",
        "label": "支出完成率",
        "points": "6",
        "full": "6",
        "inputs": [
            {"label": "一般公共预算支出决算数", "text": "45,958.11万元"},
            {"label": "政府性基金支出决算数", "text": "519.31万元"},
            {"label": "国有资本经营支出决算数", "text": "0.00万元"},
            {"label": "一般公共预算调整预算数", "text": "48,213.57万元"},
            {"label": "政府性基金调整预算数", "text": "560.97万元"},
            {"label": "国有资本经营调整预算数", "text": "0.00万元"},
            {"label": "年初结转和结余", "text": "0.00万元"},
        ],
        "rule": "达到 95% 得满分，不足的按比例得分",
        "steps": [
            f"支出决算合计 = {FUNDS.format('支出决算数')} = 45,958.11万元 + 519.31万元 + 0.00万元 = 46,477.42万元",
            f"调整预算合计 = {FUNDS.format('调整预算数')} = 48,213.57万元 + 560.97万元 + 0.00万元 = 48,774.54万元",
            "支出完成率 = 支出决算合计 ÷（调整预算合计 + 年初结转和结余）= 46,477.42万元 ÷（48,774.54万元 + 0.00万元）= 95.29%",
            "95.29%，达到 95%，得满分",
        ],
        "result": "测算得 6 分",
        "best": "",
    }


def test_a_file_is_judged_anew_from_what_was_typed(tmp_path: Path) -> None:
    answers = dict(demo_inputs().answers)
    answers["spending"] = replace(answers["spending"], self_points=Decimal(5), reason="")
    path = written(tmp_path, explained_file(answers=answers))
    out = StringIO()

    with pytest.raises(CommandError, match="还有 1 处须处理的核查意见，不能签批"):
        call_command("check_filing", path, as_json=True, stdout=out)

    found = [finding for finding in json.loads(out.getvalue())["assessments"][0]["findings"] if finding["blocks"]]
    assert [(item["code"], item["place"], item["message"]) for item in found] == [
        ("score_differs", "score:spending", "“支出完成率”自评 5 分，系统测算 6 分")
    ]
