"""Hold the rows of a list on their way, what they refer to in the register, and what is decided of them."""

import hmac
import json
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import select

from archive.files.likeness import STAND_IN
from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.fields import Flag, FlagCode, ListField, RowProblem
from archive.imports.lists.meaning.mapping import Mapping as ListMapping
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.imports.lists.meaning.whereabouts import place_key
from archive.imports.rows.matching import CaseKey, Claim, KnownFile, KnownPerson
from archive.imports.rows.places import ListedPlace, Steps, standing
from archive.kernel.store import Work
from archive.models import FileKind, SourceSystem, Unit
from archive.people import spelling
from archive.rules.identity import Identity
from archive.vocabulary import PlaceKind, Protection, RowState, TaskKind
from archive.vocabulary.wording import N_

SOURCE_UNKNOWN = N_(
    "It does not say which system “%(reference)s” is a number in. Choose the source system of the list."
)
SOURCE_NOT_OURS = N_("The source system “%(source)s” is not in the register. Choose which one is meant.")
KIND_UNKNOWN = N_("The kind of file is not known. Choose what the word in the list means, or a kind for all.")
PLACE_UNKNOWN = N_("It does not say where the file stands. Choose the address the list is about.")


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a list's words refer to, and what it leaves unsaid."""

    sources: Mapping[str, int]
    kinds: Mapping[str, int]
    units: dict[str, int]
    mapping: ListMapping
    mac_key: bytes = field(repr=False)

    @classmethod
    def load(cls, work: Work, mapping: ListMapping) -> "Terms":
        """Read the source systems, kinds and units of the register."""
        session = work.session
        sources = session.execute(select(SourceSystem)).scalars().all()
        return cls(
            {simple(word): one.id for one in sources for word in (one.name, one.code)},
            {one.code: one.id for one in session.execute(select(FileKind)).scalars()},
            {simple(one.name): one.id for one in session.execute(select(Unit)).scalars()},
            mapping,
            work.mac_key,
        )

    def stated(self, item: "Item") -> int:
        """Return the kind a row states: 0 where it has only that which holds for the whole list."""
        stated = any(column.field is ListField.KIND for column in self.mapping.columns)
        return item.kind_id if stated else 0

    def unit(self, name: str) -> int | str:
        """Return the id of a unit; of one the register does not have yet, the word it will be found by."""
        word = simple(name)
        return self.units.get(word, word)


@dataclass(slots=True)
class Item:
    """Hold a row on its way: what it says, and what that refers to in the register."""

    row: int
    reading: Reading
    key: CaseKey
    kind_id: int
    number: str
    steps: Steps
    problem: RowProblem | None
    lacking: RowProblem | None
    rest: tuple[str, ...] = ()
    part_text: str = ""
    as_read: Reading | None = None  # before another row's mark was put on it

    @property
    def standing(self) -> tuple[tuple[PlaceKind, str], ...]:
        """Return where the row says the file stands, whatever the spelling."""
        return tuple((step.kind, place_key(step.name)) for step in self.steps)

    def said(self) -> tuple[Any, ...]:
        """Return all a row says but how its reference is spelt, to tell whether another says the same."""
        reading = replace(self.as_read or self.reading, reference="", place=(), flags=())
        return self.key, reading, self.standing, self.rest, self.part_text

    @property
    def parts(self) -> range:
        """Return the numbers of the parts the row stands for."""
        return range(self.reading.part, self.reading.part + self.reading.covers)


@dataclass(slots=True)
class PersonChange:
    """Say what a list adds to a registered person."""

    person: KnownPerson
    file_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    number: Identity | None = None
    protection: Protection | None = None


@dataclass(slots=True)
class PartVerdict:
    """Say what a row means for one part: a file to register, or what changes in the one there is."""

    part: int
    known: KnownFile | None = None
    values: dict[str, Any] = field(default_factory=dict)
    move: bool = False
    check: bool = False
    added: list[PersonReading] = field(default_factory=list)
    kept_back: list[PersonReading] = field(default_factory=list)  # asked of those cleared
    persons: list[PersonChange] = field(default_factory=list)
    conflicts: dict[TaskKind, dict[str, Any]] = field(default_factory=dict)
    doubt: dict[str, Any] = field(default_factory=dict)
    mask: bool = False  # it is marked, and nobody knows whom it is about

    def ask(self, **fields: Any) -> None:
        """Ask about fields of which the list says otherwise than the register."""
        asked = self.conflicts.setdefault(TaskKind.FIELD_CONFLICT, {"fields": {}})
        asked["fields"] |= fields

    @property
    def sealed(self) -> bool:
        """Tell whether only those cleared may know how the row compares."""
        return self.known is not None and self.known.sealed

    @property
    def state(self) -> RowState:
        """Return what becomes of the file; what a list adds to a person changes no file."""
        if self.known is None:
            return RowState.NEW
        changed = self.values or self.move or self.check or self.added or self.mask
        return RowState.CHANGED if changed else RowState.UNCHANGED


_COMPARED = (RowState.UNCHANGED, RowState.CHANGED, RowState.ASKED)  # with the files that are there


