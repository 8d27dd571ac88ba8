"""What a scan at no task comes to: what each outcome says, and how a move is taken back."""

from archive.files import files, sightings
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import Scan
from archive.places import places
from archive.scanning import contract
from archive.scanning.contract import OutcomeRow, Signal
from archive.vocabulary import Evidence
from archive.vocabulary import ScanOutcome as O
from archive.vocabulary.wording import N_


def _take_back_place(work: Work, scan: Scan) -> None:
    facts = scan.facts or {}
    places.shape_alone(work)
    place = places.get(work, scan.place_id or 0)
    _refuse_unless(place.version == facts["version"])
    places.move(work, place, places.get(work, facts["from"]), position=facts["position"])


def _take_back_file(work: Work, scan: Scan) -> None:
    facts = scan.facts or {}
    file = files.held(work, scan.file_id or 0)
    _refuse_unless(file.version == facts["version"])
    origin = places.get(work, facts["from"])
    files.move(work, file, origin, how=Evidence.HAND, position=facts["position"], undo=True)
    sightings.forget(work, file.id, scan.id)


def _refuse_unless(unchanged: bool) -> None:
    if not unchanged:
        raise Conflict(
            "moved_since",
            N_("It has been moved or changed since this scan. Look at it before you move it back."),
        )


contract.tell(
    # What each says more of, by the state of the file or the label, stands in `answers`.
    OutcomeRow(O.FILE_SHOWN, Signal.INFO, N_("%(thing)s"), N_("Should be at: %(place)s")),
    OutcomeRow(
        O.PLACE_CHOSEN,
        Signal.INFO,
        N_("Put files at %(thing)s"),
        N_("Now scan the files, one scan each."),
        chooses=True,
        puts=True,
    ),
    OutcomeRow(
        O.MOVED,
        Signal.OK,
        N_("Moved: %(thing)s"),
        N_("Now at: %(place)s"),
        take_back=_take_back_file,
        puts=True,
    ),
    OutcomeRow(O.RETURNED, Signal.OK, N_("Back from loan: %(thing)s"), N_("Now at: %(place)s"), puts=True),
    OutcomeRow(O.CONFIRMED, Signal.OK, N_("Right place: %(thing)s"), N_("Stands as recorded at: %(place)s")),
    OutcomeRow(
        O.PLACE_MOVED,
        Signal.OK,
        N_("Put down: %(thing)s"),
        N_("With everything in it, now at: %(place)s"),
        take_back=_take_back_place,
    ),
    OutcomeRow(
        O.REPEATED,
        Signal.INFO,
        N_("Already scanned: %(thing)s"),
        N_("It stands here already. Nothing was done a second time."),
    ),
    OutcomeRow(
        O.SEEN_LATE,
        Signal.WARNING,
        N_("Seen, not moved: %(thing)s"),
        N_("Something newer was recorded after this scan was made. That it was seen is recorded."),
    ),
    OutcomeRow(O.BLANK, Signal.WARNING, N_("Blank label"), N_("It is not bound to a file yet.")),
    OutcomeRow(
        O.VOID_LABEL,
        Signal.REFUSED,
        N_("Void label: %(thing)s"),
        N_("Take this label off. Present label: %(code)s"),
    ),
    OutcomeRow(O.SHELF_MARKER, Signal.WARNING, N_("Marker of an empty place: %(thing)s")),
    OutcomeRow(
        O.UNKNOWN_CODE,
        Signal.REFUSED,
        N_("Unknown code"),
        N_("No label with this code is in the register. Lay the file aside and tell the archivist."),
    ),
    OutcomeRow(
        O.NOT_A_CODE,
        Signal.REFUSED,
        N_("Not one of our codes"),
        N_("Scan the label of the archive, or write its ten characters."),
    ),
    OutcomeRow(O.REFUSED, Signal.REFUSED, N_("Cannot be done: %(thing)s")),
    OutcomeRow(
        O.WANTED,
        Signal.REFUSED,
        N_("Wanted: %(thing)s"),
        N_("It was declared lost. Only its incident brings it back."),
    ),
)
