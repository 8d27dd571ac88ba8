"""Whether somebody is a person the register protects: asked of those cleared for sealed files alone.

Whoever registers a protected person's number is answered as with a number nobody has; what they wrote is kept
as they wrote it, and whether it is about the protected one is settled by people who may know.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlmodel import col

from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import APART, Work
from archive.models import (
    CaseFile,
    FilePerson,
    ImportRun,
    NameToken,
    Person,
    PersonNumber,
    Task,
    User,
    UserRole,
)
from archive.notifications import inbox
from archive.people import doubts, file_links, name_index, people
from archive.vocabulary import (
    EventKind,
    MessageKind,
    Permission,
    Protection,
    Role,
    TaskAnswer,
    TaskKind,
)
from archive.vocabulary.wording import N_

PAGE = 30
SHORT = 10  # signs of a number without its century
ONE_QUESTION_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4711, 3)")
ANSWERS = (TaskAnswer.ONE_PERSON, TaskAnswer.TWO_PERSONS)

_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_NUMBER: Any = PersonNumber.__table__  # type: ignore[attr-defined]
_OURS, _THEIRS = _NUMBER.alias("ours"), _NUMBER.alias("theirs")


def ask(work: Work, person_ids: Collection[int], run: ImportRun | None = None) -> None:
    """Ask those cleared whether persons are the protected ones with the same number, each pair once.

    `run` is the list that names them: whoever had it registered asks, and withdrawing it ends the question.
    What a list names is hidden until that is answered.
    """
    rows = work.connection.execute(
        select(
            *(_OURS.c.person_id, _THEIRS.c.person_id.label("other")),
            *(_OURS.c.number, _THEIRS.c.number.label("their_number")),
        )
        .select_from(
            _OURS.join(_THEIRS, _THEIRS.c.short == _OURS.c.short).join(
                _PERSON, _PERSON.c.id == _THEIRS.c.person_id
            )
        )
        .where(
            _OURS.c.person_id.in_(sorted(person_ids)),
            _OURS.c.short != "",
            _THEIRS.c.person_id != _OURS.c.person_id,
            _PERSON.c.protection != Protection.NONE,
            _PERSON.c.protection_source != people.IN_QUESTION,
        )
    ).all()
    ask_pairs(work, {row[:2] for row in rows if _one_number(row.number, row.their_number)}, run)


def _one_number(ours: str, theirs: str) -> bool:
    """Tell whether two numbers with the same last ten signs are one: of both centuries, or one has none."""
    return ours == theirs or SHORT in (len(ours), len(theirs))


def ask_pairs(work: Work, pairs: Collection[tuple[int, int]], run: ImportRun | None) -> None:
    """Ask whether persons are protected ones, each pair once; whom a list names is hidden meanwhile."""
    for person_id, other_id in sorted(pairs):
        task: Task | None = _asked(work, person_id, other_id) or _ask(work, person_id, other_id, run)
        if run and task and task.open:
            task.facts = {**task.facts, doubts.HELD: doubts.hold(work, [person_id])}
            work.session.flush()


def ask_by_name(work: Work, person_ids: Collection[int], run: ImportRun) -> None:
    """Ask whether protected persons without a number are open ones of their name and no other birth date."""
    for person_id in sorted(person_ids):
        person = people.get(work, person_id)
        name, day = name_index.words(person.family_name, person.given_name), person.birth_date
        alike = select(Person).where(
            col(Person.protection) == Protection.NONE,
            *(
                col(Person.id).in_(select(col(NameToken.person_id)).where(col(NameToken.token) == word))
                for word in sorted(set(name))
            ),
        )
        for other in work.session.scalars(alike.order_by(col(Person.id))).all() if name else ():
            same = sorted(name_index.words(other.family_name, other.given_name)) == sorted(name)
            days = [str(one) for one in (day, other.birth_date) if one]
            fits = len(days) < 2 or days[0].startswith(days[1]) or days[1].startswith(days[0])
            if same and fits and not _asked(work, other.id, person_id):
                _ask(work, other.id, person_id, run)


def _asked(work: Work, person_id: int, other_id: int) -> Task | None:
    facts = col(Task.facts)
    same = select(Task).where(
        col(Task.kind) == TaskKind.SAME_PERSON,
        facts["person"].as_integer() == person_id,
        facts["protected"].as_integer() == other_id,
        col(Task.answer).is_distinct_from(TaskAnswer.WITHDRAWN),
    )
    return work.session.scalars(same.order_by(col(Task.id).desc()).limit(1)).first()


def _ask(work: Work, person_id: int, other_id: int, run: ImportRun | None) -> Task | None:
    file_id = next(
        (found for one in (person_id, other_id) for found in people.files_of(work, people.get(work, one))),
        None,
    )
    if file_id is None:
        return None  # neither has a file, so there is nothing anybody could find
    task = Task(
        id=next_id(work),
        kind=TaskKind.SAME_PERSON,
        file_id=file_id,
        run_id=run.id if run else None,
        facts={"person": person_id, "protected": other_id, "by": _asker(work, run)},
        opened_at=work.now,
    )
    work.session.add(task)
    work.session.flush()
    # No subject: in the history of the file, the question itself would be the answer.
    history.record(work, EventKind.TASK_OPENED, task, task=task.kind.value, file=file_id, run=None)
    inbox.tell(
        work,
        MessageKind.PERSON_IN_QUESTION,
        task.stream,
        "asked",
        users=_told(work),
        question=task.id - APART,
    )
    return task


def tell_of_list(work: Work, run: ImportRun) -> None:
    """Tell those cleared, once for each list, that it gave protected persons' numbers without a mark."""
    inbox.tell(work, MessageKind.LIST_NAMED, run.stream, "named", users=_told(work), run=run.id)


