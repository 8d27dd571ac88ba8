"""Tell the rows of a list that are no files: headings, page heads, sums; and what each of them is."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from archive.imports.lists.formats.own_columns import essence, in_each_language
from archive.imports.lists.formats.text import clean
from archive.imports.lists.meaning.above import speaks_of_places
from archive.imports.lists.meaning.fields import ListField, RowProblem
from archive.imports.lists.meaning.habits import PERSON
from archive.imports.lists.meaning.headings import heading_of, known_headings
from archive.imports.lists.meaning.marks import protective_words, without_protection
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.lists.meaning.values import read_protection
from archive.vocabulary.wording import N_

_SURE_COLUMNS = 4
"""Columns from which a row with a single filled cell is no file."""

_PAIR = 2
_FEW = 3
"""Filled cells that a sum or the head of a page has at most."""

_SUM = re.compile(r"(?:summa|totalt?|antal|sum|slutsumma|delsumma)\b", re.IGNORECASE)
_CARRIED = re.compile(
    r"(?:att )?transport(?:eras)?\b|transp\.|(?:från|till) (?:föreg|förra|nästa|sida)"
    r"|(?:in|ut)gående (?:antal|summa)|forts(?:ättning|\.|ätter)?(?![^\W\d_])",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:sida|sidan|sid|page|blad|bl)\.?\s?:?\s?\d{1,4}(?:\s?(?:\(|av|/|of)\s?\d{1,4}\)?)?", re.IGNORECASE
)
_RULED = re.compile(r"[-=_*+|.~\s\u2013\u2014]*[-=_*+\u2013\u2014]{3}[-=_*+|.~\s\u2013\u2014]*")
_RULERS = "-=_*+|.~\u2013\u2014 "
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
COLUMNS_CHANGED = RowProblem(
    "columns_changed",
    N_(
        "Headings in another order stand above this row, so what its cells are is not known. Save the rows "
        "below those headings as a list of their own."
    ),
)
_WHOSE = frozenset((ListField.REFERENCE, ListField.NUMBER, ListField.NAME, ListField.FAMILY_NAME))
_MOST = 0.6
_HEADINGS = 3
"""Headings known by their names that make a row one of headings, where the list has so many."""

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
        self._width = len(shape.header)
        self._meant = [_meaning(name) for name in shape.header]
        self._own = {word for name in shape.header if (word := heading_of(name))}
        self._words = self._own | known_headings().keys()
        self.columns_changed = False
        """Whether the headings last met have the columns in another order than the list's own."""
        self._separator = shape.separator
        self._titles = {_without_digits(title) for title in shape.titles}
        self._stated = stated
        self._person = frozenset(at[field][0] for field in PERSON if field in at) if grouped else frozenset()
        self._reference = at[ListField.REFERENCE][0] if grouped and ListField.REFERENCE in at else -1

    def why(self, cells: Sequence[str]) -> RowProblem | None:
        """Return why a row is no file; None of one that may be."""
        if self._is_header(cells):
            return HEADER_AGAIN
        if len(cells) - cells.count("") > max(_FEW, len(self._person)):
            first = cells[0] or cells[1]
            return HEADING if first[:1] in _RULERS and _is_ruled(cells) else None
        filled = [text for cell in cells if (text := cell.strip())]
        if not filled:
            return None
        if _is_ruled(filled):
            return HEADING
        if self._width < _SURE_COLUMNS:
            return self._why_of_few(cells, filled)
        others = (cell for index, cell in enumerate(cells) if index not in self._person)
        if self._person and not any(map(str.strip, others)) and not _only_marks(filled):
            return PERSON_LINE
        if len(filled) <= _FEW and (problem := self._of_page(cells, filled)):
            return problem
        mark = any(
            read_protection(cells[index])[0].protected
            for index in self._stated
            if index < len(cells) and cells[index]
        )
        if len(filled) != 1 or mark or (self._reference >= 0 and cells[self._reference].strip()):
            return None
        return self._torn(filled[0]) or HEADING

    def _of_page(self, cells: Sequence[str], filled: Sequence[str]) -> RowProblem | None:
        if _SUM.match(filled[0]) or _CARRIED.match(filled[0]):
            return SUM
        numbered = any(map(_PAGE.fullmatch, filled)) and not filled[0][0].isdigit()
        return PAGE_HEAD if numbered or _without_digits(cells) in self._titles else None

    def _why_of_few(self, cells: Sequence[str], filled: Sequence[str]) -> RowProblem | None:
        """Tell what a single cell is where the list has so few columns that it may be a reference too."""
        if len(filled) != 1 or self._width < _PAIR:
            return None
        return self._of_page(cells, filled) or (HEADING if cells[0] and speaks_of_places(filled[0]) else None)

    def _torn(self, text: str) -> RowProblem | None:
        """Tell a row that was written with another separator, and so is one cell."""
        for separator in _SEPARATORS:
            if separator != self._separator and text.count(separator) >= max(self._width - 2, 2):
                return RowProblem("separator_changed", _SEPARATOR, (("separator", separator),))
        return None

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Tell whether a row is headings, as the list's own or in another order, which is kept in mind."""
        if self._words.isdisjoint(map(str.casefold, cells[:_HEADINGS])):
            return False
        said = [(index, heading_of(cell)) for index, cell in enumerate(cells) if cell.strip()]
        known = [(index, _meaning(word)) for index, word in said if word in self._words]
        few = len(known) < min(_HEADINGS, len(self._own) or _HEADINGS) or len(known) < _MOST * len(said)
        whose = any(meaning in _WHOSE for _index, meaning in known) or {word for _, word in said} == self._own
        if few or not whose:
            return False
        meant = self._meant
        self.columns_changed = bool(self._own) and any(
            index >= len(meant) or meaning != meant[index] for index, meaning in known
        )
        return True


def other_headings(shape: ListShape, rows: Sequence[Sequence[str]]) -> str:
    """Return the headings that stand above or among rows in another order than the list's own, or nothing."""
    without_file = RowsWithoutFile(shape, {}, (), grouped=False)
    for cells in (*shape.titles, *rows):
        if without_file.why(cells) is HEADER_AGAIN and without_file.columns_changed:
            return "; ".join(text for cell in cells if (text := clean(cell)))
    return ""


def _meaning(heading: str) -> ListField | str:
    word = heading_of(heading)
    return known_headings().get(word, word)


def _is_ruled(cells: Sequence[str]) -> bool:
    return all(not cell.strip() or _RULED.fullmatch(cell) for cell in cells)


def _only_marks(filled: Sequence[str]) -> bool:
    """Tell whether a line says nothing but that those below it are protected."""
    return len(filled) == 1 and protective_words(filled[0]) and not without_protection(filled[0])


def _without_digits(cells: Sequence[str]) -> tuple[str, ...]:
    texts = [_DIGITS.sub("0", clean(cell)) for cell in cells]
    return tuple(text for text in texts if text)
