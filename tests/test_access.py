"""Every address × role × own, sibling and other unit, against a table written by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.models import SchemeVersion
from assessment.services import evidence, waivers
from reports.models import PrintBatch, PrintJob, Publication
from reports.services.batches import print_round
from tests.browsing import data_of
from tests.factories import PDF, Line, make_department, make_unit, make_user, own_scheme, stored_scheme
from tests.reports.samples import project_scheme
from units.models import Role, User

pytestmark = pytest.mark.django_db

UNIT = {Role.PREPARER, Role.HEAD}
OFFICE = {Role.REVIEWER, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR}
ADMINISTRATOR = {Role.ADMINISTRATOR}
PERSONS: list[Role | None] = [*Role, None]

#: Addresses everybody may read, signed in or not.
PUBLIC = {"reports:portal", "reports:publication", "reports:publication_pdf", "healthz", "units:sign_in"}
#: Addresses everybody may read who is signed in.
SIGNED_IN = {"home", "assessment:mine", "assessment:notices", "units:password", "units:password_done", "units:roles"}
#: Addresses of one filing on the unit's pages: who may see the filing may read them.
READ_FILING = {
    "assessment:filing": "filing",
    "assessment:paper": "filing",
    "assessment:excel": "filing",
    "assessment:workbook": "filing",
    "assessment:receipt": "submission",
    "assessment:projects": "assessment",
    "assessment:figures": "assessment",
    "assessment:own_rows": "assessment",
    "assessment:scores": "assessment",
    "assessment:narrative": "assessment",
    "assessment:word": "assessment",
    "assessment:findings": "assessment",
    "assessment:evidence": "assessment",
    "assessment:download": "evidence",
    "assessment:file": "evidence",
    "assessment:shown": "evidence",
    "reports:word": "filing",
    "reports:job": "job",
    "reports:job_pdf": "job",
}
#: Acts on one filing: a POST of who may see the filing is answered, with a refusal in words where it is not their turn.
ACT_ON_FILING = {
    "assessment:request_signoff": "filing",
    "assessment:sign": "filing",
    "assessment:hand_back": "filing",
    "assessment:recall": "filing",
    "assessment:answer": "thread",
    "assessment:remove_evidence": "evidence",
    "assessment:tie_evidence": "evidence",
    "reports:preview": "filing",
    "reports:receipt": "submission",
    "reports:retry": "job",
    "reports:cancel": "job",
}
#: Saving while one types, which a script does: told in JSON, and without a session told where to sign in.
SAVED_WHILE_TYPED = {
    "assessment:autosave_figures": "assessment",
    "assessment:autosave_own_rows": "assessment",
    "assessment:autosave_scores": "assessment",
    "assessment:autosave_narrative": "assessment",
    "assessment:autosave_findings": "assessment",
    "assessment:upload": "assessment",
}
#: Acts at the desk on a filing that is past them: answered by a message after a redirect, or on the page itself.
ACT_AT_DESK = {
    "admin:assessment_filing_open": "sent away",
    "admin:assessment_filing_save": "told on the page",
    "admin:assessment_filing_return": "sent away",
    "admin:assessment_filing_recommend": "told on the page",
    "admin:assessment_filing_review_again": "sent away",
    "admin:assessment_filing_approve": "sent away",
    "admin:assessment_filing_reopen": "sent away",
    "admin:assessment_filing_waive": "sent away",
    "admin:assessment_filing_end_waiver": "sent away",
    "admin:reports_publication_publish": "sent away",
}
DESK_ANSWERS = {302: "sent away", 404: "not there", 422: "told on the page"}
#: Pages of the desk without an object, and who may read them.
DESK = {
    "admin:index": OFFICE,
    "admin:password_change": OFFICE,
    "admin:password_change_done": OFFICE,
    "admin:jsi18n": OFFICE,
    "admin:assessment_filing_changelist": OFFICE,
    "admin:assessment_round_changelist": OFFICE,
    "admin:assessment_schemeversion_changelist": OFFICE,
    "admin:assessment_notice_changelist": ADMINISTRATOR,
    "admin:reports_printjob_changelist": OFFICE,
    "admin:reports_printbatch_changelist": OFFICE,
    "admin:reports_publication_changelist": OFFICE,
    "admin:assessment_filing_add": set(),
    "admin:assessment_notice_add": set(),
    "admin:assessment_schemeversion_add": ADMINISTRATOR,
    "admin:reports_printjob_add": set(),
    "admin:reports_printbatch_add": set(),
    "admin:reports_publication_add": set(),
    "admin:assessment_round_add": ADMINISTRATOR,
    "admin:units_budgetunit_changelist": ADMINISTRATOR,
    "admin:units_budgetunit_add": ADMINISTRATOR,
    "admin:units_user_changelist": ADMINISTRATOR,
    "admin:units_user_add": ADMINISTRATOR,
}
#: Pages of the desk that are not there for others of the office.
HIDDEN = {"admin:assessment_schemeversion_add"}
#: Objects at the desk: kind, who may open their page. Nobody deletes any.
DESK_OBJECTS = {
    "assessment_filing": ("filing", OFFICE),
    "assessment_round": ("round", OFFICE),
    "assessment_notice": ("notice", ADMINISTRATOR),
    "reports_printjob": ("job", OFFICE),
    "reports_printbatch": ("batch", OFFICE),
    "reports_publication": ("publication_row", OFFICE),
    "units_budgetunit": ("unit", ADMINISTRATOR),
    "units_user": ("user", ADMINISTRATOR),
}
#: Answered by themselves, tested one by one below.
ELSEWHERE = {"units:sign_out", "admin:login", "admin:logout", "admin:autocomplete", "admin:app_list", "admin:auth_user_password_change"} | {
    "assessment:notice",
    "assessment:read_notices",
}


@dataclass(frozen=True)
class Target:
    """One unit's filing with the numbers that its addresses need."""

    line: Line

    def number(self, kind: str) -> Any:
        filing = self.line.filing
        found: dict[str, Any] = {
            "filing": filing.pk,
            "assessment": self.line.assessment.pk,
            "round": filing.round_id,
            "unit": self.line.unit.pk,
            "user": self.line.preparer.pk,
        }
        if kind in found:
            return found[kind]
        if kind == "thread":
            return filing.threads.get().pk
        if kind == "evidence":
            return self.line.assessment.evidence.get().pk
        if kind == "waiver":
            return self.line.assessment.waivers.get().pk
        if kind == "job":
            return PrintJob.objects.filter(filing=filing).latest("pk").pk
        if kind == "notice":
            return filing.notices.filter(recipient=self.line.preparer).latest("pk").pk
        if kind == "batch":
            return PrintBatch.objects.get(round=filing.round_id).pk
        return Publication.objects.get(filing=filing).pk


