"""Pick lists written elsewhere: rows of a file become files of the register, by code or by reference."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from archive.deliveries import pick_lists
from archive.deliveries.pick_lists import Judged, Listed, Wish
from archive.files import files
from archive.files.files import reference_key
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.guessing import guess
from archive.imports.lists.meaning.tables import OpenList
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, DeliverySender, Label, Place
from archive.places import places
from archive.vocabulary import Custody, LeftOut, RowSense
from archive.vocabulary.wording import N_
from labels import codes

SAMPLE = 200
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_LABEL = Label.__table__  # type: ignore[attr-defined]
_BY_REFERENCE = (
    select(CaseFile, _PLACE.c.path)
    .join(_PLACE, _PLACE.c.id == _FILE.c.place_id)
    .where(
        _FILE.c.reference_key.in_(bindparam("keys", expanding=True)),
        (_FILE.c.status != Custody.VOID) | _FILE.c.replaced_by_id.is_not(None),
    )
    .order_by(_FILE.c.reference_key, _FILE.c.part, _FILE.c.id)
)
_BY_CODE = (
    select(_LABEL.c.code, CaseFile)
    .join(_FILE, _FILE.c.id == _LABEL.c.file_id)
    .where(_LABEL.c.code.in_(bindparam("codes", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row of a list says of the file it means; `number` is where it stands in the list."""

    number: int
    code: str
    reference: str
    part: int | None

    @property
    def said(self) -> str:
        """Return how the row names its file."""
        return " ".join(filter(None, (self.code or self.reference, str(self.part) if self.part else "")))


@dataclass(frozen=True, slots=True)
class Understood:
    """One row as it is understood, for each file it means: what becomes of it, and why it is left out."""

    row: int
    said: str
    file: CaseFile | None
    sense: RowSense
    left_out: LeftOut | None


@dataclass(frozen=True, slots=True)
class ExternalListPreview:
    """What taking a list over would do; `text` is all that is needed of it, in a form that is read again."""

    rows: tuple[Understood, ...]
    text: str

    def count(self, sense: RowSense) -> int:
        """Count the rows that come to something."""
        return sum(one.sense is sense for one in self.rows)


def take(work: Work, share: DeliverySender, content: bytes) -> Listed:
    """Make a written list the pick list of a sender; raises Invalid when no column of it names files."""
    return pick_lists.take(
        work, share, [wish for _row, wish, _ in _wishes(work, share, _read(work, content))]
    )


def preview(work: Work, share: DeliverySender, content: bytes) -> ExternalListPreview:
    """Say how each row of a written list is understood and what would become of it; changes nothing."""
    rows = _read(work, content)
    wishes = _wishes(work, share, rows)
    judged = pick_lists.judge(work, share, [wish for _row, wish, _ in wishes])
    seen = [
        Understood(row.number, row.said, one.wish.file, _sense(one, several=several), one.left_out)
        for (row, _wish, several), one in zip(wishes, judged, strict=True)
    ]
    return ExternalListPreview(tuple(seen), _text(rows))


def _sense(one: Judged, *, several: bool) -> RowSense:
    if one.wish.file is None:
        return RowSense.SEVERAL if several else RowSense.UNKNOWN
    if one.repeated:
        return RowSense.REPEATED
    return RowSense.LEFT_OUT if one.left_out else RowSense.LISTED


def _text(rows: Sequence[_Row]) -> str:
    """Write down what is needed of a list: no name and no number of a person, whatever else stood there."""
    written = io.StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\n")
    lines.writerow([ListField.REFERENCE.sv.capitalize(), ListField.PART.sv.capitalize(), "QR"])
    for row in rows:
        lines.writerow(["" if row.code else row.reference, row.part or "", row.code])
    return written.getvalue()


