"""What imports leave for people to settle, and what settling does."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from archive.files import files
from archive.imports import questions, worklist
from archive.imports.rows import judging
from archive.kernel.clock import local_date
from archive.kernel.errors import DomainError, Invalid
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Place, Task
from archive.timeline import event_texts
from archive.vocabulary import Custody, Evidence, LoanPurpose, Role, RowAnswer, RowState, TaskAnswer, TaskKind
from archive.vocabulary.wording import speaking
from tests.verbs.imports.taking_in import (
    CENTRAL,
    OTHER,
    assert_proven,
    events,
    file_of,
    prepared,
    row,
    rows_of,
    take_in,
    tasks_of,
)

ANNA, BERTIL = "195005050512", "199710182396"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


def _settle(archive: Archive, actor: Actor, answer: TaskAnswer) -> Task:
    (task,) = tasks_of(archive, actor)
    with archive.write(actor) as work:
        worklist.settle(work, worklist.get(work, task.id), answer)
        return worklist.get(work, task.id)


def test_the_same_file_registered_twice_is_made_one_and_the_older_stays(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P000123", ANNA)])
    take_in(archive, archivist, [row("P0001233", ANNA)])
    task = _settle(archive, archivist, TaskAnswer.SAME)
    with archive.read(archivist) as work:
        older, newer = work.session.execute(select(CaseFile).order_by(CaseFile.id)).scalars()
    assert (older.status, newer.status, newer.replaced_by_id) == (Custody.ON_PLACE, Custody.VOID, older.id)
    assert (task.open, task.settled_by) == (False, archivist.id)
    assert_proven(archive, archivist)


def test_a_later_list_moves_no_file_whose_place_is_in_question_and_asks_too(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)])
    take_in(archive, archivist, [row("P1", ANNA)], site=OTHER)
    place = file_of(archive, archivist, "P1").place_id
    assert len(tasks_of(archive, archivist, TaskKind.PLACE_CONFLICT)) == 1
    for _ in range(2):
        run = take_in(archive, archivist, [row("P1", ANNA)], site=CENTRAL)
        assert (run.counts["moved"], run.counts["conflicts"]) == (0, 1)
    assert file_of(archive, archivist, "P1").place_id == place
    older, later = tasks_of(archive, archivist, TaskKind.PLACE_CONFLICT)
    with archive.write(archivist) as work:
        worklist.settle(work, worklist.get(work, older.id), TaskAnswer.REGISTER_RIGHT)
        worklist.settle(work, worklist.get(work, later.id), TaskAnswer.LIST_RIGHT)
    assert file_of(archive, archivist, "P1").place_id != place


def test_rows_in_question_count_among_what_somebody_has_to_settle(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA), row("P1", ANNA, kind="VU"), row("P2", BERTIL)])
    assert (run.counts["asked"], run.counts["conflicts"], run.counts["registered"]) == (1, 1, 2)


def test_different_files_stay_both(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA)])
    _settle(archive, archivist, TaskAnswer.DIFFERENT)
    with archive.read(archivist) as work:
        statuses = work.session.execute(select(CaseFile.status)).scalars().all()
    assert statuses == [Custody.ON_PLACE] * 2


def _scanned_and_listed_elsewhere(archive: Archive, actor: Actor) -> None:
    take_in(archive, actor, [row("P1", ANNA)])
    with archive.write(actor) as work:
        file = work.session.execute(select(CaseFile)).scalar_one()
        room = work.session.execute(select(Place).where(Place.kind == "room")).scalar_one()
        files.move(work, file, room, how=Evidence.SCAN)
    take_in(archive, actor, [row("P1", ANNA, room="M", box="7")], site=CENTRAL)


def test_where_the_list_is_right_the_file_is_moved_by_hand(archive: Archive, archivist: Actor) -> None:
    _scanned_and_listed_elsewhere(archive, archivist)
    _settle(archive, archivist, TaskAnswer.LIST_RIGHT)
    file = file_of(archive, archivist, "P1")
    with archive.read(archivist) as work:
        place = work.session.get_one(Place, file.place_id)
    assert (file.placed_how, place.name, place.central) == (Evidence.HAND, "7", True)


def test_where_the_register_is_right_nothing_moves(archive: Archive, archivist: Actor) -> None:
    _scanned_and_listed_elsewhere(archive, archivist)
    before = file_of(archive, archivist, "P1").place_id
    _settle(archive, archivist, TaskAnswer.REGISTER_RIGHT)
    assert file_of(archive, archivist, "P1").place_id == before


def test_one_answer_settles_all_of_a_list_but_what_cannot_be_moved_now(
    archive: Archive, archivist: Actor
) -> None:
    people = tuple(zip(("P1", "P2", "P3"), (ANNA, BERTIL, ANNA), strict=True))
    take_in(archive, archivist, [row(reference, number) for reference, number in people])
    with archive.write(archivist) as work:
        room = work.session.execute(select(Place).where(Place.kind == "room")).scalar_one()
        for file in work.session.execute(select(CaseFile)).scalars():
            files.move(work, file, room, how=Evidence.SCAN)
    listed = [row(reference, number, room="M", box="7") for reference, number in people]
    take_in(archive, archivist, listed, site=CENTRAL)
    first = tasks_of(archive, archivist)[0]
    with archive.write(archivist) as work:
        due = local_date(work.now)
        loans.hand_out(work, files.get(work, first.file_id), Request("Karin Berg", LoanPurpose.COURT, due))
    last, settled, left = 0, 0, 0
    while last or not settled + left:
        with archive.write(archivist) as work:
            last, now, stay = worklist.settle_alike(
                work,
                TaskKind.PLACE_CONFLICT,
                first.run_id or 0,
                TaskAnswer.LIST_RIGHT,
                after=last,
                limit=2,
            )
        settled, left = settled + now, left + stay
    assert (settled, left) == (2, 1)
    assert [task.id for task in tasks_of(archive, archivist)] == [first.id]
    assert_proven(archive, archivist)


def test_what_must_be_looked_at_one_by_one_is_not_settled_for_many(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work, pytest.raises(Invalid):
        worklist.settle_alike(work, TaskKind.NEAR_DUPLICATE, 1, TaskAnswer.SAME)


def test_a_field_taken_over_from_the_list_counts_as_corrected_by_hand(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, closed="2003-04-05")])
    with archive.write(archivist) as work:
        file = work.session.execute(select(CaseFile)).scalar_one()
        files.correct(work, file, file.version, closed_on=files.PartialDate(2004, 1, 1))
    take_in(archive, archivist, [row("P1", ANNA, closed="2003-04-05")])
    _settle(archive, archivist, TaskAnswer.LIST_RIGHT)
    file = file_of(archive, archivist, "P1")
    assert (str(file.closed_on), file.corrected) == ("2003-04-05", ["closed_on"])


def test_another_name_is_not_taken_over_in_passing(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P1", ANNA, "Testsson, Anna")])
    take_in(archive, archivist, [row("P1", ANNA, "Helt, Annan")])
    (task,) = tasks_of(archive, archivist)
    assert TaskAnswer.LIST_RIGHT not in worklist.answers(task)
    with pytest.raises(DomainError), archive.write(archivist) as work:
        worklist.settle(work, worklist.get(work, task.id), TaskAnswer.LIST_RIGHT)


def test_a_question_is_settled_once(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA)])
    task = _settle(archive, archivist, TaskAnswer.DIFFERENT)
    with pytest.raises(DomainError) as refused, archive.write(archivist) as work:
        worklist.settle(work, worklist.get(work, task.id), TaskAnswer.SAME)
    assert refused.value.code == "task_settled"


def test_whoever_may_not_correct_settles_nothing(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor]
) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA)])
    (task,) = tasks_of(archive, archivist)
    with pytest.raises(DomainError), archive.write(as_role(Role.CASE_WORKER)) as work:
        worklist.settle(work, worklist.get(work, task.id), TaskAnswer.DIFFERENT)


def test_a_row_not_registered_stays_on_the_list_until_it_is_settled(
    archive: Archive, archivist: Actor
) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA, kind="?!"), row("P2", BERTIL, kind="?!")])
    with archive.write(archivist) as work:
        first, second = worklist.rejected(work)
        assert worklist.reading_of(first).reference == "P1"
        worklist.settle_row(work, first, RowAnswer.NOT_A_FILE)
        assert [one.id for one in worklist.rejected(work)] == [second.id]
        assert worklist.settle_rows(work, worklist.rejected(work), RowAnswer.IN_NEW_LIST) == 1
        assert worklist.rejected(work) == []
    states = [(one.state, one.answer, one.cells) for one in rows_of(archive, archivist, run)]
    assert states == [
        (RowState.SETTLED, RowAnswer.NOT_A_FILE, []),
        (RowState.SETTLED, RowAnswer.IN_NEW_LIST, []),
    ]
    assert events(archive, archivist, "import.row_settled") == 2


def test_a_row_registered_by_hand_points_to_its_file(archive: Archive, archivist: Actor) -> None:
    run = take_in(archive, archivist, [row("P1", ANNA), row("P2", kind="?!")])
    file = file_of(archive, archivist, "P1")
    with archive.write(archivist) as work:
        (open_row,) = worklist.rejected(work)
        worklist.settle_row(work, open_row, RowAnswer.REGISTERED, file=files.get(work, file.id))
    settled = rows_of(archive, archivist, run)[1]
    assert (settled.answer, settled.file_id) == (RowAnswer.REGISTERED, file.id)


def test_that_there_is_no_such_file_needs_a_reason(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P2", kind="?!")])
    with archive.write(archivist) as work:
        (open_row,) = worklist.rejected(work)
        with pytest.raises(DomainError) as refused:
            worklist.settle_row(work, open_row, RowAnswer.NO_SUCH_FILE)
    assert refused.value.field == "reason"


def test_open_questions_are_counted_by_kind(archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row("P000123", ANNA), row("P0001233", ANNA)])
    with archive.read(archivist) as work:
        assert worklist.open_counts(work) == {TaskKind.NEAR_DUPLICATE: 1}


def test_every_field_a_list_is_asked_about_has_its_swedish_name(archivist: Actor) -> None:
    fields = {*judging.DAYS, *judging.FACTS, *questions.NAMES}
    fields |= {"kind_id", "unit", "parts", "reference", "part"}
    with speaking("sv"):
        swedish = {name: event_texts.field_name(name, archivist) for name in fields}
    assert {name for name, word in swedish.items() if name == word} == {"adoption", "person"}
    assert swedish["number"] == "personnummer"
