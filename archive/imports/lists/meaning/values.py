"""Read what a cell says: a part, a count, yes or no, a level of protection; never an exception."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from archive.imports.lists.formats.text import MISSING, clean, simple
from archive.imports.lists.meaning.dates import MONTHS
from archive.imports.lists.meaning.fields import FlagCode
from archive.rules import identity
from archive.vocabulary import NumberQuality, Protection

MOST_PARTS = 200
"""More parts than this in one case file is a misread cell."""

_WHOLE = re.compile(r"(\d+)[.,]0+")


def whole(text: str) -> str:
    """Return a whole number without the zero decimals a program gave it; other text unchanged."""
    match = _WHOLE.fullmatch(text)
    return match[1] if match else text


class CoverPart(NamedTuple):
    """Hold which part a cover is, of how many, and for how many covers the row stands."""

    part: int | None
    parts: int | None
    covers: int = 1
    flag: FlagCode | None = None


NO_PART = CoverPart(None, None)
_UNREADABLE = CoverPart(None, None, 1, FlagCode.PART_UNREADABLE)

_NUMERALS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_ROMAN = {word: number for number, word in enumerate(_NUMERALS.split(), start=1)}
_WORD = r"(?:akt ?del|del(?:en)?|volym|vol|band|bd|omslag|part|volume|nr|no|#)\.? ?"
_N = r"(\d{1,3}|[ivx]{1,5})"
_OF = r" ?(?:av|of|/|:|\() ?(\d{1,3})\)?(?: ?(?:delar|volymer|vol|band|omslag|st|parts))?\.?"
_OPENING = rf"(?:akt |{_WORD})?"
_ONE_OF = re.compile(rf"{_OPENING}{_N}{_OF}")
_ONE = re.compile(rf"{_OPENING}{_N}(?:[.:]?[ae])?|{_WORD}([a-h])")
_SPAN = re.compile(rf"{_OPENING}{_N} ?(?:-|t\.?o\.?m\.?|till|to) ?{_N}(?:{_OF})?")
_SEVERAL = re.compile(rf"{_OPENING}(\d{{1,3}}(?: ?(?:,|\+|&|och|and) ?\d{{1,3}})+)(?:{_OF})?")
_COUNT = re.compile(r"(\d{1,3}) ?(?:delar|volymer|vol|band|omslag|st|stycken|parts|akter|del)\.?")
_ISO = re.compile(r"\d{4}-(\d\d)-(\d\d)(?: .*)?")
_DAY_MONTH = re.compile(r"(\d{1,2})[- ]([a-z]{3,9})")
_INSIDE_OF = re.compile(rf"\b(?:{_WORD}){_N} ?(?:av|of|/|\() ?(\d{{1,3}})\b")
_INSIDE = re.compile(rf"\b(?:akt ?del|del|volym|vol|band|bd|part)\.? ?{_N}\b(?! ?(?:av|of|/|\())")


@lru_cache(maxsize=8192)
def read_part(text: str) -> CoverPart:
    """Read a cell that is about the part: `2`, `Del 2`, `2/3`, `2(3)`, `del 2 av 3`, `vol II`, `1-3`."""
    word = whole(simple(text[:200]))
    if word in MISSING:
        return NO_PART
    if match := _ONE_OF.fullmatch(word):
        return _part(_number(match[1]), int(match[2]))
    if match := _ONE.fullmatch(word):
        return _part(_number(match[1]) if match[1] else ord(match[2]) - ord("a") + 1, None)
    return _several(word) or _was_date(word) or _or_unreadable(part_inside(word))


def _several(word: str) -> CoverPart | None:
    if match := _SPAN.fullmatch(word):
        first, last = _number(match[1]), _number(match[2])
        return _part(first, int(match[3]) if match[3] else None, last - first + 1)
    if match := _SEVERAL.fullmatch(word):
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        unbroken = numbers == list(range(numbers[0], numbers[-1] + 1))
        return _part(numbers[0], int(match[2]) if match[2] else None, len(numbers)) if unbroken else None
    if match := _COUNT.fullmatch(word):
        return _part(1, int(match[1]), int(match[1]))
    return None


def _was_date(word: str) -> CoverPart | None:
    if match := _ISO.fullmatch(word):
        return _part(int(match[2]), int(match[1]))._replace(flag=FlagCode.PART_WAS_DATE)
    if (match := _DAY_MONTH.fullmatch(word)) and match[2] in MONTHS:
        return _part(int(match[1]), MONTHS[match[2]])._replace(flag=FlagCode.PART_WAS_DATE)
    return None


def _or_unreadable(part: CoverPart) -> CoverPart:
    return _UNREADABLE if part == NO_PART else part


@lru_cache(maxsize=8192)
def part_inside(text: str) -> CoverPart:
    """Find a part in a text about other things; only with its word, as in `K 12/98 del 2 av 3`."""
    word = simple(text[:500])
    if match := _INSIDE_OF.search(word):
        return _part(_number(match[1]), int(match[2]))
    if match := _INSIDE.search(word):
        return _part(_number(match[1]), None)
    return NO_PART


def without_part(text: str) -> str:
    """Return a reference without the words that name its part."""
    for pattern in (_INSIDE_OF, _INSIDE):
        if match := pattern.search(text.casefold()):
            return clean(text[: match.start()] + " " + text[match.end() :].lstrip(")")).strip(" ,;-(")
    return text


_BEHIND = re.compile(
    r"(.*?[\w)])(?:[\s,;]+(?:\(\s*(\d{1,3})\s*(?:/|av|of)\s*(\d{1,3})\s*\)"
    r"|(\d{1,3})\s?\(\s*(\d{1,3})\s*\)|(\d{1,3})\s(?:av|of)\s(\d{1,3}))|(\s*[,;]?\s*)(?<=[\s,;])([1-9])/([1-9]))",
    re.IGNORECASE,
)
_WHOLE_BY_ITSELF = re.compile(r"\d[-/:.]\d")


@lru_cache(maxsize=8192)
def part_behind(reference: str) -> tuple[CoverPart, str]:
    """Return a part at the end of a reference and the reference without it: `2010-77 1(2)`.

    Without its word it is one only where it can be no reference by itself, as `12/98` can.
    """
    match = _BEHIND.fullmatch(reference)
    if not match or not any(map(str.isdigit, match[1])):
        return NO_PART, reference
    if match[9]:
        sure = "," in match[8] or ";" in match[8] or _WHOLE_BY_ITSELF.search(match[1])
        if not sure or match[9] > match[10]:
            return NO_PART, reference
    part, parts = (int(number) for number in match.group(2, 3, 4, 5, 6, 7, 9, 10) if number)
    return _part(part, parts), match[1]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _ROMAN.get(text, 0)


def _part(part: int, parts: int | None, covers: int = 1) -> CoverPart:
    if not 1 <= part <= MOST_PARTS or (parts is not None and not 1 <= parts <= MOST_PARTS) or covers < 1:
        return _UNREADABLE
    return CoverPart(part, parts, covers, FlagCode.SEVERAL_PARTS if covers > 1 else None)


@lru_cache(maxsize=4096)
def read_count(text: str) -> int | None:
    """Read how many: `3`, `3,0`, `3 st`; None where that cannot be read."""
    word = whole(simple(text[:50]))
    match = _COUNT.fullmatch(word)
    digits = match[1] if match else word
    return int(digits) if digits.isdecimal() and len(digits) < 7 else None


_YES_WORDS = "j ja jo x xx 1 sant true yes y t * v ✓ ✔ ☑ ☒ ok japp"
_NO_WORDS = "n nej 0 falskt false no f o ej inte nix ☐"
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())


@lru_cache(maxsize=4096)
def read_yes_no(text: str) -> tuple[bool, bool]:
    """Return (yes, clear): a blank is no; what is neither is an unclear yes, which destroys nothing."""
    word = simple(text[:200]).strip("()")
    if word in _NO or (word in MISSING and "?" not in word):
        return False, True
    head = re.split(r"[\s,;:/(]", word, maxsplit=1)[0]
    if word in _YES or head in ("ja", "yes", "sant", "true"):
        return True, True
    return (False, True) if head in ("nej", "no", "ej", "inte") else (True, False)


_LEVELS = {
    Protection.NONE: """
        |-|--|---|n|nej|0|no|falskt|false|ingen|inget|inga|none|ej|inte|icke|nix|o
        |ej skyddad|ej sekretess|oskyddad
        |\N{BALLOT BOX}|saknas|uppgift saknas|uppg saknas|ingen uppgift|null|n/a|na|nan|missing
    """,
    Protection.MARKED: """
        s|sm|sekr|sekretess|sekretessmark|sekretessmarkering|sekretessmarkerad|sekretessmarkerade|sekr mark
        |sekr.mark|sekr. mark|sekrmark|smark|spärr|spärrad|spärrmarkering|spärrmark|marked|secret
    """,
    Protection.PROTECTED_REGISTRATION: """
        sf|sfb|skf|skyddad folkbokföring|skyddad folkbokf|skydd folkbokf|skyddad fb|skyddad folkb
        |kvarskrivning|kvarskriven|protected registration|protected_registration
    """,
    Protection.ASSUMED_IDENTITY: """
        f|fp|fing|fingerad|fingerade|fingerade personuppgifter|fingerade uppgifter|fingerad identitet
        |fingerade pu|assumed identity|assumed_identity
    """,
}
_LEVEL = {word: level for level, words in _LEVELS.items() for word in map(str.strip, words.split("|"))}
_LEVEL_BY_START = (
    ("sekr", Protection.MARKED),
    ("skyddad folkb", Protection.PROTECTED_REGISTRATION),
    ("kvarskr", Protection.PROTECTED_REGISTRATION),
    ("finger", Protection.ASSUMED_IDENTITY),
)


def level_of_yes(header: str) -> Protection:
    """Tell which protection a bare yes means below this heading; unknown where the heading does not say."""
    heading = simple(header)
    if "finger" in heading:
        return Protection.ASSUMED_IDENTITY
    if "folkb" in heading or "kvarskr" in heading:
        return Protection.PROTECTED_REGISTRATION
    return (
        Protection.MARKED
        if any(word in heading for word in ("sekr", "mark", "spärr"))
        else Protection.UNKNOWN
    )


@lru_cache(maxsize=4096)
def read_protection(text: str, yes: Protection = Protection.UNKNOWN) -> tuple[Protection, bool]:
    """Return (level, clear); a word or sign we do not know protects: in old lists a star is the mark."""
    said = clean(text[:200])
    word = simple(said).strip("*!()")
    if said and not word:
        word = "*"
    if word in _LEVEL:
        return _LEVEL[word], True
    if word in _YES:
        return yes, yes is not Protection.UNKNOWN
    for start, level in _LEVEL_BY_START:
        if word.startswith(start):
            return level, True
    return Protection.UNKNOWN, False


LEAST_NUMBER = 10
"""Characters a personal number has at least."""

_SURELY_NUMBER = r"(?<![\w-])(?:(?:18|19|20)\d{6} ?[-+]? ?\d{4}|\d{6} ?[-+] ?\d{4}%s)(?![\w-])"
_NUMBERS = {bare: re.compile(_SURELY_NUMBER % (r"|\d{10}" if bare else "")) for bare in (False, True)}


@lru_cache(maxsize=4_096)
def holds_number(text: str, *, bare: bool = True) -> bool:
    """Tell whether a text holds a sound personal number; a `bare` one is ten digits alone."""
    found = (identity.read(match[0], today=date.max) for match in _NUMBERS[bare].finditer(text))
    return any(one.quality in (NumberQuality.SOUND, NumberQuality.NO_CENTURY) for one in found)
