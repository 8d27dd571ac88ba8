"""Pack at the sender: take a crate, put files into it, say what is not there, seal it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.deliveries import lines, transit
from archive.deliveries.lines import lock
from archive.files import files, sightings
from archive.files.files import Held
from archive.history import history
from archive.kernel import free_text
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import CaseFile, Delivery, DeliveryCrate, DeliveryLine, DeliverySender, Place
from archive.places import places
from archive.vocabulary import (
    Custody,
    DeliveryAction,
    DeliveryState,
    DifferenceKind,
    DifferenceReason,
    EventKind,
    Evidence,
    Permission,
    PlaceKind,
    ScanOutcome,
    SenderAction,
    SenderState,
)
from archive.vocabulary.wording import N_

_BY_LATE_SCAN = (DifferenceKind.LISTED_NOT_PACKED, DifferenceKind.RECEIVED_NOT_PACKED)
LONGEST_REFERENCE = 200  # of what is written on a piece
_SEAL = re.compile(r"[A-ZÅÄÖ0-9][A-ZÅÄÖ0-9/-]{0,29}")


@dataclass(slots=True)
class Packed:
    """What packing one piece came to, and what undoing it needs to know."""

    outcome: ScanOutcome
    line: DeliveryLine
    incident_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def begin(work: Work, share: DeliverySender) -> tuple[Delivery, DeliverySender]:
    """Lock a delivery for packing at a sender and note that packing began; raises Conflict when over."""
    work.require(Permission.DELIVER)
    delivery = lock(work, share.delivery_id)
    share = lines.sender(work, share.id)
    if share.status is SenderState.WAITING:
        history.advance(work, share, SenderAction.PACK, subjects=[delivery.stream])
    if delivery.status is DeliveryState.PLANNED:
        history.advance(work, delivery, DeliveryAction.PACK)
    if share.status is not SenderState.PACKING:
        raise Conflict(
            "sender_not_packing",
            N_("Nothing can be packed here now: this sender's share is %(state)s."),
            state=share.status.label,
        )
    return delivery, share


# Crates


def take_crate(work: Work, share: DeliverySender, place: Place) -> DeliveryCrate:
    """Take a crate for a sender; one taken already is simply chosen. Raises Conflict when it cannot be."""
    delivery, share = begin(work, share)
    if place.kind is not PlaceKind.CRATE:
        raise Invalid("not_a_crate", N_("Scan a crate, not a %(kind)s."), kind=place.kind.label)
    place = places.keep_open(work, places.get(work, place.id))
    known = lines.open_crate(work, place.id)
    if known is not None:
        if known.sender_id == share.id:
            return known
        raise Conflict("crate_in_use", N_("This crate is in use for another sender. Take another one."))
    if place.central and files_in(work, place):
        raise Conflict(
            "crate_not_empty",
            N_("Files of an earlier delivery are recorded in this crate. Scan them to their shelves first."),
        )
    last = select(func.coalesce(func.max(col(DeliveryCrate.number)), 0))
    number = int(work.session.scalar(last.where(col(DeliveryCrate.sender_id) == share.id)) or 0) + 1
    crate = DeliveryCrate(
        delivery_id=delivery.id,
        sender_id=share.id,
        number=number,
        place_id=place.id,
        taken_at=work.now,
        taken_by=display_names.person(work.actor),
    )
    work.session.add(crate)
    work.session.flush()
    _bring(work, place, share)
    history.record(
        work,
        EventKind.DELIVERY_CRATE_TAKEN,
        delivery,
        subjects=[place.stream],
        crate=crate.id,
        ordinal=number,
        sender=share.id,
        place=place.id,
    )
    return crate


def _bring(work: Work, place: Place, share: DeliverySender) -> None:
    """Say that a crate scanned at a sender stands there, wherever it stood before."""
    room = places.get(work, share.place_id)
    if place.path.startswith(f"{room.path}."):
        return
    holder = room if PlaceKind.CRATE in places.HOLDS[room.kind] else places.get(work, room.parent_id or 0)
    if place.parent_id != holder.id:
        places.move(work, place, holder)


def files_in(work: Work, place: Place) -> bool:
    """Tell whether any file is recorded in a crate, or in a box in it."""
    statement = (
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*places.subtree(place.path), col(CaseFile.status).in_((Custody.ON_PLACE, Custody.IN_TRANSIT)))
    )
    return work.session.execute(statement.limit(1)).first() is not None


def let_go(work: Work, crate: DeliveryCrate) -> None:
    """Let a crate go that was taken by mistake; raises Conflict when something is packed in it."""
    work.require(Permission.DELIVER)
    delivery = lock(work, crate.delivery_id)
    crate = lines.crate(work, crate.id)
    share = lines.sender(work, crate.sender_id)
    if not crate.open or share.status is not SenderState.PACKING:
        raise Conflict("crate_left", N_("This crate is no longer at the sender."))
    if files_in(work, lines.place_of(work, crate)):
        raise Conflict("crate_packed", N_("Something is packed in this crate. Take it out first."))
    crate.open = False
    work.session.flush()
    history.record(work, EventKind.DELIVERY_CRATE_LET_GO, delivery, crate=crate.id, ordinal=crate.number)


def seal(work: Work, crate: DeliveryCrate, number: str) -> None:
    """Note the number of the seal put on a crate; an empty one says it was opened again."""
    work.require(Permission.DELIVER)
    delivery = lock(work, crate.delivery_id)
    crate = lines.crate(work, crate.id)
    share = lines.sender(work, crate.sender_id)
    if not crate.open or share.status is not SenderState.PACKING:
        raise Conflict("crate_left", N_("This crate is no longer at the sender."))
    crate.seal = seal_number(number)
    crate.sealed_at = work.now if crate.seal else None
    crate.sealed_by = display_names.person(work.actor) if crate.seal else None
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_CRATE_SEALED,
        delivery,
        crate=crate.id,
        ordinal=crate.number,
        seal=crate.seal,
    )


def seal_number(text: str) -> str | None:
    """Read the number of a seal, or None for none; raises Invalid for anything else."""
    number = "".join(text.split()).upper()
    if number and not _SEAL.fullmatch(number):
        raise Invalid(
            "seal_number", N_("A seal number is up to 30 letters and digits, as on the seal."), field="seal"
        )
    return number or None


# Pieces


def pack(
    work: Work,
    crate: DeliveryCrate,
    file: Held,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    scan_id: str | None = None,
) -> Packed:
    """Put a file into a crate: a listed one is ticked, one not listed is taken up as such.

    A file that is lent or on its way according to the register is here after all: it is taken back first.
    """
    delivery, share, crate = _packing_in(work, crate)
    seen: dict[str, Any] = {"how": how, "happened_at": happened_at, "scan_id": scan_id}
    place = places.get(work, crate.place_id)
    _here_after_all(work, share, file, how, happened_at)
    line = lines.claim(work, share, file.id, file.place_id)
    done = Packed(ScanOutcome.PACKED, line)
    if line.packed_crate_id == crate.id and file.place_id == place.id:
        done.outcome = ScanOutcome.PACKED_ALREADY
        done.incident_id = sightings.record(work, file, place.id, **seen)
        return done
    if line.packed_crate_id is not None:
        done.outcome = ScanOutcome.REPACKED
    elif not line.listed and share.listed_at is not None:
        done.outcome = ScanOutcome.PACKED_UNLISTED
        lines.note(work, share, DifferenceKind.ON_SHELF_NOT_LISTED, line_id=line.id)
    done.facts = {"line": line.id, "from": file.place_id, "position": file.position}
    done.facts["crate_before"] = line.packed_crate_id
    if file.place_id != place.id:
        files.move(work, file, place, how=how, happened_at=happened_at)
    done.incident_id = sightings.record(work, file, place.id, told=True, **seen)
    done.facts["version"] = file.version
    _tick(work, delivery, crate, line, how, happened_at)
    return done


def _packing_in(work: Work, crate: DeliveryCrate) -> tuple[Delivery, DeliverySender, DeliveryCrate]:
    share = lines.sender(work, crate.sender_id)
    delivery, share = begin(work, share)
    crate = lines.crate(work, crate.id)
    if not crate.open:
        raise Conflict("crate_let_go", N_("This crate is not in use any more. Scan a crate again."))
    if crate.seal is not None:
        raise Conflict(
            "crate_sealed",
            N_("This crate is sealed (%(seal)s). Take another, or say that the seal was opened."),
            seal=crate.seal,
        )
    return delivery, share, crate


def _here_after_all(
    work: Work, share: DeliverySender, file: Held, how: Evidence, happened_at: datetime | None
) -> None:
    """Take back a file that is out or on its way according to the register: it lies in the packer's hand."""
    room = places.get(work, share.place_id)
    if file.status is Custody.ON_LOAN:
        loans.take_back(work, file, room, how=how, happened_at=happened_at)
    elif file.status is Custody.IN_TRANSIT:
        line = transit.line_of(work, file.id)
        if line is not None:
            transit.turn_up(work, line, file, room, how=how, happened_at=happened_at)


