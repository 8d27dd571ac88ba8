"""Hide persons while it is asked whether they are protected ones, and show them again when they are not."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlmodel import col

from archive.kernel.store import APART, Work
from archive.models import Task
from archive.people import people
from archive.vocabulary import Protection, TaskKind

HELD = "hides"  # in the facts of a question: whom it hides


def hold(work: Work, person_ids: Collection[int]) -> list[int]:
    """Hide persons until a question is answered; returns those that nothing else hides."""
    held = []
    for person_id in sorted(person_ids):
        person = people.get(work, person_id)
        people.lock(work, person)
        if not person.protection.protected:
            people.hide(work, person, Protection.UNKNOWN, people.IN_QUESTION)
        if people.in_question(person):
            held.append(person_id)
    return held


def end(work: Work, task: Task, *, protected: bool, source: str = "") -> None:
    """Protect whom an answered question hid, or show them again."""
    if protected:
        _confirm(work, task, source)
    else:
        release(work, task)


def _confirm(work: Work, task: Task, source: str) -> None:
    """Make a protection of what an answered question hid."""
    for person_id in task.facts.get(HELD, ()):
        person = people.get(work, person_id)
        people.lock(work, person)
        if people.in_question(person):
            people.hide(work, person, Protection.UNKNOWN, source)


def release(work: Work, task: Task, *, withdrawn: int | None = None) -> None:
    """Show again whom a question hid that is over, unless another one or a protection hides them too.

    `withdrawn` is the list whose end ended the question: whoever it brought in stays hidden.
    """
    held = set(task.facts.get(HELD, ()))
    if not held:
        return
    hides = or_(col(Task.id) >= APART, col(Task.kind) == TaskKind.IDENTITY)
    others = select(col(Task.facts)).where(col(Task.open), hides, col(Task.id) != task.id)
    for facts in work.session.scalars(others).all():
        held -= set(facts.get(HELD, ()))
    for person_id in sorted(held):
        person = people.get(work, person_id)
        people.lock(work, person)
        if people.in_question(person) and (withdrawn is None or person.import_id != withdrawn):
            people.reset_protection(work, person, Protection.NONE, "")
