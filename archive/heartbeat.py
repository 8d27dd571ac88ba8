"""The worker's pulse: when each routine of the timetable last ran to its end."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import WorkerBeat


def note(work: Work, routine: str, holder: str) -> None:
    """Note that a routine has just run to its end."""
    work.session.merge(WorkerBeat(routine=routine, holder=holder, at=work.now))


def last(work: Work) -> dict[str, datetime]:
    """Return when each routine last ran to its end."""
    return dict(work.session.execute(select(col(WorkerBeat.routine), col(WorkerBeat.at))).all())
