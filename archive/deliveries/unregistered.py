"""Pieces that are not what the list says: give one a label, register it, say which file it is."""

from dataclasses import replace

from archive.codes import codes
from archive.cover_checks import checks
from archive.deliveries import lines, packing, receiving, transit
from archive.deliveries.lines import lock, settle
from archive.files import files
from archive.files.files import NewFile
from archive.history import history
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import CaseFile, Delivery, DeliveryCrate, DeliveryLine
from archive.places import places
from archive.vocabulary import (
    Custody,
    DifferenceKind,
    DifferenceReason,
    EventKind,
    Evidence,
    LabelState,
    Permission,
)
from archive.vocabulary.wording import N_

_AT_SENDER = (
    DifferenceKind.LISTED_NOT_FOUND,
    DifferenceKind.LISTED_NOT_PACKED,
    DifferenceKind.TAKEN_OUT,
)


def label(work: Work, line: DeliveryLine, code: str) -> None:
    """Bind a blank label to the piece of a row, at the sender or at arrival; its older label is void."""
    work.require(Permission.DELIVER)
    delivery = lock(work, line.delivery_id)
    lines.refuse_over(delivery)
    line = lines.line(work, line.id)
    if line.file_id is not None:
        codes.bind(work, code, files.get(work, line.file_id))
        found = lines.open_differences(work, line_id=line.id, kinds=[DifferenceKind.VOID_LABEL])
        if found:
            lines.settle(work, found, DifferenceReason.RELABELLED)
    else:
        codes.refuse_unless_blank(codes.find(work, code, lock=True))
        if lines.line_of_code(work, delivery.id, code) is not None:
            raise Conflict("code_taken", N_("This label is on another piece already. Take another one."))
    lines.write_on(line, code=code)
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_PIECE_LABELLED,
        delivery,
        subjects=[f"file:{line.file_id}"] if line.file_id else (),
        line=line.id,
        file=line.file_id,
        code=code,
    )


def register(work: Work, line: DeliveryLine, new: NewFile) -> CaseFile:
    """Register a piece that was in no register, with the code stuck on it; it stands in its crate."""
    delivery, line, crate = _unregistered(work, line)
    code = line.code or ""
    if code and codes.find(work, code).state is not LabelState.BLANK:
        code = ""
    file = files.register(work, replace(new, place=places.get(work, crate.place_id), code=code))
    lines.identify(line, file.id)
    lines.write_on(line, code=file.code)
    work.session.flush()
    history.record(
        work,
        EventKind.DELIVERY_PIECE_REGISTERED,
        delivery,
        subjects=[file.stream],
        line=line.id,
        file=file.id,
    )
    _settled(work, line, DifferenceReason.REGISTERED)
    if line.received_at is not None:
        checks.queue(work, [line])
    return file


def identify(work: Work, line: DeliveryLine, file: CaseFile) -> DeliveryLine:
    """Say which file a piece is that could not be told; the code stuck on it becomes the file's label.

    Returns the line the file has now: a row that listed or carried it takes the piece up.
    """
    work.require(Permission.LABEL)
    delivery, line, crate = _unregistered(work, line)
    if line.code and codes.find(work, line.code).state is LabelState.BLANK:
        codes.bind(work, line.code, file)
    held = files.held(work, file.id)
    if line.received_at is None:
        done = packing.pack(work, crate, held, how=Evidence.HAND).line
        lines.withdraw(work, line)
        _labelled(work, delivery, done)
        return done
    carried = transit.line_of(work, file.id)
    if carried is not None:
        done = receiving.receive(work, crate, held, how=Evidence.HAND).line
        lines.withdraw(work, line)
        _labelled(work, delivery, done)
        return done
    return _become(work, delivery, line, crate, held)


def _become(
    work: Work, delivery: Delivery, line: DeliveryLine, crate: DeliveryCrate, held: files.Held
) -> DeliveryLine:
    """Let a piece received as unknown be a file that nobody had packed."""
    listed = lines.line_of_file(work, delivery.id, held.id)
    if listed is not None and listed.received_at is not None:
        raise Conflict("file_received", N_("This file has been received already. It must be another one."))
    if held.status is Custody.ON_PLACE and held.place_id != crate.place_id:
        files.move(work, held, places.get(work, crate.place_id), how=Evidence.HAND)
    if listed is not None:
        lines.let_go(listed)
        asked = lines.open_differences(work, line_id=listed.id, kinds=_AT_SENDER)
        settle(work, asked, DifferenceReason.PACKED_UNSCANNED)
    lines.identify(line, held.id)
    work.session.flush()
    _labelled(work, delivery, line)
    _settled(work, line, DifferenceReason.RELABELLED)
    checks.queue(work, [line])
    return line


def _unregistered(work: Work, line: DeliveryLine) -> tuple[Delivery, DeliveryLine, DeliveryCrate]:
    delivery = lock(work, line.delivery_id)
    lines.refuse_over(delivery)
    line = lines.line(work, line.id)
    crate_id = line.received_crate_id or line.packed_crate_id
    if line.file_id is not None or crate_id is None:
        raise Conflict("line_known", N_("This row is no unknown piece in a crate. Look at the list again."))
    if line.in_transit:
        raise Conflict("piece_away", N_("This piece is on its way. Say so when it has come."))
    return delivery, line, lines.crate(work, crate_id)


def _settled(work: Work, line: DeliveryLine, reason: DifferenceReason) -> None:
    asked = lines.open_differences(work, line_id=line.id, kinds=[DifferenceKind.NOT_IN_REGISTER])
    settle(work, asked, reason)


def _labelled(work: Work, delivery: Delivery, line: DeliveryLine) -> None:
    history.record(
        work,
        EventKind.DELIVERY_PIECE_LABELLED,
        delivery,
        subjects=[f"file:{line.file_id}"],
        line=line.id,
        file=line.file_id,
        code=files.get(work, line.file_id or 0).code,
    )
