"""Clean the text of a cell: no controls, no invisible marks, single blanks."""

import re
import unicodedata
from collections.abc import Iterable

from archive.kernel.letters import DASHES, one_form

_MISSING = """
    |-|--|---|?|??|.|..|/|saknas|uppgift saknas|uppg saknas|okänt|okänd|ej känt|ej känd|ej uppgivet
    |ingen uppgift|null|none|n/a|na|nan|unknown|missing|0000-00-00
"""
MISSING = frozenset(word.strip() for word in _MISSING.split("|"))
"""What is written where nothing is known, in lower case."""

_ERRORS = """
    #N/A|#NA|#REF!|#VALUE!|#NAME?|#DIV/0!|#NULL!|#NUM!|#SPILL!|#CALC!|#GETTING_DATA
    |#SAKNAS!|#REFERENS!|#VÄRDEFEL!|#NAMN?|#DIVISION/0!|#SKÄRNING!|#OGILTIGT!
"""
ERRORS = frozenset(word.strip() for word in _ERRORS.split("|"))
"""What a spreadsheet shows where a formula failed."""

_BROKEN = re.compile(
    r"Ã[\x80-\xbf\u0152-\u017e\u0192\u02c6-\u02dc\u2013-\u203a\u20ac\u2122]"
    r"|\ufffd|(?<=[^\W\d_])\?(?=[a-zåäöé])|(?<![\w?])\?(?=[a-zåäöé]{3})"
)
_BLANKS = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return the text in its one form, without controls, invisible marks and doubled blanks."""
    text = one_form(text)
    if not text.isprintable():
        text = "".join(
            " " if mark.isspace() else mark
            for mark in text
            if mark.isspace() or unicodedata.category(mark)[0] != "C"
        )
    text = text.strip()
    return _BLANKS.sub(" ", text) if "  " in text else text


def simple(text: str) -> str:
    """Write a word as it is compared: one case, plain dashes, no full stop at the end."""
    if text.isascii():
        return clean(text).lower().rstrip(".: ")
    return clean(unicodedata.normalize("NFKC", text)).casefold().translate(DASHES).rstrip(".: ")


def broken(text: str) -> bool:
    """Tell whether letters were taken for others on the way: two signs for one, or a mark of a question."""
    return ("?" in text or not text.isascii()) and bool(_BROKEN.search(text))


def filled_cells(cells: Iterable[str]) -> int:
    """Count the cells with text."""
    return sum(map(bool, map(str.strip, cells)))
