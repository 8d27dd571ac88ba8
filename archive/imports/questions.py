"""The questions an import raises, each asked once however often the list is read."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.files import files
from archive.history import history
from archive.imports import masking
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.imports.rows import masked_alike
from archive.imports.rows.names import LONGER
from archive.imports.rows.near import BY
from archive.kernel.store import APART, Work
from archive.models import ImportRow, ImportRun, Task
from archive.people import doubts, file_links, same_persons
from archive.vocabulary import EventKind, TaskAnswer, TaskKind

_TASK = Task.__table__  # type: ignore[attr-defined]
# What a list says of persons is taken over by hand, on the file's page: a name is not corrected in passing.
OF_PERSONS = frozenset({"person", "name", "number"})
MARKED = "marked"  # in the facts of a question: its row says itself that somebody is protected
KEPT_BACK = "persons"  # in the facts of a question: whom those cleared may add to a sealed file
NAMES = OF_PERSONS | {LONGER}  # shown beside the persons the register has


class QuestionBook:
    """Collect the questions of one batch and open those that nobody has asked before."""

    def __init__(self, work: Work, run: ImportRun) -> None:
        self._work, self._run = work, run
        self._rows: list[dict[str, Any]] = []
        self._near: list[tuple[int, int, int, dict[str, Any]]] = []
        self._sealed: list[dict[str, Any]] = []
        self._row: Any = None

    def of_row(self, row: Any) -> None:
        """Take what is asked from now on for questions of a row of the list."""
        self._row = row

    def ask(
        self,
        kind: TaskKind,
        row_id: int | None,
        file_id: int,
        facts: dict[str, Any],
        other: int | None = None,
        *,
        sealed: bool = False,
    ) -> None:
        """Ask somebody to settle what a list and the register say about a file; `sealed`: those cleared."""
        if self._row is not None and masking.by_list(self._row):
            facts = {**facts, MARKED: True}
        self._rows.append(
            {
                "kind": kind,
                "open": True,
                "run_id": self._run.id,
                "row_id": row_id,
                "file_id": file_id,
                "other_id": other,
                "facts": facts,
                "opened_at": self._work.now,
            }
        )
        if sealed:
            self._sealed.append(self._rows[-1])

    def ask_near(self, row_id: int, file_id: int, near: Sequence[dict[str, Any]]) -> None:
        """Ask whether a file is one of those that look like it: files, or rows of the same list."""
        for one in near:
            by = {BY: one[BY]} if one.get(BY) else {}
            if "file" in one:
                self.ask(TaskKind.NEAR_DUPLICATE, row_id, file_id, by, one["file"])
            else:
                self._near.append((row_id, file_id, one["row"], by))

    def open(self) -> None:
        """Open what has not been asked before."""
        self._row = None
        self._resolve()
        self._seal_masked()
        asked = self._asked()
        fresh = []
        for row in self._rows:
            place = row["kind"] is TaskKind.PLACE_CONFLICT and "held" not in row["facts"]
            where = f"where {row['file_id']}" if place else ""
            names = {_name(row), where} - {""}
            if not names & asked:
                asked |= names
                fresh.append(row)
            elif doubts.HELD in row["facts"]:
                self._hold_too(row)
        if not fresh:
            return
        self._hold(fresh)
        self._number(fresh)
        self._work.insert(_TASK, fresh)
        history.record_many(
            self._work,
            [
                history.Entry(
                    f"task:{row['id']}",
                    EventKind.TASK_OPENED,
                    {"task": row["kind"].value, "file": row["file_id"], "run": self._run.id},
                    # In the history of a sealed file, the question itself would be the answer.
                    subjects=[f"file:{file_id}" for file_id in (row["file_id"], row["other_id"]) if file_id]
                    if row["id"] < APART
                    else [],
                )
                for row in fresh
            ],
        )

    def _seal_masked(self) -> None:
        """Ask those cleared alone which file a masked one may be: the other's name would tell whose it is."""
        near = [row for row in self._rows if row["kind"] is TaskKind.NEAR_DUPLICATE]
        masked = files.protected(self._work, {row[side] for row in near for side in ("file_id", "other_id")})
        self._sealed += [row for row in near if {row["file_id"], row["other_id"]} & masked]

    def _hold(self, fresh: Sequence[dict[str, Any]]) -> None:
        """Hide whoever may be protected until it is said that a file is none of the masked ones it may be."""
        for row in fresh:
            if row["kind"] is TaskKind.NEAR_DUPLICATE and any(row is one for one in self._sealed):
                held = _hide(self._work, row["file_id"], row["other_id"])
                row["facts"] = {**row["facts"], doubts.HELD: held}

    def _hold_too(self, row: dict[str, Any]) -> None:
        """Let a question that waits already hide too whom the same one asked again hides."""
        waiting = select(Task).where(
            col(Task.file_id) == row["file_id"], col(Task.kind) == row["kind"], col(Task.open)
        )
        for task in self._work.session.scalars(waiting).all():
            if _name(row) in _names(task):
                held = {*task.facts.get(doubts.HELD, ()), *row["facts"][doubts.HELD]}
                task.facts = {**task.facts, doubts.HELD: sorted(held)}
        self._work.session.flush()

    def _number(self, fresh: Sequence[dict[str, Any]]) -> None:
        """Number questions, for those cleared apart: a gap in the others would tell that one was asked."""
        apart = [row for row in fresh if any(row is one for one in self._sealed)]
        common = [row for row in fresh if not any(row is one for one in apart)]
        ids = self._work.reserve_ids(_TASK, len(common)) if common else ()
        for row, task_id in zip(common, ids, strict=True):
            row["id"] = task_id
        first = same_persons.next_id(self._work) if apart else 0
        for task_id, row in enumerate(apart, first):
            row["id"] = task_id

    def _resolve(self) -> None:
        """Find the files that earlier rows of the list have become."""
        wanted = sorted({row for _row_id, _file_id, row, _by in self._near})
        if not wanted:
            return
        rows = self._work.session.execute(
            select(col(ImportRow.row), col(ImportRow.file_id)).where(
                col(ImportRow.run_id) == self._run.id, col(ImportRow.row).in_(wanted)
            )
        )
        files = {found[0]: found[1] for found in rows}
        for row_id, file_id, row, by in self._near:
            if (other := files.get(row)) is not None:
                self.ask(TaskKind.NEAR_DUPLICATE, row_id, file_id, by, other)

    def _asked(self) -> set[str]:
        ids = sorted({row["file_id"] for row in self._rows})
        if not ids:
            return set()
        rows = self._work.session.execute(select(Task).where(col(Task.file_id).in_(ids))).scalars()
        return {name for task in rows for name in _names(task)}


