"""Four stories through the pages: a file lost, a protected child, the short way, a crate."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.files import files, wanted
from archive.incidents import figures as incident_figures
from archive.incidents import nightly, reporting
from archive.integrity import checks
from archive.kernel.store import Archive
from archive.models import Incident
from archive.vocabulary import (
    Custody,
    DifferenceKind,
    IncidentState,
    Missed,
    Occasion,
    PlaceKind,
    Protection,
    Role,
)
from tests.builders import SetClock, a_box, a_file, a_person, a_place, a_shelf
from tests.verbs.deliveries.delivering import a_scene
from tests.verbs.incidents.incident_play import a_unit
from tests.web.incidents.incident_desk import A_PDF, Case, Person, errors, hired

pytestmark = pytest.mark.engines("sqlite")  # pages: the verbs behind them run on both in tests/verbs

UNIT = "Barn och familj"


@dataclass
class Town:
    """Who works there, each at a screen of their own, and the file that will be missed."""

    archive: Archive
    clock: SetClock
    archivist: Person
    anna: Person
    berit: Person
    cilla: Person
    worker: Person
    manager: Person
    dpo: Person
    registrar: Person
    delegate: Person
    lex: Person
    file: str
    file_id: int
    box: str

    def night(self, **span: float) -> None:
        """Let time pass, the worker come by, and everybody come back to work."""
        self.clock.forward(**span)
        nightly.sweep(self.archive)
        for one in vars(self).values():
            if isinstance(one, Person):
                one.sign_in()

    def case(self, address: str) -> Case:
        return Case(self.archive, int(address.rsplit("/", 1)[1]))

    def incident(self, case: Case) -> Incident:
        with self.archive.read(self.archivist.actor) as work:
            return reporting.get(work, case.number)

    def at_once(self, case: Case, **risk: str) -> None:
        """Do what is done at once and side by side."""
        case.do(self.archivist, "tell_manager", told=self.manager.key, owner=self.archivist.key)
        case.do(self.archivist, "tell_dpo")
        calm = {"protected": "no", "child": "no", "ongoing": "no", "crime": "no"}
        case.do(self.manager, "screen_risk", **calm | risk)
        case.do(self.cilla, "secure_room", place=self.box, stopped=["bins", "transports", "keys"])
        case.do(self.archivist, "record_checks")
        case.do(self.archivist, "case_systems")
        case.do(self.archivist, "lex_sarah_report")
        case.do(self.registrar, "diary", number="SN-2026/117")

    def paper(self, case: Case, *, bare: bool = False, reader: Person | None = None) -> str:
        """Return the words of the report on paper."""
        answer = (reader or self.archivist).client.get(
            f"{case.address}/report.pdf" + ("?bare=1" if bare else "")
        )
        command = ["pdftotext", "-layout", "-", "-"]
        text = subprocess.run(command, input=answer.data, capture_output=True, check=True).stdout
        return " ".join(text.decode().split())


@pytest.fixture
def town(app: Flask, archive: Archive, clock: SetClock) -> Town:
    """Give the people of a city and a file in a box of the central archive."""
    people = {
        "archivist": hired(app, archive, "asta", Role.ARCHIVIST),
        "anna": hired(app, archive, "anna", Role.ASSISTANT),
        "berit": hired(app, archive, "berit", Role.ASSISTANT),
        "cilla": hired(app, archive, "cilla", Role.ROOM_KEEPER),
        "worker": hired(app, archive, "hanna", Role.CASE_WORKER),
        "manager": hired(app, archive, "chefen", Role.MANAGER, unit=UNIT),
        "dpo": hired(app, archive, "ombudet", Role.DATA_PROTECTION_OFFICER),
        "registrar": hired(app, archive, "rut", Role.REGISTRAR),
        "delegate": hired(app, archive, "delegaten", Role.DELEGATE, unit="Ledningen"),
        "lex": hired(app, archive, "sara", Role.LEX_SARAH_OFFICER),
    }
    with archive.write(people["archivist"].actor) as work:
        unit, box = a_unit(work, UNIT), a_box(work, a_shelf(work))
        file = a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234")
        a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001233")
        file.unit_id = unit
    return Town(archive, clock, file=file.code, file_id=file.id, box=box.code, **people)


def sound(town: Town) -> None:
    """See that the archive breaks no rule."""
    with town.archive.read(town.archivist.actor) as work:
        assert [finding.say() for finding in checks.everything(work)] == []


NOTHING = {"result": "nothing", "searched": "Boxen, grannarna och vagnen"}


def test_a_file_is_declared_lost_after_three_searches_by_the_delegate_and_by_nobody_sooner(
    town: Town,
) -> None:
    case = town.case(
        town.worker.post("/incidents/new", files=town.file, waiting="Klienten", purpose="utdrag")
    )
    town.at_once(case)
    case.do(town.anna, "first_search", searched_by=town.anna.key, **NOTHING)
    status, page = case.say(town.anna, "second_search", searched_by=town.anna.key, **NOTHING)
    assert status == 422, "the same person searched twice"
    assert [*errors(page)]
    case.do(town.berit, "second_search", searched_by=town.berit.key, **NOTHING)
    case.do(town.archivist, "interim_answer", decision_wanted="yes")
    town.night(days=8)
    once = {"go_on": "no", "reconstruct": "yes"}
    case.do(town.archivist, "wide_search", searched_by=town.anna.key, **NOTHING, **once)

    lost = {"outcome": "declared_lost", "reason": "Tre har sökt", "decision": "SN-2026/118"}
    early = town.delegate.get(f"{case.address}/steps/decide")
    assert "Steget väntar på: Bred sökning efter sökplanen" in early, "two persons have searched"
    case.do(town.cilla, "wide_search", searched_by=town.cilla.key, **NOTHING, **once)
    status, page = case.say(town.delegate, "decide", **lost)
    said = " ".join(errors(page))
    assert status == 422
    assert "IMY ska vara avgjord" in said
    case.do(town.manager, "decide_notification", notify="yes")
    imy = {"receipt-paper": "kvitto.pdf", "informed": "coming", "late_reason": "Sökningen drog ut på tiden"}
    case.do(town.archivist, "notify_imy", **imy)
    assert "Steget görs av: delegaten" in town.manager.get(f"{case.address}/steps/decide")
    refused = town.manager.refused(f"{case.address}/steps/decide", _shown=["files"], **lost)
    assert "delegaten" in refused
    case.do(town.delegate, "decide", **lost, **{"decision-paper": "beslut.pdf"})

    incident = town.incident(case)
    assert incident.status is IncidentState.DECIDED
    with town.archive.read(town.archivist.actor) as work:
        assert files.get(work, town.file_id).status is Custody.LOST
    assert "efterlyst: konstaterad förlorad" in town.anna.get(f"/files/{town.file}").lower()
    page = town.archivist.get(case.address)
    papers = re.findall(rf"{case.address}/papers/\d+", page)
    assert len(papers) == 2
    answer = town.archivist.client.get(papers[0])
    assert (answer.data, answer.mimetype) == (A_PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert town.registrar.client.get(papers[0]).status_code == 403, "she reads no names"
    assert town.worker.client.get(papers[0].replace("/1/", "/2/")).status_code == 404
    for told in ("Tre har sökt", "SN-2026/118", "beslut.pdf", "kvitto.pdf", "konstaterad förlorad"):
        assert told in town.paper(case), told
    sound(town)

    assert "tell_board" in case.open(town.manager)
    case.do(town.delegate, "refusal_decision", appeal="yes", **{"decision-paper": "avslag.pdf"})
    measure = {
        "measures_needed": "yes",
        "measures": "Boxarna märks om",
        "responsible-name": "Ola Ek, bolaget",
    }
    case.do(town.archivist, "lessons", cause="unknown", **measure)
    everybody = [town.archivist, town.manager, town.delegate, town.lex, town.registrar, town.dpo, town.cilla]
    answers = {"follow_up": {"helped": "yes"}, "close": {"read": "yes"}}
    case.finish(everybody, answers, last="close")
    assert town.incident(case).status is IncidentState.CLOSED
    assert "Boxarna märks om" in town.paper(case)
    bare = town.paper(case, bare=True)
    for hidden in (
        "Asta",
        "Ola Ek",
        "Åkerström",
        "P0001234",
        "Tre har sökt",
        "kvitto.pdf",
        "Klienten",
        "Boxen, grannarna",
    ):
        assert hidden not in bare, hidden
    sound(town)


def test_a_protected_child_is_masked_everywhere_and_reached_in_a_safe_way(town: Town) -> None:
    with town.archive.write(town.archivist.actor) as work:
        child = a_person(work, "Hemligsson", "Barn", protection=Protection.MARKED)
        hidden = a_file(work, a_shelf(work, "Sekretessrummet"), child, reference="H777")
        hidden.child_investigation, hidden.unit_id = True, a_unit(work, UNIT)
    town.worker.post("/incidents/new", files=hidden.code, purpose="umgänget", circumstances="Hos Hemligsson")
    case = Case(town.archive, 1)
    assert "warn_protected" in case.open(town.archivist)
    case.do(town.manager, "screen_risk", protected="yes", child="yes", ongoing="no", crime="no")
    assert "child_safety" in case.open(town.archivist)
    safe = {"level": "marked", "contacted": "yes", "channel": "Genom kvinnojourens kontaktperson"}
    case.do(town.manager, "warn_protected", police_considered="contacted", **safe)
    case.do(town.manager, "child_safety", told=["case_worker"])
    case.do(
        town.archivist, "tell_manager", owner=town.archivist.key, **{"told-name": "Nils Ek, jourchef, 040-10"}
    )

    for outsider in (town.anna, town.berit, town.cilla):
        assert outsider.client.get(case.address).status_code == 404
        assert f'href="{case.address}"' not in outsider.get("/incidents/")
        assert f'href="{case.address}"' not in outsider.get("/incidents/mine")
        assert outsider.client.get(f"{case.address}/report.pdf").status_code == 404
        assert outsider.client.get(f"{case.address}/plan").status_code == 404
    town.archivist.post(f"{case.address}/let-in", user=town.manager.key, let_in_reason="Leder sökningen")
    assert "Sekretessrummet" in town.manager.get(f"{case.address}/plan")
    pages = [case.address, "/incidents/", "/incidents/mine", "/incidents/register", "/messages"]
    pages += [f"{case.address}/plan", *(f"{case.address}/steps/{step}" for step in case.open(town.archivist))]
    for address in pages:
        for insider in (town.manager, town.delegate, town.dpo):
            if insider is town.manager and address.endswith("/plan"):
                continue  # let in by name
            text = insider.client.get(address).text
            for secret in ("Hemligsson, ", "H777", "Sekretessrummet"):
                assert secret not in text, (address, insider.name, secret)
    for reader in (town.archivist, town.manager, town.dpo, town.lex):  # a report travels
        assert "Sekretessrummet" not in town.paper(case, reader=reader), reader.name
    assert "kvinnojouren" not in town.paper(case, bare=True)
    assert "H777" not in town.paper(case)
    assert "Nils Ek, jourchef, 040-10" in town.paper(case)
    assert "Nils Ek" not in town.paper(case, bare=True)


def test_a_small_miss_takes_three_fields_is_confirmed_by_the_head_and_counted(town: Town) -> None:
    case = town.case(town.anna.post("/incidents/new", files=town.file))
    found = {"found_where": "Två boxar bort", "cause": "wrong_position", "outsiders": "no"}
    case.do(town.anna, "first_search", searched_by=town.anna.key, result="all_found", **found)
    assert "short_confirm" in case.open(town.manager)
    assert "short_confirm" in town.manager.get("/incidents/mine")
    case.do(town.manager, "short_confirm", confirmed="yes")
    incident = town.incident(case)
    assert (incident.status, incident.short) == (IncidentState.CLOSED, True)
    assert case.open(town.archivist) == []
    assert f'href="{case.address}"' in town.archivist.get("/incidents/?closed=1")
    with town.archive.read(town.archivist.actor) as work:
        figures = incident_figures.of_year(work, 2026)
        assert (figures.short_way, figures.incidents) == (1, 1)
        assert not wanted.by_file(work, [town.file_id])
    sound(town)


def test_a_lost_crate_is_one_incident_whose_files_are_found_one_after_another(town: Town) -> None:
    with town.archive.write(town.archivist.actor) as work:
        crate = a_place(work, (PlaceKind.SITE, "Storgatan 1"), (PlaceKind.ROOM, "1"), (PlaceKind.CRATE, "17"))
        inside = [a_file(work, crate, reference=f"L{number}") for number in range(4)]
    case = town.case(town.cilla.post("/incidents/new", crate=crate.code, occasion="receipt"))
    page = town.cilla.get(case.address)
    assert all(f"L{number}" in page for number in range(4))
    town.archivist.post(f"{case.address}/found", things=[f"file:{one.id}" for one in inside[:3]])
    how = {"right": "yes", "how": "search", "state": "whole", "exposed": "unknown", "in_cover": "no"}
    case.do(
        town.archivist,
        "confirm_find",
        files=[f"file:{one.id}" for one in inside[:3]],
        where="På lastbryggan",
        readers="Chauffören",
        place=town.box,
        **how,
        **{"found_by-name": "Kalle Kula, åkeriet, 070-12"},
    )
    assert town.incident(case).status is IncidentState.SUSPECTED
    with town.archive.read(town.archivist.actor) as work:
        assert wanted.by_file(work, [one.id for one in inside]).keys() == {inside[3].id}
    page = town.archivist.get(case.address)
    assert (page.count("återfunnen"), "P0001234" in page) == (3, False)
    told = town.paper(case)
    assert "Kalle Kula, åkeriet, 070-12" in told
    assert "Kalle Kula" not in town.paper(case, bare=True)
    sound(town)


def test_an_earlier_loss_keeps_its_dates_and_its_diary_number_and_runs_no_clocks(town: Town) -> None:
    answer = town.archivist.client.post(
        "/incidents/new",
        data={
            "files": town.file,
            "missed_at": "2024-02-05T10:00",
            "suspected_at": "2024-02-07T09:30",
            "entered_afterwards": "yes",
            "diary_number": "SN-2024/55",
        },
        follow_redirects=True,
    )
    assert "Inga frister löper" in answer.text
    case = Case(town.archive, 1)
    page = town.archivist.get(case.address)
    for told in ("5 februari 2024 kl. 10.00", "7 februari 2024 kl. 09.30", "SN-2024/55"):
        assert told in page
    case.do(town.registrar, "diary")
    assert town.incident(case).diary_number == "SN-2024/55"
    town.night(days=30)
    assert "2024-02-05" in town.paper(case) or "5 februari 2024" in town.paper(case)


def test_every_place_where_a_miss_shows_leads_to_one_report_and_a_second_one_meets_it(
    town: Town, archive: Archive
) -> None:
    town.archivist.post(
        f"/files/{town.file}/lend", borrower="Hanna", due_on="2026-11-25", purpose="case_work"
    )
    town.night(days=7)
    overdue = f"/incidents/new?file={town.file}&amp;occasion=return"
    assert overdue in town.archivist.get("/loans")
    for person, address, occasion in (
        (town.worker, f"/files/{town.file}", "return"),
        (town.archivist, "/loans", "return"),
    ):
        link = f"/incidents/new?file={town.file}&amp;occasion={occasion}"
        assert link in person.get(address), address
    case = town.case(town.worker.post("/incidents/new", files=town.file, occasion="return"))
    assert town.incident(case).occasion is Occasion.RETURN
    town.clock.forward(minutes=5)
    again = town.anna.client.post(
        "/incidents/new", data={"files": "p0001234", "waiting": "Tingsrätten"}, follow_redirects=True
    )
    assert "eftersöks redan" in again.text
    incident = town.incident(case)
    assert (incident.id, incident.somebody_waits) == (1, True)
    assert "interim_answer" in case.open(town.archivist) or "new_request" in town.archivist.get(case.address)


def test_a_miss_at_packing_and_one_at_the_receipt_are_reported_where_they_show(
    archive: Archive, sign_in: Callable[[Role], FlaskClient]
) -> None:
    scene = a_scene(archive, routines=True)
    scene.plan(4)
    scene.pack_all(0, 1, 2)
    packer, receiver = sign_in(Role.ASSISTANT), sign_in(Role.ARCHIVIST)
    line = scene.line(3)
    gone = packer.post(f"/deliveries/senders/{scene.sender}/lines/{line.id}/not-found")
    assert gone.status_code == 303
    packing = packer.get(f"/deliveries/senders/{scene.sender}/pack").text
    assert f"/incidents/new?file={scene.code(3)}&amp;occasion=packing" in packing
    scene.dispatch()
    scene.receive_all(0, 1)
    scene.sign()
    (missing,) = scene.look(lambda work: scene.differences(work, DifferenceKind.PACKED_NOT_RECEIVED))
    receiver.post(f"/deliveries/differences/{missing.id}", data={"answer": "lost"})
    with archive.read(scene.receiver) as work:
        incident = reporting.get(work, 1)
        assert (incident.occasion, incident.what) == (Occasion.RECEIPT, Missed.FILE)
        assert wanted.by_file(work, [scene.files[2]])


def test_the_yearly_self_check_begins_with_what_the_register_counts(town: Town) -> None:
    case = town.case(town.worker.post("/incidents/new", files=town.file))
    town.clock.forward(minutes=1)
    address = town.archivist.post("/matters/new/self_check", description="Årets egenkontroll")
    check = Case(town.archive, int(address.rsplit("/", 1)[1]), "matters")
    check.do(town.archivist, "begin", year="2026", people=[town.archivist.key], seed="2026", sample="30")
    opened = re.findall(rf"{address}/steps/(\w+)", town.archivist.get(address))
    told = {step: town.archivist.get(f"{address}/steps/{step}") for step in opened}
    assert "Ärenden om misstänkt förlorad akt: 1" in told["incidents"]
    assert "Misstänkt förlorad akt, version 2: läst av 0 av 10" in told["known"]
    assert "Utlånade: 0" in told["loans"]
    assert case.number == 1
