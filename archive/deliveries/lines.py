"""The rows of deliveries: senders, crates and pieces found and locked, differences noted and settled.

What is listed, packed and received of a piece is set here and nowhere else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import col

from archive.accounts import display_names
from archive.history import history
from archive.kernel.errors import Conflict, NotFound
from archive.kernel.store import Work
from archive.models import Delivery, DeliveryCrate, DeliveryLine, DeliverySender, Difference, Place
from archive.vocabulary import DeliveryState, DifferenceKind, DifferenceReason, EventKind, Evidence, LeftOut
from archive.vocabulary.wording import N_

LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_DIFFERENCE = Difference.__table__  # type: ignore[attr-defined]
_BLANK: dict[str, Any] = {
    **dict.fromkeys(column.name for column in LINE.c if column.name != "id"),
    "reference": "",
    "open": True,
    "in_transit": False,
    "listed": False,
}
_ON_THE_WAY = (
    update(LINE).where(LINE.c.id == bindparam("line_id")).values(in_transit=True, open=True).inline()
)
OVER = frozenset({DeliveryState.CLOSED, DeliveryState.CANCELLED})


def delivery(work: Work, delivery_id: int) -> Delivery:
    """Return a delivery by id; raises NotFound."""
    found = work.session.get(Delivery, delivery_id)
    if found is None:
        raise NotFound("no_such_delivery", N_("There is no such delivery."))
    return found


def lock(work: Work, delivery_id: int) -> Delivery:
    """Return a delivery, its row locked: whatever happens to its pieces happens one after the other."""
    found = work.session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("no_such_delivery", N_("There is no such delivery."))
    return found


def sender(work: Work, sender_id: int) -> DeliverySender:
    """Return the share of a sender by id; raises NotFound."""
    found = work.session.get(DeliverySender, sender_id, populate_existing=True)
    if found is None:
        raise NotFound("no_such_sender", N_("There is no such sender in any delivery."))
    return found


def senders(work: Work, delivery_id: int) -> Sequence[DeliverySender]:
    """Return the senders of a delivery, in order."""
    statement = select(DeliverySender).where(col(DeliverySender.delivery_id) == delivery_id)
    return work.session.scalars(statement.order_by(col(DeliverySender.number))).all()


def crate(work: Work, crate_id: int) -> DeliveryCrate:
    """Return a crate in use by id; raises NotFound."""
    found = work.session.get(DeliveryCrate, crate_id, populate_existing=True)
    if found is None:
        raise NotFound("no_such_crate", N_("There is no such crate in any delivery."))
    return found


def crates(work: Work, *, delivery_id: int = 0, sender_id: int = 0) -> Sequence[DeliveryCrate]:
    """Return the crates of a delivery or of one sender, in order."""
    statement = select(DeliveryCrate).order_by(col(DeliveryCrate.sender_id), col(DeliveryCrate.number))
    if sender_id:
        return work.session.scalars(statement.where(col(DeliveryCrate.sender_id) == sender_id)).all()
    return work.session.scalars(statement.where(col(DeliveryCrate.delivery_id) == delivery_id)).all()


def open_crate(work: Work, place_id: int) -> DeliveryCrate | None:
    """Return for which delivery a crate is in use now, if for any."""
    return work.session.scalar(
        select(DeliveryCrate)
        .where(col(DeliveryCrate.place_id) == place_id, col(DeliveryCrate.open))
        .execution_options(populate_existing=True)
    )


def place_of(work: Work, crate: DeliveryCrate) -> Place:
    """Return a crate as the place it is."""
    return work.session.get_one(Place, crate.place_id)


def line(work: Work, line_id: int) -> DeliveryLine:
    """Return a piece by id; raises NotFound."""
    found = work.session.get(DeliveryLine, line_id, populate_existing=True)
    if found is None:
        raise NotFound("no_such_line", N_("There is no such line in any delivery."))
    return found


def open_line(work: Work, file_id: int) -> DeliveryLine | None:
    """Return the line that claims a file now, if any."""
    return work.session.scalar(
        select(DeliveryLine)
        .where(col(DeliveryLine.file_id) == file_id, col(DeliveryLine.open))
        .execution_options(populate_existing=True)
    )


def line_of_file(work: Work, delivery_id: int, file_id: int) -> DeliveryLine | None:
    """Return the line of a file in a delivery: the one that claims it, else the last."""
    return work.session.scalar(
        select(DeliveryLine)
        .where(col(DeliveryLine.file_id) == file_id, col(DeliveryLine.delivery_id) == delivery_id)
        .order_by(col(DeliveryLine.open).desc(), col(DeliveryLine.id).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def line_of_code(work: Work, delivery_id: int, code: str) -> DeliveryLine | None:
    """Return the line of a piece that is in no register, by the code stuck on it."""
    return work.session.scalar(
        select(DeliveryLine)
        .where(col(DeliveryLine.code) == code, col(DeliveryLine.delivery_id) == delivery_id)
        .order_by(col(DeliveryLine.id).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def next_row(work: Work, sender_id: int) -> int:
    """Return the number of a sender's next line; the delivery must be locked."""
    last = select(func.coalesce(func.max(col(DeliveryLine.row)), 0)).where(
        col(DeliveryLine.sender_id) == sender_id
    )
    return int(work.session.execute(last).scalar_one()) + 1


