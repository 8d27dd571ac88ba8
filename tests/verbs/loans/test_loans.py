"""Out and back."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.files import files, sightings
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Event, Loan
from archive.places import places
from archive.vocabulary import Custody, Evidence, LoanPurpose, LoanState, Role
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf, asides

TODAY = date(2026, 11, 23)


def request(borrower: str = "Karin Berg", days: int = 28, **facts: object) -> Request:
    """Ask for a file in somebody's name."""
    return Request(borrower, LoanPurpose.CASE_WORK, TODAY + timedelta(days=days), **facts)


def lent(work: Work, borrower: str = "Karin Berg", days: int = 28, **facts: object) -> Loan:
    """Lend a new file."""
    return loans.hand_out(work, a_file(work, a_shelf(work)), request(borrower, days, **facts))


def test_a_lent_file_is_on_loan_with_one_open_loan(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    loan = loans.hand_out(work, file, request(" Karin Berg ", borrower_unit="Vuxenenheten"))
    assert file.status is Custody.ON_LOAN
    assert (loan.status, loan.open, loan.borrower) == (LoanState.OUT, True, "Karin Berg")
    assert loans.open_loan(work, file.id) is loan


def test_a_file_on_loan_cannot_be_lent_again(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    loans.hand_out(work, file, request())
    with pytest.raises(Conflict):
        loans.hand_out(work, file, request("Per Holm"))
    assert len(loans.of_file(work, file.id)) == 1


def test_a_void_file_cannot_be_lent(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    files.void(work, file, a_file(work, places.get(work, file.place_id)))
    with pytest.raises(Conflict):
        loans.hand_out(work, file, request())


def test_a_file_on_loan_cannot_be_moved_or_made_void(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    shelf = places.get(work, file.place_id)
    loans.hand_out(work, file, request())
    with pytest.raises(Conflict):
        files.move(work, file, a_box(work, shelf), how=Evidence.HAND)
    with pytest.raises(Conflict):
        files.void(work, file, a_file(work, shelf))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (request("  "), "borrower"),
        (request(days=-1), "due_on"),
        (request(days=loans.LONGEST_DAYS + 1), "due_on"),
    ],
)
def test_a_loan_needs_a_name_and_a_day_ahead(work: Work, asked: Request, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        loans.hand_out(work, a_file(work, a_shelf(work)), asked)
    assert refusal.value.field == field


def test_a_loan_may_end_the_same_day(work: Work) -> None:
    assert lent(work, days=0).due_on == TODAY


def test_nobody_lends_without_the_permission(archive: Archive, as_role: Callable[[Role], Actor]) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        file = a_file(work, a_shelf(work))
    with pytest.raises(NotPermitted), archive.write(as_role(Role.ROOM_KEEPER)) as work:
        loans.hand_out(work, files.get(work, file.id), request())


@pytest.mark.parametrize(
    ("today", "due"),
    [(date(2026, 11, 23), date(2026, 12, 21)), (date(2026, 11, 27), date(2026, 12, 28))],
)
def test_a_loan_lasts_four_weeks_and_ends_on_a_working_day(today: date, due: date) -> None:
    assert loans.usual_due(today) == due


def test_a_file_comes_back_to_its_place_and_counts_as_seen_there(work: Work) -> None:
    shelf = a_shelf(work)
    file = a_file(work, shelf)
    position = file.position
    loan = loans.hand_out(work, file, request())
    loans.take_back(work, file)
    assert (file.status, file.place_id, file.position) == (Custody.ON_PLACE, shelf.id, position)
    assert (loan.status, loan.open, loan.returned_by) == (LoanState.RETURNED, False, work.actor.id)
    seen = sightings.last(work, file.id)
    assert seen is not None
    assert seen.place_id == shelf.id


def test_a_file_that_comes_back_to_another_place_stands_last_there(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    box = a_box(work, places.get(work, file.place_id))
    last = max(a_file(work, box).position for _number in range(3))
    loans.hand_out(work, file, request())
    loans.take_back(work, file, box)
    assert (file.place_id, file.position) == (box.id, last + 1)


def test_a_file_may_come_back_to_another_place(work: Work) -> None:
    shelf = a_shelf(work)
    file = a_file(work, shelf)
    loans.hand_out(work, file, request())
    box = a_box(work, shelf)
    loans.take_back(work, file, box)
    assert file.place_id == box.id


def test_a_file_that_is_not_out_cannot_come_back(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    with pytest.raises(Conflict):
        loans.take_back(work, file)


def test_a_file_can_be_lent_again_once_it_is_back(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    loans.hand_out(work, file, request())
    loans.take_back(work, file)
    second = loans.hand_out(work, file, request("Per Holm"))
    assert next(iter(loans.of_file(work, file.id))).id == second.id


def test_what_is_out_comes_soonest_due_first_page_by_page(work: Work) -> None:
    shelf = a_shelf(work)
    for days in (28, 3, 14):
        loans.hand_out(work, a_file(work, shelf), request(days=days))
    first = loans.out(work, limit=2)
    last = first[-1][0]
    rest = loans.out(work, after=(last.due_on, last.id), limit=2)
    assert [(loan.due_on - TODAY).days for loan, _file in (*first, *rest)] == [3, 14, 28]


def test_overdue_is_computed_from_the_day(work: Work, clock: SetClock) -> None:
    loan = lent(work, days=3)
    due = loan.due_on
    assert loans.out(work, overdue_on=due) == []
    assert [row[0].id for row in loans.out(work, overdue_on=due + timedelta(days=1))] == [loan.id]


def test_what_one_borrower_has_is_listed(work: Work) -> None:
    shelf = a_shelf(work)
    one = loans.hand_out(work, a_file(work, shelf), request("Karin Berg"))
    two = loans.hand_out(work, a_file(work, shelf), request("Karin Berg"))
    loans.hand_out(work, a_file(work, shelf), request("Per Holm"))
    assert {row[0].id for row in loans.out(work, like=one)} == {one.id, two.id}


def test_a_user_and_somebody_of_the_same_name_are_two_borrowers(work: Work) -> None:
    shelf = a_shelf(work)
    known = loans.hand_out(work, a_file(work, shelf), request(borrower_id=work.actor.user_id))
    loans.hand_out(work, a_file(work, shelf), request())
    assert [row[0].id for row in loans.out(work, like=known)] == [known.id]


def test_only_who_lends_sees_what_is_out(archive: Archive, as_role: Callable[[Role], Actor]) -> None:
    with pytest.raises(NotPermitted), archive.read(as_role(Role.CASE_WORKER)) as work:
        loans.out(work)


def test_an_unknown_loan_is_not_found(work: Work) -> None:
    with pytest.raises(NotFound):
        loans.get(work, 17)


def test_the_borrower_stands_in_no_event_body(work: Work) -> None:
    lent(work, "Karin Berg", note="på väg till rätten")
    bodies = repr([json.loads(body) for body in work.session.scalars(select(col(Event.body)))])
    assert [word for word in ("Karin", "rätten") if word in bodies] == []
    assert [word for word in ("Karin Berg", "rätten") if word not in asides(work)] == []


def test_of_two_who_lend_a_file_one_is_refused(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work), a_person(work))
    with archive.read(archivist) as stale:
        seen: CaseFile = files.get(stale, file.id)
        stale.session.expunge(seen)
    with archive.write(archivist) as work:
        loans.hand_out(work, files.held(work, file.id), request())
    with pytest.raises((Conflict, ChangedMeanwhile)), archive.write(archivist) as work:
        loans.hand_out(work, work.session.merge(seen, load=False), request("Per Holm"))
    with archive.read(archivist) as work:
        assert [loan.borrower for loan in loans.of_file(work, file.id)] == ["Karin Berg"]
