"""Say which rows of a list are marked as protected, wherever around or in the row the mark stands."""

from collections.abc import Collection, Iterable, Sequence

from archive.imports.lists.meaning.marks import (
    perhaps_protective,
    protective_title,
    protective_words,
    without_protection,
)
from archive.imports.lists.meaning.tables import CommentMark, ListShape
from archive.imports.lists.meaning.values import read_protection


class MarkedRows:
    """Look for marks of protection in every cell, heading, title and comment, and in the sheet's name.

    What stands around the rows, on paper, in boxes and beside them, is a title too.
    `stated` are the columns that are read as protection; what they say is not looked for here, and titles of
    such a list mostly explain them.
    """

    def __init__(
        self,
        shape: ListShape,
        stated: Collection[int],
        remarks: Collection[CommentMark],
        around: Iterable[str],
    ) -> None:
        top = shape.header_row
        titles = [*around, *(cell for title in shape.titles for cell in title)]
        told = any(map(protective_title, titles)) or any(one.row < top for one in remarks)
        self._all = protective_words(shape.sheet) or (told and not stated)
        self._rows = {one.row for one in remarks if one.row > top}
        self._spans = [(one.row, one.last) for one in remarks if one.last > max(one.row, top)]
        said = {index for index, name in enumerate(shape.header) if protective_words(name)}
        said |= {one.column for one in remarks if one.row == top}
        self._columns = sorted(said - set(stated))
        self._stated = frozenset(stated)
        self._below = False

    def heading(self, cells: Sequence[str]) -> None:
        """Take in a heading between the rows: what it says holds until the next one."""
        self._below = bool(cells and cells[0].strip()) and any(map(protective_words, cells))

    def stated(self, cells: Sequence[str]) -> list[str]:
        """Return what the columns that are read as protection say of a row."""
        return [cells[index] for index in sorted(self._stated) if index < len(cells)]

    def has(self, cells: Sequence[str], row: int) -> bool:
        """Tell whether a row is marked."""
        if perhaps_protective("\n".join(cells)):
            marked = [index for index, cell in enumerate(cells) if protective_words(cell)]
            if any(index not in self._stated for index in marked):
                self._begin(cells, marked)
                return True
        return (
            self._all
            or self._below
            or row in self._rows
            or any(first <= row <= last for first, last in self._spans)
            or any(
                index < len(cells) and read_protection(cells[index])[0].protected for index in self._columns
            )
        )

    def _begin(self, cells: Sequence[str], marked: Sequence[int]) -> None:
        """Take a row of nothing but a mark for a heading, also in a list too narrow to know one by."""
        filled = [index for index, cell in enumerate(cells) if cell.strip()]
        if filled == marked == [0] and not without_protection(cells[0]):
            self._below = True
