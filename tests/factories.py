"""Plain factories: real rows through the real services."""

from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path

from django.conf import settings

from assessment.domain.scheme import Scheme
from assessment.domain.workflow import Status
from assessment.models import Assessment, Filing, Part, Round
from assessment.services import contents, parts, review, signoff
from assessment.services.filings import open_filing
from assessment.services.schemes import load_scheme, read_scheme
from reports.services.demo import full_answers
from units.models import BudgetUnit, Role, User
from units.services import add_unit, add_user, grant

PASSWORD = "correct-horse-9"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
_numbers = count(1)


@cache
def example_scheme() -> Scheme:
    return read_scheme((Path(settings.BASE_DIR) / "schemes" / "示例-部门整体.yaml").read_text("utf-8"))


def make_department(name: str = "某市人力资源和社会保障局") -> BudgetUnit:
    return add_unit(f"D{next(_numbers):03}", name)


def make_unit(department: BudgetUnit | None = None, name: str = "某市就业服务中心") -> BudgetUnit:
    department = department or make_department()
    return add_unit(f"U{next(_numbers):03}", name, department)


def make_user(role: Role | None = None, unit: BudgetUnit | None = None) -> User:
    """A person holding ``role`` at ``unit``."""
    user = add_user(f"user{next(_numbers)}", role.label if role else "无角色", PASSWORD)
    if role and unit:
        grant(user, unit, role)
    return user


def make_round(department: BudgetUnit, year: int = 2022, **changes: object) -> Round:
    stored, _ = load_scheme(example_scheme())
    values: dict[str, object] = {
        "title": f"{year} 年度绩效自评",
        "notice_number": "某财绩〔2023〕2号",
        "notice_title": "关于开展绩效自评工作的通知",
        "inner_deadline": date(year + 1, 4, 20),
        "outer_deadline": date(year + 1, 4, 30),
        "publication_date": date(year + 1, 4, 23),
    }
    return Round.objects.create(department=department, fiscal_year=year, whole_scheme=stored, **(values | changes))


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
        return self.filing.assessments.select_related("scheme").get()

    def part(self, kind: Part.Kind) -> Part:
        return self.assessment.parts.get(kind=kind)

    def sign(self) -> None:
        self.filing.refresh_from_db()
        signoff.sign(self.filing.pk, by=self.head, digest_seen=signoff.digest_now(self.filing))

    def review(self) -> None:
        self.filing.refresh_from_db()
        points = {score.pk: review.ReviewPoints(score.self_points) for score in self.assessment.scores.all()}
        review.save_review(self.filing.pk, by=self.reviewer, version=self.filing.review_version, points=points, comment="")

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
                lambda: signoff.request_signoff(self.filing.pk, by=self.preparer, filled_on=date(2023, 4, 18)),
                self.sign,
                lambda: review.open_review(self.filing.pk, by=self.reviewer),
                lambda: (self.review(), review.recommend(self.filing.pk, by=self.reviewer)),
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
    parts.save_figures(assessment.pk, by=by, version=0, figures=figures or good_figures())
    texts = {
        section.code: f"{section.heading or '开头'}的文字，支出决算合计{{{{final_total}}}}。"
        for section in example_scheme().sections
        if section.text
    }
    parts.save_narrative(assessment.pk, by=by, version=0, texts=texts)
    parts.save_scores(assessment.pk, by=by, version=0, answers=full_answers(assessment))
    warnings = [finding.code for finding in contents.evaluate(assessment).findings if finding.severity == "warning"]
    parts.save_explanations(assessment.pk, by=by, version=0, texts=dict.fromkeys(warnings, "原因已说明"))


def make_filing(status: Status = Status.DRAFT) -> Filing:
    return Line(status).filing
