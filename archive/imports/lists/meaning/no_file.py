"""Tell the rows of a list that are no files: headings, page heads, sums; and what each of them is."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from archive.imports.lists.formats.own_columns import essence, in_each_language
from archive.imports.lists.formats.text import clean
from archive.imports.lists.meaning.fields import ListField, RowProblem
from archive.imports.lists.meaning.habits import PERSON
from archive.imports.lists.meaning.marks import protective_words, without_protection
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.lists.meaning.values import read_protection
from archive.vocabulary.wording import N_

_SURE_COLUMNS = 4
"""Columns from which a row with a single filled cell is no file."""

_FEW = 3
"""Filled cells that a sum or the head of a page has at most."""

_SUM = re.compile(r"(?:summa|totalt?|antal|sum|slutsumma|delsumma)\b", re.IGNORECASE)
_CARRIED = re.compile(
    r"(?:att )?transport(?:eras)?\b|transp\.|(?:från|till) (?:föreg|förra|nästa|sida)"
    r"|(?:in|ut)gående (?:antal|summa)",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:sida|sidan|sid|page|blad|bl)\.?\s?:?\s?\d{1,4}(?:\s?(?:\(|av|/|of)\s?\d{1,4}\)?)?", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_SEPARATORS = ",;\t|"

HEADING = RowProblem("not_a_file", N_("This looks like a heading or a sum, not like a file."))
SUM = RowProblem("sum", N_("This is a sum or what is carried over to the next page, not a file."))
PAGE_HEAD = RowProblem("page_head", N_("This is the head or the foot of a page, not a file."))
HEADER_AGAIN = RowProblem("header_again", N_("These are the headings of the columns again, not a file."))
PLACE_LINE = RowProblem(
    "place_line", N_("This line says where the files of the rows below it stand; they are registered there.")
)
PERSON_LINE = RowProblem(
    "person_line", N_("This line says whom the files of the rows below it are about; it is no file itself.")
)
_SEPARATOR = N_(
    "The row has the separator “%(separator)s” where the list has another, so its cells cannot be told "
    "apart. Write it with the separator of the list."
)


NO_FILE = (HEADING, SUM, PAGE_HEAD, HEADER_AGAIN, PLACE_LINE, PERSON_LINE)


def refused_before(reason: str) -> RowProblem | None:
    """Return what kind of no file a row was refused as, by what a file of refused rows says of it."""
    said = essence(reason)
    return next((problem for problem in NO_FILE if any(one in said for one in _said(problem))), None)


@cache
def _said(problem: RowProblem) -> list[str]:
    return list(map(essence, in_each_language(problem.sentence)))


class RowsWithoutFile:
    """Tell for each row of a list whether it is no file, and why."""

    def __init__(
        self, shape: ListShape, at: Mapping[ListField, Sequence[int]], stated: Sequence[int], *, grouped: bool
    ) -> None:
        self._header = [clean(name) for name in shape.header] if shape.header_row else None
        self._width = len(shape.header)
        self._separator = shape.separator
        self._titles = {_without_digits(title) for title in shape.titles}
        self._stated = stated
        self._person = frozenset(at[field][0] for field in PERSON if field in at) if grouped else frozenset()
        self._reference = at[ListField.REFERENCE][0] if grouped and ListField.REFERENCE in at else -1

    def why(self, cells: Sequence[str]) -> RowProblem | None:
        """Return why a row is no file; None of one that may be."""
        if self._repeats_header(cells):
            return HEADER_AGAIN
        if len(cells) - cells.count("") > max(_FEW, len(self._person)):
            return None
        filled = [text for cell in cells if (text := cell.strip())]
        if self._width < _SURE_COLUMNS or not filled:
            return None
        others = (cell for index, cell in enumerate(cells) if index not in self._person)
        if self._person and not any(map(str.strip, others)) and not _only_marks(filled):
            return PERSON_LINE
        if len(filled) <= _FEW:
            if _SUM.match(filled[0]) or _CARRIED.match(filled[0]):
                return SUM
            if _without_digits(cells) in self._titles or (
                any(map(_PAGE.fullmatch, filled)) and not filled[0][0].isdigit()
            ):
                return PAGE_HEAD
        mark = any(
            read_protection(cells[index])[0].protected
            for index in self._stated
            if index < len(cells) and cells[index]
        )
        if len(filled) != 1 or mark or (self._reference >= 0 and cells[self._reference].strip()):
            return None
        return self._torn(filled[0]) or HEADING

    def _torn(self, text: str) -> RowProblem | None:
        """Tell a row that was written with another separator, and so is one cell."""
        for separator in _SEPARATORS:
            if separator != self._separator and text.count(separator) >= max(self._width - 2, 2):
                return RowProblem("separator_changed", _SEPARATOR, (("separator", separator),))
        return None

    def _repeats_header(self, cells: Sequence[str]) -> bool:
        return bool(
            self._header
            and cells
            and clean(cells[0]) == self._header[0]
            and list(map(clean, cells)) == self._header
        )


def _only_marks(filled: Sequence[str]) -> bool:
    """Tell whether a line says nothing but that those below it are protected."""
    return len(filled) == 1 and protective_words(filled[0]) and not without_protection(filled[0])


def _without_digits(cells: Sequence[str]) -> tuple[str, ...]:
    texts = [_DIGITS.sub("0", clean(cell)) for cell in cells]
    return tuple(text for text in texts if text)
