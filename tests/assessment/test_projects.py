"""The list of projects, and each project as an assessment of its own: filed, signed, reviewed, carried along, known again next year."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assessment.domain.exchange import FilingContent
from assessment.domain.projects import ProjectRow
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Status
from assessment.models import Message, Part, Score
from assessment.services import contents, parts, review, signoff
from assessment.services.carrying import carry_over
from assessment.services.exchange import export, import_file
from assessment.services.filings import open_filing
from assessment.services.history import history_of
from assessment.services.last_year import find_assessment, signed_before
from assessment.services.projects import offered
from assessment.services.verify import verify_record
from reports.services.printing import run_print_job
from tests.browsing import Element, messages, send, signed_in
from tests.browsing import read as page_of
from tests.factories import Line, fill_project, make_round, save_list, stored_scheme
from tests.reports.samples import project_inputs, project_scheme
from tests.tools import refusal_of
from units.models import BudgetUnit

pytestmark = pytest.mark.django_db

TRAINING = ProjectRow("技能提升培训", "0051", Decimal(1200), major_policy=True)
FAIR = ProjectRow("招聘会", "", Decimal("20.5"))
NOTHING_SAVED = "有项目不合要求，未保存"


def project_line(status: Status = Status.DRAFT, *rows: ProjectRow, **changes: Any) -> Line:
    """A line whose round asks for projects, with the rows filed whole before it moves."""
    line = Line(project_scheme=stored_scheme(project_scheme()), key_amount=Decimal(1000), **changes)
    for project in save_list(line, *rows) if rows else ():
        fill_project(project, by=line.preparer)
    explain(line)
    line.advance(status)
    return line


def explain(line: Line) -> None:
    """The whole is held against the projects that stand beside it now."""
    whole = line.assessment
    warnings = [finding.key for finding in contents.evaluate(whole).findings if finding.severity == "warning"]
    version = line.part(Part.Kind.EXPLANATIONS).version
    parts.save_explanations(whole.pk, by=line.preparer, version=version, texts=dict.fromkeys(warnings, "原因已说明"))


def listed(line: Line) -> list[ProjectRow]:
    return [replace(item.project_row(), id=None) for item in contents.assessments_of(line.filing) if item.kind == "project"]


def with_ids(line: Line) -> dict[str, ProjectRow]:
    return {item.name: item.project_row() for item in line.filing.assessments.projects()}


def list_page(line: Line) -> str:
    return reverse("assessment:projects", args=[line.assessment.pk])


def names(page: Element) -> list[str]:
    return [box.attributes.get("value", "") for box in page.select(".project-name input")]


def test_a_round_without_a_scheme_for_projects_asks_for_none() -> None:
    line = Line()

    assert not line.assessment.parts.filter(kind=Part.Kind.PROJECTS).exists()
    assert signed_in(line.preparer).get(list_page(line)).status_code == 404


def test_each_project_on_the_list_is_an_assessment_with_its_own_parts() -> None:
    line = project_line()

    fair, training = save_list(line, TRAINING, FAIR)

    assert [(item.name, item.scheme.code, item.project_code) for item in (training, fair)] == [
        ("技能提升培训", "example_project", "0051"),
        ("招聘会", "example_project", ""),
    ]
    assert set(training.parts.values_list("kind", flat=True)) == set(Part.Kind) - {Part.Kind.PROJECTS}
    assert set(line.assessment.parts.values_list("kind", flat=True)) == set(Part.Kind) - {Part.Kind.OWN_ROWS}
    last = line.filing.events.order_by("-number").first()
    assert last is not None
    assert json.loads(last.detail) == {"part": "projects", "version": 1, "changed": ["+技能提升培训", "+招聘会"]}


def test_a_list_is_changed_row_by_row_and_the_same_list_again_is_not_recorded() -> None:
    line = project_line(filled=False)
    save_list(line, TRAINING, FAIR)
    rows = with_ids(line)

    save_list(line, *rows.values())
    assert (line.part(Part.Kind.PROJECTS).version, line.filing.events.count()) == (1, 1)
    save_list(line, replace(rows["招聘会"], name="春季招聘会", code="7"))

    assert listed(line) == [ProjectRow("春季招聘会", "7", Decimal("20.5"))]
    last = line.filing.events.order_by("-number").first()
    assert last is not None
    assert json.loads(last.detail)["changed"] == ["-技能提升培训", "春季招聘会"]


@pytest.mark.parametrize(
    ("rows", "message", "places"),
    [
        ([ProjectRow("")], NOTHING_SAVED, {"project:0:name": "请填写项目名称"}),
        (
            [TRAINING, replace(FAIR, code="0051")],
            NOTHING_SAVED,
            dict.fromkeys(["project:0:code", "project:1:code"], "有 2 个项目用这一编码"),
        ),
        ([replace(TRAINING, id=10**9)], "项目清单中有不属于本材料的项目，未保存", {}),
        ([ProjectRow(f"项目{number}") for number in range(101)], "项目最多 100 个，未保存；请合并同类项目", {}),
    ],
)
def test_a_list_that_cannot_stand_is_refused_whole(rows: list[ProjectRow], message: str, places: dict[str, str]) -> None:
    line = project_line()

    assert refusal_of(lambda: save_list(line, *rows)) == (message, places)


def test_a_project_of_another_unit_is_not_taken_over() -> None:
    line, other = project_line(), project_line()
    (theirs,) = save_list(other, TRAINING)

    assert refusal_of(lambda: save_list(line, replace(TRAINING, id=theirs.pk)))[0] == "项目清单中有不属于本材料的项目，未保存"


def test_a_stale_list_is_not_saved_over_another_s() -> None:
    line = project_line()
    save_list(line, TRAINING)

    assert refusal_of(lambda: save_list(line, FAIR, version=0))[0].startswith("这一部分刚被他人保存过")


def test_a_filing_is_not_signed_while_something_stands_against_a_project() -> None:
    line = project_line()
    save_list(line, TRAINING)

    message, places = refusal_of(lambda: signoff.request_signoff(line.filing.pk, by=line.preparer))

    assert message.startswith("还有 ") and message.endswith(" 处须处理的核查意见（项目：技能提升培训），不能提请签批")
    assert {place.partition(":")[0] for place in places} == {str(line.filing.assessments.projects().get().pk)}


def test_projects_are_signed_behind_the_whole_by_code_and_name_with_what_the_list_says() -> None:
    line = project_line(Status.SUBMITTED, TRAINING, FAIR)
    content = FilingContent.model_validate_json(line.filing.snapshots.get().content)

    assert [(item.kind, item.name) for item in content.assessments] == [
        ("whole", "部门整体支出"),
        ("project", "招聘会"),
        ("project", "技能提升培训"),
    ]
    assert [item.project.model_dump() if item.project else None for item in content.assessments] == [
        None,
        {"code": "", "amount": "20.5", "major_policy": False, "livelihood": False, "key": ()},
        {"code": "0051", "amount": "1200", "major_policy": True, "livelihood": False, "key": ("重大政策", "金额达到 1,000.00 万元")},
    ]


def test_another_key_amount_later_is_no_break_of_the_record() -> None:
    line = project_line(Status.SUBMITTED, TRAINING)
    line.filing.round.key_amount = Decimal(5000)
    line.filing.round.save()

    assert list(verify_record()) == []


def take_the_code_of(unit: BudgetUnit, other: BudgetUnit) -> None:
    """As if ``other`` were the unit in another installation."""
    for changed, code in ((unit, "moved"), (other, unit.code)):
        BudgetUnit.objects.filter(pk=changed.pk).update(code=code, path=changed.path.replace(changed.code, code))


def test_the_projects_travel_in_an_exchange_file_and_the_list_there_follows_it() -> None:
    line = project_line(Status.SUBMITTED, TRAINING, FAIR)
    file = export(line.filing)
    there = project_line(department=line.department, filled=False)
    take_the_code_of(line.unit, there.unit)
    save_list(there, ProjectRow("别的项目"), ProjectRow("培训", "0051"))
    kept = there.filing.assessments.get(project_code="0051").pk

    filing = import_file(file, by=there.preparer)

    assert export(filing).digest == file.digest
    assert filing.assessments.get(name="技能提升培训").pk == kept
    assert [row.name for row in listed(there)] == ["招聘会", "技能提升培训"]


def test_projects_are_not_imported_where_the_round_asks_for_none() -> None:
    line = project_line(Status.SUBMITTED, TRAINING)
    file = export(line.filing)
    there = Line(filled=False)
    take_the_code_of(line.unit, there.unit)

    assert refusal_of(lambda: import_file(file, by=there.preparer))[0] == "这份材料所在的评价年度不填项目自评"


def next_year(line: Line, scheme: Scheme | None = None) -> Line:
    """The same unit's filing of the year after, in a line of its own."""
    following = object.__new__(Line)
    following.__dict__ |= line.__dict__
    round_ = make_round(line.department, 2023, project_scheme=stored_scheme(scheme or project_scheme()))
    following.filing = open_filing(round_, line.unit)
    return following


