"""Find which masked files one just registered may be: for those cleared alone, and to hide it meanwhile."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz.distance import OSA
from sqlalchemy import bindparam, select

from archive.files.likeness import STAND_IN
from archive.files.references_alike import may_be_one, pieces
from archive.imports.rows.items import Verdict, reference_of
from archive.imports.rows.matching import CaseKey, KnownPerson, fetch, known_persons
from archive.imports.rows.names import agree
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson
from archive.people import people
from archive.vocabulary import Custody, NumberQuality

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_MASKED = select(
    *(_FILE.c[name] for name in ("id", "source_id", "reference_key", "part", "reference"))
).where(_FILE.c.protected, _FILE.c.status != Custody.VOID)
_PERSONS = select(_ROLE.c.file_id, _ROLE.c.person_id).where(
    _ROLE.c.file_id.in_(bindparam("values", expanding=True))
)
_TWIN = re.compile(r"\[\d+\]$")
_LABELS = frozenset({"D", "DNR", "NR", "AKT", "AKTNR", "AKTNUMMER", "DIARIENR", "DIARIENUMMER"})
_LONG = 7  # letters of a word in which two slips of the hand are one word still
_SHORTEST = 3  # letters of a word that may be another with one slip
_FEWEST = 2  # pieces of a reference another one may begin with


class FileOfCase(NamedTuple):
    """A file a list names: its case, as compared and as written."""

    id: int
    key: CaseKey
    part: int
    reference: str


@dataclass(slots=True)
class Pairs:
    """Hold what those cleared are asked: of files whether they are one, of persons whether they are one.

    `nameless` are other parts of a masked case that name nobody: whose they are is no question.
    """

    files: dict[int, list[int]] = field(default_factory=dict)
    persons: set[tuple[int, int]] = field(default_factory=set)
    nameless: set[int] = field(default_factory=set)


class MaskedFiles:
    """Know the references of the masked files, in the forms they may be written in."""

    def __init__(self) -> None:
        self._stale = True
        self._files: dict[int, FileOfCase] = {}
        self._whole: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        self._longer: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        self._swapped: dict[tuple[int, str], list[int]] = {}

    def look(
        self,
        work: Work,
        verdicts: Sequence[Verdict],
        made: Mapping[tuple[int, int], int],
        masked: Collection[int],
    ) -> Pairs:
        """Return what is to be asked of files just registered, of which some are masked themselves."""
        parts = [(verdict.item, part) for verdict in verdicts for part in verdict.parts]
        hides = any(part.mask or any(one.protection for one in part.persons) for _item, part in parts)
        if self._stale or hides:
            self._load(work)
        listed = [
            FileOfCase(made[item.row, part.part], item.key, part.part, reference_of(item))
            for item, part in parts
            if (item.row, part.part) in made
        ]
        for one in listed:
            if one.id in masked:
                self._add(one)
        near = {one.id: list(self._near(one)) for one in listed}
        ids = {other.id for those in near.values() for other, _sure in those}
        found = Pairs()
        if not ids:
            return found
        persons = persons_of(work, ids | {one for one, those in near.items() if those})
        for one in listed:
            for other, sure in near[one.id]:
                _compare(one, other, sure, persons, found)
        return found

    def _load(self, work: Work) -> None:
        for index in (self._files, self._whole, self._longer, self._swapped):
            index.clear()
        for row in work.connection.execute(_MASKED):
            self._add(FileOfCase(row.id, CaseKey(row.source_id, row.reference_key), row.part, row.reference))
        self._stale = False

    def _add(self, file: FileOfCase) -> None:
        source, reference = file.key
        if file.id in self._files or reference.startswith(STAND_IN):
            return
        self._files[file.id] = file
        said = _pieces(file.reference)
        self._whole.setdefault((source, said), []).append(file.id)
        self._swapped.setdefault((source, "".join(sorted(reference))), []).append(file.id)
        for many in range(_FEWEST, len(said)):
            self._longer.setdefault((source, said[:many]), []).append(file.id)

    def _near(self, one: FileOfCase) -> Iterator[tuple[FileOfCase, bool]]:
        """Give the masked files of about this reference, and whether it is the same in other writing."""
        source, reference = one.key
        if reference.startswith(STAND_IN):
            return
        said, plain = _pieces(one.reference), _TWIN.sub("", reference).strip()
        same = set(self._whole.get((source, said), ()))
        others = set(self._longer.get((source, said), ()))
        swapped = self._swapped.get((source, "".join(sorted(reference))), ())
        others |= {one for one in swapped if may_be_one(reference, self._files[one].key.reference)}
        for many in range(_FEWEST, len(said)):
            others |= set(self._whole.get((source, said[:many]), ()))
        for number in sorted((same | others) - {one.id}):
            other = self._files[number]
            if plain == reference or other.key.reference != plain:  # else somebody told the two apart
                yield other, number in same


def _pieces(reference: str) -> tuple[str, ...]:
    """Return the words and numbers of a reference without a label before them, such as “dnr”."""
    said = pieces(reference.upper())
    while len(said) > 1 and said[0] in _LABELS:
        said = said[1:]
    return tuple(said)


def _compare(
    one: FileOfCase, other: FileOfCase, sure: bool, persons: Mapping[int, Sequence[KnownPerson]], found: Pairs
) -> None:
    ours, theirs = persons.get(one.id, ()), persons.get(other.id, ())
    if one.part == other.part:
        if sure or not ours or who_may_be(ours, theirs) or {p.id for p in ours} & {p.id for p in theirs}:
            found.files.setdefault(one.id, []).append(other.id)
        return
    if sure and not ours:
        found.nameless.add(one.id)
    found.persons |= {
        (person.id, bearer.id)
        for person in ours
        for bearer in theirs
        if not person.stated.protected and bearer.stated.protected and may_be(person, bearer, kin=False)
    }


def persons_of(work: Work, file_ids: Collection[int]) -> Mapping[int, Sequence[KnownPerson]]:
    """Return whom files are about."""
    links = list(fetch(work, _PERSONS, file_ids))
    known = known_persons(work, {link.person_id for link in links})
    found: dict[int, list[KnownPerson]] = defaultdict(list)
    for link in links:
        found[link.file_id].append(known[link.person_id])
    return found


def who_may_be(ours: Iterable[KnownPerson], theirs: Sequence[KnownPerson]) -> list[int]:
    """Return those of a file whom nobody has protected and who may be protected ones of another file.

    Of a masked file about nobody known, they may be anybody.
    """
    hidden = [one for one in theirs if one.protection.protected]
    return [
        one.id
        for one in ours
        if not one.stated.protected and (not theirs or any(may_be(one, other) for other in hidden))
    ]


def may_be(one: KnownPerson, other: KnownPerson, *, kin: bool = True) -> bool:
    """Tell whether two persons may be one: no two sound numbers, and nearly one name.

    `kin`: one surname is enough, as of somebody else of the household whose file that may be.
    """
    sound = [
        {number.number for number in person.numbers if number.quality is NumberQuality.SOUND}
        for person in (one, other)
    ]
    if all(sound) and sound[0].isdisjoint(sound[1]):
        return False
    names = [(person.family_name, person.given_name) for person in (one, other)]
    given = [people.tokens(person.given_name) for person in (one, other)]
    words = given if not kin and all(given) else [people.tokens(*name) for name in names]
    return agree(*names) or any(_nearly(ours, theirs) for ours in words[0] for theirs in words[1])


def _nearly(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    slips = 0 if shorter < _SHORTEST else 1 if shorter < _LONG else 2
    return OSA.distance(one, other, score_cutoff=slips) <= slips
