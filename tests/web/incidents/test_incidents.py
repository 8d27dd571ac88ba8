"""A miss is reported, found on lists, and led through its steps in the browser."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.files import wanted
from archive.incidents import reporting
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.permissions import permissions_of
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Incident, Search
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import (
    FoundState,
    IncidentState,
    Missed,
    Occasion,
    OthersRead,
    Permission,
    Protection,
    Role,
)
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.verbs.incidents.incident_play import Play

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file in a box with another one beside it."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001233")
        return a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234")


@pytest.fixture
@remembering
def incident(archive: Archive, archivist: Actor, file: CaseFile) -> Incident:
    """Report that file."""
    with archive.write(archivist) as work:
        return reporting.report(work, MissReport(file_ids=(file.id,), purpose="begäran om utlämnande"))


def the_incident(archive: Archive, actor: Actor) -> Incident:
    """Return the only incident there is."""
    with archive.read(actor) as work:
        return work.session.scalars(select(Incident)).one()


def test_a_case_worker_without_archive_rights_reports_by_reference(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile
) -> None:
    answer = sign_in(Role.CASE_WORKER).post(
        "/incidents/new", data={"files": "p0001234", "occasion": "request", "waiting": "klienten"}
    )
    found = the_incident(archive, archivist)
    assert answer.location == f"/incidents/{found.id}"
    assert (found.what, found.occasion, found.somebody_waits) == (Missed.FILE, Occasion.REQUEST, True)
    with archive.read(archivist) as work:
        assert wanted.by_file(work, [file.id])


def test_the_form_is_filled_in_with_the_file_one_came_from(sign_in: SignIn, file: CaseFile) -> None:
    page = sign_in(Role.ASSISTANT).get(f"/incidents/new?file={file.code}&occasion=handing_out").text
    assert f">{file.code}</textarea>" in page
    assert "P0001234" in page
    assert '<option value="handing_out" selected>' in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"files": ""}, "description"),
        ({"files": "XYZ"}, "files"),
        ({"missed_at": "snart"}, "missed_at"),
        ({"missed_at": "2026-03-29T02:30"}, "missed_at"),  # clocks went from 2:00 to 3:00
        ({"missed_at": "2027-01-01T08:00"}, "missed_at"),
        ({"pieces": "inga", "description": "en pärm"}, "pieces"),
        ({"crate": "nonsens"}, "crate"),
    ],
)
def test_a_refused_report_keeps_everything_that_was_typed(
    archive: Archive, root: Actor, sign_in: SignIn, file: CaseFile, wrong: dict[str, str], field: str
) -> None:
    form = {"files": file.code, "purpose": "rättegång", "waiting": "en advokat", "child": "yes", **wrong}
    answer = sign_in(Role.CASE_WORKER).post("/incidents/new", data=form)
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
    for kept in ("rättegång", "en advokat", 'id="child" name="child" type="checkbox" value="yes" checked'):
        assert kept in answer.text
    with archive.read(root) as work:
        assert work.session.scalars(select(Incident)).first() is None


def test_a_second_report_meets_the_open_incident_and_says_so(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, incident: Incident, clock: SetClock
) -> None:
    clock.forward(hours=1)
    client = sign_in(Role.ASSISTANT)
    assert f"Ärende {incident.id}" in client.get(f"/incidents/new?file={file.code}").text
    answer = client.post("/incidents/new", data={"files": file.code}, follow_redirects=True)
    assert "eftersöks redan" in answer.text
    assert the_incident(archive, archivist).id == incident.id


def test_a_report_that_puts_a_find_in_question_says_so(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, incident: Incident, clock: SetClock
) -> None:
    clock.forward(hours=1)
    with archive.write(archivist) as work:
        whole = {"state": FoundState.WHOLE, "others_read": OthersRead.NO}
        same = reporting.get(work, incident.id)
        reporting.found(
            work, same, [one.id for one in reporting.items(work, same)], StatedFind(work.now, "Här", **whole)
        )
    clock.forward(hours=1)
    answer = sign_in(Role.ASSISTANT).post("/incidents/new", data={"files": file.code}, follow_redirects=True)
    assert "fyndet är ifrågasatt" in answer.text
    assert "eftersöks redan" not in answer.text


@pytest.mark.parametrize("which", ["plain", "protected", "a sibling of a protected one"])
def test_who_may_not_see_an_incident_gets_one_receipt_whoever_it_concerns_and_no_number(
    archive: Archive, archivist: Actor, sign_in: SignIn, clock: SetClock, which: str
) -> None:
    with archive.write(archivist) as work:
        shelf, marked = a_shelf(work), a_person(work, protection=Protection.MARKED)
        hidden, plain = a_file(work, shelf, marked, reference="H1"), a_file(work, shelf, a_person(work))
        missed = {"plain": [plain], "protected": [hidden]}.get(which, [hidden, plain])
        number = reporting.report(work, MissReport(file_ids=tuple(one.id for one in missed))).id
    clock.forward(hours=1)
    client, code = sign_in(Role.CASE_WORKER), missed[-1].code
    form = client.get(f"/incidents/new?file={code}").text
    assert "eftersöks redan" in form
    assert f"/incidents/{number}" not in form
    answer = client.post("/incidents/new", data={"files": code})
    assert answer.location == "/"
    receipt = "Den eftersöks redan. Det du skrev har lämnats vidare till den som leder sökningen."
    assert receipt in client.get("/").text
    assert client.get(f"/incidents/{number}").status_code == 404
    assert f"/incidents/{number}" in sign_in(Role.ARCHIVIST).get(f"/incidents/new?file={code}").text


def test_the_owner_sees_who_reported_it_again_and_what_was_added(
    archive: Archive, sign_in: SignIn, file: CaseFile, incident: Incident, clock: SetClock
) -> None:
    clock.forward(hours=1)
    wrote = {"files": file.code, "waiting": "Klienten Y", "purpose": "Utdrag", "circumstances": "Såg den"}
    sign_in(Role.CASE_WORKER).post("/incidents/new", data=wrote)
    page = sign_in(Role.ARCHIVIST).get(f"/incidents/{incident.id}").text
    again = page.split('id="reported-again"')[1].split("</ul>")[0]
    assert all(words in again for words in ("Handläggare", "Klienten Y", "Utdrag", "Såg den"))
    assert "Klienten Y" not in sign_in(Role.AUDITOR).get(f"/incidents/{incident.id}").text


def test_where_a_protected_persons_file_is_looked_for_and_lay_is_shown_only_to_those_who_search(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work, "Hemliga gatan 9"))
        hidden, cover = a_file(work, box, a_person(work, protection=Protection.MARKED)), a_file(work, box)
        incident = reporting.report(work, MissReport(file_ids=(hidden.id,), owner_id=archivist.user_id))
        number = incident.id
    Play(archive, number).do(
        archivist, "secure_room", stopped=("bins",), signs="no", place=(f"place:{box.id}",)
    )
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        lay = StatedFind(
            work.now, "I grannens", cover_id=cover.id, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id for item in reporting.items(work, incident)], lay)
    owners = sign_in(Role.ARCHIVIST).get(f"/incidents/{number}").text
    others = sign_in(Role.DATA_PROTECTION_OFFICER).get(f"/incidents/{number}").text
    for told in ("Hemliga gatan 9", cover.code):
        assert told in owners
        assert told not in others
    assert "sekretesskärl töms inte" in others
    assert f">{cover.reference}</dd>" in owners
    assert cover.reference not in others


def test_the_list_shows_state_owner_clock_and_next_step(sign_in: SignIn, incident: Incident) -> None:
    page = sign_in(Role.ASSISTANT).get("/incidents/").text
    for told in (f"Ärende {incident.id}", "misstänkt", "Arkivarie", "kvar"):
        assert told in page


def test_the_list_goes_on_where_a_page_ends_and_the_most_urgent_stands_first(
    archive: Archive, archivist: Actor, sign_in: SignIn, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        files = [a_file(work, shelf, reference=f"M{number}").id for number in range(33)]
    for number in files:
        clock.forward(minutes=1)
        with archive.write(archivist) as work:
            reporting.report(work, MissReport(file_ids=(number,)))
    client = sign_in(Role.ARCHIVIST)
    first = client.get("/incidents/").text
    assert first.index('href="/incidents/1"') < first.index('href="/incidents/2"')
    assert 'href="/incidents/31"' not in first
    href = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(href).text
    assert 'href="/incidents/33"' in second
    assert 'href="/incidents/30"' not in second


def test_my_steps_lead_to_their_forms(sign_in: SignIn, incident: Incident) -> None:
    page = sign_in(Role.ARCHIVIST).get("/incidents/mine").text
    assert f'href="/incidents/{incident.id}/steps/tell_dpo"' in page


def test_the_page_shows_moments_clocks_tracks_and_what_is_missing(
    sign_in: SignIn, incident: Incident
) -> None:
    page = sign_in(Role.ARCHIVIST).get(f"/incidents/{incident.id}").text
    for told in ("P0001234", "23 november 2026 kl. 09.00", "Frister", "begäran om utlämnande", "att göra"):
        assert told in page
    for step in ("tell_manager", "first_search", "secure_room", "screen_risk"):
        assert f'href="/incidents/{incident.id}/steps/{step}"' in page


def test_an_auditor_sees_the_incident_without_what_people_wrote(sign_in: SignIn, incident: Incident) -> None:
    page = sign_in(Role.AUDITOR).get(f"/incidents/{incident.id}").text
    assert "misstänkt" in page
    assert "begäran om utlämnande" not in page


def test_every_open_step_shows_its_guidance_and_form(sign_in: SignIn, incident: Incident) -> None:
    client = sign_in(Role.ARCHIVIST)
    page = client.get(f"/incidents/{incident.id}").text
    names = {part.split('"')[0] for part in page.split(f"/incidents/{incident.id}/steps/")[1:]}
    names = {name for name in names if "/" not in name}
    assert len(names) > 5
    for name in names:
        answer = client.get(f"/incidents/{incident.id}/steps/{name}")
        assert (name, answer.status_code) == (name, 200)
        assert "Hur det går till" in answer.text


FOUND_NOTHING = {
    "_shown": ["searched_by", "result", "searched", "minutes"],
    "result": "nothing",
    "searched": "hela lådan och lådorna bredvid",
    "minutes": "25",
}


def test_a_search_that_found_nothing_is_written_down_and_the_search_goes_on(
    archive: Archive, archivist: Actor, sign_in: SignIn, incident: Incident
) -> None:
    client = sign_in(Role.ARCHIVIST)
    form = {**FOUND_NOTHING, "searched_by": f"user:{archivist.user_id}"}
    answer = client.post(f"/incidents/{incident.id}/steps/first_search", data=form)
    assert answer.location == f"/incidents/{incident.id}"
    with archive.read(archivist) as work:
        assert work.session.get_one(Incident, incident.id).status is IncidentState.SEARCHING
        assert work.session.scalars(select(col(Search.minutes))).one() == 25
    assert "second_search" in client.get(f"/incidents/{incident.id}").text


def test_a_refused_step_names_each_field_and_keeps_what_was_typed(
    archive: Archive, archivist: Actor, sign_in: SignIn, incident: Incident
) -> None:
    form = {**FOUND_NOTHING, "searched_by": "", "minutes": "många"}
    answer = sign_in(Role.ARCHIVIST).post(f"/incidents/{incident.id}/steps/first_search", data=form)
    assert answer.status_code == 422
    assert 'href="#minutes"' in answer.text
    assert "hela lådan och lådorna bredvid" in answer.text
    assert 'value="många"' in answer.text
    with archive.read(archivist) as work:
        assert work.session.scalars(select(Search)).first() is None


def test_answers_that_lead_to_further_questions_show_them_before_anything_is_kept(
    archive: Archive, archivist: Actor, sign_in: SignIn, incident: Incident
) -> None:
    client = sign_in(Role.ARCHIVIST)
    address = f"/incidents/{incident.id}/steps/first_search"
    before = client.get(address).text
    assert 'name="cause"' not in before
    form = {
        "_shown": ["searched_by", "result"],
        "searched_by": f"user:{archivist.user_id}",
        "result": "all_found",
    }
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    assert 'name="cause"' in answer.text
    drawn = client.post(address, data={**form, "_again": "1"})
    assert (drawn.status_code, 'name="cause"' in drawn.text) == (200, True)
    with archive.read(archivist) as work:
        assert work.session.scalars(select(Search)).first() is None


def test_a_step_of_others_is_shown_but_not_offered(sign_in: SignIn, incident: Incident) -> None:
    client = sign_in(Role.REGISTRAR)
    page = client.get(f"/incidents/{incident.id}/steps/first_search").text
    assert "Steget görs av" in page
    answer = client.post(f"/incidents/{incident.id}/steps/first_search", data=FOUND_NOTHING)
    assert answer.status_code in {403, 422}


def test_a_wanted_file_scanned_stands_on_the_page_and_is_answered_there(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, incident: Incident
) -> None:
    with archive.write(archivist) as work:
        scans.take(work, Scanned("0b8d6e2e-7b1f-4b7e-9b5e-1f0a2c3d4e5f", file.code, None))
    client = sign_in(Role.ARCHIVIST)
    assert f'action="/incidents/{incident.id}/seen"' in client.get(f"/incidents/{incident.id}").text
    answer = client.post(f"/incidents/{incident.id}/seen")
    assert answer.location == f"/incidents/{incident.id}/steps/confirm_find"
    form = client.get(f"/incidents/{incident.id}/steps/confirm_find").text
    assert f'value="file:{file.id}" checked' in form


def test_what_was_found_without_a_scan_opens_the_same_form(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, incident: Incident
) -> None:
    client = sign_in(Role.ARCHIVIST)
    refused = client.post(f"/incidents/{incident.id}/found")
    assert (refused.status_code, 'href="#things"' in refused.text) == (422, True)
    answer = client.post(f"/incidents/{incident.id}/found", data={"things": f"file:{file.id}"})
    assert answer.location == f"/incidents/{incident.id}/steps/confirm_find"


def test_an_incident_is_handed_over_and_escalated_with_a_reason(
    archive: Archive, archivist: Actor, sign_in: SignIn, as_role: Callable[[Role], Actor], incident: Incident
) -> None:
    manager = as_role(Role.MANAGER)
    client = sign_in(Role.ARCHIVIST)
    client.post(f"/incidents/{incident.id}/hand-over", data={"owner": f"user:{manager.user_id}"})
    refused = client.post(f"/incidents/{incident.id}/escalate", data={"escalate_reason": " "})
    assert (refused.status_code, 'href="#escalate_reason"' in refused.text) == (422, True)
    client.post(f"/incidents/{incident.id}/escalate", data={"escalate_reason": "barnet flyttas i dag"})
    found = the_incident(archive, archivist)
    assert (found.owner_id, found.status) == (manager.user_id, IncidentState.ESCALATED)


@pytest.mark.parametrize("several", [False, True])
def test_what_is_missing_again_is_chosen_beforehand_only_where_there_is_one_thing(
    archive: Archive, archivist: Actor, sign_in: SignIn, file: CaseFile, several: bool
) -> None:
    with archive.write(archivist) as work:  # the first file registered stands beside it
        incident = reporting.report(work, MissReport(file_ids=(file.id, 1) if several else (file.id,)))
        ids = [item.id for item in reporting.items(work, incident)]
        lay = StatedFind(work.now, "Här", state=FoundState.WHOLE, others_read=OthersRead.NO)
        reporting.found(work, incident, ids, lay)
    client, box = sign_in(Role.ARCHIVIST), f'value="file:{file.id}" checked'
    assert (box in client.get(f"/incidents/{incident.id}").text) is not several
    answer = client.post(f"/incidents/{incident.id}/reopen", data={"reopen_reason": "Det var fel akt"})
    with archive.read(archivist) as work:
        assert bool(wanted.by_file(work, [file.id])) is not several
    if several:
        assert (answer.status_code, 'href="#again"' in answer.text) == (422, True)
        assert 'value="Det var fel akt"' in answer.text
        said = {"again": f"file:{file.id}", "reopen_reason": " "}
        assert box in client.post(f"/incidents/{incident.id}/reopen", data=said).text


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_its_permissions_open(sign_in: SignIn, incident: Incident, role: Role) -> None:
    client, may = sign_in(role), permissions_of([role])
    expected = {
        "/incidents/": Permission.READ_INCIDENTS,
        "/incidents/new": Permission.REPORT_MISS,
        f"/incidents/{incident.id}/plan": Permission.READ_INCIDENTS,
    }
    for address, needed in expected.items():
        assert client.get(address).status_code == (200 if needed in may else 403), address
    assert client.get("/incidents/mine").status_code == 200
    seen = Permission.READ_INCIDENTS in may
    assert client.get(f"/incidents/{incident.id}").status_code == (200 if seen else 404)
    assert client.get(f"/incidents/{incident.id}/report.pdf").status_code == (200 if seen else 404)


def test_a_look_at_an_incident_is_recorded_with_its_files(
    archive: Archive, sign_in: SignIn, file: CaseFile, incident: Incident
) -> None:
    sign_in(Role.ASSISTANT).get(f"/incidents/{incident.id}")
    assert (
        "ett ärende om saknad akt"
        in sign_in(Role.DATA_PROTECTION_OFFICER).get(f"/looks/files/{file.code}").text
    )
