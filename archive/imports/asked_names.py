"""Find files by a name the worklist asks about: while nobody has answered, it may be the right one."""

from typing import Any

from sqlalchemy import Text, bindparam, cast, or_, select
from sqlmodel import col

from archive.files import lookup, name_lookup
from archive.imports import masking
from archive.imports.rows.names import LONGER
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, Task
from archive.people import name_index
from archive.people.name_index import TypedName
from archive.vocabulary import Custody, TaskKind

_FIELDS = ("name", LONGER, "person")
_AT_ONCE = 2_000
_KINDS = (TaskKind.FIELD_CONFLICT, TaskKind.IDENTITY)
_ASKED = (
    select(col(Task.id), col(Task.facts))
    .join(CaseFile, col(CaseFile.id) == Task.file_id)
    .where(
        col(Task.open),
        col(Task.kind).in_(_KINDS),
        col(Task.id) > bindparam("after"),
        or_(*(cast(col(Task.facts), Text).contains(f'"{name}"') for name in _FIELDS)),
        ~col(CaseFile.protected),
        col(CaseFile.status) != Custody.VOID,
    )
    .order_by(col(Task.id))
    .limit(_AT_ONCE)
)
_ABOUT = (
    select(col(Task.id), CaseFile, ImportRow)
    .join(CaseFile, col(CaseFile.id) == Task.file_id)
    .join(ImportRow, col(ImportRow.id) == Task.row_id)
    .where(col(Task.id).in_(bindparam("tasks", expanding=True)))
    .order_by(col(Task.id))
)
_BEFORE = (
    select(col(Task.file_id), col(Task.facts), ImportRow)
    .join(ImportRow, col(ImportRow.id) == Task.row_id)
    .where(
        col(Task.open),
        col(Task.kind).in_(_KINDS),
        col(Task.file_id).in_(bindparam("files", expanding=True)),
        col(Task.id) <= bindparam("after"),
    )
)


@lookup.asked_about.answer
def find(work: Work, typed: TypedName, *, after: int, limit: int) -> tuple[list[CaseFile], int | None]:
    """Return files asked about under a name every word begins a part of, and the question to go on from.

    A row that its list marks as protected finds nothing, and no file again that has such a name itself.
    """
    found: dict[int, CaseFile] = {}
    begun = after
    while asked := work.session.execute(_ASKED, {"after": after}).all() if typed.words else ():
        alike = [task_id for task_id, facts in asked if _alike(facts, typed)]
        named = _ABOUT.where(~name_lookup.has_name(typed))
        rows = work.session.execute(named, {"tasks": alike}).all() if alike else ()
        shown = _shown_before(work, typed, [file.id for _id, file, _row in rows], begun)
        for task_id, file, row in rows:
            if file.id not in {*shown, *found} and not masking.by_list(row):
                if len(found) == limit:
                    return list(found.values()), after
                found[file.id] = file
            after = task_id
        after = asked[-1].id
    return list(found.values()), None


def _shown_before(work: Work, typed: TypedName, file_ids: list[int], after: int) -> set[int]:
    """Return those of the files that a question up to one found on an earlier page."""
    if not (file_ids and after):
        return set()
    rows = work.session.execute(_BEFORE, {"files": file_ids, "after": after})
    return {file_id for file_id, facts, row in rows if _alike(facts, typed) and not masking.by_list(row)}


def _alike(facts: dict[str, Any], typed: TypedName) -> bool:
    """Tell whether what was typed fits the names a question is about, not a number beside them."""
    said = [name[:2] for field in _FIELDS if (name := facts["fields"].get(field))]
    return typed.fits(name_index.tokens(*(word for name in said for word in name)))
