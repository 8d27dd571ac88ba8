"""What time and scans do to incidents and matters: steps open, cases escalate, late finds reopen."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import col

from archive.incidents import changes, reopening, steps
from archive.kernel import clock
from archive.kernel.store import Archive, Work, worker
from archive.models import Incident, IncidentFile, Matter, WantedSighting
from archive.quality import cases
from archive.routine_runs.steps import Course
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
                incident = changes.locked(work, work.session.get_one(Incident, number))
                reopening.mend(work, incident)
                steps.advance(work, incident)
            else:
                matter = work.session.get_one(Matter, number)
                work.session.refresh(matter, with_for_update=True)
                cases.advance(work, matter)
    return len(waiting)


def _waiting(work: Work) -> Iterator[tuple[str, int]]:
    running = select(Incident).where(col(Incident.status) != IncidentState.CLOSED)
    for incident in work.session.scalars(running.order_by(col(Incident.id))).all():
        run = steps.course(work, incident)
        stuck = reopening.stuck(work, incident, run)
        if stuck or _moves(work, run) or steps.unheard(work, incident, run):
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
        if _moves(work, cases.course(work, matter)):
            yield "matter", matter.id


def _moves(work: Work, run: Course) -> bool:
    turn = engine.advanced(run.routine, run.progress, clock, work.now)
    return bool(turn.lapsed or turn.opened)
