"""See from the first rows of a list how its maker wrote: names in which order, what once for several rows."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.fields import ListField
from archive.kernel.letters import DASHES

SEEN = 500
"""Rows from which the habits of a list are known."""

PLACES = (ListField.SITE, ListField.ROOM, ListField.RACK, ListField.SHELF, ListField.BOX)
"""The columns of places, from the outermost inwards."""

PERSON = (
    *(ListField.NAME, ListField.FAMILY_NAME, ListField.GIVEN_NAME),
    *(ListField.NUMBER, ListField.BIRTH_DATE),
)
_FULLEST_BOX = 80
"""Files that stand in one box at most."""

_SURNAME = re.compile(
    r".{2,}(?:sson|sdotter|berg|ström|strøm|gren|qvist|kvist|lund|dahl|stedt|holm|borg|blad|blom|löf|fors|skog|rud"
    r"|sen|sjö|strand|vall|wall|hult|krantz|lander|linder|nder|gård|näs|ahl|ander(?<!alexander)(?<!leander))"
)
_WORD = re.compile(r"[^\W\d_][\w'’´.-]*")
_BETWEEN = re.compile(r"[;/&+\n]| och | o ")
_LEAST = 3
_MOST_EXCEPTIONS = 4
"""So many times as often as the other order, and the one order is the list's."""

_IN_ORDER, _LEAST_SORTED = 0.9, 6
_LAST_LETTERS = str.maketrans("åäæöø", "{||}}")


def looks_like_surname(word: str) -> bool:
    """Tell whether a word ends as family names do and given names do not."""
    return len(word) > 4 and bool(_SURNAME.fullmatch(word.casefold()))


@dataclass(frozen=True, slots=True)
class NameHabits:
    """Hold which name stands first without a comma, None where nothing tells, and the words of the list."""

    family_first: bool | None = None
    families: frozenset[str] = frozenset()
    givens: frozenset[str] = frozenset()

    def kind_of(self, word: str) -> str:
        """Return “family” or “given” where a word by itself is one of them in this list; else nothing."""
        low = word.casefold()
        if (low in self.families) is not (low in self.givens):
            return "family" if low in self.families else "given"
        return "family" if low not in self.givens and looks_like_surname(low) else ""


@dataclass(frozen=True, slots=True)
class Habits:
    """Hold the habits of a list.

    `sparse` are the columns of places filled in only where the place changes, `persons_once` says so of
    persons, `grouped` that a person has a line above those of the files. `slashed`, `dashed` and
    `boxes_dashed` say that references and boxes have these signs in them as a rule.
    """

    names: NameHabits = NameHabits()
    sparse: frozenset[ListField] = frozenset()
    persons_once: bool = False
    grouped: bool = False
    slashed: bool = False
    dashed: bool = False
    boxes_dashed: bool = False


def habits_of(rows: Sequence[Sequence[str]], at: Mapping[ListField, Sequence[int]]) -> Habits:
    """Look at the first rows of a list."""
    rows = [row for row in rows if sum(map(bool, map(str.strip, row))) > 1]
    columns = {
        field: [row[those[0]].strip() if those[0] < len(row) else "" for row in rows]
        for field, those in at.items()
        if those
    }
    references = [text.translate(DASHES) for text in columns.get(ListField.REFERENCE, ()) if text]
    grouped, once = _persons(columns)
    return Habits(
        names_of(columns.get(ListField.NAME, ())),
        frozenset(field for field in PLACES if field in columns and _is_sparse(field, columns[field])),
        once,
        grouped,
        _share(references, "/") >= 0.5,
        _share(references, "-") >= 0.5,
        _share(
            [box.translate(DASHES).replace("/", "-") for box in columns.get(ListField.BOX, ()) if box], "-"
        )
        >= 0.5,
    )


def _share(texts: Sequence[str], mark: str) -> float:
    return sum(mark in text for text in texts) / max(len(texts), 1)


