"""Scans at a delivery: the same label packs or receives, by what the person is doing."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.deliveries import lines, packing, receiving, transit
from archive.files import files, precedence, sightings
from archive.files.files import Held
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import DeliveryCrate, DeliveryLine, DeliverySender, Place, Scan
from archive.places import places
from archive.places.places import Spot
from archive.scanning import contract
from archive.scanning.contract import OutcomeRow, ScanContext, ScanResult, Signal
from archive.vocabulary import (
    Custody,
    DeliveryState,
    Evidence,
    LabelState,
    PlaceKind,
    SenderState,
)
from archive.vocabulary import ScanOutcome as O
from archive.vocabulary.wording import N_

_LINE = DeliveryLine.__table__  # type: ignore[attr-defined]
_ON_ITS_WAY = select(_LINE.c.id).where(_LINE.c.file_id == bindparam("file_id"), _LINE.c.in_transit)


# Packing


@contract.task("pack")
def _pack(work: Work, sender_id: int, read: ScanContext) -> ScanResult | None:
    share = lines.sender(work, sender_id)
    lines.lock(work, share.delivery_id)
    if read.state is LabelState.VOID:
        return None
    if read.place_id is not None:
        crate = packing.take_crate(work, share, places.get(work, read.place_id))
        return ScanResult(O.CRATE_CHOSEN, place_id=crate.place_id, facts={"crate": crate.id})
    if read.state is None:
        return None
    crate = _chosen(work, share, read)
    if read.file_id is None:
        packed = packing.pack_unknown(
            work, crate, code=read.code, how=Evidence.SCAN, happened_at=read.happened_at
        )
        return ScanResult(packed.outcome, place_id=crate.place_id, facts=packed.facts)
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
) -> ScanResult:
    before = precedence.is_older(work, read.happened_at, share.dispatched_at)
    if share.status is SenderState.ON_THE_WAY and before and crate.open:
        packed = packing.pack_late(work, crate, file, happened_at=read.happened_at, scan_id=read.scan_id)
    else:
        packed = packing.pack(work, crate, file, **read.seen)
    return ScanResult(packed.outcome, file.id, crate.place_id, packed.incident_id, packed.facts)


def _not_to_be_had(work: Work, file: Held, crate: DeliveryCrate, read: ScanContext) -> ScanResult | None:
    """Answer for a file that is declared lost, or of which something later than the scan is known."""
    lost = file.status is Custody.LOST
    if not lost and not precedence.overtaken(work, file, read.happened_at, loans.lent_at(work, file)):
        return None
    incident_id = sightings.record(work, file, crate.place_id, **read.seen)
    outcome = O.WANTED if lost else O.SEEN_LATE
    return ScanResult(outcome, file.id, crate.place_id, incident_id)


# Receiving


@contract.task("receive")
def _receive(work: Work, delivery_id: int, read: ScanContext) -> ScanResult | None:
    lines.lock(work, delivery_id)
    if read.place_id is not None:
        return _crate_scanned(work, delivery_id, places.get(work, read.place_id))
    crate = _crate_received(work, delivery_id, _crate_place(work, read))
    file = contract.file_meant(work, read)
    if file is None:
        got = receiving.receive_unknown(
            work, crate, code=read.code, how=Evidence.SCAN, happened_at=read.happened_at
        )
        return ScanResult(got.outcome, None, crate.place_id, None, got.facts)
    if lines.delivery(work, crate.delivery_id).status is DeliveryState.CLOSED:
        return _after_closing(work, crate, file, read)
    if file.status is not Custody.IN_TRANSIT and (late := _not_to_be_had(work, file, crate, read)):
        return late
    got = receiving.receive(work, crate, file, void_label=read.state is LabelState.VOID, **read.seen)
    return ScanResult(got.outcome, file.id, crate.place_id, got.incident_id, got.facts)


def _crate_scanned(work: Work, delivery_id: int, place: Place) -> ScanResult:
    crate = _crate_received(work, delivery_id, place)
    news = receiving.arrive(work, crate)
    outcome = O.CRATE_ARRIVED if news else O.CRATE_CHOSEN
    facts = {"crate": crate.id, "seal": crate.seal is not None and crate.seal_whole is None}
    return ScanResult(outcome, place_id=place.id, facts=facts)


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


def _after_closing(work: Work, crate: DeliveryCrate, file: Held, read: ScanContext) -> ScanResult | None:
    line = transit.line_of(work, file.id)
    if line is None:
        return None
    place = places.get(work, crate.place_id)
    got = receiving.land_elsewhere(work, line, file, place, **read.seen)
    return ScanResult(got.outcome, file.id, place.id, got.incident_id, got.facts)


# At no task


@contract.at_no_task.answer
def _at_no_task(
    work: Work, file_id: int, status: Custody, place: Spot, read: ScanContext
) -> ScanResult | None:
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


def _arrived(work: Work, file_id: int, place: Spot, read: ScanContext) -> ScanResult | None:
    carried = work.connection.execute(_ON_ITS_WAY, {"file_id": file_id}).scalar()
    if carried is None:
        return None
    line = lines.line(work, carried)
    delivery = lines.lock(work, line.delivery_id)
    share = lines.sender(work, line.sender_id)
    file = files.held(work, file_id)
    if file.status is not Custody.IN_TRANSIT:
        return None
    if precedence.overtaken(work, file, read.happened_at, share.dispatched_at):
        incident_id = sightings.record(work, file, place.id, **read.seen)
        return ScanResult(O.SEEN_LATE, file.id, place.id, incident_id)
    crate = lines.open_crate(work, place.id)
    if crate is not None and crate.arrived_at and delivery.status in receiving.ON:
        got = receiving.receive(work, crate, file, **read.seen)
    else:
        got = receiving.land_elsewhere(work, line, file, places.get(work, place.id), **read.seen)
    return ScanResult(got.outcome, file.id, place.id, got.incident_id, got.facts)


# Taking back


def _take_back_packing(work: Work, scan: Scan) -> None:
    line, facts = _line_of(work, scan)
    file_id = line.file_id
    packing.undo(work, line, facts)
    _forget(work, file_id, scan)


def _take_back_receipt(work: Work, scan: Scan) -> None:
    line, facts = _line_of(work, scan)
    file_id = line.file_id
    receiving.undo(work, line, facts, expected_version=facts.get("version"))
    _forget(work, file_id, scan)


def _line_of(work: Work, scan: Scan) -> tuple[DeliveryLine, dict[str, Any]]:
    facts = scan.facts or {}
    if "line" not in facts:
        raise contract.nothing_to_undo()
    return lines.line(work, facts["line"]), facts


def _forget(work: Work, file_id: int | None, scan: Scan) -> None:
    if file_id is not None:
        sightings.forget(work, file_id, scan.id)


contract.tell(
    OutcomeRow(
        O.CRATE_CHOSEN,
        Signal.INFO,
        N_("Pack into %(thing)s"),
        N_("Now scan what goes into it, one scan each."),
        chooses=True,
    ),
    OutcomeRow(
        O.PACKED,
        Signal.OK,
        N_("Packed: %(thing)s"),
        N_("Lies in: %(place)s"),
        take_back=_take_back_packing,
    ),
    OutcomeRow(
        O.PACKED_UNLISTED,
        Signal.WARNING,
        N_("Not on the list: %(thing)s"),
        N_("It goes along and is noted as standing on the shelf without being listed."),
        take_back=_take_back_packing,
        unregistered=True,
    ),
    OutcomeRow(
        O.PACKED_ALREADY,
        Signal.INFO,
        N_("Packed already: %(thing)s"),
        N_("It lies in this crate already. Nothing was done a second time."),
    ),
    OutcomeRow(
        O.REPACKED,
        Signal.OK,
        N_("Packed anew: %(thing)s"),
        N_("It lay in another crate and lies now in: %(place)s"),
        take_back=_take_back_packing,
    ),
    OutcomeRow(
        O.CRATE_ARRIVED,
        Signal.OK,
        N_("Here: %(thing)s"),
        N_("Look at the seal. Then take out one piece at a time and scan it."),
        chooses=True,
    ),
    OutcomeRow(
        O.RECEIVED,
        Signal.OK,
        N_("Received: %(thing)s"),
        N_("From: %(place)s"),
        take_back=_take_back_receipt,
    ),
    OutcomeRow(
        O.RECEIVED_UNEXPECTED,
        Signal.WARNING,
        N_("Not expected: %(thing)s"),
        N_("It is received, and stands among the differences until somebody says why."),
        take_back=_take_back_receipt,
        unregistered=True,
    ),
    OutcomeRow(
        O.RECEIVED_ALREADY,
        Signal.INFO,
        N_("Received already: %(thing)s"),
        N_("It was received before. Nothing was done a second time."),
        unregistered=True,
    ),
    OutcomeRow(
        O.RECEIVED_TWICE,
        Signal.REFUSED,
        N_("Received twice: %(thing)s"),
        N_("It was received out of another crate. Lay both aside: two covers may bear the same label."),
        unregistered=True,
    ),
    OutcomeRow(
        O.TURNED_UP,
        Signal.WARNING,
        N_("Turned up: %(thing)s"),
        N_("The delivery was closed without it. The old record stands; this stands beside it."),
    ),
)