def test_a_project_of_last_year_begins_with_its_figures_beside_it_and_its_indicators() -> None:
    following = next_year(project_line(Status.SUBMITTED, TRAINING, FAIR))

    assert [row.name for row in offered(following.filing)] == ["招聘会", "技能提升培训"]
    other, renamed = save_list(following, ProjectRow("新项目"), replace(TRAINING, name="技能提升培训二期"))

    assert [row.name for row in offered(following.filing)] == ["招聘会"]
    assert renamed.last_year["executed_grant"] == "287.65"
    assert [(row.label, row.points, row.target, row.actual, row.aim) for row in renamed.own_rows.all()][:2] == [
        ("补贴性职业技能培训人次", Decimal(15), None, None, ""),
        ("培训合格率", Decimal(20), None, None, ""),
    ]
    assert (other.last_year, list(other.own_rows.all())) == ({}, [])


def test_indicators_of_last_year_that_this_year_s_table_cannot_hold_are_not_taken_over() -> None:
    line = project_line(Status.SUBMITTED, TRAINING)
    kinds, points = {"output": ("数量指标", "时效指标")}, {"output": Decimal(65), "benefit": Decimal(15)}
    scheme = project_scheme()
    rows = [row.model_copy(update={"points": points.get(row.code, row.points)}) for row in scheme.indicators]
    fewer = [
        row.model_copy(update={"own": row.own.model_copy(update={"kinds": kinds[row.code]})}) if row.code in kinds else row for row in rows
    ]
    following = next_year(line, scheme.model_copy(update={"version": "9.9", "indicators": tuple(fewer)}))

    (project,) = save_list(following, TRAINING)

    # No longer asked for: 质量指标; worth more than its group now: 就业率.
    assert [row.label for row in project.own_rows.all()] == [
        "补贴性职业技能培训人次",
        "补贴资金按时拨付率",
        "技能人才队伍持续壮大",
        "参训人员满意度",
    ]


