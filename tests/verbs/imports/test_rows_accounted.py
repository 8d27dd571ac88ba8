"""No row of a list vanishes: it is a file, added to one, a repeat of another, a question or a reject."""

import io
import itertools
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import col

from archive.files import files
from archive.imports import left_out, runs, worklist
from archive.imports import refused as import_refused
from archive.imports.driver import drive
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn
from archive.imports.lists.meaning.rejects import write_rejects
from archive.imports.lists.meaning.tables import ListShape
from archive.integrity import checks
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, FilePerson, ImportRun, Person, Place, Task
from archive.places import places
from archive.vocabulary import (
    Custody,
    PlaceKind,
    Protection,
    Role,
    RowAnswer,
    RowState,
    TaskAnswer,
    TaskKind,
)
from tests.verbs.imports.taking_in import (
    HEADER,
    OTHER,
    a_list,
    assert_proven,
    check,
    events,
    file_of,
    mapping,
    prepared,
    register,
    row,
    rows_of,
    take_in,
    tasks_of,
    withdraw,
)

ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "198511222383"
LISTS = Path(__file__).parent / "lists"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _counts(run: ImportRun, *names: str) -> tuple[int, ...]:
    return tuple(run.counts[name] for name in names)


def _states(archive: Archive, actor: Actor, run: ImportRun) -> list[RowState]:
    return [one.state for one in rows_of(archive, actor, run)]


def _persons(archive: Archive, actor: Actor, file: CaseFile) -> list[str]:
    with archive.read(actor) as work:
        statement = (
            select(Person.given_name)
            .join(FilePerson, FilePerson.person_id == Person.id)
            .where(FilePerson.file_id == file.id)
            .order_by(Person.id)
        )
        return list(work.session.execute(statement).scalars())


def _everything(archive: Archive, actor: Actor) -> list[Any]:
    with archive.read(actor) as work:
        return [
            work.session.execute(select(func.count()).select_from(m)).scalar_one() for m in (CaseFile, Person)
        ]


def _settle(archive: Archive, actor: Actor, answer: TaskAnswer, kind: TaskKind = TaskKind.IDENTITY) -> Task:
    (task,) = tasks_of(archive, actor, kind)
    with archive.write(actor) as work:
        worklist.settle(work, worklist.get(work, task.id), answer)
    return task


def _assert_sound(archive: Archive, actor: Actor) -> None:
    with archive.read(actor) as work:
        assert [one.say() for one in checks.RegisterCheck(work).rules()] == []
    assert_proven(archive, actor)


FIRST = row("5201", ANNA, "Åkesson, Ture", kind="EB", closed="2002-06-14")
STRANGERS = {
    "person, kind and dates": row("5201", BERTIL, "Çelik, Åsa", kind="VU", closed="2003-11-15"),
    "person and dates": row("5201", BERTIL, "Çelik, Åsa", kind="EB", closed="2003-11-15"),
    "person and kind": row("5201", BERTIL, "Çelik, Åsa", kind="VU", closed="2002-06-14"),
    "person and place": row("5201", BERTIL, "Çelik, Åsa", kind="EB", closed="2002-06-14", box="2"),
    "number": row("5201", BERTIL, "Åkesson, Ture", kind="EB", closed="2002-06-14"),
    "name under one number": row("5201", ANNA, "Helt, Annan", kind="EB", closed="2002-06-14"),
    "kind": row("5201", ANNA, "Åkesson, Ture", kind="VU", closed="2002-06-14"),
    "dates": row("5201", ANNA, "Åkesson, Ture", kind="EB", closed="2012-06-14"),
    "spelling, and person": row("52 01", BERTIL, "Çelik, Åsa", kind="VU", closed="2003-11-15"),
}
ONE_LIST = {
    "box": row("5201", ANNA, "Åkesson, Ture", kind="EB", closed="2002-06-14", box="2"),
    "part, older": row("5201", ANNA, "Åkesson, Ture", kind="EB", closed="2002-06-14", part="äldre"),
    "number with a slip": row("5201", "195005055012", "Åkesson, Ture", kind="EB", closed="2002-06-14"),
}


