"""A filing as one file: out of one installation and into another with the same digest, or not at all."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from assessment.domain.canonical import digest
from assessment.domain.errors import DomainError
from assessment.domain.exchange import MAX_BYTES, ExchangeFile, FilingContent, content_digest, pack, read, scheme_digest, write
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Status
from assessment.models import Filing, Part, Round
from assessment.services import contents, evidence, parts, review, signoff
from assessment.services.exchange import export, import_file
from assessment.services.filings import open_filing
from tests.factories import PDF, Line, example_scheme, make_user
from tests.tools import refusal_of, stored
from units.models import BudgetUnit, Role, User
from units.services import add_unit

pytestmark = pytest.mark.django_db

SCORES = ["content", "assessments", 0, "scores"]
BROKEN = "文件：摘要值与内容不符：文件在导出后被改动过，或没有完整传送"
NUMERAL = r"^(0|-?[1-9][0-9]{0,11}|-?(0|[1-9][0-9]{0,11})\.[0-9]{0,29}[1-9])$"


def filled_line(status: Status = Status.DRAFT) -> Line:
    """With a warning explained, a score lowered and one evidence file."""
    line = Line()
    pk, by = line.assessment.pk, line.preparer
    parts.save_figures(pk, by=by, version=1, figures={"opening_general": Decimal("800.5"), "satisfaction": Decimal("95.55")})
    parts.save_scores(pk, by=by, version=1, answers={"compliance": parts.Answer(self_points=Decimal("4.25"), reason="一处\n整改中")})
    parts.save_explanations(pk, by=by, version=1, texts={"adjusted_much": "年中追加", "staff_over": "不再需要的说明"})
    evidence.add_evidence(pk, by=by, name="决算报表.pdf", data=PDF, indicators=["spending", "carryover"], public=True)
    line.advance(status)
    return line


class Elsewhere:
    """Another installation, as far as an import can tell: the same unit code and round, nothing filed, no files."""

    def __init__(self, line: Line, settings: LazySettings, folder: Path) -> None:
        code, settings.MEDIA_ROOT = line.unit.code, folder / "elsewhere"
        BudgetUnit.objects.filter(pk=line.unit.pk).update(code=f"{code}-old")
        self.unit = add_unit(code, line.unit.name, line.department)
        self.preparer, self.head = make_user(Role.PREPARER, self.unit), make_user(Role.HEAD, self.unit)
        self.filing = open_filing(line.filing.round, self.unit)


def evidence_folder(folder: Path) -> Path:
    """The bytes that travel beside the file."""
    beside = folder / "beside"
    beside.mkdir()
    (beside / evidence.store_bytes(PDF)).write_bytes(PDF)
    return beside


def place(data: Any, path: list[Any], value: Any) -> Any:
    """``data`` with ``value`` at ``path``; ``...`` takes the key away."""
    *above, last = path
    target = data
    for step in above:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return data


def changed(file: ExchangeFile, path: list[Any], value: Any) -> bytes:
    """A file tampered with: its digest no longer belongs to it."""
    return json.dumps(place(json.loads(write(file)), path, value), ensure_ascii=False).encode()


def made_otherwise(file: ExchangeFile, path: list[Any], value: Any) -> ExchangeFile:
    """A whole file of another content, as another program might make it."""
    data = place(json.loads(write(file)), path, value)
    return pack(FilingContent.model_validate(data["content"]), [Scheme.model_validate(scheme) for scheme in data["schemes"]])


def test_what_was_signed_comes_out_with_its_digest_whatever_changed_since() -> None:
    line = filled_line(Status.SUBMITTED)
    signed = line.filing.snapshots.get()
    Round.objects.update(title="改过的名称")

    file = export(Filing.objects.get(pk=line.filing.pk))

    assert file.digest.value == signed.digest == content_digest(file.content)
    assert file.content == FilingContent.model_validate_json(signed.content)
    assert [scheme_digest(scheme) for scheme in file.schemes] == [line.assessment.scheme.digest]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.AWAITING_SIGNOFF, Status.RETURNED])
def test_what_is_not_signed_or_no_longer_stands_comes_out_as_it_is_now(status: Status) -> None:
    line = Line(status)
    Round.objects.update(title="改过的名称")
    filing = Filing.objects.get(pk=line.filing.pk)

    assert export(filing).content.round.title == "改过的名称"
    assert export(filing).digest.value == signoff.digest_now(filing)


def test_an_exported_file_goes_into_another_installation_with_the_same_digest(settings: LazySettings, tmp_path: Path) -> None:
    line = filled_line(Status.SUBMITTED)
    text, beside = write(export(line.filing)), evidence_folder(tmp_path)
    there = Elsewhere(line, settings, tmp_path)

    filing = import_file(read(text.encode()), by=there.preparer, evidence_folder=beside)

    assert filing.pk == there.filing.pk
    assert (filing.status, filing.filled_on) == (Status.DRAFT, date(2023, 4, 18))
    assert write(export(filing)) == text
    signoff.request_signoff(filing.pk, by=there.preparer, filled_on=filing.filled_on)
    signoff.sign(filing.pk, by=there.head, digest_seen=line.filing.snapshots.get().digest)
    assert evidence.find_bytes(filing.assessments.get().evidence.get().sha256) == PDF


def test_importing_what_is_there_already_changes_nothing() -> None:
    line = filled_line()
    before = stored()

    import_file(export(line.filing), by=line.preparer)

    assert stored() == before


def test_an_import_replaces_what_is_there_in_every_part(settings: LazySettings, tmp_path: Path) -> None:
    line = filled_line(Status.SUBMITTED)
    file, beside = export(line.filing), evidence_folder(tmp_path)
    signoff.recall(line.filing.pk, by=line.preparer)
    pk, by = line.assessment.pk, line.preparer
    parts.save_figures(pk, by=by, version=2, figures={"staff_temp": None, "office_final": Decimal(80)})
    parts.save_narrative(pk, by=by, version=1, texts={"opening": "另一个开头"})
    evidence.remove_evidence(line.assessment.evidence.get().pk, by=by)
    evidence.add_evidence(pk, by=by, name="别的.pdf", data=PDF + b"\n", indicators=[], public=False)

    import_file(file, by=by, evidence_folder=beside)

    assert export(Filing.objects.get(pk=line.filing.pk)) == file


def test_evidence_that_only_has_another_name_in_the_file_gets_that_name() -> None:
    line = filled_line()
    file = made_otherwise(export(line.filing), ["content", "assessments", 0, "evidence", 0, "name"], "决算报表（终稿）.pdf")

    import_file(file, by=line.preparer)

    assert [(item.name, item.indicators) for item in line.assessment.evidence.all()] == [
        ("决算报表（终稿）.pdf", ["carryover", "spending"])
    ]


def test_an_import_into_a_returned_filing_changes_the_returned_part_and_no_other() -> None:
    line = filled_line(Status.UNDER_REVIEW)
    file = export(line.filing)
    corrected = made_otherwise(file, ["content", "assessments", 0, "narrative", 0, "text"], "更正后的开头")
    corrected = made_otherwise(corrected, ["content", "assessments", 0, "narrative", 0, "printed"], "更正后的开头")
    comments = [review.PartComment(line.part(Part.Kind.NARRATIVE).pk, "请更正")]
    review.return_parts(line.filing.pk, by=line.reviewer, comments=comments)

    import_file(corrected, by=line.preparer)

    assert export(Filing.objects.get(pk=line.filing.pk)).digest == corrected.digest
    recalculated = made_otherwise(corrected, [*SCORES, 0, "reason"], "另一个说明")
    assert refusal_of(lambda: import_file(recalculated, by=line.preparer)) == (
        "“指标评分表”没有被退回，不能修改；只有被退回的部分可以修改",
        {},
    )


def test_one_digit_more_or_less_is_another_digest_and_a_broken_file() -> None:
    file = export(filled_line(Status.SUBMITTED).filing)
    path = ["content", "assessments", 0, "figures", "final_general"]
    other = made_otherwise(file, path, "980.01")

    assert file.content.assessments[0].figures["final_general"] == "980"
    assert other.digest.value != file.digest.value
    with pytest.raises(DomainError) as refusal:
        read(changed(file, path, "980.01"))
    assert str(refusal.value) == f"交换文件有误：\n{BROKEN}"


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["digest", "value"], "0" * 64, BROKEN),
        (["digest", "value"], "abc", "digest.value：格式不对，应符合 ^[0-9a-f]{64}$"),
        (["digest", "algorithm"], "md5", "digest.algorithm：取值不在允许的范围内，应为 sha256"),
        (["format_version"], 2, "format_version：取值不在允许的范围内，应为 1"),
        (["owner"], "某局", "owner：未知的项目，本格式中没有"),
        (["content", "unit", "phone"], "110", "content.unit.phone：未知的项目，本格式中没有"),
        (["content", "unit", "name"], ..., "content.unit.name：缺少这一项"),
        (["content", "assessments", 0, "figures", "final_general"], 980,
         'content.assessments.0.figures.final_general：应为文字（数值也写成文字，如 "58796.51"）'),
        (["content", "assessments", 0, "figures", "satisfaction"], 95.55, '数值 95.55 应写成文字，如 "58796.51"'),
        (["content", "assessments", 0, "figures", "final_general"], "980.0",
         f"content.assessments.0.figures.final_general：格式不对，应符合 {NUMERAL}"),
        (["content", "assessments", 0, "figures", "final_general"], "1e3",
         f"content.assessments.0.figures.final_general：格式不对，应符合 {NUMERAL}"),
        (["content", "assessments", 0, "self_total"], 100, 'content.assessments.0.self_total：应为文字（数值也写成文字，如 "58796.51"）'),
        ([*SCORES, 0, "self_points"], True, 'content.assessments.0.scores.0.self_points：应为文字（数值也写成文字，如 "58796.51"）'),
        (["content", "assessments"], [], "content.assessments：至少要有一项"),
        (["schemes", 0, "title"], "改过的体系",
         "文件：文件中没有指标体系“部门整体支出绩效自评指标体系（示例）”2022.1 版，或其内容被改动过"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_with_the_place_of_the_fault(path: list[Any], value: Any, fault: str) -> None:
    file = export(filled_line(Status.SUBMITTED).filing)

    assert refusal_of(lambda: read(changed(file, path, value))) == (f"交换文件有误：\n{fault}", {})


@pytest.mark.parametrize(
    ("path", "value"),
    [(["content", "assessments", 0, "derived", "final_total", "reason"], ...), (["content", "round", "fiscal_year"], "2022"),
     (["content", "filled_on"], "2023-04-18T00:00:00")],
)  # fmt: skip
def test_the_same_content_written_in_another_way_is_refused(path: list[Any], value: Any) -> None:
    file = export(filled_line(Status.SUBMITTED).filing)

    assert refusal_of(lambda: read(changed(file, path, value))) == (
        "交换文件的写法不规范（缺少可为空的项目、数字写成文字或日期带有时间），按本格式算出的摘要值与文件不同",
        {},
    )


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b" " * (MAX_BYTES + 1), "文件超过 12 MB，不是自评材料交换文件"),
        (b"%PDF-1.4", "文件不是 UTF-8 编码的 JSON，无法读取"),
        ("{}".encode("utf-16"), "文件不是 UTF-8 编码的 JSON，无法读取"),
        (b'{"a": ' + b"[" * 100_000, "文件不是 UTF-8 编码的 JSON，无法读取"),
        (b'{"a": ' + b"9" * 5000 + b"}", "文件不是 UTF-8 编码的 JSON，无法读取"),
        (b"[]", "交换文件有误：\n文件：应为若干“名称: 值”"),
    ],
    ids=["large", "pdf", "utf16", "deep", "long number", "list"],
)
def test_what_is_no_exchange_file_is_refused_in_words(raw: bytes, message: str) -> None:
    assert refusal_of(lambda: read(raw)) == (message, {})


def other_scheme(file: ExchangeFile) -> ExchangeFile:
    scheme = Scheme.model_validate(json.loads(write(file))["schemes"][0] | {"version": "2023.1"})
    reference = {"code": scheme.code, "version": scheme.version, "title": scheme.title, "digest": scheme_digest(scheme)}
    data = place(json.loads(write(file)), ["content", "assessments", 0, "scheme"], reference)
    return pack(FilingContent.model_validate(data["content"]), [scheme])


@pytest.mark.parametrize(
    ("made", "message", "places"),
    [
        (other_scheme, "指标体系不同：材料使用“部门整体支出绩效自评指标体系（示例）”2022.1 版，"
                       "文件为“部门整体支出绩效自评指标体系（示例）”2023.1 版", {}),
        ((["content", "unit", "code"], "X99"), "没有“某市就业服务中心”（X99）2022 年度的自评材料，请先开通该评价年度", {}),
        ((["content", "round", "fiscal_year"], 2021), "没有“某市就业服务中心”（{code}）2021 年度的自评材料，请先开通该评价年度", {}),
        ((["content", "unit", "name"], "另一个名称"), "导入后的内容与文件不同，未导入：content.unit.name", {}),
        ((["content", "assessments", 0, "self_total"], "100"), "导入后的内容与文件不同，未导入：content.assessments.0.self_total", {}),
        ((["content", "assessments", 0, "derived", "final_total", "value"], "981"),
         "导入后的内容与文件不同，未导入：content.assessments.0.derived.final_total.value", {}),
        ((["content", "assessments", 0, "explanations", "nonsense"], "说明"),
         "有说明不合要求，未保存", {"explanation:nonsense": "没有这一项核查"}),
        ((["content", "assessments", 0, "explanations", "staff_over"], "没有人问"),
         "导入后的内容与文件不同，未导入：content.assessments.0.explanations.staff_over", {}),
        ((["content", "assessments", 0, "figures", "nonsense"], "1"), "有数据不合要求，未保存", {"figure:nonsense": "本表没有这一项"}),
        ((["content", "assessments", 0, "figures", "staff_posts"], "40.5"), "有数据不合要求，未保存", {"figure:staff_posts": "只能填整数"}),
        (([*SCORES, 0, "self_points"], "5.5"), "有得分不合要求，未保存", {"score:budget_reasonable": "应在 0 至 5 分之间"}),
        (([*SCORES, 0, "self_points"], "4.125"), "有得分不合要求，未保存", {"score:budget_reasonable": "最多 2 位小数"}),
        ((["content", "assessments", 0, "evidence", 0, "sha256"], "0" * 64),
         "缺少佐证材料“决算报表.pdf”，请用 --evidence 指明其所在的文件夹", {}),
        ((["content", "assessments", 0, "evidence", 0, "size"], 1),
         "导入后的内容与文件不同，未导入：content.assessments.0.evidence.0.size", {}),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_over_whole_changes_nothing(made: Any, message: str, places: dict[str, str]) -> None:
    line = filled_line()
    file = made(export(line.filing)) if callable(made) else made_otherwise(export(line.filing), *made)

    assert refusal_of(lambda: import_file(file, by=line.preparer)) == (message.format(code=line.unit.code), places)


def test_many_differences_are_counted() -> None:
    line = filled_line()
    data = json.loads(write(export(line.filing)))
    for score in data["content"]["assessments"][0]["scores"]:
        score["explain"] = "另算"
    file = pack(FilingContent.model_validate(data["content"]), [example_scheme()])

    count = len(example_scheme().scored)
    named = "、".join(f"content.assessments.0.scores.{number}.explain" for number in range(5))
    assert refusal_of(lambda: import_file(file, by=line.preparer)) == (f"导入后的内容与文件不同，未导入：{named} 等 {count} 处", {})


@pytest.mark.parametrize("kept", [None, b"cut off"])
def test_without_the_bytes_of_its_evidence_a_file_is_refused(settings: LazySettings, tmp_path: Path, kept: bytes | None) -> None:
    line = filled_line(Status.SUBMITTED)
    file, beside = export(line.filing), evidence_folder(tmp_path)
    there = Elsewhere(line, settings, tmp_path)
    for path in beside.iterdir():
        path.unlink() if kept is None else path.write_bytes(kept)

    assert refusal_of(lambda: import_file(file, by=there.preparer, evidence_folder=beside)) == (
        "缺少佐证材料“决算报表.pdf”，请用 --evidence 指明其所在的文件夹",
        {},
    )


def stranger(_line: Line) -> User:
    return make_user(Role.PREPARER, Line().unit)


@pytest.mark.parametrize(
    ("status", "who", "message"),
    [
        (Status.DRAFT, lambda line: line.head, "您不承担此项工作，不能填报"),
        (Status.DRAFT, stranger, "您不承担此项工作，不能填报"),
        (Status.SUBMITTED, lambda line: line.preparer, "材料现在处于“已报送”（财务部门受理），不能填报"),
    ],
)
def test_only_the_preparer_imports_and_only_into_an_open_filing(status: Status, who: Callable[[Line], User], message: str) -> None:
    line = filled_line(status)
    by, file = who(line), export(line.filing)

    assert refusal_of(lambda: import_file(file, by=by)) == (message, {})


def schema() -> Draft202012Validator:
    out = StringIO()
    call_command("filing_schema", stdout=out)
    Draft202012Validator.check_schema(json.loads(out.getvalue()))
    return Draft202012Validator(json.loads(out.getvalue()))


def test_the_json_schema_takes_an_exported_file_and_refuses_what_is_not_one() -> None:
    file = export(filled_line(Status.SUBMITTED).filing)
    data, validator = json.loads(write(file)), schema()

    def errors(path: list[Any], value: Any) -> list[tuple[list[Any], str]]:
        faulty = json.loads(changed(file, path, value))
        return [(list(error.absolute_path), error.validator) for error in validator.iter_errors(faulty)]

    assert list(validator.iter_errors(data)) == []
    assert errors(["content", "unit", "phone"], "110") == [(["content", "unit"], "additionalProperties")]
    assert errors(["content", "assessments", 0, "figures", "final_general"], 980) == [
        (["content", "assessments", 0, "figures", "final_general"], "type")
    ]
    assert errors(["content", "assessments", 0, "figures", "final_general"], "980.0") == [
        (["content", "assessments", 0, "figures", "final_general"], "pattern")
    ]
    assert errors(["content", "unit", "name"], ...) == [(["content", "unit"], "required")]


def test_the_commands_carry_a_filing_with_its_evidence_from_one_installation_to_another(settings: LazySettings, tmp_path: Path) -> None:
    line = filled_line(Status.SUBMITTED)
    target, beside, out = tmp_path / "filing.json", tmp_path / "evidence", StringIO()
    call_command("export_filing", line.unit.code, 2022, output=target, evidence=beside, stdout=out)
    there = Elsewhere(line, settings, tmp_path)

    call_command("import_filing", target, by=there.preparer.username, evidence=beside, stdout=out)

    signed = line.filing.snapshots.get().digest
    assert out.getvalue() == f"{target}: {signed}\n某市就业服务中心 2022 年度: {signed}\n"
    assert [path.read_bytes() for path in beside.iterdir()] == [PDF]
    assert signoff.digest_now(Filing.objects.get(pk=there.filing.pk)) == signed


def test_without_a_file_to_write_the_export_goes_to_standard_output() -> None:
    line, out = filled_line(Status.SUBMITTED), StringIO()

    call_command("export_filing", line.unit.code, 2022, stdout=out)

    assert out.getvalue() == write(export(line.filing))
    assert digest(json.dumps(json.loads(out.getvalue())["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)) == (
        line.filing.snapshots.get().digest
    )


def test_the_export_command_refuses_what_is_not_there(settings: LazySettings, tmp_path: Path) -> None:
    line = filled_line(Status.SUBMITTED)
    sha256 = line.assessment.evidence.get().sha256
    (Path(settings.MEDIA_ROOT) / evidence.evidence_path(sha256)).write_bytes(b"damaged")
    target = tmp_path / "filing.json"

    with pytest.raises(CommandError, match=r"^No filing of unit X99 for 2022\.$"):
        call_command("export_filing", "X99", 2022)
    with pytest.raises(CommandError, match=rf"^The evidence file 决算报表\.pdf \({sha256}\) is missing or damaged\.$"):
        call_command("export_filing", line.unit.code, 2022, output=target, evidence=tmp_path / "evidence")
    with pytest.raises(CommandError, match="No such file"):
        call_command("export_filing", line.unit.code, 2022, output=tmp_path / "absent" / "filing.json")
    assert not target.exists()


def test_the_import_command_says_what_is_wrong_with_its_places(tmp_path: Path) -> None:
    line = filled_line()
    target = tmp_path / "filing.json"
    target.write_text(write(made_otherwise(export(line.filing), ["content", "assessments", 0, "figures", "nonsense"], "1")), "utf-8")
    before = stored()

    with pytest.raises(CommandError, match=r"^有数据不合要求，未保存\nfigure:nonsense：本表没有这一项$"):
        call_command("import_filing", target, by=line.preparer.username)
    with pytest.raises(CommandError, match=r"^No active user nobody\.$"):
        call_command("import_filing", target, by="nobody")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_filing", tmp_path / "absent.json", by=line.preparer.username)
    assert stored() == before


def test_a_number_of_a_billion_digits_is_refused_before_it_is_made() -> None:
    raw = b'{"content":{"round":{"fiscal_year":1e999999999}}}'

    assert refusal_of(lambda: read(raw)) == ('交换文件有误：\n数值 1e999999999 应写成文字，如 "58796.51"', {})


def test_a_digest_alone_gives_nobody_another_unit_s_file() -> None:
    victim, thief = Line(), Line()
    item = evidence.add_evidence(victim.assessment.pk, by=victim.preparer, name="内部.pdf", data=PDF + b"x", indicators=[], public=False)
    content = contents.content_of(thief.filing)
    taken = content.assessments[0].model_copy(update={"evidence": (contents.evidence_content(item),)})
    file = pack(content.model_copy(update={"assessments": (taken,)}), [thief.assessment.scheme.scheme])

    refused = refusal_of(lambda: import_file(file, by=thief.preparer))

    assert refused == ("缺少佐证材料“内部.pdf”，请用 --evidence 指明其所在的文件夹", {})
