"""Say what is in doubt about how a list is understood, so that somebody confirms it first."""

from collections import Counter
from collections.abc import Iterator

from archive.imports import runs
from archive.imports.lists.meaning.fields import ListField, RowProblem
from archive.imports.lists.meaning.headings import HEADINGS, VAGUE_KINDS, heading_of, known_headings, plain
from archive.imports.lists.meaning.mapping import REPEATABLE, Mapping, numbered
from archive.imports.understanding.opened import Opened
from archive.models import ImportRun
from archive.vocabulary.wording import N_

_MANY_ROWS = 10
"""Rows from which a sheet may be a list though its headings are not known."""

_NO_HEADER = N_("The list has no row of headings that is known, so what its columns are is only guessed.")
_NO_REFERENCE = N_("No column is read as the reference of the file.")
_TWICE = N_("The heading “%(heading)s” stands above %(count)s columns, so which is which is only guessed.")
_LEFT = {
    "number": N_("The column “%(heading)s” is not registered, but looks like personal numbers."),
    "date": N_("The column “%(heading)s” is not registered, but looks like dates."),
    "name": N_("The column “%(heading)s” is not registered, but looks like names."),
}
_KIND_VAGUE = N_(
    "The column “%(heading)s” is read as the kind of file, but few of its words are names of kinds. Say what "
    "it is."
)
_BESIDE = N_(
    "%(count)s tables stand side by side. They are read one after the other; the rows of the second are "
    "numbered from %(first)s."
)
_FIXED = N_("The list has no separators. Its cells are cut at columns %(columns)s.")
_UNSEEN = N_(
    "The file is of the kind .%(kind)s. Of those only what the cells say is read, not what they hide or"
    " how they look: hidden rows and columns, comments, colours, text struck through, headers of the "
    "print, text boxes, formulas, error values (#REF!) that stand as empty cells, merged cells, and "
    "noughts that only the format shows. A mark of protection may stand there: look in the spreadsheet "
    "program, or save the list as an Excel workbook (.xlsx) and choose that, of which all this is read."
)
_HEADINGS_DIFFER = N_(
    "Headings stand in the list in another order too: “%(headings)s”. What the rows are is known only below "
    "the headings of the list."
)
_UNREAD = N_("The sheet “%(sheet)s” with %(rows)s rows looks like a list and is not read.")


def doubts(run: ImportRun, mapping: Mapping | None = None) -> list[RowProblem]:
    """Return what of a list is read only by guess; once somebody has named a saved choice, what stays unseen.

    The columns are as the run has them unless another `mapping` is given.
    """
    mapping = mapping or runs.mapping_of(run)
    opened = Opened.kept(run)
    unseen = list(_unseen(run))
    if opened.settled:
        return unseen
    found = [*_of_file(run, mapping, opened), *unseen]
    return found if opened.fitted else [*_of_columns(run, mapping, opened), *found]


def _unseen(run: ImportRun) -> Iterator[RowProblem]:
    """Say of a kind of workbook another's library reads what may stand there unseen, in each list anew."""
    kind = runs.shape_of(run).kind
    if kind not in ("csv", "xlsx"):
        yield RowProblem("marks_unseen", _UNSEEN, (("kind", kind),))


def _of_columns(run: ImportRun, mapping: Mapping, opened: Opened) -> Iterator[RowProblem]:
    names = runs.shape_of(run).columns
    headed = runs.has_header(run)
    if not headed:
        yield RowProblem("no_header", _NO_HEADER)
    fields = {position: field for field, those in mapping.place(names).items() for position in those}
    if ListField.REFERENCE not in fields.values():
        yield RowProblem("no_reference", _NO_REFERENCE)
    words = [plain(name) for name in names]
    for word, count in Counter(words).items() if headed else ():
        alike = [position for position, one in enumerate(words) if one == word]
        if count > 1 and not all(_may_repeat(names[position]) for position in alike):
            facts = (("heading", names[alike[0]]), ("count", count))
            yield RowProblem("heading_twice", _TWICE, facts)
    for position in numbered(names).values():
        like = opened.looks[position] if position < len(opened.looks) else ""
        if like in _LEFT and _is_left(fields.get(position), names[position]):
            yield RowProblem("column_left", _LEFT[like], (("heading", names[position]),))
        vague = fields.get(position) is ListField.KIND and heading_of(names[position]) in VAGUE_KINDS
        if vague and like not in ("kind", "empty"):
            yield RowProblem("kind_vague", _KIND_VAGUE, (("heading", names[position]),))


def _of_file(run: ImportRun, mapping: Mapping, opened: Opened) -> Iterator[RowProblem]:
    shape = runs.shape_of(run)
    beside = [one for one in shape.sections if one.sheet == shape.sheet]
    if len(beside) > 1:
        facts = (("count", len(beside)), ("first", beside[1].added + 1))
        yield RowProblem("side_by_side", _BESIDE, facts)
    if opened.other_headings:
        said = (("headings", opened.other_headings),)
        yield RowProblem("headings_differ", _HEADINGS_DIFFER, said)
    if shape.fixed:
        columns = ", ".join(str(start + 1) for start in shape.fixed)
        yield RowProblem("fixed_width", _FIXED, (("columns", columns),))
    for sheet in runs.unread(run) if not mapping.sheet else ():
        if sheet.name in opened.other_lists or sheet.rows >= _MANY_ROWS:
            yield RowProblem("sheet_unread", _UNREAD, (("sheet", sheet.name), ("rows", sheet.rows)))


def _may_repeat(heading: str) -> bool:
    return known_headings().get(heading_of(heading)) in REPEATABLE


def _is_left(field: ListField | None, heading: str) -> bool:
    """Tell whether a column is left out though nobody knows its heading for one that is."""
    if field is None:
        return True
    return field is ListField.IGNORED and heading_of(heading) not in _left_out_knowingly()


def _left_out_knowingly() -> frozenset[str]:
    return frozenset(plain(word) for word in HEADINGS[ListField.IGNORED].split(","))