@pytest.mark.parametrize("what", [*STRANGERS, *ONE_LIST])
@pytest.mark.parametrize("turned", [False, True], ids=["first", "last"])
def test_a_row_with_the_reference_of_another_that_differs_is_a_question(
    archive: Archive, archivist: Actor, what: str, turned: bool
) -> None:
    rows = [FIRST, (STRANGERS | ONE_LIST)[what]]
    run = take_in(archive, archivist, reversed(rows) if turned else rows)
    assert _counts(run, "registered", "asked", "duplicates", "rejected") == (1, 1, 0, 0)
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    asked = rows_of(archive, archivist, run)[1]
    assert (task.row_id, asked.state, asked.cells[0]) == (asked.id, RowState.ASKED, rows[turned - 1][0])
    assert_proven(archive, archivist)


@pytest.mark.parametrize("what", STRANGERS)
def test_a_later_list_that_differs_changes_nothing_while_it_is_in_doubt(
    archive: Archive, archivist: Actor, what: str
) -> None:
    take_in(archive, archivist, [FIRST])
    before, had = file_of(archive, archivist, "5201"), _everything(archive, archivist)
    happened = events(archive, archivist, "file.%"), events(archive, archivist, "person.%")
    told = (*STRANGERS[what][:10], "2025-01-02", "AB")  # a check of the stranger's file is none of this one's
    run = take_in(archive, archivist, [told])
    after = file_of(archive, archivist, "5201")
    assert _counts(run, "asked", "changed", "unchanged", "moved", "checks") == (1, 0, 0, 0, 0)
    assert (after.version, after.kind_id, after.closed_on) == (
        before.version,
        before.kind_id,
        before.closed_on,
    )
    assert (events(archive, archivist, "file.%"), events(archive, archivist, "person.%")) == happened
    assert _everything(archive, archivist) == had
    assert len(tasks_of(archive, archivist, TaskKind.IDENTITY)) == 1


def test_another_person_of_a_household_is_added_to_the_file(archive: Archive, archivist: Actor) -> None:
    names = ("Rönn, Yngve", "Rönn, Élise", "Rönn, Olof")
    rows = [row("6100", number, name) for number, name in zip((ANNA, BERTIL, CECILIA), names, strict=True)]
    run = take_in(archive, archivist, rows)
    assert _counts(run, "registered", "changed", "added", "duplicates", "asked") == (1, 2, 2, 0, 0)
    file = file_of(archive, archivist, "6100")
    assert _persons(archive, archivist, file) == ["Yngve", "Élise", "Olof"]
    again = take_in(archive, archivist, reversed(rows))
    assert _counts(again, "added", "changed", "asked") == (0, 0, 0)
    assert _counts(again, "unchanged", "duplicates") == (3, 0), "no row repeats another person's"
    twice = take_in(archive, archivist, [*rows, row("6100 ", BERTIL, "RÖNN, Élise")])
    assert _counts(twice, "unchanged", "duplicates") == (3, 1)
    assert _persons(archive, archivist, file) == ["Yngve", "Élise", "Olof"]
    assert_proven(archive, archivist)


@pytest.mark.parametrize("name", ["Åkesson, Ture", "Rönn, Ture"])
@pytest.mark.parametrize("with_the_first", [False, True], ids=["alone", "with the first"])
def test_somebody_else_alone_in_a_row_is_asked_about_unless_they_are_kin(
    archive: Archive, archivist: Actor, name: str, with_the_first: bool
) -> None:
    first, other = row("6100", ANNA, "Rönn, Yngve"), row("6100", BERTIL, name)
    take_in(archive, archivist, [first])
    run = take_in(archive, archivist, [first, other] if with_the_first else [other])
    added = name.startswith("Rönn")
    assert _counts(run, "added", "asked") == ((1, 0) if added else (0, 1))
    again = take_in(archive, archivist, [first, other])  # what is asked waits, whatever list says it next
    assert _counts(again, "added", "changed", "asked") == (0, 0, 0 if added else 1)


@pytest.mark.parametrize("names", [("Rönn, Yngve", "Rönn, Élise"), ("Åkesson, Ture", "Çelik, Åsa")])
@pytest.mark.parametrize("apart", [False, True], ids=["one list", "two lists"])
def test_two_persons_under_references_written_otherwise_are_a_question(
    archive: Archive, archivist: Actor, names: tuple[str, str], apart: bool
) -> None:
    rows = [row("A 17", ANNA, names[0]), row("A17", BERTIL, names[1])]
    runs = [take_in(archive, archivist, some) for some in ([rows[:1], rows[1:]] if apart else [rows])]
    assert _counts(runs[-1], "asked", "added") == (1, 0)
    (task,) = tasks_of(archive, archivist)
    assert task.facts["fields"].keys() == {"person", "reference"}
    _settle(archive, archivist, TaskAnswer.ANOTHER_PERSON)
    again = take_in(archive, archivist, rows)
    assert _counts(again, "asked", "added", "registered") == (0, 0, 0)


