"""What the answer to a scan says to the one who scanned: made anew each time, masked for that viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.domain import cards, places
from archive.domain.scans import Taken
from archive.models import CaseFile, Place
from archive.store import Work
from archive.vocabulary import ScanOutcome as O
from archive.vocabulary import Term
from archive.wording import N_, _
from labels import codes


class Signal(Term):
    """How an answer looks and sounds, told apart without reading."""

    OK = "ok", "klart", "done", "green"
    INFO = "info", "upplysning", "information", "blue"
    WARNING = "warning", "se efter", "look", "yellow"
    REFUSED = "refused", "stopp", "stop", "red"


@dataclass(frozen=True, slots=True)
class Telling:
    """The answer to one scan in words; a code is one to go on with, empty where there is nothing to open."""

    id: str
    outcome: O
    signal: Signal
    heading: str
    text: str
    hint: str
    file_code: str
    place_code: str
    # The place that scans from now on put files at, when this scan chose one.
    context: str
    context_name: str
    scanned: str
    at: datetime
    undoable: bool
    undone: bool


_SIGNALS = {
    O.FILE_SHOWN: Signal.INFO,
    O.PLACE_CHOSEN: Signal.INFO,
    O.MOVED: Signal.OK,
    O.RETURNED: Signal.OK,
    O.CONFIRMED: Signal.OK,
    O.PLACE_MOVED: Signal.OK,
    O.REPEATED: Signal.INFO,
    O.SEEN_LATE: Signal.WARNING,
    O.BLANK: Signal.WARNING,
}
_HEADINGS = {
    O.FILE_SHOWN: N_("%(file)s"),
    O.PLACE_CHOSEN: N_("Put files at %(place)s"),
    O.MOVED: N_("Moved: %(file)s"),
    O.RETURNED: N_("Back from loan: %(file)s"),
    O.CONFIRMED: N_("Right place: %(file)s"),
    O.PLACE_MOVED: N_("Put down: %(place)s"),
    O.REPEATED: N_("Already scanned: %(file)s"),
    O.SEEN_LATE: N_("Seen, not moved: %(file)s"),
    O.BLANK: N_("Blank label"),
    O.VOID_LABEL: N_("Void label"),
    O.UNKNOWN_CODE: N_("Unknown code"),
    O.NOT_A_CODE: N_("Not one of our codes"),
    O.REFUSED: N_("Cannot be done: %(file)s"),
}
_TEXTS = {
    O.FILE_SHOWN: N_("Should be at: %(place)s"),
    O.PLACE_CHOSEN: N_("Now scan the files, one scan each."),
    O.MOVED: N_("Now at %(place)s"),
    O.RETURNED: N_("Now at %(place)s"),
    O.CONFIRMED: N_("Stands at %(place)s, as recorded"),
    O.PLACE_MOVED: N_("It took its content along."),
    O.REPEATED: N_("Nothing was done a second time."),
    O.SEEN_LATE: N_("It has been moved since this scan was made. The sighting is recorded."),
    O.BLANK: N_("It is not bound to a file yet."),
    O.VOID_LABEL: N_("It has been replaced. Use the present label, and take this one off."),
    O.UNKNOWN_CODE: N_(
        "No label with this code is in the register. Lay the file aside and tell the archivist."
    ),
    O.NOT_A_CODE: N_("Scan the label of the archive, or write its ten characters."),
}


def tell(work: Work, scans: Sequence[Taken]) -> list[Telling]:
    """Say what scans led to, in their order, in a number of statements that does not grow with them."""
    files = _files(work, {scan.file_id for scan in scans if scan.file_id})
    trails = places.trails(work, _places_of(scans, files))
    return [_telling(work, scan, files.get(scan.file_id or 0), trails) for scan in scans]


def _files(work: Work, ids: set[int]) -> dict[int, CaseFile]:
    if not ids:
        return {}
    rows = work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(ids))).scalars()
    return {file.id: file for file in rows}


def _places_of(scans: Sequence[Taken], files: dict[int, CaseFile]) -> set[int]:
    said = {scan.place_id for scan in scans if scan.place_id}
    shown = {scan.file_id for scan in scans if scan.outcome is O.FILE_SHOWN}
    return said | {files[number].place_id for number in shown if number in files}


def _telling(work: Work, scan: Taken, file: CaseFile | None, trails: dict[int, list[Place]]) -> Telling:
    place_id = file.place_id if file and scan.outcome is O.FILE_SHOWN else scan.place_id
    trail = trails.get(place_id or 0, [])
    facts = {"file": _file_name(file), "place": _place_name(file, scan, trail)}
    text = _TEXTS.get(scan.outcome) or (scan.facts or {}).get("sentence", "")
    chosen = scan.outcome is O.PLACE_CHOSEN and bool(trail)
    return Telling(
        id=scan.id,
        outcome=scan.outcome,
        signal=_SIGNALS.get(scan.outcome, Signal.REFUSED),
        heading=_(_HEADINGS[scan.outcome], **facts),
        text=_refusal(scan) if scan.outcome is O.REFUSED else _(text, **facts),
        hint=_hint(work, scan, file),
        file_code=file.code if file else "",
        place_code=trail[-1].code if trail and not _hidden(file, scan) else "",
        context=trail[-1].code if chosen else "",
        context_name=places.name_of(trail) if chosen else "",
        scanned=codes.grouped(scan.code) if scan.code else "",
        at=scan.at,
        undoable=scan.outcome in {O.MOVED, O.PLACE_MOVED} and not scan.undone,
        undone=scan.undone,
    )


def _refusal(scan: Taken) -> str:
    facts = scan.facts or {}
    return _(str(facts.get("sentence", "")), **facts.get("said", {}))


def _file_name(file: CaseFile | None) -> str:
    if file is None:
        return "–"
    if file.protected:
        return _("protected file %(code)s", code=codes.grouped(file.code))
    part = f", {_('part %(part)s of %(parts)s', part=file.part, parts=file.parts)}" if file.parts > 1 else ""
    return file.reference + part


def _hidden(file: CaseFile | None, scan: Taken) -> bool:
    """A protected file's place is shown to nobody, but who just put it down knows where that was."""
    return file is not None and file.protected and scan.outcome is O.FILE_SHOWN


def _place_name(file: CaseFile | None, scan: Taken, trail: Sequence[Place]) -> str:
    return _("Protected") if _hidden(file, scan) else places.name_of(trail[-3:]) or "–"


def _hint(work: Work, scan: Taken, file: CaseFile | None) -> str:
    if scan.undone:
        return _("Undone: it is back where it was.")
    if scan.outcome is O.FILE_SHOWN and file is not None:
        card = cards.one(work, file)
        return f"{card.kind} · {card.name} · {file.status.label}"
    return ""
