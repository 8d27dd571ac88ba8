"""Decide what a row of a list means: a new file, an unchanged or changed one, a duplicate, or none.

The check and the registering ask the same function, so that the dry run tells what the real one will do.
"""

import hmac
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from archive.domain import people
from archive.domain.import_matching import STAND_IN, Claim, Key, KnownFile, KnownPerson
from archive.domain.import_places import Spot, Steps, standing
from archive.identity import Identity
from archive.lists.fields import FlagCode, Problem
from archive.lists.mapping import Mapping as ListMapping
from archive.lists.reading import PersonReading, Reading
from archive.lists.text import simple
from archive.models import FileKind, SourceSystem, Unit
from archive.partial_date import PartialDate
from archive.store import Work
from archive.vocabulary import Custody, Evidence, NumberQuality, Protection, RowState, TaskKind
from archive.wording import N_

SOURCE_UNKNOWN = N_(
    "It does not say which system “%(reference)s” is a number in. Choose the source system of the list."
)
SOURCE_NOT_OURS = N_("The source system “%(source)s” is not in the register. Choose which one is meant.")
KIND_UNKNOWN = N_("The kind of file is not known. Choose what the word in the list means, or a kind for all.")
PLACE_UNKNOWN = N_("It does not say where the file stands. Choose the address the list is about.")
PLACE_CLOSED = N_("The place is closed, so nothing can be recorded there. Reopen it or correct the row.")
REPEATS = N_("The same file stands in row %(row)s already.")

_SAYS_PROTECTED = frozenset({FlagCode.PROTECTION_UNCLEAR, FlagCode.PROTECTION_IN_TEXT})
_DATES = (("opened_on", "opened"), ("closed_on", "closed"), ("last_note_on", "last_note"))
_FACTS = ("placed_child", "adoption", "parenthood", "child_investigation", "custody_agreement")


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a list's words refer to, and what it leaves unsaid."""

    sources: Mapping[str, int]
    kinds: Mapping[str, int]
    units: dict[str, int]
    mapping: ListMapping
    mac_key: bytes = field(repr=False)

    @classmethod
    def of(cls, work: Work, mapping: ListMapping) -> "Terms":
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


@dataclass(slots=True)
class Item:
    """Hold a row on its way: what it says, and what that refers to in the register."""

    row: int
    reading: Reading
    key: Key
    kind_id: int
    number: str
    steps: Steps
    problem: Problem | None
    lacking: Problem | None

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
    persons: list[PersonChange] = field(default_factory=list)
    conflicts: dict[TaskKind, dict[str, Any]] = field(default_factory=dict)

    @property
    def state(self) -> RowState:
        """Return what becomes of the file; what a list adds to a person changes no file."""
        if self.known is None:
            return RowState.NEW
        changed = self.values or self.move or self.check or self.added
        return RowState.CHANGED if changed else RowState.UNCHANGED


@dataclass(slots=True)
class Verdict:
    """Say what becomes of a row."""

    item: Item
    state: RowState
    parts: list[PartVerdict] = field(default_factory=list)
    problem: Problem | None = None
    near: list[dict[str, int]] = field(default_factory=list)

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
        Key.of(source_id, reading.reference or _stand_in(reading, terms.mac_key)),
        kind_id,
        number.number if number else "",
        steps,
        problem,
        None if kind_id and steps else _lacking(kind_id),
    )


def _lacking(kind_id: int) -> Problem:
    if not kind_id:
        return Problem("kind_unknown", KIND_UNKNOWN)
    return Problem("place_unknown", PLACE_UNKNOWN)


def _source_problem(reading: Reading) -> Problem:
    if reading.source:
        return Problem("source_unknown", SOURCE_NOT_OURS, (("source", reading.source),))
    return Problem("source_missing", SOURCE_UNKNOWN, (("reference", reading.reference),))


def reference_of(item: Item) -> str:
    """Return the reference a file is registered under: as written, or one of our own where there is none."""
    return item.reading.reference or item.key.reference


