"""Find marks of protection of a letter or two: they are marks only where they stand as one.

Alone among the remarks or in a column nobody named, in brackets or as a star at a name, a number or a
reference such a sign hides. Below a heading of its own it is an answer, after a name an initial. What may be
either is asked about. The rule is measured by tests/unit/protection_phrases_signs.py.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from archive.imports.lists.meaning.fields import FACTS, ListField
from archive.imports.lists.meaning.headings import known_headings, plain
from archive.imports.lists.meaning.legends import TICK, Survey, bare, keys_of
from archive.imports.lists.meaning.marks import kept_apart, perhaps_protective, protective_words
from archive.imports.lists.meaning.marks import without_protection as without_words

_STAR = r"[*\u2217\u2605\u2731\uff0a]"
_LETTERS = r"[sS](?:\.?\s?[mMuU]|\.?\s?[kK]?\.?\s?[fF][bB]?)?\.?|SK\.?"
_AT_EDGE = rf"(?<![-{_STAR[1:-1]}]){_STAR}+(?!\w)|(?<![\w{_STAR[1:-1]}-]){_STAR}+"
_IN_BRACKETS = rf"[(\[]\s*(?:{_LETTERS}|[sS][kK]|{_STAR}+)\s*[)\]]"

_ALONE = re.compile(rf"{_STAR}*(?:{_LETTERS}|{_STAR}){_STAR}*")
_ALONE_TOO = re.compile(r"!{1,3}|§{1,2}|sekret", re.IGNORECASE)
_AROUND = str.maketrans(dict.fromkeys(" \t\r\n()[]!"))
_SHORT = 12
"""Characters a sign that stands alone has at most."""
# Of a million rows most hold nothing of this.
# It begins with the few letters it can begin with, so that the search goes from one of these to the next.
_PERHAPS = re.compile(
    rf"[{_STAR[1:-1]}!§XsSfF](?:(?<={_STAR})|(?<=[!§])|(?<=\dS)|(?<=[sS])(?i:ekret)(?!\w)|(?<!\w.)(?:(?<=[sS])\.?[kKmMuUfF]?\.?[fF]?[bB]?|(?<=[fF])[pP]?|(?<=X))(?!\w))"
)

_PERSON_ALONE = re.compile(rf"{_STAR}+|S\.?|SM|SK|SK?F")
_AT_NAME = re.compile(rf"{_IN_BRACKETS}|(?:{_AT_EDGE})(?!\s*\d)")  # a star before a year means born
_AFTER_NAME = re.compile(r"[^\W\d_A-ZÅÄÖ]\.?\s+(?:SM|SK|SK?F|SU)\s*(?:$|[/;&\n(])")
_AT_NUMBER = re.compile(rf"{_IN_BRACKETS}|{_AT_EDGE}|(?<=\d)[\s,]+(?:SM?|SK|SK?F|SU)\.?\s*$")
_PERHAPS_AT_NUMBER = re.compile(rf"{_STAR}|[(\[]\s*[sS]|[\s,]S[A-Z]{{0,2}}\.?\s*$")
_RUN_TOGETHER = re.compile(r"\dS\s*$|-\*{2,}")
_BETWEEN = re.compile(r"[,;/\n]")
_MORE_OFTEN_ELSE = frozenset(("sk", "f", "fp"))
_STARRED = re.compile(_AT_EDGE)
_STARRED_BIRTH = re.compile(rf"(?:{_AT_EDGE})(?!\s*\d)")

_RED = re.compile(r"\W*rö(?:d|da|tt)\W*", re.IGNORECASE)
_THINGS = ("mapp", "kuvert", "skåp")
_OWN_RULE = frozenset(
    (
        *(ListField.REFERENCE, ListField.NUMBER, ListField.NAME, ListField.FAMILY_NAME, ListField.GIVEN_NAME),
        *(ListField.CO_PERSONS, ListField.PROTECTION, ListField.CHECKED_DATE, ListField.CHECKED_BY),
        *(*FACTS, ListField.FREE_TEXT, ListField.IGNORED),
    )
)


@lru_cache(maxsize=8192)
def stands_alone(text: str) -> bool:
    """Tell whether a text is a sign and no more, as `S`, `(SM)` or `!`; `sk` is mostly something else."""
    return len(text) <= _SHORT and bool(
        _ALONE.fullmatch(text.translate(_AROUND)) or _ALONE_TOO.fullmatch(text.strip(" \t\r\n()[]."))
    )


@lru_cache(maxsize=8192)
def may_be_sign(text: str) -> bool:
    """Tell whether a remark holds a sign among other things, or an abbreviation that is mostly another."""
    pieces = _BETWEEN.split(text)
    return text.strip(" ().!").casefold() in _MORE_OFTEN_ELSE or (
        len(pieces) > 1 and any(map(stands_alone, pieces))
    )


def names_nobody(text: str) -> bool:
    """Tell whether what stands where a person is named is only a sign."""
    return len(text) <= _SHORT and bool(_PERSON_ALONE.fullmatch(text))


def lifted_from_name(text: str) -> tuple[str, bool]:
    """Return a name without the signs at it, and whether there were any."""
    if not _PERHAPS.search(text):
        return text, False
    bare, many = _AT_NAME.subn(" ", text)
    return bare, bool(many)


def lifted(text: str) -> tuple[str, bool]:
    """Return a number or a reference without the marks at it, and whether there were any."""
    many = 0
    if _PERHAPS_AT_NUMBER.search(text):
        text, many = _AT_NUMBER.subn(" ", text)
    if perhaps_protective(text) and protective_words(text):
        return without_words(text).strip(" ,;-"), True
    return (text.strip(" ,;") if many else text), bool(many)


class SignedCells:
    """Look for signs in the cells of a list where its columns let them be marks."""

    def __init__(
        self, header: Sequence[str], at: Mapping[ListField, Sequence[int]], seen: Survey | None = None
    ) -> None:
        self._seen = seen or Survey()
        meant = {index: field for field, those in at.items() for index in those}
        self._remarks = [
            index
            for index, heading in enumerate(header)
            if meant.get(index) is ListField.FREE_TEXT
            or (meant.get(index, ListField.IGNORED) is ListField.IGNORED and _says_nothing(heading))
        ]
        words = [plain(heading) for heading in header]
        self._things = [
            (index, noun) for index, word in enumerate(words) for noun in _THINGS if word.startswith(noun)
        ]
        self._colours = [index for index, word in enumerate(words) if "färg" in word or word in _THINGS[:1]]
        self._plain = [
            (index, _STARRED_BIRTH if field is ListField.BIRTH_DATE else _STARRED)
            for index, field in meant.items()
            if field not in _OWN_RULE
        ]
        self._named = [
            index
            for field in (ListField.NAME, ListField.GIVEN_NAME, ListField.CO_PERSONS)
            for index in at.get(field, ())
        ]
        self._unread = [
            index
            for index in range(len(header))
            if meant.get(index, ListField.IGNORED) in (ListField.FREE_TEXT, ListField.IGNORED)
        ]
        self._explained = explained_at_edge(self._seen.signs)
        self._noted = noted_at_end(self._seen.signs)
        self._keyed = [*at.get(ListField.REFERENCE, ()), *at.get(ListField.NUMBER, ()), *self._named]
        self._numbered = [*at.get(ListField.REFERENCE, ()), *at.get(ListField.NUMBER, ())]

    def look(self, cells: Sequence[str]) -> tuple[bool, bool]:
        """Tell whether a remark is a mark by itself, and whether a sign may be a mark or something else."""
        if (self._seen.signs and self._is_explained(cells)) or (self._seen.marked and self._is_marked(cells)):
            return True, False
        if not _PERHAPS.search("\n".join(cells)):
            return False, False
        crosses = [
            self._seen.many(index)
            for index in self._remarks
            if _filled(cells, index) and _is_cross(cells[index])
        ]
        return 0 in crosses or _any(stands_alone, cells, self._remarks), (
            1 in crosses
            or _any(may_be_sign, cells, self._remarks)
            or any(sign.search(cells[index]) for index, sign in self._plain if _filled(cells, index))
            or _any(_AFTER_NAME.search, cells, self._named)
            or _any(_RUN_TOGETHER.search, cells, self._numbered)
        )

    def lifted_off(self, cells: Sequence[str]) -> tuple[bool, bool, Sequence[str]]:
        """Return what `look` tells of a row, and the row without the signs of footnotes behind its words."""
        hides, asks = self.look(cells)
        noted = self._noted if hides else None
        return hides, asks, [noted.sub("", cell) for cell in cells] if noted else cells

    def _is_marked(self, cells: Sequence[str]) -> bool:
        """Tell whether another sheet marks what a row names."""
        return _any(lambda cell: not self._seen.marked.isdisjoint(keys_of(cell)), cells, self._keyed)

    def _is_explained(self, cells: Sequence[str]) -> bool:
        """Tell whether a row bears a sign of which the list itself says that it is a mark."""
        return any(
            bare(cells[index]) in self._seen.signs for index in self._unread if _filled(cells, index)
        ) or (
            (self._noted is not None and any(map(self._noted.search, cells)))
            or (
                self._explained is not None
                and _any(self._explained.search, cells, [*self._named, *self._numbered])
            )
        )

    def apart(self, cells: Sequence[str]) -> bool:
        """Tell whether a cell says with its heading that something is kept where few come."""
        if not (self._things or self._colours):
            return False
        return _any(_RED.fullmatch, cells, self._colours) or any(
            kept_apart(f"{cells[index].rstrip(' .!')} {noun}")
            for index, noun in self._things
            if _filled(cells, index)
        )


def noted_at_end(signs: Collection[str]) -> re.Pattern[str] | None:
    """Return what finds the sign of a footnote at the end of a cell, or of a name within one."""
    forms = [form for sign in sorted(signs, key=len, reverse=True) if (form := _as_note(sign))]
    return re.compile(rf"\s*(?:{'|'.join(forms)})(?=\s*(?:[,;/&\n]|$))", re.IGNORECASE) if forms else None


def _as_note(sign: str) -> str:
    """Return how a sign is found behind words; `1)` closes no bracket and ends no longer number."""
    if sign.endswith(")"):
        before = r"\d" if sign[0].isdigit() else r"[^\W_]"
        return rf"(?<!\w)\({re.escape(sign)}|(?<!{before})(?<![(/.,-]){re.escape(sign)}"
    plain_sign = any(mark.isalpha() or mark.isdecimal() or mark in "-\u2013\u2014" for mark in sign)
    return "" if plain_sign else re.escape(sign)


def explained_at_edge(signs: Collection[str]) -> re.Pattern[str] | None:
    """Return what finds such a sign at a name, a number or a reference: a letter stands in brackets there."""
    forms = [
        rf"^\s*\(?{re.escape(sign)}\s"
        if sign.endswith(")")
        else rf"[(\[]\s*{re.escape(sign)}\s*[)\]]"
        + ("" if sign.isalnum() else rf"|^\s*{re.escape(sign)}|{re.escape(sign)}\s*$")
        for sign in sorted(signs)
    ]
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None


def _is_cross(text: str) -> bool:
    return text.strip(" ()[]!.") == TICK


def _any(test: Callable[[str], object], cells: Sequence[str], columns: Sequence[int]) -> bool:
    return any(test(cells[index]) for index in columns if _filled(cells, index))


def _filled(cells: Sequence[str], index: int) -> bool:
    return index < len(cells) and bool(cells[index])


def _says_nothing(heading: str) -> bool:
    """Tell whether a column holds remarks by its heading, or has none."""
    return not heading.strip() or known_headings().get(plain(heading)) is ListField.FREE_TEXT
