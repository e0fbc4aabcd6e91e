"""The list of projects: what is read of a copied table, what stands against a row, and which are key projects."""

from decimal import Decimal

import pytest

from assessment.domain.exchange import ProjectContent
from assessment.domain.projects import ProjectRow, find_same, is_same, key_reasons, list_faults, read_pasted
from tests.factories_domain import tiny_content

D = Decimal


@pytest.mark.parametrize(
    ("row", "key_amount", "reasons"),
    [
        (ProjectRow("甲"), None, ()),
        (ProjectRow("甲", amount=D(1000)), None, ()),
        (ProjectRow("甲", amount=D(1000)), D(1000), ("金额达到 1,000.00 万元",)),
        (ProjectRow("甲", amount=D("999.9999")), D(1000), ()),
        (ProjectRow("甲"), D(0), ()),
        (ProjectRow("甲", major_policy=True), None, ("重大政策",)),
        (ProjectRow("甲", livelihood=True), D(1), ("民生实事",)),
        (ProjectRow("甲", "", D(2), True, True), D(1), ("重大政策", "民生实事", "金额达到 1.00 万元")),
    ],
)
def test_a_project_is_key_by_policy_by_livelihood_or_by_its_amount(row, key_amount, reasons) -> None:
    assert key_reasons(row, key_amount) == reasons


@pytest.mark.parametrize(
    ("row", "other", "same"),
    [
        (ProjectRow("甲", "001"), ProjectRow("乙", "001"), True),
        (ProjectRow("甲", "001"), ProjectRow("甲", "002"), False),
        (ProjectRow("甲", "001"), ProjectRow("甲"), True),
        (ProjectRow("甲"), ProjectRow("甲", "001"), True),
        (ProjectRow("甲"), ProjectRow("乙"), False),
        (ProjectRow("甲", "1"), ProjectRow("乙", "01"), False),
    ],
)
def test_a_project_is_known_by_its_code_and_without_one_by_its_name(row, other, same) -> None:
    assert is_same(row, other) is same


def test_the_first_of_the_same_is_found() -> None:
    rows = [ProjectRow("甲", "1"), ProjectRow("乙", "2", id=7), ProjectRow("丙", "2", id=8)]

    assert find_same(ProjectRow("丁", "2"), rows) == rows[1]
    assert find_same(ProjectRow("丁"), rows) is None


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (ProjectRow("甲", "0012", D("1200.5678")), []),
        (ProjectRow("甲" * 100, "9" * 40, D(0)), []),
        (ProjectRow(""), [(0, "name", "请填写项目名称")]),
        (ProjectRow("甲" * 101), [(0, "name", "超过 100 字，请精简")]),
        (ProjectRow("甲\u202e"), [(0, "name", "有无法打印的字符：U+202E")]),
        (ProjectRow("甲", "9" * 41), [(0, "code", "超过 40 字，请精简")]),
        (ProjectRow("甲", amount=D(-1)), [(0, "amount", "不能为负数")]),
        (ProjectRow("甲", amount=D("99999999999.5")), [(0, "amount", "数值过大，请核对单位是否为“万元”")]),
        (ProjectRow("甲", amount=D("0.00001")), [(0, "amount", "最多 4 位小数")]),
    ],
)
def test_a_row_is_told_what_stands_against_it(row, faults) -> None:
    assert list(list_faults([row])) == faults


def test_no_two_projects_have_one_name_or_one_code() -> None:
    rows = [ProjectRow("甲", "1"), ProjectRow("乙", ""), ProjectRow("甲", "2"), ProjectRow("丙", "1"), ProjectRow("丁", "")]

    assert list(list_faults(rows)) == [
        (0, "name", "有 2 个项目同名，请写出区别"),
        (0, "code", "有 2 个项目用这一编码"),
        (2, "name", "有 2 个项目同名，请写出区别"),
        (3, "code", "有 2 个项目用这一编码"),
    ]


def test_a_copied_table_is_read_with_its_head_numbers_and_empty_lines_passed_over() -> None:
    pasted = read_pasted(
        "序号\t项目名称\t项目编码\t金额\n"
        "1\t技能培训\t0051\t１，２００.5\t是\t否\r\n"
        "\t\n"
        "  就业援助 \n"
        "2023 年春风行动\t\t\t\t√\n"
        "项目名称\t编码\n"
        "12345\t技能大赛\t3\n"
    )

    assert pasted.rows == (
        ProjectRow("技能培训", "0051", D("1200.5"), True, False),
        ProjectRow("就业援助"),
        ProjectRow("2023 年春风行动", "", None, False, True),
        ProjectRow("12345", "技能大赛", D(3)),
    )
    assert pasted.faults == ()


def test_what_cannot_be_read_is_told_with_its_line_and_the_rest_is_read() -> None:
    pasted = read_pasted("甲\t1\t五百\n乙\t2\t3\n丙\t3\t4\t也许\n丁\t4\t5\t是\t否\t备注\n")

    assert pasted.rows == (ProjectRow("乙", "2", D(3)),)
    assert pasted.faults == (
        "第 1 行：“五百”不是数字，请只填数字，不带单位",
        "第 3 行：“也许”应为“是”或“否”",
        "第 4 行：有 6 列，应为 5 列：项目名称、项目编码、金额、重大政策、民生实事",
    )


def test_no_more_is_read_than_a_list_can_have() -> None:
    pasted = read_pasted("\n".join(f"项目{number}" for number in range(103)))

    assert len(pasted.rows) == 100
    assert (pasted.faults, pasted.left) == (("第 101 行起：一次最多列入 100 个",), "项目100\n项目101\n项目102")


def test_a_project_s_facts_belong_to_a_project_and_to_it_alone() -> None:
    whole = tiny_content().assessments[0].model_dump()
    facts = ProjectContent(code="", amount=None, major_policy=False, livelihood=False, key=()).model_dump()

    for wrong in ({"project": facts}, {"kind": "project"}):
        with pytest.raises(ValueError, match="项目信息只属于项目支出自评"):
            type(tiny_content().assessments[0]).model_validate(whole | wrong)