def _is_sparse(field: ListField, cells: Sequence[str]) -> bool:
    """Tell whether a column is filled in only where it changes: first row first, never the same again."""
    filled = [cell for cell in cells if cell]
    if len(cells) < _LEAST or not cells[0] or 2 * len(filled) > len(cells):
        return False
    if field is ListField.BOX and len(cells) > _FULLEST_BOX * len(filled):
        return False
    return all(one != other for one, other in pairwise(filled))


def _persons(columns: Mapping[ListField, Sequence[str]]) -> tuple[bool, bool]:
    """Tell whether persons have lines of their own, and whether one is given once for several files."""
    references = columns.get(ListField.REFERENCE, ())
    said = [
        tuple(cells) for cells in zip(*(columns[field] for field in PERSON if field in columns), strict=True)
    ]
    if not references or not said:
        return False, False
    bare = [any(person) and not reference for person, reference in zip(said, references, strict=True)]
    unnamed = [
        bool(reference) and not any(person) for person, reference in zip(said, references, strict=True)
    ]
    if (
        any(bare)
        and sum(unnamed) >= sum(bare)
        and all(unnamed[at + 1] for at, alone in enumerate(bare[:-1]) if alone)
    ):
        files = sum(map(bool, references))
        return True, 2 * sum(unnamed) >= files
    named = [person for person in said if any(person)]
    if len(said) < _LEAST or not any(said[0]) or 2 * len(named) > len(said):
        return False, False
    return False, all(one != other for one, other in pairwise(named))


def names_of(cells: Sequence[str]) -> NameHabits:
    """Tell from names how a list writes them: by endings, by words beside commas, by what it is sorted by."""
    families: set[str] = set()
    givens: set[str] = set()
    pairs: list[tuple[str, str]] = []
    for text in (piece for cell in cells for piece in _BETWEEN.split(cell)):
        family, comma, given = text.partition(",")
        words, rest = _WORD.findall(family.casefold()), _WORD.findall(given.casefold())
        if comma and len(words) == 1 and rest and not looks_like_surname(rest[-1]):
            families.add(words[0])
            givens.add(rest[0])
        elif not comma and len(words) > 1 and " ".join(words) == simple(text).casefold():
            pairs.append((words[0], words[-1]))
    both = families & givens
    known = NameHabits(None, frozenset(families - both), frozenset(givens - both))
    return NameHabits(_order(pairs, known), known.families, known.givens)


def _order(pairs: Sequence[tuple[str, str]], known: NameHabits) -> bool | None:
    """Tell whether the family name stands first; None where nothing shows it or it is now so, now so."""
    kinds = [(known.kind_of(first), known.kind_of(last)) for first, last in pairs]
    first = sum(one != other and (one == "family" or other == "given") for one, other in kinds)
    last = sum(one != other and (other == "family" or one == "given") for one, other in kinds)
    if max(first, last) >= _LEAST:
        if min(first, last) * _MOST_EXCEPTIONS > max(first, last):
            return None
        return first > last
    sorted_first, sorted_last = (_sorted([pair[at] for pair in pairs]) for at in (0, 1))
    if (
        sorted_first is not sorted_last
        and len(pairs) >= _LEAST_SORTED
        and not (last if sorted_first else first)
    ):
        return sorted_first
    again = [sum(a[at] == b[at] for a, b in pairwise(pairs)) for at in (0, 1)]
    if max(again) >= _LEAST and min(again) == 0 and not (last if again[0] else first):
        return again[0] > 0
    return None


def _sorted(words: Sequence[str]) -> bool:
    keys = [_letters(word) for word in words]
    rises = [one <= other for one, other in pairwise(keys)]
    return len(set(keys)) > 1 and sum(rises) >= _IN_ORDER * max(len(rises), 1)


def _letters(word: str) -> str:
    """Return a word as Swedish lists are sorted: å, ä and ö last, other accents unseen."""
    swedish = word.translate(_LAST_LETTERS)
    return "".join(mark for mark in unicodedata.normalize("NFKD", swedish) if not unicodedata.combining(mark))