def address_of(name: str, target: Target, kind: str) -> str:
    """A page's address for the target: a submission is named by its filing and its number."""
    return reverse(name, args=[target.number("filing"), 1] if kind == "submission" else [target.number(kind)])


@dataclass(frozen=True)
class World:
    """A published filing of one's own unit, of a sibling unit, and of another department's unit."""

    own: Target
    sibling: Target
    foreign: Target
    files: Path

    def person(self, role: Role | None) -> User:
        line = self.own.line
        return make_user(role, line.unit if role in UNIT else line.department) if role else make_user()


def published(department: Any) -> Target:
    """With rows that the unit set itself, and a waiver that was given before the sign-off."""
    line = Line(department=department, whole_scheme=stored_scheme(own_scheme()), project_scheme=stored_scheme(project_scheme()))
    proof = {"name": "证明.pdf", "data": PDF + str(line.unit.pk).encode(), "indicators": ["spending"], "public": False}
    evidence.add_evidence(line.assessment.pk, by=line.preparer, **proof)
    waiver = {"key": "full_marks", "reason": "问题不影响得分", "expires_on": timezone.localdate()}
    waivers.grant_waiver(line.assessment.pk, by=line.lead, **waiver)
    line.advance(Status.RETURNED)
    line.advance(Status.PUBLISHED)
    return Target(line)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once; each test's own changes are undone before the next one."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("world")):
            department = make_department()
            made = World(published(department), published(department), published(make_department("另一部门")), Path(settings.MEDIA_ROOT))
            for line in (made.own.line, made.foreign.line):
                print_round(line.filing.round_id, by=line.lead)
            yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _world_files(settings: LazySettings, _own_files: None, world: World) -> None:
    settings.MEDIA_ROOT = world.files


