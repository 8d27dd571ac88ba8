"""The short way never drops the answer to somebody who waits: it is asked for until it is given."""

from datetime import timedelta

import pytest

from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive
from archive.notifications import deadlines
from archive.vocabulary import IncidentState, Role
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.remembering import remembering
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

UNIT = "Barn och familj"
FOUND = {"result": "all_found", "found_where": "två lådor bort", "cause": "wrong_position", "outsiders": "no"}


@pytest.fixture
@remembering
def manager(archive: Archive) -> Actor:
    """Give the head of the unit."""
    return a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)


@pytest.fixture
@remembering
def file_id(archive: Archive, archivist: Actor) -> int:
    """Give a file in a box."""
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        file.unit_id = a_unit(work, UNIT)
        return file.id


@remembering
def reported(archive: Archive, actor: Actor, file_id: int, waiting: str = "") -> Play:
    """Report the file missing, perhaps for somebody who waits."""
    with archive.write(actor) as work:
        return Play(archive, reporting.report(work, MissReport(file_ids=(file_id,), waiting=waiting)).id)


def confirm(play: Play, manager: Actor) -> IncidentState:
    """Confirm the short way and return where the case is then."""
    with play.archive.write(manager) as work:
        incident = reporting.get(work, play.number)
        reporting.confirm_short(work, incident, True)
        return incident.status


def refused(play: Play, manager: Actor) -> str:
    """Confirm the short way in vain and return why."""
    with pytest.raises(Conflict, match="answer_owed") as refusal:
        confirm(play, manager)
    return str(refusal.value.facts["step"])


def wrong_at_field(play: Play, manager: Actor) -> str:
    """Confirm the short way in vain and return what its field says."""
    with pytest.raises(Conflict, match="answer_owed") as refusal:
        confirm(play, manager)
    assert refusal.value.field == "confirmed"
    return refusal.value.say()


def clocks(play: Play, actor: Actor) -> set[str]:
    """Return the steps whose clocks run."""
    with play.archive.read(actor) as work:
        return {
            one.key.split()[0] for one in deadlines.for_streams(work, f"incident:{play.number}") if one.open
        }


def test_the_short_way_waits_for_the_answer_to_whoever_waits(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int
) -> None:
    play = reported(archive, archivist, file_id, "Advokat Nilsson")
    play.do(archivist, "first_search", **FOUND)
    assert refused(play, manager) == "Svara den som väntar"
    assert {"interim_answer", "short_confirm"} <= set(play.open(archivist))
    assert "interim_answer" in clocks(play, archivist)
    play.do(archivist, "interim_answer", answer="Akten är hittad")
    assert confirm(play, manager) is IncidentState.CLOSED
    with archive.read(archivist) as work:
        report = reporting.report_data(work, reporting.get(work, play.number))
    told = next(one for one in report.steps if one.step == "interim_answer")
    assert (told.state.value, "Akten är hittad" in repr(told.answers)) == ("done", True)


def test_where_nobody_waits_the_short_way_ends_at_once(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int
) -> None:
    play = reported(archive, archivist, file_id)
    play.do(archivist, "first_search", **FOUND)
    assert confirm(play, manager) is IncidentState.CLOSED


def test_who_was_told_that_it_is_searched_for_is_told_of_the_find_too(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int, clock: SetClock
) -> None:
    play = reported(archive, archivist, file_id, "Advokat Nilsson")
    play.do(archivist, "interim_answer", answer="Vi söker")
    assert "new_request" not in play.open(archivist)
    clock.forward(hours=1)
    play.do(archivist, "first_search", **FOUND)
    assert "new_request" in play.open(archivist)
    assert "new_request" in clocks(play, archivist)
    assert refused(play, manager) == "Anteckna att någon begär akten"
    play.do(archivist, "new_request", asker="Advokat Nilsson", answer="Akten är hittad")
    assert confirm(play, manager) is IncidentState.CLOSED


def test_somebody_else_who_asks_meanwhile_is_answered_too(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int
) -> None:
    play = reported(archive, archivist, file_id)
    again = reported(archive, a_colleague(archive, "vakten", Role.ROOM_KEEPER), file_id, "En journalist")
    assert again.number == play.number
    assert "new_request" in play.open(archivist)
    play.do(archivist, "first_search", **FOUND)
    assert refused(play, manager) == "Anteckna att någon begär akten"
    play.do(archivist, "new_request", asker="En journalist", answer="Akten är hittad")
    assert confirm(play, manager) is IncidentState.CLOSED


def test_the_doubt_of_the_head_needs_no_answer_first(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int
) -> None:
    play = reported(archive, archivist, file_id, "Advokat Nilsson")
    play.do(archivist, "first_search", **FOUND)
    with archive.write(manager) as work:
        reporting.confirm_short(work, reporting.get(work, play.number), False, "Korridoren stod öppen")
    assert {"interim_answer", "confirm_find"} <= set(play.open(archivist))


def test_an_answer_of_the_same_minute_as_the_find_counts(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int, clock: SetClock
) -> None:
    play = reported(archive, archivist, file_id, "Advokat Nilsson")
    clock.forward(seconds=40)
    play.do(archivist, "first_search", **FOUND)
    with archive.read(archivist) as work:
        minute = work.now.replace(second=0)
    play.do(archivist, "interim_answer", answered_at=minute.isoformat(), answer="Akten är hittad")
    assert confirm(play, manager) is IncidentState.CLOSED


def test_an_answer_from_before_the_find_written_down_after_it_does_not_count(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int, clock: SetClock
) -> None:
    play = reported(archive, archivist, file_id, "Advokat Nilsson")
    clock.forward(hours=2)
    play.do(archivist, "first_search", **FOUND)
    with archive.read(archivist) as work:
        before = (work.now - timedelta(hours=1)).isoformat(timespec="seconds")
    play.do(archivist, "interim_answer", answered_at=before, answer="Vi söker")
    assert refused(play, manager) == "Anteckna att någon begär akten"
    assert {"new_request", "short_confirm"} <= set(play.open(archivist))


def test_a_confirmation_that_waits_says_at_its_field_when_the_answer_was_and_when_the_find(
    archive: Archive, archivist: Actor, manager: Actor, file_id: int, clock: SetClock
) -> None:
    play = reported(archive, archivist, file_id, "Advokat Nilsson")
    clock.forward(hours=2)
    play.do(archivist, "first_search", **FOUND)
    assert "kl" not in wrong_at_field(play, manager)  # nothing was answered: no time is why
    with archive.read(archivist) as work:
        before = (work.now - timedelta(hours=1)).isoformat(timespec="seconds")
    play.do(archivist, "interim_answer", answered_at=before, answer="Vi söker")
    assert wrong_at_field(play, manager) == (
        "Den som väntar fick svar senast 2026-11-23 10:00, innan akten hittades 2026-11-23 11:00, "
        "och vet inte att den är hittad. "
        "Gör först steget ”Anteckna att någon begär akten” och bekräfta sedan."
    )
    play.do(archivist, "new_request", asker="Advokat Nilsson", answer="Akten är hittad")
    assert confirm(play, manager) is IncidentState.CLOSED
