"""Say how large a list may be before it is refused, and in which words."""

from dataclasses import dataclass

from archive.kernel.errors import TooLarge
from archive.vocabulary.wording import N_

LONG_CELL = N_(
    "Row %(row)s has a cell longer than %(limit)s characters. That is no list of files: correct the cell and "
    "choose the file again."
)
LONG_TEXT = N_(
    "A cell is longer than %(limit)s characters. That is no list of files: correct the cell and choose the "
    "file again."
)
MANY_COLUMNS = N_("The list has more than %(limit)s columns. Remove those that are not needed.")
MANY_ROWS = N_("The list has more than %(limit)s rows. Divide it and choose the pieces one by one.")
LARGE_FILE = N_("The file is larger than %(limit)s MB. Divide the list and choose the pieces one by one.")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what one list may use: bytes, characters, columns, rows, and the process that reads it apart."""

    file_bytes: int = 200 << 20
    unpacked_bytes: int = 2 << 30
    ratio: int = 100
    cell_chars: int = 32_767
    columns: int = 200
    rows: int = 2_000_000
    apart_bytes: int = 1 << 30
    apart_seconds: int = 60

    def check_file(self, size: int) -> None:
        """Refuse a file that is too large, before it is read."""
        if size > self.file_bytes:
            raise TooLarge("list_too_large", LARGE_FILE, limit=self.file_bytes >> 20)

    def check_row(self, number: int, cells: list[str]) -> None:
        """Refuse a row with too many columns or one too many; trailing empty cells are cut off."""
        if len(cells) > self.columns:
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > self.columns:
                raise TooLarge("list_many_columns", MANY_COLUMNS, limit=self.columns)
        if number > self.rows:
            raise TooLarge("list_many_rows", MANY_ROWS, limit=self.rows)

    def check_cells(self, number: int, cells: list[str]) -> None:
        """Refuse a row with a cell that is too long."""
        if max(map(len, cells), default=0) > self.cell_chars:
            raise TooLarge("list_long_cell", LONG_CELL, row=number, limit=self.cell_chars)
