"""Withdraw a wrong import by events: what it registered becomes void, what it changed is set back.

What a person or a scanner has touched since is left as it is, with an item on the worklist.
"""

import json
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from archive.files import earlier_checks, files
from archive.history import history
from archive.imports import answers, questions, uploads
from archive.imports.batching import Turns
from archive.imports.rows import emptied, matching
from archive.kernel.errors import Conflict, DomainError, Invalid
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import APART, Work
from archive.models import (
    CaseFile,
    Event,
    ImportRow,
    ImportRun,
    Label,
    Task,
)
from archive.people import doubts, numbers, people
from archive.places import places
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    ImportAction,
    ImportPurpose,
    ImportState,
    PersonRole,
    Protection,
    RowState,
    TaskAnswer,
    TaskKind,
)
from archive.vocabulary.wording import N_

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_RUN = ImportRun.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_EVENT = Event.__table__  # type: ignore[attr-defined]
_LABEL = Label.__table__  # type: ignore[attr-defined]
_TO_DO = (
    select(
        *(_ROW.c[name] for name in ("id", "row", "state", "file_id", "file_key", "part", "covers", "undo"))
    )
    .where(_ROW.c.run_id == bindparam("run_id"), _ROW.c.row > bindparam("after"))
    .order_by(_ROW.c.row)
    .limit(bindparam("size"))
)
_DONE = (
    update(_ROW)
    .where(_ROW.c.id == bindparam("id_"))
    .values(state=RowState.WITHDRAWN, cells=[], reading=None, undo=None)
)
_EVENTS = (
    select(_EVENT.c.stream, _EVENT.c.seq, _EVENT.c.act, _EVENT.c.body)
    .where(_EVENT.c.stream.in_(bindparam("values", expanding=True)))
    .order_by(_EVENT.c.stream, _EVENT.c.seq)
)
_OF_CASE = select(_FILE.c.id).where(
    _FILE.c.import_id == bindparam("run_id"),
    _FILE.c.source_id == bindparam("source_id"),
    _FILE.c.reference_key == bindparam("reference_key"),
)
_OTHERS = (
    select(_ROW.c.file_id, _RUN.c.name)
    .join(_RUN, _RUN.c.id == _ROW.c.run_id)
    .where(
        _ROW.c.file_id.in_(bindparam("values", expanding=True)),
        _ROW.c.run_id != bindparam("run_id"),
        _ROW.c.state.in_([RowState.REGISTERED, RowState.CHANGED, RowState.UNCHANGED]),
        _RUN.c.status.in_([ImportState.APPLYING, ImportState.APPLIED]),
        _RUN.c.purpose == ImportPurpose.REGISTER,
    )
)
_PRINTED = select(_LABEL.c.file_id).where(
    _LABEL.c.file_id.in_(bindparam("values", expanding=True)), _LABEL.c.printed_at.is_not(None)
)
CHANGED_SINCE = N_("It was changed, scanned, lent or given a label after the list was registered.")
NAMED_ELSEWHERE = N_("The registered list “%(list)s” names it too.")
_PROTECTION = {level.value: level for level in Protection}
_ROLE = {role.value: role for role in PersonRole}
_DAYS = frozenset({"opened_on", "closed_on", "last_note_on", "birth_date"})


