"""The parts of one file share its reference: wherever one is meant, it says which."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.files import wanted
from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.vocabulary import Protection, Role
from tests.builders import a_box, a_file, a_person, a_shelf

SignIn = Callable[[Role], FlaskClient]
pytestmark = pytest.mark.engines("sqlite")


def four(archive: Archive, archivist: Actor, protection: Protection = Protection.NONE) -> list[CaseFile]:
    """Register the four parts of one file."""
    with archive.write(archivist) as work:
        box, person = a_box(work, a_shelf(work)), a_person(work, protection=protection)
        return [a_file(work, box, person, reference="P0000104", part=n, parts=4) for n in (1, 2, 3, 4)]


def test_a_report_by_a_reference_of_several_parts_asks_which_and_reports_those(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    parts, client = four(archive, archivist), sign_in(Role.CASE_WORKER)
    asked = client.post("/incidents/new", data={"files": "P0000104"})
    assert asked.status_code == 422
    assert len(re.findall(r'name="parts" type="checkbox"[^>]*checked', asked.text)) == 4
    assert "P0000104 (del 3 av 4)" in asked.text
    chosen = {"files": "P0000104", "parts_asked": "1", "parts": [str(parts[1].id), str(parts[2].id)]}
    assert client.post("/incidents/new", data={**chosen, "parts": []}).status_code == 422
    assert client.post("/incidents/new", data=chosen).status_code == 303
    with archive.read(archivist) as work:
        assert set(wanted.by_file(work, [one.id for one in parts])) == {parts[1].id, parts[2].id}


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
@pytest.mark.parametrize("page", ["", "/steps/confirm_find", "/plan"])
def test_where_one_of_several_parts_is_named_the_page_says_which(
    archive: Archive, archivist: Actor, sign_in: SignIn, page: str, protection: Protection
) -> None:
    parts = four(archive, archivist, protection)
    with archive.write(archivist) as work:
        incident = reporting.report(work, MissReport(tuple(one.id for one in parts)))
        items = reporting.items(work, incident)
    client = sign_in(Role.ARCHIVIST)
    client.post(f"/incidents/{incident.id}/found", data={"things": [f"item:{one.id}" for one in items]})
    shown = client.get(f"/incidents/{incident.id}{page}").text
    assert [n for n in (1, 2, 3, 4) if f"del {n} av 4" in shown] == [1, 2, 3, 4]