def _stand_in(reading: Reading, mac_key: bytes) -> str:
    """Make a reference for a file without one: the same for the same row, telling nothing of the person."""
    said = [reading.source, reading.kind, reading.opened, reading.closed]
    for person in reading.persons:
        number = person.number.number or person.number.raw if person.number else ""
        said += [number, people.fold(person.family), people.fold(person.given), person.born]
    digest = hmac.digest(mac_key, "\x1f".join(map(str, said)).encode(), "sha256")
    return STAND_IN + b32encode(digest[:5]).decode()


@dataclass(slots=True)
class Background:
    """Hold what is known of a batch: files by case and part, rows before, places, lists that name a file."""

    known: Mapping[Key, Mapping[int, KnownFile]]
    repeated: Mapping[tuple[str, int], int]
    spots: Mapping[Steps, Spot | None]
    claims: Mapping[int, Sequence[Claim]]
    terms: Terms


def judge(item: Item, background: Background) -> Verdict:
    """Decide what a row means."""
    if item.problem:
        return Verdict(item, RowState.REJECTED, problem=item.problem)
    key, known = str(item.key), background.known.get(item.key, {})
    firsts = [background.repeated.get((key, part)) for part in item.parts]
    if all(firsts):
        problem = Problem("repeats", REPEATS, (("row", firsts[0]),))
        return Verdict(item, RowState.DUPLICATE, problem=problem)
    verdicts = [
        _part(item, part, known.get(part), background)
        for part, first in zip(item.parts, firsts, strict=True)
        if first is None
    ]
    states = {one.state for one in verdicts}
    if RowState.NEW in states:
        spot = background.spots[item.steps]
        closed = Problem("place_closed", PLACE_CLOSED) if spot and spot.closed else None
        if lacks := item.lacking or closed:
            return Verdict(item, RowState.REJECTED, problem=lacks)
        return Verdict(item, RowState.NEW, verdicts)
    state = RowState.CHANGED if RowState.CHANGED in states else RowState.UNCHANGED
    return Verdict(item, state, verdicts)


def _part(item: Item, part: int, known: KnownFile | None, background: Background) -> PartVerdict:
    verdict = PartVerdict(part, known)
    if known is not None:
        differs = _compare_fields(item, known, background.terms, verdict)
        differs |= _compare_persons(item.reading, known, verdict)
        if differs:
            verdict.conflicts[TaskKind.FIELD_CONFLICT] = {"fields": differs}
        if spot := background.spots[item.steps]:
            _compare_place(item, known, spot, background, verdict)
        check = item.reading.check
        verdict.check = bool(check and (str(check.on or ""), check.sign) not in known.checks)
    return verdict


def _compare_fields(item: Item, known: KnownFile, terms: Terms, verdict: PartVerdict) -> dict[str, Any]:
    reading, mapping = item.reading, terms.mapping
    said: dict[str, Any] = {}
    for name, source in _DATES:
        day, old = getattr(reading, source), getattr(known, name)
        if day and day != old and not _coarser(day, old):
            said[name] = day
    if reading.opened and reading.closed and reading.opened.earliest() > reading.closed.latest():
        said.pop("opened_on", None)  # flagged: it cannot have been opened after it was closed
    if item.kind_id not in (0, known.kind_id) and reading.kind != mapping.default_kind:
        said["kind_id"] = item.kind_id
    unit = terms.units.get(simple(reading.unit), 0)
    if reading.unit and unit != known.unit_id and (known.unit_id is None or reading.unit != mapping.unit):
        said["unit"] = reading.unit
    said |= {name: True for name in _FACTS if getattr(reading, name) and not getattr(known, name)}
    if reading.parts and reading.parts > known.parts:
        said["parts"] = reading.parts
    differs = {
        name: _plain(value)
        for name, value in said.items()
        if (f"{name}_id" if name == "unit" else name) in known.corrected
    }
    if reading.parts and reading.parts < known.parts:
        differs["parts"] = reading.parts
    verdict.values = {name: value for name, value in said.items() if name not in differs}
    return differs


def _coarser(said: PartialDate, known: PartialDate | None) -> bool:
    """Tell whether a date only says in fewer words what is known."""
    return known is not None and str(known).startswith(str(said))


