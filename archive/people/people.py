"""Persons whom files are about: register, correct, protect; the one function that shows or masks a name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from archive.history import history
from archive.kernel.clock import local_date
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import CHANGED_MEANWHILE, Actor, Work
from archive.models import CaseFile, FilePerson, Head, NameToken, NameWord, Person, PersonNumber
from archive.people import further, name_index, spelling
from archive.rules import identity
from archive.rules.identity import UNDATED, Identity, Written
from archive.vocabulary import EventKind, NumberQuality, Permission, Protection
from archive.vocabulary.wording import N_, _

IN_QUESTION = "[i fråga]"  # where a protection is said to come from that only waits for an answer
_NOT_LETTERS = re.compile(r"[^\w]+", re.UNICODE)


CENTURY_UNCLEAR = N_(
    "“%(number)s” leaves the century open, and no date here tells it. Write the year with four digits, "
    "such as 19900602-2397. If the cover does not tell it either, leave the sign out."
)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of a person about to be registered."""

    family_name: str
    given_name: str
    number: Identity | None = None
    birth_date: PartialDate | None = None
    protection: Protection = Protection.UNKNOWN
    protection_source: str = ""
    import_id: int | None = None
    source: str = ""
    other_numbers: tuple[Identity, ...] = field(default=())


def register(work: Work, new: NewPerson) -> Person:
    """Register a person; raises Invalid when neither a name nor a number is known."""
    work.require(Permission.REGISTER)
    return register_many(work, [new])[0]


def register_many(work: Work, batch: Sequence[NewPerson]) -> list[Person]:
    """Register persons in one batch, each with its own event."""
    ids = insert_many(work, batch)
    found: dict[int, Person] = {}
    for start in range(0, len(ids), 500):
        statement = select(Person).where(col(Person.id).in_(ids[start : start + 500]))
        found |= {person.id: person for person in work.session.execute(statement).scalars()}
    return [found[person_id] for person_id in ids]


def insert_many(work: Work, batch: Sequence[NewPerson]) -> Sequence[int]:
    """Do what `register_many` does and return only the ids: a model for each costs more than its row."""
    for new in batch:
        if not (new.family_name.strip() or new.given_name.strip() or (new.number and new.number.raw.strip())):
            raise Invalid("person_empty", N_("Give a name or a number."), field="number")
    ids = work.reserve_ids(_PERSON, len(batch))
    rows = [_row(work, person_id, new) for person_id, new in zip(ids, batch, strict=True)]
    work.insert(_PERSON, rows)
    numbers = [
        _number_row(person_id, number, new.source, current=number is new.number)
        for person_id, new in zip(ids, batch, strict=True)
        for number in ((new.number,) if new.number and new.number.raw.strip() else ()) + new.other_numbers
    ]
    work.insert(_NUMBER, numbers)
    _index(work, [(row["id"], row["protection"], row["family_name"], row["given_name"]) for row in rows])
    history.record_many(work, [_registered(row, new) for row, new in zip(rows, batch, strict=True)])
    return ids


_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_TOKEN = NameToken.__table__  # type: ignore[attr-defined]


def _row(work: Work, person_id: int, new: NewPerson) -> dict[str, Any]:
    return {
        "id": person_id,
        "family_name": new.family_name.strip(),
        "given_name": new.given_name.strip(),
        "birth_date": new.birth_date or _birth_date(new.number),
        "protection": new.protection,
        "protection_source": new.protection_source,
        "corrected": [],
        "registered_at": work.now,
        "import_id": new.import_id,
    }


def _registered(row: Mapping[str, Any], new: NewPerson) -> history.Entry:
    return history.Entry(
        f"person:{row['id']}",
        EventKind.PERSON_REGISTERED,
        {"run": new.import_id, "protection": new.protection.value},
        {
            "name": [row["family_name"], row["given_name"]],
            "numbers": [n.raw for n in (new.number, *new.other_numbers) if n],
            "birth_date": str(row["birth_date"]) if row["birth_date"] else None,
        },
    )


def _birth_date(number: Identity | None) -> PartialDate | None:
    return PartialDate.from_date(number.birth_date) if number and number.birth_date else None


def _number_row(person_id: int, number: Identity, source: str, *, current: bool) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "number": number.number,
        "short": number.number[-10:] if number.number else "",
        "kind": number.kind,
        "quality": number.quality,
        "written": number.raw.strip(),
        "current": current,
        "source": source,
    }


