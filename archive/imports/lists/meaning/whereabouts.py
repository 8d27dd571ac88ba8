"""Read where a list says a file stands: parts in columns or one text such as `Rum 3 / B:4 / kartong 12`."""

import re
from functools import lru_cache
from typing import NamedTuple

from archive.imports.lists.formats.ranges import looks_like_date
from archive.imports.lists.formats.text import MISSING, clean, simple
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.lists.meaning.marks import protective_words, without_protection
from archive.imports.lists.meaning.values import whole
from archive.kernel.letters import DASHES
from archive.vocabulary import PlaceKind


class PlaceStep(NamedTuple):
    """Hold one step down the tree of places: its kind and its name without the word for the kind."""

    kind: PlaceKind
    name: str


class Whereabouts(NamedTuple):
    """Hold the steps from the outermost inwards, the position among files, and what is odd."""

    steps: tuple[PlaceStep, ...]
    position: int | None = None
    flag: FlagCode | None = None


NOWHERE = Whereabouts(())
_NOT_KNOWN = Whereabouts((), None, FlagCode.PLACE_NOT_KNOWN)

LEVELS = (PlaceKind.SITE, PlaceKind.ROOM, PlaceKind.RACK, PlaceKind.SHELF, PlaceKind.BOX)
"""The kinds of places a list names, from the outermost inwards."""

_WORDS = {
    PlaceKind.SITE: "adress|hus|byggnad|site|arkivadress",
    PlaceKind.ROOM: "rum|arkivrum|arkivlokal|lokal|närarkiv|källare|källarrum|valv|room|vault",
    PlaceKind.RACK: "hyllsektion|sektion|sekt|ställ|ställage|stativ|skåp|rack|fack|kompaktus|hyllställ",
    PlaceKind.SHELF: "hyllplan|plan|hylla|hyllan|hyll|hy|shelf",
    PlaceKind.BOX: "arkivbox|box|bx|kartong|arkivkartong|kart|låda|arkivlåda|ask|kapsel|pärm|volym"
    "|vol|carton",
    PlaceKind.CRATE: "flyttlåda|flyttkartong|crate",
    PlaceKind.DESK: "handläggare|skrivbord|desk",
}
_KIND = {word: kind for kind, words in _WORDS.items() for word in words.split("|")}
_ALL_WORDS = "|".join(sorted(_KIND, key=len, reverse=True))
_LABELLED = re.compile(
    rf"(?:^|(?<=[\s,.]))(?P<word>{_ALL_WORDS}|plats|position|pos)(?![^\W\d_])(?:\s*(?:nr|nummer|no)\b)?[.:]?\s*(?P<value>\w[\w:.-]*)",
    re.IGNORECASE,
)
_PROPER = ("närarkiv", "källare", "källarrum", "valv", "vault", "hus", "byggnad")
"""Words that are part of the name: `Källare 3` is not `3`."""
_LEADING = re.compile(
    rf"\A(?!{'|'.join(_PROPER)})(?:{_ALL_WORDS})(?![^\W\d_])(?:\s*(?:nr|nummer|no)\b)?[.:]?\s*(?=\w)",
    re.IGNORECASE,
)
_NAMED_ROOM = re.compile(
    rf"({'|'.join(_PROPER)})\b.*|(?:rum|arkivrum|arkivlokal|lokal|room)\b\.?:?\s*[\w.-]+", re.IGNORECASE
)
_APART = re.compile(r"(\d) ([^\W\d_])(?![^\W_])")
_AROUND_DASH = re.compile(r"(?<=\d) ?- ?(?=\d)")
_BETWEEN = re.compile(r"\s*[/>|;\\\n]\s*|,\s+|\s+-\s+")
_LETTER_DIGITS = re.compile(r"([^\W\d_]{1,2}) ?(\d{1,3})")
_ADDRESS = re.compile(r"[^\W\d_]{4,}.* \d+")
_STREET = re.compile(
    r".*(?:gat[ae]n?|väg(?:en)?|gränd(?:en)?|torg(?:et)?|allén?|stig(?:en)?|backen?|plats(?:en)?|plan|leden|kajen|street"
    r"|road)\b.* \d+.*",
    re.IGNORECASE,
)
_NAMED_AND_NUMBERED = re.compile(r"([^\W\d_]{4,}) (\d+)")
_UNKNOWN = frozenset(("?", "??", "okänd", "okänt", "ej känd", "ej känt", "saknas", "vet ej", "unknown"))
_DITTO_INSIDE = re.compile(
    r"(?<!\w)(?:-?[\"\u201d\u201c\u3003]-?|''|d\s?:\s?o|dito|ditto|samma)(?!\w)", re.IGNORECASE
)
_ROOM = re.compile(r"[^\W\d_]{4,}")
_PLAN = re.compile(r"\b(?:hyll)?plan\b", re.IGNORECASE)


