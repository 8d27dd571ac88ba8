"""Somebody becomes protected while their file is looked for: every page and paper follows from then on."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Person
from archive.people import people
from archive.vocabulary import Protection, Role
from tests.builders import a_box, a_file, a_person, a_shelf

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
