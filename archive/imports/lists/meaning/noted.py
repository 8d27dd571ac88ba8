"""Say what the file of a list tells of a row: a flag for how it stood there, a reason why it is no file."""

from collections.abc import Collection, Sequence

from archive.imports.lists.formats.detect import SEPARATORS
from archive.imports.lists.formats.notes import RowNote
from archive.imports.lists.meaning.fields import Flag, FlagCode, RowProblem
from archive.vocabulary.wording import N_

_FLAGS = {note: Flag(code, None) for code in FlagCode for note in RowNote if code.value == note.value}
_NOT_A_FILE = RowProblem("not_a_file", N_("This looks like a heading or a sum, not like a file."))
_OTHER_SEPARATOR = N_(
    "The cells of the row are parted by “%(separator)s”, while those of the list are parted by “%(usual)s”. "
    "Write the row with “%(usual)s” between its cells."
)
_SHOWN = {"\t": "tab"}


def flags_of(notes: Collection[RowNote]) -> list[Flag]:
    """Return the flags for how a row stood in its file."""
    return [_FLAGS[note] for note in sorted(notes)]


def no_file(cells: Sequence[str], width: int, separator: str) -> RowProblem:
    """Say why a row is no file: it is a heading or a sum, or its cells are parted by another sign."""
    text = cells[0] if cells else ""
    most = max(SEPARATORS, key=text.count)
    if separator and most != separator and text.count(most) >= max(width // 2, 2):
        facts = (("separator", _SHOWN.get(most, most)), ("usual", _SHOWN.get(separator, separator)))
        return RowProblem("other_separator", _OTHER_SEPARATOR, facts)
    return _NOT_A_FILE