def test_one_person_under_references_written_otherwise_is_no_question(
    archive: Archive, archivist: Actor
) -> None:
    run = take_in(archive, archivist, [row("A 17", ANNA), row("A17", ANNA)])
    assert _counts(run, "registered", "duplicates", "asked") == (1, 1, 0)


def test_whom_somebody_took_off_a_file_no_list_puts_back(archive: Archive, archivist: Actor) -> None:
    rows = [row("6100", ANNA, "Rönn, Yngve"), row("6100", BERTIL, "Rönn, Élise")]
    take_in(archive, archivist, rows)
    with archive.write(archivist) as work:
        file = work.session.execute(select(CaseFile)).scalar_one()
        elise = work.session.execute(select(Person).where(col(Person.given_name) == "Élise")).scalar_one()
        files.remove_person(work, file, elise)
    run = take_in(archive, archivist, rows[1:])
    assert _counts(run, "added", "asked") == (0, 1)
    assert _persons(archive, archivist, file) == ["Yngve"]


def test_a_household_list_withdrawn_is_gone_whole(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("6100", ANNA, "Rönn, Yngve"), row("6100", BERTIL, "Rönn, Élise")])
    run = withdraw(archive, archivist, run)
    assert run.options["withdrawn"]["left"] == 0
    assert tasks_of(archive, archivist) == []
    assert_proven(archive, archivist)


def test_two_rows_that_differ_only_in_a_word_of_a_column_not_registered_are_a_question(
    archive: Archive, archivist: Actor
) -> None:
    told = [(*FIRST, "äldre"), (*FIRST, "nyare"), (*FIRST, "äldre")]
    run = check(archive, archivist, a_list(told, REMARK_HEADER), mapping())
    assert _counts(run, "registered", "asked", "duplicates") == (1, 1, 1)
    assert register(archive, archivist, run).counts == run.counts


def test_two_files_are_registered_apart_and_found_again(archive: Archive, archivist: Actor) -> None:
    rows = [FIRST, STRANGERS["person, kind and dates"]]
    run = take_in(archive, archivist, rows)
    _settle(archive, archivist, TaskAnswer.DIFFERENT)
    second = file_of(archive, archivist, "5201 [2]")
    assert _persons(archive, archivist, second) == ["Åsa"]
    assert (str(second.closed_on), second.import_id) == ("2003-11-15", run.id)
    assert _states(archive, archivist, run) == [RowState.REGISTERED] * 2
    again = take_in(archive, archivist, rows)
    assert _counts(again, "unchanged", "asked", "registered") == (2, 0, 0)
    withdraw(archive, archivist, again)  # which names them too
    withdrawn = withdraw(archive, archivist, run)
    assert withdrawn.options["withdrawn"]["left"] == 0
    assert_proven(archive, archivist)


def test_the_same_file_takes_what_was_missing_and_asks_what_differs(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("5201", ANNA, "Åkesson, Ture", kind="EB", closed="2002-06-14")])
    told = row(
        "5201",
        ANNA,
        "Åkesson, Ture",
        kind="VU",
        parts="2",
        closed="2012",
        room="M",
        checked="2025-01-02",
        sign="AB",
    )
    run = take_in(archive, archivist, [told], site=OTHER)
    _settle(archive, archivist, TaskAnswer.SAME)
    file = file_of(archive, archivist, "5201")
    assert (file.parts, str(file.closed_on)) == (2, "2002-06-14")
    assert events(archive, archivist, "file.checked_earlier") == 1
    assert _states(archive, archivist, run) == [RowState.CHANGED]
    kinds = {task.kind: task.facts for task in tasks_of(archive, archivist)}
    assert kinds[TaskKind.FIELD_CONFLICT]["fields"].keys() == {"kind_id", "closed_on"}
    assert TaskKind.PLACE_CONFLICT in kinds
    _settle(archive, archivist, TaskAnswer.LIST_RIGHT, TaskKind.FIELD_CONFLICT)
    assert str(file_of(archive, archivist, "5201").closed_on) == "2012"
    again = take_in(archive, archivist, [told], site=OTHER)
    assert again.counts["asked"] == 0
    assert_proven(archive, archivist)


