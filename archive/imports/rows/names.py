"""Tell whether two names are one: another surname or given name is not, another way to write them is."""

import re
from collections.abc import Sequence

from archive.imports.lists.meaning.names import FORMERLY
from archive.imports.lists.meaning.reading import PersonReading
from archive.imports.rows.items import Background, PartVerdict, Verdict
from archive.imports.rows.matching import KnownPerson
from archive.people import spelling
from archive.vocabulary import NumberQuality, Protection, RowState

Name = tuple[str, str]  # family name, given name
LONGER = "longer_name"  # a field of a question
_WORD = re.compile(r"\w+\.?")
_PUT_ASIDE = (RowState.REJECTED, RowState.DUPLICATE, RowState.ASKED)


def agree(one: Name, other: Name) -> bool:
    """Tell whether two names differ only in how they are written, or one says less of the given names.

    Case, accents, order, initials and a given name left out make no other name; a surname more does.
    """
    ours, theirs = _words(one), _words(other)
    if not any(ours) or not any(theirs) or _spelt_alike([*ours[0], *ours[1]], [*theirs[0], *theirs[1]]):
        return True
    if all(ours) and all(theirs):
        return any(
            _spelt_alike(ours[0], family) and _given_alike(ours[1], given)
            for family, given in (theirs, theirs[::-1])
        )
    if all(ours) or all(theirs):
        (family, given), bare = (ours, theirs) if all(ours) else (theirs, ours)
        return _in_part([*bare[0], *bare[1]], family, given)
    return False


def longer(new: Name, old: Name) -> bool:
    """Tell whether a surname only has one more beside the old one, as after a marriage."""
    (family, given), (was, given_before) = _words(new), _words(old)
    return bool(was) and set(was) < set(family) and _given_alike(given, given_before)


def differs(person: KnownPerson, said: PersonReading) -> bool:
    """Tell whether a list names a person otherwise; a name set by hand may say more than a list."""
    ours, theirs = (person.family_name, person.given_name), (said.family, said.given)
    by_hand = "family_name" in person.corrected and longer(ours, theirs)
    return not by_hand and not agree(ours, theirs)


def asked(name: Name, old: Name) -> dict[str, list[str]]:
    """Return the question whether a name is right; one that is only longer the answer can take over."""
    return {LONGER if longer(name, old) else "name": [*name]}


def compare_bearers(said: Sequence[PersonReading], background: Background, verdict: PartVerdict) -> None:
    """Ask about whoever gets a number here that somebody of another name has: nobody knows whose it is."""
    for one in said:
        if bearer := other_bearer(one, background):
            verdict.ask(**asked((one.family, one.given), (bearer.family_name, bearer.given_name)))
    for change in verdict.persons:
        bearer = _bearer(change.number.number, background) if change.number else None
        name = change.person.family_name, change.person.given_name
        if change.number and bearer and not agree(name, (bearer.family_name, bearer.given_name)):
            verdict.ask(number=change.number.raw)
            change.number = None
    verdict.persons = [one for one in verdict.persons if one.values or one.number or one.protection]


def other_bearer(said: PersonReading, background: Background) -> KnownPerson | None:
    """Return who has the number a row gives somebody of another name."""
    bearer = _bearer(_sound(said), background)
    return bearer if bearer and differs(bearer, said) else None


def _bearer(number: str, background: Background) -> KnownPerson | None:
    """Return who has a number, by the register or by an earlier row; nobody where no name is known."""
    bearer = background.bearers.get(number)
    if bearer and (bearer.family_name or bearer.given_name):
        return bearer
    name = background.newcomers.get(number)
    return KnownPerson(0, *name, None, Protection.NONE, ()) if name else None


def note(verdict: Verdict, newcomers: dict[str, Name]) -> None:
    """Remember under which names a row registers numbers, for the rows after it."""
    if verdict.state in _PUT_ASIDE:
        return
    for part in verdict.parts:
        for said in verdict.item.reading.persons if part.known is None else part.added:
            _remember(newcomers, _sound(said), (said.family, said.given))
        for change in part.persons:
            numbers = {one.number for one in change.person.numbers} | (
                {change.number.number} if change.number else set()
            )
            for number in numbers:
                _remember(newcomers, number, (change.person.family_name, change.person.given_name))


def _remember(newcomers: dict[str, Name], number: str, name: Name) -> None:
    if number and any(name):
        newcomers.setdefault(number, name)


def _sound(said: PersonReading) -> str:
    number = said.number
    return number.number if number and number.quality is NumberQuality.SOUND else ""


def _words(name: Name) -> tuple[list[str], list[str]]:
    family = spelling.fold(FORMERLY.sub("", name[0]))  # what somebody was called before is no surname more
    return [word.rstrip(".") for word in _WORD.findall(family)], _WORD.findall(spelling.fold(name[1]))


def _spelt_alike(ours: list[str], theirs: list[str]) -> bool:
    """Tell whether words are the same in any order, written as one or as several."""
    one, other = ([word.rstrip(".") for word in words] for words in (ours, theirs))
    return sorted(one) == sorted(other) or "".join(one) == "".join(other)


def _given_alike(ours: list[str], theirs: list[str]) -> bool:
    """Tell whether one side only leaves out or shortens what the other says."""
    return _spelt_alike(ours, theirs) or _fits(*sorted((ours, theirs), key=len))


def _in_part(bare: list[str], family: list[str], given: list[str]) -> bool:
    """Tell whether a name that is not split says no more than one that is."""
    rest = [word for word in bare if word not in family] if set(family) <= set(bare) else bare
    return _fits(rest, given)


def _fits(short: list[str], long: list[str]) -> bool:
    """Tell whether each word of a name is one of another, or shortens it; each stands for one of its own."""
    left = list(long)
    for word in sorted(short, key=len, reverse=True):
        found = next((one for one in left if word.rstrip(".") == one.rstrip(".")), None)
        found = found or next((one for one in left if _shortens(word, one) or _shortens(one, word)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _shortens(short: str, word: str) -> bool:
    letters = short.rstrip(".")
    return (len(letters) == 1 or short.endswith(".")) and word.startswith(letters)
