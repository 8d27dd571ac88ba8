"""What imports leave for people to settle: questions about files, and rows that were not registered."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, literal_column, or_, select, true
from sqlmodel import col

from archive.files import files, likeness
from archive.files.masking import Card, cards
from archive.history import history
from archive.imports import answers as import_answers
from archive.imports import masking, merging, questions
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.rows.near import BY
from archive.imports.rows.places import PlaceFinder, Steps, standing
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import APART, Work
from archive.models import CaseFile, ImportRow, ImportRun, Task
from archive.people import doubts, people
from archive.vocabulary import (
    EventKind,
    Permission,
    RowAnswer,
    RowState,
    TaskAnswer,
    TaskKind,
)
from archive.vocabulary.wording import N_, _

PAGE = 50
LONGEST_REASON = 500
_PLACING = (TaskAnswer.DIFFERENT, TaskAnswer.LIST_RIGHT)  # they need a place for a file
MOST_COUNTED = 5000
_ANSWERS = {
    TaskKind.NEAR_DUPLICATE: (TaskAnswer.DIFFERENT, TaskAnswer.SAME),
    TaskKind.PLACE_CONFLICT: (TaskAnswer.REGISTER_RIGHT, TaskAnswer.LIST_RIGHT, TaskAnswer.CORRECTED),
    TaskKind.FIELD_CONFLICT: (TaskAnswer.REGISTER_RIGHT, TaskAnswer.LIST_RIGHT, TaskAnswer.CORRECTED),
    TaskKind.IDENTITY: (TaskAnswer.DIFFERENT, TaskAnswer.SAME, TaskAnswer.ROW_WRONG),
    TaskKind.LEFT_BEHIND: (TaskAnswer.REGISTER_RIGHT, TaskAnswer.CORRECTED),
}
KINDS = tuple(_ANSWERS)  # what stands on the worklist; `same_persons` has its own
# What may be said of many at once; that two files are one, or what somebody corrected, is seen one by one.
ALIKE = frozenset({TaskAnswer.REGISTER_RIGHT, TaskAnswer.LIST_RIGHT, TaskAnswer.DIFFERENT})
ROW_ANSWERS = (
    RowAnswer.IN_NEW_LIST,
    RowAnswer.ALREADY_THERE,
    RowAnswer.NO_SUCH_FILE,
    RowAnswer.NOT_A_FILE,
)


# Also where a file was masked since it was asked.
_OF_MASKED = exists().where(
    col(CaseFile.protected),
    or_(col(CaseFile.id) == col(Task.file_id), col(CaseFile.id) == col(Task.other_id)),
)
# What others are not told either that it is asked: what is numbered apart, what a row asks that says itself
# that somebody is protected, and whose name the other file has.
_SECRET = or_(
    col(Task.id) >= APART,
    func.coalesce(col(Task.facts)[questions.MARKED].as_boolean(), false()).is_(true()),
    and_(col(Task.kind) == TaskKind.NEAR_DUPLICATE, _OF_MASKED),
)
# What is asked of those cleared alone.
_APART = or_(_SECRET, _OF_MASKED)
# Written so that the indexes of open items serve.
_WAITS = and_(col(Task.open), col(Task.kind) != TaskKind.SAME_PERSON)
# What the answers to what is apart ask for, of whom they are asked.
_ENTAILED = (Permission.CORRECT, Permission.MOVE, Permission.REGISTER)


def _open(work: Work) -> ColumnElement[bool]:
    """Choose the open items that are for whoever asks: those apart are for those cleared, the rest is not."""
    may = work.actor.may
    if may(Permission.CORRECT):
        return _WAITS if people.cleared(work.actor) else and_(_WAITS, ~_APART)
    return and_(_WAITS, _APART if people.cleared(work.actor) else false())


def _counted(work: Work) -> ColumnElement[bool]:
    """Choose the open items that are counted: also of masked files, whose number would else tell of them."""
    return _open(work) if people.cleared(work.actor) else and_(_WAITS, ~_SECRET)


def tasks(
    work: Work, *, kind: TaskKind | None = None, run_id: int | None = None, after: int = 0, limit: int = PAGE
) -> Sequence[Task]:
    """Return open items, oldest first, from after an id on."""
    work.require(Permission.SETTLE)
    statement = select(Task).where(_open(work), col(Task.id) > after)
    if kind is not None:
        statement = statement.where(col(Task.kind) == kind)
    if run_id is not None:
        statement = statement.where(col(Task.run_id) == run_id)
    return work.session.execute(statement.order_by(col(Task.id)).limit(limit)).scalars().all()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files that may be one, as whoever asks may see them, and by what they may be."""

    id: int
    files: tuple[Card, Card]
    by: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        told = [
            {"code": card.file.code, "reference": card.file.reference, "part": card.file.part}
            for card in self.files
        ]
        return {"id": self.id, "files": told, "by": list(self.by), "says": likeness.tell(self.by)}


