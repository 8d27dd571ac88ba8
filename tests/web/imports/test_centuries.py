"""Which century a sign on a cover means: told by the dates beside it, else asked for; never by today."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive
from archive.models import PersonNumber, Place
from archive.people import people
from archive.vocabulary import Protection, Role
from tests.builders import a_kind, a_shelf, a_source

SignIn = Callable[[Role], FlaskClient]
SIGNED = "090308-9993"
ASKED = "lämnar århundradet öppet"


@pytest.fixture
def form(archive: Archive, archivist: Actor) -> dict[str, object]:
    """Give a form whose only number leaves the century to its sign."""
    with archive.write(archivist) as work:
        shelf: Place = a_shelf(work)
        return {
            "number0": SIGNED,
            "family_name0": "Lindqvist",
            "protection0": "none",
            "role0": "subject",
            "kind": a_kind(work).id,
            "source": a_source(work).id,
            "reference": "P0001234",
            "place": shelf.code,
        }


def _numbers(archive: Archive, archivist: Actor) -> list[str]:
    with archive.read(archivist) as work:
        return list(work.session.execute(select(PersonNumber.number)).scalars())


def _said(answer: object) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("dates", "number"),
    [
        ({"closed_on": "1984"}, "190903089993"),
        ({"opened_on": "1971-02", "last_note_on": "1984-05-01"}, "190903089993"),
        ({"closed_on": "2019-05-01"}, "200903089993"),
    ],
)
def test_the_dates_typed_beside_it_tell_the_century_of_a_sign(
    archive: Archive,
    archivist: Actor,
    sign_in: SignIn,
    form: dict[str, object],
    dates: dict[str, str],
    number: str,
) -> None:
    client = sign_in(Role.ASSISTANT)
    checked = _said(client.post("/files/new/check", data=form | dates))
    assert f"{number[:8]}-{number[8:]}" in checked
    assert ASKED not in checked
    assert client.post("/files/new", data=form | dates).status_code == 303
    assert _numbers(archive, archivist) == [number]


def test_without_dates_the_century_is_asked_for_and_nothing_typed_is_lost(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    assert ASKED in _said(client.post("/files/new/check", data=form))
    refused = client.post("/files/new", data=form)
    assert refused.status_code == 422
    assert ASKED in _said(refused)
    assert f'value="{SIGNED}"' in refused.text
    assert _numbers(archive, archivist) == []
    assert client.post("/files/new", data=form | {"number0": "19090308-9993"}).status_code == 303
    assert _numbers(archive, archivist) == ["190903089993"]


def test_a_cover_that_leaves_the_century_open_is_registered_so(
    archive: Archive, archivist: Actor, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(Role.ASSISTANT)
    assert client.post("/files/new", data=form | {"number0": "090308 9993"}).status_code == 303
    assert _numbers(archive, archivist) == ["0903089993"]


def test_the_birth_date_of_a_person_tells_the_century_of_a_number_added_to_them(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        known = people.register(work, people.NewPerson("Ek", "Eva", protection=Protection.NONE))
        unknown = people.register(work, people.NewPerson("Berg", "Bo", protection=Protection.NONE))
        people.correct(work, known, birth_date=PartialDate.parse("1909-03-08"))
        ids = known.id, unknown.id
    client = sign_in(Role.ARCHIVIST)
    answers = []
    for person_id in ids:
        with archive.read(archivist) as work:
            version = people.version(work, people.get(work, person_id))
        data = {"number": SIGNED, "version": version, "current": "yes", "source": "omslaget"}
        answers.append(client.post(f"/people/{person_id}/number", data=data))
    assert [one.status_code for one in answers] == [303, 422]
    assert ASKED in _said(answers[1])
    assert _numbers(archive, archivist) == ["190903089993"]