def test_the_same_file_about_another_person_too(archive: Archive, archivist: Actor) -> None:
    rows = [FIRST, STRANGERS["person and dates"]]
    run = take_in(archive, archivist, rows)
    _settle(archive, archivist, TaskAnswer.ANOTHER_PERSON)
    file = file_of(archive, archivist, "5201")
    assert _persons(archive, archivist, file) == ["Ture", "Åsa"]
    again = take_in(archive, archivist, rows)
    assert _counts(again, "added", "asked", "registered") == (0, 0, 0)
    withdraw(archive, archivist, again)  # which names them too
    withdrawn = withdraw(archive, archivist, run)
    assert withdrawn.options["withdrawn"]["left"] == 0
    assert_proven(archive, archivist)


def test_the_same_file_with_a_wrong_person_asks_whose_name_is_right(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [FIRST, STRANGERS["person and dates"]])
    _settle(archive, archivist, TaskAnswer.SAME)
    fields = [task.facts["fields"] for task in tasks_of(archive, archivist, TaskKind.FIELD_CONFLICT)]
    assert [set(one) for one in fields] == [{"person"}, {"closed_on"}]
    assert _persons(archive, archivist, file_of(archive, archivist, "5201")) == ["Ture"]


def test_the_same_file_that_is_also_a_part_in_a_box_of_its_own_gets_the_box(
    archive: Archive, archivist: Actor
) -> None:
    first = row("5201", ANNA, "Åkesson, Ture", part="2")
    take_in(archive, archivist, [first, row("5201", ANNA, "Åkesson, Ture", part="1-2", box="2")])
    _settle(archive, archivist, TaskAnswer.SAME)
    assert file_of(archive, archivist, "5201", 1).place_id != file_of(archive, archivist, "5201", 2).place_id
    assert_proven(archive, archivist)


def test_a_row_that_is_wrong_is_settled_for_good(archive: Archive, archivist: Actor) -> None:
    rows = [FIRST, STRANGERS["kind"]]
    run = take_in(archive, archivist, rows)
    _settle(archive, archivist, TaskAnswer.ROW_WRONG)
    settled = rows_of(archive, archivist, run)[1]
    assert (settled.state, settled.answer, settled.cells) == (RowState.SETTLED, RowAnswer.ROW_WRONG, [])
    assert events(archive, archivist, "import.row_settled") == 1
    assert take_in(archive, archivist, rows).counts["asked"] == 0


def test_a_box_somebody_answered_for_is_not_moved_by_the_same_list_again(
    archive: Archive, archivist: Actor
) -> None:
    rows = [FIRST, ONE_LIST["box"]]
    take_in(archive, archivist, rows)
    place = file_of(archive, archivist, "5201").place_id
    _settle(archive, archivist, TaskAnswer.SAME)
    assert file_of(archive, archivist, "5201").place_id == place
    _settle(archive, archivist, TaskAnswer.REGISTER_RIGHT, TaskKind.PLACE_CONFLICT)
    run = take_in(archive, archivist, rows)
    assert _counts(run, "moved", "asked", "changed") == (0, 0, 0)
    assert file_of(archive, archivist, "5201").place_id == place


def test_the_same_question_in_a_list_read_twice_is_asked_once_and_answered_for_both(
    archive: Archive, archivist: Actor
) -> None:
    rows = [FIRST, STRANGERS["kind"]]
    take_in(archive, archivist, rows)
    second = take_in(archive, archivist, rows)
    assert _counts(second, "asked", "changed", "unchanged") == (1, 0, 1)
    _settle(archive, archivist, TaskAnswer.DIFFERENT)
    assert RowState.ASKED not in _states(archive, archivist, second)


def test_a_question_stops_only_its_row_and_a_refused_answer_leaves_it_open(
    archive: Archive, archivist: Actor
) -> None:
    run = take_in(archive, archivist, [FIRST, STRANGERS["kind"], row("5300", CECILIA)])
    assert _counts(run, "registered", "asked") == (2, 1)
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    for answer in (
        TaskAnswer.LIST_RIGHT,
        TaskAnswer.REGISTER_RIGHT,
        TaskAnswer.WITHDRAWN,
        TaskAnswer.ANOTHER_PERSON,
    ):
        with pytest.raises(DomainError), archive.write(archivist) as work:
            worklist.settle(work, worklist.get(work, task.id), answer)
    assert len(tasks_of(archive, archivist, TaskKind.IDENTITY)) == 1