def pairs(work: Work, *, after: int = 0, limit: int = PAGE) -> list[Pair]:
    """Return the files that may be one and of which nobody has said so, oldest question first."""
    found = tasks(work, kind=TaskKind.NEAR_DUPLICATE, after=after, limit=limit)
    ids = {file_id for task in found for file_id in (task.file_id, task.other_id)}
    wanted = work.session.scalars(select(CaseFile).where(col(CaseFile.id).in_(ids))).all()
    shown = {card.file.id: card for card in cards(work, wanted)}
    return [
        Pair(task.id, (shown[task.file_id], shown[task.other_id or 0]), task.facts.get(BY, ()))
        for task in found
    ]


def open_counts(work: Work, run_id: int | None = None) -> dict[TaskKind, int]:
    """Count the open items of each kind, of one list or of all; `asked_of_others` are among them."""
    return _count(work, _counted(work), run_id)


def asked_of_others(work: Work, run_id: int | None = None) -> dict[TaskKind, int]:
    """Count what is counted to whoever asks, but asked of those cleared alone."""
    return {} if people.cleared(work.actor) else _count(work, and_(_counted(work), _APART), run_id)


def about_masked(work: Work) -> int:
    """Count the open items that are asked of those cleared alone, for them."""
    work.require(Permission.CHECK_SEALED)
    return sum(_count(work, and_(_WAITS, _APART), None).values())


def _count(work: Work, which: ColumnElement[bool], run_id: int | None) -> dict[TaskKind, int]:
    statement = select(col(Task.kind), func.count()).where(which).group_by(col(Task.kind))
    if run_id is not None:
        statement = statement.where(col(Task.run_id) == run_id)
    return {row[0]: row[1] for row in work.session.execute(statement)}


def lists_of(work: Work, kind: TaskKind) -> list[tuple[int, str, int]]:
    """Return the lists that raised open items of a kind, as (id, name, how many), the first list first."""
    counted = (
        select(col(Task.run_id), func.count().label("items"))
        .where(_counted(work), col(Task.kind) == kind)
        .group_by(col(Task.run_id))
        .subquery()
    )
    rows = work.session.execute(
        select(col(ImportRun.id), col(ImportRun.name), counted.c["items"])
        .join(counted, counted.c.run_id == ImportRun.id)
        .order_by(col(ImportRun.id))
    )
    return [tuple(row) for row in rows]


def get(work: Work, task_id: int, kind: TaskKind | None = None) -> Task:
    """Return an item by id that is for whoever asks, of one kind if given; raises NotFound."""
    task = work.session.get(Task, task_id, with_for_update=not work.sqlite)
    needed = Permission.CHECK_SEALED if _apart(work, task_id) else Permission.CORRECT
    if task is None or task.kind not in ((kind,) if kind else KINDS) or not work.actor.may(needed):
        raise NotFound("no_such_task", N_("There is no such item on the worklist."))
    return task


def _apart(work: Work, task_id: int) -> bool:
    """Tell whether an item is for those cleared alone."""
    return work.session.scalar(select(col(Task.id)).where(col(Task.id) == task_id, _APART)) is not None


