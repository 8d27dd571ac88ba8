"""Scans at a delivery: the same label packs, receives or sweeps, by what the person is doing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.deliveries import lines, packing, receiving, transit
from archive.files import files, sightings
from archive.files.files import Held
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import DeliveryCrate, DeliveryLine, DeliverySender, Place
from archive.places import places
from archive.places.places import Spot
from archive.programme import emptying as room_emptying
from archive.vocabulary import (
    Custody,
    DeliveryState,
    Evidence,
    LabelState,
    PlaceKind,
    ScanOutcome,
    SenderState,
)
from archive.vocabulary.wording import N_

UNDOABLE = frozenset(
    {
        ScanOutcome.PACKED,
        ScanOutcome.PACKED_UNLISTED,
        ScanOutcome.REPACKED,
        ScanOutcome.RECEIVED,
        ScanOutcome.RECEIVED_UNEXPECTED,
    }
)
_PACKING = frozenset({ScanOutcome.PACKED, ScanOutcome.PACKED_UNLISTED, ScanOutcome.REPACKED})
_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_ON_ITS_WAY = select(_LINE.c.id).where(_LINE.c.file_id == bindparam("file_id"), _LINE.c.in_transit)


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What was scanned: the label's state and what it stands for, the code of the chosen crate, and when."""

    code: str
    state: LabelState | None
    file_id: int | None
    place_id: int | None
    context: str | None
    happened_at: datetime
    scan_id: str
    late: bool

    @property
    def seen(self) -> dict[str, Any]:
        """Return how a sighting by this scan is recorded."""
        return {"how": Evidence.SCAN, "happened_at": self.happened_at, "scan_id": self.scan_id}


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a scan led to: codes and ids only."""

    outcome: ScanOutcome
    file_id: int | None = None
    place_id: int | None = None
    incident_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def take(work: Work, task: str, read: ScanContext) -> TaskResult | None:
    """Answer a scan at a task, `pack:7`, `receive:3` or `sweep:2`; None where it means nothing special."""
    kind, _colon, number = task.partition(":")
    if not is_number(number) or kind not in _TASKS:
        raise Invalid("task_unknown", N_("What you are doing is not known. Begin again from its page."))
    return _TASKS[kind](work, int(number), read)


# Packing


def _pack(work: Work, sender_id: int, read: ScanContext) -> TaskResult | None:
    share = lines.sender(work, sender_id)
    lines.lock(work, share.delivery_id)
    if read.state is LabelState.VOID:
        return None
    if read.place_id is not None:
        crate = packing.take_crate(work, share, places.get(work, read.place_id))
        return TaskResult(ScanOutcome.CRATE_CHOSEN, place_id=crate.place_id, facts={"crate": crate.id})
    if read.state is None:
        return None
    crate = _chosen(work, share, read)
    if read.file_id is None:
        packed = packing.pack_unknown(
            work, crate, code=read.code, how=Evidence.SCAN, happened_at=read.happened_at
        )
        return TaskResult(packed.outcome, place_id=crate.place_id, facts=packed.facts)
    file = files.held(work, read.file_id)
    return _not_to_be_had(work, file, crate, read) or _packed(work, share, crate, file, read)


def _chosen(work: Work, share: DeliverySender, read: ScanContext) -> DeliveryCrate:
    """Return the crate chosen before, taken for the sender if it was not yet."""
    place = _crate_place(work, read)
    known = lines.open_crate(work, place.id)
    if known is not None and known.sender_id == share.id:
        return known
    return packing.take_crate(work, share, place)


def _crate_place(work: Work, read: ScanContext) -> Place:
    if not read.context:
        raise Conflict("crate_first", N_("Scan the crate first, then what goes into it or comes out of it."))
    return places.by_code(work, read.context)


def _packed(
    work: Work, share: DeliverySender, crate: DeliveryCrate, file: Held, read: ScanContext
) -> TaskResult:
    if share.status is SenderState.ON_THE_WAY and _before(read, share.dispatched_at) and crate.open:
        packed = packing.pack_late(work, crate, file, happened_at=read.happened_at, scan_id=read.scan_id)
    else:
        packed = packing.pack(work, crate, file, **read.seen)
    return TaskResult(packed.outcome, file.id, crate.place_id, packed.incident_id, packed.facts)


def _before(read: ScanContext, moment: datetime | None) -> bool:
    return moment is not None and read.happened_at <= moment


def _not_to_be_had(work: Work, file: Held, crate: DeliveryCrate, read: ScanContext) -> TaskResult | None:
    """Answer for a file that is declared lost, or of which something later than the scan is known."""
    lost = file.status is Custody.LOST
    overtaken = file.status is Custody.ON_PLACE and read.happened_at < file.placed_at
    if file.status is Custody.ON_LOAN:
        loan = loans.open_loan(work, file.id)
        overtaken = loan is not None and read.happened_at < loan.out_at
    if read.late and not overtaken:
        overtaken = sightings.later(work, file.id, read.happened_at)
    if not lost and not overtaken:
        return None
    incident_id = sightings.record(work, file, crate.place_id, **read.seen)
    outcome = ScanOutcome.WANTED if lost else ScanOutcome.SEEN_LATE
    return TaskResult(outcome, file.id, crate.place_id, incident_id)


# Receiving


def _receive(work: Work, delivery_id: int, read: ScanContext) -> TaskResult | None:
    lines.lock(work, delivery_id)
    if read.place_id is not None:
        return _crate_scanned(work, delivery_id, places.get(work, read.place_id))
    crate = _crate_received(work, delivery_id, _crate_place(work, read))
    file = _file_meant(work, read)
    if file is None:
        got = receiving.receive_unknown(
            work, crate, code=read.code, how=Evidence.SCAN, happened_at=read.happened_at
        )
        return TaskResult(got.outcome, None, crate.place_id, None, got.facts)
    if lines.delivery(work, crate.delivery_id).status is DeliveryState.CLOSED:
        return _after_closing(work, crate, file, read)
    if file.status is not Custody.IN_TRANSIT and (late := _not_to_be_had(work, file, crate, read)):
        return late
    got = receiving.receive(work, crate, file, void_label=read.state is LabelState.VOID, **read.seen)
    return TaskResult(got.outcome, file.id, crate.place_id, got.incident_id, got.facts)


def _crate_scanned(work: Work, delivery_id: int, place: Place) -> TaskResult:
    crate = _crate_received(work, delivery_id, place)
    news = receiving.arrive(work, crate)
    outcome = ScanOutcome.CRATE_ARRIVED if news else ScanOutcome.CRATE_CHOSEN
    facts = {"crate": crate.id, "seal": crate.seal is not None and crate.seal_whole is None}
    return TaskResult(outcome, place_id=place.id, facts=facts)


def _crate_received(work: Work, delivery_id: int, place: Place) -> DeliveryCrate:
    """Return the crate as it is in use: of this delivery, else of the one it belongs to."""
    if place.kind is not PlaceKind.CRATE:
        raise Invalid("not_a_crate", N_("Scan a crate, not a %(kind)s."), kind=place.kind.label)
    uses = work.session.scalars(
        select(DeliveryCrate)
        .where(col(DeliveryCrate.place_id) == place.id)
        .order_by(
            col(DeliveryCrate.open).desc(),
            (col(DeliveryCrate.delivery_id) == delivery_id).desc(),
            col(DeliveryCrate.id).desc(),
        )
        .limit(1)
    ).first()
    if uses is None:
        raise Conflict("crate_unknown", N_("This crate is in no delivery. Choose it as a place instead."))
    return uses


def _file_meant(work: Work, read: ScanContext) -> Held | None:
    """Return the file a label stands for, also a void one; nothing for a piece that is in no register."""
    if read.file_id is None:
        return None
    file = files.held(work, read.file_id)
    if file.status is not Custody.VOID:
        return file
    right = files.right_one(work, files.get(work, file.id))
    return files.held(work, right.id) if right else None


def _after_closing(work: Work, crate: DeliveryCrate, file: Held, read: ScanContext) -> TaskResult | None:
    line = transit.line_of(work, file.id)
    if line is None:
        return None
    place = places.get(work, crate.place_id)
    got = receiving.land_elsewhere(work, line, file, place, **read.seen)
    return TaskResult(got.outcome, file.id, place.id, got.incident_id, got.facts)


# Sweeping, and what is scanned at no task


def _sweep(work: Work, emptying_id: int, read: ScanContext) -> TaskResult | None:
    if read.state is None or read.state is LabelState.BLANK:
        return None
    emptying = room_emptying.get(work, emptying_id)
    if read.place_id is not None:
        news = room_emptying.sweep(work, emptying, places.get(work, read.place_id))
        return TaskResult(ScanOutcome.SWEPT if news else ScanOutcome.REPEATED, place_id=read.place_id)
    file = _file_meant(work, read)
    if file is None:
        return None
    place = places.by_code(work, read.context) if read.context else None
    incident_id = room_emptying.left_over(work, emptying, file, place, **read.seen)
    return TaskResult(ScanOutcome.LEFT_OVER, file.id, place.id if place else None, incident_id)


_TASKS = {"pack": _pack, "receive": _receive, "sweep": _sweep}


def at_no_task(
    work: Work, file_id: int, status: Custody, place: Spot, read: ScanContext
) -> TaskResult | None:
    """Answer a plain scan of a file at a place where a delivery has a say; None where it has none.

    A file on its way has arrived where it is scanned; a crate being packed takes up what is scanned into it.
    """
    if status is Custody.IN_TRANSIT:
        return _arrived(work, file_id, place, read)
    if place.kind is not PlaceKind.CRATE:
        return None
    crate = lines.open_crate(work, place.id)
    if crate is None:
        return None
    share = lines.sender(work, crate.sender_id)
    if share.status not in {SenderState.WAITING, SenderState.PACKING}:
        return None
    lines.lock(work, crate.delivery_id)
    file = files.held(work, file_id)
    return _not_to_be_had(work, file, crate, read) or _packed(work, share, crate, file, read)


def _arrived(work: Work, file_id: int, place: Spot, read: ScanContext) -> TaskResult | None:
    carried = work.connection.execute(_ON_ITS_WAY, {"file_id": file_id}).scalar()
    if carried is None:
        return None
    line = lines.line(work, carried)
    delivery = lines.lock(work, line.delivery_id)
    share = lines.sender(work, line.sender_id)
    file = files.held(work, file_id)
    if file.status is not Custody.IN_TRANSIT:
        return None
    if share.dispatched_at is not None and read.happened_at < share.dispatched_at:
        incident_id = sightings.record(work, file, place.id, **read.seen)
        return TaskResult(ScanOutcome.SEEN_LATE, file.id, place.id, incident_id)
    crate = lines.open_crate(work, place.id)
    if crate is not None and crate.arrived_at and delivery.status in receiving.ON:
        got = receiving.receive(work, crate, file, **read.seen)
    else:
        got = receiving.land_elsewhere(work, line, file, places.get(work, place.id), **read.seen)
    return TaskResult(got.outcome, file.id, place.id, got.incident_id, got.facts)


def undo(work: Work, outcome: ScanOutcome, scan_id: str, facts: dict[str, Any]) -> None:
    """Take back what a scan at a delivery did, while its step is still on; raises Conflict after that."""
    if "line" not in facts:
        raise Conflict("nothing_to_undo", N_("This scan moved nothing, so there is nothing to undo."))
    line = lines.line(work, facts["line"])
    file_id = line.file_id
    if outcome in _PACKING:
        packing.undo(work, line, facts)
    else:
        receiving.undo(work, line, facts, expected_version=facts.get("version"))
    if file_id is not None:
        sightings.forget(work, file_id, scan_id)