def test_a_protection_stated_in_a_row_in_doubt_hides_at_once(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [FIRST])
    run = take_in(archive, archivist, [STRANGERS["kind"]], unstated_protection=Protection.MARKED)
    assert run.counts["asked"] == 1
    assert file_of(archive, archivist, "5201").protected
    withdraw(archive, archivist, run)
    assert file_of(archive, archivist, "5201").protected  # lifted by hand alone, before witnesses


def test_duplicates_come_back_with_all_their_cells_and_the_row_they_repeat(
    archive: Archive, archivist: Actor
) -> None:
    run = take_in(archive, archivist, [FIRST, row("5300", CECILIA), FIRST])
    with archive.read(archivist) as work:
        (told,) = left_out.every(work, runs.get(work, run.id), RowState.DUPLICATE)
    assert (list(told.cells), told.row, told.other) == (list(FIRST), 4, 2)
    assert told.card is not None
    assert told.card.file.reference == "5201"


@pytest.mark.parametrize("marked", [0, 1, 2, None])
def test_repeats_of_a_case_that_any_of_its_rows_marks_are_masked_before_it_is_registered_too(
    archive: Archive, archivist: Actor, marked: int | None
) -> None:
    rows = [row("5201", ANNA, "Åkesson, Ture" + " (skyddad)" * (at == marked)) for at in range(3)]
    run = check(archive, archivist, a_list([*rows, *[row("5300", CECILIA, "Ek, Siv")] * 2]), mapping())
    told = [_repeats(archive, archivist, run)]
    register(archive, archivist, run)
    told.append(_repeats(archive, archivist, run))
    hidden = marked is not None
    repeated = [
        one for one in (3, 4) if marked in (None, 0) or one != marked + 2
    ]  # a later mark is no repeat
    assert told == [[*((one, hidden) for one in repeated), (6, False)]] * 2


def _repeats(archive: Archive, actor: Actor, run: ImportRun) -> list[tuple[int, bool]]:
    with archive.read(actor) as work:
        found = left_out.every(work, runs.get(work, run.id), RowState.DUPLICATE)
        return [(one.row, not any("Ture" in cell or "Siv" in cell for cell in one.cells)) for one in found]


def _closing(archive: Archive, actor: Actor, name: str) -> None:
    with archive.write(actor) as work:
        site = work.session.execute(select(Place).where(col(Place.name) == "Storgatan 1")).scalar_one()
        places.close(work, places.create(work, site, PlaceKind.ROOM, name))


def test_rows_refused_at_registration_come_back_with_their_cells_and_read_again(
    archive: Archive, archivist: Actor, tmp_path: Path
) -> None:
    refused = row("P1", ANNA, room="9", box="7")
    checked = check(archive, archivist, a_list([refused, row("P2", BERTIL)]), mapping())
    _closing(archive, archivist, "9")
    run = register(archive, archivist, checked)
    assert _counts(run, "registered", "rejected") == (1, 1)
    with archive.read(archivist) as work, (tmp_path / "rejects.csv").open("wb") as out:
        whole = runs.get(work, run.id)
        assert (
            write_rejects(
                out, ListShape.from_dict(whole.shape or {}), import_refused.given_back(work, whole).rows
            )
            == 1
        )
    content = (tmp_path / "rejects.csv").read_bytes()
    assert ";".join(refused).encode() in content
    again = check(archive, archivist, content.replace(b";9;7;", b";8;7;"), mapping())
    assert _counts(register(archive, archivist, again), "registered", "rejected") == (1, 0)
    kept = file_of(archive, archivist, "P1")
    assert _persons(archive, archivist, kept) == ["Test"]


@pytest.mark.parametrize("protected", [False, True])
def test_rows_refused_come_back_also_from_a_list_whose_columns_nobody_chose(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor], protected: bool
) -> None:
    run = check(
        archive, archivist, a_list([row("P1", ANNA, kind="?!"), row("SEKR", BERTIL, kind="?!")]), mapping()
    )
    with archive.write(archivist) as work:
        runs.get(work, run.id).mapping = None
    with archive.read(as_role(Role.SEALED_KEEPER) if protected else archivist) as work:
        found = import_refused.given_back(work, runs.get(work, run.id), protected=protected)
        assert [one.cells[0] for one in found.rows] == (["SEKR"] if protected else ["P1"])


