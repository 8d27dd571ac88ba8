"""A wanted file says so on every page and in every answer to a scan."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.incidents import changes, reporting, shelf_markers
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, WantedSighting
from archive.vocabulary import Protection, Role
from archive.web.files.file import HISTORY
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


def hide(archive: Archive, archivist: Actor) -> None:
    """Judge that the incident may concern somebody protected, whose file is not marked yet."""
    with archive.write(archivist) as work:
        changes.changed(work, reporting.get(work, 1), "", protected=True)


def answered(client: FlaskClient, address: str, **sent: Any) -> str:
    """Return what is answered to a scan, but for its own id, its time and what a page says once."""
    told = client.post(address, json={"id": str(uuid4()), **sent}).get_json()
    plain = {name: one for name, one in told.items() if name not in {"id", "at"}}
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", json.dumps(plain, sort_keys=True, ensure_ascii=False))


def test_an_incident_one_may_not_know_of_stops_a_scan_and_is_not_named(
    archive: Archive, archivist: Actor, sign_in: SignIn, as_role: Callable[[Role], Actor], file: CaseFile
) -> None:
    asked = {
        "/api/scans": {"text": file.code},
        "/scan/answers": {"text": file.code, "by": as_role(Role.ASSISTANT).id},
    }
    named = {at: answered(sign_in(Role.ASSISTANT), at, **sent) for at, sent in asked.items()}
    hide(archive, archivist)
    hidden = {at: answered(sign_in(Role.ASSISTANT), at, **sent) for at, sent in asked.items()}
    assert json.loads(named["/api/scans"])["incident"] == 1
    said = json.loads(hidden["/api/scans"])
    assert (said["incident"], said["outcome"], said["signal"]) == (None, "file_shown", "refused")
    assert said["heading"] == json.loads(named["/api/scans"])["heading"]
    for at, told in hidden.items():
        assert "Öppna den inte" in told
        assert "ärende 1" in named[at]
        assert "ärende 1" not in told
        assert "/incidents/1" not in told
    seen = answered(sign_in(Role.ARCHIVIST), "/api/scans", text=file.code)
    assert json.loads(seen)["incident"] == 1


def test_what_is_answered_about_a_wanted_file_does_not_tell_a_protected_incident_from_another(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    with archive.write(archivist) as work:
        marker = shelf_markers.print_out(work, 1)[0].code
    told = []
    for time in range(HISTORY + 2):  # each is a sighting; a page tells of the last ones only
        if time == HISTORY + 1:
            hide(archive, archivist)
        client = sign_in(Role.CASE_WORKER)
        pages = [client.get(f"/S/{code}", follow_redirects=True).text for code in (file.code, marker)]
        told.append(re.sub(r"before=\d+", "", "\n".join(pages)).splitlines())
    assert any("data-stop-close" in line for line in told[-1])
    assert told[-1] == told[-2]


def test_a_wanted_file_is_not_lent_and_its_incident_is_named_only_to_those_who_may_know_of_it(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    lent = {"borrower": "Eva", "due_on": "2027-01-15", "purpose": "case_work"}
    told = []
    for role in (Role.ASSISTANT, Role.ASSISTANT, Role.ARCHIVIST):
        told.append(sign_in(role).post(f"/files/{file.code}/lend", data=lent).text)
        hide(archive, archivist)
    named = [("Lämna inte ifrån dig den" in page, "ärende 1" in page) for page in told]
    assert named == [(True, True), (True, False), (True, True)]
