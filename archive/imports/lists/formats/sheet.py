"""Parse the XML of a sheet with expat as it streams by; a document type or an entity is refused."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, NoReturn, Protocol
from xml.parsers import expat

from archive.imports.lists.formats.cells import PLAIN, Style, number_text, unescape
from archive.imports.lists.formats.limits import LONG_CELL, LONG_TEXT, MANY_COLUMNS, Limits
from archive.imports.lists.formats.notes import RowNote, RowNotes
from archive.imports.lists.formats.package import DAMAGED
from archive.kernel.errors import Invalid, TooLarge

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::.*)?")
PRINTED = ("Header", "Footer")
_PRINT_CODE = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|.)', re.DOTALL)
_TEXTS = ("v", "t", "f")
_DIGITS = "0123456789"
_BOOLEANS = {"1": "TRUE", "0": "FALSE"}
ON = ("1", "true", "on")
"""How an attribute says yes."""


class Texts(Protocol):
    """Give the shared string of an index."""

    def __getitem__(self, index: int) -> str: ...


class Merge(NamedTuple):
    """Hold a merged range: rows counted from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


class PartReader:
    """Feed a part to expat; whatever start() and end() put in `ready` comes out as it gets ready."""

    def __init__(self) -> None:
        self.ready: list[Any] = []
        self.over = False
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self.start
        self._parser = parser

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        raise NotImplementedError

    def run(self, chunks: Iterable[bytes]) -> Generator[Any, None, None]:
        """Parse to the end of what is of interest; raises Invalid where the XML is broken."""
        parse, ready = self._parser.Parse, self.ready
        try:
            for chunk in chunks:
                parse(chunk, False)
                yield from ready
                ready.clear()
                if self.over:
                    return
            parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Invalid("list_damaged", DAMAGED) from error
        yield from ready

    def _refuse(self, *_declared: object) -> NoReturn:
        raise Invalid("list_damaged", DAMAGED)


class MergeReader(PartReader):
    """Find the merged ranges of a sheet."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the range of a mergeCell element."""
        if name.rpartition(":")[2] == "mergeCell" and (match := _RANGE.fullmatch(attributes.get("ref", ""))):
            left, top, right, bottom = match.groups()
            self.ready.append(Merge(int(top), column_index(left), int(bottom), column_index(right)))


class PrintReader(PartReader):
    """Read what a sheet is printed under and over, without the codes for place and letters."""

    def __init__(self) -> None:
        super().__init__()
        self._text: list[str] = []
        self._parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - as expat calls it
        """Begin a header or footer, of odd, even or first pages."""
        if name.endswith(PRINTED):
            self._text.clear()
            self._parser.CharacterDataHandler = self._text.append

    def end(self, name: str) -> None:
        """End a header or footer."""
        if name.endswith(PRINTED):
            self._parser.CharacterDataHandler = None
            self.ready.append(_PRINT_CODE.sub(_plain, "".join(self._text)).strip())


def _plain(code: re.Match[str]) -> str:
    return "&" if code[0] == "&&" else " "


class CommentReader(PartReader):
    """Read the comments of a sheet as (row, column from 0, text); who wrote them is left out."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limit = limits.cell_chars
        self._at: tuple[int, int] | None = None
        self._text: list[str] = []
        self._length = 0
        self._parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a comment, or take the text of one of its runs."""
        name = name.rpartition(":")[2]
        if name in ("comment", "threadedComment"):
            match = _CELL.fullmatch(attributes.get("ref", ""))
            self._at = (int(match[2]), column_index(match[1])) if match else None
            self._text, self._length = [], 0
        elif name in ("t", "text"):  # a thread's text stands in <text> itself, a plain one's in its runs
            self._parser.CharacterDataHandler = self._take

    def end(self, name: str) -> None:
        """End a run or a comment."""
        name = name.rpartition(":")[2]
        if name in ("t", "text"):
            self._parser.CharacterDataHandler = None
        elif name in ("comment", "threadedComment") and self._at:
            self.ready.append((*self._at, unescape("".join(self._text))))

    def _take(self, data: str) -> None:
        self._text.append(data)
        self._length += len(data)
        if self._length > self._limit:
            raise TooLarge("list_long_cell", LONG_TEXT, limit=self._limit)


