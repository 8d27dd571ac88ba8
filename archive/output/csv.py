"""Lines of CSV that spreadsheets open as they are: no text is a formula there."""

from collections.abc import Iterable

from archive.imports.lists.meaning.tables import guard

BEGINNING = "\ufeff".encode()  # by which spreadsheets know UTF-8
_QUOTE = '"'


def line(cells: Iterable[str]) -> bytes:
    """Write one line, every cell in quotes."""
    quoted = (f'"{guard(cell).replace(_QUOTE, _QUOTE * 2)}"' for cell in cells)
    return (";".join(quoted) + "\r\n").encode()
