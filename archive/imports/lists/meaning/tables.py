"""Open a list and iterate its rows, with the row number of the original, as text and in constant memory."""

import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from archive.imports.lists.formats.cells import column_letters
from archive.imports.lists.formats.detect import HEADER_DEPTH, Kind, header_of, kind_of
from archive.imports.lists.formats.letters import in_seven_bits, mended_rows
from archive.imports.lists.formats.limits import MANY_ROWS, Limits
from archive.imports.lists.formats.marks import SheetMarks
from archive.imports.lists.formats.notes import RowNotes
from archive.imports.lists.formats.otherbook import OtherBook
from archive.imports.lists.formats.own_columns import OwnColumns, is_own, own_columns
from archive.imports.lists.formats.sheet import Merge, fill_merged
from archive.imports.lists.formats.text import clean, filled_cells
from archive.imports.lists.formats.textfile import TextFile
from archive.imports.lists.formats.widths import filled_width, usual_width
from archive.imports.lists.formats.workbook import Sheet, Workbook
from archive.imports.lists.meaning.headings import is_heading
from archive.imports.lists.meaning.legends import Survey, marked_elsewhere, survey
from archive.imports.lists.meaning.marks import protective_title, protective_words
from archive.imports.lists.meaning.sections import (
    ALL_SHEETS,
    ListSection,
    alike,
    combined,
    next_thousand,
    side_by_side,
)
from archive.kernel.errors import Invalid, TooLarge
from archive.kernel.letters import one_form
from archive.output.csv import unguard
from archive.vocabulary.wording import N_

Row = tuple[int, list[str]]
Book = Workbook | OtherBook


class CommentMark(NamedTuple):
    """Name cells whose comment says that somebody is protected; rows count from 1, columns from 0."""

    row: int
    column: int
    last: int


class SheetRows(NamedTuple):
    """Name a sheet of a workbook with the number of its rows below its header."""

    name: str
    rows: int
    hidden: bool
    cells: int = 0
    """Cells with text, those above its header too; nothing of one taken in by an earlier version."""


"""How a cell begins that was the end of the one before, as in `Berg, Bo` without quotation marks."""

_NAME_PARTS = re.compile(r"[_.\-]+")
_LIST = 2
"""Headings known by their names that make a sheet a list."""
_MOST_REMARKS = 100_000
"""Marked comments of a sheet that nobody writes."""

_NO_SHEET = N_("The workbook has no sheet named %(sheet)s. It has: %(sheets)s.")
_NO_ROWS = N_("The file holds no rows. Choose the file that holds the list.")


