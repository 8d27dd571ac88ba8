"""What a further report says of a file sought already counts, and what was said first is kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.history import private_data
from archive.incidents import changes, reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Deadline, Event, Incident, Message, RoutineStep
from archive.timeline import event_texts
from archive.timeline.event_texts import ToldEvent
from archive.vocabulary import EventKind, MessageKind, Role
from archive.vocabulary.wording import speaking
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import a_colleague

pytestmark = pytest.mark.engines("sqlite")
EARLIER = timedelta(days=3)


@pytest.fixture
def file(archive: Archive, archivist: Actor) -> CaseFile:
    """Report a file as missing now."""
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        reporting.report(work, MissReport((file.id,)))
        return file


def again(archive: Archive, clock: SetClock, file: CaseFile, **said: object) -> datetime:
    """Report it again as somebody else, half an hour later; return when."""
    clock.forward(minutes=30)
    with archive.write(a_colleague(archive, "elin", Role.CASE_WORKER)) as work:
        said = {name: work.now + one if isinstance(one, timedelta) else one for name, one in said.items()}
        reporting.report(work, MissReport((file.id,), **said))  # type: ignore[arg-type]
        return work.now


def decision_due(archive: Archive, actor: Actor) -> tuple[datetime | None, datetime | None]:
    """Return when it is to be decided whether IMY is told, by the step and by its clock."""
    with archive.read(actor) as work:
        step = work.session.scalars(
            select(RoutineStep).where(col(RoutineStep.step) == "decide_notification")
        ).one()
        clocks = select(col(Deadline.due_at)).where(col(Deadline.key).startswith("decide_notification"))
        return step.due_at, work.session.scalars(clocks).one()


def test_an_earlier_miss_counts_the_clocks_anew_and_what_was_said_first_stays_in_the_history(
    archive: Archive, archivist: Actor, clock: SetClock, file: CaseFile
) -> None:
    before, _clock = decision_due(archive, archivist)
    now = again(archive, clock, file, missed_at=-EARLIER, suspected_at=timedelta(days=-2))
    after, running = decision_due(archive, archivist)
    assert before is not None
    assert (after, running) == (now - EARLIER + timedelta(hours=48), after)
    assert after < before
    with archive.read(archivist) as work:
        incident = reporting.get(work, 1)
        assert incident.clock_from == incident.missed_at == now - EARLIER
        assert incident.suspected_at == now - timedelta(days=2)
        assert changes.was(work, incident, "missed_at", now - timedelta(minutes=1)) is not None
        changed = select(col(Event.id)).where(col(Event.kind) == EventKind.INCIDENT_CHANGED)
        (event,) = work.session.scalars(changed).all()
        said = private_data.by_event(work, [event])[event]
        assert datetime.fromisoformat(said["old"]["missed_at"]) == incident.reported_at
        told = select(col(Message.key)).where(
            col(Message.kind) == MessageKind.MISS_REPORTED, col(Message.user_id) == archivist.user_id
        )
        assert any(key.startswith("again ") for key in work.session.scalars(told))


def test_the_history_says_in_words_what_a_further_report_changed_and_that_it_was_reported_again(
    archive: Archive, archivist: Actor, clock: SetClock, file: CaseFile
) -> None:
    again(
        archive,
        clock,
        file,
        missed_at=-EARLIER,
        suspected_at=timedelta(days=-2),
        child=True,
        ongoing_case=True,
    )
    kinds = (EventKind.INCIDENT_CHANGED, EventKind.INCIDENT_REPORTED_AGAIN)
    with archive.read(archivist) as work, speaking("sv"):
        rows = work.session.execute(select(*Event.__table__.c).where(col(Event.kind).in_(kinds)))  # type: ignore[attr-defined]
        told = [entry.sentence for entry in event_texts.tell(work, [ToldEvent(row) for row in rows])]
    assert told == [
        f"Anmäld igen: {file.reference} (annat eller inte angivet)",
        "Ändrad: rör ett barn, när den saknades, behövs i ett pågående ärende, när den misstänktes förlorad",
    ]


def test_a_later_moment_or_none_moves_nothing(
    archive: Archive, archivist: Actor, clock: SetClock, file: CaseFile
) -> None:
    before = decision_due(archive, archivist)
    again(archive, clock, file, missed_at=timedelta(minutes=-5))
    again(archive, clock, file)
    again(archive, clock, file, missed_at=-EARLIER, entered_afterwards=True)
    assert decision_due(archive, archivist) == before


def test_that_a_child_or_an_ongoing_case_is_concerned_counts_whoever_says_it(
    archive: Archive, archivist: Actor, clock: SetClock, file: CaseFile
) -> None:
    def flags() -> tuple[bool, bool]:
        with archive.read(archivist) as work:
            incident = work.session.get_one(Incident, 1)
            return incident.child, incident.ongoing_case

    assert flags() == (False, False)
    again(archive, clock, file)
    assert flags() == (False, False)
    again(archive, clock, file, child=True)
    assert flags() == (True, False)
    again(archive, clock, file, ongoing_case=True)
    assert flags() == (True, True)


def test_what_concerns_other_files_of_a_report_is_not_said_of_this_one(
    archive: Archive, archivist: Actor, clock: SetClock, file: CaseFile
) -> None:
    again(archive, clock, file, description="En pärm", child=True, handed_on=False)
    with archive.read(archivist) as work:
        first, second = (work.session.get_one(Incident, number).child for number in (1, 2))
        assert (first, second) == (False, True)
