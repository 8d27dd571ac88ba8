"""Count what a sheet says by other means than text: rows hidden, coloured or struck through, filters."""

from collections.abc import Sequence
from typing import NamedTuple

from archive.imports.lists.formats.cells import Style
from archive.imports.lists.formats.sheet import ON, PartReader

HIDING = ("hidden=", "autoFilter")
"""What stands in a sheet that hides something."""


class SheetMarks(NamedTuple):
    """Count what a sheet hides or marks; `filtered` says that a filter decides which rows are shown."""

    hidden_rows: int = 0
    hidden_columns: int = 0
    struck_rows: int = 0
    coloured_rows: int = 0
    filtered: bool = False


class MarksReader(PartReader):
    """Count the marks of a sheet; rows count where a cell with a value has the mark."""

    def __init__(self, styles: Sequence[Style], header_row: int, width: int) -> None:
        super().__init__()
        self._struck = {str(index) for index, style in enumerate(styles) if style.struck}
        self._filled = {str(index) for index, style in enumerate(styles) if style.filled}
        self._header_row, self._width = header_row, width
        self._rows: dict[str, set[int]] = {"hidden": set(), "struck": set(), "filled": set()}
        self._columns = self._row = 0
        self._style, self._hidden, self._filtered = "", False, False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take a column, row, cell, value or filter."""
        local = name.rpartition(":")[2]
        if local == "c":
            self._style = attributes.get("s", "")
        elif local in ("v", "is") and self._row > self._header_row:
            self._mark("hidden", self._hidden)
            self._mark("struck", self._style in self._struck)
            self._mark("filled", self._style in self._filled)
        elif local == "row":
            self._row = max(int(attributes.get("r", 0)), self._row + 1)
            self._hidden = attributes.get("hidden", "0") in ON
        elif local == "col" and attributes.get("hidden", "0") in ON:
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self._columns += max(min(last, self._width) - first + 1, 0)
        elif local == "filterColumn":
            self._filtered = True

    def _mark(self, name: str, marked: bool) -> None:
        if marked:
            self._rows[name].add(self._row)

    def found(self) -> SheetMarks:
        """Return the counts."""
        hidden, struck, filled = map(len, self._rows.values())
        return SheetMarks(hidden, self._columns, struck, filled, self._filtered)
