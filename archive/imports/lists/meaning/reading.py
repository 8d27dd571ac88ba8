"""Hold a row of a list as it would be registered, with what is odd about it and what forbids it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Self

from archive.imports.lists.meaning.fields import Flag, RowProblem
from archive.imports.lists.meaning.whereabouts import PlaceStep
from archive.kernel.letters import one_form
from archive.kernel.partial_date import PartialDate
from archive.rules.identity import Identity
from archive.vocabulary import NumberKind, NumberQuality, PersonRole, PlaceKind, Protection


class PersonReading(NamedTuple):
    """Hold a person of a row: names as written, number as understood, birth date of list or number."""

    family: str
    given: str
    number: Identity | None = None
    born: PartialDate | None = None
    role: PersonRole = PersonRole.SUBJECT


class ListedCheck(NamedTuple):
    """Hold a check of the cover made before this system existed."""

    on: PartialDate | None
    sign: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold a row as it would be registered.

    `part` is 1 and `parts` None where the list does not say; `covers` is how many parts the row stands for,
    from `part` on. A fact is None where the list has no column for it. `kind` is a code, empty where unknown.
    `place` goes from the outermost inwards. `protection` holds for every person of the row; it is
    `case_marked` where another row marks its case. The row is registered only where there are no problems.
    """

    reference: str = ""
    source: str = ""
    part: int = 1
    parts: int | None = None
    covers: int = 1
    kind: str = ""
    persons: tuple[PersonReading, ...] = ()
    opened: PartialDate | None = None
    closed: PartialDate | None = None
    last_note: PartialDate | None = None
    place: tuple[PlaceStep, ...] = ()
    position: int | None = None
    unit: str = ""
    protection: Protection = Protection.UNKNOWN
    placed_child: bool | None = None
    adoption: bool | None = None
    parenthood: bool | None = None
    child_investigation: bool | None = None
    custody_agreement: bool | None = None
    check: ListedCheck | None = None
    flags: tuple[Flag, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    case_marked: bool = False
    filled: tuple[tuple[int, str], ...] = ()
    """Cells that hold what the rows above say, with their column."""

    def as_dict(self) -> dict[str, Any]:
        """Return what would be registered as plain data for JSON; flags and problems are kept beside it."""
        data = {name: getattr(self, name) for name in _PLAIN}
        data["protection"] = self.protection.value
        data |= {name: str(day) for name in _DATES if (day := getattr(self, name))}
        if self.persons:
            data["persons"] = [_person_dict(person) for person in self.persons]
        if self.place:
            data["place"] = [[step.kind.value, step.name] for step in self.place]
        if self.check:
            data["check"] = [str(self.check.on) if self.check.on else None, self.check.sign]
        if self.filled:
            data["filled"] = [list(one) for one in self.filled]
        return {name: value for name, value in data.items() if value is not None and value != ""}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make it of the plain data of as_dict; what 0.1.0 kept as a Mac wrote it gets its one form."""
        values = dict(data)
        values |= {name: one_form(data[name]) for name in ("reference", "source", "unit") if name in data}
        values["protection"] = _PROTECTION[data["protection"]]
        values["persons"] = tuple(map(_person, data.get("persons", ())))
        values["place"] = tuple(
            PlaceStep(_PLACE_KIND[kind], one_form(name)) for kind, name in data.get("place", ())
        )
        values |= {name: PartialDate.parse(data[name]) for name in _DATES if name in data}
        if "check" in data:
            on, sign = data["check"]
            values["check"] = ListedCheck(PartialDate.parse(on) if on else None, sign)
        values["filled"] = tuple((index, text) for index, text in data.get("filled", ()))
        return cls(**values)


_DATES = ("opened", "closed", "last_note")
_PLAIN = (
    *("reference", "source", "part", "parts", "covers", "kind", "position", "unit"),
    *("placed_child", "adoption", "parenthood", "child_investigation", "custody_agreement"),
)
_PROTECTION = {one.value: one for one in Protection}
_PLACE_KIND = {one.value: one for one in PlaceKind}
_ROLE = {one.value: one for one in PersonRole}
_NUMBER_KIND = {one.value: one for one in NumberKind}
_QUALITY = {one.value: one for one in NumberQuality}


def _person_dict(person: PersonReading) -> dict[str, Any]:
    data: dict[str, Any] = {"family": person.family, "given": person.given, "role": person.role.value}
    if person.born:
        data["born"] = str(person.born)
    if (number := person.number) is not None:
        birth = number.birth_date.isoformat() if number.birth_date else None
        data["number"] = [number.raw, number.number, number.kind.value, number.quality.value, birth]
    return data


def _person(data: Mapping[str, Any]) -> PersonReading:
    number = None
    if "number" in data:
        raw, digits, kind, quality, birth = data["number"]
        birth_date = date.fromisoformat(birth) if birth else None
        number = Identity(raw, digits, _NUMBER_KIND[kind], _QUALITY[quality], birth_date)
    born = PartialDate.parse(data["born"]) if "born" in data else None
    return PersonReading(one_form(data["family"]), one_form(data["given"]), number, born, _ROLE[data["role"]])
