"""What time does to what runs by other routines than that of lost files: the next steps open."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import col

from archive.incidents.nightly import ROUTINE
from archive.kernel.store import Archive, Work, worker
from archive.models import Matter
from archive.quality import cases
from archive.routine_runs.steps import moves
from archive.vocabulary import MatterState


def sweep(archive: Archive) -> int:
    """Move on what has something to move on, one transaction each; return how many that were."""
    with archive.read(worker(ROUTINE)) as work:
        waiting = list(_waiting(work))
    for number in waiting:
        with archive.write(worker(ROUTINE)) as work:
            matter = work.session.get_one(Matter, number)
            work.session.refresh(matter, with_for_update=True)
            cases.advance(work, matter)
    return len(waiting)


def _waiting(work: Work) -> Iterator[int]:
    open_ones = select(Matter).where(col(Matter.status) == MatterState.OPEN).order_by(col(Matter.id))
    for matter in work.session.scalars(open_ones).all():
        if moves(work, cases.course(work, matter)):
            yield matter.id
