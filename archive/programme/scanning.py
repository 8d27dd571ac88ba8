"""Scans at the final sweep of a room: each shelf that is empty, and what still stands on one."""

from archive.files import precedence, sightings
from archive.kernel.store import Work
from archive.loans import loans
from archive.places import places
from archive.programme import emptying as room_emptying
from archive.scanning import contract
from archive.scanning.contract import OutcomeRow, ScanContext, ScanResult, Signal
from archive.vocabulary import LabelState, ScanOutcome
from archive.vocabulary.wording import N_


@contract.task("sweep")
def _sweep(work: Work, emptying_id: int, read: ScanContext) -> ScanResult | None:
    if read.state is None or read.state is LabelState.BLANK:
        return None
    emptying = room_emptying.get(work, emptying_id)
    if read.place_id is not None:
        news = room_emptying.sweep(work, emptying, places.get(work, read.place_id))
        return ScanResult(ScanOutcome.SWEPT if news else ScanOutcome.REPEATED, place_id=read.place_id)
    file = contract.file_meant(work, read)
    if file is None:
        return None
    place = places.by_code(work, read.context) if read.context else None
    if precedence.overtaken(work, file, read.happened_at, loans.lent_at(work, file)):
        incident_id = sightings.record(work, file, place.id if place else emptying.room_id, **read.seen)
        return ScanResult(ScanOutcome.SEEN_LATE, file.id, place.id if place else None, incident_id)
    incident_id = room_emptying.left_over(work, emptying, file, place, **read.seen)
    return ScanResult(ScanOutcome.LEFT_OVER, file.id, place.id if place else None, incident_id)


contract.tell(
    OutcomeRow(
        ScanOutcome.SWEPT,
        Signal.OK,
        N_("Empty: %(thing)s"),
        N_("Nothing is left there. Scan the next one."),
    ),
    OutcomeRow(
        ScanOutcome.LEFT_OVER,
        Signal.REFUSED,
        N_("Left behind: %(thing)s"),
        N_("It is still in the room and stands among what is left. Send it with a delivery."),
    ),
)
