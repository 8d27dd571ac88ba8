"""A wrong import is withdrawn by events: what nobody has touched since is as it was before."""

import pytest
from sqlalchemy import select

from archive.codes import codes
from archive.files import files
from archive.imports import driver, runs
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, EarlierCheck, Person, PersonNumber, Place, UploadChunk
from archive.people import people
from archive.places import places
from archive.vocabulary import (
    Custody,
    Evidence,
    ImportState,
    Protection,
    RowState,
    TaskKind,
)
from tests.verbs.imports.taking_in import (
    CENTRAL,
    a_list,
    assert_proven,
    check,
    file_of,
    mapping,
    prepared,
    row,
    rows_of,
    take_in,
    tasks_of,
    withdraw,
)

ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "200001052380"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def test_what_a_wrong_list_registered_becomes_void_and_can_be_registered_rightly(
    archive: Archive, archivist: Actor
) -> None:
    wrong = take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL), row("P3", kind="?!")])
    run = withdraw(archive, archivist, wrong)
    assert run.status is ImportState.WITHDRAWN
    assert run.options["withdrawn"] == {"rows": 3, "set_back": 2, "left": 0}
    with archive.read(archivist) as work:
        assert {file.status for file in work.session.execute(select(CaseFile)).scalars()} == {Custody.VOID}
        assert work.session.execute(select(UploadChunk)).first() is None
    assert {one.state for one in rows_of(archive, archivist, run)} == {RowState.WITHDRAWN}
    assert all(one.cells == [] and one.reading is None for one in rows_of(archive, archivist, run))
    right = take_in(archive, archivist, [row("P1", ANNA)])
    assert right.counts["registered"] == 1
    assert_proven(archive, archivist)


def test_what_a_wrong_list_changed_is_set_back(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", "5005050512", "Testsson, Test", closed="2003")])
    before = file_of(archive, archivist, "P1")
    wrong = take_in(
        archive,
        archivist,
        [row("P1", ANNA, closed="2003-05-06", parts="3", room="M", box="7", checked="2025-01-02", sign="AB")],
        site=CENTRAL,
        unstated_protection=Protection.MARKED,
    )
    changed = file_of(archive, archivist, "P1")
    assert (changed.place_id != before.place_id, changed.parts, changed.protected) == (True, 3, True)
    withdraw(archive, archivist, wrong)
    after = file_of(archive, archivist, "P1")
    for name in ("place_id", "position", "closed_on", "parts", "placed_how"):
        assert getattr(after, name) == getattr(before, name), name
    assert after.protected  # a protection is lifted by hand alone, before witnesses
    with archive.read(archivist) as work:
        numbers = work.session.execute(select(PersonNumber)).scalars().all()
        assert [(one.number, one.current) for one in numbers] == [("5005050512", True)]
        assert work.session.execute(select(EarlierCheck)).first() is None
    assert_proven(archive, archivist)


def test_a_file_scanned_since_is_left_and_asked_about(archive: Archive, archivist: Actor) -> None:
    wrong = take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL)])
    with archive.write(archivist) as work:
        file = work.session.execute(select(CaseFile).where(CaseFile.reference == "P1")).scalar_one()
        room = work.session.execute(select(Place).where(Place.kind == "room")).scalar_one()
        files.move(work, file, room, how=Evidence.SCAN)
    run = withdraw(archive, archivist, wrong)
    assert run.options["withdrawn"] == {"rows": 2, "set_back": 1, "left": 1}
    assert file_of(archive, archivist, "P1").status is Custody.ON_PLACE
    assert [(task.kind, task.file_id) for task in tasks_of(archive, archivist)] == [
        (TaskKind.LEFT_BEHIND, file.id)
    ]


def test_a_file_with_a_printed_label_is_left(archive: Archive, archivist: Actor) -> None:
    wrong = take_in(archive, archivist, [row("P1", ANNA)])
    with archive.write(archivist) as work:
        file = work.session.execute(select(CaseFile)).scalar_one()
        codes.print_labels(work, [file], "x")
    run = withdraw(archive, archivist, wrong)
    assert run.options["withdrawn"]["left"] == 1


def test_a_field_corrected_since_is_left(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA, closed="2003")])
    wrong = take_in(archive, archivist, [row("P1", ANNA, closed="2003-04-05")])
    with archive.write(archivist) as work:
        file = work.session.execute(select(CaseFile)).scalar_one()
        files.correct(work, file, file.version, parts=2)
    run = withdraw(archive, archivist, wrong)
    assert run.options["withdrawn"]["left"] == 1
    assert str(file_of(archive, archivist, "P1").closed_on) == "2003-04-05"


def test_questions_an_import_raised_are_settled_with_it(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P000123", ANNA)])
    wrong = take_in(archive, archivist, [row("P0001233", ANNA)])
    assert [task.kind for task in tasks_of(archive, archivist)] == [TaskKind.NEAR_DUPLICATE]
    withdraw(archive, archivist, wrong)
    assert tasks_of(archive, archivist) == []


def test_the_number_of_parts_another_file_was_given_is_set_back(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA, part="1")])
    wrong = take_in(archive, archivist, [row("P1", ANNA, part="2")])
    assert file_of(archive, archivist, "P1").parts == 2
    withdraw(archive, archivist, wrong)
    assert file_of(archive, archivist, "P1").parts == 1


