"""What hostile hands tried with schemes, own rows and waivers, and what happens now."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.domain.errors import DomainError
from assessment.domain.inputs import Answer
from assessment.domain.own_rows import OwnRow
from assessment.domain.workflow import Act, Status
from assessment.models import Part
from assessment.permissions import refusal
from assessment.services import parts, waivers
from assessment.services.own_rows import MAX_NUMBER, save_own_rows
from assessment.services.schemes import read_scheme
from reports.services.demo import SCHEME
from tests.browsing import read, send, signed_in
from tests.factories import OWN_GROUP, Line, changed_scheme, make_department, make_round, make_user, own_rows, own_scheme, stored_scheme
from tests.tools import refusal_of
from units.models import Role
from units.services import grant

pytestmark = pytest.mark.django_db

TEXT = SCHEME.read_text("utf-8")


def faults_of(old: str, new: str) -> list[str]:
    assert TEXT.count(old) >= 1
    with pytest.raises(DomainError) as refused:
        read_scheme(TEXT.replace(old, new, 1))
    return [line.partition("　")[2] or line for line in str(refused.value).split("\n")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: whole\n", "kind: whole\nkind: project\n", ["第 19 行：“kind”写了两遍"]),
        (
            "code: staff_temp, label: 编外人数, continues: staff_temp,",
            "code: version, label: 编外人数,",
            ["groups.0.fields.3.code：“version”是页面自用的名称"],
        ),
        ("code: opening, level: 0,", "code: adopt, level: 0,", ["sections.0.code：“adopt”是页面自用的名称"]),
        ("label: 编外人数", "label: 编外\U0001f600人数", ["groups.0.fields.3.label：有无法打印的字符：“\U0001f600”（U+1F600）"]),
    ],
)
def test_a_scheme_that_would_break_a_page_or_every_print_is_refused_when_it_is_read(old: str, new: str, expected: list[str]) -> None:
    assert [line for line in faults_of(old, new) if not line.startswith("指标体系文件有")] == expected


def test_a_cap_over_a_figure_that_may_be_left_out_is_refused() -> None:
    cap = '\ncaps:\n  - {code: low, when: staff_temp > 5, at_most: "59", reason: 编外过多}\n\nsections:\n'
    text = TEXT.replace("\nsections:\n", cap, 1).replace("label: 编外人数,", "label: 编外人数, required: false,", 1)

    with pytest.raises(DomainError) as refused:
        read_scheme(text)

    assert str(refused.value).split("　")[-1] == "caps.0.when：封顶用到“编外人数”，这个字段应为必填"


def test_more_faults_than_anybody_mends_at_once_are_counted_and_not_all_told() -> None:
    with pytest.raises(DomainError) as refused:
        read_scheme("\n".join(f"x{number}: y" for number in range(150)))

    lines = str(refused.value).split("\n")
    assert (len(lines), lines[-1]) == (102, "另有 62 处，改正以上各处后再检查")


def two_groups() -> Line:
    second = OWN_GROUP | {"kinds": ["甲类", "乙类"]}
    scheme = changed_scheme("example_two", {"effect": {"children": [], "own": OWN_GROUP}, "fairness": {"children": [], "own": second}})
    line = Line(whole_scheme=stored_scheme(scheme))
    third = OwnRow("", "fairness", "接访", Decimal(6), "甲类", "at_least", Decimal(5), Decimal(5), "次")
    part = line.part(Part.Kind.OWN_ROWS)
    save_own_rows(line.assessment.pk, by=line.preparer, version=part.version, rows=[*own_rows(), third])
    return line


def test_a_page_sent_over_rows_that_moved_shows_each_beside_its_own_and_loses_nothing() -> None:
    line = two_groups()
    address = reverse("assessment:own_rows", args=[line.assessment.pk])
    client, colleague = signed_in(line.preparer), signed_in(make_user(Role.PREPARER, line.unit))
    mine = client.get(address)
    send(colleague, colleague.get(address), changes={"own_3-remove": "on", "own_4-remove": "on"})

    stale = send(client, mine, changes={"own_5-actual": "4"})

    shown = read(stale)
    assert stale.status_code == 409
    assert [field.attributes["value"] for field in shown.select("fieldset.own input[value=接访]")] == ["接访"]
    assert [text for text in shown.texts(".standing") if "实际完成值" in text][-1] == "现存 实际完成值：5"


def test_numbers_of_own_rows_end_before_they_no_longer_fit_a_code() -> None:
    line = Line(whole_scheme=stored_scheme(own_scheme()))
    version, (courses, _) = line.part(Part.Kind.OWN_ROWS).version, own_rows()

    def save(*codes: str) -> Any:
        rows = [OwnRow(code, "effect", f"第{code}项", Decimal(1), courses.kind) for code in codes]
        return save_own_rows(line.assessment.pk, by=line.preparer, version=version, rows=rows)

    assert refusal_of(lambda: save(f"own_{MAX_NUMBER + 1}"))[0] == "自设指标的编号重复或不对，未保存"
    version = save(f"own_{MAX_NUMBER}").version
    assert refusal_of(lambda: save(f"own_{MAX_NUMBER}", ""))[0] == "自设指标的编号已用尽，请修改现有的行"


def test_a_row_that_changes_after_a_return_loses_the_office_s_points() -> None:
    line = Line(whole_scheme=stored_scheme(own_scheme()))
    saved = save_own_rows(line.assessment.pk, by=line.preparer, version=line.part(Part.Kind.OWN_ROWS).version, rows=own_rows())
    rows = [row.row() for row in line.assessment.own_rows.all()]
    answers = {row.code: Answer(self_points=row.points) for row in rows}
    parts.save_scores(line.assessment.pk, by=line.preparer, version=line.part(Part.Kind.SCORES).version, answers=answers)
    line.assessment.scores.update(review_points=Decimal(1), review_reason="复核")

    changed = [OwnRow(rows[0].code, "effect", "另一项培训", Decimal(5), rows[0].kind, target=Decimal(1), actual=Decimal(1)), *rows[1:]]
    save_own_rows(line.assessment.pk, by=line.preparer, version=saved.version, rows=changed)

    points = dict(line.assessment.scores.filter(code__startswith="own_").values_list("code", "review_points"))
    assert points == {rows[0].code: None, rows[1].code: Decimal(1)}


def test_points_of_a_row_without_a_kind_count_as_given_away_and_a_long_name_is_told_in_words() -> None:
    line = two_groups()
    line.assessment.own_rows.filter(group="fairness").update(kind="")
    address, client = reverse("assessment:own_rows", args=[line.assessment.pk]), signed_in(line.preparer)

    page = client.get(address)
    long = send(client, page, changes={"own_3-label": "长" * 101})

    assert read(page).texts("section.sheet h2 .quiet") == ["已分配 8 / 8 分", "已分配 6 / 6 分"]
    assert (long.status_code, read(long).texts(".field-error")) == (422, ["超过 100 字，请精简（现有 101 字）"])


def test_only_one_level_is_chosen_of_a_judgement() -> None:
    line = Line()
    answers = {"social_effect": Answer(frozenset({"achieved", "missed"}), Decimal(8))}

    version = line.part(Part.Kind.SCORES).version
    told = refusal_of(lambda: parts.save_scores(line.assessment.pk, by=line.preparer, version=version, answers=answers))

    assert told == ("有得分不合要求，未保存", {"score:social_effect": "只能选择一项"})


def test_who_waived_for_the_office_does_not_sign_for_the_unit() -> None:
    line = Line()
    until = timezone.localdate() + timedelta(days=3)
    waivers.grant_waiver(line.assessment.pk, by=line.lead, key="full_marks", reason="已核实", expires_on=until)
    line.lead.memberships.all().delete()
    grant(line.lead, line.unit, Role.HEAD)
    line.advance(Status.AWAITING_SIGNOFF)

    assert refusal(line.lead, line.filing, Act.SIGN) == "您曾在财务部门办理这份材料，不能再代表单位办理"
    assert refusal(line.head, line.filing, Act.SIGN) == ""


def test_the_desk_names_only_the_rounds_of_departments_that_one_sees() -> None:
    line = Line(filled=False)
    other = make_department("某市民政局")
    make_round(other)
    version = line.filing.round.whole_scheme

    page = signed_in(line.lead).get(reverse("admin:assessment_schemeversion_change", args=[version.pk]))

    named = next(item for item in read(page).select(".about div") if item.one("dt").text == "选用它的评价年度")
    assert named.one("dd").text == f"{line.department} 2022 年度"