def test_what_is_signed_later_is_handed_on_to_the_same_project() -> None:
    line = project_line(Status.AWAITING_SIGNOFF, TRAINING)
    following = next_year(line)
    (project,) = save_list(following, TRAINING)
    assert project.last_year == {}

    line.sign()

    project.refresh_from_db()
    assert project.last_year["executed_grant"] == "287.65"


def test_a_project_that_gets_another_s_code_gets_its_last_year() -> None:
    following = next_year(project_line(Status.SUBMITTED, TRAINING))
    (project,) = save_list(following, ProjectRow("别名"))

    save_list(following, replace(project.project_row(), code="0051"))

    project.refresh_from_db()
    assert project.last_year["executed_grant"] == "287.65"


def test_another_amount_leaves_last_year_as_it_is() -> None:
    line = project_line(Status.SUBMITTED, TRAINING)
    following = next_year(line)
    (project,) = save_list(following, TRAINING)
    line.filing.refresh_from_db()
    signoff.recall(line.filing.pk, by=line.preparer)  # for now nothing is signed

    save_list(following, replace(project.project_row(), amount=Decimal(1300)))

    project.refresh_from_db()
    assert (project.amount, project.last_year["executed_grant"]) == (Decimal(1300), "287.65")


def test_a_project_that_means_another_one_now_keeps_nothing_that_was_taken_over() -> None:
    following = next_year(project_line(Status.SUBMITTED, TRAINING))
    (project,) = save_list(following, TRAINING)
    carry_over(project.pk, by=following.preparer, version=0)
    assert [figure.code for figure in project.figures.all()] == ["budget_carried"]

    save_list(following, replace(project.project_row(), name="别的", code="9"))

    project.refresh_from_db()
    assert (project.last_year, list(project.figures.all())) == ({}, [])
    assert project.parts.get(kind=Part.Kind.FIGURES).version == 2  # a page that shows the figure is overtaken
    told = [entry.detail for entry in history_of(following.filing, office=False)]
    assert "别的：基础数据表，撤去沿用 1 处" in told