def test_a_file_that_got_another_person_gets_the_first_one_back(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA), row("P2", "5005050512")])
    wrong = take_in(archive, archivist, [row("P2", ANNA)])
    withdraw(archive, archivist, wrong)
    file = file_of(archive, archivist, "P2")
    with archive.read(archivist) as work:
        holders = [
            person.id
            for person in work.session.execute(select(Person)).scalars()
            if file.id in people.files_of(work, person)
        ]
        numbers = [
            one.number for found in people.numbers_of(work, holders).values() for one in found if one.current
        ]
    assert numbers == ["5005050512"]


def test_an_import_stopped_in_the_middle_can_be_withdrawn(archive: Archive, archivist: Actor) -> None:
    checked = check(archive, archivist, a_list([row(f"P{n}", ANNA) for n in range(200)]), mapping())
    with archive.write(archivist) as work:
        runs.apply(work, runs.get(work, checked.id))
    seen = []

    def withdraw_after_one(run: object) -> None:
        seen.append(run)
        if len(seen) == 3:
            with archive.write(archivist) as work:
                runs.withdraw(work, runs.get(work, checked.id), "Fel lista.")

    driver.drive(archive, archivist, checked.id, withdraw_after_one)
    run = driver.drive(archive, archivist, checked.id)
    assert run.status is ImportState.WITHDRAWN
    with archive.read(archivist) as work:
        assert {file.status for file in work.session.execute(select(CaseFile)).scalars()} == {Custody.VOID}
    assert_proven(archive, archivist)


def test_withdrawing_needs_a_reason(archive: Archive, archivist: Actor) -> None:
    wrong = take_in(archive, archivist, [row("P1", ANNA)])
    with pytest.raises(DomainError) as refused, archive.write(archivist) as work:
        runs.withdraw(work, runs.get(work, wrong.id), "  ")
    assert refused.value.field == "reason"


def test_a_file_whose_old_place_was_closed_since_is_left(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    wrong = take_in(archive, archivist, [row("P1", ANNA, room="M", box="7")], site=CENTRAL)
    with archive.write(archivist) as work:
        old = work.session.execute(select(Place).where(Place.kind == "room", Place.name == "1")).scalar_one()
        places.close(work, old)
    run = withdraw(archive, archivist, wrong)
    assert run.options["withdrawn"] == {"rows": 1, "set_back": 0, "left": 1}
    assert_proven(archive, archivist)


def test_what_a_list_did_to_a_file_it_registered_keeps_that_from_no_withdrawal(
    archive: Archive, archivist: Actor
) -> None:
    rows = [row("P1", "", "Ek, Anna"), row("P2", ANNA, "Ek, Anna"), row("P1", ANNA, "Ek, Anna")]
    run = withdraw(archive, archivist, take_in(archive, archivist, rows))
    assert run.options["withdrawn"]["left"] == 0
    assert tasks_of(archive, archivist) == []
    assert_proven(archive, archivist)


def test_why_a_file_is_left_is_said_as_it_is(archive: Archive, archivist: Actor) -> None:
    first = row("P1", ANNA, "Ek, Anna")
    take_in(archive, archivist, [first, row("P2", ANNA, "Ek, Anna")])
    rows = [first, row("P1", BERTIL, "Ek, Bo"), row("P3", BERTIL, "Ek, Bo")]
    wrong = take_in(archive, archivist, rows, unstated_protection=Protection.MARKED)
    with archive.write(archivist) as work:
        codes.print_labels(work, [work.session.get_one(CaseFile, 3)], "x")
    withdraw(archive, archivist, wrong)
    told = {task.file_id: task.facts["why"]["code"] for task in tasks_of(archive, archivist)}
    assert told == {1: "person_protected", 3: "changed_since"}


def test_a_file_another_registered_list_names_too_is_left_and_asked_about(
    archive: Archive, archivist: Actor
) -> None:
    first = take_in(archive, archivist, [row("P1", ANNA), row("P2", BERTIL)])
    checked_only = check(archive, archivist, a_list([row("P2", BERTIL)]), mapping())
    second = take_in(archive, archivist, [row("P1", ANNA)])
    assert second.counts["unchanged"] == 1
    run = withdraw(archive, archivist, first)
    assert run.options["withdrawn"] == {"rows": 2, "set_back": 1, "left": 1}
    left = file_of(archive, archivist, "P1")
    assert left.status is Custody.ON_PLACE
    (task,) = tasks_of(archive, archivist)
    assert (task.kind, task.file_id) == (TaskKind.LEFT_BEHIND, left.id)
    assert task.facts["why"]["facts"] == {"list": second.name}
    assert checked_only.status is ImportState.STAGED
    assert_proven(archive, archivist)


def test_once_the_other_list_is_withdrawn_the_file_goes_with_the_one_that_registered_it(
    archive: Archive, archivist: Actor
) -> None:
    first = take_in(archive, archivist, [row("P1", ANNA)])
    withdraw(archive, archivist, take_in(archive, archivist, [row("P1", ANNA)]))
    assert withdraw(archive, archivist, first).options["withdrawn"] == {"rows": 1, "set_back": 1, "left": 0}
