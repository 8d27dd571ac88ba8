"""Note what was odd about how a row stood in its file; the reader makes a flag of the same name of it."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class RowNote(StrEnum):
    """What opening a list tells of one row."""

    LETTERS_REPAIRED = "letters_repaired"
    QUOTE_STRAY = "quote_stray"
    ROW_HIDDEN = "row_hidden"
    ROW_STRUCK = "row_struck"


RowNotes = dict[int, set[RowNote]]
"""What is odd, by row number; a row of which nothing is has no entry."""

Noted = Mapping[int, Collection[RowNote]]
