"""Loading scheme files: every fault with its place, and a version that never changes once it is stored."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assessment.domain.errors import DomainError
from assessment.domain.exchange import scheme_text
from assessment.models import SchemeVersion
from assessment.services.schemes import load_scheme, read_scheme
from tests.factories import example_scheme
from tests.tools import refusal_of

SHIPPED = sorted((Path(settings.BASE_DIR) / "schemes").glob("*.yaml"))
EXAMPLE = next(path for path in SHIPPED if path.stem == "示例-部门整体")


def example_text(old: str = "", new: str = "") -> str:
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1) if old else text


def fault_of(text: str) -> str:
    with pytest.raises(DomainError) as refusal:
        read_scheme(text)
    return str(refusal.value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scheme_can_be_read(path: Path) -> None:
    assert read_scheme(path.read_text("utf-8")).full_points == 100


def told(text: str, *faults: tuple[str, str]) -> str:
    """The whole refusal: each fault with the line of the text on which it stands; a fault of nothing stands on the first."""
    lines = [(text[: text.index(mark)].count("\n") + 1, fault) for mark, fault in faults]
    return f"指标体系文件有 {len(lines)} 处错误：\n" + "\n".join(f"第 {line} 行　{fault}" for line, fault in lines)


SHAPES = "proportional、reverse、bands、deduction、lateness、per_point、three_state、checklist、yes_no、judgement"


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ('version: "2022.1"', 'version: "v1"', [('version: "v1"', "version：格式不对，应符合 只含数字和点，如 2022.1")]),
        ("kind: whole", "kind: whole\nowner: 某局", [("owner: 某局", "owner：未知的项目，本格式中没有")]),
        ("report_title: 整体绩效自评报告\n", "", [("", "report_title：缺少这一项")]),
        ("code: budgeting\n    label: 预算编制情况\n    points: 20", "code: budgeting\n    label: 预算编制情况\n    points: 21",
         [("indicators:\n", "indicators：各一级指标合计 101 分，应为 100 分"),
          ("points: 21", "indicators.0.points：指标“预算编制情况”为 21 分，下级合计 20 分")]),
        ("shape: proportional, value: execution_rate", "shape: guess, value: execution_rate",
         [("shape: guess", f"indicators.1.children.0.children.0.rule：没有这种评分规则，可用的有 {SHAPES}")]),
        ("value: execution_rate", "value: execution_rat",
         [("value: execution_rat,", "indicators.1.children.0.children.0.rule.value：引用了不存在的字段“execution_rat”")]),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_its_place(old: str, new: str, faults: list[tuple[str, str]]) -> None:
    text = example_text(old, new)

    assert fault_of(text) == told(text, *faults)


def test_every_fault_of_a_file_is_named_at_once() -> None:
    text = example_text('version: "2022.1"', 'version: "v1"').replace("kind: whole", "kind: half")
    text = text.replace("left: tasks_done", "left: tasks_don")
    number = [check.code for check in example_scheme().checks].index("tasks_parts")

    assert fault_of(text) == told(
        text,
        ('version: "v1"', "version：格式不对，应符合 只含数字和点，如 2022.1"),
        ("kind: half", "kind：取值不在允许的范围内，应为 whole 或 project"),
        ("left: tasks_don,", f"checks.{number}.left：引用了不存在的字段“tasks_don”"),
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: [1", "第 1 行附近不是有效的 YAML：请检查缩进、冒号后的空格和引号"),
        ("a: " + "[" * 3000, "文件嵌套过深"),
        ("# " + "长" * 1024 * 1024, "指标体系文件超过 1 MB"),
        ("- 只是一个列表", "指标体系文件有 1 处错误：\n第 1 行　文件：应为若干“名称: 值”"),
        ("", "指标体系文件有 1 处错误：\n第 1 行　文件：应为若干“名称: 值”"),
        ("a: &a [1]\nb: *a", "指标体系文件不能用 YAML 的引用（*），请逐项写出"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "指标体系文件有 13 处错误：\n第 1 行　a：未知的项目，本格式中没有\n第 1 行　code：缺少这一项",
        ),
    ],
)
def test_what_is_no_scheme_file_is_refused_in_words(text: str, start: str) -> None:
    assert fault_of(text).startswith(start)


@pytest.mark.django_db
def test_a_scheme_is_stored_as_canonical_json_under_its_digest() -> None:
    stored, fresh = load_scheme(example_scheme())

    assert fresh
    assert stored.document == scheme_text(example_scheme())
    assert stored.digest == hashlib.sha256(stored.document.encode()).hexdigest()
    assert SchemeVersion.objects.get().scheme == example_scheme()


@pytest.mark.django_db
def test_the_same_scheme_again_changes_nothing() -> None:
    first, _ = load_scheme(example_scheme())

    assert load_scheme(example_scheme()) == (first, False)
    assert SchemeVersion.objects.count() == 1


@pytest.mark.django_db
def test_other_content_under_a_stored_version_is_refused() -> None:
    load_scheme(example_scheme())
    changed = read_scheme(example_text("basis: 财务、资产、采购", "basis: 财务、采购"))

    assert refusal_of(lambda: load_scheme(changed)) == (
        "“部门整体支出绩效自评指标体系（示例）”2022.1 版已经载入过，内容不同；指标体系不能改动，请提高版本号",
        {},
    )


@pytest.mark.django_db
def test_a_new_version_stands_beside_the_old_one() -> None:
    old, _ = load_scheme(example_scheme())
    new, fresh = load_scheme(read_scheme(example_text('version: "2022.1"', 'version: "2023.1"')))

    assert fresh
    assert [version.version for version in SchemeVersion.objects.all()] == ["2022.1", "2023.1"]
    assert old.digest != new.digest


@pytest.mark.django_db
def test_the_command_loads_a_file_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_scheme", EXAMPLE)
    call_command("load_scheme", EXAMPLE)

    rows = len(example_scheme().scored)
    title = "部门整体支出绩效自评指标体系（示例） 2022.1 版"
    assert capsys.readouterr().out == f"{title}: loaded, {rows} rows\n{title}: already there, {rows} rows\n"


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    bad, binary = tmp_path / "bad.yaml", tmp_path / "binary.yaml"
    text = example_text("kind: whole", "kind: half")
    line = text[: text.index("kind: half")].count("\n") + 1
    bad.write_text(text, "utf-8")
    binary.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(
        CommandError, match=rf"^指标体系文件有 1 处错误：\n第 {line} 行　kind：取值不在允许的范围内，应为 whole 或 project$"
    ):
        call_command("load_scheme", bad)
    with pytest.raises(CommandError, match="invalid start byte"):
        call_command("load_scheme", binary)
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_scheme", tmp_path / "absent.yaml")
    assert SchemeVersion.objects.count() == 0
