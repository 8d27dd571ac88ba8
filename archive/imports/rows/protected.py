"""Keep what a list marks as protected, whatever becomes of the row: the case, and whoever has its numbers."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, literal_column, or_, select

from archive.files import files
from archive.imports import masking
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.rows.items import Item, Terms, Verdict, item_of, reading_of
from archive.imports.rows.judging import marked, names_subject
from archive.imports.rows.matching import CaseKey, fetch
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, ImportRow, ImportRun, Person, PersonNumber
from archive.people import file_links, people
from archive.vocabulary import Custody, Protection, RowState

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500
_FLAGS = cast(_ROW.c.flags, Text)
_NAMES_NOBODY = (
    _ROW.c.state != RowState.REJECTED.value,
    literal_column("'[]'") != _FLAGS,  # written out: only so does SQLite see that the index of these will do
    or_(
        *(
            _FLAGS.contains(f'"{flag.value}"')
            for flag in (FlagCode.PERSON_MISSING, FlagCode.PROTECTION_IN_TEXT, FlagCode.PROTECTION_UNCLEAR)
        )
    ),
)
_REFUSED = (_ROW.c.state == RowState.REJECTED.value,)
_ONE_OF: Any = bindparam("values", expanding=True)
_FILES = select(_FILE.c.id, _FILE.c.source_id, _FILE.c.reference_key).where(
    _FILE.c.reference_key.in_(_ONE_OF), _FILE.c.status != Custody.VOID
)
_OF_FILES = select(_ROLE.c.file_id, _ROLE.c.person_id).where(_ROLE.c.file_id.in_(_ONE_OF))
_OF_NUMBERS = select(_NUMBER.c.person_id).where(_NUMBER.c.short.in_(_ONE_OF))
_SEEN = select(_PERSON.c.id).where(
    _PERSON.c.id.in_(_ONE_OF),
    or_(_PERSON.c.protection == Protection.NONE, _PERSON.c.protection_source == people.IN_QUESTION),
)
_MASKED = select(_FILE.c.source_id, _FILE.c.reference_key).where(
    _FILE.c.reference_key.in_(_ONE_OF),
    _FILE.c.protected,
    _FILE.c.status != Custody.VOID,
    ~select(_ROLE.c.file_id).where(_ROLE.c.file_id == _FILE.c.id).exists(),
)


@dataclass(slots=True)
class Marks:
    """Hold the cases a list marks without a word of who is meant, and the numbers of marked rows it lost."""

    cases: set[CaseKey] = field(default_factory=set)
    shorts: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, work: Work, run_id: int, terms: Terms) -> "Marks":
        """Gather the marks of a checked list that no registered row carries."""
        marks = cls()
        for where in (_NAMES_NOBODY, _REFUSED):
            for row in _rows(work, run_id, where):
                reading = reading_of(row) if row.reading else None
                if reading and marked(reading) and (where is _REFUSED or not names_subject(reading)):
                    marks.take(item_of(row.row, reading, terms), row.cells)
        return marks

    def take(self, item: Item, cells: Iterable[object]) -> None:
        """Take in a marked row: its case, and all numbers written in it."""
        if item.key.source_id and item.reading.reference:
            self.cases.add(item.key)
        self.shorts |= masking.written(cells)

    def __bool__(self) -> bool:
        return bool(self.cases or self.shorts)

    def on(self, work: Work, items: Iterable[Item]) -> None:
        """Mark each row of a marked case or number, or where a part about nobody known is masked already."""
        seen = [item for item in items if item.reading.protection is Protection.NONE]
        found = fetch(work, _MASKED, {item.key.reference for item in seen})
        cases = self.cases | {CaseKey(file.source_id, file.reference_key) for file in found}
        for item in seen:
            if item.key in cases or self.shorts & masking.numbers([item.reading]):
                item.as_read = item.reading
                item.reading = replace(item.reading, protection=Protection.UNKNOWN, case_marked=True)

    def keep(self, work: Work, run: ImportRun, rows: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
        """Let the mark of each row act that is refused only now."""
        lost = Marks()
        for row, verdict in zip(rows, verdicts, strict=True):
            if verdict.state is RowState.REJECTED and marked(verdict.item.reading):
                lost.take(verdict.item, row.cells)
        self.cases |= lost.cases
        self.shorts |= lost.shorts
        hide(work, run, lost)


def _rows(work: Work, run_id: int, where: Collection[ColumnElement[bool]]) -> Iterator[Any]:
    columns = (_ROW.c[name] for name in ("row", "cells", "reading", "flags"))
    rows = select(*columns).where(_ROW.c.run_id == run_id, *where).order_by(_ROW.c.row).limit(_AT_ONCE)
    after = -1
    while some := work.connection.execute(rows.where(_ROW.c.row > after)).all():
        yield from some
        after = some[-1].row


def hide(work: Work, run: ImportRun, marks: Marks) -> None:
    """Hide at once, of what is registered, every file of a marked case and whoever has a marked number."""
    ids = {
        file.id
        for file in fetch(work, _FILES, {key.reference for key in marks.cases})
        if CaseKey(file.source_id, file.reference_key) in marks.cases
    }
    links = list(fetch(work, _OF_FILES, ids))
    persons = {link.person_id for link in links}
    persons |= {row.person_id for row in fetch(work, _OF_NUMBERS, marks.shorts)}
    for row in list(fetch(work, _SEEN, persons)):
        person = people.get(work, row.id)
        people.lock(work, person)
        people.hide(work, person, Protection.UNKNOWN, run.name)
    for file_id in sorted(ids - {link.file_id for link in links}):
        file_links.mask(work, files.get(work, file_id), run.id)
