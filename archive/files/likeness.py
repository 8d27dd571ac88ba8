"""Tell whether two files described apart may be one, and by what names, numbers and dates."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from archive.files.references_alike import pieces, swapped, typed_twice
from archive.kernel.partial_date import PartialDate
from archive.people import people
from archive.rules.identity import check_digit
from archive.vocabulary import Likeness
from archive.vocabulary.wording import _

STAND_IN = "UTAN-"  # begins the reference of a file that has none
AGREEING = (Likeness.NUMBER, Likeness.NAME, Likeness.BIRTH, Likeness.DATES)
_SPELT = {Likeness.NAME, Likeness.NAME_TURNED, Likeness.NAME_SPELT, Likeness.NAME_LONGER}
_NUMBER_SLIPS = {Likeness.NUMBER_DIGIT, Likeness.NUMBER_SWAPPED, Likeness.NUMBER_WRITTEN}
BY_NUMBER = 3
_DATE_SLIPS = {Likeness.DATE_A_DAY_OFF, Likeness.DATE_TURNED, Likeness.DATE_DIGIT}
_CONFUSED = {frozenset(pair) for pair in ("O0", "Q0", "I1", "L1", "S5", "B8", "Z2")}
_FEWEST_DIGITS = 6  # of a shorter reference every other is a digit away
_LONG = 7  # letters of a name in which two slips are one name still
_SHORTEST = 2  # letters of a word that may be another with one slip
_OLD_DIGIT = re.compile(r"\d{10}(?:\d\d)?")


class Somebody(NamedTuple):
    """Whom a file is about, as far as it is said."""

    family: str = ""
    given: str = ""
    number: str = ""
    born: PartialDate | None = None


class Described(NamedTuple):
    """A file as a row, a form or the register describes it; `reference` as it is compared."""

    source_id: int
    reference: str
    part: int
    kind_id: int
    opened: PartialDate | None = None
    closed: PartialDate | None = None
    persons: Sequence[Somebody] = ()


def near(one: Described, other: Described) -> tuple[Likeness, ...]:
    """Return by what two files may be one, nothing where they may not.

    Who it is about and when it was kept must both agree, and the less surely the one, the more surely the
    other. A later file has other dates, a sibling another given name, a namesake another number.
    """
    if one.kind_id != other.kind_id or (one.source_id, one.reference) == (other.source_id, other.reference):
        return ()
    for person in one.persons:
        for bearer in other.persons:
            found = _signs(one, other, person, bearer)
            if _may_be_one(one, other, found):
                return found
    return ()


def signs(one: Described, other: Described) -> tuple[Likeness, ...]:
    """Return what two files have in common and in what they differ, whether they may be one or not."""
    pairs = [(ours, theirs) for ours in one.persons for theirs in other.persons] or [(Somebody(), Somebody())]
    return max((_signs(one, other, *pair) for pair in pairs), key=_agreement)


def tell(found: Iterable[Likeness | str]) -> str:
    """Say by what two files may be one: first in what they agree, then in what they differ."""
    known = [sign for one in found if (sign := Likeness.read(str(one)))]
    same = [sign.label for sign in AGREEING if sign in known]
    differs = [sign.label for sign in known if sign not in AGREEING]
    if not same:
        return ", ".join(differs)
    last = same.pop()
    listed = _("%(first)s and %(second)s", first=", ".join(same), second=last) if same else last
    return ", ".join((_("same %(what)s", what=listed), *differs))


@lru_cache(maxsize=4096)  # asked for each row as it is looked for, kept and compared
def words(person: Somebody) -> frozenset[str]:
    """Return the words somebody's name is compared by."""
    return frozenset(people.tokens(person.family, person.given))


def _agreement(found: tuple[Likeness, ...]) -> int:
    return sum(sign in AGREEING for sign in found) - len(found)


def _signs(one: Described, other: Described, ours: Somebody, theirs: Somebody) -> tuple[Likeness, ...]:
    found = (
        _number(ours.number, theirs.number),
        _name(ours, theirs),
        _birth(ours, theirs),
        *_dates(one, other),
        _reference(one, other),
        Likeness.PART_OTHER if one.part != other.part else None,
    )
    return tuple(sign for sign in found if sign)


