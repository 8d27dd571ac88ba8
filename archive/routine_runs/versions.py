"""Versions of the common routines: what ships with us, drafts, what is in force, and who has read it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sqlalchemy import func, select
from sqlmodel import col

from archive.history import history
from archive.kernel.clock import local_date
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.store import Work, worker
from archive.models import RoutineRead, RoutineVersion, User
from archive.routine_runs import contracts
from archive.vocabulary import EventKind, Permission, RoutineAction, RoutineState
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_, locale
from routines.definition import Change, Routine, as_yaml, difference, load, packaged
from routines.wording import Refused


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided that a version is to be followed, when, under which number, and from when on."""

    decided_by: str
    decided_on: date
    in_force_from: date
    diary_number: str = ""
    revise_by: date | None = None


def refresh(work: Work) -> None:
    """Put what ships with us in place: the first version of a routine in force, later ones as drafts."""
    for shipped in packaged():
        known = versions(work, shipped.name)
        routine = _loaded(shipped.text)
        if any(one.packaged and _same(routine_of(one), routine) for one in known):
            continue
        edition, content = shipped.version, shipped.text
        if known and known[0].edition >= edition:  # its number was taken by a version of our own
            edition = known[0].edition + 1
            content = as_yaml(replace(routine, version=edition))
        version = _draft(work, shipped.name, edition, content, shipped=True)
        if _in_force(work, shipped.name) is None:
            _put_in_force(
                work,
                version,
                Decision(
                    routine.decided_by or "",
                    routine.decided_on or work.now.date(),
                    routine.in_force_from or work.now.date(),
                    routine.diary_number or "",
                    routine.revise_by,
                ),
            )


def _same(one: Routine, other: Routine) -> bool:
    return replace(one, version=1) == replace(other, version=1)


def in_force(work: Work, name: str) -> RoutineVersion:
    """Return the version of a routine in force; what ships with us is put in place where nothing is.

    A miss must be taken down at once, also where nobody has brought the reference data up to date.
    """
    found = _in_force(work, name)
    if found is None:
        program = Work(work.connection, worker("routines"), work.now, work.mac_key)
        refresh(program)
        program.flush()
        found = _in_force(work, name)
    if found is None:
        raise NotFound("no_such_routine", N_("There is no routine “%(name)s”."), name=name)
    return found


def routine_of(version: RoutineVersion) -> Routine:
    """Return the routine a version describes."""
    return _loaded(version.content)


@lru_cache(maxsize=64)
def _loaded(content: str) -> Routine:
    return load(content)


def get(work: Work, version_id: int) -> RoutineVersion:
    """Return a version by id; raises NotFound."""
    found = work.session.get(RoutineVersion, version_id)
    if found is None:
        raise NotFound("no_such_routine", N_("There is no routine “%(name)s”."), name=version_id)
    return found


def versions(work: Work, name: str | None = None) -> Sequence[RoutineVersion]:
    """Return every version, of one routine if named, newest first."""
    statement = select(RoutineVersion).order_by(col(RoutineVersion.name), col(RoutineVersion.edition).desc())
    if name is not None:
        statement = statement.where(col(RoutineVersion.name) == name)
    return work.session.scalars(statement).all()


def draft(work: Work, name: str, content: str) -> RoutineVersion:
    """Keep a text as the next version of a routine; raises Invalid with all that is wrong with it."""
    work.require(Permission.SHAPE_ROUTINES)
    last = work.session.scalar(
        select(func.max(col(RoutineVersion.edition))).where(col(RoutineVersion.name) == name)
    )
    if last is None:
        raise NotFound("no_such_routine", N_("There is no routine “%(name)s”."), name=name)
    _refuse_wrong(content, name, last + 1)
    return _draft(work, name, last + 1, content, shipped=False)


def change(work: Work, version: RoutineVersion, content: str) -> None:
    """Change the text of a draft; raises Conflict once it has been in force, Invalid for a wrong text."""
    work.require(Permission.SHAPE_ROUTINES)
    work.session.refresh(version, with_for_update=True)
    if version.status is not RoutineState.DRAFT:
        raise Conflict("routine_fixed", N_("Only a draft can be changed. Make a new draft instead."))
    _refuse_wrong(content, version.name, version.edition)
    version.content = content
    work.session.flush()
    history.record(work, EventKind.ROUTINE_CHANGED, version, sha256=_sha256(content))


def changes(work: Work, version: RoutineVersion) -> tuple[Change, ...]:
    """Return how a version differs from the one in force, or from the one before it."""
    earlier = (
        select(RoutineVersion)
        .where(
            col(RoutineVersion.name) == version.name,
            col(RoutineVersion.edition) < version.edition,
            col(RoutineVersion.status).in_([RoutineState.IN_FORCE, RoutineState.REPLACED]),
        )
        .order_by(col(RoutineVersion.edition).desc())
    )
    before = work.session.scalars(earlier.limit(1)).first()
    return difference(routine_of(before), routine_of(version)) if before else ()


