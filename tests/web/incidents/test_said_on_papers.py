"""What nobody stated stands on no paper and no page of an incident as if somebody had; what was, does."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from archive.incidents import reporting
from archive.incidents.papers import report as incident_report
from archive.incidents.report import stated
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.clock import local
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Place
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import FoundState, FoundWhere, IncidentPaper, IncidentState, OthersRead, Role
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.remembering import remembering
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit
from tests.web.incidents.test_letters import said

SignIn = Callable[[Role], FlaskClient]
UNIT = "Barn och familj"
UNSAID = ("oskadad", "uteslutet", "bredvid", "rör barn nej", "handlingar saknas", "på ett skrivbord")


@dataclass
class Missed:
    """A file that is missed, and where it should stand."""

    play: Play
    file: CaseFile
    box: Place
    beside: Place
    manager: Actor


@pytest.fixture
@remembering
def missed(archive: Archive, archivist: Actor, clock: SetClock) -> Missed:
    """Report a file missing with nothing but its code."""
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box, beside = a_box(work, shelf), a_box(work, shelf, "2")
        file = a_file(work, box)
        file.unit_id = a_unit(work, UNIT)
        work.session.flush()
        number = reporting.report(work, MissReport(file_ids=(file.id,))).id
    clock.forward(hours=1)
    return Missed(Play(archive, number), file, box, beside, manager)


def scanned(archive: Archive, actor: Actor, file: CaseFile, place: Place) -> None:
    """Scan the file at a place."""
    with archive.write(actor) as work:
        scans.take(work, Scanned(str(uuid4()), file.code, place.code))


def closed_short(missed: Missed, actor: Actor, cause: str = "wrong_position") -> None:
    """Close the incident in the shortest way, answering only what is mandatory."""
    found = {"found_where": "HÄR", "cause": cause, "outsiders": "no"}
    missed.play.do(actor, "first_search", result="all_found", **found)
    with missed.play.archive.write(missed.manager) as work:
        incident = reporting.get(work, missed.play.number)
        reporting.confirm_short(work, incident, True)
        assert incident.status is IncidentState.CLOSED


def told(archive: Archive, client: FlaskClient, number: int) -> str:
    """Return all that the pages and papers of an incident say."""
    texts = []
    for address in ("", "/papers/", "/steps/screen_risk"):
        answer = client.get(f"/incidents/{number}{address}")
        texts.append(answer.text if answer.status_code == 200 else "")
    for extra in ("", "?bare=1"):
        answer = client.get(f"/incidents/{number}/report.pdf{extra}")
        assert answer.status_code == 200
        texts.append(said(answer.data))
    offered = [one for one in IncidentPaper if f"/{one.value}.pdf" in texts[1]]
    for paper in set(offered) - {IncidentPaper.REFUSAL, IncidentPaper.ANSWER}:
        answer = client.get(f"/incidents/{number}/papers/{paper.value}.pdf")
        assert answer.status_code == 200, paper
        texts.append(said(answer.data))
    register = client.get("/lost-register/")
    texts.append(re.sub("<option.*?</option>", "", register.text))  # what may be chosen is not said of it
    return " ".join(" ".join(texts).split())


def paper(client: FlaskClient, number: int, bare: str = "") -> str:
    """Return the words of the incident report."""
    return said(client.get(f"/incidents/{number}/report.pdf{bare}").data)


@pytest.mark.engines("sqlite")
def test_the_shortest_way_states_nothing_that_nobody_was_asked(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed
) -> None:
    closed_short(missed, archivist)
    client = sign_in(Role.ARCHIVIST)
    text = told(archive, client, missed.play.number)
    assert [claim for claim in UNSAID if claim in text.casefold()] == []
    report = paper(client, missed.play.number)
    assert "Skick vid återfinnandet inte angivet" in report
    assert "Rör barn inte bedömt" in report
    assert "i närheten av sin plats (härlett ur svar och skanningar)" in report
    assert "Kan andra ha läst den? nej" in report
    assert "Väntar någon på akten eller på ett svar" not in report
    assert "förs in i efterhand" not in report
    assert "annat eller inte angivet" in report  # what was being done when it was missed


@pytest.mark.engines("sqlite")
def test_what_was_stated_stands_there(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed
) -> None:
    play = missed.play
    play.do(missed.manager, "screen_risk", protected="no", child="no", crime="no")
    play.do(archivist, "first_search", result="nothing", searched="boxen")
    with archive.write(archivist) as work:
        incident = reporting.get(work, play.number)
        (item,) = reporting.items(work, incident)
        find = StatedFind(
            work.now,
            "Bakom hyllan",
            place_id=missed.beside.id,
            state=FoundState.DAMAGED,
            others_read=OthersRead.YES,
            readers="en hantverkare",
        )
        reporting.found(work, incident, [item.id], find)
    client = sign_in(Role.ARCHIVIST)
    report = paper(client, play.number)
    assert "Skick vid återfinnandet skadad" in report
    assert "Rör barn nej" in report
    assert "Kan andra ha läst den? ja" in report
    assert "i närheten av sin plats (härlett ur den angivna platsen)" in report
    assert "skadad" in told(archive, client, play.number)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("at", "lay"), [("box", "på sin plats"), ("beside", "i närheten av sin plats")])
def test_a_scan_says_better_where_it_lay_than_why_it_lay_there(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed, at: str, lay: str
) -> None:
    scanned(archive, archivist, missed.file, getattr(missed, at))
    closed_short(missed, archivist, "desk")
    report = paper(sign_in(Role.ARCHIVIST), missed.play.number)
    assert f"Den låg {lay} (härlett ur svar och skanningar)" in report
    assert "skrivbord, en vagn eller i ett fack (härlett" not in report


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("answer", "printed"), [("yes", "ja"), ("no", "nej"), ("unknown", "okänt: behandlas som ja")]
)
def test_what_the_screening_answered_of_a_child_is_printed_as_answered(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed, answer: str, printed: str
) -> None:
    missed.play.do(missed.manager, "screen_risk", protected="no", child=answer, crime="no")
    assert f"Rör barn {printed} " in paper(sign_in(Role.ARCHIVIST), missed.play.number)


@pytest.mark.engines("sqlite")
def test_what_fell_away_by_the_routine_was_chosen_by_nobody(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed
) -> None:
    closed_short(missed, archivist)
    with archive.read(archivist) as work:
        report = reporting.report_data(work, reporting.get(work, missed.play.number))
    fallen = [line for line in report.timeline if str(line.text).startswith("föll bort")]
    assert fallen
    assert {line.who for line in fallen} == {None}
    assert "steg behövs inte" not in paper(sign_in(Role.ARCHIVIST), missed.play.number)


@pytest.mark.engines("sqlite")
def test_a_step_somebody_set_aside_says_who_did(archive: Archive, archivist: Actor, missed: Missed) -> None:
    with archive.write(archivist) as work:
        reporting.not_needed(work, reporting.get(work, missed.play.number), "case_systems", "inga")
    with archive.read(archivist) as work:
        report = reporting.report_data(work, reporting.get(work, missed.play.number))
    (line,) = [line for line in report.timeline if str(line.text).startswith("steg behövs inte")]
    assert line.who is not None


@pytest.mark.engines("sqlite")
def test_a_report_fixed_by_0_1_0_does_not_say_what_nobody_was_asked_then(
    archive: Archive, archivist: Actor, missed: Missed
) -> None:
    closed_short(missed, archivist)
    with archive.read(archivist) as work:
        report = reporting.report_data(work, reporting.get(work, missed.play.number))
    before = replace(report, things=(replace(report.things[0], found_state=FoundState.WHOLE),))
    text = said(incident_report.pdf(before, archive.settings, "Astrid"))
    assert "Skick vid återfinnandet inte angivet" in text
    asked = replace(before, short=False)
    assert "Skick vid återfinnandet hel" in said(incident_report.pdf(asked, archive.settings, "Astrid"))


def test_a_day_begun_is_no_day() -> None:
    assert [stated.away(days) for days in (0, 1, 3)] == ["mindre än ett dygn", "1 dag", "3 dagar"]


def test_where_it_lay_is_said_as_derived_but_for_what_was_answered() -> None:
    def lay(where: FoundWhere | None, *, cover: bool = False) -> str:
        return stated.lay(where, place=False, cover=cover)

    assert lay(FoundWhere.OTHER_COVER, cover=True) == "i en annan akts omslag"
    assert lay(FoundWhere.OTHER) == "annanstans eller inte angivet"
    assert lay(None) == "inte angivet"
    assert lay(FoundWhere.OLD_ROOM).endswith("(härlett ur svar och skanningar)")


@pytest.mark.engines("sqlite")
def test_the_paper_says_whether_who_waits_was_answered(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed
) -> None:
    client = sign_in(Role.ARCHIVIST)
    assert "Någon väntar på akten inte angivet" in paper(client, missed.play.number)
    with archive.write(archivist) as work:
        reporting.report(work, MissReport(file_ids=(missed.file.id,), waiting="En advokat"))
    assert "ja; inget svar är antecknat" in paper(client, missed.play.number)
    missed.play.do(archivist, "new_request", asker="En advokat", answer="Vi söker")
    assert "ja; senast besvarad 2026-" in paper(client, missed.play.number)


def lex_sarah(client: FlaskClient, number: int) -> str:
    """Return the words of the report under lex Sarah."""
    return said(client.get(f"/incidents/{number}/papers/lex_sarah_report.pdf").data)


def reported(missed: Missed, actor: Actor, again: MissReport) -> int:
    """Report another file of the same box."""
    with missed.play.archive.write(actor) as work:
        file = a_file(work, missed.box)
        return reporting.report(work, replace(again, file_ids=(file.id,))).id


@pytest.mark.engines("sqlite")
def test_a_time_that_nobody_stated_is_lacking_in_the_draft_and_not_filled_in(
    archive: Archive, archivist: Actor, sign_in: SignIn, missed: Missed
) -> None:
    client, number = sign_in(Role.ARCHIVIST), missed.play.number
    draft = lex_sarah(client, number)
    assert "Saknas: när akten först saknades, när det uppmärksammades" in draft
    assert "När och hur det uppmärksammades inte angivet" in draft
    missed.play.do(archivist, "lex_sarah_report")
    decided = lex_sarah(client, number)
    assert "Saknas:" not in decided
    assert "När och hur det uppmärksammades inte angivet" in decided
    with archive.read(archivist) as work:
        now = work.now
    told = MissReport(missed_at=now - timedelta(hours=3), suspected_at=now - timedelta(hours=2))
    stated = lex_sarah(client, reported(missed, archivist, told))
    assert "Saknas:" not in stated
    assert "När och hur det uppmärksammades 2026-" in stated


@pytest.mark.engines("sqlite")
def test_who_waits_was_answered_last_when_that_was_said_and_not_when_it_was_written_down(
    archive: Archive, archivist: Actor, clock: SetClock, sign_in: SignIn, missed: Missed
) -> None:
    with archive.write(archivist) as work:
        number = reporting.report(
            work, MissReport(file_ids=(a_file(work, missed.box).id,), waiting="En advokat")
        ).id
        answered = local(work.now)
    clock.forward(days=2)
    play = Play(archive, number)
    play.do(archivist, "interim_answer", answer="Vi söker", answered_at=stamp(answered))
    report = paper(sign_in(Role.ARCHIVIST), number)
    assert f"ja; senast besvarad {answered:%Y-%m-%d %H:%M}" in report
    assert f"Svara den som väntar klart {answered:%Y-%m-%d %H:%M}" in report


def stamp(moment: datetime) -> str:
    """Write a moment as forms hold it."""
    return moment.isoformat(timespec="minutes")