def ask(client: Client, address: str, *, post: bool = False) -> tuple[int, str]:
    """The answer after all redirects but one out of the desk: status, and where it ended."""
    response: Any = client.post(address, {}, follow=True) if post else client.get(address, follow=True)
    data_of(response)
    ended = response.redirect_chain[-1][0].partition("?")[0] if response.redirect_chain else address
    return response.status_code, ended


def sees(role: Role | None, target: str) -> bool:
    """Whether somebody of one's own unit or department may see the filing of ``target``."""
    return (target == "own" and role in UNIT) or (target in ("own", "sibling") and role in OFFICE)


def names() -> set[str]:
    """The names of all addresses, with their namespaces."""

    def walk(resolver: Any, space: str) -> Any:
        for item in resolver.url_patterns:
            if hasattr(item, "url_patterns"):
                yield from walk(item, f"{item.namespace}:" if item.namespace else space)
            elif item.name:
                yield f"{space}{item.name}"

    return set(walk(get_resolver(), ""))


def test_the_tables_name_every_address_there_is() -> None:
    objects = {f"admin:{name}_{page}" for name in (*DESK_OBJECTS, "assessment_schemeversion") for page in ("change", "history", "delete")}
    objects |= {f"admin:assessment_schemeversion_{page}" for page in ("impact", "activate")}
    objects |= {f"admin:reports_printbatch_{page}" for page in ("print", "cancel", "retry", "zip")}
    tables = [PUBLIC, SIGNED_IN, READ_FILING, ACT_ON_FILING, SAVED_WHILE_TYPED, ACT_AT_DESK, DESK, objects, ELSEWHERE]
    assert names() == set().union(*tables)


def test_a_visitor_reads_what_is_public_and_is_asked_to_sign_in_for_everything_else(client: Client, world: World) -> None:
    number = Publication.objects.get(filing=world.own.line.filing).number
    for name in PUBLIC:
        address = reverse(name, args=[number] if "publication" in name else [])
        assert ask(client, address) == (200, address)
    sign_in = reverse("units:sign_in")
    closed = [reverse(name) for name in (SIGNED_IN | DESK.keys())]
    closed += [address_of(name, world.own, kind) for name, kind in READ_FILING.items()]
    closed += [reverse(f"admin:{name}_change", args=[world.own.number(kind)]) for name, (kind, _) in DESK_OBJECTS.items()]
    assert {address: ask(client, address) for address in closed} == dict.fromkeys(closed, (200, sign_in))
    acts = [address_of(name, world.own, kind) for name, kind in ACT_ON_FILING.items()]
    acts += [reverse(name, args=[world.own.number("filing")]) for name in ACT_AT_DESK]
    assert {address: ask(client, address, post=True) for address in acts} == dict.fromkeys(acts, (200, sign_in))
    saved = [address_of(name, world.own, kind) for name, kind in SAVED_WHILE_TYPED.items()]
    assert {address: client.post(address).json() for address in saved} == {address: {"sign_in": sign_in} for address in saved}


@pytest.mark.parametrize("role", PERSONS)
def test_each_role_reaches_its_own_and_nothing_else(client: Client, world: World, role: Role | None) -> None:
    client.force_login(world.person(role))
    answers, expected = {}, {}

    for name in SIGNED_IN:
        answers[name] = client.get(reverse(name), follow=True).status_code
        expected[name] = 200
    for target in ("own", "sibling", "foreign"):
        numbers: Target = getattr(world, target)
        for name, kind in READ_FILING.items():
            response = client.get(address_of(name, numbers, kind))
            data_of(response)
            answers[target, name] = response.status_code
            expected[target, name] = 200 if sees(role, target) else 404
        for name, kind in (ACT_ON_FILING | SAVED_WHILE_TYPED).items():
            answered = client.post(address_of(name, numbers, kind), {}).status_code
            answers[target, name] = "answered" if answered in (302, 422) else answered
            expected[target, name] = "answered" if sees(role, target) else 404

    assert answers == expected
    for target in (world.own, world.sibling, world.foreign):
        target.line.filing.refresh_from_db()
        assert target.line.filing.status == Status.PUBLISHED


