"""Demo data: two years of one department and its units, brought to every status through the real services."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from assessment.domain.checks import Answer
from assessment.domain.rules import Checklist, Judgement
from assessment.domain.scheme import Scheme
from assessment.domain.scoring import score
from assessment.models import Assessment, Filing, Part, Round, SchemeVersion
from assessment.services import contents, evidence, parts, review, signoff
from assessment.services.filings import open_filings
from assessment.services.schemes import load_scheme, read_scheme
from reports.services.printing import run_print_job
from reports.services.publications import publish
from units.models import BudgetUnit, Role, User
from units.services import add_unit, add_user, grant, new_password

FOLDER = Path(settings.BASE_DIR) / "reports" / "demo"
SCHEME = Path(settings.BASE_DIR) / "schemes" / "示例-部门整体.yaml"
CENT = Decimal("0.01")
OFFICE = (
    ("reviewer", "财务科复核岗", Role.REVIEWER),
    ("reviewer2", "财务科复核二岗", Role.REVIEWER),
    ("lead", "财务科审定岗", Role.LEAD),
    ("admin", "系统管理岗", Role.ADMINISTRATOR),
    ("auditor", "内部审计岗", Role.AUDITOR),
)
#: How far each demo status goes along the line.
LINE = ("draft", "half", "awaiting_signoff", "submitted", "under_review", "returned", "reviewed", "approved", "published")


def _read(name: str) -> Any:
    return yaml.load((FOLDER / name).read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # text, lists and maps only


class Demo:
    """Writes the demo once; ``accounts`` are the usernames and passwords made on the way."""

    def __init__(self) -> None:
        self.data = _read("units.yaml")
        self.accounts: list[tuple[str, str, str]] = []
        self.people: dict[tuple[str, Role], User] = {}
        self.department: BudgetUnit

    def write(self) -> None:
        """Units, people, scheme, both rounds, and every filing in its status."""
        self._units()
        stored, _ = load_scheme(read_scheme(SCHEME.read_text("utf-8")))
        for year in (2021, 2022):
            round_ = self._round(year, stored)
            open_filings(round_)
            self._own_filing(round_)
            for unit in self.data["units"]:
                self._unit_filing(round_, unit)

    def _units(self) -> None:
        given = self.data["department"]
        self.department = add_unit(given["code"], given["name"])
        self._person("preparer", "局本级填报岗", self.department, Role.PREPARER)
        self._person("head", "局本级负责人", self.department, Role.HEAD)
        for username, name, role in OFFICE:
            self._person(username, name, self.department, role, staff=True)
        for number, item in enumerate(self.data["units"], start=1):
            unit = add_unit(item["code"], item["name"], self.department)
            self._person(f"unit{number:02}", f"{unit.name[:20]}填报岗", unit, Role.PREPARER)
            self._person(f"unit{number:02}-head", f"{unit.name[:20]}负责人", unit, Role.HEAD)

    def _person(self, username: str, name: str, unit: BudgetUnit, role: Role, *, staff: bool = False) -> None:
        password = new_password()
        user = add_user(username, name, password, staff=staff)
        grant(user, unit, role)
        self.people.setdefault((unit.code, role), user)
        self.accounts.append((username, password, f"{unit.name} · {role.label}"))

    def _round(self, year: int, scheme: SchemeVersion) -> Round:
        return Round.objects.create(
            department=self.department,
            fiscal_year=year,
            title=f"{year} 年度市级财政资金绩效自评",
            notice_number=f"湛财绩〔{year + 1}〕2号",
            notice_title=f"湛江市财政局关于开展{year + 1}年市级财政资金绩效自评工作的通知",
            inner_deadline=date(year + 1, 4, 20),
            outer_deadline=date(year + 1, 4, 30),
            publication_date=date(year + 1, 4, 23),
            whole_scheme=scheme,
            review_public=year == 2022,
        )

    def _own_filing(self, round_: Round) -> None:
        filing = round_.filings.get(unit=self.department)
        if round_.fiscal_year == 2022:
            own = _read("department-2022.yaml")
            figures = {code: Decimal(value) for code, value in own["figures"].items()}
            self._fill(filing, figures, own["narrative"], own["explanations"])
        else:
            given = self.data["department_2021"]
            self._fill(filing, self._typical(given, year=2021), self.data["narrative"], {})
        self._advance(filing, "published")

    def _unit_filing(self, round_: Round, given: Mapping[str, Any]) -> None:
        filing = round_.filings.get(unit__code=given["code"])
        status = "published" if round_.fiscal_year == 2021 else given["status"]
        if status != "draft":
            texts = self.data["narrative"] if status != "half" else {}
            self._fill(filing, self._typical(given, year=round_.fiscal_year), texts, {})
            self._advance(filing, status)

    def _typical(self, given: Mapping[str, Any], *, year: int) -> dict[str, Decimal]:
        """Figures of a unit of this size whose sums agree to the cent."""
        scale = Decimal(given["scale"]) * (Decimal("0.94") if year == 2021 else 1)
        scheme = read_scheme(SCHEME.read_text("utf-8"))
        figures = {field.code: Decimal(0) for field in scheme.inputs}
        figures |= {code: _cents(scale * Decimal(share)) for code, share in self.data["typical"]["shares"].items()}
        figures |= {code: Decimal(count) for code, count in self.data["typical"]["counts"].items()}
        if year == 2022:
            figures |= {code: Decimal(value) for code, value in given.get("changes", {}).items()}
        adjusted, final = figures["adjusted_general"], _cents(figures["adjusted_general"] * Decimal(given["rate"]))
        figures["final_general"], figures["carry_out"] = final, adjusted - final
        figures["personnel_final"], figures["office_final"] = (
            figures["personnel_budget"],
            _cents(figures["office_budget"] * Decimal("0.97")),
        )
        figures["project_budget"] = adjusted - figures["personnel_budget"] - figures["office_budget"]
        figures["project_final"] = final - figures["personnel_final"] - figures["office_final"]
        figures["carrun_final"], figures["carrun_last"] = _cents(figures["carrun_budget"] * Decimal("0.9")), figures["carrun_budget"]
        figures["reception_final"] = figures["reception_last"] = _cents(figures["reception_budget"] * Decimal("0.6"))
        figures["procurement_final"] = _cents(figures["procurement_budget"] * Decimal("0.96"))
        figures["assets_used"] = _cents(figures["assets_total"] * Decimal("0.93"))
        return figures

    def _fill(self, filing: Filing, figures: dict[str, Decimal], texts: Mapping[str, str], explanations: Mapping[str, str]) -> None:
        """Everything a preparer types, through the services."""
        by, assessment = self.people[filing.unit.code, Role.PREPARER], filing.assessments.select_related("scheme").get()
        parts.save_figures(assessment.pk, by=by, version=0, figures=figures)
        if not texts:
            return
        parts.save_narrative(assessment.pk, by=by, version=0, texts=texts)
        parts.save_scores(assessment.pk, by=by, version=0, answers=full_answers(assessment))
        data = (FOLDER / "evidence.pdf").read_bytes()
        indicators = ["spending", "carryover"]
        evidence.add_evidence(assessment.pk, by=by, name="部门决算报表（示例）.pdf", data=data, indicators=indicators, public=True)
        warnings = [finding.code for finding in contents.evaluate(assessment).findings if finding.severity == "warning"]
        reasons = {code: explanations.get(code, self.data["explanations"]) for code in warnings}
        parts.save_explanations(assessment.pk, by=by, version=0, texts=reasons)

    def _advance(self, filing: Filing, status: str) -> None:
        """Along the line to ``status``, each step by the person whose turn it is."""
        code, department = filing.unit.code, self.department.code
        preparer, head = self.people[code, Role.PREPARER], self.people[code, Role.HEAD]
        reviewer, lead = self.people[department, Role.REVIEWER], self.people[department, Role.LEAD]
        reached = LINE.index(status)
        if reached >= LINE.index("awaiting_signoff"):
            signoff.request_signoff(filing.pk, by=preparer, filled_on=date(filing.round.fiscal_year + 1, 4, 23))
        if reached >= LINE.index("submitted"):
            filing.refresh_from_db()
            signoff.sign(filing.pk, by=head, digest_seen=signoff.digest_now(filing))
        if reached >= LINE.index("under_review"):
            review.open_review(filing.pk, by=reviewer)
        if status == "returned":
            part = Part.objects.get(assessment__filing=filing, kind=Part.Kind.FIGURES)
            comment = review.PartComment(part.pk, "支出完成率只有 87% 左右，请核对项目支出决算数，并说明支出进度慢的原因。")
            review.return_parts(filing.pk, by=reviewer, comments=[comment])
        elif reached >= LINE.index("reviewed"):
            self._review(filing, reviewer)
        if reached >= LINE.index("approved"):
            review.approve(filing.pk, by=lead)
            for job in filing.print_jobs.all():
                run_print_job(job.pk)
        if status == "published":
            publish(filing.pk, by=lead)

    def _review(self, filing: Filing, reviewer: User) -> None:
        """Points as claimed, but for one row that the office sees differently."""
        rows = [row for assessment in filing.assessments.all() for row in assessment.scores.all()]
        points = {row.pk: review.ReviewPoints(row.self_points) for row in rows}
        effect = next(row for row in rows if row.code == "social_effect")
        points[effect.pk] = review.ReviewPoints(Decimal("7.5"), "效益指标缺少与上年的比较，酌情扣 0.5 分")
        review.save_review(filing.pk, by=reviewer, version=0, points=points, comment="数据与决算一致，材料齐全。")
        review.recommend(filing.pk, by=reviewer)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def full_answers(assessment: Assessment) -> dict[str, Answer]:
    """Every checklist item held, the best level chosen, and the computed points taken over."""
    scheme: Scheme = assessment.scheme.scheme
    values = contents.evaluate(assessment).values
    answers = {}
    for code, row in scheme.scored.items():
        choices: frozenset[str] = frozenset()
        if isinstance(row.rule, Checklist):
            choices = frozenset(item.code for item in row.rule.items)
        elif isinstance(row.rule, Judgement):
            choices = frozenset([row.rule.levels[0].code])
        points = score(row, values, choices)
        answers[code] = Answer(choices, points.value if points.value is not None else points.high)
    return answers