@dataclass(frozen=True, slots=True)
class ListShape:
    """Describe the form of a list so that its rejected rows can be written in the same form."""

    kind: Kind
    header: tuple[str, ...]
    header_row: int
    titles: tuple[tuple[str, ...], ...] = ()
    encoding: str = ""
    separator: str = ""
    newline: str = "\r\n"
    separator_line: bool = False
    sheet: str = ""
    epoch: int = 1900
    fixed: tuple[int, ...] = ()
    sections: tuple[ListSection, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns; one without a heading is called by its letter."""
        return tuple(clean(name) or column_letters(index) for index, name in enumerate(self.header))

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make it of the plain data of as_dict."""
        titles = tuple(tuple(title) for title in data["titles"])
        fixed = tuple(data.get("fixed", ()))
        sections = tuple(
            ListSection(sheet, row, added, tuple(columns))
            for sheet, row, added, columns in data.get("sections", ())
        )
        said = {"header": tuple(data["header"]), "titles": titles, "fixed": fixed, "sections": sections}
        return cls(**{**data, **said})


class _Found(NamedTuple):
    """Hold what the first rows of a list or sheet tell."""

    header: tuple[str, ...]
    header_row: int
    titles: tuple[tuple[str, ...], ...]
    recognised: int
    cells: tuple[str, ...] = ()
    """The first cells, of a sheet."""
    beside: tuple[range, ...] = ()
    """The columns of tables that stand side by side."""
    own: OwnColumns | None = None
    """The columns of a file of refused rows that are none of its list."""


class ListTable(NamedTuple):
    """Hold the rows of one table, with what is odd about them, and where it stands in the list."""

    rows: Callable[[RowNotes], Iterator[Row]]
    section: ListSection | None
    header_row: int
    own: OwnColumns | None = None


class OpenList:
    """Hold an opened list: its shape, its sheets and its rows; close it or use it in a with statement."""

    def __init__(
        self,
        source: Path | bytes,
        *,
        sheet: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        limits: Limits | None = None,
        name: str = "",
    ) -> None:
        self._source = source
        self._limits = limits or Limits()
        self._size = source.stat().st_size if isinstance(source, Path) else len(source)
        self._limits.check_file(self._size)
        self._book: Book | None = None
        self.tables: list[ListTable] = []
        self._position: Callable[[], int]
        self._whole = self._size
        self.sheets: tuple[str, ...] = ()
        self.other_lists: tuple[str, ...] = ()
        self.remarks: frozenset[CommentMark] = frozenset()
        self.notes: RowNotes = {}
        self.refused: dict[int, str] = {}
        self._comments: tuple[str, ...] = ()
        self.around: tuple[str, ...] = (_NAME_PARTS.sub(" ", name),)  # what may say something of all rows
        self._looks: dict[Sheet, _Found] = {}
        self._stream = self._reopen()
        try:
            kind = kind_of(self._stream)
            if kind == "csv":
                self._open_text(encoding, separator)
            else:
                self._open_workbook(kind, sheet)
        except BaseException:
            self.close()
            raise

    def _reopen(self) -> BinaryIO:
        return self._source.open("rb") if isinstance(self._source, Path) else io.BytesIO(self._source)

    def _open_text(self, encoding: str | None, separator: str | None) -> None:
        text = TextFile(self._reopen, self._limits, encoding, separator)
        if not (separator or text.separator_line):
            text.look_for_columns(is_heading)
        seven_bits = in_seven_bits(cells for _number, cells in _first(text.rows()))

        def rows(notes: RowNotes) -> Iterator[Row]:
            text.notes = notes
            return mended_rows(text.rows(), notes, seven_bits=seven_bits)

        sample = _first(rows({}))
        found = _look(sample, sample, ragged=True)
        text.width = len(found.header) + len(found.own.at if found.own else ())
        self._position, self._whole = text.position, self._size
        self.shape = ListShape(
            "csv",
            *found[:3],
            encoding=text.encoding,
            separator=text.separator,
            newline=text.newline,
            separator_line=text.separator_line,
            fixed=text.columns,
        )
        self._lay_out([("", found, rows)])

    def _open_workbook(self, kind: Kind, wanted: str | None) -> None:
        own, limits = kind == "xlsx", self._limits
        self._book = book = Workbook(self._stream, limits) if own else OtherBook(self._stream, kind, limits)
        self.sheets = tuple(sheet.name for sheet in book.sheets)
        wanted = None if wanted is None else one_form(wanted)
        every = wanted == ALL_SHEETS
        if wanted is not None and not every and wanted not in self.sheets:
            raise Invalid("list_no_sheet", _NO_SHEET, sheet=wanted, sheets=", ".join(self.sheets))
        looks = self._looks = {sheet: look for sheet in book.sheets if (look := _look_at(book, sheet))}
        named = [sheet for sheet in looks if sheet.name == wanted]
        seen = [sheet for sheet in looks if not sheet.hidden] or list(looks)
        if not (named or seen):
            raise Invalid("list_empty", _NO_ROWS)
        chosen = named[0] if named else _most_like_a_list(seen, looks)
        read = [chosen]
        if every:
            read = [one for one in looks if one == chosen or alike(looks[chosen].header, looks[one].header)]
        self.other_lists = tuple(
            sheet.name for sheet, look in looks.items() if look.recognised >= _LIST and sheet not in read
        )
        # A sheet that is no list may be the cover or the key of this one; a list speaks of its own rows.
        covers = [
            (sheet.name, *look.cells)
            for sheet, look in looks.items()
            if look.recognised < _LIST and sheet not in read
        ]
        around = [text for sheet in read for text in book.around(sheet)]
        self.around += (*around, *(text for cover in covers for text in cover))
        found = looks[read[0]]
        self._position, self._whole = lambda: book.position, sum(map(book.size, read))
        self.shape = ListShape(kind, *found[:3], sheet=read[0].name, epoch=book.epoch)
        self._lay_out(
            [(sheet.name, looks[sheet], self._rows_of(book, sheet, looks[sheet])) for sheet in read]
        )
        remarks = (mark for sheet in read for mark in self._remarks(book, sheet, looks[sheet]))
        self.remarks |= frozenset(islice(remarks, _MOST_REMARKS))
        if len(self.remarks) >= _MOST_REMARKS:
            raise TooLarge("list_many_rows", MANY_ROWS, limit=_MOST_REMARKS)
        said = (text for sheet in read for _row, _column, text in book.comments(sheet))
        self._comments = tuple(islice(filter(protective_words, said), _MOST_REMARKS))

    @staticmethod
    def _rows_of(book: Book, sheet: Sheet, found: _Found) -> Callable[[RowNotes], Iterator[Row]]:
        """Return how the rows of a sheet are read, with merged cells filled and letters repaired."""
        widest, merges = max(len(found.header) // 2, 1), book.merges(sheet)
        first = _first(book.rows(sheet))
        seven_bits = in_seven_bits(cells for _number, cells in first)

        def rows(notes: RowNotes) -> Iterator[Row]:
            filled = fill_merged(book.rows(sheet, notes), merges, widest)
            return mended_rows(filled, notes, seven_bits=seven_bits)

        return rows

    def _lay_out(self, found: list[tuple[str, _Found, Callable[[RowNotes], Iterator[Row]]]]) -> None:
        """Set the tables of the list beside each other: one as it is, several under common headings."""
        parts = [
            (sheet, look, rows, columns)
            for sheet, look, rows in found
            for columns in look.beside or (range(len(look.header)),)
        ]
        if len(parts) == 1:
            (sheet, look, rows, _columns), *_rest = parts
            self.tables = [ListTable(rows, None, look.header_row, look.own)]
            if look.own and look.own.protected:
                whole = CommentMark(look.header_row + 1, 0, look.header_row + self._limits.rows)
                self.remarks = frozenset((whole,))
            return
        headers = [look.header[columns.start : columns.stop] for _sheet, look, _rows, columns in parts]
        header, places = combined(headers)
        added, last = 0, 0
        for (sheet, look, rows, columns), places_there in zip(parts, places, strict=True):
            at = tuple(place + columns.start if place >= 0 else -1 for place in places_there)
            section = ListSection(sheet, look.header_row, added, at)
            self.tables.append(ListTable(rows, section, look.header_row, look.own))
            last = max((number for number, _cells in rows({})), default=0)
            added = next_thousand(added + last)
        sections = tuple(table.section for table in self.tables if table.section)
        self.shape = replace(self.shape, header=header, sections=sections)

    def _remarks(self, book: Book, sheet: Sheet, look: _Found) -> Iterator[CommentMark]:
        """Find what says somebody is protected: comments, and of a further table its sheet and titles."""
        marks = list(_protective(book, sheet, look.header_row, book.merges(sheet)))
        sections = [one for one in self.shape.sections if one.sheet == sheet.name]
        if not sections:
            yield from marks
        whole = any(map(protective_title, (cell for title in look.titles for cell in title)))
        whole = whole or bool(protective_words(sheet.name))
        for section in sections:
            first, last = section.header_row + section.added + 1, section.added + self._limits.rows
            if section.added and (whole or any(mark.row <= look.header_row for mark in marks)):
                yield CommentMark(first, 0, last)
            for mark in marks:
                if mark.column in section.columns:
                    column = section.columns.index(mark.column)
                    yield CommentMark(mark.row + section.added, column, mark.last + section.added)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Iterate (row number of the original, cells) below the header and below row `after`.

        Blank rows are left out; raises Invalid or TooLarge where reading fails. What is odd about the rows is
        put in `notes` as they come, and in `refused` why an earlier reading refused them.
        """
        width = len(self.shape.header)
        padded = self._book is not None
        self.notes.clear()
        self.refused.clear()
        for rows, section, header_row, own in self.tables:
            added = section.added if section else 0
            start, notes = max(after - added, header_row), self.notes if not section else RowNotes()
            for number, cells in rows(notes):
                if number <= start:
                    continue
                if own:
                    self.refused[number + added], cells = own.why(cells), own.without(cells)
                if section:
                    if number in notes:
                        self.notes[number + added] = notes[number]
                    number, cells = number + added, section.cells(cells)
                if any(cell[:1] == "'" for cell in cells):
                    cells = list(map(unguard, cells))
                if not any(map(str.strip, cells)):
                    continue
                self._limits.check_row(number - added, cells)
                if padded and len(cells) < width:
                    cells += [""] * (width - len(cells))
                yield number, cells

    @property
    def given_back(self) -> bool:
        """Tell whether the list is a file of rows that were refused before."""
        return any(table.own for table in self.tables)

    def marks(self) -> dict[str, SheetMarks]:
        """Count what the sheets that are read hide or say by other means than text."""
        book, read = self._book, {self.shape.sheet, *(one.sheet for one in self.shape.sections)}
        if book is None:
            return {}
        return {
            sheet.name: book.marks(sheet, look.header_row, len(look.header))
            for sheet, look in self._looks.items()
            if sheet.name in read
        }

    def comments(self) -> int:
        """Count the comments of the sheets that are read."""
        book, read = self._book, {self.shape.sheet, *(one.sheet for one in self.shape.sections)}
        return sum(1 for one in self._looks if book and one.name in read for _comment in book.comments(one))

    def merged(self) -> int:
        """Count the merged ranges of the sheets that are read."""
        book, read = self._book, {self.shape.sheet, *(one.sheet for one in self.shape.sections)}
        return sum(len(book.merges(one)) for one in self._looks if book and one.name in read)

    def sheet_rows(self) -> Iterator[SheetRows]:
        """Count the rows of every sheet that has any, where there are several: it takes reading them all."""
        for sheet, look in self._looks.items() if self._book and len(self._looks) > 1 else ():
            count, texts, rows = 0, 0, self._book.rows(sheet) if self._book else iter(())
            with suppress(Invalid, TooLarge):  # what is not read may be as it likes
                for number, cells in rows:
                    filled = filled_cells(map(one_form, cells))
                    count, texts = count + (number > look.header_row and filled > 0), texts + filled
            yield SheetRows(sheet.name, count, sheet.hidden, texts)

    def repeated(self) -> int:
        """Count the cells that merging fills; a sheet without merged ranges is not read for it."""
        count, book, read = 0, self._book, {self.shape.sheet, *(one.sheet for one in self.shape.sections)}
        for sheet, look in self._looks.items() if book else ():
            if book and sheet.name in read and book.merges(sheet):
                count += sum(filled_cells(cells) for _row, cells in self._rows_of(book, sheet, look)({}))
                count -= sum(filled_cells(map(one_form, cells)) for _row, cells in book.rows(sheet))
        return count

    def sample(self, count: int = 200) -> list[Row]:
        """Return the first rows below the header."""
        return _first(self.rows(), count)

    def survey(self, rows: Iterable[Row] | None = None) -> Survey:
        """Look through the list, or some of its rows, for what explains the signs in it."""
        titles = (cell for title in self.shape.titles for cell in title)
        around = (*self.around, *titles, *self._comments)
        return survey(self.rows() if rows is None else rows, around, self._marked_elsewhere())

    def _marked_elsewhere(self) -> Iterator[str]:
        """Find what the sheets that are not read say is protected, hidden sheets too."""
        for sheet, look in self._looks.items() if self._book else ():
            if self._book is None or sheet.name not in self.other_lists:
                continue
            whole = protective_words(sheet.name) or any(
                protective_title(cell) for title in look.titles for cell in title
            )
            rows = (cells for number, cells in self._book.rows(sheet) if number > look.header_row)
            with suppress(Invalid, TooLarge):  # what is not read may be as it likes
                yield from islice(marked_elsewhere(look.header, rows, whole=whole), _MOST_REMARKS)

    def share(self) -> float:
        """Return how much of the list has been read, from 0 to 1."""
        return min(1.0, self._position() / max(self._whole, 1))

    def close(self) -> None:
        """Let go of the file."""
        if self._book:
            self._book.close()
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_list(
    source: Path | bytes,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    limits: Limits | None = None,
    name: str = "",
) -> OpenList:
    """Open a list; sheet, encoding and separator are found where not given; raises Invalid or TooLarge."""
    return OpenList(source, sheet=sheet, encoding=encoding, separator=separator, limits=limits, name=name)


def _most_like_a_list(sheets: Sequence[Sheet], looks: Mapping[Sheet, _Found]) -> Sheet:
    """Return the first sheet that looks like a list about as much as any."""
    most = max(looks[sheet].recognised for sheet in sheets)
    return next(sheet for sheet in sheets if looks[sheet].recognised >= most * 0.6)


def _protective(book: Book, sheet: Sheet, header_row: int, merges: Sequence[Merge]) -> Iterator[CommentMark]:
    """Find the comments that say somebody is protected; one on merged cells is about each of their rows."""
    for row, column, text in book.comments(sheet):
        if protective_title(text) if row < header_row else protective_words(text):
            covered = (
                one for one in merges if one.top <= row <= one.bottom and one.left <= column <= one.right
            )
            yield CommentMark(row, column, next((one.bottom for one in covered), row))


def _first(rows: Iterator[Row], count: int = HEADER_DEPTH * 2) -> list[Row]:
    try:
        return list(islice(rows, count))
    finally:
        if isinstance(rows, Generator):
            rows.close()


def _look_at(book: Book, sheet: Sheet) -> _Found | None:
    raw = [(number, cells[:]) for number, cells in _first(book.rows(sheet))]
    seven_bits = in_seven_bits(cells for _number, cells in raw)
    raw = [(number, cells) for number, cells in mended_rows(iter(raw), {}, seven_bits=seven_bits)]
    if not any(any(cells) for _number, cells in raw):
        return None
    widest = max(len(cells) for _number, cells in raw) // 2
    filled = fill_merged(((number, cells[:]) for number, cells in raw), book.merges(sheet), max(widest, 1))
    cells = tuple(cell for _number, cells in raw for cell in cells if cell)
    return _look(raw, list(filled))._replace(cells=cells)


def _look(raw: list[Row], filled: list[Row], *, ragged: bool = False) -> _Found:
    """Find header and title rows among the first rows, as they stand and with merged cells filled.

    Of `ragged` rows, one with more cells than the others is shifted: it makes no column.
    """
    filled = [(number, cells) for number, cells in filled if any(map(str.strip, cells))]
    if not filled:
        raise Invalid("list_empty", _NO_ROWS)
    index = header_of([cells for _number, cells in filled], lambda name: is_heading(name) or is_own(name))
    width = max(filled_width(cells) for _number, cells in filled[index or 0 :])
    if index is None:
        return _Found(("",) * width, 0, (), 0)
    header_row, cells = filled[index]
    own = own_columns(cells)
    if own:
        filled = [(number, own.without(row)) for number, row in filled]
        cells, width = filled[index][1], max(own.at) + 1 - len(own.at)
    elif ragged:
        width = min(width, usual_width(cells, [row for _number, row in filled[index + 1 :]]))
    as_written = dict(raw)
    titles = (as_written.get(number, []) for number in range(1, header_row))
    header = tuple((cells + [""] * width)[:width])
    recognised = len({cell.strip() for cell in header if is_heading(cell)})
    beside = side_by_side(header, [row for _number, row in filled[index + 1 :]])
    titles_there = tuple(tuple(title[: filled_width(title)]) for title in titles)
    return _Found(header, header_row, titles_there, recognised, beside=tuple(beside), own=own)