def test_a_code_says_more_than_a_name() -> None:
    following = next_year(project_line(Status.SUBMITTED, replace(TRAINING, code=""), replace(FAIR, code="2")))

    (project,) = save_list(following, ProjectRow(TRAINING.name, "2"))

    found = find_assessment(signed_before(following.filing), project.project_row())
    assert found is not None and found.name == FAIR.name


def test_more_projects_than_a_list_can_have_are_not_laid_into_the_page() -> None:
    line = project_line(Status.DRAFT, TRAINING)
    client = signed_in(line.preparer)
    many = "\n".join(f"项目{number}" for number in range(100))

    answer = send(client, client.get(list_page(line)), changes={"paste": many}, read="1")
    long = send(client, client.get(list_page(line)), changes={"paste": "长" * 40_001}, read="1")

    assert messages(answer) == ["连同清单中已有的超过 100 个，没有列入；请合并同类项目"]
    assert page_of(answer).one("textarea[name=paste]").text.startswith("项目0 项目1")
    assert messages(long) == ["粘贴的内容超过 40000 字，没有列入；请分几次粘贴"]


def review_all(line: Line) -> None:
    """Every row of every assessment with the points that were claimed."""
    scores = Score.objects.filter(assessment__filing=line.filing)
    points = {score.pk: review.ReviewPoints(score.self_points) for score in scores}
    line.filing.refresh_from_db()
    review.save_review(line.filing.pk, by=line.reviewer, version=line.filing.review_version, points=points, comment="")


def test_every_project_is_reviewed_frozen_and_printed() -> None:
    line = project_line(Status.UNDER_REVIEW, TRAINING, FAIR)
    line.review()
    message, _ = refusal_of(lambda: review.recommend(line.filing.pk, by=line.reviewer))
    assert message == "还有 14 项没有复核得分（项目：招聘会、技能提升培训）"

    review_all(line)
    review.recommend(line.filing.pk, by=line.reviewer)
    line.approve()

    frozen = json.loads(line.filing.snapshots.get(kind="review").content)
    assert [(item["name"], len(item["scores"])) for item in frozen["assessments"]] == [
        ("部门整体支出", 28),
        ("招聘会", 7),
        ("技能提升培训", 7),
    ]
    job = line.filing.print_jobs.get()
    run_print_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")


def test_what_was_returned_keeps_its_comment_when_the_project_is_taken_off() -> None:
    line = project_line(Status.UNDER_REVIEW, TRAINING)
    project = line.filing.assessments.projects().get()
    wanted = [line.part(Part.Kind.PROJECTS), project.parts.get(kind="figures")]
    review.return_parts(line.filing.pk, by=line.reviewer, comments=[review.PartComment(part.pk, "不属本单位") for part in wanted])

    save_list(line)

    assert list(Message.objects.values_list("thread__label", "text", "thread__part")) == [
        ("项目清单", "不属本单位", wanted[0].pk),
        ("技能提升培训：基础数据表", "不属本单位", None),
    ]
    assert list(verify_record()) == []


def test_a_list_that_was_not_returned_is_closed() -> None:
    line = project_line(Status.UNDER_REVIEW, TRAINING)
    figures = line.filing.assessments.projects().get().parts.get(kind="figures")
    review.return_parts(line.filing.pk, by=line.reviewer, comments=[review.PartComment(figures.pk, "核对")])

    assert refusal_of(lambda: save_list(line, FAIR))[0] == "“项目清单”没有被退回，不能修改；只有被退回的部分可以修改"


