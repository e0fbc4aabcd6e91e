"""Plain factories: real rows through the real services."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings

from assessment.domain.own_rows import OwnRow
from assessment.domain.projects import ProjectRow
from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Status
from assessment.models import Assessment, Filing, Part, Round, SchemeVersion
from assessment.services import contents, parts, review, signoff, threads
from assessment.services.filings import open_filing
from assessment.services.own_rows import save_own_rows
from assessment.services.projects import save_projects
from assessment.services.schemes import load_scheme, read_scheme
from reports.services.demo_answers import full_answers
from tests.reports.samples import project_inputs
from units.models import BudgetUnit, Role, User
from units.services import add_unit, add_user, grant

PASSWORD = "correct-horse-9"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
_numbers = count(1)


@cache
def example_scheme() -> Scheme:
    return read_scheme((Path(settings.BASE_DIR) / "schemes" / "示例-部门整体.yaml").read_text("utf-8"))


def changed_scheme(code: str, indicators: dict[str, dict[str, Any]], **changes: Any) -> Scheme:
    """The example scheme as another one, with other ``indicators`` by code and other keys."""
    data = example_scheme().model_dump(mode="json")

    def replaced(item: dict[str, Any]) -> dict[str, Any]:
        return item | {"children": [replaced(child) for child in item["children"]]} | indicators.get(item["code"], {})

    return Scheme.model_validate(data | {"code": code, "indicators": [replaced(item) for item in data["indicators"]]} | changes)


#: Beside quantities there are aims in words, and what is reached far beyond its target is asked for a reason.
OWN_GROUP: dict[str, Any] = {
    "kinds": ["数量指标", "质量指标"],
    "minimum": 2,
    "levels": [
        {"code": "reached", "label": "达成预期", "low": "0.8", "high": "1"},
        {"code": "partly", "label": "部分达成", "low": "0.5", "high": "0.8"},
        {"code": "missed", "label": "未达成", "low": "0", "high": "0.5"},
    ],
    "deviation": {"ratio": "1.5", "points": "0.5"},
}


@cache
def own_scheme() -> Scheme:
    """The example scheme where the unit sets the rows of 效果性 (``effect``, 8 points) itself."""
    group = {"children": [], "own": OWN_GROUP, "evidence": "验收材料", "basis": "取自年初绩效目标"}
    return changed_scheme("example_own", {"effect": group})


def own_rows() -> list[OwnRow]:
    """Two new rows that no check objects to."""
    courses = OwnRow("", "effect", "举办培训", Decimal(5), "数量指标", "at_least", Decimal(10), Decimal(10), "期")
    return [courses, OwnRow("", "effect", "培训质量", Decimal(3), "质量指标", aim="学员普遍认可")]


def stored_scheme(scheme: Scheme) -> SchemeVersion:
    return load_scheme(scheme)[0]


def make_department(name: str = "某市人力资源和社会保障局") -> BudgetUnit:
    return add_unit(f"D{next(_numbers):06}", name)


def make_unit(department: BudgetUnit | None = None, name: str = "某市就业服务中心") -> BudgetUnit:
    department = department or make_department()
    return add_unit(f"U{next(_numbers):06}", name, department)


def make_user(role: Role | None = None, unit: BudgetUnit | None = None) -> User:
    """A person holding ``role`` at ``unit``."""
    user = add_user(f"user{next(_numbers)}", role.label if role else "无角色", PASSWORD)
    if role and unit:
        grant(user, unit, role)
    return user


def make_round(department: BudgetUnit, year: int = 2022, **changes: object) -> Round:
    values: dict[str, object] = {
        "whole_scheme": changes.get("whole_scheme") or stored_scheme(example_scheme()),
        "title": f"{year} 年度绩效自评",
        "notice_number": "某财绩〔2023〕2号",
        "notice_title": "关于开展绩效自评工作的通知",
        "inner_deadline": date(year + 1, 4, 20),
        "outer_deadline": date(year + 1, 4, 30),
        "publication_date": date(year + 1, 4, 23),
    }
    return Round.objects.create(department=department, fiscal_year=year, **(values | changes))


class Line:
    """One unit's filing with everybody who takes part in it."""

    def __init__(
        self, status: Status = Status.DRAFT, *, filled: bool = True, department: BudgetUnit | None = None, **round_changes: object
    ):
        self.department = department or make_department()
        self.unit = make_unit(self.department)
        self.preparer, self.head = make_user(Role.PREPARER, self.unit), make_user(Role.HEAD, self.unit)
        self.reviewer, self.lead = make_user(Role.REVIEWER, self.department), make_user(Role.LEAD, self.department)
        round_ = Round.objects.filter(department=self.department, fiscal_year=2022).first() or make_round(self.department, **round_changes)
        self.filing = open_filing(round_, self.unit)
        if filled or status != Status.DRAFT:
            fill(self.assessment, by=self.preparer)
        self.advance(status)

    @property
    def assessment(self) -> Assessment:
        return self.filing.assessments.select_related("scheme").get(kind="whole")

    def part(self, kind: Part.Kind) -> Part:
        return self.assessment.parts.get(kind=kind)

    def sign(self) -> None:
        self.filing.refresh_from_db()
        signoff.sign(self.filing.pk, by=self.head, digest_seen=signoff.digest_now(self.filing))

    def review(self) -> None:
        self.filing.refresh_from_db()
        points = {score.pk: review.ReviewPoints(score.self_points) for score in self.assessment.scores.all()}
        review.save_review(self.filing.pk, by=self.reviewer, version=self.filing.review_version, points=points, comment="")

    def answer(self) -> None:
        """Every thread that waits for the unit."""
        for thread in self.filing.threads.unanswered():
            threads.answer(thread.pk, by=self.preparer, text="已更正")

    def settle(self) -> None:
        """Every thread that was answered."""
        self.filing.refresh_from_db()
        answered = list(self.filing.threads.filter(state="answered").values_list("pk", flat=True))
        version, comment = self.filing.review_version, self.filing.review_comment
        review.save_review(self.filing.pk, by=self.reviewer, version=version, points={}, comment=comment, settled=answered)

    def approve(self) -> None:
        self.filing.refresh_from_db()
        review.approve(self.filing.pk, by=self.lead, seen=self.filing.last_event)

    def return_figures(self) -> None:
        comments = [review.PartComment(self.part(Part.Kind.FIGURES).pk, "决算数有误")]
        review.return_parts(self.filing.pk, by=self.reviewer, comments=comments)

    def advance(self, status: Status) -> None:
        """From draft to ``status``, each step by the person whose turn it is."""
        order = [Status.AWAITING_SIGNOFF, Status.SUBMITTED, Status.UNDER_REVIEW, Status.REVIEWED, Status.APPROVED, Status.PUBLISHED]
        if status == Status.RETURNED:
            self.advance(Status.UNDER_REVIEW)
            self.return_figures()
        elif status != Status.DRAFT:
            steps = [
                lambda: (self.answer(), signoff.request_signoff(self.filing.pk, by=self.preparer, filled_on=date(2023, 4, 18))),
                self.sign,
                lambda: review.open_review(self.filing.pk, by=self.reviewer),
                lambda: (self.review(), self.settle(), review.recommend(self.filing.pk, by=self.reviewer)),
                self.approve,
                self.publish,
            ]
            for step in steps[: order.index(status) + 1]:
                step()
        self.filing.refresh_from_db()

    def publish(self) -> None:
        from reports.services.printing import run_print_job
        from reports.services.publications import publish

        for job in self.filing.print_jobs.filter(state="waiting"):
            run_print_job(job.pk)
        publish(self.filing.pk, by=self.lead)


