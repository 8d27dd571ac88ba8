"""Do what was said of a row in doubt: register a file of its own, let it bring what it says, or drop it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.files import files
from archive.history import history
from archive.imports import questions
from archive.imports.apply import ONE_LIST_AT_A_TIME, RowBatch
from archive.imports.changes import unit_id
from archive.imports.counts import Counts
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.whereabouts import PlaceStep
from archive.imports.rows import matching
from archive.imports.rows.earlier import Words
from archive.imports.rows.items import Item, Terms, Verdict, fingerprint, item_of, reading_of
from archive.imports.rows.matching import TWIN, CaseKey
from archive.imports.rows.names import LONGER, agree, longer
from archive.imports.rows.places import PLACE_MISSING, PlaceFinder
from archive.imports.understanding import cells as understood_cells
from archive.kernel.errors import Conflict
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import APART, Work
from archive.models import CaseFile, FilePerson, ImportRow, ImportRun, Person, Task
from archive.people import doubts, people
from archive.places import places
from archive.vocabulary import (
    EventKind,
    Evidence,
    Permission,
    PlaceKind,
    Protection,
    RowAnswer,
    RowState,
    TaskAnswer,
    TaskKind,
)
from archive.vocabulary.wording import N_

ROW_GONE = N_(
    "This row waits no longer: its list was withdrawn, or it was settled already. Look at the list again."
)
FILE_VOID = N_(
    "The file with this reference is void by now. Say that the row is a file of its own, or wrong."
)

NAME_GONE = N_("Nobody the file is about has the name the list was compared with. Look at the file's page.")
_PLACE_KINDS = {kind.value: kind for kind in PlaceKind}
_DAYS = frozenset({"opened_on", "closed_on", "last_note_on"})


def act(work: Work, task: Task, answer: TaskAnswer) -> None:
    """Do with a row what the answer says; raises Conflict where that cannot be done now."""
    row = work.session.get(ImportRow, task.row_id or 0, with_for_update=not work.sqlite)
    if row is None or row.state is not RowState.ASKED:
        raise Conflict("row_settled", ROW_GONE, field="answer")
    run = work.session.get_one(ImportRun, row.run_id)
    terms = Terms.load(work, Mapping.from_dict(run.mapping or {}))
    item = Words.of_run(run, terms.mapping).worded(item_of(row.row, reading_of(row), terms), row.cells)
    alike = waiting_alike(work, row, fingerprint(item, terms.mac_key))
    if answer is TaskAnswer.DIFFERENT:
        work.require(Permission.REGISTER)
    if not work.sqlite:
        work.connection.execute(ONE_LIST_AT_A_TIME)
    cells = {one.id: one.cells for one in (row, *alike)}  # they go once the rows stand in the register
    if answer is TaskAnswer.ROW_WRONG:
        for one in (row, *alike):
            _count(work, one, cells[one.id])
        _drop(work, [row, *alike])
        _close(work, alike, answer)
        return
    _count(work, row, cells[row.id], _carry_out(work, run, terms, row, item, task, answer))
    for other in alike:
        _count(work, other, cells[other.id], state=RowState.UNCHANGED)
        other.state, other.file_id, other.problem = RowState.UNCHANGED, row.file_id, None
        other.cells, other.reading = [], None
    work.session.flush()
    _close(work, alike, answer)


def _close(work: Work, rows: Sequence[ImportRow], answer: TaskAnswer) -> None:
    """Settle what was asked of rows that another row's answer has settled."""
    asked = select(Task).where(col(Task.row_id).in_([one.id for one in rows]), col(Task.open))
    for task in work.session.execute(asked).scalars().all():
        questions.close(work, task, answer)
        doubts.end(work, task, protected=answer is not TaskAnswer.DIFFERENT)


def _carry_out(
    work: Work, run: ImportRun, terms: Terms, row: ImportRow, item: Item, task: Task, answer: TaskAnswer
) -> Verdict:
    batch = RowBatch(work, run, PlaceFinder(), terms)
    if answer is TaskAnswer.DIFFERENT:
        verdict = batch.judge([_apart(work, item)], apart=True)[0]
        if verdict.state is not RowState.NEW and verdict.problem:
            raise Conflict(
                verdict.problem.code, verdict.problem.sentence, field="answer", **dict(verdict.problem.facts)
            )
    else:
        file = files.right_one(work, files.get(work, task.file_id))
        if file is None:
            raise Conflict("file_void", FILE_VOID, field="answer")
        verdict = batch.told(item, file, adding=answer is TaskAnswer.ANOTHER_PERSON)
    before = (row.undo or {}).get("persons", [])
    batch.apply([row], [verdict])
    work.session.refresh(row)
    row.file_key = str(verdict.item.key)
    if before:
        row.undo = {**(row.undo or {}), "persons": [*before, *(row.undo or {}).get("persons", [])]}
    return verdict


