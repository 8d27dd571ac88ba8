"""What the answer to a scan says to the one who scanned: made anew each time, masked for that viewer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from archive.cover_checks import scanning as cover_scanning
from archive.deliveries import scanning as delivery_scanning
from archive.files import masking
from archive.files.masking import Card
from archive.kernel.store import Work
from archive.models import CaseFile, Place
from archive.places import paths
from archive.places.paths import PathStep
from archive.scanning.scans import StoredScan
from archive.vocabulary import Custody, PlaceKind, Term
from archive.vocabulary import ScanOutcome as O
from archive.vocabulary.wording import N_, _
from labels import codes


class Signal(Term):
    """How an answer looks and sounds, told apart without reading."""

    OK = "ok", "klart", "done", "green"
    INFO = "info", "upplysning", "information", "blue"
    WARNING = "warning", "se efter", "look", "yellow"
    REFUSED = "refused", "stopp", "stop", "red"


@dataclass(frozen=True, slots=True)
class ScanReply:
    """The answer to one scan in words; a code is one to go on with, empty where there is nothing to open."""

    id: str
    outcome: O
    signal: Signal
    heading: str
    text: str
    hint: str
    file_code: str
    place_code: str
    # The place at which scans from now on put files, when this one chose it; or that none is chosen any more.
    context: str
    context_name: str
    context_above: str
    context_hint: str
    clears: bool
    scanned: str
    at: datetime
    undoable: bool
    undone: bool
    status: Custody | None
    # The incident that looks for the file: its notice fills the whole screen, and says what to do.
    incident: int | None
    stop: str
    # Whom a look at this answer concerns, for the record of the look.
    subjects: tuple[str, ...]


_SIGNALS = {
    O.FILE_SHOWN: Signal.INFO,
    O.PLACE_CHOSEN: Signal.INFO,
    O.MOVED: Signal.OK,
    O.RETURNED: Signal.OK,
    O.CONFIRMED: Signal.OK,
    O.PLACE_MOVED: Signal.OK,
    O.REPEATED: Signal.INFO,
    O.SEEN_LATE: Signal.WARNING,
    O.CHECK_OPENED: Signal.INFO,
    O.CHECK_CONFIRMED: Signal.OK,
    O.CHECK_DONE: Signal.OK,
    O.CHECK_ASKED: Signal.WARNING,
    O.CHECK_FINDING: Signal.WARNING,
    O.CHECK_UNDONE: Signal.INFO,
    O.CRATE_CHOSEN: Signal.INFO,
    O.CRATE_ARRIVED: Signal.OK,
    O.PACKED: Signal.OK,
    O.PACKED_UNLISTED: Signal.WARNING,
    O.PACKED_ALREADY: Signal.INFO,
    O.REPACKED: Signal.OK,
    O.RECEIVED: Signal.OK,
    O.RECEIVED_UNEXPECTED: Signal.WARNING,
    O.RECEIVED_ALREADY: Signal.INFO,
    O.TURNED_UP: Signal.WARNING,
    O.SWEPT: Signal.OK,
    O.BLANK: Signal.WARNING,
    O.SHELF_MARKER: Signal.WARNING,
}
_HEADINGS = {
    O.FILE_SHOWN: N_("%(thing)s"),
    O.PLACE_CHOSEN: N_("Put files at %(thing)s"),
    O.MOVED: N_("Moved: %(thing)s"),
    O.RETURNED: N_("Back from loan: %(thing)s"),
    O.CONFIRMED: N_("Right place: %(thing)s"),
    O.PLACE_MOVED: N_("Put down: %(thing)s"),
    O.REPEATED: N_("Already scanned: %(thing)s"),
    O.SEEN_LATE: N_("Seen, not moved: %(thing)s"),
    O.CHECK_OPENED: N_("Check the cover: %(thing)s"),
    O.CHECK_CONFIRMED: N_("Confirmed: %(thing)s"),
    O.CHECK_DONE: N_("Checked: %(thing)s"),
    O.CHECK_ASKED: N_("What is wrong? %(thing)s"),
    O.CHECK_FINDING: N_("Damaged: %(thing)s"),
    O.CHECK_SET_ASIDE: N_("Lay in the wrong cover: %(thing)s"),
    O.CHECK_UNDONE: N_("Taken back: %(thing)s"),
    O.CRATE_CHOSEN: N_("Pack into %(thing)s"),
    O.CRATE_ARRIVED: N_("Here: %(thing)s"),
    O.PACKED: N_("Packed: %(thing)s"),
    O.PACKED_UNLISTED: N_("Not on the list: %(thing)s"),
    O.PACKED_ALREADY: N_("Packed already: %(thing)s"),
    O.REPACKED: N_("Packed anew: %(thing)s"),
    O.RECEIVED: N_("Received: %(thing)s"),
    O.RECEIVED_UNEXPECTED: N_("Not expected: %(thing)s"),
    O.RECEIVED_ALREADY: N_("Received already: %(thing)s"),
    O.RECEIVED_TWICE: N_("Received twice: %(thing)s"),
    O.TURNED_UP: N_("Turned up: %(thing)s"),
    O.SWEPT: N_("Empty: %(thing)s"),
    O.LEFT_OVER: N_("Left behind: %(thing)s"),
    O.BLANK: N_("Blank label"),
    O.VOID_LABEL: N_("Void label: %(thing)s"),
    O.SHELF_MARKER: N_("Marker of an empty place: %(thing)s"),
    O.UNKNOWN_CODE: N_("Unknown code"),
    O.NOT_A_CODE: N_("Not one of our codes"),
    O.REFUSED: N_("Cannot be done: %(thing)s"),
    O.WANTED: N_("Wanted: %(thing)s"),
}
_UNDONE = N_("Undone: %(thing)s")
_UNDOABLE = {O.MOVED, O.PLACE_MOVED} | cover_scanning.UNDOABLE | delivery_scanning.UNDOABLE
_TEXTS = {
    O.FILE_SHOWN: N_("Should be at: %(place)s"),
    O.PLACE_CHOSEN: N_("Now scan the files, one scan each."),
    O.MOVED: N_("Now at: %(place)s"),
    O.RETURNED: N_("Now at: %(place)s"),
    O.CONFIRMED: N_("Stands as recorded at: %(place)s"),
    O.PLACE_MOVED: N_("With everything in it, now at: %(place)s"),
    O.REPEATED: N_("It stands here already. Nothing was done a second time."),
    O.SEEN_LATE: N_("Something newer was recorded after this scan was made. That it was seen is recorded."),
    O.CHECK_OPENED: N_("Read the cover and leaf through the content, then confirm each."),
    O.CHECK_CONFIRMED: N_("It is noted. The check is not done yet."),
    O.CHECK_DONE: N_("Everything is confirmed. Take the next file."),
    O.CHECK_ASKED: N_("Choose on the screen what is wrong."),
    O.CHECK_FINDING: N_("It is noted and stays listed until it is put right."),
    O.CHECK_SET_ASIDE: N_(
        "Set both covers aside until each holds only its own. The history of both says so."
    ),
    O.CHECK_UNDONE: N_("What you said last is taken back."),
    O.CRATE_CHOSEN: N_("Now scan what goes into it, one scan each."),
    O.CRATE_ARRIVED: N_("Look at the seal. Then take out one piece at a time and scan it."),
    O.PACKED: N_("Lies in: %(place)s"),
    O.PACKED_UNLISTED: N_("It goes along and is noted as standing on the shelf without being listed."),
    O.PACKED_ALREADY: N_("It lies in this crate already. Nothing was done a second time."),
    O.REPACKED: N_("It lay in another crate and lies now in: %(place)s"),
    O.RECEIVED: N_("From: %(place)s"),
    O.RECEIVED_UNEXPECTED: N_("It is received, and stands among the differences until somebody says why."),
    O.RECEIVED_ALREADY: N_("It was received before. Nothing was done a second time."),
    O.RECEIVED_TWICE: N_(
        "It was received out of another crate. Lay both aside: two covers may bear the same label."
    ),
    O.TURNED_UP: N_("The delivery was closed without it. The old record stands; this stands beside it."),
    O.SWEPT: N_("Nothing is left there. Scan the next one."),
    O.LEFT_OVER: N_("It is still in the room and stands among what is left. Send it with a delivery."),
    O.BLANK: N_("It is not bound to a file yet."),
    O.VOID_LABEL: N_("Take this label off. Present label: %(code)s"),
    O.UNKNOWN_CODE: N_(
        "No label with this code is in the register. Lay the file aside and tell the archivist."
    ),
    O.NOT_A_CODE: N_("Scan the label of the archive, or write its ten characters."),
    O.WANTED: N_("It was declared lost. Only its incident brings it back."),
}
_WANTED = N_("STOP – wanted: %(thing)s")
_STOP = N_(
    "Do not open it and do not put it away: keep it by you. The owner of incident %(incident)s has been told."
)
# To stand somewhere in a room is allowed, and is how files get lost there.
_WIDE = {
    PlaceKind.SITE: N_(
        "At the address as a whole, not in a room or on a shelf. Scan the shelf or box if you can."
    ),
    PlaceKind.ROOM: N_("In the room as a whole, not on a shelf. Scan the shelf or box if you can."),
    PlaceKind.RACK: N_("On the rack as a whole, not on a shelf. Scan the shelf or box if you can."),
}
_PUTS = frozenset({O.PLACE_CHOSEN, O.MOVED, O.RETURNED})
_MARKED = N_(
    "This is no file: it stands for one that is looked for in incident %(incident)s. Leave it standing."
)
_NO_LONGER_MARKED = N_(
    "This is no file. The one it stands for is no longer looked for: take the marker away."
)
_LENT = N_("It is on loan. Scan a place to take it back there.")
_ELSEWHERE = N_("It is not in the archive: %(state)s.")
_NO_PRESENT_LABEL = N_("Take this label off. There is no other in its place.")
_AT_TASKS = frozenset({O.PACKED_UNLISTED, O.RECEIVED_UNEXPECTED, O.RECEIVED_ALREADY, O.RECEIVED_TWICE})
_CHOOSING = frozenset({O.PLACE_CHOSEN, O.CRATE_CHOSEN, O.CRATE_ARRIVED})
# Refusals after which no file can be put at the place chosen before.
_PLACE_UNUSABLE = frozenset({"place_closed", "context_not_a_code", "no_such_code", "not_a_place"})


class _File(NamedTuple):
    """What every answer about a file needs of it: a row, since a model costs more than the disk."""

    id: int
    code: str
    reference: str
    part: int
    parts: int
    status: Custody
    protected: bool
    place_id: int


_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_FILES = select(*(_FILE.c[name] for name in _File._fields)).where(
    _FILE.c.id.in_(bindparam("ids", expanding=True))
)
_PLACE = Place.__table__  # type: ignore[attr-defined]
_DIVIDED = (
    select(_PLACE.c.parent_id)
    .where(_PLACE.c.parent_id.in_(bindparam("ids", expanding=True)), _PLACE.c.closed_at.is_(None))
    .distinct()
)
_SHOWN = select(CaseFile).where(_FILE.c.id.in_(bindparam("ids", expanding=True)))


class _Facts(NamedTuple):
    """What is known of the things a page of scans was about."""

    files: Mapping[int, _File]
    cards: Mapping[int, Card]
    trails: Mapping[int, Sequence[PathStep]]
    divided: Collection[int]


def tell(work: Work, scans: Sequence[StoredScan]) -> list[ScanReply]:
    """Say what scans led to, in their order, in a number of statements that does not grow with them."""
    ids = {scan.file_id for scan in scans if scan.file_id}
    rows = work.connection.execute(_FILES, {"ids": sorted(ids)}) if ids else ()
    files = {row.id: _File(*row) for row in rows}
    shown = {scan.file_id for scan in scans if scan.outcome is O.FILE_SHOWN and scan.file_id}
    models = work.session.execute(_SHOWN, {"ids": sorted(shown)}).scalars().all() if shown else ()
    told_of = {card.file.id: card for card in masking.cards(work, models)} if models else {}
    places = {scan.place_id for scan in scans if scan.place_id}
    places |= {files[number].place_id for number in shown if number in files}
    steps = paths.steps(work, places) if places else {}
    facts = _Facts(files, told_of, steps, _divided(work, scans, steps))
    return [_telling(scan, facts) for scan in scans]


def _divided(
    work: Work, scans: Sequence[StoredScan], steps: Mapping[int, Sequence[PathStep]]
) -> Collection[int]:
    """Return the sites, rooms and racks of scans that are divided further; of shelves nothing is asked."""
    put = {scan.place_id for scan in scans if scan.outcome in _PUTS and scan.place_id}
    wide = {place_id for place_id in put & steps.keys() if steps[place_id][-1].kind in _WIDE}
    return set(work.connection.execute(_DIVIDED, {"ids": sorted(wide)}).scalars()) if wide else ()


def _telling(scan: StoredScan, known: _Facts) -> ScanReply:
    file = known.files.get(scan.file_id or 0)
    place_id = file.place_id if file and scan.outcome is O.FILE_SHOWN else scan.place_id
    trail = known.trails.get(place_id or 0, ())
    chosen = scan.outcome in _CHOOSING and bool(trail)
    card = known.cards.get(scan.file_id or 0) if scan.outcome is O.FILE_SHOWN else None
    hidden = file is not None and file.protected
    wide = _wide(trail) if scan.place_id in known.divided and not hidden and not scan.undone else ""
    said = {
        "thing": _thing(scan, file, trail),
        "place": _where(scan, file, trail),
        "code": _present(file, trail),
    }
    return ScanReply(
        id=scan.id,
        outcome=scan.outcome,
        signal=Signal.WARNING if wide and chosen else _signal(scan, file),
        heading=_(_heading(scan), **said),
        text=_text(scan, file, said),
        hint=wide or _hint(card),
        file_code=file.code if file else "",
        place_code=trail[-1].code if trail and not hidden and scan.outcome is not O.UNKNOWN_CODE else "",
        context=trail[-1].code if chosen else "",
        context_name=paths.spoken(trail[-1]) if chosen else "",
        context_above=paths.name_of(trail[:-1]) if chosen else "",
        context_hint=wide if chosen else "",
        clears=_clears(scan),
        scanned=codes.grouped(scan.code) if scan.code else "",
        at=scan.at,
        undoable=scan.outcome in _UNDOABLE and not scan.undone,
        undone=scan.undone,
        status=file.status if file else None,
        incident=scan.incident_id,
        stop=_(_STOP, incident=scan.incident_id) if scan.incident_id else "",
        subjects=tuple(masking.subjects([card])) if card else (),
    )


def _wide(trail: Sequence[PathStep]) -> str:
    return _(_WIDE[trail[-1].kind]) if trail[-1].kind in _WIDE else ""


def hint_at(work: Work, place: Place) -> str:
    """Return the hint that a place is a whole site, room or rack and divided further, or nothing."""
    if place.kind not in _WIDE or not work.connection.execute(_DIVIDED, {"ids": [place.id]}).first():
        return ""
    return _(_WIDE[place.kind])


def _heading(scan: StoredScan) -> str:
    if scan.incident_id is not None:
        return _WANTED
    return _UNDONE if scan.undone else _HEADINGS[scan.outcome]


def _signal(scan: StoredScan, file: _File | None) -> Signal:
    if scan.incident_id is not None:
        return Signal.REFUSED
    if scan.undone:
        return Signal.INFO
    if scan.outcome is O.FILE_SHOWN and file is not None and file.status is not Custody.ON_PLACE:
        return Signal.WARNING
    return _SIGNALS.get(scan.outcome, Signal.REFUSED)


def _thing(scan: StoredScan, file: _File | None, trail: Sequence[PathStep]) -> str:
    """Name what was scanned: a protected file, or one that is in no register, by its code alone."""
    if file is None and scan.outcome in _AT_TASKS:
        return codes.grouped(scan.code or "")
    if file is None:
        return paths.spoken(trail[-1]) if trail else "–"
    if file.protected:
        return _("protected file %(code)s", code=codes.grouped(file.code))
    part = f", {_('part %(part)s of %(parts)s', part=file.part, parts=file.parts)}" if file.parts > 1 else ""
    return file.reference + part


def _where(scan: StoredScan, file: _File | None, trail: Sequence[PathStep]) -> str:
    """Say the place in few words; that of a protected file to nobody, who put it there knows."""
    if file is not None and file.protected:
        return _("Protected") if scan.outcome is O.FILE_SHOWN else _("the place you chose")
    whole = file is not None or scan.outcome in _AT_TASKS
    return paths.name_of(trail[-4:] if whole else trail[-4:-1]) or "–"


def _present(file: _File | None, trail: Sequence[PathStep]) -> str:
    code = file.code if file else trail[-1].code if trail else ""
    return codes.grouped(code) if code else ""


def _text(scan: StoredScan, file: _File | None, said: Mapping[str, str]) -> str:
    if scan.undone and scan.outcome in cover_scanning.UNDOABLE:
        return _(_TEXTS[O.CHECK_UNDONE])
    if scan.undone:
        return _("It is back where it was.")
    if scan.outcome is O.REFUSED:
        facts = scan.facts or {}
        return _(str(facts.get("sentence", "")), **facts.get("said", {}))
    if scan.outcome is O.SHELF_MARKER:
        incident = (scan.facts or {}).get("incident")
        return _(_MARKED, incident=incident) if incident else _(_NO_LONGER_MARKED)
    if scan.outcome is O.FILE_SHOWN and file is not None and file.status is Custody.ON_LOAN:
        return _(_LENT)
    if scan.outcome is O.FILE_SHOWN and file is not None and file.status is not Custody.ON_PLACE:
        return _(_ELSEWHERE, state=file.status.label)
    if scan.outcome is O.VOID_LABEL and said["code"] in {"", codes.grouped(scan.code or "")}:
        return _(_NO_PRESENT_LABEL)
    return _(_TEXTS[scan.outcome], **said)


def _hint(card: Card | None) -> str:
    return f"{card.kind} · {card.name}" if card else ""


def _clears(scan: StoredScan) -> bool:
    """Tell whether the place chosen before is left: it cannot be used, or its label's successor is meant."""
    if scan.outcome is O.VOID_LABEL:
        return scan.file_id is None and scan.place_id is not None
    return scan.outcome is O.REFUSED and scan.reason in _PLACE_UNUSABLE