def place_name(kind: PlaceKind, text: str) -> str:
    """Return the name a place is registered by: rooms and sites as written, others without their word."""
    text = whole(_unmarked(clean(text)))
    if simple(text) in MISSING:
        return ""
    return text if kind in (PlaceKind.SITE, PlaceKind.ROOM) else _LEADING.sub("", text, count=1)


def place_key(text: str) -> str:
    """Write the name of a place as it is compared: no word for the kind, one case, no leading zeros.

    `12 A` and `12a` are one, and so are `12-13` with one dash and with another.
    """
    if text.isdecimal() and text.isascii():
        return text.lstrip("0") or "0"
    name = _LEADING.sub("", whole(clean(text)), count=1).casefold().lstrip("0").translate(DASHES)
    return _APART.sub(r"\1\2", _AROUND_DASH.sub("-", name)) or "0"


def says_unknown(text: str) -> bool:
    """Tell whether a cell says that nobody knows the place; a blank or a dash says only nothing."""
    return simple(text[:40]) in _UNKNOWN


class PlaceColumns:
    """Put the columns for site, room, rack, shelf, box and place together; `site` is the list's own."""

    def __init__(self, site: str) -> None:
        self._site = site
        self.read = lru_cache(maxsize=65_536)(self._read)

    def _read(self, *texts: str) -> Whereabouts:
        said = read_place(texts[-1], sited=bool(self._site)) if texts[-1] else NOWHERE
        if any(map(says_unknown, texts[:-1])):
            said = said._replace(flag=FlagCode.PLACE_NOT_KNOWN)
        elif any(looks_like_date(text) for text in (*texts[:-2], texts[-1])):  # the box is asked about apart
            said = said._replace(flag=FlagCode.PLACE_UNCLEAR)
        found = {step.kind: step.name for step in said.steps}
        found |= {
            kind: name for kind, text in zip(LEVELS, texts, strict=False) if (name := place_name(kind, text))
        }
        shelf = found.get(PlaceKind.SHELF, "")
        if ":" in shelf and PlaceKind.RACK not in found:
            found[PlaceKind.RACK], _colon, found[PlaceKind.SHELF] = shelf.partition(":")
        if self._site:
            found.setdefault(PlaceKind.SITE, self._site)
        order = (*LEVELS, PlaceKind.CRATE, PlaceKind.DESK)
        return said._replace(steps=tuple(PlaceStep(kind, found[kind]) for kind in order if found.get(kind)))


@lru_cache(maxsize=65_536)
def read_place(text: str, *, sited: bool = False) -> Whereabouts:
    """Read a place in words; what stands without a word of its own takes the levels that are free.

    `sited`: the list says its address, so that only what is called a street is another.
    """
    if says_unknown(text):
        return _NOT_KNOWN
    if simple(text[:300]) in MISSING or not _unmarked(text[:300]):
        return NOWHERE
    sorter = _Sorter(planned=bool(_PLAN.search(text)), sited=sited)
    for piece in _BETWEEN.split(text[:300]):
        if named := _unmarked(clean(piece)):
            sorter.take(named)
    return sorter.result()