def _compare_persons(reading: Reading, known: KnownFile, verdict: PartVerdict) -> dict[str, Any]:
    differs: dict[str, Any] = {}
    left = [person for person, _role in known.persons]
    for said in reading.persons:
        person = next((one for one in left if same_person(one, said)), None)
        if person is None:
            if said is reading.persons[0] and left:
                differs["person"] = [said.family, said.given, said.number.raw if said.number else ""]
                return differs
            verdict.added.append(said)
            continue
        left.remove(person)
        differs |= compare_person(person, said, reading, verdict)
    return differs


def same_person(known: KnownPerson, said: PersonReading) -> bool:
    """Tell whether a list names a registered person: by number in any of its forms, else by name."""
    number = said.number
    if number is not None and number.raw.strip():
        for one in known.numbers:
            if number.number and one.number and number.number[-10:] == one.number[-10:]:
                centuries = {text[:-10] for text in (number.number, one.number)} - {""}
                return len(centuries) < 2
            if not number.number and number.raw.strip() == one.written:
                return True
        if number.quality is NumberQuality.SOUND and any(
            one.quality is NumberQuality.SOUND for one in known.numbers
        ):
            return False
    return names_of(said.family, said.given) == names_of(known.family_name, known.given_name)


def names_of(family: str, given: str) -> frozenset[str]:
    """Return the words of a name as they are compared."""
    return frozenset(people.tokens(family, given))


def compare_person(
    person: KnownPerson, said: PersonReading, reading: Reading, verdict: PartVerdict
) -> dict[str, Any]:
    """Note what a list adds to a person; return what it says otherwise than the register."""
    change, differs = PersonChange(person, verdict.known.id if verdict.known else None), {}
    ours, theirs = names_of(person.family_name, person.given_name), names_of(said.family, said.given)
    if theirs and not ours and not {"family_name", "given_name"} & set(person.corrected):
        change.values |= {"family_name": said.family, "given_name": said.given}
    elif theirs and ours and not theirs & ours:
        differs["name"] = [said.family, said.given]
    if said.born and person.birth_date is None and "birth_date" not in person.corrected:
        change.values["birth_date"] = said.born
    number = said.number
    if number and number.quality is NumberQuality.SOUND:
        held = {one.number for one in person.numbers if one.quality is NumberQuality.SOUND}
        if not held:
            change.number = number
    change.protection = _protection(person.protection, reading)
    if change.values or change.number or change.protection:
        verdict.persons.append(change)
    return differs


def stricter(one: Protection, other: Protection) -> Protection:
    """Return which of two levels hides more."""
    return other if one.lowers(other) else one


def _protection(ours: Protection, reading: Reading) -> Protection | None:
    """Return the level a list gives a registered person, if it is a stricter one: no list lifts anything."""
    theirs = reading.protection
    if theirs is Protection.UNKNOWN:
        says_so = any(flag.code in _SAYS_PROTECTED for flag in reading.flags)
        return theirs if says_so and ours is Protection.NONE else None
    return theirs if stricter(ours, theirs) is not ours else None


def _compare_place(
    item: Item, known: KnownFile, spot: Spot, background: Background, verdict: PartVerdict
) -> None:
    """Let the central archive's list win over an old one; never overwrite a scan or what a person entered."""
    if spot.holds(known.place_path):
        return
    by_list = known.placed_how is Evidence.LIST and known.status is Custody.ON_PLACE
    same_site = known.place_path == spot.site or known.place_path.startswith(f"{spot.site}.")
    if known.central and not spot.central:
        conflict = _both_present(known, background)
    else:
        verdict.move = by_list and not spot.closed and (spot.central or bool(same_site and spot.site))
        conflict = not verdict.move or (not known.central and _both_present(known, background))
    if conflict:
        said = [[step.kind.value, step.name] for step in item.steps]
        was = {"was": known.place_id} if verdict.move else {}
        verdict.conflicts[TaskKind.PLACE_CONFLICT] = {"place": said, **was}


def _both_present(known: KnownFile, background: Background) -> bool:
    """Tell whether an old list no older than that of the central archive still claims a file.

    An older one tells where the file stood before it was received: its history, as expected.
    """
    ours = background.terms.mapping.list_date
    others = [claim for claim in background.claims.get(known.id, ()) if claim.central is known.central]
    days = [claim.day for claim in others if claim.day]
    if ours is None or not days:
        return False
    return max(days) <= ours if known.central else max(days) >= ours


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool)) else str(value)
