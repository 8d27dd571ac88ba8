"""Sheets filled in by hand where there was no scanner: tick sheets of packing and checklists of crates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes as label_codes
from archive.deliveries import lines as delivery_lines
from archive.deliveries import packing, receiving, unregistered
from archive.files import files
from archive.kernel.errors import DomainError, Invalid, NotPermitted
from archive.kernel.store import Work
from archive.models import DeliveryCrate, DeliveryLine, DeliverySender
from archive.vocabulary import Evidence, LabelState, Permission, ScanOutcome
from archive.vocabulary.wording import N_
from labels import codes


@dataclass(frozen=True, slots=True)
class Tick:
    """One row of a sheet: the row of the list, or the code or the reference of what is not on it.

    `crate` is the crate's number at this sender; without one the file was looked for and not found. A `code`
    beside a row is the blank label stuck on the file.
    """

    row: int | None = None
    crate: int | None = None
    code: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What each row of a sheet came to, in its order; None where a file was said not to be there."""

    outcomes: tuple[ScanOutcome | None, ...]


def pack(work: Work, share: DeliverySender, ticks: Sequence[Tick]) -> Entered:
    """Enter a tick sheet of a sender; raises Invalid naming the row that cannot be, and then enters none."""
    work.require(Permission.DELIVER)
    packing.begin(work, share)
    lines = _lines(work, share.id)
    crates = {one.number: one for one in delivery_lines.crates(work, sender_id=share.id) if one.open}
    outcomes: list[ScanOutcome | None] = []
    for number, tick in enumerate(ticks, start=1):
        try:
            outcomes.append(_packed(work, lines, crates, tick))
        except DomainError as refused:
            raise _of_row(refused, tick.row or number) from refused
    return Entered(tuple(outcomes))


def _packed(
    work: Work, lines: Mapping[int, DeliveryLine], crates: Mapping[int, DeliveryCrate], tick: Tick
) -> ScanOutcome | None:
    line = _line(lines, tick)
    if tick.crate is None:
        if line is None:
            raise Invalid("crate_missing_on_sheet", N_("Write into which crate it was put."))
        packing.not_found(work, line)
        return None
    crate = crates.get(tick.crate)
    if crate is None:
        raise Invalid(
            "no_such_crate_here", N_("Crate %(crate)s is not in use at this sender."), crate=tick.crate
        )
    code = _code(tick)
    if line is not None and code:
        unregistered.label(work, line, code)
    file_id = line.file_id if line is not None else _file_of(work, code)
    if file_id is not None:
        return packing.pack(work, crate, files.held(work, file_id), how=Evidence.HAND).outcome
    return packing.pack_unknown(
        work, crate, code=code, reference=tick.reference, line=line, how=Evidence.HAND
    ).outcome


def receive(work: Work, crate: DeliveryCrate, ticks: Sequence[Tick]) -> Entered:
    """Enter what the checklist of a crate says came out of it; raises Invalid naming the row."""
    work.require(Permission.RECEIVE)
    lines = _lines(work, crate.sender_id)
    outcomes: list[ScanOutcome | None] = []
    for number, tick in enumerate(ticks, start=1):
        try:
            line, code = _line(lines, tick), _code(tick)
            file_id = line.file_id if line is not None else _file_of(work, code)
            if file_id is not None:
                got = receiving.receive(work, crate, files.held(work, file_id), how=Evidence.HAND)
            else:
                got = receiving.receive_unknown(
                    work, crate, code=code, reference=tick.reference, line=line, how=Evidence.HAND
                )
            outcomes.append(got.outcome)
        except DomainError as refused:
            raise _of_row(refused, tick.row or number) from refused
    return Entered(tuple(outcomes))


def _lines(work: Work, sender_id: int) -> dict[int, DeliveryLine]:
    found = work.session.scalars(select(DeliveryLine).where(col(DeliveryLine.sender_id) == sender_id))
    return {line.row: line for line in found}


def _line(lines: Mapping[int, DeliveryLine], tick: Tick) -> DeliveryLine | None:
    if tick.row is None:
        return None
    if tick.row not in lines:
        raise Invalid("no_such_row_on_sheet", N_("The list has no row %(row)s."), row=tick.row)
    return lines[tick.row]


def _code(tick: Tick) -> str | None:
    if not tick.code.strip():
        return None
    code = codes.parse(tick.code)
    if code is None:
        raise Invalid(
            "code_misread", N_("The code %(code)s is misread: check it."), code=tick.code.strip()[:20]
        )
    return code


def _file_of(work: Work, code: str | None) -> int | None:
    """Return the file a code stands for; nothing for a blank one, which stands on what is in no register."""
    if code is None:
        return None
    label = label_codes.find(work, code)
    label_codes.refuse_marker(label)
    return None if label.state is LabelState.BLANK else label.file_id


def _of_row(refused: DomainError, row: int) -> DomainError:
    """Say of which row of the sheet a refusal is."""
    if isinstance(refused, NotPermitted):
        return refused
    return Invalid(refused.code, N_("Row %(row)s: %(said)s"), field=f"row{row}", row=row, said=refused.say())
