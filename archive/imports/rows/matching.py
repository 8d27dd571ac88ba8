"""What the register knows of the rows of a batch: the same files and persons, and files nearly the same."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select

from archive.files.files import reference_key
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    EarlierCheck,
    Event,
    FilePerson,
    ImportRow,
    ImportRun,
    Person,
    PersonNumber,
    Place,
)
from archive.people import people
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    PersonRole,
    Protection,
    RowState,
)

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_RUN = ImportRun.__table__  # type: ignore[attr-defined]
_CHECK = EarlierCheck.__table__  # type: ignore[attr-defined]
_EVENT = Event.__table__  # type: ignore[attr-defined]
AT_ONCE = 2000  # values in one IN; SQLite takes 32,766 parameters
_TWIN_MARK = re.compile(r" \[\d+\]$")
TWIN = " [%s]"  # ends that of a file whose reference another has: in brackets, as archives mark what they add


class CaseKey(NamedTuple):
    """Name a case: its source system and its reference as compared."""

    source_id: int
    reference: str

    @classmethod
    def from_reference(cls, source_id: int, reference: str) -> "CaseKey":
        """Make the key of a reference as written."""
        return cls(source_id, reference_key(reference))

    def __str__(self) -> str:
        return f"{self.source_id}:{self.reference}"


@dataclass(slots=True)
class KnownPerson:
    """Hold a registered person with the numbers they have or had."""

    id: int
    family_name: str
    given_name: str
    birth_date: PartialDate | None
    protection: Protection
    corrected: Sequence[str]
    numbers: list[Row[Any]] = field(default_factory=list)
    in_question: bool = False  # and hidden by nothing else

    @property
    def stated(self) -> Protection:
        """Return the protection somebody has stated: a question that hides until it is answered is none."""
        return Protection.NONE if self.in_question else self.protection


class PlaceAnswer(NamedTuple):
    """What somebody was asked of a file's place and has answered: what a list said, and what the register."""

    said: tuple[tuple[str, str], ...]
    day: date | None
    register: int | None


@dataclass(slots=True)
class KnownFile:
    """Hold a registered file as an import compares with it."""

    id: int
    source_id: int
    reference_key: str
    part: int
    parts: int
    kind_id: int
    unit_id: int | None
    status: Custody
    place_id: int
    place_path: str
    central: bool
    placed_how: Evidence
    placed_at: datetime
    opened_on: PartialDate | None
    closed_on: PartialDate | None
    last_note_on: PartialDate | None
    placed_child: bool
    adoption: bool
    parenthood: bool
    child_investigation: bool
    custody_agreement: bool
    corrected: Sequence[str]
    import_id: int | None
    version: int
    reference: str
    protected: bool = False
    persons: list[tuple[KnownPerson, PersonRole]] = field(default_factory=list)
    checks: set[tuple[str, str]] = field(default_factory=set)
    settled_persons: bool = False  # a person was taken off it: whom it is about is not the lists' to say
    sealed: bool = False  # what a row says of it, only those cleared are told
    masked: bool = False  # and a list that is only checked nobody
    place_asked: bool = False  # and nobody has answered: until then no list moves it
    placed_day: date | None = None  # of the latest list, scan or hand its place rests on, where that counts
    place_confirmed: date | None = None  # when somebody said that the register is right about its place
    place_answers: list[PlaceAnswer] = field(default_factory=list)
    names_asked: dict[tuple[str, str], bool] = field(default_factory=dict)  # whether that is still open
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)  # by rows in question: what differs

    @property
    def twin(self) -> str:
        """Return what the register added to the reference, where it is that of another file."""
        found = _TWIN_MARK.search(self.reference)
        return found[0] if found else ""

    @property
    def key(self) -> CaseKey:
        """Return the key of the case the file belongs to."""
        return CaseKey(self.source_id, self.reference_key)