def _tick(
    work: Work,
    delivery: Delivery,
    crate: DeliveryCrate,
    line: DeliveryLine,
    how: Evidence,
    happened_at: datetime | None,
) -> None:
    lines.note_packed(line, crate, happened_at or work.now, display_names.person(work.actor), how)
    work.session.flush()
    found = lines.open_differences(work, line_id=line.id, kinds=[DifferenceKind.LISTED_NOT_FOUND])
    if found:
        lines.settle(work, found, DifferenceReason.FOUND)
    history.record(
        work,
        EventKind.DELIVERY_PIECE_PACKED,
        delivery,
        subjects=[f"file:{line.file_id}"] if line.file_id else (),
        happened_at=happened_at,
        line=line.id,
        file=line.file_id,
        crate=crate.id,
        how=how.value,
        listed=line.listed,
    )


def pack_late(work: Work, crate: DeliveryCrate, file: Held, *, happened_at: datetime, scan_id: str) -> Packed:
    """Record a scan made before the crate left and sent only after: the piece went along."""
    work.require(Permission.DELIVER)
    delivery = lock(work, crate.delivery_id)
    share = lines.sender(work, crate.sender_id)
    crate = lines.crate(work, crate.id)
    place = places.get(work, crate.place_id)
    line = lines.line_of_file(work, delivery.id, file.id)
    if line is None or line.received_at is None:
        line = lines.claim(work, share, file.id, file.place_id)
    done = Packed(ScanOutcome.PACKED, line)
    if line.packed_crate_id is not None:
        done.outcome = ScanOutcome.PACKED_ALREADY
        return done
    if line.received_at is None:
        files.move(work, file, place, how=Evidence.SCAN, happened_at=happened_at)
        done.incident_id = sightings.record(
            work, file, place.id, how=Evidence.SCAN, happened_at=happened_at, scan_id=scan_id, told=True
        )
        transit.send(work, [(line.id, file)], delivery.id)
    _tick(work, delivery, crate, line, Evidence.SCAN, happened_at)
    named = lines.open_differences(work, line_id=line.id, kinds=_BY_LATE_SCAN)
    if named:
        lines.settle(work, named, DifferenceReason.SCANNED_LATE)
    return done


