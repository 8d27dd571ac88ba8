"""What waits for somebody when they come to work, counted from the lists that hold it."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlmodel import col

from archive.deliveries.lines import OVER
from archive.imports import worklist as import_worklist
from archive.incidents import access
from archive.incidents import worklist as incident_worklist
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import Assessment, CoverCheck, Delivery, Finding, Incident, IncidentFile, Loan
from archive.people import same_persons
from archive.vocabulary import DeliveryState, Permission

IN_COURSE = tuple(state for state in DeliveryState if state not in OVER)


def count(work: Work) -> dict[str, int]:
    """Count by name what waits; only lists the actor may open, and only what is not empty."""
    counts = {name: count(work) for name, needed, count in _LISTS if needed is None or work.actor.may(needed)}
    return {name: many for name, many in counts.items() if many}


def _count(work: Work, model: type, *which: object) -> int:
    statement = select(func.count()).select_from(model).where(*which)  # type: ignore[arg-type]
    return int(work.session.execute(statement).scalar_one())


def _own_steps(work: Work) -> int:
    return len(incident_worklist.my_steps(work))


def _overdue(work: Work) -> int:
    return _count(work, Loan, col(Loan.open), col(Loan.due_on) < local_date(work.now))


def _wanted(work: Work) -> int:
    """Count what is sought in the incidents the actor may know of."""
    known = select(col(Incident.id)).where(access.seen_by(work.actor))
    return _count(work, IncidentFile, col(IncidentFile.open), col(IncidentFile.incident_id).in_(known))


def _questions(work: Work) -> int:
    refused = import_worklist.reasons(work) if work.actor.may(Permission.CORRECT) else {}
    return sum(import_worklist.open_counts(work).values()) + sum(refused.values())


_LISTS: tuple[tuple[str, Permission | None, Callable[[Work], int]], ...] = (
    ("steps", None, _own_steps),
    ("wanted", Permission.READ_INCIDENTS, _wanted),
    (
        "deliveries",
        Permission.DELIVER,
        lambda work: _count(work, Delivery, col(Delivery.status).in_(IN_COURSE)),
    ),
    ("covers", Permission.CHECK_COVERS, lambda work: _count(work, CoverCheck, col(CoverCheck.open))),
    ("findings", Permission.CHECK_COVERS, lambda work: _count(work, Finding, col(Finding.open))),
    ("assessments", Permission.ASSESS, lambda work: _count(work, Assessment, col(Assessment.open))),
    ("overdue", Permission.LEND, _overdue),
    ("questions", Permission.SETTLE, _questions),
    ("protected_persons", Permission.CHECK_SEALED, same_persons.how_many),
)