FILES = (  # as a list compares with them
    select(
        *(_FILE.c[name] for name in ("id", "source_id", "reference_key", "part", "parts", "kind_id")),
        *(_FILE.c[name] for name in ("unit_id", "status", "place_id")),
        _PLACE.c.path.label("place_path"),
        _PLACE.c.central,
        *(_FILE.c[name] for name in ("placed_how", "placed_at", "opened_on", "closed_on", "last_note_on")),
        *(_FILE.c[name] for name in ("placed_child", "adoption", "parenthood", "child_investigation")),
        *(_FILE.c[name] for name in ("custody_agreement", "corrected", "import_id", "version")),
        *(_FILE.c[name] for name in ("reference", "protected")),
    ).join(_PLACE, _PLACE.c.id == _FILE.c.place_id)
)
_KNOWN = FILES.where(
    _FILE.c.reference_key.in_(bindparam("values", expanding=True)), _FILE.c.status != Custody.VOID
)
_PERSONS = select(
    *(_PERSON.c[name] for name in ("id", "family_name", "given_name", "birth_date", "protection")),
    *(_PERSON.c.corrected, _PERSON.c.protection_source),
).where(_PERSON.c.id.in_(bindparam("values", expanding=True)))
_NUMBERS = (
    select(_NUMBER.c.person_id, _NUMBER.c.number, _NUMBER.c.written, _NUMBER.c.quality)
    .where(_NUMBER.c.person_id.in_(bindparam("values", expanding=True)))
    .order_by(_NUMBER.c.id)
)
_ROLES = (
    select(_ROLE.c.file_id, _ROLE.c.person_id, _ROLE.c.role)
    .where(_ROLE.c.file_id.in_(bindparam("values", expanding=True)))
    .order_by(_ROLE.c.file_id, _ROLE.c.person_id)
)
_CHECKS = select(_CHECK.c.file_id, _CHECK.c.checked_on, _CHECK.c.sign).where(
    _CHECK.c.file_id.in_(bindparam("values", expanding=True))
)
_BEARERS = select(_NUMBER.c.number, _NUMBER.c.person_id).where(
    _NUMBER.c.number.in_(bindparam("values", expanding=True))
)
_REMOVED = select(_EVENT.c.stream).where(
    _EVENT.c.stream.in_(bindparam("values", expanding=True)),
    _EVENT.c.kind == EventKind.FILE_PERSON_REMOVED.value,
)
_NAMED = select(_ROW.c.file_id, _ROW.c.run_id).where(
    _ROW.c.file_id.in_(bindparam("values", expanding=True)),
    _ROW.c.state.in_([RowState.REGISTERED.value, RowState.CHANGED.value, RowState.UNCHANGED.value]),
)
_RUNS = select(_RUN.c.id, _RUN.c.mapping, _RUN.c.options).where(
    _RUN.c.id.in_(bindparam("values", expanding=True))
)
# Of a list about which it knows nothing, SQLite would rather read all rows before than look up some hundred:
# adding nothing to the run's number keeps it to the index of what is looked up.
OF_RUN = (_ROW.c.run_id + 0) == bindparam("run_id")
_IN_LIST = select(_ROW.c.file_key, _ROW.c.part, _ROW.c.covers, _ROW.c.row).where(
    OF_RUN,
    _ROW.c.file_key.in_(bindparam("values", expanding=True)),
    _ROW.c.row < bindparam("before"),
    _ROW.c.state.not_in([RowState.DUPLICATE.value, RowState.REJECTED.value]),
)


def fetch(work: Work, statement: Any, values: Collection[Any], **others: Any) -> Iterator[Row[Any]]:
    """Run a statement with an expanding parameter `values`, some thousand values at a time."""
    listed = sorted(values)
    for start in range(0, len(listed), AT_ONCE):
        parameters = {"values": listed[start : start + AT_ONCE], **others}
        yield from work.connection.execute(statement, parameters)


def known_files(work: Work, keys: Collection[CaseKey]) -> dict[CaseKey, dict[int, KnownFile]]:
    """Return the living files of cases, by part, without their persons."""
    found: dict[CaseKey, dict[int, KnownFile]] = {}
    for row in fetch(work, _KNOWN, {key.reference for key in keys}):
        file = KnownFile(*tuple(row))
        if file.key in keys:
            found.setdefault(file.key, {})[file.part] = file
    return found


def twins(work: Work, keys: Collection[CaseKey]) -> dict[CaseKey, dict[int, list[KnownFile]]]:
    """Return the files that were registered apart since their reference was taken, by case and part."""
    found: dict[CaseKey, dict[int, list[KnownFile]]] = {}
    wanted, number = {twin_key(key, 2): key for key in keys}, 2
    while wanted:
        files = known_files(work, wanted.keys())
        for key, parts in files.items():
            for part, file in parts.items():
                found.setdefault(wanted[key], {}).setdefault(part, []).append(file)
        number += 1
        wanted = {twin_key(wanted[key], number): wanted[key] for key in files}
    return found


