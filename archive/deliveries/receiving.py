"""Receive at the archive: crate by crate, piece by piece, without knowing how many there should be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checks
from archive.deliveries import lines, packing, transit
from archive.deliveries.lines import lock
from archive.files import files, sightings
from archive.files.files import Held
from archive.history import history
from archive.kernel import free_text
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import Delivery, DeliveryCrate, DeliveryLine, DeliverySender, Difference, Place
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
    ScanOutcome,
)
from archive.vocabulary.wording import N_

ON = frozenset({DeliveryState.ON_THE_WAY, DeliveryState.RECEIVING, DeliveryState.RECEIVED})
# What a piece that is here after all explains by itself.
_MISSED_AT_SENDER = (
    DifferenceKind.LISTED_NOT_FOUND,
    DifferenceKind.LISTED_NOT_PACKED,
    DifferenceKind.TAKEN_OUT,
)


@dataclass(slots=True)
class Received:
    """What receiving one piece came to, and what undoing it needs to know."""

    outcome: ScanOutcome
    line: DeliveryLine
    incident_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


# Crates


def arrive(work: Work, crate: DeliveryCrate) -> bool:
    """Note that a crate has come, a week late too; False when that is known; its packer may not say so."""
    work.require(Permission.RECEIVE)
    delivery = lock(work, crate.delivery_id)
    crate = lines.crate(work, crate.id)
    if delivery.dispatched_at is None or crate.origin_id is None:
        raise Conflict("crate_not_sent", N_("This crate has not left its sender according to the register."))
    refuse_packer(work, crate)
    if crate.arrived_at is not None:
        return False
    if delivery.status is DeliveryState.ON_THE_WAY:
        history.advance(work, delivery, DeliveryAction.RECEIVE)
    crate.arrived_at, crate.arrived_by = work.now, display_names.person(work.actor)
    work.session.flush()
    place = places.get(work, crate.place_id)
    if not place.central:
        places.move(work, place, places.get(work, delivery.reception_id))
    _tell_crate(work, delivery, crate)
    missing = lines.open_differences(work, crate_id=crate.id, kinds=[DifferenceKind.CRATE_MISSING])
    if missing:
        lines.settle(work, missing, DifferenceReason.ARRIVED_LATER)
    return True


def _tell_crate(work: Work, delivery: Delivery, crate: DeliveryCrate) -> None:
    history.record(
        work,
        EventKind.DELIVERY_CRATE_ARRIVED,
        delivery,
        subjects=[f"place:{crate.place_id}"],
        crate=crate.id,
        ordinal=crate.number,
        seal=crate.seal_seen,
        whole=crate.seal_whole,
    )


def check_seal(work: Work, crate: DeliveryCrate, number: str, *, whole: bool) -> None:
    """Say what the seal of a crate looks like at arrival, once."""
    work.require(Permission.RECEIVE)
    delivery = lock(work, crate.delivery_id)
    crate = lines.crate(work, crate.id)
    refuse_packer(work, crate)
    if crate.arrived_at is None or crate.seal_whole is not None:
        raise Conflict("seal_said", N_("The seal of this crate is noted already, or it has not come yet."))
    crate.seal_seen, crate.seal_whole = packing.seal_number(number), whole
    work.session.flush()
    _tell_crate(work, delivery, crate)
    share = lines.sender(work, crate.sender_id)
    if not whole:
        lines.note(work, share, DifferenceKind.SEAL_BROKEN, crate_id=crate.id)
    if crate.seal_seen != crate.seal and (whole or crate.seal_seen):
        lines.note(work, share, DifferenceKind.SEAL_DIFFERS, crate_id=crate.id)


def empty(work: Work, crate: DeliveryCrate) -> int:
    """Say that a crate is empty; only now is it told how many were packed in it. Returns how many came."""
    work.require(Permission.RECEIVE)
    delivery = lock(work, crate.delivery_id)
    crate = lines.crate(work, crate.id)
    refuse_packer(work, crate)
    _refuse_unready(crate)
    if crate.emptied_at is not None:
        raise Conflict("crate_emptied", N_("This crate was said to be empty already."))
    crate.emptied_at, crate.emptied_by, crate.open = work.now, display_names.person(work.actor), False
    work.session.flush()
    count = select(func.count()).where(col(DeliveryLine.received_crate_id) == crate.id)
    pieces = int(work.session.scalar(count) or 0)
    history.record(
        work,
        EventKind.DELIVERY_CRATE_EMPTIED,
        delivery,
        crate=crate.id,
        ordinal=crate.number,
        pieces=pieces,
    )
    return pieces


def refuse_packer(work: Work, crate: DeliveryCrate) -> None:
    """Raise Conflict when the actor packed or sealed a crate: another person receives it."""
    if lines.is_packed_by(work, crate.id, display_names.person(work.actor)):
        raise Conflict(
            "packer_receives", N_("You packed this crate yourself. Let another person receive it.")
        )


def _refuse_unready(crate: DeliveryCrate) -> None:
    if crate.arrived_at is None:
        raise Conflict("crate_not_here", N_("Scan the crate first."))
    if crate.seal is not None and crate.seal_whole is None:
        raise Conflict("seal_unseen", N_("Say first whether the seal is whole and which number it has."))


# Pieces


def receive(
    work: Work,
    crate: DeliveryCrate,
    file: Held,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    scan_id: str | None = None,
    void_label: bool = False,
) -> Received:
    """Receive a file out of a crate; whatever is odd about it gets its name and stops nothing.

    `void_label` says that it came with a label that is not valid any more.
    """
    delivery, share, crate = _receiving_from(work, crate)
    place = places.get(work, crate.place_id)
    carried = transit.line_of(work, file.id)
    seen: dict[str, Any] = {"how": how, "happened_at": happened_at, "scan_id": scan_id}
    if carried is not None and _is_closed(work, carried):
        transit.turn_up(work, carried, file, place, how=how, happened_at=happened_at)
        carried = None
    line = carried or lines.line_of_file(work, delivery.id, file.id)
    if line is not None and not line.in_transit and line.received_at is not None:
        return _again(work, share, crate, place, line, file, seen)
    facts: dict[str, Any] = {"crate": crate.id, "from": file.place_id, "position": file.position}
    facts |= {"notes": [], "settled": [], "born": False, "custody": file.status.value}
    if carried is not None:
        transit.land(work, carried, file, place, how=how, happened_at=happened_at)
        line = carried
    else:
        line = _unpacked(work, share, file, place, how, happened_at, facts)
    done = Received(ScanOutcome.RECEIVED, line, facts=facts)
    done.incident_id = sightings.record(work, file, place.id, told=file.place_id == place.id, **seen)
    for kind in _oddities(delivery, crate, line, void_label):
        note = lines.note(work, share, kind, line_id=line.id, other_crate_id=crate.id)
        facts["notes"].append(note.id)
        done.outcome = ScanOutcome.RECEIVED_UNEXPECTED
    _explain_absence(work, line, facts, carried is None)
    _tick(work, delivery, crate, line, how, happened_at)
    checks.queue(work, [line])
    facts |= {"line": line.id, "version": file.version}
    return done


def _is_closed(work: Work, line: DeliveryLine) -> bool:
    return lines.delivery(work, line.delivery_id).status is DeliveryState.CLOSED


def _receiving_from(work: Work, crate: DeliveryCrate) -> tuple[Delivery, DeliverySender, DeliveryCrate]:
    work.require(Permission.RECEIVE)
    delivery = lock(work, crate.delivery_id)
    crate = lines.crate(work, crate.id)
    if delivery.status not in ON:
        raise Conflict(
            "delivery_not_here",
            N_("Nothing can be received now: the delivery is %(state)s."),
            state=delivery.status.label,
        )
    _refuse_unready(crate)
    refuse_packer(work, crate)
    return delivery, lines.sender(work, crate.sender_id), crate


def _again(
    work: Work,
    share: DeliverySender,
    crate: DeliveryCrate,
    place: Place,
    line: DeliveryLine,
    file: Held,
    seen: dict[str, Any],
) -> Received:
    """Tell a piece scanned again from one that now lies in another crate."""
    done = Received(ScanOutcome.RECEIVED_ALREADY, line)
    if line.received_crate_id == crate.id:
        done.incident_id = sightings.record(work, file, place.id, **seen)
        return done
    done.outcome = ScanOutcome.RECEIVED_TWICE
    moves = file.status is Custody.ON_PLACE and file.place_id != place.id
    if moves:
        files.move(work, file, place, how=seen["how"], happened_at=seen["happened_at"])
    done.incident_id = sightings.record(work, file, place.id, told=moves, **seen)
    lines.note(work, share, DifferenceKind.TWICE, line_id=line.id, other_crate_id=crate.id)
    return done


def _unpacked(
    work: Work,
    share: DeliverySender,
    file: Held,
    place: Place,
    how: Evidence,
    happened_at: datetime | None,
    facts: dict[str, Any],
) -> DeliveryLine:
    """Take up a file nobody packed; one that left the archive for good stays what it is, and is here."""
    before = lines.line_of_file(work, share.delivery_id, file.id)
    if file.status is Custody.ON_LOAN:
        facts["loan"] = loans.take_back(work, file, place, how=how, happened_at=happened_at).id
    elif file.status is Custody.ON_PLACE and file.place_id != place.id:
        files.move(work, file, place, how=how, happened_at=happened_at)
    other = lines.open_line(work, file.id)
    if other is not None and other.delivery_id != share.delivery_id:
        lines.lose_to_another(other)
        work.session.flush()
    facts["born"] = before is None or lines.restore(before)
    return before or lines.add_line(work, share, file_id=file.id, place_id=facts["from"], open=False)


def _oddities(
    delivery: Delivery, crate: DeliveryCrate, line: DeliveryLine, void_label: bool
) -> Iterable[DifferenceKind]:
    if line.delivery_id != delivery.id:
        yield DifferenceKind.OTHER_DELIVERY
    elif line.packed_crate_id is None:
        yield DifferenceKind.RECEIVED_NOT_PACKED
    elif line.packed_crate_id != crate.id:
        yield DifferenceKind.IN_ANOTHER_CRATE
    if void_label:
        yield DifferenceKind.VOID_LABEL


def _explain_absence(work: Work, line: DeliveryLine, facts: dict[str, Any], unpacked: bool) -> None:
    """Settle what was asked about a piece that is here now."""
    kinds = _MISSED_AT_SENDER if unpacked else (DifferenceKind.PACKED_NOT_RECEIVED,)
    reason = DifferenceReason.PACKED_UNSCANNED if unpacked else DifferenceReason.ARRIVED_LATER
    asked = lines.open_differences(work, line_id=line.id, kinds=kinds)
    if asked:
        lines.settle(work, asked, reason)
        facts["settled"] = [one.id for one in asked]


def _tick(
    work: Work,
    delivery: Delivery,
    crate: DeliveryCrate,
    line: DeliveryLine,
    how: Evidence,
    happened_at: datetime | None,
) -> None:
    lines.note_received(line, crate, happened_at or work.now, display_names.person(work.actor), how)
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_PIECE_RECEIVED,
        delivery,
        subjects=_subjects(line),
        happened_at=happened_at,
        line=line.id,
        file=line.file_id,
        crate=crate.id,
        how=how.value,
    )


def _subjects(line: DeliveryLine) -> list[str]:
    return [f"file:{line.file_id}"] if line.file_id else []


def receive_unknown(
    work: Work,
    crate: DeliveryCrate,
    *,
    code: str | None = None,
    reference: str = "",
    line: DeliveryLine | None = None,
    how: Evidence,
    happened_at: datetime | None = None,
) -> Received:
    """Receive a piece that is in no register, by the code stuck on it, its row, or what is written on it."""
    delivery, share, crate = _receiving_from(work, crate)
    if line is None and code:
        line = lines.line_of_code(work, delivery.id, code)
    facts: dict[str, Any] = {"crate": crate.id, "notes": [], "settled": []}
    facts["born"] = line is None or lines.restore(line)
    if line is None:
        line = lines.add_line(
            work,
            share,
            code=code,
            reference=free_text.whole(reference, packing.LONGEST_REFERENCE, "reference"),
        )
    if line.received_at is not None:
        same = line.received_crate_id == crate.id
        if not same:
            lines.note(work, share, DifferenceKind.TWICE, line_id=line.id, other_crate_id=crate.id)
        return Received(ScanOutcome.RECEIVED_ALREADY if same else ScanOutcome.RECEIVED_TWICE, line)
    kinds = [DifferenceKind.NOT_IN_REGISTER]
    if line.packed_crate_id not in {None, crate.id}:
        kinds.append(DifferenceKind.IN_ANOTHER_CRATE)
    for kind in kinds:
        known = lines.named(work, line.id, kind)
        note = lines.note(work, share, kind, line_id=line.id, other_crate_id=crate.id)
        facts["notes"] += [] if known else [note.id]
    _explain_absence(work, line, facts, line.packed_crate_id is None)
    _tick(work, delivery, crate, line, how, happened_at)
    facts["line"] = line.id
    outcome = ScanOutcome.RECEIVED_UNEXPECTED if line.packed_crate_id is None else ScanOutcome.RECEIVED
    return Received(outcome, line, facts=facts)


def undo(work: Work, line: DeliveryLine, facts: dict[str, Any], *, expected_version: int | None) -> None:
    """Take back that a piece was received, as long as nothing has happened to it since."""
    work.require(Permission.RECEIVE)
    delivery = lock(work, line.delivery_id)
    line = lines.line(work, line.id)
    if delivery.status is not DeliveryState.RECEIVING or line.received_crate_id != facts["crate"]:
        raise Conflict("receipt_stands", N_("This cannot be undone any more: the receipt stands."))
    checks.withdraw_lines(work, [line.id])
    if line.file_id is not None:
        _undo_custody(work, line, facts, expected_version)
    for one in work.session.scalars(select(Difference).where(col(Difference.id).in_(facts["notes"]))):
        work.session.delete(one)
    for one in work.session.scalars(select(Difference).where(col(Difference.id).in_(facts["settled"]))):
        one.open, one.reason, one.explained_at, one.explained_by = True, None, None, None
    crate_id = line.received_crate_id
    lines.unreceive(line)
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_PIECE_RETURNED,
        delivery,
        subjects=_subjects(line),
        line=line.id,
        file=line.file_id,
        crate=crate_id,
    )
    if facts["born"]:
        lines.withdraw(work, line)


def _undo_custody(
    work: Work, line: DeliveryLine, facts: dict[str, Any], expected_version: int | None
) -> None:
    file = files.held(work, line.file_id or 0)
    if expected_version is not None and file.version != expected_version:
        raise Conflict(
            "moved_since",
            N_("It has been moved or changed since this scan. Look at it before you move it back."),
        )
    if facts.get("loan"):
        raise Conflict("returned_from_loan", N_("A loan ended with this scan; lend it again if need be."))
    origin = places.get(work, facts["from"])
    if file.status is Custody.ON_PLACE and file.place_id != origin.id:
        files.move(work, file, origin, how=Evidence.HAND, position=facts["position"], undo=True)
    if facts["custody"] == Custody.IN_TRANSIT:
        transit.take_off_again(work, line, file)
    elif line.listed and not facts["born"] and lines.open_line(work, file.id) is None:
        lines.let_go(line)


def land_elsewhere(
    work: Work,
    line: DeliveryLine,
    file: Held,
    place: Place,
    *,
    how: Evidence,
    happened_at: datetime | None = None,
    scan_id: str | None = None,
) -> Received:
    """Receive a piece scanned elsewhere than in the reception: it stands there, and came outside a crate.

    After the delivery is closed it has turned up: the old record stands, and its cover is checked alone.
    """
    work.require(Permission.MOVE)
    delivery = lock(work, line.delivery_id)
    line = lines.line(work, line.id)
    share = lines.sender(work, line.sender_id)
    done = Received(ScanOutcome.RECEIVED_UNEXPECTED, line)
    seen: dict[str, Any] = {"how": how, "happened_at": happened_at, "scan_id": scan_id}
    if delivery.status is DeliveryState.CLOSED or not place.central:
        done.outcome = ScanOutcome.TURNED_UP
        transit.turn_up(work, line, file, place, how=how, happened_at=happened_at)
        done.incident_id = sightings.record(work, file, place.id, told=True, **seen)
        if delivery.status is DeliveryState.CLOSED:  # nothing else would ask for its cover
            checks.queue_alone(work, files.get(work, file.id))
        return done
    if delivery.status is DeliveryState.ON_THE_WAY:
        history.advance(work, delivery, DeliveryAction.RECEIVE)
    transit.land(work, line, file, place, how=how, happened_at=happened_at)
    done.incident_id = sightings.record(work, file, place.id, told=True, **seen)
    lines.note_received(line, None, happened_at or work.now, display_names.person(work.actor), how)
    work.session.flush()
    lines.note(work, share, DifferenceKind.OUTSIDE_CRATE, line_id=line.id)
    _explain_absence(work, line, done.facts, unpacked=False)
    checks.queue(work, [line])
    history.record(
        work,
        EventKind.DELIVERY_PIECE_RECEIVED,
        delivery,
        subjects=_subjects(line),
        happened_at=happened_at,
        line=line.id,
        file=line.file_id,
        crate=None,
        how=how.value,
    )
    return done
