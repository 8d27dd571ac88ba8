"""Read the persons of a cell: one or several, family name first or last, with number, role or protection."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from archive.imports.lists.formats.text import MISSING, clean, simple
from archive.imports.lists.meaning import signs
from archive.imports.lists.meaning.habits import NameHabits
from archive.imports.lists.meaning.marks import perhaps_protective, protective_words, without_protection
from archive.kernel.letters import DASHES
from archive.vocabulary import PersonRole

NameOrder = Literal["auto", "given_first", "family_first"]
NAME_ORDERS: tuple[NameOrder, ...] = ("auto", "given_first", "family_first")

SEPARATORS = ("/", ";", "&", "+", "\n", " och ", " samt ", " and ", " o ")
"""What stands between two persons in a cell, unless the mapping says otherwise."""

_NUMBER = re.compile(
    r"(?<![\w-])(?:\d{6}|\d{8}) ?[-+]? ?(?:\d{4}|\d{3}|T\d{3}|TF\d\d)(?![\w-])", re.IGNORECASE
)
_SIX_DIGITS = re.compile(r"\d{6}")
_DIGITS_LEFT = re.compile(r"\d[\d -]{4,}\d")
_AT_START = re.compile(r"[\s,;:&+/.)\]-]*(?:(?:o|och|u|samt|m|med)\b\.?\s+)?")
_AT_END = re.compile(r"(?:[\s,;:&+/(\[-]|\s(?:o|och|u|samt|m|med)\.?\s*$)+$")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_UNUSUAL = re.compile(r"[^\w\s,.'-]|\d")
_NOBODY = MISSING | {"nn", "n.n", "namn okänt", "okänt namn"}
_PARTICLE_WORDS = """
    von van der den de du di da la le af av zu dos das del della al el bin ibn ben abu ter ten
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_BEFORE_FAMILY = frozenset(
    ("af", "av", "von", "van", "de", "der", "du", "di", "la", "le", "zu", "ter", "ten")
)
"""Particles that are no given names: a name that begins with one begins with the family name."""

FORMERLY = re.compile(r"\s+(?:f\.|f\.d\.|fd|född|tidigare)\s+.*")
_FORMER_IN_BRACKETS = re.compile(r"\(\s*((?:f\.|f\.d\.|fd|född|tidigare)\s+[^()]*?)\s*\)")
_DAY = r"(?:\d{4}-\d\d-\d\d|(?:19|20|18)\d{6}|\d{6})"
_BORN = re.compile(
    rf"[\s,(]*(?:\*|\b(?:född|f))?[.:]?\s*(?<![\d-])({_DAY})(?![\w-])\)?|[\s,(]*\b(?:född|f)[.:]?\s*(\d{{4}})(?!\w)\)?"
)
_MORE = re.compile(
    r"[\s,]*(?:\(?\b(?:m\.?\s?fl\.?|med flera|med familj|m\.? ?fam(?:ilj)?\.?|et al\.?)(?!\w)\)?)",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"(?:syskonen|syskon|makarna|makar|familjen|fam\.?|bröderna|systrarna|barnen|tvillingarna|paret)\s+(?=\w)",
    re.IGNORECASE,
)
_ESTATE = re.compile(
    r"(?:dödsbo(?:et)?(?: efter)?|db efter|sterbhuset(?: efter)?|avlidn[ea]|framlidn[ea])\s+(?=\w)"
    r"|\s*[,(]?\s*dödsbo(?:et)?\b\)?",
    re.IGNORECASE,
)
_CHILDREN = re.compile(
    r",?\s+(?:med|m\.?|och|samt)\s+(?:barn(?:en|et)?|sonen|dottern|söner(?:na)?|döttrar(?:na)?)\s+(?=\w)",
    re.IGNORECASE,
)
_UNSAID = (
    *(
        "m fl",
        "m.fl",
        "m. fl",
        "flera",
        "famil",
        "fam ",
        "fam.",
        "syskon",
        "makar",
        "bröd",
        "systr",
        "barn",
        "tvill",
    ),
    *("paret", "dödsb", "sterbh", "db ", "avlid", "framl", "et al", " son", " dott", " sön", " dött"),
)
"""Of a thousand names nearly all hold nothing of what is said of several, or of the dead."""

