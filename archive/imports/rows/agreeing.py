"""Tell whether a row is about a file that has its reference: two facts must agree, and none contradict."""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from archive.imports.lists.formats.text import clean
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.imports.rows.matching import KnownFile, KnownPerson
from archive.imports.rows.names import differs
from archive.kernel.partial_date import PartialDate
from archive.people import people
from archive.vocabulary import NumberQuality

DATES = (("opened_on", "opened"), ("closed_on", "closed"), ("last_note_on", "last_note"))


def doubt(
    reading: Reading, kind_id: int, known: KnownFile, *, here: bool, fine: bool, one_list: bool
) -> dict[str, Any]:
    """Return what a row says that speaks against its being about a file; nothing where it is about it.

    `kind_id` is 0 where the row states none; `here`: it names the place the file stands at, `fine`: and more
    of it than the address; `one_list`: an earlier row of its list is about the file too. What a person
    corrected in the register contradicts nothing: that is asked apart.
    """
    days = dates_said(reading)
    found: dict[str, Any] = {
        name: str(day)
        for name, day in days.items()
        if name not in known.corrected and contradicts(day, getattr(known, name))
    }
    if kind_id not in (0, known.kind_id) and "kind_id" not in known.corrected:
        found["kind_id"] = kind_id
    same_day = any(
        getattr(known, name) and not contradicts(day, getattr(known, name)) for name, day in days.items()
    )
    alike = known.reference.removesuffix(known.twin) == clean(reading.reference)
    household = not found and here and (same_day or fine) and not known.settled_persons and alike
    household &= not known.sealed and _kin(reading, known)
    slips = same_day and not one_list  # then a number with a wrong check digit is a slip of the hand
    found |= _of_persons(reading, known, household=household, slips=slips)
    if "person" in found and not alike:
        found["reference"] = reading.reference
    if not found and not (here or same_day or meets(reading, known)):
        found["reference"] = reading.reference
    return found


def _kin(reading: Reading, known: KnownFile) -> bool:
    """Tell whether everybody a row names has a surname of somebody the file is about."""
    theirs = {word for person, _role in known.persons for word in people.tokens(person.family_name)}
    return all(theirs & set(people.tokens(said.family)) for said in reading.persons)


def dates_said(reading: Reading) -> dict[str, PartialDate]:
    """Return the dates a row states, but an opening after the closing, which is flagged and not taken."""
    days = {name: day for name, source in DATES if (day := getattr(reading, source))}
    if reading.opened and reading.closed and reading.opened.earliest() > reading.closed.latest():
        days.pop("opened_on")
    return days


def contradicts(said: PartialDate, known: PartialDate | None) -> bool:
    """Tell whether two dates cannot both be true: one that only says less contradicts nothing."""
    return known is not None and not coarser(said, known) and not coarser(known, said)


def coarser(said: PartialDate, known: PartialDate | None) -> bool:
    """Tell whether a date only says in fewer words what is known."""
    return known is not None and str(known).startswith(str(said))


def meets(reading: Reading, known: KnownFile) -> bool:
    """Tell whether a row names a person of a file."""
    return any(same_person(person, said) for person, _role in known.persons for said in reading.persons)


def _of_persons(reading: Reading, known: KnownFile, *, household: bool, slips: bool) -> dict[str, Any]:
    """Return what a row says of its persons that contradicts; another one of a household does not."""
    ours = [person for person, _role in known.persons]
    found: dict[str, Any] = {}
    for said in reading.persons:
        if (person := whom(ours, said)) is not None:
            found |= _of_person(person, said, known.names_asked, slips=slips)
        elif any(
            names_of(said.family, said.given) & names_of(one.family_name, one.given_name)
            == names_of(said.family, said.given)
            for one in ours
        ):
            found["person"] = plain_person(
                said
            )  # the same name, and a number or a birth date that contradicts
    if ours and reading.persons and not household and not meets(reading, known):
        found["person"] = plain_person(reading.persons[0])
    return found


def _of_person(
    person: KnownPerson, said: PersonReading, asked: Container[tuple[str, str]], *, slips: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if differs(person, said) and (said.family, said.given) not in asked:
        found["name"] = [said.family, said.given]
    if said.number and not slips and other_number(person, said):
        found["number"] = said.number.raw
    return found


def other_number(person: KnownPerson, said: PersonReading) -> bool:
    """Tell whether a list gives a person a number that is none of theirs, with or without its century."""
    digits = said.number.number if said.number else ""
    held = [one.number for one in person.numbers if one.number]
    return bool(digits and held) and all(not _one_number(digits, one) for one in held)


def _one_number(one: str, other: str) -> bool:
    if len(one) != len(other) and (one.startswith(other) or other.startswith(one)):
        return True  # the check digit or the birth number is left out
    short = one[-10:] == other[-10:]
    return short and len({text[:-10] for text in (one, other)} - {""}) < 2


def plain_person(said: PersonReading) -> list[str]:
    """Return whom a list names, as plain data."""
    return [said.family, said.given, said.number.raw if said.number else ""]


def same_person(known: KnownPerson, said: PersonReading) -> bool:
    """Tell whether a list names a registered person: by number in any of its forms, else by name."""
    number = said.number
    if number is not None and number.raw.strip():
        for one in known.numbers:
            if number.number and one.number and number.number[-10:] == one.number[-10:]:
                return _one_number(number.number, one.number)
            if not number.number and number.raw.strip() == one.written:
                return True
        if number.quality is NumberQuality.SOUND and any(
            one.quality is NumberQuality.SOUND for one in known.numbers
        ):
            return False
    if said.born and "birth_date" not in known.corrected and contradicts(said.born, known.birth_date):
        return False
    return names_of(said.family, said.given) == names_of(known.family_name, known.given_name)


def whom(persons: Sequence[KnownPerson], said: PersonReading) -> KnownPerson | None:
    """Return whom of some persons a list names: the one who has the number before one of that name."""
    same = [one for one in persons if same_person(one, said)]
    return next((one for one in same if _has_number(one, said)), same[0] if same else None)


def pairs(
    persons: Sequence[KnownPerson], named: Sequence[PersonReading]
) -> Iterator[tuple[PersonReading, KnownPerson | None]]:
    """Give each of those a row names with the person it is, each person once."""
    left = list(persons)
    for said in named:
        if person := whom(left, said):
            left.remove(person)
        yield said, person


def _has_number(person: KnownPerson, said: PersonReading) -> bool:
    digits = said.number.number if said.number else ""
    return bool(digits) and any(one.number and _one_number(digits, one.number) for one in person.numbers)


def another_protected(known: KnownPerson, said: PersonReading) -> bool:
    """Tell whether a list names somebody else than the protected person who has the number it gives.

    Whoever reads a list in must not learn whose number it is by a name they made up.
    """
    return known.protection.protected and another(known, said)


def another(known: KnownPerson, said: PersonReading) -> bool:
    """Tell whether a list names somebody of another name; one that only says less is none."""
    ours, theirs = names_of(known.family_name, known.given_name), names_of(said.family, said.given)
    return not (ours <= theirs or theirs <= ours)  # also where only one of them has a name


def names_of(family: str, given: str) -> frozenset[str]:
    """Return the words of a name as they are compared."""
    return frozenset(people.tokens(family, given))