@pytest.mark.parametrize("role", PERSONS)
def test_the_desk_is_open_to_the_office_and_each_page_to_its_roles(client: Client, world: World, role: Role | None) -> None:
    client.force_login(world.person(role))
    answers, expected = {}, {}

    for name, roles in DESK.items():
        answers[name] = client.get(reverse(name), follow=True).status_code
        expected[name] = 200 if role in roles else 404 if name in HIDDEN and role in OFFICE else 403
    for target in ("own", "sibling", "foreign"):
        numbers: Target = getattr(world, target)
        for name, (kind, roles) in DESK_OBJECTS.items():
            for page in ("change", "history", "delete"):
                response: Any = client.get(reverse(f"admin:{name}_{page}", args=[numbers.number(kind)]), follow=True)
                sent_away = bool(response.redirect_chain) and response.redirect_chain[-1][0] == reverse("admin:index")
                answers[target, name, page] = not sent_away and response.status_code == 200
                expected[target, name, page] = role in roles and target != "foreign" and page != "delete"
        for name in ACT_AT_DESK:
            address = reverse(name, args=[numbers.number("filing")])
            named = {kind: numbers.number(kind) for kind in ("assessment", "waiver")}
            answers[target, name] = DESK_ANSWERS.get(client.post(address, named).status_code)
            expected[target, name] = "sent away" if role not in OFFICE else "not there" if target == "foreign" else ACT_AT_DESK[name]

    assert answers == expected
    for target in (world.own, world.sibling, world.foreign):
        target.line.filing.refresh_from_db()
        assert target.line.filing.status == Status.PUBLISHED


def test_a_filing_of_another_department_is_not_found_at_the_desk(client: Client, world: World) -> None:
    client.force_login(world.person(Role.LEAD))
    assert client.get(reverse("admin:assessment_filing_change", args=[world.foreign.number("filing")])).status_code == 404
    assert client.get(reverse("admin:assessment_filing_change", args=[10_000_000])).status_code == 404


