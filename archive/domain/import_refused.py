"""The rows of a list that were not registered, given back; those about somebody protected apart."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.domain import import_hiding, looks
from archive.domain.import_items import Terms, item_of
from archive.domain.imports import mapping_of, problem_of
from archive.domain.looks import Look
from archive.lists.marks import protective_words
from archive.lists.reading import Reading
from archive.models import ImportRow, ImportRun, PersonNumber
from archive.store import Work
from archive.vocabulary import Permission, Protection, RowState

_AT_ONCE = 500
_NUMBER = re.compile(r"(?<!\d)(?:\d\d)?(\d{6})[-+ ]?(\d{4})(?!\d)")
_BEARERS = select(col(PersonNumber.person_id)).where(
    col(PersonNumber.short).in_(bindparam("values", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Refused:
    """What is given back: cells with their reason, and the look at whoever the register knows of them."""

    rows: Sequence[tuple[Sequence[str], str]]
    look: Look


def given_back(work: Work, run: ImportRun, *, protected: bool = False) -> Refused:
    """Return the rows that were not registered and name nobody protected, or for those cleared the others.

    The file is meant to be read in again, so what may not be shown is left out and not masked.
    """
    work.require(Permission.CHECK_SEALED if protected else Permission.IMPORT)
    shown: list[ImportRow] = []
    for batch in _batches(work, run):
        secret = hidden(work, batch)
        shown += [row for row in batch if secret[row.id] is protected]
    name = "rejects_protected" if protected else "rejects"
    return Refused(
        [(row.cells, problem_of(row.problem or {}).say()) for row in shown],
        looks.at_list(name, [run.stream, *persons(work, shown)]),
    )


def persons(work: Work, rows: Iterable[ImportRow]) -> list[str]:
    """Return whom the register knows of rows that are shown, for the record of the look."""
    numbers = set().union(*(_shorts(row) for row in rows))
    found = work.session.execute(_BEARERS, {"values": sorted(numbers)}).scalars() if numbers else ()
    return [f"person:{person_id}" for person_id in sorted(set(found))]


def how_many_protected(work: Work, run: ImportRun) -> int:
    """Count the rows that are left out of the common file, for those who may know."""
    work.require(Permission.CHECK_SEALED)
    return sum(sum(hidden(work, batch).values()) for batch in _batches(work, run))


def lists_with_protected(work: Work) -> list[tuple[ImportRun, int]]:
    """Return the lists that have rows only those cleared get back, the newest first, with how many."""
    work.require(Permission.CHECK_SEALED)
    with_refused = select(col(ImportRow.run_id)).where(col(ImportRow.state) == RowState.REJECTED)
    runs = work.session.scalars(
        select(ImportRun).where(col(ImportRun.id).in_(with_refused)).order_by(col(ImportRun.id).desc())
    ).all()
    counted = ((run, how_many_protected(work, run)) for run in runs)
    return [(run, many) for run, many in counted if many]


def _batches(work: Work, run: ImportRun) -> Iterator[Sequence[ImportRow]]:
    statement = (
        select(ImportRow)
        .where(col(ImportRow.run_id) == run.id, col(ImportRow.state) == RowState.REJECTED)
        .order_by(col(ImportRow.row))
        .limit(_AT_ONCE)
    )
    after = -1
    while rows := work.session.scalars(statement.where(col(ImportRow.row) > after)).all():
        yield rows
        after = rows[-1].row


def hidden(work: Work, rows: Iterable[ImportRow]) -> dict[int, bool]:
    """Tell of each row, by its id, whether it may be about somebody protected: by list or by register."""
    found: dict[int, bool] = {}
    for run_id, group in groupby(sorted(rows, key=lambda row: (row.run_id, row.row)), lambda row: row.run_id):
        run, of_run = work.session.get_one(ImportRun, run_id), list(group)
        by_register = _by_register(work, run, of_run)
        for row in of_run:
            found[row.id] = by_register[row.id] or _by_list(row)
    return found


def _by_list(row: ImportRow) -> bool:
    """Tell whether the row itself says so; what names nobody (a heading, a sum) hides nothing."""
    if any(protective_words(str(cell)) for cell in row.cells):
        return True
    if not row.reading:
        return False
    reading = Reading.from_dict(row.reading)
    return reading.protection.protected and (
        bool(reading.persons) or reading.protection is not Protection.UNKNOWN
    )


def _by_register(work: Work, run: ImportRun, rows: Sequence[ImportRow]) -> Mapping[int, bool]:
    read = [(row, Reading.from_dict(row.reading)) for row in rows if row.reading]
    terms = Terms.of(work, mapping_of(run))
    pairs = [(reading, item_of(row.row, reading, terms).key) for row, reading in read]
    known = import_hiding.of_register(work, pairs)
    found = {row.id: secret for (row, _reading), secret in zip(read, known, strict=True)}
    shorts = {row.id: _shorts(row) for row in rows}
    theirs = import_hiding.protected_numbers(work, set().union(*shorts.values()))
    return {row.id: found.get(row.id, False) or not theirs.isdisjoint(shorts[row.id]) for row in rows}


def _shorts(row: ImportRow) -> set[str]:
    """Return the numbers that stand in any cell, also one nobody has read as a number, without century."""
    return {"".join(found) for cell in row.cells for found in _NUMBER.findall(str(cell))}
