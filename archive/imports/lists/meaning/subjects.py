"""Read whom a row is about: names, numbers and birth date put together, person by person."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from archive.imports.lists.formats.text import MISSING, clean, simple
from archive.imports.lists.meaning import signs
from archive.imports.lists.meaning.dates import DateReader
from archive.imports.lists.meaning.fields import Flag, FlagCode, ListField
from archive.imports.lists.meaning.names import Name, NameReader, same_number
from archive.imports.lists.meaning.reading import PersonReading
from archive.kernel.partial_date import PartialDate
from archive.rules import identity
from archive.rules.identity import Identity, Written
from archive.vocabulary import NumberQuality, PersonRole

_SEVERAL = re.compile(r"\s*[/;&\n]\s*|,\s+|\s+och\s+")
_LONGEST_NUMBER = 15
_FEWEST_DIGITS = 6
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_NINE_DIGITS = re.compile(r"\d{9}|\d{5}[-+]\d{4}", re.ASCII)
_NOBODY = Name("", "")

_day = lru_cache(maxsize=65_536)(PartialDate.from_date)

_FLAG_OF = {
    quality: Flag(code, ListField.NUMBER)
    for quality, code in {
        NumberQuality.NO_CENTURY: FlagCode.NUMBER_NO_CENTURY,
        NumberQuality.NO_CHECK_DIGIT: FlagCode.NUMBER_NO_CHECK_DIGIT,
        NumberQuality.WRONG_CHECK_DIGIT: FlagCode.NUMBER_WRONG_CHECK_DIGIT,
        NumberQuality.IMPOSSIBLE_DATE: FlagCode.NUMBER_IMPOSSIBLE_DATE,
        NumberQuality.UNREADABLE: FlagCode.NUMBER_UNREADABLE,
    }.items()
}
_ROUNDED_FLAG = Flag(FlagCode.NUMBER_ROUNDED, ListField.NUMBER)
_ZERO_RESTORED = Flag(FlagCode.NUMBER_ZERO_RESTORED, ListField.NUMBER)
_BIRTH_DATES_DIFFER = Flag(FlagCode.BIRTH_DATES_DIFFER, ListField.BIRTH_DATE)
_COUNTS_DIFFER = Flag(FlagCode.NUMBERS_AND_NAMES_DIFFER, ListField.NAME)
_INHERITED = Flag(FlagCode.NAME_INHERITED, ListField.NAME)
_UNCLEAR = Flag(FlagCode.NAME_UNCLEAR, ListField.NAME)
_BORN_IN_NAME = Flag(FlagCode.BORN_IN_NAME, ListField.NAME)
_MORE = Flag(FlagCode.SEVERAL_PERSONS, ListField.NAME)


class Days(NamedTuple):
    """Hold the days of a row that are certain, which tell when its numbers were written."""

    opened: PartialDate | None = None
    closed: PartialDate | None = None
    last_note: PartialDate | None = None


class SubjectReader:
    """Read the persons of one list; what is odd is added to the flags of the row."""

    def __init__(
        self,
        today: date,
        births: DateReader,
        names: NameReader,
        listed: date | None = None,
    ) -> None:
        self._today, self._births, self._listed, self._names = today, births, listed, names
        self._written = lru_cache(maxsize=65_536)(self._when)

    def _when(self, days: Days, subject: bool) -> Written:
        return Written.by_dates(*days, listed=self._listed, subject=subject)

    def read(
        self, name: str, number: str, birth: str, days: Days, flags: list[Flag]
    ) -> tuple[list[PersonReading], bool]:
        """Return the persons of the cells for name, number and birth date, and whether words protect them."""
        people = self._names.read(name) if name else []
        protected = any(person.protected for person in people)
        numbers = _numbers(number) if number else []
        if numbers and not (number[0].isdigit() and number[-1].isdigit()):
            bare = [signs.lifted(text) for text in numbers]
            if any(marked for _text, marked in bare):
                protected, numbers = True, [text for text, _marked in bare if any(map(str.isdigit, text))]
        others = list[str]()
        count = len(numbers)
        if numbers and any(person.number for person in people):
            numbers, others = _matched(people, numbers)
            count = len(numbers) - numbers.count("") + len(others)
        if count and len(people) != count and len(people) + count > 2:
            flags.append(_COUNTS_DIFFER)
        born = self._born(birth, flags) if birth else None
        persons: list[PersonReading] = []
        for who, text in zip_longest(people, numbers):
            written = self._written(days, not persons)
            person = self._person(who or _NOBODY, text or "", born, PersonRole.SUBJECT, written, flags)
            if person:
                persons.append(person)
            born = None
        for text in others:
            other = self._person(_NOBODY, text, None, PersonRole.OTHER, self._written(days, False), flags)
            persons += [other] if other else []
        return persons, protected

    def read_others(
        self, text: str, role: PersonRole, days: Days, flags: list[Flag]
    ) -> tuple[list[PersonReading], bool]:
        """Return the persons of a cell for other persons, and whether words there protect them."""
        people, written = self._names.read(text), self._written(days, False)
        persons = [self._person(who, "", None, role, written, flags) for who in people]
        return [person for person in persons if person], any(who.protected for who in people)

    def _person(
        self,
        who: Name,
        text: str,
        born: PartialDate | None,
        role: PersonRole,
        written: Written,
        flags: list[Flag],
    ) -> PersonReading | None:
        if who.inherited:
            flags.append(_INHERITED)
        if who.unsure:
            flags.append(_UNCLEAR)
        if who.more:
            flags.append(_MORE)
        if born is None and who.born:
            born = self._born(who.born, flags)
            flags.append(_BORN_IN_NAME)
        text = text or who.number
        number = self._number(text, born, written, flags) if text else None
        if born is None and number and number.birth_date:
            born = _day(number.birth_date)
        if not (who.family or who.given or number):
            return None
        return PersonReading(who.family, who.given, number, born, who.role or role)

    def _number(self, text: str, born: PartialDate | None, written: Written, flags: list[Flag]) -> Identity:
        number = identity.read(text, today=self._today, born=born, written=written)
        if number.quality is not NumberQuality.SOUND:
            if restored := self._with_zero(text, born, written):
                number = restored
                flags.append(_ZERO_RESTORED)
            if flag := _FLAG_OF.get(number.quality):
                flags.append(_ROUNDED_FLAG if _ROUNDED.fullmatch(text) else flag)
        if born and _disagree(number, born):
            flags.append(_BIRTH_DATES_DIFFER)
        return number

    def _with_zero(self, text: str, born: PartialDate | None, written: Written) -> Identity | None:
        """Read a number whose leading zero a spreadsheet took away; only where the check digit proves it."""
        if not _NINE_DIGITS.fullmatch(text):
            return None
        number = identity.read(f"0{text}", today=self._today, born=born, written=written)
        return number if number.quality in (NumberQuality.SOUND, NumberQuality.NO_CENTURY) else None

    def _born(self, text: str, flags: list[Flag]) -> PartialDate | None:
        found = self._births.read(text)
        if found.flag:
            flags.append(Flag(found.flag, ListField.BIRTH_DATE))
        return found.first


def _matched(people: Sequence[Name], numbers: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the numbers of a row in the order of its names, and those in names that are of somebody else."""
    rest, others = list(numbers), list[str]()
    mine = [""] * len(people)
    for at, person in enumerate(people):
        if person.number and (same := next((n for n in rest if same_number(n, person.number)), "")):
            rest.remove(same)
            mine[at] = same
    for at, person in sorted(enumerate(people), key=lambda one: bool(one[1].number)):
        if not mine[at]:
            mine[at] = rest.pop(0) if rest else person.number
            others += [person.number] if person.number and mine[at] != person.number else []
    return mine + rest, others


def _numbers(text: str) -> list[str]:
    if len(text) > _LONGEST_NUMBER:
        pieces = _SEVERAL.split(text)
        if all(sum(map(str.isdigit, piece)) >= _FEWEST_DIGITS for piece in pieces):
            return [clean(piece) for piece in pieces]
    if text[0].isdigit():
        return [text.strip()]
    text = clean(text)
    return [] if simple(text) in MISSING else [text]


def _disagree(number: Identity, born: PartialDate) -> bool:
    digits = number.number[-10:] if len(number.number) in (10, 12) else ""
    if not digits[:6].isdecimal() or number.quality is NumberQuality.IMPOSSIBLE_DATE:
        return False
    year, month, day = digits[:2], int(digits[2:4]), int(digits[4:6]) % 60
    century = number.number[:2] if len(number.number) == 12 else f"{born.year:04d}"[:2]
    return (
        century + year != f"{born.year:04d}"
        or (born.month is not None and born.month != month)
        or (born.day is not None and born.day != day)
    )
