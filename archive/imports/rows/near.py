"""Find the rows of a list and the files of the register that may be one with a row about to become a file."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from archive.files import likeness, near_files
from archive.files.likeness import Described, Somebody
from archive.files.near_files import Dated, Keys
from archive.imports.lists.meaning.reading import Reading
from archive.imports.rows import labelled, numbers_alike
from archive.imports.rows.items import Item, Terms, Verdict, item_of
from archive.imports.rows.matching import fetch
from archive.imports.rows.numbers_alike import Slips, SoughtRow
from archive.kernel.store import Work
from archive.models import ImportRow
from archive.vocabulary import Likeness, PersonRole, RowState

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_READINGS = select(_ROW.c.row, _ROW.c.reading).where(
    _ROW.c.run_id == bindparam("run_id"), _ROW.c.row.in_(bindparam("values", expanding=True))
)
Name = tuple[str, int]  # "file" and its id, or "row" and its number
BY = "alike"  # in what is kept of a row and a question: by what two files may be one
MOST = 10  # files one row may be


class Seen:
    """Know what rows are compared with: slips in numbers, the register by its days, the list so far."""

    def __init__(self, slips: Slips) -> None:
        self.slips, self.register, self.rows = slips, Dated(), Keys()

    @classmethod
    def load(cls, work: Work, run_id: int | None = None) -> "Seen":
        """Gather it, with the unsound numbers of a list that goes on to be read."""
        seen = cls(Slips.load(work, run_id))
        seen.register.load(work)
        return seen

    def add(self, row: int, file: Described) -> None:
        """Keep a row that is about to become a file, for the rows after it."""
        for key in _keys(file):
            self.rows.add(key, row)


def look(work: Work, run_id: int, before: int, verdicts: Sequence[Verdict], seen: Seen, terms: Terms) -> None:
    """Note on rows about to become files which rows and files may be the same, and by what."""
    fresh = [one for one in verdicts if one.state is RowState.NEW]
    ours = {one.item.row: described(one.item) for one in fresh}
    sought = [_sought(one.item) for one in fresh]
    sure = _names(numbers_alike.near(work, run_id, before, sought, seen.slips))
    for row, one in labelled.near(work, run_id, before, sought):
        if _name(one) not in sure.setdefault(row, []):
            sure[row].append(_name(one))
    maybe = _maybe_in_register(work, ours, seen)
    for row, file in ours.items():
        maybe.setdefault(row, set()).update(("row", one) for one in _earlier(file, row, seen))
        seen.add(row, file)
    theirs = _described(work, run_id, {*_each(sure), *_each(maybe)}, ours, terms)
    for verdict in verdicts:
        row = verdict.item.row
        verdict.near = _told(ours.get(row), sure.get(row, ()), maybe.get(row, ()), theirs)


def look_masked(work: Work, run_id: int, before: int, verdicts: Sequence[Verdict], slips: Slips) -> None:
    """Note on rows about to become files which masked files nearly have their number: for those cleared."""
    fresh = {one.item.row: one.item for one in verdicts if one.state is RowState.NEW}
    sought = [_sought(item) for item in fresh.values()]
    found = _names(numbers_alike.near(work, run_id, before, sought, slips, protected=True))
    masked = near_files.described(work, {one for _what, one in _each(found)}, protected=True)
    theirs = {("file", one): file for one, file in masked.items()}
    for verdict in verdicts:
        row = verdict.item.row
        verdict.near_masked = _told(described(verdict.item), found.get(row, ()), (), theirs)


def described(item: Item) -> Described:
    """Return a row as it is compared."""
    reading = item.reading
    persons = [one for one in reading.persons if one.role is PersonRole.SUBJECT] or reading.persons[:1]
    return Described(
        *(item.key.source_id, item.key.reference, reading.part, item.kind_id, reading.opened, reading.closed),
        tuple(
            Somebody(one.family, one.given, one.number.number if one.number else "", one.born)
            for one in persons
        ),
    )


def keep(rows: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
    """Put what the check noted on rows with what is found now."""
    stored = {row.row: row.near or [] for row in rows}
    for verdict in verdicts:
        if verdict.state is RowState.NEW:
            known = stored[verdict.item.row]
            names = {_name(one) for one in known}
            verdict.near = [*(one for one in verdict.near if _name(one) not in names), *known]


def _sought(item: Item) -> SoughtRow:
    return SoughtRow(item.row, item.key, item.reading.part, item.kind_id, item.number)


def _name(one: Mapping[str, Any]) -> Name:
    return next((what, one[what]) for what in ("file", "row") if what in one)


def _names(found: Mapping[int, Sequence[Mapping[str, Any]]]) -> dict[int, list[Name]]:
    return {row: [_name(one) for one in those] for row, those in found.items()}


def _each(found: Mapping[int, Collection[Name]]) -> set[Name]:
    return {name for those in found.values() for name in those}


def _keys(file: Described) -> set[tuple[Any, ...]]:
    """Return by what a row is looked for: the days of its case, a birth date with a word of the name."""
    keys: set[tuple[Any, ...]] = {
        (day, word) for one in file.persons for day in near_files.births(one) for word in likeness.words(one)
    }
    pair = near_files.days(file.opened, file.closed)
    return {*keys, pair} if pair else keys


def _earlier(file: Described, row: int, seen: Seen) -> set[int]:
    return {one for key in _keys(file) for one in seen.rows.get(key) if one < row}


def _maybe_in_register(work: Work, ours: Mapping[int, Described], seen: Seen) -> dict[int, set[Name]]:
    wanted: dict[str, list[int]] = {}
    for row, file in ours.items():
        for one in file.persons:
            for number in seen.slips.wider(one.number) if one.number else ():
                wanted.setdefault(number, []).append(row)
    found: dict[int, set[Name]] = {}
    persons = {row: file.persons for row, file in ours.items()}
    for files in (near_files.with_numbers(work, wanted), near_files.of_persons(work, persons)):
        for row, those in files.items():
            found.setdefault(row, set()).update(("file", one) for one in those)
    for row, file in ours.items():
        days = seen.register.files(file.opened, file.closed)
        found.setdefault(row, set()).update(("file", one) for one in days)
    return found


def _described(
    work: Work, run_id: int, names: Collection[Name], ours: Mapping[int, Described], terms: Terms
) -> dict[Name, Described]:
    files = near_files.described(work, {one for what, one in names if what == "file"}, but=run_id)
    found: dict[Name, Described] = {("file", one): file for one, file in files.items()}
    rows = {one for what, one in names if what == "row"}
    found |= {("row", one): ours[one] for one in rows & ours.keys()}
    for row in fetch(work, _READINGS, rows - ours.keys(), run_id=run_id):
        if row.reading:  # of a row that is registered already it is gone: the check compared them
            found["row", row.row] = described(item_of(row.row, Reading.from_dict(row.reading), terms))
    return found


def _told(
    one: Described | None, sure: Collection[Name], maybe: Collection[Name], theirs: Mapping[Name, Described]
) -> list[dict[str, Any]]:
    """Return which files and rows one may be, and by what."""
    if one is None:
        return []
    by: dict[Name, Sequence[Likeness]] = {
        name: likeness.signs(one, theirs[name]) if name in theirs else () for name in sure
    }
    for name in sorted(set(maybe) & theirs.keys() - by.keys()):
        if found := likeness.near(one, theirs[name]):
            by[name] = found
    listed = list(by.items())[: max(MOST, len(sure))]
    return [{what: one, BY: [sign.value for sign in signs]} for (what, one), signs in listed]
