"""The rows of a list that were registered though something about them is odd, for somebody to look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, and_, cast, literal_column, or_, select
from sqlmodel import col

from archive.files import masking
from archive.files.masking import Card
from archive.imports import masking as import_masking
from archive.imports.lists.meaning.fields import Flag, FlagCode, ListField
from archive.imports.lists.meaning.reading import Reading
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, ImportRun
from archive.vocabulary import Permission, RowState

PAGE = 50
_AT_ONCE = 500
_FLAGS = {flag.value: flag for flag in FlagCode}
_FIELDS = {field.value: field for field in ListField}
_TAKEN = (RowState.NEW, RowState.REGISTERED, RowState.CHANGED, RowState.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Odd:
    """One flagged row: its number in the list, its cells, what is odd, and the file it has become.

    Of a row that the list marks as protected, or whose file is, there are no cells.
    """

    row: int
    flags: tuple[Flag, ...]
    cells: Sequence[str]
    hidden: bool
    card: Card | None


def flagged(
    work: Work, run: ImportRun, flag: FlagCode | None = None, *, after: int = 0, limit: int = PAGE
) -> list[Odd]:
    """Return flagged rows in the order of the list, of one flag or of all, from after a row number on."""
    work.require(Permission.IMPORT)
    flags = cast(col(ImportRow.flags), Text)
    statement = (
        select(ImportRow)
        # Written out, since only so does SQLite see that the index of just these rows will do.
        .where(col(ImportRow.run_id) == run.id, flags != literal_column("'[]'"), col(ImportRow.row) > after)
        # A row in question that has a file is about a sealed one, and shown like all about that.
        .where(
            or_(
                col(ImportRow.state).in_(_TAKEN),
                and_(col(ImportRow.state) == RowState.ASKED, col(ImportRow.file_id).is_not(None)),
            )
        )
        .order_by(col(ImportRow.row))
        .limit(limit)
    )
    if flag is not None:
        statement = statement.where(flags.contains(f'"{flag.value}"', autoescape=True))
    rows = work.session.execute(statement).scalars().all()
    shown = _cards(work, {row.file_id for row in rows if row.file_id})
    cases = import_masking.marked_cases(work, run, rows)
    return [
        Odd(
            row.row,
            tuple(Flag(_FLAGS[code], _FIELDS.get(field)) for code, field in row.flags),
            () if hidden else row.cells,
            hidden,
            shown.get(row.file_id or 0),
        )
        for row in rows
        for hidden in (_marked(row) or row.file_key in cases or _protected(shown, row),)
    ]


def all_flagged(work: Work, run: ImportRun, flag: FlagCode | None = None) -> Iterator[Odd]:
    """Iterate every flagged row of a list."""
    after = 0
    while rows := flagged(work, run, flag, after=after, limit=_AT_ONCE):
        yield from rows
        after = rows[-1].row


def _cards(work: Work, ids: set[int]) -> dict[int, Card]:
    if not ids:
        return {}
    files = work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(sorted(ids)))).scalars().all()
    return {card.file.id: card for card in masking.cards(work, files)}


def _protected(shown: Mapping[int, Card], row: ImportRow) -> bool:
    card = shown.get(row.file_id or 0)
    return card is not None and card.file.protected


def _marked(row: ImportRow) -> bool:
    """Tell of a row that is in no register yet whether the list says it is about somebody protected."""
    if not row.reading:
        return False
    return Reading.from_dict(row.reading).protection.protected or import_masking.by_list(row)


def subjects(work: Work, rows: Sequence[Odd]) -> list[str]:
    """Return whom a look at these rows concerns: their files, and whoever has a number in them."""
    numbers = import_masking.written(cell for odd in rows for cell in odd.cells)
    files = masking.subjects(odd.card for odd in rows if odd.card)
    return list(dict.fromkeys([*files, *import_masking.known(work, numbers)]))
