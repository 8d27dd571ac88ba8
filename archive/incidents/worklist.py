"""Lists of incidents: all with their clocks, and what each has to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, and_, cast, func, literal, or_, select
from sqlmodel import col

from archive.accounts import display_names
from archive.incidents import access
from archive.kernel.store import Work
from archive.models import (
    Deadline,
    Incident,
    IncidentFile,
    Matter,
    RoutineStep,
    RoutineVersion,
    Unit,
    WantedSighting,
)
from archive.notifications import deadlines
from archive.routine_runs import steps
from archive.routine_runs import versions as routine_versions
from archive.vocabulary import (
    IncidentState,
    Permission,
    Role,
    StepState,
)
from archive.vocabulary.wording import Both
from routines.model import Step

PAGE = 50
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
MOST_STEPS = 2000  # open at once in all; nobody has as many


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident of the list: its owner, what is still missing, what waits for an answer, its clocks.

    `protected` is as of now: somebody may have become so since it was reported.
    """

    incident: Incident
    owner: str
    unit: str
    missing: int
    unanswered: int
    clocks: tuple[Deadline, ...]
    protected: bool

    @property
    def next_clock(self) -> Deadline | None:
        """Return the clock that runs out next."""
        running = [clock for clock in self.clocks if clock.open]
        return running[0] if running else None

    def late(self, now: datetime) -> int:
        """Count the running clocks that have run out."""
        return sum(1 for clock in self.clocks if clock.open and clock.due_at <= now)


@dataclass(frozen=True, slots=True)
class MyStep:
    """One open step of the actor's: in which case, what, until when."""

    run: str
    number: int
    step: Step
    title: Both
    occurrence: int
    opened_at: datetime
    due_at: datetime | None
    protected: bool

    def late(self, now: datetime) -> bool:
        """Tell whether its time is up."""
        return self.due_at is not None and self.due_at <= now


def listed(
    work: Work,
    *,
    status: IncidentState | None = None,
    running: bool = True,
    owner_id: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[IncidentRow]:
    """Return incidents the actor may know of, newest first; only those not closed unless told otherwise."""
    work.require(Permission.READ_INCIDENTS)
    statement = select(Incident).where(access.seen_by(work.actor))
    if status is not None:
        statement = statement.where(col(Incident.status) == status)
    elif running:
        statement = statement.where(col(Incident.status) != IncidentState.CLOSED)
    if owner_id is not None:
        statement = statement.where(col(Incident.owner_id) == owner_id)
    if before is not None:
        statement = statement.where(col(Incident.id) < before)
    found = work.session.scalars(statement.order_by(col(Incident.id).desc()).limit(limit)).all()
    return _rows(work, found)


def urgent(
    work: Work, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> list[tuple[datetime, IncidentRow]]:
    """Return the incidents not closed, the one whose clock runs out first on top, each with that moment.

    `after` is moment and number of the last one of the page before; those without a running clock come last.
    """
    work.require(Permission.READ_INCIDENTS)
    kind = Deadline.__table__.c.due_at.type  # type: ignore[attr-defined]
    first = (
        select(func.min(col(Deadline.due_at)))
        .where(
            col(Deadline.about) == literal("incident:").concat(cast(col(Incident.id), Text)),
            col(Deadline.met_at).is_(None),
            col(Deadline.withdrawn_at).is_(None),
        )
        .correlate(Incident)
        .scalar_subquery()
    )
    due = func.coalesce(first, literal(_NEVER, kind), type_=kind)
    statement = select(Incident, due.label("due")).where(
        access.seen_by(work.actor), col(Incident.status) != IncidentState.CLOSED
    )
    if after is not None:
        statement = statement.where(
            or_(due > after[0], and_(due == after[0], col(Incident.id) > after[1])),
        )
    found = work.session.execute(statement.order_by(due, col(Incident.id)).limit(limit)).all()
    return list(zip([row.due for row in found], _rows(work, [row.Incident for row in found]), strict=True))


def own(work: Work, *, before: int | None = None, limit: int = PAGE) -> list[IncidentRow]:
    """Return the incidents the actor reported, newest first: also for those who may read no others."""
    statement = select(Incident).where(col(Incident.reported_by) == display_names.person(work.actor))
    if before is not None:
        statement = statement.where(col(Incident.id) < before)
    found = work.session.scalars(statement.order_by(col(Incident.id).desc()).limit(limit)).all()
    return _rows(work, found)


def _rows(work: Work, incidents: Sequence[Incident]) -> list[IncidentRow]:
    ids = [one.id for one in incidents]
    missing = _counts(
        work,
        select(col(IncidentFile.incident_id), func.count())
        .where(col(IncidentFile.incident_id).in_(ids), col(IncidentFile.open))
        .group_by(col(IncidentFile.incident_id)),
    )
    unanswered = _counts(
        work,
        select(col(IncidentFile.incident_id), func.count())
        .join(WantedSighting, col(WantedSighting.item_id) == IncidentFile.id)
        .where(col(IncidentFile.incident_id).in_(ids), col(WantedSighting.answered_at).is_(None))
        .group_by(col(IncidentFile.incident_id)),
    )
    clocks: dict[str, list[Deadline]] = {}
    for clock in deadlines.for_streams(work, *(one.stream for one in incidents)):
        clocks.setdefault(clock.about, []).append(clock)
    names = display_names.names(work, {f"user:{one.owner_id}" for one in incidents if one.owner_id})
    units, protected = _units(work, incidents), access.of_protected(work, *ids)
    return [
        IncidentRow(
            one,
            names.get(f"user:{one.owner_id}", ""),
            units.get(one.unit_id or 0, ""),
            missing.get(one.id, 0),
            unanswered.get(one.id, 0),
            tuple(clocks.get(one.stream, ())),
            one.id in protected,
        )
        for one in incidents
    ]


def my_steps(work: Work) -> list[MyStep]:
    """Return the open steps that are the actor's to do, the most urgent first."""
    rows = work.session.scalars(
        select(RoutineStep)
        .where(col(RoutineStep.state) == StepState.OPEN)
        .order_by(col(RoutineStep.id).desc())
        .limit(MOST_STEPS)
    ).all()
    runs = _runs(work, {row.run for row in rows})
    routines = _routines(work, {run.routine_id for run in runs.values()})
    by = {stream: steps.doer(work, routines[run.routine_id], run) for stream, run in runs.items()}
    marked = access.of_protected(work, *(run.id for run in runs.values() if isinstance(run, Incident)))
    found = []
    for row in rows:
        run = runs.get(row.run)
        if run is None:
            continue
        routine = routines[run.routine_id]
        step = routine.step(row.step)
        if not by[row.run].parties & set(step.who):
            continue
        title = Both(step.title.sv, step.title.en)
        protected = isinstance(run, Incident) and run.id in marked
        due = row.due_at if run.clocks else None
        found.append(MyStep(row.run, run.id, step, title, row.occurrence, row.opened_at, due, protected))
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or one.opened_at, one.number))


