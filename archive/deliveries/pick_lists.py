"""Pick lists: what a sender is to pack, in shelf order, into which crate, and what is left out and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_
from sqlmodel import col

from archive.deliveries import lines
from archive.deliveries.lines import LINE, lock
from archive.history import history
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, Delivery, DeliveryLine, DeliverySender, Place
from archive.places import places
from archive.vocabulary import Custody, EventKind, LeftOut, Permission, SenderState
from archive.vocabulary.wording import N_

MOST_LISTED = 20_000
_AT_ONCE = 1000
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_GONE = (Custody.VOID, Custody.DISPOSED, Custody.HANDED_OVER, Custody.WITHDRAWN)
_WHY_NOT = {
    Custody.ON_LOAN: LeftOut.ON_LOAN,
    Custody.LOST: LeftOut.LOST,
    Custody.IN_TRANSIT: LeftOut.OTHER_DELIVERY,
}
_SHELF_ORDER = (_PLACE.c.path, _FILE.c.position, _FILE.c.id)
_STANDING = (
    select(_FILE.c.id, _FILE.c.status, _FILE.c.place_id, _FILE.c.position, _PLACE.c.path)
    .join(_PLACE, _PLACE.c.id == _FILE.c.place_id)
    .where(
        _PLACE.c.path >= bindparam("first"),
        _PLACE.c.path < bindparam("last"),
        _FILE.c.status.not_in(_GONE),
        tuple_(*_SHELF_ORDER) > tuple_(bindparam("path"), bindparam("position"), bindparam("id")),
    )
    .order_by(*_SHELF_ORDER)
    .limit(_AT_ONCE)
)
# What this sender's own list claims is free for the list that replaces it.
_CLAIMED = select(LINE.c.file_id).where(
    LINE.c.file_id.in_(bindparam("ids", expanding=True)),
    LINE.c.open,
    LINE.c.sender_id != bindparam("sender_id"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """How many files a pick list names to be packed, and how many it leaves out."""

    listed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Wish:
    """One row of a list written elsewhere: the file it means, or what it says of one not registered."""

    file: CaseFile | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a wish: it is packed, left out and why, or passed over since it was named before."""

    wish: Wish
    left_out: LeftOut | None = None
    repeated: bool = False


def make(work: Work, share: DeliverySender, files: int) -> Listed:
    """List the next files of a room in shelf order, so many to be packed; replaces a list not yet begun."""
    delivery, share = _begin(work, share)
    if not 1 <= files <= MOST_LISTED:
        raise Invalid(
            "number_out_of_range",
            N_("Write a number between 1 and %(most)s."),
            field="files",
            most=MOST_LISTED,
        )
    rows = _choose(work, share, files)
    return _store(work, delivery, share, [(row.id, row.place_id, why, "") for row, why in rows])


def take(work: Work, share: DeliverySender, wishes: Sequence[Wish]) -> Listed:
    """List what a list written elsewhere asks for, in its order; replaces a list not yet begun."""
    delivery, share = _begin(work, share)
    chosen: list[tuple[int | None, int | None, LeftOut | None, str]] = []
    for one in judge(work, share, wishes):
        file = one.wish.file
        if file is None:
            chosen.append((None, None, None, one.wish.reference.strip()[:200]))
        elif not one.repeated:
            chosen.append((file.id, file.place_id, one.left_out, ""))
    return _store(work, delivery, share, chosen)


def judge(work: Work, share: DeliverySender, wishes: Sequence[Wish]) -> list[Judged]:
    """Say what would become of each row of a list written elsewhere, in its order; changes nothing."""
    work.require(Permission.PLAN_DELIVERIES)
    if not 1 <= len(wishes) <= MOST_LISTED:
        raise Invalid("list_empty", N_("The list names no file."), field="list")
    known = {wish.file.id: wish.file for wish in wishes if wish.file is not None}
    claimed = _claimed(work, share, list(known))
    room = places.get(work, share.place_id)
    standing = _paths(work, {file.place_id for file in known.values()})
    judged = []
    for wish in wishes:
        if wish.file is None:
            judged.append(Judged(wish))
            continue
        file = known.pop(wish.file.id, None)
        if file is None:
            judged.append(Judged(wish, repeated=True))
            continue
        inside = _is_below(standing[file.place_id], room)
        judged.append(Judged(wish, _why_not(file.status, file.id in claimed, inside)))
    return judged


def _begin(work: Work, share: DeliverySender) -> tuple[Delivery, DeliverySender]:
    work.require(Permission.PLAN_DELIVERIES)
    delivery = lock(work, share.delivery_id)
    share = lines.sender(work, share.id)
    if share.status is not SenderState.WAITING:
        raise Conflict(
            "list_in_use", N_("Packing has begun: the list stands. What it lacks is packed as not listed.")
        )
    return delivery, share


