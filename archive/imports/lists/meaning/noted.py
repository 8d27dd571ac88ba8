"""Say what the file of a list tells of a row: a flag for how it stood there."""

from collections.abc import Collection

from archive.imports.lists.formats.notes import RowNote
from archive.imports.lists.meaning.fields import Flag, FlagCode

_FLAGS = {note: Flag(code, None) for code in FlagCode for note in RowNote if code.value == note.value}


def flags_of(notes: Collection[RowNote]) -> list[Flag]:
    """Return the flags for how a row stood in its file."""
    return [_FLAGS[note] for note in sorted(notes)]
