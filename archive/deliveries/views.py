"""What people see of a delivery: its pieces, crates and differences, masked, in the order of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checks
from archive.deliveries import lines
from archive.files import masking, wanted
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    Delivery,
    DeliveryCrate,
    DeliveryLine,
    DeliverySender,
    Difference,
    FileKind,
    Place,
    Unit,
)
from archive.places import paths
from archive.vocabulary import (
    DifferenceKind,
    DifferenceReason,
    LeftOut,
    Permission,
    PlaceKind,
    SenderState,
)
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import _
from labels import codes

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_KIND = FileKind.__table__  # type: ignore[attr-defined]
_ROWS = (
    select(
        _LINE,
        _FILE.c.code.label("file_code"),
        _FILE.c.reference.label("file_reference"),
        _FILE.c.part,
        _FILE.c.parts,
        _FILE.c.protected,
        _FILE.c.closed_on,
        _FILE.c.kind_id,
    )
    .select_from(_LINE.outerjoin(_FILE, _FILE.c.id == _LINE.c.file_id))
    .where(_LINE.c.left_out.is_distinct_from(LeftOut.UNDONE))
    .order_by(_LINE.c.sender_id, _LINE.c.row)
)

_DIFFERENCE = Difference.__table__  # type: ignore[attr-defined]
LISTED = _LINE.c.listed & _LINE.c.left_out.is_(None)
LEFT_OUT = _LINE.c.left_out.is_not(None)
UNLISTED = ~_LINE.c.listed
WAITING = _LINE.c.left_out.is_(None) & _LINE.c.packed_crate_id.is_(None) & _LINE.c.not_found_at.is_(None)
PACKED = _LINE.c.packed_crate_id.is_not(None)
NOT_FOUND = _LINE.c.not_found_at.is_not(None) & _LINE.c.packed_at.is_(None)
TURNED_UP = _LINE.c.turned_up_at.is_not(None)
_COUNTED: Mapping[str, ColumnElement[bool]] = {
    "listed": LISTED,
    "left_out": LEFT_OUT,
    "packed": PACKED,
    "received": _LINE.c.received_at.is_not(None),
    "turned_up": TURNED_UP,
    "unlisted": UNLISTED & PACKED,
    "not_found": NOT_FOUND,
    "waiting": WAITING,
}
_COUNTS = select(*(func.count(case((what, 1))).label(name) for name, what in _COUNTED.items())).where(
    _LINE.c.sender_id == bindparam("sender"), _LINE.c.left_out.is_distinct_from(LeftOut.UNDONE)
)
_DIFFERENCES = (
    select(_DIFFERENCE.c.kind, _DIFFERENCE.c.open, func.count().label("many"))
    .where(_DIFFERENCE.c.sender_id == bindparam("sender"))
    .group_by(_DIFFERENCE.c.kind, _DIFFERENCE.c.open)
)
_PACKED_IN = (
    select(_LINE.c.packed_crate_id, _LINE.c.packed_by, func.count().label("many"))
    .where(_LINE.c.delivery_id == bindparam("delivery"), _LINE.c.packed_crate_id.is_not(None))
    .group_by(_LINE.c.packed_crate_id, _LINE.c.packed_by)
)
_RECEIVED_IN = (
    select(_LINE.c.received_crate_id, func.count().label("many"))
    .where(_LINE.c.delivery_id == bindparam("delivery"), _LINE.c.received_crate_id.is_not(None))
    .group_by(_LINE.c.received_crate_id)
)


@dataclass(frozen=True, slots=True)
class Share:
    """Who sends: the heading of every paper of a delivery. `number` is that of its delivery note."""

    delivery_id: int
    sender_id: int
    number: str
    day: date
    state: SenderState
    place: str
    unit: str
    driver: str
    dispatched_at: datetime | None
    dispatched_by: str
    signed_at: datetime | None
    signed_by: str

    @property
    def name(self) -> str:
        """Return who sends, as one would say it."""
        return f"{self.unit}, {self.place}" if self.unit else self.place


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece as it may stand on paper; of a sealed envelope only the code."""

    line_id: int
    row: int
    code: str
    reference: str
    part: str
    letter: str
    envelope: bool
    registered: bool
    wanted: bool
    place: str
    planned_crate: int | None
    packed_crate: int | None
    received_crate: int | None
    left_out: LeftOut | None
    not_found_by: str
    file_code: str
    turned_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Crate:
    """One crate of a sender; `pieces` is unknown to the receiver until the crate is said to be empty."""

    id: int
    number: int
    name: str
    code: str
    seal: str
    pieces: int | None
    received: int
    arrived_at: datetime | None
    emptied_at: datetime | None
    seal_seen: str
    seal_whole: bool | None
    packers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedDifference:
    """One difference as papers and pages show it."""

    id: int
    kind: DifferenceKind
    piece: Piece | None
    crate: int | None
    other_crate: int | None
    found_at: datetime
    found_by: str
    reason: DifferenceReason | None
    note: str
    incident_id: int | None
    explained_at: datetime | None
    explained_by: str

    @property
    def crates(self) -> str:
        """Return the crate it is about, or the one packed and the one it came in: `1 / 2`."""
        first = self.crate or (self.piece.packed_crate if self.piece else None)
        return " / ".join(str(number) for number in dict.fromkeys((first, self.other_crate)) if number)


