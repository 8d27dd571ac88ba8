"""Which rows of a list nobody is shown: those it marks itself; whom the register protects is told apart.

What an answer masks never depends on the register: who reads a list in would learn whom that protects.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, bindparam, select
from sqlmodel import col

from archive.imports import runs
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.lists.meaning.marks import protective_words
from archive.imports.lists.meaning.reading import Reading
from archive.imports.rows.items import Terms, item_of
from archive.imports.rows.matching import CaseKey, fetch
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, ImportRun, Person, PersonNumber
from archive.vocabulary import Protection

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_WRITTEN = re.compile(r"(?<!\d)(?:\d\d)?(\d{6})[-+ ]?(\d{4})(?!\d)")


_MARKED = (FlagCode.PROTECTION_UNCLEAR.value, FlagCode.PROTECTION_IN_TEXT.value)


def _one_of(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(bindparam("values", expanding=True))


_BEARERS = select(_NUMBER.c.person_id).where(_one_of(_NUMBER.c.short)).distinct()
_NUMBERS = (
    select(_NUMBER.c.short)
    .join(_PERSON, _PERSON.c.id == _NUMBER.c.person_id)
    .where(_one_of(_NUMBER.c.short), _PERSON.c.protection != Protection.NONE)
)
_FILES = select(_FILE.c.source_id, _FILE.c.reference_key).where(
    _one_of(_FILE.c.reference_key), _FILE.c.protected
)


def by_list(row: ImportRow) -> bool:
    """Tell whether a row itself says it is about somebody protected.

    What nobody stated counts as protected of whom the row names; of a row that names nobody it says nothing.
    """
    if any(protective_words(str(cell)) for cell in row.cells):
        return True
    if not row.reading:
        return False
    reading = Reading.from_dict(row.reading)
    return reading.protection.protected and (
        bool(reading.persons)
        or reading.protection is not Protection.UNKNOWN
        or any(code in _MARKED for code, _field in row.flags)
    )


def marked_cases(work: Work, run: ImportRun, rows: Iterable[ImportRow]) -> set[str]:
    """Return the keys of those cases of rows that any row of the list marks: their files will be masked."""
    keys = {row.file_key for row in rows if row.file_key}
    if not keys:
        return set()
    statement = select(ImportRow).where(
        col(ImportRow.file_key).in_(sorted(keys)), col(ImportRow.run_id) == run.id
    )
    found = work.session.execute(statement).scalars()
    return {row.file_key for row in found if row.file_key and by_list(row)}


def by_register(work: Work, run: ImportRun, rows: Sequence[ImportRow]) -> Mapping[int, bool]:
    """Tell of each row, by its id, whether the register protects whom it names: for those cleared alone."""
    shorts = {row.id: written(row.cells) for row in rows}
    read = [(row, Reading.from_dict(row.reading)) for row in rows if row.reading]
    for row, reading in read:
        shorts[row.id] |= numbers([reading])
    theirs = {row.short for row in fetch(work, _NUMBERS, set().union(*shorts.values()))}
    keys: dict[int, CaseKey] = {}
    if read and (run.mapping or runs.changed_since_check(run)):  # else no row can have been understood
        terms = Terms.load(work, runs.mapping_of(run))
        keys = {row.id: item_of(row.row, reading, terms).key for row, reading in read}
    files = {
        CaseKey(found.source_id, found.reference_key)
        for found in fetch(work, _FILES, {key.reference for key in keys.values()})
    }
    return {row.id: keys.get(row.id) in files or not theirs.isdisjoint(shorts[row.id]) for row in rows}


def written(texts: Iterable[object]) -> set[str]:
    """Return the numbers that stand in texts, also where nobody has read one, without century."""
    return {"".join(found) for text in texts for found in _WRITTEN.findall(str(text))}


def without_others(text: str, own: Collection[str]) -> str:
    """Return a text with the numbers of anybody else crossed out, whoever they are."""
    return _WRITTEN.sub(lambda found: found[0] if "".join(found.groups()) in own else "×" * 10, text)


def numbers(readings: Iterable[Reading]) -> set[str]:
    """Return the numbers that were read in rows, without century."""
    said = {one.number.number[-10:] for reading in readings for one in reading.persons if one.number}
    return said - {""}


def known(work: Work, shorts: Collection[str]) -> list[str]:
    """Return whom the register knows by numbers, protected or not, for the record of a look."""
    found = {row.person_id for row in fetch(work, _BEARERS, shorts)}
    return [f"person:{person_id}" for person_id in sorted(found)]
