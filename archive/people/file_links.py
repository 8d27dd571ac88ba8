"""Whom a file concerns, and that it is masked: what each verb does that has asked for its own permission."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.history import history
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, Person
from archive.people import further, people
from archive.vocabulary import EventKind, PersonRole, Protection
from archive.vocabulary.wording import N_

_LINK = FilePerson.__table__  # type: ignore[attr-defined]


def link_new(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Say whom files being registered concern; each row has a file_id, a person_id and a role."""
    work.insert(_LINK, rows)


def link(
    work: Work,
    file: CaseFile,
    person: Person,
    role: PersonRole,
    *,
    run: int | None = None,
    row: int | None = None,
) -> None:
    """Say that a file concerns a person, or in another role; `run` and `row` are those of a list.

    Nothing but `lifting` takes a mask off a file: whoever a masked one comes to concern is hidden with it.
    """
    people.lock(work, person)
    work.session.refresh(file, ["protected"], with_for_update=True)
    known = work.session.get(FilePerson, (file.id, person.id))
    if known is not None and known.role is role:
        return
    if known is None:
        work.session.add(FilePerson(file_id=file.id, person_id=person.id, role=role))
    else:
        known.role = role
    work.session.flush()
    open_ = not person.protection.protected or people.in_question(person)
    if known is None and file.protected and open_:
        people.hide(work, person, Protection.UNKNOWN, file.code)
    people.refresh_protected(work, [file.id])
    if known is None and person.protection.protected:
        further.protected(work, [file.id])
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


def mask(work: Work, file: CaseFile, run: int | None = None) -> None:
    """Mask a file that is marked, and of which nobody knows whom it concerns."""
    work.session.refresh(file, ["protected", "version"], with_for_update=True)
    if file.protected:
        return
    file.protected, file.version = True, file.version + 1
    work.session.flush()
    further.protected(work, [file.id])
    history.record(
        work,
        EventKind.FILE_CORRECTED,
        file,
        private={"old": {"protected": False}, "new": {"protected": True}},
        fields=["protected"],
        run=run,
    )


def pass_mask_on(work: Work, file: CaseFile, right: CaseFile) -> None:
    """Hide the right one of two registrations like the other: they are one file."""
    links = select(Person).join(FilePerson, col(FilePerson.person_id) == col(Person.id))
    persons = work.session.scalars(links.where(col(FilePerson.file_id) == right.id).order_by(col(Person.id)))
    found = persons.all()
    hidden = [one for one in found if one.protection.protected]
    if not file.protected or (right.protected and not any(map(people.in_question, hidden))):
        return
    for person in found:
        people.lock(work, person)
        people.hide(work, person, Protection.UNKNOWN, file.code)
    if not found:
        mask(work, right)


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
