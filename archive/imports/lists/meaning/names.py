"""Read the persons of a cell: one or several, family name first or last, with number, role or protection."""

import re
from typing import Literal, NamedTuple

from archive.imports.lists.formats.text import MISSING, clean, simple
from archive.imports.lists.meaning import signs
from archive.imports.lists.meaning.marks import perhaps_protective, protective_words, without_protection
from archive.vocabulary import PersonRole

NameOrder = Literal["auto", "given_first", "family_first"]
NAME_ORDERS: tuple[NameOrder, ...] = ("auto", "given_first", "family_first")

SEPARATORS = ("/", ";", "&", "\n", " och ", " samt ", " and ")
"""What stands between two persons in a cell, unless the mapping says otherwise."""

_NUMBER = re.compile(
    r"(?<![\w-])(?:\d{6}|\d{8}) ?[-+]? ?(?:\d{4}|\d{3}|T\d{3}|TF\d\d)(?![\w-])", re.IGNORECASE
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_UNUSUAL = re.compile(r"[^\w\s,.'-]|\d")
_NOBODY = MISSING | {"nn", "n.n", "namn okänt", "okänt namn"}
_PARTICLE_WORDS = """
    von van der den de du di da la le af av zu dos das del della al el bin ibn ben abu ter ten
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
FORMERLY = re.compile(r"\s+(?:f\.|f\.d\.|fd|född|tidigare)\s+.*")
_ROLE_WORDS = {
    PersonRole.SUBJECT: "huvudperson hp klient reg registerledare subject",
    PersonRole.CHILD: "barn barnet son sonen dotter dottern child",
    PersonRole.PARENT: "mor mamma moder far pappa fader förälder föräldrar vårdnadshavare vh parent guardian",
    PersonRole.PARTNER: "make maka sambo partner hustru fru spouse",
    PersonRole.OTHER: "syskon bror syster annan anhörig medsökande medsök other",
}
_ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}


class Name(NamedTuple):
    """Hold one person of a cell, as written."""

    family: str
    given: str
    number: str = ""
    role: PersonRole | None = None
    protected: bool = False
    inherited: bool = False


class NameReader:
    """Read the names of one list."""

    def __init__(self, order: NameOrder = "auto", separators: tuple[str, ...] = SEPARATORS) -> None:
        self._order = order
        alternatives = [
            rf"\s+{re.escape(mark.strip())}\s+" if mark.strip().isalpha() else rf"\s*{re.escape(mark)}\s*"
            for mark in separators
        ]
        self._between = re.compile("|".join(alternatives) or r"(?!)", re.IGNORECASE)

    def read(self, text: str) -> list[Name]:
        """Return the persons a cell names; a cell without anybody gives none."""
        if "\n" in text:
            text = re.sub(r",\s*\n\s*", ", ", text)
        if not self._between.search(text):
            person = self._person(text)
            return [person] if any(person[:3]) or person.protected else []
        persons: list[Name] = []
        for piece in self._between.split(text):
            person = self._person(piece)
            alone = bool(person.family) and not person.given and "," not in piece
            if alone and persons and persons[-1].given:
                person = person._replace(family=persons[-1].family, given=person.family, inherited=True)
            if any(person[:3]) or person.protected:
                persons.append(person)
        return persons

    def _person(self, text: str) -> Name:
        text = clean(text)
        if signs.names_nobody(text):
            return Name("", "", protected=True)
        marked = perhaps_protective(text)
        if not (marked or _UNUSUAL.search(text)):
            return Name(*self.parts(text))
        number, role, protected = "", None, False
        if match := _NUMBER.search(text):
            number, text = match[0], text.replace(match[0], " ", 1)
        if marked:
            protected, text = protective_words(text), without_protection(text)
        text, signed = signs.lifted_from_name(text)
        for match in _BRACKETS.finditer(text):
            role = role or _ROLES.get(simple(match[1]))
            if not match[1].strip() or simple(match[1]) in _ROLES:
                text = text.replace(match[0], " ")
        family, given = self.parts(clean(text).strip(" ,;:-*"))
        return Name(family, given, number, role, protected or signed)

    def parts(self, text: str) -> tuple[str, str]:
        """Split a name into (family name, given name)."""
        family, comma, given = text.partition(",")
        if comma and (family := family.strip()):
            return family, clean(given.replace(",", " ")) if "," in given else given.strip()
        if former := FORMERLY.search(text):
            family, given = self.parts(text[: former.start()])
            return f"{family}{former[0]}", given
        words = text.strip(" ,").split()
        if not words or simple(text) in _NOBODY:
            return "", ""
        if len(words) == 1:
            return words[0], ""
        first = self._family_first(words)
        if first:
            return " ".join(words[:first]), " ".join(words[first:])
        last = len(words) - 1
        while last > 1 and words[last - 1].casefold() in _PARTICLES:
            last -= 1
        return " ".join(words[last:]), " ".join(words[:last])

    def _family_first(self, words: list[str]) -> int:
        """Return how many words the family name takes at the start, or 0 where it stands last."""
        if self._order == "given_first":
            return 0
        capitals = next((index for index, word in enumerate(words) if not _shouted(word)), len(words))
        if 0 < capitals < len(words):
            return capitals
        if self._order == "auto":
            return 0
        start = next((index for index, word in enumerate(words) if word.casefold() not in _PARTICLES), 0)
        return min(start + 1, len(words) - 1)


def role_of_heading(header: str) -> PersonRole:
    """Return the role of those named below a heading such as `Vårdnadshavare`; else other."""
    words = re.findall(r"\w+", header.casefold())
    return next((_ROLES[word] for word in words if word in _ROLES), PersonRole.OTHER)


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper()
