"""A mark in a list masks at once, and nothing but lifting takes a mask off a file, whoever is named later."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from archive.files import files
from archive.imports import worklist
from archive.integrity import checks
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, FilePerson, ImportRun, NameToken, Person
from archive.people import people
from archive.people.people import NewPerson
from archive.vocabulary import (
    Custody,
    Permission,
    PersonRole,
    Protection,
    Role,
    RowState,
    TaskAnswer,
    TaskKind,
)
from tests.verbs.imports.taking_in import (
    HEADER,
    a_list,
    assert_proven,
    check,
    file_of,
    mapping,
    prepared,
    register,
    row,
    rows_of,
    tasks_of,
    withdraw,
)

ANNA, BERTIL = "195005050512", "199710182396"
MARK, REMARK = "SKYDDAD IDENTITET", "sekretessmarkering"
NAMED, OTHER = row("P1", ANNA, "Blixt, Berta"), row("P1", BERTIL, "Blixt, Bo")
UNNAMED = row("P1", "", "")
MARKED = row("P1", "", MARK)


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _take_in(archive: Archive, actor: Actor, *rows: tuple[str, ...], remark: str = "") -> ImportRun:
    """Take in a list of which each row may have a remark."""
    whole = [(*cells, "") if len(cells) == len(HEADER) else cells for cells in rows]
    return register(archive, actor, check(archive, actor, a_list(whole, (*HEADER, "Anmärkning")), mapping()))


def _hidden(archive: Archive, actor: Actor, reference: str = "P1") -> set[bool]:
    """Return whether a file is masked, and whether each person it concerns is hidden and found by no name."""
    with archive.read(actor) as work:
        file = work.session.get_one(CaseFile, file_of(archive, actor, reference).id)
        ids = list(work.session.scalars(select(FilePerson.person_id).where(FilePerson.file_id == file.id)))
        persons = work.session.scalars(select(Person).where(Person.id.in_(ids))).all()
        found = set(work.session.scalars(select(NameToken.person_id).where(NameToken.person_id.in_(ids))))
        assert not any(one.protection.protected and one.id in found for one in persons)
        return {file.protected, *(one.protection.protected for one in persons)}


def _living(archive: Archive, actor: Actor) -> bool:
    """Tell whether the file is registered: a list that was withdrawn may have taken it along."""
    with archive.read(actor) as work:
        living = CaseFile.reference == "P1", CaseFile.part == 1, CaseFile.status != Custody.VOID
        return work.session.scalars(select(CaseFile).where(*living)).first() is not None


def _assert_sound(archive: Archive, actor: Actor) -> None:
    assert_proven(archive, actor)
    with archive.read(actor) as work:
        assert [one.say() for one in checks.everything(work)] == []


def test_a_file_of_rows_without_a_mark_is_seen(archive: Archive, archivist: Actor) -> None:
    _take_in(archive, archivist, UNNAMED, NAMED)
    _take_in(archive, archivist, OTHER, NAMED)
    assert _hidden(archive, archivist) == {False}


@pytest.mark.parametrize("mark", [MARKED, (*UNNAMED, REMARK)], ids=["in the name", "in a remark"])
@pytest.mark.parametrize("lists", [1, 2])
def test_whoever_is_named_after_a_mark_is_hidden_with_the_file(
    archive: Archive, archivist: Actor, mark: tuple[str, ...], lists: int
) -> None:
    rows = [mark, NAMED, row("P2", ANNA, "Blixt, Berta")]
    for some in [rows] if lists == 1 else [rows[:1], rows[1:]]:
        run = _take_in(archive, archivist, *some)
    assert _hidden(archive, archivist) == _hidden(archive, archivist, "P2") == {True}
    if lists == 2:
        withdraw(archive, archivist, run)
        assert file_of(archive, archivist, "P1").protected
    _assert_sound(archive, archivist)


@pytest.mark.parametrize("mark", [MARKED, (*UNNAMED, REMARK)], ids=["in the name", "in a remark"])
@pytest.mark.parametrize("lists", [1, 2])
@pytest.mark.parametrize("before", [NAMED, UNNAMED], ids=["about somebody", "about nobody known"])
def test_a_mark_that_names_nobody_hides_everybody_the_file_is_about(
    archive: Archive, archivist: Actor, before: tuple[str, ...], mark: tuple[str, ...], lists: int
) -> None:
    rows = [before, mark]
    for some in [rows] if lists == 1 else [rows[:1], rows[1:]]:
        run = _take_in(archive, archivist, *some)
    assert _hidden(archive, archivist) == {True}
    if lists == 2:
        withdraw(archive, archivist, run)
        assert _hidden(archive, archivist) == {True}
    _assert_sound(archive, archivist)


def test_nobody_unmasks_a_file_about_nobody_known_by_adding_a_person(
    archive: Archive, archivist: Actor, as_role: object
) -> None:
    _take_in(archive, archivist, MARKED, row("P2", "", ""))
    _assert_sound(archive, archivist)
    assistant = as_role(Role.ASSISTANT)  # type: ignore[operator]
    for reference in ("P1", "P2"):
        with archive.write(assistant) as work:
            person = people.register(work, NewPerson("Blixt", reference, protection=Protection.NONE))
            file = files.get(work, file_of(archive, archivist, reference).id)
            files.add_person(work, file, person, PersonRole.SUBJECT)
    assert (_hidden(archive, archivist), _hidden(archive, archivist, "P2")) == ({True}, {False})
    _assert_sound(archive, archivist)


@pytest.mark.parametrize("answer", [None, TaskAnswer.SAME, TaskAnswer.DIFFERENT, TaskAnswer.ROW_WRONG])
@pytest.mark.parametrize("name", ["", "Ask, Ulf"], ids=["of nobody", "of somebody else"])
@pytest.mark.parametrize("before", [NAMED, UNNAMED], ids=["about somebody", "about nobody known"])
def test_a_marked_row_in_question_hides_the_file_it_may_be_about_at_once(
    archive: Archive, archivist: Actor, before: tuple[str, ...], name: str, answer: TaskAnswer | None
) -> None:
    _take_in(archive, archivist, before)
    run = _take_in(archive, archivist, (*row("P1", "", name, closed="1999-01-01"), REMARK))
    assert [one.state for one in rows_of(archive, archivist, run)] == [RowState.ASKED]
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    if answer:
        cleared = replace(archivist, permissions=archivist.permissions | {Permission.CHECK_SEALED})
        with archive.write(cleared) as work:
            worklist.settle(work, worklist.get(work, task.id), answer)
    of_another = before is NAMED and name and answer is TaskAnswer.DIFFERENT  # whom the mark says nothing of
    assert _hidden(archive, archivist) == {not of_another}
    _assert_sound(archive, archivist)


def test_the_right_one_of_two_registrations_is_masked_like_the_other(
    archive: Archive, archivist: Actor
) -> None:
    _take_in(archive, archivist, MARKED, row("P2", ANNA, "Blixt, Berta"), row("P3", "", ""))
    for right, seen in (("P2", False), ("P3", False)):
        assert _hidden(archive, archivist, right) == {seen}
        _take_in(archive, archivist, row(f"M{right}", "", MARK))
        with archive.write(archivist) as work:
            void, kept = (
                files.get(work, file_of(archive, archivist, one).id) for one in (f"M{right}", right)
            )
            files.void(work, void, kept)
        assert _hidden(archive, archivist, right) == {True}
    _assert_sound(archive, archivist)


SEEN = (
    UNNAMED,
    NAMED,
    OTHER,
    row("P1", ANNA, ""),
    row("P1", "", "Blixt, Berta"),
    row("P1", ANNA, "Blixt, Berta", part="2"),
    row("P1", ANNA, "Blixt, Berta", closed="1999-01-01"),
    row("P1", BERTIL, "Blixt, Bo", room="2"),
)
MARKS_OF_NOBODY = (MARKED, (*UNNAMED, REMARK), (*row("P1", "", "", closed="1999-01-01"), REMARK))
MARKS_OF_SOMEBODY = (
    (*NAMED, REMARK),
    row("P1", ANNA, MARK),
    row("P1", "??", MARK),
    (*row("P1", "", "Blixt, Berta", room="2"), REMARK),
)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.engines("sqlite")  # what the verbs do is the same on both; the lists are many
def test_once_a_list_marked_a_file_nobody_sees_it_whatever_two_lists_say_and_one_takes_back(
    archive: Archive, archivist: Actor, seed: int
) -> None:
    draw = random.Random(seed)
    lists = [draw.choices(SEEN, k=draw.randint(1, 3)) for _ in range(2)]
    marker, marks = draw.choice((0, 1)), draw.choice(((), MARKS_OF_NOBODY, MARKS_OF_SOMEBODY))
    if marks:
        lists[marker].insert(draw.randint(0, len(lists[marker])), draw.choice(marks))
    runs = [_take_in(archive, archivist, *rows) for rows in lists]
    if draw.random() < 0.5:
        withdraw(archive, archivist, runs[1 - marker])
    _assert_sound(archive, archivist)
    if _living(archive, archivist):
        hidden = _hidden(archive, archivist)
        assert hidden == ({True} if marks else {False}) or (marks is MARKS_OF_SOMEBODY and True in hidden)
        assert file_of(archive, archivist, "P1").protected is bool(marks)