def _asker(work: Work, run: ImportRun | None) -> str:
    """Return who asks: not the process that registers a list, but whoever ordered it."""
    return str(run.options.get("orderer", run.started_by)) if run else work.actor.id


def next_id(work: Work) -> int:
    """Return the id of the next question: a gap in those of the worklist would tell that it was asked."""
    if not work.sqlite:
        work.connection.execute(ONE_QUESTION_AT_A_TIME)
    last = select(func.max(col(Task.id))).where(col(Task.id) >= APART)
    return (work.session.scalar(last) or APART) + 1


def _told(work: Work) -> list[int]:
    """Return who is told: those cleared, else the heads, who see to it that somebody is; never who asked."""
    for role in (Role.SEALED_KEEPER, Role.MANAGER):
        holders = (
            select(col(User.id))
            .join(UserRole, col(UserRole.user_id) == User.id)
            .where(col(User.active), col(UserRole.role) == role, col(User.id) != (work.actor.user_id or 0))
        )
        if found := list(work.session.execute(holders).scalars()):
            return found
    return []


def questions(work: Work, *, after: int = 0, limit: int = PAGE) -> Sequence[Task]:
    """Return the open questions, oldest first, from after an id on."""
    work.require(Permission.CHECK_SEALED)
    statement = select(Task).where(
        col(Task.open), col(Task.kind) == TaskKind.SAME_PERSON, col(Task.id) > after
    )
    return work.session.execute(statement.order_by(col(Task.id)).limit(limit)).scalars().all()


def how_many(work: Work) -> int:
    """Count the open questions."""
    work.require(Permission.CHECK_SEALED)
    statement = select(func.count()).select_from(Task)
    return int(
        work.session.execute(
            statement.where(col(Task.open), col(Task.kind) == TaskKind.SAME_PERSON)
        ).scalar_one()
    )


def settle(work: Work, task_id: int, answer: TaskAnswer | None) -> None:
    """Settle a question: the same person's files become the protected one's, or whom it hid is shown again.

    Raises NotFound, Conflict when it is settled already, Invalid for an answer it does not take.
    """
    work.require(Permission.CHECK_SEALED)
    task = work.session.get(Task, task_id, with_for_update=not work.sqlite)
    if task is None or task.kind is not TaskKind.SAME_PERSON:
        raise NotFound("no_such_task", N_("There is no such item on the worklist."))
    if not task.open:
        raise Conflict("task_settled", N_("This was settled already. Look at the list again."))
    if answer not in ANSWERS:
        raise Invalid("task_answer", N_("Choose one of the answers."), field="answer")
    if answer is TaskAnswer.ONE_PERSON:
        _make_one(work, people.get(work, task.facts["person"]), people.get(work, task.facts["protected"]))
    task.open, task.answer = False, answer
    task.settled_at, task.settled_by = work.now, work.actor.id
    work.session.flush()
    history.record(work, EventKind.TASK_SETTLED, task, answer=answer.value)
    doubts.end(work, task, protected=answer is TaskAnswer.ONE_PERSON)


def _make_one(work: Work, person: Person, right: Person) -> None:
    """Give the right person the files and the numbers; what is left of the other one is masked as well."""
    for one in sorted((person, right), key=lambda each: each.id):
        people.lock(work, one)
    links = work.session.scalars(
        select(FilePerson).where(col(FilePerson.person_id) == person.id).order_by(col(FilePerson.file_id))
    ).all()
    for link in links:
        file = work.session.get_one(CaseFile, link.file_id)
        if work.session.get(FilePerson, (file.id, right.id)) is None:
            file_links.link(work, file, right, link.role)
        file_links.unlink(work, file, person)
    people.hide(work, person, right.protection, right.protection_source)
    _drop_numbers(work, person, right)


def _drop_numbers(work: Work, person: Person, right: Person) -> None:
    """Take away the numbers both have, so that a number leads to one person again."""
    held = people.numbers_of(work, [person.id, right.id])
    theirs = {row.number for row in held.get(right.id, ()) if row.number}
    both = [row for row in held.get(person.id, ()) if row.number in theirs]
    if not both:
        return
    work.session.execute(delete(PersonNumber).where(col(PersonNumber.id).in_([row.id for row in both])))
    history.record(
        work,
        EventKind.PERSON_CORRECTED,
        person,
        private={"old": {"number": [row.number for row in both]}, "new": {}},
        fields=["number"],
        run=None,
    )
