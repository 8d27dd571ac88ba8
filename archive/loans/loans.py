"""Out and back: a quarter of what archives lose is lost on loan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlmodel import col

from archive.files import placing, sightings, wanted
from archive.files.files import Held
from archive.history import history
from archive.kernel.clock import local_date, next_working_day
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.lifecycle import FILE
from archive.kernel.store import Work
from archive.models import CaseFile, Loan, Place
from archive.places import places
from archive.places.places import Spot
from archive.vocabulary import Custody, Evidence, FileAction, LoanAction, LoanPurpose, Permission
from archive.vocabulary.wording import N_

LONGEST_DAYS = 366
USUAL_DAYS = 28
PAGE = 50


@dataclass(frozen=True, slots=True)
class Request:
    """Who gets a file, why, and until when."""

    borrower: str
    purpose: LoanPurpose
    due_on: date
    borrower_unit: str = ""
    borrower_id: int | None = None
    note: str = ""


def four_weeks_on(today: date) -> date:
    """Return the day four weeks ahead, which need not be a working day."""
    return today + timedelta(days=USUAL_DAYS)


def usual_due(today: date) -> date:
    """Return the day a loan is due unless another is chosen: four weeks on, or the working day after."""
    return next_working_day(four_weeks_on(today))


def hand_out(work: Work, file: Held | CaseFile, request: Request) -> Loan:
    """Hand a file out to a named person; raises Invalid for a missing name or a day that is not ahead."""
    today = local_date(work.now)
    if not request.borrower.strip():
        raise Invalid(
            "borrower_missing", N_("Write the name of the one who takes the file."), field="borrower"
        )
    if request.due_on < today:
        raise Invalid("due_in_past", N_("The return date has passed. Choose a later day."), field="due_on")
    if (request.due_on - today).days > LONGEST_DAYS:
        raise Invalid(
            "due_too_far", N_("A loan lasts a year at most. Choose an earlier day."), field="due_on"
        )
    # The step of the file comes first: it says in plain words why a file that is out cannot go out again.
    FILE.step(file.status, FileAction.LEND)
    wanted.refuse(work, file.id)
    loan = Loan(
        file_id=file.id,
        open=True,
        borrower=request.borrower.strip(),
        borrower_unit=request.borrower_unit.strip(),
        borrower_id=request.borrower_id,
        purpose=request.purpose,
        note=request.note.strip(),
        due_on=request.due_on,
        out_at=work.now,
        out_by=work.actor.id,
    )
    history.advance(
        work,
        loan,
        LoanAction.HAND_OUT,
        private={"borrower": loan.borrower, "unit": loan.borrower_unit, "note": loan.note},
        subjects=[file.stream],
        file=file.id,
        purpose=loan.purpose.value,
        due_on=loan.due_on.isoformat(),
    )
    history.advance(work, file, FileAction.LEND, loan=loan.id)
    return loan


def take_back(
    work: Work,
    file: Held | CaseFile,
    place: Place | Spot | None = None,
    *,
    how: Evidence = Evidence.HAND,
    happened_at: datetime | None = None,
    scan_id: str | None = None,
) -> Loan:
    """Take a file back, to the place it is to return to or to another; raises Conflict when it is not out."""
    loan = open_loan(work, file.id)
    if loan is None:
        FILE.step(file.status, FileAction.TAKE_BACK)
        raise Conflict("no_open_loan", N_("The register shows no open loan of this file."))
    place = place or places.get(work, file.place_id)
    if isinstance(place, Place):
        place = places.keep_open(work, places.get(work, place.id))
    places.refuse_closed(place)
    position = file.position if place.id == file.place_id else None
    history.advance(
        work,
        loan,
        LoanAction.GIVE_BACK,
        changes={"open": False, "returned_at": happened_at or work.now, "returned_by": work.actor.id},
        subjects=[file.stream],
        happened_at=happened_at,
        file=file.id,
        place=place.id,
    )
    placing.stand(
        work,
        file,
        place,
        FileAction.TAKE_BACK,
        how=how,
        happened_at=happened_at,
        position=position,
        facts={"loan": loan.id},
    )
    sightings.record(work, file, place.id, how=how, happened_at=happened_at, scan_id=scan_id, told=True)
    return loan


def lose(work: Work, loan: Loan, file: CaseFile, incident_id: int) -> None:
    """End a loan whose file an incident declares lost."""
    _tell_of_incident(work, loan, LoanAction.LOSE, file, incident_id, is_open=False)


def found(work: Work, loan: Loan, file: CaseFile, place: Place, found_at: datetime) -> None:
    """End a loan whose file was missed and is found at a place, brought back or left there."""
    history.advance(
        work,
        loan,
        LoanAction.FIND,
        changes={"open": False, "returned_at": found_at, "returned_by": work.actor.id},
        subjects=[file.stream],
        happened_at=found_at,
        file=file.id,
        place=place.id,
    )


def unfind(work: Work, loan: Loan, file: CaseFile, incident_id: int) -> None:
    """Let a loan run on that ended by a find that was none."""
    loan.returned_at = loan.returned_by = None
    _tell_of_incident(work, loan, LoanAction.UNFIND, file, incident_id, is_open=True)


def seek(work: Work, loan: Loan, file: CaseFile, incident_id: int) -> None:
    """Let a loan run on that ended by a loss which holds no more."""
    _tell_of_incident(work, loan, LoanAction.SEEK, file, incident_id, is_open=True)


def _tell_of_incident(
    work: Work, loan: Loan, action: LoanAction, file: CaseFile, incident_id: int, *, is_open: bool
) -> None:
    history.advance(
        work,
        loan,
        action,
        changes={"open": is_open},
        subjects=[file.stream],
        file=file.id,
        incident=incident_id,
    )


def open_loan(work: Work, file_id: int) -> Loan | None:
    """Return the open loan of a file, its row locked."""
    return work.session.execute(
        select(Loan).where(col(Loan.file_id) == file_id, col(Loan.open)).with_for_update()
    ).scalar_one_or_none()


def lent_at(work: Work, file: Held | CaseFile) -> datetime | None:
    """Return when a file was handed out that is on loan."""
    loan = open_loan(work, file.id) if file.status is Custody.ON_LOAN else None
    return loan.out_at if loan else None


def get(work: Work, loan_id: int) -> Loan:
    """Return a loan by id; raises NotFound."""
    loan = work.session.get(Loan, loan_id)
    if loan is None:
        raise NotFound("no_such_loan", N_("There is no such loan."))
    return loan


def out(
    work: Work,
    *,
    overdue_on: date | None = None,
    like: Loan | None = None,
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
) -> Sequence[Any]:
    """Return (Loan, CaseFile) of what is out, soonest due first.

    Only what is overdue on a day if given; only what the borrower of the loan `like` has if given.
    """
    work.require(Permission.LEND)
    statement = (
        select(Loan, CaseFile)
        .join(CaseFile, col(CaseFile.id) == Loan.file_id)
        .where(col(Loan.open))
        .order_by(col(Loan.due_on), col(Loan.id))
        .limit(limit)
    )
    if overdue_on is not None:
        statement = statement.where(col(Loan.due_on) < overdue_on)
    if like is not None:
        same_user = col(Loan.borrower_id) == like.borrower_id
        same_name = (col(Loan.borrower) == like.borrower) & col(Loan.borrower_id).is_(None)
        statement = statement.where(same_user if like.borrower_id else same_name)
    if after is not None:
        statement = statement.where(tuple_(col(Loan.due_on), col(Loan.id)) > after)
    return work.session.execute(statement).all()


def of_file(work: Work, file_id: int, limit: int = 50) -> Sequence[Loan]:
    """Return a file's loans, newest first."""
    return (
        work.session.execute(
            select(Loan).where(col(Loan.file_id) == file_id).order_by(col(Loan.id).desc()).limit(limit)
        )
        .scalars()
        .all()
    )
