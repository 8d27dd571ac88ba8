"""Lines of CSV that spreadsheets open as they are: no text is a formula there."""

import re
from collections.abc import Iterable

BEGINNING = "\ufeff".encode()  # by which spreadsheets know UTF-8
_QUOTE = '"'
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")
_GUARDED = re.compile(r"'+(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def line(cells: Iterable[str]) -> bytes:
    """Write one line, every cell in quotes."""
    quoted = (f'"{guard(cell).replace(_QUOTE, _QUOTE * 2)}"' for cell in cells)
    return (";".join(quoted) + "\r\n").encode()


def guard(text: str, *, formulas: bool = True) -> str:
    """Write a text so that no spreadsheet takes it for a formula and unguard() gives it back."""
    return f"'{text}" if (_FORMULA if formulas else _GUARDED).match(text) else text


def unguard(text: str) -> str:
    """Return the text that was written with guard()."""
    return text[1:] if _GUARDED.match(text) else text