def _unmarked(text: str) -> str:
    """Return a text without its marks of protection: they hide the row, and are no place."""
    return without_protection(text) if protective_words(text) else text


class _Sorter:
    """Put the pieces of a place text on their levels."""

    def __init__(self, *, planned: bool, sited: bool) -> None:
        self._planned, self._sited = planned, sited
        self._found: dict[PlaceKind, str] = {}
        self._loose: list[str] = []
        self._level = -1
        self._position: int | None = None
        self._odd = False

    def take(self, piece: str) -> None:
        if _DITTO_INSIDE.search(piece):  # what stood above is no part of this text
            self._odd = True
            return
        labelled = list(_LABELLED.finditer(piece))
        if not labelled:
            self._loose += _tokens(piece)
            return
        if (named := _NAMED_ROOM.fullmatch(piece)) and ":" not in piece:
            self._put(_KIND[named[1].casefold()] if named[1] else PlaceKind.ROOM, [piece])
            return
        self._odd |= any(mark.isalnum() for mark in _LABELLED.sub("", piece))
        for match in labelled:
            word, value = match["word"].casefold(), match["value"].rstrip(".:-")
            kind = _KIND.get(word)
            if kind is None:
                self._position = int(value) if value.isdecimal() and len(value) < 7 else None
            elif kind in LEVELS:
                self._put(self._right_kind(kind, word, value), value.split(":"))
            else:
                self._found[kind] = value

    def _right_kind(self, kind: PlaceKind, word: str, value: str) -> PlaceKind:
        """A `hylla` is the shelf, but the rack where a shelf stands beside it."""
        rack = ":" in value or (self._planned and "plan" not in word)
        return PlaceKind.RACK if kind is PlaceKind.SHELF and rack else kind

    def _put(self, kind: PlaceKind, values: list[str]) -> None:
        level = LEVELS.index(kind)
        self._settle(level)
        self._odd |= kind in self._found
        self._found.setdefault(kind, values[0])
        self._level = level
        self._loose += [value for value in values[1:] if value]

    def _settle(self, end: int) -> None:
        """Give the loose values the levels between the last known one and `end`."""
        loose, self._loose = self._loose, []
        if self._sited and len(loose) > 1 and (room := _NAMED_AND_NUMBERED.fullmatch(loose[0])):
            loose = loose if _STREET.fullmatch(loose[0]) else [room[1], room[2], *loose[1:]]
        start = self._level + 1 or self._outermost(loose, end)
        for level, value in enumerate(loose, start):
            if 0 <= level < end and LEVELS[level] not in self._found:
                self._found[LEVELS[level]] = value
            else:
                self._odd = True

    def _outermost(self, loose: list[str], end: int) -> int:
        """Return the level of the first loose value where nothing is known outside it."""
        if not loose:
            return 0
        if _ADDRESS.match(loose[0]) and (not self._sited or _STREET.fullmatch(loose[0])):
            return 0
        if _ROOM.match(loose[0]):
            return 1
        if end < len(LEVELS):
            return end - len(loose)
        self._odd |= len(loose) == 1
        return min(LEVELS.index(PlaceKind.RACK), end - len(loose))

    def result(self) -> Whereabouts:
        """Return the steps from the outermost inwards."""
        self._settle(len(LEVELS))
        order = (*LEVELS, PlaceKind.CRATE, PlaceKind.DESK)
        steps = tuple(PlaceStep(kind, self._found[kind]) for kind in order if kind in self._found)
        return Whereabouts(
            steps, self._position, FlagCode.PLACE_PARTLY_READ if self._odd or not steps else None
        )


def _tokens(piece: str) -> list[str]:
    if match := _LETTER_DIGITS.fullmatch(piece):
        return [match[1], match[2]]
    return [token for token in piece.split(":") if token]
