"""Whom a file concerns: what each verb does that has asked for its own permission."""

from sqlalchemy import select
from sqlmodel import col

from archive import history
from archive.domain import people
from archive.errors import Conflict
from archive.models import CaseFile, FilePerson, Person
from archive.store import Work
from archive.vocabulary import EventKind, PersonRole
from archive.wording import N_


def link(
    work: Work,
    file: CaseFile,
    person: Person,
    role: PersonRole,
    *,
    run: int | None = None,
    row: int | None = None,
) -> None:
    """Say that a file concerns a person, or in another role; `run` and `row` are those of a list."""
    known = work.session.get(FilePerson, (file.id, person.id))
    if known is not None and known.role is role:
        return
    if known is None:
        work.session.add(FilePerson(file_id=file.id, person_id=person.id, role=role))
    else:
        known.role = role
    work.session.flush()
    people.refresh_protected(work, [file.id])
    history.record(
        work,
        EventKind.FILE_PERSON_ADDED,
        file,
        subjects=[person.stream],
        person=person.id,
        role=role.value,
        run=run,
        row=row,
    )


def refuse_last(work: Work, file: CaseFile) -> None:
    """Raise Conflict when a file concerns one person only."""
    links = select(FilePerson).where(col(FilePerson.file_id) == file.id).limit(2)
    if len(work.session.execute(links).all()) == 1:
        raise Conflict("last_person", N_("Add the right person first: a file concerns somebody."))


def unlink(work: Work, file: CaseFile, person: Person, grounds: str = "") -> None:
    """Say that a file does not concern a person."""
    link = work.session.get(FilePerson, (file.id, person.id))
    if link is None:
        return
    work.session.delete(link)
    work.session.flush()
    people.refresh_protected(work, [file.id])
    history.record(
        work,
        EventKind.FILE_PERSON_REMOVED,
        file,
        private={"reason": grounds.strip()},
        subjects=[person.stream],
        person=person.id,
    )
