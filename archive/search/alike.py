"""Where a misread number, a name alike or the same person would have brought a lost file."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, literal_column, select, union_all

from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, NameToken, PersonNumber, Place
from archive.people.name_index import JOINED
from archive.places import shelf_order
from archive.rules.identity import look_alikes
from archive.vocabulary import Custody, OrderRule, PersonRole

MOST_VARIANTS = 24
MOST_FILES = 40
_NEIGHBOURS = 3  # numbers before and after a misread one: the nearest may have its file elsewhere
_MOST_NAMESAKES = 8
_LOOKED_AT = 2000  # persons of a name that are gone through for those of both
_EXACT = 1.0
_MISTAKEN = ({"1": "7", "7": "1", "3": "8", "8": "3", "5": "6"}, {"6": "5", "0": "6", "4": "9", "9": "4"})

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_TOKEN = NameToken.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_STANDING = (Custody.ON_PLACE, Custody.ON_LOAN, Custody.IN_TRANSIT)

_PERSONS = (
    select(_ROLE.c.person_id)
    .where(_ROLE.c.file_id == bindparam("file_id"))
    .order_by(_ROLE.c.role != PersonRole.SUBJECT, _ROLE.c.person_id)
    .limit(10)
)
_NUMBERS = (
    select(_NUMBER.c.number, _NUMBER.c.current)
    .where(_NUMBER.c.person_id == bindparam("person_id"), _NUMBER.c.number != "")
    .order_by(_NUMBER.c.current.desc(), _NUMBER.c.id)
    .limit(5)
)
_FILES = (
    select(_FILE.c.id, _FILE.c.place_id, _ROLE.c.person_id)
    .join(_ROLE, _ROLE.c.file_id == _FILE.c.id)
    .where(
        _ROLE.c.person_id.in_(bindparam("persons", expanding=True)),
        _FILE.c.id != bindparam("file_id"),
        _FILE.c.status.in_(_STANDING),
    )
    .order_by(_FILE.c.id)
    .limit(bindparam("limit"))
)
_WITHIN = _FILES.join(_PLACE, _PLACE.c.id == _FILE.c.place_id).where(
    _PLACE.c.path > bindparam("low"),
    _PLACE.c.path < bindparam("high"),
    _PLACE.c.order_rule == OrderRule.BIRTH_DATE,
)
_WITH_NUMBER = select(_NUMBER.c.person_id).where(_NUMBER.c.number.in_(bindparam("numbers", expanding=True)))
_WITH_REFERENCE = (
    select(_FILE.c.id, _FILE.c.place_id)
    .where(
        _FILE.c.reference_key.in_(bindparam("keys", expanding=True)),
        _FILE.c.id != bindparam("file_id"),
        _FILE.c.status.in_(_STANDING),
    )
    .limit(MOST_FILES)
)
_TOKENS = select(_TOKEN.c.token).where(_TOKEN.c.person_id == bindparam("person_id")).limit(6)


@dataclass(frozen=True, slots=True)
class Near:
    """A file to look at, the place it is recorded at, and how much it speaks for them."""

    file: int
    place: int
    weight: float


@dataclass(frozen=True, slots=True)
class Subject:
    """The persons a file is about, the main one first, and the main one's numbers, the present one first."""

    persons: Sequence[int]
    numbers: Sequence[str]


def subject(work: Work, file_id: int) -> Subject:
    """Return whom a file is about."""
    persons = work.connection.execute(_PERSONS, {"file_id": file_id}).scalars().all()
    if not persons:
        return Subject((), ())
    rows = work.connection.execute(_NUMBERS, {"person_id": persons[0]})
    return Subject(persons, [row.number for row in rows])


def same_person(work: Work, file_id: int, about: Subject) -> list[Near]:
    """Return the other files and parts about any of the persons."""
    if not about.persons:
        return []
    rows = work.connection.execute(
        _FILES, {"persons": list(about.persons), "file_id": file_id, "limit": MOST_FILES}
    )
    found = {row.id: row.place_id for row in rows}
    return [Near(file, place, 1 / len(found)) for file, place in found.items()]


def variants(numbers: Sequence[str]) -> list[tuple[str, float]]:
    """Return what a number is misread as, with weights: swapped, mistaken, 60 days off, an old one."""
    found: dict[str, float] = {}
    if not numbers:
        return []
    now = numbers[0]
    for old in numbers[1:]:
        found.setdefault(old, _EXACT)
    for other in sorted(look_alikes(now)):
        found.setdefault(other, 0.2 if other[: len(now) - 4] == now[:-4] else _EXACT)
    if len(now) == 12 and now.isdigit():
        found.setdefault(now[:4] + now[6:8] + now[4:6] + now[8:], 0.7)
        for at in range(2, 8):
            for pairs in _MISTAKEN:
                if now[at] in pairs:
                    found.setdefault(now[:at] + pairs[now[at]] + now[at + 1 :], 0.5)
    found.pop(now, None)
    by_date = sorted(found.items(), key=lambda one: -one[1])
    return by_date[:MOST_VARIANTS]


@cache
def _all_beside(count: int) -> Any:
    """Ask for the numbers just before and after each of so many, in the order of the shelf."""
    sides = ((ordinal, below) for ordinal in range(count) for below in (True, False))
    return union_all(*(_beside(ordinal, below) for ordinal, below in sides))