@dataclass(slots=True)
class PieceFigures:
    """How many pieces of a sender, or of a delivery, are where; None is not told yet: see `blind`."""

    listed: int | None = 0
    left_out: int = 0
    packed: int | None = 0
    received: int = 0
    turned_up: int = 0
    unlisted: int | None = 0
    not_found: int | None = 0
    waiting: int | None = 0
    open_differences: int = 0
    differences: dict[DifferenceKind, int] = field(default_factory=dict)
    covers_left: int = 0


UNTOLD = ("listed", "packed", "unlisted", "not_found", "waiting")


def blind(work: Work, share: DeliverySender) -> bool:
    """Tell whether the actor is not told yet how many pieces a sender packed, or which.

    From dispatch until every crate is said to be empty, whoever may receive counts what comes. Whoever
    packed, sealed or sent it knows anyway, and those who never receive may; once the receipt is signed, all.
    """
    if share.status is not SenderState.ON_THE_WAY or not work.actor.may(Permission.RECEIVE):
        return False
    person = display_names.person(work.actor)
    if work.actor.user_id is None or person == share.dispatched_by:
        return False
    sent = lines.crates(work, sender_id=share.id)
    packed = select(_LINE.c.id).where(_LINE.c.sender_id == share.id, _LINE.c.packed_by == person).limit(1)
    if any(one.sealed_by == person for one in sent) or work.connection.execute(packed).first():
        return False
    return any(one.origin_id is not None and one.emptied_at is None for one in sent)


def heading(work: Work, share: DeliverySender) -> Share:
    """Return who sends, when and what number the note has."""
    delivery = lines.delivery(work, share.delivery_id)
    unit = work.session.get(Unit, share.unit_id) if share.unit_id else None
    by = display_names.names(work, filter(None, (share.dispatched_by, share.signed_by)))
    return Share(
        delivery.id,
        share.id,
        f"{delivery.id}-{share.number}",
        delivery.day,
        share.status,
        paths.name_of(paths.steps(work, [share.place_id]).get(share.place_id, ())),
        unit.name if unit else "",
        share.driver,
        share.dispatched_at,
        by.get(share.dispatched_by or "", ""),
        share.signed_at,
        by.get(share.signed_by or "", ""),
    )


def pieces(
    work: Work, share: DeliverySender, *which: ColumnElement[bool], limit: int | None = None
) -> list[Piece]:
    """Return pieces of a sender, by row, but for what was undone; `which` is as in `lines_of`."""
    work.require(Permission.DELIVER)
    return [piece for piece, _line in lines_of(work, share, *which, limit=limit)]


