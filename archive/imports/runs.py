"""Imports of lists: upload, choose the columns, check, register, discard, withdraw; what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlmodel import col

from archive.access_log import access_log
from archive.history import history
from archive.imports import kind_words, mappings, uploads
from archive.imports.counts import Counts
from archive.imports.lists.meaning.fields import ListField, RowProblem
from archive.imports.lists.meaning.guessing import guess
from archive.imports.lists.meaning.mapping import Mapping as ListMapping
from archive.imports.lists.meaning.rejects import as_named
from archive.imports.lists.meaning.sections import ALL_SHEETS
from archive.imports.lists.meaning.tables import ListShape, OpenList, SheetRows
from archive.imports.understanding import cells
from archive.imports.understanding.opened import Opened, look
from archive.kernel.clock import local_date
from archive.kernel.errors import Conflict, DomainError, Invalid, NotFound
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, ImportRun
from archive.vocabulary import ImportAction, ImportPurpose, ImportState, Permission, RowReason
from archive.vocabulary.wording import N_, _

SAMPLE = 200
NO_HEADER = N_(
    "The list has no row of headings that can be read, so its columns are called A, B, C … Say what each of "
    "them is, or write headings above the rows and take the list in again."
)
NO_SHEETS = N_("There is no sheet named %(sheet)s: the file is text and has none.")
_FIELDS: dict[str, object] = {field.value: field for field in ListField}


def begin(
    archive: Archive,
    actor: Actor,
    name: str,
    content: BinaryIO,
    purpose: ImportPurpose = ImportPurpose.REGISTER,
    mapping: str = "",
    sheet: str = "",
) -> int:
    """Take a list in and propose what its columns are; returns the run's id.

    Raises Invalid or TooLarge for what is no list, NotFound for a mapping nobody saved; then nothing is kept.
    """
    actor.require(Permission.COMPARE if purpose is ImportPurpose.COMPARE else Permission.IMPORT)
    upload_id = uploads.store(archive, actor, name, content)
    try:
        return _propose(archive, actor, upload_id, purpose, mapping, sheet)
    except DomainError:
        with archive.write(actor) as work:
            uploads.forget(work, upload_id)
        raise


def _propose(
    archive: Archive, actor: Actor, upload_id: int, purpose: ImportPurpose, mapping: str, sheet: str
) -> int:
    with archive.read(actor) as work:
        named = mappings.named(work, mapping) if mapping else None
    wanted = sheet or (named.sheet if named else "")
    with (
        uploads.opened(archive, actor, upload_id) as source,
        OpenList(source, sheet=wanted or None) as opened,
        archive.read(actor) as work,
    ):
        shape = opened.shape
        if sheet and sheet != ALL_SHEETS and not opened.sheets:
            raise Invalid("list_no_sheet", NO_SHEETS, sheet=sheet)
        chosen, told = (named, _look(work, opened, settled=True)) if named else _proposal(work, opened)
        chosen = replace(chosen, sheet=(sheet or chosen.sheet) if opened.sheets else "")
        sheets = [list(one) for one in opened.sheet_rows()]
    chosen.place(shape.columns)
    with archive.write(actor) as work:
        upload = uploads.get(work, upload_id)
        run = ImportRun(
            purpose=purpose,
            upload_id=upload_id,
            name=upload.name,
            mapping=chosen.as_dict(),
            shape=shape.as_dict(),
            options={"sheets": sheets, **told.as_options()},
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


def _proposal(work: Work, opened: OpenList) -> tuple[ListMapping, Opened]:
    """Return the saved mapping that fits a list, else what its header and first rows look like."""
    columns = opened.shape.columns
    if saved := mappings.fitting(work, columns):
        return ListMapping.from_dict(saved.mapping), _look(work, opened, fitted=True)
    rows, kinds = _sample(opened), kind_words.known(work)
    guessed = guess(columns, rows, today=local_date(work.now), kinds=kinds).mapping
    if opened.given_back:
        guessed = as_named(guessed, opened.shape)
    return guessed, _look(work, opened)


def _look(work: Work, opened: OpenList, *, fitted: bool = False, settled: bool = False) -> Opened:
    kinds = kind_words.known(work)
    return look(opened, _sample(opened), local_date(work.now), kinds, fitted=fitted, settled=settled)


def _sample(opened: OpenList) -> list[list[str]]:
    return [cells for _number, cells in opened.sample(SAMPLE)]


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


def choose(work: Work, run: ImportRun, mapping: ListMapping) -> None:
    """Set what the columns of a run are; raises Invalid when that cannot be registered, Conflict too late.

    Those of a checked list wait beside it until it is checked again, since its report is about the others.
    """
    run.lifecycle.step(run.status, ImportAction.STAGE)
    _check(run, mapping)
    mapping.place(shape_of(run).columns)
    _draft(run, mapping, shape_of(run))
    work.session.flush()


def turn_to_sheet(archive: Archive, actor: Actor, run_id: int, sheet: str) -> None:
    """Go over to another sheet of a workbook, and propose what its columns are."""
    with archive.read(actor) as work:
        run = get(work, run_id)
        before = mapping_of(run)
    with (
        uploads.opened(archive, actor, run.upload_id) as source,
        OpenList(source, sheet=sheet) as opened,
        archive.read(actor) as work,
    ):
        shape, (proposed, told) = opened.shape, _proposal(work, opened)
    kept = {name: getattr(before, name) for name in ("source", "site", "default_kind", "list_date")}
    with archive.write(actor) as work:
        run = get(work, run_id)
        run.lifecycle.step(run.status, ImportAction.STAGE)
        _draft(run, replace(proposed, sheet=sheet, **{k: v for k, v in kept.items() if v}), shape)
        run.options = {**run.options, **told.as_options()}
        work.session.flush()


def _draft(run: ImportRun, mapping: ListMapping, shape: ListShape) -> None:
    said, form = mapping.as_dict(), shape.as_dict()
    if run.status is not ImportState.STAGED:
        run.mapping, run.shape = said, form
    elif said == run.mapping:
        _forget_draft(run)
    else:
        run.options = {**run.options, "draft": said, "draft_shape": form}


def keep(work: Work, run: ImportRun) -> None:
    """Leave the columns of a checked list as they were checked."""
    run.lifecycle.step(run.status, ImportAction.STAGE)
    _forget_draft(run)
    work.session.flush()


def mapping_of(run: ImportRun) -> ListMapping:
    """Return what the columns of a run are: as chosen last, though not checked yet."""
    return ListMapping.from_dict(run.options.get("draft") or run.mapping or {}, whole=False)


def shape_of(run: ImportRun) -> ListShape:
    """Return the form of the list, or of the sheet of it that was chosen last."""
    return ListShape.from_dict(run.options.get("draft_shape") or run.shape or {})


def _check(run: ImportRun, mapping: ListMapping) -> None:
    """Refuse columns that do not say which file a row is; without headings somebody must say all."""
    try:
        mapping.check()
    except Invalid:
        if has_header(run):
            raise
        raise Invalid("list_no_header", NO_HEADER, field="columns") from None


def has_header(run: ImportRun) -> bool:
    """Tell whether the columns of a list have headings."""
    shape = shape_of(run)
    return shape.header_row > 0 and any(shape.header)


def unread(run: ImportRun) -> list[SheetRows]:
    """Return the sheets of the workbook that have rows and are not the one that is read."""
    return [one for one in left_sheets(run, shape_of(run)) if one.rows]


def left_sheets(run: ImportRun, shape: ListShape) -> list[SheetRows]:
    """Return the sheets of the workbook with any text that a form does not read, those without rows too."""
    read = {shape.sheet, *(section.sheet for section in shape.sections)}
    return [one for one in (SheetRows(*one) for one in run.options.get("sheets", ())) if one.name not in read]


def changed_since_check(run: ImportRun) -> bool:
    """Tell whether columns were chosen that the report knows nothing of."""
    return "draft" in run.options


def note_unstated(run: ImportRun, said: str) -> None:
    """Keep what the form says of rows without a protection: the mapping does not tell whether it did."""
    run.options = {**run.options, "protection": said}


def _forget_draft(run: ImportRun) -> None:
    run.options = {name: value for name, value in run.options.items() if not name.startswith("draft")}


COLUMNS_CHANGED = N_(
    "The columns were changed after the check, so the report does not hold. Check the list again, or keep "
    "the columns it was checked with."
)
SOURCE_NEEDED = N_("Choose which system the references of the list belong to.")
SITE_NEEDED = N_("Choose the address the list is about; no column says it.")
KIND_NEEDED = N_("Choose a kind of file; no column says it.")


def stage(work: Work, run: ImportRun) -> None:
    """Order that a list be read and checked; raises Invalid when something about it is still unsaid."""
    mapping = mapping_of(run)
    _check(run, mapping)
    fields = {column.field for column in mapping.columns}
    needs = [(mapping.source or ListField.SOURCE_SYSTEM in fields, "source", SOURCE_NEEDED)]
    if run.purpose is ImportPurpose.REGISTER:
        needs.append((mapping.site or bool({ListField.SITE, ListField.PLACE} & fields), "site", SITE_NEEDED))
        needs.append((mapping.default_kind or ListField.KIND in fields, "default_kind", KIND_NEEDED))
    for said, field, sentence in needs:
        if not said:
            raise Invalid(f"import_{field}", sentence, field=field)
    newest = work.session.execute(select(func.coalesce(func.max(col(CaseFile.id)), 0))).scalar_one()
    run.mapping, run.shape, run.problem = mapping.as_dict(), shape_of(run).as_dict(), None
    _forget_draft(run)
    run.options = {**run.options, "newest": newest, "checker": access_log.stream_of(work.actor)}
    run.heartbeat, run.share, run.rows = None, 0, 0
    history.advance(work, run, ImportAction.STAGE, changes={"next_row": 0})


def apply(work: Work, run: ImportRun) -> None:
    """Order that a checked list be registered; raises Conflict when its columns were changed since."""
    if changed_since_check(run):
        raise Conflict("columns_changed", COLUMNS_CHANGED)
    run.counts, run.share, run.heartbeat = {}, 0, None
    cells.begin_again(run)
    run.options = {**run.options, "orderer": work.actor.id}
    history.advance(work, run, ImportAction.APPLY, changes={"next_row": 0})


def discard(work: Work, run: ImportRun) -> None:
    """Order that a list and all that was read of it be deleted; nothing of it has been registered."""
    run.heartbeat = None
    history.advance(work, run, ImportAction.DISCARD)


def withdraw(work: Work, run: ImportRun, reason: str) -> None:
    """Order that what an import did be set back; raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("Say why the import is withdrawn."), field="reason")
    set_back = {"rows": 0, "set_back": 0, "left": 0}
    run.options = {**run.options, "withdrawn": set_back, "withdrawer": work.actor.id}
    run.heartbeat, run.share = None, 0
    history.advance(
        work, run, ImportAction.WITHDRAW, changes={"next_row": 0}, private={"reason": reason.strip()}
    )


def report(run: ImportRun) -> Counts:
    """Return what a run counts: of the registering once it has begun, of the check before."""
    return Counts.from_data(run.counts)


def problem_of(data: Mapping[str, Any]) -> RowProblem:
    """Make a problem of the plain data a row keeps."""
    facts = {
        name: _FIELDS.get(value, value) if name == "field" else value for name, value in data["facts"].items()
    }
    return RowProblem(data["code"], data["sentence"], tuple(facts.items()))


def reason(code: str) -> str:
    """Say in few words why rows were not registered, by the code of their problem."""
    known = RowReason.read(code)
    return known.label if known else _("another reason (%(code)s)", code=code)


def waiting(run: ImportRun) -> bool:
    """Tell whether a process is, or should be, at work on a run."""
    return run.status in (ImportState.STAGING, ImportState.APPLYING, ImportState.WITHDRAWING)
