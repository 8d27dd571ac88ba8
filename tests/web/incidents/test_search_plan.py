"""The search plan and the report of an incident, as they come out of the browser."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Incident, Search
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import Protection, Role, SearchResult
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Register a file between two others, with boxes beside it."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box = a_box(work, shelf)
        for number in (2, 3):
            a_file(work, a_box(work, shelf, f"Box {number}"), reference=f"P000200{number}")
        a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001233")
        return a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234")


@pytest.fixture
@remembering
def incident(archive: Archive, archivist: Actor, file: CaseFile) -> Incident:
    """Report that file."""
    with archive.write(archivist) as work:
        return reporting.report(work, MissReport(file_ids=(file.id,), circumstances="lånad av Karin Berg"))


def first_lead(page: str) -> str:
    """Return the key of the place that stands first."""
    return page.split('name="lead" value="')[1].split('"')[0]


def test_the_plan_says_where_why_and_that_it_is_an_estimate(sign_in: SignIn, incident: Incident) -> None:
    page = sign_in(Role.ASSISTANT).get(f"/incidents/{incident.id}/plan").text
    for told in ("uppskattning, ej mätt", "Läs varje etikett i", "Borta för gott", "omkring"):
        assert told in page


def test_a_fruitless_search_is_kept_and_lowers_its_place(
    archive: Archive, archivist: Actor, sign_in: SignIn, incident: Incident
) -> None:
    client = sign_in(Role.ASSISTANT)
    lead = first_lead(client.get(f"/incidents/{incident.id}/plan").text)
    form = {"lead": lead, "minutes": "7", "result": "not_found", "row": "1"}
    answer = client.post(f"/incidents/{incident.id}/plan", data=form)
    assert answer.location == f"/incidents/{incident.id}/plan"
    with archive.read(archivist) as work:
        search = work.session.scalars(select(Search)).one()
    assert (search.lead, search.minutes, search.result) == (lead, 7, SearchResult.NOT_FOUND)
    assert first_lead(client.get(f"/incidents/{incident.id}/plan").text) != lead


def test_a_find_leads_to_its_form(sign_in: SignIn, incident: Incident) -> None:
    client = sign_in(Role.ASSISTANT)
    lead = first_lead(client.get(f"/incidents/{incident.id}/plan").text)
    form = {"lead": lead, "minutes": "7", "result": "found", "row": "1"}
    answer = client.post(f"/incidents/{incident.id}/plan", data=form)
    assert answer.location == f"/incidents/{incident.id}/steps/confirm_find"
    assert 'name="right"' in client.get(answer.location).text


@pytest.mark.parametrize(("wrong", "field"), [({"minutes": "länge"}, "minutes-1"), ({"result": ""}, "")])
def test_a_refused_search_keeps_what_was_typed(
    archive: Archive, archivist: Actor, sign_in: SignIn, incident: Incident, wrong: dict[str, str], field: str
) -> None:
    client = sign_in(Role.ASSISTANT)
    lead = first_lead(client.get(f"/incidents/{incident.id}/plan").text)
    form = {
        "lead": lead,
        "minutes": "7",
        "result": "not_found",
        "row": "1",
        "remark": "bakom pannan",
        **wrong,
    }
    answer = client.post(f"/incidents/{incident.id}/plan", data=form)
    assert answer.status_code == 422
    assert 'value="bakom pannan"' in answer.text
    assert not field or f'href="#{field}"' in answer.text
    with archive.read(archivist) as work:
        assert work.session.scalars(select(Search)).first() is None


def test_who_may_not_search_sees_the_plan_without_forms(sign_in: SignIn, incident: Incident) -> None:
    client = sign_in(Role.DATA_PROTECTION_OFFICER)
    page = client.get(f"/incidents/{incident.id}/plan").text
    assert "Läs varje etikett i" in page
    assert 'name="lead"' not in page
    assert client.post(f"/incidents/{incident.id}/plan", data={"lead": "read:1"}).status_code == 403


def words(pdf: bytes, folder: Path) -> str:
    """Return what stands on a paper."""
    (folder / "report.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "report.pdf"), "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def test_the_report_comes_on_paper_in_full(sign_in: SignIn, incident: Incident, tmp_path: Path) -> None:
    answer = sign_in(Role.ARCHIVIST).get(f"/incidents/{incident.id}/report.pdf")
    assert (answer.mimetype, answer.status_code) == ("application/pdf", 200)
    said = words(answer.data, tmp_path)
    for told in ("P0001234", "lånad av Karin Berg", "Arkivarie", "Utkast", "ppskattning, ej mätt"):
        assert told in said, told


def test_the_report_says_how_a_place_was_searched_and_no_key_of_ours(
    archive: Archive, archivist: Actor, sign_in: SignIn, incident: Incident, tmp_path: Path
) -> None:
    with archive.write(archivist) as work:
        for lead in (f"read:{work.session.get_one(CaseFile, 1).place_id}", f"desk:user:{archivist.user_id}"):
            searches.record(work, incident, Searched(SearchResult.NOT_FOUND, lead=lead, minutes=4))
    said = words(sign_in(Role.ARCHIVIST).get(f"/incidents/{incident.id}/report.pdf").data, tmp_path)
    made = said.split("Eftersökningar")[1].split("Underrättade genom systemet")[0]
    for told in ("Läs etiketterna", "Sök på skrivbordet"):
        assert told in made
    assert "read:" not in said
    assert "user:" not in said


def test_the_report_without_personal_data_names_no_one(
    sign_in: SignIn, incident: Incident, file: CaseFile, tmp_path: Path
) -> None:
    answer = sign_in(Role.ARCHIVIST).get(f"/incidents/{incident.id}/report.pdf?bare=1")
    assert "redacted" in answer.headers["Content-Disposition"]
    said = words(answer.data, tmp_path)
    assert "inga personuppgifter" in said
    for hidden in ("P0001234", "Karin Berg", "Åkerström", file.code):
        assert hidden not in said, hidden


def test_the_papers_of_a_protected_persons_incident_hold_no_reference(
    archive: Archive, archivist: Actor, sign_in: SignIn, tmp_path: Path
) -> None:
    with archive.write(archivist) as work:
        hidden = a_file(
            work, a_shelf(work), a_person(work, protection=Protection.MARKED), reference="HEMLIG77"
        )
        number = reporting.report(work, MissReport(file_ids=(hidden.id,))).id
    client = sign_in(Role.ARCHIVIST)
    for address in (f"/incidents/{number}", f"/incidents/{number}/plan", "/incidents/"):
        assert "HEMLIG77" not in client.get(address).text, address
    assert "HEMLIG77" not in words(client.get(f"/incidents/{number}/report.pdf?bare=1").data, tmp_path)
    whole = words(client.get(f"/incidents/{number}/report.pdf").data, tmp_path)
    assert "Enligt registret när den saknades Skyddad uppgift" in " ".join(whole.split())
