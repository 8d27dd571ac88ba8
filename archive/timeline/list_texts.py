"""What a list had to do with a file: which list and row, and who had it read in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from archive.kernel.store import Work
from archive.models import ImportRow, ImportRun
from archive.vocabulary import EventKind, Permission
from archive.vocabulary.wording import _

_RUN = ImportRun.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_RUNS = select(_RUN.c.id, _RUN.c.name, _RUN.c.started_by, _RUN.c.options).where(
    _RUN.c.id.in_(bindparam("ids", expanding=True))
)
_ROWS = (
    select(_ROW.c.run_id, _ROW.c.file_id, func.min(_ROW.c.row).label("row"))
    .where(
        _ROW.c.file_id.in_(bindparam("files", expanding=True)),
        _ROW.c.run_id.in_(bindparam("runs", expanding=True)),
    )
    .group_by(_ROW.c.run_id, _ROW.c.file_id)
)
_TELLS = frozenset({EventKind.FILE_REGISTERED.value, EventKind.FILE_CORRECTED.value})


@dataclass(frozen=True, slots=True)
class ListOrigin:
    """One event of a file that came of a list: the run, its name, the row if it is known, who ordered it."""

    run: int
    name: str
    row: int | None
    by: str

    def say(self) -> str:
        """Name list and row."""
        if self.row is None:
            return _("read in from the list “%(list)s”", list=self.name)
        return _("read in from the list “%(list)s”, row %(row)s", list=self.name, row=self.row)


def by_event(work: Work, events: Sequence[Any]) -> Mapping[int, ListOrigin]:
    """Return of which list and row events of files came, by event; nothing to who reads no names."""
    told = [row for row in events if row.kind in _TELLS and row.stream.startswith("file:")]
    runs = {row.id: json.loads(row.body)["facts"].get("run") for row in told}
    runs = {event: run for event, run in runs.items() if run is not None}
    if not runs or not work.actor.may(Permission.READ_NAMES):
        return {}
    files = {row.id: int(row.stream.removeprefix("file:")) for row in told if row.id in runs}
    asked = {"runs": sorted(set(runs.values())), "files": sorted(set(files.values()))}
    lists = {row.id: row for row in work.connection.execute(_RUNS, {"ids": asked["runs"]})}
    rows = {(row.run_id, row.file_id): row.row for row in work.connection.execute(_ROWS, asked)}
    return {
        event: ListOrigin(run, lists[run].name, rows.get((run, files[event])), ordered_by(lists[run]))
        for event, run in runs.items()
        if run in lists
    }


def of_file(work: Work, file: Any) -> ListOrigin | None:
    """Return the list and row that registered a file; nothing of a masked one, or to who reads no names."""
    if file.import_id is None or file.protected or not work.actor.may(Permission.READ_NAMES):
        return None
    run = work.connection.execute(_RUNS, {"ids": [file.import_id]}).one()
    row = work.connection.execute(_ROWS, {"runs": [run.id], "files": [file.id]}).first()
    return ListOrigin(run.id, run.name, row.row if row else None, ordered_by(run))


def ordered_by(run: Any) -> str:
    """Return who had a list registered: the worker only did it."""
    return str(run.options.get("orderer", run.started_by))
