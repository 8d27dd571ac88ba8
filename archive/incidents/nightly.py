"""What time and scans do to incidents: steps open, cases escalate, late finds reopen."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import col

from archive.incidents import changes, reopening, steps
from archive.kernel.store import Archive, Work, worker
from archive.models import Incident, IncidentFile, WantedSighting
from archive.routine_runs.steps import moves
from archive.vocabulary import IncidentOutcome, IncidentState

ROUTINE = "incidents"


def sweep(archive: Archive) -> int:
    """Move on what has something to move on, one transaction each; return how many that were.

    Any number may sweep at once and stop anywhere: what there is to do is looked at again under the lock.
    """
    with archive.read(worker(ROUTINE)) as work:
        waiting = list(_waiting(work))
    for number in waiting:
        with archive.write(worker(ROUTINE)) as work:
            incident = changes.locked(work, work.session.get_one(Incident, number))
            reopening.mend(work, incident)
            steps.advance(work, incident)
    return len(waiting)


def _waiting(work: Work) -> Iterator[int]:
    running = select(Incident).where(col(Incident.status) != IncidentState.CLOSED)
    for incident in work.session.scalars(running.order_by(col(Incident.id))).all():
        run = steps.course(work, incident)
        stuck = reopening.stuck(work, incident, run)
        if stuck or moves(work, run) or steps.unheard(work, incident, run):
            yield incident.id
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
    yield from sorted(set(work.session.scalars(seen)))
