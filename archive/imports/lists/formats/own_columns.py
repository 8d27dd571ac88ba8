"""Know the columns that a file of refused rows has beside those of its list: which row it was, and why."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from archive.imports.lists.formats.text import clean
from archive.vocabulary.wording import LOCALES, N_, _, speaking

ROW = N_("Row in the list")
REASON = N_("Reason why it was not registered")
PROTECTED_REASON = N_("Reason why it was not registered (protected identity)")
"""The heading that keeps the rows below it protected when they are read again."""

_BEYOND_ASCII = re.compile("[^a-z]")


class OwnColumns(NamedTuple):
    """Say where these columns stand; all rows of a file for those cleared are `protected`."""

    at: frozenset[int]
    reason: int
    protected: bool

    def without(self, cells: Sequence[str]) -> list[str]:
        """Return the cells that are the list's own."""
        return [cell for index, cell in enumerate(cells) if index not in self.at]

    def why(self, cells: Sequence[str]) -> str:
        """Return the reason a row was refused for; nothing where somebody has cleared it."""
        return cells[self.reason].strip() if self.reason < len(cells) else ""

    def within(self, cells: Sequence[str]) -> int:
        """Count what a row says in these columns."""
        return sum(bool(cells[index].strip()) for index in self.at if index < len(cells))


def own_columns(header: Sequence[str]) -> OwnColumns | None:
    """Find these columns by their headings, in any of our languages; None in any other list."""
    words = [clean(name) for name in header]
    reasons = [index for index, word in enumerate(words) if word in _headings(REASON, PROTECTED_REASON)]
    if not reasons:
        return None
    rows = [index for index, word in enumerate(words) if word in _headings(ROW)]
    protected = any(words[index] in _headings(PROTECTED_REASON) for index in reasons)
    return OwnColumns(frozenset((*reasons, *rows)), reasons[-1], protected)


def is_own(heading: str) -> bool:
    """Tell whether a heading is one of these."""
    return clean(heading) in _headings(ROW, REASON, PROTECTED_REASON)


@cache
def _headings(*texts: str) -> frozenset[str]:
    return frozenset(said for text in texts for said in in_each_language(text))


def in_each_language(text: str) -> list[str]:
    """Return a text of the catalogue in each of our languages."""
    found = []
    for language in LOCALES:
        with speaking(language):
            found.append(_(text))
    return found


def essence(text: str) -> str:
    """Return what is left of a sentence in every encoding, to know it again by."""
    return _BEYOND_ASCII.sub("", text.lower())