def put_in_force(work: Work, version: RoutineVersion, decision: Decision) -> None:
    """Put a draft in force in place of the version before; what runs goes on by the version it began with."""
    work.require(Permission.SHAPE_ROUTINES)
    if not decision.decided_by.strip():
        raise Invalid("decided_by_missing", N_("Write who decided it."), field="decided_by")
    if decision.in_force_from > local_date(work.now):
        raise Invalid(
            "in_force_later",
            N_("Put it in force on the day it begins to be followed: until then the version before holds."),
            field="in_force_from",
        )
    if decision.revise_by is not None and decision.revise_by <= decision.in_force_from:
        raise Invalid(
            "revise_too_early",
            N_("A routine is revised after it has come into force. Choose a later day."),
            field="revise_by",
        )
    _put_in_force(work, version, decision)


def discard(work: Work, version: RoutineVersion) -> None:
    """Throw a draft away."""
    work.session.refresh(version, with_for_update=True)
    history.advance(work, version, RoutineAction.DISCARD)


def confirm_read(work: Work, version: RoutineVersion) -> None:
    """Note that the actor has read a version; raises Conflict for one that is not in force."""
    work.require(Permission.ANYONE)
    if version.status is not RoutineState.IN_FORCE:
        raise Conflict("routine_not_in_force", N_("This version is not in force. Read the one that is."))
    user_id = work.actor.user_id
    if user_id is None or work.session.get(RoutineRead, (version.id, user_id)) is not None:
        return
    work.session.add(RoutineRead(routine_id=version.id, user_id=user_id, at=work.now))
    work.session.flush()
    stream = f"user:{user_id}"
    history.record(work, EventKind.ROUTINE_READ, stream, subjects=[version.stream], routine=version.id)


def unread(work: Work) -> list[RoutineVersion]:
    """Return the versions in force the actor has not confirmed having read."""
    read = select(col(RoutineRead.routine_id)).where(col(RoutineRead.user_id) == work.actor.user_id)
    statement = select(RoutineVersion).where(
        col(RoutineVersion.status) == RoutineState.IN_FORCE, col(RoutineVersion.id).not_in(read)
    )
    return list(work.session.scalars(statement.order_by(col(RoutineVersion.name))))


def readers(work: Work, version: RoutineVersion) -> list[tuple[User, RoutineRead | None]]:
    """Return every active user, with when the version was read where it was."""
    statement = (
        select(User, RoutineRead)
        .outerjoin(
            RoutineRead,
            (col(RoutineRead.user_id) == User.id) & (col(RoutineRead.routine_id) == version.id),
        )
        .where(col(User.active))
        .order_by(col(User.id))
    )
    rows = [(user, read) for user, read in work.session.execute(statement)]
    return sorted(rows, key=lambda row: swedish(row[0].name))


def _in_force(work: Work, name: str) -> RoutineVersion | None:
    statement = select(RoutineVersion).where(
        col(RoutineVersion.name) == name, col(RoutineVersion.status) == RoutineState.IN_FORCE
    )
    return work.session.scalar(statement)


def _draft(work: Work, name: str, edition: int, content: str, *, shipped: bool) -> RoutineVersion:
    version = RoutineVersion(
        name=name,
        edition=edition,
        content=content,
        packaged=shipped,
        made_at=work.now,
        made_by=work.actor.id,
    )
    history.advance(work, version, RoutineAction.DRAFT, sha256=_sha256(content), packaged=shipped)
    return version


def _put_in_force(work: Work, version: RoutineVersion, decision: Decision) -> None:
    work.session.refresh(version, with_for_update=True)
    before = _in_force(work, version.name)
    if before is not None:
        history.advance(work, before, RoutineAction.REPLACE, by_routine=version.id)
    history.advance(
        work,
        version,
        RoutineAction.PUT_IN_FORCE,
        changes={
            "decided_by": decision.decided_by.strip(),
            "decided_on": decision.decided_on,
            "diary_number": decision.diary_number.strip(),
            "in_force_from": decision.in_force_from,
            "revise_by": decision.revise_by,
        },
        private={"decided_by": decision.decided_by, "diary_number": decision.diary_number},
        sha256=_sha256(version.content),
        in_force_from=decision.in_force_from.isoformat(),
        decided_on=decision.decided_on.isoformat(),
    )


def _refuse_wrong(content: str, name: str, edition: int) -> None:
    try:
        routine = load(content)
    except Refused as refused:
        raise Invalid(
            "routine_wrong",
            N_("The text of the routine has %(count)s problems. First: %(first)s"),
            field="content",
            count=len(refused.problems),
            first=refused.problems[0].say(locale()),
        ) from refused
    missing = list(contracts.broken(routine, name))
    if missing:
        raise Invalid(
            "routine_breaks",
            N_("The program acts on these parts of the routine: %(parts)s. Leave them as they were."),
            field="content",
            parts=", ".join(missing),
        )
    if (routine.name, routine.version) != (name, edition):
        raise Invalid(
            "routine_other",
            N_("The text says that it is version %(version)s of “%(name)s”. Write version %(edition)s."),
            field="content",
            version=routine.version,
            name=routine.name,
            edition=edition,
        )


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
