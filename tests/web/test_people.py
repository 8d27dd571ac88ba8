"""The page of a person."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.domain import people
from archive.models import Person
from archive.store import Actor, Archive
from archive.vocabulary import Protection, Role
from archive.wording import _
from tests.builders import NUMBERS, a_file, a_person, a_shelf

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
def person(archive: Archive, archivist: Actor) -> Person:
    """Register Birgitta Åkerström with one file."""
    with archive.write(archivist) as work:
        person = a_person(work, "Åkerström", "Birgitta", number="199006022397")
        a_file(work, a_shelf(work), person, reference="P0001234")
        return person


def reread(archive: Archive, actor: Actor, person: Person) -> Person:
    """Return the person as it is now."""
    with archive.read(actor) as work:
        return people.get(work, person.id)


def seen(client: FlaskClient, person: Person) -> str:
    """Return the version the forms of the page carry."""
    page = client.get(f"/people/{person.id}").text
    return page.split('name="version" value="')[1].split('"')[0]


def test_the_page_shows_name_numbers_and_files(sign_in: SignIn, person: Person) -> None:
    page = sign_in(Role.CASE_WORKER).get(f"/people/{person.id}").text
    for told in ("Åkerström, Birgitta", "19900602-2397", "P0001234"):
        assert told in page
    assert "<form" not in page.split("<main")[1]


def test_who_sees_no_names_sees_no_person(sign_in: SignIn, person: Person) -> None:
    assert sign_in(Role.AUDITOR).get(f"/people/{person.id}").status_code == 403


def test_a_name_is_corrected(archive: Archive, archivist: Actor, sign_in: SignIn, person: Person) -> None:
    client = sign_in(Role.ASSISTANT)
    form = {"family_name": " Öman ", "given_name": "Birgitta", "birth_date": "1990-06-02"}
    answer = client.post(f"/people/{person.id}/name", data={**form, "version": seen(client, person)})
    assert answer.status_code == 303
    assert reread(archive, archivist, person).family_name == "Öman"


def test_a_person_changed_meanwhile_is_not_changed_over(
    archive: Archive, archivist: Actor, sign_in: SignIn, person: Person
) -> None:
    client = sign_in(Role.ASSISTANT)
    version = seen(client, person)
    with archive.write(archivist) as work:
        people.correct(work, people.get(work, person.id), given_name="Birgit")
    answer = client.post(f"/people/{person.id}/name", data={"family_name": "Öman", "version": version})
    assert answer.status_code == 409
    assert reread(archive, archivist, person).family_name == "Åkerström"


def test_a_number_is_added_and_the_old_one_stays(
    archive: Archive, archivist: Actor, sign_in: SignIn, person: Person
) -> None:
    client = sign_in(Role.ASSISTANT)
    form = {"number": NUMBERS[4], "source": "omslaget", "current": "yes", "version": seen(client, person)}
    client.post(f"/people/{person.id}/number", data=form)
    with archive.read(archivist) as work:
        numbers = people.numbers_of(work, [person.id])[person.id]
    assert [(n.number, n.current) for n in numbers] == [(NUMBERS[4], True), ("199006022397", False)]
    assert _("older") in client.get(f"/people/{person.id}").text


def test_a_number_the_person_has_is_refused_at_its_field(sign_in: SignIn, person: Person) -> None:
    client = sign_in(Role.ASSISTANT)
    form = {"number": "19900602-2397", "version": seen(client, person)}
    answer = client.post(f"/people/{person.id}/number", data=form)
    assert (answer.status_code, 'href="#number"' in answer.text) == (409, True)


def test_protection_hides_the_person_at_once(
    archive: Archive, archivist: Actor, sign_in: SignIn, person: Person
) -> None:
    client = sign_in(Role.ASSISTANT)
    form = {"protection": "protected_registration", "version": seen(client, person)}
    client.post(f"/people/{person.id}/protection", data=form)
    page = client.get(f"/people/{person.id}").text
    for told in ("Åkerström", "Birgitta", "19900602", "1990-06-02", "P0001234"):
        assert told not in page


def test_a_protection_is_lifted_only_on_stated_grounds(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        hidden = a_person(work, protection=Protection.MARKED)
    client = sign_in(Role.ASSISTANT)
    form = {"protection": "none", "version": seen(client, hidden)}
    refused = client.post(f"/people/{hidden.id}/protection", data=form)
    assert (refused.status_code, 'href="#grounds"' in refused.text) == (422, True)
    client.post(f"/people/{hidden.id}/protection", data={**form, "source": "besked 2026-11-20"})
    assert reread(archive, archivist, hidden).protection is Protection.NONE


def test_what_is_left_blank_of_a_protected_name_stays(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        hidden = a_person(work, "Hemlig", "Person", protection=Protection.MARKED)
    client = sign_in(Role.ASSISTANT)
    form = {"family_name": "Annan", "given_name": "", "birth_date": "", "version": seen(client, hidden)}
    client.post(f"/people/{hidden.id}/name", data=form)
    now = reread(archive, archivist, hidden)
    assert (now.family_name, now.given_name, now.birth_date) == ("Annan", "Person", hidden.birth_date)


def test_who_may_not_correct_is_refused(sign_in: SignIn, person: Person) -> None:
    client = sign_in(Role.CASE_WORKER)
    for page in ("name", "number", "protection"):
        assert client.post(f"/people/{person.id}/{page}", data={"version": 1}).status_code == 403


def test_an_unknown_person_is_not_found(sign_in: SignIn) -> None:
    assert sign_in(Role.ARCHIVIST).get("/people/99").status_code == 404
