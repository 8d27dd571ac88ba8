"""A report sent twice, by a double click or a retry, is answered twice and taken down once."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import col

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Event, Incident
from archive.places import places
from archive.vocabulary import EventKind, Role
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.web.incidents.incident_desk import Form

SignIn = Callable[[Role], FlaskClient]
TAKEN = "Anmält. Tiderna har börjat räknas."
WORDS = {"description": "En brun pärm", "pieces": "1"}


@pytest.fixture
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file."""
    with archive.write(archivist) as work:
        return a_file(work, a_box(work, a_shelf(work)))


def token(client: FlaskClient) -> str:
    """Return what the form is known by."""
    (value,) = Form(client.get("/incidents/new").text, "/incidents/new").controls["sent"].chosen
    return value


def count(archive: Archive, actor: Actor) -> tuple[int, int]:
    """Return how many incidents there are, and how often one was reported again."""
    with archive.read(actor) as work:
        again = col(Event.kind) == EventKind.INCIDENT_REPORTED_AGAIN.value
        return tuple(  # type: ignore[return-value]
            work.session.scalar(statement) or 0
            for statement in (
                select(func.count(col(Incident.id))),
                select(func.count(col(Event.id))).where(again),
            )
        )


@pytest.mark.parametrize("words", [False, True])
def test_a_first_miss_sent_twice_is_one_and_answered_as_the_first(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, clock: SetClock, words: bool
) -> None:
    client = sign_in(Role.ARCHIVIST)
    form = {**(WORDS if words else {"files": file.code}), "sent": token(client)}
    first = client.post("/incidents/new", data=form)
    assert TAKEN in client.get(first.location).text
    clock.forward(minutes=2)
    second = client.post("/incidents/new", data=form)
    assert second.location == first.location == "/incidents/1"
    page = client.get(second.location).text
    assert (TAKEN in page, "eftersöks redan" in page) == (True, False)
    assert count(archive, archivist) == (1, 0)
    other = client.post("/incidents/new", data={**form, "sent": token(client)})
    assert count(archive, archivist) == ((2, 0) if words else (1, 1)), "another form is another report"
    assert (other.location == first.location) is not words


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("joins", [True, False])
def test_a_form_sent_again_with_other_content_is_refused_keeps_it_and_can_be_sent_as_new(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, joins: bool
) -> None:
    with archive.write(archivist) as work:
        other = a_file(work, places.get(work, file.place_id), reference="P0000099")
        if joins:
            reporting.report(work, MissReport((file.id,)))
    client = sign_in(Role.ARCHIVIST)
    first = {"files": file.code, "sent": token(client)}
    assert client.post("/incidents/new", data=first).status_code == 303
    refused = client.post("/incidents/new", data={**first, "files": other.code, "purpose": "Beslut"})
    assert refused.status_code == 409
    assert "har redan skickats med annat innehåll. Läs det och skicka igen." in refused.text
    controls = Form(refused.text, "/incidents/new").controls
    assert (controls["files"].value, controls["purpose"].value) == (other.code, "Beslut")
    (new,) = controls["sent"].chosen
    assert new != first["sent"]
    assert count(archive, archivist) == (1, int(joins))
    again = client.post("/incidents/new", data={**first, "files": other.code, "sent": new})
    assert (again.location, count(archive, archivist)) == ("/incidents/2", (2, int(joins)))


@pytest.mark.engines("sqlite")
def test_what_joins_an_incident_sent_twice_joins_it_once(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        reporting.report(work, MissReport((file.id,)))
    clock.forward(hours=1)
    client = sign_in(Role.ASSISTANT)
    form = {"files": file.code, "sent": token(client)}
    answers = [client.post("/incidents/new", data=form, follow_redirects=True).text for _ in range(2)]
    assert ["eftersöks redan" in answer for answer in answers] == [True, True]
    assert count(archive, archivist) == (1, 1)


@pytest.mark.engines("sqlite")
def test_a_refused_report_is_known_by_the_same_token_once_it_is_right(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.ARCHIVIST)
    sent = token(client)
    refused = client.post("/incidents/new", data={"files": "XYZ", "sent": sent})
    assert (refused.status_code, Form(refused.text, "/incidents/new").controls["sent"].chosen) == (
        422,
        [sent],
    )
    for _ in range(2):
        assert client.post("/incidents/new", data={"files": file.code, "sent": sent}).status_code == 303
    assert count(archive, archivist) == (1, 0)


@pytest.mark.engines("sqlite")
def test_somebody_elses_report_is_never_taken_for_mine(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    sent = token(sign_in(Role.ARCHIVIST))
    for role in (Role.ARCHIVIST, Role.CASE_WORKER):
        assert sign_in(role).post("/incidents/new", data={**WORDS, "sent": sent}).status_code == 303
    assert count(archive, archivist) == (2, 0)


@pytest.mark.engines("sqlite")
def test_a_token_that_is_none_names_no_report(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    for _ in range(2):
        assert client.post("/incidents/new", data={**WORDS, "sent": "inget"}).status_code == 303
    assert count(archive, archivist) == (2, 0)
