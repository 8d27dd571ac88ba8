"""The persons a batch of rows names: those registered already, and those to register, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from archive.imports.lists.meaning.reading import PersonReading
from archive.imports.rows import matching
from archive.imports.rows.agreeing import another, another_protected, whom
from archive.imports.rows.items import Item, PartVerdict
from archive.imports.rows.judging import compare_person, stricter
from archive.imports.rows.matching import CaseKey, KnownFile, KnownPerson
from archive.kernel.store import Work
from archive.people import people
from archive.people.people import NewPerson
from archive.vocabulary import NumberQuality, PersonRole, Protection

Naming = tuple[object, ...]


@dataclass(slots=True)
class _Entry:
    """A person of the batch: registered before, or about to be."""

    known: KnownPerson | None
    new: NewPerson | None = None
    id: int = 0
    asked: bool = False  # whether it may be a protected person who has the same number

    @property
    def protected(self) -> bool:
        """Tell whether the person's data are protected, as far as this batch knows."""
        level = self.known.protection if self.known else self.new and self.new.protection
        return level is not Protection.NONE


@dataclass(slots=True)
class PersonBook:
    """Look up, or note to register, the persons of a batch.

    The same sound number is the same person. Without one, a person is the same only within one case, by
    number as written or by name: nothing else is sure.
    """

    list_name: str
    run_id: int
    bearing: dict[str, list[KnownPerson]]
    of_case: dict[CaseKey, list[KnownPerson]]
    _entries: dict[Naming, _Entry] = field(default_factory=dict)
    tied: bool = False  # an unmarked row gave a protected person's number, and its file is masked by that
    hidden: set[int] = field(default_factory=set)  # with a masked file of the batch
    _roles: dict[tuple[int, int], list[tuple[_Entry, PersonRole]]] = field(default_factory=dict)

    @classmethod
    def load(
        cls, work: Work, run_id: int, list_name: str, items: Iterable[Item], siblings: Iterable[KnownFile]
    ) -> "PersonBook":
        """Read what is known of the persons that rows name."""
        numbers = {
            said.number.number
            for item in items
            for said in item.reading.persons
            if said.number and said.number.quality is NumberQuality.SOUND
        }
        of_case: dict[CaseKey, list[KnownPerson]] = {}
        for file in siblings:
            of_case.setdefault(file.key, []).extend(person for person, _role in file.persons)
        return cls(list_name, run_id, matching.bearing(work, numbers), of_case)

    def note(self, item: Item, verdict: PartVerdict, said: Sequence[PersonReading]) -> dict[str, object]:
        """Take down whom a part concerns; return what the list says otherwise than the register."""
        differs: dict[str, object] = {}
        roles: dict[int, tuple[_Entry, PersonRole]] = {}
        for person in said:
            entry = self._entry(item, person)
            if entry.known is not None:
                self.tied |= entry.protected and not item.reading.protection.protected
                differs |= compare_person(entry.known, person, item.reading, verdict)
            roles.setdefault(id(entry), (entry, person.role))
        self._roles[item.row, verdict.part] = list(roles.values())
        return differs

    def _entry(self, item: Item, said: PersonReading) -> _Entry:
        naming = self._naming(item, said)
        entry = self._entries.get(naming)
        if entry is None:
            entry = self._registered(item, said) or _Entry(None, self._new(item, said), asked=True)
            self._entries[naming] = entry
        elif entry.new is not None:
            if not (entry.new.family_name or entry.new.given_name):
                entry.new = replace(entry.new, family_name=said.family, given_name=said.given)
            level = stricter(entry.new.protection, item.reading.protection)
            if level is not entry.new.protection:
                entry.new = replace(entry.new, protection=level)
        return entry

    def _naming(self, item: Item, said: PersonReading) -> Naming:
        number = said.number
        if number and number.quality is NumberQuality.SOUND:
            bearer = self._bearer(said)
            return number.number, bearer.id if bearer else 0
        written = (number.number or number.raw.strip()) if number else ""
        return item.key, written, frozenset(people.tokens(said.family, said.given)), said.born

    def _registered(self, item: Item, said: PersonReading) -> _Entry | None:
        found = self._bearer(said)
        if found is None:
            those = self.of_case.get(item.key, ())
            found = whom([one for one in those if not another_protected(one, said)], said)
        if found is None:
            return None
        shared = any(one.protection.protected for one in self._bearing(said))
        return _Entry(found, id=found.id, asked=shared and not found.protection.protected)

    def _bearing(self, said: PersonReading) -> Sequence[KnownPerson]:
        number = said.number
        sound = number is not None and number.quality is NumberQuality.SOUND
        return self.bearing.get(number.number, ()) if number and sound else ()

    def _bearer(self, said: PersonReading) -> KnownPerson | None:
        """Return who has the number a list gives somebody; where one is protected, only of that name.

        Of several that is the one most protected. Whose name no bearer has is nobody the register knows.
        """
        those = self._bearing(said)
        if not any(one.protection.protected for one in those):
            return those[0] if len(those) == 1 else None
        alike = [one for one in those if not another(one, said)]
        return max(alike, key=lambda one: (one.stated.strictness, -one.id), default=None)

    def _new(self, item: Item, said: PersonReading) -> NewPerson:
        return NewPerson(
            said.family,
            said.given,
            said.number if said.number and said.number.raw.strip() else None,
            said.born,
            item.reading.protection,
            self.list_name,
            self.run_id,
            self.list_name,
        )

    def register(self, work: Work) -> None:
        """Register those who are new."""
        fresh = [entry for entry in self._entries.values() if entry.new is not None]
        new = [entry.new for entry in fresh if entry.new is not None]
        if new:
            for entry, person_id in zip(fresh, people.insert_many(work, new), strict=True):
                entry.id = person_id

    def asked(self) -> list[int]:
        """Return who may be a protected person by a number, once `register` has run."""
        entries = self._entries.values()
        return [one.id for one in entries if one.asked and not (one.new and one.new.number is None)]

    def marked(self) -> list[int]:
        """Return who is new, said to be protected and without a sound number, once `register` has run."""
        return [
            entry.id
            for entry in self._entries.values()
            if entry.new
            and entry.new.protection not in (Protection.NONE, Protection.UNKNOWN)
            and not (entry.new.number and entry.new.number.quality is NumberQuality.SOUND)
        ]

    def persons(self, item: Item, part: int) -> tuple[tuple[int, PersonRole], ...]:
        """Return whom a part concerns, once `register` has run."""
        return tuple((entry.id, role) for entry, role in self._roles.get((item.row, part), ()))

    def protected(self, item: Item, part: int) -> bool:
        """Tell whether a part concerns anyone whose data are protected, or nobody is known."""
        entries = self._roles.get((item.row, part), ())
        if not entries:
            return item.reading.protection.protected
        return any(entry.protected or entry.id in self.hidden for entry, _role in entries)