def pack_unknown(
    work: Work,
    crate: DeliveryCrate,
    *,
    code: str | None = None,
    reference: str = "",
    line: DeliveryLine | None = None,
    how: Evidence,
    happened_at: datetime | None = None,
) -> Packed:
    """Put a piece into a crate that is in no register: by a blank code stuck on it, or what is written on it.

    `line` is its row when a list named it.
    """
    delivery, share, crate = _packing_in(work, crate)
    if not code and not reference.strip() and line is None:
        raise Invalid("piece_unnamed", N_("Stick a blank label on it, or write what the cover says."))
    if line is None and code:
        line = lines.line_of_code(work, delivery.id, code)
    if line is not None and line.packed_crate_id == crate.id:
        return Packed(ScanOutcome.PACKED_ALREADY, line)
    done = Packed(ScanOutcome.PACKED_UNLISTED, line or lines.add_line(work, share))
    done.facts = {"line": done.line.id, "crate_before": done.line.packed_crate_id}
    lines.restore(done.line)
    lines.hold(done.line)
    written = free_text.whole(reference, LONGEST_REFERENCE, "reference")
    lines.write_on(done.line, code=code, reference=written)
    lines.note(work, share, DifferenceKind.NOT_IN_REGISTER, line_id=done.line.id)
    _tick(work, delivery, crate, done.line, how, happened_at)
    return done


