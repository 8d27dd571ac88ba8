"""Hide persons while it is asked whether they are protected ones, and show them again when they are not."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from archive.kernel.store import APART, Work
from archive.models import Task
from archive.people import people
from archive.vocabulary import Protection

HELD = "held"  # in the facts of a question: whom it hides


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


def release(work: Work, task: Task) -> None:
    """Show again whom an answered question hid, unless another one or a protection hides them too."""
    held = set(task.facts.get(HELD, ()))
    if not held:
        return
    others = select(col(Task.facts)).where(col(Task.open), col(Task.id) >= APART, col(Task.id) != task.id)
    for facts in work.session.scalars(others).all():
        held -= set(facts.get(HELD, ()))
    for person_id in sorted(held):
        person = people.get(work, person_id)
        people.lock(work, person)
        if people.in_question(person):
            people.reset_protection(work, person, Protection.NONE, "")