_CELL = st.sampled_from
_ROW = st.builds(
    row,
    _CELL(["17", "1 7", "A17", "A\u201317", "A-17", "A-017"]),
    _CELL([ANNA, BERTIL, ""]),
    _CELL(["Ek, Anna", "Ek, Bo", "Ek-Holm, Anna", "Sten, Bo", ""]),
    part=_CELL(["", "", "2", "1-2", "äldre"]),
    kind=_CELL(["EB", "EB", "VU", "?!"]),
    closed=_CELL(["2003-04-05", "2003", "2004-05-06", ""]),
    box=_CELL(["1", "1", "2", ""]),
    checked=_CELL(["", "", "2025-01-02"]),
)
_ROWS = st.lists(_ROW, min_size=1, max_size=8)
_EXAMPLE = itertools.count()
_ACCOUNT = ("registered", "unchanged", "changed", "duplicates", "asked", "rejected")


def _accounted(archive: Archive, actor: Actor, run: ImportRun) -> None:
    assert sum(_counts(run, *_ACCOUNT)) == run.counts["rows"] == run.rows
    rows = rows_of(archive, actor, run)
    waiting = {task.row_id for task in tasks_of(archive, actor, TaskKind.IDENTITY)}
    with archive.read(actor) as work:
        for one in rows:
            if one.state in (RowState.ASKED, RowState.REJECTED, RowState.DUPLICATE):
                assert any(one.cells), one.row
            if one.state is RowState.ASKED:
                assert one.id in waiting
            if one.state in (RowState.REGISTERED, RowState.CHANGED):
                assert work.session.get_one(CaseFile, one.file_id).status is not Custody.VOID


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS, order=st.randoms(use_true_random=False))
@pytest.mark.engines("sqlite")  # what the verbs do is the same on both; the lists are many
def test_every_row_of_any_list_is_accounted_for(
    archive: Archive, archivist: Actor, rows: list[tuple[str, ...]], order: random.Random
) -> None:
    order.shuffle(rows)
    prefix = f"{next(_EXAMPLE)}-"  # of its own: the archive is one for all
    # A row of unknown kind is refused, unless its file is registered by the time the list is read again.
    rows = [(prefix + one[0] + ("K" if one[6] == "?!" else ""), *one[1:]) for one in rows]
    run = take_in(archive, archivist, rows)
    _accounted(archive, archivist, run)
    before, happened = _everything(archive, archivist), events(archive, archivist, "file.%")
    again = take_in(archive, archivist, rows)
    assert _counts(again, "registered", "changed", "added", "moved") == (0, 0, 0, 0)
    assert (_everything(archive, archivist), events(archive, archivist, "file.%")) == (before, happened)
    for done in (again, run):
        withdraw(archive, archivist, done)
    assert_proven(archive, archivist)


