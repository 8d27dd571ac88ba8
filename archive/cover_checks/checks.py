"""Cover checks: what is received waits in a queue until people have said what its cover and content are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, bindparam, exists, func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checklists, confirmations
from archive.history import history
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.lifecycle import CHECK
from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, CoverConfirmation, Delivery, Finding
from archive.vocabulary import (
    CheckAction,
    CheckState,
    CheckWithdrawal,
    Confirmation,
    Custody,
    DeliveryState,
    EventKind,
    FindingState,
    Permission,
)
from archive.vocabulary.wording import N_

PAGE = 50
AT_HAND = frozenset({Custody.ON_PLACE, Custody.LOST})  # in these states somebody may hold the file here
GONE = frozenset({Custody.DISPOSED, Custody.HANDED_OVER, Custody.WITHDRAWN})
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_SAID = CoverConfirmation.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_FINDING = Finding.__table__  # type: ignore[attr-defined]

_FIRST_OF_FILES = (
    select(_CHECK.c.id, _CHECK.c.file_id, _CHECK.c.line_id, _CHECK.c.status, _CHECK.c.open)
    .where(_CHECK.c.file_id.in_(bindparam("files", expanding=True)), _CHECK.c.second_of.is_(None))
    .order_by(_CHECK.c.id)
)
_OPEN_OF_FILE = (
    select(CoverCheck)
    .where(_CHECK.c.file_id == bindparam("file_id"), _CHECK.c.open)
    .order_by(_CHECK.c.second_of.is_not(None), _CHECK.c.id)
    .with_for_update()
)
_LEFT = (
    select(_CHECK.c.status, func.count())
    .where(_CHECK.c.delivery_id == bindparam("delivery_id"), _CHECK.c.open, _CHECK.c.second_of.is_(None))
    .group_by(_CHECK.c.status)
)


_OPEN_BY_STATE = (
    select(_CHECK.c.status, func.count().label("many"))
    .where(_CHECK.c.open, _CHECK.c.second_of.is_(None))
    .group_by(_CHECK.c.status)
)


class QueuedLine(Protocol):
    """A line of a delivery, as far as the queue must know it."""

    id: int
    file_id: int | None
    delivery_id: int


@dataclass(frozen=True, slots=True)
class ChecksLeft:
    """How many first checks of a delivery are not done."""

    waiting: int
    set_aside: int

    @property
    def total(self) -> int:
        """Return how many there are in all: a delivery with one of them cannot close."""
        return self.waiting + self.set_aside


def queue(work: Work, lines: Sequence[QueuedLine]) -> list[int]:
    """Put pieces received into the queue, each once; a line without file waits for its file; return the ids.

    A check the file waited for elsewhere is withdrawn: the file is in hand here.
    """
    pieces = {line.file_id: line for line in lines if line.file_id is not None}
    known = _first_checks(work, pieces)
    listed = {row.line_id for row in known if row.status is not CheckState.WITHDRAWN}
    new = [line for line in pieces.values() if line.id not in listed]
    moved = {line.file_id for line in new}
    for row in known:
        if row.open and row.file_id in moved:
            _withdraw(work, held(work, row.id), CheckWithdrawal.IN_DELIVERY)
    born = [(line.file_id or 0, line.id, line.delivery_id) for line in new]
    return _born(work, born, checklists.in_force())


def queue_alone(work: Work, file: CaseFile) -> CoverCheck:
    """Queue the check of one file outside any delivery, or return the one it waits for already."""
    _refuse_away(file)
    known = next((row for row in _first_checks(work, [file.id]) if row.open), None)
    check_id = known.id if known else _born(work, [(file.id, None, None)], checklists.in_force())[0]
    return get(work, check_id)


def queue_second(work: Work, first: CoverCheck, *, share: int) -> int:
    """Queue the check of a file again, by another person; `share` is the percentage it was drawn by."""
    return _born(work, [(first.file_id, first.line_id, first.delivery_id)], first.checklist, first.id, share)[
        0
    ]


def _first_checks(work: Work, file_ids: Iterable[int]) -> list[Row[Any]]:
    ids = sorted(file_ids)
    found: list[Row[Any]] = []
    for start in range(0, len(ids), 500):
        found += work.connection.execute(_FIRST_OF_FILES, {"files": ids[start : start + 500]})
    return found


def _born(
    work: Work,
    pieces: Sequence[tuple[int, int | None, int | None]],
    checklist: str,
    second_of: int | None = None,
    share: int | None = None,
) -> list[int]:
    births = []
    ids = list(work.reserve_ids(_CHECK, len(pieces)))
    for check_id, (file_id, line_id, delivery_id) in zip(ids, pieces, strict=True):
        row = {
            **dict.fromkeys(("opened_at", "opened_by", "done_at", "done_by", "seconds")),
            "id": check_id,
            "file_id": file_id,
            "line_id": line_id,
            "delivery_id": delivery_id,
            "second_of": second_of,
            "checklist": checklist,
            "open": True,
            "queued_at": work.now,
            "hasty": False,
            "drawn": False,
        }
        facts = {
            "file": file_id,
            "line": line_id,
            "delivery": delivery_id,
            "checklist": checklist,
            "second_of": second_of,
            "share": share,
        }
        births.append(history.Birth(row, facts, subjects=[f"file:{file_id}"]))
    history.begin_many(work, CoverCheck, CheckAction.QUEUE, births)
    return ids


def left(work: Work, delivery_id: int) -> ChecksLeft:
    """Count the first checks of a delivery that are not done."""
    rows = work.connection.execute(_LEFT, {"delivery_id": delivery_id})
    counts: dict[CheckState, int] = {row[0]: row[1] for row in rows}
    return ChecksLeft(counts.get(CheckState.WAITING, 0), counts.get(CheckState.SET_ASIDE, 0))


def totals(work: Work) -> dict[CheckState, int]:
    """Count all first checks that are not done, by where they are."""
    work.require(Permission.CHECK_COVERS)
    return {row.status: row.many for row in work.connection.execute(_OPEN_BY_STATE)}


def of_file(work: Work, file_id: int, limit: int = PAGE) -> Sequence[CoverCheck]:
    """Return the checks of a file's cover, newest first."""
    statement = select(CoverCheck).where(_CHECK.c.file_id == file_id)
    return work.session.scalars(statement.order_by(_CHECK.c.id.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of the queue: the check, its file, and what this person can still say of it."""

    check: CoverCheck
    file: CaseFile
    needs: tuple[Confirmation, ...]


def waiting(
    work: Work,
    *,
    delivery_id: int | None = None,
    state: CheckState | None = None,
    again: bool = False,
    after: int = 0,
    limit: int = PAGE,
) -> list[QueueRow]:
    """Return what waits, as it was queued; not what this person checked once: that another one repeats.

    A file in the queue may be lent or moved meanwhile; its check goes on waiting. `again` are only those that
    were drawn to be repeated.
    """
    work.require(Permission.CHECK_COVERS)
    own = exists().where(
        _SAID.c.check_id == _CHECK.c.second_of,
        _SAID.c.by == display_names.person(work.actor),
        ~_SAID.c.undone,
    )
    statement = (
        select(CoverCheck, CaseFile)
        .join(CaseFile, col(CaseFile.id) == CoverCheck.file_id)
        .where(_CHECK.c.open, _CHECK.c.id > after, ~own)
        .order_by(_CHECK.c.id)
        .limit(limit)
    )
    if delivery_id is not None:
        statement = statement.where(_CHECK.c.delivery_id == delivery_id)
    if state is not None:
        statement = statement.where(_CHECK.c.status == state)
    if again:
        statement = statement.where(_CHECK.c.second_of.is_not(None))
    rows = work.session.execute(statement).all()
    said = confirmations.by_check(work, [check.id for check, _file in rows])
    return [
        QueueRow(check, file, confirmations.needs(work, file, said.get(check.id, ()))) for check, file in rows
    ]


def get(work: Work, check_id: int) -> CoverCheck:
    """Return a check by id; raises NotFound."""
    check = work.session.get(CoverCheck, check_id)
    if check is None:
        raise NotFound("no_such_check", N_("There is no such cover check."))
    return check


def held(work: Work, check_id: int) -> CoverCheck:
    """Return a check, its row locked for a change; raises NotFound."""
    check = get(work, check_id)
    hold_files(work, check.file_id)
    work.session.refresh(check, with_for_update=True)
    return check


def hold_files(work: Work, *file_ids: int) -> None:
    """Hold files in the order of ids before a check of them, as whoever receives or misses one does."""
    if not work.sqlite:
        held = select(_FILE.c.id).where(_FILE.c.id.in_(file_ids)).order_by(_FILE.c.id)
        work.connection.execute(held.with_for_update())


def begin(work: Work, file: CaseFile) -> CoverCheck:
    """Take a file's check in hand: the seconds count from now; raises Conflict when there is none to do."""
    work.require(Permission.CHECK_COVERS)
    check = open_check(work, file)
    refuse_same_person(work, check)
    check.opened_at, check.opened_by = work.now, display_names.person(work.actor)
    work.session.flush()
    return check


def open_check(work: Work, file: CaseFile) -> CoverCheck:
    """Return the check a file waits for, its row locked; raises Conflict when it waits for none."""
    hold_files(work, file.id)
    found = work.session.execute(_OPEN_OF_FILE, {"file_id": file.id})
    check: CoverCheck | None = found.scalars().first()
    if check is None:
        raise Conflict(
            "not_in_queue",
            N_("The cover of this file is not waiting to be checked. Queue it first if it should be."),
        )
    return check


def waiting_of(work: Work, file_id: int) -> CoverCheck | None:
    """Return the check a file waits for as a page shows it, for one who may do it first; None without one."""
    statement = select(CoverCheck).where(_CHECK.c.file_id == file_id, _CHECK.c.open).order_by(_CHECK.c.id)
    checks = work.session.scalars(statement).all()
    person = display_names.person(work.actor)
    own = confirmations.by_check(work, [one.second_of for one in checks if one.second_of is not None])
    return next(
        (one for one in checks if person not in {said.by for said in own.get(one.second_of or 0, ())}), None
    )


def confirm(
    work: Work,
    check: CoverCheck,
    what: Confirmation,
    *,
    scan_id: str | None = None,
    happened_at: datetime | None = None,
) -> bool:
    """Record that a person found cover, content or seal right; the last one needed ends the check.

    Returns whether that was news. Raises Conflict when the check does not wait or the file is not at hand.
    """
    work.require(Permission.CHECK_COVERS)
    check = held(work, check.id)
    file = refuse_unless_checkable(work, check)
    refuse_same_person(work, check)
    if what not in confirmations.NEEDED[file.protected]:
        raise Invalid("no_seal", N_("This file lies in no sealed envelope: check its cover and content."))
    if file.protected and what is not Confirmation.SEAL:
        work.require(Permission.CHECK_SEALED)
    said = confirmations.by_check(work, [check.id]).get(check.id, [])
    news = what in confirmations.needs(work, file, said)
    if news:
        said.append(confirmations.say(work, check, what, said, scan_id, happened_at or work.now))
    if not confirmations.missing(file, said):
        _finish(work, check, said, happened_at)
    return news


def _finish(
    work: Work, check: CoverCheck, said: Sequence[CoverConfirmation], happened_at: datetime | None
) -> None:
    found = standing_findings(work, check.id)
    action = CheckAction.PASS_WITH_FINDINGS if found else CheckAction.PASS
    known = [one.seconds for one in said if one.seconds is not None]
    seconds = sum(known) if known else None
    history.advance(
        work,
        check,
        action,
        changes={
            "open": False,
            "done_at": happened_at or work.now,
            "done_by": display_names.person(work.actor),
            "seconds": seconds,
        },
        subjects=[f"file:{check.file_id}"],
        happened_at=happened_at,
        findings=found,
        seconds=seconds,
    )
    history.record(
        work,
        EventKind.FILE_CHECKED,
        f"file:{check.file_id}",
        happened_at=happened_at,
        check=check.id,
        outcome=check.status.value,
    )


def standing_findings(work: Work, check_id: int) -> int:
    """Count what a check found and nobody took back."""
    statement = select(func.count()).where(
        _FINDING.c.check_id == check_id, _FINDING.c.status != FindingState.WITHDRAWN
    )
    return work.connection.execute(statement).scalar_one()


def refuse_unless_checkable(work: Work, check: CoverCheck) -> CaseFile:
    """Return the file of a check that waits and is at hand; raises Conflict."""
    CHECK.step(check.status, CheckAction.PASS)
    file = work.session.get_one(CaseFile, check.file_id)
    _refuse_away(file)
    return file


def _refuse_away(file: CaseFile) -> None:
    if file.status not in AT_HAND:
        raise Conflict(
            "not_at_hand",
            N_("The register says that this file is not here: %(state)s. Scan it to its place first."),
            state=file.status.label,
        )


def refuse_same_person(work: Work, check: CoverCheck) -> None:
    """Raise Conflict when a check is to be repeated by another person than the one who acts."""
    if check.second_of is None:
        return
    first = confirmations.by_check(work, [check.second_of]).get(check.second_of, [])
    if display_names.person(work.actor) in {said.by for said in first}:
        raise Conflict(
            "second_by_another",
            N_("You have checked this cover. It is checked a second time by somebody else."),
        )


def set_aside(work: Work, check: CoverCheck, finding: Finding) -> None:
    """Set a cover aside that holds what belongs in another; what was said of its content holds no more."""
    for said in confirmations.by_check(work, [check.id]).get(check.id, []):
        if said.what is Confirmation.CONTENTS:
            confirmations.unsay(work, check, said)
    if check.status is not CheckState.SET_ASIDE:
        history.advance(
            work, check, CheckAction.SET_ASIDE, subjects=[f"file:{check.file_id}"], finding=finding.id
        )


def take_up(work: Work, check: CoverCheck) -> None:
    """Take up a check again whose cover was set right."""
    history.advance(work, check, CheckAction.TAKE_UP, subjects=[f"file:{check.file_id}"])


def reopen(work: Work, check: CoverCheck, said: CoverConfirmation | None = None) -> None:
    """Open a check again that was ended by mistake, and take back what was confirmed, or one thing of it.

    Raises Conflict once its delivery is closed or somebody else has begun to repeat it.
    """
    check = held(work, check.id)
    CHECK.step(check.status, CheckAction.REOPEN)
    delivery = work.session.get(Delivery, check.delivery_id) if check.delivery_id else None
    if delivery is not None and delivery.status is DeliveryState.CLOSED:
        raise Conflict(
            "delivery_closed",
            N_("The delivery is closed and its record stands. Queue the file for a check of its own."),
        )
    if check.second_of is None and any(row.open for row in _first_checks(work, [check.file_id])):
        raise Conflict("queued_again", N_("This file waits for another check already: go on with that one."))
    _withdraw_second(work, check)
    changes = {"open": True, "done_at": None, "done_by": None, "seconds": None, "drawn": False}
    history.advance(work, check, CheckAction.REOPEN, changes=changes, subjects=[f"file:{check.file_id}"])
    for one in confirmations.by_check(work, [check.id]).get(check.id, []):
        if said is None or one.id == said.id:
            confirmations.unsay(work, check, one)


def _withdraw_second(work: Work, first: CoverCheck) -> None:
    found = work.session.execute(
        select(CoverCheck)
        .where(_CHECK.c.second_of == first.id, _CHECK.c.status != CheckState.WITHDRAWN)
        .with_for_update()
    ).scalar_one_or_none()
    if found is None:
        return
    if not found.open or confirmations.by_check(work, [found.id]) or standing_findings(work, found.id):
        raise Conflict(
            "second_check_begun",
            N_("Somebody else has begun to check this cover a second time. What you said stands."),
        )
    _withdraw(work, found, CheckWithdrawal.FIRST_REOPENED)


def withdraw_lines(work: Work, line_ids: Collection[int]) -> None:
    """Take pieces out of the queue whose receipt is undone; raises Conflict for a cover checked already."""
    ids = sorted(line_ids)
    for start in range(0, len(ids), 500):
        statement = select(CoverCheck).where(
            _CHECK.c.line_id.in_(ids[start : start + 500]),
            _CHECK.c.second_of.is_(None),
            _CHECK.c.status != CheckState.WITHDRAWN,
        )
        for check in work.session.execute(statement.order_by(_CHECK.c.id).with_for_update()).scalars():
            if not check.open:
                raise Conflict(
                    "checked_already",
                    N_("The cover of this file has been checked. That it was received cannot be undone."),
                )
            _withdraw(work, check, CheckWithdrawal.NOT_RECEIVED)


def withdraw(work: Work, check: CoverCheck, reason: CheckWithdrawal) -> None:
    """Take one check out of the queue; raises Invalid for a reason that is not true of its file."""
    check = held(work, check.id)
    status = work.session.get_one(CaseFile, check.file_id).status
    true = {
        CheckWithdrawal.VOID: status is Custody.VOID,
        CheckWithdrawal.GONE: status in GONE,
        CheckWithdrawal.BY_MISTAKE: check.line_id is None,
    }
    if not true.get(reason, False):
        raise Invalid(
            "cannot_withdraw",
            N_("Every cover that came with a delivery is checked. Check this one, or correct the register."),
            field="reason",
        )
    _withdraw(work, check, reason)


def _withdraw(work: Work, check: CoverCheck, reason: CheckWithdrawal) -> None:
    history.advance(
        work,
        check,
        CheckAction.WITHDRAW,
        changes={"open": False},
        subjects=[f"file:{check.file_id}"],
        reason=reason.value,
    )
