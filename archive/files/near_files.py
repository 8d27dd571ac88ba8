"""Find in the register the files that may be one described elsewhere, without going through all of them."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, select, text

from archive.files import likeness
from archive.files.likeness import Described, Somebody
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, Person, PersonNumber
from archive.vocabulary import Custody

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_AT_ONCE = 2000
_DAYS_AT_ONCE = 200
_SAME = 20  # files kept of one key: of a day that stands for any, more tell nothing
_HALF = 32
_FILES = select(
    *(_FILE.c[name] for name in ("id", "source_id", "reference_key", "part", "kind_id")),
    *(_FILE.c[name] for name in ("opened_on", "closed_on", "import_id")),
).where(
    _FILE.c.id.in_(bindparam("values", expanding=True)),
    _FILE.c.status != Custody.VOID,
    _FILE.c.protected == bindparam("protected"),  # of whose file it nearly is few are told
)
_PERSONS = (
    select(_ROLE.c.file_id, _PERSON.c.id, _PERSON.c.family_name, _PERSON.c.given_name, _PERSON.c.birth_date)
    .join(_PERSON, _PERSON.c.id == _ROLE.c.person_id)
    .where(_ROLE.c.file_id.in_(bindparam("values", expanding=True)))
    .order_by(_ROLE.c.file_id, _PERSON.c.id)
)
_NUMBERS = (
    select(_NUMBER.c.person_id, _NUMBER.c.number)
    .where(_NUMBER.c.person_id.in_(bindparam("values", expanding=True)))
    .order_by(_NUMBER.c.id)
)
_THEIRS = select(_ROLE.c.person_id, _ROLE.c.file_id).where(
    _ROLE.c.person_id.in_(bindparam("values", expanding=True))
)
_BEARERS = select(_NUMBER.c.person_id, _NUMBER.c.number).where(
    _NUMBER.c.number.in_(bindparam("values", expanding=True))
)
# Written out: made anew for so many days each time, it costs more than it finds.
_LISTED = ", ".join(f"(:day{at})" for at in range(_DAYS_AT_ONCE))
_BORN = text(
    f"""WITH asked (day) AS (VALUES {_LISTED})
SELECT asked.day, person.id, person.family_name, person.given_name FROM asked
JOIN person_number ON person_number.number >= asked.day AND person_number.number < asked.day || '~'
JOIN person ON person.id = person_number.person_id"""  # noqa: S608 - only names of parameters are put in
)
_DATED = select(_FILE.c.id, _FILE.c.opened_on, _FILE.c.closed_on).where(
    _FILE.c.id > bindparam("after"), _FILE.c.opened_on.is_not(None), _FILE.c.closed_on.is_not(None)
)


class Keys:
    """Keep many ids by what they are looked for by, in eight bytes each; of one key the first some."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._used = 0

    def add(self, key: object, number: int) -> None:
        """Keep an id, above 0, under a key."""
        if 3 * self._used > 2 * len(self._slots):
            kept, self._slots, self._used = self._slots, array("Q", bytes(16 * len(self._slots))), 0
            for slot in kept:
                if slot:
                    self._put(slot >> _HALF, slot)
        mark = hash(key) & 0xFFFFFFFF
        self._put(mark, mark << _HALF | number)

    def _put(self, mark: int, slot: int) -> None:
        slots, last, same = self._slots, len(self._slots) - 1, 0
        at = mark & last
        while kept := slots[at]:
            same += kept >> _HALF == mark
            if same >= _SAME or kept == slot:
                return
            at = at + 1 & last
        slots[at] = slot
        self._used += 1

    def get(self, key: object) -> Iterator[int]:
        """Give the ids kept under a key; seldom another one, which is found out on looking at it."""
        slots, last, mark = self._slots, len(self._slots) - 1, hash(key) & 0xFFFFFFFF
        at = mark & last
        while kept := slots[at]:
            if kept >> _HALF == mark:
                yield kept & 0xFFFFFFFF
            at = at + 1 & last


class Dated:
    """Know the files of the register by the days they were opened and closed on."""

    def __init__(self) -> None:
        self._keys, self._newest = Keys(), 0

    def load(self, work: Work) -> None:
        """Take in the files registered since."""
        for row in work.connection.execute(_DATED, {"after": self._newest}):
            self._newest = max(self._newest, row.id)
            if key := days(row.opened_on, row.closed_on):
                self._keys.add(key, row.id)

    def files(self, opened: PartialDate | None, closed: PartialDate | None) -> Iterator[int]:
        """Give the files of the same two days."""
        key = days(opened, closed)
        return self._keys.get(key) if key else iter(())