# What becomes of a piece


def add_line(work: Work, share: DeliverySender, **values: Any) -> DeliveryLine:
    """Add a line after a sender's last."""
    new = DeliveryLine(
        delivery_id=share.delivery_id, sender_id=share.id, row=next_row(work, share.id), **values
    )
    work.session.add(new)
    work.session.flush()
    return new


def claim(work: Work, share: DeliverySender, file_id: int, place_id: int) -> DeliveryLine:
    """Return the line of a file at a sender, taken over from another list or made anew if need be."""
    known = open_line(work, file_id)
    if known is not None and known.sender_id == share.id:
        return known
    if known is not None:  # in the hands of this one it cannot be with another
        lose_to_another(known)
        work.session.flush()
    known = work.session.scalar(
        select(DeliveryLine)
        .where(col(DeliveryLine.sender_id) == share.id, col(DeliveryLine.file_id) == file_id)
        .order_by(col(DeliveryLine.id).desc())
        .limit(1)
    )
    if known is None:
        return add_line(work, share, file_id=file_id, place_id=place_id)
    restore(known)
    known.open = True
    work.session.flush()
    return known


def insert_lines(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many lines; what a row does not say is empty."""
    work.insert(LINE, [{**_BLANK, **row} for row in rows])


def strike_list(work: Work, share: DeliverySender) -> None:
    """Strike out all lines of a sender, whose list is written anew."""
    work.session.flush()
    work.connection.execute(delete(LINE).where(LINE.c.sender_id == share.id))


def hold(line: DeliveryLine) -> None:
    """Let a line claim its file."""
    line.open = True


def let_go(line: DeliveryLine) -> None:
    """Let a line claim its file no longer."""
    line.open = False


def lose_to_another(line: DeliveryLine) -> None:
    """Let a line go whose file another delivery has in its hands."""
    line.open, line.left_out = False, line.left_out or LeftOut.OTHER_DELIVERY


def leave_for_later(line: DeliveryLine) -> None:
    """Leave a listed piece out for want of room."""
    line.left_out, line.open, line.planned_crate = LeftOut.NO_ROOM, False, None


def list_again(line: DeliveryLine, planned_crate: int) -> None:
    """Take a piece that was left out back onto the list."""
    line.left_out, line.open, line.planned_crate = None, True, planned_crate


def note_not_found(line: DeliveryLine, at: datetime, by: str) -> None:
    """Note who looked for a listed piece in vain."""
    line.not_found_at, line.not_found_by = at, by


def note_packed(
    line: DeliveryLine, crate: DeliveryCrate, at: datetime | None, by: str | None, how: Evidence | None
) -> None:
    """Note in which crate a piece lies at the sender, and how that is known."""
    line.packed_crate_id, line.packed_at, line.packed_by, line.packed_how = crate.id, at, by, how


def unpack(line: DeliveryLine) -> None:
    """Forget that a piece was packed."""
    line.packed_crate_id = line.packed_at = line.packed_by = line.packed_how = None


def send(work: Work, line_ids: Iterable[int]) -> None:
    """Let lines carry their pieces from now on."""
    rows = [{"line_id": line_id} for line_id in line_ids]
    if rows:
        work.connection.execute(_ON_THE_WAY, rows)
        work.session.expire_all()


def call_back(work: Work, sender_id: int) -> None:
    """Let a sender's lines carry nothing any more; they claim it as before."""
    carrying = (LINE.c.sender_id == sender_id) & LINE.c.in_transit
    work.connection.execute(update(LINE).where(carrying).values(in_transit=False))
    work.session.expire_all()


def carry_again(line: DeliveryLine) -> None:
    """Let a line carry its piece again whose arrival was a mistake."""
    line.in_transit = line.open = True


def release(line: DeliveryLine) -> None:
    """Let a line go that carried a piece."""
    line.in_transit = line.open = False


def note_received(
    line: DeliveryLine, crate: DeliveryCrate | None, at: datetime, by: str, how: Evidence
) -> None:
    """Note that a piece is here, out of which crate if any, and how that is known."""
    line.received_crate_id = crate.id if crate else None
    line.received_at, line.received_by, line.received_how = at, by, how
    release(line)


def unreceive(line: DeliveryLine) -> None:
    """Forget that a piece was received."""
    line.received_crate_id = line.received_at = line.received_by = line.received_how = None


def note_turned_up(line: DeliveryLine, at: datetime, by: str) -> None:
    """Note that a piece dispatched and never received is somewhere after all."""
    line.turned_up_at, line.turned_up_by = at, by


def write_on(line: DeliveryLine, *, code: str | None = None, reference: str = "") -> None:
    """Note the code stuck on a piece and what its cover says, as far as they are told."""
    line.code, line.reference = code or line.code, reference or line.reference


def identify(line: DeliveryLine, file_id: int) -> None:
    """Say which file a piece is; the line claims it until it is received."""
    line.file_id, line.open = file_id, line.received_at is None


def is_packed_by(work: Work, crate_id: int, person: str) -> bool:
    """Tell whether a person packed or sealed a crate, who then must not receive it."""
    packed = select(col(DeliveryLine.id)).where(
        col(DeliveryLine.packed_crate_id) == crate_id, col(DeliveryLine.packed_by) == person
    )
    return (
        crate(work, crate_id).sealed_by == person or work.session.execute(packed.limit(1)).first() is not None
    )


def refuse_over(found: Delivery) -> None:
    """Raise Conflict when a delivery is closed or cancelled."""
    if found.status in OVER:
        raise Conflict(
            "delivery_over",
            N_("This delivery is %(state)s; nothing can be changed."),
            state=found.status.label,
        )


# Differences


def note(
    work: Work,
    share: DeliverySender,
    kind: DifferenceKind,
    *,
    line_id: int | None = None,
    crate_id: int | None = None,
    other_crate_id: int | None = None,
) -> Difference:
    """Give a difference its name, once; one already explained is not asked about again."""
    found = named(work, line_id, kind, crate_id=crate_id)
    if found is not None:
        return found
    found = Difference(
        delivery_id=share.delivery_id,
        sender_id=share.id,
        kind=kind,
        line_id=line_id,
        crate_id=crate_id,
        other_crate_id=other_crate_id,
        found_at=work.now,
        found_by=work.actor.id,
    )
    work.session.add(found)
    work.session.flush()
    _tell_found(work, share.delivery_id, [(found.id, kind, line_id, crate_id)])
    return found


def named(
    work: Work, line_id: int | None, kind: DifferenceKind, *, crate_id: int | None = None
) -> Difference | None:
    """Return a difference of a line or a crate by its name, explained or not."""
    of_what = col(Difference.line_id) == line_id if line_id else col(Difference.crate_id) == crate_id
    return work.session.scalar(select(Difference).where(col(Difference.kind) == kind, of_what))


def note_many(work: Work, share: DeliverySender, kind: DifferenceKind, line_ids: Sequence[int]) -> None:
    """Give the same difference of many lines its name; none of them may have it already."""
    ids = work.reserve_ids(_DIFFERENCE, len(line_ids)) if line_ids else ()
    common: dict[str, Any] = {
        "delivery_id": share.delivery_id,
        "sender_id": share.id,
        "kind": kind,
        "crate_id": None,
        "other_crate_id": None,
        "open": True,
        "found_at": work.now,
        "found_by": work.actor.id,
        "reason": None,
        "note": "",
        "explained_at": None,
        "explained_by": None,
        "incident_id": None,
    }
    rows = [
        {"id": number, "line_id": line_id, **common} for number, line_id in zip(ids, line_ids, strict=True)
    ]
    work.insert(_DIFFERENCE, rows)
    told = [(number, kind, line_id, None) for number, line_id in zip(ids, line_ids, strict=True)]
    _tell_found(work, share.delivery_id, told)


def _tell_found(
    work: Work, delivery_id: int, found: Iterable[tuple[int, DifferenceKind, int | None, int | None]]
) -> None:
    history.record_many(
        work,
        [
            history.Entry(
                f"delivery:{delivery_id}",
                EventKind.DELIVERY_DIFFERENCE_FOUND,
                {"difference": kind.value, "id": number, "line": line_id, "crate": crate_id},
            )
            for number, kind, line_id, crate_id in found
        ],
    )


def settle(
    work: Work,
    found: Sequence[Difference],
    reason: DifferenceReason,
    *,
    text: str = "",
    incident_id: int | None = None,
) -> None:
    """Give differences their reason; what a scan itself explains passes here too."""
    if not found:
        return
    for one in found:
        one.open, one.reason, one.note = False, reason, text
        one.explained_at, one.explained_by, one.incident_id = (
            work.now,
            display_names.person(work.actor),
            incident_id,
        )
    work.session.flush()
    history.record_many(
        work,
        [
            history.Entry(
                f"delivery:{one.delivery_id}",
                EventKind.DELIVERY_DIFFERENCE_EXPLAINED,
                {
                    "difference": one.kind.value,
                    "id": one.id,
                    "explanation": reason.value,
                    "incident": incident_id,
                },
                {"text": text},
            )
            for one in found
        ],
    )


def open_differences(
    work: Work,
    *,
    line_id: int | None = None,
    crate_id: int | None = None,
    kinds: Iterable[DifferenceKind] = (),
) -> list[Difference]:
    """Return what is not explained of a line or a crate, only of some kinds when they are given."""
    of_what = col(Difference.line_id) == line_id if line_id else col(Difference.crate_id) == crate_id
    statement = select(Difference).where(of_what, col(Difference.open)).order_by(col(Difference.id))
    wanted = list(kinds)
    if wanted:
        statement = statement.where(col(Difference.kind).in_(wanted))
    return list(work.session.scalars(statement))


def withdraw(work: Work, gone: DeliveryLine) -> None:
    """Strike a row out that was made for a piece alone, when that was undone."""
    for one in work.session.scalars(select(Difference).where(col(Difference.line_id) == gone.id)):
        work.session.delete(one)
    gone.left_out, gone.open = LeftOut.UNDONE, False
    unpack(gone)
    unreceive(gone)
    work.session.flush()


def restore(line: DeliveryLine) -> bool:
    """Let a row hold again that was struck out, if it was."""
    was_undone = line.left_out is LeftOut.UNDONE
    if was_undone:
        line.left_out = None
    return was_undone


def release_lines(work: Work, share: DeliverySender) -> None:
    """Let go all files a sender's lines claim but those on their way."""
    work.session.flush()
    work.connection.execute(
        update(LINE).where(LINE.c.sender_id == share.id, LINE.c.open, ~LINE.c.in_transit).values(open=False)
    )
    work.session.expire_all()