def twin_key(key: CaseKey, number: int) -> CaseKey:
    """Return the key of the second, third … file with a reference."""
    return CaseKey(key.source_id, key.reference + reference_key(TWIN % number))


def note_removals(work: Work, files: Iterable[KnownFile]) -> None:
    """Mark the files a person was taken off by hand."""
    by_stream = {f"file:{file.id}": file for file in files}
    for row in fetch(work, _REMOVED, by_stream.keys()):
        by_stream[row.stream].settled_persons = True


def add_persons(work: Work, files: Iterable[KnownFile]) -> None:
    """Complete files with their persons and the checks made before the system."""
    by_id = {file.id: file for file in files}
    roles = list(fetch(work, _ROLES, by_id.keys()))
    persons = known_persons(work, {row.person_id for row in roles})
    for row in roles:
        by_id[row.file_id].persons.append((persons[row.person_id], row.role))
    for row in fetch(work, _CHECKS, by_id.keys()):
        by_id[row.file_id].checks.add((str(row.checked_on or ""), row.sign))


def known_persons(work: Work, person_ids: Collection[int]) -> dict[int, KnownPerson]:
    """Return persons with their numbers."""
    persons = {}
    for row in fetch(work, _PERSONS, person_ids):
        persons[row.id] = KnownPerson(*tuple(row)[:-1])
        persons[row.id].in_question = people.in_question(row)
    for row in fetch(work, _NUMBERS, person_ids):
        persons[row.person_id].numbers.append(row)
    return persons


def bearers(work: Work, numbers: Collection[str]) -> dict[str, KnownPerson]:
    """Return the person of each number, where exactly one has or had it; of several the one most protected.

    While it is in question whether two are one, what comes in must not be shown as if nobody were protected.
    """
    found = {}
    for number, those in bearing(work, numbers).items():
        most = max(those, key=lambda one: (one.protection.strictness, -one.id))
        if len(those) == 1 or most.protection.protected:
            found[number] = most
    return found


def open_bearers(work: Work, numbers: Collection[str]) -> dict[str, KnownPerson]:
    """Return the person of each number as if nobody were protected: whom everybody may know of."""
    each = bearing(work, numbers).items()
    found = {number: [one for one in those if not one.protection.protected] for number, those in each}
    return {number: those[0] for number, those in found.items() if len(those) == 1}


def bearing(work: Work, numbers: Collection[str]) -> dict[str, list[KnownPerson]]:
    """Return everybody who has or had each number."""
    ids: dict[str, set[int]] = {}
    for row in fetch(work, _BEARERS, numbers):
        ids.setdefault(row.number, set()).add(row.person_id)
    persons = known_persons(work, set().union(*ids.values()))
    return {number: [persons[one] for one in those] for number, those in ids.items()}


@dataclass(frozen=True, slots=True)
class Claim:
    """Say that a list registered before names a file: that of the central archive or not, drawn up when."""

    run_id: int
    central: bool
    day: date | None


def claims(work: Work, file_ids: Collection[int]) -> dict[int, list[Claim]]:
    """Return the lists that name each file."""
    named: dict[int, set[int]] = {}
    for row in fetch(work, _NAMED, file_ids):
        named.setdefault(row.file_id, set()).add(row.run_id)
    lists = lists_of(work, set().union(*named.values()))
    return {file_id: [lists[run_id] for run_id in sorted(runs)] for file_id, runs in named.items()}


def lists_of(work: Work, run_ids: Collection[int]) -> dict[int, Claim]:
    """Return lists by their runs."""
    return {row.id: _claim(row) for row in fetch(work, _RUNS, run_ids)}


def _claim(row: Row[Any]) -> Claim:
    day = (row.mapping or {}).get("list_date")
    return Claim(row.id, bool(row.options.get("central")), date.fromisoformat(day) if day else None)


def earlier_in_list(
    work: Work, run_id: int, before: int, keys: Collection[CaseKey]
) -> dict[tuple[str, int], int]:
    """Return the row that first names each (key, part) in the list, of those before a row."""
    found: dict[tuple[str, int], int] = {}
    for row in fetch(work, _IN_LIST, {str(key) for key in keys}, run_id=run_id, before=before):
        for part in range(row.part, row.part + row.covers):
            found[row.file_key, part] = min(found.get((row.file_key, part), row.row), row.row)
    return found