def my_clocks(work: Work, *, limit: int = MOST_STEPS) -> list[Deadline]:
    """Return the running clocks of the actor, of own and by role: of incidents, those the actor may open.

    The clocks of a head whom none may be told of are those of whoever stands in.
    """
    actor = work.actor
    roles = {*actor.roles, *([Role.MANAGER] if access.may_stand_in(actor) else [])}
    found = deadlines.due(work, owner_id=actor.user_id, roles=roles, limit=limit)
    runs = _runs(work, {one.about for one in found if one.about.startswith("incident:")})
    return [one for one in found if _is_mine(work, one, runs.get(one.about))]


def _is_mine(work: Work, one: Deadline, run: Incident | Matter | None) -> bool:
    """Tell whether a clock is the actor's to keep."""
    if run is None and one.about.startswith("incident:"):
        return False
    own = one.owner_id == work.actor.user_id if one.owner_id is not None else one.role in work.actor.roles
    return own or (one.role is Role.MANAGER and isinstance(run, Incident) and access.stands_in(work, run))


def _runs(work: Work, streams: set[str]) -> dict[str, Incident | Matter]:
    """Return the incidents and matters of some streams that the actor may know of."""
    ids: dict[str, list[int]] = {"incident": [], "matter": []}
    for stream in sorted(streams):
        noun, _colon, number = stream.partition(":")
        ids[noun].append(int(number))
    found: dict[str, Incident | Matter] = {}
    mine = select(Incident).where(col(Incident.id).in_(ids["incident"]), access.seen_by(work.actor))
    found |= {one.stream: one for one in work.session.scalars(mine)}
    others = select(Matter).where(col(Matter.id).in_(ids["matter"]))
    return found | {one.stream: one for one in work.session.scalars(others)}


def _routines(work: Work, ids: set[int]) -> Mapping[int, Any]:
    versions = work.session.scalars(select(RoutineVersion).where(col(RoutineVersion.id).in_(ids)))
    return {version.id: routine_versions.routine_of(version) for version in versions}


def _counts(work: Work, statement: Any) -> dict[int, int]:
    return {row[0]: row[1] for row in work.session.execute(statement)}


def _units(work: Work, incidents: Sequence[Incident]) -> dict[int, str]:
    ids = {one.unit_id for one in incidents if one.unit_id is not None}
    return {unit.id: unit.name for unit in work.session.scalars(select(Unit).where(col(Unit.id).in_(ids)))}