class Withdrawing:
    """Set back what one import did, batch by batch, in the order of its rows."""

    def __init__(self, turns: Turns, run: ImportRun) -> None:
        self._turns, self._run_id, self._upload_id = turns, run.id, run.upload_id
        self._made: list[int] = []

    def close(self) -> None:
        """Let go of nothing."""

    def step(self) -> bool:
        """Set back the next rows; tell whether there is more."""
        turns = self._turns
        if made := self._made:
            needs = emptied.look(turns.archive, turns.actor, self._run_id, made)
            with turns.take() as (work, run):
                emptied.close(work, run, made, needs)
                self._made = emptied.waiting(run)
            return True
        with turns.take(turns.size) as (work, run):
            parameters = {"run_id": run.id, "after": turns.after, "size": turns.size}
            rows = work.connection.execute(_TO_DO, parameters).all()
            if not rows:
                return self._end(work, run)
            _Withdrawal(work, run).rows(rows)
            run.next_row = rows[-1].row
            done = run.options["withdrawn"]["rows"] + len(rows)
            run.options = {**run.options, "withdrawn": {**run.options["withdrawn"], "rows": done}}
            run.share = round(100 * done / max(run.rows, 1))
        turns.after = rows[-1].row
        return True

    def _end(self, work: Work, run: ImportRun) -> bool:
        """Settle the questions it raised, then close its places, then delete its list; tell of more to do."""
        asked = select(Task).where(
            col(Task.run_id) == run.id, col(Task.open), col(Task.kind) != TaskKind.LEFT_BEHIND
        )
        tasks = work.session.execute(asked.limit(self._turns.size)).scalars().all()
        for task in tasks:
            if self._handed_on(work, task) or self._stays(work, run, task):
                continue
            if task.kind is TaskKind.IDENTITY:  # whom a list marked stays hidden until that is lifted by hand
                doubts.end(work, task, protected=True, source=run.name)
            else:
                doubts.release(work, task, withdrawn=run.id)
            task.open, task.answer = False, TaskAnswer.WITHDRAWN
            task.settled_at, task.settled_by = work.now, work.actor.id
            history.record(work, EventKind.TASK_SETTLED, task, answer=TaskAnswer.WITHDRAWN.value)
        self._made = [] if tasks else emptied.waiting(run)
        if tasks or self._made or not uploads.forget(work, self._upload_id, most=4):
            return True
        run.heartbeat, run.finished_at, run.share = None, work.now, 100
        history.advance(
            work, run, ImportAction.FINISH, changes={"next_row": 0}, counts=run.options["withdrawn"]
        )
        return False

    @staticmethod
    def _stays(work: Work, run: ImportRun, task: Task) -> bool:
        """Let a question that hides somebody stay open while what it is about is left of the list."""
        if task.kind is TaskKind.NEAR_DUPLICATE and task.id >= APART:
            two = [files.get(work, one) for one in (task.file_id, task.other_id or task.file_id)]
            left = all(one.status is not Custody.VOID for one in two)
            task.run_id = None if left else task.run_id
            work.session.flush()
            return left
        if task.kind is not TaskKind.SAME_PERSON:
            return False
        both = [people.get(work, task.facts[name]) for name in ("person", "protected")]
        ids = [one for person in both if person.import_id == run.id for one in people.files_of(work, person)]
        left = any(files.get(work, one).status is not Custody.VOID for one in ids)
        task.run_id = None if left else task.run_id
        work.session.flush()
        return left

    @staticmethod
    def _handed_on(work: Work, task: Task) -> bool:
        """Let a question stay open for a row of another reading of the list that waits for it too."""
        row = work.session.get(ImportRow, task.row_id) if task.kind is TaskKind.IDENTITY else None
        alike = answers.waiting_alike(work, row, task.facts["said"]) if row else []
        if alike:
            task.row_id, task.run_id = alike[0].id, alike[0].run_id
            work.session.flush()
        return bool(alike)