def test_the_page_takes_new_rows_and_leads_to_each_project() -> None:
    line = project_line()
    client = signed_in(line.preparer)
    page = client.get(list_page(line))

    answer = send(client, page, changes={"r0-name": "技能提升培训", "r0-code": "0051", "r0-amount": "１，２００", "r0-major_policy": "on"})

    assert (messages(answer), listed(line)) == (["已保存"], [TRAINING])
    project = line.filing.assessments.projects().get()
    assert page_of(answer).one(".project-acts a").attributes["href"] == reverse("assessment:figures", args=[project.pk])
    assert client.get(reverse("assessment:figures", args=[project.pk])).status_code == 200


def test_bad_rows_are_told_at_their_place_and_nothing_is_lost() -> None:
    line = project_line()
    client = signed_in(line.preparer)
    page = client.get(list_page(line))

    answer = send(client, page, changes={"r0-name": "甲", "r0-amount": "五百", "r1-name": "乙", "r2-amount": "3"})
    assert (answer.status_code, page_of(answer).texts(".project-amount .field-error")) == (422, ["“五百”不是数字，请只填数字，不带单位"])

    answer = send(client, answer, changes={"r0-amount": "500"})
    assert (answer.status_code, page_of(answer).texts(".project-name .field-error")) == (422, ["请填写项目名称"])
    assert (names(page_of(answer)), listed(line)) == (["甲", "乙", ""], [])


def test_what_is_pasted_is_shown_first_behind_what_is_typed_and_then_saved() -> None:
    line = project_line()
    client = signed_in(line.preparer)
    page = client.get(list_page(line))

    answer = send(
        client, page, changes={"r0-name": "招聘会", "r0-amount": "20.5", "paste": "技能提升培训\t0051\t1200\t是\n坏的\t1\t五百"}, read="1"
    )

    assert listed(line) == []
    assert names(page_of(answer)) == ["招聘会", "技能提升培训", ""]
    assert page_of(answer).texts(".field-error") == [
        "有 1 行没有读出，留在这里，改正后再列入：第 2 行：“五百”不是数字，请只填数字，不带单位"
    ]
    assert page_of(answer).one("textarea[name=paste]").text == "坏的 1 五百"
    assert messages(send(client, answer)) == ["已保存"]
    assert listed(line) == [FAIR, TRAINING]


def test_nothing_pasted_is_told() -> None:
    line = project_line()
    client = signed_in(line.preparer)
    page = client.get(list_page(line))

    assert messages(send(client, page, read="1")) == ["没有读到项目，请从 Excel 复制“项目名称、项目编码、金额”等列后粘贴"]


def test_last_year_s_projects_are_laid_in_by_one_button() -> None:
    following = next_year(project_line(Status.SUBMITTED, TRAINING, FAIR))
    client = signed_in(following.preparer)
    page = client.get(list_page(following))

    answer = send(client, page, bring="1")
    assert (names(page_of(answer)), listed(following)) == (["招聘会", "技能提升培训", ""], [])
    send(client, answer)

    assert listed(following) == [FAIR, TRAINING]


def test_a_filled_project_is_removed_when_that_was_ticked_twice() -> None:
    line = project_line(Status.DRAFT, TRAINING, FAIR)
    client = signed_in(line.preparer)
    page = client.get(list_page(line))

    answer = send(client, page, changes={"r0-remove": "on"})
    assert answer.status_code == 422
    assert page_of(answer).texts(".project-acts .field-error") == ["已填 4 个部分，删除后不能恢复；确认删除请再保存一次"]
    assert listed(line) == [FAIR, TRAINING]

    assert messages(send(client, answer)) == ["已保存"]
    assert listed(line) == [TRAINING]


def test_two_who_change_the_list_see_both_versions() -> None:
    line = project_line()
    save_list(line, TRAINING)
    client = signed_in(line.preparer)
    page = client.get(list_page(line))
    save_list(line, replace(with_ids(line)["技能提升培训"], name="技能培训"))

    answer = send(client, page, changes={"r0-name": "培训", "r1-name": "招聘会"})

    assert answer.status_code == 409
    assert page_of(answer).texts(".standing") == ["现存 项目名称：技能培训"]
    assert messages(send(client, answer)) == ["已保存"]
    assert [row.name for row in listed(line)] == ["招聘会", "培训"]


