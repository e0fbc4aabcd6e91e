"""What every answer says to the browser: where scripts may come from, what may be kept, and errors in words."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.domain.workflow import Status
from assessment.services import evidence
from reports.models import PrintJob, Publication
from reports.services import jobs, printing
from reports.services.publications import publish
from tests.browsing import data_of, read, signed_in
from tests.factories import PDF, Line, make_user
from units.models import Role

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
NEVER_KEPT = "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.fixture
def line() -> Line:
    """A published filing with one file; a stand-in for the PDF saves the seconds of a print."""
    line = Line()
    evidence.add_evidence(line.assessment.pk, by=line.preparer, name="决算.pdf", data=PDF, indicators=["spending"], public=True)
    line.advance(Status.APPROVED)
    job = line.filing.print_jobs.get()
    assert printing._finish(job, jobs.claim(job.pk, timezone.now()), b"%PDF-1.7")
    publish(line.filing.pk, by=line.lead)
    return line


def says(answer: Any) -> dict[str, Any]:
    """The headers that every answer must carry."""
    data_of(answer)
    parts = (part.strip().partition(" ") for part in answer.headers.get("Content-Security-Policy", "").split(";"))
    return {
        "policy": {name: value for name, _, value in parts},
        "sniffing": answer.headers.get("X-Content-Type-Options"),
        "framing": answer.headers.get("X-Frame-Options"),
        "referrer": answer.headers.get("Referrer-Policy"),
    }


SAID = {"policy": POLICY, "sniffing": "nosniff", "framing": "DENY", "referrer": "same-origin"}


def public_pages() -> list[str]:
    number = Publication.objects.get().number
    return ["/", "/?q=x", f"/public/{number}/", f"/public/{number}/report.pdf", "/account/sign-in/", "/nowhere/", "/healthz", "/home/"]


def pages_of_the_unit(line: Line) -> list[str]:
    filing, assessment, job = line.filing.pk, line.assessment.pk, PrintJob.objects.get().pk
    return [
        *public_pages(),
        reverse("assessment:mine"),
        *(reverse(f"assessment:{name}", args=[filing]) for name in ("filing", "paper")),
        *(reverse(f"assessment:{name}", args=[assessment]) for name in ("figures", "scores", "narrative", "evidence", "findings")),
        reverse("assessment:download", args=[line.assessment.evidence.get().pk]),
        *(reverse(f"reports:{name}", args=[job]) for name in ("job", "job_pdf")),
        *(reverse(f"units:{name}") for name in ("password", "password_done")),
        "/desk/login/",
    ]


def pages_of_the_desk(line: Line) -> list[str]:
    filing, round_ = line.filing.pk, line.filing.round_id
    lists = ["assessment/filing", "assessment/round", "assessment/schemeversion", "reports/printjob", "reports/publication"]
    lists += ["units/budgetunit", "units/user"]
    return [
        "/desk/",
        *(f"/desk/{name}/" for name in lists),
        f"/desk/assessment/filing/{filing}/change/",
        f"/desk/assessment/round/{round_}/change/",
        f"/desk/units/user/{line.preparer.pk}/change/",
        f"/desk/units/user/{line.preparer.pk}/password/",
    ]


def test_every_answer_to_a_visitor_carries_the_policy(client: Client, line: Line) -> None:
    answers = {address: says(client.get(address)) for address in public_pages()}

    assert answers == dict.fromkeys(answers, SAID)


def test_every_answer_to_the_unit_s_people_carries_the_policy_and_is_kept_nowhere(line: Line) -> None:
    client = signed_in(line.preparer)
    answers = {address: client.get(address) for address in pages_of_the_unit(line)}

    assert {address: says(answer) for address, answer in answers.items()} == dict.fromkeys(answers, SAID)
    assert {address: answer["Cache-Control"] for address, answer in answers.items()} == dict.fromkeys(answers, NEVER_KEPT)


def test_every_page_of_the_desk_carries_the_policy_and_is_kept_nowhere(line: Line) -> None:
    client = signed_in(make_user(Role.ADMINISTRATOR, line.department))
    answers = {address: client.get(address) for address in pages_of_the_desk(line)}

    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert {address: says(answer) for address, answer in answers.items()} == dict.fromkeys(answers, SAID)
    assert {address: answer["Cache-Control"] for address, answer in answers.items()} == dict.fromkeys(answers, NEVER_KEPT)


def test_no_page_asks_the_browser_for_anything_that_the_policy_forbids(line: Line) -> None:
    """No script or style within a page, no handler in an attribute, nothing from another host."""
    unit, desk = signed_in(line.preparer), signed_in(make_user(Role.ADMINISTRATOR, line.department))
    pages = [(unit, address) for address in pages_of_the_unit(line)] + [(desk, address) for address in pages_of_the_desk(line)]

    found = []
    for client, address in pages:
        answer = client.get(address)
        data_of(answer)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for element in read(answer).walk():
            names = {name for name in element.attributes if name == "style" or name.startswith("on")}
            fetched = element.attributes.get("src" if element.tag in ("script", "img") else "href" if element.tag == "link" else "", "")
            inline = element.tag in ("script", "style") and element.raw.strip() and element.attributes.get("type") != "application/json"
            if names or inline or "//" in fetched:
                found.append((address, element.tag, sorted(names), fetched))

    assert found == []


def test_an_error_inside_is_told_in_words_and_hides_what_it_was(settings: LazySettings) -> None:
    line = Line()
    settings.EVIDENCE_MAX_BYTES = "a limit that is no number"
    client = Client(raise_request_exception=False)
    client.force_login(line.preparer)

    answer = client.post(reverse("assessment:evidence", args=[line.assessment.pk]), {"file": SimpleUploadedFile("决算.pdf", PDF)})

    assert (answer.status_code, read(answer).one("h1").text) == (500, "系统出错")
    assert read(answer).one("section p").text == "这次操作没有完成，已经保存的内容不受影响。请稍后再试，仍不行请联系系统管理员。"
    assert (says(answer), answer["Cache-Control"]) == (SAID, NEVER_KEPT)