class _Withdrawal:
    """Set back the rows of one batch."""

    def __init__(self, work: Work, run: ImportRun) -> None:
        self._work, self._run = work, run
        self._asked = questions.QuestionBook(work, run)
        self._counts = dict(run.options["withdrawn"])
        self._others: dict[int, str] = {}  # another list that names a file
        self._acts: set[str] = set()

    def rows(self, rows: Sequence[Any]) -> None:
        """Set back what these rows did."""
        registered = {row.id: self._registered(row) for row in rows if row.state is RowState.REGISTERED}
        changed = {row.id: (row.undo or {}).get("files", []) for row in rows}
        ids = {file_id for found in registered.values() for file_id in found}
        ids |= {undo["file"] for undos in changed.values() for undo in undos}
        undone = [undo for undos in changed.values() for undo in undos]
        undone += [undo for row in rows for undo in (row.undo or {}).get("persons", ())]
        acts = {undo["act"] for undo in undone if "act" in undo}
        touched = self._touched(ids, acts)
        others = matching.fetch(self._work, _OTHERS, ids, run_id=self._run.id)
        self._others = {row.file_id: row.name for row in others}
        earlier_checks.forget(self._work, self._run.id, ids)
        emptied.note(self._work, self._run, self._acts)
        for row in rows:
            for undo in changed[row.id]:
                self._attempt(row, undo["file"], touched, partial(self._set_back, undo=undo))
            for file_id in registered.get(row.id, ()):
                self._attempt(row, file_id, touched, self._void)
            for undo in (row.undo or {}).get("persons", ()):
                _set_back_person(self._work, self._run, undo)
            for file_id, parts in (row.undo or {}).get("parts", {}).items():
                self._set_back_parts(int(file_id), parts)
        self._asked.open()
        self._run.options = {**self._run.options, "withdrawn": self._counts}
        self._work.connection.execute(_DONE, [{"id_": row.id} for row in rows])

    def _registered(self, row: Any) -> list[int]:
        if row.covers == 1:
            return [row.file_id]
        source_id, _colon, reference = row.file_key.partition(":")
        parameters = {"run_id": self._run.id, "source_id": int(source_id), "reference_key": reference}
        return list(self._work.connection.execute(_OF_CASE, parameters).scalars())

    def _touched(self, file_ids: Collection[int], acts: Collection[str]) -> set[int]:
        """Return the files that something else has happened to since the import had to do with them.

        What the import did in one turn bears one act, also where the event does not name the import.
        """
        ours: set[str] = set()
        touched = set(matching.fetch(self._work, _PRINTED, file_ids))
        found = {row.file_id for row in touched}
        events = list(matching.fetch(self._work, _EVENTS, {f"file:{one}" for one in file_ids}))
        named = {one.act for one in events if json.loads(one.body)["facts"].get("run") == self._run.id}
        self._acts = named.union(acts)
        for event in events:
            if event.act in acts or event.act in named:
                ours.add(event.stream)
            elif event.stream in ours:
                found.add(int(event.stream.removeprefix("file:")))
        return found

    def _attempt(
        self, row: Any, file_id: int, touched: set[int], set_back: Callable[[CaseFile], None]
    ) -> None:
        file = files.get(self._work, file_id)
        gone = file.status is Custody.VOID and file.import_id == self._run.id
        if gone and row.state is not RowState.REGISTERED:
            return  # it went with the row that registered it
        sealed = file.protected and row.state is not RowState.REGISTERED  # as when the list was registered
        refusal: DomainError = Conflict("changed_since", CHANGED_SINCE)
        if file_id not in touched and file.status is Custody.ON_PLACE:
            try:
                set_back(file)
            except (Conflict, Invalid) as found:  # such as a place closed since
                refusal = found
            else:
                self._counts["set_back"] += not sealed
                return
        if not sealed:
            self._counts["left"] += 1
        named = {name: str(value) for name, value in refusal.facts.items()}
        why = {"code": refusal.code, "sentence": refusal.sentence, "facts": named}
        facts = {"run": self._run.id, "why": why}
        self._asked.ask(TaskKind.LEFT_BEHIND, row.id, file_id, facts, sealed=sealed)

    def _void(self, file: CaseFile) -> None:
        if other := self._others.get(file.id):
            raise Conflict("named_elsewhere", NAMED_ELSEWHERE, list=other)
        files.withdraw(self._work, file, self._run.id)

    def _set_back(self, file: CaseFile, undo: dict[str, Any]) -> None:
        work = self._work
        if place := undo.get("place"):  # first, since this may be refused
            files.move(work, file, places.get(work, place[0]), how=Evidence.LIST, position=place[1])
        if fields := undo.get("fields"):
            values = {name: _typed(name, value) for name, value in fields.items()}
            files.change(work, file, values, by_hand=False, import_id=self._run.id)
        for person_id in undo.get("added", ()):
            files.remove_person(work, file, people.get(work, person_id))

    def _set_back_parts(self, file_id: int, parts: int) -> None:
        file = files.get(self._work, file_id)
        if file.status is not Custody.VOID and file.part <= parts:
            files.change(self._work, file, {"parts": parts}, by_hand=False, import_id=self._run.id)


def _set_back_person(work: Work, run: ImportRun, undo: dict[str, Any]) -> None:
    person = people.get(work, undo["person"])
    if fields := undo.get("fields"):
        values = {name: _typed(name, value) for name, value in fields.items()}
        people.change(work, person, values, by_hand=False, import_id=run.id)
    if right := undo.get("right"):
        file, role = files.get(work, undo["file"]), _ROLE[undo["role"]]
        if file.status is not Custody.VOID:
            files.add_person(work, file, person, role)
            if not undo["was_there"] and not people.get(work, right).protection.protected:
                files.remove_person(work, file, people.get(work, right))
    if number := undo.get("number"):
        numbers.withdraw(work, person.id, number, source=run.name, run=run.id)
    if protection := undo.get("protection"):
        old, source, given = protection
        own = person.protection.value == given and person.protection_source == run.name
        if own and not _PROTECTION[old].lowers(person.protection):  # that is lifted by hand, before witnesses
            people.protect(work, person, _PROTECTION[old], source)


def _typed(name: str, value: Any) -> Any:
    return PartialDate.parse(value) if name in _DAYS and value is not None else value
