"""A mark in a list hides whom it may be about, whatever becomes of its row and wherever it stands."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.imports import worklist
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, FilePerson, ImportRun, Person, Place, Task
from archive.people import people
from archive.places import places
from archive.vocabulary import Permission, Protection, RowState, TaskAnswer, TaskKind
from tests.verbs.imports.taking_in import (
    HEADER,
    a_list,
    assert_proven,
    check,
    mapping,
    prepared,
    register,
    row,
    rows_of,
    tasks_of,
    withdraw,
)

ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "198511222383"
HEAD = (*HEADER, "Anmärkning")
Cells = tuple[str, ...]


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _take_in(archive: Archive, actor: Actor, *rows: Cells) -> ImportRun:
    whole = [(*cells, "")[: len(HEAD)] for cells in rows]
    checked = check(archive, actor, a_list(whole, HEAD), mapping())
    run = register(archive, actor, checked)
    assert run.counts == checked.counts
    return run


def _hidden(archive: Archive, actor: Actor) -> tuple[set[str], set[str]]:
    """Return who is hidden, and which files are masked."""
    with archive.read(actor) as work:
        persons = work.session.scalars(select(Person)).all()
        masked = work.session.scalars(select(CaseFile).where(col(CaseFile.protected))).all()
        return (
            {one.given_name for one in persons if one.protection.protected},
            {f"{one.reference}/{one.part}" for one in masked},
        )


OTHER_PART = row("P1", ANNA, "Blixt, Berta", part="2")
STRANGER = row("P2", BERTIL, "Ask, Ulf")
NOBODY = row("P1", "", "", part="1")
MARKED = (*NOBODY, "sekretessmarkering")


@pytest.mark.parametrize("turned", [False, True], ids=["mark first", "mark last"])
@pytest.mark.parametrize("lists", [1, 2])
def test_a_mark_on_one_part_that_names_nobody_hides_the_person_of_the_other_part(
    archive: Archive, archivist: Actor, turned: bool, lists: int
) -> None:
    rows = [MARKED, OTHER_PART][:: -1 if turned else 1]
    for some in [rows] if lists == 1 else [rows[:1], rows[1:]]:
        run = _take_in(archive, archivist, STRANGER, *some)
    assert _hidden(archive, archivist) == ({"Berta"}, {"P1/1", "P1/2"})
    withdraw(archive, archivist, run)
    assert_proven(archive, archivist)


def test_a_part_without_a_mark_that_names_nobody_hides_nobody(archive: Archive, archivist: Actor) -> None:
    _take_in(archive, archivist, NOBODY, OTHER_PART, STRANGER)
    assert _hidden(archive, archivist) == (set(), set())


REFUSED = {
    "of its number": ((*row("P9", ANNA, "Blixt, Berta", kind="?!"), "sekr"), {"Berta"}, {"P1/2"}),
    "of its file": ((*row("P1", "", "", part="3", kind="?!"), "sekr"), {"Berta"}, {"P1/2"}),
    "of nobody": (row("P1", "", "", part="3", kind="?!"), set(), set()),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("order", ["before", "first", "last"])
def test_a_marked_row_that_is_refused_hides_whom_it_names_and_the_file_it_names(
    archive: Archive, archivist: Actor, what: str, order: str
) -> None:
    refused, hidden, masked = REFUSED[what]
    if order == "before":
        _take_in(archive, archivist, OTHER_PART)
    rows = {"before": [refused, STRANGER], "first": [refused, OTHER_PART, STRANGER]}
    run = _take_in(archive, archivist, *rows.get(order, [STRANGER, OTHER_PART, refused]))
    assert run.counts["rejected"] == 1
    assert _hidden(archive, archivist) == (hidden, masked)
    assert_proven(archive, archivist)


def test_a_marked_row_refused_only_at_registering_hides_too(archive: Archive, archivist: Actor) -> None:
    _take_in(archive, archivist, OTHER_PART)
    marked = (*row("P1", "", "", part="3", room="9"), "sekr")
    checked = check(archive, archivist, a_list([marked, (*STRANGER, "")], HEAD), mapping())
    with archive.write(archivist) as work:
        site = work.session.execute(select(Place).where(col(Place.name) == "Storgatan 1")).scalar_one()
        places.close(work, places.create(work, site, places.PlaceKind.ROOM, "9"))
    run = register(archive, archivist, checked)
    assert RowState.REJECTED in [one.state for one in rows_of(archive, archivist, run)]
    assert _hidden(archive, archivist) == ({"Berta"}, {"P1/2"})


@pytest.mark.parametrize("mark", ["SKYDDAD UPPGIFT / ", ""], ids=["marked", "open"])
@pytest.mark.parametrize("turned", [False, True], ids=["mark last", "mark first"])
def test_a_mark_beside_relatives_alone_hides_whom_the_file_is_about(
    archive: Archive, archivist: Actor, mark: str, turned: bool
) -> None:
    rows = [row("P1", ANNA, "Blixt, Berta"), row("P1", "", f"{mark}Blixt, Eva (mor)"), STRANGER]
    _take_in(archive, archivist, *rows[:: -1 if turned else 1])
    assert _hidden(archive, archivist) == (({"Berta", "Eva"}, {"P1/1"}) if mark else (set(), set()))
    assert_proven(archive, archivist)


@pytest.mark.parametrize(
    ("mark", "hidden"),
    [
        ("sekretessmarkering", ({"Berta"}, {"P1/1"})),
        ("", (set(), set())),
    ],
    ids=["masked", "open"],
)
def test_a_list_puts_nobody_more_into_a_masked_file_since_that_would_hide_their_open_ones(
    archive: Archive, archivist: Actor, mark: str, hidden: tuple[set[str], set[str]]
) -> None:
    _take_in(archive, archivist, (*row("P1", ANNA, "Blixt, Berta"), mark), STRANGER)
    columns = (*mapping().columns, MappedColumn("Medpersoner", ListField.CO_PERSONS))
    also = (*row("P1", ANNA, "Blixt, Berta"), f"Ask, Ulf {BERTIL}")
    content = a_list([also], (*HEADER, "Medpersoner"))
    register(archive, archivist, check(archive, archivist, content, replace(mapping(), columns=columns)))
    assert _hidden(archive, archivist) == hidden
    with archive.read(archivist) as work:
        of_ulf = select(CaseFile).join(FilePerson).join(Person).where(col(Person.given_name) == "Ulf")
        asked = work.session.scalars(select(Task)).all()
        assert {one.reference for one in work.session.scalars(of_ulf)} == ({"P2"} if mark else {"P1", "P2"})
        assert [one.facts["fields"]["person"][:2] for one in asked] == ([["Ask", "Ulf"]] if mark else [])


IN_DOUBT = row("P1", BERTIL, "Ask, Ulf", kind="VU", closed="2001-01-01")
ANSWERS = (TaskAnswer.DIFFERENT, TaskAnswer.SAME, TaskAnswer.ANOTHER_PERSON, TaskAnswer.ROW_WRONG)


@pytest.mark.parametrize("again", [False, True], ids=["read once", "read twice"])
@pytest.mark.parametrize("mark", ["", "sekr"], ids=["open", "marked"])
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda one: one.value)
def test_whom_a_row_in_question_hides_is_shown_again_once_it_is_said_to_be_another_file(
    archive: Archive, archivist: Actor, answer: TaskAnswer, mark: str, again: bool
) -> None:
    keeper = replace(archivist, permissions=archivist.permissions | {Permission.CHECK_SEALED})
    _take_in(archive, archivist, row("P1", ANNA, "Blixt, Berta"))
    for _time in range(1 + again):
        _take_in(archive, archivist, (*IN_DOUBT, mark))
    hidden = {"Berta"} if mark else set()
    assert _hidden(archive, archivist)[0] == hidden
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    with archive.write(keeper) as work:
        worklist.settle(work, worklist.get(work, task.id), answer)
    if answer is TaskAnswer.DIFFERENT:
        assert _hidden(archive, archivist) == (({"Ulf"}, {"P1 [2]/1"}) if mark else (set(), set()))
    else:  # the mark may be hers; lifting it takes a witness
        assert ("Berta" in _hidden(archive, archivist)[0]) == bool(mark)
    assert_proven(archive, archivist)


def test_whom_two_rows_in_question_hide_is_shown_again_by_the_last_answer_and_never_by_a_withdrawal(
    archive: Archive, archivist: Actor
) -> None:
    keeper = replace(archivist, permissions=archivist.permissions | {Permission.CHECK_SEALED})
    _take_in(archive, archivist, row("P1", ANNA, "Blixt, Berta"))
    _take_in(archive, archivist, (*IN_DOUBT, "sekr"))
    last = _take_in(archive, archivist, (*row("P1", CECILIA, "Sten, Kim", kind="VU", closed="1999"), "sekr"))
    first, _second = tasks_of(archive, archivist, TaskKind.IDENTITY)
    with archive.write(keeper) as work:
        worklist.settle(work, worklist.get(work, first.id), TaskAnswer.DIFFERENT)
    assert "Berta" in _hidden(archive, archivist)[0]
    withdraw(archive, archivist, last)
    assert tasks_of(archive, archivist, TaskKind.IDENTITY) == []
    assert "Berta" in _hidden(archive, archivist)[0]


def test_whom_somebody_has_protected_meanwhile_stays_hidden_whatever_is_answered(
    archive: Archive, archivist: Actor
) -> None:
    keeper = replace(archivist, permissions=archivist.permissions | {Permission.CHECK_SEALED})
    _take_in(archive, archivist, row("P1", ANNA, "Blixt, Berta"))
    _take_in(archive, archivist, (*IN_DOUBT, "sekr"))
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    with archive.write(keeper) as work:
        (person,) = people.with_number(work, ANNA)
        people.protect(work, person, Protection.MARKED, "beslut")
        worklist.settle(work, worklist.get(work, task.id), TaskAnswer.DIFFERENT)
    assert _hidden(archive, archivist)[0] == {"Berta", "Ulf"}


def test_a_legend_below_the_rows_hides_whom_they_mark_by_it_from_the_first_moment_on(
    archive: Archive, archivist: Actor
) -> None:
    marked, open_ = (*row("P1", ANNA, "Blixt, Berta"), "x"), (*STRANGER, "foton")
    legend = ("x = skyddad identitet", *[""] * (len(HEAD) - 1))
    run = _take_in(archive, archivist, marked, open_, legend)
    assert _hidden(archive, archivist) == ({"Berta"}, {"P1/1"})
    assert [bool(one.flags) for one in rows_of(archive, archivist, run)[:2]] == [True, False]