def _hide(work: Work, one: int, other: int) -> list[int]:
    """Hide what two files of which one is masked may have in common; returns whom nothing else hides.

    The mask of a file that names nobody stays.
    """
    persons, masked = masked_alike.persons_of(work, {one, other}), files.protected(work, {one, other})
    held: set[int] = set()
    for ours, theirs in ((one, other), (other, one)):
        if theirs not in masked:
            continue
        held |= set(masked_alike.who_may_be(persons.get(ours, ()), persons.get(theirs, ())))
        if not persons.get(ours):
            file_links.mask(work, files.get(work, ours))
    return doubts.hold(work, held)


def _names(task: Task) -> Iterator[str]:
    if task.answer is TaskAnswer.WITHDRAWN or (task.kind is TaskKind.IDENTITY and not task.open):
        return  # it went with its list; or rows it holds for rest, so a row that does not is another one
    asked = {"kind": task.kind, "file_id": task.file_id, "other_id": task.other_id, "facts": task.facts}
    yield _name(asked)
    if task.open and task.kind is TaskKind.PLACE_CONFLICT:
        yield f"where {task.file_id}"  # while that is open, no other list need ask it


def close(work: Work, task: Task, answer: TaskAnswer) -> None:
    """Note on a question how it was settled."""
    task.open, task.answer = False, answer
    task.settled_at, task.settled_by = work.now, work.actor.id
    work.session.flush()
    history.record(work, EventKind.TASK_SETTLED, task, answer=answer.value)


def apart(facts: dict[str, Any], kept_back: Sequence[PersonReading] = ()) -> Iterator[dict[str, Any]]:
    """Split what differs in persons, to be taken over by hand, from what one answer takes over.

    Whom a row keeps back of a sealed file goes with that: it can be added from the question.
    """
    fields = facts.get("fields")
    if not fields:
        yield facts
        return
    for group in (OF_PERSONS, NAMES - OF_PERSONS, fields.keys() - NAMES):
        if some := {name: said for name, said in fields.items() if name in group}:
            listed = Reading(persons=tuple(kept_back)).as_dict() if "person" in some and kept_back else {}
            yield {"fields": some, **({KEPT_BACK: listed["persons"]} if listed else {})}


def kept_back(task: Task) -> Sequence[PersonReading]:
    """Return whom a row names of whom a sealed file knows nothing."""
    return Reading.from_dict({"protection": "unknown", "persons": task.facts.get(KEPT_BACK, ())}).persons


def _name(row: dict[str, Any]) -> str:
    if row["kind"] is TaskKind.IDENTITY:
        return f"{row['kind'].value} {row['file_id']} {row['facts']['said']}"
    if row["kind"] is TaskKind.NEAR_DUPLICATE:  # whichever of the two was there first
        return f"{row['kind'].value} {sorted((row['file_id'], row['other_id']))}"
    facts = sorted((name, said) for name, said in row["facts"].items() if name not in ("register", MARKED))
    return f"{row['kind'].value} {row['file_id']} {row['other_id']} {facts}"