def test_a_reviewer_scores_one_project_at_a_time() -> None:
    line = project_line(Status.UNDER_REVIEW, TRAINING)
    project = line.filing.assessments.projects().get()
    address = reverse("admin:assessment_filing_change", args=[line.filing.pk])
    client = signed_in(line.reviewer)
    page = client.get(address)
    assert page_of(page).texts(".every th a") == ["部门整体支出", "技能提升培训"]
    assert page_of(page).texts(".every .key-mark") == ["重大政策", "金额达到 1,000.00 万元"]

    page = client.get(f"{address}?shown={project.pk}")
    answer = send(client, page, "#review-form")

    assert answer.redirect_chain == [(f"{address}?shown={project.pk}", 302)]
    assert all(score.review_points == score.self_points for score in project.scores.all())
    assert {score.review_points for score in line.assessment.scores.all()} == {None}


@pytest.mark.parametrize("shown", ["0", "x", "99999999999999999999"])
def test_an_assessment_that_is_not_this_filing_s_is_not_shown(shown: str) -> None:
    line = project_line(Status.UNDER_REVIEW, TRAINING)
    address = reverse("admin:assessment_filing_change", args=[line.filing.pk])

    assert signed_in(line.reviewer).get(f"{address}?shown={shown}").status_code == 404


def test_the_filing_s_page_lists_the_projects() -> None:
    line = project_line(Status.DRAFT, TRAINING, FAIR)
    page = page_of(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk])))

    assert page.texts(".projects-summary th a") == ["招聘会", "技能提升培训"]


def next_link(line: Line) -> tuple[str, str]:
    """What is next on the filing's page, and where it leads."""
    page = page_of(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk])))
    link = page.one("section.next h2 a")
    return link.text, link.attributes["href"]


def test_a_project_that_nobody_began_says_so_and_its_own_indicators_come_before_its_scores() -> None:
    line = project_line(Status.DRAFT, TRAINING)
    save_list(line, *with_ids(line).values(), FAIR)
    fair = line.filing.assessments.projects().get(name="招聘会")

    page = page_of(signed_in(line.preparer).get(reverse("assessment:filing", args=[line.filing.pk])))
    assert [row.select("td")[3].text for row in page.select(".projects-summary tbody tr")] == ["未开始", "可以提请"]
    parts.save_figures(fair.pk, by=line.preparer, version=0, figures=project_inputs().figures)
    assert next_link(line) == ("“招聘会”的自设指标还有 3 组没有指标", reverse("assessment:own_rows", args=[fair.pk]))


def test_what_is_next_names_the_project_in_which_something_is_missing() -> None:
    line = project_line(Status.DRAFT, TRAINING)
    project = line.filing.assessments.projects().get()
    project.narratives.filter(pk=project.narratives.earliest("pk").pk).delete()

    assert next_link(line) == ("“技能提升培训”的自评报告还有 1 节文字未填", reverse("assessment:narrative", args=[project.pk]))


def test_what_is_next_leads_to_the_findings_of_the_project_that_has_them() -> None:
    line = project_line(Status.DRAFT, TRAINING)
    project = line.filing.assessments.projects().get()
    project.scores.filter(pk=project.scores.earliest("pk").pk).update(self_points=1, self_reason="")

    assert next_link(line) == ("处理 1 处核查意见", reverse("assessment:findings", args=[project.pk]))


def test_a_project_that_a_colleague_listed_meanwhile_is_named_and_what_was_typed_stays() -> None:
    line = project_line(filled=False)
    client = signed_in(line.preparer)
    page = client.get(list_page(line))
    save_list(line, ProjectRow("甲项目", "A1", Decimal(5)))

    stale = send(client, page, changes={"r0-name": "甲项目"})
    again = send(client, stale)

    assert (stale.status_code, again.status_code) == (409, 422)
    assert page_of(again).one("#id_r0-name").attributes["value"] == "甲项目"
    assert [row.name for row in listed(line)] == ["甲项目"]