_ROLE_WORDS = {
    PersonRole.SUBJECT: "huvudperson hp klient reg registerledare subject",
    PersonRole.CHILD: "barn barnet son sonen dotter dottern child",
    PersonRole.PARENT: "mor mamma moder far pappa fader förälder föräldrar vårdnadshavare vh parent guardian",
    PersonRole.PARTNER: "make maka sambo partner hustru fru spouse",
    PersonRole.OTHER: "syskon bror syster annan anhörig medsökande medsök other",
}
_ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
_OTHER_END = {
    PersonRole.CHILD: PersonRole.PARENT,
    PersonRole.PARENT: PersonRole.CHILD,
    PersonRole.PARTNER: PersonRole.PARTNER,
}
"""Who somebody is to a child, a parent, a partner."""

_RELATED = re.compile(
    rf"[\s,(]+({'|'.join(sorted(_ROLES, key=len, reverse=True))})\s+(?:till|åt)\s+", re.IGNORECASE
)


class Name(NamedTuple):
    """Hold one person of a cell, as written.

    `unsure`: the name can be read in several ways; `more`: the cell is about others whom it does not name.
    """

    family: str
    given: str
    number: str = ""
    role: PersonRole | None = None
    protected: bool = False
    inherited: bool = False
    born: str = ""
    unsure: bool = False
    more: bool = False

    @property
    def somebody(self) -> bool:
        """Tell whether there is anything to know somebody by, or to hide."""
        return bool(self.family or self.given or self.number or self.protected or self.born)


