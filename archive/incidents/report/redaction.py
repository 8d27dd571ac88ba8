"""Keep whom a file is about out of what people wrote: names, numbers and references are left out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, union
from sqlmodel import col

from archive.history import private_data
from archive.kernel.store import Work
from archive.models import CaseFile, Event, FilePerson, IncidentFile, Person, Search
from archive.people import masked_names, people, spelling
from archive.people.masked_names import Names
from archive.rules.identity import check_digit
from archive.vocabulary import EventKind

LEFT_OUT = "[…]"
_FEWEST = 2  # letters and digits of a reference or a number that is not looked for
_BETWEEN = r"[\W_]{0,3}"  # the signs of a number, as people write them apart
_BETWEEN_FEW = r"[\W_]?"  # of one so short that “1, 2, 3” would be a reference
_LONG = 6
_NEAR = 20  # letters that are read before a number, to see whose it is
# Whoever's it is: a date of birth, the day perhaps + 60, and four signs, also without a known check digit
# (T-numbers). An organisation has 20 or more where a person has the month.
_ANY_NUMBER = re.compile(
    r"(?<!\w)(?:18|19|20|99)?\d\d([. ]?)(?:0[1-9]|1[0-2])([. ]?)(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
    r"\s?[-–—−+.]?\s?(?:\d{4}|TF?\d{2,3})(?!\w)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"0\d{9}")  # as people write a mobile's number in one
_CALLED = re.compile(r"\b(?:tel|telefon|tfn|mobil|mobilnr|ring|sms|vaxel)\W{0,3}$", re.IGNORECASE)
_NAMING = (EventKind.PERSON_REGISTERED, EventKind.PERSON_CORRECTED)
_EVENT = Event.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Concealed:
    """What must not stand in a text: names, and patterns of numbers and references."""

    names: Names = field(default_factory=Names)
    marks: tuple[re.Pattern[str], ...] = ()

    def out_of(self, written: str) -> str:
        """Return a text without any of it."""
        text = masked_names.folded(written)
        found = [one.span() for mark in self.marks for one in mark.finditer(text.plain)]
        found += [one.span() for one in _ANY_NUMBER.finditer(text.plain) if _somebodys(one)]
        found += self.names.spans(text)
        kept, done = [], 0
        for start, end in sorted(text.span(*one) for one in found):
            if start >= done:
                kept += [text.text[done:start], LEFT_OUT]
            done = max(done, end)
        return "".join((*kept, text.text[done:]))


def _somebodys(found: re.Match[str]) -> bool:
    """Tell whether it may be somebody's number: what else ten digits may be, by the check digit alone."""
    digits = "".join(sign for sign in found[0] if sign.isalnum())[-10:]
    phone = _PHONE.fullmatch(found[0])
    if not (phone or any(found.groups())) or not digits.isdecimal():
        return True
    called = phone and _CALLED.search(found.string[: found.start()][-_NEAR:])
    return check_digit(digits[:9]) == digits[9] and not called


def concealed(work: Work, persons: Sequence[Person], files: Iterable[CaseFile]) -> Concealed:
    """Return what would tell whom files are about: every name and number each person has or had."""
    numbers = people.numbers_of(work, [person.id for person in persons])
    marks = [
        *(_apart(sign) for person in persons for sign in _born(person)),
        *(_number(text) for own in numbers.values() for one in own for text in (one.number, one.written)),
        *(_apart(file.reference) for file in files),
    ]
    names = masked_names.names_of(_names(work, persons))
    return Concealed(names, tuple(dict.fromkeys(mark for mark in marks if mark is not None)))


def protected_in(work: Work, incident_id: int) -> Concealed | None:
    """Return what would tell whom the protected files an incident names are about; None without any now."""
    own, looked = IncidentFile.incident_id, Search.incident_id
    named = union(
        select(col(IncidentFile.file_id)).where(col(own) == incident_id),
        select(col(IncidentFile.found_in_id)).where(col(own) == incident_id),
        select(col(Search.cover_id)).where(col(looked) == incident_id),
    )
    files = work.session.scalars(
        select(CaseFile).where(col(CaseFile.id).in_(named), col(CaseFile.protected))
    ).all()
    return concealed(work, persons_of(work, [file.id for file in files]), files) if files else None


def persons_of(work: Work, file_ids: Iterable[int]) -> Sequence[Person]:
    """Return whom files are about, in the order they were registered."""
    about = select(col(FilePerson.person_id)).where(col(FilePerson.file_id).in_(list(file_ids)))
    return work.session.scalars(
        select(Person).where(col(Person.id).in_(about)).order_by(col(Person.id))
    ).all()


def _names(work: Work, persons: Sequence[Person]) -> Iterator[tuple[Iterable[str], Iterable[str]]]:
    """Return the family names and the given names of each, also those they had before they were corrected."""
    own = {person.stream: ({person.family_name}, {person.given_name}) for person in persons}
    rows = work.connection.execute(
        select(_EVENT.c.id, _EVENT.c.stream).where(
            _EVENT.c.stream.in_(own), _EVENT.c.kind.in_([kind.value for kind in _NAMING])
        )
    )
    streams = {row.id: row.stream for row in rows}
    for event_id, beside in private_data.by_event(work, streams).items():
        families, givens = own[streams[event_id]]
        for values in (beside.get("old") or {}, beside.get("new") or {}):
            families.add(str(values.get("family_name") or ""))
            givens.add(str(values.get("given_name") or ""))
        for names, name in zip((families, givens), beside.get("name", ()), strict=False):
            names.add(name)
    return iter(own.values())


def _born(person: Person) -> Iterator[str]:
    day = str(person.birth_date or "")
    if len(day) == len("1964-08-23"):
        yield day
        yield day[2:]


def _number(text: str) -> re.Pattern[str] | None:
    """Return the pattern of an identity number, with or without its century."""
    signs = _signs(text)
    if len(signs) == 12:
        return re.compile(rf"(?<!\d)(?:\d\d{_BETWEEN})?" + _loosely(signs[2:]), re.IGNORECASE)
    return _apart(text)


def _apart(text: str) -> re.Pattern[str] | None:
    """Return a pattern that finds these letters and digits whatever stands between them."""
    signs = _signs(text)
    if len(signs) <= _FEWEST:
        return None
    return re.compile(_edge("<!", signs[0]) + _loosely(signs), re.IGNORECASE)


def _signs(text: str) -> str:
    return "".join(sign for sign in spelling.bare(text) if sign.isalnum())


def _loosely(signs: str) -> str:
    between = _BETWEEN if len(signs) >= _LONG else _BETWEEN_FEW
    return between.join(map(re.escape, signs)) + _edge("!", signs[-1])


def _edge(way: str, sign: str) -> str:
    """Say that no more of the kind of the first or last sign stands before or after it: “pnr6408233234”."""
    return rf"(?{way}\d)" if sign.isdecimal() else rf"(?{way}[^\W_])"