def lines_of(
    work: Work, share: DeliverySender, *which: ColumnElement[bool], limit: int | None = None
) -> list[tuple[Piece, Any]]:
    """Return the pieces of a sender with their rows as stored, by row, but for what was undone.

    `which` are conditions as `LISTED` and `WAITING`, or `after(row)`, to go on where a page ended.
    """
    rows = work.connection.execute(_ROWS.where(_LINE.c.sender_id == share.id, *which).limit(limit)).all()
    numbers = {one.id: one.number for one in lines.crates(work, delivery_id=share.delivery_id)}
    shown = paths.steps(work, {row.place_id for row in rows if row.place_id and not row.protected})
    sought = _sought(work, [row.file_id for row in rows if row.file_id and row.received_at is None])
    letters = {
        kind.id: masking.shown_letter(kind, work.actor) for kind in work.session.scalars(select(FileKind))
    }
    who = display_names.names(work, {row.not_found_by for row in rows if row.not_found_by})
    return [(_piece(row, numbers, shown, sought, letters, who), row) for row in rows]


def after(row: int) -> ColumnElement[bool]:
    """Return the condition that a piece stands after a row of its list."""
    condition: ColumnElement[bool] = _LINE.c.row > row
    return condition


def packed_in(crate: DeliveryCrate) -> ColumnElement[bool]:
    """Return the condition that a piece was packed in a crate."""
    condition: ColumnElement[bool] = _LINE.c.packed_crate_id == crate.id
    return condition


