"""That somebody saw a file somewhere: the one place every way of seeing a file passes."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from archive.files import files, stale, wanted
from archive.files.files import Held
from archive.history import history
from archive.kernel.errors import Invalid
from archive.kernel.lifecycle import FILE
from archive.kernel.store import Work
from archive.models import CaseFile, Place, Sighting
from archive.places import places
from archive.vocabulary import EventKind, Evidence, FileAction, Permission
from archive.vocabulary.wording import N_

_SIGHTING = Sighting.__table__  # type: ignore[attr-defined]
_INSERT = insert(_SIGHTING).inline()
_LAST = (
    select(Sighting)
    .where(_SIGHTING.c.file_id == bindparam("file_id"), _SIGHTING.c.place_id.is_not(None))
    .order_by(_SIGHTING.c.happened_at.desc(), _SIGHTING.c.id.desc())
    .limit(1)
)
_LATER = (
    select(_SIGHTING.c.id)
    .where(
        _SIGHTING.c.file_id == bindparam("file_id"),
        _SIGHTING.c.happened_at > bindparam("moment"),
        _SIGHTING.c.place_id.is_not(None),
    )
    .limit(1)
)
_FORGET = delete(_SIGHTING).where(
    _SIGHTING.c.file_id == bindparam("of_file"), _SIGHTING.c.scan_id == bindparam("of_scan")
)
_OF_FIND = delete(_SIGHTING).where(
    _SIGHTING.c.file_id == bindparam("of_file"),
    _SIGHTING.c.at == bindparam("said_at"),
    _SIGHTING.c.happened_at == bindparam("found_at"),
    _SIGHTING.c.scan_id.is_(None),
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
    by_incident: bool = False,
) -> int | None:
    """Record a sighting; return the incident that looks for the file, when it is wanted.

    `told` when another event of the same act already tells it (a move, a return), `by_incident` when it is a
    find: the incident knows.
    """
    moment = happened_at or work.now
    work.connection.execute(
        _INSERT,
        {
            "file_id": file.id,
            "place_id": place_id,
            "at": work.now,
            "happened_at": moment,
            "actor": work.actor.id,
            "how": how,
            "scan_id": scan_id,
        },
    )
    if not told:
        history.record(
            work, EventKind.FILE_SEEN, file, happened_at=happened_at, place=place_id, how=how.value
        )
    if by_incident:
        return None
    return wanted.notice(work, file.id, place_id, how=how, happened_at=moment, scan_id=scan_id)


def put_down(
    work: Work, file: Held | CaseFile, place: Place, *, seen: bool, version: int | None = None
) -> int | None:
    """Record by hand that a file stands at a place; `seen` when the one who says so saw it there.

    Return the incident that looks for the file, when it is wanted.

    Raises Invalid when the file is recorded there already and nobody saw it, ChangedMeanwhile for a `version`
    no longer true.
    """
    if version is not None and file.version != version:
        raise stale.changed(work, file)
    moves = place.id != file.place_id
    if moves:
        place = places.keep_open(work, places.get(work, place.id))
        files.move(work, file, place, how=Evidence.HAND)
    elif not seen:
        raise Invalid(
            "already_there",
            N_("The file is recorded there already. Say that you see it there, or choose another place."),
            field="place",
        )
    else:
        work.require(Permission.MOVE)
        FILE.step(file.status, FileAction.MOVE)
    return record(work, file, place.id, how=Evidence.HAND, told=moves) if seen else None


def forget(work: Work, file_id: int, scan_id: str) -> None:
    """Take back what a scan now undone said: nobody saw the file there."""
    work.connection.execute(_FORGET, {"of_file": file_id, "of_scan": scan_id})


def forget_find(work: Work, file_id: int, said_at: datetime, found_at: datetime) -> None:
    """Take back what a find said that was none: another file lay there; what a scan said stays."""
    work.connection.execute(_OF_FIND, {"of_file": file_id, "said_at": said_at, "found_at": found_at})


def later(work: Work, file_id: int, moment: datetime) -> bool:
    """Tell whether somebody saw a file at a known place after a moment."""
    return work.connection.execute(_LATER, {"file_id": file_id, "moment": moment}).first() is not None


def last(work: Work, file_id: int) -> Sighting | None:
    """Return the last confirmed sighting of a file at a known place."""
    return work.session.execute(_LAST, {"file_id": file_id}).scalar_one_or_none()
