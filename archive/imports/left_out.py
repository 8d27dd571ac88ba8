"""Rows of a list that became no file of their own: those that repeat another, and those in question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlmodel import col

from archive.access_log import access_log
from archive.access_log.access_log import Look
from archive.files import masking
from archive.files.masking import Card
from archive.imports import masking as import_masking
from archive.imports.lists.meaning.rejects import RefusedRow
from archive.imports.lists.meaning.sections import where
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.runs import problem_of
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, ImportRun
from archive.vocabulary import Permission, RowState
from archive.vocabulary.wording import _

PAGE = 50
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """One row: its number and cells, the sentence that says why, and the row and file it is like.

    Of a row whose case the list marks as protected in any row, or whose file is, each cell says so.
    """

    row: int
    cells: Sequence[str]
    reason: str
    other: int
    card: Card | None
    where: str
    """Which row of the file it is, with its sheet where there are several."""

    @property
    def refused(self) -> RefusedRow:
        """Return it as it is given back."""
        return RefusedRow(self.cells, self.where, self.reason)


def page(
    work: Work, run: ImportRun, state: RowState, *, after: int = 0, limit: int = PAGE
) -> list[LeftOutRow]:
    """Return such rows in the order of the list, from after a row number on."""
    work.require(Permission.IMPORT)
    statement = (
        select(ImportRow)
        .where(col(ImportRow.run_id) == run.id, col(ImportRow.state) == state, col(ImportRow.row) > after)
        # What is asked of a sealed file keeps that file, and is on the worklist of those cleared.
        .where(or_(col(ImportRow.state) != RowState.ASKED, col(ImportRow.file_id).is_(None)))
        .order_by(col(ImportRow.row))
        .limit(limit)
    )
    rows = work.session.execute(statement).scalars().all()
    others = {row.id: int((row.problem or {}).get("facts", {}).get("row", 0)) for row in rows}
    shown = _cards(work, run, set(others.values()))
    marked = import_masking.marked_cases(work, run, rows)
    hidden = {row.id: row.file_key in marked or _hidden(row, shown.get(others[row.id])) for row in rows}
    sections = ListShape.from_dict(run.shape or {}).sections
    return [
        LeftOutRow(
            row.row,
            [_("Protected") if cell and hidden[row.id] else cell for cell in row.cells],
            problem_of(row.problem).say() if row.problem else "",
            others[row.id],
            shown.get(others[row.id]),
            where(sections, row.row),
        )
        for row in rows
    ]


def every(work: Work, run: ImportRun, state: RowState) -> Iterator[LeftOutRow]:
    """Iterate all such rows of a list, for a file."""
    after = 0
    while rows := page(work, run, state, after=after, limit=_AT_ONCE):
        yield from rows
        after = rows[-1].row


def _hidden(row: ImportRow, card: Card | None) -> bool:
    return not row.reading or import_masking.by_list(row) or bool(card and card.file.protected)


def look(work: Work, name: str, run: ImportRun, rows: Sequence[LeftOutRow]) -> Look:
    """Return the look at such rows, for the record: at their files and whoever has a number in them."""
    files = masking.subjects(one.card for one in rows if one.card)
    numbers = import_masking.written(cell for one in rows for cell in one.cells)
    return access_log.at_list(name, dict.fromkeys([run.stream, *files, *import_masking.known(work, numbers)]))


def _cards(work: Work, run: ImportRun, rows: set[int]) -> dict[int, Card]:
    """Return the files that rows of the list have become, by row number."""
    statement = (
        select(col(ImportRow.row), CaseFile)
        .join(CaseFile, col(CaseFile.id) == ImportRow.file_id)
        .where(col(ImportRow.run_id) == run.id, col(ImportRow.row).in_(sorted(rows)))
    )
    found = {row[0]: row[1] for row in work.session.execute(statement)}
    by_id = {card.file.id: card for card in masking.cards(work, list(found.values()))} if found else {}
    return {number: by_id[file.id] for number, file in found.items()}
