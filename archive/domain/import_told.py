"""What was asked and answered of files when lists were read before, to be followed and not asked again."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from archive.domain.import_matching import KnownFile, fetch
from archive.domain.import_names import LONGER
from archive.models import ImportRow, Task
from archive.store import Work
from archive.vocabulary import TaskAnswer, TaskKind

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_TASK = Task.__table__  # type: ignore[attr-defined]
_ASKED = select(_TASK.c.file_id, _TASK.c.kind, _TASK.c.open, _TASK.c.facts).where(
    _TASK.c.file_id.in_(bindparam("values", expanding=True)),
    _TASK.c.kind.in_([TaskKind.FIELD_CONFLICT.value, TaskKind.PLACE_CONFLICT.value]),
    _TASK.c.answer.is_distinct_from(TaskAnswer.WITHDRAWN.value),
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
    """Tell of files which other names somebody is or was asked about, and whose place is in question."""
    by_id = {file.id: file for file in files}
    for row in fetch(work, _ASKED, by_id.keys()):
        by_id[row.file_id].place_asked |= row.kind is TaskKind.PLACE_CONFLICT and row.open
        fields = row.facts.get("fields", {})
        if name := fields.get("name") or fields.get(LONGER):
            by_id[row.file_id].names_asked[name[0], name[1]] = row.open


def told_apart(work: Work, twins: Iterable[KnownFile]) -> dict[str, int]:
    """Return which twin each row became that somebody told apart, by the fingerprint of the row."""
    return {row.facts["said"]: row.file_id for row in fetch(work, _TOLD_APART, {one.id for one in twins})}