def _wishes(work: Work, share: DeliverySender, rows: Sequence[_Row]) -> list[tuple[_Row, Wish, bool]]:
    """Return what each row asks for, once for each file it means; whether several might be meant."""
    by_code = _known_codes(work, [row.code for row in rows if row.code])
    by_reference = _known_references(work, {reference_key(row.reference) for row in rows if row.reference})
    room = places.get(work, share.place_id)
    wishes: list[tuple[_Row, Wish, bool]] = []
    for row in rows:
        if row.code in by_code:
            wishes.append((row, Wish(by_code[row.code]), False))
            continue
        known = by_reference.get(reference_key(row.reference), []) if row.reference else []
        meant = _meant(known, row, room)
        wishes += [(row, Wish(file), False) for file in meant] or [
            (
                row,
                Wish(None, row.reference or row.code),
                bool(known) and row.part in {None, *(file.part for file, _ in known)},
            )
        ]
    return wishes


def _read(work: Work, content: bytes) -> list[_Row]:
    with OpenList(content) as opened:
        rows = list(opened.rows())
        sample = [cells for _number, cells in rows[:SAMPLE]]
        names, headed = opened.shape.columns, opened.shape.header_row > 0
        place = guess(names, sample, today=local_date(work.now)).mapping.place(names)
    reference, part = _columns(place, sample, headed=headed)
    read = [
        _Row(
            number,
            next((code for cell in cells if (code := _code(cell))), ""),
            _cell(cells, reference),
            int(text) if (text := _cell(cells, part)).isdecimal() and len(text) < 4 else None,
        )
        for number, cells in rows
    ]
    found = [row for row in read if row.code or row.reference]
    if not found or (reference is None and not any(row.code for row in found)):
        raise Invalid(
            "list_names_nothing",
            N_("No column of the list holds references or codes. Head it “Aktnummer” and try again."),
            field="list",
        )
    return found


def _columns(
    place: Mapping[ListField, Sequence[int]], sample: Sequence[Sequence[str]], *, headed: bool
) -> tuple[int | None, int | None]:
    """Return which columns hold reference and part; of bare lines without headings the first and second.

    A first column that looks like names or numbers of persons is none.
    """
    taken = {position for positions in place.values() for position in positions}
    if ListField.REFERENCE in place:
        return place[ListField.REFERENCE][0], place.get(ListField.PART, [None])[0]
    if headed or 0 in taken or not all(_code(cells[0]) or re.search(r"\d", cells[0]) for cells in sample):
        return None, place.get(ListField.PART, [None])[0]
    return 0, place.get(ListField.PART, [None if 1 in taken else 1])[0]


def _code(cell: str) -> str:
    """Read a cell as a code of ours; a number that happens to look like one has no check character."""
    plain = cell.strip()
    return (codes.parse(plain) or "") if 10 <= len(plain) <= 14 and not plain.isdecimal() else ""


def _cell(cells: Sequence[str], position: int | None) -> str:
    return cells[position].strip() if position is not None and position < len(cells) else ""


def _known_codes(work: Work, wanted: Sequence[str]) -> dict[str, CaseFile]:
    found: dict[str, CaseFile] = {}
    for start in range(0, len(wanted), 500):
        rows = work.session.execute(_BY_CODE, {"codes": wanted[start : start + 500]})
        found.update((row[0], row[1]) for row in rows)
    return found


def _known_references(work: Work, keys: set[str]) -> dict[str, list[tuple[CaseFile, str]]]:
    """Return the files with each reference; of one that only void ones have, those that stand in for them."""
    found: dict[str, list[tuple[CaseFile, str]]] = {}
    voids: dict[str, list[tuple[CaseFile, str]]] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), 500):
        for file, path in work.session.execute(_BY_REFERENCE, {"keys": ordered[start : start + 500]}):
            if file.status is not Custody.VOID:
                found.setdefault(file.reference_key, []).append((file, path))
            elif right := files.right_one(work, file):
                one = (right, work.session.get_one(Place, right.place_id).path)
                voids.setdefault(file.reference_key, []).append(one)
    return voids | found


def _meant(known: Sequence[tuple[CaseFile, str]], row: _Row, room: Place) -> list[CaseFile]:
    """Return the files a row means: its part, else every part; of several systems those in the room."""
    parts = [(file, path) for file, path in known if row.part in {None, file.part}]
    here = [file for file, path in parts if path == room.path or path.startswith(f"{room.path}.")]
    return here or (
        [file for file, _path in parts] if len({file.source_id for file, _ in parts}) == 1 else []
    )