def good_figures() -> dict[str, Decimal]:
    """Figures that no check objects to."""
    figures = {field.code: Decimal(0) for field in example_scheme().inputs}
    given = {
        "staff_posts": "40", "staff_actual": "38", "opening_general": "1000", "adjusted_general": "1000", "final_general": "980",
        "carry_out": "20", "personnel_budget": "500", "personnel_final": "500", "office_budget": "100", "office_final": "90",
        "project_budget": "400", "project_final": "390", "assets_total": "800", "assets_used": "780", "tasks_due": "10", "tasks_done": "10",
        "goals_due": "10", "goals_met": "10", "projects_due": "3", "projects_ontime": "3", "satisfaction": "95.5", "survey_size": "100",
    }  # fmt: skip
    return figures | {code: Decimal(value) for code, value in given.items()}


def fill(assessment: Assessment, *, by: User, figures: dict[str, Decimal] | None = None) -> None:
    """Everything a preparer types, so that nothing stands against sign-off."""
    scheme = assessment.scheme.scheme
    parts.save_figures(assessment.pk, by=by, version=0, figures=figures or good_figures())
    texts = {
        section.code: f"{section.heading or '开头'}的文字，支出决算合计{{{{final_total}}}}。" for section in scheme.sections if section.text
    }
    if scheme.own_groups:
        save_own_rows(assessment.pk, by=by, version=0, rows=own_rows())
    parts.save_narrative(assessment.pk, by=by, version=0, texts=texts)
    parts.save_scores(assessment.pk, by=by, version=0, answers=full_answers(assessment))
    warnings = [finding.key for finding in contents.evaluate(assessment).findings if finding.severity == "warning"]
    parts.save_explanations(assessment.pk, by=by, version=0, texts=dict.fromkeys(warnings, "原因已说明"))


def save_list(line: Line, *rows: ProjectRow, version: int | None = None, by: User | None = None) -> list[Assessment]:
    """The list of the line's filing as given; returns its projects in their order."""
    part = line.part(Part.Kind.PROJECTS)
    save_projects(line.assessment.pk, by=by or line.preparer, version=part.version if version is None else version, rows=rows)
    return sorted(line.filing.assessments.projects().select_related("scheme", "filing__round"), key=Assessment.order)


def fill_project(project: Assessment, *, by: User) -> None:
    """Everything a preparer types for a project, so that nothing stands against sign-off."""
    given = project_inputs()
    parts.save_figures(project.pk, by=by, version=0, figures=given.figures)
    save_own_rows(
        project.pk, by=by, version=project.parts.get(kind="own_rows").version, rows=[replace(row, code="") for row in given.own_rows]
    )
    parts.save_narrative(project.pk, by=by, version=0, texts=given.narrative)
    parts.save_scores(project.pk, by=by, version=0, answers=full_answers(project))
    warnings = [finding.key for finding in contents.evaluate(project).findings if finding.severity == "warning"]
    parts.save_explanations(project.pk, by=by, version=0, texts=dict.fromkeys(warnings, "原因已说明"))


def make_filing(status: Status = Status.DRAFT) -> Filing:
    return Line(status).filing
