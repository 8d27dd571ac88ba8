"""Imports of lists: upload, choose the columns, check, register, discard, withdraw; what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlmodel import col

from archive import history
from archive.clock import local_date
from archive.domain import mappings, reference, uploads
from archive.domain.import_counts import Counts
from archive.domain.import_judging import Item, Terms, item_of
from archive.errors import DomainError, Invalid, NotFound
from archive.lists.fields import Field, FlagCode, Problem
from archive.lists.guessing import ColumnGuess, guess
from archive.lists.mapping import Mapping as ListMapping
from archive.lists.reader import Reader
from archive.lists.tables import OpenList, Shape
from archive.models import CaseFile, ImportRow, ImportRun
from archive.store import Actor, Archive, Work
from archive.vocabulary import ImportAction, ImportPurpose, ImportState, Permission, RowState
from archive.wording import N_

SAMPLE = 200
PREVIEWED = 10
_FIELDS: dict[str, object] = {field.value: field for field in Field}


def begin(
    archive: Archive,
    actor: Actor,
    name: str,
    content: BinaryIO,
    purpose: ImportPurpose = ImportPurpose.REGISTER,
    mapping: str = "",
) -> int:
    """Take a list in and propose what its columns are; returns the run's id.

    Raises Invalid or TooLarge for what is no list, NotFound for a mapping nobody saved; then nothing is kept.
    """
    actor.require(Permission.COMPARE if purpose is ImportPurpose.COMPARE else Permission.IMPORT)
    upload_id = uploads.store(archive, actor, name, content)
    try:
        return _propose(archive, actor, upload_id, purpose, mapping)
    except DomainError:
        with archive.write(actor) as work:
            uploads.forget(work, upload_id)
        raise


def _propose(archive: Archive, actor: Actor, upload_id: int, purpose: ImportPurpose, mapping: str) -> int:
    with archive.read(actor) as work:
        named = mappings.named(work, mapping) if mapping else None
    with (
        uploads.opened(archive, actor, upload_id) as source,
        OpenList(source, sheet=(named.sheet or None) if named else None) as opened,
        archive.read(actor) as work,
    ):
        shape = opened.shape
        chosen = named or _proposal(work, opened)
    chosen.place(shape.columns)
    with archive.write(actor) as work:
        upload = uploads.get(work, upload_id)
        run = ImportRun(
            purpose=purpose,
            upload_id=upload_id,
            name=upload.name,
            mapping=chosen.as_dict(),
            shape=shape.as_dict(),
            options={},
            counts={},
            started_by=actor.id,
            created_at=work.now,
        )
        history.advance(
            work,
            run,
            ImportAction.UPLOAD,
            private={"name": upload.name},
            sha256=upload.sha256,
            size=upload.size,
            purpose=purpose.value,
        )
        return run.id


def _proposal(work: Work, opened: OpenList) -> ListMapping:
    """Return the saved mapping that fits a list, else what its header and first rows look like."""
    columns = opened.shape.columns
    if saved := mappings.fitting(work, columns):
        return ListMapping.from_dict(saved.mapping)
    rows = [cells for _number, cells in opened.sample(SAMPLE)]
    return guess(columns, rows, today=local_date(work.now), kinds=reference.kind_words(work)).mapping


def get(work: Work, run_id: int) -> ImportRun:
    """Return a run by id; raises NotFound."""
    run = work.session.get(ImportRun, run_id)
    if run is None:
        raise NotFound("no_such_import", N_("There is no such import."))
    return run


def runs(
    work: Work, purpose: ImportPurpose, *, before: int | None = None, limit: int = 50
) -> Sequence[ImportRun]:
    """Return the runs of one purpose, newest first, from before an id on."""
    statement = select(ImportRun).where(col(ImportRun.purpose) == purpose)
    if before is not None:
        statement = statement.where(col(ImportRun.id) < before)
    return work.session.execute(statement.order_by(col(ImportRun.id).desc()).limit(limit)).scalars().all()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """Hold one of the first rows: its number, its cells, and what would be registered."""

    number: int
    cells: list[str]
    item: Item


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold what a page needs to show the columns of a list and its first rows as they would be registered."""

    shape: Shape
    mapping: ListMapping
    columns: tuple[ColumnGuess, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: tuple[PreviewRow, ...]
    unknown_kinds: tuple[str, ...]
    sheets: tuple[str, ...]

    @property
    def asks_protection(self) -> bool:
        """Tell whether no column says who is protected, so that somebody has to answer for the list."""
        return all(column.field is not Field.PROTECTION for column in self.mapping.columns)


def preview(archive: Archive, actor: Actor, run: ImportRun, mapping: ListMapping | None = None) -> Preview:
    """Read the first rows as a mapping understands them: the run's own unless another is given."""
    mapping = mapping or ListMapping.from_dict(run.mapping or {})
    with (
        uploads.opened(archive, actor, run.upload_id) as source,
        OpenList(source, sheet=mapping.sheet or None) as opened,
        archive.read(actor) as work,
    ):
        today = local_date(work.now)
        columns = opened.shape.columns
        sample = opened.sample(SAMPLE)
        guessed = guess(
            columns, [cells for _number, cells in sample], today=today, kinds=reference.kind_words(work)
        )
        reader, terms = Reader(mapping, opened.shape, today=today), Terms.of(work, mapping)
        items = [item_of(number, reader.read(cells), terms) for number, cells in sample]
        rows = tuple(
            PreviewRow(number, cells, item)
            for (number, cells), item in zip(sample[:PREVIEWED], items, strict=False)
        )
        return Preview(
            opened.shape,
            mapping,
            guessed.columns,
            tuple(_samples(mapping, columns, sample, items)),
            rows,
            _unknown_kinds(mapping, columns, sample, items),
            opened.sheets,
        )


# What such a column holds of a protected person is shown by its shape alone: `Xxxxxx, Xxxx`, `00000000-0000`.
_NAMES_NOBODY = frozenset(Field) - {
    *(Field.NUMBER, Field.BIRTH_DATE, Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.CO_PERSONS),
    *(Field.PLACE, Field.SITE, Field.ROOM, Field.RACK, Field.SHELF, Field.BOX),
    *(Field.FREE_TEXT, Field.IGNORED),
}


def _samples(
    mapping: ListMapping,
    columns: Sequence[str],
    sample: Sequence[tuple[int, Sequence[str]]],
    items: Sequence[Item],
) -> Iterator[tuple[str, ...]]:
    """Give three different cells of each column, without telling anything of those who are protected."""
    meanings = {at: field for field, positions in mapping.place(columns).items() for at in positions}
    for index in range(len(columns)):
        harmless = meanings.get(index) in _NAMES_NOBODY
        seen: dict[str, None] = {}
        for (_number, cells), item in zip(sample, items, strict=True):
            text = cells[index].strip() if index < len(cells) else ""
            hidden = item.reading.protection.protected and not harmless
            seen[_shape(text) if hidden else text] = None
        yield tuple(text for text in seen if text)[:3]


def _shape(text: str) -> str:
    marks = (
        "0" if mark.isdigit() else "X" if mark.isupper() else "x" if mark.isalpha() else mark for mark in text
    )
    return "".join(marks)[:60]


def _unknown_kinds(
    mapping: ListMapping, columns: Sequence[str], sample: Sequence[Any], items: Sequence[Item]
) -> tuple[str, ...]:
    where = mapping.place(columns).get(Field.KIND)
    if not where:
        return ()
    words = (
        cells[where[0]].strip()
        for (_number, cells), item in zip(sample, items, strict=True)
        if any(flag.code is FlagCode.KIND_UNKNOWN for flag in item.reading.flags) and where[0] < len(cells)
    )
    return tuple(dict.fromkeys(word for word in words if word))


def choose(work: Work, run: ImportRun, mapping: ListMapping) -> None:
    """Set what the columns of a run are; raises Invalid when that cannot be registered, Conflict too late."""
    run.lifecycle.step(run.status, ImportAction.STAGE)
    mapping.check()
    mapping.place(Shape.from_dict(run.shape or {}).columns)
    run.mapping = mapping.as_dict()
    work.session.flush()


SOURCE_NEEDED = N_("Choose which system the references of the list belong to.")
SITE_NEEDED = N_("Choose the address the list is about; no column says it.")
KIND_NEEDED = N_("Choose a kind of file; no column says it.")


def stage(work: Work, run: ImportRun) -> None:
    """Order that a list be read and checked; raises Invalid when something about it is still unsaid."""
    mapping = ListMapping.from_dict(run.mapping or {})
    fields = {column.field for column in mapping.columns}
    needs = [(mapping.source or Field.SOURCE_SYSTEM in fields, "source", SOURCE_NEEDED)]
    if run.purpose is ImportPurpose.REGISTER:
        needs.append((mapping.site or bool({Field.SITE, Field.PLACE} & fields), "site", SITE_NEEDED))
        needs.append((mapping.default_kind or Field.KIND in fields, "default_kind", KIND_NEEDED))
    for said, field, sentence in needs:
        if not said:
            raise Invalid(f"import_{field}", sentence, field=field)
    newest = work.session.execute(select(func.coalesce(func.max(col(CaseFile.id)), 0))).scalar_one()
    run.options, run.problem = {**run.options, "newest": newest}, None
    run.heartbeat, run.share, run.rows = None, 0, 0
    history.advance(work, run, ImportAction.STAGE, changes={"next_row": 0})


def apply(work: Work, run: ImportRun) -> None:
    """Order that a checked list be registered."""
    run.counts, run.share, run.heartbeat = {}, 0, None
    history.advance(work, run, ImportAction.APPLY, changes={"next_row": 0})


def discard(work: Work, run: ImportRun) -> None:
    """Order that a list and all that was read of it be deleted; nothing of it has been registered."""
    run.heartbeat = None
    history.advance(work, run, ImportAction.DISCARD)


def withdraw(work: Work, run: ImportRun, reason: str) -> None:
    """Order that what an import did be set back; raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("Say why the import is withdrawn."), field="reason")
    run.options = {**run.options, "withdrawn": {"rows": 0, "set_back": 0, "left": 0}}
    run.heartbeat, run.share = None, 0
    history.advance(
        work, run, ImportAction.WITHDRAW, changes={"next_row": 0}, private={"reason": reason.strip()}
    )


def report(run: ImportRun) -> Counts:
    """Return what a run counts: of the registering once it has begun, of the check before."""
    return Counts.of(run.counts)


def rejected(work: Work, run: ImportRun) -> Iterator[tuple[list[str], str]]:
    """Iterate the cells and the reason of every row that was not registered, in the order of the list."""
    rows = work.session.execute(
        select(col(ImportRow.cells), col(ImportRow.problem))
        .where(col(ImportRow.run_id) == run.id, col(ImportRow.state) == RowState.REJECTED)
        .order_by(col(ImportRow.row))
        .execution_options(yield_per=500)
    )
    for cells, problem in rows:
        yield cells, problem_of(problem).say()


def problem_of(data: Mapping[str, Any]) -> Problem:
    """Make a problem of the plain data a row keeps."""
    facts = {
        name: _FIELDS.get(value, value) if name == "field" else value for name, value in data["facts"].items()
    }
    return Problem(data["code"], data["sentence"], tuple(facts.items()))


def waiting(run: ImportRun) -> bool:
    """Tell whether a process is, or should be, at work on a run."""
    return run.status in (ImportState.STAGING, ImportState.APPLYING, ImportState.WITHDRAWING)