class NameReader:
    """Read the names of one list, whose habits tell what a name by itself does not."""

    def __init__(
        self,
        order: NameOrder = "auto",
        separators: tuple[str, ...] = SEPARATORS,
        habits: NameHabits | None = None,
    ) -> None:
        self._order, self._habits = order, habits or NameHabits()
        self._hints = tuple(
            (f" {word} " if len(word) == 1 else f" {word}") if word.isalpha() else word or mark
            for mark in separators
            for word in (mark.strip().casefold(),)
        )
        self._between = re.compile("|".join(map(_pattern, separators)) or r"(?!)", re.IGNORECASE)

    def read(self, text: str) -> list[Name]:
        """Return the persons a cell names; a cell without anybody gives none."""
        if "\n" in text:
            text = re.sub(r",\s*\n\s*", ", ", text)
        more = estate = False
        children = ""
        low = text.casefold()
        if any(map(low.__contains__, _UNSAID)):
            text, children, more, estate = _unsaid(text)
        parted = any(map(low.__contains__, self._hints))
        pieces = self._between.split(text) if parted else [text]
        if len(pieces) == 1 and (two := self._two_by_comma(text)):
            pieces = two
        apart: list[tuple[str, PersonRole | None]] = [(piece, None) for piece in pieces]
        if " till " in low or " åt " in low or _SIX_DIGITS.search(text):
            apart = [one for piece in pieces for one in _apart(piece)]
        persons = self._persons(apart, children)
        if persons and (more or estate):
            first = persons[0]
            if more and not first.given and not first.number and "," not in text:
                first = first._replace(unsure=False)
            persons[0] = first._replace(more=more, unsure=first.unsure or estate)
        return persons

    def _persons(self, pieces: list[tuple[str, PersonRole | None]], children: str) -> list[Name]:
        if len(pieces) == 1 and not children:
            person = self._person(pieces[0][0])
            return [person] if person.somebody else []
        persons: list[Name] = []
        for piece, role in pieces:
            person = self._person(piece)
            if person.number and not (person.family or person.given):
                person = person._replace(unsure=True)
            persons += self._one_more(person._replace(role=person.role or role), "," in piece, persons)
        for piece in self._between.split(children) if children else ():
            child = self._person(piece)
            persons += [
                one._replace(role=one.role or PersonRole.CHILD)
                for one in self._one_more(child, "," in piece, persons)
            ]
        return _named_by_the_last(persons)

    @staticmethod
    def _one_more(person: Name, comma: bool, before: list[Name]) -> list[Name]:
        """Return a person of a cell, by the family name of the one before where none of its own is said."""
        alone = bool(person.family) and not person.given and not comma
        if alone and before and before[-1].given:
            person = person._replace(family=before[-1].family, given=person.family, inherited=True)
        return [person] if person.somebody else []

    def _two_by_comma(self, text: str) -> list[str]:
        """Tell two persons with a comma between them, as `Anna Ek, Erik Berg`, from a name turned round."""
        first, comma, second = text.partition(",")
        halves = [first.split(), second.split()]
        if not comma or any(len(half) != 2 for half in halves) or _UNUSUAL.search(text) or "," in second:
            return []
        if any(half[0].casefold() in _PARTICLES for half in halves):
            return []
        ends = [self._habits.kind_of(half[-1]) == "family" for half in halves]
        starts = [self._habits.kind_of(half[0]) for half in halves]
        given = ends[1] and starts[1] != "family" and starts[0] != "family"
        return [first, second] if given and (ends[0] or starts[0] == "given") else []

    def _person(self, text: str) -> Name:
        text = clean(text)
        if signs.names_nobody(text):
            return Name("", "", protected=True)
        marked = perhaps_protective(text)
        if not (marked or _UNUSUAL.search(text)):
            family, given, unsure = self.parts(text)
            return Name(family, given, unsure=unsure)
        number, born, role, protected = "", "", None, False
        if match := _NUMBER.search(text.translate(DASHES)):
            number, text = match[0], f"{text[: match.start()]} {text[match.end() :]}"
        if marked:
            protected, text = protective_words(text), without_protection(text)
        text, signed = signs.lifted_from_name(text)
        if match := _BORN.search(text):
            born, text = match[1] or match[2], text[: match.start()] + " " + text[match.end() :]
        text = _FORMER_IN_BRACKETS.sub(r"\1", text)
        for match in _BRACKETS.finditer(text):
            role = role or _ROLES.get(simple(match[1]))
            if not match[1].strip() or simple(match[1]) in _ROLES:
                text = text.replace(match[0], " ")
        family, given, unsure = self.parts(clean(text).strip(" ,;:-*"))
        unsure = unsure or bool(_DIGITS_LEFT.search(text))
        return Name(family, given, number, role, protected or signed, born=born, unsure=unsure)

    def parts(self, text: str) -> tuple[str, str, bool]:
        """Split a name into family name and given name, and tell whether it may be read otherwise."""
        family, comma, given = text.partition(",")
        if comma and (family := family.strip()):
            given = clean(given.replace(",", " ")) if "," in given else given.strip()
            if former := FORMERLY.search(f" {given}"):
                at = former.start()
                return f"{family}{former[0]}", f" {given}"[:at].strip(), False
            return family, given, False
        if former := FORMERLY.search(text):
            family, given, unsure = self.parts(text[: former.start()])
            return f"{family}{former[0]}", given, unsure
        words = text.strip(" ,").split()
        if not words or simple(text) in _NOBODY:
            return "", "", False
        if len(words) == 1:
            return words[0], "", False
        first, unsure = self._family_first(words)
        if first:
            return " ".join(words[:first]), " ".join(words[first:]), unsure
        last = len(words) - 1
        while last > 1 and words[last - 1].casefold() in _PARTICLES:
            last -= 1
        return " ".join(words[last:]), " ".join(words[:last]), unsure

    def _family_first(self, words: list[str]) -> tuple[int, bool]:
        """Return how many words the family name takes at the start, 0 where it stands last; and any doubt."""
        if self._order == "given_first":
            return 0, False
        capitals = next((index for index, word in enumerate(words) if not _shouted(word)), len(words))
        if 0 < capitals < len(words):
            return capitals, False
        start = next((index for index, word in enumerate(words) if word.casefold() not in _PARTICLES), 0)
        taken = min(start + 1, len(words) - 1)
        if self._order == "family_first":
            return taken, False
        if 0 < start < len(words) - 1 and words[0].casefold() in _BEFORE_FAMILY:
            return taken, not words[0].islower()
        first, last = (self._habits.kind_of(word) for word in (words[0], words[-1]))
        listed = self._habits.family_first
        if first != last and "family" in (first, last):
            turned = first == "family"
            return (taken if turned else 0), listed is not None and listed is not turned and "" not in (
                first,
                last,
            )
        if first != last:
            return (0 if first == "given" else taken), False
        if listed is not None:
            return (taken if listed else 0), False
        return 0, True


