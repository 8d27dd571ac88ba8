"""Keep whom a file is about out of what people wrote: names, numbers and references are left out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.domain import asides, people
from archive.identity import check_digit
from archive.models import CaseFile, Event, FilePerson, Person
from archive.store import Work
from archive.vocabulary import EventKind

LEFT_OUT = "[…]"
SHORTEST = 2  # letters of a name that is looked for: an initial would take every “a” with it
_WORD = re.compile(r"\w+")
# Whoever's it is: a date of birth, the day perhaps + 60, and four signs, also without a known check digit
# (T-numbers). An organisation has 20 or more where a person has the month.
_ANY_NUMBER = re.compile(
    r"(?<!\w)(?:18|19|20|99)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
    r"\s?[-–—−+]?\s?(?:\d{4}|TF?\d{2,3})(?!\w)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"0\d{9}")  # as people write a mobile's number in one
_CALLED = re.compile(r"\b(?:tel|telefon|tfn|mobil|mobilnr|ring|sms|växel)\W{0,3}$", re.IGNORECASE)
_NAMING = (EventKind.PERSON_REGISTERED, EventKind.PERSON_CORRECTED)
_EVENT = Event.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Concealed:
    """What must not stand in a text: words of names, and patterns of numbers and references."""

    words: frozenset[str]
    marks: tuple[re.Pattern[str], ...]

    def out_of(self, text: str) -> str:
        """Return a text without any of it."""
        kept = "".join(
            mark for mark in unicodedata.normalize("NFKC", text) if unicodedata.category(mark) != "Cf"
        )
        for mark in self.marks:
            kept = mark.sub(LEFT_OUT, kept)
        return _WORD.sub(self._word, _ANY_NUMBER.sub(_somebodys, kept))

    def _word(self, found: re.Match[str]) -> str:
        word = people.fold(found[0])
        return LEFT_OUT if word in self.words or word.removesuffix("s") in self.words else found[0]


def _somebodys(found: re.Match[str]) -> str:
    """Leave out what may be somebody's number: a phone's with ten digits is one by its check digit alone."""
    digits = found[0]
    if _PHONE.fullmatch(digits) and (
        check_digit(digits[:9]) != digits[9] or _CALLED.search(found.string, 0, found.start())
    ):
        return digits
    return LEFT_OUT


def of(work: Work, persons: Sequence[Person], files: Iterable[CaseFile]) -> Concealed:
    """Return what would tell whom files are about: every name and number each person has or had."""
    names = people.tokens(*_names(work, persons))
    numbers = people.numbers_of(work, [person.id for person in persons])
    marks = [
        *(_apart(sign) for person in persons for sign in _born(person)),
        *(_number(text) for own in numbers.values() for one in own for text in (one.number, one.written)),
        *(_apart(file.reference) for file in files),
    ]
    found = {mark for mark in marks if mark is not None}
    # The longest first: a birth date is the beginning of a number.
    return Concealed(
        frozenset(name for name in names if len(name) >= SHORTEST),
        tuple(sorted(found, key=lambda mark: len(mark.pattern), reverse=True)),
    )


def persons_of(work: Work, file_ids: Iterable[int]) -> Sequence[Person]:
    """Return whom files are about, in the order they were registered."""
    about = select(col(FilePerson.person_id)).where(col(FilePerson.file_id).in_(list(file_ids)))
    return work.session.scalars(
        select(Person).where(col(Person.id).in_(about)).order_by(col(Person.id))
    ).all()


def _names(work: Work, persons: Sequence[Person]) -> Iterator[str]:
    """Return the names persons bear, and those they had before they were corrected."""
    for person in persons:
        yield from (person.family_name, person.given_name)
    rows = work.connection.execute(
        select(_EVENT.c.id).where(
            _EVENT.c.stream.in_([person.stream for person in persons]),
            _EVENT.c.kind.in_([kind.value for kind in _NAMING]),
        )
    )
    for beside in asides.of(work, rows.scalars()).values():
        yield from beside.get("name", ())
        for values in (beside.get("old"), beside.get("new")):
            yield from _named(values or {})


def _named(values: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(values[key]) for key in ("family_name", "given_name") if values.get(key))


def _born(person: Person) -> Iterator[str]:
    day = str(person.birth_date or "")
    if len(day) == len("1964-08-23"):
        yield day
        yield day[2:]


def _number(text: str) -> re.Pattern[str] | None:
    """Return the pattern of an identity number, with or without its century."""
    signs = [sign for sign in text if sign.isalnum()]
    if len(signs) == 12:
        signs = signs[2:]
        return re.compile(r"(?<!\w)(?:\d\d\W?)?" + _loosely(signs), re.IGNORECASE)
    return _apart(text)


def _apart(text: str) -> re.Pattern[str] | None:
    """Return a pattern that finds these letters and digits whatever stands between them."""
    signs = [sign for sign in text if sign.isalnum()]
    return re.compile(r"(?<!\w)" + _loosely(signs), re.IGNORECASE) if len(signs) > SHORTEST else None


def _loosely(signs: Iterable[str]) -> str:
    return r"\W?".join(re.escape(sign) for sign in signs) + r"(?!\w)"
