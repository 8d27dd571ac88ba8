"""Reconcile: compare piece by piece, give every difference a reason or make it a case, sign, close."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checks
from archive.deliveries import lines as delivery_lines
from archive.deliveries import notices, transit
from archive.deliveries.dispatch import ARRIVAL
from archive.deliveries.lines import LINE, lock, settle
from archive.files import files, misses
from archive.files.misses import MissReport
from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.lifecycle import DELIVERY, SENDER
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    Delivery,
    DeliveryCrate,
    DeliveryLine,
    DeliverySender,
    Difference,
    Incident,
    Place,
)
from archive.notifications import deadlines
from archive.places import places
from archive.vocabulary import (
    Custody,
    DeliveryAction,
    DeliveryState,
    Evidence,
    Missed,
    Occasion,
    Permission,
    SenderAction,
    SenderState,
)
from archive.vocabulary import DifferenceKind as K
from archive.vocabulary import DifferenceReason as R
from archive.vocabulary.wording import N_

LONGEST_TEXT = 500
REASONS: Mapping[K, tuple[R, ...]] = {
    K.LISTED_NOT_FOUND: (R.SUSPECTED_LOSS, R.LENT, R.LIST_OLD, R.NO_SUCH_FILE, R.OTHER),
    K.LISTED_NOT_PACKED: (R.LEFT_BEHIND, R.LENT, R.LIST_OLD, R.NO_SUCH_FILE, R.SUSPECTED_LOSS, R.OTHER),
    K.ON_SHELF_NOT_LISTED: (R.LIST_OLD, R.OTHER),
    K.TAKEN_OUT: (R.LEFT_BEHIND, R.LENT, R.SUSPECTED_LOSS, R.OTHER),
    K.PACKED_NOT_RECEIVED: (R.SUSPECTED_LOSS, R.LEFT_BEHIND, R.COUNTED_TWICE, R.OTHER),
    K.RECEIVED_NOT_PACKED: (R.PACKED_UNSCANNED, R.LIST_OLD, R.OTHER),
    K.NOT_IN_REGISTER: (R.RETURNED, R.COUNTED_TWICE, R.OTHER),
    K.IN_ANOTHER_CRATE: (R.WRONG_CRATE, R.REPACKED, R.OTHER),
    K.OUTSIDE_CRATE: (R.REPACKED, R.WRONG_CRATE, R.OTHER),
    K.OTHER_DELIVERY: (R.WRONG_CRATE, R.ARRIVED_LATER, R.RETURNED, R.OTHER),
    K.TWICE: (R.COUNTED_TWICE, R.WRONG_CRATE, R.OTHER),
    K.VOID_LABEL: (R.RELABELLED, R.OTHER),
    K.SEAL_BROKEN: (R.SEAL_LOOSE, R.OTHER),
    K.SEAL_DIFFERS: (R.SEAL_MISWRITTEN, R.OTHER),
    K.CRATE_MISSING: (R.SUSPECTED_LOSS, R.LEFT_BEHIND),
}
_PACKING = frozenset({K.LISTED_NOT_FOUND, K.LISTED_NOT_PACKED, K.TAKEN_OUT})
DONE = frozenset({SenderState.RECEIVED, SenderState.DROPPED})


def difference(work: Work, difference_id: int) -> Difference:
    """Return a difference by id; raises NotFound."""
    found = work.session.get(Difference, difference_id, populate_existing=True)
    if found is None:
        raise NotFound("no_such_difference", N_("There is no such difference in any delivery."))
    return found


def reasons(found: Difference) -> tuple[R, ...]:
    """Return what can explain a difference."""
    return REASONS[found.kind]


def explain(
    work: Work, found: Sequence[Difference], reason: R, *, text: str = "", place: Place | None = None
) -> None:
    """Give differences of one delivery their reason; raises Invalid for one that cannot be, or no words.

    A piece packed and never received stands, when it was left behind, where it was listed, else at `place`.
    """
    work.require(Permission.RECEIVE)
    found = _open(work, found)
    text = text.strip()
    if any(reason not in REASONS[one.kind] for one in found) or reason is R.SUSPECTED_LOSS:
        raise Invalid("reason_unfit", N_("This does not explain it. Choose another reason."), field="reason")
    if (reason is R.OTHER and not text) or len(text) > LONGEST_TEXT:
        raise Invalid("reason_text", N_("Say in a few words what it was."), field="text")
    for one in found:
        if one.kind is K.PACKED_NOT_RECEIVED:
            _put_down(work, one, reason, place)
        elif one.kind is K.CRATE_MISSING:
            _take_back(work, one)
    settle(work, found, reason, text=text if reason is R.OTHER else "")


def _open(work: Work, found: Sequence[Difference]) -> list[Difference]:
    """Lock the delivery of some differences and read them afresh; none may be explained already."""
    delivery = lock(work, found[0].delivery_id)
    delivery_lines.refuse_over(delivery)
    fresh = [difference(work, one.id) for one in found]
    if any(one.delivery_id != delivery.id or not one.open for one in fresh):
        raise Conflict("difference_settled", N_("Somebody explained this already. Look at the list again."))
    return fresh


def _put_down(work: Work, found: Difference, reason: R, place: Place | None) -> None:
    """Let a piece that never was on its way stand where it is."""
    line = delivery_lines.line(work, found.line_id or 0)
    if not line.in_transit:
        return
    if line.file_id is None:
        delivery_lines.release(line)
        return
    file = files.held(work, line.file_id)
    if file.status is not Custody.IN_TRANSIT:
        return
    home = place
    if home is None and reason is R.LEFT_BEHIND and line.place_id is not None:
        home = places.get(work, line.place_id)
    if home is None:
        raise Invalid("place_missing", N_("Say where the file is."), field="place")
    transit.land(work, line, file, places.keep_open(work, home), how=Evidence.HAND)


def _take_back(work: Work, found: Difference) -> None:
    """Let a crate that never left stand at its sender again, with all that is in it."""
    crate = delivery_lines.crate(work, found.crate_id or 0)
    home = places.get(work, crate.origin_id or crate.place_id)
    place = places.get(work, crate.place_id)
    if place.parent_id != home.id:
        places.move(work, place, home)
    lines = _carried(work, crate)
    for line in lines:
        if line.file_id is not None:
            file = files.held(work, line.file_id)
            if file.status is Custody.IN_TRANSIT:
                transit.land(work, line, file, places.get(work, file.place_id), how=Evidence.HAND)
                continue
        delivery_lines.release(line)
    crate.open = False
    work.session.flush()
    _settle_lines(work, lines, R.LEFT_BEHIND, None)


def _carried(work: Work, crate: DeliveryCrate) -> list[DeliveryLine]:
    return list(
        work.session.scalars(
            select(DeliveryLine)
            .where(col(DeliveryLine.packed_crate_id) == crate.id, col(DeliveryLine.in_transit))
            .order_by(col(DeliveryLine.id))
        )
    )


def _settle_lines(work: Work, lines: Sequence[DeliveryLine], reason: R, incident_id: int | None) -> None:
    for line in lines:
        asked = delivery_lines.open_differences(work, line_id=line.id, kinds=[K.PACKED_NOT_RECEIVED])
        if asked:
            settle(work, asked, reason, incident_id=incident_id)


def suspect(work: Work, found: Sequence[Difference], *, circumstances: str = "") -> Incident:
    """Report what differences of one delivery miss as suspected lost; the incident explains them.

    Its lines stay the dispatched lines of their files until the incident decides.
    """
    work.require(Permission.RECEIVE)
    found = _open(work, found)
    if any(R.SUSPECTED_LOSS not in REASONS[one.kind] for one in found):
        raise Invalid("reason_unfit", N_("This does not explain it. Choose another reason."), field="reason")
    lines = [delivery_lines.line(work, one.line_id) for one in found if one.line_id is not None]
    crates = [delivery_lines.crate(work, one.crate_id) for one in found if one.crate_id is not None]
    for crate in crates:
        lines += _carried(work, crate)
    known = sorted({line.file_id for line in lines if line.file_id is not None})
    unnamed = [line for line in lines if line.file_id is None]
    packing = all(one.kind in _PACKING for one in found)
    first = min(found, key=lambda one: one.found_at)
    incident = misses.report(
        work,
        MissReport(
            file_ids=tuple(known),
            description="; ".join(filter(None, (_describe(line) for line in unnamed))),
            pieces=max(len(unnamed), 1),
            what=Missed.SEVERAL if len(lines) > 1 else None,
            occasion=Occasion.PACKING if packing else Occasion.RECEIPT,
            missed_at=first.found_at,
            missed_by=first.found_by if first.found_by.startswith("user:") else "",
            circumstances=circumstances,
            handed_on=False,  # what is looked for already is only said to be missed here too
        ),
    )
    settle(work, found, R.SUSPECTED_LOSS, incident_id=incident.id)
    for crate in crates:
        _settle_lines(work, _carried(work, crate), R.SUSPECTED_LOSS, incident.id)
    for line in unnamed:
        delivery_lines.release(line)
    work.session.flush()
    return incident


def _describe(line: DeliveryLine) -> str:
    return " ".join(filter(None, (line.reference, line.code))) or f"{line.sender_id}/{line.row}"


# The receipt


def sign(work: Work, share: DeliverySender) -> None:
    """Sign the receipt of a sender: what came is counted, what did not is named; never by a packer of it.

    Raises Conflict while a crate that came is not said to be empty.
    """
    work.require(Permission.RECEIVE)
    delivery = lock(work, share.delivery_id)
    share = delivery_lines.sender(work, share.id)
    SENDER.step(share.status, SenderAction.SIGN)
    _refuse_packer(work, share)
    sent = [one for one in delivery_lines.crates(work, sender_id=share.id) if one.origin_id is not None]
    if any(crate.arrived_at and not crate.emptied_at for crate in sent):
        raise Conflict("crate_not_emptied", N_("A crate is not said to be empty yet. Finish it first."))
    if delivery.status is DeliveryState.ON_THE_WAY:  # nothing came at all
        history.advance(work, delivery, DeliveryAction.RECEIVE)
    for crate in sent:
        if crate.arrived_at is None:
            delivery_lines.note(work, share, K.CRATE_MISSING, crate_id=crate.id)
    _name_missing(work, share)
    history.advance(
        work,
        share,
        SenderAction.SIGN,
        changes={"signed_at": work.now, "signed_by": display_names.person(work.actor)},
        subjects=[delivery.stream],
        pieces=_received(work, LINE.c.sender_id == share.id),
    )
    deadlines.meet(work, share.stream, ARRIVAL)
    if all(one.status in DONE for one in delivery_lines.senders(work, delivery.id)):
        pieces = _received(work, LINE.c.delivery_id == delivery.id)
        differences = _differences(work, delivery)
        history.advance(
            work,
            delivery,
            DeliveryAction.FINISH,
            changes={"received_at": work.now},
            pieces=pieces,
            differences=differences,
        )
        notices.received(work, delivery, pieces, differences)


def _refuse_packer(work: Work, share: DeliverySender) -> None:
    person = display_names.person(work.actor)
    for crate in delivery_lines.crates(work, sender_id=share.id):
        if delivery_lines.is_packed_by(work, crate.id, person):
            raise Conflict(
                "packer_signs", N_("You packed some of this yourself. Let another person sign the receipt.")
            )


def _name_missing(work: Work, share: DeliverySender) -> None:
    named = (
        select(col(Difference.id))
        .where(col(Difference.line_id) == LINE.c.id, col(Difference.kind) == K.PACKED_NOT_RECEIVED)
        .exists()
    )
    work.session.flush()
    missing = work.connection.execute(
        select(LINE.c.id).where(LINE.c.sender_id == share.id, LINE.c.in_transit, ~named).order_by(LINE.c.row)
    ).scalars()
    delivery_lines.note_many(work, share, K.PACKED_NOT_RECEIVED, list(missing))


def _received(work: Work, of_what: object) -> int:
    count = select(func.count()).where(of_what, LINE.c.received_at.is_not(None))  # type: ignore[arg-type]
    return int(work.session.scalar(count) or 0)


def _differences(work: Work, delivery: Delivery) -> int:
    count = select(func.count()).where(col(Difference.delivery_id) == delivery.id)
    return int(work.session.scalar(count) or 0)


# The end


def close(work: Work, delivery: Delivery) -> None:
    """Close a delivery; raises Conflict until every piece is explained, every cover checked, all shelved."""
    work.require(Permission.PLAN_DELIVERIES)
    delivery = lock(work, delivery.id)
    DELIVERY.step(delivery.status, DeliveryAction.CLOSE)
    for count, code, sentence in (
        (open_count(work, delivery), "unexplained", N_("Differences not explained yet: %(count)s.")),
        (checks.left(work, delivery.id).total, "unchecked", N_("Covers not checked yet: %(count)s.")),
        (
            unshelved(work, delivery),
            "unshelved",
            N_("Files that still stand in crates: %(count)s. Scan them to their shelves."),
        ),
    ):
        if count:
            raise Conflict(code, sentence, count=count)
    for share in delivery_lines.senders(work, delivery.id):
        delivery_lines.release_lines(work, share)
    lost = select(func.count()).where(
        col(Difference.delivery_id) == delivery.id, col(Difference.incident_id).is_not(None)
    )
    pieces = _received(work, LINE.c.delivery_id == delivery.id)
    history.advance(
        work,
        delivery,
        DeliveryAction.CLOSE,
        changes={"closed_at": work.now},
        pieces=pieces,
        differences=_differences(work, delivery),
        losses=int(work.session.scalar(lost) or 0),
    )
    notices.closed(work, delivery, pieces)


def open_count(work: Work, delivery: Delivery) -> int:
    """Count the differences nobody has explained."""
    count = select(func.count()).where(col(Difference.delivery_id) == delivery.id, col(Difference.open))
    return int(work.session.scalar(count) or 0)


def unshelved(work: Work, delivery: Delivery) -> int:
    """Count the files received that still stand in the crates they came in."""
    crates = select(col(DeliveryCrate.place_id)).where(col(DeliveryCrate.delivery_id) == delivery.id)
    count = (
        select(func.count())
        .select_from(LINE)
        .join(CaseFile, col(CaseFile.id) == LINE.c.file_id)
        .where(
            LINE.c.delivery_id == delivery.id,
            LINE.c.received_at.is_not(None),
            col(CaseFile.status) == Custody.ON_PLACE,
            col(CaseFile.place_id).in_(crates),
        )
    )
    return int(work.session.scalar(count) or 0)
