"""Read the rows of a separated text: quotes, line breaks inside them, and letters of two encodings."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from archive.imports.lists.formats.detect import (
    ENCODINGS,
    SEPARATORS,
    Encoding,
    encoding_of,
    mended,
    separator_of,
)
from archive.imports.lists.formats.fixed import cut, fixed_columns, is_rule
from archive.imports.lists.formats.limits import LONG_CELL, Limits
from archive.imports.lists.formats.notes import RowNote, RowNotes
from archive.imports.lists.formats.quotes import QuotedLines
from archive.kernel.errors import Invalid, TooLarge
from archive.vocabulary.wording import N_

_SAMPLE = 64 << 10
"""Characters from the start in which the separator is looked for."""

_LINES = 60
"""Lines from the start in which fixed columns are looked for."""

_LINE = 1 << 20
"""Characters of one line; a longer one holds a cell over any limit."""

_DOS_END = "\x1a"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_BREAK = re.compile(r"\r\n|\n|\r")

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
        self.columns: tuple[int, ...] = ()
        self.notes: RowNotes = {}
        self._odd: set[RowNote] = set()
        self._long = False
        self._stream: BinaryIO
        with reopen() as stream:
            self._mixed = Encoding(encoding) if encoding else encoding_of(stream)
        self.encoding = self._mixed.name
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

    def look_for_columns(self, known: Callable[[str], bool]) -> None:
        """Take the text for one of fixed columns, where they have headings we know and cells have not."""
        with self._text() as text:
            lines = list(islice(map(self._mended, self._lines(text)), _LINES))
        self.columns = fixed_columns(lines, known)
        if self.columns and self._separated_as_well(lines, known):
            self.columns = ()
        self.separator = ";" if self.columns else self.separator

    def _separated_as_well(self, lines: list[str], known: Callable[[str], bool]) -> bool:
        return any(sum(map(known, line.split(self.separator))) > 1 for line in lines)

    def _cut_rows(self) -> Iterator[tuple[int, list[str]]]:
        with self._text() as text:
            for number, line in enumerate(map(self._mended, self._lines(text)), start=1):
                cells = [] if is_rule(line) else cut(line, self.columns)
                self._limits.check_cells(number, cells)
                self._limits.check_row(number, cells)
                if self._odd:
                    self.notes[number] = {*self._odd}
                    self._odd.clear()
                yield number, cells

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Iterate (row number, cells); a quoted line break does not end a row, as in a spreadsheet."""
        if self.columns:
            yield from self._cut_rows()
            return
        with self._text() as text:
            lines = self._lines(text)
            if self.separator_line:
                next(lines)
            quoted = QuotedLines(self.separator, self._limits.cell_chars, self._strayed)
            quoted.width, odd = self.width, self._odd
            sound = quoted.sound(lines)
            reader = csv.reader(
                map(self._mended, sound) if self._mixed.other else sound, delimiter=self.separator
            )
            number = before = 0
            try:
                for number, cells in enumerate(reader, start=1):
                    self._limits.check_row(number, cells)
                    if self._long or reader.line_num > before + 1:
                        self._long = False
                        self._limits.check_cells(number, cells)
                    before = reader.line_num
                    if odd:
                        self.notes[number] = {*odd}
                        odd.clear()
                    yield number, cells
            except csv.Error as error:
                raise TooLarge(
                    "list_long_cell", LONG_CELL, row=number + 1, limit=self._limits.cell_chars
                ) from error

    def _strayed(self) -> None:
        self._odd.add(RowNote.QUOTE_STRAY)

    def _mended(self, line: str) -> str:
        if line.isascii() or not self._mixed.other:
            return line
        line, repaired = mended(line, self._mixed)
        if repaired:
            self._odd.add(RowNote.LETTERS_REPAIRED)
        return line

    def _text(self) -> io.TextIOWrapper:
        self._stream = self._reopen()
        self._long = False
        self._odd.clear()
        if not self._mixed.other:
            return io.TextIOWrapper(self._stream, encoding=self.encoding, newline="")
        if self.encoding.startswith("utf-8"):
            return io.TextIOWrapper(self._stream, self.encoding, errors="surrogateescape", newline="")
        return io.TextIOWrapper(self._stream, encoding="latin-1", newline="")

    def _read(self, text: io.TextIOWrapper, length: int) -> str:
        try:
            sample = text.read(length)
            return mended(sample, self._mixed)[0] if self._mixed.other else sample
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

    def position(self) -> int:
        """Return how many bytes have been read."""
        return 0 if self._stream.closed else self._stream.tell()