def _choose(work: Work, share: DeliverySender, files: int) -> list[tuple[Any, LeftOut | None]]:
    chosen: list[tuple[Any, LeftOut | None]] = []
    wanted = files
    for rows in _standing(work, places.get(work, share.place_id)):
        claimed = _claimed(work, share, [row.id for row in rows])
        for row in rows:
            why = _why_not(row.status, row.id in claimed, inside=True)
            chosen.append((row, why))
            wanted -= why is None
            if not wanted:
                return chosen
    return chosen


def _standing(work: Work, room: Place) -> Iterator[Sequence[Any]]:
    last: dict[str, Any] = {"path": "", "position": 0, "id": 0}
    while True:
        bounds = {"first": room.path, "last": f"{room.path}/"}
        rows = work.connection.execute(_STANDING, {**bounds, **last}).all()
        if not rows:
            return
        yield rows
        last = {"path": rows[-1].path, "position": rows[-1].position, "id": rows[-1].id}


def _claimed(work: Work, share: DeliverySender, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        asked = {"ids": ids[start : start + 500], "sender_id": share.id}
        found |= set(work.connection.execute(_CLAIMED, asked).scalars())
    return found


def _why_not(status: Custody, claimed: bool, inside: bool) -> LeftOut | None:
    """Say why a file is left out, if it is; that it is wanted or must not be disposed of is no reason."""
    if status in _GONE:
        return LeftOut.GONE
    if claimed:
        return LeftOut.OTHER_DELIVERY
    return _WHY_NOT.get(status) or (None if inside else LeftOut.OTHER_ROOM)


def _paths(work: Work, place_ids: Iterable[int]) -> dict[int, str]:
    ids = sorted(place_ids)
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = select(_PLACE.c.id, _PLACE.c.path).where(_PLACE.c.id.in_(ids[start : start + 500]))
        found.update((row.id, row.path) for row in work.connection.execute(rows))
    return found


def _is_below(path: str, room: Place) -> bool:
    return path == room.path or path.startswith(f"{room.path}.")


def _store(
    work: Work,
    delivery: Delivery,
    share: DeliverySender,
    chosen: Sequence[tuple[int | None, int | None, LeftOut | None, str]],
) -> Listed:
    lines.strike_list(work, share)
    rows, listed = [], 0
    for number, (file_id, place_id, why, reference) in enumerate(chosen, start=1):
        row: dict[str, Any] = {
            "delivery_id": delivery.id,
            "sender_id": share.id,
            "row": number,
            "file_id": file_id,
            "place_id": place_id,
            "reference": reference,
            "listed": True,
            "left_out": why,
            "open": why is None,
            "planned_crate": None if why else listed // delivery.crate_files + 1,
        }
        listed += why is None
        rows.append(row)
    lines.insert_lines(work, rows)
    share.listed_at, share.listed_by = work.now, work.actor.id
    share.version += 1
    work.session.flush()
    work.session.expire_all()
    history.record(
        work,
        EventKind.SENDER_LISTED,
        share,
        subjects=[delivery.stream],
        listed=listed,
        left_out=len(chosen) - listed,
        files=[file_id for file_id, _place, _why, _reference in chosen],
    )
    return Listed(listed, len(chosen) - listed)


def leave_out(work: Work, line: DeliveryLine) -> None:
    """Leave a listed file for another time, before anybody packed it."""
    work.require(Permission.PLAN_DELIVERIES)
    lock(work, line.delivery_id)
    line = lines.line(work, line.id)
    share = lines.sender(work, line.sender_id)
    if share.status not in {SenderState.WAITING, SenderState.PACKING} or line.packed_at or not line.open:
        raise Conflict("line_packed", N_("This row is packed or settled already. Look at the list again."))
    lines.leave_for_later(line)
    work.session.flush()
    why = LeftOut.NO_ROOM.value
    history.record(work, EventKind.SENDER_LEFT_OUT, share, line=line.id, file=line.file_id, left_out=why)


def list_again(work: Work, line: DeliveryLine) -> None:
    """Take a file that was left for another time back onto the list; raises Conflict once another has it."""
    work.require(Permission.PLAN_DELIVERIES)
    lock(work, line.delivery_id)
    line = lines.line(work, line.id)
    share = lines.sender(work, line.sender_id)
    before = share.status in {SenderState.WAITING, SenderState.PACKING}
    if not before or line.left_out is not LeftOut.NO_ROOM:
        raise Conflict("line_settled", N_("This row cannot be listed again. Look at the list again."))
    if line.file_id is not None and lines.open_line(work, line.file_id) is not None:
        raise Conflict("listed_elsewhere", N_("Another delivery has this file on its list now."))
    last = select(func.max(LINE.c.planned_crate)).where(LINE.c.sender_id == share.id)
    lines.list_again(line, work.connection.execute(last).scalar_one() or 1)
    work.session.flush()
    history.record(work, EventKind.SENDER_LISTED_AGAIN, share, line=line.id, file=line.file_id)


def expected(work: Work, share: DeliverySender) -> int:
    """Count what a sender is still to pack of its list."""
    statement = select(col(DeliveryLine.id)).where(
        col(DeliveryLine.sender_id) == share.id, col(DeliveryLine.open), col(DeliveryLine.packed_at).is_(None)
    )
    return len(work.session.execute(statement).all())
