"""What time and scans do to incidents and matters: steps open, cases escalate, late finds reopen."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import col

from archive import clock
from archive.domain import incident_changes, incident_reopening, incident_steps, matters
from archive.domain.steps import Course
from archive.models import Incident, IncidentFile, Matter, WantedSighting
from archive.store import Archive, Work, worker
from archive.vocabulary import IncidentOutcome, IncidentState, MatterState
from routines import engine

ROUTINE = "incidents"


def sweep(archive: Archive) -> int:
    """Move on what has something to move on, one transaction each; return how many that were.

    Any number may sweep at once and stop anywhere: what there is to do is looked at again under the lock.
    """
    with archive.read(worker(ROUTINE)) as work:
        waiting = list(_waiting(work))
    for noun, number in waiting:
        with archive.write(worker(ROUTINE)) as work:
            if noun == "incident":
                incident = incident_changes.locked(work, work.session.get_one(Incident, number))
                incident_reopening.mend(work, incident)
                incident_steps.advance(work, incident)
            else:
                matter = work.session.get_one(Matter, number)
                work.session.refresh(matter, with_for_update=True)
                matters.advance(work, matter)
    return len(waiting)


def _waiting(work: Work) -> Iterator[tuple[str, int]]:
    running = select(Incident).where(col(Incident.status) != IncidentState.CLOSED)
    for incident in work.session.scalars(running.order_by(col(Incident.id))).all():
        run = incident_steps.course(work, incident)
        stuck = incident_reopening.stuck(work, incident, run)
        if stuck or _moves(work, run) or incident_steps.unheard(work, incident, run):
            yield "incident", incident.id
    seen = (
        select(col(IncidentFile.incident_id))
        .join(WantedSighting, col(WantedSighting.item_id) == IncidentFile.id)
        .join(Incident, col(Incident.id) == IncidentFile.incident_id)
        .where(
            col(IncidentFile.outcome) == IncidentOutcome.DECLARED_LOST,
            col(WantedSighting.answered_at).is_(None),
            col(Incident.status) == IncidentState.CLOSED,
        )
    )
    for number in sorted(set(work.session.scalars(seen))):
        yield "incident", number
    open_ones = select(Matter).where(col(Matter.status) == MatterState.OPEN).order_by(col(Matter.id))
    for matter in work.session.scalars(open_ones).all():
        if _moves(work, matters.course(work, matter)):
            yield "matter", matter.id


def _moves(work: Work, run: Course) -> bool:
    turn = engine.advanced(run.routine, run.progress, clock, work.now)
    return bool(turn.lapsed or turn.opened)
