"""Two registrations somebody said are one: which stays, and how the other still leads to it."""

from itertools import product

import pytest
from sqlalchemy import select

from archive.files import files, lookup
from archive.imports import merging, worklist
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.vocabulary import Custody, TaskAnswer, TaskKind
from tests.verbs.imports.taking_in import assert_proven, file_of, prepared, row, take_in, tasks_of

ANNA, BERTIL = "195005050512", "199710182396"
SLIP = "195005050521"
PAIR = (row("", ANNA), row("ND-204", ANNA))


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _answer(archive: Archive, actor: Actor, kind: TaskKind, answer: TaskAnswer) -> None:
    for task in tasks_of(archive, actor, kind):
        with archive.write(actor) as work:
            worklist.settle(work, worklist.get(work, task.id), answer)


def _all(archive: Archive, actor: Actor) -> list[CaseFile]:
    with archive.read(actor) as work:
        return list(work.session.scalars(select(CaseFile).order_by(CaseFile.id)))


def _found(archive: Archive, actor: Actor, term: str) -> list[str]:
    with archive.read(actor) as work:
        return [file.reference for file in lookup.find(work, term).files]


@pytest.mark.parametrize("rows", [PAIR, PAIR[::-1]])
def test_of_two_that_are_one_the_file_with_a_reference_of_its_own_stays(
    archive: Archive, archivist: Actor, rows: tuple[tuple[str, ...], ...]
) -> None:
    take_in(archive, archivist, rows)
    _answer(archive, archivist, TaskKind.NEAR_DUPLICATE, TaskAnswer.SAME)
    right = file_of(archive, archivist, "ND-204")
    (void,) = [file for file in _all(archive, archivist) if file.status is Custody.VOID]
    assert (void.reference[:5], void.replaced_by_id) == ("UTAN-", right.id)
    assert _found(archive, archivist, "ND-204") == _found(archive, archivist, void.reference) == ["ND-204"]
    assert_proven(archive, archivist)


@pytest.mark.parametrize(("first", "again"), [*product([PAIR, PAIR[::-1]], repeat=2)])
def test_a_list_read_again_finds_the_file_two_of_its_rows_became_and_asks_nothing(
    archive: Archive,
    archivist: Actor,
    first: tuple[tuple[str, ...], ...],
    again: tuple[tuple[str, ...], ...],
) -> None:
    assert take_in(archive, archivist, first).counts["near"] == 1
    _answer(archive, archivist, TaskKind.NEAR_DUPLICATE, TaskAnswer.SAME)
    for _ in range(2):
        counts = take_in(archive, archivist, again).counts
        assert [counts[name] for name in ("registered", "changed", "near", "conflicts", "asked")] == [0] * 5
    assert tasks_of(archive, archivist) == []


def test_what_set_two_registrations_of_one_file_apart_is_not_asked_when_their_list_is_read_again(
    archive: Archive, archivist: Actor
) -> None:
    rows = [row("P000123", ANNA, box="1"), row("P0001233", ANNA, box="2"), row("P000123", SLIP, part="2")]
    take_in(archive, archivist, [*rows, row("P000132", SLIP, part="2", closed="2003")])
    _answer(archive, archivist, TaskKind.NEAR_DUPLICATE, TaskAnswer.SAME)
    before = [(file.id, file.place_id, file.version) for file in _all(archive, archivist)]
    take_in(archive, archivist, [*rows, row("P000132", SLIP, part="2", closed="2003")])
    assert [(file.id, file.place_id, file.version) for file in _all(archive, archivist)] == before
    assert tasks_of(archive, archivist) == []
    take_in(archive, archivist, [row("P0001233", ANNA, box="2", parts="3")])
    assert file_of(archive, archivist, "P000123").parts == 3


def test_a_void_reference_on_another_persons_row_is_a_file_of_its_own(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA)])
    _answer(archive, archivist, TaskKind.NEAR_DUPLICATE, TaskAnswer.SAME)
    run = take_in(archive, archivist, [row("P0001233", BERTIL, "Annan, Helt", closed="2011-01-01", box="9")])
    assert (run.counts["registered"], file_of(archive, archivist, "P0001233").parts) == (1, 1)
    assert set(_found(archive, archivist, "P0001233")) == {"P000123", "P0001233"}


def test_a_row_that_differs_from_a_void_registration_of_its_person_is_asked_about_once(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA)])
    _answer(archive, archivist, TaskKind.NEAR_DUPLICATE, TaskAnswer.SAME)
    other = [row("P0001233", ANNA, closed="2011-01-01")]
    take_in(archive, archivist, other)
    (asked,) = tasks_of(archive, archivist)
    assert (asked.kind, asked.file_id) == (TaskKind.IDENTITY, file_of(archive, archivist, "P000123").id)
    _answer(archive, archivist, TaskKind.IDENTITY, TaskAnswer.SAME)
    _answer(archive, archivist, TaskKind.FIELD_CONFLICT, TaskAnswer.REGISTER_RIGHT)
    assert take_in(archive, archivist, other).counts["registered"] == 0
    assert tasks_of(archive, archivist) == []


def test_what_was_asked_of_a_file_that_is_void_by_now_is_asked_of_the_one_it_is(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA), row("", ANNA)])
    take_in(archive, archivist, [row("P0001233", ANNA, "Helt, Annan")])
    asked = tasks_of(archive, archivist)
    right, void = file_of(archive, archivist, "P000123"), file_of(archive, archivist, "P0001233")
    assert void.id in {one.file_id for one in asked}
    assert len(asked) == 4
    with archive.write(archivist) as work:
        merging.merge(work, files.get(work, void.id), files.get(work, right.id))
    left = tasks_of(archive, archivist)
    assert {one.kind for one in left} == {TaskKind.NEAR_DUPLICATE, TaskKind.IDENTITY}
    assert len(left) == 2
    assert void.id not in {one.file_id for one in left} | {one.other_id for one in left}
    assert_proven(archive, archivist)