def _pattern(mark: str) -> str:
    """Return how a word or sign between two persons is found; of a single letter only the small one."""
    word = mark.strip()
    if not word.isalpha():
        return rf"\s*{re.escape(mark)}\s*"
    return rf"\s+(?-i:{re.escape(word)})\s+" if len(word) == 1 else rf"\s+{re.escape(word)}\s+"


def _apart(text: str) -> Iterator[tuple[str, PersonRole | None]]:
    """Give the persons of a text by the words that relate one to another, and by their numbers."""
    role: PersonRole | None = None
    while match := _RELATED.search(text):
        yield from ((piece, role) for piece in by_numbers(text[: match.start()]))
        text, role = text[match.end() :], _OTHER_END.get(_ROLES[match[1].casefold()], PersonRole.OTHER)
    yield from ((piece, role) for piece in by_numbers(text))


def by_numbers(text: str) -> list[str]:
    """Part a text that holds several personal numbers, each with the name that stands with it."""
    found: list[re.Match[str]] = []
    for match in _NUMBER.finditer(text.translate(DASHES)):
        if any(same_number(match[0], one[0]) for one in found):
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
        else:
            found.append(match)
    if len(found) <= 1:
        return [text]
    first = any(map(str.isalpha, text[: found[0].start()]))
    cuts = (
        [_behind(text, match.end()) for match in found[:-1]]
        if first
        else [match.start() for match in found[1:]]
    )
    pieces = [text[start:end] for start, end in pairwise((0, *cuts, len(text)))]
    return [_AT_END.sub("", piece) if not first else piece[_begins(piece) :] for piece in pieces]


def same_number(one: str, other: str) -> bool:
    """Tell whether two numbers are written of one: with or without a century, whole or without its end."""
    digits = ["".join(filter(str.isdigit, text)) for text in (one, other)]
    short, long = sorted((text[2:] if len(text) > _WITHOUT_CENTURY else text for text in digits), key=len)
    return long.startswith(short)


_WITHOUT_CENTURY = 10


def _behind(text: str, end: int) -> int:
    """Return where a number ends, with the bracket it stands in."""
    return end + (text[end : end + 1] in (")", "]"))


def _begins(piece: str) -> int:
    match = _AT_START.match(piece)
    return match.end() if match else 0


def _unsaid(text: str) -> tuple[str, str, bool, bool]:
    """Return a cell without its words for several, its children, whether there are more, and an estate."""
    children = ""
    if match := _CHILDREN.search(text):
        text, children = text[: match.start()], text[match.end() :]
    text, many = _MORE.subn(" ", text)
    text, together = _TOGETHER.subn("", text)
    text, estate = _ESTATE.subn(" ", text)
    return clean(text), clean(children), bool(many or together), bool(estate)


def _named_by_the_last(persons: list[Name]) -> list[Name]:
    """Give the first persons of `Anna & Erik Ek` the family name that stands once, at the end."""
    named = next((one for one in persons if one.family and one.given and not one.inherited), None)
    if named is None or not persons or persons[0].given or not persons[0].family:
        return persons
    at = persons.index(named)
    return [
        one._replace(family=named.family, given=one.family, inherited=True)
        if index < at and one.family and not one.given
        else one
        for index, one in enumerate(persons)
    ]


def role_of_heading(header: str) -> PersonRole:
    """Return the role of those named below a heading such as `Vårdnadshavare`; else other."""
    words = re.findall(r"\w+", header.casefold())
    return next((_ROLES[word] for word in words if word in _ROLES), PersonRole.OTHER)


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper()