@pytest.mark.parametrize("role", PERSONS)
def test_the_pages_of_a_scheme_are_read_by_the_office_and_it_is_activated_by_administrators(client: Client, role: Role | None) -> None:
    line = Line(filled=False)
    version = SchemeVersion.objects.filter(pk=line.assessment.scheme_id)
    version.update(activated_at=None)
    client.force_login(make_user(role, line.unit if role in UNIT else line.department) if role else make_user())

    pages = {}
    for page in ("change", "impact", "history", "delete"):
        response: Any = client.get(reverse(f"admin:assessment_schemeversion_{page}", args=[line.assessment.scheme_id]))
        data_of(response)
        pages[page] = response.status_code
    client.post(reverse("admin:assessment_schemeversion_activate", args=[line.assessment.scheme_id]))

    reading = {"change": 200, "impact": 200, "history": 200, "delete": 403}
    assert pages == (reading if role in OFFICE else dict.fromkeys(reading, 302))
    assert (version.get().activated_at is not None) == (role == Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", PERSONS)
def test_a_round_is_printed_by_who_reviews_or_approves_and_taken_away_by_the_office(
    client: Client, world: World, role: Role | None
) -> None:
    client.force_login(world.person(role))
    own, foreign = world.own.number("batch"), world.foreign.number("batch")
    before = list(PrintBatch.objects.order_by("pk").values())

    taken: dict[str, Any] = {}
    for name, pk in (("own", own), ("foreign", foreign)):
        response: Any = client.get(reverse("admin:reports_printbatch_zip", args=[pk]))
        taken[name] = (response.status_code, data_of(response)[:2])
    acted = {}
    for name, target in (("own", world.own), ("foreign", world.foreign)):
        pages = {"print": "round", "retry": "batch", "cancel": "batch"}
        acts = {page: reverse(f"admin:reports_printbatch_{page}", args=[target.number(kind)]) for page, kind in pages.items()}
        acted[name] = [client.post(address).status_code for address in acts.values()]

    foreign_answer = (404, b"<!") if role in OFFICE else (302, b"")
    assert taken == {"own": (200, b"PK") if role in OFFICE else (302, b""), "foreign": foreign_answer}
    assert acted == {"own": [302, 302, 302], "foreign": [404, 404, 404] if role in OFFICE else [302, 302, 302]}
    cancelled = list(PrintBatch.objects.exclude(cancelled_at=None).values_list("pk", flat=True))
    assert cancelled == ([own] if role in {Role.REVIEWER, Role.LEAD} else [])
    assert len(before) == PrintBatch.objects.count()


@pytest.mark.parametrize("role", PERSONS)
def test_a_waiver_is_given_and_ended_by_the_lead_of_the_department_only(client: Client, role: Role | None) -> None:
    """Before the sign-off, when nothing but the role stands against it."""
    own = Line()
    foreign = Line()
    client.force_login(make_user(role, own.unit if role in UNIT else own.department) if role else make_user())
    given = {"key": "full_marks", "reason": "问题不影响得分", "expires_on": timezone.localdate().isoformat()}

    standing = []
    for line in (own, foreign):
        client.post(reverse("admin:assessment_filing_waive", args=[line.filing.pk]), given | {"assessment": line.assessment.pk})
        standing.append(line.assessment.waivers.count())
        waiver = line.assessment.waivers.first() or waivers.grant_waiver(
            line.assessment.pk, by=line.lead, key="full_marks", reason="问题不影响得分", expires_on=timezone.localdate()
        )
        client.post(reverse("admin:assessment_filing_end_waiver", args=[line.filing.pk]), {"waiver": waiver.pk})
        standing.append(line.assessment.waivers.filter(ended_at=None).count())

    assert standing == ([1, 0, 0, 1] if role == Role.LEAD else [0, 1, 0, 1])


def test_signing_out_needs_a_post_and_the_desk_has_no_sign_in_of_its_own(client: Client) -> None:
    assert client.get(reverse("units:sign_out")).status_code == 405
    assert client.get(reverse("admin:login"), {"next": "/desk/"}).headers["Location"] == f"{reverse('units:sign_in')}?next=/desk/"
    line = Line()
    client.force_login(make_user(Role.REVIEWER, line.department))
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.get(reverse("admin:autocomplete")).status_code == 403
    assert client.get(reverse("admin:app_list", args=["units"])).status_code == 404
    assert client.get(reverse("admin:app_list", args=["assessment"])).status_code == 200


@pytest.mark.parametrize("role", PERSONS)
def test_a_notice_is_opened_by_whom_it_was_told_to_and_by_nobody_else(client: Client, role: Role | None) -> None:
    line = Line(Status.AWAITING_SIGNOFF)
    notice = line.head.notices.get()
    address, all_of_them = reverse("assessment:notice", args=[notice.pk]), reverse("assessment:read_notices")
    sign_in = reverse("units:sign_in")
    asked = [ask(client, address), ask(client, all_of_them, post=True)]
    client.force_login(make_user(role, line.unit if role in UNIT else line.department) if role else make_user())

    answers = [client.get(address).status_code, client.post(all_of_them).status_code, client.get(all_of_them).status_code]

    assert asked == [(200, sign_in), (200, sign_in)]
    assert answers == [404, 302, 405]
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.parametrize("role", PERSONS)
def test_a_password_is_reset_by_the_administrators_of_the_persons_department_only(client: Client, role: Role | None) -> None:
    own, foreign = Line(), Line()
    client.force_login(make_user(role, own.unit if role in UNIT else own.department) if role else make_user())
    answers = [client.get(reverse("admin:auth_user_password_change", args=[line.preparer.pk])).status_code for line in (own, foreign)]
    assert answers == ([200, 404] if role == Role.ADMINISTRATOR else [403, 403] if role in OFFICE else [302, 302])


def test_who_lost_the_role_yesterday_reaches_nothing_today(client: Client) -> None:
    line = Line()
    line.preparer.memberships.update(valid_to=timezone.localdate() - timedelta(days=1))
    client.force_login(line.preparer)
    assert client.get(reverse("assessment:filing", args=[line.filing.pk])).status_code == 404


def test_a_unit_without_a_filing_of_its_own_has_an_empty_list(client: Client) -> None:
    line = Line()
    client.force_login(make_user(Role.PREPARER, make_unit(line.department)))
    assert "还没有自评材料" in client.get(reverse("assessment:mine")).content.decode()
