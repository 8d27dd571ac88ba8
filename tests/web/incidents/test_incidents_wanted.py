"""A wanted file says so on every page and in every answer to a scan."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, WantedSighting
from archive.vocabulary import Protection, Role
from tests.builders import a_file, a_person, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file and report it missing."""
    with archive.write(archivist) as work:
        found = a_file(work, a_shelf(work), a_person(work, "Åkerström", "Birgitta"), reference="P0001234")
        reporting.report(work, MissReport(file_ids=(found.id,)))
        return found


def test_a_scan_without_script_is_answered_over_the_whole_screen(sign_in: SignIn, file: CaseFile) -> None:
    client = sign_in(Role.ASSISTANT)
    page = client.post("/scan", data={"id": str(uuid4()), "text": file.code}, follow_redirects=True).text
    notice = page.split("data-stop>")[1].split("</section>")[0]
    for told in ("STOPP – efterlyst: P0001234", "Öppna den inte", 'href="/incidents/1"', 'href="/scan"'):
        assert told in notice


def test_the_script_of_the_page_gets_the_notice_too(
    sign_in: SignIn, as_role: Callable[[Role], Actor], file: CaseFile
) -> None:
    scan = {"id": str(uuid4()), "text": file.code, "by": as_role(Role.ASSISTANT).id}
    answer = sign_in(Role.ASSISTANT).post("/scan/answers", json=scan)
    assert (answer.json["signal"], "data-stop" in answer.json["state"]) == ("refused", True)


def test_the_json_interface_says_which_incident_and_what_to_do(sign_in: SignIn, file: CaseFile) -> None:
    answer = sign_in(Role.ASSISTANT).post("/api/scans", json={"id": str(uuid4()), "text": file.code})
    assert (answer.json["incident"], "Öppna den inte" in answer.json["stop"]) == (1, True)


def test_the_page_of_the_file_says_it_and_does_not_offer_to_hand_it_out(
    sign_in: SignIn, file: CaseFile
) -> None:
    page = sign_in(Role.ASSISTANT).get(f"/files/{file.code}").text
    assert 'class="ak-wanted"' in page
    assert 'href="/incidents/1"' in page
    assert f"/files/{file.code}/lend" not in page
    assert "/incidents/new?" not in page


def test_a_file_that_is_not_wanted_leads_to_the_form_that_reports_it(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        other = a_file(work, a_shelf(work, "Annexet"), reference="P2")
    page = sign_in(Role.CASE_WORKER).get(f"/files/{other.code}").text
    assert 'class="ak-wanted"' not in page
    assert f"/incidents/new?file={other.code}" in page.replace("&amp;", "&")


def test_a_hit_of_a_lookup_says_it(sign_in: SignIn, file: CaseFile) -> None:
    page = sign_in(Role.ASSISTANT).post("/find", data={"term": "P000123"}, headers={"HX-Request": "1"}).text
    assert "efterlyst" in page


def test_the_incident_of_a_protected_person_is_not_named_to_others(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        hidden = a_file(work, a_shelf(work), a_person(work, protection=Protection.MARKED), reference="H1")
        reporting.report(work, MissReport(file_ids=(hidden.id,)))
    page = sign_in(Role.CASE_WORKER).get(f"/files/{hidden.code}").text
    assert 'class="ak-wanted"' in page
    assert 'href="/incidents/1"' not in page


def test_a_code_opened_by_a_phone_stops_over_the_whole_screen_and_is_a_sighting(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    client = sign_in(Role.CASE_WORKER)
    page = client.get(f"/S/{file.code}", follow_redirects=True).text
    assert "data-stop-close" in page
    assert "data-stop-close" not in client.get(f"/files/{file.code}").text
    with archive.read(archivist) as work:
        assert work.session.scalars(select(WantedSighting)).one().answered_at is None


def test_a_wanted_file_in_anothers_cover_stops_whoever_checks_that_cover(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        holder = a_file(work, a_shelf(work, "Annexet"), reference="P2")
    client = sign_in(Role.ASSISTANT)
    client.post(f"/covers/{holder.code}/queue")
    client.post("/covers/", data={"text": holder.code})
    found = {"other": file.code, "whole": "whole"}
    answer = client.post(f"/covers/{holder.code}/foreign", data=found, follow_redirects=True)
    assert "data-stop-close" in answer.text
    assert 'href="/incidents/1"' in answer.text
