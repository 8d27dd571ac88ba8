"""What a case file looks like to the one who looks: everything masked that this viewer may not see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.domain import people, places
from archive.models import (
    CaseFile,
    FileKind,
    FilePerson,
    Person,
    PersonNumber,
    Place,
    SourceSystem,
    Unit,
)
from archive.store import Actor, Work
from archive.vocabulary import Permission, PersonRole
from archive.wording import _, locale


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A person of a file as one viewer may see them."""

    id: int
    name: str
    number: str
    role: PersonRole
    protected: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A case file as one viewer may see it; `trail` is empty where the place is hidden."""

    file: CaseFile
    kind: str
    letter: str
    source: str
    unit: str
    persons: tuple[ShownPerson, ...]
    place: str
    trail: tuple[Place, ...]

    @property
    def name(self) -> str:
        """Return the names of the persons it is about, the subjects first."""
        return "; ".join(person.name for person in self.persons) or _("No person")

    @property
    def part(self) -> str:
        """Return `part 2 of 3`, or nothing for a file of one part."""
        if self.file.parts == 1:
            return ""
        return _("part %(part)s of %(parts)s", part=self.file.part, parts=self.file.parts)


def of(work: Work, files: Sequence[CaseFile]) -> list[Card]:
    """Make the cards of files, in their order, in a number of statements that does not grow with them."""
    viewer = work.actor
    kinds = _by_id(work, FileKind, {file.kind_id for file in files})
    sources = _by_id(work, SourceSystem, {file.source_id for file in files})
    units = _by_id(work, Unit, {file.unit_id for file in files if file.unit_id})
    persons = _persons(work, [file.id for file in files])
    trails = places.trails(work, {file.place_id for file in files if not file.protected})
    return [
        Card(
            file,
            kind=shown_kind(kinds[file.kind_id], viewer),
            letter=kinds[file.kind_id].letter,
            source=sources[file.source_id].name,
            unit=units[file.unit_id].name if file.unit_id else "",
            persons=persons.get(file.id, ()),
            place=shown_place(file, trails.get(file.place_id, [])),
            trail=() if file.protected else tuple(trails[file.place_id]),
        )
        for file in files
    ]


def one(work: Work, file: CaseFile) -> Card:
    """Make the card of one file."""
    return of(work, [file])[0]


def subjects(cards: Iterable[Card]) -> list[str]:
    """Return whom a look at these cards concerns, for the record of the look."""
    names: dict[str, None] = {}
    for card in cards:
        names[card.file.stream] = None
        names.update((f"person:{person.id}", None) for person in card.persons)
    return list(names)


def shown_kind(kind: FileKind, viewer: Actor) -> str:
    """Return the kind of a file; a delicate one only for those who need it (SoLPuL 7 a §)."""
    if kind.delicate and not viewer.may(Permission.READ_KIND):
        return _("Kind not shown")
    return kind.name_sv if locale() == "sv" else kind.name_en


def shown_place(file: CaseFile, trail: Sequence[Place]) -> str:
    """Return where a file is recorded to be; hidden when it concerns a protected person."""
    return _("Protected") if file.protected else places.name_of(trail)


def _by_id(work: Work, model: Any, ids: set[int]) -> dict[int, Any]:
    if not ids:
        return {}
    rows = work.session.execute(select(model).where(col(model.id).in_(ids))).scalars()
    return {row.id: row for row in rows}


def _persons(work: Work, file_ids: Sequence[int]) -> dict[int, tuple[ShownPerson, ...]]:
    rows = work.session.execute(
        select(FilePerson, Person, PersonNumber)
        .join(Person, col(Person.id) == FilePerson.person_id)
        .outerjoin(PersonNumber, (col(PersonNumber.person_id) == Person.id) & col(PersonNumber.current))
        .where(col(FilePerson.file_id).in_(list(file_ids)))
        .order_by(col(FilePerson.file_id), col(FilePerson.person_id), col(PersonNumber.id))
    ).all()
    found: dict[int, dict[int, ShownPerson]] = {}
    for row in rows:
        found.setdefault(row[0].file_id, {}).setdefault(row[1].id, _shown(row, work.actor))
    return {
        file_id: tuple(sorted(of_file.values(), key=lambda person: person.role is not PersonRole.SUBJECT))
        for file_id, of_file in found.items()
    }


def _shown(row: Any, viewer: Actor) -> ShownPerson:
    link, person, number = row
    return ShownPerson(
        person.id,
        people.shown_name(person, viewer),
        people.shown_number(person, number, viewer),
        link.role,
        person.protection.protected,
    )
