"""Who says where a file is: the two sides of a question about its place, each with its source and day."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from archive.accounts import display_names
from archive.kernel.store import Work
from archive.models import CaseFile, Event, ImportRow, ImportRun, Task
from archive.people import people
from archive.places import paths
from archive.vocabulary import EventKind, Evidence, TaskKind

_EVENT = Event.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_RUN = ImportRun.__table__  # type: ignore[attr-defined]
_PLACING = (EventKind.FILE_REGISTERED, EventKind.FILE_MOVED, EventKind.FILE_TAKEN_BACK)
_HOW = {how.value: how for how in Evidence}
_IDS: Any = bindparam("ids", expanding=True)

_PLACINGS = (
    select(*(_EVENT.c[name] for name in ("stream", "act", "at", "happened_at", "actor", "body")))
    .where(_EVENT.c.stream.in_(_IDS), _EVENT.c.kind.in_([kind.value for kind in _PLACING]))
    .order_by(_EVENT.c.stream, _EVENT.c.seq)
)
_CHANGED = select(_ROW.c.run_id, _ROW.c.undo).where(_ROW.c.file_id.in_(_IDS), _ROW.c.undo.is_not(None))
_LISTS = select(_RUN.c.id, _RUN.c.name, _RUN.c.mapping, _RUN.c.created_at).where(_RUN.c.id.in_(_IDS))


@dataclass(frozen=True, slots=True)
class Source:
    """A list: what it is called, when it was drawn up, if that is known, and when it was read in."""

    run_id: int
    name: str
    drawn_up: date | None
    read_in: datetime


@dataclass(frozen=True, slots=True)
class Saying:
    """One side: a list, or somebody who scanned or entered it, says where a file is, or was until lately."""

    place: str
    source: Source | None
    how: Evidence
    who: str
    at: datetime
    until_now: bool = False


def by_task(
    work: Work, tasks: Sequence[Task], files: Mapping[int, CaseFile]
) -> dict[int, tuple[Saying, Saying]]:
    """Return for each question about a place what the list says and what the register said.

    Questions about files of protected persons are left out, but for those cleared.
    """
    cleared = people.cleared(work.actor)
    asked = [
        task
        for task in tasks
        if task.kind is TaskKind.PLACE_CONFLICT and (cleared or not files[task.file_id].protected)
    ]
    if not asked:
        return {}
    known = _Known(work, [files[task.file_id] for task in asked], asked)
    return {task.id: (known.by_list(task), known.by_register(task)) for task in asked}


class _Known:
    """What lists and history say of some files, fetched at once."""

    def __init__(self, work: Work, files: Sequence[CaseFile], tasks: Sequence[Task]) -> None:
        self._files = {file.id: file for file in files}
        self._placings: dict[str, list[Any]] = {}
        for row in work.connection.execute(_PLACINGS, {"ids": sorted({file.stream for file in files})}):
            self._placings.setdefault(row.stream, []).append((row, json.loads(row.body)["facts"]))
        self._by_act = dict(_acts(work.connection.execute(_CHANGED, {"ids": sorted(self._files)})))
        runs = {task.run_id for task in tasks if task.run_id} | set(self._by_act.values())
        runs |= {facts.get("run") for placed in self._placings.values() for _row, facts in placed} - {None}
        self._lists = {
            row.id: Source(row.id, row.name, _day(row.mapping), row.created_at)
            for row in work.connection.execute(_LISTS, {"ids": sorted(runs)})
        }
        self._trails = paths.steps(work, {self._place_id(task) for task in tasks})
        who = {row.actor for placed in self._placings.values() for row, _facts in placed}
        self._who = display_names.names(work, who | {file.placed_by for file in files})

    def _place_id(self, task: Task) -> int:
        place_id: int = task.facts.get("was") or self._files[task.file_id].place_id
        return place_id

    def by_list(self, task: Task) -> Saying:
        """Return what the list says that raised the question."""
        source = self._lists.get(task.run_id or 0)
        place = paths.name_as_written(task.facts["place"])
        return Saying(place, source, Evidence.LIST, "", source.read_in if source else task.opened_at)

    def by_register(self, task: Task) -> Saying:
        """Return what the register has, or had until the list won, and how it knows."""
        file, place_id = self._files[task.file_id], self._place_id(task)
        place = paths.name_of(self._trails.get(place_id, ())) or "–"
        until_now = "was" in task.facts
        for row, facts in reversed(self._placings.get(file.stream, [])):
            if facts.get("place") == place_id and (not until_now or row.at <= task.opened_at):
                source = self._lists.get(facts.get("run") or self._by_act.get(row.act) or 0)
                how = _HOW.get(facts.get("how"), file.placed_how)
                return Saying(place, source, how, self._who[row.actor], row.happened_at, until_now)
        return Saying(place, None, file.placed_how, self._who[file.placed_by], file.placed_at, until_now)


def _acts(rows: Any) -> Iterator[tuple[str, int]]:
    """Give the run of each act by which a list changed a file."""
    for row in rows:
        for changed in row.undo.get("files", ()):
            yield changed["act"], row.run_id


def _day(mapping: Mapping[str, Any] | None) -> date | None:
    day = (mapping or {}).get("list_date")
    return date.fromisoformat(day) if day else None