def answers(task: Task) -> tuple[TaskAnswer, ...]:
    """Return the answers an item takes."""
    if task.kind is TaskKind.FIELD_CONFLICT and questions.OF_PERSONS & task.facts.get("fields", {}).keys():
        if task.facts.get(questions.KEPT_BACK):
            return TaskAnswer.REGISTER_RIGHT, TaskAnswer.ANOTHER_PERSON, TaskAnswer.CORRECTED
        return TaskAnswer.REGISTER_RIGHT, TaskAnswer.CORRECTED
    if task.kind is TaskKind.IDENTITY and "person" in task.facts.get("fields", {}):
        different, same, wrong = _ANSWERS[task.kind]
        return different, TaskAnswer.ANOTHER_PERSON, same, wrong
    return _ANSWERS[task.kind]


def possible(kind: TaskKind) -> tuple[TaskAnswer, ...]:
    """Return the answers items of a kind usually take."""
    return _ANSWERS[kind]


def offered(work: Work, tasks: Sequence[Task]) -> dict[int, tuple[TaskAnswer, ...]]:
    """Return the answers of each item that whoever asks may give: not all of them may create places."""
    given = {task.id: answers(task) for task in tasks}
    if work.actor.may(Permission.SHAPE_PLACES):
        return given
    rows = {task.row_id: task for task in tasks if task.kind is TaskKind.IDENTITY and task.row_id}
    wanted: dict[int, tuple[Steps, ...]] = {
        task.id: (standing(import_answers.stated_place(task.facts["place"])),)
        for task in tasks
        if task.kind is TaskKind.PLACE_CONFLICT
    }
    readings = select(col(ImportRow.id), col(ImportRow.reading)).where(col(ImportRow.id).in_(rows))
    for row in work.session.execute(readings):
        wanted[rows[row.id].id] = (standing(Reading.from_dict(row.reading).place),) if row.reading else ()
    spots = PlaceFinder().find(work, (steps for those in wanted.values() for steps in those))
    for task_id, those in wanted.items():
        if any((spot := spots[steps]) is not None and spot.missing for steps in those):
            given[task_id] = tuple(one for one in given[task_id] if one not in _PLACING)
    return given


def settle(work: Work, task: Task, answer: TaskAnswer) -> None:
    """Settle an item and do what the answer says; raises Conflict when it is settled already.

    The same file: one registration becomes void and points to the other. The list is right: its place
    or its fields are taken over by hand, and later imports leave them alone.
    """
    apart = _apart(work, task.id)
    work.require(Permission.CHECK_SEALED if apart else Permission.CORRECT)
    if not task.open:
        raise Conflict("task_settled", N_("This was settled already. Look at the list again."))
    if answer not in answers(task):
        raise Invalid("task_answer", N_("Choose one of the answers."), field="answer")
    with work.granting(*(_ENTAILED if apart else ())):
        _settle(work, task, answer)


def _settle(work: Work, task: Task, answer: TaskAnswer) -> None:
    file = files.get(work, task.file_id)
    if task.kind is TaskKind.PLACE_CONFLICT:  # then a list that says either place again is not asked about
        task.facts = {**task.facts, "register": task.facts.get("was") or file.place_id}
    if task.kind is TaskKind.IDENTITY:
        import_answers.act(work, task, answer)
    elif answer is TaskAnswer.SAME:
        right, void = merging.ordered(file, files.get(work, task.other_id or 0))
        merging.merge(work, void, right)
    elif answer is TaskAnswer.LIST_RIGHT and task.kind is TaskKind.PLACE_CONFLICT:
        import_answers.move(work, file, task.facts["place"])
    elif answer is TaskAnswer.LIST_RIGHT:
        import_answers.take_over(work, file, task)
    elif answer is TaskAnswer.ANOTHER_PERSON:
        import_answers.add_kept_back(work, file, task)
    if task.open:  # merging has settled the question itself, with the others about the void file
        questions.close(work, task, answer)
    # A mark acts whatever becomes of its row; of another file it says nothing of this one.
    is_another = answer is TaskAnswer.DIFFERENT or task.kind not in (
        TaskKind.NEAR_DUPLICATE,
        TaskKind.IDENTITY,
    )
    doubts.end(work, task, protected=not is_another, source=file.code)


