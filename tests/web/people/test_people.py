"""The page of a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from archive.accounts import users
from archive.files import files
from archive.kernel.store import Actor, Archive, operator
from archive.models import Person
from archive.people import people
from archive.vocabulary import Protection, Role
from archive.vocabulary.wording import _
from tests.builders import NUMBERS, PASSWORD, a_demo, a_file, a_person, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
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
    before = client.get(f"/people/{person.id}").text
    form = {"protection": "protected_registration", "version": seen(client, person)}
    client.post(f"/people/{person.id}/protection", data=form)
    page = client.get(f"/people/{person.id}").text
    told = ("Åkerström", "Birgitta", "19900602", "1990-06-02", "P0001234")
    assert [one for one in told if one not in before] == []
    assert [one for one in told if one in page] == []


@pytest.fixture
def unlocked(archive: Archive) -> Archive:
    """Make the archive a demo while it is empty, opened as an ordinary one."""
    a_demo(archive)
    archive.settings = replace(archive.settings, demo=False)
    return archive


@pytest.fixture
def hidden(archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor]) -> Person:
    """Register a protected person with a file, where there are witnesses."""
    for role in (Role.MANAGER, Role.DATA_PROTECTION_OFFICER):
        as_role(role)
    with archive.write(archivist) as work:
        hidden = a_person(work, "Hemlig", "Person", protection=Protection.MARKED)
        a_file(work, a_shelf(work), hidden, a_person(work))
        return hidden


LIFT = {"weaker": "none", "grounds": "besked 2026-11-20", "password": PASSWORD}


def lift(client: FlaskClient, person: Person, **said: str) -> TestResponse:
    """Send the form that lifts a protection, with other content where said."""
    form = {**LIFT, "version": seen(client, person), **said}
    return client.post(f"/people/{person.id}/protection/lift", data=form)


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.SEALED_KEEPER])
def test_a_protection_is_lifted_with_grounds_and_password_and_others_are_told(
    archive: Archive, archivist: Actor, sign_in: SignIn, hidden: Person, role: Role
) -> None:
    client = sign_in(Role.ARCHIVIST)
    version = seen(client, hidden)
    assert lift(sign_in(role), hidden, version=version).status_code == 303
    assert reread(archive, archivist, hidden).protection is Protection.NONE
    for witness in (Role.MANAGER, Role.DATA_PROTECTION_OFFICER):
        inbox = sign_in(witness).get("/messages").text
        assert f"Skyddet för person {hidden.id} har hävts." in inbox
        assert "Hemlig" not in inbox


def seen_by(sign_in: SignIn, person: Person) -> str:
    """Return the version as an archivist sees it, for those whose page has no form."""
    return seen(sign_in(Role.ARCHIVIST), person)


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({"grounds": " "}, 422, "grounds"),
        ({"password": "fel lösenord"}, 422, "password"),
        ({"password": ""}, 422, "password"),
        ({"password": "demo"}, 422, "password"),
        ({"weaker": ""}, 422, "weaker"),
        ({"weaker": "assumed_identity"}, 409, "protection"),
    ],
)
def test_without_grounds_password_or_a_weaker_kind_nothing_is_lifted(
    archive: Archive,
    archivist: Actor,
    sign_in: SignIn,
    hidden: Person,
    said: dict[str, str],
    status: int,
    field: str,
) -> None:
    answer = lift(sign_in(Role.ARCHIVIST), hidden, **said)
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (status, True)
    assert reread(archive, archivist, hidden).protection is Protection.MARKED
    assert LIFT["password"] not in answer.text


def test_guessing_the_password_is_slowed_down(sign_in: SignIn, hidden: Person) -> None:
    client = sign_in(Role.ARCHIVIST)
    answers = [lift(client, hidden, password=f"gissning nummer {n}").status_code for n in range(5)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_an_assistant_raises_a_protection_and_never_lowers_it(
    archive: Archive, archivist: Actor, sign_in: SignIn, hidden: Person
) -> None:
    client = sign_in(Role.ASSISTANT)
    page = client.get(f"/people/{hidden.id}").text
    assert "/protection/lift" not in page
    assert "/protection/lift" in sign_in(Role.ARCHIVIST).get(f"/people/{hidden.id}").text
    for lower in ("none", "unknown"):
        form = {"protection": lower, "source": "besked", "version": seen(client, hidden)}
        answer = client.post(f"/people/{hidden.id}/protection", data=form)
        assert (answer.status_code, 'href="#protection"' in answer.text) == (409, True)
    assert lift(client, hidden).status_code == 403
    form = {"protection": "assumed_identity", "version": seen(client, hidden)}
    assert client.post(f"/people/{hidden.id}/protection", data=form).status_code == 303
    assert reread(archive, archivist, hidden).protection is Protection.ASSUMED_IDENTITY


def test_what_was_never_stated_is_lifted_through_the_same_door(
    archive: Archive, archivist: Actor, sign_in: SignIn, hidden: Person
) -> None:
    with archive.write(archivist) as work:
        unstated = a_person(work, protection=Protection.UNKNOWN)
    client = sign_in(Role.ASSISTANT)
    form = {"protection": "none", "source": "besked", "version": seen(client, unstated)}
    assert client.post(f"/people/{unstated.id}/protection", data=form).status_code == 409
    assert lift(sign_in(Role.ARCHIVIST), unstated).status_code == 303


def test_nobody_lifts_a_protection_without_a_witness(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        alone = a_person(work, protection=Protection.MARKED)
    answer = lift(sign_in(Role.ARCHIVIST), alone)
    assert (answer.status_code, "Fråga systemförvaltaren" in answer.text) == (409, True)
    assert reread(archive, archivist, alone).protection is Protection.MARKED


def test_a_program_lifts_nothing(archive: Archive, archivist: Actor, hidden: Person, app: Flask) -> None:
    with archive.write(operator("tests")) as work:
        user = users.user(work, archivist.user_id or 0)
        secret = users.issue_token(work, user, "program", work.now + timedelta(days=1))[1]
    headers = {"Authorization": f"Bearer {secret}"}
    answer = app.test_client().post(
        f"/people/{hidden.id}/protection/lift", data={**LIFT, "version": "1"}, headers=headers
    )
    assert answer.status_code == 403
    assert reread(archive, archivist, hidden).protection is Protection.MARKED


def test_in_a_demo_the_page_says_what_to_enter(
    unlocked: Archive, archive: Archive, archivist: Actor, sign_in: SignIn, hidden: Person
) -> None:
    client = sign_in(Role.ARCHIVIST)
    assert lift(client, hidden, password="demo").status_code == 422
    assert "demoarkivet" not in client.get(f"/people/{hidden.id}").text
    archive.settings = replace(archive.settings, demo=True)
    assert "I demoarkivet är det: demo" in client.get(f"/people/{hidden.id}").text
    assert lift(client, hidden, password="demo").status_code == 303
    assert reread(archive, archivist, hidden).protection is Protection.NONE


def test_a_protected_person_is_taken_off_a_file_through_the_same_door(
    archive: Archive, archivist: Actor, sign_in: SignIn, hidden: Person
) -> None:
    with archive.read(archivist) as work:
        (file_id,) = people.files_of(work, hidden)
        code = files.get(work, file_id).code
    path, field = f"/files/{code}/persons/{hidden.id}", f'href="#password-{hidden.id}"'
    for role in (Role.ASSISTANT, Role.ARCHIVIST):
        refused = sign_in(role).post(path, data={"do": "remove"})
        assert (refused.status_code, field in refused.text) == (409, True)
    form = {"do": "remove", "password": PASSWORD, "grounds": "fel person"}
    assert sign_in(Role.ASSISTANT).post(path, data=form).status_code == 403
    client = sign_in(Role.ARCHIVIST)
    assert client.post(path, data={**form, "grounds": ""}).status_code == 422
    assert client.post(path, data=form).status_code == 303
    with archive.read(archivist) as work:
        assert not files.get(work, file_id).protected
    assert f"person {hidden.id}" in sign_in(Role.MANAGER).get("/messages").text


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
    for page in ("name", "number", "protection", "protection/lift"):
        assert client.post(f"/people/{person.id}/{page}", data={"version": 1}).status_code == 403


def test_an_unknown_person_is_not_found(sign_in: SignIn) -> None:
    assert sign_in(Role.ARCHIVIST).get("/people/99").status_code == 404
