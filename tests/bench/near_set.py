"""A register with namesakes, siblings, twins, later files and parts, and near-duplicates planted in it.

The same every time. Written before any rule, from issue 9 alone. The numbers are of Skatteverket's test
series, in which last digits lie nearer each other than in life, so that twins are harder to tell apart.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn, Mapping
from archive.vocabulary import Protection
from seed.demo.names import FAMILY, FEMALE, MALE
from seed.numbers import Numbers

COLUMNS = {
    "Aktnr": ListField.REFERENCE,
    "Del": ListField.PART,
    "Delar": ListField.PARTS,
    "Pnr": ListField.NUMBER,
    "Född": ListField.BIRTH_DATE,
    "Efternamn": ListField.FAMILY_NAME,
    "Förnamn": ListField.GIVEN_NAME,
    "Typ": ListField.KIND,
    "Öppnad": ListField.OPENED,
    "Avslutad": ListField.CLOSED,
    "Box": ListField.BOX,
}
KINDS = ("EB", "EB", "EB", "VU")
_LETTERS = "abdeghiklmnoprstu"
_PLAIN = str.maketrans("åäöéüÅÄÖÉÜ", "aaoeuAAOEU")
_ALIKE = {"0": "O", "1": "l"}


@dataclass(frozen=True)
class Row:
    """One row of a list: a file with one person."""

    reference: str
    number: str
    born: str
    family: str
    given: str
    kind: str
    opened: str
    closed: str
    part: int = 1
    parts: int = 1
    birth: date = date(1900, 1, 1)  # true, whatever the row says

    def cells(self, box: int) -> tuple[str, ...]:
        """Return its cells, in the order of `COLUMNS`."""
        number = f"{self.number[:8]}-{self.number[8:]}" if self.number else ""
        parts = (str(self.part), str(self.parts)) if self.parts > 1 else ("", "")
        dates = (self.opened, self.closed, str(box))
        return (self.reference, *parts, number, self.born, self.family, self.given, self.kind, *dates)


@dataclass(frozen=True)
class Sample:
    """What stands in the register, and what comes after: planted files with what each is, innocent ones."""

    base: list[tuple[str, Row]]
    planted: list[tuple[str, Row, Row]]
    innocent: list[tuple[str, Row]]


def mapping(site: str, **said: Any) -> Mapping:
    """Say what the columns of the lists are."""
    columns = tuple(MappedColumn(header, field) for header, field in COLUMNS.items())
    settings = {"source": "PROVA", "site": site, "unstated_protection": Protection.NONE, **said}
    return Mapping(columns=columns, kinds={"eb": "EB", "vu": "VU"}, **settings)


def sample(persons: int = 4000, each: int = 50, seed: int = 9) -> Sample:
    """Make a register about so many persons, and so many files of each kind to come after."""
    return Maker(seed).make(persons, each)


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"near:{seed}")
        self._numbers, self._used, self._serial = Numbers(), set[str](), 10_000

    def make(self, persons: int, each: int) -> Sample:
        base = list(self._register(persons))
        self._used |= {row.reference for _kind, row in base}  # of somebody else it would be another question
        alone = [
            row
            for kind, row in base
            if kind in ("file", "sibling") and row.number and row.parts == 1 and row.family.isalpha()
        ]
        victims = self.random.sample(alone, each * len(PLANTED))
        planted = []
        for at, (kind, spoil) in enumerate(PLANTED.items()):
            some = victims[at * each : (at + 1) * each]
            planted += [(kind, self._spoilt(row, spoil), row) for row in some]
        taken = {row.reference for row in victims}
        rest = [row for row in alone if row.reference not in taken]
        innocent = [
            (kind, one)
            for kind, make in INNOCENT.items()
            for row in self.random.sample(rest, 2 * each)
            for one in make(self, row)
        ]
        return Sample(base, planted, innocent)

    def _register(self, persons: int) -> Iterator[tuple[str, Row]]:
        many = 0
        while many < persons:
            row = self.file()
            chance = self.random.random()
            yield "file", row
            many += 1
            if chance < 0.30:
                for _one in range(self.random.randint(1, 3)):
                    yield "sibling", self.sibling(row)
                    many += 1
            elif chance < 0.34:
                yield from (("twin", one) for one in self.twins(row))
                many += 1
            elif chance < 0.46:
                yield from (("later file", one) for one in self.later(row))
            elif chance < 0.51:
                yield from (("part", one) for one in self.part_of(row))
            elif chance < 0.56:
                yield "namesake", self.namesake(row)
                many += 1
            elif chance < 0.60:
                yield "household", self.household(row)
                many += 1

    def reference(self, year: int) -> str:
        """Return the next reference of a series; like all registers, nearly in the order of opening."""
        self._serial += 1
        form = self._serial % 3 if self._serial % 10 == 0 else 0
        forms = f"{year}/{self._serial}", f"P{self._serial}", f"{self._serial}-{year % 100:02d}"
        return forms[form]

    def person(self, birth: date, family: str, given: str, *, female: bool) -> Row:
        """Return a row about somebody, of whom now and then less is known."""
        number = ""
        while not number:
            number = self._numbers.personal(birth, female=female) or ""
            birth += timedelta(0 if number else 1)
        birth = date(int(number[:4]), int(number[4:6]), int(number[6:8]))
        known = self.random.random()
        number, born = ("", str(birth)) if known < 0.04 else ("", "") if known < 0.07 else (number, "")
        return Row("", number, born, family, given, "", "", "", birth=birth)

    def file(self) -> Row:
        """Return a file about somebody."""
        female = self.random.random() < 0.5
        family = FAMILY[min(int(self.random.expovariate(0.035)), len(FAMILY) - 1)]
        if self.random.random() < 0.05:
            family = f"{family}-{self.random.choice(FAMILY)}"
        row = self.person(self.day(1950, 2012), family, self.given(female), female=female)
        return self.dated(row)

    def given(self, female: bool) -> str:
        """Return a given name, every third with a second one."""
        names = FEMALE if female else MALE
        chosen = [names[min(int(self.random.expovariate(0.05)), len(names) - 1)]]
        if self.random.random() < 0.3:
            chosen.append(self.random.choice(names))
        return " ".join(dict.fromkeys(chosen))

    def day(self, first: int, last: int) -> date:
        """Return a day of these years."""
        start = date(first, 1, 1)
        return start + timedelta(self.random.randrange((date(last + 1, 1, 1) - start).days))

    def dated(self, row: Row, after: date | None = None) -> Row:
        """Give a row a reference, a kind and days; some only with a month or year, or without an opening."""
        opened = after or max(self.day(1985, 2014), row.birth + timedelta(30))
        closed = opened + timedelta(self.random.randint(20, 3000))
        known = self.random.random()
        texts = ("", str(closed)) if known < 0.05 else (str(opened.year), str(closed.year))
        if known >= 0.08:
            texts = (str(opened), str(closed)) if known >= 0.10 else (str(opened)[:7], str(closed)[:7])
        reference, kind = self.reference(opened.year), self.random.choice(KINDS)
        return replace(row, reference=reference, kind=kind, opened=texts[0], closed=texts[1])

    def sibling(self, row: Row) -> Row:
        """Return a sibling's file: mostly the next of the series, opened and closed with the first."""
        female = self.random.random() < 0.5
        birth = row.birth + timedelta(self.random.choice((-1, 1)) * self.random.randint(300, 2000))
        birth = min(max(birth, date(1935, 1, 1)), date(2014, 12, 31))
        given = next(name for name in iter(lambda: self.given(female), "") if name != row.given)
        one = self.person(birth, row.family, given, female=female)
        if self.random.random() < 0.6:
            kind, opened, closed = row.kind, row.opened, row.closed
            return replace(one, reference=self.beside(row), kind=kind, opened=opened, closed=closed)
        return self.dated(one)

    def beside(self, row: Row) -> str:
        """Return the next reference of the series a row's is in."""
        year = int(row.opened[:4] or 1999)
        return self.reference(year)

    def twins(self, row: Row) -> Iterator[Row]:
        """Give a twin's file: the same birth date, days and kind, the next reference."""
        female = self.random.random() < 0.5
        given = next(name for name in iter(lambda: self.given(female), "") if name != row.given)
        one = self.person(row.birth, row.family, given, female=female)
        kind, opened, closed = row.kind, row.opened, row.closed
        yield replace(one, reference=self.beside(row), kind=kind, opened=opened, closed=closed)

    def later(self, row: Row) -> Iterator[Row]:
        """Give another file of the same person: later, or another kind opened the same day."""
        if self.random.random() < 0.2:
            kind = "VU" if row.kind == "EB" else "EB"
            yield replace(row, reference=self.beside(row), kind=kind)
            return
        closed = date.fromisoformat(row.closed) if len(row.closed) == 10 else date(2010, 1, 1)
        gap = 0 if self.random.random() < 0.1 else self.random.randint(1, 2500)
        yield self.dated(row, after=min(closed + timedelta(gap), date(2022, 1, 1)))

    def part_of(self, row: Row) -> Iterator[Row]:
        """Give the second part of a file."""
        yield replace(row, part=2, parts=2)

    def namesake(self, row: Row) -> Row:
        """Return a file about somebody of the same name; now and then closed or opened the same day."""
        female = row.number[-2:-1] in ("0", "2", "4", "6", "8")
        one = self.dated(self.person(self.day(1950, 2012), row.family, row.given, female=female))
        chance = self.random.random()
        if chance < 0.1 and len(row.closed) == 10 and row.closed > one.opened:
            return replace(one, closed=row.closed)
        return one

    def household(self, row: Row) -> Row:
        """Return a row with the reference of another and another person of the household."""
        one = self.sibling(row)
        kind, opened, closed = row.kind, row.opened, row.closed
        return replace(one, reference=row.reference, kind=kind, opened=opened, closed=closed)

    def _spoilt(self, row: Row, spoil: "Callable[[Maker, Row], Row]") -> Row:
        while True:
            one = spoil(self, row)
            if one != row and one.reference not in self._used:
                self._used.add(one.reference)
                return one

    def digit(self, text: str) -> str:
        """Put one wrong digit into a text."""
        at = self.random.choice([at for at, sign in enumerate(text) if sign.isdigit()])
        other = self.random.choice([sign for sign in "0123456789" if sign != text[at]])
        return text[:at] + other + text[at + 1 :]

    def swapped(self, text: str) -> str:
        """Let two neighbouring digits that differ change places."""
        places = [
            at for at in range(len(text) - 1) if text[at : at + 2].isdigit() and text[at] != text[at + 1]
        ]
        at = self.random.choice(places)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def misspelt(self, name: str) -> str:
        """Write a name with one letter more, fewer, wrong, or two that have changed places."""
        at = self.random.randrange(1, len(name) - 1)
        letter = self.random.choice(_LETTERS)
        tail = name[at + 1 :]
        forms = name[:at] + tail, name[:at] + letter + tail, name[:at] + letter + name[at:]
        return self.random.choice((*forms, name[:at] + name[at + 1] + name[at] + name[at + 2 :]))

    def elsewhere(self, row: Row) -> Row:
        """Give a row another reference, as of another register."""
        return replace(row, reference=f"{row.opened[:4]}S{self.random.randrange(100, 99999)}")

    def slip(self, row: Row) -> Row:
        """Put a slip of any kind into the reference."""
        change = self.random.choice((self.digit, self.swapped))
        return replace(row, reference=change(row.reference))