def _may_be_one(one: Described, other: Described, found: Sequence[Likeness]) -> bool:
    who = _sure(found)
    if not who or Likeness.DATES_OTHER in found:
        return False
    same, other_part = _same_dates(one, other, sure=who > 1), Likeness.PART_OTHER in found
    if Likeness.REFERENCE_OTHER in found or (Likeness.REFERENCE_DIGIT in found and _short(one.reference)):
        slip = any(sign in _DATE_SLIPS for sign in found)
        return not other_part and (same > 1 or (who > 1 and same > 0 and slip))
    if who == BY_NUMBER:
        return Likeness.DATES in found
    return same > 1 or (who > 1 and same > 0 and not other_part)


def _short(reference: str) -> bool:
    return sum(sign.isdigit() for sign in reference) < _FEWEST_DIGITS


def _sure(found: Sequence[Likeness]) -> int:
    """Return how surely two files are about one person: by number, 2 by nearly it or the day, 1 by name."""
    name = next((sign for sign in found if sign in _NAMES), None)
    if Likeness.NUMBER in found:
        return BY_NUMBER
    if name is None or name is Likeness.NAME_OTHER or Likeness.NUMBER_OTHER in found:
        return 0
    if set(found) & _NUMBER_SLIPS:
        return 2 if name in _SPELT else 0
    if Likeness.BIRTH in found:
        return 2
    if Likeness.BIRTH_SLIP in found:
        return 2 if name in _SPELT else 0
    return 1 if name in _SPELT and Likeness.BIRTH_OTHER not in found else 0


_NAMES = {*_SPELT, Likeness.SURNAME_OTHER, Likeness.NAME_OTHER}


def _number(ours: str, theirs: str) -> Likeness | None:
    if not ours or not theirs:
        return Likeness.NUMBER_MISSING if ours or theirs else None
    if ours == theirs or (ours[-10:] == theirs[-10:] and len(ours) != len(theirs)):
        return Likeness.NUMBER
    if not (_OLD_DIGIT.fullmatch(ours) and _OLD_DIGIT.fullmatch(theirs)):
        return None  # one for lack of another, or only a day: nothing follows from it
    one, other = ours[-10:], theirs[-10:]
    if abs(int(one[4:6]) - int(other[4:6])) == 60 and one[:4] + one[6:9] == other[:4] + other[6:9]:
        return Likeness.NUMBER_WRITTEN
    if (one[4:6] > "60") != (other[4:6] > "60"):
        return None  # a coordination number before there was a personal one
    if swapped(one, other):
        return Likeness.NUMBER_SWAPPED
    digit = _wrong(one, other) == 1 and not (sound(ours) and sound(theirs))
    return Likeness.NUMBER_DIGIT if digit else Likeness.NUMBER_OTHER


def sound(number: str) -> bool:
    """Tell whether a number holds by its check digit."""
    short = number[-10:]
    return len(short) == 10 and short.isdigit() and check_digit(short[:9]) == short[9]


def _wrong(one: str, other: str) -> int:
    return sum(ours != theirs for ours, theirs in zip(one, other, strict=True))


def _name(ours: Somebody, theirs: Somebody) -> Likeness | None:
    (family, given), (surname, first) = (
        (people.tokens(one.family), people.tokens(one.given)) for one in (ours, theirs)
    )
    both, others = {*family, *given}, {*surname, *first}
    if not both or not others:
        return None
    if (set(family), set(given)) == (set(first), set(surname)) and set(family) != set(surname):
        return Likeness.NAME_TURNED
    if both == others:
        return Likeness.NAME
    if not (family and given and surname and first):
        alike = _spelt_alike([*family, *given], [*surname, *first])
        return Likeness.NAME_SPELT if alike else Likeness.NAME_OTHER
    more = set(family) < set(surname) or set(surname) < set(family)
    if set(given) <= set(first) or set(first) <= set(given):
        if set(family) == set(surname):
            return Likeness.NAME
        other = Likeness.NAME_LONGER if more else Likeness.SURNAME_OTHER
        return Likeness.NAME_SPELT if _spelt_alike(family, surname) else other
    if not _spelt_alike(given, first):
        return Likeness.NAME_OTHER
    if set(family) == set(surname):
        return Likeness.NAME_SPELT
    return Likeness.NAME_LONGER if more else Likeness.NAME_OTHER


