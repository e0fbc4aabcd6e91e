"""Each list asks the database as many questions for one row as for three."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.domain.inputs import Answer
from assessment.domain.workflow import Status
from assessment.models import Part
from assessment.services import evidence, parts, review, waivers
from assessment.services.own_rows import save_own_rows
from assessment.services.schemes import load_scheme
from reports.models import PrintBatch, PrintJob
from reports.services.batches import print_round
from reports.services.jobs import ask_preview
from tests.browsing import data_of
from tests.factories import (
    PDF,
    Line,
    changed_scheme,
    example_scheme,
    good_figures,
    make_round,
    make_unit,
    make_user,
    own_rows,
    own_scheme,
    stored_scheme,
)
from units.models import Role, User

pytestmark = pytest.mark.django_db


def questions(client: Client, address: str) -> int:
    """How many queries a page takes, once everything a process keeps is warm."""
    data_of(client.get(address))
    with CaptureQueriesContext(connection) as asked:
        response: Any = client.get(address)
        data_of(response)
    assert response.status_code == 200
    return len(asked)


def rows(client: Client, address: str, mark: str) -> int:
    return client.get(address).content.decode().count(mark)


def test_the_lists_of_filings_and_publications(client: Client) -> None:
    first = Line(Status.PUBLISHED)
    office = make_user(Role.AUDITOR, first.department)
    lists = {
        "reports:portal": 'class="stretched"',
        "assessment:mine": 'class="stretched"',
        "admin:index": "填报人",
        "admin:assessment_filing_changelist": 'class="field-unit',
        "admin:reports_printjob_changelist": 'class="field-filing',
        "admin:reports_publication_changelist": 'class="field-number',
    }
    client.force_login(office)
    one = {name: questions(client, reverse(name)) for name in lists}
    for _ in range(2):
        Line(Status.PUBLISHED, department=first.department)
    three = {name: questions(client, reverse(name)) for name in lists}

    assert three == one
    shown = {name: rows(client, reverse(name), mark) for name, mark in lists.items() if name != "admin:index"}
    assert shown == dict.fromkeys(shown, 3)


def grow_people(line: Line) -> User:
    for _ in range(2):
        make_user(Role.PREPARER, make_unit(line.department))
    return make_user(Role.ADMINISTRATOR, line.department)


def grow_rounds(line: Line) -> User:
    for year in (2020, 2021):
        make_round(line.department, year)
    return make_user(Role.ADMINISTRATOR, line.department)


def test_the_notices_of_a_person_and_their_log(client: Client) -> None:
    first = Line(Status.UNDER_REVIEW)
    administrator = make_user(Role.ADMINISTRATOR, first.department)
    pages = {"assessment:notices": (first.lead, 'class="unread"'), "admin:assessment_notice_changelist": (administrator, "field-recipient")}

    def counted() -> dict[str, tuple[int, int]]:
        found = {}
        for name, (user, mark) in pages.items():
            client.force_login(user)
            found[name] = (questions(client, reverse(name)), rows(client, reverse(name), mark))
        return found

    def recommend(line: Line) -> None:
        line.review()
        review.recommend(line.filing.pk, by=line.reviewer)

    recommend(first)
    one = counted()
    for _ in range(2):
        line = Line(Status.UNDER_REVIEW, department=first.department)
        line.lead.memberships.all().delete()
        recommend(line)
    three = counted()

    assert [shown for _, shown in three.values()] != [shown for _, shown in one.values()]
    assert three["assessment:notices"] == (one["assessment:notices"][0], 3)
    assert [number for number, _ in three.values()] == [number for number, _ in one.values()]


def test_the_buttons_of_a_filing_with_one_and_three_people_to_tell(client: Client) -> None:
    line = Line(Status.UNDER_REVIEW)
    pages = {
        reverse("assessment:filing", args=[line.filing.pk]): line.preparer,
        reverse("assessment:paper", args=[line.filing.pk]): line.head,
        reverse("admin:assessment_filing_change", args=[line.filing.pk]): line.reviewer,
    }

    def counted() -> dict[str, int]:
        found = {}
        for page, user in pages.items():
            client.force_login(user)
            found[page] = questions(client, page)
        return found

    one = counted()
    for role in (Role.PREPARER, Role.HEAD):
        for _ in range(2):
            make_user(role, line.unit)
    for _ in range(2):
        make_user(Role.LEAD, line.department)

    assert counted() == one


@pytest.mark.parametrize(
    ("name", "grow"),
    [
        ("admin:units_budgetunit_changelist", grow_people),
        ("admin:units_user_changelist", grow_people),
        ("admin:assessment_round_changelist", grow_rounds),
    ],
)
def test_the_lists_of_the_administrator(client: Client, name: str, grow: Callable[[Line], User]) -> None:
    line = Line()
    client.force_login(make_user(Role.ADMINISTRATOR, line.department))
    one = questions(client, reverse(name))
    client.force_login(grow(line))
    assert questions(client, reverse(name)) == one


def test_the_list_of_schemes(client: Client) -> None:
    line = Line()
    client.force_login(make_user(Role.AUDITOR, line.department))
    address = reverse("admin:assessment_schemeversion_changelist")
    one = questions(client, address)
    for version in ("2022.2", "2022.3"):
        load_scheme(example_scheme().model_copy(update={"version": version}))
    assert questions(client, address) == one


def test_the_pages_of_one_filing_with_one_and_three_files_comments_and_prints(client: Client) -> None:
    line = Line(Status.UNDER_REVIEW)
    line.return_figures()
    line.filing.refresh_from_db()
    Part.objects.update(locked=False)
    client.force_login(line.preparer)
    pages = {
        reverse("assessment:filing", args=[line.filing.pk]),
        reverse("assessment:paper", args=[line.filing.pk]),
        *(reverse(f"assessment:{part}", args=[line.assessment.pk]) for part in ("figures", "scores", "narrative", "evidence", "findings")),
    }

    def add(number: int) -> None:
        data = PDF + str(number).encode()
        evidence.add_evidence(
            line.assessment.pk, by=line.preparer, name=f"证明{number}.pdf", data=data, indicators=["spending"], public=False
        )
        ask_preview(line.filing, by=line.preparer)

    add(1)
    one = {page: questions(client, page) for page in pages}
    add(2)
    add(3)
    assert {page: questions(client, page) for page in pages} == one


def test_the_pages_of_one_filing_with_one_and_three_rows_of_its_own_and_waivers(client: Client) -> None:
    line = Line(whole_scheme=stored_scheme(own_scheme()))
    first, *_ = own_rows()
    pk, by = line.assessment.pk, line.preparer
    figures = good_figures() | {
        "staff_actual": Decimal(42),
        "idle_before": Decimal(1),
        "idle_after": Decimal(2),
        "opening_general": Decimal(800),
    }
    parts.save_figures(pk, by=by, version=1, figures=figures)
    client.force_login(make_user(Role.LEAD, line.department))
    pages = {
        reverse("assessment:filing", args=[line.filing.pk]),
        reverse("assessment:paper", args=[line.filing.pk]),
        reverse("admin:assessment_filing_change", args=[line.filing.pk]),
        reverse("admin:assessment_filing_changelist"),
        *(reverse(f"assessment:{part}", args=[pk]) for part in ("figures", "own_rows", "scores", "narrative", "findings")),
    }

    def grow(number: int, *keys: str) -> None:
        rows = [replace(first, label=f"第 {place} 项", points=Decimal(8) / number) for place in range(number)]
        save_own_rows(pk, by=by, version=line.part(Part.Kind.OWN_ROWS).version, rows=rows)
        answers = {row.code: Answer(self_points=row.points) for row in (item.row() for item in line.assessment.own_rows.all())}
        parts.save_scores(pk, by=by, version=line.part(Part.Kind.SCORES).version, answers=answers)
        for key in keys:
            waivers.grant_waiver(pk, by=line.lead, key=key, reason="已核实", expires_on=timezone.localdate())

    grow(1, "staff_over")
    one = {page: questions(client, page) for page in pages}
    grow(4, "idle_grew", "adjusted_much")

    assert (line.assessment.own_rows.count(), line.assessment.waivers.count()) == (4, 3)
    assert {page: questions(client, page) for page in pages} == one


def test_the_pages_of_a_print_job_and_of_a_batch_with_one_and_three_of_each(client: Client) -> None:
    line = Line(Status.SUBMITTED)
    client.force_login(line.lead)

    def counted() -> dict[str, int]:
        """Of a batch with as many done, failed, waiting and left out as there are units of each sort."""
        batch = print_round(line.filing.round_id, by=line.lead)
        jobs = list(batch.items.exclude(job=None).order_by("pk").values_list("job", flat=True))
        third = len(jobs) // 3
        PrintJob.objects.filter(pk__in=jobs[:third]).update(state="done", finished_at=timezone.now())
        PrintJob.objects.filter(pk__in=jobs[third : 2 * third]).update(state="failed", error="没有找到字体“仿宋”")
        assert PrintJob.objects.filter(pk=jobs[0], state="done").exists()
        for job in PrintJob.objects.filter(pk__in=jobs[:third]):
            default_storage.save(job.path, ContentFile(b""))
        pages = {
            "batch": reverse("admin:reports_printbatch_change", args=[batch.pk]),
            "zip": reverse("admin:reports_printbatch_zip", args=[batch.pk]),
            "batches": reverse("admin:reports_printbatch_changelist"),
            "round": reverse("admin:assessment_round_change", args=[line.filing.round_id]),
            "waiting": reverse("reports:job", args=[jobs[-1]]),
            "failed": reverse("reports:job", args=[jobs[third]]),
        }
        return {name: questions(client, page) for name, page in pages.items()}

    def grow(signed: int, drafts: int) -> None:
        for status, number in ((Status.SUBMITTED, signed), (Status.DRAFT, drafts)):
            for _ in range(number):
                Line(status, department=line.department, filled=status != Status.DRAFT)

    grow(signed=2, drafts=1)
    one = counted()
    grow(signed=6, drafts=2)
    three = counted()

    assert PrintBatch.objects.count() == 2
    assert three == one


def test_the_review_view_with_one_and_three_files(client: Client) -> None:
    line = Line()
    proof = {"by": line.preparer, "indicators": ["spending"], "public": False}
    evidence.add_evidence(line.assessment.pk, name="甲.pdf", data=PDF + b"1", **proof)
    line.advance(Status.UNDER_REVIEW)
    other = Line(department=line.department)
    for number in range(3):
        evidence.add_evidence(
            other.assessment.pk, name=f"{number}.pdf", data=PDF + str(number).encode(), **(proof | {"by": other.preparer})
        )
    other.advance(Status.UNDER_REVIEW)
    client.force_login(line.reviewer)
    counts = [questions(client, reverse("admin:assessment_filing_change", args=[item.filing.pk])) for item in (line, other)]
    assert counts[0] == counts[1]


def test_trying_a_scheme_on_one_filing_and_on_three(client: Client) -> None:
    line = Line()
    other = load_scheme(changed_scheme("example_whole", {}, version="2023.1"), active=False)[0]
    address = reverse("admin:assessment_schemeversion_impact", args=[other.pk])
    client.force_login(line.lead)

    one, shown = questions(client, address), data_of(client.get(address)).decode().count('<tr><th scope="row">')
    for _ in range(2):
        Line(department=line.department)

    assert (shown, data_of(client.get(address)).decode().count('<tr><th scope="row">')) == (1, 3)
    assert questions(client, address) == one


def test_the_pages_of_one_filing_with_one_and_three_threads(client: Client) -> None:
    line = Line(Status.UNDER_REVIEW)
    other = Line(Status.UNDER_REVIEW, department=line.department)
    codes = ["figure:staff_posts", "figure:final_general", "section:result_problems"]
    for one, places in ((line, codes[:1]), (other, codes)):
        drafts = {(one.assessment.pk, place): "请核对" for place in places}
        review.save_review(one.filing.pk, by=one.reviewer, version=0, points={}, comment="", drafts=drafts)

    def counted(one: Line) -> list[int]:
        client.force_login(line.reviewer)
        desk = questions(client, reverse("admin:assessment_filing_change", args=[one.filing.pk]))
        client.force_login(one.preparer)
        figures = reverse("assessment:figures", args=[one.assessment.pk])
        return [desk, *(questions(client, page) for page in (one.filing.get_absolute_url(), figures))]

    assert counted(line) == counted(other)
    for one in (line, other):
        review.return_parts(one.filing.pk, by=one.reviewer, comments=[])
    assert counted(line) == counted(other)
