"""What the row of a list said that registered a file: its cells as they stood, masked as its file is."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.access_log.access_log import Look
from archive.files import files
from archive.files import masking as file_masking
from archive.imports import masking, runs, uploads
from archive.imports.lists.meaning.tables import ListShape, OpenList
from archive.kernel.errors import NotFound
from archive.kernel.store import Actor, Archive, Work
from archive.models import ImportRow, ImportRun
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_

NO_ROW = N_("There is no row of a list that registered this file, or it was withdrawn.")


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One row: its list, its number, and what stood below each heading; nothing of a row that is hidden."""

    run: ImportRun
    row: int
    cells: tuple[tuple[str, str], ...]
    hidden: bool
    look: Look


def of_file(archive: Archive, actor: Actor, code: str) -> SaidRow:
    """Return the row that registered a file; raises NotFound where there is none that may be told.

    It is hidden where it marks somebody as protected; numbers of others than the file is about are crossed
    out, whoever they are, so that neither tells whom the register protects. Of a masked file not even the
    row is told: with the list at hand it would tell whom the file is about.
    """
    actor.require(Permission.IMPORT)
    actor.require(Permission.READ_NAMES)
    with archive.read(actor) as work:
        file = files.by_code(work, code)
        row = None if file.protected else _row(work, file.id, file.import_id)
        if row is None:
            raise NotFound("no_such_row", NO_ROW)
        run = runs.get(work, row.run_id)
    if not row.cells:  # what needs no second look is kept in the list alone
        row.cells = _from_list(archive, actor, run, row.row)
    with archive.read(actor) as work:
        shorts = masking.written(row.cells)
        hidden, known = masking.by_list(row), masking.known(work, shorts)
        about = file_masking.persons_of(work, [file.id])
        persons = [f"person:{one.person_id}" for one in about]
        own = {one.number[-10:] for one in about if one.number}
    look = access_log.at_list("import_row", dict.fromkeys([run.stream, file.stream, *persons, *known]))
    headings = ListShape.from_dict(run.shape or {}).columns
    cells = (
        ()
        if hidden
        else tuple(
            (heading, masking.without_others(str(cell), own))
            for heading, cell in zip(headings, row.cells, strict=False)
        )
    )
    return SaidRow(run, row.row, cells, hidden, look)


def _row(work: Work, file_id: int, run_id: int | None) -> ImportRow | None:
    first = (
        select(ImportRow)
        .where(col(ImportRow.file_id) == file_id, col(ImportRow.run_id) == run_id)
        .order_by(col(ImportRow.row))
        .limit(1)
    )
    row = work.session.scalars(first).one_or_none()
    if row is not None:
        work.session.expunge(row)  # its cells are filled in for showing only
    return row


def _from_list(archive: Archive, actor: Actor, run: ImportRun, number: int) -> list[str]:
    sheet = runs.mapping_of(run).sheet or None
    with (
        uploads.opened(archive, actor, run.upload_id) as source,
        OpenList(source, sheet=sheet, name=run.name) as opened,
    ):
        return next((cells for found, cells in opened.rows(number - 1) if found == number), [])