def _count(
    work: Work,
    row: ImportRow,
    cells: Sequence[str],
    verdict: Verdict | None = None,
    *,
    state: RowState | None = None,
) -> None:
    """Let the counts of the row's list follow the answer, but for what those cleared alone were asked."""
    asked = select(col(Task.id)).where(col(Task.row_id) == row.id, col(Task.kind) == TaskKind.IDENTITY)
    if any(task_id >= APART for task_id in work.session.scalars(asked)):
        return
    run = work.session.get_one(ImportRun, row.run_id)
    work.session.refresh(run)
    counts = Counts.from_data(run.counts)
    counts.answer(verdict, state=state)
    run.counts = counts.as_dict()
    understood_cells.answered(run, cells, verdict, stands=state is not None)


def _apart(work: Work, item: Item) -> Item:
    """Give a row a reference nobody has: its own where that is free by now, else a number in brackets."""
    numbers = ["", *(TWIN % number for number in range(2, 100))]
    for number in numbers:
        key = CaseKey.from_reference(item.key.source_id, item.key.reference + number)
        taken = matching.known_files(work, {key}).get(key, {})
        if not taken.keys() & set(item.parts):
            break
    reference = (item.reading.reference or item.key.reference) + number
    return replace(item, key=key, reading=replace(item.reading, reference=reference))


def waiting_alike(work: Work, row: ImportRow, said: str) -> list[ImportRow]:
    """Return the rows of other readings of the same list that wait for the same answer."""
    waiting = select(ImportRow).where(
        col(ImportRow.file_key) == row.file_key,
        col(ImportRow.state) == RowState.ASKED,
        col(ImportRow.id) != row.id,
    )
    found = []
    for one in work.session.execute(waiting).scalars().all():
        run = work.session.get_one(ImportRun, one.run_id)
        terms = Terms.load(work, Mapping.from_dict(run.mapping or {}))
        other = Words.of_run(run, terms.mapping).worded(item_of(one.row, reading_of(one), terms), one.cells)
        if fingerprint(other, terms.mac_key) == said:
            found.append(one)
    return found


def _drop(work: Work, rows: list[ImportRow]) -> None:
    for one in rows:
        one.state, one.answer = RowState.SETTLED, RowAnswer.ROW_WRONG
        one.cells, one.reading = [], None
    work.session.flush()
    entries = [
        history.Entry(
            f"import:{one.run_id}",
            EventKind.ROW_SETTLED,
            {"row": one.row, "answer": RowAnswer.ROW_WRONG.value, "file": None},
            {"reason": ""},
        )
        for one in rows
    ]
    history.record_many(work, entries)


def stated_place(said: Sequence[Sequence[str]]) -> tuple[PlaceStep, ...]:
    """Return the place a question keeps as what the list says, step by step."""
    return tuple(PlaceStep(_PLACE_KINDS[kind], name) for kind, name in said)


def move(work: Work, file: CaseFile, said: Sequence[Sequence[str]]) -> None:
    """Move a file where the list says that it stands; raises Conflict where that is no place now."""
    work.require(Permission.MOVE)
    steps = stated_place(said)
    finder = PlaceFinder()
    spot = finder.find(work, [steps])[steps]
    if not (spot and not spot.missing) and not work.actor.may(Permission.SHAPE_PLACES):
        raise Conflict("place_missing", PLACE_MISSING, field="answer")
    spot = finder.ensure(work, [steps])[steps]
    if spot is None or not spot.id:
        raise Conflict(
            "place_gone",
            N_("The place the list names cannot be used any more. Move it by hand."),
            field="answer",
        )
    files.move(work, file, places.get(work, spot.id), how=Evidence.HAND)


def take_over(work: Work, file: CaseFile, task: Task) -> None:
    """Correct the fields of a file as the list has them."""
    run = work.session.get_one(ImportRun, task.run_id)
    terms = Terms.load(work, Mapping.from_dict(run.mapping or {}))
    values: dict[str, Any] = {}
    for name, said in task.facts["fields"].items():
        if name == LONGER:
            _take_over_name(work, file, *said)
        elif name == "unit":
            values["unit_id"] = unit_id(work, terms.units, said)
        else:
            values[name] = PartialDate.parse(said) if name in _DAYS else said
    if values:
        files.correct(work, file, file.version, **values)


def add_kept_back(work: Work, file: CaseFile, task: Task) -> None:
    """Say that a sealed file is about those too whom a list names with it, who are hidden with it."""
    run = work.session.get_one(ImportRun, task.run_id)
    for said in questions.kept_back(task):
        bearers = people.with_number(work, said.number.number) if said.number else ()
        person = next((one for one in bearers if agree((one.family_name, one.given_name), said[:2])), None)
        if person is None:
            new = people.NewPerson(said.family, said.given, said.number, said.born, Protection.NONE, run.name)
            person = people.register(work, new)
        files.add_person(work, file, person, said.role)


def _take_over_name(work: Work, file: CaseFile, family: str, given: str) -> None:
    """Give the person of a file the longer surname a list has; the words of the old one are still in it."""
    of_file = col(Person.id).in_(select(col(FilePerson.person_id)).where(col(FilePerson.file_id) == file.id))
    persons = work.session.scalars(select(Person).where(of_file).order_by(col(Person.id))).all()
    for person in persons:
        if longer((family, given), (person.family_name, person.given_name)):
            people.correct(work, person, family_name=family)
            return
    if not any(agree((family, given), (one.family_name, one.given_name)) for one in persons):
        raise Conflict("name_gone", NAME_GONE, field="answer")
