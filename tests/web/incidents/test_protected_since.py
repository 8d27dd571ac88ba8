"""Somebody becomes protected while their file is looked for: every page and paper follows from then on."""

import subprocess
from collections.abc import Callable
from random import Random

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents import steps as incident_steps
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Person
from archive.people import people
from archive.vocabulary import IncidentPaper, Protection, Role
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf, user_in_role
from tests.web.incidents.naming_walk import NAME, walk

SignIn = Callable[[Role], FlaskClient]
TAG = "skyddade uppgifter"


@pytest.fixture
def missed(archive: Archive, archivist: Actor) -> tuple[CaseFile, Person]:
    """Report a file of somebody nobody has protected yet."""
    with archive.write(archivist) as work:
        person = a_person(work, "Åkerström", "Birgitta")
        file = a_file(work, a_box(work, a_shelf(work)), person, reference="P0001234")
        reporting.report(work, MissReport(file_ids=(file.id,)))
        return file, person


def protect(archive: Archive, archivist: Actor, person: Person) -> None:
    """Set a mark, as when Skatteverket has told of it."""
    with archive.write(archivist) as work:
        people.protect(work, people.get(work, person.id), Protection.MARKED, "Skatteverket")


@pytest.mark.parametrize("page", ["/incidents/1", "/incidents/", "/incidents/mine"])
def test_a_page_says_that_somebody_is_protected_as_soon_as_they_are(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: tuple[CaseFile, Person], page: str
) -> None:
    client = sign_in(Role.ARCHIVIST)
    assert TAG not in client.get(page).text
    protect(archive, archivist, missed[1])
    assert TAG in client.get(page).text


def test_the_page_warns_as_soon_as_somebody_is_protected(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: tuple[CaseFile, Person]
) -> None:
    client, warned = sign_in(Role.ARCHIVIST), "aldrig via e-post"
    assert warned not in client.get("/incidents/1").text
    protect(archive, archivist, missed[1])
    assert warned in client.get("/incidents/1").text


def naming(client: FlaskClient, number: int, steps: list[str], files: list[CaseFile]) -> set[str]:
    """Return which pages and papers of an incident name the person."""
    pages = ["", "/plan", "/papers/", *(f"/steps/{step}" for step in steps)]
    addresses = [f"/incidents/{number}{page}" for page in pages]
    addresses += [f"/files/{file.code}{page}" for file in files for page in ("", "/history")]
    addresses += [
        "/lost-register/",
        "/lost-register/as/csv",
        "/lost-register/as/pdf",
        "/incidents/",
        "/incidents/mine",
        "/annual-report/",
        "/messages/",
    ]
    addresses += [f"/incidents/{number}/report.pdf", f"/incidents/{number}/report.pdf?bare=1"]
    addresses += [f"/incidents/{number}/papers/{paper.value}.pdf" for paper in IncidentPaper]
    return {one for one in addresses if NAME.casefold() in words(client, one).casefold()}


def words(client: FlaskClient, address: str) -> str:
    """Return what a page or paper says."""
    answer = client.get(address)
    if answer.mimetype != "application/pdf":
        return answer.text
    said = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True)
    return " ".join(said.stdout.decode().split())


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.thorough)])
def test_no_text_people_wrote_before_somebody_was_protected_names_them_after(
    archive: Archive, archivist: Actor, sign_in: SignIn, clock: SetClock, seed: int
) -> None:
    user_in_role(archive, Role.ASSISTANT)
    number, person, files = walk(archive, archivist, clock, Random(seed))
    with archive.read(archivist) as work:
        steps = [step.id for step in incident_steps.course(work, reporting.get(work, number)).routine.steps]
    owner, other = sign_in(Role.ARCHIVIST), sign_in(Role.DATA_PROTECTION_OFFICER)
    report, page = f"/incidents/{number}/report.pdf", f"/incidents/{number}"
    for client in (owner, other):
        assert {report, page} <= naming(client, number, steps, files)
    protect(archive, archivist, person)
    assert naming(other, number, steps, files) == set()
    assert naming(owner, number, steps, files) <= {
        page,
        *(f"{page}/steps/{step}" for step in steps),
        f"{page}/plan",
    }
