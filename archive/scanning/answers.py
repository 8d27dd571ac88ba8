"""What the answer to a scan says to the one who scanned: made anew each time, masked for that viewer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from archive.files import masking, wanted
from archive.files.masking import Card
from archive.kernel.store import Work
from archive.models import CaseFile, Place
from archive.places import paths
from archive.places.paths import PathStep
from archive.scanning import contract
from archive.scanning.contract import Signal
from archive.scanning.scans import StoredScan
from archive.vocabulary import Custody, PlaceKind
from archive.vocabulary import ScanOutcome as O
from archive.vocabulary.wording import N_, _
from labels import codes


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
    # A wanted file: the notice fills the whole screen, and says what to do. The incident that looks for it is
    # named only to those who may know of it.
    incident: int | None
    stop: str
    # Whom a look at this answer concerns, for the record of the look.
    subjects: tuple[str, ...]


_UNDONE = N_("Undone: %(thing)s")
_WANTED = N_("STOP – wanted: %(thing)s")
_STOP = N_(
    "Do not open it and do not put it away: keep it by you. The owner of incident %(incident)s has been told."
)
_STOP_UNNAMED = N_(
    "Do not open it and do not put it away: keep it by you. Whoever looks for it has been told."
)
# To stand somewhere in a room is allowed, and is how files get lost there.
_WIDE = {
    PlaceKind.SITE: N_(
        "At the address as a whole, not in a room or on a shelf. Scan the shelf or box if you can."
    ),
    PlaceKind.ROOM: N_("In the room as a whole, not on a shelf. Scan the shelf or box if you can."),
    PlaceKind.RACK: N_("On the rack as a whole, not on a shelf. Scan the shelf or box if you can."),
}
_MARKED = N_(
    "This is no file: it stands for one that is looked for in incident %(incident)s. Leave it standing."
)
_MARKED_UNNAMED = N_("This is no file: it stands for one that is looked for. Leave it standing.")
_NO_LONGER_MARKED = N_(
    "This is no file. The one it stands for is no longer looked for: take the marker away."
)
_LENT = N_("It is on loan. Scan a place to take it back there.")
_ELSEWHERE = N_("It is not in the archive: %(state)s.")
_NO_PRESENT_LABEL = N_("Take this label off. There is no other in its place.")
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
    incidents: Collection[int]  # those the viewer may know of


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
    incidents = wanted.known(work, {number for scan in scans for number in _incidents(scan)})
    facts = _Facts(files, told_of, steps, _divided(work, scans, steps), incidents)
    return [_telling(scan, facts) for scan in scans]


def _incidents(scan: StoredScan) -> Iterator[int]:
    if scan.incident_id is not None:
        yield scan.incident_id
    if number := (scan.facts or {}).get("incident"):
        yield number


def _divided(
    work: Work, scans: Sequence[StoredScan], steps: Mapping[int, Sequence[PathStep]]
) -> Collection[int]:
    """Return the sites, rooms and racks of scans that are divided further; of shelves nothing is asked."""
    put = {scan.place_id for scan in scans if contract.row(scan.outcome).puts and scan.place_id}
    wide = {place_id for place_id in put & steps.keys() if steps[place_id][-1].kind in _WIDE}
    return set(work.connection.execute(_DIVIDED, {"ids": sorted(wide)}).scalars()) if wide else ()


def _telling(scan: StoredScan, known: _Facts) -> ScanReply:
    file = known.files.get(scan.file_id or 0)
    place_id = file.place_id if file and scan.outcome is O.FILE_SHOWN else scan.place_id
    trail = known.trails.get(place_id or 0, ())
    chosen = contract.row(scan.outcome).chooses and bool(trail)
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
        text=_text(scan, file, said, known.incidents),
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
        undoable=contract.row(scan.outcome).take_back is not None and not scan.undone,
        undone=scan.undone,
        status=file.status if file else None,
        incident=scan.incident_id if scan.incident_id in known.incidents else None,
        stop=_stop(scan.incident_id, named=scan.incident_id in known.incidents),
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
    return _UNDONE if scan.undone else contract.row(scan.outcome).heading


def _signal(scan: StoredScan, file: _File | None) -> Signal:
    if scan.incident_id is not None:
        return Signal.REFUSED
    if scan.undone:
        return Signal.INFO
    if scan.outcome is O.FILE_SHOWN and file is not None and file.status is not Custody.ON_PLACE:
        return Signal.WARNING
    return contract.row(scan.outcome).signal


def _thing(scan: StoredScan, file: _File | None, trail: Sequence[PathStep]) -> str:
    """Name what was scanned: a protected file, or one that is in no register, by its code alone."""
    if file is None and contract.row(scan.outcome).unregistered:
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
    whole = file is not None or contract.row(scan.outcome).unregistered
    return paths.name_of(trail[-4:] if whole else trail[-4:-1]) or "–"


def _present(file: _File | None, trail: Sequence[PathStep]) -> str:
    code = file.code if file else trail[-1].code if trail else ""
    return codes.grouped(code) if code else ""


def _stop(incident: int | None, *, named: bool) -> str:
    """Say what to do with a wanted file that was scanned, nothing for another."""
    if incident is None:
        return ""
    return _(_STOP, incident=incident) if named else _(_STOP_UNNAMED)


def _text(scan: StoredScan, file: _File | None, said: Mapping[str, str], incidents: Collection[int]) -> str:
    row = contract.row(scan.outcome)
    if scan.undone:
        return _(row.undone)
    if scan.outcome is O.REFUSED:
        facts = scan.facts or {}
        return _(str(facts.get("sentence", "")), **facts.get("said", {}))
    if scan.outcome is O.SHELF_MARKER:
        incident = (scan.facts or {}).get("incident")
        if not incident:
            return _(_NO_LONGER_MARKED)
        return _(_MARKED, incident=incident) if incident in incidents else _(_MARKED_UNNAMED)
    if scan.outcome is O.FILE_SHOWN and file is not None and file.status is Custody.ON_LOAN:
        return _(_LENT)
    if scan.outcome is O.FILE_SHOWN and file is not None and file.status is not Custody.ON_PLACE:
        return _(_ELSEWHERE, state=file.status.label)
    if scan.outcome is O.VOID_LABEL and said["code"] in {"", codes.grouped(scan.code or "")}:
        return _(_NO_PRESENT_LABEL)
    return _(row.text, **said)


def _hint(card: Card | None) -> str:
    return f"{card.kind} · {card.name}" if card else ""


def _clears(scan: StoredScan) -> bool:
    """Tell whether the place chosen before is left: it cannot be used, or its label's successor is meant."""
    if scan.outcome is O.VOID_LABEL:
        return scan.file_id is None and scan.place_id is not None
    return scan.outcome is O.REFUSED and scan.reason in _PLACE_UNUSABLE