def settle_alike(
    work: Work, kind: TaskKind, run_id: int, answer: TaskAnswer, *, after: int = 0, limit: int = PAGE
) -> tuple[int, int, int]:
    """Settle the open items one list raised with one answer, from an id on.

    Returns the last id looked at (0: there are no more), how many were settled, and how many stay open since
    the answer cannot be carried out for their file now. Raises Invalid for an answer only a person who looks
    at the one item can give.
    """
    if answer not in ALIKE or answer not in _ANSWERS[kind]:
        raise Invalid("task_answer", N_("Choose one of the answers."), field="answer")
    found = [task.id for task in tasks(work, kind=kind, run_id=run_id, after=after, limit=limit)]
    settled = 0
    for task_id in found:
        with suppress(Conflict, Invalid, NotFound), work.attempt():
            settle(work, get(work, task_id), answer)  # got anew: a failed attempt forgets all that was read
            settled += 1
    return (found[-1] if len(found) == limit else 0), settled, len(found) - settled


def rejected(
    work: Work,
    *,
    run_id: int | None = None,
    problem: str = "",
    after: int = 0,
    limit: int = PAGE,
    lock: bool = False,
) -> Sequence[ImportRow]:
    """Return rows that were not registered and not settled, from after an id on; for one reason if given."""
    work.require(Permission.CORRECT)
    statement = _open_rows(select(ImportRow), run_id).where(col(ImportRow.id) > after)
    if problem:
        statement = statement.where(_PROBLEM.in_([problem]))
    if lock:
        statement = statement.with_for_update()
    return work.session.execute(statement.order_by(col(ImportRow.id)).limit(limit)).scalars().all()


_PROBLEM = col(ImportRow.problem)["code"].as_string()


def _open_rows(statement: Any, run_id: int | None) -> Any:
    # Written out, since a parameter would hide from SQLite that the index of just these rows will do.
    open_rows = col(ImportRow.state) == literal_column(f"'{RowState.REJECTED.value}'")
    if run_id is not None:
        return statement.where(open_rows, col(ImportRow.run_id) == run_id)
    applied = select(col(ImportRun.id)).where(col(ImportRun.status).in_(["applying", "applied"]))
    return statement.where(open_rows, (col(ImportRow.run_id) + 0).in_(applied))


def reasons(work: Work, run_id: int | None = None) -> dict[str, int]:
    """Count the open rows by why they were not registered, the most first; of the first `MOST_COUNTED`."""
    work.require(Permission.CORRECT)
    codes = _open_rows(select(_PROBLEM.label("code")), run_id).limit(MOST_COUNTED).subquery()
    many = func.count().label("many")
    rows = work.session.execute(select(codes.c.code, many).group_by(codes.c.code).order_by(many.desc()))
    return {row.code: row.many for row in rows}


def row(work: Work, row_id: int) -> ImportRow:
    """Return a row of a list by id; raises NotFound."""
    found = work.session.get(ImportRow, row_id, with_for_update=not work.sqlite)
    if found is None:
        raise NotFound("no_such_row", N_("There is no such row."))
    return found


@dataclass(frozen=True, slots=True)
class InQuestion:
    """The row a question is about: why it is asked, and its cells with headings, if they may be shown."""

    why: str
    cells: Sequence[tuple[str, str]]
    hidden: bool


def rows_in_question(work: Work, tasks: Sequence[Task]) -> dict[int, InQuestion]:
    """Return the rows of questions about rows, and for those cleared of questions about masked files."""
    cleared = people.cleared(work.actor)
    masked = files.protected(work, [task.file_id for task in tasks])
    about = [
        task
        for task in tasks
        if task.row_id and (task.kind is TaskKind.IDENTITY or (cleared and task.file_id in masked))
    ]
    ids = {task.row_id for task in about}
    wanted = select(ImportRow).where(col(ImportRow.id).in_(ids))
    rows = {row.id: row for row in work.session.scalars(wanted)}
    runs = {
        run_id: work.session.get_one(ImportRun, run_id) for run_id in {row.run_id for row in rows.values()}
    }
    found: dict[int, InQuestion] = {}
    for task in about:
        row = rows[task.row_id or 0]
        hidden = reading_of(row).protection.protected or masking.by_list(row) or task.file_id in masked
        hidden = hidden and not cleared
        columns = ListShape.from_dict(runs[row.run_id].shape or {}).columns
        cells = [] if hidden else list(zip(columns, map(str, row.cells), strict=False))
        found[task.id] = InQuestion(_why(row, task), cells, hidden)
    return found