def _spelt_alike(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether words are the same but for a slip in one of them, or written as one or as several."""
    one, other = set(ours) - set(theirs), set(theirs) - set(ours)
    if len(one) != 1 or len(other) != 1:
        return "".join(ours) == "".join(theirs)
    word, another = min(one), min(other)
    shorter = min(len(word), len(another))
    slips = 0 if shorter < _SHORTEST else 1 if shorter < _LONG else 2
    return OSA.distance(word, another, score_cutoff=slips) <= slips


def born(person: Somebody) -> PartialDate | None:
    """Return when somebody was born: as said, else as the number says."""
    if person.born:
        return person.born
    digits = person.number[:8]
    if len(person.number) != 12 or not digits.isdigit():
        return None
    try:
        return PartialDate(int(digits[:4]), int(digits[4:6]), int(digits[6:8]) % 60)
    except ValueError:
        return None


def _birth(ours: Somebody, theirs: Somebody) -> Likeness | None:
    if _number(ours.number, theirs.number) not in (None, Likeness.NUMBER_MISSING):
        return None  # the numbers say it
    one, other = born(ours), born(theirs)
    if one is None or other is None or not (one.whole and other.whole):
        apart = one is not None and other is not None and _apart(one, other)
        return Likeness.BIRTH_OTHER if apart else None
    if one == other:
        return Likeness.BIRTH
    return Likeness.BIRTH_SLIP if _slip(one, other) else Likeness.BIRTH_OTHER


def _apart(one: PartialDate, other: PartialDate) -> bool:
    return one.latest() < other.earliest() or other.latest() < one.earliest()


def _slip(one: PartialDate, other: PartialDate) -> Likeness | None:
    """Return how two whole days differ, where that may be a slip of the hand."""
    if abs(one.earliest() - other.earliest()) == timedelta(1):
        return Likeness.DATE_A_DAY_OFF
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return Likeness.DATE_TURNED
    return Likeness.DATE_DIGIT if _wrong(str(one), str(other)) == 1 else None


def _dates(one: Described, other: Described) -> list[Likeness]:
    """Return how the days a case was opened and closed compare: all the same, a slip in one, or another."""
    found: list[Likeness] = []
    known = [(ours, theirs) for ours, theirs in _pairs(one, other) if ours and theirs]
    differing = [(ours, theirs) for ours, theirs in known if ours != theirs]
    for ours, theirs in differing:
        if ours.whole and theirs.whole and (slip := _slip(ours, theirs)):
            found.append(slip)
        elif _apart(ours, theirs):
            return [Likeness.DATES_OTHER]
    if len(found) > 1:
        return [Likeness.DATES_OTHER]
    return [Likeness.DATES, *found] if len(known) > len(differing) else found


def _pairs(one: Described, other: Described) -> tuple[tuple[PartialDate | None, PartialDate | None], ...]:
    return (one.opened, other.opened), (one.closed, other.closed)


def _same_dates(one: Described, other: Described, *, sure: bool) -> int:
    """Count the dates that are the same to the day; to the month where it is `sure` whom they are about."""
    same = [ours for ours, theirs in _pairs(one, other) if ours and ours == theirs]
    return sum(day.whole or (sure and day.month is not None) for day in same)


def _reference(one: Described, other: Described) -> Likeness | None:
    ours, theirs = one.reference, other.reference
    if ours.startswith(STAND_IN) or theirs.startswith(STAND_IN) or not ours or not theirs:
        return Likeness.REFERENCE_MISSING
    if one.source_id != other.source_id:
        return Likeness.OTHER_SOURCE if ours == theirs else Likeness.REFERENCE_OTHER
    if ours == theirs:
        return None
    if pieces(ours) == pieces(theirs) or _confused(ours, theirs):
        return Likeness.REFERENCE_WRITTEN
    if len(ours) == len(theirs):
        if swapped(ours, theirs):
            return Likeness.REFERENCE_SWAPPED
        wrong = [a + b for a, b in zip(ours, theirs, strict=True) if a != b]
        digit = len(wrong) == 1 and wrong[0].isdigit()
        return Likeness.REFERENCE_DIGIT if digit else Likeness.REFERENCE_OTHER
    return (
        Likeness.REFERENCE_TWICE
        if typed_twice(*sorted((ours, theirs), key=len))
        else Likeness.REFERENCE_OTHER
    )


def _confused(ours: str, theirs: str) -> bool:
    """Tell whether two references differ only in letters that look like digits."""
    differ = [frozenset(pair) for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]]
    return len(ours) == len(theirs) and set(differ) <= _CONFUSED