def _letters(maker: Maker, row: Row) -> Row:
    sign = maker.random.choice([sign for sign in "01" if sign in row.reference])
    at = maker.random.choice([at for at, one in enumerate(row.reference) if one == sign])
    return replace(row, reference=row.reference[:at] + _ALIKE[sign] + row.reference[at + 1 :])


def _name(maker: Maker, row: Row) -> Row:
    one = maker.elsewhere(row)
    if len(row.family) > 3 and maker.random.random() < 0.5:
        return replace(one, family=maker.misspelt(row.family))
    return replace(one, given=maker.misspelt(row.given) if len(row.given) > 2 else f"{row.given}h")


def _born(row: Row, birth: str) -> Row:
    return replace(row, number="", born=birth)


def _off(maker: Maker, text: str) -> str:
    if len(text) < 10:
        return maker.digit(text) if text else "1999-12-31"
    return str(date.fromisoformat(text) + timedelta(maker.random.choice((-1, 1))))


def _turned(text: str) -> str:
    """Write day and month the other way round; where there is no such month, a day later."""
    if len(text) < 10:
        return "1999-12-31"
    if int(text[8:]) <= 12 and text[5:7] != text[8:]:
        return f"{text[:4]}-{text[8:]}-{text[5:7]}"
    return str(date.fromisoformat(text) + timedelta(1))


