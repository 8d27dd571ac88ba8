"""A report of several files, some looked for already, asks before it hands on what was written."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.history import private_data
from archive.incidents import changes, reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, Event
from archive.vocabulary import EventKind, Role
from tests.builders import a_box, a_file, a_shelf

SignIn = Callable[[Role], FlaskClient]
WRITTEN = "Låg hos Eva"


@pytest.fixture
def files(archive: Archive, archivist: Actor) -> list[CaseFile]:
    """Register two files, the first of which is looked for."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        found = [a_file(work, box, reference=name) for name in ("P1", "P2")]
        reporting.report(work, MissReport((found[0].id,)))
        return found


def last_words(work: Work, number: int) -> str | None:
    """Return what was written of how it went missing when it was last reported again, None if it was not."""
    again = (col(Event.stream) == f"incident:{number}", col(Event.kind) == EventKind.INCIDENT_REPORTED_AGAIN)
    event = work.session.scalar(select(col(Event.id)).where(*again).order_by(col(Event.seq).desc()).limit(1))
    return None if event is None else private_data.by_event(work, [event])[event]["circumstances"]


def form(files: list[CaseFile], **said: str) -> dict[str, str]:
    """Fill in the form about these files."""
    return {"files": "\n".join(file.code for file in files), "circumstances": WRITTEN, **said}


def test_it_says_which_is_looked_for_and_takes_nothing_down_until_one_has_said(
    archive: Archive, archivist: Actor, sign_in: SignIn, files: list[CaseFile]
) -> None:
    page = sign_in(Role.ASSISTANT).post("/incidents/new", data=form(files))
    assert page.status_code == 422
    assert "Eftersöks redan: P1 (ärende 1)" in page.text
    assert 'name="handed_on"' in page.text
    with archive.write(archivist) as work:
        changes.changed(work, reporting.get(work, 1), "", protected=True)
        assert last_words(work, 1) is None
    unnamed = sign_in(Role.ASSISTANT).post("/incidents/new", data=form(files)).text
    assert "Eftersöks redan: P1. " in unnamed


@pytest.mark.parametrize(("answer", "handed_on"), [("no", ""), ("yes", WRITTEN)])
def test_what_is_written_goes_to_the_other_search_only_if_one_says_so(
    archive: Archive, archivist: Actor, sign_in: SignIn, files: list[CaseFile], answer: str, handed_on: str
) -> None:
    answered = sign_in(Role.ASSISTANT).post("/incidents/new", data=form(files, handed_on=answer))
    assert answered.headers["Location"] == "/incidents/2"
    with archive.read(archivist) as work:
        assert last_words(work, 1) == handed_on


def test_of_a_single_file_that_is_looked_for_nothing_is_asked(
    archive: Archive, archivist: Actor, sign_in: SignIn, files: list[CaseFile]
) -> None:
    answered = sign_in(Role.ASSISTANT).post("/incidents/new", data=form(files[:1]))
    assert answered.headers["Location"] == "/incidents/1"
    with archive.read(archivist) as work:
        assert last_words(work, 1) == WRITTEN


def test_the_page_says_what_a_further_report_changed(sign_in: SignIn, files: list[CaseFile]) -> None:
    client = sign_in(Role.ARCHIVIST)
    assert "Rör barn: ja" not in client.get("/incidents/1").text
    said = {"missed_at": "2026-01-02T08:00", "child": "yes", "ongoing_case": "yes"}
    sign_in(Role.CASE_WORKER).post("/incidents/new", data=form(files[:1], **said))
    page = client.get("/incidents/1").text
    assert "Rör barn: ja, enligt den här anmälan" in page
    assert "Behövs i ett pågående ärende: ja, enligt den här anmälan" in page
    assert "Saknad 2026-01-02 08:00" in page