def _beside(ordinal: int, below: bool) -> Any:
    number: Any = bindparam(f"number{ordinal}")
    near = (
        select(_NUMBER.c.person_id, _NUMBER.c.number)
        .where(_NUMBER.c.number <= number if below else _NUMBER.c.number >= number)
        .order_by(_NUMBER.c.number.desc() if below else _NUMBER.c.number)
        .limit(_NEIGHBOURS)
        .subquery()
    )
    return select(literal_column(str(ordinal), Integer).label("variant"), near.c.person_id, near.c.number)


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a file stands by its own number, and by the numbers it is misread as; shares sum to 1 at most."""

    own: Mapping[int, float]
    misread: Mapping[int, float]


def belonging(work: Work, file_id: int, numbers: Sequence[str], site_path: str) -> Belonging:
    """Return where on a site a file belongs by date of birth; in three statements."""
    wanted = [(number, weight) for number, weight in variants(numbers) if shelf_order.birth_key(number)]
    asked = [number for number in numbers[:1] if shelf_order.birth_key(number)]
    asked += [number for number, _weight in wanted]
    if not asked:
        return Belonging({}, {})
    numbered = {f"number{ordinal}": number for ordinal, number in enumerate(asked)}
    rows = work.connection.execute(_all_beside(len(asked)), numbered).all()
    places = _places(work, file_id, {row.person_id for row in rows}, site_path)
    weights = dict(wanted)
    total = sum(weights.values()) or 1.0
    own: defaultdict[int, float] = defaultdict(float)
    misread: defaultdict[int, float] = defaultdict(float)
    for ordinal, number in enumerate(asked):
        its = [row for row in rows if row.variant == ordinal]
        for place, share in _between(number, its, places):
            if number in weights:
                misread[place] += share * weights[number] / total
            else:
                own[place] += share
    return Belonging(own, misread)


def _places(work: Work, file_id: int, persons: set[int], site_path: str) -> dict[int, int]:
    """Return where the files of persons stand in a site kept by date of birth."""
    bounds = {"low": f"{site_path}.", "high": f"{site_path}/"}
    asked = {"persons": sorted(persons), "file_id": file_id, "limit": 10 * len(persons), **bounds}
    return {row.person_id: row.place_id for row in work.connection.execute(_WITHIN, asked)}


def _between(number: str, rows: Sequence[Any], places: dict[int, int]) -> Iterator[tuple[int, float]]:
    """Yield the place of the nearest number before and of the nearest after, half each."""
    before = [row for row in rows if row.number <= number and row.person_id in places]
    after = [row for row in rows if row.number >= number and row.person_id in places]
    sides = [max(before, key=lambda row: row.number)] if before else []
    sides += [min(after, key=lambda row: row.number)] if after else []
    for row in sides:
        yield places[row.person_id], 1 / len(sides)


def with_number_alike(work: Work, file_id: int, numbers: Sequence[str]) -> list[Near]:
    """Return the files about persons whose number is one this is misread as."""
    alike = [number for number, _weight in variants(numbers)]
    if not alike:
        return []
    persons = work.connection.execute(_WITH_NUMBER, {"numbers": alike}).scalars().all()
    return _of_persons(work, file_id, persons)


def _of_persons(work: Work, file_id: int, persons: Sequence[int]) -> list[Near]:
    if not persons:
        return []
    asked = {"persons": sorted(set(persons)), "file_id": file_id, "limit": MOST_FILES}
    found = {row.id: row.place_id for row in work.connection.execute(_FILES, asked)}
    return [Near(file, place, 1 / len(found)) for file, place in found.items()]


def with_reference_alike(work: Work, file_id: int, reference_key: str) -> list[Near]:
    """Return the files whose reference is this one with two neighbouring digits swapped."""
    keys = {
        reference_key[:at] + reference_key[at + 1] + reference_key[at] + reference_key[at + 2 :]
        for at in range(len(reference_key) - 1)
        if reference_key[at : at + 2].isdigit()
    } - {reference_key}
    if not keys:
        return []
    rows = work.connection.execute(_WITH_REFERENCE, {"keys": sorted(keys), "file_id": file_id})
    found = {row.id: row.place_id for row in rows}
    return [Near(file, place, 1 / len(found)) for file, place in found.items()]


def namesakes(work: Work, file_id: int, about: Subject) -> list[Near]:
    """Return the files about persons with all the name words of the main person; protected have none."""
    if not about.persons:
        return []
    tokens = work.connection.execute(_TOKENS, {"person_id": about.persons[0]}).scalars()
    words = [token for token in tokens if not token.endswith(JOINED)]
    if len(words) < 2:
        return []
    first, *others = sorted(words, key=len, reverse=True)
    some = select(_TOKEN.c.person_id).where(_TOKEN.c.token == first).limit(_LOOKED_AT).subquery()
    statement = select(some.c.person_id).where(some.c.person_id.not_in(about.persons))
    for number, word in enumerate(others):
        also = _TOKEN.alias(f"also{number}")
        statement = statement.join(also, (also.c.person_id == some.c.person_id) & (also.c.token == word))
    persons = work.connection.execute(statement.limit(_MOST_NAMESAKES)).scalars().all()
    return _of_persons(work, file_id, persons)
