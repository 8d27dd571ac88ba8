"""Numbers of persons that turn out not to be theirs."""

from sqlalchemy import delete
from sqlmodel import col

from archive.history import history
from archive.kernel.store import Work
from archive.models import PersonNumber
from archive.people import people
from archive.vocabulary import EventKind


def withdraw(work: Work, person_id: int, number: str, *, source: str, run: int) -> None:
    """Take away a number that a list gave a person; the one before it is the current one again."""
    rows = people.numbers_of(work, [person_id]).get(person_id, [])
    ours = [row for row in rows if row.number == number and row.source == source]
    left = [row for row in rows if row not in ours]
    if not ours:
        return
    if not any(row.current for row in left) and left:
        max(left, key=lambda row: row.id).current = True
    work.session.execute(delete(PersonNumber).where(col(PersonNumber.id).in_([row.id for row in ours])))
    work.session.flush()
    history.record(
        work,
        EventKind.PERSON_CORRECTED,
        f"person:{person_id}",
        private={"old": {"number": number}, "new": {}},
        fields=["number"],
        run=run,
    )