def get(work: Work, person_id: int) -> Person:
    """Return a person by id; raises NotFound."""
    person = work.session.get(Person, person_id)
    if person is None:
        raise NotFound("no_such_person", N_("There is no such person in the register."))
    return person


def version(work: Work, person: Person) -> int:
    """Return how many events a person's history has, to tell later whether it has grown."""
    statement = select(col(Head.seq)).where(col(Head.stream) == person.stream)
    return int(work.session.execute(statement).scalar_one())


def lock(work: Work, person: Person, seen: int | None = None) -> None:
    """Hold a person's row; raises ChangedMeanwhile when the history is longer than the version `seen`."""
    work.session.refresh(person, with_for_update=True)
    if seen is not None and version(work, person) != seen:
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)


def read_number(
    work: Work, text: str, born: PartialDate | None = None, written: Written = UNDATED
) -> Identity:
    """Understand a number in any form, its sign by when it was written; never refuses."""
    return identity.read(text, today=local_date(work.now), born=born, written=written)


def with_number(work: Work, number: str) -> Sequence[Person]:
    """Return persons who have or had a number: 12 characters, or ten without century."""
    if not number:
        return []
    column = PersonNumber.short if len(number) == 10 else PersonNumber.number
    return (
        work.session.execute(
            select(Person)
            .join(PersonNumber, col(PersonNumber.person_id) == Person.id)
            .where(col(column) == number)
            .order_by(col(Person.id))
            .limit(50)
        )
        .scalars()
        .unique()
        .all()
    )


def same_person(work: Work, new: NewPerson) -> Person | None:
    """Return the person the actor may know of under the same sound number, if there is one."""
    if new.number is None or new.number.quality is not NumberQuality.SOUND:
        return None
    found = visible(work, with_number(work, new.number.number))
    return found[0] if len(found) == 1 else None


def numbers_of(work: Work, person_ids: Iterable[int]) -> dict[int, list[PersonNumber]]:
    """Return the numbers of each person, the current one first."""
    rows = work.session.execute(
        select(PersonNumber)
        .where(col(PersonNumber.person_id).in_(list(person_ids)))
        .order_by(col(PersonNumber.current).desc(), col(PersonNumber.id))
    ).scalars()
    numbers: dict[int, list[PersonNumber]] = {}
    for row in rows:
        numbers.setdefault(row.person_id, []).append(row)
    return numbers


def correct(work: Work, person: Person, **values: Any) -> None:
    """Correct family_name, given_name or birth_date of a person; later imports leave these alone."""
    work.require(Permission.CORRECT)
    name = [values.get(key, getattr(person, key)) for key in ("family_name", "given_name")]
    if not any(name) and not numbers_of(work, [person.id]):
        raise Invalid("person_empty", N_("Give a name or a number."), field="family_name")
    change(work, person, values, by_hand=True)


def change(
    work: Work, person: Person, values: Mapping[str, Any], *, by_hand: bool, import_id: int | None = None
) -> list[str]:
    """Set fields of a person and record old and new; an import skips what a person corrected."""
    # Were a right guess no change, the version on the page would tell what is registered.
    blind = by_hand and person.protection.protected and not cleared(work.actor)
    changed = {
        name: value
        for name, value in values.items()
        if (value != getattr(person, name) or blind) and (by_hand or name not in person.corrected)
    }
    if not changed:
        return []
    if not work.sqlite:  # else the name of somebody who becomes protected just now would be indexed again
        lock(work, person)
    old = {name: history.plain(getattr(person, name)) for name in changed}
    for name, value in changed.items():
        setattr(person, name, value)
    if by_hand:
        person.corrected = sorted({*person.corrected, *changed})
    work.session.flush()
    _forget_names(work, person)
    index_names(work, [person])
    history.record(
        work,
        EventKind.PERSON_CORRECTED,
        person,
        private={"old": old, "new": {name: history.plain(value) for name, value in changed.items()}},
        fields=sorted(changed),
        run=import_id,
    )
    return sorted(changed)


def add_number(work: Work, person: Person, number: Identity, source: str, *, current: bool = True) -> None:
    """Add a number to a person; when it becomes the current one the older stays as an alias."""
    work.require(Permission.CORRECT)
    if not number.raw.strip():
        raise Invalid("number_empty", N_("Write the number as it stands on the cover."), field="number")
    lock(work, person)
    _keep_number(work, person, number, source, _refuse_known(work, person, number), current=current)


