"""Rooms become empty: the programme's order, the final sweep of the shelves, two signatures, then closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.deliveries import transit
from archive.files import files, sightings, wanted
from archive.files.files import Held
from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.lifecycle import EMPTYING
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import CaseFile, Emptying, Place, SweptPlace
from archive.places import places, shelf_order
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    FileAction,
    Permission,
    PlaceKind,
    SweepAction,
    SweepState,
)
from archive.vocabulary.wording import N_

_SHELVES = (PlaceKind.RACK, PlaceKind.SHELF, PlaceKind.DESK)
_HOMELESS = (Custody.ON_PLACE, Custody.ON_LOAN)
_ABOVE = Place.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """What is recorded in a room: what stands there, what is sought in an incident, what is lent."""

    standing: tuple[int, ...]
    sought: tuple[int, ...]
    lent: tuple[int, ...]


def get(work: Work, emptying_id: int) -> Emptying:
    """Return a room of the programme by id; raises NotFound."""
    found = work.session.get(Emptying, emptying_id)
    if found is None:
        raise NotFound("no_such_emptying", N_("There is no such room in the programme."))
    return found


def of_room(work: Work, room_id: int) -> Emptying | None:
    """Return where a room stands in the programme, if it does."""
    return work.session.scalar(select(Emptying).where(col(Emptying.room_id) == room_id))


def rooms(work: Work) -> Sequence[Emptying]:
    """Return the rooms of the programme, in order."""
    statement = select(Emptying).order_by(col(Emptying.number), col(Emptying.id))
    return work.session.scalars(statement).all()


def enter(work: Work, room: Place) -> Emptying:
    """Enter an old room into the programme, as the last one; raises Invalid for a place that is none."""
    work.require(Permission.PLAN_DELIVERIES)
    room = places.keep_open(work, places.get(work, room.id))
    if room.kind is not PlaceKind.ROOM or room.central:
        raise Invalid("not_an_old_room", N_("Choose a room outside the central archive."), field="place")
    if of_room(work, room.id) is not None:
        raise Conflict("in_programme", N_("This room is in the programme already."), field="place")
    last = work.session.scalar(select(func.coalesce(func.max(col(Emptying.number)), 0))) or 0
    entered = Emptying(room_id=room.id, number=int(last) + 1)
    history.advance(
        work,
        entered,
        SweepAction.ENTER,
        subjects=[room.stream],
        place=room.id,
        ordinal=entered.number,
    )
    return entered


def order(work: Work, wanted_order: Sequence[Emptying]) -> None:
    """Say in which order the rooms are emptied; raises Invalid unless each is named once."""
    work.require(Permission.PLAN_DELIVERIES)
    known = {one.id: one for one in rooms(work)}
    if sorted(one.id for one in wanted_order) != sorted(known):
        raise Invalid("order_incomplete", N_("Name every room of the programme once."), field="order")
    for number, one in enumerate(wanted_order, start=1):
        if known[one.id].number != number:
            known[one.id].number = number
            known[one.id].version += 1
            work.session.flush()
            history.record(work, EventKind.EMPTYING_ORDERED, known[one.id], ordinal=number)


def _lock(work: Work, emptying: Emptying) -> Emptying:
    work.session.refresh(emptying, with_for_update=True)
    return emptying


def begin(work: Work, emptying: Emptying) -> None:
    """Begin the final sweep of a room; raises Conflict while files are recorded on its shelves."""
    emptying = _lock(work, emptying)
    EMPTYING.step(emptying.status, SweepAction.SWEEP)
    _refuse_remaining(work, emptying)
    history.advance(
        work,
        emptying,
        SweepAction.SWEEP,
        changes={"sweep": emptying.sweep + 1, "swept_at": None, "swept_by": None},
        sweep=emptying.sweep + 1,
    )


def _refuse_remaining(work: Work, emptying: Emptying) -> None:
    left = remaining(work, emptying)
    if left:
        raise Conflict(
            "files_remain", N_("%(count)s files are still recorded in this room."), count=len(left)
        )


def remaining(work: Work, emptying: Emptying) -> list[int]:
    """Return the files recorded in a room that stand there, but for those sought in an incident."""
    return list(left(work, emptying).standing)


def left(work: Work, emptying: Emptying) -> RoomLeft:
    """Return every file recorded in a room, by why it is."""
    recorded = _recorded(work, emptying)
    here = [file_id for file_id, status in recorded if status is Custody.ON_PLACE]
    lent = [file_id for file_id, status in recorded if status is Custody.ON_LOAN]
    sought = _sought(work, here)
    return RoomLeft(
        tuple(file_id for file_id in here if file_id not in sought),
        tuple(file_id for file_id in here if file_id in sought),
        tuple(lent),
    )


def _recorded(work: Work, emptying: Emptying) -> list[tuple[int, Custody]]:
    room = places.get(work, emptying.room_id)
    rows = work.connection.execute(
        select(col(CaseFile.id), col(CaseFile.status))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*places.subtree(room.path), col(CaseFile.status).in_(_HOMELESS))
        .order_by(col(Place.path), col(CaseFile.position), col(CaseFile.id))
    )
    return [(row[0], row[1]) for row in rows]


def _sought(work: Work, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        found |= wanted.by_file(work, ids[start : start + 500]).keys()
    return found


def to_sweep(work: Work, emptying: Emptying) -> list[Place]:
    """Return the shelves nobody has scanned in this sweep, in order; a room without shelves is one itself."""
    swept = {
        place_id
        for (place_id,) in work.connection.execute(
            select(col(SweptPlace.place_id)).where(
                col(SweptPlace.emptying_id) == emptying.id, col(SweptPlace.sweep) == emptying.sweep
            )
        )
    }
    return [place for place in shelves(work, emptying) if place.id not in swept]


def shelves(work: Work, emptying: Emptying) -> list[Place]:
    """Return what somebody must have stood at before a room is empty."""
    room = places.get(work, emptying.room_id)
    inner = _ABOVE.alias("inner")
    holds_more = (
        select(inner.c.id).where(inner.c.parent_id == _ABOVE.c.id, inner.c.kind.in_(_SHELVES)).exists()
    )
    found = work.session.scalars(
        select(Place)
        .where(*places.subtree(room.path), col(Place.kind).in_(_SHELVES), ~holds_more)
        .order_by(col(Place.path))
    ).all()
    return list(found) or [room]


def sweep(work: Work, emptying: Emptying, place: Place) -> bool:
    """Note that somebody stood at a shelf and saw it empty; False when that is known."""
    work.require(Permission.DELIVER)
    emptying = _sweeping(work, emptying)
    room = places.get(work, emptying.room_id)
    if place.id != room.id and not place.path.startswith(f"{room.path}."):
        raise Invalid("place_elsewhere", N_("This place is not in the room that is being swept."))
    key = (emptying.id, emptying.sweep, place.id)
    if work.session.get(SweptPlace, key) is not None:
        return False
    work.session.add(
        SweptPlace(
            emptying_id=emptying.id,
            sweep=emptying.sweep,
            place_id=place.id,
            at=work.now,
            swept_by=display_names.person(work.actor),
        )
    )
    work.session.flush()
    history.record(
        work,
        EventKind.EMPTYING_PLACE_SWEPT,
        emptying,
        subjects=[place.stream],
        place=place.id,
        sweep=emptying.sweep,
    )
    return True


def _sweeping(work: Work, emptying: Emptying) -> Emptying:
    emptying = _lock(work, emptying)
    if emptying.status is not SweepState.SWEEPING:
        raise Conflict(
            "not_sweeping",
            N_("No final sweep of this room is going on: it is %(state)s."),
            state=emptying.status.label,
        )
    return emptying


def left_over(
    work: Work,
    emptying: Emptying,
    file: Held,
    place: Place | None,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    scan_id: str | None = None,
) -> int | None:
    """Record a file found in a room thought empty: it stands there, and the sweep cannot end before it goes.

    Returns the incident that looks for it, if one does.
    """
    work.require(Permission.MOVE)
    emptying = _sweeping(work, emptying)
    there = place or places.get(work, emptying.room_id)
    carried = transit.line_of(work, file.id) if file.status is Custody.IN_TRANSIT else None
    told = True
    if carried is not None:
        transit.turn_up(work, carried, file, there, how=how, happened_at=happened_at)
    elif file.status is Custody.ON_LOAN:
        loans.take_back(work, file, there, how=how, happened_at=happened_at)
    elif file.status is Custody.ON_PLACE and file.place_id != there.id:
        files.move(work, file, there, how=how, happened_at=happened_at)
    else:
        told = False
    return sightings.record(
        work, file, there.id, how=how, happened_at=happened_at, scan_id=scan_id, told=told
    )


def finish(work: Work, emptying: Emptying) -> None:
    """End the final sweep; raises Conflict while a shelf is not scanned or a file was found."""
    emptying = _sweeping(work, emptying)
    left = to_sweep(work, emptying)
    if left:
        raise Conflict(
            "shelves_unswept", N_("%(count)s shelves have not been scanned empty yet."), count=len(left)
        )
    _refuse_remaining(work, emptying)
    history.advance(
        work,
        emptying,
        SweepAction.FINISH,
        changes={"swept_at": work.now, "swept_by": display_names.person(work.actor)},
        places=len(shelves(work, emptying)),
    )


def stop(work: Work, emptying: Emptying) -> None:
    """Break off a sweep; the next one begins from the first shelf."""
    emptying = _lock(work, emptying)
    history.advance(work, emptying, SweepAction.STOP, changes={"signed_at": None, "signed_by": None})


def sign(work: Work, emptying: Emptying) -> None:
    """Sign as the first of two that a swept room is empty; raises Conflict when somebody has."""
    work.require(Permission.DELIVER)
    emptying = _lock(work, emptying)
    EMPTYING.step(emptying.status, SweepAction.SIGN)
    if emptying.signed_by is not None:
        raise Conflict(
            "signed_first", N_("The first signature is there. Another person signs as the second.")
        )
    emptying.signed_at, emptying.signed_by = work.now, display_names.person(work.actor)
    emptying.version += 1
    work.session.flush()
    history.record(work, EventKind.EMPTYING_WITNESSED, emptying)


def countersign(work: Work, emptying: Emptying, home: Place) -> int:
    """Sign as the second of two: the room is empty and closed, and nothing can be recorded there any more.

    What is lent or sought gets `home` in the central archive as its place to come back to; returns how many
    files that are. Raises Conflict for the first signer, or when something stands in the room.
    """
    work.require(Permission.PLAN_DELIVERIES)
    emptying = _lock(work, emptying)
    EMPTYING.step(emptying.status, SweepAction.SIGN)
    person = display_names.person(work.actor)
    if emptying.signed_by is None or emptying.signed_by == person:
        raise Conflict("two_sign", N_("Two different persons sign that a room is empty."))
    _refuse_remaining(work, emptying)
    rehomed = _rehome(work, emptying, home)
    places.close(work, places.get(work, emptying.room_id))
    history.advance(
        work,
        emptying,
        SweepAction.SIGN,
        changes={"empty_at": work.now, "witnessed_by": person},
        subjects=[f"place:{emptying.room_id}"],
        first=emptying.signed_by,
        rehomed=rehomed,
    )
    return rehomed


def _rehome(work: Work, emptying: Emptying, home: Place) -> int:
    ids = [file_id for file_id, _status in _recorded(work, emptying)]
    if not ids:
        return 0
    home = places.keep_open(work, places.get(work, home.id))
    if not home.central:
        raise Invalid("home_not_central", N_("Choose a place in the central archive."), field="home")
    held = transit.held(work, ids)
    steps = []
    for file in held.values():
        position = shelf_order.next_position(work, file.id, home)
        steps.append(
            history.StreamStep(
                file,
                FileAction.REHOME,
                changes={"place_id": home.id, "position": position},
                facts={"origin": file.place_id, "place": home.id, "position": position},
                subjects=[f"place:{file.place_id}", home.stream],
            )
        )
    history.advance_many(work, steps)
    work.session.expire_all()
    return len(steps)
