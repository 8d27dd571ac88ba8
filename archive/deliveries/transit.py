"""On the way: the one place where a file enters and leaves transit, with the line that carries it."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.accounts import display_names
from archive.deliveries import lines
from archive.files import placing
from archive.files.files import Held
from archive.history import history
from archive.kernel.store import Work
from archive.models import CaseFile, DeliveryLine, Place
from archive.places.places import Spot
from archive.vocabulary import (
    Custody,
    DeliveryState,
    DifferenceKind,
    DifferenceReason,
    EventKind,
    Evidence,
    FileAction,
)

_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_HELD = (
    select(*(_FILE.c[one.name] for one in fields(Held)))
    .where(_FILE.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_FILE.c.id)
    .with_for_update()
)


def held(work: Work, file_ids: Sequence[int]) -> dict[int, Held]:
    """Return files by id, their rows locked in the order of ids."""
    found: dict[int, Held] = {}
    ids = sorted(file_ids)
    for start in range(0, len(ids), 500):
        rows = work.connection.execute(_HELD, {"ids": ids[start : start + 500]})
        found.update((row.id, Held(*row)) for row in rows)
    return found


def line_of(work: Work, file_id: int) -> DeliveryLine | None:
    """Return the line that carries a file on its way, its row locked."""
    return work.session.execute(
        select(DeliveryLine)
        .where(col(DeliveryLine.file_id) == file_id, col(DeliveryLine.in_transit))
        .with_for_update()
    ).scalar_one_or_none()


def send(work: Work, pairs: Sequence[tuple[int, Held]], delivery_id: int) -> None:
    """Send off files, each with the id of its line, in one batch."""
    if not pairs:
        return
    history.advance_many(
        work,
        [
            history.StreamStep(
                file,
                FileAction.DISPATCH,
                facts={"delivery": delivery_id, "line": line_id, "undo": False},
                subjects=[f"delivery:{delivery_id}"],
            )
            for line_id, file in pairs
        ],
    )
    lines.send(work, [line_id for line_id, _file in pairs])


def call_back(work: Work, sender_id: int, delivery_id: int) -> None:
    """Let all that a sender sent stand in its crates again, in one batch; the lines claim it as before."""
    carrying = (_LINE.c.sender_id == sender_id) & _LINE.c.in_transit
    rows = work.connection.execute(select(_LINE.c.id, _LINE.c.file_id).where(carrying)).all()
    files = held(work, [row.file_id for row in rows if row.file_id is not None])
    history.advance_many(
        work,
        [
            history.StreamStep(
                files[row.file_id],
                FileAction.ARRIVE,
                facts={
                    "delivery": delivery_id,
                    "line": row.id,
                    "place": files[row.file_id].place_id,
                    "position": files[row.file_id].position,
                    "how": Evidence.LIST.value,
                    "undo": True,
                },
                subjects=[f"delivery:{delivery_id}"],
            )
            for row in rows
            if row.file_id is not None
        ],
    )
    lines.call_back(work, sender_id)


def land(
    work: Work,
    line: DeliveryLine,
    file: Held | CaseFile,
    place: Place | Spot,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    undo: bool = False,
) -> None:
    """Let a file that is on its way stand at a place; its line carries it no longer."""
    placing.stand(
        work,
        file,
        place,
        FileAction.ARRIVE,
        how=how,
        happened_at=happened_at,
        subjects=[f"delivery:{line.delivery_id}"],
        facts={"delivery": line.delivery_id, "line": line.id, "how": how.value, "undo": undo},
    )
    lines.release(line)
    work.session.flush()


def turn_up(
    work: Work,
    line: DeliveryLine,
    file: Held,
    place: Place | Spot,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
) -> None:
    """Record that a piece dispatched and never received is somewhere after all; its old record stands."""
    land(work, line, file, place, how=how, happened_at=happened_at)
    _tell_turned_up(work, line, file, place, how, happened_at)


def _tell_turned_up(
    work: Work,
    line: DeliveryLine,
    file: Held | CaseFile,
    place: Place | Spot,
    how: Evidence,
    happened_at: datetime | None,
) -> None:
    lines.note_turned_up(line, happened_at or work.now, display_names.person(work.actor))
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_PIECE_TURNED_UP,
        f"delivery:{line.delivery_id}",
        subjects=[file.stream],
        happened_at=happened_at,
        line=line.id,
        file=file.id,
        place=place.id,
        how=how.value,
    )


def take_off_again(work: Work, line: DeliveryLine, file: Held | CaseFile) -> None:
    """Put a file back on its way because its arrival was recorded by mistake."""
    history.advance(
        work,
        file,
        FileAction.DISPATCH,
        subjects=[f"delivery:{line.delivery_id}"],
        delivery=line.delivery_id,
        line=line.id,
        undo=True,
    )
    lines.carry_again(line)
    work.session.flush()


# Missed on the way


def hold_deliveries(work: Work, file_ids: Sequence[int]) -> None:
    """Lock the deliveries that carry some files, before the files themselves: as whoever receives does."""
    carrying = select(_LINE.c.delivery_id).where(_LINE.c.file_id.in_(file_ids), _LINE.c.in_transit)
    for delivery_id in sorted(set(work.connection.execute(carrying).scalars())):
        lines.lock(work, delivery_id)


def lose(work: Work, file: CaseFile, incident_id: int) -> None:
    """Let the line go that carried a file now declared lost: the incident explains that it never came."""
    line = line_of(work, file.id)
    if line is None:
        return
    lines.release(line)
    share = lines.sender(work, line.sender_id)
    named = lines.note(work, share, DifferenceKind.PACKED_NOT_RECEIVED, line_id=line.id)
    if named.open:
        lines.settle(work, [named], DifferenceReason.SUSPECTED_LOSS, incident_id=incident_id)


def found(work: Work, file: CaseFile, place: Place, *, how: Evidence, happened_at: datetime) -> bool:
    """Record that a piece an incident looked for is found after its delivery closed; False when it was none.

    One still on its way lands; one declared lost stands where it was found already.
    """
    line = _missed_line(work, file.id)
    if line is None or lines.delivery(work, line.delivery_id).status is not DeliveryState.CLOSED:
        return False
    if line.in_transit and file.status is Custody.IN_TRANSIT:
        land(work, line, file, place, how=how, happened_at=happened_at)
    _tell_turned_up(work, line, file, place, how, happened_at)
    return True


def _missed_line(work: Work, file_id: int) -> DeliveryLine | None:
    """Return the line by which a file left and never came, unless it has turned up since."""
    last = (
        select(DeliveryLine)
        .where(_LINE.c.file_id == file_id, _LINE.c.packed_crate_id.is_not(None))
        .order_by(_LINE.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    line: DeliveryLine | None = work.session.execute(last).scalar_one_or_none()
    return line if line and line.received_at is None and line.turned_up_at is None else None
