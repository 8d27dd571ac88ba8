"""What a case file looks like to the one who looks: everything masked that this viewer may not see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from archive.files.parts import which_part
from archive.kernel.store import Actor, Work
from archive.models import CaseFile, FileKind, FilePerson, Person, PersonNumber, SourceSystem, Unit
from archive.people import people
from archive.places import paths
from archive.places.paths import PathStep
from archive.vocabulary import Permission, PersonRole
from archive.vocabulary.wording import _, locale

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_KIND = FileKind.__table__  # type: ignore[attr-defined]
_SOURCE = SourceSystem.__table__  # type: ignore[attr-defined]
_UNIT = Unit.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]


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
    """A case file as one viewer may see it; `trail` is empty where the place is hidden.

    `file` is the model, or for the page of one file a row with all that the model has, and its stream.
    """

    file: CaseFile
    kind: str
    letter: str
    source: str
    unit: str
    persons: tuple[ShownPerson, ...]
    place: str
    trail: tuple[PathStep, ...]

    @property
    def name(self) -> str:
        """Return the names of the persons it is about, the subjects first."""
        return "; ".join(person.name for person in self.persons) or _("No person")

    @property
    def part(self) -> str:
        """Return `part 2 of 3`, or nothing for a file of one part."""
        return which_part(self.file.part, self.file.parts)


def cards(work: Work, files: Sequence[CaseFile], *, in_hand: bool = False) -> list[Card]:
    """Make the cards of files, in their order, in a number of statements that does not grow with them.

    `in_hand`: those cleared have to know what is masked, to answer what they are asked.
    """
    viewer = work.actor
    opened = in_hand and people.cleared(viewer)
    ids = [file.id for file in files]
    said = {row.id: row for row in work.connection.execute(_SAID, {"ids": ids})}
    persons = shown_persons(persons_of(work, ids), viewer, in_hand=opened)
    hidden = {file.id for file in files if file.protected and not opened}
    standing = paths.steps(work, {file.place_id for file in files if file.id not in hidden})
    return [
        Card(
            file,
            kind=shown_kind(said[file.id], viewer),
            letter=shown_letter(said[file.id], viewer),
            source=said[file.id].source,
            unit=said[file.id].unit or "",
            persons=persons.get(file.id, ()),
            place=_("Protected") if file.id in hidden else paths.name_of(standing.get(file.place_id, [])),
            trail=() if file.id in hidden else tuple(standing[file.place_id]),
        )
        for file in files
    ]


def one(work: Work, file: CaseFile) -> Card:
    """Make the card of one file."""
    return cards(work, [file])[0]


def subjects(cards: Iterable[Card]) -> list[str]:
    """Return whom a look at these cards concerns, for the record of the look."""
    names: dict[str, None] = {}
    for card in cards:
        names[card.file.stream] = None
        names.update((f"person:{person.id}", None) for person in card.persons)
    return list(names)


def shown_kind(kind: Any, viewer: Actor) -> str:
    """Return the kind of a file; a delicate one only for those who need it (SoLPuL 7 a §)."""
    if kind.delicate and not viewer.may(Permission.READ_KIND):
        return _("Kind not shown")
    return str(kind.name_sv if locale() == "sv" else kind.name_en)


def shown_letter(kind: Any, viewer: Actor) -> str:
    """Return the code letter of a kind, which says as much as its name."""
    return "" if kind.delicate and not viewer.may(Permission.READ_KIND) else kind.letter


def shown_place(file: CaseFile, trail: Sequence[PathStep]) -> str:
    """Return where a file is recorded to be; hidden when it concerns a protected person."""
    return _("Protected") if file.protected else paths.name_of(trail)


_SAID = (
    select(
        _FILE.c.id,
        _KIND.c.letter,
        _KIND.c.name_sv,
        _KIND.c.name_en,
        _KIND.c.delicate,
        _SOURCE.c.name.label("source"),
        _UNIT.c.name.label("unit"),
    )
    .join(_KIND, _KIND.c.id == _FILE.c.kind_id)
    .join(_SOURCE, _SOURCE.c.id == _FILE.c.source_id)
    .outerjoin(_UNIT, _UNIT.c.id == _FILE.c.unit_id)
    .where(_FILE.c.id.in_(bindparam("ids", expanding=True)))
)
_PERSONS = (
    select(
        _ROLE.c.file_id,
        _ROLE.c.role,
        _ROLE.c.person_id,
        _PERSON.c.family_name,
        _PERSON.c.given_name,
        _PERSON.c.birth_date,
        _PERSON.c.protection,
        _NUMBER.c.number,
        _NUMBER.c.written,
    )
    .join(_PERSON, _PERSON.c.id == _ROLE.c.person_id)
    .outerjoin(_NUMBER, (_NUMBER.c.person_id == _PERSON.c.id) & _NUMBER.c.current)
    .where(_ROLE.c.file_id.in_(bindparam("ids", expanding=True)))
    .order_by(_ROLE.c.file_id, _ROLE.c.person_id, _NUMBER.c.id)
)


def persons_of(work: Work, file_ids: Sequence[int]) -> Sequence[Any]:
    """Return a row for everybody the files are about: who it is, the role, and the present number."""
    return work.connection.execute(_PERSONS, {"ids": list(file_ids)}).all()


def shown_persons(
    rows: Iterable[Any], viewer: Actor, *, in_hand: bool = False
) -> dict[int, tuple[ShownPerson, ...]]:
    """Return the persons of each file as one viewer may see them, subjects first; `in_hand` as for a name."""
    found: dict[int, dict[int, ShownPerson]] = {}
    for row in rows:
        found.setdefault(row.file_id, {}).setdefault(row.person_id, _shown(row, viewer, in_hand))
    return {
        file_id: tuple(sorted(of_file.values(), key=lambda person: person.role is not PersonRole.SUBJECT))
        for file_id, of_file in found.items()
    }


def _shown(row: Any, viewer: Actor, in_hand: bool) -> ShownPerson:
    return ShownPerson(
        row.person_id,
        people.shown_name(row, viewer, in_hand=in_hand),
        people.shown_number(row, row if row.number is not None else None, viewer, in_hand=in_hand),
        row.role,
        row.protection.protected,
    )
