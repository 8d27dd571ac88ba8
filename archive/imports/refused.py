"""The rows of a list that were not registered, given back; the protected ones to those cleared alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.access_log.access_log import Look
from archive.imports import masking
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.no_file import PLACE_LINE
from archive.imports.lists.meaning.rejects import RefusedRow, with_names
from archive.imports.lists.meaning.sections import where
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.runs import problem_of
from archive.kernel.store import Work
from archive.models import ImportRow, ImportRun
from archive.vocabulary import Permission, RowState

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """What is given back: rows with their reason, and the look at whoever the register knows of them."""

    rows: Sequence[RefusedRow]
    look: Look


def given_back(
    work: Work, run: ImportRun, *, protected: bool = False, by_list_alone: bool = False
) -> RefusedRows:
    """Return the rows that were not registered and that the list does not mark, or for those cleared theirs.

    Theirs are the marked ones and those the register protects; `by_list_alone` leaves these out where nothing
    is registered: by numbers tried somebody would learn whose they are. The file is meant to be read in
    again, so what may not be shown is left out and not masked.
    """
    work.require(Permission.CHECK_SEALED if protected else Permission.IMPORT)
    shown: list[ImportRow] = []
    many = 0
    for batch in _batches(work, run):
        if protected and not by_list_alone:
            theirs = {row.id for row in _protected(work, run, batch)}
        else:
            theirs = {row.id for row in batch if masking.by_list(row) is protected}
        many += len(theirs)
        shown += [row for row in batch if row.id in theirs or (protected and _says_place(row))]
    shown = shown if many else []
    name = "rejects_protected" if protected else "rejects"
    sections = ListShape.from_dict(run.shape or {}).sections
    back = [
        RefusedRow(_whole(row), where(sections, row.row), problem_of(row.problem or {}).say())
        for row in shown
    ]
    numbers = masking.written(cell for one in back for cell in one.cells)
    return RefusedRows(
        back,
        access_log.at_list(name, [run.stream, *masking.known(work, numbers)]),
    )


def form_of(run: ImportRun) -> ListShape:
    """Return the form in which rows of a list are given back."""
    return with_names(ListShape.from_dict(run.shape or {}), Mapping.from_dict(run.mapping or {}, whole=False))


def _says_place(row: ImportRow) -> bool:
    """Tell whether a row says where those below it stand, without which none of them can be given back."""
    return (row.problem or {}).get("code") == PLACE_LINE.code


def _whole(row: ImportRow) -> list[str]:
    """Return the cells of a row with what it took from the rows above, which are not given back with it."""
    cells = list(row.cells)
    for index, text in (row.reading or {}).get("filled", ()):
        cells[index] = text
    return cells


def _protected(work: Work, run: ImportRun, rows: Sequence[ImportRow]) -> list[ImportRow]:
    known = masking.by_register(work, run, rows)
    return [row for row in rows if known[row.id] or masking.by_list(row)]


def how_many_marked(work: Work, run: ImportRun) -> int:
    """Count the rows left out of the file everybody gets, which the list itself marks."""
    work.require(Permission.IMPORT)
    return sum(masking.by_list(row) for batch in _batches(work, run) for row in batch)


def how_many_protected(work: Work, run: ImportRun) -> int:
    """Count the rows those cleared get in a file of their own, for those who may know."""
    work.require(Permission.CHECK_SEALED)
    return sum(len(_protected(work, run, batch)) for batch in _batches(work, run))


def lists_with_protected(work: Work) -> list[tuple[ImportRun, int]]:
    """Return the lists that have rows only those cleared get back, the newest first, with how many."""
    work.require(Permission.CHECK_SEALED)
    with_refused = select(col(ImportRow.run_id)).where(col(ImportRow.state) == RowState.REJECTED)
    runs = work.session.scalars(
        select(ImportRun).where(col(ImportRun.id).in_(with_refused)).order_by(col(ImportRun.id).desc())
    ).all()
    counted = ((run, how_many_protected(work, run)) for run in runs)
    return [(run, many) for run, many in counted if many]


def _batches(work: Work, run: ImportRun) -> Iterator[Sequence[ImportRow]]:
    statement = (
        select(ImportRow)
        .where(col(ImportRow.run_id) == run.id, col(ImportRow.state) == RowState.REJECTED)
        .order_by(col(ImportRow.row))
        .limit(_AT_ONCE)
    )
    after = -1
    while rows := work.session.scalars(statement.where(col(ImportRow.row) > after)).all():
        yield rows
        after = rows[-1].row
