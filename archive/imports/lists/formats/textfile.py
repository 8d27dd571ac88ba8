"""Read the rows of a separated text: quotes, line breaks inside them, and quotes that are never closed."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NoReturn

from archive.imports.lists.formats.detect import ENCODINGS, SEPARATORS, encoding_of, separator_of
from archive.imports.lists.formats.limits import LONG_CELL, Limits
from archive.kernel.errors import Invalid, TooLarge
from archive.vocabulary.wording import N_

_SAMPLE = 64 << 10
"""Characters from the start in which the separator is looked for."""

_SURE_WIDTH = 4
"""Columns from which a line inside quotes that holds as many separators is taken for a row."""

_LINE = 1 << 20
"""Characters of one line; a longer one holds a cell over any limit."""

_END = "\ue000 end of list"
_DOS_END = "\x1a"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_BREAK = re.compile(r"\r\n|\n|\r")

_QUOTE = N_(
    "A quotation mark is opened in row %(row)s and not closed where the row ends. Correct the row and choose "
    "the file again."
)
_NUL = N_("Row %(row)s holds NUL characters. This is no list, or it was damaged: save it again.")
_SEPARATOR = N_("The separator cannot be used. Choose semicolon, comma, tab or vertical bar.")
_ENCODING = N_("The file cannot be read as %(encoding)s. Choose another encoding.")


class TextFile:
    """Hold a text with its encoding, separator and line ends; raises Invalid where it is no text."""

    def __init__(
        self, reopen: Callable[[], BinaryIO], limits: Limits, encoding: str | None, separator: str | None
    ) -> None:
        self._reopen, self._limits = reopen, limits
        self.width = 0
        self._long = False
        self._stream: BinaryIO
        with reopen() as stream:
            self.encoding = encoding or encoding_of(stream)
        if self.encoding not in ENCODINGS:
            raise Invalid("list_encoding", _ENCODING, field="encoding", encoding=self.encoding)
        if separator and separator not in SEPARATORS:
            raise Invalid("list_separator", _SEPARATOR, field="separator")
        with self._text() as text:
            sample = self._read(text, _SAMPLE)
        if "\0" in sample:
            raise Invalid("list_nul", _NUL, row=sample[: sample.index("\0")].count("\n") + 1)
        line = _SEPARATOR_LINE.match(sample)
        self.separator_line = bool(line)
        self.newline = found[0] if (found := _BREAK.search(sample)) else "\r\n"
        self.separator = separator or (
            line[1] if line else separator_of(sample[: sample.rfind("\n") + 1 or None])
        )

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Iterate (row number, cells); a quoted line break does not end a row, as in a spreadsheet."""
        with self._text() as text:
            lines = self._lines(text)
            if self.separator_line:
                next(lines)
            reader = csv.reader(lines, delimiter=self.separator)
            number = before = 0
            try:
                for number, cells in enumerate(reader, start=1):
                    if cells and cells[-1].endswith(_END):
                        self._end(number, cells)
                        return
                    self._limits.check_row(number, cells)
                    if self._long or reader.line_num > before + 1:
                        self._check(number, cells)
                    before = reader.line_num
                    yield number, cells
            except csv.Error as error:
                self._explain(number + 1, reader.line_num - before, error)

    def _text(self) -> io.TextIOWrapper:
        self._stream = self._reopen()
        self._long = False
        return io.TextIOWrapper(self._stream, encoding=self.encoding, newline="")

    def _read(self, text: io.TextIOWrapper, length: int) -> str:
        try:
            return text.read(length)
        except UnicodeError as error:
            raise Invalid("list_encoding", _ENCODING, encoding=self.encoding) from error

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        count = 0
        try:
            while line := text.readline(_LINE):
                count += 1
                if len(line) > self._limits.cell_chars:
                    if len(line) == _LINE:
                        raise TooLarge("list_long_cell", LONG_CELL, row=count, limit=self._limits.cell_chars)
                    self._long = True
                if "\0" in line:
                    raise Invalid("list_nul", _NUL, row=count)
                yield line.replace(_DOS_END, "") if _DOS_END in line else line
        except UnicodeError as error:
            raise Invalid("list_encoding", _ENCODING, encoding=self.encoding) from error
        yield _END

    def _end(self, number: int, cells: list[str]) -> None:
        if cells != [_END]:
            raise Invalid("list_quote", _QUOTE, row=number)

    def _check(self, number: int, cells: list[str]) -> None:
        """Look closer at a row of several lines: a quote that is never closed swallows the rows after it."""
        self._long = False
        self._limits.check_cells(number, cells)
        if self.width < _SURE_WIDTH:
            return
        for cell in cells:
            if any(line.count(self.separator) >= self.width - 1 for line in _BREAK.split(cell)[1:]):
                raise Invalid("list_quote", _QUOTE, row=number)

    def _explain(self, number: int, lines: int, error: csv.Error) -> NoReturn:
        if lines > 1:
            raise Invalid("list_quote", _QUOTE, row=number) from error
        raise TooLarge("list_long_cell", LONG_CELL, row=number, limit=self._limits.cell_chars) from error

    def position(self) -> int:
        """Return how many bytes have been read."""
        return 0 if self._stream.closed else self._stream.tell()
