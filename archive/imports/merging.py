"""Make two registrations of one file one: the void one leads to it, and its questions are asked of it."""

from sqlalchemy import or_, select
from sqlmodel import col

from archive.files import files
from archive.files.likeness import STAND_IN
from archive.imports import questions
from archive.kernel.store import APART, Work
from archive.models import CaseFile, ImportRun, Task
from archive.places import places
from archive.vocabulary import Evidence, TaskAnswer, TaskKind


def ordered(one: CaseFile, other: CaseFile) -> tuple[CaseFile, CaseFile]:
    """Return which of two registrations of one file is to stay, then the other.

    A reference of its own is written on the cover, one that we made up is not; else the older stays.
    """
    right, void = sorted((one, other), key=lambda file: (file.reference.startswith(STAND_IN), file.id))
    return right, void


def merge(work: Work, void: CaseFile, right: CaseFile, *, version: int | None = None) -> None:
    """Make a registration void for the right one, which takes over what is better known and what is asked."""
    files.void(work, void, right, version=version)
    if right.placed_how is Evidence.LIST and void.placed_how is not Evidence.LIST:
        files.move(work, right, places.get(work, void.place_id), how=void.placed_how)
    about = or_(col(Task.file_id) == void.id, col(Task.other_id) == void.id)
    statement = select(Task).where(col(Task.open), about, col(Task.kind) != TaskKind.SAME_PERSON)
    for task in work.session.scalars(statement.order_by(col(Task.id))).all():
        _hand_on(work, task, void.id, right.id)


def _hand_on(work: Work, task: Task, void_id: int, right_id: int) -> None:
    """Settle a question about a void file, and ask it of the right one unless that was asked before."""
    questions.close(work, task, TaskAnswer.SAME)
    file_id, other_id = (right_id if one == void_id else one for one in (task.file_id, task.other_id))
    run = work.session.get(ImportRun, task.run_id) if task.run_id else None
    if run is None or file_id is None or file_id == other_id or task.kind is TaskKind.LEFT_BEHIND:
        return
    asked = questions.QuestionBook(work, run)
    asked.ask(task.kind, task.row_id, file_id, task.facts, other_id, sealed=task.id >= APART)
    asked.open()