def days(opened: PartialDate | None, closed: PartialDate | None) -> tuple[PartialDate, PartialDate] | None:
    """Return the two days a file is looked for by, if both are known to the day."""
    return (opened, closed) if opened and closed and opened.whole and closed.whole else None


@lru_cache(maxsize=4096)  # asked for each row as it is looked for, kept and compared
def births(person: Somebody) -> frozenset[str]:
    """Return the birth dates somebody is looked for by: where no number says it, those a slip away too."""
    said = likeness.born(person)
    if said is None or not said.whole:
        return frozenset()
    found = {said}
    if len(person.number) < 10:
        found |= {PartialDate.from_date(said.earliest() + timedelta(off)) for off in (-1, 1)}
        if said.day and said.day <= 12:
            found |= _turned(said)
    return frozenset(str(day).replace("-", "") for day in found)


def _turned(day: PartialDate) -> set[PartialDate]:
    return {PartialDate(day.year, day.day, day.month)}


def of_persons(work: Work, wanted: Mapping[int, Collection[Somebody]]) -> dict[int, set[int]]:
    """Return, by row, the files of those born the same day of whose name a word is the same."""
    sought: dict[str, list[tuple[int, frozenset[str]]]] = {}
    for row, persons in wanted.items():
        for person in persons:
            for day in births(person):
                sought.setdefault(day, []).append((row, likeness.words(person)))
    met: dict[int, set[int]] = {}
    for found in _born(work, sorted(sought)):
        theirs = likeness.words(Somebody(found.family_name, found.given_name))
        for row, words in sought[found.day]:
            if words & theirs:
                met.setdefault(found.id, set()).add(row)
    return _files(work, met)


def with_numbers(work: Work, wanted: Mapping[str, Collection[int]]) -> dict[int, set[int]]:
    """Return, by row, the files of those who have a number."""
    met: dict[int, set[int]] = {}
    for found in _fetch(work, _BEARERS, wanted):
        met.setdefault(found.person_id, set()).update(wanted[found.number])
    return _files(work, met)


def _files(work: Work, persons: Mapping[int, set[int]]) -> dict[int, set[int]]:
    files: dict[int, set[int]] = {}
    for role in _fetch(work, _THEIRS, persons):
        for row in persons[role.person_id]:
            files.setdefault(row, set()).add(role.file_id)
    return files


def _born(work: Work, wanted: list[str]) -> Iterator[Row[Any]]:
    """Give the persons whose number begins with one of the days, each day by the index of the numbers."""
    for start in range(0, len(wanted), _DAYS_AT_ONCE):
        listed = wanted[start : start + _DAYS_AT_ONCE]
        asked = {f"day{at}": day for at, day in enumerate(listed)}
        none = {f"day{at}": "-" for at in range(len(listed), _DAYS_AT_ONCE)}
        yield from work.connection.execute(_BORN, asked | none)


def described(
    work: Work, file_ids: Collection[int], *, protected: bool = False, but: int | None = None
) -> dict[int, Described]:
    """Return living files as they are compared: the open ones, or the masked; none of the import `but`."""
    files = {
        row.id: row
        for row in _fetch(work, _FILES, file_ids, protected=protected)
        if but is None or row.import_id != but
    }
    links = list(_fetch(work, _PERSONS, files))
    numbers: dict[int, list[str]] = {}
    for row in _fetch(work, _NUMBERS, {link.id for link in links}):
        numbers.setdefault(row.person_id, []).append(row.number)
    persons: dict[int, list[Somebody]] = {}
    for link in links:
        persons.setdefault(link.file_id, []).extend(
            Somebody(link.family_name, link.given_name, number, link.birth_date)
            for number in numbers.get(link.id) or [""]
        )
    return {
        row.id: Described(
            *(row.source_id, row.reference_key, row.part, row.kind_id, row.opened_on, row.closed_on),
            tuple(persons.get(row.id, ())),
        )
        for row in files.values()
    }


def _fetch(work: Work, statement: Any, wanted: Iterable[Any], **others: Any) -> Iterator[Row[Any]]:
    listed = sorted(wanted)
    for start in range(0, len(listed), _AT_ONCE):
        yield from work.connection.execute(statement, {"values": listed[start : start + _AT_ONCE], **others})
