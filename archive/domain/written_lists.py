"""Pick lists written elsewhere: rows of a file become files of the register, by code or by reference."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from archive.clock import local_date
from archive.domain import delivery_lists, places
from archive.domain.delivery_lists import Listed, Wish
from archive.domain.files import reference_key
from archive.errors import Invalid
from archive.lists.fields import Field
from archive.lists.guessing import guess
from archive.lists.tables import OpenList
from archive.models import CaseFile, DeliverySender, Label, Place
from archive.store import Work
from archive.vocabulary import Custody
from archive.wording import N_
from labels import codes

SAMPLE = 200
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_LABEL = Label.__table__  # type: ignore[attr-defined]
_BY_REFERENCE = (
    select(CaseFile, _PLACE.c.path)
    .join(_PLACE, _PLACE.c.id == _FILE.c.place_id)
    .where(_FILE.c.reference_key.in_(bindparam("keys", expanding=True)), _FILE.c.status != Custody.VOID)
    .order_by(_FILE.c.reference_key, _FILE.c.part, _FILE.c.id)
)
_BY_CODE = (
    select(_LABEL.c.code, CaseFile)
    .join(_FILE, _FILE.c.id == _LABEL.c.file_id)
    .where(_LABEL.c.code.in_(bindparam("codes", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row of a list says of the file it means."""

    code: str
    reference: str
    part: int | None


def take(work: Work, share: DeliverySender, content: bytes) -> Listed:
    """Make a written list the pick list of a sender; raises Invalid when no column of it names files."""
    rows = _read(work, content)
    by_code = _known_codes(work, [row.code for row in rows if row.code])
    by_reference = _known_references(work, {reference_key(row.reference) for row in rows if row.reference})
    room = places.get(work, share.place_id)
    wishes: list[Wish] = []
    for row in rows:
        if row.code in by_code:
            wishes.append(Wish(by_code[row.code]))
            continue
        meant = _meant(by_reference.get(reference_key(row.reference), []), row, room)
        wishes += [Wish(file) for file in meant] or [Wish(None, row.reference or row.code)]
    return delivery_lists.take(work, share, wishes)


def _read(work: Work, content: bytes) -> list[_Row]:
    with OpenList(content) as opened:
        rows = [cells for _number, cells in opened.rows()]
        sample = rows[:SAMPLE]
        names = opened.shape.columns
        place = guess(names, sample, today=local_date(work.now)).mapping.place(names)
    reference, part = place.get(Field.REFERENCE, [None])[0], place.get(Field.PART, [None])[0]
    read = [
        _Row(
            next((code for cell in cells if (code := _code(cell))), ""),
            _cell(cells, reference),
            int(number) if (number := _cell(cells, part)).isdecimal() else None,
        )
        for cells in rows
    ]
    found = [row for row in read if row.code or row.reference]
    if not found or (reference is None and not any(row.code for row in found)):
        raise Invalid(
            "list_names_nothing",
            N_("No column of the list holds references or codes. Head it “Aktnummer” and try again."),
            field="list",
        )
    return found


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
    found: dict[str, list[tuple[CaseFile, str]]] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), 500):
        for file, path in work.session.execute(_BY_REFERENCE, {"keys": ordered[start : start + 500]}):
            found.setdefault(file.reference_key, []).append((file, path))
    return found


def _meant(known: Sequence[tuple[CaseFile, str]], row: _Row, room: Place) -> list[CaseFile]:
    """Return the files a row means: its part, else every part; of several systems those in the room."""
    parts = [(file, path) for file, path in known if row.part in {None, file.part}]
    here = [file for file, path in parts if path == room.path or path.startswith(f"{room.path}.")]
    return here or (
        [file for file, _path in parts] if len({file.source_id for file, _ in parts}) == 1 else []
    )