TWICE = {  # what a drawn list once changed at its second reading, or counted otherwise than its check
    "room alone": [row("17", ANNA, "Ek, Bo"), row("17", ANNA, "Ek, Bo", box="", checked="2025-01-02")],
    "no name, then one": [row("17", ANNA, ""), row("17", ANNA, "Ek, Bo", closed="2003", box="")],
    "another name": [row("17", ANNA, "Ek, Anna"), row("17", ANNA, "Ek-Holm, Anna")],
    "a name another part states": [
        row("17", ANNA, ""),
        row("17", "", "Ek, Bo"),
        row("17", ANNA, "Ek, Bo", part="2"),
    ],
    "a name another file states": [row("17", ANNA, ""), row("17", "", "Ek, Bo"), row("18", ANNA, "Ek, Bo")],
    "no name in a part": [
        row("17", ANNA, "Ek, Anna"),
        row("17", ANNA, "", part="2", kind="VU"),
        row("17", ANNA, "Ek, Bo", part="2", kind="VU"),
    ],
    "no number": [row("17", ANNA, "Ek, Anna"), row("17", "", "Ek, Anna")],
    "a question a later row would settle": [
        row("17", "", "Ek, Anna"),
        row("17", ANNA, ", Anna", checked="2025-01-02"),
        row("17", ANNA, "Ek, Anna"),
    ],
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("what", TWICE)
@pytest.mark.parametrize("before", [None, "", "Ek, Anna"], ids=["unknown", "nameless", "named"])
def test_a_list_read_twice_changes_nothing_whatever_was_known_of_its_person(
    archive: Archive, archivist: Actor, what: str, before: str | None
) -> None:
    if before is not None:
        take_in(archive, archivist, [row("16", ANNA, before, kind="VU")])
    first, second = (take_in(archive, archivist, TWICE[what]) for _ in range(2))
    assert first.counts["registered"] in (1, 2)
    assert _counts(second, "registered", "changed", "added", "moved") == (0, 0, 0, 0)


def _given_list(archive: Archive, actor: Actor, name: str) -> ImportRun:

    content = (LISTS / name).read_bytes()
    checked = _check_guessed(archive, actor, content, name)
    run = register(archive, actor, checked)
    assert run.counts == checked.counts
    return run


def _check_guessed(archive: Archive, actor: Actor, content: bytes, name: str) -> ImportRun:
    run_id = runs.begin(archive, actor, name, io.BytesIO(content))
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        said: dict[str, Any] = {"source": "PROVA", "site": "Storgatan 1"}
        said["unstated_protection"] = Protection.NONE
        runs.choose(work, run, replace(runs.mapping_of(run), **said))
        runs.stage(work, run)
    return drive(archive, actor, run_id)


@pytest.mark.parametrize(
    ("name", "registered", "asked", "added", "duplicates"),
    [
        ("52_samma_nummer_tva_personer.csv", 6, 2, 0, 1),
        ("61_en_rad_per_person.csv", 4, 0, 8, 0),
        ("15_delar.csv", 19, 1, 0, 0),
        ("16_boxar.csv", 20, 0, 0, 0),
        ("17_flera_personer.csv", 20, 0, 0, 0),
        ("78b_box_bara_forsta_raden.csv", 12, 0, 0, 0),
    ],
)
def test_the_given_lists_lose_no_row(
    archive: Archive, archivist: Actor, name: str, registered: int, asked: int, added: int, duplicates: int
) -> None:
    run = _given_list(archive, archivist, name)
    assert _counts(run, "registered", "asked", "added", "duplicates", "rejected") == (
        *(registered, asked, added, duplicates),
        0,
    )
    _accounted(archive, archivist, run)
    again = _given_list(archive, archivist, name)
    assert _counts(again, "registered", "changed", "added") == (0, 0, 0)


@pytest.mark.parametrize("turned", [False, True], ids=["opened last", "closed last"])
@pytest.mark.parametrize("apart", [False, True], ids=["one list", "two lists"])
def test_a_closing_before_the_opening_another_row_states_is_asked_about_and_refuses_no_row(
    archive: Archive, archivist: Actor, turned: bool, apart: bool
) -> None:
    chosen = mapping()
    chosen = replace(chosen, columns=(*chosen.columns, MappedColumn("Öppnad", ListField.OPENED)))
    rows = [(*row("17", ANNA, closed="2003-04-05"), ""), (*row("17", ANNA, closed=""), "2004-05-06")]
    rows = rows[::-1] if turned else rows
    for some in [rows[:1], rows[1:]] if apart else [rows]:
        checked = check(archive, archivist, a_list(some, (*HEADER, "Öppnad")), chosen)
        run = register(archive, archivist, checked)
        assert run.counts == checked.counts
    assert _counts(run, "rejected", "changed", "conflicts") == (0, 0, 1)
    (task,) = tasks_of(archive, archivist, TaskKind.FIELD_CONFLICT)
    assert task.facts["fields"] == ({"closed_on": "2003-04-05"} if turned else {"opened_on": "2004-05-06"})


def test_a_row_told_apart_by_a_word_says_what_the_row_before_has_there(
    archive: Archive, archivist: Actor
) -> None:
    _with_remarks(archive, archivist, [(*FIRST, "äldre"), (*ONE_LIST["box"], "nyare")])
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    assert (task.facts["fields"]["words"], task.facts["other_row"]) == ("nyare", {"words": "äldre"})


REMARK_HEADER = (*HEADER, "Anm")
REMARKS = (("äldre", "nyare"), ("del A", "del B"))


def _with_remarks(archive: Archive, actor: Actor, rows: list[tuple[str, ...]]) -> ImportRun:
    return register(archive, actor, check(archive, actor, a_list(rows, REMARK_HEADER), mapping()))


@pytest.mark.parametrize("remarks", REMARKS, ids=[one[0] for one in REMARKS])
@pytest.mark.parametrize("answer", [TaskAnswer.SAME, TaskAnswer.DIFFERENT, TaskAnswer.ROW_WRONG])
def test_a_remark_asked_about_in_a_list_read_twice_is_answered_for_both_readings(
    archive: Archive, archivist: Actor, remarks: tuple[str, str], answer: TaskAnswer
) -> None:
    rows = [(*FIRST, word) for word in remarks]
    first, second = (_with_remarks(archive, archivist, rows) for _ in range(2))
    assert _states(archive, archivist, second)[1] is RowState.ASKED
    _settle(archive, archivist, answer)
    for run in (first, second):
        assert RowState.ASKED not in _states(archive, archivist, run)
    third = _with_remarks(archive, archivist, rows)
    assert _counts(third, "asked", "registered", "changed") == (0, 0, 0)
    _assert_sound(archive, archivist)


@pytest.mark.parametrize("turned", [False, True], ids=["as before", "turned"])
def test_files_told_apart_stay_where_they_are_when_their_list_is_read_again(
    archive: Archive, archivist: Actor, turned: bool
) -> None:
    rows = [(*FIRST, "äldre"), (*ONE_LIST["box"], "nyare")]
    _with_remarks(archive, archivist, rows)
    _settle(archive, archivist, TaskAnswer.DIFFERENT)
    where = [file_of(archive, archivist, reference).place_id for reference in ("5201", "5201 [2]")]
    again = _with_remarks(archive, archivist, rows[::-1] if turned else rows)
    assert _counts(again, "unchanged", "moved", "asked") == (2, 0, 0)
    assert [file_of(archive, archivist, one).place_id for one in ("5201", "5201 [2]")] == where
    assert len(set(where)) == 2


_REMARKED = st.lists(
    st.builds(
        lambda one, remark: (*one, remark),
        _ROW,
        _CELL(["", "", "äldre", "nyare", "del A"]),
    ),
    min_size=2,
    max_size=6,
)


def _answer(archive: Archive, actor: Actor, runs: list[ImportRun], how: random.Random) -> bool:
    """Answer one open question of lists in one of the ways it takes; tell whether there was any."""
    ids = {run.id for run in runs}
    open_now = [task for task in tasks_of(archive, actor) if task.run_id in ids]
    how.shuffle(open_now)
    for task in open_now:
        with suppress(DomainError), archive.write(actor) as work:
            worklist.settle(work, worklist.get(work, task.id), how.choice(worklist.answers(task)))
            return True
    return False


def _assert_asked_rows_wait_for_an_answer(archive: Archive, actor: Actor, runs: list[ImportRun]) -> None:
    """Assert that each row in question has its question, or another reading of that row has."""
    rows = {one.id: one for run in runs for one in rows_of(archive, actor, run)}
    identity = tasks_of(archive, actor, TaskKind.IDENTITY)
    open_now = [task.row_id for task in identity if task.row_id in rows]
    assert [one for one in open_now if rows[one or 0].state is not RowState.ASKED] == []
    waiting = {tuple(rows[row_id or 0].cells[1:]) for row_id in open_now}  # a reference is spelt in many ways
    asked = [tuple(one.cells[1:]) for one in rows.values() if one.state is RowState.ASKED]
    assert set(asked) <= waiting


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_REMARKED, readings=st.integers(2, 3), seed=st.integers(0, 2**32))
@pytest.mark.engines("sqlite")  # what the verbs do is the same on both; the lists are many
def test_whatever_is_answered_between_readings_no_row_is_left_without_its_question(
    archive: Archive, archivist: Actor, rows: list[tuple[str, ...]], readings: int, seed: int
) -> None:
    how, prefix = random.Random(seed), f"{next(_EXAMPLE)}="  # of its own: the archive is one for all
    rows = [(prefix + one[0] + ("K" if one[6] == "?!" else ""), *one[1:]) for one in rows]
    runs: list[ImportRun] = []
    for _ in range(readings):
        how.shuffle(rows)
        runs.append(_with_remarks(archive, archivist, rows))
        for _ in range(how.randrange(4)):
            _answer(archive, archivist, runs, how)
            _assert_asked_rows_wait_for_an_answer(archive, archivist, runs)
        _assert_sound(archive, archivist)
    while _answer(archive, archivist, runs, how):
        _assert_asked_rows_wait_for_an_answer(archive, archivist, runs)
    assert RowState.ASKED not in {state for run in runs for state in _states(archive, archivist, run)}
    _assert_sound(archive, archivist)