def _why(row: ImportRow, task: Task) -> str:
    if task.kind is not TaskKind.IDENTITY:
        return _("Row %(row)s of the list is about this file.", row=row.row)
    if (row.problem or {}).get("facts", {}).get("row"):
        return _(
            "Row %(row)s of the list has the same reference as row %(other)s, which became this file.",
            row=row.row,
            other=row.problem["facts"]["row"] if row.problem else "",
        )
    return _("Row %(row)s of the list has the reference of this file.", row=row.row)


def reading_of(row: ImportRow) -> Reading:
    """Return what was understood of a row, to begin a registration by hand with."""
    return Reading.from_dict(row.reading or {"protection": "unknown"})


def settle_row(
    work: Work, row: ImportRow, answer: RowAnswer, reason: str = "", file: CaseFile | None = None
) -> None:
    """Settle a row that was not registered: by registering it by hand, or with a reason why not.

    Raises Conflict when it is settled already, Invalid without a reason.
    """
    work.require(Permission.REGISTER if answer is RowAnswer.REGISTERED else Permission.CORRECT)
    if row.state is not RowState.REJECTED:
        raise Conflict("row_settled", N_("This row was settled already. Look at the list again."))
    _settle_rows(work, [row], answer, reason.strip() if file else _reason_said(answer, reason), file)


def settle_rows(work: Work, rows: Sequence[ImportRow], answer: RowAnswer, reason: str = "") -> int:
    """Settle open rows alike, with one answer; returns how many. Raises Invalid without a reason it needs."""
    work.require(Permission.CORRECT)
    _settle_rows(work, rows, answer, _reason_said(answer, reason), None)
    return len(rows)


def _reason_said(answer: RowAnswer, reason: str) -> str:
    reason = reason.strip()
    if answer not in ROW_ANSWERS:
        raise Invalid("row_answer", N_("Choose one of the answers."), field="answer")
    if not reason and answer is RowAnswer.NO_SUCH_FILE:
        raise Invalid("reason_missing", N_("Say how you know that there is no such file."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(
            "reason_long", N_("Write at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    return reason


def chosen(work: Work, row_ids: Sequence[int]) -> Sequence[ImportRow]:
    """Return those of the rows that are still open, locked, to settle them."""
    work.require(Permission.CORRECT)
    wanted = _open_rows(select(ImportRow), None).where(col(ImportRow.id).in_(sorted(set(row_ids))))
    return work.session.execute(wanted.order_by(col(ImportRow.id)).with_for_update()).scalars().all()


def _settle_rows(
    work: Work, rows: Sequence[ImportRow], answer: RowAnswer, reason: str, file: CaseFile | None
) -> None:
    for one in rows:
        one.state, one.answer = RowState.SETTLED, answer
        one.file_id = file.id if file else None
        one.cells, one.reading = [], None  # nobody needs the words of the list any more
    work.session.flush()
    history.record_many(
        work,
        [
            history.Entry(
                f"import:{one.run_id}",
                EventKind.ROW_SETTLED,
                {"row": one.row, "answer": answer.value, "file": file.id if file else None},
                {"reason": reason},
                [file.stream] if file else [],
            )
            for one in rows
        ],
    )


def names_of_runs(work: Work, run_ids: set[int]) -> Mapping[int, str]:
    """Return what the lists are called."""
    rows = work.session.execute(
        select(col(ImportRun.id), col(ImportRun.name)).where(col(ImportRun.id).in_(run_ids))
    )
    return {found[0]: found[1] for found in rows}
