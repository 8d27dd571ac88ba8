"""Matters: what runs by any routine but that of lost files, as a deviation or the yearly self-check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.history import history
from archive.kernel.errors import NotFound
from archive.kernel.store import Work
from archive.models import Matter
from archive.notifications import deadlines
from archive.routine_runs import moments, steps, versions
from archive.routine_runs.steps import Answers, RunCourse
from archive.vocabulary import MatterAction, MatterState, Permission
from archive.vocabulary.wording import N_
from routines import engine
from routines.conditions import FactValue

PAGE = 50


@dataclass(frozen=True, slots=True)
class New:
    """What a matter begins with: `about` is the stream of the thing it is about, as `incident:7`."""

    description: str = ""
    about: str = ""
    noticed_at: datetime | None = None
    owner_id: int | None = None
    unit_id: int | None = None


def begin(work: Work, name: str, new: New | None = None) -> Matter:
    """Begin a matter of a routine; raises NotFound for an unknown one, Invalid for the future."""
    new = new or New()
    noticed = moments.by_now(new.noticed_at, work.now, "noticed_at") or work.now
    matter = Matter(
        routine_id=versions.in_force(work, name).id,
        opened_at=work.now,
        opened_by=display_names.person(work.actor),
        noticed_at=noticed,
        owner_id=new.owner_id or work.actor.user_id,
        unit_id=new.unit_id,
        about=new.about,
    )
    history.advance(
        work,
        matter,
        MatterAction.OPEN,
        private={"description": new.description.strip()},
        subjects=[new.about] if new.about else [],
        happened_at=noticed,
        routine=matter.routine_id,
        about=new.about,
        losing_unit=new.unit_id,
    )
    steps.advance(work, course(work, matter))
    return matter


def get(work: Work, matter_id: int) -> Matter:
    """Return a matter by id; raises NotFound for one the actor may not know of."""
    found = work.session.get(Matter, matter_id)
    if found is None or not _may_see(work, found):
        raise NotFound("no_such_matter", N_("There is no such matter, or none you may know of."))
    return found


def listed(
    work: Work, name: str | None = None, *, before: int | None = None, limit: int = PAGE
) -> Sequence[Matter]:
    """Return matters, newest first, of one routine if named."""
    work.require(Permission.READ_INCIDENTS)
    statement = select(Matter)
    if name is not None:
        ids = [version.id for version in versions.versions(work, name)]
        statement = statement.where(col(Matter.routine_id).in_(ids))
    if before is not None:
        statement = statement.where(col(Matter.id) < before)
    return work.session.scalars(statement.order_by(col(Matter.id).desc()).limit(limit)).all()


def course(work: Work, matter: Matter) -> RunCourse:
    """Return how far a matter has come by its routine."""
    return RunCourse.follow(work, matter, _facts(matter))


def complete(
    work: Work, matter: Matter, name: str, answers: Answers, *, done_at: datetime | None = None
) -> RunCourse:
    """Write down that a step is done; the matter is closed when its end is reached."""
    run = _held(work, matter)
    steps.complete(work, run, name, answers, done_at)
    return advance(work, matter, run)


def not_needed(work: Work, matter: Matter, name: str, reason: str) -> RunCourse:
    """Write down that an optional step is not needed; raises Invalid without a reason, or when it is."""
    run = _held(work, matter)
    steps.set_aside(work, run, name, reason)
    return advance(work, matter, run)


def start(work: Work, matter: Matter, name: str) -> RunCourse:
    """Start a step that waits to be chosen."""
    run = _held(work, matter)
    steps.start(work, run, name)
    return run


def advance(work: Work, matter: Matter, run: RunCourse | None = None) -> RunCourse:
    """Open and let fall away what time and answers ask for, and close what has come to its end."""
    run = run or course(work, matter)
    steps.advance(work, run)
    finished = engine.is_finished(run.routine, run.progress, work.now)
    if finished and matter.status is MatterState.OPEN:
        deadlines.withdraw_all(work, matter.stream)
        history.advance(work, matter, MatterAction.CLOSE, changes={"closed_at": work.now})
    elif not finished and matter.status is MatterState.CLOSED:
        changes = {"closed_at": None}
        history.advance(work, matter, MatterAction.REOPEN, changes=changes, private={"reason": ""})
        steps.pass_on(work, run)
    return run


def _held(work: Work, matter: Matter) -> RunCourse:
    if not _may_see(work, matter):
        raise NotFound("no_such_matter", N_("There is no such matter, or none you may know of."))
    work.session.refresh(matter, with_for_update=True)
    return advance(work, matter)


def _may_see(work: Work, matter: Matter) -> bool:
    own = display_names.person(work.actor) == matter.opened_by or (
        matter.owner_id is not None and matter.owner_id == work.actor.user_id
    )
    return own or work.actor.may(Permission.READ_INCIDENTS)


def _facts(matter: Matter) -> dict[str, FactValue]:
    return {"reported": matter.opened_at, "noticed": matter.noticed_at, "started": matter.opened_at}
