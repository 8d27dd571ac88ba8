"""Invent households and their cases, one after another, into arrays: the stuff of the demo's world."""

from __future__ import annotations

import random
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from archive.vocabulary import PersonRole, Protection
from seed.demo.city import City, SourceSystemRow
from seed.demo.names import FAMILY, FEMALE, MALE, NEW_FAMILY, NEW_FEMALE, NEW_MALE
from seed.numbers import FIRST_BIRTH, Numbers

DEMO_DAY = date(2025, 10, 31)
"""The day the lists of the demo were drawn up."""
DIRECT, UNLISTED = 255, 254
"""In place of a room: delivered by the unit itself; stood in an old room but on none of its lists."""
FIRST_DAY = date(1975, 1, 2).toordinal()
LAST_CLOSING = date(2025, 10, 24).toordinal()
ROOMS_TAKE_FILES_UNTIL = date(2025, 6, 30).toordinal()
MOVING_BEGAN = date(2025, 9, 3).toordinal()
MOVED_SO_FAR = (date(1940, 1, 1).toordinal(), "Valvet")
"""Of the sites still in use one is being emptied: the oldest births of its first room have gone."""

YEAR = 365.25
_PROTECTIONS = tuple(Protection)
_SHIELDS = (
    Protection.MARKED,
    Protection.MARKED,
    Protection.PROTECTED_REGISTRATION,
    Protection.ASSUMED_IDENTITY,
)
_ROLES = tuple(PersonRole)
_SIGNS = ("AKL", "MBE", "JSV", "TNY", "EHA", "RPE")
_WEIGHTS = {
    "EB": 30, "BU": 20, "VU": 6, "MI": 7, "SP": 5, "LS": 5, "IF": 4, "PL": 4, "FA": 7, "VB": 5, "AD": 1,
    "FH": 2, "KF": 2, "BS": 1, "DB": 1,
}  # fmt: skip
_ABOUT_CHILDREN = {
    "BU": 17 * YEAR,
    "PL": 16 * YEAR,
    "KF": 15 * YEAR,
    "FA": 300,
    "VB": 14 * YEAR,
    "AD": 8 * YEAR,
}
"""Kinds whose main person is a child, with the oldest age in days at which such a case opens."""
_OLDEST_PARENT = 52
_PARTS = (1,) * 170 + (2,) * 18 + (3,) * 8 + (4, 4, 5, 6)


@dataclass(slots=True)
class People:
    """Hold the persons of a world in arrays."""

    family: array[int] = field(default_factory=lambda: array("H"))
    given: array[int] = field(default_factory=lambda: array("H"))
    female: array[int] = field(default_factory=lambda: array("b"))
    born: array[int] = field(default_factory=lambda: array("i"))
    number: list[str] = field(default_factory=list)
    shield: array[int] = field(default_factory=lambda: array("b"))

    def family_name(self, person: int) -> str:
        """Return a person's family name."""
        return FAMILY[self.family[person]]

    def given_name(self, person: int) -> str:
        """Return a person's given name."""
        return (FEMALE if self.female[person] else MALE)[self.given[person]]

    def protection(self, person: int) -> Protection:
        """Return how a person's data are protected."""
        return _PROTECTIONS[self.shield[person]]


@dataclass(slots=True)
class Cases:
    """Hold the cases of a world in arrays; dates are day numbers, `received` is 0 where it has not been."""

    city: City
    people: People
    kind: array[int] = field(default_factory=lambda: array("b"))
    unit: array[int] = field(default_factory=lambda: array("b"))
    system: array[int] = field(default_factory=lambda: array("b"))
    serial: array[int] = field(default_factory=lambda: array("i"))
    parts: array[int] = field(default_factory=lambda: array("b"))
    width: array[int] = field(default_factory=lambda: array("b"))
    opened: array[int] = field(default_factory=lambda: array("i"))
    closed: array[int] = field(default_factory=lambda: array("i"))
    last_note: array[int] = field(default_factory=lambda: array("i"))
    room: array[int] = field(default_factory=lambda: array("B"))
    received: array[int] = field(default_factory=lambda: array("i"))
    checked_after: array[int] = field(default_factory=lambda: array("b"))
    first_person: array[int] = field(default_factory=lambda: array("i", [0]))
    about: array[int] = field(default_factory=lambda: array("i"))
    role: array[int] = field(default_factory=lambda: array("b"))

    def __len__(self) -> int:
        return len(self.kind)

    def subject(self, case: int) -> int:
        """Return the main person of a case."""
        return self.about[self.first_person[case]]

    def persons(self, case: int) -> Iterator[tuple[int, PersonRole]]:
        """Yield those a case is about, the main person first."""
        for at in range(self.first_person[case], self.first_person[case + 1]):
            yield self.about[at], _ROLES[self.role[at]]

    def source(self, case: int) -> SourceSystemRow:
        """Return the system a case has its number in."""
        return self.city.sources[self.system[case]]

    def reference(self, case: int) -> str:
        """Return the number of a case as its system writes it."""
        initial = self.people.family_name(self.subject(case))[0].upper()
        year = date.fromordinal(self.opened[case]).year
        return self.source(case).reference(year, self.serial[case], initial if initial.isascii() else "Ö")

    def waiting(self, case: int) -> bool:
        """Tell whether a closed case has covers that its unit has not delivered."""
        return self.room[case] == DIRECT and not self.received[case]

    def checked_by(self, case: int) -> str:
        """Return the sign of whoever checked the covers of a case before this system."""
        return _SIGNS[case % len(_SIGNS)] if self.checked_after[case] >= 0 else ""