def claim_number(work: Work, person: Person, number: Identity, source: str) -> None:
    """Add the number a list gives a person, whoever else has it: whether they are one is asked then."""
    work.require(Permission.CORRECT)
    lock(work, person)
    _keep_number(work, person, number, source, None, current=True)


def _keep_number(
    work: Work, person: Person, number: Identity, source: str, known: PersonNumber | None, *, current: bool
) -> None:
    if current:
        work.session.execute(
            update(PersonNumber).where(col(PersonNumber.person_id) == person.id).values(current=False)
        )
    if known:  # of a protected person nobody else is told that the number was right
        _renew_number(work, known, current=current)
    else:
        work.insert(_NUMBER, [_number_row(person.id, number, source, current=current)])
    if person.birth_date is None and number.birth_date:
        person.birth_date = PartialDate.from_date(number.birth_date)
    work.session.flush()
    history.record(
        work,
        EventKind.PERSON_NUMBER_ADDED,
        person,
        private={"number": number.raw},
        quality=number.quality.value,
    )


def cleared(viewer: Actor) -> bool:
    """Tell whether a viewer may know whom the register protects."""
    return viewer.may(Permission.CHECK_SEALED)


def visible(work: Work, found: Sequence[Person]) -> list[Person]:
    """Return those of the persons the actor may know of: a protected one is nobody to others."""
    return [one for one in found if cleared(work.actor) or not one.protection.protected]


def _refuse_known(work: Work, person: Person, number: Identity) -> PersonNumber | None:
    """Raise Conflict when the number is another's, or the person's already, as far as the actor may know.

    Of a protected person the row with the number is returned instead: the answer must not depend on it.
    """
    sound = number.quality is NumberQuality.SOUND
    others = [other for other in with_number(work, number.number) if other.id != person.id]
    if sound and visible(work, others):
        raise Conflict(
            "number_of_another",
            N_(
                "Another person is registered with this number. If the file is about that person, "
                "add that person to the file in place of this one."
            ),
            field="number",
        )
    own = numbers_of(work, [person.id]).get(person.id, [])
    # As written it may be known with less of it understood: with its century it says more.
    same = [
        row
        for row in own
        if (number.number == row.number if number.number else number.raw.strip() == row.written)
    ]
    if same and visible(work, [person]):
        raise Conflict(
            "number_known", N_("The person is registered with this number already."), field="number"
        )
    return same[0] if same else None


def _renew_number(work: Work, row: PersonNumber, *, current: bool) -> None:
    statement = update(PersonNumber).where(col(PersonNumber.id) == row.id)
    work.session.execute(statement.values(current=row.current or current))


def protect(work: Work, person: Person, protection: Protection, source: str) -> None:
    """Protect a person's data at least as much as now; raises Conflict for less: `lifting` does that."""
    work.require(Permission.CORRECT)
    lock(work, person)  # whoever links a file to the person waits, and then sees the protection
    if protection.lowers(person.protection):
        raise Conflict(
            "protection_lower",
            N_("A protection is lifted by itself, with the password and grounds. Nothing is changed."),
            field="protection",
        )
    reset_protection(work, person, protection, source)


def hide(work: Work, person: Person, protection: Protection, source: str) -> None:
    """Protect a locked person as much as another one is, whoever acts; never less than now."""
    if not protection.lowers(person.protection):
        reset_protection(work, person, protection, source)


def reset_protection(work: Work, person: Person, protection: Protection, source: str) -> None:
    """Set how a locked person's data are protected: names leave or enter the index, files are masked or not.

    Only `protect`, `hide` and the verbs of `lifting` and `doubts` call this: they are the doors.
    """
    if protection is person.protection and not in_question(person):
        return
    further_one = protection.protected and not person.protection.protected
    person.protection, person.protection_source = protection, source.strip()
    person.protection_since = local_date(work.now)
    work.session.flush()
    _forget_names(work, person)
    index_names(work, [person])
    refresh_protected(work, files_of(work, person))
    if further_one:
        further.protected(work, files_of(work, person))
    said = {"source": source.strip()}
    history.record(work, EventKind.PERSON_PROTECTED, person, private=said, protection=protection.value)