def _sought(work: Work, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        found |= wanted.by_file(work, ids[start : start + 500]).keys()
    return found


def _piece(
    row: Any,
    numbers: Mapping[int, int],
    shown: Mapping[int, Sequence[paths.PathStep]],
    sought: set[int],
    letters: Mapping[int, str],
    who: Mapping[str, str],
) -> Piece:
    registered, envelope = row.file_id is not None, bool(row.protected)
    part = ""
    if registered and not envelope and row.parts > 1:
        part = _("part %(part)s of %(parts)s", part=row.part, parts=row.parts)
    code = row.file_code or row.code or ""
    return Piece(
        line_id=row.id,
        row=row.row,
        code=codes.grouped(code) if code else "",
        reference="" if envelope else (row.file_reference or row.reference),
        part=part,
        letter="" if envelope or not registered else letters.get(row.kind_id, ""),
        envelope=envelope,
        registered=registered,
        wanted=row.file_id in sought,
        place="" if envelope else paths.name_of(shown.get(row.place_id, ())),
        planned_crate=row.planned_crate,
        packed_crate=numbers.get(row.packed_crate_id),
        received_crate=numbers.get(row.received_crate_id),
        left_out=row.left_out,
        not_found_by=who.get(row.not_found_by, "") if row.not_found_by else "",
        file_code=row.file_code or "",
        turned_up_at=row.turned_up_at,
    )


def crates(work: Work, share: DeliverySender, *, blind: bool = True) -> list[Crate]:
    """Return the crates of a sender; blind, how many were packed is told of those said to be empty."""
    found = lines.crates(work, sender_id=share.id)
    places_of = {
        place.id: place
        for place in work.session.scalars(
            select(Place).where(col(Place.id).in_([one.place_id for one in found]))
        )
    }
    packed = _per_crate(work, share.delivery_id)
    received = _received_per_crate(work, share.delivery_id)
    who = display_names.names(work, {person for _count, people in packed.values() for person in people})
    return [
        Crate(
            one.id,
            one.number,
            places_of[one.place_id].name,
            places_of[one.place_id].code,
            one.seal or "",
            None if blind and one.emptied_at is None else packed.get(one.id, (0, set()))[0],
            received.get(one.id, 0),
            one.arrived_at,
            one.emptied_at,
            one.seal_seen or "",
            one.seal_whole,
            tuple(sorted((who[person] for person in packed.get(one.id, (0, set()))[1]), key=swedish)),
        )
        for one in found
    ]


def _per_crate(work: Work, delivery_id: int) -> dict[int, tuple[int, set[str]]]:
    found: dict[int, tuple[int, set[str]]] = {}
    for crate_id, person, many in work.connection.execute(_PACKED_IN, {"delivery": delivery_id}):
        count, people = found.get(crate_id, (0, set()))
        found[crate_id] = (count + many, people | {person})
    return found


def _received_per_crate(work: Work, delivery_id: int) -> dict[int, int]:
    rows = work.connection.execute(_RECEIVED_IN, {"delivery": delivery_id})
    return {crate_id: many for crate_id, many in rows}  # noqa: C416 - rows are no pairs to mypy


def named(work: Work, share: DeliverySender) -> list[NamedDifference]:
    """Return the differences of a sender, in the order they were found."""
    numbers = {one.id: one.number for one in lines.crates(work, delivery_id=share.delivery_id)}
    found = work.session.scalars(
        select(Difference).where(col(Difference.sender_id) == share.id).order_by(col(Difference.id))
    ).all()
    who = display_names.names(
        work, {person for one in found for person in (one.found_by, one.explained_by) if person}
    )
    of_line = pieces_of(work, [one.line_id for one in found if one.line_id])
    return [
        NamedDifference(
            one.id,
            one.kind,
            of_line.get(one.line_id or 0),
            numbers.get(one.crate_id or 0),
            numbers.get(one.other_crate_id or 0),
            one.found_at,
            who[one.found_by],
            one.reason,
            one.note,
            one.incident_id,
            one.explained_at,
            who.get(one.explained_by or "", ""),
        )
        for one in found
    ]


def pieces_of(work: Work, line_ids: Sequence[int]) -> dict[int, Piece]:
    """Return pieces by the id of their line: also those of other senders and deliveries found among these."""
    found: dict[int, Piece] = {}
    shares: dict[int, list[int]] = {}
    for start in range(0, len(line_ids), 500):
        some = select(_LINE.c.id, _LINE.c.sender_id).where(_LINE.c.id.in_(line_ids[start : start + 500]))
        for line_id, sender_id in work.connection.execute(some):
            shares.setdefault(sender_id, []).append(line_id)
    for sender_id, ids in shares.items():
        share = lines.sender(work, sender_id)
        for start in range(0, len(ids), 500):
            rows = lines_of(work, share, _LINE.c.id.in_(ids[start : start + 500]))
            found.update((piece.line_id, piece) for piece, _line in rows)
    return found


def figures(work: Work, share: DeliverySender) -> PieceFigures:
    """Count the pieces of a sender, as far as the actor is told."""
    counts = work.connection.execute(_COUNTS, {"sender": share.id}).mappings().one()
    total = PieceFigures(**counts)
    for one in work.connection.execute(_DIFFERENCES, {"sender": share.id}):
        total.differences[one.kind] = total.differences.get(one.kind, 0) + one.many
        total.open_differences += one.many if one.open else 0
    if blind(work, share):
        for name in UNTOLD:
            setattr(total, name, None)
    return total


def delivery_figures(work: Work, delivery: Delivery) -> PieceFigures:
    """Count the pieces of a whole delivery, and the covers that wait."""
    work.require(Permission.DELIVER)
    total = PieceFigures(covers_left=checks.left(work, delivery.id).total)
    for share in lines.senders(work, delivery.id):
        one = figures(work, share)
        for name in _COUNTED:
            so_far, more = getattr(total, name), getattr(one, name)
            setattr(total, name, None if so_far is None or more is None else so_far + more)
        total.open_differences += one.open_differences
        for kind, count in one.differences.items():
            total.differences[kind] = total.differences.get(kind, 0) + count
    return total


def fetched_from(work: Work) -> list[tuple[int, str]]:
    """Return the open rooms outside the central archive, with their names: where files can be fetched."""
    work.require(Permission.DELIVER)
    rooms = select(Place).where(
        col(Place.kind) == PlaceKind.ROOM, col(Place.central).is_(False), col(Place.closed_at).is_(None)
    )
    found = work.session.scalars(rooms.order_by(col(Place.path))).all()
    known = paths.steps(work, [room.id for room in found])
    return [(room.id, paths.name_of(known[room.id])) for room in found]
