"""Open a list and iterate its rows, with the row number of the original, as text and in constant memory."""

import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from archive.imports.lists.formats.cells import column_letters
from archive.imports.lists.formats.detect import HEADER_DEPTH, Kind, header_of, kind_of
from archive.imports.lists.formats.limits import MANY_ROWS, Limits
from archive.imports.lists.formats.sheet import Merge, fill_merged
from archive.imports.lists.formats.text import clean
from archive.imports.lists.formats.textfile import TextFile
from archive.imports.lists.formats.workbook import Sheet, Workbook
from archive.imports.lists.meaning.headings import is_heading
from archive.imports.lists.meaning.legends import Survey, survey
from archive.imports.lists.meaning.marks import protective_title, protective_words
from archive.kernel.errors import Invalid, TooLarge
from archive.kernel.letters import one_form
from archive.output.csv import unguard
from archive.vocabulary.wording import N_

Row = tuple[int, list[str]]


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


TORN_OFF = re.compile(r"\s+[^\W\d_]")
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
        return cls(**{**data, "header": tuple(data["header"]), "titles": titles})


class _Found(NamedTuple):
    """Hold what the first rows of a list or sheet tell."""

    header: tuple[str, ...]
    header_row: int
    titles: tuple[tuple[str, ...], ...]
    recognised: int
    cells: tuple[str, ...] = ()
    """The first cells, of a sheet."""


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
        self._book: Workbook | None = None
        self._all_rows: Callable[[], Iterator[Row]]
        self._position: Callable[[], int]
        self._whole = self._size
        self.sheets: tuple[str, ...] = ()
        self.other_lists: tuple[str, ...] = ()
        self.remarks: frozenset[CommentMark] = frozenset()
        self._notes: tuple[str, ...] = ()
        self.around: tuple[str, ...] = (_NAME_PARTS.sub(" ", name),)  # what may say something of all rows
        self._looks: dict[Sheet, _Found] = {}
        self._stream = self._reopen()
        try:
            if kind_of(self._stream) == "xlsx":
                self._open_workbook(sheet)
            else:
                self._open_text(encoding, separator)
        except BaseException:
            self.close()
            raise

    def _reopen(self) -> BinaryIO:
        return self._source.open("rb") if isinstance(self._source, Path) else io.BytesIO(self._source)

    def _open_text(self, encoding: str | None, separator: str | None) -> None:
        text = TextFile(self._reopen, self._limits, encoding, separator)
        sample = _first(in_one_form(text.rows()))
        found = _look(sample, sample, ragged=True)
        text.width = len(found.header)
        self._all_rows = lambda: in_one_form(text.rows())
        self._position, self._whole = text.position, self._size
        self.shape = ListShape(
            "csv",
            *found[:3],
            encoding=text.encoding,
            separator=text.separator,
            newline=text.newline,
            separator_line=text.separator_line,
        )

    def _open_workbook(self, wanted: str | None) -> None:
        self._book = book = Workbook(self._stream, self._limits)
        self.sheets = tuple(sheet.name for sheet in book.sheets)
        wanted = None if wanted is None else one_form(wanted)
        if wanted is not None and wanted not in self.sheets:
            raise Invalid("list_no_sheet", _NO_SHEET, sheet=wanted, sheets=", ".join(self.sheets))
        looks = self._looks = {sheet: look for sheet in book.sheets if (look := _look_at(book, sheet))}
        named = [sheet for sheet in looks if sheet.name == wanted]
        seen = [sheet for sheet in looks if not sheet.hidden] or list(looks)
        if not (named or seen):
            raise Invalid("list_empty", _NO_ROWS)
        chosen = named[0] if named else max(seen, key=lambda one: (looks[one].recognised, book.size(one)))
        self.other_lists = tuple(
            sheet.name for sheet, look in looks.items() if look.recognised >= _LIST and sheet != chosen
        )
        found = looks[chosen]
        # A sheet that is no list may be the cover or the key of this one; a list speaks of its own rows.
        covers = [
            (sheet.name, *look.cells)
            for sheet, look in looks.items()
            if look.recognised < _LIST and sheet != chosen
        ]
        self.around += (*book.around(chosen), *(text for cover in covers for text in cover))
        widest, merges = max(len(found.header) // 2, 1), book.merges(chosen)
        self._all_rows = lambda: in_one_form(fill_merged(book.rows(chosen), merges, widest))
        self.remarks = frozenset(islice(_protective(book, chosen, found.header_row, merges), _MOST_REMARKS))
        if len(self.remarks) == _MOST_REMARKS:
            raise TooLarge("list_many_rows", MANY_ROWS, limit=_MOST_REMARKS)
        notes = (text for _row, _column, text in book.comments(chosen) if protective_words(text))
        self._notes = tuple(islice(notes, _MOST_REMARKS))
        self._position, self._whole = lambda: book.position, book.size(chosen)
        self.shape = ListShape("xlsx", *found[:3], sheet=chosen.name, epoch=book.epoch)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Iterate (row number of the original, cells) below the header and below row `after`.

        Blank rows are left out; raises Invalid or TooLarge where reading fails.
        """
        start, width = max(after, self.shape.header_row), len(self.shape.header)
        padded = self.shape.kind == "xlsx"
        for number, cells in self._all_rows():
            if number <= start:
                continue
            if any(cell[:1] == "'" for cell in cells):
                cells = list(map(unguard, cells))
            if not any(map(str.strip, cells)):
                continue
            self._limits.check_row(number, cells)
            if padded and len(cells) < width:
                cells += [""] * (width - len(cells))
            yield number, cells

    def sheet_rows(self) -> Iterator[SheetRows]:
        """Count the rows of every sheet that has any, where there are several: it takes reading them all."""
        for sheet, look in self._looks.items() if self._book and len(self._looks) > 1 else ():
            count, rows = 0, self._book.rows(sheet) if self._book else iter(())
            with suppress(Invalid, TooLarge):  # what is not read may be as it likes
                for number, cells in rows:
                    count += number > look.header_row and any(map(str.strip, cells))
            yield SheetRows(sheet.name, count, sheet.hidden)

    def sample(self, count: int = 200) -> list[Row]:
        """Return the first rows below the header."""
        return _first(self.rows(), count)

    def survey(self, rows: Iterable[Row] | None = None) -> Survey:
        """Look through the list, or some of its rows, for what explains the signs in it."""
        titles = (cell for title in self.shape.titles for cell in title)
        return survey(self.rows() if rows is None else rows, (*self.around, *titles, *self._notes))

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


def in_one_form(rows: Iterator[Row]) -> Iterator[Row]:
    """Give the text of every cell its one form, whatever machine wrote it."""
    for number, cells in rows:
        plain = all(map(str.isascii, cells)) and "\0" not in "".join(cells)
        yield number, cells if plain else list(map(one_form, cells))


def _protective(
    book: Workbook, sheet: Sheet, header_row: int, merges: Sequence[Merge]
) -> Iterator[CommentMark]:
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


def _look_at(book: Workbook, sheet: Sheet) -> _Found | None:
    raw = [(number, cells[:]) for number, cells in _first(in_one_form(book.rows(sheet)))]
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
    index = header_of([cells for _number, cells in filled], is_heading)
    width = max(_width(cells) for _number, cells in filled[index or 0 :])
    if index is None:
        return _Found(("",) * width, 0, (), 0)
    header_row, cells = filled[index]
    if ragged:
        width = min(width, _usual_width(cells, [row for _number, row in filled[index + 1 :]]))
    as_written = dict(raw)
    titles = (as_written.get(number, []) for number in range(1, header_row))
    header = tuple((cells + [""] * width)[:width])
    recognised = len({cell.strip() for cell in header if is_heading(cell)})
    return _Found(header, header_row, tuple(tuple(title[: _width(title)]) for title in titles), recognised)


def _usual_width(header: list[str], rows: list[list[str]]) -> int:
    """Return how many cells a row has: as many as the header, or as most rows where they are more."""
    if not rows:
        return len(header)
    usual = sorted(map(len, rows))[(len(rows) - 1) // 2]
    wide = [cells for cells in rows if len(cells) > len(header)]
    torn = sum(any(map(TORN_OFF.match, cells[1:])) for cells in wide)
    if 2 * torn > len(wide) and not any(map(TORN_OFF.match, header[1:])):
        return len(header)  # it is the cells that are split, not a heading that is missing
    return max(len(header), usual)


def _width(cells: list[str]) -> int:
    return next((index for index in range(len(cells), 0, -1) if cells[index - 1].strip()), 0)
