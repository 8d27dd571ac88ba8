"""Find files by a name the worklist asks about: while nobody has answered, it may be the right one."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Text, bindparam, cast, or_, select
from sqlmodel import col

from archive.files import lookup
from archive.imports import masking
from archive.imports.rows.names import LONGER
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, Task
from archive.people import people
from archive.vocabulary import Custody, TaskKind

_FIELDS = ("name", LONGER, "person")
_AT_ONCE = 2_000
_ASKED = (
    select(col(Task.id), col(Task.facts))
    .join(CaseFile, col(CaseFile.id) == Task.file_id)
    .where(
        col(Task.open),
        col(Task.kind).in_([TaskKind.FIELD_CONFLICT, TaskKind.IDENTITY]),
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


@lookup.asked_about.answer
def find(
    work: Work, words: Sequence[str], besides: Collection[int], *, after: int = 0, limit: int
) -> tuple[list[CaseFile], int | None]:
    """Return files asked about under a name every word begins a part of, and the question to go on from.

    A row that its list marks as protected finds nothing.
    """
    found: dict[int, CaseFile] = {}
    while asked := work.session.execute(_ASKED, {"after": after}).all() if words else ():
        alike = [task_id for task_id, facts in asked if _alike(facts["fields"], words)]
        for task_id, file, row in work.session.execute(_ABOUT, {"tasks": alike}) if alike else ():
            if file.id not in {*besides, *found} and not masking.by_list(row):
                if len(found) == limit:
                    return list(found.values()), after
                found[file.id] = file
            after = task_id
        after = asked[-1].id
    return list(found.values()), None


def _alike(fields: dict[str, Any], words: Sequence[str]) -> bool:
    """Tell whether each word begins a part of the names a question is about, not a number beside them."""
    named = [token for name in _FIELDS if (said := fields.get(name)) for token in people.tokens(*said[:2])]
    return all(any(token.startswith(word) for token in named) for word in words)
