"""Dispatch: what is packed leaves with a driver, and is on its way until it is received piece by piece."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlmodel import col

from archive.accounts import display_names
from archive.deliveries import lines, transit
from archive.deliveries.lines import LINE, lock
from archive.files.files import Held
from archive.history import history
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.lifecycle import SENDER
from archive.kernel.store import Work
from archive.models import (
    Announcement,
    CaseFile,
    Delivery,
    DeliveryCrate,
    DeliveryLine,
    DeliverySender,
    Difference,
    Place,
)
from archive.notifications import deadlines
from archive.places import places
from archive.vocabulary import (
    Custody,
    DeliveryAction,
    DeliveryState,
    DifferenceKind,
    Permission,
    Role,
    SenderAction,
    SenderState,
)
from archive.vocabulary.wording import N_

ARRIVAL = "arrival"  # the clock that runs while a share is on the way
LONGEST_NAME = 200
OVERDUE = N_("A delivery on its way is to be received")
_AT_DISPATCH = (DifferenceKind.LISTED_NOT_PACKED, DifferenceKind.TAKEN_OUT)


def dispatch(work: Work, share: DeliverySender, driver: str) -> None:
    """Let the packed crates of a sender leave; raises Invalid without a driver, Conflict with nothing packed.

    What stands in a crate without having been scanned goes along as packed by whoever put it there; what was
    packed and is not there any more, or never was packed, is named.
    """
    work.require(Permission.DELIVER)
    delivery = lock(work, share.delivery_id)
    share = lines.sender(work, share.id)
    if not driver.strip() or len(driver) > LONGEST_NAME:
        raise Invalid("driver_missing", N_("Write who drives."), field="driver")
    SENDER.step(share.status, SenderAction.DISPATCH)
    crates = _loaded(work, share)
    for crate in crates:
        _take_up_unscanned(work, share, crate)
    sent = _send(work, delivery, share, crates)
    for crate in crates:
        _carry(work, crate, delivery.transit_id)
    _name_what_stays(work, share)
    moment = {"dispatched_at": work.now, "dispatched_by": display_names.person(work.actor)}
    history.advance(
        work,
        share,
        SenderAction.DISPATCH,
        changes={**moment, "driver": driver.strip(), "crates": len(crates), "pieces": sent},
        private={"driver": driver.strip()},
        subjects=[delivery.stream],
        pieces=sent,
        crates=len(crates),
    )
    if delivery.status is DeliveryState.PACKING:
        history.advance(work, delivery, DeliveryAction.DISPATCH, changes={"dispatched_at": work.now})
    _close_announcements(work, share)
    deadlines.put(
        work,
        share.stream,
        ARRIVAL,
        title=OVERDUE,
        due_at=work.now + timedelta(hours=delivery.alarm_hours),
        role=Role.ARCHIVIST,
    )


def _loaded(work: Work, share: DeliverySender) -> list[DeliveryCrate]:
    """Return the crates that hold something; those taken in vain are let go."""
    loaded = []
    for crate in lines.crates(work, sender_id=share.id):
        if not crate.open:
            continue
        packed = select(col(DeliveryLine.id)).where(col(DeliveryLine.packed_crate_id) == crate.id)
        place = lines.place_of(work, crate)
        if work.session.execute(packed.limit(1)).first() or _standing(work, place):
            loaded.append(crate)
        else:
            crate.open = False
    work.session.flush()
    if not loaded:
        raise Conflict("nothing_packed", N_("Nothing is packed. Pack something, or drop the sender."))
    return loaded


def _standing(work: Work, place: Place) -> Sequence[CaseFile]:
    """Return the files that stand in a crate, or in a box in it."""
    return work.session.scalars(
        select(CaseFile)
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*places.subtree(place.path), col(CaseFile.status) == Custody.ON_PLACE)
        .order_by(col(CaseFile.id))
    ).all()


def _take_up_unscanned(work: Work, share: DeliverySender, crate: DeliveryCrate) -> None:
    known = set(
        work.session.scalars(
            select(col(DeliveryLine.file_id)).where(
                col(DeliveryLine.packed_crate_id) == crate.id, col(DeliveryLine.open)
            )
        )
    )
    for file in _standing(work, lines.place_of(work, crate)):
        if file.id not in known:
            line = lines.claim(work, share, file.id, file.place_id)
            lines.note_packed(line, crate, file.placed_at, file.placed_by, file.placed_how)
            if not line.listed and share.listed_at is not None:
                lines.note(work, share, DifferenceKind.ON_SHELF_NOT_LISTED, line_id=line.id)
    work.session.flush()


def _send(work: Work, delivery: Delivery, share: DeliverySender, crates: Sequence[DeliveryCrate]) -> int:
    """Put on their way what stands in the crates; return how many pieces that are."""
    inside = {crate.id: _place_ids(work, crate) for crate in crates}
    rows = work.connection.execute(
        select(LINE.c.id, LINE.c.file_id, LINE.c.packed_crate_id, LINE.c.open)
        .where(LINE.c.sender_id == share.id, LINE.c.packed_crate_id.in_(inside))
        .order_by(LINE.c.file_id)
    ).all()
    held = transit.held(work, [row.file_id for row in rows if row.file_id is not None])
    going: list[tuple[int, Held]] = []
    unregistered, taken_out = [], []
    for row in rows:
        file = held.get(row.file_id)
        if file is None:
            unregistered.append(row.id)
        elif file.status is Custody.ON_PLACE and row.open and file.place_id in inside[row.packed_crate_id]:
            going.append((row.id, file))
        else:
            taken_out.append(row.id)
    transit.send(work, going, delivery.id)
    lines.send(work, unregistered)
    lines.note_many(work, share, DifferenceKind.TAKEN_OUT, taken_out)
    return len(going) + len(unregistered)


def _place_ids(work: Work, crate: DeliveryCrate) -> set[int]:
    place = lines.place_of(work, crate)
    return set(work.session.scalars(select(col(Place.id)).where(*places.subtree(place.path))))


def _carry(work: Work, crate: DeliveryCrate, transit_id: int) -> None:
    place = places.get(work, crate.place_id)
    crate.origin_id = place.parent_id
    if place.parent_id != transit_id:
        places.move(work, place, places.get(work, transit_id))


def _name_what_stays(work: Work, share: DeliverySender) -> None:
    """Name what was listed and not packed; it is free for another list."""
    named = select(col(Difference.id)).where(col(Difference.line_id) == LINE.c.id).exists()
    left = work.connection.execute(
        select(LINE.c.id)
        .where(LINE.c.sender_id == share.id, LINE.c.open, LINE.c.packed_at.is_(None), ~named)
        .order_by(LINE.c.row)
    ).scalars()
    lines.note_many(work, share, DifferenceKind.LISTED_NOT_PACKED, list(left))
    lines.release_lines(work, share)


def _close_announcements(work: Work, share: DeliverySender) -> None:
    table = Announcement.__table__  # type: ignore[attr-defined]
    work.connection.execute(update(table).where(table.c.sender_id == share.id).values(open=False))


def recall(work: Work, share: DeliverySender) -> None:
    """Call back what has not arrived: it stands in its crates at the sender again, and packing goes on."""
    work.require(Permission.DELIVER)
    delivery = lock(work, share.delivery_id)
    share = lines.sender(work, share.id)
    crates = [one for one in lines.crates(work, sender_id=share.id) if one.open]
    if any(crate.arrived_at for crate in crates) or _landed(work, share):
        raise Conflict("arrived_already", N_("Some of it has been received already. Receive the rest."))
    history.advance(
        work,
        share,
        SenderAction.RECALL,
        changes={"dispatched_at": None, "dispatched_by": None, "crates": None, "pieces": None, "driver": ""},
        subjects=[delivery.stream],
        crates=None,
        pieces=None,
    )
    for crate in crates:
        places.move(
            work, places.get(work, crate.place_id), places.get(work, crate.origin_id or share.place_id)
        )
    transit.call_back(work, share.id, delivery.id)
    _reopen(work, share)
    deadlines.withdraw(work, share.stream, ARRIVAL)
    away = {SenderState.ON_THE_WAY, SenderState.RECEIVED}
    if delivery.status is DeliveryState.ON_THE_WAY and not any(
        one.status in away for one in lines.senders(work, delivery.id)
    ):
        history.advance(work, delivery, DeliveryAction.RECALL, changes={"dispatched_at": None})


def _landed(work: Work, share: DeliverySender) -> bool:
    statement = select(col(DeliveryLine.id)).where(
        col(DeliveryLine.sender_id) == share.id,
        col(DeliveryLine.received_at).is_not(None) | col(DeliveryLine.turned_up_at).is_not(None),
    )
    return work.session.execute(statement.limit(1)).first() is not None


def _reopen(work: Work, share: DeliverySender) -> None:
    """Take back what was named when it left; its rows claim their files again where no other does."""
    table = Difference.__table__  # type: ignore[attr-defined]
    of_dispatch = table.c.open & table.c.kind.in_(_AT_DISPATCH) & (table.c.sender_id == share.id)
    named = list(work.connection.execute(select(table.c.line_id).where(of_dispatch)).scalars())
    work.connection.execute(delete(table).where(of_dispatch))
    work.session.expire_all()
    for line_id in named:
        line = lines.line(work, line_id)
        if line.file_id is None or lines.open_line(work, line.file_id) is None:
            lines.hold(line)
    work.session.flush()