def populate(files: int, seed: int, city: City) -> tuple[People, Cases]:
    """Invent persons and cases until there are exactly so many covers in the archive or its old rooms."""
    maker = _Maker(files, seed, city)
    while maker.left:
        maker.household()
    return maker.people, maker.cases


@dataclass(slots=True)
class _Family:
    """A household: where in the list of persons its grown-ups and children are."""

    name: int
    shield: int
    base: int
    age: float
    adults: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)


class _Maker:
    def __init__(self, files: int, seed: int, city: City) -> None:
        self.left = files
        self.random = random.Random(f"world:{seed}")  # noqa: S311 - a demo must be the same every time
        self.city = city
        self.people = People()
        self.cases = Cases(city, self.people)
        self._numbers = Numbers()
        self._serials: defaultdict[tuple[int, int], int] = defaultdict(lambda: 100)
        self._codes = [kind.code for kind in city.kinds]
        self._weights = [_WEIGHTS.get(code, 1) for code in self._codes]
        self._units = {
            code: [number for number, unit in enumerate(city.units) if code in unit.kinds]
            for code in self._codes
        }
        self._systems = {source.code: number for number, source in enumerate(city.sources)}
        self._rooms = [(site, room) for site in city.sites for room in site.rooms]
        self._shares = [room.share for _site, room in self._rooms]
        self._households = 0

    def household(self) -> None:
        """Invent a household and all its cases."""
        draw = self.random
        self._households += 1
        shielded = draw.random() < 0.006 or self._households % 400 == 7
        shield = _PROTECTIONS.index(draw.choice(_SHIELDS)) if shielded else 0
        base = FIRST_DAY + int((LAST_CLOSING - 400 - FIRST_DAY) * draw.random() ** 0.85)
        age = draw.triangular(19, 88, 30)
        family = _Family(int(len(FAMILY) * draw.random() ** 1.3), shield, base, age)
        family.adults.append(self._person(family, base - int(age * YEAR)))
        if draw.random() < 0.3:
            family.adults.append(self._person(family, base - int(max(19, age + draw.gauss(0, 4)) * YEAR)))
        if age < _OLDEST_PARENT:
            for _child in range(draw.choice((0, 0, 1, 1, 2, 3))):
                self._child(family)
        for _case in range(draw.choice((1, 1, 2, 3, 4, 6))):
            if self.left:
                self._case(family)

    def _child(self, family: _Family) -> int:
        oldest = min(17.0, family.age - 18.5)
        person = self._person(family, family.base - int(self.random.uniform(0, oldest) * YEAR))
        family.children.append(person)
        return person

    def _person(self, family: _Family, born: int) -> int:
        draw, people = self.random, self.people
        female = draw.random() < 0.5
        born = max(born, FIRST_BIRTH.toordinal())
        number, born = self._number(born, female, newcomer=family.name >= NEW_FAMILY)
        own_name = draw.random() < 0.12
        people.family.append(draw.randrange(len(FAMILY)) if own_name else family.name)
        people.given.append(self._given(female, family.name))
        people.female.append(female)
        people.born.append(born)
        people.number.append(number)
        people.shield.append(family.shield)
        return len(people.number) - 1

    def _given(self, female: bool, family: int) -> int:
        names = FEMALE if female else MALE
        start = NEW_FEMALE if female else NEW_MALE
        if family >= NEW_FAMILY:
            return self.random.randrange(start, len(names))
        return int(start * self.random.random())

    def _number(self, born: int, female: bool, newcomer: bool) -> tuple[str, int]:
        """Give a number and the birth date: the next day that has a number left, as when a day runs out."""
        draw = self.random.random() - 0.08 * newcomer
        if draw > 0.985:
            return "", born
        give = self._numbers.personal
        if draw < 0.02:
            give = self._numbers.temporary if draw < -0.06 else self._numbers.coordination
        for later in range(60):
            number = give(date.fromordinal(born + later), female=female)
            if number:
                # of three hundred persons one has a number that carries the day beside the true birth date
                return number, born + later - (0.4 < draw < 0.4033)
        return "", born

    def _case(self, family: _Family) -> None:
        draw, cases = self.random, self.cases
        code = draw.choices(self._codes, self._weights)[0]
        if code in _ABOUT_CHILDREN and not family.children and family.age >= _OLDEST_PARENT:
            code = "EB"
        persons = self._about(family, code)
        opened = self._opening(code, family.base, self.people.born[persons[0][0]])
        closed = min(opened + 20 + int(draw.expovariate(1 / 600)), LAST_CLOSING)
        parts = min(draw.choice(_PARTS), self.left)
        cases.kind.append(self._codes.index(code))
        cases.unit.append(draw.choice(self._units[code]))
        cases.parts.append(parts)
        cases.width.append(4 if parts > 1 else draw.choice((1, 1, 1, 2, 2, 3)))
        cases.opened.append(opened)
        cases.closed.append(closed)
        cases.last_note.append(self._last_note(opened, closed))
        for person, role in persons:
            cases.about.append(person)
            cases.role.append(_ROLES.index(role))
        cases.first_person.append(len(cases.about))
        source = self._whereabouts(closed, self.people.born[persons[0][0]])
        self._reference(source, date.fromordinal(opened).year)
        self.left -= 0 if cases.waiting(len(cases) - 1) else parts

    def _about(self, family: _Family, code: str) -> list[tuple[int, PersonRole]]:
        if code in _ABOUT_CHILDREN:
            child = self.random.choice(family.children) if family.children else self._child(family)
            return [(child, PersonRole.SUBJECT), *((adult, PersonRole.PARENT) for adult in family.adults)]
        others = family.adults[1:] if code in ("EB", "FH", "BS", "IF") else []
        return [(family.adults[0], PersonRole.SUBJECT), *((other, PersonRole.PARTNER) for other in others)]

    def _opening(self, code: str, base: int, born: int) -> int:
        draw = self.random
        if code in _ABOUT_CHILDREN:
            opened = born + draw.randrange(2, int(_ABOUT_CHILDREN[code]))
        else:
            opened = max(base + int(draw.uniform(-5, 5) * YEAR), born + int(18.1 * YEAR))
        if opened < FIRST_DAY:  # older cases are long gone
            opened = max(FIRST_DAY + draw.randrange(1500), born + 2)
        if opened > LAST_CLOSING - 60:
            opened = max(born + 2, LAST_CLOSING - draw.randrange(60, 700))
        return opened

    def _last_note(self, opened: int, closed: int) -> int:
        draw = self.random
        if draw.random() < 0.04:
            return min(closed + draw.randrange(1, 40), LAST_CLOSING)
        return max(opened, closed - draw.randrange(60))

    def _reference(self, code: str, year: int) -> None:
        system = self._systems[code]
        counter = (system, year if "y" in self.city.sources[system].pattern else 0)
        self._serials[counter] += 1
        self.cases.system.append(system)
        self.cases.serial.append(self._serials[counter])

    def _whereabouts(self, closed: int, born: int) -> str:
        """Settle where the covers of a case stood and stand; returns the system that numbered it."""
        draw, cases = self.random, self.cases
        number = draw.choices(range(len(self._rooms)), self._shares)[0]
        site, room = self._rooms[number]
        emptied = site.emptied.toordinal() if site.emptied else 0
        received, rare = 0, draw.random()
        if closed > (emptied - 90 if emptied else ROOMS_TAKE_FILES_UNTIL):
            number, received = DIRECT, _transport(closed + 20 + int(draw.expovariate(1 / 60)))
        elif emptied and rare > 0.002:  # two cases in a thousand were listed but never came
            number = UNLISTED if rare > 0.997 else number
            received = _transport(emptied - draw.randrange(80))
        elif not emptied and born < MOVED_SO_FAR[0] and room.name == MOVED_SO_FAR[1]:
            received = _transport(MOVING_BEGAN + 7 * draw.randrange(8))
        received = received if received <= DEMO_DAY.toordinal() else 0
        cases.room.append(number)
        cases.received.append(received)
        cases.checked_after.append(-1 if not received or draw.random() < 0.03 else draw.randrange(4))
        return self.city.central.source if number == DIRECT else site.source


def _transport(day: int) -> int:
    """Return the Wednesday of that week: the transport goes once a week."""
    return day - date.fromordinal(day).weekday() + 2
