"""Deadlines: rows that are set, met or withdrawn; the sweep reminds before and escalates after, each once.

Reminded is the owner, or the holders of the role. When the time is up both are told, and then those the
deadline escalates to. What slept past the time tells only that it is past.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from archive.history import history
from archive.kernel.store import Archive, Work, worker
from archive.models import Deadline
from archive.notifications import inbox, texts
from archive.vocabulary import ClockState, EventKind, MessageKind, Role

ROUTINE = "deadlines"


def put(
    work: Work,
    about: str,
    key: str,
    *,
    title: str | Mapping[str, str],
    due_at: datetime,
    remind_at: datetime | None = None,
    owner_id: int | None = None,
    role: Role | None = None,
    escalate_role: Role | None = None,
    escalate_to: int | None = None,
    escalate_at: datetime | None = None,
) -> Deadline:
    """Set a deadline of a thing, or change the one with this key; what is as it was is left alone.

    `title` is a sentence of the catalogue, or a mapping of its Swedish and English; nothing personal in it.
    Escalates when due, unless `escalate_at` says later, to `escalate_to` or the role, by default the manager.
    """
    if escalate_role is None and escalate_to is None:
        escalate_role = Role.MANAGER
    due_at, remind_at, escalate_at = (
        _utc(due_at),
        remind_at and _utc(remind_at),
        escalate_at and _utc(escalate_at),
    )
    wanted: dict[str, Any] = {
        "title": texts.title(title),
        "due_at": due_at,
        "remind_at": remind_at if remind_at and remind_at < due_at else None,
        "escalate_at": max(escalate_at or due_at, due_at),
        "owner_id": owner_id,
        "role": role,
        "escalate_role": escalate_role,
        "escalate_to": escalate_to,
    }
    deadline = _locked(work, about, key)
    if deadline is None:
        deadline = Deadline(about=about, key=key, created_at=work.now, **wanted)
        work.session.add(deadline)
    elif deadline.open and all(getattr(deadline, name) == value for name, value in wanted.items()):
        return deadline
    else:
        _change(deadline, wanted)
    deadline.next_at = _next(deadline)
    work.session.flush()
    history.record(
        work,
        EventKind.DEADLINE_SET,
        about,
        key=key,
        due=history.stamp(due_at),
        remind=history.stamp(deadline.remind_at) if deadline.remind_at else None,
        owner=owner_id,
        role=role and role.value,
    )
    return deadline


def meet(work: Work, about: str, key: str, *, at: datetime | None = None) -> bool:
    """Note that what was due is done, now or at an earlier moment; False when no such clock runs."""
    return _end(work, about, key, EventKind.DEADLINE_MET, met_at=at or work.now)


def withdraw(work: Work, about: str, key: str) -> bool:
    """Stop a clock because what was due need not be done any more; False when no such clock runs."""
    return _end(work, about, key, EventKind.DEADLINE_WITHDRAWN, withdrawn_at=work.now)


def withdraw_all(work: Work, about: str) -> None:
    """Stop every clock of a thing that still runs."""
    for deadline in for_streams(work, about):
        if deadline.open:
            withdraw(work, about, deadline.key)


def for_streams(work: Work, *abouts: str) -> Sequence[Deadline]:
    """Return every deadline of some things, ended ones too, the earliest first."""
    statement = select(Deadline).where(col(Deadline.about).in_(abouts))
    return work.session.scalars(statement.order_by(col(Deadline.due_at), col(Deadline.id))).all()


def due(
    work: Work,
    *,
    before: datetime | None = None,
    owner_id: int | None = None,
    roles: Collection[Role] = (),
    noun: str | None = None,
    after: Deadline | None = None,
    limit: int = 100,
) -> Sequence[Deadline]:
    """Return running clocks, the earliest first: of an owner or roles when given, of a noun (`incident`).

    A clock with an owner belongs to the owner alone; `after` is the last one of the page before.
    """
    statement = select(Deadline).where(col(Deadline.met_at).is_(None), col(Deadline.withdrawn_at).is_(None))
    if before is not None:
        statement = statement.where(col(Deadline.due_at) < before)
    if owner_id is not None or roles:
        ownerless = col(Deadline.owner_id).is_(None) & col(Deadline.role).in_(roles)
        statement = statement.where(or_(col(Deadline.owner_id) == owner_id, ownerless))
    if noun is not None:
        statement = statement.where(col(Deadline.about).startswith(f"{noun}:"))
    if after is not None:
        later = col(Deadline.due_at) > after.due_at
        same = (col(Deadline.due_at) == after.due_at) & (col(Deadline.id) > after.id)
        statement = statement.where(or_(later, same))
    return work.session.scalars(statement.order_by(col(Deadline.due_at), col(Deadline.id)).limit(limit)).all()


def state(deadline: Deadline, now: datetime) -> ClockState:
    """Return how a deadline stands at a moment."""
    if deadline.met_at is not None:
        return ClockState.MET if deadline.met_at <= deadline.due_at else ClockState.MET_LATE
    if deadline.withdrawn_at is not None:
        return ClockState.WITHDRAWN
    if deadline.due_at <= now:
        return ClockState.PASSED
    near = deadline.remind_at is not None and deadline.remind_at <= now
    return ClockState.NEAR if near else ClockState.RUNNING


def title(deadline: Deadline) -> str:
    """Return what is to be done, in the language in use."""
    return texts.said(deadline.title)


def sweep(archive: Archive) -> int:
    """Remind of and escalate all that is due, one transaction each; return how many clocks that were.

    Any number may sweep at once and stop anywhere: what is told and that it is told commit together.
    """
    return sum(1 for _ in _swept(archive))


def _swept(archive: Archive) -> Iterator[int]:
    next_up = select(col(Deadline.about), col(Deadline.key)).order_by(col(Deadline.next_at), col(Deadline.id))
    while True:
        with archive.write(worker(ROUTINE)) as work:
            row = work.session.execute(next_up.where(col(Deadline.next_at) <= work.now).limit(1)).first()
            if row is None:
                return
            deadline = _locked(work, row.about, row.key)
            if deadline is None or deadline.next_at is None or deadline.next_at > work.now:
                continue  # another sweep, or whoever had done what was due, came first
            _act(work, deadline)
        yield deadline.id


def _act(work: Work, deadline: Deadline) -> None:
    now = work.now
    if deadline.reminded_at is None and deadline.remind_at and deadline.remind_at <= now < deadline.due_at:
        deadline.reminded_at = now
        _remind(work, deadline)
    told: list[int] = []
    if deadline.passed_at is None and deadline.due_at <= now:
        deadline.passed_at = now
        told = _tell(work, deadline, MessageKind.DEADLINE_PASSED, deadline.owner_id, deadline.role)
    if deadline.escalated_at is None and deadline.escalate_at <= now:
        deadline.escalated_at = now
        _escalate(work, deadline, told)
    deadline.next_at = _next(deadline)


def _remind(work: Work, deadline: Deadline) -> None:
    """Remind the owner; without one who is still here those with the role, then those it escalates to."""
    near = MessageKind.DEADLINE_NEAR
    _ = (
        _tell(work, deadline, near, deadline.owner_id, None)
        or _tell(work, deadline, near, None, deadline.role)
        or _tell(work, deadline, near, deadline.escalate_to, deadline.escalate_role)
    )


def _escalate(work: Work, deadline: Deadline, told: Sequence[int]) -> None:
    escalated = MessageKind.DEADLINE_ESCALATED
    higher = _tell(work, deadline, escalated, deadline.escalate_to, deadline.escalate_role)
    if not higher and not told and not _tell(work, deadline, escalated, None, Role.MANAGER):
        _tell(work, deadline, MessageKind.NOBODY_TO_TELL, None, Role.ADMINISTRATOR)


def _tell(
    work: Work, deadline: Deadline, kind: MessageKind, user_id: int | None, role: Role | None
) -> list[int]:
    due = deadline.due_at
    return inbox.tell(
        work,
        kind,
        deadline.about,
        f"{deadline.key} {history.stamp(due)}",  # moved to another time it is another message
        users=(user_id,),
        roles=() if role is None else (role,),
        title=deadline.title,
        due=due,
    )


def _next(deadline: Deadline) -> datetime | None:
    """Return when the sweep has something to do with a running clock."""
    if deadline.escalated_at is not None and deadline.passed_at is not None:
        return None
    if deadline.passed_at is not None:
        return deadline.escalate_at
    return deadline.due_at if deadline.reminded_at or deadline.remind_at is None else deadline.remind_at


def _change(deadline: Deadline, wanted: Mapping[str, Any]) -> None:
    """Set a clock anew; moved to another time, or started again, it reminds and escalates again."""
    again = not deadline.open or deadline.due_at != wanted["due_at"]
    for name, value in wanted.items():
        setattr(deadline, name, value)
    deadline.met_at = deadline.withdrawn_at = None
    if again:
        deadline.reminded_at = deadline.passed_at = deadline.escalated_at = None


def _end(work: Work, about: str, key: str, kind: EventKind, **ended: datetime) -> bool:
    deadline = _locked(work, about, key)
    if deadline is None or not deadline.open:
        return False
    for name, value in ended.items():
        setattr(deadline, name, value)
    deadline.next_at = None
    work.session.flush()
    due = history.stamp(deadline.due_at)
    history.record(work, kind, about, happened_at=ended.get("met_at"), key=key, due=due)
    return True


def _utc(moment: datetime) -> datetime:
    """Return a moment in UTC: two of Stockholm's own compare by their clocks, which repeat an hour."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)


def _locked(work: Work, about: str, key: str) -> Deadline | None:
    inbox.hold(work, about)
    statement = select(Deadline).where(col(Deadline.about) == about, col(Deadline.key) == key)
    fresh = statement.with_for_update().execution_options(populate_existing=True)
    return work.session.scalar(fresh)