@dataclass(slots=True)
class Verdict:
    """Say what becomes of a row."""

    item: Item
    state: RowState
    parts: list[PartVerdict] = field(default_factory=list)
    problem: RowProblem | None = None
    near: list[dict[str, Any]] = field(default_factory=list)
    near_masked: list[dict[str, Any]] = field(default_factory=list)  # counted nowhere
    held: list[int] = field(default_factory=list)  # whom nothing but what is asked of it hides

    @property
    def shown(self) -> RowState:
        """Return what becomes of the row for all to know: of a sealed file, that there is one."""
        seen = [part for part in self.parts if not part.sealed]
        if len(seen) == len(self.parts) or self.state not in _COMPARED:
            return self.state
        if any(part.doubt for part in seen):
            return RowState.ASKED
        return next((part.state for part in seen if part.state is RowState.CHANGED), RowState.UNCHANGED)

    @property
    def stands(self) -> bool:
        """Tell whether a file comes to stand where the row says."""
        return self.state is RowState.NEW or any(part.move for part in self.parts)


def item_of(row: int, reading: Reading, terms: Terms) -> Item:
    """Make the item of a row; what it refers to and the register does not have is its problem."""
    source_id = terms.sources.get(simple(reading.source), 0) if reading.source else 0
    kind_id = terms.kinds.get(reading.kind, 0)
    steps = standing(reading.place)
    problem = reading.problems[0] if reading.problems else None
    if problem is None and not source_id:
        problem = _source_problem(reading)
    number = reading.persons[0].number if reading.persons else None
    return Item(
        row,
        reading,
        CaseKey.from_reference(source_id, reading.reference or _stand_in(reading, terms.mac_key)),
        kind_id,
        number.number if number else "",
        steps,
        problem,
        None if kind_id and steps else _lacking(kind_id),
    )


_FLAGS = {flag.value: flag for flag in FlagCode}
_FIELDS = {field.value: field for field in ListField}


def reading_of(row: Any) -> Reading:
    """Return what was understood of a row, with its flags."""
    flags = tuple(Flag(_FLAGS[code], _FIELDS.get(field)) for code, field in row.flags)
    return Reading.from_dict({**row.reading, "flags": flags} if flags else row.reading)


def _lacking(kind_id: int) -> RowProblem:
    if not kind_id:
        return RowProblem("kind_unknown", KIND_UNKNOWN)
    return RowProblem("place_unknown", PLACE_UNKNOWN)


def _source_problem(reading: Reading) -> RowProblem:
    if reading.source:
        return RowProblem("source_unknown", SOURCE_NOT_OURS, (("source", reading.source),))
    return RowProblem("source_missing", SOURCE_UNKNOWN, (("reference", reading.reference),))


def reference_of(item: Item) -> str:
    """Return the reference a file is registered under: as written, or one of our own where there is none."""
    return item.reading.reference or item.key.reference


def fingerprint(item: Item, mac_key: bytes) -> str:
    """Return a short name of all a row says, to know the question again however often a list is read."""
    _key, reading, standing, *words = item.said()
    said = [str(item.key), reading.as_dict(), standing, *words]
    digest = hmac.digest(mac_key, json.dumps(said, sort_keys=True, default=str).encode(), "sha256")
    return digest[:12].hex()


def _stand_in(reading: Reading, mac_key: bytes) -> str:
    """Make a reference for a file without one: the same for the same row, telling nothing of the person."""
    said = [reading.source, reading.kind, reading.opened, reading.closed]
    for person in reading.persons:
        number = person.number.number or person.number.raw if person.number else ""
        said += [number, spelling.fold(person.family), spelling.fold(person.given), person.born]
    digest = hmac.digest(mac_key, "\x1f".join(map(str, said)).encode(), "sha256")
    return STAND_IN + b32encode(digest[:5]).decode()


class Merged(NamedTuple):
    """A registration somebody made void, and the file it is."""

    void: KnownFile
    right: KnownFile


@dataclass(slots=True)
class Background:
    """Hold what is known of a batch: files by case and part, rows before, places, lists that name a file.

    `twins` are the files registered apart though their reference was taken, `earlier` the rows of the list
    about a case and part with the file each is about, `asked` those somebody must first say of what they are.
    `merged` are registrations made void for another file: what they were told is not asked of that again.
    `told_apart` has the file each of the twins' rows became, by all the row says.
    `bearers` are the registered persons of numbers, `newcomers` the names the list itself has for others.
    """

    known: dict[CaseKey, dict[int, KnownFile]]
    spots: Mapping[Steps, ListedPlace | None]
    claims: Mapping[int, Sequence[Claim]]
    terms: Terms
    twins: Mapping[CaseKey, Mapping[int, Sequence[KnownFile]]] = field(default_factory=dict)
    earlier: dict[tuple[CaseKey, int], list[tuple[Item, KnownFile]]] = field(default_factory=dict)
    asked: dict[tuple[CaseKey, int], list[Item]] = field(default_factory=dict)
    bearers: dict[str, KnownPerson] = field(default_factory=dict)
    newcomers: dict[str, tuple[str, str]] = field(default_factory=dict)
    told_apart: Mapping[str, int] = field(default_factory=dict)
    merged: Mapping[CaseKey, Mapping[int, Sequence[Merged]]] = field(default_factory=dict)
