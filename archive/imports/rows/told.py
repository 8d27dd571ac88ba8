"""What was asked and answered of files when lists were read before, to be followed and not asked again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select

from archive.imports.lists.meaning.whereabouts import place_key
from archive.imports.rows.items import Merged
from archive.imports.rows.matching import FILES, CaseKey, Claim, KnownFile, PlaceAnswer, fetch, lists_of
from archive.imports.rows.names import LONGER
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow, Task
from archive.vocabulary import Custody, Evidence, RowState, TaskAnswer, TaskKind

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_TASK = Task.__table__  # type: ignore[attr-defined]
_OF_FIELDS = (TaskKind.FIELD_CONFLICT, TaskKind.PLACE_CONFLICT)
_ASKED = select(
    *(_TASK.c[name] for name in ("file_id", "run_id", "kind", "open", "facts", "answer", "settled_at"))
).where(
    _TASK.c.file_id.in_(bindparam("values", expanding=True)),
    _TASK.c.kind.in_([one.value for one in (*_OF_FIELDS, TaskKind.IDENTITY)]),
    _TASK.c.answer.is_distinct_from(TaskAnswer.WITHDRAWN.value),
)
_CHANGED = (
    select(_ROW.c.file_id, _ROW.c.run_id, _ROW.c.undo)
    .where(
        _ROW.c.file_id.in_(bindparam("values", expanding=True)),
        _ROW.c.state == RowState.CHANGED.value,
        _ROW.c.undo.is_not(None),
    )
    .order_by(_ROW.c.id)
)
_TOLD_APART = (
    select(_TASK.c.facts, _ROW.c.file_id)
    .join(_ROW, _ROW.c.id == _TASK.c.row_id)
    .where(
        _ROW.c.file_id.in_(bindparam("values", expanding=True)),
        _TASK.c.kind == TaskKind.IDENTITY.value,
        _TASK.c.answer == TaskAnswer.DIFFERENT.value,
    )
)


def note_asked(work: Work, files: Iterable[KnownFile]) -> None:
    """Tell of files which other names somebody is or was asked about, and which rows and places still are."""
    by_id = {file.id: file for file in files}
    for row in fetch(work, _ASKED, by_id.keys()):
        by_id[row.file_id].place_asked |= row.kind is TaskKind.PLACE_CONFLICT and row.open
        fields = row.facts.get("fields", {})
        if row.kind is TaskKind.IDENTITY:
            by_id[row.file_id].waiting |= {row.facts["said"]: fields} if row.open else {}
            continue
        if name := fields.get("name") or fields.get(LONGER):
            by_id[row.file_id].names_asked[name[0], name[1]] = row.open


def note_places(work: Work, files: Iterable[KnownFile], claims: Mapping[int, Sequence[Claim]]) -> None:
    """Tell of files a list places elsewhere what their place rests on, and what was answered about it."""
    by_id = {file.id: file for file in files}
    asked = [row for row in fetch(work, _ASKED, by_id.keys()) if row.kind is TaskKind.PLACE_CONFLICT]
    moved = {
        changed["file"]: row.run_id
        for row in fetch(work, _CHANGED, by_id.keys())
        for changed in row.undo.get("files", ())
        if "place" in changed
    }
    placing = {file.id: moved.get(file.id) or file.import_id for file in by_id.values()}
    lists = lists_of(work, {one for one in (*placing.values(), *(row.run_id for row in asked)) if one})
    for row in asked:
        if not row.open:
            _note_answer(by_id[row.file_id], row, lists)
    elsewhere = {(row.file_id, row.run_id) for row in asked if "was" not in row.facts}
    for file in by_id.values():
        if file.placed_how is not Evidence.LIST:
            file.placed_day = local_date(file.placed_at)
            continue
        answered = {one.day for one in file.place_answers}
        days = [
            claim.day
            for claim in claims.get(file.id, ())
            if claim.central is file.central
            and (file.id, claim.run_id) not in elsewhere
            and claim.day not in answered
        ]
        own = lists.get(placing[file.id] or 0)
        file.placed_day = max((day for day in (*days, own and own.day) if day), default=None)


def _note_answer(file: KnownFile, row: Row[Any], lists: Mapping[int, Claim]) -> None:
    said = tuple((kind, place_key(name)) for kind, name in row.facts["place"])
    source = lists.get(row.run_id)
    file.place_answers.append(PlaceAnswer(said, source.day if source else None, row.facts.get("register")))
    if row.answer is TaskAnswer.REGISTER_RIGHT and row.settled_at >= file.placed_at:
        file.place_confirmed = max(file.place_confirmed or date.min, local_date(row.settled_at))


def told_apart(work: Work, twins: Iterable[KnownFile]) -> dict[str, int]:
    """Return which twin each row became that somebody told apart, by the fingerprint of the row."""
    return {row.facts["said"]: row.file_id for row in fetch(work, _TOLD_APART, {one.id for one in twins})}


_OR_VOID = FILES.add_columns(_FILE.c.replaced_by_id)
_VOID = _OR_VOID.where(
    _FILE.c.reference_key.in_(bindparam("values", expanding=True)),
    _FILE.c.status == Custody.VOID,
    _FILE.c.replaced_by_id.is_not(None),
)
_BY_ID = _OR_VOID.where(_FILE.c.id.in_(bindparam("values", expanding=True)))


def merged(
    work: Work, keys: Collection[CaseKey], living: Mapping[int, KnownFile]
) -> dict[CaseKey, dict[int, list[Merged]]]:
    """Return the registrations somebody made void, each with the file it is, by case and part.

    `living` are the files known already: one file is held once, that what a row says of it all rows see.
    """
    voids = [row for row in fetch(work, _VOID, {key.reference for key in keys}) if _of(row).key in keys]
    rights = dict(living)
    follow: dict[int, int] = {}
    wanted = {row.replaced_by_id for row in voids} - rights.keys()
    while wanted:
        for row in fetch(work, _BY_ID, wanted):
            if row.status is not Custody.VOID:
                rights[row.id] = _of(row)
            elif row.replaced_by_id is not None:
                follow[row.id] = row.replaced_by_id
        wanted = {follow[one] for one in wanted & follow.keys()} - rights.keys() - follow.keys()
    found: dict[CaseKey, dict[int, list[Merged]]] = {}
    for row in voids:
        right_id = row.replaced_by_id
        while right_id in follow:
            right_id = follow[right_id]
        if right_id in rights:  # else it went with its list
            void = _of(row)
            found.setdefault(void.key, {}).setdefault(void.part, []).append(Merged(void, rights[right_id]))
    return found


def _of(row: Row[Any]) -> KnownFile:
    return KnownFile(*tuple(row)[:-1])