def in_question(person: Any) -> bool:
    """Tell whether a person is hidden by nothing but a question that nobody has answered."""
    return person.protection is Protection.UNKNOWN and person.protection_source == IN_QUESTION


def files_of(work: Work, person: Person) -> list[int]:
    """Return the ids of a person's files."""
    return list(
        work.session.execute(
            select(col(FilePerson.file_id)).where(col(FilePerson.person_id) == person.id)
        ).scalars()
    )


def refresh_protected(work: Work, file_ids: Sequence[int]) -> None:
    """Set each file's `protected` to whether any of its persons is; about nobody known it stays as it is."""
    if not file_ids:
        return
    if not work.sqlite:  # an update that waited would compute with what it saw before it waited
        held = select(col(CaseFile.id)).where(col(CaseFile.id).in_(file_ids)).order_by(col(CaseFile.id))
        work.connection.execute(held.with_for_update())
    anyone = exists().where(
        col(FilePerson.file_id) == CaseFile.id,
        col(Person.id) == FilePerson.person_id,
        col(Person.protection) != Protection.NONE,
    )
    nobody = ~exists().where(col(FilePerson.file_id) == CaseFile.id)
    masked = or_(anyone, and_(col(CaseFile.protected), nobody))
    work.session.execute(
        update(CaseFile).where(col(CaseFile.id).in_(file_ids)).values(protected=masked),
        execution_options={"synchronize_session": False},
    )
    for thing in list(work.session.identity_map.values()):
        if isinstance(thing, CaseFile) and thing.id in file_ids:
            work.session.refresh(thing, ["protected"])


def tokens(*names: str) -> list[str]:
    """Split names into the normalised words they are compared by: no accents, no case, no hyphens."""
    words: dict[str, None] = {}
    for name in names:
        for word in _NOT_LETTERS.split(spelling.fold(name)):
            if word:
                words[word] = None
    return list(words)


def index_names(work: Work, people: Sequence[Person]) -> None:
    """Write the name words of persons; protected persons are never in the index."""
    _index(work, [(one.id, one.protection, one.family_name, one.given_name) for one in people])


def _index(work: Work, people: Sequence[tuple[int, Protection, str, str]]) -> None:
    rows: list[dict[str, Any]] = [
        {"token": word, "person_id": person_id}
        for person_id, protection, *names in people
        if not protection.protected
        for word in name_index.tokens(*names)
    ]
    if rows:
        work.insert(_TOKEN, rows)
        words = [{"word": word} for word in sorted({row["token"] for row in rows})]
        work.connection.execute(_word_insert(work), words)


def _word_insert(work: Work) -> Any:
    return (sqlite if work.sqlite else postgresql).insert(NameWord).on_conflict_do_nothing()


def _forget_names(work: Work, person: Person) -> None:
    own = select(col(NameToken.token)).where(col(NameToken.person_id) == person.id)
    words = list(work.session.execute(own).scalars())
    work.session.execute(delete(NameToken).where(col(NameToken.person_id) == person.id))
    still_used = select(col(NameToken.token)).where(col(NameToken.token) == NameWord.word)
    work.session.execute(
        delete(NameWord).where(col(NameWord.word).in_(words), ~still_used.exists()),
        execution_options={"synchronize_session": False},
    )


def shown_name(person: Person, viewer: Actor, *, in_hand: bool = False) -> str:
    """Return a person's name as one viewer may see it: the only way a name reaches a page or paper.

    `in_hand`: the viewer holds the cover; of a protected person it is shown to the named group alone.
    """
    if _hidden(person, viewer, in_hand):
        return _("Protected")
    if not viewer.may(Permission.READ_NAMES):
        return _("Name not shown")
    return ", ".join(part for part in (person.family_name, person.given_name) if part) or _("No name")


def _hidden(person: Person, viewer: Actor, in_hand: bool) -> bool:
    return person.protection.protected and not (in_hand and viewer.may(Permission.CHECK_SEALED))


def shown_number(person: Person, number: PersonNumber | None, viewer: Actor, *, in_hand: bool = False) -> str:
    """Return a person's number as one viewer may see it, `in_hand` as for a name."""
    if _hidden(person, viewer, in_hand):
        return _("Protected")
    if not viewer.may(Permission.READ_NAMES):
        return _("Number not shown")
    if number is None:
        return "–"
    return identity.shown(number.number, number.written) if number.number else number.written