class StringReader(PartReader):
    """Read the shared strings; phonetic readings beside them are left out."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limit = limits.cell_chars
        self._text: list[str] = []
        self._length = 0
        self._aside = False
        self._parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - as expat calls it
        """Begin a string, or take the text of one of its runs."""
        name = name.rpartition(":")[2]
        if name == "si":
            self._text, self._length = [], 0
        elif name == "rPh":
            self._aside = True
        elif name == "t" and not self._aside:
            self._parser.CharacterDataHandler = self._take

    def end(self, name: str) -> None:
        """End a run or a string."""
        name = name.rpartition(":")[2]
        if name == "t":
            self._parser.CharacterDataHandler = None
        elif name == "rPh":
            self._aside = False
        elif name == "si":
            self.ready.append(unescape("".join(self._text)))

    def _take(self, data: str) -> None:
        self._text.append(data)
        self._length += len(data)
        if self._length > self._limit:
            raise TooLarge("list_long_cell", LONG_TEXT, limit=self._limit)


class SheetReader(PartReader):
    """Read the rows of a sheet as (row number, cells as text), noting those hidden or struck through."""

    def __init__(
        self, strings: Texts, styles: Sequence[Style], epoch: int, limits: Limits, notes: RowNotes
    ) -> None:
        super().__init__()
        self._notes = notes
        self._struck = frozenset(str(index) for index, style in enumerate(styles) if style.struck)
        self._strings, self._styles, self._epoch, self._limits = strings, styles, epoch, limits
        self._formulas: dict[str, str] = {}
        self._locals: dict[str, str] = {}
        self._inside = self._aside = self._wanted = False
        self._row, self._cells = 0, list[str]()
        self._cell: dict[str, str] = {}
        self._column = -1
        self._text: list[str] = []
        self._length = 0
        self._value = self._shared = ""
        self._formula: str | None = None
        self._struck_here = False
        self._parser.EndElementHandler = self.end
        self._parser.CharacterDataHandler = self._take

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell or one of the texts in it."""
        local = self._locals.get(name)
        if local is None:
            local = self._locals[name] = name.rpartition(":")[2]
        self._wanted = local in _TEXTS
        if local == "c":
            reference = attributes.get("r")
            self._column = column_index(reference.rstrip(_DIGITS)) if reference else self._column + 1
            self._cell, self._value, self._formula, self._length = attributes, "", None, 0
            if self._struck and attributes.get("s") in self._struck:
                self._struck_here = True
        elif local == "f":
            self._shared = attributes.get("si", "")
        elif local == "row":
            self._row = max(int(attributes.get("r", 0)), self._row + 1)
            self._cells, self._column = [], -1
            if attributes.get("hidden", "0") in ON:
                self._notes.setdefault(self._row, set()).add(RowNote.ROW_HIDDEN)
        elif local == "rPh":
            self._aside = True
        elif local == "sheetData":
            self._inside = True
        self._text.clear()

    def end(self, name: str) -> None:
        """End a text, a cell or a row."""
        if not self._inside:
            return
        local = self._locals[name]
        self._wanted = False
        if local == "c":
            self._put()
        elif local == "v" or (local == "t" and not self._aside):
            self._value += "".join(self._text)
        elif local == "row":
            self.ready.append((self._row, self._cells))
        elif local == "f":
            text = "".join(self._text)
            self._formula = text or self._formulas.get(self._shared, "")
            self._formulas.setdefault(self._shared, text)
        elif local == "rPh":
            self._aside = False
        elif local == "sheetData":
            self.over = True

    def _take(self, data: str) -> None:
        if not self._wanted:
            return
        self._text.append(data)
        self._length += len(data)
        if self._length > self._limits.cell_chars:
            raise TooLarge("list_long_cell", LONG_CELL, row=self._row, limit=self._limits.cell_chars)

    def _put(self) -> None:
        text = self._shown()
        struck, self._struck_here = self._struck_here, False
        if not text:
            return
        if struck:
            self._notes.setdefault(self._row, set()).add(RowNote.ROW_STRUCK)
        column = self._column
        if column >= self._limits.columns:
            raise TooLarge("list_many_columns", MANY_COLUMNS, limit=self._limits.columns)
        cells = self._cells
        if column > len(cells):
            cells.extend([""] * (column - len(cells)))
        if column == len(cells):
            cells.append(text)
        else:
            cells[column] = text

    def _shown(self) -> str:
        kind, value = self._cell.get("t", "n"), self._value
        if not value:  # a formula nobody worked out, unless it works out an empty text
            return "" if self._formula is None or kind == "str" else f"={self._formula}"
        if kind == "s":
            return self._strings[int(value)]
        if kind == "n":
            style = self._cell.get("s")
            return number_text(value, self._styles[int(style)] if style else PLAIN, self._epoch)
        if kind == "b":
            return _BOOLEANS.get(value, value)
        if kind == "d":
            return value.removesuffix("T00:00:00")
        return unescape(value)


def column_index(letters: str) -> int:
    """Return the column of its letters, counted from 0: A is 0, AA is 26."""
    known = _COLUMNS.get(letters)
    if known is not None:
        return known
    index = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        index = index * 26 + ord(letter) - 64
    return index - 1


_COLUMNS = {chr(65 + index): index for index in range(26)}


def fill_merged(
    rows: Iterable[tuple[int, list[str]]], merges: Iterable[Merge], widest: int
) -> Iterator[tuple[int, list[str]]]:
    """Repeat a merged text in all the cells it covers; one wider than `widest` is a heading, not repeated."""
    waiting = sorted(merges, reverse=True)
    active: list[tuple[Merge, str]] = []
    for number, cells in rows:
        while waiting and waiting[-1].top <= number:
            merge = waiting.pop()
            anchored = merge.top == number and merge.left < len(cells)
            active.append((merge, cells[merge.left] if anchored else ""))
        if active:
            active = [(merge, text) for merge, text in active if merge.bottom >= number]
            for merge, text in active:
                _fill(cells, merge, text, widest)
        yield number, cells


def _fill(cells: list[str], merge: Merge, text: str, widest: int) -> None:
    if not text or not any(cells):
        return
    right = merge.right if merge.right - merge.left < widest else merge.left
    cells.extend([""] * (right + 1 - len(cells)))
    for column in range(merge.left, right + 1):
        cells[column] = cells[column] or text