def unpack(
    work: Work, line: DeliveryLine, *, place: Place | None = None, position: int | None = None
) -> None:
    """Take back that a piece was packed: it stands where it stood, or at `place`; a row that was made for it
    alone goes again. Raises Conflict once the crate has left.
    """
    work.require(Permission.DELIVER)
    delivery = lock(work, line.delivery_id)
    line = lines.line(work, line.id)
    share = lines.sender(work, line.sender_id)
    if share.status is not SenderState.PACKING or line.packed_crate_id is None:
        raise Conflict("line_not_packed", N_("This piece is not packed any more, or has left already."))
    crate = lines.crate(work, line.packed_crate_id)
    if line.file_id is not None:
        file = files.held(work, line.file_id)
        if file.place_id == crate.place_id:
            home = place or places.get(work, line.place_id or share.place_id)
            files.move(work, file, home, how=Evidence.HAND, position=position, undo=True)
    lines.unpack(line)
    history.record(
        work,
        EventKind.DELIVERY_PIECE_UNPACKED,
        delivery,
        subjects=[f"file:{line.file_id}"] if line.file_id else (),
        line=line.id,
        file=line.file_id,
        crate=crate.id,
    )
    if not line.listed:
        lines.withdraw(work, line)
    work.session.flush()


def undo(work: Work, line: DeliveryLine, facts: dict[str, Any]) -> None:
    """Take back what a scan packed; raises Conflict when the file has moved or the crate has left since."""
    work.require(Permission.DELIVER)
    if line.file_id is not None:
        lock(work, line.delivery_id)
        if files.held(work, line.file_id).version != facts["version"]:
            raise Conflict(
                "moved_since",
                N_("It has been moved or changed since this scan. Look at it before you move it back."),
            )
    if facts["crate_before"] is None:
        origin = places.get(work, facts["from"]) if "from" in facts else None
        unpack(work, line, place=origin, position=facts.get("position"))
        return
    before = lines.crate(work, facts["crate_before"])
    begin(work, lines.sender(work, line.sender_id))
    if line.file_id is not None:
        files.move(
            work,
            files.held(work, line.file_id),
            places.get(work, facts["from"]),
            how=Evidence.HAND,
            position=facts["position"],
            undo=True,
        )
    _tick(work, lines.delivery(work, line.delivery_id), before, line, Evidence.HAND, None)


def not_found(work: Work, line: DeliveryLine) -> None:
    """Say that a listed file was looked for and is not there; raises Conflict when it is packed."""
    delivery, share = begin(work, lines.sender(work, line.sender_id))
    line = lines.line(work, line.id)
    if line.packed_at is not None or not line.open:
        raise Conflict("line_packed", N_("This row is packed or settled already. Look at the list again."))
    lines.note_not_found(line, work.now, display_names.person(work.actor))
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_PIECE_NOT_FOUND,
        delivery,
        subjects=[f"file:{line.file_id}"] if line.file_id else (),
        line=line.id,
        file=line.file_id,
    )
    lines.note(work, share, DifferenceKind.LISTED_NOT_FOUND, line_id=line.id)