def _other_family(maker: Maker, row: Row) -> str:
    return maker.random.choice([one for one in FAMILY if one != row.family])


def _without_accents(maker: Maker, row: Row) -> Row:
    family, given = row.family.translate(_PLAIN), row.given.translate(_PLAIN)
    return replace(maker.elsewhere(row), family=family.upper(), given=given)


PLANTED: dict[str, Callable[[Maker, Row], Row]] = {
    "reference: one wrong digit": lambda m, row: replace(row, reference=m.digit(row.reference)),
    "reference: two signs swapped": lambda m, row: replace(row, reference=m.swapped(row.reference)),
    "reference: O for 0, l for 1": _letters,
    "other reference, name misspelt": _name,
    "other reference, no number": lambda m, row: _born(m.elsewhere(row), ""),
    "reference slip, no number": lambda m, row: _born(m.slip(row), ""),
    "other reference, birth date only": lambda m, row: _born(m.elsewhere(row), str(row.birth)),
    "other reference, birth date a day off": lambda m, row: _born(m.elsewhere(row), _off(m, str(row.birth))),
    "other reference, number: one wrong digit": lambda m, row: replace(
        m.elsewhere(row), number=row.number[:2] + m.digit(row.number[2:])
    ),
    "other reference, number: two digits swapped": lambda m, row: replace(
        m.elsewhere(row), number=row.number[:2] + m.swapped(row.number[2:])
    ),
    "reference slip, another part": lambda m, row: replace(m.slip(row), part=2, parts=2),
    "other reference, names changed places": lambda m, row: replace(
        m.elsewhere(row), family=row.given, given=row.family
    ),
    "other reference, double surname": lambda m, row: replace(
        m.elsewhere(row), family=f"{row.family}-{_other_family(m, row)}"
    ),
    "other reference, married name": lambda m, row: replace(m.elsewhere(row), family=_other_family(m, row)),
    "other reference, accents lost": _without_accents,
    "other reference, closed a day off": lambda m, row: replace(m.elsewhere(row), closed=_off(m, row.closed)),
    "other reference, day and month swapped": lambda m, row: replace(
        m.elsewhere(row), closed=_turned(row.closed)
    ),
}
"""Near-duplicates, by kind: the row a careless or another hand writes of a file that is registered."""

INNOCENT: dict[str, Callable[[Maker, Row], Iterator[Row]]] = {
    "namesake": lambda m, row: iter((m.namesake(row),)),
    "sibling": lambda m, row: iter((m.sibling(row),)),
    "twin": lambda m, row: m.twins(row),
    "later file": lambda m, row: m.later(row),
    "part": lambda m, row: m.part_of(row),
    "household": lambda m, row: iter((m.household(row),)),
}
"""Files that look like a registered one and are another."""
