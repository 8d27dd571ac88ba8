"""That somebody saw a file somewhere: the one place every way of seeing a file passes."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select

from archive import history
from archive.domain.files import Held
from archive.models import CaseFile, Sighting
from archive.store import Work
from archive.vocabulary import EventKind, Evidence

_SIGHTING = Sighting.__table__  # type: ignore[attr-defined]
_INSERT = insert(_SIGHTING).inline()
_LAST = (
    select(Sighting)
    .where(_SIGHTING.c.file_id == bindparam("file_id"), _SIGHTING.c.place_id.is_not(None))
    .order_by(_SIGHTING.c.happened_at.desc(), _SIGHTING.c.id.desc())
    .limit(1)
)


def record(
    work: Work,
    file: Held | CaseFile,
    place_id: int | None,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    scan_id: str | None = None,
    told: bool = False,
) -> None:
    """Record a sighting; `told` when another event of the same act already tells it (a move, a return)."""
    work.connection.execute(
        _INSERT,
        {
            "file_id": file.id,
            "place_id": place_id,
            "at": work.now,
            "happened_at": happened_at or work.now,
            "actor": work.actor.id,
            "how": how,
            "scan_id": scan_id,
        },
    )
    if not told:
        history.record(
            work, EventKind.FILE_SEEN, file, happened_at=happened_at, place=place_id, how=how.value
        )


def last(work: Work, file_id: int) -> Sighting | None:
    """Return the last confirmed sighting of a file at a known place."""
    return work.session.execute(_LAST, {"file_id": file_id}).scalar_one_or_none()
