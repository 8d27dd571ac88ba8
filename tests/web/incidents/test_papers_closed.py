"""What papers and the page of an incident say of it once it is over, and what they call its things."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from archive.files import files
from archive.incidents import reporting
from archive.incidents.letters import cases
from archive.incidents.letters.cases import Case
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile
from archive.vocabulary import IncidentPaper, IncidentState, LoanPurpose, Protection, Role
from routines import definition
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague

pytestmark = pytest.mark.engines("sqlite")
NO_RISK = {"protected": "no", "child": "no", "crime": "no", "ongoing": "no"}
SignIn = Callable[[Role], FlaskClient]


@dataclass
class Found:
    """An incident about one file, to be closed the short way."""

    play: Play
    owner: Actor
    manager: Actor
    file: CaseFile

    def close(self) -> None:
        """Find everything in the first search, and confirm that this is enough."""
        self.play.do(self.manager, "screen_risk", **NO_RISK)
        self.play.do(self.owner, "first_search", result="all_found", outsiders="no")
        self.play.do(self.manager, "short_confirm", confirmed="yes")


@pytest.fixture
def story(archive: Archive, archivist: Actor) -> Found:
    """Report a file that stood in its box."""
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)), a_person(work, "Åkerström"), reference="P1")
        number = reporting.report(work, MissReport((file.id,))).id
    return Found(Play(archive, number), archivist, a_colleague(archive, "chefen", Role.MANAGER), file)


def offered(page: str) -> set[str]:
    """Return the papers a page offers as PDF."""
    return {paper.value for paper in IncidentPaper if f"/{paper.value}.pdf" in page}


def test_a_closed_incident_offers_no_paper_that_was_never_decided_on(
    sign_in: SignIn, story: Found, archive: Archive
) -> None:
    client = sign_in(Role.ARCHIVIST)
    assert "police_report" in offered(client.get("/incidents/1/papers/").text)
    assert client.get("/incidents/1/papers/police_report.pdf").status_code == 200
    story.close()
    with archive.read(story.owner) as work:
        assert reporting.get(work, 1).status is IncidentState.CLOSED
    page = client.get("/incidents/1/papers/").text
    assert offered(page) == set()
    assert ">utkast<" not in page.replace(" ", "").replace("\n", "")
    assert "Ärendet är avslutat" in page
    answer = client.get("/incidents/1/papers/police_report.pdf")
    assert (answer.status_code, "beslutades aldrig" in answer.text) == (404, True)


def test_what_was_sent_is_offered_when_the_incident_is_closed(story: Found, archive: Archive) -> None:
    story.play.do(story.owner, "lex_sarah_report")
    story.close()
    with archive.read(story.owner) as work:
        case = Case(work, reporting.get(work, 1), archive.settings)
        assert [one.paper for one in cases.printable(case)] == [IncidentPaper.LEX_SARAH_REPORT]


def said(client: FlaskClient, address: str) -> str:
    """Return what a page or paper says, in one line."""
    answer = client.get(address)
    body = answer.data
    if answer.mimetype == "application/pdf":
        body = subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=True).stdout
    return " ".join(body.decode().split())


def test_every_paper_calls_a_file_by_its_code(archive: Archive, archivist: Actor, sign_in: SignIn) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        hidden = a_file(work, box, a_person(work, protection=Protection.MARKED), reference="H1")
        plain = a_file(work, box, reference="P1")
        number = reporting.report(work, MissReport((hidden.id, plain.id), description="En lös pärm")).id
    report = said(sign_in(Role.ARCHIVIST), f"/incidents/{number}/report.pdf")
    for name in (hidden.code, f"P1, {plain.code}", "Nr 3"):
        assert name in report
    assert "Nr 1" not in report


def test_the_page_does_not_call_a_loan_a_place(
    archive: Archive, archivist: Actor, sign_in: SignIn, story: Found, clock: SetClock
) -> None:
    assert "Enligt registret när den saknades: " in said(sign_in(Role.ARCHIVIST), "/incidents/1")
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work, "Annexet")), reference="P2")
        asked = Request("Eva Ek", due_on=clock.now.date(), purpose=LoanPurpose.CASE_WORK)
        loans.hand_out(work, files.held(work, file.id), asked)
        reporting.report(work, MissReport((file.id,)))
    page = said(sign_in(Role.ARCHIVIST), "/incidents/2")
    assert "Enligt registret när den saknades: utlånad sedan" in page
    assert "Registrerad plats" not in page
    assert "Enligt registret när den saknades utlånad" in said(
        sign_in(Role.ARCHIVIST), "/incidents/2/report.pdf"
    )


def test_a_report_that_is_not_right_closes_nothing_and_the_words_stay(
    sign_in: SignIn, story: Found, archive: Archive
) -> None:
    with archive.write(story.manager) as work:
        incident = reporting.get(work, story.play.number)
        reporting.mistaken(work, incident, [1], "disposed", "Gallrad 2020", "Gallringsprotokollet")
    routine = definition.packaged_routine("suspected_lost_file")
    everybody = dict.fromkeys((party.id for party in routine.parties), operator("tests"))
    play = Play(archive, story.play.number, everybody)
    play.do(story.manager, "screen_risk", **NO_RISK)
    play.finish(but=("close",))
    client, address = sign_in(Role.MANAGER), f"/incidents/{play.number}/steps/close"
    shown = ["summary", "read"]
    answer = client.post(address, data={"summary": "Mina ord", "read": "no", "_shown": shown})
    assert answer.status_code == 422
    assert "Rapporten stämmer inte än" in answer.text
    assert "Mina ord" in answer.text
    right = client.post(address, data={"summary": "Mina ord", "read": "yes", "_shown": shown})
    assert right.status_code == 303
    with archive.read(story.owner) as work:
        assert reporting.get(work, play.number).status is IncidentState.CLOSED
