"""Clues from the hands a lost file went through: borrowers, colleagues, askers, who put it away."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from archive.kernel.store import Work
from archive.models import CoverCheck, Loan, User
from archive.search import past
from archive.search.clues import Clues, borrower, day, shared
from archive.search.past import Handling, Mate, Past, What
from archive.search.ranking import AWAY
from archive.vocabulary import LoanPurpose

_SENDING = (LoanPurpose.COURT, LoanPurpose.DISCLOSURE, LoanPurpose.SUPERVISION)
_MOST_LOANS, _MOST_BOX_MATES, _MOST_COLLEAGUES, _MOST_BORROWERS = 10, 60, 12, 40
_OCCASION = timedelta(minutes=45)

_LOAN = Loan.__table__  # type: ignore[attr-defined]
_USER = User.__table__  # type: ignore[attr-defined]
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]

_OF_FILE = (
    select(_LOAN)
    .where(_LOAN.c.file_id == bindparam("file_id"))
    .order_by(_LOAN.c.id.desc())
    .limit(_MOST_LOANS)
)
_OF_FILES = (
    select(_LOAN)
    .where(
        _LOAN.c.file_id.in_(bindparam("ids", expanding=True)),
        _LOAN.c.out_at >= bindparam("since"),
        _LOAN.c.out_at <= bindparam("until"),
    )
    .order_by(_LOAN.c.id.desc())
    .limit(_MOST_BOX_MATES)
)
_OPEN = select(_LOAN).where(_LOAN.c.open).order_by(_LOAN.c.due_on.desc(), _LOAN.c.id).limit(200)
_COLLEAGUES = (
    select(_USER.c.id)
    .where(_USER.c.unit == bindparam("unit"), _USER.c.active)
    .order_by(_USER.c.id)
    .limit(_MOST_COLLEAGUES)
)
_LAST_CHECK = (
    select(_CHECK.c.done_by, _CHECK.c.done_at)
    .where(_CHECK.c.file_id == bindparam("file_id"), _CHECK.c.done_at.is_not(None))
    .order_by(_CHECK.c.done_at.desc())
    .limit(1)
)
_CHECKED_THEN = (
    select(_CHECK.c.file_id)
    .where(
        _CHECK.c.done_by == bindparam("by"),
        _CHECK.c.done_at.between(bindparam("since"), bindparam("until")),
        _CHECK.c.file_id != bindparam("file_id"),
    )
    .order_by(_CHECK.c.done_at)
    .limit(12)
)


def loans_of(work: Work, file_id: int) -> Sequence[Any]:
    """Return the last loans of a file, newest first."""
    return work.connection.execute(_OF_FILE, {"file_id": file_id}).all()


def on_loan(clues: Clues, past: Past, loans: Sequence[Any]) -> None:
    """Note the desks of those who have it, had it, or showed it to a scanner without saying where."""
    returned, shown = past.last(What.RETURNED), past.last(What.SHOWN)
    for number, loan in enumerate(loans):
        if loan.open:
            clues.borrowed("borrower", loan, 1.0, on=day(loan.out_at))
        elif number == 0 and returned is not None and not returned.in_hand:
            clues.borrowed("borrower_last", loan, 1.0, on=day(loan.returned_at))
            _passed_on(clues, loan)
        else:
            clues.borrowed("borrower_earlier", loan, 1.0 / (number + 1), on=day(loan.returned_at))
    if shown is not None:
        clues.desk("asker", shown.actor, 1.0, on=shown.on)


def _passed_on(clues: Clues, loan: Any) -> None:
    sending = 1.0 if loan.purpose in _SENDING else 0.1
    clues.add("sent_on", AWAY, f"loan:{loan.id}", sending, loan=loan.id, on=day(loan.out_at))
    if not loan.borrower_unit:
        return
    rows = clues.work.connection.execute(_COLLEAGUES, {"unit": loan.borrower_unit}).scalars()
    others = [user for user in rows if user != loan.borrower_id]
    for user in others:
        clues.desk("colleague", f"user:{user}", 1.0 / len(others))


def _loans_between(work: Work, ids: Iterable[int], since: datetime, until: datetime) -> Sequence[Any]:
    asked = {"ids": sorted(ids), "since": since, "until": until}
    return work.connection.execute(_OF_FILES, asked).all() if asked["ids"] else []


def taken_for_another(clues: Clues, past: Past, near: dict[int, int]) -> None:
    """Note who borrowed a file beside it: this one may have been taken out in its place."""
    if not past.handlings or not near:
        return
    for loan in _loans_between(clues.work, near, past.handlings[0].at, clues.work.now):
        weight = (1.0 if near[loan.file_id] == 1 else 0.25) * (1.0 if loan.open else 0.3)
        clues.borrowed("taken_for_another", loan, weight, on=day(loan.out_at))


def other_borrowers(clues: Clues) -> None:
    """Note those who have files on loan now: a file taken along unrecorded lies with one of them."""
    rows = clues.work.connection.execute(_OPEN).all()
    borrowers = list({loan.borrower: loan for loan in rows}.values())[:_MOST_BORROWERS]
    for loan in borrowers:
        clues.borrowed("other_borrower", loan, 1.0 / len(borrowers))


def lent_together(clues: Clues, one: Handling, loans: Sequence[Any]) -> None:
    """Note the covers of what the same borrower got on the same occasion."""
    mine = next((loan for loan in loans if loan.id == one.loan), None)
    if mine is None:
        return
    ids = [mate.file for mate in past.mates(clues.work, clues.file.id, one)]
    nearby = _loans_between(clues.work, ids, mine.out_at - _OCCASION, mine.out_at + _OCCASION)
    same = [loan for loan in nearby if borrower(loan) == borrower(mine) or loan.borrower == mine.borrower]
    for loan in same:
        clues.inside("cover_loan_mate", loan.file_id, 1.0 / len(same), on=day(loan.out_at))


def put_together(clues: Clues, one: Handling) -> None:
    """Note the covers and places of what the same person put away or packed on the same occasion."""
    mates = past.mates(clues.work, clues.file.id, one)
    packed = one.what is What.PACKED
    if packed:
        inside = [(1.0 if mate.place == one.place else 0.5, mate.file) for mate in mates]
    else:
        inside = [(_nearness(mate), mate.file) for mate in mates]
    for weight, file in shared(inside):
        clues.inside("cover_together", file, weight, on=one.on)
    here = (one.place, clues.file.place_id)
    others = [
        (_nearness(mate), mate.place) for mate in mates if mate.place is not None and mate.place not in here
    ]
    for weight, place in shared(others):
        clues.loose("other_crate" if packed else "batch_place", place, weight, on=one.on)


def _nearness(mate: Mate) -> float:
    """Weigh what was in the same hands by the minutes between: two minutes halve it."""
    return 1 / (1 + mate.apart / 2)


def checked_together(clues: Clues) -> None:
    """Note the covers the same person checked just before or after."""
    work, file = clues.work, clues.file.id
    last = work.connection.execute(_LAST_CHECK, {"file_id": file}).first()
    if last is None:
        return
    asked = {"by": last.done_by, "since": last.done_at - _OCCASION, "until": last.done_at + _OCCASION}
    rows = work.connection.execute(_CHECKED_THEN, {**asked, "file_id": file}).scalars().all()
    for cover in dict.fromkeys(rows):
        clues.inside("cover_checked", cover, 1.0 / len(rows), on=day(last.done_at))
