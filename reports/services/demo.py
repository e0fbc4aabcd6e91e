"""Demo data: two years of one department and its units, brought to every status through the real services."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from assessment.domain.inputs import Answer
from assessment.domain.workflow import Status
from assessment.models import Assessment, Filing, Notice, Round, SchemeVersion, Score
from assessment.services import evidence, parts, review, scanning, signoff
from assessment.services.filings import open_filings
from assessment.services.review import ReviewPoints
from assessment.services.schemes import load_scheme, read_scheme
from reports.services.demo_answers import full_answers
from reports.services.demo_projects import FOLDER, list_projects, read_data
from reports.services.printing import run_print_job
from reports.services.publications import publish
from units.models import BudgetUnit, Role, User
from units.services import add_unit, add_user, grant, new_password

SCHEME = Path(settings.BASE_DIR) / "schemes" / "示例-部门整体.yaml"
PROJECT_SCHEME = SCHEME.with_name("示例-项目支出.yaml")
#: The round that asks for projects, and from how much in 万元 one is a key project there.
PROJECTS_YEAR = 2022
KEY_AMOUNT = Decimal(150)
KIND = "〔性质〕"


@dataclass(frozen=True)
class Papers:
    """What one unit fills in one year, how far its filing comes, and what the office says of it."""

    status: str
    figures: Mapping[str, str]
    narrative: Mapping[str, str]
    answers: Mapping[str, Any]
    explanations: Mapping[str, str]
    review: Mapping[str, Any]
    returned: Mapping[str, str]

    def reach(self, status: Status) -> bool:
        """Whether the filing comes as far as ``status``, or further; a half-filled draft is a draft."""
        line = list(Status)
        return line.index(Status(self.status.removesuffix("_half"))) >= line.index(status)


class Demo:
    """Writes the demo once; ``accounts`` are the usernames and passwords made on the way, and whose they are."""

    def __init__(self) -> None:
        self.data, self.own = read_data("units.yaml"), read_data("department-2022.yaml")
        self.accounts: list[tuple[str, str, str]] = []
        self.people: dict[tuple[str, str], list[User]] = defaultdict(list)
        self.department: BudgetUnit

    def write(self) -> None:
        """Units, people, scheme, both rounds, and every filing in its status."""
        units = self._units()
        self._people(units)
        whole, project = (load_scheme(read_scheme(path.read_text("utf-8")))[0] for path in (SCHEME, PROJECT_SCHEME))
        self.reviewers = cycle(self.people[self.department.code, Role.REVIEWER])
        for year in (2021, 2022):
            round_ = self._round(year, whole, project if year == PROJECTS_YEAR else None)
            open_filings(round_)
            for given in (self.data["department"], *self.data["units"]):
                filing = round_.filings.get(unit=units[given["code"]])
                papers = self._papers(given, str(year))
                self._fill(filing, papers)
                self._file(filing, papers)
        read_what_is_past()

    def _units(self) -> dict[str, BudgetUnit]:
        given = self.data["department"]
        self.department = add_unit(given["code"], given["name"])
        below = (add_unit(item["code"], item["name"], self.department) for item in self.data["units"])
        return {unit.code: unit for unit in (self.department, *below)}

    def _people(self, units: Mapping[str, BudgetUnit]) -> None:
        for given in read_data("people.yaml")["people"]:
            unit, role, password = units[given["unit"]], Role(given["role"]), new_password()
            user = add_user(given["username"], given["name"], password)
            grant(user, unit, role)
            self.people[unit.code, role].append(user)
            self.accounts.append((user.username, password, f"{unit.name} · {role.label}"))

    def _round(self, year: int, scheme: SchemeVersion, project_scheme: SchemeVersion | None) -> Round:
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
            project_scheme=project_scheme,
            key_amount=KEY_AMOUNT if project_scheme else None,
            review_public=year == 2022,
        )

    def _papers(self, given: Mapping[str, Any], year: str) -> Papers:
        """One unit's entry in the data, for one year; the department's own 2022 papers have a file of their own."""
        of_year = {key: given.get(key, {}).get(year, {}) for key in ("figures", "answers", "explanations", "review", "returned")}
        texts = self.data["narratives"][given["narrative"]]
        of_year["narrative"] = {code: text.replace(KIND, given["kind"]) for code, text in texts.items()}
        if given["code"] == self.department.code and year == "2022":
            of_year |= self.own
        return Papers(status=given["status_2022"] if year == "2022" else "published", **of_year)

    def _fill(self, filing: Filing, papers: Papers) -> None:
        """Everything a preparer types, as far as the papers go."""
        by, assessment = self._one(filing, Role.PREPARER), filing.assessments.select_related("scheme").get(kind="whole")
        if filing.round.project_scheme_id:
            list_projects(assessment, by=by)
        if papers.status == "draft":
            return
        figures = {code: Decimal(value) for code, value in papers.figures.items()}
        parts.save_figures(assessment.pk, by=by, version=0, figures=figures)
        sections = list(papers.narrative)
        written = sections[: len(sections) // 2] if papers.status == "draft_half" else sections
        parts.save_narrative(assessment.pk, by=by, version=0, texts={code: papers.narrative[code] for code in written})
        if papers.status == "draft_half":
            return
        parts.save_scores(assessment.pk, by=by, version=0, answers=_answers(assessment, papers))
        data = (FOLDER / "evidence.pdf").read_bytes()
        evidence.add_evidence(assessment.pk, by=by, data=data, public=True, **self.data["evidence"])
        scanning.scan_next(timezone.now())  # no worker runs yet
        parts.save_explanations(assessment.pk, by=by, version=0, texts=papers.explanations)

    def _file(self, filing: Filing, papers: Papers) -> None:
        """The unit's side after filling: one asks for sign-off, another signs."""
        round_, preparer, head = filing.round, self._one(filing, Role.PREPARER), self._one(filing, Role.HEAD)
        if papers.reach(Status.AWAITING_SIGNOFF):
            due = round_.publication_date if filing.unit_id == round_.department_id else round_.inner_deadline
            signoff.request_signoff(filing.pk, by=preparer, filled_on=due + timedelta(days=int(papers.figures["late_days"])))
        if papers.reach(Status.SUBMITTED):
            filing.refresh_from_db()
            signoff.sign(filing.pk, by=head, digest_seen=signoff.digest_now(filing))
        if papers.reach(Status.UNDER_REVIEW):
            self._judge(filing, papers, next(self.reviewers), self._one(filing, Role.LEAD))

    def _judge(self, filing: Filing, papers: Papers, reviewer: User, lead: User) -> None:
        """The office's side; what is approved is printed at once, as the worker would."""
        review.open_review(filing.pk, by=reviewer)
        if papers.status == Status.RETURNED:
            whole = filing.assessments.get(kind="whole")
            drafts = {(whole.pk, place): text for place, text in papers.returned.items()}
            review.save_review(filing.pk, by=reviewer, version=0, points={}, comment="", drafts=drafts)
            review.return_parts(filing.pk, by=reviewer, comments=[])
        if papers.reach(Status.REVIEWED):
            self._review(filing, papers, by=reviewer)
        if papers.reach(Status.APPROVED):
            filing.refresh_from_db()
            review.approve(filing.pk, by=lead, seen=filing.last_event)
            for job in filing.print_jobs.all():
                run_print_job(job.pk)
        if papers.reach(Status.PUBLISHED):
            publish(filing.pk, by=lead)

    def _review(self, filing: Filing, papers: Papers, *, by: User) -> None:
        """Points as claimed, but for the rows that the office sees differently."""
        points = {}
        for row in Score.objects.filter(assessment__filing=filing):
            given = papers.review.get("points", {}).get(row.code)
            points[row.pk] = ReviewPoints(Decimal(given["points"]), given["reason"]) if given else ReviewPoints(row.self_points)
        comment = papers.review.get("comment", self.data["review_comment"])
        review.save_review(filing.pk, by=by, version=0, points=points, comment=comment)
        review.recommend(filing.pk, by=by)

    def _one(self, filing: Filing, role: Role) -> User:
        """Who holds ``role`` for the filing: a role of its unit, or of the department's office."""
        return (self.people.get((filing.unit.code, role)) or self.people[self.department.code, role])[0]


def read_what_is_past() -> None:
    """Of what everybody was told, only what the filings still wait for stays unread."""
    waiting = Filing.objects.exclude(status=Status.PUBLISHED).values("last_event")
    opened = Q(event=None, filing__last_event="")
    Notice.objects.exclude(Q(event__digest__in=waiting) | opened).update(read_at=timezone.now())


def _answers(assessment: Assessment, papers: Papers) -> dict[str, Answer]:
    """Full answers, but for what the unit does not hold or does not claim, with its reason."""
    answers = full_answers(assessment)
    for code, given in papers.answers.items():
        full = answers[code]
        points = Decimal(given["points"]) if "points" in given else full.self_points
        answers[code] = Answer(full.choices.difference(given.get("without", ())), points, given["reason"])
    return answers
