"""What a list changes in files and persons that are registered already, and how each change is set back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.files import earlier_checks, files
from archive.files.earlier_checks import ToldCheck
from archive.history import history
from archive.imports.lists.formats.text import simple
from archive.imports.rows.agreeing import names_of
from archive.imports.rows.items import Item, PartVerdict, PersonChange
from archive.imports.rows.persons import PersonBook
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, ImportRun, Person
from archive.organisation import units as units_of_city
from archive.people import file_links, people, same_persons
from archive.places import places
from archive.rules.identity import Identity
from archive.vocabulary import Evidence

Undo = dict[str, Any]


def change_file(
    work: Work, run: ImportRun, item: Item, verdict: PartVerdict, book: PersonBook, place_id: int
) -> Undo:
    """Bring a registered file up to what a list says; return how to set it back."""
    known = verdict.known
    if known is None:
        raise TypeError("a file that is not registered cannot be changed")
    file = files.get(work, known.id)
    undo: Undo = {"file": file.id, "act": work.act}
    if verdict.values:
        undo["fields"] = {name: history.plain(getattr(file, name)) for name in verdict.values}
        files.change(work, file, verdict.values, by_hand=False, import_id=run.id)
    mask(work, run, [verdict])
    if verdict.move:
        undo["place"] = [file.place_id, file.position]
        files.move(work, file, places.get(work, place_id), how=Evidence.LIST)
    for person_id, role in book.persons(item, verdict.part):
        files.add_person(work, file, people.get(work, person_id), role, run=run.id, row=item.row)
        undo.setdefault("added", []).append(person_id)
        if file.protected:
            book.hidden.add(person_id)
    return undo


def mask(work: Work, run: ImportRun, parts: Iterable[PartVerdict]) -> None:
    """Mask the files a list marks without a word of whom they concern; withdrawing it takes no mask off."""
    for part in parts:
        if part.mask and part.known:
            file_links.mask(work, files.get(work, part.known.id), run.id)


def change_persons(work: Work, run: ImportRun, changes: list[PersonChange]) -> list[Undo]:
    """Add what a list says of registered persons; return how to set each back."""
    return [_change_person(work, run, change) for change in changes]


def _change_person(work: Work, run: ImportRun, change: PersonChange) -> Undo:
    person = people.get(work, change.person.id)
    undo: Undo = {"person": person.id}
    if change.values:
        old = {name: history.plain(getattr(person, name)) for name in change.values}
        if people.change(work, person, change.values, by_hand=False, import_id=run.id):
            undo["fields"] = old
    if change.number:
        undo |= _add_number(work, run, person, change.number, change.file_id)
    raised = change.protection is not person.protection or people.in_question(person)
    if change.protection and raised:
        undo["protection"] = [person.protection.value, person.protection_source, change.protection.value]
        people.protect(work, person, change.protection, run.name)
    return undo


def _add_number(work: Work, run: ImportRun, person: Person, number: Identity, file_id: int | None) -> Undo:
    """Give a person the sound number a list knows; if it is another's, the file is about that other one."""
    names = names_of(person.family_name, person.given_name)
    bearers = [other for other in people.with_number(work, number.number) if other.id != person.id]
    others = [one for one in bearers if not _another_protected(one, names)]
    if not others:
        held = people.numbers_of(work, [person.id]).get(person.id, [])
        if any(one.number == number.number for one in held):
            return {}
        people.claim_number(work, person, number, run.name)
        same_persons.ask(work, [person.id], run)
        return {"number": number.number}
    same = [other for other in others if names & names_of(other.family_name, other.given_name)]
    link = work.session.get(FilePerson, (file_id, person.id)) if file_id else None
    if link is None or len(others) > 1 or not same:
        return {}
    file, right = files.get(work, link.file_id), same[0]
    undo: Undo = {"file": file.id, "right": right.id, "role": link.role.value, "act": work.act}
    undo["was_there"] = work.session.get(FilePerson, (file.id, right.id)) is not None
    if right.protection.lowers(person.protection):  # a list lifts nothing, also by a change of persons
        people.protect(work, right, person.protection, run.name)
    files.add_person(work, file, right, link.role)
    file_links.unlink(work, file, person)
    return undo


def _another_protected(bearer: Person, names: frozenset[str]) -> bool:
    """Tell whether a number's bearer is protected and has another name: that one is nobody to a list."""
    theirs = names_of(bearer.family_name, bearer.given_name)
    return bearer.protection.protected and not (names <= theirs or theirs <= names)


def raise_parts(work: Work, run: ImportRun, file_ids: dict[int, int]) -> Undo:
    """Tell the other parts of a case that there are more of them than was known; return how it was."""
    undo: Undo = {}
    rows = work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(sorted(file_ids)))).scalars()
    for file in rows:
        before, total = file.parts, file_ids[file.id]
        if before < total and files.change(work, file, {"parts": total}, by_hand=False, import_id=run.id):
            undo[str(file.id)] = before
    return undo


def record_checks(work: Work, run: ImportRun, checks: list[tuple[int, Item]]) -> None:
    """Record the checks that rows tell of."""
    told = [
        ToldCheck(file_id, item.reading.check.on, item.reading.check.sign)
        for file_id, item in checks
        if item.reading.check
    ]
    earlier_checks.record(work, run.id, told)


def unit_id(work: Work, units: dict[str, int], name: str) -> int | None:
    """Return the unit a list names; one the register does not have is added, since units come and go."""
    if not name:
        return None
    word = simple(name)
    if word not in units:
        units[word] = units_of_city.add_named(work, name).id
    return units[word]
