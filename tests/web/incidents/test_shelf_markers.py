"""The marker of an empty place: printed from the incident, read by a scanner, never taken for the file."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlmodel import col

from archive.codes import codes as label_codes
from archive.deliveries.paper_sheets import _file_of
from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Label, Sighting, WantedSighting
from archive.vocabulary import LabelState, Protection, Role
from labels import codes
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.labels.paper import decode, rasterise, text_places
from tests.remembering import remembering

pytestmark = pytest.mark.engines("sqlite")  # paper and pages; the verb is one insert
AsRole = Callable[[Role], Actor]
SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def missing(archive: Archive, archivist: Actor) -> list[CaseFile]:
    """Report two files missing in one incident, the second of a protected person."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        found = [
            a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234"),
            a_file(work, box, a_person(work, protection=Protection.MARKED), reference="P0001235"),
        ]
        reporting.report(work, MissReport(file_ids=tuple(file.id for file in found)))
        return found


def printed(client: FlaskClient) -> bytes:
    """Print the markers of the only incident."""
    answer = client.post("/incidents/1/markers.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return bytes(answer.data)


def the_codes(archive: Archive, actor: Actor) -> dict[int | None, str]:
    """Return the markers' codes by file."""
    with archive.read(actor) as work:
        rows = work.session.scalars(select(Label).where(col(Label.state) == LabelState.MARKER))
        return {row.file_id: row.code for row in rows}


def test_each_missing_file_gets_a_marker_that_a_scanner_reads_and_that_names_nobody(
    archive: Archive, archivist: Actor, sign_in: SignIn, missing: list[CaseFile], tmp_path: Path
) -> None:
    client = sign_in(Role.ARCHIVIST)
    paper = printed(client)
    known = the_codes(archive, archivist)
    for dpi in (100, 200):
        read = decode(rasterise(paper, tmp_path, dpi))
        assert {codes.parse(text) for text in read} == set(known.values())
    assert all(text.startswith("HTTPS://") and "/S/" in text for text in read)
    words = " ".join(word for _page, word, *_box in text_places(paper, tmp_path))
    assert "HANDLINGEN SAKNAS" in words
    assert all(codes.grouped(file.code) in words for file in missing)
    assert not any(secret in words for secret in ("Åkerström", "Birgitta", "P0001234", "P0001235"))
    assert words.count("Centralarkivet / Rum 1") == 1  # where the protected person's file stood is not said
    assert printed(client)
    assert the_codes(archive, archivist) == known


def test_a_scanned_marker_says_what_it_is_and_is_no_sighting_whatever_was_being_done(
    archive: Archive, archivist: Actor, sign_in: SignIn, missing: list[CaseFile]
) -> None:
    client = sign_in(Role.ARCHIVIST)
    printed(client)
    code = the_codes(archive, archivist)[missing[0].id]
    with archive.write(archivist) as work:
        shelf = a_shelf(work, "Annat arkiv")
    for context, task in (("", ""), (shelf.code, ""), ("", "check"), (shelf.code, "receive:1")):
        scan = {"id": str(uuid4()), "text": code, "context": context, "task": task}
        answer = client.post("/api/scans", json=scan).get_json()
        assert (answer["outcome"], answer["incident"]) == ("shelf_marker", None)
        assert "eftersöks i ärende 1" in answer["text"]
    assert client.get(f"/S/{code}").location == "/incidents/1"
    with archive.read(archivist) as work:
        seen = [work.session.scalar(select(func.count()).select_from(m)) for m in (Sighting, WantedSighting)]
        assert seen == [0, 0]
        assert work.session.get_one(CaseFile, missing[0].id).place_id == missing[0].place_id
        with pytest.raises(Conflict):
            _file_of(work, code)
        with pytest.raises(Conflict):
            label_codes.refuse_unless_blank(label_codes.find(work, code))


def test_once_the_file_is_back_its_marker_asks_to_be_taken_away(
    archive: Archive, archivist: Actor, as_role: AsRole, sign_in: SignIn, missing: list[CaseFile]
) -> None:
    client = sign_in(Role.ARCHIVIST)
    printed(client)
    with archive.write(as_role(Role.DELEGATE)) as work:
        incident = reporting.get(work, 1)
        items = [item.id for item in reporting.items(work, incident)]
        reporting.mistaken(work, incident, items, "other", "Stod där hela tiden.", "I hyllan")
    code = the_codes(archive, archivist)[missing[0].id]
    page = client.post("/scan", data={"id": str(uuid4()), "text": code}, follow_redirects=True).text
    assert "ta bort skylten" in page
    assert client.get(f"/S/{code}").location == f"/files/{missing[0].code}"
    assert client.post("/incidents/1/markers.pdf").status_code == 409


def test_who_may_not_know_of_the_incident_gets_no_marker_and_is_led_to_the_file(
    archive: Archive, archivist: Actor, sign_in: SignIn, missing: list[CaseFile]
) -> None:
    printed(sign_in(Role.ARCHIVIST))
    code = the_codes(archive, archivist)[missing[0].id]
    assistant = sign_in(Role.ASSISTANT)
    assert assistant.post("/incidents/1/markers.pdf").status_code == 404
    assert assistant.get(f"/S/{code}").location == f"/files/{missing[0].code}"
    assert "/markers.pdf" in sign_in(Role.ARCHIVIST).get("/incidents/1").text
